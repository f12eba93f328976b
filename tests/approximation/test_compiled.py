"""The compiled functions do the operations whose error is bounded, in that order: bit for bit what is emulated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from llvmlite.binding import get_host_cpu_features
from numba import njit

from symderiv.approximation import emulation
from symderiv.approximation.emulation import Emulation, rational
from symderiv.approximation.formats import FLOAT32, FORMATS, Format
from symderiv.kernels.simd import functions
from symderiv.kernels.simd.memory import load_numbers, store_numbers
from tests.approximation.tables import EXPONENTIALS, LOGARITHMS

LANES = 16
"""As many rows as a float32 vector has lanes; float64 rows go eight at a time."""
KINDS = pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
FUSES = bool(get_host_cpu_features().get("fma")) or bool(get_host_cpu_features().get("neon"))


def on_arrays(function: Any, step: int) -> Callable[..., None]:
    """The function applied to rows of one number each."""

    @njit(error_model="numpy")
    def apply(x, out, layout):  # type: ignore[no-untyped-def]
        for row in range(0, x.shape[0], step):
            store_numbers(out, row, x.shape[0], layout, function(load_numbers(x, row, x.shape[0], layout)))

    made: Callable[..., None] = apply
    return made


def assert_emulated(kind: Format, out: Any, expected: Callable[[Emulation], list[fmpq]]) -> None:
    """All results are those of one of the two ways to evaluate a polynomial."""
    found = [rational(float(value)) for value in out]
    ways = [expected(Emulation(kind, FUSES, scheme)) for scheme in ("horner", "estrin")]
    assert found in ways, f"{sum(one != other for one, other in zip(found, ways[0], strict=True))} results differ"


def drawn(kind: Format, low: float, high: float, seed: int) -> Any:
    dtype = np.float32 if kind == FLOAT32 else np.float64
    return np.random.default_rng(seed).uniform(low, high, 200).astype(dtype)


@KINDS
@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("exp", -80.0, 80.0), ("expm1", -39.0, 3.0), ("log", 1e-3, 4.0), ("log1p", -0.99, 3.0), ("log1p", -1e-6, 1e-6)],
)
def test_compiled_and_emulated_agree(kind: Format, name: str, low: float, high: float) -> None:
    table = EXPONENTIALS[kind.name] if name.startswith("exp") else LOGARITHMS[kind.name]
    emulated: Callable[[Any, Emulation, fmpq], fmpq] = getattr(emulation, name)
    x = drawn(kind, low, high, 1)
    out = np.empty_like(x)
    on_arrays(getattr(functions, name), LANES if kind == FLOAT32 else LANES // 2)(x, out, (0,))
    assert_emulated(kind, out, lambda do: [emulated(table, do, rational(float(value))) for value in x])


@KINDS
def test_the_compiled_difference_carries_what_the_subtraction_lost(kind: Format) -> None:
    step = LANES if kind == FLOAT32 else LANES // 2

    @njit(error_model="numpy")
    def apply(a, b, out, layout):  # type: ignore[no-untyped-def]
        for row in range(0, a.shape[0], step):
            left, right = load_numbers(a, row, a.shape[0], layout), load_numbers(b, row, a.shape[0], layout)
            store_numbers(out, row, a.shape[0], layout, functions.exp_difference(left, right))

    one, other = drawn(kind, -35, 35, 2), drawn(kind, -35, 35, 3)
    a, b = np.minimum(one, other), np.maximum(one, other)
    out = np.empty_like(a)
    apply(a, b, out, (0,))
    exact = [rational(float(low)) - rational(float(high)) for low, high in zip(a, b, strict=True)]

    def expected(do: Emulation) -> list[fmpq]:
        return [emulation.exp(EXPONENTIALS[kind.name], do, do.rounded(x), x - do.rounded(x)) for x in exact]

    assert_emulated(kind, out, expected)
