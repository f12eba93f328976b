"""SVG files as parts of a page: what is drawn, without the bytes that a drawing program leaves; text is text again."""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise
from typing import Final

__all__ = ["inlined"]

# A label that is drawn letter by letter: its words in a comment, then a group with a reference a letter.
_LABEL: Final = re.compile(
    r'<!-- (?P<words>[^<>]*?) -->\s*<g (?:style="(?P<style>[^"]*)" )?'
    r'transform="(?P<place>[^"]*?) ?scale\((?P<scale>[\d.]+) -[\d.]+\)">(?P<letters>(?:(?!</?g[ >]).)*)</g>',
    re.DOTALL,
)
_LETTER: Final = re.compile(r'<use xlink:href="#([^"]+)"(?: transform="translate\(([\d.]+) 0\)")?/>')
_POWER: Final = re.compile(r"\$\\mathdefault\{(\d+)\^\{([−-]?\d+)\}\}\$")
# Letters are drawn in units of which 100 are an em.
_EM: Final = 100.0


def inlined(text: str, prefix: str) -> str:
    """An SVG file as a part of a page: no prologue, no style that would reach the page, names of its own."""
    shown = text[text.index("<svg") :].strip()
    shown = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", shown, flags=re.DOTALL)
    shown = _lettered(shown)
    shown = re.sub(r'(?<=<g) id="[^"]*"', "", shown)
    shown = re.sub(r"(\.\d\d)\d+", r"\1", shown)
    shown = re.sub(r"\s+", " ", shown).replace("> <", "><").replace('; "', '"').replace(' "', '"')
    shown = re.sub(r'(?<= style=)"[^"]*"', lambda style: re.sub(r"(?<=[:;]) ", "", style[0]), shown)
    shown = shown.replace("xlink:href=", "href=")
    shown = _said_once(shown)
    shown = re.sub(r"<defs></defs>|<!--.*?-->", "", shown)
    shown = _without_bare_groups(shown)
    shown = re.sub(r'\bid="', f'id="{prefix}', shown)
    shown = re.sub(r'href="#', f'href="#{prefix}', shown)
    return re.sub(r"url\(#", f"url(#{prefix}", shown)


def _lettered(svg: str) -> str:
    """The drawing with labels as text of the same place, size and length; as it is if a letter is used elsewhere."""
    advances: dict[str, float] = {}
    for label in _LABEL.finditer(svg):
        letters = [(name, float(at or 0)) for name, at in _LETTER.findall(label["letters"])]
        for (name, at), (_, after) in pairwise(letters):
            advances[name] = after - at

    def text(label: re.Match[str]) -> str:
        size = _EM * float(label["scale"])
        style = f' style="{label["style"]}"' if label["style"] else ""
        start = f'<text transform="{label["place"]}" font-family="DejaVu Sans,sans-serif" font-size="{size:g}"{style}'
        if power := _POWER.fullmatch(label["words"]):
            return f'{start}>{power[1]}<tspan dy="-.4em" font-size="70%">{power[2]}</tspan></text>'
        letters = _LETTER.findall(label["letters"])
        # "fi" and "fl" are one drawing.
        if len(letters) != len(re.sub("f[il]", "f", unescape(label["words"]))):
            return label[0]
        name, at = letters[-1]
        long = (float(at or 0) + advances.get(name, _EM * 0.6)) * float(label["scale"])
        return f'{start} textLength="{long:.2f}">{label["words"]}</text>'

    made = _LABEL.sub(text, svg)
    drawn = set(re.findall(r'id="([^"]+)"', made))
    return made if all(name in drawn for name in re.findall(r'href="#([^"]+)"', made)) else svg


def _said_once(svg: str) -> str:
    """The drawing without what a reference says of a path that says it of itself: the path's own word holds."""
    own = {name: {*style.split(";")} for name, style in re.findall(r'<path id="([^"]+)"[^>]* style="([^"]*)"', svg)}

    def shorter(use: re.Match[str]) -> str:
        left = [each for each in use["style"].split(";") if each not in own.get(use["name"], set())]
        style = f' style="{";".join(left)}"' if left else ""
        return f'<use href="#{use["name"]}"{use["place"]}{style}/>'

    return re.sub(r'<use href="#(?P<name>[^"]+)"(?P<place>[^>]*) style="(?P<style>[^"]*)"/>', shorter, svg)


def _without_bare_groups(svg: str) -> str:
    """The drawing without the groups that say nothing of what is in them."""
    said: list[bool] = []

    def kept(tag: re.Match[str]) -> str:
        if tag[0] == "</g>":
            return tag[0] if said.pop() else ""
        said.append(tag[0] != "<g>")
        return tag[0] if said[-1] else ""

    return re.sub(r"<g(?: [^>]*)?>|</g>", kept, svg)
