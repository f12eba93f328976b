"""The kernel checks pass on what is generated and fail on kernels that someone broke."""

from __future__ import annotations

import pytest

from symderiv.losses import find
from symderiv.verification.checks import Check, checked
from symderiv.verification.kernel_calls import Worst
from symderiv.verification.kernel_checks import check_kernels
from symderiv.verification.kernel_explicit import check_explicit
from tests.kernels.entries import NAMES, source, theorems


@pytest.mark.parametrize("name", NAMES)
def test_generated_kernels_pass(name: str) -> None:
    checks = check_kernels(find(name), theorems(name))
    assert not [check for check in checks if not check.passed]
    references = {check.reference for check in checks}
    assert "rigorous value" in references
    assert "central difference of value" in references
    if name != "linear-cross-entropy":
        assert "interpreter" in references
        assert max(check.worst for check in checks if check.reference == "rigorous value") > 0.3


def test_the_checks_are_the_same_twice() -> None:
    first = check_kernels(find("log-softmax"), theorems("log-softmax"), seed=5)
    assert check_kernels(find("log-softmax"), theorems("log-softmax"), seed=5) == first


BROKEN = {
    "a flipped sign": ("cross-entropy", "(zero - shared) * scale", "(zero + shared) * scale", "rigorous value"),
    "p - 1 formed directly": (
        "cross-entropy", "(zero - shared) * scale", "(e[label] / total - one) * scale", "rigorous value",
    ),
    "a loss without log1p": (
        "cross-entropy", "math.log1p(rest + (e[label] - one))", "math.log(rest + e[label])", "rigorous value",
    ),
    "no maximum": ("softmax", "top = larger(z[row, k], top)", "top = zero", "rigorous value"),
    "the low part dropped": ("softmax", "return value + value * low", "return value", "rigorous value"),
    "a transposed Jacobian": (
        "log-softmax", "jacobian[row, i, j] = zero - e[j] / total", "jacobian[row, i, j] = zero - e[i] / total",
        "central difference of value",
    ),
    "NaN swallowed": (
        "softmax", "value = math.exp(high)", "value = math.exp(high if high == high else -b)",
        "NaN and infinities by row",
    ),
    "a wrong logistic branch": (
        "binary-cross-entropy", "e / (e + one) - t[row] if z[row] < zero", "one / (e + one) - t[row] if z[row] < zero",
        "rigorous value",
    ),
    "a transposed contraction": (
        "linear-cross-entropy", "return np.dot(gradient, W)", "return np.dot(gradient, W[::-1])", "rigorous value",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_kernel_is_found(what: str) -> None:
    name, old, new, reference = BROKEN[what]
    text = source(name)
    assert old in text
    only = ("jacobian", "value") if name == "log-softmax" else ("value",) if name == "softmax" else ("value_and_grad",)
    checks = check_kernels(find(name), theorems(name), source=text.replace(old, new), only=only)
    failed = [check for check in checks if not check.passed]
    assert reference in {check.reference for check in failed}


def test_explicit_kernels_pass_and_a_broken_one_is_found() -> None:
    problem, known = find("softmax"), theorems("softmax")
    checks = check_explicit(problem, known, 3)
    assert checks
    assert not [check for check in checks if not check.passed]
    text = source("softmax", "unrolled", 3)
    broken = text.replace("x0 = exp(-top + z0)", "x0 = exp(-top + z1)", 1)
    assert broken != text
    assert [check for check in check_explicit(problem, known, 3, source=broken) if not check.passed]


def test_a_check_passes_up_to_its_bound_and_never_on_nan() -> None:
    assert checked("ulps", "subject", "reference", 2.0, 2.0, "here") == Check(
        "ulps", "subject", "reference", 2.0, 2.0, "here", True
    )
    assert not checked("ulps", "subject", "reference", 2.0, 2.1, "here").passed
    assert not checked("ulps", "subject", "reference", 2.0, float("nan"), "here").passed


def test_the_worst_deviation_is_kept_and_a_nan_is_never_forgotten() -> None:
    worst = Worst()
    for value, at in ((1.0, "a"), (3.0, "b"), (2.0, "c")):
        worst.add(value, at)
    assert (worst.value, worst.at) == (3.0, "b")
    worst.add(float("nan"), "d")
    worst.add(9.0, "e")
    assert worst.at == "d"
    assert not checked("ulps", "subject", "reference", 100.0, worst.value, worst.at).passed
