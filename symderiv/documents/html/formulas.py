"""Formulas of a page in fewer bytes: MathML without what the page's script finds out by itself or no reader misses."""

from __future__ import annotations

import re
from typing import Final

from symderiv.documents.display import Display
from symderiv.documents.mathml import mathml_piece

__all__ = ["formula", "shortened"]

_TOKEN: Final = re.compile(r"<[^>]*>|[^<]+")
# Brackets that do not grow: the script tells them by what stands between them.
_KEPT_SMALL: Final = re.compile(r'<mo stretchy="false">(?=[()[\]]<)')
# A product sign that has no width. Before a bracket it says that no function is applied, and stays.
_TIMES: Final = re.compile(r'<mo>\u2062</mo>(?!(?:<mspace[^>]*>|<mrow class="changed">)*<(?:mrow><mo|mo))')
# Of the two sizes of a bracket that stands in another row than its partner the script knows the other.
_NOT_LARGER: Final = ' maxsize="1.4em"'
_CHANGED: Final = '<mrow class="changed">'


def formula(joint: str, node: Display) -> str:
    """A `<math>` element for a place that sets its style, as `mathml_piece` prints it, shortened."""
    return shortened(mathml_piece(joint, node, words=False))


def shortened(markup: str) -> str:
    """MathML as the page carries it.

    What brackets need besides is left to the script, the words of a product as well, and what changed is marked by a
    class where it is one element, else by an `mstyle` around it.
    """
    return _marked(_TIMES.sub("", _KEPT_SMALL.sub("<mo>", markup)).replace(_NOT_LARGER, ""))


def _marked(markup: str) -> str:
    """Each row that only marks what changed, as a class of its one element or as an `mstyle`."""
    if _CHANGED not in markup:
        return markup
    made: list[str] = []
    opened: list[int] = []
    children: dict[int, list[int]] = {}
    for token in _TOKEN.findall(markup):
        at = len(made)
        made.append(token)
        if token.startswith("</"):
            start = opened.pop()
            if made[start] == _CHANGED:
                inside = children.pop(start)
                lone = made[inside[0]] if len(inside) == 1 else ""
                single = bool(lone) and "class=" not in lone and not lone.startswith("<mstyle")
                made[start], made[at] = ("", "") if single else ("<mstyle>", "</mstyle>")
                if single:
                    made[inside[0]] = re.sub(r"(?=/?>$)", ' class="c"', lone, count=1)
        elif token.startswith("<"):
            if opened and opened[-1] in children:
                children[opened[-1]].append(at)
            if token == _CHANGED:
                children[at] = []
            if not token.endswith("/>"):
                opened.append(at)
    return "".join(made)
