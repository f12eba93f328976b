"""`same` and `positive`: one statement judged by exact arithmetic at the sizes that decide, and by the real gate.

Nothing here knows a rule, a lemma or SymPy: both sides are unfolded to their definitions, differentiated by dual
numbers and compared.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice, permutations
from typing import Final, Literal, TypeAlias

from symderiv.checking.arithmetic import Crowded, Exact
from symderiv.checking.arithmetic import Value as _Fraction
from symderiv.checking.atoms import Atoms
from symderiv.checking.branches import Contradiction
from symderiv.checking.cutoff import Cut, cutoff
from symderiv.checking.evaluation import Budget, Evaluator, Exhausted, Kink, Undefined, Unsupported
from symderiv.checking.modular import Modular
from symderiv.checking.normal import Normaliser, Outside
from symderiv.checking.patterns import named_members, needed, patterns, symbolic_domains
from symderiv.checking.reals import Gate, compare, exceeds
from symderiv.checking.signs import conditions, positivity
from symderiv.checking.simplices import Simplex, recognised
from symderiv.statements import Assumption, Theory, Verdict, reachable
from symderiv.terms import PIECEWISE, Add, Index, Mul, Term, number

__all__ = ["positive", "same"]

_ROOM: Final = (48, 96, 192, 768, 2400)
"""Generators of the polynomial ring, tried in turn."""
_MOST_SIZES: Final = 40
_MOST_CELLS: Final = 600
_MOST_DOMAINS: Final = 4
_MOST_PATTERNS: Final = 210
"""Patterns of equal indices; six free indices of one domain have 203."""
_RAISES: Final = 4
"""How often a size where something is undefined may push the first size up."""
_LARGEST_STATION: Final = 6
"""The largest size at which the real gate looks for the counterexample to what the algebra could not confirm."""
_SAMPLE: Final = 6
"""Sizes tried where the cutoff theorem does not apply."""
_SAMPLE_OF_SIGNS: Final = 3
"""The same where formulas change with signs, whose combinations multiply with every member."""

_Cell: TypeAlias = Literal["zero", "nonzero", "undefined"]


@dataclass(slots=True)
class _Question:
    """left = right in a theory, with what is shared between the sizes and patterns at which it is asked."""

    left: Term
    right: Term
    theory: Theory
    simplices: tuple[Simplex, ...]
    seed: int
    normaliser: Normaliser
    difference: Term = field(init=False)
    atoms: Atoms = field(init=False)
    evaluators: dict[tuple[tuple[str, int], ...], Evaluator[_Fraction]] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    room: int = 0
    cells: int = 0
    modular: bool = False
    signed: bool = field(init=False)

    def __post_init__(self) -> None:
        sides = (self.left, self.right)
        self.signed = any(isinstance(part, PIECEWISE) for side in sides for part in reachable(side, self.theory))
        self.difference = Add((self.left, Mul((number(-1), self.right))))
        self.atoms = Atoms(self.normaliser)


def _zero(question: _Question, sizes: dict[str, int], env: dict[Index, int]) -> _Cell:
    """Whether the difference vanishes at these sizes and index values."""
    question.cells += 1
    if question.cells > _MOST_CELLS:
        raise Exhausted(f"more than {_MOST_CELLS} combinations of sizes and patterns")
    atoms = question.atoms
    if question.modular:
        residues = Modular(atoms, sizes, question.simplices, question.seed)
        screen: Evaluator[int] = Evaluator(question.theory, sizes, residues, question.budget)
        return _cell(lambda: screen.at(question.difference, env) == 0)
    key = tuple(sorted(sizes.items()))
    for room in _ROOM[question.room :]:
        evaluator = question.evaluators.get(key)
        if evaluator is None:
            arithmetic = Exact(atoms, sizes, question.simplices, room)
            evaluator = question.evaluators[key] = Evaluator(question.theory, sizes, arithmetic, question.budget)
        try:
            return _branches(question, key, evaluator, env)
        except Crowded:
            del question.evaluators[key]
            question.room += 1  # Larger sizes follow; they would only fill the smaller rings again.
    raise Exhausted(f"more than {_ROOM[-1]} atoms")


def _branches(
    question: _Question, key: tuple[tuple[str, int], ...], evaluator: Evaluator[_Fraction], env: dict[Index, int]
) -> _Cell:
    """Whether the difference vanishes for every combination of signs; "undefined" if it has no value for one."""
    exact = evaluator.arithmetic
    assert isinstance(exact, Exact)
    exact.begin()
    found: set[_Cell] = set()
    while "nonzero" not in found:
        with suppress(Contradiction):
            found.add(_cell(lambda: exact.vanishes(evaluator.at(question.difference, env))))  # noqa: B023
        if not exact.branches.used:
            break
        # What was evaluated belongs to one combination.
        evaluator = question.evaluators[key] = Evaluator(question.theory, evaluator.sizes, exact, question.budget)
        if not exact.branches.advance():
            break
    assert found, "some combination of signs has values"
    return "nonzero" if "nonzero" in found else "undefined" if "undefined" in found else "zero"


def _cell(vanishes: Callable[[], bool]) -> _Cell:
    try:
        return "zero" if vanishes() else "nonzero"
    except (Undefined, Kink):
        return "undefined"


@dataclass(slots=True)
class _Ledger:
    """Which sizes were tested, for the evidence: first and last of every domain, and what was refuted."""

    first: dict[str, int] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    excluded: dict[str, set[int]] = field(default_factory=dict)
    refuted: tuple[dict[str, int], dict[Index, int]] | None = None

    def note(self, domain: str, first: int, last: int) -> None:
        self.first[domain] = min(first, self.first.get(domain, first))
        self.last[domain] = max(last, self.last.get(domain, last))


def _decide(
    question: _Question,
    order: tuple[str, ...],
    sizes: dict[str, int],
    env: dict[Index, int],
    least: dict[str, int],
    ledger: _Ledger,
) -> _Cell:
    """Cut the domains in `order` one after the other; "zero" means the equation holds for every size."""
    if not order:
        cell = _zero(question, sizes, env)
        if cell == "nonzero":
            ledger.refuted = (sizes, env)
        return cell
    domain, rest = order[0], order[1:]
    cut = Cut(domain, sizes, question.theory, question.simplices, question.normaliser)
    span = cutoff(question.left, question.right, cut)
    if span + 1 > _MOST_SIZES:
        raise Exhausted(f"a cutoff of {span} for {domain}")
    first = size = max(1, least.get(domain, 1))
    raises = 0
    while size <= first + span:
        cell = _decide(question, rest, {**sizes, domain: size}, env, least, ledger)
        if cell == "nonzero":
            return cell
        if cell == "undefined":
            ledger.excluded.setdefault(domain, set()).add(size)
            first, raises = size + 1, raises + 1
            if raises > _RAISES:
                return "undefined"
        size += 1
    ledger.note(domain, first, first + span)
    return "zero"


def _fragment(question: _Question, domains: tuple[str, ...]) -> tuple[str, ...]:
    """An order in which the domains can be cut; Outside with the first reason if there is none."""
    reason: Outside | None = None
    if len(domains) > _MOST_DOMAINS:
        raise Outside(f"more than {_MOST_DOMAINS} domains of symbolic size")
    for order in permutations(domains):
        sizes: dict[str, int] = {}
        try:
            for domain in order:
                cutoff(
                    question.left,
                    question.right,
                    Cut(domain, dict(sizes), question.theory, question.simplices, question.normaliser),
                )
                sizes[domain] = 2
        except Outside as error:
            reason = reason or error
        else:
            return order
    assert reason is not None
    raise reason


def same(left: Term, right: Term, theory: Theory, *, seed: int | None = None) -> Verdict:
    """The verdict on left = right for all data, all sizes and all index values that the theory admits.

    `seed` fixes the points of the real gate; None draws one, because a known seed can be defeated.
    """
    seed = secrets.randbits(64) if seed is None else seed
    simplices, others = recognised(theory.assumptions)
    question = _Question(left, right, theory, simplices, seed, Normaliser(theory))
    terms = (left, right, *(definition.body for definition in theory.definitions))
    named = named_members(terms, theory.distinct)
    indices = tuple(sorted(left.free | right.free, key=lambda index: (index.domain.name, index.name)))
    domains = symbolic_domains(terms)
    cases = list(islice(patterns(indices, named, theory.distinct), _MOST_PATTERNS + 1))
    if not cases:
        return Verdict("undecided", "no index values satisfy the conditions")
    if len(cases) > _MOST_PATTERNS:
        return Verdict("undecided", f"more than {_MOST_PATTERNS} patterns of equal indices")
    word, how, refuted = _algebra(question, domains, cases, named)
    gate = _gates(question, domains, cases, named, refuted)
    return _verdict(question, word, how, gate, others, len(cases))


def _algebra(
    question: _Question,
    domains: tuple[str, ...],
    cases: list[dict[Index, int]],
    named: dict[str, frozenset[int]],
) -> tuple[Literal["proved", "exact", "numeric"], str, tuple[dict[str, int], dict[Index, int]] | None]:
    """What exact arithmetic says: the best verdict it allows, how it was reached, and where it failed."""
    ledger = _Ledger()
    try:
        order = _fragment(question, domains)
        for env in cases:
            cell = _decide(question, order, {}, env, needed(env, named), ledger)
            if cell == "nonzero":
                return "numeric", "nonzero in independent atoms", ledger.refuted
            if cell == "undefined":
                return "numeric", "undefined at every size tried", None
    except Outside as error:
        return _sampled(question, domains, cases, named, f"outside the fragment of the cutoff theorem: {error}")
    except Exhausted as error:
        return _sampled(question, domains, cases, named, f"over budget: {error}")
    except Unsupported as error:
        return "numeric", f"no exact arithmetic for it: {error}", None
    return "proved", _tested(ledger, domains), None


def _tested(ledger: _Ledger, domains: tuple[str, ...]) -> str:
    if not domains:
        return "exact zero"
    parts = []
    for domain in sorted(domains):
        text = f"{domain} {ledger.first[domain]}..{ledger.last[domain]}"
        lost = sorted(ledger.excluded.get(domain, ()))
        parts.append(f"{text} (no value at {', '.join(map(str, lost))})" if lost else text)
    return f"exact zero at {', '.join(parts)}, which decides every size"


def _sampled(
    question: _Question,
    domains: tuple[str, ...],
    cases: list[dict[Index, int]],
    named: dict[str, frozenset[int]],
    reason: str,
) -> tuple[Literal["exact", "numeric"], str, tuple[dict[str, int], dict[Index, int]] | None]:
    """Where no cutoff applies: a few sizes, first in exact arithmetic, then modulo a prime."""
    sizes: set[int] = set()
    for modular in (False,) if question.signed else (False, True):  # Residues have no sign.
        question.modular, question.cells, question.budget = modular, 0, Budget()
        question.evaluators.clear()
        sizes.clear()
        try:
            for env in cases:
                least = needed(env, named)
                for extra in range(_SAMPLE_OF_SIGNS if question.signed else _SAMPLE):
                    grid = {domain: least.get(domain, 1) + extra for domain in domains}
                    cell = _zero(question, grid, env)
                    if cell == "nonzero":
                        return "numeric", f"nonzero in independent atoms; {reason}", (grid, env)
                    if cell == "zero":
                        sizes.update(grid.values())
        except Exhausted:
            continue
        except (Unsupported, Outside) as error:
            return "numeric", f"no exact arithmetic for it: {error}", None
        if not sizes:
            return "numeric", f"undefined at every size tried; {reason}", None
        kind = "residues modulo 2^61 - 1" if modular else "exact"
        return "exact", f"{kind} zero tested at sizes {min(sizes)}..{max(sizes)} only; {reason}", None
    return "numeric", reason, None


def _gates(
    question: _Question,
    domains: tuple[str, ...],
    cases: list[dict[Index, int]],
    named: dict[str, frozenset[int]],
    refuted: tuple[dict[str, int], dict[Index, int]] | None,
) -> Gate:
    """The real gate where the algebra failed, then at the smallest sizes of every pattern; the worst outcome counts."""
    passed = 0
    found = Gate("inadmissible", 0)
    for sizes, env in _stations(domains, cases, named, refuted):
        gate = compare(question.left, question.right, question.theory, question.simplices, sizes, env, question.seed)
        if gate.outcome in ("false", "undefined"):
            return gate
        if gate.outcome == "wide":
            found = gate
        passed += gate.points
    return Gate("passed", passed) if found.outcome != "wide" and passed else found


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
    question: _Question,
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
    cases = list(islice(patterns(indices, named, theory.distinct), _MOST_PATTERNS))
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
