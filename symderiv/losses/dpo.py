"""Direct preference optimization in full: policy and reference, chosen and rejected answer, the logits of a token.

`preference` is the same loss as a function of the difference of two scores.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from symderiv.losses import softmax
from symderiv.losses.building import planned
from symderiv.losses.joint import Variable, joint_problem
from symderiv.losses.notation import TARGETS_SUM_TO_ONE, S, i, k, t, y, z
from symderiv.statements import Definition, Goal, Hyperparameter, Problem
from symderiv.terms import Array, Derivative, Entry, Parameter, exp, log, number, total

beta: Final = Parameter("beta", True)
a, b, c, d, r = (Entry(Array(name, ()), ()) for name in "abcdr")
h: Final = Definition("h", (), beta * ((a - b) - (c - d)), "the difference of the implicit rewards of the two answers")
q: Final = Definition("q", (), 1 / (1 + exp(-h())), "the probability that these rewards give to the preference")
L: Final = Definition("L", (), -log(q()), "minus the log-probability of the preference that was observed")

answer: Final = Definition(
    "a(z)", (), r + total(k, t[k] * log(y(k))), "the chosen answer's log-probability, its token t apart from the others"
)
_margin: Final = Definition(
    "h(z)", (), beta * ((answer() - b) - (c - d)), "h as a function of the logits of that token"
)
_preferred: Final = Definition("q(z)", (), 1 / (1 + exp(-_margin())), "q as a function of these logits")
_loss: Final = Definition("L(z)", (), -log(_preferred()), "the loss as a function of these logits")

_SLOPE: Final = ("differentiate-definition", "constant-factor", "sum-rule", "constant + coordinate")
_RATE: Final = (
    "differentiate-definition",
    "reciprocal-rule",
    "sum-rule + constant",
    "derivative-of-exp",
    "constant-factor",
)
_OPEN: Final = "expand style=whole-last form=none"
_CHAIN: Final = ("definition name=L", "constant-factor", "chain-rule")


def _second(first: str, second: str) -> tuple[str, ...]:
    """The moves of a second derivative, first in one log-probability, then in the other."""
    return (
        f"lemma cite=dpo:gradient-{first}",
        "constant-factor",
        "sum-rule + constant",
        f"lemma cite=dpo:probability-{second}",
        "merge-powers",
    )


def _problem() -> Problem:
    chosen, rejected = "the chosen answer's log-probability", "the rejected answer's log-probability"
    joint = joint_problem(
        "dpo",
        "Direct preference optimization",
        L,
        (Variable("chosen", chosen, a.array), Variable("rejected", rejected, b.array)),
        mixed=(("chosen", "rejected"),),
        prose=(
            "A policy gave the chosen answer the log-probability a and the rejected one b; a reference policy, which"
            " stays as it is, gave them c and d. Each log-probability is the sum over the tokens of an answer. The"
            " loss is the Bradley-Terry loss of the implicit rewards $\\beta (a - c)$ and $\\beta (b - d)$.",
            "Both gradients have the same size $\\beta (1 - q)$, which is large where the rewards have the answers in"
            " the wrong order: the chosen answer is pushed up as strongly as the rejected one is pushed down.",
            "The logits of one token of the chosen answer, t being 1 for that token, get the gradient of cross-entropy"
            " times $\\beta (1 - q)$; those of the rejected answer get it with the other sign. r holds the"
            " log-probabilities of the answer's other tokens.",
        ),
        sources=(
            "R. Rafailov, A. Sharma, E. Mitchell, S. Ermon, C. D. Manning and C. Finn. Direct Preference Optimization:"
            " Your Language Model is Secretly a Reward Model. Advances in Neural Information Processing Systems 36"
            " (NeurIPS), 2023.",
        ),
        definitions=(h, q),
        lemmas=(
            Goal("reward-chosen", f"derivative of the difference of rewards in {chosen}", Derivative(h(), a)),
            Goal("reward-rejected", f"derivative of the difference of rewards in {rejected}", Derivative(h(), b)),
            Goal("probability-chosen", f"derivative of the preference's probability in {chosen}", Derivative(q(), a),
                 cites=("dpo:reward-chosen",)),
            Goal("probability-rejected", f"derivative of the preference's probability in {rejected}",
                 Derivative(q(), b), cites=("dpo:reward-rejected",)),
        ),
        hyperparameters=(
            Hyperparameter(beta, "the strength of preferences", number(1).value / 10, number(0).value, open=True),
        ),
    )  # fmt: skip
    token = (
        Goal(
            "answer-logits",
            "derivative of the chosen answer's log-probability in the logits of a token",
            Derivative(answer(), z[i]),
            uses=(0,),
            cites=("softmax:jacobian", "softmax:sum-to-one"),
        ),
        Goal(
            "probability-logits",
            "derivative of the preference's probability in the logits of a token",
            Derivative(_preferred(), z[i]),
            uses=(0,),
            cites=("dpo:answer-logits",),
        ),
        Goal(
            "gradient-logits",
            "gradient in the logits of a token of the chosen answer",
            Derivative(_loss(), z[i]),
            uses=(0,),
            cites=("dpo:probability-logits",),
        ),
    )
    extended = replace(
        joint,
        arrays=(*joint.arrays, z, t, r.array),
        definitions=(*joint.definitions, S, y, answer, _margin, _preferred, _loss),
        assumptions=(TARGETS_SUM_TO_ONE,),
        goals=(*joint.goals, *token),
        builds_on=(softmax.PROBLEM,),
    )
    slope = beta * q() * (1 - q())
    curvature = beta**2 * q() * (1 - q())
    return planned(
        extended,
        (
            ("reward-chosen", _SLOPE, beta),
            ("reward-rejected", _SLOPE, -beta),
            ("probability-chosen", (*_RATE, "lemma cite=dpo:reward-chosen", _OPEN, "factor"), slope),
            (
                "probability-rejected",
                (*_RATE, "lemma cite=dpo:reward-rejected", _OPEN, "pull-sign + factor"),
                -slope,
            ),
            ("gradient-chosen", (*_CHAIN, "lemma cite=dpo:probability-chosen", "cancel"), -(beta * (1 - q()))),
            ("gradient-rejected", (*_CHAIN, "lemma cite=dpo:probability-rejected", "cancel"), beta * (1 - q())),
            ("hessian-chosen", _second("chosen", "chosen"), curvature),
            ("hessian-rejected", _second("rejected", "rejected"), curvature),
            ("hessian-chosen-rejected", _second("chosen", "rejected"), -curvature),
            (
                "probability-logits",
                (
                    *_RATE,
                    "differentiate-definition",
                    "constant-factor",
                    "sum-rule + constant",
                    "lemma cite=dpo:answer-logits",
                    _OPEN,
                    "group style=whole form=none",
                ),
                beta * _preferred() * (y(i) - t[i]) * (_preferred() + number(-1)),
            ),
            (
                "gradient-logits",
                (
                    "definition name=L(z)",
                    "constant-factor",
                    "chain-rule",
                    "lemma cite=dpo:probability-logits",
                    "cancel",
                    "pull-sign under=3 form=plain + regroup order=0.2.1 : the signs cancel",
                ),
                beta * (1 - _preferred()) * (y(i) - t[i]),
            ),
        ),
    )


PROBLEM: Final = _problem()
