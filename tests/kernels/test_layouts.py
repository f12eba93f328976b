"""Every kernel in every layout, for every class count, against long doubles and the rigorous reference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symderiv.kernels.functions import functions
from symderiv.kernels.layouts import layout_of
from symderiv.losses import find
from symderiv.verification.reference import reference, ulps
from tests.kernels.entries import kernel, theorems
from tests.kernels.simd.layout_cases import (
    MAIN,
    MATRICES,
    OTHERS,
    Case,
    Sample,
    along,
    lanes,
    sample_of,
    truth_rows,
    worst,
)
from tests.kernels.simd.long_doubles import PRECISE

pytestmark = pytest.mark.skipif(not PRECISE, reason="the oracle needs long doubles of 64 bits or more")
ULPS = 5.0
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=lambda dtype: np.dtype(dtype).name)
CHOSEN = (1, 2, 3, 5, 10, 16, 17, 20, 21, 31, 33, 64, 100, 128, 129, 300)
ENDS = (1, 3, 20, 21, 64, 129, 300)
"""Where layouts begin and end."""


def _assert_close(case: Case, classes: int, dtype: Any, layout: tuple[Any, ...], bound: float | None = None) -> None:
    off, at = worst(case, sample_of(classes, dtype), layout, truth_rows(classes, dtype))
    assert off <= (bound or case.bound), f"{case}, C = {classes}, {layout or 'long'}: {off:.2f} units, {at}"


@DTYPES
@pytest.mark.parametrize(
    "classes", [pytest.param(each, marks=[] if each in ENDS else pytest.mark.slow) for each in CHOSEN]
)
def test_cross_entropy_is_within_5_ulp_in_the_layout_of_the_class_count(dtype: Any, classes: int) -> None:
    _assert_close(MAIN[0], classes, dtype, layout_of(classes, np.dtype(dtype)))
    _assert_close(MAIN[0], classes, dtype, ())


@pytest.mark.parametrize("case", [MAIN[1], *OTHERS], ids=str)
def test_the_other_kernels_are_within_their_bound(case: Case) -> None:
    _assert_close(case, 3, np.float32, layout_of(3, np.dtype(np.float32)))
    _assert_close(case, 30, np.float64, layout_of(30, np.dtype(np.float64)))
    _assert_close(case, 200, np.float32, ())


@pytest.mark.parametrize("case", MATRICES, ids=str)
@DTYPES
def test_matrices_are_within_their_bound(case: Case, dtype: Any) -> None:
    for classes in (1, 2, 3, 15, 16, 17, 64, 65, 70):
        _assert_close(case, classes, dtype, ())


@DTYPES
@pytest.mark.parametrize("layout", ["lanes", "along", "long"])
def test_a_row_gives_the_same_bits_for_every_number_of_rows_and_at_every_place(dtype: Any, layout: str) -> None:
    classes = {"lanes": 3, "along": 30, "long": 70}[layout]
    form = {"lanes": lanes(3), "along": along(30, dtype), "long": ()}[layout]
    sample = sample_of(classes, dtype)
    for case in MAIN:
        whole = case.run(sample, form)
        for rows in range(1, 34):
            for got, expected in zip(case.run(sample.only(slice(rows)), form), whole, strict=True):
                np.testing.assert_array_equal(got, expected[:rows])
        for start, stop in ((1, 48), (5, 6), (17, 40), (47, 48)):
            for got, expected in zip(case.run(sample, form, start, stop), whole, strict=True):
                np.testing.assert_array_equal(got[start:stop], expected[start:stop])
                assert (got[:start] == 7).all()
                assert (got[stop:] == 7).all()
        turned = np.arange(48)[::-1]
        for got, expected in zip(case.run(sample.only(turned), form), whole, strict=True):
            np.testing.assert_array_equal(got[turned], expected)


@DTYPES
@pytest.mark.parametrize("classes", [3, 30, 70])
def test_results_may_be_written_over_the_logits(dtype: Any, classes: int) -> None:
    layout = layout_of(classes, np.dtype(dtype)) if classes < 70 else ()
    for case in MAIN:
        sample = sample_of(classes, dtype)
        *first, last = case.run(sample, layout)
        own = sample.only(slice(None))
        case.run(own, layout, out=(*(np.empty_like(array) for array in first), own.z))
        np.testing.assert_array_equal(own.z, last)


def _bad_rows(classes: int, dtype: Any) -> np.ndarray:
    z = np.random.default_rng(1).normal(size=(9, classes)).astype(dtype)
    z[1] = -np.inf
    z[3, -1] = np.nan
    z[5, 0] = np.inf
    z[7] = np.inf
    z[8] = np.nan
    return z


@DTYPES
@pytest.mark.parametrize("classes", [1, 3, 30, 70])
def test_bad_rows_are_nan_throughout_and_spoil_no_other(dtype: Any, classes: int) -> None:
    z = _bad_rows(classes, dtype)
    sample = Sample(z, np.zeros(9, np.int64), np.ones_like(z), np.ones_like(z))
    for case in MAIN:
        for layout in {layout_of(classes, np.dtype(dtype)), ()}:
            made = case.run(sample, layout)
            good = case.run(sample.only([0, 2, 4, 6]), layout)
            for got, alone in zip(made, good, strict=True):
                assert np.isnan(got[[1, 3, 5, 7, 8]]).all()
                np.testing.assert_array_equal(got[[0, 2, 4, 6]], alone)
                assert np.isfinite(alone).all()


@DTYPES
@pytest.mark.parametrize("classes", [3, 30, 70])
def test_masks_are_exact_and_a_masked_label_loses_everything(dtype: Any, classes: int) -> None:
    z = np.random.default_rng(2).normal(size=(5, classes)).astype(dtype)
    z[:, 1] = -np.inf
    sample = Sample(z, np.array([0, 1, 2, 0, 1]), np.ones_like(z), np.ones_like(z))
    for layout in {layout_of(classes, np.dtype(dtype)), ()}:
        value, gradient = MAIN[0].run(sample, layout)
        np.testing.assert_array_equal(value[[1, 4]], np.inf)
        np.testing.assert_array_equal(gradient[[1, 4], 1], -dtype(0.3))
        np.testing.assert_array_equal(gradient[[0, 2, 3], 1], 0.0)
        (p,) = MAIN[1].run(sample, layout)
        np.testing.assert_array_equal(p[:, 1], 0.0)
        masked = np.delete(z, 1, axis=1)
        np.testing.assert_allclose(
            np.delete(p, 1, axis=1), kernel("softmax").value(masked), rtol=10 * np.finfo(dtype).eps
        )


@DTYPES
def test_one_class_is_certain(dtype: Any) -> None:
    z = np.array([[3.3], [-1e6], [0.0], [np.finfo(dtype).max]], dtype)
    sample = Sample(z, np.zeros(4, np.int64), np.ones_like(z), np.ones_like(z))
    for layout in (lanes(1), along(1, dtype), ()):
        value, gradient = MAIN[0].run(sample, layout)
        np.testing.assert_array_equal(value, 0.0)
        np.testing.assert_array_equal(gradient, 0.0)
        assert not np.signbit(gradient).any()
        np.testing.assert_array_equal(MAIN[1].run(sample, layout)[0], 1.0)


@DTYPES
@pytest.mark.parametrize("classes", [1000, 4097, 32_000, 128_000])
def test_long_rows(dtype: Any, classes: int) -> None:
    random = np.random.default_rng(classes)
    z = random.normal(size=(5, classes)) * np.array([[3], [50], [3], [3], [1e-3]])
    z[2] += 1e6
    z[3, 17] += 60
    sample = Sample(
        z.astype(dtype), np.array([classes - 1, 0, 5, 17, 3]), np.ones_like(z, dtype), np.ones_like(z, dtype)
    )
    for case in MAIN:
        off, at = worst(case, sample, ())
        assert off <= ULPS, f"{case}, C = {classes}: {off:.2f} units, {at}"


@DTYPES
@pytest.mark.parametrize(("entry", "name"), [("cross-entropy", "value_and_grad"), ("log-softmax", "value")])
@pytest.mark.parametrize("classes", [3, 17])
def test_rigorous_values_are_within_5_ulp_too(entry: str, name: str, dtype: Any, classes: int) -> None:
    """The long doubles are no proof; real balls of the theorem's own closed form are."""
    (function,) = (f for f in functions(find(entry), theorems(entry)) if f.name == name)
    sample = sample_of(classes, dtype)
    rows = [0, 4, 10, 13, 20, 27, 33]
    z, labels = sample.z[rows], sample.labels[rows]
    made = getattr(kernel(entry), name)(*([z, labels] if "t" in function.arguments else [z]))
    results = made if isinstance(made, tuple) else (made,)
    one_hot = np.eye(classes, dtype=dtype)[labels]
    for part, result in zip(function.parts, results, strict=True):
        for row in range(len(rows)):
            data = {"z": z[row], "t": one_hot[row]}
            for at, ball in reference(part.closed, part.indices, data, {"classes": classes}).items():
                off = ulps(result[(row, *at)], ball, of_magnitude=False)
                assert off <= ULPS, f"{part.role}, row {rows[row]}, at {at}: {off:.2f} units"


@pytest.mark.slow
@pytest.mark.parametrize("case", [*MAIN, *OTHERS], ids=str)
@DTYPES
def test_every_layout_is_within_its_bound_for_every_class_count(case: Case, dtype: Any) -> None:
    width = 64 // np.dtype(dtype).itemsize
    for classes in range(1, 301):
        if classes <= 20:
            _assert_close(case, classes, dtype, lanes(classes))
        if classes <= 8 * width:
            _assert_close(case, classes, dtype, along(classes, dtype))
        _assert_close(case, classes, dtype, ())


@pytest.mark.slow
@pytest.mark.parametrize("case", MATRICES, ids=str)
@DTYPES
def test_matrices_are_within_their_bound_for_every_class_count(case: Case, dtype: Any) -> None:
    for classes in range(1, 301):
        sample = sample_of(classes, dtype).only([0, 4, 8, 13, 21, 25, 27, 30, 34])
        off, at = worst(case, sample, ())
        assert off <= case.bound, f"{case}, C = {classes}: {off:.2f} units, {at}"
