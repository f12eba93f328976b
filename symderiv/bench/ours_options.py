"""The options of symderiv's cross-entropy, each alone, as the sum over the rows; "rows" has none and is their base."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from symderiv.api import kernel
from symderiv.bench.calls import Call, Options, Table, UnavailableError
from symderiv.bench.inputs import Logits
from symderiv.bench.ours import both


def _options_of(function: Callable[..., Any]) -> frozenset[str]:
    return frozenset(inspect.signature(function).parameters)


def _prepared(name: str, given: Logits, options: Options, value: Any) -> Call:
    k, z, t, out = kernel("cross-entropy"), given.z, given.labels, (None, given.out)
    if name not in _options_of(k.value_and_grad):
        raise UnavailableError(f"not available: value_and_grad of cross-entropy has no argument {name}=")
    option = {name: value}
    return Call(lambda: k.value_and_grad(z, t, reduction="sum", out=out, threads=1, **option), both, options)


def _positive(count: int, dtype: np.dtype) -> np.ndarray:
    made: np.ndarray = np.random.default_rng(1).uniform(0.5, 2.0, count).astype(dtype)
    return made


def _weight(given: Logits) -> Call:
    weight = _positive(given.z.shape[1], given.z.dtype)
    return _prepared("weight", given, Options(weight=weight), weight)


def _sample_weight(given: Logits) -> Call:
    weight = _positive(len(given.z), given.z.dtype)
    return _prepared("sample_weight", given, Options(sample_weight=weight), weight)


def _smoothing(given: Logits) -> Call:
    return _prepared("smoothing", given, Options(smoothing=0.125), 0.125)


def _temperature(given: Logits) -> Call:
    return _prepared("temperature", given, Options(temperature=1.5), 1.5)


def _ignore_index(given: Logits) -> Call:
    ignored = int(given.labels[0])
    return _prepared("ignore_index", given, Options(ignore_index=ignored), ignored)


WEIGHT: Final[Table] = {"cross-entropy": _weight}
SAMPLE_WEIGHT: Final[Table] = {"cross-entropy": _sample_weight}
SMOOTHING: Final[Table] = {"cross-entropy": _smoothing}
TEMPERATURE: Final[Table] = {"cross-entropy": _temperature}
IGNORE_INDEX: Final[Table] = {"cross-entropy": _ignore_index}
