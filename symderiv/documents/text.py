"""The document as plain text for a terminal or an editor: one line a row, in Unicode or ASCII."""

from __future__ import annotations

import textwrap
from typing import Final, assert_never

from symderiv.documents.display import Display
from symderiv.documents.document import (
    AssumptionItem,
    Assumptions,
    Block,
    Chain,
    Checks,
    Contents,
    Data,
    Definitions,
    Document,
    Equation,
    Explorer,
    Figure,
    Footer,
    Grids,
    Heading,
    Headline,
    Link,
    Matrix,
    Paragraph,
    Row,
    RuleEntry,
    RuleIndex,
    Statement,
    Table,
    Text,
)
from symderiv.documents.evaluating import Point
from symderiv.documents.figures import characters
from symderiv.documents.notation import display, display_condition, display_whole
from symderiv.documents.plain import plain_math
from symderiv.documents.terminal import Paint, fitted, proof_lines
from symderiv.documents.values import line_values, rounded, said
from symderiv.documents.words import file_of, verdict_mark, verdict_sentence
from symderiv.statements import Condition, Verdict
from symderiv.terms import Term

__all__ = ["SUFFIX", "render", "render_ascii", "render_terminal"]

SUFFIX: Final = "txt"
_WIDTH: Final = 100


def render(document: Document) -> str:
    """The document as Unicode text, at most 100 columns of prose; formulas are never broken."""
    return _Printer(document, False).document(document)


def render_ascii(document: Document) -> str:
    """The document in ASCII alone."""
    return _Printer(document, True).document(document)


def render_terminal(document: Document, width: int, ascii_only: bool, paint: Paint) -> str:
    """The document in lines of at most `width` characters, as far as formulas can be broken, painted by `paint`."""
    return _Printer(document, ascii_only, max(width, 40), paint).document(document)


class _Printer:
    """Prints blocks; holds the notation, whether only ASCII may be used, and the width and colours of a terminal.

    At `numbers`, where they are given, every line of a proof has its value.
    """

    __slots__ = ("ascii_only", "numbers", "paint", "theory", "width")

    def __init__(self, document: Document, ascii_only: bool, width: int = 0, paint: Paint | None = None) -> None:
        self.theory = document.theory
        self.numbers: Point | None = document.numbers
        self.ascii_only = ascii_only
        self.width = width
        self.paint = paint

    def document(self, document: Document) -> str:
        """All blocks, each after a blank line."""
        parts = ["\n".join(line.rstrip() for line in self.block(block)) for block in document.blocks]
        return "\n\n".join(part for part in parts if part) + "\n"

    def block(self, block: Block) -> list[str]:
        """The lines of one block."""
        match block:
            case Heading(text=text, level=level):
                title = self.text(text)
                if self.width and len(title) > self.width:
                    return [*self.wrapped(title, ""), ("=" if level == 1 else "-") * self.width]
                return [title, ("=" if level == 1 else "-") * len(title)]
            case Paragraph(text=text):
                return self.wrapped(self.text(text), "")
            case Headline():
                return self.headline(block)
            case Data(items=items):
                return self.table([(self.math(item.formula), self.text(item.note)) for item in items])
            case Definitions(items=items):
                return self.table([(self.equation(i.left, ":=", i.right), self.text(i.note)) for i in items])
            case Assumptions(items=items):
                return [line for item in items for line in self.assumption(item)]
            case Contents(items=items):
                return self.table(
                    [
                        (
                            f"{i.number:>2}. {self.text(i.link.text)}",
                            self.equation(i.left, i.relation, i.right),
                            self.mark(i.verdict),
                        )
                        for i in items
                    ]
                )
            case Statement():
                return self.statement(block)
            case Chain():
                return self.chain(block)
            case Matrix():
                return self.matrix(block)
            case Checks(rows=rows):
                lines: list[str] = []
                for row in rows:
                    lines += self.claim(row.left, row.relation, row.right)
                    lines += self.wrapped(self.plain(verdict_sentence(row.verdict)), "      ")
                return lines
            case RuleIndex(entries=entries):
                return [line for entry in entries for line in self.rule(entry)]
            case Footer(digests=digests, command=command):
                lines = [f"  {digest}  {self.text(link.text)}" for link, digest in digests]
                return ["Digests (SHA-256 of claim, assumptions and steps)", *lines, "", f"Check again: {command}"]
            case Equation(formula=formula):
                return [f"  {self.math(formula)}"]
            case Table(head=head, rows=cells):
                return self.table([tuple(self.text(cell) for cell in row) for row in (head, *cells)])
            case Figure(caption=caption):
                return [*characters(block), *self.wrapped(self.text(caption), "")]
            case Explorer() | Grids():
                return []  # It is for pages that run.
            case _:
                assert_never(block)

    def headline(self, block: Headline) -> list[str]:
        """The claim with its assumptions on one or two lines."""
        if self.width:
            lines = self.claim(block.left, block.relation, block.right)
            for left, right in block.assumed:
                lines += self.claim(left, "=", right, "assumes ")
            return lines + (self.claim(*_without(block.without), "without it: ") if block.without else [])
        claim = self.equation(block.left, block.relation, block.right)
        assumed = ", ".join(self.equation(left, "=", right) for left, right in block.assumed)
        lines = [f"  {claim}" + (f"    assumes {assumed}" if assumed else "")]
        if block.without is not None:
            lines.append(f"  {self.equation(block.without[0], '=', block.without[1])}    without it")
        return lines

    def statement(self, block: Statement) -> list[str]:
        """Theorem n: the claim, for what it holds and under which assumptions."""
        title = f"Theorem {block.number}. {self.text(block.title)}"
        lines = [title, "-" * len(title), *self.wrapped(self.text(block.prose), "")]
        if self.width:
            return self.narrow_statement(block, title)
        ranges = ", ".join([*(self.math(r) for r in block.ranges), *(self.condition(c) for c in block.conditions)])
        claim = self.equation(block.left, block.relation, block.right)
        lines.append(f"  {claim}" + (f"    for {ranges}" if ranges else ""))
        for left, right in block.assumed:
            lines.append(f"  assumes {self.equation(left, '=', right)}")
        if block.without is not None:
            left, right, link = block.without
            lines.append(f"  without it: {self.equation(left, '=', right)}  ({self.link(link)})")
        if block.cites:
            lines.append(f"  builds on: {'; '.join(self.link(link) for link in block.cites)}")
        return lines

    def narrow_statement(self, block: Statement, title: str) -> list[str]:
        """The same in a terminal's width."""
        lines = [*self.wrapped(title, ""), "-" * min(len(title), self.width), *self.wrapped(self.text(block.prose), "")]
        lines += self.claim(block.left, block.relation, block.right)
        ranges = [*(self.math(r) for r in block.ranges), *(self.condition(c) for c in block.conditions)]
        lines += self.wrapped(f"for {', '.join(ranges)}" if ranges else "", "    ")
        for left, right in block.assumed:
            lines += self.claim(left, "=", right, "assumes ")
        if block.without is not None:
            lines += self.claim(*_without(block.without), "without it: ")
        cited = f"builds on: {'; '.join(self.link(link) for link in block.cites)}" if block.cites else ""
        return lines + self.wrapped(cited, "  ")

    def claim(self, left: Term, relation: str, right: Term, lead: str = "") -> list[str]:
        """left relation right in lines of the terminal's width."""
        start = f"  {lead}{self.term(left)} {relation} "
        if not self.width:
            return [f"{start}{self.term(right)}"]
        shown = display(right, self.theory)
        if len(start) > self.width // 2:
            return [start.rstrip(), *(f"      {line}" for line in fitted(shown, self.width - 6, self.ascii_only))]
        lines = fitted(shown, self.width - len(start), self.ascii_only)
        return [f"{start if at == 0 else ' ' * len(start)}{line}" for at, line in enumerate(lines)]

    def chain(self, block: Chain) -> list[str]:
        """A row a line: number, left side, relation and right side, rule, mark; value and reason below."""
        values, lines = self.values(block)
        if self.paint is not None:
            return [*lines, *proof_lines(block, values, self.theory, self.width, self.ascii_only, self.paint)]
        left = self.term(block.left)
        formulas = [f"{row.relation} {self.term(row.right)}" for row in block.rows]
        wide = min(max((len(formula) for formula in formulas), default=0), 60)
        rule_wide = max((len(self.text(row.title)) for row in block.rows), default=0)
        for at, (row, formula) in enumerate(zip(block.rows, formulas, strict=True)):
            lead = left if at == 0 else " " * len(left)
            rule = f"{self.text(row.title):<{rule_wide}}  {self.mark(row.verdict)}"
            lines.append(f"{row.number:>4}  {lead} {formula:<{wide}}  {rule}")
            lines += [" " * 8 + values[row.number]] if row.number in values else []
            lines += self.wrapped(self.why(row), " " * 8)
        return lines

    def values(self, block: Chain) -> tuple[dict[int, str], list[str]]:
        """What is said of the value of each row that has one, by its number, and of all; nothing without numbers."""
        if self.numbers is None or not block.rows:
            return {}, []
        rights = [row.right for row in block.rows]
        found = line_values(block.left, rights, self.theory, self.numbers)
        shown = {
            row.number: self.plain(f"value {rounded(value)}")
            for row, value in zip(block.rows, found, strict=True)
            if value is not None
        }
        return shown, self.wrapped(self.plain(said(block.left, rights, self.theory, self.numbers)), "")

    def why(self, row: Row) -> str:
        """The reason of a row with its conditions, its citations and, where it is not proved, the evidence."""
        parts = [self.text(row.reason)] if row.reason else []
        if row.conditions:
            parts.append("needs " + ", ".join(self.condition(c) for c in row.conditions))
        parts += [f"see {self.link(link)}" for link in row.cites]
        if row.verdict.word != "proved":
            parts.append(f"{row.verdict.word}: {self.plain(row.verdict.evidence)}")
        return "; ".join(parts)

    def assumption(self, item: AssumptionItem) -> list[str]:
        """The assumption, what it means and who uses it."""
        note = self.text(item.note)
        users = ", ".join(self.link(link) for link in item.used_by)
        lines = [f"  {self.equation(item.left, '=', item.right)}" + (f"    {note}" if note else "")]
        return lines + (self.wrapped(f"used by: {users}", "      ") if users else [])

    def rule(self, entry: RuleEntry) -> list[str]:
        """A rule: title, steps, identity, and what it needs."""
        steps = f"{entry.count} step{'' if entry.count == 1 else 's'}"
        needs = f"if {self.text(entry.conditions)}" if entry.conditions else ""
        lines = [f"  {self.text(entry.title)} ({steps}): {self.text(entry.statement)}".rstrip(" :")]
        return lines + self.wrapped(needs, "      ")

    def matrix(self, block: Matrix) -> list[str]:
        """The matrix in aligned columns."""
        if not block.rows:
            return self.wrapped(f"{self.text(block.title)}: {self.text(block.sentence)}", "")
        dots = "..." if self.ascii_only else "…"
        cells = [[dots if entry is None else self.term(entry) for entry in row] for row in block.rows]
        widths = [max(len(row[at]) for row in cells) for at in range(len(cells[0]))]
        body = [
            "    [ " + "   ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " ]" for row in cells
        ]
        return [
            f"{self.text(block.title)}: {self.math(display_whole(block.symbol, self.theory))} =",
            *body,
            *self.wrapped(self.text(block.sentence), ""),
        ]

    def table(self, rows: list[tuple[str, ...]]) -> list[str]:
        """Columns side by side, each as wide as its widest cell up to 60 columns."""
        if not rows:
            return []
        widths = [min(max(len(row[at]) for row in rows), 60) for at in range(len(rows[0]))]
        cut = any(len(cell) > wide for row in rows for cell, wide in zip(row, widths, strict=True))
        if self.width and (cut or sum(widths) + 2 * len(widths) > self.width):
            return [
                line
                for row in rows
                for at, cell in enumerate(row)
                for line in self.wrapped(cell, "      " if at else "  ")
            ]
        return ["  " + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in rows]

    def wrapped(self, text: str, indent: str) -> list[str]:
        """Text in lines of at most 100 columns, or of the terminal's."""
        return (
            textwrap.wrap(text, self.width or _WIDTH, initial_indent=indent, subsequent_indent=indent) if text else []
        )

    def link(self, link: Link) -> str:
        """The title of a theorem, with the file for one in another document."""
        return self.text(link.text) + (f" ({file_of(link.entry, SUFFIX)})" if link.entry else "")

    def text(self, text: Text) -> str:
        """Prose with its formulas on the line."""
        return "".join(self.plain(part) if isinstance(part, str) else self.math(part) for part in text)

    def plain(self, text: str) -> str:
        """Words; in ASCII, characters outside it are replaced."""
        if not self.ascii_only:
            return text
        for old, new in (
            ("·", "-"),
            ("–", "-"),
            ("—", "-"),
            ("’", "'"),
            ("“", '"'),
            ("”", '"'),
            ("…", "..."),
            ("−", "-"),
        ):
            text = text.replace(old, new)
        return text.encode("ascii", "replace").decode("ascii")

    def math(self, node: Display) -> str:
        """A formula."""
        return plain_math(node, self.ascii_only)

    def term(self, term: Term) -> str:
        """A term."""
        return self.math(display(term, self.theory))

    def condition(self, condition: Condition) -> str:
        """A side condition."""
        return self.math(display_condition(condition, self.theory))

    def equation(self, left: Term, relation: str, right: Term) -> str:
        """left relation right."""
        return f"{self.term(left)} {relation} {self.term(right)}"

    def mark(self, verdict: Verdict) -> str:
        """The mark of a verdict."""
        return verdict_mark(verdict, self.ascii_only)


def _without(form: tuple[Term, Term, Link]) -> tuple[Term, str, Term]:
    return form[0], "=", form[1]
