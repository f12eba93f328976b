"""Verification of kernels of losses on softmax: sound kernels pass, and a kernel that loses digits does not."""

from __future__ import annotations

from symderiv.verification.kernel_checks import check_kernels
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
