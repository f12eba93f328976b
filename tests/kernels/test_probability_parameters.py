"""Parameters at the ends of their ranges, where a factor is 0 and what stands beside it is infinite."""

from __future__ import annotations

import math

import pytest

from symderiv.api import prove
from symderiv.build.contents import kernel_goals
from symderiv.kernels.functions import functions
from symderiv.kernels.interpret import FLOATS, run
from symderiv.losses import find

Z = (0.3, -math.inf, 2.0)
"""A class that is masked, and that has no part in the target either."""
NOTHING = {"label-smoothing": {"alpha": 0.0}, "weighted-cross-entropy": {"alpha": 0.0, "beta": 1.0, "omega": 1.0}}
"""Values of the parameters at which every class has the share that the target gives it."""


@pytest.mark.parametrize("name", NOTHING)
def test_a_masked_class_has_no_part_in_a_loss_that_gives_it_no_share(name: str) -> None:
    problem = find(name)
    theorems = tuple(prove(owner, goal) for owner, goal in kernel_goals(problem))
    (value,) = (each for each in functions(problem, theorems) if each.name == "value")
    expected = math.log1p(math.exp(Z[0] - Z[2]))
    rows = {"z": Z, "t": (0.0, 0.0, 1.0), "w": (1.0, 1.0, 1.0)}
    for _, program in value.kernels:
        inputs = {each.name: {(k,): x for k, x in enumerate(rows[each.name])} for each in program.arrays("input")}
        labels = {each.name: 2 for each in program.labels()}
        scalars = {each.name: NOTHING[name][each.name] for each in program.scalars()}
        made = run(program, inputs, FLOATS, sizes={"C": 3}, labels=labels, scalars=scalars)
        assert made["value"][()] == pytest.approx(expected, rel=1e-14)
    assert len(value.kernels) == 2
