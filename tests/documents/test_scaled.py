"""Numbers of two doubles and a scale against mpmath with 60 digits."""

from __future__ import annotations

import math
import random

import mpmath
import pytest

from symderiv.documents import scaled
from symderiv.documents.scaled import Scaled

RANDOM = random.Random(20)
VALUES = [RANDOM.uniform(-3, 3) * 10 ** RANDOM.uniform(-8, 3) for _ in range(60)]
PAIRS = list(zip(VALUES, reversed(VALUES), strict=True))


def exact(x: Scaled) -> mpmath.mpf:
    with mpmath.workdps(80):
        return (mpmath.mpf(x.high) + mpmath.mpf(x.low)) * mpmath.exp(mpmath.mpf(x.scale))


def off(found: Scaled, wanted: mpmath.mpf) -> float:
    """The relative distance."""
    with mpmath.workdps(80):
        return float(abs(exact(found) - wanted) / abs(wanted)) if wanted else abs(float(exact(found)))


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (scaled.add, lambda x, y: x + y),
        (scaled.multiply, lambda x, y: x * y),
        (scaled.divide, lambda x, y: x / y),
    ],
)
def test_arithmetic_of_doubles_keeps_thirty_digits(mine: object, theirs: object) -> None:
    for first, second in PAIRS:
        with mpmath.workdps(80):
            wanted = theirs(mpmath.mpf(first), mpmath.mpf(second))  # type: ignore[operator]
            assert off(mine(scaled.of(first), scaled.of(second)), wanted) < 1e-30  # type: ignore[operator]


def test_exponentials_do_not_overflow_and_their_quotients_are_right() -> None:
    for first, second in [(1000.0, 999.0), (-1000.0, -1003.5), (1e6, 1e6 - 2), (5.0, 700.0)]:
        quotient = scaled.divide(scaled.exp(scaled.of(first)), scaled.exp(scaled.of(second)))
        with mpmath.workdps(80):
            assert off(quotient, mpmath.exp(mpmath.mpf(first) - mpmath.mpf(second))) < 1e-30
    assert scaled.to_float(scaled.exp(scaled.of(1000.0))) == math.inf
    assert scaled.to_float(scaled.exp(scaled.of(-1000.0))) == 0
    assert scaled.to_float(scaled.exp(scaled.of(-740.0))) == pytest.approx(math.exp(-740.0), rel=1e-1)


@pytest.mark.parametrize("small", [1e-3, 1e-17, 1e-200, 2.0**-1000])
def test_one_plus_something_small_keeps_it(small: float) -> None:
    whole = scaled.add(scaled.ONE, scaled.of(small))
    assert scaled.to_float(scaled.log(whole)) == math.log1p(small)
    assert scaled.to_float(scaled.add(whole, scaled.of(-1.0))) == small
    square = scaled.multiply(whole, scaled.add(scaled.ONE, scaled.of(-small)))
    assert scaled.to_float(scaled.add(scaled.ONE, scaled.negate(square))) == pytest.approx(small * small, rel=1e-15)


def test_logarithms_and_powers() -> None:
    for value in (abs(value) for value in VALUES):
        with mpmath.workdps(80):
            assert off(scaled.log(scaled.of(value)), mpmath.log(mpmath.mpf(value))) < 1e-15
            for exponent in (2.0, -3.0, 0.5, 0.7, -1.3, 20.5):
                wanted = mpmath.power(mpmath.mpf(value), mpmath.mpf(exponent))
                assert off(scaled.power(scaled.of(value), scaled.of(exponent)), wanted) < 1e-13
    near = scaled.of(1.125)
    with mpmath.workdps(80):
        assert off(scaled.log(near), mpmath.log(mpmath.mpf(1.125))) < 1e-30


@pytest.mark.parametrize("value", [-30.0, -6.0, -2.5, -1.9, -0.3, 0.0, 1e-9, 0.7, 2.0, 5.5, 28.0])
def test_the_error_function_keeps_what_is_missing_to_one(value: float) -> None:
    with mpmath.workdps(500):
        wanted, rest = mpmath.erf(mpmath.mpf(value)), 1 + mpmath.erf(mpmath.mpf(value))
    found = scaled.erf(scaled.of(value))
    assert scaled.to_float(found) == pytest.approx(float(wanted), rel=1e-14)
    assert scaled.to_float(scaled.add(scaled.ONE, found)) == pytest.approx(float(rest), rel=1e-13, abs=1e-300)


def test_what_has_no_value_is_nan_or_infinite() -> None:
    of, nan = scaled.of, math.isnan
    assert nan(scaled.to_float(scaled.log(of(-1.0))))
    assert scaled.to_float(scaled.log(scaled.ZERO)) == -math.inf
    assert scaled.to_float(scaled.divide(of(-2.0), scaled.ZERO)) == -math.inf
    assert nan(scaled.to_float(scaled.divide(scaled.ZERO, scaled.ZERO)))
    assert nan(scaled.to_float(scaled.power(of(-2.0), of(0.5))))
    assert scaled.to_float(scaled.power(of(-2.0), of(19.0))) == pytest.approx(-(2.0**19), rel=1e-14)
    assert scaled.to_float(scaled.power(scaled.ZERO, scaled.ZERO)) == 1
    assert scaled.to_float(scaled.power(scaled.ZERO, of(-0.5))) == math.inf
    assert nan(scaled.to_float(scaled.exp(of(math.nan))))
    assert scaled.to_float(scaled.exp(of(-math.inf))) == 0
    assert nan(scaled.sign(of(math.nan)))
    assert [scaled.sign(of(value)) for value in (-2.0, 0.0, 3.0)] == [-1, 0, 1]
