"""Losses on a softmax of changed logits, from the formulas of their papers in real balls: values, gradients, ulps."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from flint import arb, ctx

_BITS = 5000


def exact(number: float) -> arb:
    """A float as a ball of radius 0."""
    return arb(float(number))


def _softmax(u: Sequence[arb | None]) -> tuple[list[arb], list[arb], list[arb | None]]:
    """p, 1 - p and log p; None is a masked class."""
    top = next(x for x in u if x is not None)
    for x in u:
        if x is not None and x > top:
            top = x
    e = [arb(0) if x is None else (x - top).exp() for x in u]
    total = sum(e, arb(0))
    rest = [sum((other for m, other in enumerate(e) if m != k), arb(0)) / total for k in range(len(e))]
    return [x / total for x in e], rest, [None if x is None else (x - top) - total.log() for x in u]


def truth(name: str, z: np.ndarray, label: int, other: np.ndarray, parameters: Mapping[str, float]
          ) -> tuple[arb | None, list[arb], list[arb]]:  # fmt: skip
    """The value and the gradient of one row, and what the gradient is good to; the value is None where it is infinite.

    A difference of two probabilities is as good as they are, or as the shares of all others if those are smaller; a
    probability below the normal range is as good as the smallest normal number.
    `other` holds the offsets of logit-adjusted, the relevances of listnet.
    """
    with ctx.workprec(_BITS):
        a = {key: exact(value) for key, value in parameters.items()}
        live = [np.isfinite(x) and (name != "logit-adjusted" or np.isfinite(o)) for x, o in zip(z, other, strict=True)]
        u: list[arb | None] = [exact(x) if alive else None for x, alive in zip(z, live, strict=True)]
        factor = {"distillation": "tau", "additive-margin": "sigma"}.get(name)
        slope = arb(1) if factor is None else a[factor]
        weight = slope**2 if name == "distillation" else arb(1)
        match name:
            case "distillation" | "info-nce":
                u = [None if x is None else x / a["tau"] for x in u]
                slope = slope if name == "distillation" else 1 / a["tau"]
            case "logit-adjusted":
                u = [None if x is None else x + exact(o) for x, o in zip(u, other, strict=True)]
            case "additive-margin":
                u = [None if x is None else slope * (x - a["mu"] * (k == label)) for k, x in enumerate(u)]
        p, rest, log_p = _softmax(u)
        if name == "listnet":
            q, beyond, _ = _softmax([exact(x) for x in other])
            value = -sum((qk * lk for qk, lk in zip(q, log_p, strict=True) if lk is not None), arb(0))
            pairs = zip(p, q, rest, beyond, strict=True)
            sizes = [(pk + qk).min(one + two) for pk, qk, one, two in pairs]
            return value, [pk - qk for pk, qk in zip(p, q, strict=True)], sizes
        own = log_p[label]
        gradient = [slope * (-rest[k] if k == label else p[k]) for k in range(len(z))]
        least = slope * exact(np.finfo(z.dtype).tiny)
        return None if own is None else -weight * own, gradient, [abs(each).max(least) for each in gradient]


def ulps(got: Any, true: arb, size: arb | None = None) -> float:
    """The distance in last places of `size`, the true value unless it is given, of the smallest normal number below it;
    inf for what is not finite."""
    limits = np.finfo(got.dtype)
    if not math.isfinite(got):
        return math.inf
    with ctx.workprec(_BITS):
        place = np.spacing(got.dtype.type(max(abs(float((true if size is None else size).mid())), float(limits.tiny))))
        return float((abs(exact(got) - true) / exact(place)).mid())
