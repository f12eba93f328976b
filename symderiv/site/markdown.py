"""A guide in Markdown as markup: formulas between dollar signs as MathML, links to other guides as links to pages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML, RendererProtocol
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from symderiv.documents.mathml import mathml
from symderiv.documents.symbols import read

__all__ = ["Rendered", "rendered"]


@dataclass(frozen=True, slots=True)
class Rendered:
    """The body of a guide without its title, the title as markup, and its sections: anchor and title as markup."""

    title: str
    body: str
    sections: tuple[tuple[str, str], ...]


def rendered(text: str, pages: Mapping[str, str], pictures: Mapping[str, str]) -> Rendered:
    """The guide `text`, which begins with its title.

    `pages` maps the name of a Markdown file to its page on the site, `pictures` that of a picture to its markup. A link
    to any other file is printed as its words, and a comment that begins a line not at all. Raises
    `symderiv.documents.symbols.NotationError` for a formula outside the notation that documents are printed in.
    """
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    printer = reader.renderer
    assert isinstance(printer, RendererHTML)
    reader.inline.ruler.before("escape", "formula", _formula)
    reader.add_render_rule("formula", _print_formula)
    tokens = reader.parse(re.sub(r"^<!--.*?-->$", "", text, flags=re.DOTALL | re.MULTILINE))
    sections: list[tuple[str, str]] = []
    title = ""
    seen: set[str] = set()
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            inside = tokens[at + 1]
            anchor = _anchor(_plain(inside.children or ()), seen)
            token.attrSet("id", anchor)
            shown = printer.renderInline(inside.children or [], reader.options, {})
            if token.tag == "h1":
                title = shown
            elif token.tag == "h2":
                sections.append((anchor, shown))
        if token.children:
            token.children = _linked(token.children, pages, pictures)
    body = printer.render(_without_title(tokens), reader.options, {})
    body = re.sub(r"<table>(.*?)</table>", r'<div class="scroll"><table>\1</table></div>', body, flags=re.DOTALL)
    return Rendered(title, body, tuple(sections))


def _without_title(tokens: Sequence[Token]) -> list[Token]:
    """All but the first heading, which the page prints itself."""
    return list(tokens[3:]) if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1" else list(tokens)


def _formula(state: StateInline, silent: bool) -> bool:
    """`$...$` on one line, with no space inside its signs: as authors of documents here write formulas."""
    found = re.match(r"\$(?! )([^$\n]+)(?<! )\$", state.src[state.pos : state.posMax])
    if found is None:
        return False
    if not silent:
        state.push("formula", "math", 0).content = found[1]
    state.pos += found.end()
    return True


def _print_formula(
    _printer: RendererProtocol, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType
) -> str:
    return mathml(read(tokens[at].content), False)


def _plain(tokens: Sequence[Token]) -> str:
    return "".join(token.content for token in tokens)


def _anchor(title: str, seen: set[str]) -> str:
    """The anchor that code-hosting sites give a heading, so that links to sections hold in both places."""
    anchor = re.sub(r"[^\w\- ]", "", title.casefold()).strip().replace(" ", "-") or "section"
    count = 1
    while (chosen := anchor if count == 1 else f"{anchor}-{count - 1}") in seen:
        count += 1
    seen.add(chosen)
    return chosen


def _linked(tokens: Sequence[Token], pages: Mapping[str, str], pictures: Mapping[str, str]) -> list[Token]:
    """The tokens with links led to pages of the site, links that lead nowhere taken off, and pictures put in place."""
    made: list[Token] = []
    kept: list[bool] = []
    for token in tokens:
        if token.type == "link_open":
            target = _page(str(token.attrGet("href") or ""), pages)
            kept.append(target is not None)
            if target is None:
                continue
            token.attrSet("href", target)
        elif token.type == "link_close" and not kept.pop():
            continue
        elif token.type == "image":
            name = str(token.attrGet("src") or "").rpartition("/")[2]
            words = escape(token.content)
            shown = pictures.get(name)
            made.append(
                Token(
                    "html_inline", "", 0,
                    content=f'<span class="picture" role="img" aria-label="{words}">{shown}</span>' if shown else words,
                )
            )  # fmt: skip
            continue
        made.append(token)
    return made


def _page(target: str, pages: Mapping[str, str]) -> str | None:
    """Where a link leads on the site; None for a file that is no page of it."""
    if target.startswith(("http://", "https://", "#")):
        return target
    path, sign, anchor = target.partition("#")
    page = pages.get(path.rpartition("/")[2])
    return None if page is None else f"{page}{sign}{anchor}"
