"""One entry of the site: its theorems proved, its page printed, and what the other pages say about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from symderiv.api import SEED, prove
from symderiv.build.contents import document_of
from symderiv.documents import FORMATS, UnpublishableError, text_of
from symderiv.documents.document import Document, RuleIndex
from symderiv.documents.mathml import mathml
from symderiv.documents.notation import display_claim, display_condition
from symderiv.documents.presenting import prose
from symderiv.reading.limited import prove_within
from symderiv.site.formulas import claimed, definitions, markup, words
from symderiv.statements import Claim, Condition, Distinct, Problem, Theorem, VerdictWord, worst
from symderiv.terms import Number

__all__ = ["VARIABLES", "EntryPage", "LeftOut", "Listed", "TheoremFacts", "entry_page"]


VARIABLES: Final = ("number", "vector", "matrix")
"""What an entry may be differentiated by, by the number of its indices."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry to be shown; `source` is the user's file it stands in, empty for the catalogue's own."""

    problem: Problem
    source: str = ""


@dataclass(frozen=True, slots=True)
class TheoremFacts:
    """A theorem as other pages name it: `title` as markup and in plain words, and what its steps cite."""

    goal: str
    title: str
    words: str
    verdict: VerdictWord
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntryPage:
    """The page of an entry as text, and its card: formulas and titles are markup, `words` what a search looks at.

    `variable` is what the entry is differentiated by, one of `VARIABLES`. `defined` and `claimed` are the definitions
    and the headline's claim, `wide` if that needs room; `holds` the conditions and assumptions it needs, `assumes` the
    assumptions alone as (text, markup); `rules` how many steps each rule made.
    """

    name: str
    title: str
    plain: str
    family: str
    source: str
    words: str
    variable: str
    defined: tuple[str, ...]
    claimed: str
    wide: bool
    headline: VerdictWord
    verdict: VerdictWord
    holds: tuple[str, ...]
    assumes: tuple[tuple[str, str], ...]
    theorems: tuple[TheoremFacts, ...]
    rules: tuple[tuple[str, int], ...]
    page: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A loss of the user's own that has no page, and why, in a sentence."""

    name: str
    sentence: str


def entry_page(listed: Listed, limit: float) -> EntryPage | LeftOut:
    """The entry derived, checked and printed; of a loss of the user's own what is reached within `limit` seconds.

    Raises `symderiv.proving.Stuck` and UnpublishableError for an entry of the catalogue.
    """
    problem = listed.problem
    if not listed.source:
        return _page(listed, tuple(prove(problem, goal, seed=SEED) for goal in problem.goals))
    outcome = prove_within(tuple((problem, goal) for goal in problem.goals), limit, seed=SEED)
    if not outcome.theorems:
        first = outcome.unfinished[0]
        return LeftOut(problem.name, f"{first.goal}: {first.sentence}")
    try:
        return _page(listed, outcome.theorems)
    except UnpublishableError as error:
        return LeftOut(problem.name, str(error))


def _page(listed: Listed, theorems: tuple[Theorem, ...]) -> EntryPage:
    problem = listed.problem
    document = document_of(problem, theorems)
    chief = next((t for t in theorems if t.derivation.goal == problem.headline), theorems[0])
    theory, title = document.theory, prose(problem.title)
    told = (problem.name, words(title), problem.family, *(words(prose(part)) for part in problem.prose))
    conditions = tuple(mathml(display_condition(condition, theory), False) for condition in _conditions(chief))
    assumes = tuple(
        (text_of(claim, theory), mathml(display_claim(claim, theory), False)) for claim in _assumptions(chief)
    )
    shown, wide = claimed(chief.claim, theory)
    return EntryPage(
        name=problem.name,
        title=markup(title),
        plain=words(title),
        family="own" if listed.source else problem.family,
        source=listed.source,
        words=" ".join((*told, text_of(chief.claim, theory))).casefold(),
        variable=VARIABLES[len(problem.arrays[0].domains)],
        defined=definitions(chief, theory),
        claimed=shown,
        wide=wide,
        headline=chief.verdict.word,
        verdict=worst(tuple(theorem.verdict for theorem in theorems)).word,
        holds=(*conditions, *(formula for _, formula in assumes)),
        assumes=assumes,
        theorems=tuple(_facts(theorem) for theorem in theorems),
        rules=_rules(document),
        page=FORMATS["html"].render(document),
    )


def _conditions(theorem: Theorem) -> tuple[Condition, ...]:
    """What the theorem holds for, as its page says it: every condition once, and nothing about numbers."""
    found: dict[object, Condition] = {}
    for each in (*theorem.derivation.theory.distinct, *theorem.conditions):
        if isinstance(each, Distinct):
            found.setdefault(frozenset((each.left, each.right)), each)
        elif not isinstance(each.term, Number):
            found.setdefault(each, each)
    return tuple(found.values())


def _assumptions(theorem: Theorem) -> tuple[Claim, ...]:
    return tuple(Claim(a.left, "=", a.right) for a in theorem.derivation.theory.assumptions)


def _facts(theorem: Theorem) -> TheoremFacts:
    derivation = theorem.derivation
    title = prose(derivation.title[:1].upper() + derivation.title[1:])
    cited = (step.cites for line in derivation.lines for step in line.steps if step.cites)
    return TheoremFacts(derivation.goal, markup(title), words(title), theorem.verdict.word, tuple(dict.fromkeys(cited)))


def _rules(document: Document) -> tuple[tuple[str, int], ...]:
    """What the index of rules on the page counts."""
    indices = (block for block in document.blocks if isinstance(block, RuleIndex))
    return tuple((entry.slug, entry.count) for index in indices for entry in index.entries)
