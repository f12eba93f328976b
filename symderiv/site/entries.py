"""One entry of the site: its theorems proved, its page printed, and what the other pages say about it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from symderiv.api import SEED, prove
from symderiv.build.contents import document_of
from symderiv.documents import FORMATS, UnpublishableError, mathml_of, text_of
from symderiv.documents.document import Document, RuleIndex, Text
from symderiv.documents.mathml import mathml
from symderiv.documents.notation import display_claim, display_condition
from symderiv.documents.plain import plain_math
from symderiv.documents.presenting import prose
from symderiv.reading.limited import prove_within
from symderiv.statements import Claim, Condition, Distinct, Problem, Theorem, Theory, VerdictWord, reachable, worst
from symderiv.terms import Call, Number

__all__ = ["EntryPage", "LeftOut", "Listed", "TheoremFacts", "entry_page", "markup", "words"]


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

    `defined` and `claimed` are the definition and the headline's claim; `holds` the conditions and assumptions it
    needs, `assumes` the assumptions alone as (text, markup); `rules` how many steps each rule made.
    """

    name: str
    title: str
    plain: str
    family: str
    source: str
    words: str
    defined: str
    claimed: str
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


def markup(text: Text) -> str:
    """Prose with its formulas as MathML."""
    return "".join(escape(part) if isinstance(part, str) else mathml(part, False) for part in text)


def words(text: Text) -> str:
    """Prose with its formulas in one line of Unicode."""
    return "".join(part if isinstance(part, str) else plain_math(part) for part in text)


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
    return EntryPage(
        problem.name, markup(title), words(title), "own" if listed.source else problem.family, listed.source,
        " ".join((*told, text_of(chief.claim, theory))).casefold(), _defined(chief, theory),
        mathml_of(chief.claim, theory), chief.verdict.word, worst(tuple(t.verdict for t in theorems)).word,
        (*conditions, *(formula for _, formula in assumes)), assumes, tuple(_facts(t) for t in theorems),
        _rules(document), FORMATS["html"].render(document),
    )  # fmt: skip


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


def _defined(theorem: Theorem, theory: Theory) -> str:
    """The definition of what the theorem speaks about: the first quantity that its left side names."""
    for part in reachable(theorem.claim.left, theory):
        if isinstance(part, Call):
            found = theory.definition(part.name)
            return mathml_of(Claim(found(*found.indices), "=", found.body), theory)
    return ""


def _facts(theorem: Theorem) -> TheoremFacts:
    derivation = theorem.derivation
    title = prose(derivation.title[:1].upper() + derivation.title[1:])
    cited = (step.cites for line in derivation.lines for step in line.steps if step.cites)
    return TheoremFacts(derivation.goal, markup(title), words(title), theorem.verdict.word, tuple(dict.fromkeys(cited)))


def _rules(document: Document) -> tuple[tuple[str, int], ...]:
    """What the index of rules on the page counts."""
    indices = (block for block in document.blocks if isinstance(block, RuleIndex))
    return tuple((entry.slug, entry.count) for index in indices for entry in index.entries)
