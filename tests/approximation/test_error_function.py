"""The constants of erf and its scaled complement: derived again, and compared with multiple precision."""

from __future__ import annotations

import math

import mpmath
import pytest

from symderiv.approximation.error_function import CENTRE, derived, error_table
from symderiv.approximation.formats import FLOAT32, FORMATS, Format
from symderiv.kernels.simd import error_coefficients
from symderiv.kernels.simd.error_coefficients import ERROR_FAR, ERROR_NEAR


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
def test_the_polynomials_are_within_a_last_place_of_the_functions(kind: Format) -> None:
    place = mpmath.mpf(2) ** (1 - kind.precision)
    with mpmath.workdps(40):
        for step in range(1, 200):
            x = mpmath.mpf(step) / 200
            found = x + x * mpmath.polyval(ERROR_NEAR[kind.name][::-1], x * x)
            assert abs(found / mpmath.erf(x) - 1) < place / 2
            far = mpmath.mpf(step) ** 2 / 400
            t = (far - CENTRE) / (far + CENTRE)
            exact = (1 + 2 * far) * mpmath.erfc(far) * mpmath.exp(far * far)
            assert abs(mpmath.polyval(ERROR_FAR[kind.name][::-1], t) / exact - 1) < place


def test_float32_constants_are_what_is_derived() -> None:
    table = error_table(FLOAT32)
    assert table.near == ERROR_NEAR["float32"]
    assert table.far == ERROR_FAR["float32"]


def test_the_constants_begin_as_the_series_do() -> None:
    assert ERROR_NEAR["float64"][0] == pytest.approx(2 / math.sqrt(math.pi) - 1, rel=1e-15)
    assert math.fsum(ERROR_FAR["float64"]) == pytest.approx(2 / math.sqrt(math.pi), rel=1e-15)


@pytest.mark.slow
def test_the_file_is_what_is_derived() -> None:
    with open(error_coefficients.__file__, encoding="utf-8") as file:
        assert file.read() == derived()
