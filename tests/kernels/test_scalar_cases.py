"""Losses in cases whose pieces have no value beyond their own branch: the wing loss; oracle: mpmath, with 60 digits.

Z.-H. Feng et al. Wing Loss for Robust Facial Landmark Localisation with Convolutional Neural Networks. CVPR, 2018.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import mpmath
import numpy as np
import pytest

from symderiv.api import prove
from symderiv.build.contents import kernel_goals, own_module
from symderiv.checking import same
from symderiv.kernels import LossKernel, make_kernel
from symderiv.kernels.formula import formula
from symderiv.kernels.ir import Const, Load, Local, Op
from symderiv.kernels.scalar.branches import Leaf, Switch, branched
from symderiv.kernels.scalar.kernel import assembled, confirmed
from symderiv.kernels.scalar.sharing import on_elements, reads
from symderiv.reading import read_loss
from symderiv.statements import Theory
from symderiv.terms import Array, Entry, Parameter, absolute, log, number, step

S, U = Entry(Array("s", ()), ()), Entry(Array("u", ()), ())
A, P = Parameter("a", True), Parameter("p", True)
WING = "L = {w log(1 + |s - u|/epsilon) if |s - u| < w, |s - u| - w + w log(1 + w/epsilon) otherwise}"


@cache
def _wing() -> LossKernel:
    problem = read_loss(WING, wrt="s", assume=["w > 0", "epsilon > 0"], name="wing").problem
    theorems = tuple(prove(owner, goal) for owner, goal in kernel_goals(problem))
    return make_kernel("wing", own_module(problem, theorems, "numpy"))


def _true(gap: float, w: float, epsilon: float) -> tuple[mpmath.mpf, mpmath.mpf, mpmath.mpf]:
    """Value, gradient and second derivative at s - u = gap; at 0 the gradient with sign(0) = 0, and the limit of the
    second derivative, which is the same from both sides."""
    size, sign = abs(mpmath.mpf(gap)), int(np.sign(gap))
    w, epsilon = mpmath.mpf(w), mpmath.mpf(epsilon)
    if size < w:
        first, second = w / (epsilon + size), -w / (epsilon + size) ** 2
        return w * mpmath.log1p(size / epsilon), sign * first, second
    return size - w + w * mpmath.log1p(w / epsilon), mpmath.mpf(sign), mpmath.mpf(0)


@pytest.mark.parametrize(("w", "epsilon"), [(10.0, 2.0), (1e3, 1e-3), (5.0, 1e-300), (3e150, 1e-8), (0.25, 1e200)])
def test_the_wing_loss_keeps_its_digits(w: float, epsilon: float) -> None:
    sizes = np.array([0.0, 1e-300, 1e-12, 1e-3, 0.2, 0.7, 3.0, 9.0, 11.0, 1e5, 1e150, 1e307])
    s = np.concatenate([sizes, -sizes])
    with mpmath.workdps(60):
        truths = [_true(gap, w, epsilon) for gap in s]
    value, gradient = _wing().value_and_grad(s, np.zeros_like(s), w=w, epsilon=epsilon)
    hessian = _wing().hessian(s, np.zeros_like(s), w=w, epsilon=epsilon)
    for got, place in ((value, 0), (gradient, 1), (hessian, 2)):
        for gap, made, true in zip(s, got, truths, strict=True):
            wanted = float(true[place])
            assert made == pytest.approx(wanted, rel=4e-15, abs=5e-308), (gap, place)


def test_what_a_step_leaves_out_needs_no_value_on_the_branch() -> None:
    gap = absolute(S - U)
    closed = step(A - gap) * log(1 + gap / A) + (1 - step(A - gap)) * gap
    made = branched(closed, S, ())
    assert not any("0 * " in formula(left) for left, _ in made.pairs)
    for left, right in made.pairs:
        assert same(left, right, Theory(), seed=1).word == "proved"
    assert confirmed(closed, S, ()).word == "proved"


def test_a_logarithm_of_1_and_a_quotient_is_not_taken_apart() -> None:
    tree = branched(log(1 + absolute(S) / A), S, ()).tree
    assert isinstance(tree, Switch)
    assert isinstance(tree.positive, Leaf)
    assert formula(tree.positive.form) == "log(1 + a^(-1) * s)"
    assert confirmed(absolute(S) ** P * (1 + step(S)), S, ()).word == "proved"


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (log(1 - S / A), log(1 + 2 * S / A)),
        (log(1 + S / A), log(1 + S / A)),
        (log(2 - S / A), log(1 + S / A)),
        (-log(1 - S / A), log(1 + S / A)),
    ],
)
def test_a_wrong_branch_is_refused_with_absolute_values_in_the_others(low: object, high: object) -> None:
    wrong = assembled(Switch(S, Leaf(low), Leaf(high), None, kink=True))  # type: ignore[arg-type]
    assert same(log(1 + absolute(S) / A), wrong, Theory(), seed=1).word not in ("proved", "exact", "numeric")
    right = assembled(Switch(S, Leaf(log(1 - S / A)), Leaf(log(1 + S / A)), None, kink=True))
    assert same(log(1 + absolute(S) / A), right + number(0), Theory(), seed=1).word == "proved"


def test_what_decides_a_choice_is_a_number_of_each_element() -> None:
    z, ratio, zero = Load("z", ()), Local("ratio"), Const(Fraction(0))
    for choice in (Op("if_negative", (ratio, z, ratio)), Op("if_equal", (ratio, zero, zero, z))):
        made = on_elements(choice, "z")
        assert isinstance(made, Op)
        assert reads(made.arguments[0]) == {"z"}
    kept = Op("if_equal", (zero, z, z, ratio))
    assert on_elements(kept, "z") == kept
