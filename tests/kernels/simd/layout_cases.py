"""Kernels, the rows they are tried on, and the layouts they are forced into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from symderiv.kernels.loading import load_module
from tests.kernels.entries import source
from tests.kernels.simd.long_doubles import Rows, distances, rows_of

SCALE = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Rows of logits (N, C) with labels, targets and a direction."""

    z: np.ndarray
    labels: np.ndarray
    t: np.ndarray
    v: np.ndarray

    def only(self, rows: Any) -> Sample:
        """Some of the rows, in memory of their own."""
        return Sample(*(array[rows].copy() for array in (self.z, self.labels, self.t, self.v)))


Truth = tuple[tuple[np.ndarray, np.ndarray | None], ...]
"""For every output of a kernel what it should be, and its size if nothing cancelled."""


def _softmax(r: Rows, _: Sample) -> Truth:
    return ((r.p, None),)


def _log_softmax(r: Rows, _: Sample) -> Truth:
    return ((-r.losses, None),)


def _logsumexp(r: Rows, _: Sample) -> Truth:
    first = np.argmax(r.z, axis=1)
    total = np.log1p(r.others[np.arange(len(first)), first])
    return ((r.top[:, 0] + total, np.maximum(np.abs(r.top[:, 0]), total)),)


def _of_labels(r: Rows, s: Sample) -> Truth:
    at = (np.arange(len(s.labels)), s.labels)
    gradient = r.p.copy()
    gradient[at] = -(r.others / r.total)[at]
    return ((r.losses[at], None), (gradient * _scale(s), None))


def _scale(s: Sample) -> np.longdouble:
    return np.longdouble(s.z.dtype.type(SCALE))


def _of_targets(r: Rows, s: Sample) -> Truth:
    t = s.t.astype(np.longdouble)
    whole = t.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        value = np.where(t == 0, 0, t * r.losses).sum(axis=1)
    return (value, None), ((r.p * whole - t) * _scale(s), (r.p * whole + t) * _scale(s))


def _jvp(r: Rows, s: Sample) -> Truth:
    v = s.v.astype(np.longdouble)
    mean, size = r.along(v)
    return ((r.p * (v - mean), r.p * (np.abs(v) + size)),)


def _log_jvp(r: Rows, s: Sample) -> Truth:
    v = s.v.astype(np.longdouble)
    mean, size = r.along(v)
    return ((v - mean, np.abs(v) + size),)


def _log_vjp(r: Rows, s: Sample) -> Truth:
    v = s.v.astype(np.longdouble)
    whole, size = v.sum(axis=1, keepdims=True), np.abs(v).sum(axis=1, keepdims=True)
    return ((v - r.p * whole, np.abs(v) + r.p * size),)


def _hvp_of_targets(r: Rows, s: Sample) -> Truth:
    ((value, size),) = _jvp(r, s)
    whole = s.t.astype(np.longdouble).sum(axis=1, keepdims=True)
    assert size is not None
    return ((value * whole, size * whole),)


def _matrix(r: Rows, _: Sample) -> Truth:
    return ((r.jacobian, None),)


@dataclass(frozen=True, slots=True)
class Case:
    """One kernel of an entry of the catalogue, and its oracle."""

    entry: str
    kernel: str
    truth: Callable[[Rows, Sample], Truth]
    axes: tuple[int, ...] = (1,)
    """The class axes of each output."""
    bound: float = 5.0
    """Units in the last place that results may be off: 5 are promised for all. Products with a probability that is
    itself rounded have been found at up to 6.5 (with a direction) and 7.9 (two probabilities)."""

    def __str__(self) -> str:
        return f"{self.entry} {self.kernel}"

    def function(self, ending: str) -> Any:
        """The compiled function: ending "_rows" takes a layout, "_long_rows" none."""
        return getattr(load_module(source(self.entry), self.entry), self.kernel + ending, None)

    def run(self, sample: Sample, layout: tuple[Any, ...], start: int = 0, stop: int | None = None,
            out: tuple[np.ndarray, ...] | None = None) -> tuple[np.ndarray, ...]:  # fmt: skip
        """Rows start..stop-1 in a layout."""
        rows, classes = sample.z.shape
        made = tuple(np.full((rows,) + (classes,) * n, 7, sample.z.dtype) for n in self.axes) if out is None else out
        function = self.function("_rows" if layout else "_long_rows")
        given = {"start": start, "stop": rows if stop is None else stop, "z_rows": sample.z, "labels": sample.labels,
                 "t_rows": sample.t, "v_rows": sample.v, "u_rows": sample.v, "scale": sample.z.dtype.type(SCALE),
                 "layout": layout}  # fmt: skip
        code = function.py_func.__code__
        names = code.co_varnames[: code.co_argcount]
        left = iter(made)
        function(*(given[name] if name in given else next(left) for name in names))
        return made


MAIN = (
    Case("cross-entropy", "value_and_grad_of_labels", _of_labels, (0, 1)),
    Case("softmax", "value", _softmax),
)
OTHERS = (
    Case("log-softmax", "value", _log_softmax),
    Case("logsumexp", "value", _logsumexp, (0,)),
    Case("cross-entropy", "value_and_grad_of_targets", _of_targets, (0, 1)),
    Case("softmax", "jvp", _jvp, bound=8.0),
    Case("log-softmax", "jvp", _log_jvp),
    Case("log-softmax", "vjp", _log_vjp),
    Case("cross-entropy", "hvp_of_labels", _jvp, bound=8.0),
    Case("cross-entropy", "hvp_of_targets", _hvp_of_targets, bound=8.0),
)
MATRICES = (
    Case("softmax", "jacobian", _matrix, (2,), 9.0),
    Case("cross-entropy", "hessian_of_labels", _matrix, (2,), 9.0),
)


def _logits(classes: int, dtype: Any, random: np.random.Generator) -> np.ndarray:
    normal = random.normal(size=(48, classes))
    info = np.finfo(dtype)
    z = normal * 3
    z[3:6] *= 50 / 3
    z[6:9] *= 1000 / 3
    z[9:12] += 1e4
    z[12:15] += 1e6
    z[15:18] -= 1e4
    z[18:24, 0] += 25  # confident, and more so
    z[21:24, 0] += 50
    z[24:27] = np.where(random.random((3, classes)) < 0.4, -np.inf, z[24:27])
    z[24:27, 0] = 1.0
    z[27] = normal[27] * float(info.tiny)
    z[28] = np.arange(classes) * float(info.smallest_subnormal)
    z[29] = float(info.max)
    z[30] = np.where(np.arange(classes) % 2, -float(info.max), float(info.max))
    z[31] = -float(info.max)
    z[32] = 0.7
    z[33] = normal[33] * 1e-6
    z[34] = -np.abs(normal[34]) * 90
    z[35, : classes // 2] = -np.inf
    return z.astype(dtype)


@cache
def sample_of(classes: int, dtype: Any) -> Sample:
    """48 rows on which careless code loses digits, overflows or makes NaN; labels at finite logits."""
    random = np.random.default_rng(classes)
    z = _logits(classes, dtype, random)
    labels = random.integers(0, classes, len(z))
    labels[18:24:2] = 0
    labels = np.where(np.isneginf(z[np.arange(len(z)), labels]), np.argmax(z, axis=1), labels)
    t = random.random(z.shape)
    t[np.isneginf(z) | (random.random(z.shape) < 0.2)] = 0.0
    t[30, z[30] < 0] = 0.0  # the loss there is beyond the format
    t /= np.maximum(t.sum(axis=1, keepdims=True), 1e-3)
    return Sample(z, labels, t.astype(dtype), random.normal(size=z.shape).astype(dtype))


@cache
def truth_rows(classes: int, dtype: Any) -> Rows:
    """The rows of the sample in long doubles."""
    return rows_of(sample_of(classes, dtype).z)


def worst(case: Case, sample: Sample, layout: tuple[Any, ...], rows: Rows | None = None) -> tuple[float, str]:
    """The largest distance of any result to its true value in this layout, and where it is."""
    found, at = 0.0, ""
    truths = case.truth(rows_of(sample.z) if rows is None else rows, sample)
    for number, (got, (true, magnitude)) in enumerate(zip(case.run(sample, layout), truths, strict=True)):
        off = distances(got, true, magnitude)
        where = np.unravel_index(int(np.argmax(off)), off.shape)
        if not off[where] <= found:
            found, at = (
                float(off[where]),
                f"output {number} at {[int(k) for k in where]}: {got[where]} for {true[where]}",
            )
    return found, at


def lanes(classes: int) -> tuple[Any, ...]:
    """Rows in lanes."""
    return (0,) * classes


def along(classes: int, dtype: Any) -> tuple[Any, ...]:
    """One row in registers."""
    return (0.0,) * -(-classes // (64 // np.dtype(dtype).itemsize))
