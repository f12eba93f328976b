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

from jinja2 import Environment, StrictUndefined, select_autoescape
from markupsafe import Markup

__all__ = ["framed", "template"]


@cache
def template(name: str) -> str:
    """The text of a file in templates/, without the white space around it."""
    return (files("symderiv.documents") / "templates" / name).read_text(encoding="utf-8").strip()


def framed(title: str, body: str, styles: tuple[str, ...] = (), scripts: tuple[str, ...] = ()) -> str:
    """A complete page around `body`, which is markup; equal scripts and equal styles are written once.

    The scripts run in order when the page stands: the tags are at the end of the body. ValueError for a script or a
    style that would end its own tag.
    """
    for text in (*styles, *scripts):
        if re.search(r"</(?:script|style)|<!--", text, re.IGNORECASE):
            raise ValueError("a script or a style in a page may hold neither '</script', '</style' nor '<!--'")
    environment = Environment(
        autoescape=select_autoescape(default_for_string=True), undefined=StrictUndefined, keep_trailing_newline=True
    )
    inside = tuple(dict.fromkeys(f"\n{_dense(script)}\n" for script in scripts))
    return environment.from_string(f"{template('page.html')}\n").render(
        title=title,
        font=Markup(_font(body)),
        styles=[Markup(_dense_style(style)) for style in dict.fromkeys(styles)],
        scripts=[Markup(script) for script in inside],
        policy=Markup(" ".join(_allowed(script) for script in inside) or "'none'"),
        body=Markup(body),
    )


def _dense(text: str) -> str:
    """The text without indentation, empty lines and lines that are a comment: a page is read by browsers."""
    lines = (line.strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _dense_style(text: str) -> str:
    """The same of a style sheet, without comments and without the blanks around its signs; what is quoted is kept."""
    lines = _dense(re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)).split("\n")
    return "\n".join(line if '"' in line else re.sub(r" ?([{};,]|:(?= )) ?", r"\1", line) for line in lines)


def _font(body: str) -> str:
    """The math font in Base64: the core where it has every sign of every formula in `body`, else all of it."""
    formulas = "".join(re.findall(r"<math.*?</math>", body, re.DOTALL))
    signs = set(unescape(re.sub(r"<[^>]*>", "", formulas)))
    # A letter by itself is shown in italic, unless it is said to be upright.
    upright = set("".join(re.findall(r'<mi(?:>(?=[^<]{2})| mathvariant="?normal"?>)([^<]*)', formulas)))
    every, straight = (set(line) for line in _file("symderiv-math-core.txt").decode("utf-8").splitlines())
    letters = {sign for sign in upright if sign.isalpha()}
    core = not re.search(r'class="?bold', formulas) and signs <= every and letters <= straight
    return base64.b64encode(_file(f"symderiv-math{'-core' if core else ''}.woff2")).decode("ascii")


@cache
def _file(name: str) -> bytes:
    return (files("symderiv.documents") / "fonts" / name).read_bytes()


def _allowed(script: str) -> str:
    """The source expression that allows an inline script: 'sha256-...'."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode('utf-8')).digest()).decode('ascii')}'"
