"""Two classes: softmax reduces to the logistic function of z_1 - z_2, and cross-entropy to binary cross-entropy."""

from __future__ import annotations

from typing import Final

from symderiv.losses import notation, softmax
from symderiv.statements import Definition, Goal, Problem, Theory, sized
from symderiv.terms import Array, Derivative, Domain, Entry, Position, exp, log

TWO_CLASSES: Final = Domain("classes", "C", 2)
_FIRST, _SECOND = Position(1, TWO_CLASSES), Position(2, TWO_CLASSES)

z: Final = Array("z", (TWO_CLASSES,))
_S, _y = sized(Theory((notation.S, notation.y)), {"classes": 2}).definitions

_logit: Final = Array("s", ())
_target: Final = Array("t", ())
s: Final = Entry(_logit, ())
t: Final = Entry(_target, ())

p: Final = Definition("p", (), 1 / (1 + exp(-s)), "the logistic function of the logit s")
L: Final = Definition(
    "L", (), -(t * log(p()) + (1 - t) * log(1 - p())), "the binary cross-entropy of the target t and the probability p"
)
sigma: Final = Definition(
    "sigma(z_1-z_2)",
    (),
    1 / (1 + exp(-(z[_FIRST] - z[_SECOND]))),
    "the logistic function of the difference of the two logits",
    r"\sigma(z_1 - z_2)",
)
two_classes: Final = Definition(
    "L2",
    (),
    -(t * log(_y(_FIRST)) + (1 - t) * log(_y(_SECOND))),
    "the cross-entropy of two classes with the targets t and 1 - t",
    r"L^{(2)}",
)

_BY_LOGISTIC: Final = -(t * log(sigma()) + (1 - t) * log(1 - sigma()))
_READ_BACK: Final = "lemma cite=binary-cross-entropy:two-class-softmax from=right"

PROBLEM: Final = Problem(
    name="binary-cross-entropy",
    title="Binary cross-entropy",
    family="loss",
    prose=(
        "With two classes one number is enough: softmax of two logits is the logistic function of their difference, and"
        " cross-entropy with the targets t and 1 - t is binary cross-entropy.",
        "The gradients correspond: the prediction minus the target, in the one logit as in the first of two.",
    ),
    arrays=(z, _logit, _target),
    definitions=(_S, _y, sigma, two_classes, p, L),
    assumptions=(),
    goals=(
        Goal(
            "two-class-softmax",
            "softmax of two logits is the logistic function of their difference",
            _y(_FIRST),
            (
                "definition name=y",
                "definition name=S",
                "write-out",
                "divide-through",
                "exp-of-difference",
                "pull-sign under=1.1.0",
                "fold name=sigma(z_1-z_2)",
            ),
            target=sigma(),
        ),
        Goal(
            "two-class-loss",
            "binary cross-entropy is the cross-entropy of two classes",
            _BY_LOGISTIC,
            (
                f"{_READ_BACK} : softmax of two logits, read from right to left",
                "lemma cite=softmax:complement",
                "write-out : besides the first class there is only the second",
                "fold name=y",
                "fold name=L2",
            ),
            cites=("binary-cross-entropy:two-class-softmax", "softmax:complement"),
            target=two_classes(),
        ),
        Goal(
            "stable-form",
            "binary cross-entropy without overflow, where the logit is not negative",
            L(),
            (
                "definition name=L",
                "definition name=p",
                "common-denominator",
                "log-of-quotient",
                "log-of-exp",
                "distribute + regroup order=0.2.1 : the brackets are expanded, and two terms cancel",
            ),
            prose="For a logit that is not negative the exponential is at most 1.",
            target=s - t * s + log(1 + exp(-s)),
        ),
        Goal(
            "logits-form",
            "binary cross-entropy without overflow, where the logit is negative",
            L(),
            (
                "lemma cite=binary-cross-entropy:stable-form",
                "exp-of-log under=0",
                "sum-of-logs",
                "distribute",
                "exp-of-difference : the exponents s and -s cancel",
                "regroup order=1.0 under=0.0",
            ),
            cites=("binary-cross-entropy:stable-form",),
            prose="For a negative logit the exponential is less than 1.",
            target=log(1 + exp(s)) - t * s,
        ),
        Goal(
            "sigmoid-derivative",
            "derivative of the logistic function",
            Derivative(p(), s),
            (
                "differentiate-definition",
                "reciprocal-rule",
                "differentiate : only the exponential depends on s, and the inner derivative is -1",
                "separate-fractions",
                "add-and-subtract what=1 order=last under=1.0 once=yes",
                "split-fraction once=yes",
                "cancel",
                "fold name=p",
            ),
            target=p() * (1 - p()),
        ),
        Goal(
            "gradient",
            "gradient of binary cross-entropy in the logit",
            Derivative(L(), s),
            (
                "differentiate-definition",
                "sum-rule",
                "constant-factor",
                "chain-rule",
                "sum-rule + constant : the derivative of 1 is 0",
                "lemma cite=binary-cross-entropy:sigmoid-derivative",
                "cancel",
                "distribute : the brackets are expanded, and two terms cancel",
            ),
            cites=("binary-cross-entropy:sigmoid-derivative",),
            target=p() - t,
        ),
        Goal(
            "hessian",
            "second derivative of binary cross-entropy in the logit",
            Derivative(Derivative(L(), s), s),
            (
                "lemma cite=binary-cross-entropy:gradient",
                "sum-rule",
                "constant",
                "lemma cite=binary-cross-entropy:sigmoid-derivative",
            ),
            cites=("binary-cross-entropy:gradient", "binary-cross-entropy:sigmoid-derivative"),
            target=p() * (1 - p()),
        ),
        Goal(
            "two-class-gradient",
            "gradient of the two-class cross-entropy in the first logit",
            Derivative(two_classes(), z[_FIRST]),
            (
                "differentiate-definition",
                "sum-rule",
                "constant-factor",
                "chain-rule",
                "lemma cite=softmax:jacobian-diagonal|softmax:jacobian-off-diagonal form=flat",
                "cancel",
                "distribute form=positive-first : the brackets are expanded, and two terms cancel",
                "lemma cite=binary-cross-entropy:two-class-softmax",
            ),
            cites=(
                "softmax:jacobian-diagonal",
                "softmax:jacobian-off-diagonal",
                "binary-cross-entropy:two-class-softmax",
            ),
            prose="The same as the gradient of binary cross-entropy at $s = z_1 - z_2$.",
            target=sigma() - t,
        ),
    ),
    headline="gradient",
    kernels=(
        ("value", "stable-form"),
        ("gradient", "gradient"),
        ("hessian", "hessian"),
        ("rewrite", "binary-cross-entropy:logits-form"),
    ),
    builds_on=(softmax.PROBLEM,),
)
