"""The exchange on problems whose best approximation is known in closed form, and on ours: it equioscillates."""

from __future__ import annotations

from itertools import pairwise

import pytest
from flint import arb

from symderiv.approximation.fitting import best, fitted
from symderiv.approximation.formats import FLOAT32, FLOAT64, FORMATS, Format
from symderiv.approximation.remez import Approximated, remez
from symderiv.approximation.targets import exponential, logarithm


def power(degree: int) -> Approximated:
    return Approximated(lambda x: x**degree, lambda _: arb(1), arb(-1), arb(1))


@pytest.mark.parametrize("degree", [2, 3, 5, 8])
def test_a_power_is_off_by_its_chebyshev_polynomial(degree: int) -> None:
    # x^n - P(x) is the n-th Chebyshev polynomial over 2^(n-1), the smallest monic one.
    found = remez(power(degree), tuple(range(degree)))
    assert all(abs(abs(float(point.error)) - 2.0 ** (1 - degree)) < 1e-12 for point in found.extrema)
    assert len(found.extrema) == degree + 1


def test_the_parabola_on_a_half_line_is_off_by_an_eighth() -> None:
    found = remez(Approximated(lambda x: x * x, lambda _: arb(1), arb(0), arb(1)), (0, 1))
    assert [float(c) for c in found.coefficients] == pytest.approx([-0.125, 1.0])
    assert [float(point.position) for point in found.extrema] == pytest.approx([0.0, 0.5, 1.0])


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
def test_the_best_polynomials_equioscillate(kind: Format) -> None:
    short = kind == FLOAT32
    for approximated, count in ((exponential(kind), 5 if short else 10), (logarithm(), 3 if short else 8)):
        extrema = best(approximated, count).extrema
        errors = [float(point.error) for point in extrema]
        assert len(errors) == count + 1
        assert all(one * other < 0 for one, other in pairwise(errors))
        assert max(map(abs, errors)) == pytest.approx(min(map(abs, errors)), rel=1e-10)


def test_one_coefficient_fewer_would_not_do() -> None:
    for kind, count, terms in ((FLOAT32, 4, 2), (FLOAT64, 9, 7)):
        sixteenth = 2.0 ** -(kind.precision + 4)
        for approximated, fewer in ((exponential(kind), count), (logarithm(), terms)):
            assert abs(float(best(approximated, fewer).extrema[0].error)) > sixteenth
            assert abs(float(best(approximated, fewer + 1).extrema[0].error)) < sixteenth


def test_an_exchange_that_does_not_level_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symderiv.approximation.remez._EXCHANGES", 1)
    with pytest.raises(ArithmeticError, match="did not level"):
        remez(exponential(FLOAT32), (0, 1, 2))


def test_fitted_coefficients_are_numbers_of_the_format() -> None:
    made = fitted(exponential(FLOAT32), 5, 24)
    assert all(int(arb(c).man_exp()[0]).bit_length() <= 24 for c in made)
