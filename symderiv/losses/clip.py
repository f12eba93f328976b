"""CLIP's symmetric loss: cross-entropy along the rows and along the columns of a matrix of similarities."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem, planned
from symderiv.losses.plans import BETA_FIRST, QUOTIENT_OF_EXPONENTIALS, cross_entropy_by
from symderiv.statements import Assumption, Definition, Goal, Hyperparameter
from symderiv.terms import Array, Derivative, Domain, Index, Parameter, Size, delta, exp, log, number, total

IMAGES: Final = Domain("images", "N")
TEXTS: Final = Domain("texts", "M")
i, n = (Index(name, IMAGES) for name in "in")
k, m = (Index(name, TEXTS) for name in "km")
beta: Final = Parameter("beta", True)

s: Final = Array("s", (IMAGES, TEXTS))
"""Similarities of every image with every text."""
T: Final = Array("T", (IMAGES, TEXTS))
"""Targets of the images: which text belongs to an image, in rows that sum to 1."""
U: Final = Array("U", (IMAGES, TEXTS))
"""Targets of the texts: which image belongs to a text, in columns that sum to 1."""

S: Final = Definition("S", (n,), total(m, exp(beta * s[n, m])), "the sum of the exponentials of a row")
R: Final = Definition("R", (m,), total(n, exp(beta * s[n, m])), "the sum of the exponentials of a column")
p: Final = Definition("p", (n, m), exp(beta * s[n, m]) / S(n), "the softmax along the rows")
q: Final = Definition("q", (n, m), exp(beta * s[n, m]) / R(m), "the softmax along the columns")
A: Final = Definition("A", (n,), -total(m, T[n, m] * log(p(n, m))), "the cross-entropy of a row")
B: Final = Definition("B", (m,), -total(n, U[n, m] * log(q(n, m))), "the cross-entropy of a column")
L: Final = Definition(
    "L", (), (total(n, A(n)) / Size(IMAGES) + total(m, B(m)) / Size(TEXTS)) / number(2), "the mean of both"
)

_ROWS: Final = "clip:rows"
_COLUMNS: Final = "clip:columns"

PROBLEM: Final = planned(
    loss_problem(
        "clip",
        "CLIP's symmetric loss",
        L,
        noun="CLIP's loss",
        prose=(
            "The similarities of N images with M texts, times an inverse temperature $\\beta$, are logits twice: each"
            " row is a choice among the texts, each column a choice among the images. The loss is half the mean"
            " cross-entropy of the rows plus half that of the columns.",
            "In training N = M and the n-th text belongs to the n-th image: T and U are 1 on the diagonal and 0 off it,"
            " and the gradient is $\\beta (p_{nm} + q_{nm} - 2 \\delta_{nm}) / (2 N)$. Soft targets may be any"
            " rows and columns that sum to 1.",
            "An entry of s stands in one row and one column: of all the terms of the loss two depend on it, whatever N"
            " and M are.",
        ),
        sources=(
            "A. Radford, J. W. Kim, C. Hallacy, A. Ramesh, G. Goh, S. Agarwal, G. Sastry, A. Askell, P. Mishkin, J."
            " Clark, G. Krueger and I. Sutskever. Learning Transferable Visual Models From Natural Language"
            " Supervision."
            " International Conference on Machine Learning (ICML), 2021.",
        ),
        definitions=(S, R, p, q, A, B),
        assumptions=(
            Assumption(total(m, T[n, m]), number(1), "the targets of every image sum to 1"),
            Assumption(total(n, U[n, m]), number(1), "the targets of every text sum to 1"),
        ),
        hyperparameters=(
            Hyperparameter(beta, "the inverse temperature", number(100).value / 7, number(0).value, open=True),
        ),
        lemmas=(
            Goal("rows", "derivative of the softmax along the rows", Derivative(p(n, m), s[i, k])),
            Goal("columns", "derivative of the softmax along the columns", Derivative(q(n, m), s[i, k])),
            Goal("row-loss", "gradient of the loss of a row", Derivative(A(n), s[i, k]), cites=(_ROWS,), uses=(0,)),
            Goal(
                "column-loss",
                "gradient of the loss of a column",
                Derivative(B(m), s[i, k]),
                cites=(_COLUMNS,),
                uses=(1,),
            ),
        ),
        wrt=s,
        direction=Array("v", (IMAGES, TEXTS)),
    ),
    (
        (
            "rows",
            (*QUOTIENT_OF_EXPONENTIALS, "fold name=p", "factor", BETA_FIRST),
            beta * delta(i, n) * p(n, m) * (delta(k, m) - p(n, k)),
        ),
        (
            "columns",
            (*QUOTIENT_OF_EXPONENTIALS, "fold name=q", "factor", BETA_FIRST),
            beta * delta(k, m) * q(n, m) * (delta(i, n) - q(i, m)),
        ),
        ("row-loss", cross_entropy_by(_ROWS, assumption=True), beta * delta(i, n) * (p(n, k) - T[n, k])),
        ("column-loss", cross_entropy_by(_COLUMNS, assumption=True), beta * delta(k, m) * (q(i, m) - U[i, m])),
    ),
)
