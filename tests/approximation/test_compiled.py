"""The compiled functions do the operations whose error is bounded, in that order: bit for bit what is emulated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from llvmlite.binding import get_host_cpu_features
from numba import njit

from symderiv.approximation import emulated_rows, emulation
from symderiv.approximation.emulation import Emulation, rational
from symderiv.approximation.formats import FLOAT32, FORMATS, Format
from symderiv.kernels.compiling import inlined
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


def on_lines(function: Any, step: int) -> Callable[..., None]:
    """The function of the lines of x, element by element."""

    @njit(error_model="numpy")
    def apply(x, out, layout):  # type: ignore[no-untyped-def]
        for row in range(0, out.shape[0], step):
            store_numbers(out, row, out.shape[0], layout, function(x, row, layout))

    made: Callable[..., None] = apply
    return made


@inlined
def line(x, number, row, layout):  # type: ignore[no-untyped-def]
    return load_numbers(x[number], row, x.shape[1], layout)


@inlined
def shifted(x, row, layout):  # type: ignore[no-untyped-def]
    return functions.shifted_exp(line(x, 0, row, layout), functions.shift_to(line(x, 1, row, layout)))


@inlined
def shifted_unit(x, row, layout):  # type: ignore[no-untyped-def]
    return functions.unit_of(functions.shift_to(line(x, 1, row, layout)))


@inlined
def logarithm_of_ratio(x, row, layout):  # type: ignore[no-untyped-def]
    return functions.log1p_of(line(x, 0, row, layout), line(x, 1, row, layout))


@inlined
def divided(x, row, layout):  # type: ignore[no-untyped-def]
    inverse = functions.reciprocal(line(x, 1, row, layout))
    return functions.quotient(line(x, 0, row, layout), functions.times(inverse, line(x, 2, row, layout)))


def exactly(x: Any) -> list[fmpq]:
    return [rational(float(value)) for value in x]


def applied(function: Any, kind: Format, *lines: Any) -> Any:
    x = np.stack(lines)
    out = np.empty_like(x[0])
    on_lines(function, LANES if kind == FLOAT32 else LANES // 2)(x, out, (0,))
    return out


def rows_of_logits(kind: Format, factor: float = 1.0) -> tuple[Any, Any]:
    """Logits and the largest one of their row: ordinary, large, larger than the spacing of floats allows for."""
    random, dtype = np.random.default_rng(8), np.float32 if kind == FLOAT32 else np.float64
    scale = 10.0 ** random.integers(-2, 10 if kind == FLOAT32 else 19, 600)
    top = (random.normal(size=600) * scale).astype(dtype)
    z = (top + EXPONENTIALS[kind.name].lowest / factor * random.uniform(0, 1.3, 600)).astype(dtype)
    return np.minimum(z, top), top


@KINDS
def test_compiled_shifted_exponentials_agree(kind: Format) -> None:
    table, (z, top) = EXPONENTIALS[kind.name], rows_of_logits(kind)
    out = applied(shifted, kind, z, top)
    assert 0.05 < (out == 0).mean() < 0.6
    pairs = list(zip(exactly(z), exactly(top), strict=True))
    assert_emulated(kind, out, lambda do: [emulated_rows.shifted_exp(table, do, *pair) for pair in pairs])
    unit = applied(shifted_unit, kind, z, top)
    assert_emulated(kind, unit, lambda do: [emulated_rows.shifted_exp(table, do, t, t) for _, t in pairs])


@KINDS
@pytest.mark.parametrize("factor", [1 / 0.046, 0.3, 700.0])
def test_compiled_shifted_exponentials_with_a_factor_agree(kind: Format, factor: float) -> None:
    table, dtype = EXPONENTIALS[kind.name], np.float32 if kind == FLOAT32 else np.float64
    b = dtype(factor)
    c = dtype(factor - float(b)) if kind == FLOAT32 else dtype(factor * 2.0**-54)

    @njit(error_model="numpy")
    def apply(x, out, b, c, step, layout):  # type: ignore[no-untyped-def]
        for row in range(0, out.shape[1], step):
            shift = functions.shift_to(line(x, 1, row, layout), b, c)
            store_numbers(out[0], row, x.shape[1], layout, functions.shifted_exp(line(x, 0, row, layout), shift))
            store_numbers(out[1], row, x.shape[1], layout, functions.unit_of(shift))

    z, top = rows_of_logits(kind, factor)
    out = np.empty((2, z.size), dtype)
    apply(np.stack([z, top]), out, b, c, LANES if kind == FLOAT32 else LANES // 2, (0,))
    parts = (rational(float(b)), rational(float(c)))
    pairs = list(zip(exactly(z), exactly(top), strict=True))
    assert_emulated(kind, out[0], lambda do: [emulated_rows.shifted_exp(table, do, *pair, parts) for pair in pairs])
    assert_emulated(kind, out[1], lambda do: [emulated_rows.shifted_exp(table, do, t, t, parts) for _, t in pairs])


@KINDS
def test_compiled_logarithms_of_ratios_agree(kind: Format) -> None:
    random, dtype = np.random.default_rng(9), np.float32 if kind == FLOAT32 else np.float64
    unit = (random.uniform(0.7, 1.42, 900) * 2.0**30).astype(dtype)
    a = (unit * 2.0 ** random.uniform(-30, 30, 900)).astype(dtype)
    a[::3] = (unit * random.uniform(0, 4, 900)).astype(dtype)[::3]
    pairs = list(zip(exactly(a), exactly(unit), strict=True))
    table, out = LOGARITHMS[kind.name], applied(logarithm_of_ratio, kind, a, unit)
    assert_emulated(kind, out, lambda do: [emulated_rows.log1p_of(table, do, *pair) for pair in pairs])


@KINDS
def test_compiled_quotients_agree(kind: Format) -> None:
    a, b, f = (drawn(kind, 0.5, 40.0, seed) for seed in (10, 11, 12))
    out = applied(divided, kind, a, b, f)
    cases = list(zip(exactly(a), exactly(b), exactly(f), strict=True))

    def expected(do: Emulation) -> list[fmpq]:
        return [
            emulated_rows.quotient(do, a, emulated_rows.times(do, emulated_rows.reciprocal(do, b), f))
            for a, b, f in cases
        ]

    assert_emulated(kind, out, expected)
