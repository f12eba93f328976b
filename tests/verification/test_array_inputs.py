"""Hard data of functions over arrays: how large they are, and which arrays go to the end of the range."""

from __future__ import annotations

import numpy as np
import pytest

from symderiv.losses import find
from symderiv.verification.array_inputs import hard, sizes_of, whole_vectors

_TO_THE_END = {"layer-norm": {"x"}, "rms-norm": {"x"}, "attention": set(), "clip": set(), "gaussian-mixture": set()}


@pytest.mark.parametrize("name", _TO_THE_END)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_array_is_taken_near_the_ends_of_the_range(name: str, dtype: type[np.floating]) -> None:
    problem, limits = find(name), np.finfo(dtype)
    samples = list(hard(problem, sizes_of(problem), frozenset({problem.arrays[0].name}), dtype, 0))
    assert all(np.isfinite(array).all() for sample in samples for array in sample.arrays.values())
    for array in problem.arrays:
        sizes = [float(np.max(np.abs(sample.arrays[array.name]))) for sample in samples]
        assert (max(sizes) == limits.max) == (array.name in _TO_THE_END[name])
        assert array.positive or max(sizes) >= float(limits.max) / 256
        assert array.positive or min(size for size in sizes if size) < limits.tiny


def test_ties_and_one_that_outweighs_the_rest() -> None:
    problem = find("clip")
    samples = {s.name.partition(",")[0]: s.arrays["s"] for s in
               hard(problem, sizes_of(problem), frozenset({"s"}), np.float64, 0)}  # fmt: skip
    ties = samples["ties"]
    assert (np.sort(ties, axis=-1)[..., -1] == np.sort(ties, axis=-1)[..., -2]).all()
    assert np.abs(samples["one that outweighs"][:, 0]).min() > 1e4 * np.abs(samples["one that outweighs"][:, 1:]).max()


def test_whole_vectors_leave_no_axis_within_one() -> None:
    assert set(whole_vectors(find("attention")).values()) == {8}
