"""What both panels have in common: the page they stand in, where their numbers come from, and how a script is made."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final, Literal, Protocol

from symderiv.documents.document import Link, Quantity, Text
from symderiv.documents.formulas import text_of
from symderiv.documents.javascript import Function
from symderiv.statements import Theory, reachable
from symderiv.terms import Entry, Exp, Parameter

__all__ = ["Words", "function_of", "introduction", "key_of", "template", "tried"]

_STABLE: Final = (
    " Of every sum the largest exponential is taken out first, as the shift theorems allow, so that none overflows."
)


class Words(Protocol):
    """What a page's printer does for the panel: text and links as markup; scripts and styles of the page."""

    theory: Theory
    packs: list[Literal["reading", "panel", "powers", "tables"]]
    scripts: list[str]
    styles: list[str]

    def text(self, text: Text) -> str:
        """Prose with its formulas."""

    def link(self, link: Link) -> str:
        """A link to a theorem."""


@cache
def template(name: str) -> str:
    """A script or style of the panels."""
    place = files("symderiv.documents") / "templates" / "explorer" / name
    return place.read_text(encoding="utf-8").strip()


def tried(settings: dict[str, object], text: str) -> str:
    """A script that leaves settings and a printed program where the panel's own script finds them."""
    told = json.dumps(settings, ensure_ascii=False, separators=(",", ":"))
    return f'"use strict";\nwindow.symderiv = {{tried: [{told},\n{text}]}};'


def function_of(name: str, quantity: Quantity, theory: Theory) -> Function:
    """A quantity as a function of the script, with a comment that says which theorem or definition it is."""
    left = text_of(quantity.left, theory)
    source = f"{left}: SHA-256 {quantity.digest}" if quantity.digest else f"{left}, as defined"
    return Function(name, quantity.indices, quantity.right, source)


def key_of(symbol: Entry | Parameter) -> str:
    """What a script calls an input: arrays and parameters may share a name."""
    return f"a:{symbol.array.name}" if isinstance(symbol, Entry) else f"p:{symbol.name}"


def introduction(quantities: Sequence[Quantity], page: Words, more: str = "") -> str:
    """The theorems that the numbers are computed from, with the beginnings of their digests."""
    theorems = "; ".join(
        f"{page.link(each.link)} <code>{each.digest[:12]}</code>" for each in quantities if each.link is not None
    )
    parts = (part for each in quantities for part in reachable(each.right, page.theory))
    stable = _STABLE if any(isinstance(part, Exp) for part in parts) else ""
    return f'<p class="note">Computed in this page from the closed forms of its theorems: {theorems}.{stable}{more}</p>'
