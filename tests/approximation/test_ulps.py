"""Proved bounds of the functions: committed tables keep them, arguments by mpmath stay below, wrong tables do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import mpmath
import numpy as np
import pytest
from flint import fmpq

from symderiv.approximation import emulation
from symderiv.approximation.formats import FLOAT32, FORMATS, Format
from symderiv.approximation.ulps import ReductionError, exp_bound, expm1_bound, log1p_bound, log_bound
from tests.approximation.tables import EXPONENTIALS, LOGARITHMS, units

KINDS = pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
FUSES = pytest.mark.parametrize("fuses", [True, False], ids=["fused", "unfused"])
NEAR = range(-4, 1)


@KINDS
@FUSES
def test_the_committed_tables_keep_their_bounds(kind: Format, fuses: bool) -> None:
    powers, logs = EXPONENTIALS[kind.name], LOGARITHMS[kind.name]
    assert exp_bound(powers, fuses) < 1.15
    assert exp_bound(powers, fuses, "x + l") < 1.33
    assert expm1_bound(powers, fuses, NEAR) < 1.32
    assert expm1_bound(powers, fuses, range(3)) < 2.6
    assert log1p_bound(logs, fuses, negative=False) < 1.32
    assert log1p_bound(logs, fuses, negative=True) < 2.2
    assert log_bound(logs, fuses) < 1.48


@KINDS
def test_fewer_roundings_give_a_smaller_bound(kind: Format) -> None:
    assert exp_bound(EXPONENTIALS[kind.name], True) < exp_bound(EXPONENTIALS[kind.name], False)


def arguments(low: float, high: float, kind: Format, seed: int) -> list[float]:
    drawn = np.random.default_rng(seed).uniform(low, high, 400)
    return [float(x) for x in (drawn.astype(np.float32) if kind == FLOAT32 else drawn)]


Computed = Callable[[fmpq], fmpq]


def worst(made: Computed, true: Callable[[mpmath.mpf], mpmath.mpf], xs: list[float], kind: Format) -> float:
    with mpmath.workdps(60):
        return max(units(made(emulation.rational(x)), true(mpmath.mpf(x)), kind.precision) for x in xs if x)


@KINDS
@pytest.mark.parametrize("fuses", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["fused", "unfused"])
def test_no_argument_exceeds_a_bound(kind: Format, fuses: bool) -> None:
    powers, logs = EXPONENTIALS[kind.name], LOGARITHMS[kind.name]
    low, do = 0.8 * powers.lowest, emulation.Emulation(kind, fuses, "estrin" if fuses else "horner")
    cases = [
        (lambda x: emulation.exp(powers, do, x), mpmath.exp, arguments(low, 0, kind, 1), exp_bound(powers, fuses)),
        (lambda x: emulation.expm1(powers, do, x), mpmath.expm1, arguments(-2, 0, kind, 2),
         expm1_bound(powers, fuses, NEAR)),
        (lambda x: emulation.expm1(powers, do, x), mpmath.expm1, arguments(0.3, 0.5, kind, 3),
         expm1_bound(powers, fuses, range(3))),
        (lambda x: emulation.log(logs, do, x), mpmath.log, arguments(0.4, 2.5, kind, 4), log_bound(logs, fuses)),
        (lambda x: emulation.log1p(logs, do, x), mpmath.log1p, arguments(0, 2, kind, 5),
         log1p_bound(logs, fuses, negative=False)),
        (lambda x: emulation.log1p(logs, do, x), mpmath.log1p, arguments(0, 1e-6, kind, 6),
         log1p_bound(logs, fuses, negative=False)),
        (lambda x: emulation.log1p(logs, do, x), mpmath.log1p, arguments(-0.6, 0, kind, 7),
         log1p_bound(logs, fuses, negative=True)),
    ]  # fmt: skip
    for made, true, xs, bound in cases:
        found = worst(made, true, xs, kind)
        assert 0.45 < found <= bound


@KINDS
def test_a_wrong_coefficient_raises_the_bounds(kind: Format) -> None:
    powers, logs = EXPONENTIALS[kind.name], LOGARITHMS[kind.name]
    off = 1 + 2.0 ** (7 - kind.precision)
    wrong = replace(powers, coefficients=(powers.coefficients[0] * off, *powers.coefficients[1:]))
    assert exp_bound(wrong, True) > 3
    bent = replace(logs, coefficients=(logs.coefficients[0] * off, *logs.coefficients[1:]))
    assert log_bound(bent, True) > log_bound(logs, True) + 0.1


@KINDS
def test_a_reduction_that_does_not_fit_is_refused_or_costs(kind: Format) -> None:
    powers, logs = EXPONENTIALS[kind.name], LOGARITHMS[kind.name]
    with pytest.raises(ReductionError, match="the constants are wrong"):
        exp_bound(replace(powers, log2_e=powers.log2_e * 1.001), True)
    with pytest.raises(ReductionError, match="the constants are wrong"):
        exp_bound(replace(powers, ln2_high=powers.ln2_high * (1 + 2.0**-22)), True)
    with pytest.raises(ReductionError, match="not exact"):
        log_bound(replace(logs, ln2_high=logs.ln2_high * (1 + 2.0**-22)), True)
    assert exp_bound(replace(powers, ln2_low=powers.ln2_low * 0.99), True) > 2
