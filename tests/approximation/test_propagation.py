"""Bounds against the same programs carried out: no rounding error of any argument exceeds what was propagated."""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from symderiv.approximation import emulation
from symderiv.approximation.emulation import Emulation, rational
from symderiv.approximation.formats import FLOAT32, FLOAT64, Format
from symderiv.approximation.programs import exponential_part, logarithm_of
from symderiv.approximation.propagation import Bounded, Propagation, exactly
from tests.approximation.tables import EXPONENTIALS, LOGARITHMS

EXACT = Emulation(Format("exact", 4000, -100000, 100000), True)
KINDS = pytest.mark.parametrize("kind", [FLOAT32, FLOAT64], ids=lambda kind: kind.name)
FUSES = pytest.mark.parametrize("fuses", [True, False], ids=["fused", "unfused"])


def near(x: fmpq, width: float) -> Bounded:
    return exactly(arb(x).union(arb(x) + width))


@KINDS
@FUSES
@given(x=st.floats(-0.34, 0.34))
@settings(max_examples=60, deadline=None)
def test_the_exponential_part(kind: Format, fuses: bool, x: float) -> None:
    table, do = EXPONENTIALS[kind.name], Emulation(kind, fuses)
    r = do.rounded(rational(x))
    with ctx.workprec(200):
        bound = exponential_part(Propagation(kind, fuses), table, near(r, 1e-4))
        made, exact = exponential_part(do, table, r), exponential_part(EXACT, table, r)
        assert abs(arb(made - exact)) <= bound.error
        assert abs(arb(made)) <= bound.size
        assert bound.exact.contains(arb(exact))


@given(x=st.floats(-0.34, 0.34))
@settings(max_examples=30, deadline=None)
def test_a_bound_holds_for_both_ways_to_evaluate_a_polynomial(x: float) -> None:
    coefficients = EXPONENTIALS["float64"].coefficients
    r = rational(x)
    with ctx.workprec(200):
        bound = Propagation(FLOAT64, False).polynomial(coefficients, near(r, 1e-4))
        exact = EXACT.polynomial(coefficients, r)
        for made in (Emulation(FLOAT64, False, "horner"), Emulation(FLOAT64, False, "estrin")):
            assert abs(arb(made.polynomial(coefficients, r) - exact)) <= bound.error


@KINDS
@FUSES
@given(f=st.floats(-0.29, 0.41), k=st.integers(-100, 100))
@settings(max_examples=60, deadline=None)
def test_the_logarithm(kind: Format, fuses: bool, f: float, k: int) -> None:
    table, do = LOGARITHMS[kind.name], Emulation(kind, fuses)
    m = do.rounded(rational(f) + 1) - 1
    with ctx.workprec(200):
        bound = logarithm_of(Propagation(kind, fuses), table, exactly(arb(k)), near(m, 1e-4), exactly(arb(0)))
        made = logarithm_of(do, table, fmpq(k), m, fmpq(0))
        exact = logarithm_of(EXACT, table, fmpq(k), m, fmpq(0))
        last = abs(arb(exact)) * arb(2) ** -kind.precision  # `last` leaves the final rounding to the caller
        assert abs(arb(made - exact)) <= bound.error + last * (1 + last)


@KINDS
@given(a=st.floats(-1e3, 1e3), b=st.floats(-1e3, 1e3))
def test_two_sum_loses_nothing(kind: Format, a: float, b: float) -> None:
    do = Emulation(kind, False)
    x, y = do.rounded(rational(a)), do.rounded(rational(b))
    made, lost = do.two_sum(x, y)
    assert made + lost == x + y
    assert do.rounded(lost) == lost


@given(a=st.floats(-1e3, 1e3), b=st.floats(2.0**-30, 1e3))
def test_emulated_operations_are_those_of_the_processor(a: float, b: float) -> None:
    x, y = np.float32(a), np.float32(b)
    do = Emulation(FLOAT32, False)
    p, q = rational(float(x)), rational(float(y))
    pairs = [(do.add(p, q), x + y), (do.subtract(p, q), x - y), (do.multiply(p, q), x * y), (do.divide(p, q), x / y)]
    for made, expected in pairs:
        if abs(expected) > 2.0**-120:  # the emulation has no subnormal numbers
            assert made == rational(float(expected))


def test_a_product_that_is_not_exact_is_refused() -> None:
    do = Emulation(FLOAT32, True)
    with pytest.raises(ArithmeticError, match="not exact in float32"):
        do.exact_multiply(rational(1 + 2.0**-23), rational(1 + 2.0**-23))
    assert emulation.exponent(fmpq(3, 4)) == -1
    assert emulation.exponent(fmpq(1)) == 0
