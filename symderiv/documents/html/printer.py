"""The blocks of a document as markup, every formula in native MathML."""

from __future__ import annotations

from html import escape
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
from symderiv.documents.figures import svg
from symderiv.documents.mathml import mathml, mathml_piece
from symderiv.documents.measure import broken, width
from symderiv.documents.notation import display, display_claim, display_condition, display_whole
from symderiv.documents.words import file_of, verdict_mark, verdict_sentence
from symderiv.statements import Claim, Condition, Relation, Theory, Verdict
from symderiv.terms import Path, Term

__all__ = ["Printer"]

# A row's formula has about 820 - 28 - 30 - 216 px, at 18.7 px an em.
_LINE: Final = 27.5


class Printer:
    """Prints blocks; holds the notation and the identities of the rules, for the rows that use them.

    A block that brings a script or a style adds it to `scripts` or `styles`; the page collects them.
    """

    __slots__ = ("identities", "scripts", "styles", "suffix", "theory")

    def __init__(self, document: Document, suffix: str) -> None:
        self.theory: Theory = document.theory
        self.suffix = suffix
        self.scripts: list[str] = []
        self.styles: list[str] = []
        entries = (e for block in document.blocks if isinstance(block, RuleIndex) for e in block.entries)
        self.identities = {entry.slug: entry.statement for entry in entries}

    def block(self, block: Block) -> str:
        """The markup of one block."""
        match block:
            case Heading(level=1, text=text):
                return f"<h1>{self.text(text)}</h1>"
            case Heading(text=text, anchor=anchor):
                return f'<h2 id="{anchor}">{self.text(text)}</h2>'
            case Paragraph(text=text, quiet=quiet):
                return f'<p class="meta">{self.text(text)}</p>' if quiet else f"<p>{self.text(text)}</p>"
            case Headline():
                return self.headline(block)
            case Data(items=items):
                rows = [f'<li>{mathml(i.formula)} <span class="note">{self.text(i.note)}</span></li>' for i in items]
                return f'<ul class="data">{"".join(rows)}</ul>'
            case Definitions(items=items):
                rows = [f"<dt>{self.relation(i.left, ':=', i.right)}</dt>{self.remark(i.note)}" for i in items]
                return f'<dl class="given">{"".join(rows)}</dl>'
            case Assumptions(items=items):
                return f'<dl class="given">{"".join(self.assumption(item) for item in items)}</dl>'
            case Contents():
                return self.contents(block)
            case Statement():
                return self.statement(block)
            case Chain():
                return self.chain(block)
            case Matrix():
                return self.matrix(block)
            case Checks():
                return self.checks(block)
            case RuleIndex():
                return self.rules(block)
            case Footer():
                return self.footer(block)
            case Equation(formula=formula):
                return f'<div class="matrix">{mathml(formula)}</div>'
            case Table():
                return self.table(block)
            case Figure(caption=caption):
                return f'<figure style="margin:20px 0">{svg(block)}<p class="caption">{self.text(caption)}</p></figure>'
            case _:
                assert_never(block)

    def remark(self, note: Text) -> str:
        """A remark beside a formula."""
        return f'<dd class="note">{self.text(note)}</dd>'

    def headline(self, block: Headline) -> str:
        """The result in a card, with its assumptions and the form without them."""
        formula = self.claim(block.left, block.relation, block.right)
        parts = [self.holds(block.ranges, (), block.assumed), self.without(block.without, len(block.assumed))]
        name = self.text(block.link.text)
        return (
            f'<section class="headline" aria-label="Result"><div class="formula">{formula}</div>{"".join(parts)}'
            f'<p class="builds"><a href="#{block.link.anchor}">{name}</a></p></section>'
        )

    def contents(self, block: Contents) -> str:
        """The theorems with their claims, each a link to its proof."""
        rows: list[str] = []
        for item in block.items:
            first = ' class="first"' if item.headline else ""
            rows.append(
                f"<tr{first}><td>{item.number}</td><td>{self.link(item.link)}</td>"
                f'<td><span class="formula">{self.claim(item.left, item.relation, item.right)}</span></td>'
                f"<td>{self.mark(item.verdict)}</td></tr>"
            )
        head = "<thead><tr><th></th><th>Theorem</th><th>Claim</th><th>Verdict</th></tr></thead>"
        return f'<table class="overview">{head}<tbody>{"".join(rows)}</tbody></table>'

    def statement(self, block: Statement) -> str:
        """Heading, explanation and claim of a theorem."""
        parts = [
            f'<h2 id="{block.anchor}"><span class="ordinal">Theorem {block.number}</span>{self.text(block.title)}</h2>',
            f"<p>{self.text(block.prose)}</p>" if block.prose else "",
            f'<div class="claim" role="note" aria-label="Theorem {block.number}">'
            f'<div class="formula">{self.claim(block.left, block.relation, block.right)}</div>',
            self.holds(block.ranges, block.conditions, block.assumed),
            self.without(block.without, len(block.assumed)),
            f'<p class="builds">Builds on {"; ".join(self.link(link) for link in block.cites)}</p>'
            if block.cites
            else "",
            "</div>",
        ]
        return "".join(parts)

    def holds(
        self, ranges: tuple[Display, ...], conditions: tuple[Condition, ...], assumed: tuple[tuple[Term, Term], ...]
    ) -> str:
        """For which indices, and under which assumptions."""
        parts = [mathml(part, False) for part in ranges]
        parts += [mathml(display_condition(condition, self.theory), False) for condition in conditions]
        words = [f"For {', '.join(parts)}"] if parts else []
        if assumed:
            words.append("assuming " + " and ".join(self.relation(left, "=", right, False) for left, right in assumed))
        sentence = ", ".join(words)
        return f'<p class="holds">{sentence[:1].upper()}{sentence[1:]}</p>' if sentence else ""

    def without(self, form: tuple[Term, Term, Link] | None, assumptions: int) -> str:
        """The form that needs no assumption, beside the one that does."""
        if form is None:
            return ""
        left, right, link = form
        name = "this assumption" if assumptions == 1 else "these assumptions"
        return f'<p class="holds">Without {name}: {self.relation(left, "=", right, False)} ({self.link(link)})</p>'

    def chain(self, block: Chain) -> str:
        """The lines of a proof; opening one shows the rule's identity and the checker's evidence."""
        left = display(block.left, self.theory)
        across = width(left) > 9.5
        column = 1.2 if across else width(left) * 1.1 + 0.4
        rows: list[str] = []
        for at, row in enumerate(block.rows):
            lead = mathml(left) if at == 0 and not across else ""
            right = display(row.right, self.theory, row.changed)
            room = _LINE - column
            pieces = [mathml_piece(piece.joint, piece.node) for piece in broken(right, room)]
            if at == 0 and across:
                rows.append(f'<li><div class="row"><span></span><span class="across">{mathml(left)}</span></div></li>')
            rows.append(self.row(row, lead, "".join(f'<div class="piece">{piece}</div>' for piece in pieces)))
        return f'<ol class="chain" style="--left: {column:.1f}em">{"".join(rows)}</ol>'

    def row(self, row: Row, lead: str, right: str) -> str:
        """One line: number, left side, relation, right side, rule with reason and verdict."""
        relation = "=" if row.relation == "=" else "&gt;"
        tag = f'<a class="tag" href="#rule-{row.rule}">{self.text(row.title)}</a>'
        identity = self.identities.get(row.rule, ())
        inside = [f"<p>{self.text(identity)}</p>"] if identity else []
        inside.append(f"<p>{escape(verdict_sentence(row.verdict))}</p>")
        return (
            f'<li id="step-{row.number}"><details><summary class="row"><span class="number">{row.number}</span>'
            f'<span class="line"><span class="left">{lead}</span>'
            f'<span class="relation"><math><mo>{relation}</mo></math></span><span class="right">{right}</span></span>'
            f'<span class="reason">{tag}{self.mark(row.verdict)}{self.why(row)}</span>'
            f'</summary><div class="evidence">{"".join(inside)}</div></details></li>'
        )

    def why(self, row: Row) -> str:
        """The reason, the conditions this line needs and the theorems it cites."""
        parts = [self.text(row.reason)] if row.reason else []
        if row.conditions:
            shown = (mathml(display_condition(condition, self.theory), False) for condition in row.conditions)
            parts.append("needs " + ", ".join(shown))
        parts += [f"see {self.link(link)}" for link in row.cites]
        return f'<div class="why">{"; ".join(parts)}</div>' if parts else ""

    def mark(self, verdict: Verdict) -> str:
        """The verdict: a check mark for proved alone, its word otherwise; the sentence as its name."""
        sentence = escape(verdict_sentence(verdict))
        kind = "mark" if verdict.word == "proved" else "word"
        name = f'role="img" title="{sentence}" aria-label="{verdict.word}"'
        return f'<span class="{kind}" {name}>{verdict_mark(verdict)}</span>'

    def assumption(self, item: AssumptionItem) -> str:
        """The assumption, what it means and who uses it."""
        used = f"; used by {', '.join(self.link(link) for link in item.used_by)}" if item.used_by else ""
        return f'<dt>{self.relation(item.left, "=", item.right)}</dt><dd class="note">{self.text(item.note)}{used}</dd>'

    def matrix(self, block: Matrix) -> str:
        """The matrix, sideways scrolling if it is wide, with the sentence on its check."""
        dots = Operator("⋯")
        title, sentence = self.text(block.title), self.text(block.sentence)
        if not block.rows:
            return f'<p class="caption">{title}: {sentence}</p>'
        rows = tuple(tuple(dots if e is None else display(e, self.theory) for e in row) for row in block.rows)
        shown = shape.Matrix(rows)
        left = mathml(display_whole(block.symbol, self.theory))
        return (
            f'<p class="caption">{title}</p><div class="matrix">{left} <math><mo>=</mo></math> '
            f'{mathml(shown)}</div><p class="caption">{sentence}</p>'
        )

    def checks(self, block: Checks) -> str:
        """Quantity, closed form, verdict, how checked."""
        rows: list[str] = []
        for row in block.rows:
            lead = "" if row.relation == "=" else "<math><mo>&gt;</mo></math> "
            rows.append(
                f'<tr><td><a href="#{row.link.anchor}"><span class="formula">{self.term(row.left)}</span></a></td>'
                f'<td><span class="formula">{lead}{self.term(row.right)}</span></td>'
                f'<td>{self.word(row.verdict)}</td><td class="how">{escape(row.verdict.evidence)}</td></tr>'
            )
        head = "<thead><tr><th>Quantity</th><th>Closed form</th><th>Verdict</th><th>How checked</th></tr></thead>"
        return f'<table class="checks">{head}<tbody>{"".join(rows)}</tbody></table>'

    def word(self, verdict: Verdict) -> str:
        """The verdict's word."""
        return f'<span class="{"mark" if verdict.word == "proved" else "word"}">{verdict.word}</span>'

    def rules(self, block: RuleIndex) -> str:
        """Title, number of steps and identity of every rule."""
        items = [
            f'<li id="rule-{e.slug}"><span><span class="tag">{self.text(e.title)}</span>'
            f'<span class="count">{e.count} {"step" if e.count == 1 else "steps"}</span></span>'
            f'<span class="identity">{self.text(e.statement)}'
            f"{self.needs(e.conditions)}</span></li>"
            for e in block.entries
        ]
        return f'<ul class="rules">{"".join(items)}</ul>'

    def needs(self, conditions: Text) -> str:
        """What a rule needs."""
        return f'<span class="condition">if {self.text(conditions)}</span>' if conditions else ""

    def footer(self, block: Footer) -> str:
        """Digests, and how to check again."""
        items = "".join(f"<li><code>{digest}</code> {self.link(link)}</li>" for link, digest in block.digests)
        return (
            f"<footer>SHA-256 of claim, assumptions and steps<ul>{items}</ul>"
            f"Check again: <code>{escape(block.command)}</code></footer>"
        )

    def table(self, block: Table) -> str:
        """Rows of text under a head: a grid, so that a narrow screen keeps the columns and scrolls."""
        flat = ' style="display:contents"'
        head = "".join(f"<th>{self.text(cell)}</th>" for cell in block.head)
        rows = "".join(f"<tr{flat}>{''.join(f'<td>{self.text(cell)}</td>' for cell in row)}</tr>" for row in block.rows)
        columns = f"display:grid;column-gap:6px;grid-template-columns:repeat({len(block.head)},auto)"
        return (
            f'<div class="matrix"><table style="{columns}"><thead{flat}><tr{flat}>{head}</tr></thead>'
            f"<tbody{flat}>{rows}</tbody></table></div>"
        )

    def link(self, link: Link) -> str:
        """A link within the page or to another entry's page."""
        page = file_of(link.entry, self.suffix) if link.entry else ""
        return f'<a href="{page}#{link.anchor}">{self.text(link.text)}</a>'

    def text(self, text: Text) -> str:
        """Prose with its formulas in line."""
        return "".join(escape(part) if isinstance(part, str) else mathml(part, False) for part in text)

    def term(self, term: Term, marks: frozenset[Path] = frozenset()) -> str:
        """A term."""
        return mathml(display(term, self.theory, marks))

    def claim(self, left: Term, relation: Relation, right: Term) -> str:
        """A claim in display style."""
        return mathml(display_claim(Claim(left, relation, right), self.theory))

    def relation(self, left: Term, relation: str, right: Term, displayed: bool = True) -> str:
        """left relation right, in display or inline style."""
        sign = "≔" if relation == ":=" else relation
        return mathml(shape.Row((display(left, self.theory), Operator(sign), display(right, self.theory))), displayed)
