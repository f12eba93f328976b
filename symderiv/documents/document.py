"""The neutral document: a closed union of blocks that every printer reads, and nothing else.

Formulas in blocks are terms; text is prose with formulas as holes. A printer never looks at rules, tactics or problems.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from symderiv.documents.additions import Code
from symderiv.documents.display import Display
from symderiv.documents.evaluating import Point
from symderiv.documents.links import Link, Text
from symderiv.documents.tried import Explorer, Grid, Grids, Input, Quantity
from symderiv.statements import Condition, Problem, Relation, Theorem, Theory, Verdict
from symderiv.terms import Path, Term

__all__ = [
    "AssumptionItem", "Assumptions", "Block", "Chain", "CheckRow", "Checks", "Contents", "ContentsItem", "Data",
    "DataItem", "DefinitionItem", "Definitions", "Document", "Equation", "ExplicitMatrix", "Explorer", "Figure",
    "Footer", "Grid", "Grids", "Heading", "Headline", "Input", "Lemma", "Link",
    "Matrix", "Paragraph", "Quantity", "Row",
    "RuleEntry", "RuleIndex", "RuleInfo", "Statement", "Table", "Text", "UnpublishableError",
]  # fmt: skip


class UnpublishableError(ValueError):
    """A theorem that may not be printed: some verdict is false or undefined, or it belongs to another problem."""


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What a document says about a rule: its identity, one LaTeX formula or prose with `$formulas$`; what it needs."""

    slug: str
    title: str
    statement: str
    conditions: str = ""


@dataclass(frozen=True, slots=True)
class ExplicitMatrix:
    """A matrix or vector written out for a chosen class count: `symbol` = the matrix of `rows`.

    Up to 8 classes the whole of it; beyond, its pattern: an entry None stands for those left out. `sentence` says which
    check was made and of how many entries; it may hold `$formulas$`.
    """

    title: str
    symbol: Term
    rows: tuple[tuple[Term | None, ...], ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A section title; level 1 is the document's own."""

    text: Text
    anchor: str
    level: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; `quiet` for facts about the document itself."""

    text: Text
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Equation:
    """A formula on a line of its own."""

    formula: Display


@dataclass(frozen=True, slots=True)
class Table:
    """Cells of text under a head; every row has as many as the head."""

    head: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A curve from left to right between two dashed lines at +-`bound`.

    `points` are (x, y) in increasing x with |y| <= bound; `across` and `along` say in words what the axes are.
    """

    points: tuple[tuple[float, float], ...]
    bound: float
    across: str
    along: str
    caption: Text


@dataclass(frozen=True, slots=True)
class DataItem:
    """Declared data, z in R^C, with a remark."""

    formula: Display
    note: Text


@dataclass(frozen=True, slots=True)
class Data:
    """The data of the problem, in its order."""

    items: tuple[DataItem, ...]


@dataclass(frozen=True, slots=True)
class DefinitionItem:
    """left := right."""

    left: Term
    right: Term
    note: Text


@dataclass(frozen=True, slots=True)
class Definitions:
    """The definitions of the problem, in its order."""

    items: tuple[DefinitionItem, ...]


@dataclass(frozen=True, slots=True)
class AssumptionItem:
    """left = right, assumed; `used_by` are the theorems that use it."""

    left: Term
    right: Term
    note: Text
    used_by: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The assumptions of the problem; each theorem names those it uses."""

    items: tuple[AssumptionItem, ...]


@dataclass(frozen=True, slots=True)
class Headline:
    """The result a reader comes for, before everything else; the fields are those of its `Statement`."""

    link: Link
    left: Term
    relation: Relation
    right: Term
    ranges: tuple[Display, ...]
    assumed: tuple[tuple[Term, Term], ...]
    without: tuple[Term, Term, Link] | None


@dataclass(frozen=True, slots=True)
class ContentsItem:
    """One theorem of the document with its number in it."""

    number: int
    link: Link
    left: Term
    relation: Relation
    right: Term
    verdict: Verdict
    headline: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """The theorems of the document, in order."""

    items: tuple[ContentsItem, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A theorem: its claim, what it holds for, what it assumes, and the verdict on all of it.

    `ranges` are the index ranges and conditions it holds for; `assumed` the assumptions it uses; `without` the same
    quantity free of them, with the theorem that proves it; `headline` marks the one repeated at the top of the page.
    """

    number: int
    anchor: str
    title: Text
    left: Term
    relation: Relation
    right: Term
    ranges: tuple[Display, ...]
    conditions: tuple[Condition, ...]
    assumed: tuple[tuple[Term, Term], ...]
    without: tuple[Term, Term, Link] | None
    cites: tuple[Link, ...]
    verdict: Verdict
    prose: Text
    headline: bool


@dataclass(frozen=True, slots=True)
class Lemma:
    """A cited theorem as a line uses it: left relation right, with the line's own indices."""

    link: Link
    left: Term
    relation: Relation
    right: Term


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a chain: relation and right side, the rule with its reason and conditions, the verdict.

    `changed` are the paths in `right` to what differs from the line above; `lemmas` what it cites, as it is used.
    """

    number: int
    relation: Relation
    right: Term
    changed: frozenset[Path]
    rule: str
    title: Text
    reason: Text
    conditions: tuple[Condition, ...]
    cites: tuple[Link, ...]
    verdict: Verdict
    lemmas: tuple[Lemma, ...] = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """left = ... = ..., a row a line; `left` stands on the first row."""

    left: Term
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """An explicit matrix beside the general theorem; None stands for entries left out."""

    title: Text
    symbol: Term
    rows: tuple[tuple[Term | None, ...], ...]
    sentence: Text


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One theorem in the table of checks."""

    link: Link
    left: Term
    relation: Relation
    right: Term
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Checks:
    """Quantity, closed form, verdict, how checked."""

    rows: tuple[CheckRow, ...]


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """A rule used in the document: its identity, what it needs, and the number of steps it made."""

    slug: str
    title: Text
    statement: Text
    conditions: Text
    count: int


@dataclass(frozen=True, slots=True)
class RuleIndex:
    """The rules used, in alphabetical order of their titles."""

    entries: tuple[RuleEntry, ...]


@dataclass(frozen=True, slots=True)
class Footer:
    """The digest of every theorem and the command that checks the record again."""

    digests: tuple[tuple[Link, str], ...]
    command: str


Block: TypeAlias = (
    Heading | Paragraph | Headline | Data | Definitions | Assumptions | Contents | Statement | Chain | Matrix | Checks
    | RuleIndex | Footer | Equation | Table | Figure | Explorer | Grids
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """A catalogue entry, or a page without one, ready to print: blocks in reading order, and the notation (`theory`)
    of their terms.

    `problem` and `theorems` are kept for the record format alone; a page without theorems has no problem. What a caller
    may add: `code`, the `beside` files by what they hold, and the `numbers` at which lines are evaluated.
    """

    name: str
    title: str
    theory: Theory
    blocks: tuple[Block, ...]
    problem: Problem | None
    theorems: tuple[Theorem, ...]
    code: Code | None = None
    beside: tuple[tuple[str, str], ...] = ()
    numbers: Point | None = None
