"""Softmax: y_i = e^{z_i} / sum_k e^{z_k}, its elementary properties, its Jacobian and the Jacobian's products."""

from __future__ import annotations

from typing import Final

from symderiv.losses.notation import S, i, j, k, softmax_shifted, u, v, y, z
from symderiv.statements import Definition, Distinct, Goal, Problem
from symderiv.terms import Derivative, delta, exp, number, total

_MATRIX: Final = Definition(
    "(diag(y)-yy^T)",
    (i, j),
    delta(i, j) * y(i) - y(i) * y(j),
    "the diagonal matrix of the probabilities minus their outer product",
    r"\bigl(\operatorname{diag}(y) - y y^{\mathsf{T}}\bigr)",
)
_ENTRY: Final = Derivative(y(i), z[j])
_JACOBIAN: Final = "lemma cite=softmax:jacobian"

PROBLEM: Final = Problem(
    name="softmax",
    title="Softmax",
    family="activation",
    prose=(
        "Softmax turns C real numbers, the logits z, into C positive numbers y that sum to one: each"
        " exponential is divided by the sum S of all of them.",
        "All logits may be shifted by one number without any effect, so a programme may subtract the"
        " largest logit first and never takes the exponential of a positive number.",
    ),
    arrays=(z, v, u),
    definitions=(S, y, softmax_shifted, _MATRIX),
    assumptions=(),
    goals=(
        Goal(
            "positive",
            "every component of softmax is positive",
            y(i),
            ("definition name=y", "definition name=S", "positivity"),
            relation=">",
            target=number(0),
        ),
        Goal(
            "sum-to-one",
            "the components of softmax sum to one",
            total(k, y(k)),
            ("definition name=y", "constant-out", "fold name=S", "cancel"),
            target=number(1),
        ),
        Goal(
            "shift-invariance",
            "softmax does not change when all logits are shifted by one number",
            softmax_shifted(i),
            ("definition name=softmax(z+c)", "exp-of-sum", "constant-out", "cancel", "fold name=S", "fold name=y"),
            prose="This is the licence for subtracting the largest logit before exponentials are taken.",
            target=y(i),
        ),
        Goal(
            "complement",
            "one minus a component of softmax is the share of all others",
            1 - y(i),
            (
                "definition name=y",
                "common-denominator",
                "definition name=S under=0",
                "split-sum at=i under=0 form=flat",
                "collect",
            ),
            prose="Where one probability is close to 1 the right side keeps the digits that $1 - y$ loses.",
            target=total(k, exp(z[k]), i) / S(),
        ),
        Goal(
            "jacobian-diagonal",
            "Jacobian of softmax, on the diagonal",
            Derivative(y(i), z[i]),
            (
                "differentiate-definition",
                "quotient-rule",
                "differentiate : only the term with index i of the sum S depends on the variable",
                "factor + separate-fractions : the common factor goes in front, and the square is shared out",
                "split-fraction + cancel : each term gets the denominator; S cancels",
                "fold name=y",
            ),
            target=y(i) * (1 - y(i)),
        ),
        Goal(
            "jacobian-off-diagonal",
            "Jacobian of softmax, off the diagonal",
            _ENTRY,
            (
                "differentiate-definition",
                "quotient-rule",
                "differentiate form=flat : the numerator does not depend on the variable; of the sum S one term does",
                "separate-fractions tidy=first : the zero falls away, and the square is shared out",
                "fold name=y",
            ),
            distinct=(Distinct(i, j),),
            target=-(y(i) * y(j)),
        ),
        Goal(
            "jacobian",
            "Jacobian of softmax",
            _ENTRY,
            (
                "differentiate-definition",
                "quotient-rule",
                "linearity-over-sum",
                "derivative-of-exp",
                "coordinate",
                "sift",
                "factor",
                "fold name=y",
                "split-fraction",
                "cancel",
                "fold name=y",
            ),
            prose="Both cases in one formula: the Kronecker delta is 1 on the diagonal and 0 off it.",
            target=y(i) * (delta(i, j) - y(j)),
        ),
        Goal(
            "jacobian-matrix",
            "Jacobian of softmax as a matrix",
            _ENTRY,
            (_JACOBIAN, "distribute", "regroup order=1.0 under=0 : the delta goes first", "fold name=(diag(y)-yy^T)"),
            cites=("softmax:jacobian",),
            target=_MATRIX(i, j),
        ),
        Goal(
            "jacobian-symmetric",
            "the Jacobian of softmax is symmetric",
            _ENTRY,
            (
                _JACOBIAN,
                "distribute",
                "delta-substitution from=i",
                "factor",
                "lemma cite=softmax:jacobian from=right : the Jacobian of softmax, read from right to left",
            ),
            cites=("softmax:jacobian",),
            target=Derivative(y(j), z[i]),
        ),
        Goal(
            "jacobian-rows",
            "each row of the Jacobian of softmax sums to zero",
            total(j, _ENTRY),
            (_JACOBIAN, "constant-out", "linearity-of-sum", "sift", "lemma cite=softmax:sum-to-one"),
            cites=("softmax:jacobian", "softmax:sum-to-one"),
            target=number(0),
        ),
        Goal(
            "jacobian-columns",
            "each column of the Jacobian of softmax sums to zero",
            total(i, _ENTRY),
            (_JACOBIAN, "distribute", "linearity-of-sum", "sift", "constant-out", "lemma cite=softmax:sum-to-one"),
            cites=("softmax:jacobian", "softmax:sum-to-one"),
            target=number(0),
        ),
        Goal(
            "jvp",
            "product of the Jacobian of softmax with a direction",
            total(j, _ENTRY * v[j]),
            (_JACOBIAN, "constant-out", "expand-delta", "linearity-of-sum", "sift"),
            cites=("softmax:jacobian",),
            prose="The change of the probabilities when the logits move in the direction v.",
            target=y(i) * (v[i] - total(j, y(j) * v[j])),
        ),
        Goal(
            "vjp",
            "product of a cotangent with the Jacobian of softmax",
            total(i, u[i] * _ENTRY),
            (_JACOBIAN, "expand-delta", "linearity-of-sum", "sift", "constant-out", "factor"),
            cites=("softmax:jacobian",),
            prose="What back-propagation multiplies: u holds the derivatives with respect to the probabilities.",
            target=y(j) * (u[j] - total(i, u[i] * y(i))),
        ),
    ),
    headline="jacobian",
    kernels=(
        ("value", "shift-invariance"),
        ("jacobian", "jacobian"),
        ("jvp", "jvp"),
        ("vjp", "vjp"),
        ("rewrite", "softmax:shift-invariance"),
        ("rewrite", "softmax:complement"),
    ),
)
