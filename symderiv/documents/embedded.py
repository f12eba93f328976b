"""The document as a notebook shows an object: a small HTML fragment with a style of its own, and its claim in LaTeX.

The fragment relies on the fonts of the page it stands in, runs no script and changes nothing outside itself.
"""

from __future__ import annotations

from html import escape
from typing import Final

from symderiv.documents.display import Display, Operator
from symderiv.documents.display import Row as Beside
from symderiv.documents.document import Chain, Document, Headline, Row, Statement, Text
from symderiv.documents.latex_math import latex_math
from symderiv.documents.mathml import mathml
from symderiv.documents.measure import broken
from symderiv.documents.notation import display, display_condition
from symderiv.documents.words import verdict_mark, verdict_sentence
from symderiv.statements import Relation, Theory, Verdict
from symderiv.terms import Term

__all__ = ["html_fragment", "latex_claim"]

_LINE: Final = 34.0
_STYLE: Final = (
    ".symderiv-proof{max-width:60em;overflow-x:auto}"
    ".symderiv-proof table{border-collapse:collapse;margin:.4em 0}"
    ".symderiv-proof td{padding:.25em .5em;vertical-align:middle;text-align:left;border:0;background:none}"
    ".symderiv-proof td.left{text-align:right}"
    ".symderiv-proof td.why{font-size:85%;opacity:.8}"
    ".symderiv-proof summary{cursor:pointer;padding:.2em 0}"
    ".symderiv-proof math{font-size:110%}"
    ".symderiv-proof .changed{color:#b3123b}"
    "@media (prefers-color-scheme:dark){.symderiv-proof .changed{color:inherit;text-decoration:underline}}"
)


def html_fragment(document: Document) -> str:
    """A `<div>` with the claims of the document, each to be opened for the lines of its proof."""
    writer = _Writer(document.theory)
    parts: list[str] = []
    statement: Statement | None = None
    several = sum(isinstance(block, Statement) for block in document.blocks) > 1
    for block in document.blocks:
        match block:
            case Statement():
                statement = block
            case Chain() if statement is not None:
                parts.append(writer.theorem(statement, block, opened=not several))
            case _:
                pass
    title = escape(document.title)
    return f'<div class="symderiv-proof"><style>{_STYLE}</style><b>{title}</b>{"".join(parts)}</div>'


def latex_claim(document: Document) -> str:
    """The headline's claim, or the first theorem's if the headline is not there, as a formula between dollar signs."""
    headlines: tuple[Headline | Statement, ...] = tuple(b for b in document.blocks if isinstance(b, Headline))
    claims = headlines + tuple(b for b in document.blocks if isinstance(b, Statement))
    if not claims:
        return ""
    left, right = (latex_math(display(side, document.theory)) for side in (claims[0].left, claims[0].right))
    return f"$\\displaystyle {left} {claims[0].relation} {right}$"


class _Writer:
    """Writes theorems; holds the notation."""

    __slots__ = ("theory",)

    def __init__(self, theory: Theory) -> None:
        self.theory = theory

    def theorem(self, statement: Statement, chain: Chain, opened: bool) -> str:
        """Claim and verdict, which open the lines."""
        claim = mathml(self.equation(statement.left, statement.relation, statement.right))
        holds = [mathml(r, displayed=False) for r in statement.ranges]
        holds += [mathml(display_condition(c, self.theory), displayed=False) for c in statement.conditions]
        phrases = [f"for {', '.join(holds)}"] if holds else []
        if statement.assumed:
            pairs = (mathml(self.equation(a, "=", b), displayed=False) for a, b in statement.assumed)
            phrases.append(f"assuming {' and '.join(pairs)}")
        rows = "".join(
            self.row(row, display(chain.left, self.theory) if at == 0 else None) for at, row in enumerate(chain.rows)
        )
        head = f"{self.text(statement.title)}: {claim} {', '.join(phrases)} {self.mark(statement.verdict)}"
        return f"<details{' open' if opened else ''}><summary>{head}</summary><table>{rows}</table></details>"

    def row(self, row: Row, left: Display | None) -> str:
        """A line: left side, relation and right side, rule with reason, verdict."""
        pieces = broken(display(row.right, self.theory, row.changed), _LINE)
        sign = {"-": "−", "/": "∕"}
        shown = "<br>".join(
            mathml(Beside((Operator(sign.get(piece.joint, piece.joint)), piece.node)) if piece.joint else piece.node)
            for piece in pieces
        )
        why = self.text(row.title) + (f": {self.text(row.reason)}" if row.reason else "")
        if row.conditions:
            needs = (mathml(display_condition(c, self.theory), displayed=False) for c in row.conditions)
            why += f"; needs {', '.join(needs)}"
        lead = "" if left is None else mathml(left)
        return (
            f'<tr><td class="left">{lead}</td><td>{escape(row.relation)}</td><td>{shown}</td>'
            f'<td class="why">{why}</td><td>{self.mark(row.verdict)}</td></tr>'
        )

    def mark(self, verdict: Verdict) -> str:
        """The verdict's mark, its sentence on demand."""
        return f'<span title="{escape(verdict_sentence(verdict))}">{verdict_mark(verdict)}</span>'

    def text(self, text: Text) -> str:
        """Prose with its formulas."""
        return "".join(escape(part) if isinstance(part, str) else mathml(part, displayed=False) for part in text)

    def equation(self, left: Term, relation: Relation, right: Term) -> Display:
        """left relation right."""
        return Beside((display(left, self.theory), Operator(relation), display(right, self.theory)))
