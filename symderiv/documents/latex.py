"""The document as LaTeX: a complete article, or a fragment for `\\input` that needs amsmath alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, assert_never

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
from symderiv.documents.figures import picture, tabular
from symderiv.documents.latex_checks import checks
from symderiv.documents.latex_frame import (
    ARTICLE,
    ARTICLE_PREAMBLE,
    FRAGMENT_COMMANDS,
    LETTER,
    NARROW,
    WIDE,
    Layout,
)
from symderiv.documents.latex_math import escaped, inline_math, latex_math
from symderiv.documents.measure import broken, packed, width
from symderiv.documents.notation import display, display_condition, display_whole
from symderiv.documents.symbols import whole
from symderiv.documents.words import Paper, file_of, verdict_sentence
from symderiv.statements import Theory, Verdict
from symderiv.terms import Path, Term

__all__ = ["SUFFIX", "render", "render_fragment"]

SUFFIX: Final = "tex"

_MARK: Final = "\\changed"
# Sizes of type, and how much of a matrix they put on a line.
_SIZES: Final = (("", 1.05), ("\\small", 1.13), ("\\footnotesize", 1.24), ("\\scriptsize", 1.39), ("\\tiny", 1.74))


def render(document: Document, paper: Paper = "a4") -> str:
    """A complete article: amsmath, amssymb, amsthm, xcolor, booktabs, microtype and hyperref; for pdflatex."""
    return _Printer(document.theory, ARTICLE).article(document, paper)


def render_fragment(document: Document, columns: Literal[1, 2] = 1) -> str:
    """The same content for `\\\\input` in a paper: nothing but amsmath, no colours, no links, no equation numbers.

    With one column it fits lines of 345 pt at 10 pt and wider ones, as the article class has them; with two, columns of
    229.5 pt and wider ones.
    """
    return _Printer(document.theory, WIDE if columns == 1 else NARROW).fragment(document)


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of a display, and the words between it and the next."""

    formula: str
    below: str = ""


class _Printer:
    """Prints blocks; holds the notation and how wide lines may be."""

    __slots__ = ("layout", "theory")

    def __init__(self, theory: Theory, layout: Layout) -> None:
        self.theory = theory
        self.layout = layout

    def article(self, document: Document, paper: Paper) -> str:
        """Preamble and body."""
        preamble = ARTICLE_PREAMBLE
        if paper == "letter":
            for old, new in LETTER:
                preamble = preamble.replace(old, new)
        head = f"{preamble}\\hypersetup{{pdftitle={{{escaped(document.title)}}}}}\n\n\\begin{{document}}\n\n"
        return head + self.body(document) + "\n\\end{document}\n"

    def fragment(self, document: Document) -> str:
        """The body after the commands it needs."""
        # In a paper that lets no display cross a page, a proof of many lines would leave the page.
        start = "\\begingroup\\allowdisplaybreaks\\emergencystretch3em"
        return f"{FRAGMENT_COMMANDS}\n{start}\n{self.body(document)}\\endgroup\n"

    @property
    def fragmentary(self) -> bool:
        """Whether this is a part of somebody's paper."""
        return not self.layout.article

    def body(self, document: Document) -> str:
        """All blocks."""
        return "\n\n".join(part for part in (self.block(block) for block in document.blocks) if part) + "\n"

    def block(self, block: Block) -> str:
        """The source of one block."""
        match block:
            case Heading(level=1, text=text):
                title = self.text(text)
                return (
                    f"\\section*{{{title}}}" if self.fragmentary else f"\\begin{{center}}\\LARGE {title}\\end{{center}}"
                )
            case Heading(text=text):
                return f"\\{'subsection' if self.fragmentary else 'section'}*{{{self.text(text)}}}"
            case Paragraph(text=text):
                return self.text(text)
            case Data(items=items):
                listed = "; ".join(f"${latex_math(item.formula)}$ ({self.text(item.note)})" for item in items)
                return f"Data: {listed}."
            case Definitions(items=items):
                sides = [(self.show(item.left), self.show(item.right)) for item in items]
                wide = self.column([left for left, _ in sides])
                rows = [
                    row
                    for item, (left, right) in zip(items, sides, strict=True)
                    for row in self.rows(left, ":=", right, self.noted(item.note), self.layout.line, wide)
                ]
                return self.aligned(rows, False)
            case Assumptions(items=items):
                return self.listed([self.assumption(item) for item in items])
            case Contents() | Headline():
                return ""  # Theorem numbers, the list of checks and the PDF's links do this on paper.
            case Statement():
                return self.statement(block)
            case Chain():
                return self.chain(block)
            case Matrix():
                return self.matrix(block)
            case Checks(rows=rows):
                return checks(rows, self.theory, self.layout)
            case RuleIndex(entries=entries):
                return self.listed(
                    [
                        f"{self.target(f'rule-{e.slug}')}\\textbf{{{self.text(e.title)}}} ({e.count} "
                        f"{'step' if e.count == 1 else 'steps'})"
                        + (f": {self.text(e.statement)}" if e.statement else "")
                        + (f"; if {self.text(e.conditions)}" if e.conditions else "")
                        for e in entries
                    ]
                )
            case Footer():
                return self.footer(block)
            case Equation(formula=formula):
                return f"\\[ {latex_math(formula)} \\]"
            case Table(head=head, rows=cells):
                return tabular([[self.text(cell) for cell in row] for row in (head, *cells)])
            case Figure(caption=caption):
                return f"{picture(block)}\n{self.text(caption)}"
            case Explorer() | Grids():
                return ""  # It is for pages that run.
            case _:
                assert_never(block)

    def statement(self, block: Statement) -> str:
        """The theorem with what it holds for and what it assumes."""
        ranges = [f"${latex_math(r)}$" for r in block.ranges]
        conditions = [f"${latex_math(display_condition(c, self.theory))}$" for c in block.conditions]
        assumed = [f"${self.equation(left, '=', right)}$" for left, right in block.assumed]
        phrases = [f"for {', '.join((*ranges, *conditions))}"] if ranges or conditions else []
        phrases += [f"assuming {' and '.join(assumed)}"] if assumed else []
        lead = ", ".join(phrases)
        lead = f"{lead[:1].upper()}{lead[1:]}," if lead else ""
        claim = self.displayed(block)
        title = self.text(block.title)
        anchor = self.target(block.anchor)
        if self.fragmentary:
            made = f"\\paragraph{{{title}.}} {lead}\n{claim}"
        else:
            made = f"\\bigskip\n\\begin{{theorem}}[{title}]{anchor}\n{lead}\n{claim}\n\\end{{theorem}}"
        after = [self.text(block.prose)] if block.prose else []
        if block.without is not None:
            left, right, link = block.without
            name = "this assumption" if len(block.assumed) == 1 else "these assumptions"
            after.append(f"Without {name}: ${self.equation(left, '=', right)}$ ({self.link(link)}).")
        if block.cites:
            after.append(f"Builds on: {'; '.join(self.link(link) for link in block.cites)}.")
        return "\n\n".join((made, *after))

    def displayed(self, block: Statement) -> str:
        """The claim as a display, broken where it is too wide."""
        left, right = self.show(block.left), self.show(block.right)
        if width(left) + width(right) + 2 <= self.layout.full:
            return f"\\[ {latex_math(left)} {block.relation} {latex_math(right)} \\]"
        rows = self.rows(left, block.relation, right, "", self.layout.full, self.column([left]))
        lines = " \\\\\n".join(row.formula.replace(" && ", "").rstrip() for row in rows)
        return f"\\begin{{align*}}\n{lines}\n\\end{{align*}}"

    def chain(self, block: Chain) -> str:
        """The proof: one display, relations in a column, reasons in another."""
        rows: list[_Line] = []
        left: Display | None = self.show(block.left)
        wide = self.column([self.show(block.left)])
        for row in block.rows:
            right, why = self.show(row.right, row.changed), self.why(row, row is block.rows[-1])
            made = self.rows(left, row.relation, right, why, self.layout.line, wide)
            if not self.fragmentary:
                made = [*(_Line(f"{part.formula} \\notag") for part in made[:-1]), made[-1]]
            rows += made
            left = None
        return f"\\emph{{Proof.}}\n{self.aligned(rows, True)}" if rows else ""

    def aligned(self, rows: list[_Line], numbered: bool) -> str:
        """Rows as a display that reaches from margin to margin."""
        if not rows:
            return ""
        star = "" if numbered and not self.fragmentary else "*"
        made = f"\\begin{{flalign{star}}}\n{_kept(rows)}\n\\end{{flalign{star}}}"
        if self.layout.beside:
            return made
        # The distance above and below a display is also that around the words between its rows.
        end = f"\n{{\\raggedright\\leftskip1.5em\\footnotesize {rows[-1].below}\\par}}" if rows[-1].below else ""
        return f"{{\\abovedisplayskip=4pt plus 1pt\\belowdisplayskip=3pt plus 1pt\n{made}{end}}}"

    def column(self, lefts: list[Display]) -> float:
        """The width of the column of left sides: that of the widest which shares its line."""
        return max((wide for left in lefts if (wide := width(left)) <= self.layout.alone), default=0.0)

    def rows(
        self, left: Display | None, relation: str, right: Display, why: str, limit: float, wide: float
    ) -> list[_Line]:
        """left relation right with its reason, on as many rows as it needs; all but the last continue.

        `wide` is the width of the left sides' column; a left side that is wider stands on a row of its own.
        """
        sign = "\\mathrel{:=}" if relation == ":=" else relation
        lead = "" if left is None else latex_math(left, self.mark)
        taken = wide + 1.4
        made: list[_Line] = []
        if left is not None and width(left) > wide:
            made.append(_Line(f"  & {lead} && "))
            lead, taken = "", wide + 2.4
        pieces = packed(broken(right, limit - taken), limit - taken)
        beside = why if self.layout.beside else ""
        fits = all(width(piece.node) <= limit - taken for piece in pieces) or not beside
        for at, piece in enumerate(pieces):
            text = latex_math(piece.node, self.mark)
            joint = "\\times" if piece.joint == "×" else piece.joint
            start = f"{lead} &{sign} " if at == 0 else f"  &\\qquad {{}}{joint} "
            last = at == len(pieces) - 1
            made.append(_Line(f"  {start}{text} && {beside if last and fits else ''}"))
        if not fits:
            made.append(_Line(f"  & && {beside}"))
        return made if self.layout.beside else [*made[:-1], _Line(made[-1].formula, why)]

    @property
    def mark(self) -> str:
        """The command around changed parts."""
        return "" if self.fragmentary else _MARK

    def why(self, row: Row, last: bool) -> str:
        """Rule, verdict and reason of a row, with its conditions and citations."""
        parts = [self.text(row.reason)] if row.reason else []
        if row.conditions:
            parts.append(
                "needs " + ", ".join(f"${latex_math(display_condition(c, self.theory))}$" for c in row.conditions)
            )
        parts += [f"see {self.link(link)}" for link in row.cites]
        if row.verdict.word != "proved":
            parts.append(escaped(verdict_sentence(row.verdict)))
        reason = "; ".join(parts)
        if not self.layout.beside:
            return f"{self.text(row.title)} ({row.verdict.word})" + (f": {reason}" if reason else "")
        if last:
            reason += "\\hfill\\ensuremath{\\square}" if not self.fragmentary else ""
        return (
            f"{self.command('why')}{{{row.rule}}}{{{self.text(row.title)}}}{{{self.verdict(row.verdict)}}}{{{reason}}}"
        )

    def verdict(self, verdict: Verdict) -> str:
        """A check mark for proved alone; every other verdict is its word."""
        return "\\proved{}" if verdict.word == "proved" and not self.fragmentary else verdict.word

    def noted(self, text: Text) -> str:
        """A remark in the column of the reasons."""
        if not text or not self.layout.beside:
            return self.text(text)
        return f"{self.command('note')}{{{self.text(text)}}}"

    def command(self, name: str) -> str:
        """The command for what stands beside a formula."""
        return f"\\symderiv{name}" if self.fragmentary else f"\\{name}"

    def assumption(self, item: AssumptionItem) -> str:
        """The assumption, what it means and who uses it."""
        note = f" ({self.text(item.note)})" if item.note else ""
        used = f"; used by {', '.join(self.link(link) for link in item.used_by)}" if item.used_by else "; not used here"
        return f"${self.equation(item.left, '=', item.right)}${note}{used}."

    def listed(self, items: list[str]) -> str:
        """An itemised list."""
        return (
            "\\begin{itemize}\n\\setlength{\\itemsep}{0pt}\\setlength{\\parsep}{2pt}\n"
            + "\n".join(f"  \\item[$\\bullet$] {item}" for item in items)
            + "\n\\end{itemize}"
            if items
            else ""
        )

    def matrix(self, block: Matrix) -> str:
        """The matrix, in a smaller size if it is wide, and the sentence on how it was checked."""
        dots = Operator("⋯")
        rows = tuple(tuple(dots if e is None else self.show(e) for e in row) for row in block.rows)
        head = f"\\textbf{{{self.text(block.title)}.}} {self.text(block.sentence)}"
        if not rows:
            return head
        made: Display = shape.Matrix(rows)
        name = display_whole(block.symbol, self.theory)
        symbol = latex_math(name)
        wide = width(made) + width(name) + 2
        full = self.layout.full
        size = next((name for name, room in _SIZES if wide <= room * full), None)
        if size is not None:
            return f"{head}\n{{{size}\\setlength{{\\arraycolsep}}{{3pt}}%\n\\[ {symbol} = {latex_math(made)} \\]}}"
        listed: list[_Line] = []
        for row, line in enumerate(block.rows, 1):
            for column, entry in enumerate(line, 1):
                if entry is not None:
                    place = shape.Fenced(shape.Row((whole(row), Operator(","), whole(column))))
                    listed += self.rows(place, "=", self.show(entry), "", full, self.column([place]))
        return f"{head} Entry by entry, ${symbol}$ is:\n{self.aligned(listed, False)}"

    def footer(self, block: Footer) -> str:
        """Digests and the command that checks again."""
        items = " \\\\\n".join(f"\\texttt{{{digest}}} {self.link(link)}" for link, digest in block.digests)
        command = escaped(block.command)
        size = "\\scriptsize" if self.layout.beside else "\\tiny"
        return (
            f"\\bigskip\n{{\\raggedright{size}\nSHA-256 of claim, assumptions and steps:\\\\\n{items}\\par}}\n\n"
            f"{{\\small Check again: \\texttt{{{command}}}}}"
        )

    def link(self, link: Link) -> str:
        """A reference that can be clicked where the document allows it."""
        text = self.text(link.text)
        if self.fragmentary:
            return text
        if link.entry:
            return f"\\href{{{file_of(link.entry, 'html')}\\#{link.anchor}}}{{{text}}}"
        return f"\\hyperlink{{{link.anchor}}}{{{text}}}"

    def target(self, anchor: str) -> str:
        """The place a link leads to."""
        return "" if self.fragmentary else f"\\hypertarget{{{anchor}}}{{}}"

    def text(self, text: Text) -> str:
        """Prose with its formulas."""
        return "".join(escaped(part) if isinstance(part, str) else inline_math(part) for part in text)

    def show(self, term: Term, marks: frozenset[Path] = frozenset()) -> Display:
        """The display tree of a term."""
        return display(term, self.theory, marks)

    def term(self, term: Term) -> str:
        """A term."""
        return latex_math(self.show(term))

    def equation(self, left: Term, relation: str, right: Term) -> str:
        """left relation right."""
        return f"{self.term(left)} {relation} {self.term(right)}"


def _kept(rows: list[_Line]) -> str:
    """Rows of a display; the first two stay on one page, and so do the last two."""
    text = ""
    for at, row in enumerate(rows):
        text += row.formula
        if at < len(rows) - 1:
            text += " \\\\*\n" if at in (0, len(rows) - 2) else " \\\\\n"
            text += f"  \\symderivbelow{{{row.below}}}\n" if row.below else ""
    return text
