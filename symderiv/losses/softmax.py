"""Softmax: y_i = e^{z_i} / sum_k e^{z_k}, its elementary properties and its Jacobian."""

from __future__ import annotations

from typing import Final

from symderiv.losses.notation import S, c, i, j, k, u, v, y, z
from symderiv.statements import Definition, Distinct, Goal, Problem
from symderiv.terms import Derivative, delta, exp, number, total

_SHIFTED: Final = Definition(
    "softmax(z+c)",
    (i,),
    exp(z[i] + c) / total(k, exp(z[k] + c)),
    "the softmax of the logits, all shifted by one number c",
    r"\operatorname{softmax}(z + c)",
)
_MATRIX: Final = Definition(
    "(diag(y) - y y^T)",
    (i, j),
    delta(i, j) * y(i) - y(i) * y(j),
    "the diagonal matrix of the probabilities minus their outer product",
    r"\bigl(\operatorname{diag}(y) - y y^{\mathsf{T}}\bigr)",
)
_JACOBIAN: Final = Derivative(y(i), z[j])

PROBLEM: Final = Problem(
    name="softmax",
    title="Softmax",
    family="activation",
    prose=(
        "Softmax turns C real numbers, the logits, into C positive numbers that sum to one.",
        "Write S for the sum of the exponentials; every derivative below is taken with respect to the logits.",
    ),
    arrays=(z, v, u),
    definitions=(S, y, _SHIFTED, _MATRIX),
    assumptions=(),
    goals=(
        Goal(
            "positive", "every component of softmax is positive", y(i),
            ("definition name=y", "definition name=S", "positivity"), relation=">", target=number(0),
        ),
        Goal(
            "sum-to-one", "the components of softmax sum to one", total(k, y(k)),
            ("definition name=y", "constant-out", "fold name=S", "cancel"), target=number(1),
        ),
        Goal(
            "shift-invariance", "softmax does not change when all logits are shifted", _SHIFTED(i),
            ("definition name=softmax(z+c)", "exp-of-sum", "constant-out", "cancel", "fold name=S", "fold name=y"),
            target=y(i),
            prose="This is the licence for subtracting the largest logit before exponentials are taken.",
        ),
        Goal(
            "complement", "one minus a component is the sum of the others", 1 - y(i),
            (
                "definition name=y", "common-denominator", "definition name=S under=0", "split-sum at=i under=0 form=none",
                "collect : e^z_i cancels",
            ),
            target=total(k, exp(z[k]), i) / S(),
            prose="Where one probability is close to 1, the right side keeps the digits that 1 - y loses.",
        ),
        Goal(
            "jacobian-diagonal", "Jacobian of softmax, on the diagonal", Derivative(y(i), z[i]),
            (
                "differentiate-definition", "quotient-rule", "differentiate", "factor-and-separate", "split-and-cancel",
                "fold name=y",
            ),
            target=y(i) * (1 - y(i)),
        ),
        Goal(
            "jacobian-off-diagonal", "Jacobian of softmax, off the diagonal", _JACOBIAN,
            (
                "differentiate-definition", "quotient-rule", "differentiate form=flat", "arithmetic + separate-fractions",
                "fold name=y",
            ),
            distinct=(Distinct(i, j),), target=-(y(i) * y(j)),
        ),
        Goal(
            "jacobian", "Jacobian of softmax", _JACOBIAN,
            (
                "differentiate-definition", "quotient-rule", "linearity-over-sum", "derivative-of-exp", "coordinate", "sift",
                "factor", "fold name=y", "split-fraction", "cancel", "fold name=y",
            ),
            target=y(i) * (delta(i, j) - y(j)),
        ),
    ),
    headline="jacobian",
)  # fmt: skip
