"""The logarithm of a sum of exponentials: its shift form, its gradient (softmax) and its Hessian."""

from __future__ import annotations

from typing import Final

from symderiv.losses import softmax
from symderiv.losses.notation import S, S_tempered, beta, c, i, j, k, lse, lse_tempered, v, y, z
from symderiv.statements import Goal, Problem
from symderiv.terms import Derivative, delta, exp, log, total

_GRADIENT: Final = "lemma cite=logsumexp:gradient"
_HESSIAN: Final = Derivative(Derivative(lse(), z[i]), z[j])

PROBLEM: Final = Problem(
    name="logsumexp",
    title="Log-sum-exp",
    family="activation",
    prose=(
        "Log-sum-exp is a smooth stand-in for the largest logit; its gradient is softmax.",
        "In its shifted form, with c the largest logit, no exponential is larger than 1 and none of them is lost.",
    ),
    arrays=(z, v),
    definitions=(S, y, lse, S_tempered, lse_tempered),
    assumptions=(),
    goals=(
        Goal(
            "shift",
            "log-sum-exp of shifted logits",
            log(total(k, exp(z[k] + c))),
            ("exp-of-sum", "constant-out", "log-of-product", "log-of-exp", "fold name=S", "fold name=lse"),
            target=c + lse(),
        ),
        Goal(
            "max-shift",
            "log-sum-exp with a shift taken out",
            lse(),
            (
                "definition name=lse",
                "definition name=S",
                "add-and-subtract what=c under=0.0.0 : the shift c is taken off each logit and added again",
                "exp-of-sum once=yes",
                "constant-out",
                "log-of-product",
                "log-of-exp",
            ),
            prose="True for every number c; a programme takes the largest logit.",
            target=c + log(total(k, exp(z[k] - c))),
        ),
        Goal(
            "tempered-max-shift",
            "log-sum-exp at a temperature with a shift taken out",
            beta * c + log(total(k, exp(beta * (z[k] - c)))),
            (
                "distribute",
                "exp-of-sum",
                "constant-out",
                "log-of-product",
                "log-of-exp",
                "fold name=S(beta*z)",
                "fold name=lse(beta*z)",
            ),
            prose="With $\\beta$ = 1/T for a temperature T. Every exponential is at most 1 if c is the largest logit.",
            target=lse_tempered(),
        ),
        Goal(
            "gradient",
            "gradient of log-sum-exp",
            Derivative(lse(), z[i]),
            (
                "differentiate-definition",
                "chain-rule",
                "linearity-over-sum",
                "derivative-of-exp",
                "coordinate",
                "sift",
                "fold name=y",
            ),
            target=y(i),
        ),
        Goal(
            "hessian",
            "Hessian of log-sum-exp",
            _HESSIAN,
            (_GRADIENT, "lemma cite=softmax:jacobian"),
            cites=("logsumexp:gradient", "softmax:jacobian"),
            target=y(i) * (delta(i, j) - y(j)),
        ),
        Goal(
            "hvp",
            "product of the Hessian of log-sum-exp with a direction",
            total(j, _HESSIAN * v[j]),
            (_GRADIENT, "lemma cite=softmax:jvp"),
            cites=("logsumexp:gradient", "softmax:jvp"),
            target=y(i) * (v[i] - total(j, y(j) * v[j])),
        ),
    ),
    headline="gradient",
    kernels=(
        ("value", "max-shift"),
        ("gradient", "gradient"),
        ("hessian", "hessian"),
        ("hvp", "hvp"),
        ("rewrite", "logsumexp:max-shift"),
        ("rewrite", "softmax:shift-invariance"),
    ),
    builds_on=(softmax.PROBLEM,),
)
