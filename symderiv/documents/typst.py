"""The document as typst source: a paper with one grid a proof, tagged, every formula with its words."""

from __future__ import annotations

from typing import Final, assert_never

from symderiv.documents import display as shape
from symderiv.documents.display import Display, Operator
from symderiv.documents.document import (
    AssumptionItem,
    Assumptions,
    Block,
    Chain,
    CheckRow,
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
from symderiv.documents.figures import drawing
from symderiv.documents.measure import broken, packed, width
from symderiv.documents.notation import display, display_condition, display_whole
from symderiv.documents.speech import spoken
from symderiv.documents.symbols import whole
from symderiv.documents.typst_math import quoted, typst_math
from symderiv.documents.typst_prelude import PRELUDE
from symderiv.documents.words import Paper, file_of, verdict_sentence
from symderiv.statements import Verdict
from symderiv.terms import Path, Term

__all__ = ["SUFFIX", "render"]

SUFFIX: Final = "typ"

# of the 41.2 em that 160 mm hold at 11 pt, the reasons take 11.5, the line number with its distances 3.
_LINE: Final = 25.8
_FULL: Final = 39.5
_NOTED: Final = 28.0
# A left side that is wider than this stands on a line of its own.
_ALONE: Final = 9.5
# What is shorter than this stays on one line in running text.
_SHORT: Final = 9.0
_MARK: Final = "changed"
# Both papers have lines of 160 mm, so that formulas break alike.
_PAPERS: Final = {"a4": ("a4", "25mm"), "letter": ("us-letter", "27.95mm")}
_ESCAPED: Final = "\\#$*_`<>@[]~\"'/"


def render(document: Document, paper: Paper = "a4") -> str:
    """The document as typst source for A4 or US letter; it needs no package and no font but those typst brings."""
    return _Printer(document).document(document, paper)


class _Printer:
    """Prints blocks; holds the notation and the places that links may lead to."""

    __slots__ = ("anchors", "theory")

    def __init__(self, document: Document) -> None:
        self.theory = document.theory
        self.anchors = _anchors(document)

    def document(self, document: Document, paper: Paper) -> str:
        """Settings, then all blocks."""
        size, margin = _PAPERS[paper]
        head = PRELUDE.replace("TITLE", quoted(document.title)).replace("PAPER", quoted(size)).replace("MARGIN", margin)
        blocks = "\n\n".join(part for part in (self.block(block) for block in document.blocks) if part)
        return f"{head}\n{blocks}\n"

    def block(self, block: Block) -> str:
        """The source of one block."""
        match block:
            case Heading(level=1, text=text):
                return f"#title[{self.text(text)}]"
            case Heading(text=text, anchor=anchor):
                return f"= {self.text(text)} <{anchor}>"
            case Paragraph(text=text, quiet=quiet):
                return f"#quiet[{self.text(text)}]" if quiet else self.opening(text)
            case Headline():
                assumed = self.assumed(block.assumed)
                claim = self.claim(block.left, block.relation, block.right, _FULL - 3)
                return f"#headline[{claim}][{f'assuming {assumed}' if assumed else ''}]"
            case Data(items=items):
                listed = "; ".join(f"{self.math(item.formula)} ({self.text(item.note)})" for item in items)
                return f"Data: {listed}."
            case Definitions(items=items):
                wide = max((width(self.show(i.left)) for i in items), default=0.0)
                rows = [self.row(i.left, ":=", i.right, f"[#note[{self.text(i.note)}]]", _NOTED, wide) for i in items]
                return f"#definitions(\n{''.join(rows)})"
            case Assumptions(items=items):
                return self.listed([self.assumption(item) for item in items])
            case Contents():
                return "#theorems()"
            case Statement():
                return self.statement(block)
            case Chain():
                return self.chain(block)
            case Matrix():
                return self.matrix(block)
            case Checks(rows=checks):
                return self.checks(checks)
            case RuleIndex(entries=entries):
                return "\n".join(self.rule(entry) for entry in entries)
            case Footer():
                return self.footer(block)
            case Equation(formula=formula):
                return self.shown(formula, _FULL)
            case Table(head=head, rows=cells):
                return self.table(head, cells)
            case Figure(caption=caption):
                return f"{drawing(block)}\n\n{self.text(caption)}"
            case Explorer() | Grids():
                return ""  # It is for pages that run.
            case _:
                assert_never(block)

    def statement(self, block: Statement) -> str:
        """The theorem with what it holds for and what it assumes."""
        ranges = [self.math(r) for r in block.ranges]
        ranges += [self.math(display_condition(c, self.theory)) for c in block.conditions]
        phrases = [f"for {', '.join(ranges)}"] if ranges else []
        phrases += [f"assuming {self.assumed(block.assumed)}"] if block.assumed else []
        lead = ", ".join(phrases)
        lead = f"_{lead[:1].upper()}{lead[1:]}_," if lead else ""
        claim = self.claim(block.left, block.relation, block.right, _FULL)
        parts = [f"#theorem({block.number})[{self.text(block.title)}] <{block.anchor}>\n#stated[{lead}\n{claim}]"]
        if block.prose:
            parts.append(self.opening(block.prose))
        if block.without is not None:
            left, right, link = block.without
            name = "this assumption" if len(block.assumed) == 1 else "these assumptions"
            parts.append(f"Without {name}: {self.equation(left, '=', right)} ({self.link(link)}).")
        if block.cites:
            parts.append(f"Builds on: {'; '.join(self.link(link) for link in block.cites)}.")
        return "\n\n".join(parts)

    def claim(self, left: Term, relation: str, right: Term, limit: float) -> str:
        """A claim as a display, broken where it is too wide."""
        first, second = self.show(left), self.show(right)
        whole_claim = shape.Row((first, Operator(relation), second))
        if width(first) + width(second) + 2 <= limit:
            return f"#shown({quoted(spoken(whole_claim))}, ${typst_math(whole_claim)}$)"
        lead = width(first)
        lines = self.lines(first, relation, second, limit, 0.0 if lead > _ALONE else lead)
        return f"#shown({quoted(spoken(whole_claim))}, ${lines}$)"

    def chain(self, block: Chain) -> str:
        """The proof: a row a line, relations in a column, then the reason and the number."""
        lead = width(self.show(block.left))
        rows = [
            self.row(
                block.left if at == 0 else None,
                row.relation,
                row.right,
                f"[{self.why(row)}], [({row.number})]",
                _LINE,
                0.0 if lead > _ALONE else lead,
                row.changed,
                last=at == len(block.rows) - 1,
            )
            for at, row in enumerate(block.rows)
        ]
        return f"#proof(\n{''.join(rows)})" if rows else ""

    def row(
        self,
        left: Term | None,
        relation: str,
        right: Term,
        rest: str,
        limit: float,
        wide: float,
        marks: frozenset[Path] = frozenset(),
        last: bool = False,
    ) -> str:
        """A row of a grid: words, left side, relation and right side in as many lines as they need, the cells after.

        `wide` is the width of the left sides' column, in which a left side that is wider than it is not put.
        """
        first = shape.Row(()) if left is None else self.show(left)
        second = self.show(right, marks)
        sign = "≔" if relation == ":=" else relation
        heard = shape.Row((Operator(sign), second)) if left is None else shape.Row((first, Operator(sign), second))
        lines = self.lines(first, sign, second, limit, wide, _MARK if marks else "")
        side, _, body = lines.partition("&")
        ending = ", last: true" if last else ""
        return f"  row({quoted(spoken(heard))}, ${side.strip()}$, $&{body}$, {rest}{ending}),\n"

    def lines(self, left: Display, relation: str, right: Display, limit: float, wide: float, mark: str = "") -> str:
        """left & relation right, with a backslash before each line that continues; a wide left side stands alone."""
        sign = typst_math(Operator(relation))
        start, taken, indent = f"{typst_math(left)} &", wide + 1.4, ""
        if width(left) > wide:
            start, taken, indent = f"&{typst_math(left)} \\ &", wide + 2.4, "quad "
        pieces = packed(broken(right, limit - taken), limit - taken)
        text = f"{start}{indent}{sign} {typst_math(pieces[0].node, mark)}"
        for piece in pieces[1:]:
            joint = {"×": "times", "/": "\\/"}.get(piece.joint, piece.joint)
            space = "#box(width: 0pt) " if joint else ""
            text += f" \\ &{indent}quad {space}{joint} {typst_math(piece.node, mark)}"
        return text

    def why(self, row: Row) -> str:
        """Rule and verdict, then the reason with conditions and citations and, where it is not proved, the evidence."""
        parts = [self.text(row.reason)] if row.reason else []
        if row.conditions:
            parts.append("needs " + ", ".join(self.math(display_condition(c, self.theory)) for c in row.conditions))
        parts += [f"see {self.link(link)}" for link in row.cites]
        if row.verdict.word != "proved":
            parts.append(_escaped(verdict_sentence(row.verdict)))
        rule = self.reference(f"rule-{row.rule}", self.text(row.title))
        reason = "; ".join(parts)
        return f"{rule}~{_verdict(row.verdict)}" + (f" \\ #reason[{reason}]" if reason else "")

    def assumption(self, item: AssumptionItem) -> str:
        """The assumption, what it means and who uses it."""
        used = f"; used by {', '.join(self.link(link) for link in item.used_by)}" if item.used_by else ""
        note = f" ({self.text(item.note)})" if item.note else ""
        return f"{self.equation(item.left, '=', item.right)}{note}{used}."

    def rule(self, entry: RuleEntry) -> str:
        """A rule as an item of a list that links lead to."""
        steps = f"{entry.count} {'step' if entry.count == 1 else 'steps'}"
        statement = f": {self.text(entry.statement)}" if entry.statement else ""
        needs = f"; if {self.text(entry.conditions)}" if entry.conditions else ""
        return f"- #rule({quoted(f'rule-{entry.slug}')})[{self.text(entry.title)}] ({steps}){statement}{needs}"

    def matrix(self, block: Matrix) -> str:
        """The matrix, in a smaller size if it is wide, and the sentence on how it was checked."""
        dots = Operator("⋯")
        rows = tuple(tuple(dots if e is None else self.show(e) for e in row) for row in block.rows)
        head = f"*{self.text(block.title)}.* {self.text(block.sentence)}"
        if not rows:
            return head
        made: Display = shape.Matrix(rows)
        symbol = display_whole(block.symbol, self.theory)
        together = shape.Row((symbol, Operator("="), made))
        wide = width(together)
        sizes = (("11pt", 39.5), ("10pt", 43.0), ("9pt", 48.0), ("8pt", 54.0), ("6.5pt", 66.0))
        size = next((name for name, room in sizes if wide <= room), "")
        if size:
            return f"{head}\n#[#set text(size: {size})\n{self.whole_shown(together)}]"
        lines: list[str] = []
        for row, line in enumerate(block.rows, 1):
            for column, entry in enumerate(line, 1):
                if entry is not None:
                    place = shape.Fenced(shape.Row((whole(row), Operator(","), whole(column))))
                    heard = shape.Row((place, Operator("="), self.show(entry)))
                    shown = self.lines(place, "=", self.show(entry), _FULL, width(place))
                    side, _, body = shown.partition("&")
                    lines.append(f"  row({quoted(spoken(heard))}, ${side.strip()}$, $&{body}$, []),\n")
        return f"{head} Entry by entry, {self.math(symbol)} is:\n#entries(\n{''.join(lines)})"

    def checks(self, rows: tuple[CheckRow, ...]) -> str:
        """Quantity, closed form, verdict, how checked."""
        cells: list[str] = []
        for row in rows:
            left = self.cell(self.show(row.left), 8.8)
            right = self.cell(self.show(row.right), 18.0, row.relation)
            cells.append(f"  [{left}], [{right}], [{row.verdict.word}], [{_escaped(row.verdict.evidence)}],\n")
        return f"#checks(\n{''.join(cells)})"

    def cell(self, node: Display, limit: float, relation: str = "=") -> str:
        """A formula in a table cell, a piece a line."""
        pieces = packed(broken(node, limit), limit)
        lines: list[str] = []
        for piece in pieces:
            joint = {"×": "times", "/": "\\/"}.get(piece.joint, piece.joint)
            lines.append(f"#box(width: 0pt) {joint} {typst_math(piece.node)}" if joint else typst_math(piece.node))
        lead = "" if relation == "=" else f"{relation} "
        heard = node if relation == "=" else shape.Row((Operator(relation), node))
        stacked = " \\ ".join(lines)
        return f"#shown({quoted(spoken(heard))}, ${lead}{stacked}$)"

    def footer(self, block: Footer) -> str:
        """Digests and the command that checks again."""
        items = " \\\n".join(f"#raw({quoted(digest)}) {self.link(link)}" for link, digest in block.digests)
        heading = "SHA-256 of claim, assumptions and steps:"
        return f"#footer[{heading} \\\n{items}]\n\nCheck again: #raw({quoted(block.command)})"

    def table(self, head: tuple[Text, ...], rows: tuple[tuple[Text, ...], ...]) -> str:
        """Cells under a head."""
        header = ", ".join(f"[{self.text(cell)}]" for cell in head)
        cells = "".join(f"  {', '.join(f'[{self.text(cell)}]' for cell in row)},\n" for row in rows)
        return f"#ruled({len(head)}, ({header},),\n{cells})"

    def listed(self, items: list[str]) -> str:
        """Items with bullets."""
        return "\n".join(f"- {item}" for item in items)

    def link(self, link: Link) -> str:
        """A reference to a theorem, in this document or in another."""
        text = self.text(link.text)
        if link.entry:
            place = f"{file_of(link.entry, 'html')}#{link.anchor}"
            return f"#link({quoted(place)})[{text}];"
        return self.reference(link.anchor, text)

    def reference(self, anchor: str, text: str) -> str:
        """A link inside the document, where what it leads to is printed."""
        return f"#link(<{anchor}>)[{text}];" if anchor in self.anchors else text

    def opening(self, text: Text) -> str:
        """A paragraph; its first characters may not be read as a list or a heading."""
        made = self.text(text)
        return f"\\{made}" if made[:1] in "=-+" else made

    def text(self, text: Text) -> str:
        """Prose with its formulas."""
        return "".join(_escaped(part) if isinstance(part, str) else self.math(part) for part in text)

    def math(self, node: Display) -> str:
        """A formula in running text; the semicolon ends typst's code, whatever follows."""
        name = "short" if width(node) < _SHORT else "inline"
        return f"#{name}({quoted(spoken(node))}, ${typst_math(node)}$);"

    def whole_shown(self, node: Display) -> str:
        """A formula on its own, unbroken."""
        return f"#shown({quoted(spoken(node))}, ${typst_math(node)}$)"

    def shown(self, node: Display, limit: float) -> str:
        """A formula on its own, broken where it is too wide."""
        return self.cell(node, limit)

    def show(self, term: Term, marks: frozenset[Path] = frozenset()) -> Display:
        """The display tree of a term."""
        return display(term, self.theory, marks)

    def equation(self, left: Term, relation: str, right: Term) -> str:
        """left relation right in running text."""
        return self.math(shape.Row((self.show(left), Operator(relation), self.show(right))))

    def assumed(self, assumed: tuple[tuple[Term, Term], ...]) -> str:
        """The assumptions in running text."""
        return " and ".join(self.equation(left, "=", right) for left, right in assumed)


def _anchors(document: Document) -> frozenset[str]:
    """The places of the document that a link may lead to: typst refuses a link to nowhere."""
    found: set[str] = set()
    for block in document.blocks:
        match block:
            case Statement(anchor=anchor) | Heading(anchor=anchor):
                found.add(anchor)
            case RuleIndex(entries=entries):
                found |= {f"rule-{entry.slug}" for entry in entries}
            case _:
                pass
    return frozenset(found)


def _verdict(verdict: Verdict) -> str:
    return "#good[✓]" if verdict.word == "proved" else f"({verdict.word})"


def _escaped(text: str) -> str:
    made = "".join(f"\\{character}" if character in _ESCAPED else character for character in text)
    return made.replace("--", "-\\-").replace("...", ".\\..")
