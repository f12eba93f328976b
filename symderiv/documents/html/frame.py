"""The frame of a page that asks nobody for anything: its title, style, math font, scripts and the policy that holds it.

The Content-Security-Policy allows each script by its SHA-256 and the font that lies in the page, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from html import unescape
from importlib.resources import files
from typing import Final

from jinja2 import Environment, StrictUndefined, select_autoescape
from markupsafe import Markup

__all__ = ["dense_script", "framed", "template"]

_UPRIGHT: Final = re.compile(r'<mi(?:(?: class="?c"?)?>(?=[^<]{2})|[^>]* mathvariant="?normal"?[^>]*>)([^<]*)')


@cache
def template(name: str) -> str:
    """The text of a file in templates/, without the white space around it."""
    return (files("symderiv.documents") / "templates" / name).read_text(encoding="utf-8").strip()


def framed(
    title: str,
    body: str,
    styles: tuple[str, ...] = (),
    scripts: tuple[str, ...] = (),
    packs: tuple[tuple[str, str], ...] = (),
    early: tuple[str, ...] = (),
) -> str:
    """A complete page around `body`, which is markup; equal scripts and equal styles are written once.

    The scripts run in order when the page stands: the tags are at the end of the body. Those of `early` run before
    there is a body, which the reader of a tag at its end would wait for. `packs` are scripts, each with the form in
    which it is written, which another script has to unpack. ValueError for a script or a style that would end its own
    tag.
    """
    for text in (*styles, *scripts, *early):
        if re.search(r"</(?:script|style)|<!--", text, re.IGNORECASE):
            raise ValueError("a script or a style in a page may hold neither '</script', '</style' nor '<!--'")
    environment = Environment(
        autoescape=select_autoescape(default_for_string=True), undefined=StrictUndefined, keep_trailing_newline=True
    )
    inside, first = (
        tuple(dict.fromkeys(f"\n{dense_script(script)}\n" for script in each)) for each in (scripts, early)
    )
    return environment.from_string(f"{template('page.html')}\n").render(
        title=title,
        font=Markup(_font(body)),
        styles=[Markup(_dense_style(style)) for style in dict.fromkeys(styles)],
        scripts=[Markup(script) for script in inside],
        early=[Markup(script) for script in first],
        packs=[Markup(written) for _, written in packs],
        policy=Markup(" ".join(_allowed(each) for each in (*first, *inside, *(one for one, _ in packs))) or "'none'"),
        body=Markup(body),
    )


def dense_script(text: str) -> str:
    """The script without indentation, empty lines and lines that are a comment: a page is read by browsers."""
    lines = (line.strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _dense_style(text: str) -> str:
    """The style sheet without comments and without the blanks around its signs; what is quoted is kept."""
    parts = re.split(r'("[^"]*")', re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))
    short = (part if at % 2 else re.sub(r"\s*([{};,>]|:(?=\s))\s*", r"\1", part) for at, part in enumerate(parts))
    return re.sub(r";?\}(?!\})", "}\n", "".join(short)).strip()


def _font(body: str) -> str:
    """The math font in Base64: the smallest part that has every sign of every formula in `body`, or all of it."""
    formulas = "".join(re.findall(r"<math.*?</math>", body, re.DOTALL))
    # A letter by itself is shown in italic, unless it is said to be upright.
    upright = set("".join(_UPRIGHT.findall(formulas)))
    letters = {sign for sign in upright if sign.isalpha()}
    signs = set(unescape(re.sub(r"<[^>]*>", "", _UPRIGHT.sub("", formulas)))) | (upright - letters)
    for part in ("small", "core"):
        alone, in_names = (set(line) for line in _file(f"symderiv-math-{part}.txt").decode("utf-8").splitlines())
        if not re.search(r'class="?bold', formulas) and signs <= alone and letters <= in_names:
            return base64.b64encode(_file(f"symderiv-math-{part}.woff2")).decode("ascii")
    return base64.b64encode(_file("symderiv-math.woff2")).decode("ascii")


@cache
def _file(name: str) -> bytes:
    return (files("symderiv.documents") / "fonts" / name).read_bytes()


def _allowed(script: str) -> str:
    """The source expression that allows an inline script: 'sha256-...'."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode('utf-8')).digest()).decode('ascii')}'"
