"""The lines of a proof: formula, rule, verdict and reason of each, long chains in phases that fold."""

from __future__ import annotations

from html import escape
from typing import Final, Protocol

from symderiv.documents.display import Display, Operator
from symderiv.documents.display import Row as Beside
from symderiv.documents.document import Chain, Lemma, Link, Row, Text
from symderiv.documents.evaluating import Point
from symderiv.documents.html.formulas import formula
from symderiv.documents.measure import broken, packed, width
from symderiv.documents.notation import display, display_condition
from symderiv.documents.phases import Phase, phases
from symderiv.documents.values import line_values, rounded, said
from symderiv.statements import Theory, Verdict

__all__ = ["Writer", "chain"]

# The formulas of a row and of its left side share 820 - 28 - 34 - 222 px, at 18.7 px an em; what `width` says is
# rarely less than 1/0.95 of what a browser needs.
_LINE: Final = 29.8
_WIDE: Final = 9.5
_VALUE: Final = 6.0
# Characters of markup from which on a link is shorter than a formula, to the eye as well.
_LONG: Final = 200


class Writer(Protocol):
    """What a chain needs of the printer of the page."""

    theory: Theory
    seen: set[Lemma]

    def math(self, node: Display) -> str:
        """A formula."""

    def text(self, text: Text) -> str:
        """Prose with its formulas in line."""

    def cited(self, link: Link) -> str:
        """A theorem that a line cites."""

    def link(self, link: Link) -> str:
        """A link within the page or to another entry's page."""

    def found(self, verdict: Verdict) -> str:
        """The verdict's mark on a line, a link to what the checker found."""

    def once(self, formula: str) -> str:
        """A formula, or where it is the claim of a theorem of the page a link to that."""


def chain(block: Chain, writer: Writer, numbers: Point | None = None) -> str:
    """The lines of a proof, each with a link to the checker's evidence; opening one shows the lemmas as it uses them.

    With `numbers` each line has its value there, at one choice of its indices.
    """
    left = display(block.left, writer.theory)
    across = width(left) > _WIDE
    column = 1.2 if across else width(left) * 1.1 + 0.4
    first = f'<span class="{"left across" if across else "left"}">{writer.math(left)}</span>'
    values, said = _values(block, writer, numbers)
    room = _LINE - column - (_VALUE if values else 0.0)
    sides = _right_sides(block.rows, room, writer)
    parts = [said]
    for phase in phases(block.rows):
        rows = "".join(
            _row(row, first if row is block.rows[0] else "", sides[row.number], values.get(row.number, ""), writer)
            for row in phase.rows
        )
        listed = f'<ol style="counter-reset:line {phase.rows[0].number - 1}">{rows}</ol>'
        whole = len(phase.rows) == len(block.rows)
        parts.append(listed if whole else f'<details class="phase" open>{_summary(phase, writer)}{listed}</details>')
    return f'<div class="chain" style="--left:{column:.1f}em;--lines:{len(block.rows)}">{"".join(parts)}</div>'


def _summary(phase: Phase, writer: Writer) -> str:
    """Which lines a phase holds, by which rules, and how many derivatives are left after it."""
    rules = ", ".join(dict.fromkeys(writer.text(row.title) for row in phase.rows))
    count = phase.derivatives
    left = f"{count} derivative{'' if count == 1 else 's'} left" if count else ""
    done = "" if left or phase.last else "all derivatives carried out"
    after = f" — {left or done}" if left or done else ""
    first, last = phase.rows[0].number, phase.rows[-1].number
    lines = f"Lines {first}–{last}" if last > first else f"Line {first}"
    return f"<summary><b>{lines}</b> {rules}{after}</summary>"


def _values(block: Chain, writer: Writer, numbers: Point | None) -> tuple[dict[int, str], str]:
    """The values of the rows, by their numbers, and a sentence on what was put in; nothing without numbers."""
    if numbers is None:
        return {}, ""
    rights = [row.right for row in block.rows]
    found = line_values(block.left, rights, writer.theory, numbers)
    shown = {
        row.number: f'<span class="value">{rounded(value)}</span>'
        for row, value in zip(block.rows, found, strict=True)
        if value is not None
    }
    return shown, f'<p class="caption">{escape(said(block.left, rights, writer.theory, numbers))}</p>'


def _right_sides(lines: tuple[Row, ...], room: float, writer: Writer) -> dict[int, str]:
    """The right sides by the numbers of their lines, broken into rows of `room` em.

    A row that the line before has as well is written once, and linked after that; the script puts it in its place.
    """
    sides: dict[int, str] = {}
    before: dict[str, tuple[int, int]] = {}
    for line in lines:
        rows = packed(broken(display(line.right, writer.theory, line.changed), room), room)
        plain = packed(broken(display(line.right, writer.theory), room), room)
        if len(rows) == 1 or len(rows) != len(plain):
            pieces = [formula(row.joint, row.node) for row in rows]
            sides[line.number] = "<br>".join(pieces)
            before = {}
            continue
        written: list[str] = []
        places: dict[str, tuple[int, int]] = {}
        for at, (row, bare) in enumerate(zip(rows, plain, strict=True), 1):
            marked, whole = (formula(each.joint, each.node) for each in (row, bare))
            place = before.get(whole) if marked == whole and len(whole) > _LONG else None
            places.setdefault(whole, place or (line.number, at))
            written.append(marked if place is None else _linked(*place))
        sides[line.number], before = "<br>".join(written), places
    return sides


def _linked(line: int, row: int) -> str:
    return f'<a class="same" href="#line-{line}" data-row="{row}">row {row} of line {line}, unchanged</a>'


def _row(row: Row, lead: str, right: str, value: str, writer: Writer) -> str:
    """One line: number, left side, relation, right side, its value, rule with reason and verdict."""
    sign = "=" if row.relation == "=" else "&gt;"
    return (
        f'<li id="line-{row.number}"><details><summary>{lead}<i>{sign}</i><span>{right}</span>{value}</summary>'
        f'{_more(row, writer)}</details><div><a href="#rule-{row.rule}">{writer.text(row.title)}</a>'
        f"{writer.found(row.verdict)}{_reason(row, writer)}</div></li>"
    )


def _reason(row: Row, writer: Writer) -> str:
    """The reason, the conditions this line needs and the theorems it cites."""
    parts = [writer.text(row.reason)] if row.reason else []
    if row.conditions:
        shown = (writer.math(display_condition(condition, writer.theory)) for condition in row.conditions)
        parts.append(f"needs {', '.join(shown)}")
    parts += [f"see {writer.cited(link)}" for link in row.cites]
    return f"<small>{'; '.join(parts)}</small>" if parts else ""


def _more(row: Row, writer: Writer) -> str:
    """What an opened line shows: the lemmas as they are used in it, each use once a page; the script adds more."""
    parts: list[str] = []
    for lemma in row.lemmas:
        if lemma not in writer.seen:
            writer.seen.add(lemma)
            left, right = display(lemma.left, writer.theory), display(lemma.right, writer.theory)
            claim = writer.once(writer.math(Beside((left, Operator(lemma.relation), right))))
            parts.append(f'<p class="lemma">{claim} by {writer.link(lemma.link)}</p>')
    return "".join(parts)
