"""How much memory the linear layer takes beside its results."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.kernels.entries import kernel

LAYER = kernel("linear-cross-entropy")
SAMPLES, CLASSES, FEATURES = 2000, 150, 24
OBJECTS = 90_000
"""Bytes for Python's own objects during a call, and for the buffer of 64 KB that NumPy adds b with."""


def _data() -> dict[str, np.ndarray]:
    random = np.random.default_rng(5)
    return {
        "W": random.normal(size=(CLASSES, FEATURES)),
        "b": random.normal(size=CLASSES),
        "X": random.normal(size=(SAMPLES, FEATURES)),
        "t": random.integers(0, CLASSES, SAMPLES),
    }


def _results() -> tuple[np.ndarray, ...]:
    return np.empty(()), np.empty((CLASSES, FEATURES)), np.empty(CLASSES), np.empty((SAMPLES, FEATURES))


def _peak(call: Callable[[], Any]) -> int:
    """The most that NumPy had allocated at once during the second call."""
    call()
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _wide(array: np.ndarray) -> np.ndarray:
    return np.repeat(array, 2, axis=-1)[..., ::2]


@pytest.mark.parametrize("limit", [400_000, 1_000_000, 3_000_000])
@pytest.mark.parametrize("strided", ["", "W", "X", "dX", "W X dX"])
def test_the_limit_holds(limit: int, strided: str) -> None:
    data, out = _data(), _results()
    data |= {name: _wide(data[name]) for name in ("W", "X") if name in strided.split()}
    if "dX" in strided:
        out = (*out[:3], _wide(out[3]))
    peak = _peak(lambda: LAYER.value_and_grad(*data.values(), inputs=True, out=out, memory_limit=limit, threads=1))
    assert peak <= limit + OBJECTS


def test_the_limit_holds_for_targets_that_are_copied() -> None:
    data, out = _data(), _results()
    data["t"] = _wide(np.eye(CLASSES)[data["t"]])
    peak = _peak(lambda: LAYER.value_and_grad(*data.values(), inputs=True, out=out, memory_limit=1_000_000, threads=1))
    assert peak <= 1_000_000 + OBJECTS


@pytest.mark.parametrize("limit", [400_000, 3_000_000])
@pytest.mark.parametrize("weighted", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_the_limit_holds_where_samples_are_left_out(weighted: bool, limit: int) -> None:
    data, out = _data(), _results()
    options: dict[str, Any] = {"ignore_index": 5}
    if weighted:  # another kernel, which has to be compiled; and targets, which are copied
        options = {"sample_weight": (np.arange(SAMPLES) % 3).astype(float)}
        data["t"] = np.eye(CLASSES)[data["t"]]
    options |= {"memory_limit": limit, "threads": 1}
    assert _peak(lambda: LAYER.value_and_grad(*data.values(), **options, inputs=True, out=out)) <= limit + OBJECTS


def test_a_value_needs_no_memory_for_gradients() -> None:
    data = _data()
    data["W"], data["b"] = np.zeros((20_000, FEATURES)), np.zeros(20_000)
    call = lambda: LAYER.value(*data.values(), memory_limit=1_000_000, threads=1)  # noqa: E731
    assert _peak(call) <= 1_000_000 + OBJECTS < data["W"].nbytes


def test_memory_grows_with_samples_but_not_with_samples_times_classes() -> None:
    random, classes = np.random.default_rng(6), 3000
    W, b = np.zeros((classes, 4), np.float32), np.zeros(classes, np.float32)
    peaks = []
    for samples in (5_592, 22_368):  # chunks of 2796 samples
        X, t = np.zeros((samples, 4), np.float32), random.integers(0, classes, samples)
        peaks.append(_peak(lambda X=X, t=t: LAYER.grad(W, b, X, t, threads=1)))  # type: ignore[misc]
    assert peaks[1] - peaks[0] < 16_776 * 40


@pytest.mark.parametrize("limit", [0, -5, 1000, 25_000])
def test_a_limit_for_less_than_one_sample_names_what_is_needed(limit: int) -> None:
    data = _data()
    with pytest.raises(
        ValueError, match=rf"memory_limit is {limit} bytes, but one sample at a time needs \d+"
    ) as raised:
        LAYER.value_and_grad(*data.values(), memory_limit=limit, threads=1, inputs=True)
    needed = int(str(raised.value).split("needs ")[1].split(":")[0])
    whole = LAYER.value_and_grad(*data.values(), inputs=True)
    for one, other in zip(
        LAYER.value_and_grad(*data.values(), memory_limit=needed, threads=1, inputs=True), whole, strict=True
    ):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)
    with pytest.raises(ValueError, match=f"needs {needed}"):
        LAYER.value_and_grad(*data.values(), memory_limit=needed - 1, threads=1, inputs=True)


@pytest.mark.parametrize("limit", [True, 1e6, "1 GB", np.float64(10)])
def test_a_limit_is_a_number_of_bytes(limit: Any) -> None:
    with pytest.raises(TypeError, match="it must be None or a number of bytes, an integer"):
        LAYER.value(*_data().values(), memory_limit=limit, threads=1)
