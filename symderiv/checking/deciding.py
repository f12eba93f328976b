"""One equation at the sizes that decide it: exact arithmetic there, and which sizes those are.

Two theorems say which: that of `cutoff`, for roots of sums with `roots`, and where it does not apply, or asks for more
than can be computed, that of `totals`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import permutations, product
from typing import Final, Literal, TypeAlias

from symderiv.checking.arithmetic import Crowded, Exact
from symderiv.checking.arithmetic import Value as _Fraction
from symderiv.checking.atoms import Atoms
from symderiv.checking.branches import Contradiction
from symderiv.checking.cutoff import Cut, cutoff
from symderiv.checking.evaluation import Budget, Evaluator, Exhausted, Kink, Undefined
from symderiv.checking.given import Given
from symderiv.checking.modular import Modular
from symderiv.checking.normal import Normaliser, Outside
from symderiv.checking.simplices import Simplex
from symderiv.checking.table import Table
from symderiv.checking.totals import degree_in_totals, last_size
from symderiv.checking.work import Account
from symderiv.statements import Nonzero, Theory, reachable
from symderiv.terms import PIECEWISE, Add, Index, Mul, Term, number

__all__ = ["Cell", "Evaluations", "Ledger", "Question", "decide", "order_of", "zero"]

_ROOM: Final = (48, 96, 192, 768, 2400)
"""Generators of the polynomial ring, tried in turn."""
_MOST_SIZES: Final = 40
_MANY_SIZES: Final = 14
"""If `cutoff` asks for more, `totals` is asked as well, and the smaller number tested: the last sizes cost most."""
_MOST_CELLS: Final = 600
_MOST_DOMAINS: Final = 4
_RAISES: Final = 4
"""How often a size where something is undefined may push the first size up."""

Cell: TypeAlias = Literal["zero", "nonzero", "undefined"]
_Ends: TypeAlias = Callable[[int, int], tuple[int, bool]]


@dataclass(slots=True)
class Evaluations:
    """What exact arithmetic evaluated in one theory: normal forms, names of atoms, and values by the sizes of domains.

    Questions may share them, in any order: a value is that of a term in independent atoms, whoever asks, and a normal
    form uses no more than the facts of the theory, and that the terms in `positive` are.
    """

    theory: Theory
    positive: tuple[Given, ...] = ()
    normaliser: Normaliser = field(init=False)
    table: Table = field(init=False)
    atoms: Atoms = field(init=False)
    by_sizes: dict[tuple[tuple[str, int], ...], Evaluator[_Fraction]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.normaliser = Normaliser(self.theory, self.positive)
        self.table = Table(self.theory)
        self.atoms = Atoms(self.normaliser)


@dataclass(slots=True)
class Question:
    """left = right in a theory, with what is shared between the sizes and patterns at which it is asked, and the work
    that it may cost; `evaluations` may be shared with other questions of the theory and the same simplices.

    `by_totals` asks `totals` whatever `cutoff` says; `modular` asks modulo a prime, which proves nothing; `seams` asks
    about the points where arguments of maxima, absolute values, signs and steps are 0 as well, but for those where a
    condition in `kept` fails, and with `smooth` those where one is 0 and is not around the point; `roots` uses that
    powers of roots of sums are what they are.
    """

    left: Term
    right: Term
    theory: Theory
    simplices: tuple[Simplex, ...]
    seed: int
    evaluations: Evaluations
    account: Account = field(default_factory=Account)
    by_totals: bool = False
    modular: bool = False
    seams: bool = False
    roots: bool = False
    kept: tuple[Nonzero, ...] = ()
    smooth: bool = False
    signed: bool = field(init=False)
    _difference: Term = field(init=False)
    _evaluators: dict[tuple[tuple[str, int], ...], Evaluator[_Fraction]] = field(default_factory=dict)
    _budget: Budget = field(default_factory=Budget)
    _known_ends: dict[tuple[str, tuple[tuple[str, int], ...]], _Ends | str] = field(default_factory=dict)
    _domains: int = 1
    _room: int = 0
    _cells: int = 0

    def __post_init__(self) -> None:
        sides = (self.left, self.right)
        self.signed = any(isinstance(part, PIECEWISE) for side in sides for part in reachable(side, self.theory))
        self._difference = Add((self.left, Mul((number(-1), self.right))))
        self._evaluators = self._kept_evaluators()

    @property
    def normaliser(self) -> Normaliser:
        """Normal forms in the theory, where the question is asked."""
        return self.evaluations.normaliser

    def _kept_evaluators(self) -> dict[tuple[tuple[str, int], ...], Evaluator[_Fraction]]:
        """Those that other questions may have used, unless values depend on signs or on what roots are taken to be."""
        return {} if self.signed or self.seams or self.roots or self.modular else self.evaluations.by_sizes

    def again(
        self,
        *,
        by_totals: bool = False,
        modular: bool = False,
        seams: bool = False,
        roots: bool = False,
        kept: tuple[Nonzero, ...] = (),
        smooth: bool = False,
    ) -> None:
        """Start anew in another way, with the whole budget."""
        self.by_totals, self.modular, self.seams, self.roots = by_totals, modular, seams, roots
        self.kept, self.smooth = kept, smooth
        self._cells, self._budget = 0, Budget()
        self._evaluators = self._kept_evaluators()
        self._known_ends.clear()


def zero(question: Question, sizes: dict[str, int], env: dict[Index, int]) -> Cell:
    """Whether the difference vanishes at these sizes and index values."""
    question._cells += 1
    if question._cells > _MOST_CELLS:
        raise Exhausted(f"more than {_MOST_CELLS} combinations of sizes and patterns")
    atoms, table = question.evaluations.atoms, question.evaluations.table
    if question.modular:
        residues = Modular(atoms, sizes, question.simplices, question.seed)
        screen: Evaluator[int] = Evaluator(question.theory, sizes, residues, question._budget, table)
        return _cell(lambda: screen.at(question._difference, env) == 0)
    key = tuple(sorted(sizes.items()))
    for room in _ROOM[question._room :]:
        evaluator = question._evaluators.get(key)
        if evaluator is None:
            arithmetic = Exact(atoms, sizes, question.simplices, room, roots=question.roots, account=question.account)
            evaluator = Evaluator(question.theory, sizes, arithmetic, question._budget, table)
            question._evaluators[key] = evaluator
        else:
            evaluator.renew(question._budget)
            assert isinstance(evaluator.arithmetic, Exact)
            evaluator.arithmetic.renew(question.account)
        try:
            if question.seams:
                return _strata(question, evaluator, env)
            return _branches(question, key, evaluator, env)
        except Crowded:
            del question._evaluators[key]
            question._room += 1  # Larger sizes follow; they would only fill the smaller rings again.
    raise Exhausted(f"more than {_ROOM[-1]} atoms")


def _branches(
    question: Question, key: tuple[tuple[str, int], ...], evaluator: Evaluator[_Fraction], env: dict[Index, int]
) -> Cell:
    """Whether the difference vanishes for every combination of signs; "undefined" if it has no value for one."""
    exact = evaluator.arithmetic
    assert isinstance(exact, Exact)
    branches = exact.begin()
    found: set[Cell] = set()
    while "nonzero" not in found:
        with suppress(Contradiction):
            found.add(_cell(lambda: exact.vanishes(evaluator.at(question._difference, env))))  # noqa: B023
        if not branches.used:
            break
        # What was evaluated belongs to one combination.
        evaluator = Evaluator(question.theory, evaluator.sizes, exact, question._budget, question.evaluations.table)
        question._evaluators[key] = evaluator
        if not branches.advance():
            break
    return "nonzero" if "nonzero" in found else "undefined" if "undefined" in found or not found else "zero"


def _strata(question: Question, evaluator: Evaluator[_Fraction], env: dict[Index, int]) -> Cell:
    """Whether left = right for every combination of signs at a point and beside it (`seams`)."""
    exact = evaluator.arithmetic
    assert isinstance(exact, Exact)
    strata = exact.begin_strata()
    excluded = [
        (condition.term, {**env, **values})
        for condition in question.kept
        for values in _members(condition.term.free - env.keys(), evaluator.sizes)
    ]

    def vanishes() -> bool:
        # What was evaluated belongs to one combination and to one side: signs are other at the point than beside it.
        beside, there = (
            Evaluator(question.theory, evaluator.sizes, exact, question._budget, question.evaluations.table)
            for _ in range(2)
        )
        strata.at_point = True
        for term, values in excluded:
            if exact.sign(term, there, values) == 0:
                raise Contradiction
        strata.at_point = False
        left = beside.at(question.left, env)
        strata.at_point = True
        right = there.at(question.right, env)
        if question.smooth and strata.zeros:
            return False
        difference = exact.add(left, exact.multiply(exact.number(-1, 1), right))
        return exact.vanishes_where(difference, strata.zeros)

    while True:
        with suppress(Contradiction):
            cell = _cell(vanishes)
            if cell != "zero":
                return cell
        if not strata.advance():
            return "zero"


def _members(indices: frozenset[Index], sizes: dict[str, int]) -> Iterator[dict[Index, int]]:
    """Every choice of members for `indices`."""
    ordered = sorted(indices, key=lambda index: (index.domain.name, index.name))
    ranges = [range(1, (index.domain.size or sizes[index.domain.name]) + 1) for index in ordered]
    return (dict(zip(ordered, values, strict=True)) for values in product(*ranges))


def _cell(vanishes: Callable[[], bool]) -> Cell:
    try:
        return "zero" if vanishes() else "nonzero"
    except (Undefined, Kink):
        return "undefined"


@dataclass(slots=True)
class Ledger:
    """Which sizes were tested, for the evidence: first and last of every domain, and what was refuted."""

    first: dict[str, int] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    excluded: dict[str, set[int]] = field(default_factory=dict)
    refuted: tuple[dict[str, int], dict[Index, int]] | None = None
    by_totals: bool = False
    """Whether the theorem of `totals` was needed."""

    def note(self, domain: str, first: int, last: int) -> None:
        """Sizes from `first` to `last` were tested."""
        self.first[domain] = min(first, self.first.get(domain, first))
        self.last[domain] = max(last, self.last.get(domain, last))


def decide(
    question: Question,
    order: tuple[str, ...],
    sizes: dict[str, int],
    env: dict[Index, int],
    least: dict[str, int],
    ledger: Ledger,
) -> Cell:
    """Cut the domains in `order` one after the other; "zero" means the equation holds for every size.

    `least` has the smallest size of a domain that holds the values in `env` and the named members, if there are any.
    """
    if not order:
        cell = zero(question, sizes, env)
        if cell == "nonzero":
            ledger.refuted = (sizes, env)
        return cell
    domain, rest = order[0], order[1:]
    ends = _ends(question, domain, sizes)
    first = size = max(1, least.get(domain, 1))
    last, by_totals = ends(first, least.get(domain, 0))
    lost: set[int] = set()
    alone: set[int] = set()
    while size <= last:
        cell = decide(question, rest, {**sizes, domain: size}, env, least, ledger)
        if cell == "nonzero":
            return cell
        if cell == "undefined" or not (rest or by_totals or _roots_are_apart(question, {**sizes, domain: size})):
            (lost if cell == "undefined" else alone).add(size)
            first = size + 1
            last, by_totals = ends(first, least.get(domain, 0))
            if len(alone) > _RAISES:
                raise Exhausted("roots of sums that are not shown to be independent")
            if len(lost) > _RAISES:
                return "undefined"  # Left out as a whole, with the size around it.
        size += 1
    ledger.note(domain, min((first, *alone)), last)
    ledger.excluded.setdefault(domain, set()).update(lost)
    ledger.by_totals |= by_totals
    return "zero"


def _roots_are_apart(question: Question, sizes: dict[str, int]) -> bool:
    """Whether a size counts where powers of roots of sums were used."""
    if not question.roots:
        return True
    evaluator = question._evaluators.get(tuple(sorted(sizes.items())))
    arithmetic = None if evaluator is None else evaluator.arithmetic
    return isinstance(arithmetic, Exact) and arithmetic.roots_are_apart()


def _ends(question: Question, domain: str, sizes: dict[str, int]) -> _Ends:
    """The last size of `domain` to test, given the first one and how many values its indices and named members take,
    and whether it is that of `totals`.

    Exhausted if there would be too many, Outside if neither theorem applies.
    """
    key = (domain, tuple(sorted(sizes.items())))
    if key not in question._known_ends:
        try:
            question._known_ends[key] = _found_ends(question, domain, sizes)
        except Outside as error:
            question._known_ends[key] = str(error)
    found = question._known_ends[key]
    if isinstance(found, str):
        raise Outside(found)
    return found


def _found_ends(question: Question, domain: str, sizes: dict[str, int]) -> _Ends:
    last_of_all = len(sizes) + 1 >= question._domains
    cut = Cut(domain, sizes, question.theory, question.simplices, question.normaliser, question.roots, last_of_all)
    span: int | None = None
    degree: int | None = None
    refused = ""
    try:
        span = cutoff(question.left, question.right, cut)
    except Outside as error:
        refused = str(error)
    many = span is not None and span >= _MANY_SIZES
    if (question.by_totals or question.roots or many) and not (question.roots and question._domains > 1):
        with suppress(Outside):
            degree = degree_in_totals(
                question.left, question.right, domain, question.theory, question.simplices, question.normaliser
            )
    if span is None and degree is None:
        raise Outside(refused or "no function of totals")

    def last(first: int, values: int) -> tuple[int, bool]:
        ways = [(first + span, False)] if span is not None else []
        ways += [(last_size(degree, first, values), True)] if degree is not None else []
        found, by_totals = min(ways)
        if found - first + 1 > _MOST_SIZES:
            raise Exhausted(f"a cutoff of {found - first} for {domain}")
        return found, by_totals

    return last


def order_of(question: Question, domains: tuple[str, ...]) -> tuple[str, ...]:
    """An order in which the domains can be cut; Outside with the first reason if there is none."""
    reason = ""
    question._domains = len(domains)
    if len(domains) > _MOST_DOMAINS:
        raise Outside(f"more than {_MOST_DOMAINS} domains of symbolic size")
    for order in permutations(domains):
        sizes: dict[str, int] = {}
        try:
            for domain in order:
                _ends(question, domain, dict(sizes))
                sizes[domain] = 2
        except Outside as error:
            reason = reason or str(error)
        else:
            return order
    raise Outside(reason)
