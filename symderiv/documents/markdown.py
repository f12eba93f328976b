"""The document as Markdown with `$` and `$$` mathematics, as code-hosting sites and notebooks show it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, assert_never

from symderiv.documents import display as shape
from symderiv.documents.display import Display, Operator
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
    RuleIndex,
    Statement,
    Table,
    Text,
)
from symderiv.documents.figures import characters
from symderiv.documents.latex_math import latex_math
from symderiv.documents.notation import display, display_condition, display_whole
from symderiv.documents.words import file_of, verdict_mark, verdict_sentence
from symderiv.statements import Theory
from symderiv.terms import Term

__all__ = ["SUFFIX", "render"]

SUFFIX: Final = "md"

# Sites read Markdown's escapes before mathematics, so \, loses its backslash and \\ one of its two; one of them refuses
# \operatorname.
_SAFE: Final = (
    ("\\,", "\\thinspace"),
    (" \\!", " "),
    ("\\operatorname{", "\\mathrm{"),
    ("\\{", "\\lbrace "),
    ("\\}", "\\rbrace "),
    (" \\\\ ", " \\cr "),
)
# Between two signs an underscore would begin emphasis.
_UNDERSCORE: Final = re.compile(r"(?<=[^A-Za-z0-9\s])_")
_ESCAPED: Final = "\\`*_<>|$#[]"


def render(document: Document) -> str:
    """The document as Markdown; anchors are written out, so that links between entries work."""
    printer = _Printer(document.theory)
    return "\n\n".join(part for part in (printer.block(block) for block in document.blocks) if part) + "\n"


class _Printer:
    """Prints blocks; holds the notation."""

    __slots__ = ("theory",)

    def __init__(self, theory: Theory) -> None:
        self.theory = theory

    def block(self, block: Block) -> str:
        """The source of one block."""
        match block:
            case Heading(level=level, text=text, anchor=anchor):
                mark = "#" * level
                return (
                    f"{mark} {self.text(text)}" if level == 1 else f'<a id="{anchor}"></a>\n\n{mark} {self.text(text)}'
                )
            case Paragraph(text=text):
                return self.text(text)
            case Headline():
                claim = self.displayed(self.equation(block.left, block.relation, block.right))
                assumed = self.assumed(block.assumed)
                return claim + (f"\n\nassuming {assumed}." if assumed else "") + self.without(block.without)
            case Data(items=items):
                return "\n".join(f"* {self.inline(item.formula)}: {self.text(item.note)}" for item in items)
            case Definitions(items=items):
                listed = [
                    f"* {self.formula(i.left, ':=', i.right)}" + (f": {self.text(i.note)}" if i.note else "")
                    for i in items
                ]
                return "\n".join(listed)
            case Assumptions(items=items):
                return "\n".join(self.assumption(item) for item in items)
            case Contents(items=items):
                contents = [
                    (
                        str(i.number),
                        self.link(i.link),
                        self.formula(i.left, i.relation, i.right),
                        verdict_mark(i.verdict),
                    )
                    for i in items
                ]
                return self.table(("", "Theorem", "Claim", "Verdict"), contents)
            case Statement():
                return self.statement(block)
            case Chain():
                return self.chain(block)
            case Matrix():
                return self.matrix(block)
            case Checks(rows=checks):
                made = [
                    (
                        self.math(row.left), ("" if row.relation == "=" else "> ") + self.math(row.right),
                        row.verdict.word,
                        _escaped(row.verdict.evidence),
                    )
                    for row in checks
                ]  # fmt: skip
                return self.table(("Quantity", "Closed form", "Verdict", "How checked"), made)
            case RuleIndex(entries=entries):
                rules = [
                    (
                        f'<a id="rule-{e.slug}"></a>{self.text(e.title)}',
                        str(e.count),
                        self.text(e.statement),
                        self.text(e.conditions),
                    )
                    for e in entries
                ]
                return self.table(("Rule", "Steps", "Identity", "If"), rules)
            case Footer(digests=digests, command=command):
                lines = "\n".join(f"* `{digest}` {self.link(link)}" for link, digest in digests)
                return f"---\n\nSHA-256 of claim, assumptions and steps:\n\n{lines}\n\nCheck again: `{command}`"
            case Equation(formula=formula):
                return self.displayed(self.latex(formula))
            case Table(head=head, rows=cells):
                filled = [tuple(self.text(cell) for cell in row) for row in cells]
                return self.table(tuple(self.text(cell) for cell in head), filled)
            case Figure(caption=caption):
                drawn = "\n".join(line.rstrip() for line in characters(block))
                return f"```text\n{drawn}\n```\n\n{self.text(caption)}"
            case Explorer() | Grids():
                return ""  # It is for pages that run.
            case _:
                assert_never(block)

    def statement(self, block: Statement) -> str:
        """Heading and claim of a theorem."""
        ranges = [self.inline(r) for r in block.ranges]
        ranges += [self.inline(display_condition(c, self.theory)) for c in block.conditions]
        phrases = [f"for {', '.join(ranges)}"] if ranges else []
        phrases += [f"assuming {self.assumed(block.assumed)}"] if block.assumed else []
        parts = [
            f'<a id="{block.anchor}"></a>\n\n## Theorem {block.number}. {self.text(block.title)}',
            self.text(block.prose),
            self.displayed(self.equation(block.left, block.relation, block.right)),
            f"{', '.join(phrases)}.{self.without(block.without)}" if phrases else "",
            f"Builds on {'; '.join(self.link(link) for link in block.cites)}." if block.cites else "",
        ]
        return "\n\n".join(part for part in parts if part)

    def assumed(self, assumed: tuple[tuple[Term, Term], ...]) -> str:
        """The assumptions in line."""
        return " and ".join(self.formula(left, "=", right) for left, right in assumed)

    def without(self, form: tuple[Term, Term, Link] | None) -> str:
        """The form that needs fewer assumptions."""
        if form is None:
            return ""
        left, right, link = form
        return f" Without it: {self.formula(left, '=', right)} ({self.link(link)})."

    def chain(self, block: Chain) -> str:
        """The lines as one aligned display, then a table of rules, reasons and verdicts."""
        if not block.rows:
            return ""
        lead = self.latex(display(block.left, self.theory))
        lines: list[str] = []
        for at, row in enumerate(block.rows):
            right = self.latex(display(row.right, self.theory))
            lines.append(f"{lead if at == 0 else ''} &{row.relation} {right} &&\\text{{({row.number})}}")
        body = " \\cr\n".join(line.strip() for line in lines)
        rows = [(f"({r.number})", self.rule(r), self.why(r), verdict_mark(r.verdict)) for r in block.rows]
        table = self.table(("Line", "Rule", "Reason", "Verdict"), rows)
        display_source = "\\begin{aligned}\n" + body + "\n\\end{aligned}"
        return f"{self.displayed(display_source)}\n\n{table}"

    def rule(self, row: Row) -> str:
        """The rule, linked to the list of rules."""
        return f"[{self.text(row.title)}](#rule-{row.rule})"

    def why(self, row: Row) -> str:
        """The reason with conditions, citations and, where it is not proved, the evidence."""
        parts = [self.text(row.reason)] if row.reason else []
        if row.conditions:
            parts.append("needs " + ", ".join(self.inline(display_condition(c, self.theory)) for c in row.conditions))
        parts += [f"see {self.link(link)}" for link in row.cites]
        if row.verdict.word != "proved":
            parts.append(_escaped(verdict_sentence(row.verdict)))
        return "; ".join(parts)

    def assumption(self, item: AssumptionItem) -> str:
        """The assumption, what it means and who uses it."""
        used = f"; used by {', '.join(self.link(link) for link in item.used_by)}" if item.used_by else ""
        return f"* {self.formula(item.left, '=', item.right)}: {self.text(item.note)}{used}"

    def matrix(self, block: Matrix) -> str:
        """The matrix with the sentence on its check."""
        dots = Operator("⋯")
        if not block.rows:
            return f"{self.text(block.title)}: {self.text(block.sentence)}"
        rows = tuple(tuple(dots if e is None else display(e, self.theory) for e in row) for row in block.rows)
        left = self.latex(display_whole(block.symbol, self.theory))
        shown = self.displayed(f"{left} = {self.latex(shape.Matrix(rows))}")
        return f"{self.text(block.title)}:\n\n{shown}\n\n{self.text(block.sentence)}"

    def table(self, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
        """A pipe table."""
        lines = [head, tuple("---" for _ in head), *rows]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)

    def link(self, link: Link) -> str:
        """A link within the file or to another entry's file."""
        page = file_of(link.entry, SUFFIX) if link.entry else ""
        return f"[{self.text(link.text)}]({page}#{link.anchor})"

    def text(self, text: Text) -> str:
        """Prose with its formulas in line."""
        return "".join(_escaped(part) if isinstance(part, str) else self.inline(part) for part in text)

    def latex(self, node: Display) -> str:
        """The LaTeX of a formula, without what Markdown would take apart."""
        made = latex_math(node)
        for old, new in _SAFE:
            made = made.replace(old, new)
        return _UNDERSCORE.sub(" _ ", made)

    def inline(self, node: Display) -> str:
        """A formula in running text."""
        return f"${self.latex(node)}$"

    def displayed(self, source: str) -> str:
        """A formula on its own."""
        return f"$$\n{source}\n$$"

    def math(self, term: Term) -> str:
        """A term in running text."""
        return self.inline(display(term, self.theory))

    def equation(self, left: Term, relation: str, right: Term) -> str:
        """left relation right, as LaTeX."""
        sides = (self.latex(display(side, self.theory)) for side in (left, right))
        return f" {relation} ".join(sides)

    def formula(self, left: Term, relation: str, right: Term) -> str:
        """left relation right in running text."""
        return f"${self.equation(left, relation, right)}$"


def _escaped(text: str) -> str:
    return "".join(f"\\{character}" if character in _ESCAPED else character for character in text)
