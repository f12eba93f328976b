"""Cross-entropy of targets and softmax probabilities: from the likelihood to gradient, Hessian and batch."""

from __future__ import annotations

from typing import Final

from symderiv.losses import cross_entropy_options, log_softmax, logsumexp, softmax
from symderiv.losses.notation import (
    ROWS_SUM_TO_ONE,
    SAMPLES,
    TARGETS_SUM_TO_ONE,
    L,
    S,
    T,
    Z,
    c,
    i,
    j,
    k,
    l,
    lse,
    m,
    n,
    t,
    v,
    w,
    y,
    z,
)
from symderiv.statements import Definition, Goal, Problem
from symderiv.terms import Add, Derivative, Size, delta, exp, log, number, product, total

s: Final = Definition("s", (n,), total(k, exp(Z[n, k])), "the sum of the exponentials of one sample's logits")
Y: Final = Definition("Y", (n, i), exp(Z[n, i]) / s(n), "the softmax of one sample's logits")
ell: Final = Definition(
    "ell", (n,), -total(k, T[n, k] * log(Y(n, k))), "the cross-entropy of one sample of a batch", r"\ell"
)

_GRADIENT: Final = Derivative(L(), z[i])
_HESSIAN: Final = Derivative(_GRADIENT, z[j])
_BATCH: Final = total(n, ell(n))
_ROW: Final = "reads=z:Z,t:T,S:s,y:Y,L:ell row=n"

PROBLEM: Final = Problem(
    name="cross-entropy",
    title="Cross-entropy",
    family="loss",
    prose=(
        "A sample is a pair of an input and a class, and a model of such pairs gives each a joint"
        " probability. Joint is conditional times marginal: the probability of the pair is that of the class"
        " given the input, times that of the input. The second factor does not contain the weights of a"
        " classifier, so maximising the joint likelihood of the samples is maximising the conditional one,"
        " and only the probabilities y of the classes given the input are modelled.",
        "If the targets t count how often each class was seen, the likelihood of the counts is the product of the"
        " probabilities, each to the power of its count. Its negative logarithm is the cross-entropy.",
        "A target may be one-hot (all weight on the label) or smoothed. The gradient is $y - t$ where the"
        " targets sum to one; without that it is y times their sum, minus t.",
    ),
    arrays=(z, t, v, w, Z, T),
    definitions=(S, y, lse, L, s, Y, ell, *cross_entropy_options.DEFINITIONS),
    assumptions=(TARGETS_SUM_TO_ONE, ROWS_SUM_TO_ONE),
    goals=(
        Goal(
            "likelihood",
            "cross-entropy is the negative logarithm of the likelihood",
            -log(product(k, y(k) ** t[k])),
            ("log-of-product-over", "log-of-power", "fold name=L"),
            target=L(),
        ),
        Goal(
            "one-hot",
            "cross-entropy of a one-hot target",
            -total(k, delta(k, l) * log(y(k))),
            ("sift : the target is 1 at the label l and 0 elsewhere",),
            prose="With all the weight on the label l, the loss is the negative logarithm of the label's probability.",
            target=-log(y(l)),
        ),
        Goal(
            "one-hot-shift",
            "cross-entropy of a label without cancellation",
            -log(y(l)),
            (
                "lemma cite=log-softmax:closed-form",
                "expand-sign form=positive-first",
                "lemma cite=logsumexp:max-shift",
                "split-sum at=l",
                "add-and-subtract what=1 order=first under=1.0.0 : of the label's exponential a 1 is split off",
                "regroup order=0.(2.1) under=1.0 + regroup order=(0.2).1 : the small terms are added before the large",
            ),
            cites=("log-softmax:closed-form", "logsumexp:max-shift"),
            prose="With c the largest logit. Where the label has it, the last bracket is 0 and the first one too,"
            " and the loss is $\\log(1 + x)$ with a small $x$ that keeps all its digits.",
            target=Add(
                (
                    c - z[l],
                    log(Add((number(1), Add((total(k, exp(z[k] - c), l), Add((exp(z[l] - c), number(-1)))))))),
                )
            ),
        ),
        Goal(
            "logits-form",
            "cross-entropy in terms of the logits",
            L(),
            (
                "definition name=L",
                "lemma cite=log-softmax:closed-form",
                "distribute",
                "linearity-of-sum",
                "constant-out",
                "expand-sign",
            ),
            cites=("log-softmax:closed-form",),
            target=lse() * total(k, t[k]) - total(k, t[k] * z[k]),
        ),
        Goal(
            "logits-form-simplex",
            "cross-entropy in terms of the logits, for targets that sum to one",
            L(),
            ("lemma cite=cross-entropy:logits-form", "assumption"),
            uses=(0,),
            cites=("cross-entropy:logits-form",),
            target=lse() - total(k, t[k] * z[k]),
        ),
        Goal(
            "gradient-probabilities",
            "gradient of cross-entropy in the probabilities",
            Derivative(L(), y(i)),
            ("linearity-over-sum", "constant-factor", "chain-rule", "coordinate", "sift"),
            prose="The probabilities are taken as free positive variables here.",
            target=-(t[i] / y(i)),
        ),
        Goal(
            "gradient-unnormalised",
            "gradient of cross-entropy in the logits, for any targets",
            _GRADIENT,
            (
                "linearity-over-sum",
                "constant-factor",
                "chain-rule",
                "lemma cite=softmax:jacobian",
                "cancel",
                "expand-delta",
                "linearity-of-sum",
                "sift",
                "constant-out",
                "expand-sign",
            ),
            cites=("softmax:jacobian",),
            target=y(i) * total(k, t[k]) - t[i],
        ),
        Goal(
            "gradient",
            "gradient of cross-entropy in the logits",
            _GRADIENT,
            (
                "linearity-over-sum",
                "constant-factor",
                "chain-rule",
                "split-sum at=i",
                "lemma cite=softmax:jacobian-diagonal|softmax:jacobian-off-diagonal form=flat",
                "cancel-and-expand",
                "merge-sum",
                "constant-out",
                "assumption",
            ),
            uses=(0,),
            cites=("softmax:jacobian-diagonal", "softmax:jacobian-off-diagonal"),
            prose="The prediction minus the target: what every classifier trained with this loss feeds back.",
            target=y(i) - t[i],
        ),
        Goal(
            "gradient-from-logits",
            "gradient of cross-entropy in the logits, from log-sum-exp",
            _GRADIENT,
            (
                "lemma cite=cross-entropy:logits-form",
                "assumption",
                "sum-rule",
                "lemma cite=logsumexp:gradient",
                "linearity-over-sum",
                "constant-factor",
                "coordinate",
                "sift",
            ),
            uses=(0,),
            cites=("cross-entropy:logits-form", "logsumexp:gradient"),
            target=y(i) - t[i],
        ),
        Goal(
            "hessian",
            "Hessian of cross-entropy in the logits",
            _HESSIAN,
            (
                "lemma cite=cross-entropy:gradient-unnormalised",
                "sum-rule",
                "constant",
                "constant-factor",
                "lemma cite=softmax:jacobian",
            ),
            cites=("cross-entropy:gradient-unnormalised", "softmax:jacobian"),
            target=total(k, t[k]) * y(i) * (delta(i, j) - y(j)),
        ),
        Goal(
            "hvp",
            "product of the Hessian of cross-entropy with a direction",
            total(j, _HESSIAN * v[j]),
            ("lemma cite=cross-entropy:hessian", "constant-out", "expand-delta", "linearity-of-sum", "sift"),
            cites=("cross-entropy:hessian",),
            target=total(k, t[k]) * y(i) * (v[i] - total(j, y(j) * v[j])),
        ),
        Goal(
            "batch-sum",
            "gradient of the cross-entropy of a batch, summed",
            Derivative(_BATCH, Z[m, i]),
            (
                "linearity",
                "split-sum at=m",
                "constant : the loss of another sample does not contain the logits of sample m",
                f"lemma cite=cross-entropy:gradient-unnormalised {_ROW}",
                "assumption",
            ),
            uses=(1,),
            cites=("cross-entropy:gradient-unnormalised",),
            target=Y(m, i) - T[m, i],
        ),
        Goal(
            "batch-mean",
            "gradient of the cross-entropy of a batch, averaged",
            Derivative(1 / Size(SAMPLES) * _BATCH, Z[m, i]),
            ("constant-factor", "lemma cite=cross-entropy:batch-sum"),
            uses=(1,),
            cites=("cross-entropy:batch-sum",),
            target=1 / Size(SAMPLES) * (Y(m, i) - T[m, i]),
        ),
        *cross_entropy_options.GOALS,
    ),
    headline="gradient",
    kernels=(
        ("value", "logits-form"),
        ("gradient", "gradient-unnormalised"),
        ("jacobian", "softmax:jacobian"),
        ("jvp", "softmax:jvp"),
        ("vjp", "softmax:vjp"),
        ("hessian", "hessian"),
        ("hvp", "hvp"),
        ("rewrite", "logsumexp:max-shift"),
        ("rewrite", "softmax:shift-invariance"),
        ("rewrite", "cross-entropy:one-hot-shift"),
        ("rewrite", "softmax:complement"),
        *cross_entropy_options.KERNELS,
    ),
    builds_on=(softmax.PROBLEM, logsumexp.PROBLEM, log_softmax.PROBLEM),
)
