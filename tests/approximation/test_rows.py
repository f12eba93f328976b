"""What is proved of a row: no argument exceeds a bound, numbers stay where they are said to be, wrong tables fail."""

from __future__ import annotations

from dataclasses import replace

import mpmath
import numpy as np
import pytest
from flint import fmpq

from symderiv.approximation.emulated_rows import (
    log1p_of,
    product_error,
    quotient,
    reciprocal,
    shifted_exp,
    times,
)
from symderiv.approximation.emulation import Emulation, power_of_two, rational
from symderiv.approximation.formats import FLOAT32, FORMATS, Format
from symderiv.approximation.quotients import quotient_bound, row_bounds
from symderiv.approximation.ratios import log1p_of_bound, log1p_of_relative_bound
from symderiv.approximation.shifting import lift, row_range
from symderiv.approximation.ulps import ReductionError, exp_bound, exp_relative_bound
from tests.approximation.tables import EXPONENTIALS, LOGARITHMS, units

KINDS = pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
FUSES = pytest.mark.parametrize("fuses", [True, False], ids=["fused", "unfused"])


def drawn(kind: Format, low: float, high: float, count: int, seed: int) -> list[fmpq]:
    """Numbers of the format, evenly."""
    made = np.random.default_rng(seed).uniform(low, high, count)
    return [rational(float(x)) for x in (made.astype(np.float32) if kind == FLOAT32 else made)]


def real(x: fmpq) -> mpmath.mpf:
    return mpmath.mpf(int(x.p)) / int(x.q)


@KINDS
@FUSES
def test_logarithms_of_ratios_keep_their_bounds(kind: Format, fuses: bool) -> None:
    logs, do = LOGARITHMS[kind.name], Emulation(kind, fuses)
    near, far = (log1p_of_bound(logs, fuses, each) for each in (True, False))
    assert 2.5 < near < 2.6
    assert 3.2 < far < 3.3
    assert log1p_of_relative_bound(logs, fuses) < 5.8
    worst = {True: 0.0, False: 0.0}
    sizes = np.random.default_rng(2).uniform(-30, 40, 600)
    sizes[::2] = np.random.default_rng(3).uniform(-4, 2, 300)
    with mpmath.workdps(60):
        for unit, size in zip(drawn(kind, 0.7, 1.42, 600, 1), sizes, strict=True):
            a = do.rounded(unit * rational(2.0**size))
            error = units(log1p_of(logs, do, a, unit), mpmath.log1p(real(a / unit)), kind.precision)
            small = bool(4 * a <= unit)
            worst[small] = max(worst[small], error)
    assert 1.2 < worst[True] <= near
    assert 0.8 < worst[False] <= far


@KINDS
def test_a_power_of_two_off_the_best_one_is_met_and_kept(kind: Format) -> None:
    """a/b next to 1/3 and 1/2, where k turns from 0 to 1, and next to 2 and 5/3, where it turns to 2."""
    logs, do = LOGARITHMS[kind.name], Emulation(kind, True)
    bound = log1p_of_bound(logs, True, False)
    with mpmath.workdps(60):
        for unit in drawn(kind, 1, 2, 40, 4):
            for ratio in (fmpq(1, 3), fmpq(1, 2), fmpq(5, 3), fmpq(2), fmpq(13, 3), fmpq(5)):
                for step in (-3, 0, 3):
                    a = do.rounded(unit * ratio * (1 + step * power_of_two(-kind.precision)))
                    made = log1p_of(logs, do, a, unit)
                    assert units(made, mpmath.log1p(real(a / unit)), kind.precision) <= bound


@KINDS
@FUSES
def test_exponentials_with_a_factor_keep_their_bound(kind: Format, fuses: bool) -> None:
    powers, do = EXPONENTIALS[kind.name], Emulation(kind, fuses)
    bound = exp_bound(powers, fuses, "(b + c) x")
    assert exp_bound(powers, fuses) < bound < (1.5 if fuses else 2.7)
    assert exp_relative_bound(powers, fuses) < 1.63
    scale, worst = power_of_two(lift(kind)), 0.0
    with mpmath.workdps(60):
        for b, x in zip(drawn(kind, 0.5, 8, 200, 5), drawn(kind, 0.12 * powers.lowest, 0, 200, 6), strict=True):
            c = do.rounded(b * power_of_two(-kind.precision) * fmpq(2, 3))
            made = shifted_exp(powers, do, x, fmpq(0), (b, c)) / scale
            worst = max(worst, units(made, mpmath.exp(real((b + c) * x)), kind.precision))
    assert 0.6 < worst <= bound


@KINDS
@FUSES
def test_numbers_of_a_row_stay_where_they_are_said_to_be(kind: Format, fuses: bool) -> None:
    powers, do, held = EXPONENTIALS[kind.name], Emulation(kind, fuses), row_range(EXPONENTIALS[kind.name])
    random = np.random.default_rng(7)
    dtype = np.float32 if kind == FLOAT32 else np.float64
    top = (random.normal(size=250) * 10.0 ** random.integers(-2, 9, 250)).astype(dtype)
    b = random.uniform(0.01, 500, 250).astype(dtype)
    z = np.minimum(top, (top + powers.lowest / b * random.uniform(0, 1.5, 250)).astype(dtype))
    kept = 0
    for low, high, factor in zip(z, top, b, strict=True):
        x, t, parts = rational(float(low)), rational(float(high)), (rational(float(factor)), fmpq(0))
        made, unit = shifted_exp(powers, do, x, t, parts), shifted_exp(powers, do, t, t, parts)
        assert held.unit[0] <= float(mpmath.log(real(unit), 2)) <= held.unit[1]
        exponent = real(parts[0] * (x - t))
        if exponent >= powers.lowest:
            assert made > 0
        if made > 0:
            kept += 1
            assert held.least <= float(mpmath.log(real(made), 2)) <= held.unit[1]
        elif exponent > 2 * powers.lowest:
            assert mpmath.exp(exponent) < held.cut * mpmath.mpf(2) ** kind.smallest
    assert 120 < kept < 240


@KINDS
def test_wrong_constants_of_the_shift_are_refused(kind: Format) -> None:
    powers = EXPONENTIALS[kind.name]
    for lowest in (powers.lowest * 1.7, powers.lowest * 0.99):
        with pytest.raises(ReductionError, match="can leave the range"):
            row_range(replace(powers, lowest=lowest))


@KINDS
@FUSES
def test_quotients_keep_their_bound(kind: Format, fuses: bool) -> None:
    do, bound, worst = Emulation(kind, fuses), quotient_bound(kind, fuses), 0.0
    cases = zip(*(drawn(kind, 0.5, 40, 500, seed) for seed in (8, 9, 10)), strict=True)
    with mpmath.workdps(60):
        for a, b, f in cases:
            made = quotient(do, a, times(do, reciprocal(do, b), f))
            worst = max(worst, units(made, real(a * f / b), kind.precision))
    assert bound < (0.503 if fuses else 2.003)
    assert 0.49 < worst <= bound


@KINDS
def test_products_of_halves_give_what_a_product_lacks(kind: Format) -> None:
    do = Emulation(kind, False)
    for a, b in zip(drawn(kind, -30, 30, 300, 11), drawn(kind, -30, 30, 300, 12), strict=True):
        assert product_error(do, a, b, do.multiply(a, b)) == a * b - do.multiply(a, b)


@KINDS
@FUSES
def test_probabilities_and_losses_of_three_classes_keep_their_bounds(kind: Format, fuses: bool) -> None:
    powers, logs, do = EXPONENTIALS[kind.name], LOGARITHMS[kind.name], Emulation(kind, fuses)
    bounds, grain = row_bounds(powers, logs, fuses), mpmath.mpf(2) ** -kind.precision
    worst = dict.fromkeys(("softmax", "gradient", "at_label", "loss"), 0.0)

    def off(name: str, made: fmpq, true: mpmath.mpf) -> None:
        worst[name] = max(worst[name], float(abs(real(made) / true - 1) / grain))

    with mpmath.workdps(80):
        for row in zip(*(drawn(kind, -12, 12, 80, seed) for seed in (13, 14, 15)), strict=True):
            top = max(row)
            label = row.index(top)
            e = [shifted_exp(powers, do, z, top) for z in row]
            true = [mpmath.exp(real(z)) for z in row]
            whole = do.add(do.add(e[0], e[1]), e[2])
            off("softmax", quotient(do, e[0], reciprocal(do, whole)), true[0] / sum(true))
            others = [fmpq(0) if k == label else each for k, each in enumerate(e)]
            rest = do.add(do.add(others[0], others[1]), others[2])
            inverse, scale = reciprocal(do, do.add(rest, e[label])), do.rounded(fmpq(1, 300))
            share = (sum(true) - true[label]) / sum(true)
            other = (label + 1) % 3
            made = quotient(do, e[other], times(do, inverse, scale))
            off("gradient", made, true[other] / sum(true) * real(scale))
            off("at_label", do.multiply(quotient(do, rest, inverse), scale), share * real(scale))
            off("loss", log1p_of(logs, do, rest, e[label]), -mpmath.log1p(-share))
    for name, found in worst.items():
        assert 1 < found <= getattr(bounds, name)
