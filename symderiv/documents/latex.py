"""The document as LaTeX: a complete article, or a fragment for `\\input` that needs amsmath alone."""

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
    Figure,
    Footer,
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
from symderiv.documents.latex_math import escaped, latex_math
from symderiv.documents.measure import broken, width
from symderiv.documents.notation import display, display_condition, display_whole
from symderiv.documents.symbols import whole
from symderiv.documents.words import Paper, file_of, verdict_sentence
from symderiv.statements import Theory, Verdict
from symderiv.terms import Path, Term

__all__ = ["SUFFIX", "render", "render_fragment"]

SUFFIX: Final = "tex"

# Of the 41.5 em that 160 mm hold at 11 pt, the reasons take 12.5 and the equation number with its distance 3.
_LINE: Final = 26.0
_FULL: Final = 38.0
_MARK: Final = "\\changed"

_PREAMBLE: Final = r"""\documentclass[11pt,a4paper]{article}
\usepackage{amsmath,amssymb,amsthm}
\usepackage{xcolor}
\usepackage{booktabs}
\usepackage{microtype}
\usepackage[colorlinks,allcolors=rule]{hyperref}
\setlength{\textwidth}{160mm}
\setlength{\oddsidemargin}{-0.4mm}
\setlength{\textheight}{242mm}
\setlength{\topmargin}{-20mm}
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt plus 2pt}
\setlength{\jot}{7pt}
\AtBeginDocument{\abovedisplayskip=7pt plus 2pt\abovedisplayshortskip=4pt plus 2pt}
\allowdisplaybreaks
\definecolor{changed}{HTML}{B3123B}
\definecolor{rule}{HTML}{1A4F9C}
\definecolor{muted}{HTML}{5A626B}
\definecolor{good}{HTML}{17803D}
\theoremstyle{plain}
\newtheorem{theorem}{Theorem}
\newcommand{\changed}[1]{{\color{changed}#1}}
\newcommand{\proved}{{\color{good}\ensuremath{\checkmark}}}
% rule, its title, verdict, reason
\newcommand{\why}[4]{\parbox{45mm}{\raggedright\small\hyperlink{rule-#1}{#2}~#3\\[-1pt]\footnotesize\color{muted}#4}}
\newcommand{\note}[1]{\parbox{45mm}{\raggedright\footnotesize\color{muted}#1}}
"""

# The same lines of 160 mm on US letter, so that formulas break alike.
_LETTER: Final = (
    ("a4paper", "letterpaper"),
    ("{\\oddsidemargin}{-0.4mm}", "{\\oddsidemargin}{2.55mm}"),
    ("{\\textheight}{242mm}", "{\\textheight}{224mm}"),
)

_FRAGMENT: Final = r"""% Needs amsmath.
\providecommand{\mathbb}[1]{\mathbf{#1}}
\providecommand{\changed}[1]{#1}
\providecommand{\why}[4]{\parbox{45mm}{\raggedright\small #2 (#3)\\[-1pt]\footnotesize #4}}
\providecommand{\note}[1]{\parbox{45mm}{\raggedright\footnotesize #1}}
"""


def render(document: Document, paper: Paper = "a4") -> str:
    """A complete article: amsmath, amssymb, amsthm, xcolor, booktabs, microtype and hyperref; for pdflatex."""
    return _Printer(document.theory, False).article(document, paper)


def render_fragment(document: Document) -> str:
    """The same content for `\\input` in a paper: nothing but amsmath, no colours, no links, no equation numbers."""
    return _Printer(document.theory, True).fragment(document)


class _Printer:
    """Prints blocks; holds the notation and whether a fragment is wanted."""

    __slots__ = ("fragmentary", "theory")

    def __init__(self, theory: Theory, fragmentary: bool) -> None:
        self.theory = theory
        self.fragmentary = fragmentary

    def article(self, document: Document, paper: Paper) -> str:
        """Preamble and body."""
        preamble = _PREAMBLE
        if paper == "letter":
            for old, new in _LETTER:
                preamble = preamble.replace(old, new)
        head = f"{preamble}\\hypersetup{{pdftitle={{{escaped(document.title)}}}}}\n\n\\begin{{document}}\n\n"
        return head + self.body(document) + "\n\\end{document}\n"

    def fragment(self, document: Document) -> str:
        """The body after the commands it needs."""
        return f"{_FRAGMENT}\n{self.body(document)}"

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
                rows = [
                    row
                    for item in items
                    for row in self.rows(self.show(item.left), ":=", self.show(item.right), self.noted(item.note))
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
                return self.checks(rows)
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
        if width(left) + width(right) + 2 <= _FULL:
            return f"\\[ {latex_math(left)} {block.relation} {latex_math(right)} \\]"
        rows = self.rows(left, block.relation, right, "", _FULL)
        return (
            "\\begin{align*}\n" + " \\\\\n".join(row.replace(" && ", "").rstrip() for row in rows) + "\n\\end{align*}"
        )

    def chain(self, block: Chain) -> str:
        """The proof: one display, relations in a column, reasons in another."""
        rows: list[str] = []
        left: Display | None = self.show(block.left)
        for row in block.rows:
            made = self.rows(
                left, row.relation, self.show(row.right, row.changed), self.why(row, row is block.rows[-1])
            )
            if not self.fragmentary:
                made = [*(f"{part} \\notag" for part in made[:-1]), made[-1]]
            rows += made
            left = None
        return f"\\emph{{Proof.}}\n{self.aligned(rows, True)}" if rows else ""

    def aligned(self, rows: list[str], numbered: bool) -> str:
        """Rows as a display that reaches from margin to margin."""
        star = "" if numbered and not self.fragmentary else "*"
        return f"\\begin{{flalign{star}}}\n" + _kept(rows) + f"\n\\end{{flalign{star}}}"

    def rows(self, left: Display | None, relation: str, right: Display, why: str, limit: float = _LINE) -> list[str]:
        """left relation right with its reason, on as many rows as it needs; all but the last continue."""
        sign = "\\mathrel{:=}" if relation == ":=" else relation
        lead = "" if left is None else latex_math(left, self.mark)
        taken = 1.4 if left is None else width(left) + 1.4
        made: list[str] = []
        if taken > 11 and taken + width(right) > limit:
            made.append(f"  & {lead} && ")
            lead, taken = "", 2.4
        pieces = broken(right, limit - taken)
        fits = all(width(piece.node) <= limit - taken for piece in pieces)
        for at, piece in enumerate(pieces):
            text = latex_math(piece.node, self.mark)
            joint = "\\times" if piece.joint == "×" else piece.joint
            start = f"{lead} &{sign} " if at == 0 else f"  &\\qquad {{}}{joint} "
            last = at == len(pieces) - 1 and fits
            made.append(f"  {start}{text} && {why if last else ''}")
        return made if fits or not why else [*made, f"  & && {why}"]

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
        if last:
            reason += "\\hfill\\ensuremath{\\square}" if not self.fragmentary else ""
        return f"\\why{{{row.rule}}}{{{self.text(row.title)}}}{{{self.verdict(row.verdict)}}}{{{reason}}}"

    def verdict(self, verdict: Verdict) -> str:
        """A check mark for proved alone; every other verdict is its word."""
        return "\\proved{}" if verdict.word == "proved" and not self.fragmentary else verdict.word

    def noted(self, text: Text) -> str:
        """A remark in the column of the reasons."""
        return f"\\note{{{self.text(text)}}}" if text else ""

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
        sizes = (("", 40.0), ("\\small", 43.0), ("\\footnotesize", 47.0), ("\\scriptsize", 53.0), ("\\tiny", 66.0))
        size = next((name for name, room in sizes if wide <= room), "")
        if size or wide <= 40:
            return f"{head}\n{{{size}\\setlength{{\\arraycolsep}}{{3pt}}%\n\\[ {symbol} = {latex_math(made)} \\]}}"
        listed: list[str] = []
        for row, line in enumerate(block.rows, 1):
            for column, entry in enumerate(line, 1):
                if entry is not None:
                    place = shape.Fenced(shape.Row((whole(row), Operator(","), whole(column))))
                    listed += self.rows(place, "=", self.show(entry), "", _FULL)
        return f"{head} Entry by entry, ${symbol}$ is:\n{self.aligned(listed, False)}"

    def checks(self, rows: tuple[CheckRow, ...]) -> str:
        """Quantity, closed form, verdict, how checked."""
        column = "p{%s}"
        columns = "".join(column % size for size in ("32mm", "62mm", "13mm", "42mm"))
        rules = ("\\hline",) * 3 if self.fragmentary else ("\\toprule", "\\midrule", "\\bottomrule")
        cells: list[str] = []
        for row in rows:
            left, right = (
                self.broken_cell(self.show(row.left), 7.8),
                self.broken_cell(self.show(row.right), 15.0, row.relation),
            )
            how = f"\\raggedright\\footnotesize {escaped(row.verdict.evidence)}"
            cells.append(f"{left} & {right} & {row.verdict.word} & {how} \\tabularnewline[3pt]")
        head = f"{rules[0]}\nQuantity & Closed form & Verdict & How checked \\\\\n{rules[1]}"
        # A table for each row, all of the same columns: so the list may break across pages without another package.
        lines = [
            f"\\noindent\\begin{{tabular}}{{@{{}}{columns}@{{}}}}\n{cell}\n\\end{{tabular}}"
            for cell in (head, *cells[:-1], f"{cells[-1]}\n{rules[2]}")
        ]
        body = "\\par\n".join(lines)
        return f"{{\\small\\setlength{{\\tabcolsep}}{{4pt}}\\setlength{{\\parskip}}{{0pt}}%\n{body}\\par}}"

    def broken_cell(self, node: Display, limit: float, relation: str = "=") -> str:
        """A formula in a table cell, a piece a line."""
        lead = "" if relation == "=" else f"{relation} "
        texts: list[str] = []
        pieces = broken(node, limit)
        small = "\\scriptsize " if any(width(piece.node) > limit for piece in pieces) else ""
        for piece in pieces:
            joint = "\\times" if piece.joint == "×" else piece.joint
            start = f"{{}}{joint} " if joint else lead
            texts.append(f"${start}{latex_math(piece.node)}$")
        return small + " \\newline ".join(texts)

    def footer(self, block: Footer) -> str:
        """Digests and the command that checks again."""
        items = " \\\\\n".join(f"\\texttt{{{digest}}} {self.link(link)}" for link, digest in block.digests)
        command = escaped(block.command)
        return (
            f"\\bigskip\n{{\\raggedright\\scriptsize\nSHA-256 of claim, assumptions and steps:\\\\\n{items}\\par}}\n\n"
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
        return "".join(escaped(part) if isinstance(part, str) else f"${latex_math(part)}$" for part in text)

    def show(self, term: Term, marks: frozenset[Path] = frozenset()) -> Display:
        """The display tree of a term."""
        return display(term, self.theory, marks)

    def term(self, term: Term) -> str:
        """A term."""
        return latex_math(self.show(term))

    def equation(self, left: Term, relation: str, right: Term) -> str:
        """left relation right."""
        return f"{self.term(left)} {relation} {self.term(right)}"


def _kept(rows: list[str]) -> str:
    """Rows of a display; the first two stay on one page, and so do the last two."""
    text = ""
    for at, row in enumerate(rows):
        text += row
        if at < len(rows) - 1:
            text += " \\\\*\n" if at in (0, len(rows) - 2) else " \\\\\n"
    return text
