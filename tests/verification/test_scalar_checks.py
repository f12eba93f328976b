"""The checks of kernels of one number: rigorous values, sizes without cancellation, a wrong kernel that is found."""

from __future__ import annotations

from dataclasses import replace

import mpmath
import numpy as np
import pytest

from symderiv.kernels import make_kernel
from symderiv.kernels.scalar.branches import branched
from symderiv.losses import find
from symderiv.terms import Array, Entry, absolute, erf, exp, log, maximum, number, step
from symderiv.verification.kernel_checks import check_kernels
from symderiv.verification.scalar_checks import _value_of, check_scalar_kernels, hard_for
from symderiv.verification.scalar_inputs import hard, ordinary
from symderiv.verification.scalar_reference import UndecidedError, form_at, sized, value
from tests.kernels.scalar_losses import made, source, theorems

S, T = Entry(Array("s", ()), ()), Entry(Array("t", ()), ())


def test_rigorous_values_agree_with_multiple_precision() -> None:
    numbers = {"s": 0.75, "t": -1.25}
    with mpmath.workdps(40):
        s, t = mpmath.mpf(numbers["s"]), mpmath.mpf(numbers["t"])
        expected = [
            (log(1 + exp(S)), mpmath.log1p(mpmath.exp(s))),
            (erf(S) * T, mpmath.erf(s) * t),
            (maximum(S, T) - absolute(T), s + t),
            (step(S - T) + exp(-(S**2) / number(2)), 1 + mpmath.exp(-(s**2) / 2)),
        ]
        for term, exact in expected:
            assert float(value(term, numbers).mid()) == pytest.approx(float(exact), rel=1e-15)


def test_the_size_is_that_of_the_addends_but_not_of_functions_of_one_name() -> None:
    numbers = {"s": 1e-9, "t": 1.0}
    assert float(sized(exp(S) - T, numbers).size.mid()) == pytest.approx(2.0)
    gap = 1 + -1 * exp(S)
    assert float(sized(gap, numbers).size.mid()) == pytest.approx(1e-9)
    assert float(sized(log(1 + gap), numbers).size.mid()) == pytest.approx(1e-9)


def test_the_form_of_a_number_is_that_of_its_branch() -> None:
    tree = branched(absolute(S - T), S, (T,)).tree
    assert form_at(tree, {"s": 2.0, "t": 1.0}) == S - T
    assert form_at(tree, {"s": 0.0, "t": 1.0}) != S - T


def test_what_has_no_value_is_said() -> None:
    with pytest.raises(UndecidedError):
        value(log(S), {"s": -1.0})


def test_a_tail_that_is_too_small_to_be_a_difference_has_the_value_of_its_form() -> None:
    closed = log(1 - erf(S))
    form = log((1 + -1 * erf(S)) * exp(S**2)) - S**2
    with pytest.raises(UndecidedError):
        value(closed, {"s": 300.0})
    found = _value_of(closed, form, {"s": 300.0})
    with mpmath.workdps(40):
        assert float(found.mid()) == pytest.approx(float(mpmath.log(mpmath.erfc(300))), rel=1e-15)


def test_hard_numbers_have_the_ends_of_the_format() -> None:
    for dtype in (np.float32, np.float64):
        info = np.finfo(dtype)
        given = set(hard(1, dtype, thorough=True).z.tolist())
        assert {0.0, float(info.max), -float(info.max), float(info.smallest_subnormal), -float(info.tiny)} <= given
        assert ordinary(2, dtype, 1).z.dtype == dtype


def test_every_check_of_a_value_is_passed() -> None:
    found = list(check_kernels(find("squared-error"), theorems("squared-error"), only=("value",)))
    assert {check.reference for check in found} >= {"rigorous value", "interpreter", "rigorous values far out"}
    assert [check for check in found if not check.passed] == []


@pytest.mark.slow
def test_every_check_of_softplus_is_passed() -> None:
    found = list(check_kernels(find("softplus"), theorems("softplus")))
    assert any("central difference" in check.reference for check in found)
    assert [check for check in found if not check.passed] == []


def test_a_kernel_with_a_wrong_constant_is_found() -> None:
    text = source("squared-error")
    assert "(1.0 / 2.0)" in text
    wrong = make_kernel("squared-error", text.replace("(1.0 / 2.0)", "(1.0 / 4.0)"))
    only = tuple(replace(each) for each in made("squared-error") if each.name == "value")
    found = list(check_scalar_kernels(find("squared-error"), wrong, only, 0, thorough=False))
    assert any(not check.passed and check.reference == "rigorous value" for check in found)


@pytest.mark.slow
def test_every_product_with_a_direction_is_within_the_bound_of_the_rigorous_value() -> None:
    for name in ("squared-error", "poisson"):
        found = list(check_kernels(find(name), theorems(name), only=("hvp",)))
        assert {check.subject for check in found if check.reference == "rigorous value"} == {
            f"{name} hvp hessian (float32)",
            f"{name} hvp hessian (float64)",
        }
        assert [check for check in found if not check.passed] == []


def test_a_direction_that_loses_its_sign_is_found_by_the_rigorous_value() -> None:
    text = source("squared-error")
    assert "hvp = weighted(v," in text
    wrong = make_kernel("squared-error", text.replace("hvp = weighted(v,", "hvp = weighted(magnitude(v),"))
    only = tuple(each for each in made("squared-error") if each.name == "hvp")
    found = list(check_scalar_kernels(find("squared-error"), wrong, only, 0, thorough=False))
    assert {check.reference for check in found if not check.passed} == {"rigorous value"}


def test_hard_directions_have_both_signs_zero_and_the_ends_of_the_format() -> None:
    for dtype in (np.float32, np.float64):
        info = np.finfo(dtype)
        only = next(each for each in made("squared-error") if each.name == "hvp")
        drawn = hard_for(find("squared-error"), only, dtype, thorough=False).data[-1]
        assert {0.0, 1.0, -1.0, float(info.max), float(info.smallest_subnormal)} <= set(drawn.tolist())
