"""Log-softmax: the logarithm of softmax, its closed form and its Jacobian."""

from __future__ import annotations

from typing import Final

from symderiv.losses import logsumexp, softmax
from symderiv.losses.notation import S, i, j, lse, softmax_shifted, u, v, y, z
from symderiv.statements import Goal, Problem
from symderiv.terms import Derivative, delta, log, total

_ENTRY: Final = Derivative(log(y(i)), z[j])
_JACOBIAN: Final = "lemma cite=log-softmax:jacobian"

PROBLEM: Final = Problem(
    name="log-softmax",
    title="Log-softmax",
    family="activation",
    prose=(
        "The logarithm of softmax is the logit minus log-sum-exp: no small probability is formed and then"
        " lost in a logarithm.",
    ),
    arrays=(z, v, u),
    definitions=(S, y, lse, softmax_shifted),
    assumptions=(),
    goals=(
        Goal(
            "closed-form",
            "log-softmax as a difference",
            log(y(i)),
            ("definition name=y", "log-of-quotient", "log-of-exp", "fold name=lse"),
            target=z[i] - lse(),
        ),
        Goal(
            "shift-invariance",
            "log-softmax does not change when all logits are shifted by one number",
            log(softmax_shifted(i)),
            (
                "definition name=softmax(z+c)",
                "log-of-quotient",
                "log-of-exp",
                "lemma cite=logsumexp:shift form=none",
                "expand-sign : the shift c cancels",
                "lemma cite=log-softmax:closed-form from=right : log-softmax as a difference, read from right to left",
            ),
            cites=("logsumexp:shift", "log-softmax:closed-form"),
            target=log(y(i)),
        ),
        Goal(
            "jacobian",
            "Jacobian of log-softmax",
            _ENTRY,
            ("chain-rule", "lemma cite=softmax:jacobian", "cancel"),
            cites=("softmax:jacobian",),
            target=delta(i, j) - y(j),
        ),
        Goal(
            "jvp",
            "product of the Jacobian of log-softmax with a direction",
            total(j, _ENTRY * v[j]),
            (_JACOBIAN, "expand-delta", "linearity-of-sum", "sift"),
            cites=("log-softmax:jacobian",),
            target=v[i] - total(j, y(j) * v[j]),
        ),
        Goal(
            "vjp",
            "product of a cotangent with the Jacobian of log-softmax",
            total(i, u[i] * _ENTRY),
            (_JACOBIAN, "expand-delta", "linearity-of-sum", "sift", "constant-out"),
            cites=("log-softmax:jacobian",),
            target=u[j] - y(j) * total(i, u[i]),
        ),
    ),
    headline="jacobian",
    kernels=(
        ("value", "closed-form"),
        ("jacobian", "jacobian"),
        ("jvp", "jvp"),
        ("vjp", "vjp"),
        ("rewrite", "log-softmax:shift-invariance"),
        ("rewrite", "logsumexp:max-shift"),
    ),
    builds_on=(softmax.PROBLEM, logsumexp.PROBLEM),
)
