"""A linear layer under the focal loss."""

from __future__ import annotations

from typing import Final

from symderiv.losses import focal
from symderiv.losses.focal import gamma
from symderiv.losses.linear_layer import behind_linear_layer
from symderiv.losses.notation import i, k, t, y
from symderiv.terms import Add, Index, Term, log, number, total


def _easy(at: Index) -> Term:
    """(1 - y)^(gamma - 1) of a class."""
    return (1 - y(at)) ** Add((gamma, number(-1)))


def _slope(at: Index) -> Term:
    """gamma y log y of a class."""
    return gamma * y(at) * log(y(at))


_SUM: Final = total(k, t[k] * _easy(k) * (1 - y(k) - _slope(k)))
_GRADIENT: Final = t[i] * _easy(i) * (_slope(i) - (1 - y(i))) + y(i) * _SUM

PROBLEM: Final = behind_linear_layer(focal.PROBLEM, gradient=_GRADIENT)
