"""`GOALS`: what symderiv promises itself, as a literal table; `judging` holds it against what was measured.

"Copies" are multiples of the time in which the same bytes are copied. Goals of a shape are looked up by its number of
classes, so a quick run, with fewer rows, is held against the same figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Copies:
    """symderiv's time in multiples of the copy."""

    operation: str
    classes: int
    dtype: str


@dataclass(frozen=True, slots=True)
class Slower:
    """How many times slower than symderiv a contestant is, on one shape."""

    operation: str
    classes: int
    dtype: str
    contestant: str


@dataclass(frozen=True, slots=True)
class WorstSlower:
    """The same, the least over all contests of a section."""

    section: str
    contestant: str


@dataclass(frozen=True, slots=True)
class SmallCall:
    """Seconds of the public call on one small shape, the larger of both dtypes."""

    rows: int
    classes: int


@dataclass(frozen=True, slots=True)
class SpeedUp:
    """One thread's time over that of two, the least over the shapes whose logits have 10 MB and more."""

    operation: str
    dtype: str


@dataclass(frozen=True, slots=True)
class OptionCost:
    """The time with an option over the plain one, the largest over all contests."""

    contestant: str


@dataclass(frozen=True, slots=True)
class Share:
    """symderiv's time over that of a contestant, on the linear layer."""

    contestant: str


@dataclass(frozen=True, slots=True)
class Extra:
    """Peak memory of the linear layer in bytes, or as a share of that of `over`."""

    over: str | None


@dataclass(frozen=True, slots=True)
class Ulps:
    """The worst error over all cases and class counts."""

    quantity: str
    dtype: str


@dataclass(frozen=True, slots=True)
class FirstResult:
    """Seconds to the first result of a new process, or of its first call."""

    state: Literal["cold", "warm"]
    part: Literal["wall", "called"]


@dataclass(frozen=True, slots=True)
class SymPyImported:
    """1 if SymPy is imported on the way to the first result of a warm start, else 0."""


Quantity: TypeAlias = (
    Copies
    | Slower
    | WorstSlower
    | SmallCall
    | SpeedUp
    | OptionCost
    | Share
    | Extra
    | Ulps
    | FirstResult
    | SymPyImported
)


@dataclass(frozen=True, slots=True)
class Goal:
    """`quantity` must be at most `must` (at least, if `least`) and aims at `aim`."""

    group: str
    subject: str
    quantity: Quantity
    unit: str
    must: float
    aim: float | None = None
    least: bool = False


ROOFLINE: Final[tuple[tuple[int, tuple[float, float], tuple[float, float]], ...]] = (
    (3, (4.5, 2.5), (4.5, 2.2)),
    (10, (3.8, 2.0), (3.0, 1.8)),
    (100, (2.2, 1.5), (2.7, 1.7)),
    (1000, (2.4, 1.5), (2.2, 1.6)),
    (32_000, (1.7, 1.25), (1.9, 1.4)),
    (128_000, (1.7, 1.25), (1.9, 1.4)),
)
"""Classes; must and aim in copies for float32, for float64."""

SLOWER: Final = (
    (3, (25.0, 9.0), (30.0, 14.0), (20.0, 18.0), (25.0, 18.0)),
    (10, (10.0, 6.0), (25.0, 13.0), (5.5, 12.0), (14.0, 14.0)),
    (100, (11.0, 5.0), (4.5, 4.0), (3.5, 3.2), (14.0, 11.0)),
    (1000, (9.0, 5.0), (3.5, 3.5), (2.4, 2.4), (11.0, 11.0)),
    (32_000, (12.0, 5.8), (3.9, 3.9), (2.9, 2.9), (12.5, 12.5)),
    (128_000, (12.0, 5.8), (3.9, 3.9), (2.9, 2.9), (12.5, 12.5)),
)
"""Classes; how many times slower (float32, float64) scikit-learn, torch, torch.compile and jax must be."""

SLOWER_PEERS: Final = ("sklearn", "torch", "torch-compiled", "jax")

OTHER_FORMS: Final[Mapping[str, str]] = {"torch": "torch-out", "torch-compiled": "torch-formula", "jax": "jax-lse"}
"""The usual form of a peer, which the goal speaks of, and its other form, which is shown beside it."""

SOFTMAX: Final = ((3, 10.0, 20.0), (10, 10.0, 20.0), (100, 2.0, 2.5), (1000, 1.1, 1.5), (32_000, 1.1, 1.5),
                  (128_000, 1.1, 1.5))  # fmt: skip
"""Classes; how many times slower `torch.softmax(out=)` must be, and the aim."""

DTYPES: Final = ("float32", "float64")


def _roofline(group: str, operation: str) -> Iterator[Goal]:
    for classes, *figures in ROOFLINE:
        for dtype, (must, aim) in zip(DTYPES, figures, strict=True):
            yield Goal(group, f"{classes:,} classes, {dtype}", Copies(operation, classes, dtype), "copies", must, aim)


def _slower(group: str) -> Iterator[Goal]:
    for classes, *figures in SLOWER:
        for peer, musts in zip(SLOWER_PEERS, figures, strict=True):
            for dtype, must in zip(DTYPES, musts, strict=True):
                quantity = Slower("cross-entropy", classes, dtype, peer)
                yield Goal(group, f"{peer}, {classes:,} classes, {dtype}", quantity, "times slower", must, least=True)


def _softmax(group: str) -> Iterator[Goal]:
    for classes, must, aim in SOFTMAX:
        for dtype in DTYPES:
            quantity = Slower("softmax", classes, dtype, "torch-out")
            yield Goal(group, f"{classes:,} classes, {dtype}", quantity, "times slower", must, aim, least=True)


GOALS: Final = (
    *_roofline("Cross-entropy value and gradient, labels: multiples of the copy", "cross-entropy"),
    *_slower("Cross-entropy value and gradient, labels: how many times slower peers are"),
    *_softmax("Softmax: how many times slower torch.softmax(out=) is"),
    *_roofline("Cross-entropy value and gradient, dense targets: multiples of the copy", "dense"),
    *_roofline("Softmax Jacobian times vector: multiples of the copy", "jvp"),
    *_roofline("Cross-entropy Hessian times vector: multiples of the copy", "hvp"),
    *(
        Goal("Two threads, logits of 10 MB and more", f"{operation}, {dtype}", SpeedUp(operation, dtype),
             "times faster", 1.7, least=True)
        for operation in ("cross-entropy", "softmax")
        for dtype in DTYPES
    ),
    Goal("Small batches, 1 x 3 to 128 x 10", "torch", WorstSlower("small", "torch"), "times slower", 5.0, least=True),
    Goal("Small batches, 1 x 3 to 128 x 10", "jax", WorstSlower("small", "jax"), "times slower", 5.0, least=True),
    Goal("Small batches, 1 x 3 to 128 x 10", "scikit-learn", WorstSlower("small", "sklearn"), "times slower", 2.0,
         least=True),
    Goal("Small batches, 1 x 3 to 128 x 10", "the whole call, 32 x 10", SmallCall(32, 10), "seconds", 3e-6),
    Goal("Linear layer with cross-entropy", "time over torch's", Share("torch"), "share", 0.55, 0.3),
    Goal("Linear layer with cross-entropy", "time over jax's", Share("jax"), "share", 1.0),
    Goal("Linear layer with cross-entropy", "extra memory", Extra(None), "bytes", 200e6),
    Goal("Linear layer with cross-entropy", "extra memory over that of torch in chunks", Extra("torch-chunked"),
         "share", 1.0),
    *(
        Goal("Digits, over all cases and class counts", f"{name}, {dtype}", Ulps(quantity, dtype), "ulps", 5.0, 3.0)
        for quantity, name in (("p", "softmax"), ("L", "loss of a row"), ("g", "gradient"))
        for dtype in DTYPES
    ),
    *(
        Goal("What the options cost", f"{name}=", OptionCost(contestant), "times the plain kernel", 1.15)
        for name, contestant in (
            ("weight", "symderiv-weight"),
            ("sample_weight", "symderiv-sample-weight"),
            ("smoothing", "symderiv-smoothing"),
            ("temperature", "symderiv-temperature"),
            ("ignore_index", "symderiv-ignore-index"),
        )
    ),
    Goal("A new process", "first result with a warm cache", FirstResult("warm", "wall"), "seconds", 1.0),
    Goal("A new process", "SymPy imported with a warm cache", SymPyImported(), "imports", 0.0),
    Goal("A new process", "first call with an empty cache", FirstResult("cold", "called"), "seconds", 3.0),
)  # fmt: skip
