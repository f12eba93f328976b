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
    Explorer,
    Figure,
    Footer,
    Grids,
    Heading,
    Headline,
    Lemma,
    Link,
    Matrix,
    Paragraph,
    RuleIndex,
    Statement,
    Table,
    Text,
)
from symderiv.documents.explorer import printed
from symderiv.documents.figures import svg
from symderiv.documents.html.chains import chain
from symderiv.documents.html.claims import stated
from symderiv.documents.html.formulas import formula
from symderiv.documents.html.graph import graph
from symderiv.documents.html.meaning import in_one_sentence, meanings
from symderiv.documents.html.packing import Pack
from symderiv.documents.html.tools import tools
from symderiv.documents.measure import width
from symderiv.documents.notation import display, display_claim, display_condition, display_whole
from symderiv.documents.words import file_of, verdict_mark, verdict_sentence
from symderiv.statements import Claim, Condition, Relation, Theory, Verdict
from symderiv.terms import Term

__all__ = ["Printer"]

# A claim has 820 - 43 px, at 18.7 px an em.
_CLAIM: Final = 42.0
_CELL: Final = 25.5
# Characters of markup from which on a claim is written once.
_LONG: Final = 150


class Printer:
    """Prints blocks; holds the document and its notation.

    A block that brings scripts or a style adds them to `packs`, `scripts` or `styles`; the page collects them.
    """

    __slots__ = ("claims", "document", "findings", "numbers", "packs", "scripts", "seen", "styles", "suffix", "theory")

    def __init__(self, document: Document, suffix: str) -> None:
        self.document = document
        self.theory: Theory = document.theory
        self.suffix = suffix
        sentences = (verdict_sentence(verdict) for theorem in document.theorems for verdict in theorem.lines)
        self.findings = {sentence: at for at, sentence in enumerate(dict.fromkeys(sentences), 1)}
        self.seen: set[Lemma] = set()
        stated = tuple(block for block in document.blocks if isinstance(block, Statement))
        self.numbers = {each.anchor: each.number for each in stated}
        self.claims = {
            self.math(display_claim(Claim(each.left, each.relation, each.right), self.theory)): each.anchor
            for each in stated
        }
        self.packs: list[Pack] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []

    def block(self, block: Block) -> str:
        """The markup of one block."""
        match block:
            case Heading(level=1, text=text):
                return f"<h1>{self.text(text)}</h1>"
            case Heading(text=text, anchor=anchor):
                return f'<h2 id="{anchor}">{self.text(text)}</h2>'
            case Paragraph(text=text, quiet=True):
                return f'<p class="meta">{self.text(text)}</p>{in_one_sentence(self.document)}{tools(self.document)}'
            case Paragraph(text=text):
                return f"<p>{self.text(text)}</p>"
            case Headline():
                return self.headline(block)
            case Data(items=items):
                rows = [f'<li>{self.math(i.formula)} <span class="note">{self.text(i.note)}</span></li>' for i in items]
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
                return chain(block, self, self.document.numbers)
            case Matrix():
                return self.matrix(block)
            case Checks():
                return self.checks(block)
            case RuleIndex():
                return self.rules(block)
            case Footer():
                return self.footer(block)
            case Equation(formula=formula):
                return f'<div class="matrix">{self.math(formula)}</div>'
            case Table():
                return self.table(block)
            case Figure(caption=caption):
                return f'<figure style="margin:20px 0">{svg(block)}<p class="caption">{self.text(caption)}</p></figure>'
            case Explorer() | Grids():
                return printed(block, self)
            case _:
                assert_never(block)

    def remark(self, note: Text) -> str:
        """A remark beside a formula."""
        return f'<dd class="note">{self.text(note)}</dd>'

    def headline(self, block: Headline) -> str:
        """The result in a card, with its assumptions and the form without them."""
        formula = self.stated(block.left, block.relation, block.right, _CLAIM / 1.16)
        parts = [self.holds(block.ranges, (), block.assumed), self.without(block.without, len(block.assumed))]
        name = self.text(block.link.text)
        return (
            f'<section class="headline" aria-label="Result">{formula}{"".join(parts)}'
            f'<p class="builds"><a href="#{block.link.anchor}">{name}</a></p></section>'
        )

    def contents(self, block: Contents) -> str:
        """The theorems with their claims, each a link to its proof; a long claim is written there alone.

        The script puts it in its place in the list too.
        """
        rows: list[str] = []
        for item in block.items:
            claim = self.stated(item.left, item.relation, item.right, _CLAIM)
            whole = display_claim(Claim(item.left, item.relation, item.right), self.theory)
            kinds = [*(["first"] if item.headline else []), *(["apart"] if width(whole) > _CELL else [])]
            kind = f' class="{" ".join(kinds)}"' if kinds else ""
            rows.append(
                f"<tr{kind}><td>{item.number}</td><td>{self.link(item.link)}</td>"
                f"<td>{claim if len(claim) < _LONG else _below(item.link)}</td>"
                f"<td>{self.mark(item.verdict)}</td></tr>"
            )
        head = "<thead><tr><th>No.</th><th>Theorem</th><th>Claim</th><th>Verdict</th></tr></thead>"
        table = f'<table class="overview">{head}<tbody>{"".join(rows)}</tbody></table>'
        return table + graph(self.document, self.suffix)

    def statement(self, block: Statement) -> str:
        """Heading, explanation and claim of a theorem."""
        ordinal = f'<span class="ordinal">Theorem {block.number}</span>'
        parts = [
            f'<section><h2 id="{block.anchor}">{ordinal}{self.text(block.title)}</h2>',
            f"<p>{self.text(block.prose)}</p>" if block.prose else "",
            f'<div class="claim" role="note" aria-label="Theorem {block.number}">',
            self.stated(block.left, block.relation, block.right, _CLAIM),
            self.holds(block.ranges, block.conditions, block.assumed),
            self.without(block.without, len(block.assumed)),
            f'<p class="builds">Builds on {"; ".join(self.link(link) for link in block.cites)}</p>'
            if block.cites
            else "",
            "</div></section>",
        ]
        return "".join(parts)

    def holds(
        self, ranges: tuple[Display, ...], conditions: tuple[Condition, ...], assumed: tuple[tuple[Term, Term], ...]
    ) -> str:
        """For which indices, and under which assumptions."""
        parts = [self.math(part) for part in ranges]
        parts += [self.math(display_condition(condition, self.theory)) for condition in conditions]
        words = [f"For {', '.join(parts)}"] if parts else []
        if assumed:
            words.append("assuming " + " and ".join(self.relation(left, "=", right) for left, right in assumed))
        sentence = ", ".join(words)
        return f'<p class="holds">{sentence[:1].upper()}{sentence[1:]}</p>' if sentence else ""

    def without(self, form: tuple[Term, Term, Link] | None, assumptions: int) -> str:
        """The form that needs no assumption, beside the one that does."""
        if form is None:
            return ""
        left, right, link = form
        name = "this assumption" if assumptions == 1 else "these assumptions"
        return f'<p class="holds">Without {name}: {self.relation(left, "=", right)} ({self.link(link)})</p>'

    def mark(self, verdict: Verdict) -> str:
        """The verdict: a check mark for proved alone, its word otherwise."""
        if verdict.word == "proved":
            return f"<b>{verdict_mark(verdict)}</b>"
        return f'<span class="word">{verdict_mark(verdict)}</span>'

    def found(self, verdict: Verdict) -> str:
        """The verdict's mark on a line, a link to what the checker found."""
        kind = "" if verdict.word == "proved" else ' class="word"'
        return f'<a{kind} href="#check-{self.findings[verdict_sentence(verdict)]}">{verdict_mark(verdict)}</a>'

    def once(self, formula: str) -> str:
        """A formula, or where it is the claim of a theorem of the page a link to that, which the script resolves."""
        if len(formula) < _LONG or formula not in self.claims:
            return formula
        return f'<a class="same" href="#{self.claims[formula]}">as stated</a>'

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
        left = self.math(display_whole(block.symbol, self.theory))
        return (
            f'<p class="caption">{title}</p><div class="matrix">{left}<i>=</i>'
            f'{self.math(shown)}</div><p class="caption">{sentence}</p>'
        )

    def checks(self, block: Checks) -> str:
        """Verdicts, the theorems that have them, and how their claims were checked without the lines between; what
        lines rest on; what it means. Theorems that were checked in one way share a row."""
        alike: dict[Verdict, list[str]] = {}
        for row in block.rows:
            alike.setdefault(row.verdict, []).append(self.numbered(row.link))
        rows = [
            f"<tr><td>{', '.join(theorems)}</td><td>{self.word(verdict)}</td><td>{escape(verdict.evidence)}</td></tr>"
            for verdict, theorems in alike.items()
        ]
        head = "<thead><tr><th>Claim of theorem</th><th>Verdict</th><th>How checked, as a whole</th></tr></thead>"
        table = f'<table class="checks">{head}<tbody>{"".join(rows)}</tbody></table>'
        return f"{table}{self.evidence()}{meanings(self.document)}"

    def evidence(self) -> str:
        """What was found about lines, each finding once, with a place that the lines link to."""
        found = [verdict for theorem in self.document.theorems for verdict in theorem.lines]
        items: list[str] = []
        for sentence, at in self.findings.items():
            count = sum(verdict_sentence(verdict) == sentence for verdict in found)
            lines = f"{count} line{'' if count == 1 else 's'}"
            items.append(f'<li><span class="how">{lines}</span> <span id="check-{at}">{escape(sentence)}</span></li>')
        return f'<p class="caption">Line by line:</p><ul class="found">{"".join(items)}</ul>' if items else ""

    def word(self, verdict: Verdict) -> str:
        """The verdict's word, with a link to what it means."""
        kind = "mark" if verdict.word == "proved" else "word"
        return f'<a class="{kind}" href="#verdict-{verdict.word}">{verdict.word}</a>'

    def rules(self, block: RuleIndex) -> str:
        """Title, number of steps and identity of every rule."""
        items = [
            f'<li id="rule-{e.slug}"><div>{self.text(e.title)} '
            f"<small>{e.count} {'step' if e.count == 1 else 'steps'}</small></div>"
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
        items = "".join(f"<li><code>{digest}</code></li>" for _, digest in block.digests)
        return (
            f"<footer>SHA-256 of claim, assumptions and steps of each theorem<ol>{items}</ol>"
            f"Check again: <code>{escape(block.command)}</code>{self.beside()}</footer>"
        )

    def beside(self) -> str:
        """Links to the files that lie beside the page; the record among them is what the command reads."""
        links = (f'<a href="{escape(file)}">{escape(words)}</a>' for words, file in self.document.beside)
        return f"<p>Beside this page: {', '.join(links)}</p>" if self.document.beside else ""

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

    def cited(self, link: Link) -> str:
        """A theorem that a line cites: by its number where it stands on this page, else by its title."""
        here = not link.entry and link.anchor in self.numbers
        return f"theorem {self.numbered(link)}" if here else self.link(link)

    def numbered(self, link: Link) -> str:
        """The number of a theorem of this page, a link to it."""
        return f'<a href="#{link.anchor}">{self.numbers[link.anchor]}</a>'

    def text(self, text: Text) -> str:
        """Prose with its formulas in line."""
        return "".join(escape(part) if isinstance(part, str) else self.math(part) for part in text)

    def term(self, term: Term) -> str:
        """A term."""
        return self.math(display(term, self.theory))

    def math(self, node: Display) -> str:
        """A formula; in text it is in line, and displayed where the style sheet says so."""
        return formula("", node)

    def stated(self, left: Term, relation: Relation, right: Term, room: float) -> str:
        """A claim that stands by itself, in rows of `room` em where it is wider."""
        return stated(Claim(left, relation, right), self.theory, room)

    def relation(self, left: Term, relation: str, right: Term) -> str:
        """left relation right."""
        sign = "≔" if relation == ":=" else relation
        return self.math(shape.Row((display(left, self.theory), Operator(sign), display(right, self.theory))))


def _below(link: Link) -> str:
    """What stands for a claim that is written where its theorem is."""
    return f'<a class="same" href="#{link.anchor}">stated below</a>'
