"""Remez exchange: the best weighted polynomial of a degree, in multiple precision.

Minimise max |target(x) - weight(x) P(x)| over an interval, with P a combination of chosen powers of x. Where the weight
vanishes the error does too, and such a point is never an extremum; everywhere else Chebyshev's theorem holds: P is the
best one when the error takes its largest absolute value with alternating signs at one point more than P has
coefficients.

Nothing here is trusted. The bound of a table is proved afterwards, from its rounded coefficients alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flint import arb, arb_mat, ctx

PRECISION = 256
"""Working precision in bits: 77 digits, of which the exchange loses about 10."""

_EXCHANGES = 30
_SAMPLES_PER_COEFFICIENT = 24
_REFINEMENTS = 45

Function = Callable[[arb], arb]


@dataclass(frozen=True, slots=True)
class Approximated:
    """`target(x) - weight(x) P(x)` on [low, high]: what P has to make small.

    `target` and `weight` are evaluated inside the interval only, never at a point where they are 0/0: `low` and `high`
    are such that the formulas can be evaluated as they stand.
    """

    target: Function
    weight: Function
    low: arb
    high: arb


@dataclass(frozen=True, slots=True)
class Extremum:
    """A place where the error is locally largest, and the signed error there."""

    position: arb
    error: arb


@dataclass(frozen=True, slots=True)
class BestPolynomial:
    """Coefficients by power, and the extrema between which the error alternates."""

    powers: tuple[int, ...]
    coefficients: tuple[arb, ...]
    extrema: tuple[Extremum, ...]


def error_at(approximated: Approximated, powers: tuple[int, ...], coefficients: tuple[arb, ...], x: arb) -> arb:
    """target(x) - weight(x) * sum_k c_k x^{powers_k}."""
    total = arb(0)
    for power, coefficient in zip(powers, coefficients, strict=True):
        total += coefficient * x**power
    return approximated.target(x) - approximated.weight(x) * total


def remez(approximated: Approximated, powers: tuple[int, ...]) -> BestPolynomial:
    """The minimax combination of `powers`, by exchange from Chebyshev's points.

    Raises ArithmeticError if the exchange has not levelled after a fixed number of rounds.
    """
    with ctx.workprec(PRECISION):
        count = len(powers) + 1
        reference = _chebyshev_points(approximated, count)
        for _ in range(_EXCHANGES):
            coefficients = _levelled(approximated, powers, reference)
            extrema = _extrema(approximated, powers, coefficients)
            chosen = _alternating(extrema, count)
            sizes = [abs(point.error) for point in chosen]
            largest, smallest = max(sizes, key=float), min(sizes, key=float)
            if largest - smallest < largest * arb("1e-12"):
                return BestPolynomial(powers, coefficients, tuple(chosen))
            reference = [point.position for point in chosen]
        raise ArithmeticError("the Remez exchange did not level; choose a smaller interval or another degree")


def _chebyshev_points(approximated: Approximated, count: int) -> list[arb]:
    """Extrema of a Chebyshev polynomial, pushed to the right a little: the middle may be a zero of the weight."""
    middle = (approximated.low + approximated.high) / 2
    half = (approximated.high - approximated.low) / 2
    places = [-(arb.pi() * k / (count - 1)).cos() for k in range(count)]
    return [(middle + half * (place + (1 - place * place) / 20)).mid() for place in places]


def _levelled(approximated: Approximated, powers: tuple[int, ...], reference: list[arb]) -> tuple[arb, ...]:
    """The coefficients whose error is +-e at the points of the reference, one sign after the other."""
    rows, right = [], []
    for position, x in enumerate(reference):
        weight = approximated.weight(x)
        rows.append([weight * x**power for power in powers] + [arb((-1) ** position)])
        right.append([approximated.target(x)])
    solved = arb_mat(rows).solve(arb_mat(right))
    return tuple(solved[k, 0].mid() for k in range(len(powers)))


def _extrema(approximated: Approximated, powers: tuple[int, ...], coefficients: tuple[arb, ...]) -> list[Extremum]:
    """Both ends and every local extremum of the error between them that the samples show."""

    def error(x: arb) -> arb:
        return error_at(approximated, powers, coefficients, x).mid()

    points = _chebyshev_points(approximated, _SAMPLES_PER_COEFFICIENT * (len(powers) + 1))
    errors = [error(x) for x in points]
    found = [Extremum(points[0], errors[0])]
    found += [
        _refined(error, points[k - 1], points[k + 1], 1 if errors[k] > errors[k - 1] else -1)
        for k in range(1, len(points) - 1)
        if (errors[k] - errors[k - 1]) * (errors[k + 1] - errors[k]) <= 0
    ]
    found.append(Extremum(points[-1], errors[-1]))
    return found


def _refined(error: Function, low: arb, high: arb, sign: int) -> Extremum:
    """The extremum between two points, by golden section."""
    ratio = (arb(5).sqrt() - 1) / 2
    left, right = (high - (high - low) * ratio).mid(), (low + (high - low) * ratio).mid()
    at_left, at_right = error(left) * sign, error(right) * sign
    for _ in range(_REFINEMENTS):
        if at_left > at_right:
            high, right, at_right = right, left, at_left
            left = (high - (high - low) * ratio).mid()
            at_left = error(left) * sign
        else:
            low, left, at_left = left, right, at_right
            right = (low + (high - low) * ratio).mid()
            at_right = error(right) * sign
    position = ((low + high) / 2).mid()
    return Extremum(position, error(position))


def _alternating(found: list[Extremum], count: int) -> list[Extremum]:
    """`count` of the extrema with alternating signs, the largest first.

    Raises ArithmeticError if there are fewer.
    """
    runs: list[Extremum] = []
    for point in found:
        if runs and (runs[-1].error > 0) == (point.error > 0):
            if abs(point.error) > abs(runs[-1].error):
                runs[-1] = point
        else:
            runs.append(point)
    while len(runs) > count:
        if len(runs) == count + 1:
            del runs[0 if abs(runs[0].error) < abs(runs[-1].error) else -1]
        else:
            smallest = min(range(len(runs)), key=lambda k: float(abs(runs[k].error)))
            del runs[smallest]
            if 0 < smallest < len(runs):
                weaker = smallest - 1 if abs(runs[smallest - 1].error) < abs(runs[smallest].error) else smallest
                del runs[weaker]
    if len(runs) < count:
        raise ArithmeticError(f"the error alternates {len(runs)} times where {count} are needed")
    return runs
