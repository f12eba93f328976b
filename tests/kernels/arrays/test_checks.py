"""The verification of functions over arrays: what is right passes, what was changed does not."""

from __future__ import annotations

import numpy as np
import pytest

from symderiv.kernels.emission import is_over_arrays
from symderiv.losses import CATALOGUE, find
from symderiv.verification.array_inputs import normalised, ordinary, sizes_of
from symderiv.verification.kernel_checks import check_kernels
from symderiv.verification.kernel_inputs import default_of
from symderiv.verification.reference import NoValueError, references
from tests.kernels.arrays.entries_over_arrays import text, theorems

OVER_ARRAYS = tuple(problem.name for problem in CATALOGUE if is_over_arrays(problem))


def test_the_entries_over_arrays_are_those_that_no_narrower_way_takes() -> None:
    assert {"rms-norm", "layer-norm", "attention", "gaussian-mixture", "plackett-luce", "clip"} <= set(OVER_ARRAYS)
    assert not {"softmax", "focal", "huber", "linear-cross-entropy"} & set(OVER_ARRAYS)


def test_references_of_the_root_of_the_mean_square() -> None:
    problem = find("rms-norm")
    gradient = next(t for t in theorems("rms-norm") if t.derivation.goal == "gradient")
    claim, theory = gradient.claim, gradient.derivation.theory
    data = {"x": np.array([3.0, 4.0]), "a": np.array([2.0, 1.0]), "u": np.array([1.0, -1.0])}
    indices = tuple(sorted(claim.right.free, key=lambda index: index.name))
    balls = references(claim.right, indices, theory, data, {"epsilon": 0.0, "ϵ": 0.0}, {"features": 2})
    r = np.sqrt(12.5)
    inner = (2.0 * 3.0 - 4.0) / r
    for place, ball in balls.items():
        (d,) = place
        first = data["u"][d] * data["a"][d] / r
        second = data["x"][d] * inner / (2 * 12.5)
        assert float(ball.value.mid()) == pytest.approx(first - second, rel=1e-14)
        assert float(ball.magnitude.mid()) >= abs(first)
    zero = {name: np.zeros(2) for name in data}
    with pytest.raises(NoValueError, match=r"may be 0|not be positive"):
        references(claim.right, indices, theory, zero, {"epsilon": 0.0}, {"features": 2})
    assert default_of(problem.hyperparameters[0]) == 1e-5


def test_samples_fit_the_problem_and_its_assumptions() -> None:
    problem = find("clip")
    sizes = sizes_of(problem)
    assert len(set(sizes.values())) == len(sizes)
    sample = normalised(problem, ordinary(problem, sizes, np.float64, 0))
    assert np.allclose(sample.arrays["T"].sum(axis=-1), 1.0)
    assert np.allclose(sample.arrays["U"].sum(axis=-2), 1.0)


def test_a_function_that_was_changed_fails() -> None:
    problem, known, source = find("rms-norm"), theorems("rms-norm"), text("rms-norm")
    right = list(check_kernels(problem, known, only=("vjp",)))
    assert len(right) > 10
    assert [check for check in right if not check.passed] == []
    assert {check.reference for check in right} >= {"rigorous value", "interpreter", "three threads"}
    before, after = source.split("def vjp_instances(")
    given = "give_some(gradient_a_batch, gradient_a_sums, instance, block, 1.0, (d,), "
    changed = after.replace(given, f"{given}1e-12 + ", 1)
    assert changed != after
    wrong = list(check_kernels(problem, known, only=("vjp",), source=f"{before}def vjp_instances({changed}"))
    failed = {check.reference for check in wrong if not check.passed}
    assert "rigorous value" in failed
    assert "three threads" not in failed


@pytest.mark.slow
@pytest.mark.parametrize("name", OVER_ARRAYS)
def test_every_function_of_every_entry_passes(name: str) -> None:
    checks = list(check_kernels(find(name), theorems(name)))
    assert len(checks) > 20
    assert [check for check in checks if not check.passed] == []
