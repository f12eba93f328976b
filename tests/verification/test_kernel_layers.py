"""The checks of linear layers pass on what is generated and fail on modules that someone broke."""

from __future__ import annotations

import pytest

from symderiv.kernels import make_kernel
from symderiv.losses import find
from symderiv.verification.checks import Check
from symderiv.verification.kernel_layers import check_layer
from tests.kernels.entries import source, theorems


def _checked(name: str, old: str = "", new: str = "") -> tuple[Check, ...]:
    text = source(name, "numpy")
    assert old in text
    return check_layer(find(name), theorems(name), make_kernel(name, text.replace(old, new)), seed=3)


@pytest.mark.parametrize("name", ["linear-cross-entropy", pytest.param("linear-focal", marks=pytest.mark.slow)])
def test_generated_layers_pass(name: str) -> None:
    checks = _checked(name)
    assert not [check for check in checks if not check.passed]
    rigorous = [check.subject for check in checks if check.reference == "rigorous value"]
    kinds = {subject.split("(")[1].split(",")[0] for subject in rigorous}
    assert kinds == {"labels", "targets"}
    assert any("with options" in subject for subject in rigorous) is (name == "linear-cross-entropy")
    assert {"few samples at a time", "three threads", "fewer samples"} <= {check.reference for check in checks}


BROKEN = {
    "a sample forgotten": ("np.flatnonzero(counts)", "np.flatnonzero(counts)[1:]", "with options"),
    "weights of samples lost": ("weights = options.weights\n", "weights = None\n", "with options"),
    "rows of ignored samples": ("dX[...] = 0", "dX[...] = 1", "gradient-input with options"),
    "samples mixed up": ("return places if array.ndim", "return places[::-1] if array.ndim", "with options"),
    "a sum that forgets": ("total += np.sum", "total[...] = np.sum", "value_and_grad (float64)"),
}


QUICK = ("a sample forgotten", "weights of samples lost")


@pytest.mark.parametrize(
    "what", [pytest.param(what, marks=[] if what in QUICK else [pytest.mark.slow]) for what in BROKEN]
)
def test_a_broken_layer_is_found(what: str) -> None:
    old, new, subject = BROKEN[what]
    found = [check for check in _checked("linear-cross-entropy", old, new) if not check.passed]
    assert any(subject in check.subject for check in found)


@pytest.mark.slow
def test_a_scalar_that_is_off_is_found() -> None:
    checks = _checked("linear-focal", '"gamma": gamma', '"gamma": gamma * 1.01')
    assert {check.reference for check in checks if not check.passed} == {"rigorous value"}
