"""A contestant made ready for one operation: what is timed, and how its result is read afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Arrays: TypeAlias = tuple[np.ndarray, ...]


class UnavailableError(Exception):
    """The contestant cannot do this operation; the sentence says what is missing."""


@dataclass(frozen=True, slots=True, eq=False)
class Options:
    """Options of the cross-entropy: class weights (C,), weights of the samples (N,), smoothing, temperature, a label
    that is ignored."""

    weight: np.ndarray | None = None
    sample_weight: np.ndarray | None = None
    smoothing: float = 0.0
    temperature: float = 1.0
    ignore_index: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """`run` is timed; `read` turns what it returned into float arrays in the order of the reference.

    `read` must be called before another contestant runs, because they share the memory for results. `options` are
    those the call was made with.
    """

    run: Callable[[], Any]
    read: Callable[[Any], Arrays]
    options: Options | None = None


Prepare: TypeAlias = Callable[[Any], Call]
"""From inputs (Logits or Layer) to a call: everything that a user does once, compilation included, happens here."""

Table: TypeAlias = Mapping[str, Prepare]
"""The operations a contestant knows."""
