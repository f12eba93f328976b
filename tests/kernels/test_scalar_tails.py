"""The probit loss: logarithms of both tails of the normal distribution, to the ends of the range; oracle: mpmath."""

from __future__ import annotations

from functools import cache

import mpmath
import numpy as np
import pytest
from flint import arb, ctx

from symderiv.api import prove
from symderiv.build.contents import kernel_goals, own_module
from symderiv.kernels import LossKernel, make_kernel
from symderiv.kernels.left_out import left_out_of
from symderiv.kernels.scalar.elementary import erfcx
from symderiv.kernels.scalar.forms import cancelling_tail
from symderiv.kernels.scalar.reading import scaled_tail
from symderiv.reading import read_loss
from symderiv.terms import Add, Array, Entry, Mul, Power, Term, exp, number, pi, root
from symderiv.verification.scalar_reference import value

PROBIT = "L = -(t log p + (1 - t) log(1 - p)) where p = (1 + erf(z/sqrt(2)))/2"
Z, T = Entry(Array("z", ()), ()), Entry(Array("t", ()), ())
TAIL = scaled_tail(Z, Z**2)


@cache
def _source() -> str:
    problem = read_loss(PROBIT, wrt="z", name="probit").problem
    return own_module(problem, tuple(prove(owner, goal) for owner, goal in kernel_goals(problem)), "numpy")


@cache
def _kernel() -> LossKernel:
    return make_kernel("probit", _source())


def _true(z: float, t: float) -> tuple[mpmath.mpf, mpmath.mpf]:
    z, t = mpmath.mpf(z), mpmath.mpf(t)
    below, above = mpmath.ncdf(z), mpmath.ncdf(-z)
    density = mpmath.npdf(z)
    return -(t * mpmath.log(below) + (1 - t) * mpmath.log(above)), density * ((1 - t) / above - t / below)


@pytest.mark.parametrize("t", [0.0, 1.0, 0.25, 0.75])
def test_values_and_gradients_keep_their_digits(t: float) -> None:
    sizes = np.array([0.0, 1e-8, 0.3, 1.0, 2.5, 6.0, 12.0, 37.0])
    z = np.concatenate([sizes, -sizes])
    value, gradient = _kernel().value_and_grad(z, np.full_like(z, t))
    with mpmath.workdps(700):
        truths = [_true(each, t) for each in z]
    for made, slope, (wanted, wanted_slope) in zip(value, gradient, truths, strict=True):
        assert made == pytest.approx(float(wanted), rel=4e-15, abs=1e-300)
        assert slope == pytest.approx(float(wanted_slope), rel=4e-15, abs=2e-16)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_at_the_ends_of_the_range_a_weight_of_0_counts_0_times(dtype: type) -> None:
    largest = np.finfo(dtype).max
    for end in (np.inf, -np.inf, largest, -largest):
        for t in (0.0, 1.0):
            value, gradient = _kernel().value_and_grad(np.array([end], dtype), np.array([t], dtype))
            if (end > 0) == (t == 1):
                assert (value[0], gradient[0]) == (0, 0)
            else:
                assert value[0] == np.inf
                assert gradient[0] == np.inf or gradient[0] == -np.inf  # it is above the largest number
                assert np.sign(gradient[0]) == np.sign(end)
    middle = _kernel().grad(np.array([largest, -largest], dtype), np.array([0.25, 0.25], dtype))
    np.testing.assert_allclose(middle / largest, [0.75, -0.25], rtol=1e-6)


def test_the_scaled_tail_does_not_overflow_at_the_largest_number() -> None:
    largest = np.finfo(np.float64).max
    found = erfcx(np.array([largest, 1e300]))
    assert found[0] == pytest.approx(1 / largest / np.sqrt(np.pi), rel=1e-12, abs=0)
    assert found[1] == pytest.approx(1e-300 / np.sqrt(np.pi), rel=1e-15, abs=0)


def test_a_second_derivative_without_a_stable_form_is_left_out_by_name() -> None:
    assert set(_kernel().functions) == {"value", "value_and_grad", "grad"}
    (sentence,) = left_out_of(_source())
    assert sentence.startswith("hessian: the addends of")
    assert "cancel where its argument is large" in sentence


MINUS = number(-1)


@pytest.mark.parametrize(
    ("addends", "cancels"),
    [
        ((pi(), Mul((MINUS, Z, TAIL, root(pi())))), True),
        ((Mul((T, Z, TAIL)), Mul((MINUS, T, pi())), exp(Z)), True),
        ((pi(), Mul((Z, TAIL, root(pi())))), False),
        ((T, Mul((MINUS, exp(Z), TAIL))), False),
        ((number(1), Mul((MINUS, T))), False),
    ],
)
def test_what_cancels_over_a_vanishing_tail(addends: tuple[Term, ...], cancels: bool) -> None:
    form = Mul((Add(addends), Power(TAIL, number(-2))))
    assert (cancelling_tail(form) is not None) is cancels
    assert cancelling_tail(Add(addends)) is None


def test_the_reference_has_the_tail_far_out() -> None:
    for x in (1e19, 3e38, 1.7e308):
        with mpmath.workdps(700):
            series = 1 / (mpmath.mpf(x) * mpmath.sqrt(mpmath.pi)) * (1 - 1 / (2 * mpmath.mpf(x) ** 2))
            text = mpmath.nstr(series, 60)
        with ctx.workprec(300):
            found = value(TAIL, {"z": x})
            assert abs(found - arb(text)) < abs(found) * arb(2) ** -110
