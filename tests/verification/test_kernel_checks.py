"""The kernel checks pass on what is generated and fail on kernels that someone broke."""

from __future__ import annotations

import numpy as np
import pytest

from symderiv.kernels import make_kernel
from symderiv.kernels.functions import functions
from symderiv.losses import find
from symderiv.verification import kernel_accuracy, kernel_checks, kernel_options
from symderiv.verification.checks import Check, checked
from symderiv.verification.kernel_accuracy import SWEEP, sweep
from symderiv.verification.kernel_calls import Worst
from symderiv.verification.kernel_checks import check_kernels
from symderiv.verification.kernel_explicit import check_explicit
from symderiv.verification.kernel_options import check_options
from tests.kernels.entries import NAMES, source, theorems

SLOW = (
    "cross-entropy",
    "logsumexp",
    "log-softmax",
    "softmax",
    "linear-cross-entropy",
)  # many kernels to compile; `verify` in its tests checks the second


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in NAMES]
)
def test_generated_kernels_pass(name: str) -> None:
    checks = tuple(check_kernels(find(name), theorems(name)))
    assert not [check for check in checks if not check.passed]
    references = {check.reference for check in checks}
    assert "rigorous value" in references
    assert "central difference of value" in references
    if name != "linear-cross-entropy":
        assert "interpreter" in references
        assert max(check.worst for check in checks if check.reference == "rigorous value") > 0.3
    if name in ("softmax", "cross-entropy"):
        assert SWEEP in references


def test_the_checks_are_the_same_twice() -> None:
    first = tuple(check_kernels(find("log-softmax"), theorems("log-softmax"), seed=5, only=("value",)))
    again = tuple(check_kernels(find("log-softmax"), theorems("log-softmax"), seed=5, only=("value",)))
    assert first == again


BROKEN = {
    "a flipped sign": ("cross-entropy", "(0.0 - shared) * scale", "(0.0 + shared) * scale", "rigorous value"),
    "p - 1 formed directly": (
        "cross-entropy", "(0.0 - shared) * scale", "(quotient(e_at_label, total_inverse) - 1.0) * scale",
        "rigorous value",
    ),
    "a loss without log1p": (
        "cross-entropy", "log1p_of(rest_of_rows + (e_at_label_of_rows - e_unit_of_rows), e_unit_of_rows)",
        "log((rest_of_rows + e_at_label_of_rows) / e_unit_of_rows)", "rigorous value",
    ),
    "no maximum": ("log-softmax", "top = largest(z)", "top = 0.0 * largest(z)", "rigorous value"),
    "differences that round": ("softmax", "origin = where_large(top, ", "origin = select(top == top, top, ",
                               "rigorous value"),
    "a transposed Jacobian": (
        "log-softmax", "row * classes + i, j, 0.0 - quotient(e, total_inverse))",
        "row * classes + i, j, 0.0 - quotient(scratch_at(e_memory, i) + 0.0 * e, total_inverse))",
        "central difference of value",
    ),
    "NaN swallowed": (
        "log-softmax", "return select(x < shift[2], 0.0, made)", "return select(x >= shift[2], made, 0.0)",
        "NaN and infinities by row",
    ),
    "a wrong logistic branch": (
        "binary-cross-entropy", "select(z_of_rows < 0.0, e / (e", "select(z_of_rows < 0.0, 1.0 / (e",
        "rigorous value",
    ),
    "a transposed contraction": (
        "linear-cross-entropy", "np.matmul(gradient, W, out=out)", "np.matmul(gradient, W[::-1], out=out)",
        "rigorous value",
    ),
}  # fmt: skip
FUNCTIONS = {"cross-entropy": ("value_and_grad",), "softmax": ("value",), "log-softmax": ("jacobian", "value")}


LONG = ("a transposed contraction", "a transposed Jacobian")


@pytest.mark.parametrize(
    "what", [pytest.param(what, marks=[pytest.mark.slow] if what in LONG else []) for what in BROKEN]
)
def test_a_broken_kernel_is_found(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Fewer layouts and types to compile of text that nothing else has.
    monkeypatch.setattr(kernel_checks, "_QUICK", (3,))
    monkeypatch.setattr(kernel_checks, "_DTYPES", (np.float64,))
    name, old, new, reference = BROKEN[what]
    text = source(name)
    assert old in text
    only = ("value",) if what in ("no maximum", "NaN swallowed") else FUNCTIONS.get(name, ())
    checks = check_kernels(find(name), theorems(name), source=text.replace(old, new), only=only)
    assert any(check.reference == reference and not check.passed for check in checks)


@pytest.mark.slow
def test_the_sweep_finds_what_only_long_rows_get_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    old = "plus_part(rest, rest_lost, without(e, k, label), k, classes)"
    text = source("cross-entropy")
    assert old in text
    kernel = make_kernel("cross-entropy", text.replace(old, "plus_part(rest, rest_lost, e, k, classes)"))
    problem = find("cross-entropy")
    (both,) = (f for f in functions(problem, theorems("cross-entropy")) if f.name == "value_and_grad")
    for shapes, passed in ((((3, 5),), True), (((3, 5), (300, 2)), False)):
        monkeypatch.setattr(kernel_accuracy, "_QUICK", shapes)
        check = next(sweep(problem, kernel, both, 0, False))
        assert (check.reference, check.passed) == (SWEEP, passed)
    assert "C = 300" in check.at


BROKEN_OPTIONS = {
    "ignored rows that count": (
        "select(weight == 0.0, 0.0, quotient(e, factor_over_total))", "quotient(e, factor_over_total)", 0,
    ),
    "1/T rounded once": ("type(float(1 / Fraction(T) - Fraction(float(rounded))))", "type(0.0)", 0),
    "a mean over all rows": ("    divisor = rows if options is None else options.divisor", "    divisor = rows", 0),
    "a weight that is not smoothed": ("rho * sum_w", "rho", 1),
}  # fmt: skip


FOUND_QUICKLY = tuple(BROKEN_OPTIONS)[:2]


@pytest.mark.slow
@pytest.mark.parametrize(
    "what", [pytest.param(what, marks=[] if what in FOUND_QUICKLY else [pytest.mark.slow]) for what in BROKEN_OPTIONS]
)
def test_broken_options_are_found(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    problem, known = find("cross-entropy"), theorems("cross-entropy")
    old, new, choice = BROKEN_OPTIONS[what]
    text = source("cross-entropy")
    assert old in text
    monkeypatch.setattr(kernel_options, "_QUICK", kernel_options._QUICK[choice : choice + 1])
    made = tuple(f for f in functions(problem, known) if f.name == "value_and_grad")
    checks = check_options(problem, known, make_kernel("cross-entropy", text.replace(old, new)), made, 0, False)
    failed = next(check for check in checks if not check.passed)
    assert "with options (labels, float32)" in failed.subject


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
