"""Ordinal regression with cumulative logits: derivatives in the score and in the observed class's thresholds."""

from __future__ import annotations

from typing import Final

from symderiv.losses.binary_cross_entropy import s
from symderiv.statements import Definition, Goal, Problem
from symderiv.terms import Array, Derivative, Entry, Term, exp, log, number

a: Final = Entry(Array("a", ()), ())
"""The threshold below the observed class; of the first class, its only threshold."""
w: Final = Entry(Array("w", (), positive=True), ())
"""The width of the observed class, positive: its upper threshold is a + w."""

F: Final = Definition("F", (), 1 / (1 + exp(-(a - s))), "the probability of the classes below the threshold a")
G: Final = Definition("G", (), 1 / (1 + exp(-(a + w - s))), "the probability of the classes below the threshold a + w")
L: Final = Definition("L", (), -log(G() - F()), "minus the log-probability of a class with two thresholds")
L_first: Final = Definition(
    "L_first", (), -log(F()), "that of the first class, which has the threshold a above it", r"L_{\text{first}}"
)
L_last: Final = Definition(
    "L_last", (), -log(1 - F()), "that of the last class, which has the threshold a below it", r"L_{\text{last}}"
)

_SLOPE: Final = (
    "differentiate-definition",
    "reciprocal-rule",
    "sum-rule + constant",
    "derivative-of-exp",
    "constant-factor",
    "sum-rule",
    "constant + coordinate",
    "expand style=whole-last form=none",
)
_EVERY: Final = tuple(f"ordinal:{name}" for name in ("below-score", "up-to-score", "below-a", "up-to-a", "up-to-w"))
_LEMMA: Final = f"lemma cite={'|'.join(_EVERY)}"
_INTERIOR: Final = ("definition name=L", "constant-factor", "chain-rule", "sum-rule", _LEMMA)
_FIRST: Final = ("definition name=L_first", "constant-factor", "chain-rule", _LEMMA, "cancel")
_LAST: Final = ("definition name=L_last", "constant-factor", "chain-rule", "sum-rule + constant", _LEMMA, "cancel")
_AGAIN: Final = ("lemma cite=ordinal:gradient", "sum-rule + constant", _LEMMA)
_IN_THRESHOLD: Final = ("lemma cite=ordinal:gradient-threshold", "sum-rule + constant", _LEMMA)


def _slope(slug: str, title: str, of: Definition, by: Entry) -> Goal:
    """The derivative of a cumulative probability, which falls with the score and grows with a threshold."""
    falls = by == s
    rate: Term = of() * (1 - of())
    end = "pull-sign + factor" if falls else "factor"
    return Goal(slug, title, Derivative(of(), by), (*_SLOPE, end), target=-rate if falls else rate)


def _goal(slug: str, title: str, start: Term, plan: tuple[str, ...], target: Term | None, prose: str = "") -> Goal:
    """A theorem about the loss, by those about F and G."""
    more = ("ordinal:gradient", "ordinal:gradient-threshold") if slug.startswith("hessian") else ()
    return Goal(slug, title, start, plan, cites=(*more, *_EVERY), target=target, prose=prose)


PROBLEM: Final = Problem(
    name="ordinal",
    title="Ordinal regression with cumulative logits",
    family="loss",
    prose=(
        "Classes in an order, such as grades, are the intervals between thresholds; a score s decides between them. The"
        " probability of the classes below a threshold is the logistic function of the threshold minus the score, and"
        " that of a class is the difference of two of them.",
        "An observation touches only the thresholds of its own class: a below it and a + w above it, with the width w"
        " positive, so that thresholds keep their order. The gradient in every other threshold is 0.",
        "The last class has no threshold above it: its width is infinite. The first class is the last one of the score"
        " -s and the threshold -a.",
    ),
    arrays=(s.array, a.array, w.array),
    definitions=(F, G, L, L_first, L_last),
    assumptions=(),
    goals=(
        _slope("below-score", "derivative of F in the score", F, s),
        _slope("up-to-score", "derivative of G in the score", G, s),
        _slope("below-a", "derivative of F in its threshold", F, a),
        _slope("up-to-a", "derivative of G in the lower threshold, with the width held", G, a),
        _slope("up-to-w", "derivative of G in the width", G, w),
        _goal(
            "gradient",
            "gradient in the score",
            Derivative(L(), s),
            (*_INTERIOR, "expand style=whole-first form=none : the numerator is a multiple of $G - F$"),
            1 - G() - F(),
        ),
        _goal(
            "gradient-threshold",
            "gradient in the lower threshold, with the width held",
            Derivative(L(), a),
            (*_INTERIOR, "expand style=whole-first form=none : the numerator is a multiple of $G - F$"),
            G() + F() + number(-1),
            "Both thresholds move with a then: the same as the score moving the other way.",
        ),
        _goal(
            "gradient-upper",
            "gradient in the upper threshold",
            Derivative(L(), w),
            (*_INTERIOR, "constant", "merge-fractions"),
            -(G() * (1 - G()) / (G() - F())),
            "With the lower threshold held, the upper one moves with the width.",
        ),
        _goal(
            "gradient-lower",
            "gradient in the lower threshold",
            Derivative(L(), a) - Derivative(L(), w),
            (*_INTERIOR, "constant", "expand style=whole form=none", "group style=whole form=none"),
            F() * (1 - F()) / (G() - F()),
            "To move a alone, the width gives way by as much as a grows.",
        ),
        _goal(
            "hessian",
            "second derivative in the score",
            Derivative(Derivative(L(), s), s),
            _AGAIN,
            G() * (1 - G()) + F() * (1 - F()),
        ),
        _goal(
            "hessian-upper",
            "mixed second derivative in the score and the upper threshold",
            Derivative(Derivative(L(), s), w),
            _AGAIN,
            -(G() * (1 - G())),
        ),
        _goal(
            "hessian-threshold",
            "second derivative in the lower threshold, with the width held",
            Derivative(Derivative(L(), a), a),
            _IN_THRESHOLD,
            G() * (1 - G()) + F() * (1 - F()),
        ),
        _goal(
            "hessian-score-threshold",
            "mixed second derivative in the score and the lower threshold, with the width held",
            Derivative(Derivative(L(), s), a),
            _AGAIN,
            -(G() * (1 - G())) - F() * (1 - F()),
        ),
        _goal(
            "hessian-threshold-upper",
            "mixed second derivative in the lower and the upper threshold",
            Derivative(Derivative(L(), a), w),
            _IN_THRESHOLD,
            G() * (1 - G()),
        ),
        _goal("first-score", "gradient of the first class in the score", Derivative(L_first(), s), _FIRST, 1 - F()),
        _goal(
            "first-threshold",
            "gradient of the first class in its threshold",
            Derivative(L_first(), a),
            _FIRST,
            -(1 - F()),
        ),
        _goal("last-score", "gradient of the last class in the score", Derivative(L_last(), s), _LAST, -F()),
        _goal("last-threshold", "gradient of the last class in its threshold", Derivative(L_last(), a), _LAST, F()),
    ),
    headline="gradient",
    sources=(
        "P. McCullagh. Regression Models for Ordinal Data. Journal of the Royal Statistical Society, Series"
        " B 42(2), pp."
        " 109-142, 1980.",
        "A. Agresti. Analysis of Ordinal Categorical Data. 2nd edition, Wiley, 2010 (chapter 3).",
    ),
)
