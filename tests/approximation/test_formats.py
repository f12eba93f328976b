"""Rounding and units against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from symderiv.approximation.formats import FLOAT32, FLOAT64, Format, half_unit, holds, nearest, unit

TYPES = {"float32": np.float32, "float64": np.float64}
normal = st.floats(2.0**-100, 2.0**100)


@given(normal)
def test_nearest_is_what_numpy_rounds_to(x: float) -> None:
    assert nearest(arb(x), 24) == float(np.float32(x))
    assert nearest(-arb(x), 53) == -x
    assert nearest(arb(0), 24) == 0.0


@pytest.mark.parametrize("kind", [FLOAT32, FLOAT64], ids=lambda kind: kind.name)
@given(x=normal)
def test_units_are_numpy_s_spacings(kind: Format, x: float) -> None:
    held = TYPES[kind.name](x)
    assert float(unit(arb(float(held)), kind)) == float(np.spacing(held))


@given(normal, st.floats(0.0, 1.0))
def test_no_number_below_a_size_is_rounded_by_more_than_its_half_unit(size: float, part: float) -> None:
    value = size * part
    lost = abs(arb(float(np.float32(value))) - arb(value))
    assert lost <= half_unit(arb(size), FLOAT32)


def test_half_units_at_powers_of_two_and_subnormals() -> None:
    assert float(half_unit(arb(1), FLOAT32)) == 2.0**-25
    assert float(half_unit(arb(1) + arb(2) ** -30, FLOAT32)) == 2.0**-25, "2^-30 from a power of two"
    assert float(half_unit(arb("1.5"), FLOAT32)) == 2.0**-24
    assert float(half_unit(arb(0), FLOAT32)) == float(half_unit(arb(2) ** -140, FLOAT32)) == 2.0**-150
    assert float(unit(arb(0), FLOAT64)) == 2.0**-1074


def test_which_numbers_a_format_holds() -> None:
    assert holds(FLOAT32, arb(2**24 - 1))
    assert not holds(FLOAT32, arb(2**24 + 1))
