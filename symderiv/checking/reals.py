"""The real gate: both sides of a statement in rigorous real balls at exact rational points.

Exact arithmetic is blind to branches: it accepts log z**2 = 2 log z and sqrt(z**2) = z. The gate is not: it finds the
point where the balls are disjoint, or where one side has no value. It can refute and it can fail to refute; it proves
nothing.

Points come in pairs with opposite signs of every unsigned number, because two independent draws miss the two identities
above about once in four times; p > 0 becomes 1 / p, whose logarithm has the opposite sign. All points are looked at
where the right side asks for more, as 2 log log p does beside log(log p)**2. Where formulas change with signs (|u|,
max, sign, step) there are more points, and one at which an argument is 0, though not for all data, is passed over, as
is one at which no precision tells its sign. Where exact arithmetic found a combination of signs at which the sides
differ, many more are drawn, every number on its own: products of two numbers are the same at both points of a pair.

A statement may be made on a `Region` only: a point outside of it refutes nothing. Where few of the points are inside,
or the balls are too wide to judge at some of them, as of e**(-z**2) far out, more are drawn.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from flint import arb, ctx, fmpq

from symderiv.checking.evaluation import Evaluator, Exhausted, Kink, Transcendental, Undefined, Unsupported
from symderiv.checking.normal import Normaliser, Outside
from symderiv.checking.rationals import Rationals
from symderiv.checking.regions import EVERYWHERE, Region, holds_inside, positive_data
from symderiv.checking.simplices import Simplex
from symderiv.checking.table import Table
from symderiv.statements import Condition, Counterexample, Distinct, Positive, Theory, reachable
from symderiv.terms import PIECEWISE, Array, Constant, Exp, Index, Log, Parameter, Position, Term, rename

__all__ = ["Gate", "Outcome", "Points", "at_point", "compare", "exceeds"]

_BITS: Final = (128, 512, 2048)
"""Precisions tried in turn while a ball is too wide to judge."""
_POINTS: Final = 4
_POINTS_OF_SIGNS: Final = 16
"""Points where formulas change with signs."""
_POINTS_OF_REFUTED: Final = 160
"""The same where the sides are known to differ for some signs."""
_MORE_POINTS: Final = 60
"""Points drawn beyond these where fewer than `_INSIDE` were inside a region."""
_INSIDE: Final = 4
"""So many points of a region are looked for."""
_SCALES: Final = (Fraction(1), Fraction(8), Fraction(1, 4))
"""How far out the pairs of points lie, in turn: log(z + 10) has a value at every small z."""

Outcome: TypeAlias = Literal["passed", "false", "undefined", "wide", "inadmissible"]


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate saw, with the point at which it refuted the statement."""

    outcome: Outcome
    points: int
    counterexample: Counterexample | None = None


class _Straddling(Exception):  # noqa: N818
    """A ball around 0 where a sign is needed: more precision may tell it."""


@dataclass(slots=True)
class _Balls:
    """Real balls at one rational point, drawn when first asked for, from the seed, the point and the name alone."""

    seed: int
    point: int
    sizes: dict[str, int]
    simplices: dict[str, Simplex]
    positive: frozenset[str] = frozenset()
    """Names of data, beside those declared positive, that are to be drawn positive."""
    drawn: dict[str, Fraction] = field(default_factory=dict)
    exact: Evaluator[Fraction] | None = None

    def _draw(self, name: str, *, positive: bool) -> Fraction:
        if name not in self.drawn:
            paired = self.point < _POINTS_OF_SIGNS
            source = random.Random(f"{self.seed}:{self.point // 2 if paired else self.point}:{name}")
            value = Fraction(source.randrange(1, 24), source.randrange(5, 12))
            sign = 1 if positive else source.choice((1, -1)) * (-1 if paired and self.point % 2 else 1)
            if not paired and self.point % 8 == 6:
                sign = 1 if positive else -1  # log sum_k e**z_k is negative only where all z_k are.
            # Then what is positive, as thresholds are, is larger or smaller than the rest at every other point.
            turn = self.point // 6 if positive and not paired and self.point % 2 else self.point // 2
            scale = _SCALES[turn % len(_SCALES)]
            drawn = sign * value * scale
            self.drawn[name] = 1 / drawn if positive and paired and self.point % 2 else drawn
        return self.drawn[name]

    def number(self, numerator: int, denominator: int) -> arb:
        return arb(fmpq(numerator, denominator))

    def add(self, left: arb, right: arb) -> arb:
        return left + right

    def multiply(self, left: arb, right: arb) -> arb:
        return left * right

    def inverse(self, value: arb) -> arb:
        if value == 0:
            raise Undefined("a division by zero")
        return 1 / value

    def is_zero(self, value: arb) -> bool:
        return bool(value == 0)

    def parameter(self, parameter: Parameter) -> arb:
        return _ball(self.drawn_parameter(parameter))

    def constant(self, constant: Constant) -> arb:
        assert constant.name == "pi"
        return arb.pi()

    def entry(self, array: Array, places: tuple[int, ...]) -> arb:
        return _ball(self.drawn_entry(array, places))

    def drawn_parameter(self, parameter: Parameter) -> Fraction:
        """The number drawn for a parameter."""
        return self._draw(parameter.name, positive=parameter.positive or parameter.name in self.positive)

    def drawn_entry(self, array: Array, places: tuple[int, ...]) -> Fraction:
        """A drawn number; under sum_k t_k = 1, one of a vector that sums to 1, with positive entries at even points."""
        simplex = self.simplices.get(array.name)
        if simplex is None:
            return self._draw(_named(array, places), positive=array.positive or array.name in self.positive)
        size = array.domains[simplex.axis].size or self.sizes[simplex.domain]
        members = [(*places[: simplex.axis], m, *places[simplex.axis + 1 :]) for m in range(1, size + 1)]
        positive = array.positive or array.name in self.positive or self.point % 2 == 0
        raw = [self._draw(f"{_named(array, m)} before scaling", positive=positive) for m in members]
        if sum(raw) == 0:
            raw[0] *= 3  # Then the sum is 2 raw[0]. Such a draw is a fault of the point, not of the statement.
        total = sum(raw)
        for member, value in zip(members, raw, strict=True):
            self.drawn[_named(array, member)] = value / total
        return self.drawn[_named(array, places)]

    def sign(self, term: Term, evaluator: Evaluator[arb], env: dict[Index, int]) -> int:
        """The sign at this point: exact where the argument is rational, else from its ball."""
        if self.exact is None:
            field_ = Rationals(self.drawn_parameter, self.drawn_entry)
            self.exact = Evaluator(evaluator.theory, self.sizes, field_, table=evaluator.table)
        try:
            value: arb | Fraction = self.exact.at(term, env)
        except Unsupported:
            value = evaluator.at(term, env)
        if value > 0:
            return 1
        if value < 0:
            return -1
        if self._vanishes(term, evaluator.theory, env):
            return 0
        if value == 0:
            raise Kink("an argument is 0 at this point")
        raise _Straddling

    def _vanishes(self, term: Term, theory: Theory, env: dict[Index, int]) -> bool:
        """Whether `term` is 0 for all data, by its normal form."""
        placed = rename(term, {index: Position(env[index], index.domain) for index in term.free})
        try:
            return not Normaliser(theory).normal(placed)
        except Outside:
            return False

    def transcendental(self, term: Transcendental, evaluator: Evaluator[arb], env: dict[Index, int]) -> arb:
        """The logarithm of what is not positive ends the whole side: a derivative or a factor 0 must not hide it."""
        value = evaluator.at(term.argument, env)
        if isinstance(term, Exp):
            return value.exp()
        if isinstance(term, Log):
            if value <= 0:
                raise Undefined("the logarithm of a number that is not positive")
            return value.log()
        assert term.name == "erf"
        return value.erf()

    def data(self) -> tuple[tuple[str, str], ...]:
        """The numbers drawn, as text."""
        return tuple((name, str(self.drawn[name])) for name in sorted(self.drawn) if "before scaling" not in name)


def _ball(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def _named(array: Array, places: tuple[int, ...]) -> str:
    return f"{array.name}[{','.join(map(str, places))}]" if places else array.name


def _value(evaluator: Evaluator[arb], term: Term, env: dict[Index, int]) -> arb | None:
    """The ball, or None where the term has no value at all."""
    try:
        return evaluator.at(term, env)
    except Undefined:
        return None


def _finite(value: arb | None) -> bool:
    return value is not None and bool(value.is_finite())


@dataclass(frozen=True, slots=True)
class Points:
    """What was evaluated at drawn points, kept from question to question: the steps of a proof share most subterms."""

    _evaluators: dict[object, Evaluator[arb]] = field(default_factory=dict)
    _tables: dict[Theory, Table] = field(default_factory=dict)

    def evaluator(
        self,
        theory: Theory,
        simplices: tuple[Simplex, ...],
        sizes: dict[str, int],
        seed: int,
        point: int,
        bits: int,
        positive: frozenset[str],
    ) -> Evaluator[arb]:
        """The values at a drawn point, with the whole budget for a new question."""
        key = (theory, simplices, tuple(sorted(sizes.items())), seed, point, bits, positive)
        if key not in self._evaluators:
            field_ = _Balls(seed, point, sizes, {simplex.name: simplex for simplex in simplices}, positive)
            table = self._tables.setdefault(theory, Table(theory))
            self._evaluators[key] = Evaluator(theory, sizes, field_, table=table)
        found = self._evaluators[key]
        found.renew()
        assert isinstance(found.arithmetic, _Balls)
        if found.arithmetic.exact is not None:
            found.arithmetic.exact.renew()
        return found


def at_point(
    terms: tuple[Term, ...],
    theory: Theory,
    simplices: tuple[Simplex, ...],
    sizes: dict[str, int],
    env: dict[Index, int],
    seed: int,
    point: int,
    bits: int,
    positive: frozenset[str] = frozenset(),
) -> tuple[tuple[arb | None, ...], tuple[tuple[str, str], ...]]:
    """The balls of `terms` at one drawn point, data called `positive` drawn positive, and the point."""
    with ctx.workprec(bits):
        evaluator = Points().evaluator(theory, simplices, sizes, seed, point, bits, positive)
        assert isinstance(evaluator.arithmetic, _Balls)
        return tuple(_value(evaluator, term, env) for term in terms), evaluator.arithmetic.data()


def _judge_equal(left: arb | None, right: arb | None) -> Outcome:
    if not _finite(left) and not _finite(right):
        return "inadmissible"
    if left is None or right is None:
        return "undefined"
    if not (_finite(left) and _finite(right)):
        return "wide"  # A divisor whose ball holds 0: that of e**2000 + 1 - e**2000 does, to 2048 bits.
    if not left.overlaps(right):
        return "false"
    # In balls: values such as e**(e**40) are beyond floats.
    narrow, width = arb(fmpq(1, 10**12)), left.rad() + right.rad()
    return "passed" if width < narrow or width < narrow * abs(left.mid()) else "wide"


def _judge_greater(left: arb | None, right: arb | None) -> Outcome:
    if not (_finite(left) and _finite(right)):
        return "inadmissible" if not _finite(left) and not _finite(right) else "undefined"
    assert left is not None
    assert right is not None
    difference = left - right
    if difference > 0:
        return "passed"
    return "false" if difference <= 0 else "wide"


def _is_inside(
    region: Region,
    theory: Theory,
    simplices: tuple[Simplex, ...],
    sizes: dict[str, int],
    env: dict[Index, int],
    seed: int,
    point: int,
    positive: frozenset[str],
) -> bool:
    """Whether the conditions of `region` hold at a drawn point; what the balls cannot tell counts as outside."""
    with ctx.workprec(_BITS[1]):
        field_ = _Balls(seed, point, sizes, {simplex.name: simplex for simplex in simplices}, positive)
        evaluator: Evaluator[arb] = Evaluator(theory, sizes, field_)

        def holds(condition: Condition, places: dict[Index, int]) -> bool:
            assert not isinstance(condition, Distinct)
            value = _value(evaluator, condition.term, places)
            if value is None or not _finite(value):
                return False
            return bool(value > 0) if isinstance(condition, Positive) else bool(value != 0)

        try:
            return holds_inside(region, holds, sizes, env)
        except (Unsupported, Exhausted):
            return True  # Then the region turns no point away.
        except (_Straddling, Kink):
            return False


def _run(
    left: Term,
    right: Term,
    theory: Theory,
    simplices: tuple[Simplex, ...],
    sizes: dict[str, int],
    env: dict[Index, int],
    seed: int,
    region: Region = EVERYWHERE,
    *,
    greater: bool,
    refuted: bool = False,
    more: bool = False,
    kept: Points | None = None,
) -> Gate:
    kept = Points() if kept is None else kept
    passed = wide = 0
    signed = any(isinstance(part, PIECEWISE) for side in (left, right) for part in reachable(side, theory))
    usual = (_POINTS_OF_REFUTED if refuted else _POINTS_OF_SIGNS) if signed else _POINTS
    for point in range(usual + _MORE_POINTS):
        if point >= usual and not more and (passed >= _INSIDE or not (region.conditions or wide)):
            break
        positive = positive_data(region) if point >= usual else frozenset[str]()
        outcome: Outcome = "wide"
        for bits in _BITS:
            try:
                with ctx.workprec(bits):
                    evaluator = kept.evaluator(theory, simplices, sizes, seed, point, bits, positive)
                    first, second = _value(evaluator, left, env), _value(evaluator, right, env)
            except (Unsupported, Exhausted):
                return Gate("wide", passed)
            except _Straddling:
                # Still at the highest precision: a tie on a whole region, as of the two sides of a clipped ratio.
                outcome = "inadmissible"
                continue
            except Kink:
                outcome = "inadmissible"
                break
            with ctx.workprec(bits):
                outcome = _judge_greater(first, second) if greater else _judge_equal(first, second)
            # A ball around 0 has no finite logarithm or inverse although the point has: look closer before judging.
            if outcome in ("passed", "false") or (outcome != "wide" and bits == _BITS[1]):
                break
        if outcome in ("false", "undefined"):
            if region.conditions and not _is_inside(region, theory, simplices, sizes, env, seed, point, positive):
                continue
            places = tuple(sorted((index.name, value) for index, value in env.items()))
            # Once more for these two sides alone, so that only what they depend on is shown.
            _, data = at_point((left, right), theory, simplices, sizes, env, seed, point, bits, positive)
            shown = tuple("no value" if not _finite(ball) else str(ball) for ball in (first, second))
            return Gate(outcome, passed, Counterexample(tuple(sorted(sizes.items())), places, data, shown[0], shown[1]))
        wide += outcome == "wide"
        passed += outcome == "passed"
    if wide and passed < _INSIDE:
        return Gate("wide", passed)
    return Gate("passed" if passed else "inadmissible", passed)


def compare(
    left: Term,
    right: Term,
    theory: Theory,
    simplices: tuple[Simplex, ...],
    sizes: dict[str, int],
    env: dict[Index, int],
    seed: int,
    region: Region = EVERYWHERE,
    *,
    refuted: bool = False,
    more: bool = False,
    kept: Points | None = None,
) -> Gate:
    """left = right at four points: two draws, each with the opposite signs as well; at 16 where signs decide, and at
    many more if `refuted`, where exact arithmetic found signs for which it fails, and at `more` where one side asks for
    more than the other."""
    drawn = (theory, simplices, sizes, env, seed, region)
    return _run(left, right, *drawn, greater=False, refuted=refuted, more=more, kept=kept)


def exceeds(
    left: Term,
    right: Term,
    theory: Theory,
    simplices: tuple[Simplex, ...],
    sizes: dict[str, int],
    env: dict[Index, int],
    seed: int,
) -> Gate:
    """left > right at the same points."""
    return _run(left, right, theory, simplices, sizes, env, seed, greater=True)
