"""Rigorous softmax, loss and gradient of long rows: every number a ball (Arb) that contains the true one.

A row is written as sums of positive terms alone, so nothing cancels and one precision is enough:

    e_k = exp(z_k - z_m),  p_k = e_k / sum_j e_j,  L = log1p(sum_(k != y) e_k / e_y),  g_k = p_k,
    g_y = -(sum_(k != y) e_k) / sum_j e_j.

Each ball is asserted to be at least `GOOD_BITS` good, so the error of the reference is below 2^-90 of the value. A
value is kept as the unevaluated sum of two floats times 2^-shift; the second one is below half a last place of the
first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from flint import arb, ctx

BITS: Final = 192
GOOD_BITS: Final = 90
_SHIFT: Final = 700
"""Small values are held times 2^700: their second part would be below the smallest float otherwise."""
_SMALL: Final = 2.0**-400
_NOTHING: Final = arb(2) ** -1800
"""Below this a value is 0 for every purpose: the smallest float64 is 2^-1074."""


@dataclass(frozen=True, slots=True, eq=False)
class Reals:
    """True values (high + low) 2^-shift, each array of one row's length."""

    high: np.ndarray
    low: np.ndarray
    shift: np.ndarray

    def ulps(self, found: np.ndarray) -> np.ndarray:
        """|found - true| in units in the last place of the true value in the format of `found`; inf for NaN."""
        dtype = found.dtype
        largest = float(np.finfo(dtype).max)
        # A true value's last place is that of the float nearest to it, the smallest one for what underflows.
        rounded = np.minimum(np.abs(np.ldexp(self.high, -self.shift)), largest).astype(dtype)
        place = np.ldexp(np.spacing(rounded).astype(np.float64), self.shift)
        with np.errstate(over="ignore", invalid="ignore"):
            lifted = np.ldexp(found.astype(np.float64), self.shift)
            off = np.abs((lifted - self.high) - self.low) / place
        return np.where(np.isfinite(found), off, np.inf)


@dataclass(frozen=True, slots=True, eq=False)
class TrueRow:
    """The true p (C,), L (1,) and g (C,) of one row."""

    p: Reals
    loss: Reals
    gradient: Reals


def _reals(balls: list[arb]) -> Reals:
    lift = arb(2) ** _SHIFT
    high, low, shift = [0.0] * len(balls), [0.0] * len(balls), np.zeros(len(balls), np.int64)
    for place, ball in enumerate(balls):
        first = float(ball)  # of the middle, to nearest
        if -_SMALL < first < _SMALL:
            if abs(ball) < _NOTHING:
                continue
            ball, shift[place] = ball * lift, _SHIFT
            first = float(ball)
        assert ball.rel_accuracy_bits() >= GOOD_BITS, "a ball of the reference is too wide"
        high[place] = first
        low[place] = float(ball - first)
    return Reals(np.array(high), np.array(low), shift)


def _exponentials(z: np.ndarray) -> list[arb]:
    """e^(z_k - z_m) for each class, at the precision in force."""
    top, zero = arb(float(z.max())), arb(0)
    return [zero if each == -np.inf else (arb(each) - top).exp() for each in z.tolist()]


def true_softmax(z: np.ndarray) -> Reals:
    """The true probabilities for logits z (C,) of either dtype; z may hold -inf, but no NaN or +inf."""
    with ctx.workprec(BITS):
        terms = _exponentials(z)
        inverse = 1 / sum(terms, arb(0))
        return _reals([term * inverse for term in terms])


def true_loss(z: np.ndarray, label: int) -> tuple[Reals, Reals]:
    """The true loss (1,) and gradient (C,) of one row; z is not -inf at the label."""
    with ctx.workprec(BITS):
        terms = _exponentials(z)
        chosen, terms[label] = terms[label], arb(0)
        rest = sum(terms, arb(0))
        inverse = 1 / (rest + chosen)
        gradient = [term * inverse for term in terms]
        gradient[label] = -rest * inverse
        return _reals([(rest / chosen).log1p()]), _reals(gradient)


def true_row(z: np.ndarray, label: int) -> TrueRow:
    """The true values for logits z (C,) of either dtype; z may hold -inf, but not at the label, and no NaN or +inf."""
    return TrueRow(true_softmax(z), *true_loss(z, label))
