"""Verification of kernels of losses on softmax: sound kernels pass, and a kernel that loses digits does not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from flint import arb

from symderiv.api import prove
from symderiv.build.contents import kernel_goals
from symderiv.kernels import emit_module
from symderiv.losses import find
from symderiv.verification.kernel_checks import check_kernels
from symderiv.verification.probability_checks import off_masked
from symderiv.verification.reference import Ball
from tests.kernels.probability_losses import problem, source, theorems


def test_the_kernels_of_a_loss_pass() -> None:
    made = tuple(check_kernels(problem("entropy"), theorems("entropy")))
    assert made
    assert all(check.passed for check in made), [check for check in made if not check.passed]
    assert {"rigorous value", "interpreter", "rows in another order"} <= {check.reference for check in made}


def test_a_kernel_that_forgets_the_largest_logit_does_not_pass() -> None:
    text = source("entropy")
    right = "log_y = z - top - log_total"
    assert right in text
    damaged = text.replace(right, "log_y = z - log_total")
    checks = check_kernels(problem("entropy"), theorems("entropy"), source=damaged, only=("value",))
    assert not all(check.passed for check in checks)


def test_a_result_at_minus_infinity_is_that_of_the_limit_also_where_it_is_infinite() -> None:
    near, beyond = Ball(arb(10), arb(10)), Ball(arb(20), arb(20))
    assert off_masked(np.float64(math.inf), near, beyond) == 0
    assert off_masked(np.float64(-math.inf), near, beyond) == math.inf
    assert off_masked(np.float64(10.0), near, beyond) == math.inf
    assert off_masked(np.float64(10.0), near, near) == 0
    assert off_masked(np.float64(math.inf), near, near) == math.inf
    assert off_masked(np.nextafter(np.float64(10.0), 11), near, near) == 1


@pytest.mark.slow
def test_a_parameter_that_is_ignored_is_found_at_another_value_than_its_default() -> None:
    loss = find("label-smoothing")
    known = tuple(prove(owner, goal) for owner, goal in kernel_goals(loss))
    text = emit_module(loss, known)
    damaged = text.replace(", alpha, alpha)", ", 10.0 * alpha * alpha, 10.0 * alpha * alpha)")
    assert damaged != text
    sound, wrong = (
        tuple(check_kernels(loss, known, source=each, only=("value",), thorough=True)) for each in (text, damaged)
    )
    assert all(check.passed for check in sound), [check for check in sound if not check.passed]
    failed = {check.subject for check in wrong if not check.passed}
    assert failed
    assert all("alpha = 0.025" in subject or "alpha = 0.775" in subject for subject in failed)
