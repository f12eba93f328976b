"""NumPy kernels with the entries of a label along a whole axis: second derivatives of a loss with a symbolic power."""

from __future__ import annotations

from functools import cache

import numpy as np

from symderiv.api import prove
from symderiv.build.contents import kernel_goals, own_module
from symderiv.kernels import LossKernel, make_kernel
from symderiv.reading import read_loss

POWER = "L = -sum_k t_k y_k^rho / rho where y = softmax(z)"


@cache
def _kernel() -> LossKernel:
    problem = read_loss(POWER, assume=["sum_k t_k = 1", "rho > 0"], name="power").problem
    wanted = [(owner, goal) for owner, goal in kernel_goals(problem) if goal.slug != "hvp"]
    return make_kernel("power", own_module(problem, tuple(prove(*each) for each in wanted), "numpy"))


def test_the_hessian_of_labels_is_that_of_their_targets_and_of_differences() -> None:
    draw = np.random.default_rng(5)
    z, labels = draw.normal(0, 2, (7, 4)), draw.integers(0, 4, 7)
    targets = np.eye(4)[labels]
    loss = _kernel()
    found = loss.hessian(z, labels, rho=0.4)
    np.testing.assert_allclose(found, loss.hessian(z, targets, rho=0.4), rtol=1e-12, atol=1e-15)
    for j in range(4):
        step = np.zeros(4)
        step[j] = 1e-5
        above, below = (loss.grad(z + sign * step, labels, rho=0.4) for sign in (1, -1))
        np.testing.assert_allclose(found[:, :, j], (above - below) / 2e-5, atol=1e-9)
