"""Masks of functions over arrays: which data are logits, what is put in their place; a wrong result is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from symderiv.kernels.arrays.functions import array_functions, array_outputs
from symderiv.kernels.rewriting import reference
from symderiv.losses import find
from symderiv.verification.array_checks import check_ends, check_masks
from symderiv.verification.array_inputs import sizes_of
from symderiv.verification.array_masks import FAR, ends, is_logit, masks
from tests.kernels.arrays.entries_over_arrays import kernel, theorems

LOGITS = {
    "clip": {"s"}, "plackett-luce": {"z"}, "gaussian-mixture": {"a"}, "multi-label": set(), "attention": set(),
    "layer-norm": set(), "rms-norm": set(),
}  # fmt: skip


@pytest.mark.parametrize("name", LOGITS)
def test_logits_are_what_stands_in_exponents_alone(name: str) -> None:
    problem = find(name)
    assert {array.name for array in problem.arrays if is_logit(array, problem)} == LOGITS[name]


def test_a_mask_takes_the_targets_of_its_class_away() -> None:
    problem = find("clip")
    sizes = sizes_of(problem)
    (made,) = masks(problem, frozenset({"s"}), sizes, np.float32, 0)
    assert np.isneginf(made.given.arrays["s"]).sum() == 2
    assert (made.given.arrays["s"][:, 0, 1] == -np.inf).all()
    assert (made.limit.arrays["s"][:, 0, 1] == -FAR).all()
    assert made.given.arrays["s"].dtype == np.float32
    for name in ("T", "U"):
        assert (made.given.arrays[name][:, 0, 1] == 0).all()
        assert (made.given.arrays[name] == 0).sum() == 2


def test_every_variable_has_its_ends() -> None:
    problem = find("layer-norm")
    made = list(ends(problem, frozenset({"x", "a"}), sizes_of(problem), 0))
    assert [each.given.name for each in made] == ["x at -inf", "x at +inf", "a at -inf", "a at +inf"]
    assert all(np.isinf(np.concatenate([a.ravel() for a in each.given.arrays.values()])).sum() == 1 for each in made)
    assert all(np.isfinite(array).all() for each in made for array in each.limit.arrays.values())


@dataclass(frozen=True, slots=True)
class Changed:
    """A kernel with its results changed after the fact."""

    name: str
    change: Callable[[np.ndarray], np.ndarray]

    def __getattr__(self, function: str) -> Any:
        found = getattr(kernel(self.name), function)
        return lambda *given, **options: tuple(self.change(np.array(each)) for each in found(*given, **options))


@pytest.mark.slow
def test_a_result_that_forgets_its_mask_or_hides_an_infinity_is_found() -> None:
    problem = find("gaussian-mixture")
    known = {reference(theorem): theorem for theorem in theorems(problem.name)}
    outputs = array_outputs(problem, known)["value_and_grad"]
    (function,) = (each for each in array_functions(problem, known) if each.name == "value_and_grad")
    variables = frozenset({"a", "m", "s"})

    def passed(change: Callable[[np.ndarray], np.ndarray]) -> tuple[bool, bool]:
        changed: Any = Changed(problem.name, change)
        masked = check_masks(problem, changed, function, outputs, variables, np.float64, 0)
        return all(check.passed for check in masked), check_ends(
            problem, changed, function, outputs, variables, 0
        ).passed

    assert passed(lambda result: result) == (True, True)
    assert passed(lambda result: result + 1e-14) == (False, True)
    assert passed(np.nan_to_num) == (True, False)
