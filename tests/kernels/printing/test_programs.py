"""Printed code computes what the interpreter says: random programs, in every layout."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from symderiv.kernels.ir import Kernel
from tests.kernels.printing.programs import exact_programs, in_layout, interpreted, positive_programs

LAYOUTS: tuple[tuple[int, tuple[Any, ...]], ...] = ((3, (0, 0, 0)), (11, (0.0, 0.0)), (35, ()))
# A failure is shown as drawn: to look for a smaller one would compile hundreds of programs.
FEW = settings(max_examples=4, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
               suppress_health_check=list(HealthCheck))  # fmt: skip
MANY = settings(FEW, max_examples=50)


def _data(classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(classes)
    z = random.integers(-4, 5, (11, classes)).astype(float)
    return z, random.integers(1, 5, z.shape).astype(float), random.integers(0, classes, 11)


def _assert_exact(kernel: Kernel) -> None:
    for classes, layout in LAYOUTS:
        z, v, labels = _data(classes)
        for got, want in zip(in_layout(kernel, z, v, labels, layout), interpreted(kernel, z, v, labels), strict=True):
            np.testing.assert_array_equal(got, want, err_msg=f"{layout}: {kernel.body}")


def _assert_close(kernel: Kernel) -> None:
    for classes, layout in LAYOUTS:
        z, v, labels = _data(classes)
        for got, want in zip(in_layout(kernel, z, v, labels, layout), interpreted(kernel, z, v, labels), strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-13, err_msg=f"{layout}: {kernel.body}")


@FEW
@given(exact_programs())
def test_programs_on_whole_numbers_give_the_same_numbers(kernel: Kernel) -> None:
    _assert_exact(kernel)


@pytest.mark.slow
@FEW
@given(positive_programs())
def test_programs_with_exponentials_give_the_same_digits(kernel: Kernel) -> None:
    _assert_close(kernel)


@pytest.mark.slow
@MANY
@given(exact_programs())
def test_more_programs_on_whole_numbers(kernel: Kernel) -> None:
    _assert_exact(kernel)


@pytest.mark.slow
@MANY
@given(positive_programs())
def test_more_programs_with_exponentials(kernel: Kernel) -> None:
    _assert_close(kernel)
