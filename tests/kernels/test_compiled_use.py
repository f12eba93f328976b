"""Kernels inside functions that a user compiles: any class count, cached, and no memory but that of the arrays."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

from symderiv.kernels import load_module
from tests.kernels.entries import kernel, source


@cache
def _own(layout: str) -> Any:
    """A function of one's own: with the layout of 10 or 32 classes, or for any number of them."""
    module: Any = load_module(source("cross-entropy"), "cross-entropy")
    rows = () if layout == "any" else module.layout_of(int(layout), np.dtype(np.float32))

    @numba.njit
    def own(start, stop, z, labels, value, gradient):  # type: ignore[no-untyped-def]
        module.value_and_grad_of_labels_kernel(start, stop, z, labels, z.dtype.type(1), value, gradient, rows)

    return own


def _batch(classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(classes)
    z = random.normal(size=(70, classes)).astype(np.float32)
    return z, random.integers(0, classes, 70), np.full(70, 7, np.float32), np.full((70, classes), 7, np.float32)


@pytest.mark.parametrize(("layout", "classes"), [("10", 10), ("32", 32), ("32", 21), ("any", 10), ("any", 300)])
def test_a_function_of_ones_own_gets_the_same_rows(layout: str, classes: int) -> None:
    z, labels, value, gradient = _batch(classes)
    expected = kernel("cross-entropy").value_and_grad(z, labels)
    _own(layout)(5, 66, z, labels, value, gradient)
    np.testing.assert_allclose(value[5:66], expected[0][5:66], rtol=1e-6)
    np.testing.assert_allclose(gradient[5:66], expected[1][5:66], rtol=1e-5, atol=1e-7)
    for array in (value, gradient):
        assert (array[:5] == 7).all()
        assert (array[66:] == 7).all()


@pytest.mark.parametrize(("layout", "classes"), [("10", 9), ("10", 11), ("32", 16), ("32", 33)])
def test_a_layout_for_other_classes_is_refused(layout: str, classes: int) -> None:
    z, labels, value, gradient = _batch(classes)
    with pytest.raises(ValueError, match="this layout is for another number of classes"):
        _own(layout)(0, 70, z, labels, value, gradient)
    assert (value == 7).all()
    assert (gradient == 7).all()


@pytest.mark.parametrize(("start", "stop"), [(0, 71), (-1, 5), (6, 5)])
def test_rows_that_are_not_there_are_refused(start: int, stop: int) -> None:
    z, labels, value, gradient = _batch(10)
    for layout in ("10", "any"):
        with pytest.raises(ValueError, match="are not all rows of z"):
            _own(layout)(start, stop, z, labels, value, gradient)


def test_a_label_that_is_no_class_does_no_harm() -> None:
    for layout, classes in (("10", 10), ("32", 20), ("any", 300)):
        z, labels, value, gradient = _batch(classes)
        expected = kernel("cross-entropy").value_and_grad(z, labels)
        labels[3], labels[4] = -(2**40), 2**40 + 1
        _own(layout)(0, 70, z, labels, value, gradient)
        rest = np.delete(np.arange(70), [3, 4])
        np.testing.assert_allclose(value[rest], expected[0][rest], rtol=1e-6)


_OWN = """
import numpy as np
from numba import njit
import kernels

LAYOUT = kernels.layout_of(3, np.dtype(float))


@njit(cache=True)
def total(z, labels):
    value, gradient = np.empty(len(z)), np.empty(z.shape)
    kernels.value_and_grad_of_labels_kernel(0, len(z), z, labels, 1.0, value, gradient, LAYOUT)
    return value.sum() + gradient.sum()
"""
_RUN = """
import numpy as np
import own
print(round(own.total(np.zeros((4, 3)), np.zeros(4, np.int64)), 12), sum(own.total.stats.cache_hits.values()))
"""


def test_such_functions_are_cached(tmp_path: Path) -> None:
    (tmp_path / "kernels.py").write_text(source("cross-entropy"), encoding="utf-8")
    (tmp_path / "own.py").write_text(_OWN, encoding="utf-8")
    said = [
        subprocess.run(
            [sys.executable, "-c", _RUN], cwd=tmp_path, capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
        ).stdout.split()
        for _ in range(2)
    ]  # fmt: skip
    assert said == [[str(round(4 * float(np.log(3)), 12)), "0"], [str(round(4 * float(np.log(3)), 12)), "1"]]
