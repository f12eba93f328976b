"""Proved bounds of the polynomials lie above dense samples by mpmath, closely, and rise when a coefficient is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import mpmath
import pytest
from flint import arb

from symderiv.approximation.formats import FORMATS, Format
from symderiv.approximation.proving import exponential_supremum, logarithm_supremum
from symderiv.approximation.suprema import largest, lower, supremum, upper
from symderiv.approximation.targets import reach, squared_reach
from tests.approximation.tables import EXPONENTIALS, LOGARITHMS, relative_error_of_exp, relative_error_of_log

KINDS = pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
SAMPLES = 1500


def sampled(error: Callable[[float], mpmath.mpf], low: float, high: float) -> float:
    return max(float(abs(error(low + (high - low) * k / SAMPLES))) for k in range(1, SAMPLES + 1))


@KINDS
def test_the_bound_of_exp_lies_closely_above_samples(kind: Format) -> None:
    table = EXPONENTIALS[kind.name]
    a = float(reach(kind))
    found = sampled(lambda r: relative_error_of_exp(table.coefficients, r), -a, a)
    assert found <= exponential_supremum(table) <= 1.01 * found


@KINDS
def test_the_bound_of_log_lies_closely_above_samples(kind: Format) -> None:
    table = LOGARITHMS[kind.name]
    found = sampled(lambda s: relative_error_of_log(table.coefficients, s), 0.0, float(squared_reach()))
    assert found <= logarithm_supremum(table) <= 1.01 * found


@KINDS
def test_the_committed_polynomials_are_within_a_sixteenth_of_a_unit(kind: Format) -> None:
    sixteenth = 2.0 ** -(kind.precision + 4)
    assert exponential_supremum(EXPONENTIALS[kind.name]) < sixteenth
    assert logarithm_supremum(LOGARITHMS[kind.name]) < sixteenth


@KINDS
@pytest.mark.parametrize("power", [0, 1, 2])
def test_a_wrong_coefficient_raises_the_bound(kind: Format, power: int) -> None:
    units = 2.0 ** (13 - kind.precision)  # thousands of its own last places
    for table, proved in ((EXPONENTIALS[kind.name], exponential_supremum), (LOGARITHMS[kind.name], logarithm_supremum)):
        values = list(table.coefficients)
        values[power] *= 1 + units
        assert proved(replace(table, coefficients=tuple(values))) > 2 * proved(table)  # type: ignore[operator, type-var]


def test_the_supremum_of_known_functions() -> None:
    # |x^2 - 2 x| on [0, 3] is largest at its right end; sin on [0, 3] in the middle.
    assert supremum(lambda x: x * x - 2 * x, arb(0), arb(3)) == pytest.approx(3.0, rel=1e-6)
    assert supremum(lambda x: x.sin(), arb(0), arb(3)) == pytest.approx(1.0, rel=1e-6)
    assert supremum(lambda x: x.sin(), arb(0), arb(3)) >= 1.0


def test_the_largest_piece_is_found_by_halving() -> None:
    worst = largest(lambda low, high: max(low * (1 - low), high * (1 - high)) + (high - low), [(0.0, 1.0)], 60)
    assert 0.25 <= worst.bound < 0.3


def test_rounding_outwards() -> None:
    third = arb(1) / 3
    assert arb(lower(third)) <= third <= arb(upper(third))
    assert upper(third) - lower(third) < 1e-15
    assert upper(arb(0.5)) == lower(arb(0.5)) == 0.5
