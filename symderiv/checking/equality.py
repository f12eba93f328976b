"""`same` and `positive`: one statement judged by exact arithmetic at the sizes that decide, and by the real gate.

Nothing here knows a rule, a lemma or SymPy: both sides are unfolded to their definitions, differentiated by dual
numbers and compared.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final, Literal

from symderiv.checking.algebra import MOST_PATTERNS, algebra
from symderiv.checking.deciding import Question
from symderiv.checking.kept import Kept
from symderiv.checking.normal import Normaliser
from symderiv.checking.patterns import named_members, needed, patterns, symbolic_domains
from symderiv.checking.reals import Gate, compare, exceeds
from symderiv.checking.reducing import without_repetitions
from symderiv.checking.regions import (
    EVERYWHERE,
    Region,
    as_written,
    declared,
    declared_in,
    declared_region,
    positive_data,
    positive_terms,
)
from symderiv.checking.seams import fewest
from symderiv.checking.signs import conditions, positivity
from symderiv.checking.simplices import recognised
from symderiv.checking.work import Account, account_of
from symderiv.statements import Assumption, Positive, Theory, Verdict, reachable
from symderiv.terms import Entry, Index, Parameter, Term, number

__all__ = ["positive", "same"]

_LARGEST_STATION: Final = 6
"""The largest size at which the real gate looks for the counterexample to what the algebra could not confirm."""
_CLOSER: Final = 2
"""At so many sizes it looks at many points for signs at which the algebra found the sides to differ."""


def same(
    left: Term,
    right: Term,
    theory: Theory,
    *,
    seed: int | None = None,
    region: Region = EVERYWHERE,
    account: Account | None = None,
    kept: Kept | None = None,
) -> Verdict:
    """The verdict on left = right for all data, all sizes and all index values that the theory admits.

    `seed` fixes the points of the real gate; None draws one, because a known seed can be defeated. In a claim that is
    made on a `region` only, points outside of it refute nothing. Of its conditions the verdict lists those that the two
    sides ask for, and those that say that data in them are positive; the others are for the caller to list.
    `account` is what a whole derivation may cost, of which this is one question; `kept` is what its
    questions share.
    """
    seed = secrets.randbits(64) if seed is None else seed
    names = positive_data(region)
    if not names:
        return _same(left, right, theory, seed, region, account, kept)
    sides = tuple(declared(side, names, positive=True) for side in (left, right))
    inside = declared_region(region, names)
    verdict = _same(sides[0], sides[1], declared_in(theory, names), seed, inside, account, kept)
    mentioned = frozenset(name for side in (left, right) for name in _names_in(side, theory))
    first = tuple(
        condition
        for condition in region.conditions
        if isinstance(condition, Positive) and _name_of(condition.term) in names & mentioned
    )
    rest = tuple(as_written(condition, names) for condition in verdict.conditions)
    return replace(verdict, conditions=tuple(dict.fromkeys((*first, *rest))))


def _names_in(term: Term, theory: Theory) -> frozenset[str]:
    return frozenset(name for part in reachable(term, theory) if (name := _name_of(part)) is not None)


def _name_of(term: Term) -> str | None:
    """The name of data or of a parameter."""
    match term:
        case Entry(array=array):
            return array.name
        case Parameter(name=name):
            return name
        case _:
            return None


def _same(
    left: Term,
    right: Term,
    theory: Theory,
    seed: int,
    region: Region,
    account: Account | None,
    kept: Kept | None,
) -> Verdict:
    simplices, others = recognised(theory.assumptions)
    evaluations = (kept or Kept()).evaluations(theory, simplices, positive_terms(region))
    question = Question(left, right, theory, simplices, seed, evaluations, account_of(account))
    terms = (left, right, *(definition.body for definition in theory.definitions))
    named = named_members(terms, theory.distinct)
    indices = tuple(sorted(left.free | right.free, key=lambda index: (index.domain.name, index.name)))
    domains = symbolic_domains(terms)
    cases = list(islice(patterns(indices, named, theory.distinct), MOST_PATTERNS + 1))
    if not cases:
        return Verdict("undecided", "no index values satisfy the conditions")
    if len(cases) > MOST_PATTERNS:
        return Verdict("undecided", f"more than {MOST_PATTERNS} patterns of equal indices")
    word, how, refuted = algebra(question, domains, cases, named)
    gate = _gates(question, domains, cases, named, refuted, region, kept)
    verdict = _verdict(question, word, how, gate, others, len(cases))
    return _everywhere(verdict, question, domains, cases, named) if verdict.word == "proved" else verdict


def _everywhere(
    verdict: Verdict,
    question: Question,
    domains: tuple[str, ...],
    cases: list[dict[Index, int]],
    named: dict[str, frozenset[int]],
) -> Verdict:
    """A verdict ``proved`` without the conditions u != 0 that `seams` shows not to be needed."""
    sides = (question.left, question.right)
    others = conditions(sides, question.theory, question.normaliser, at_seams=False)
    at_seams = tuple(condition for condition in verdict.conditions if condition not in others)
    kept = fewest(question, at_seams, domains, cases, named) if at_seams else ()
    if kept == at_seams:
        return verdict
    which = "another argument" if kept else "an argument"
    how = f"{verdict.evidence}; where {which} is 0 at which a formula changes, all its formulas have this derivative"
    return Verdict(verdict.word, how, (*(c for c in verdict.conditions if c in others), *kept))


def _gates(
    question: Question,
    domains: tuple[str, ...],
    cases: list[dict[Index, int]],
    named: dict[str, frozenset[int]],
    refuted: tuple[dict[str, int], dict[Index, int]] | None,
    region: Region,
    kept: Kept | None,
) -> Gate:
    """The real gate where the algebra failed, then at the smallest sizes of every pattern; the worst outcome counts."""
    passed = 0
    found = Gate("inadmissible", 0)
    more = _asks_for_more(question, region)
    for station, (sizes, env) in enumerate(_stations(domains, cases, named, refuted)):
        gate = compare(
            question.left, question.right, question.theory, question.simplices, sizes, env, question.seed, region,
            refuted=refuted is not None and station < _CLOSER, more=more and station == 0,
            kept=None if kept is None else kept.points,
        )  # fmt: skip
        if gate.outcome in ("false", "undefined"):
            return gate
        if gate.outcome == "wide":
            found = gate
        passed += gate.points
    return Gate("passed", passed) if found.outcome != "wide" and passed else found


def _asks_for_more(question: Question, region: Region) -> bool:
    """Whether the right side of `question` asks that something be positive, which neither its left side nor `region`
    says: then there may be points at which it has no value, where the left side has one."""
    asked = conditions((question.right,), question.theory, question.normaliser)
    new = tuple(each for each in asked if isinstance(each, Positive) and each not in region.conditions)
    if not new:
        return False
    known = (*region.conditions, *conditions((question.left,), question.theory, question.normaliser))
    if all(each in known for each in new):
        return False
    free = question.left.free | question.right.free
    told, both = (without_repetitions(each, free, question.theory) for each in (known, (*known, *new)))
    return any(isinstance(each, Positive) and each not in told for each in both)


def _stations(
    domains: tuple[str, ...],
    cases: list[dict[Index, int]],
    named: dict[str, frozenset[int]],
    refuted: tuple[dict[str, int], dict[Index, int]] | None,
) -> Iterator[tuple[dict[str, int], dict[Index, int]]]:
    if refuted is not None:
        sizes, env = refuted
        # Algebra in independent atoms may fail before the functions do: log(S**4 + e_4) and log S**4 part at size 4.
        # One member is tried last: a counterexample with two says more to a reader.
        for size in (*range(2, _LARGEST_STATION + 1), 1) if sizes else (1,):
            yield {domain: max(size, first) for domain, first in sizes.items()}, env
    for env in cases:
        least = needed(env, named)
        yield {domain: max(2, least.get(domain, 1)) for domain in domains}, env
    if domains:
        least = needed(cases[0], named)
        yield {domain: max(3, least.get(domain, 1)) for domain in domains}, cases[0]


def _verdict(
    question: Question,
    word: Literal["proved", "exact", "numeric"],
    how: str,
    gate: Gate,
    others: tuple[Assumption, ...],
    cases: int,
) -> Verdict:
    listed = conditions((question.left, question.right), question.theory, question.normaliser)
    unused = "; an assumption of another form than a sum equal to 1 was not used" if others else ""
    if gate.outcome in ("false", "undefined"):
        if others:
            # The point need not satisfy an assumption that the gate cannot build in, so it refutes nothing.
            return Verdict("undecided", f"{how}{unused}", listed)
        shown = "the two sides differ" if gate.outcome == "false" else "one side has no value"
        return Verdict(gate.outcome, f"{shown} at an admissible point; {how}", listed, gate.counterexample)
    if gate.outcome != "passed":
        return Verdict("undecided", f"{how}; the real gate could not judge ({gate.outcome})", listed)
    index_cases = f"{cases} patterns of equal indices" if cases > 1 else "one index pattern"
    return Verdict(word, f"{how}; {index_cases}; real gate passed at {gate.points} points{unused}", listed)


def positive(term: Term, theory: Theory, *, seed: int | None = None) -> Verdict:
    """The verdict on term > 0: proved only where it follows from the shape of the term.

    Built from exponentials, data and parameters declared positive, sizes, and sums, products, quotients and powers of
    those; a sum without one member under the listed condition that the domain has two.
    """
    seed = secrets.randbits(64) if seed is None else seed
    simplices, others = recognised(theory.assumptions)
    normaliser = Normaliser(theory)
    terms = (term, *(definition.body for definition in theory.definitions))
    domains = symbolic_domains(terms)
    named = named_members(terms, theory.distinct)
    indices = tuple(sorted(term.free, key=lambda index: (index.domain.name, index.name)))
    cases = list(islice(patterns(indices, named, theory.distinct), MOST_PATTERNS))
    passed = 0
    for sizes, env in _stations(domains, cases, named, None) if cases else ():
        gate = exceeds(term, number(0), theory, simplices, sizes, env, seed)
        if gate.outcome in ("false", "undefined"):
            if others:
                return Verdict("undecided", "an assumption of another form than a sum equal to 1 was not used")
            return Verdict(gate.outcome, "not positive at an admissible point", (), gate.counterexample)
        passed += gate.points
    listed = conditions((term,), theory, normaliser)
    if not passed:
        return Verdict("undecided", "the real gate found no point to judge", listed)
    asked = positivity(term, theory, normaliser)
    if asked is not None:
        listed = tuple(dict.fromkeys((*asked, *listed)))
        return Verdict("proved", f"positive by its shape; real gate passed at {passed} points", listed)
    return Verdict("numeric", f"positive at {passed} points; no sign follows from its shape", listed)
