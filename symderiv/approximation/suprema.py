"""Rigorous suprema: an upper bound of |E| on an interval that holds for every real number in it.

The interval is cut into pieces. On a piece with centre c and radius w, Taylor's theorem with remainder gives
E(c + t) in sum_{j<K} E_j(c) t^j + E_K(piece) t^K for |t| <= w, and every coefficient is a ball that contains the true
one. The bound is the largest piece; the piece with the largest bound is halved until the gain is small.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from flint import arb, arb_series, ctx

__all__ = ["Piece", "largest", "supremum"]

_PRECISION: Final = 256
_ORDER: Final = 16
_TAIL: Final = "1e-80"
"""More than what a truncated series of the error can hide (`targets`: below 2^-260), added to every bound."""


@dataclass(frozen=True, slots=True, order=True)
class Piece:
    """A piece of the interval with its bound; ordered by the bound, largest first."""

    negated: float
    low: float
    high: float

    @property
    def bound(self) -> float:
        """What |E| does not exceed on the piece."""
        return -self.negated


def largest(bound: Callable[[float, float], float], pieces: list[tuple[float, float]], halvings: int) -> Piece:
    """The piece with the largest bound, after halving the worst one `halvings` times: its bound holds for all.

    `bound(low, high)` must hold for every real number between its arguments.
    """
    heap = [Piece(-bound(low, high), low, high) for low, high in pieces]
    heapq.heapify(heap)
    for _ in range(halvings):
        worst = heap[0]
        middle = (worst.low + worst.high) / 2
        if not worst.low < middle < worst.high:
            break
        heapq.heapreplace(heap, Piece(-bound(worst.low, middle), worst.low, middle))
        heapq.heappush(heap, Piece(-bound(middle, worst.high), middle, worst.high))
    return heap[0]


def supremum(error: Callable[[arb_series], arb_series], low: arb, high: arb, halvings: int = 96) -> float:
    """An upper bound of |error| on [low, high], rounded up to a float; `error` maps power series to power series."""

    def bound(left: float, right: float) -> float:
        centre, radius = arb((left + right) / 2), _radius(left, right)
        piece = arb(centre, radius)
        at_centre = error(arb_series([centre, 1]))
        remainder = error(arb_series([piece, 1]))[_ORDER - 1]
        step = arb(0, radius)
        total = arb(remainder)
        for k in range(_ORDER - 2, -1, -1):
            total = total * step + at_centre[k]
        return upper(abs(total) + arb(_TAIL))

    count = 32
    left, right = lower(low), upper(high)
    cuts = [left + (right - left) * k / count for k in range(count + 1)]
    with ctx.workprec(_PRECISION):
        old, ctx.cap = ctx.cap, _ORDER
        try:
            return largest(bound, list(pairwise(cuts)), halvings).bound
        finally:
            ctx.cap = old


def _radius(left: float, right: float) -> arb:
    """A radius around the rounded centre that reaches both ends."""
    centre = arb((left + right) / 2)
    return (arb(right) - centre).max(centre - arb(left)).abs_upper()


def upper(x: arb) -> float:
    """A float that no number of the ball exceeds."""
    made = float(x.upper())
    while not arb(made) >= x.upper():
        made += abs(made) * 2.0**-52 + 5e-324
    return made


def lower(x: arb) -> float:
    """A float that no number of the ball falls below."""
    return -upper(-x)
