"""One row of attention: o = sum_n y_n V_n with y = softmax(K q / sqrt(D)), and its gradients for a given dL/do."""

from __future__ import annotations

from typing import Final

from symderiv.losses.notation import FEATURES, d, e
from symderiv.statements import Definition, Goal, Problem
from symderiv.terms import Array, Derivative, Domain, Index, Size, exp, number, root, total

KEYS: Final = Domain("keys", "N")
n, m, i, j = (Index(name, KEYS) for name in "nmij")

q: Final = Array("q", (FEATURES,))
K: Final = Array("K", (KEYS, FEATURES))
V: Final = Array("V", (KEYS, FEATURES))
u: Final = Array("u", (FEATURES,))
"""The gradient of the loss in the output."""

z: Final = Definition("z", (n,), total(e, K[n, e] * q[e]) / root(Size(FEATURES)), "the score of a key")
S: Final = Definition("S", (), total(m, exp(z(m))), "the sum of the exponentials of the scores")
y: Final = Definition("y", (n,), exp(z(n)) / S(), "the attention that a key gets")
o: Final = Definition("o", (e,), total(n, y(n) * V[n, e]), "the output")
g: Final = Definition(
    "g", (n,), total(e, u[e] * V[n, e]), "the product of u with a value: the gradient in the attention to it"
)
L: Final = Definition("L", (), total(e, u[e] * o(e)), "the output's product with u, the gradient of a loss in it")

_INNER: Final = (
    "differentiate-definition",
    "constant-factor",
    "linearity-over-sum",
    "constant-factor",
    "coordinate",
    "sift",
)


PROBLEM: Final = Problem(
    name="attention",
    title="Attention, one query",
    family="layer",
    prose=(
        "A query q is compared with N keys, the rows of K; softmax of the scores says how much of each value, a row of"
        " V, goes into the output. For several queries each has its own row of scores, and the gradients in K and V"
        " are summed over the queries.",
        "u is the gradient of a loss in the output o. Its product with o is differentiated, which gives the"
        " gradients of"
        " that loss. $g_n$ is what the attention to one key is worth; a key gains from attention by as much as it is"
        " worth more than the mean of all.",
    ),
    arrays=(q, K, V, u),
    definitions=(z, S, y, o, g, L),
    assumptions=(),
    goals=(
        Goal(
            "sum-to-one",
            "the attention that the keys get sums to one",
            total(n, y(n)),
            ("definition name=y", "constant-out", "fold name=S", "cancel"),
            target=number(1),
        ),
        Goal(
            "through-weights",
            "the loss by the attention that each key gets",
            L(),
            (
                "definition name=L",
                "definition name=o",
                "constant-in under=0",
                "swap-sums",
                "constant-out",
                "fold name=g",
            ),
            target=total(n, y(n) * g(n)),
        ),
        Goal("scores-query", "derivative of the scores in the query", Derivative(z(n), q[d]), _INNER),
        Goal("scores-keys", "derivative of the scores in a key", Derivative(z(n), K[i, d]), _INNER),
        Goal(
            "attention-query",
            "derivative of the attention in the query",
            Derivative(y(n), q[d]),
            cites=("attention:scores-query",),
        ),
        Goal(
            "attention-keys",
            "derivative of the attention in a key",
            Derivative(y(n), K[i, d]),
            cites=("attention:scores-keys",),
        ),
        Goal("gradient-values", "gradient in the values", Derivative(L(), V[i, d])),
        Goal(
            "gradient-query",
            "gradient in the query",
            Derivative(L(), q[d]),
            (
                "lemma cite=attention:through-weights",
                "linearity-over-sum",
                "constant-factor",
                "lemma cite=attention:attention-query",
                "merge-fractions",
                "constant-out",
            ),
            cites=("attention:attention-query", "attention:through-weights"),
        ),
        Goal(
            "gradient-keys",
            "gradient in the keys",
            Derivative(L(), K[i, d]),
            cites=("attention:attention-keys", "attention:through-weights"),
        ),
    ),
    headline="gradient-query",
    sources=(
        "A. Vaswani, N. Shazeer, N. Parmar, J. Uszkoreit, L. Jones, A. N. Gomez, Ł. Kaiser and I. Polosukhin. Attention"
        " Is All You Need. Advances in Neural Information Processing Systems 30 (NIPS), 2017 (section 3.2.1).",
    ),
)
