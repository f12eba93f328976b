"""Everything that is derived and proved about the elementary functions, in one call and in plain numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

from flint import arb, arb_series, ctx, fmpq

from symderiv.approximation import emulated_rows, emulation
from symderiv.approximation.deriving import exponential_table, logarithm_table
from symderiv.approximation.fitting import best
from symderiv.approximation.formats import FORMATS, Format
from symderiv.approximation.quotients import RowBounds, quotient_bound, row_bounds
from symderiv.approximation.ratios import log1p_of_bound
from symderiv.approximation.remez import PRECISION, Approximated
from symderiv.approximation.shifting import RowRange, lift, row_range
from symderiv.approximation.suprema import supremum
from symderiv.approximation.tables import ExponentialTable, LogarithmTable
from symderiv.approximation.targets import (
    exponential,
    exponential_error,
    logarithm,
    logarithm_error,
    reach,
    squared_reach,
)
from symderiv.approximation.ulps import exp_bound, expm1_bound, log1p_bound, log_bound

__all__ = ["ElementaryFunctions", "Fit", "FormatResults", "FunctionBound", "exponential_supremum",
           "logarithm_supremum", "prove_elementary_functions"]  # fmt: skip

ARGUMENTS: Final = 250
"""Arguments on which each function is measured, in each way to round."""

_POINTS: Final = 320
_GOLDEN: Final = 0.6180339887498949


@dataclass(frozen=True, slots=True)
class Fit:
    """A polynomial of a format: how good the best real one is, where its error is largest, and what rounding left.

    `extrema` are positions and signed errors of the best polynomial over the reals. `bound` is proved to bound the
    relative error of the rounded one on all of [low, high]; `curve` samples that error.
    """

    coefficients: tuple[float, ...]
    low: float
    high: float
    extrema: tuple[tuple[float, float], ...]
    bound: float
    curve: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class FunctionBound:
    """Error of a function in units in the last place: proved, with and without fused multiply-add, and measured.

    `claim` names the function, a formula in LaTeX; `domain` says where the bounds hold, prose with `$formulas$`.
    """

    claim: str
    domain: str
    proved: float
    measured: float


@dataclass(frozen=True, slots=True)
class FormatResults:
    """Tables, fits and bounds of one format, and what is proved of a row: pairs with fused multiply-add and without."""

    exponential: ExponentialTable
    logarithm: LogarithmTable
    exponential_fit: Fit
    logarithm_fit: Fit
    bounds: tuple[FunctionBound, ...]
    range: RowRange
    quotients: tuple[float, float]
    rows: tuple[RowBounds, RowBounds]


@dataclass(frozen=True, slots=True)
class ElementaryFunctions:
    """What is known about exp, expm1, log and log1p, format by format."""

    formats: tuple[FormatResults, ...]


def exponential_supremum(table: ExponentialTable) -> float:
    """A proved bound of the relative error of 1 + r + r^2 Q(r) against e^r on |r| <= a."""
    a = reach(table.kind)
    return supremum(lambda r: exponential_error(table.coefficients, r), -a, a)


def logarithm_supremum(table: LogarithmTable) -> float:
    """A proved bound of the relative error of 2 q + q R(q^2) against log m on 2/3 <= m <= 3/2."""
    return supremum(lambda s: logarithm_error(table.coefficients, s), arb(0), squared_reach())


@cache
def prove_elementary_functions() -> ElementaryFunctions:
    """Derives the tables of both formats, proves their bounds and measures the programs: some seconds, once."""
    return ElementaryFunctions(tuple(_results(kind) for kind in FORMATS))


def _results(kind: Format) -> FormatResults:
    powers, logs = exponential_table(kind), logarithm_table(kind)

    def q_error(x: arb_series) -> arb_series:
        return exponential_error(powers.coefficients, x)

    def r_error(x: arb_series) -> arb_series:
        return logarithm_error(logs.coefficients, x)

    return FormatResults(
        powers,
        logs,
        _fit(exponential(kind), powers.coefficients, q_error, exponential_supremum(powers)),
        _fit(logarithm(), logs.coefficients, r_error, logarithm_supremum(logs)),
        tuple(_bounds(powers, logs)),
        row_range(powers),
        (quotient_bound(kind, True), quotient_bound(kind, False)),
        (row_bounds(powers, logs, True), row_bounds(powers, logs, False)),
    )


def _fit(
    approximated: Approximated,
    coefficients: tuple[float, ...],
    error: Callable[[arb_series], arb_series],
    bound: float,
) -> Fit:
    low = 0.0 if approximated.low > 0 else float(approximated.low)  # the exchange of log starts next to 0, not at it
    high = float(approximated.high)
    extrema = best(approximated, len(coefficients)).extrema
    xs = [low + (high - low) * k / _POINTS for k in range(_POINTS + 1)]
    with ctx.workprec(PRECISION):
        curve = tuple((x, float(error(arb_series([arb(x)]))[0].mid())) for x in xs)
    found = tuple((float(point.position), float(point.error)) for point in extrema)
    return Fit(coefficients, low, high, found, bound, curve)


Computed: TypeAlias = Callable[[emulation.Emulation, fmpq], fmpq]


def _bounds(powers: ExponentialTable, logs: LogarithmTable) -> Iterator[FunctionBound]:
    kind = powers.kind
    ways = (emulation.Emulation(kind, True, "estrin"), emulation.Emulation(kind, False, "horner"))
    rounded = ways[0].rounded

    def even(low: float, high: float) -> list[fmpq]:
        return [rounded(emulation.rational(low + (high - low) * t)) for t in _scattered()]

    def scaled(low: int, high: int, sign: int) -> list[fmpq]:
        """Arguments of all sizes from 2^low to 2^high."""
        return [sign * rounded(emulation.rational(2.0 ** (low + (high - low) * t))) for t in _scattered()]

    differences = [-abs(a - b) for a, b in zip(even(-40, 40), even(-40, 40)[::-1], strict=True) if a != b]
    parts = {x: (rounded(x), x - rounded(x)) for x in differences}

    def measured_at(function: Computed, true: Callable[[fmpq], arb], xs: Sequence[fmpq]) -> float:
        with ctx.workprec(PRECISION):
            return max(_units(function(do, x), true(x), kind) for do in ways for x in xs)

    def measured(function: Computed, true: Callable[[arb], arb], xs: Sequence[fmpq]) -> float:
        return measured_at(function, lambda x: true(arb(x)), xs)

    unit = emulation.power_of_two(lift(kind))

    yield FunctionBound(
        "e^x", "every $x$",
        exp_bound(powers, False),
        measured(lambda do, x: emulation.exp(powers, do, x), arb.exp, even(0.8 * powers.lowest, 0.0)),
    )  # fmt: skip
    factors = even(0.5, 8)
    lows = [b * emulation.power_of_two(-kind.precision - 1) for b in factors]
    products = {x: (b, c) for x, b, c in zip(even(0.1 * powers.lowest, 0.0), factors, lows, strict=True)}
    yield FunctionBound(
        "e^{(b + c) x}", "$x \\leq 0$, $b + c$ in two parts",
        exp_bound(powers, False, "(b + c) x"),
        measured_at(
            lambda do, x: emulated_rows.shifted_exp(powers, do, x, fmpq(0), products[x]) / unit,
            lambda x: (arb(sum(products[x])) * arb(x)).exp(), list(products),
        ),
    )  # fmt: skip
    yield FunctionBound(
        "e^{a - b}", r"$a \leq b$",
        exp_bound(powers, False, "x + l"),
        measured(lambda do, x: emulation.exp(powers, do, *parts[x]), arb.exp, list(parts)),
    )  # fmt: skip
    for domain, exponents, xs in (
        (r"$x \leq 0$", range(-59, 1), even(-3, 0) + scaled(-30, 5, -1)),
        (r"$0 \leq x \leq 80$", range(117), even(0, 2) + even(0.34, 0.42)),
    ):
        yield FunctionBound(
            "e^x - 1", domain,
            expm1_bound(powers, False, exponents),
            measured(lambda do, x: emulation.expm1(powers, do, x), arb.expm1, [x for x in xs if x]),
        )  # fmt: skip
    yield FunctionBound(
        r"\log x", "$x > 0$",
        log_bound(logs, False),
        measured(lambda do, x: emulation.log(logs, do, x), arb.log, even(0.3, 3)),
    )  # fmt: skip
    for domain, negative, xs in (
        (r"$x \geq 0$", False, even(0, 3) + scaled(-kind.precision, 4, 1)),
        (r"$-1 < x < 0$", True, even(-0.99, 0) + scaled(-kind.precision, -1, -1)),
    ):
        yield FunctionBound(
            r"\log (1 + x)", domain,
            log1p_bound(logs, False, negative),
            measured(lambda do, x: emulation.log1p(logs, do, x), arb.log1p, [x for x in xs if x]),
        )  # fmt: skip
    units = even(0.71, 1.41)

    def measured_ratio(xs: Sequence[fmpq]) -> float:
        shares = {a: units[k % len(units)] for k, a in enumerate(xs) if a}
        return measured_at(
            lambda do, a: emulated_rows.log1p_of(logs, do, a, shares[a]),
            lambda a: (arb(a) / arb(shares[a])).log1p(),
            list(shares),
        )

    claim = r"\log (1 + a / b)"
    small, large = even(0, 0.17) + scaled(-kind.precision, -3, 1), even(0.36, 4) + scaled(2, 20, 1)
    yield FunctionBound(claim, r"$0 \leq 4 a \leq b$", log1p_of_bound(logs, False, True), measured_ratio(small))
    yield FunctionBound(claim, r"$4 a \geq b > 0$", log1p_of_bound(logs, False, False), measured_ratio(large))


def _scattered() -> list[float]:
    """Numbers between 0 and 1 that fill it evenly: multiples of the golden ratio, modulo 1."""
    return [k * _GOLDEN % 1.0 for k in range(1, ARGUMENTS + 1)]


def _units(made: fmpq, true: arb, kind: Format) -> float:
    """|made - true| in units in the last place of the true value."""
    size = emulation.exponent(emulation.rational(float(true.mid())))
    return float((abs(arb(made) - true) / arb(2) ** (size - kind.precision + 1)).mid())
