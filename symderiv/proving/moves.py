"""`MOVES`: the phases of a proof. A move is one displayed line: a few rules until none applies, then arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Move:
    """One displayed line.

    `shows` is the rule named beside the line; `rules` are tried in this order, over and over, each written "slug" or
    "slug name=value"; `reason` replaces that of the rule; `form` is the arithmetic afterwards ("none" for none); with
    `once` each rule is applied at one place only.
    """

    shows: str
    rules: tuple[str, ...]
    reason: str = ""
    form: str = "plain"
    once: bool = False


def _plain(rule: str) -> Move:
    """The move that applies one rule wherever it applies."""
    return Move(rule, (rule,))


def _once(rule: str) -> Move:
    """The move that applies one rule at one place and leaves the rest as it is."""
    return Move(rule, (rule,), form="none", once=True)


_INSIDE: Final = "definition inside=derivative"

MOVES: Final[Mapping[str, Move]] = {
    "definition": _plain("definition"),
    "differentiate-definition": Move("definition", (_INSIDE,)),
    "fold": _plain("fold"),
    "lemma": _plain("lemma"),
    "assumption": _plain("assumption"),
    "chain-through": _plain("chain-rule-through-vector"),
    "positivity": _once("positivity"),
    # Differentiation.
    "linearity-over-sum": Move(
        "linearity-over-sum",
        (f"{_INSIDE} shape=sum", "constant-factor numbers=only", "sum-rule", "linearity-over-sum"),
    ),
    "linearity": Move("linearity-over-sum", ("constant-factor numbers=only", "sum-rule", "linearity-over-sum")),
    "sum-rule": Move("sum-rule", ("sum-rule", "constant-factor numbers=only")),
    "constant-factor": _plain("constant-factor"),
    "constant": _plain("derivative-of-constant"),
    "constants": Move("constant-factor", ("derivative-of-constant", "constant-factor")),
    "product-rule": _plain("product-rule"),
    "quotient-rule": Move("quotient-rule", ("quotient-rule",), form="flat"),
    "reciprocal-rule": _plain("reciprocal-rule"),
    "quotients": Move("quotient-rule", ("reciprocal-rule", "quotient-rule")),
    "chain-rule": _plain("chain-rule"),
    "derivative-of-exp": _plain("derivative-of-exp"),
    "power-rule": _plain("power-rule"),
    "derivative-of-root": _plain("derivative-of-root"),
    "chain": Move(
        "chain-rule",
        (
            "chain-rule",
            "derivative-of-exp",
            "power-rule",
            "derivative-of-power",
            "derivative-of-long-product",
            "derivative-of-max",
            "derivative-of-abs",
            "derivative-of-step",
            "derivative-of-erf",
        ),
    ),
    "coordinate": Move("coordinate", ("derivative-of-constant", "coordinate")),
    "differentiate": Move(
        "derivative-of-exp",
        (
            "derivative-of-constant",
            f"{_INSIDE} shape=sum",
            "constant-factor",
            "sum-rule",
            "linearity-over-sum",
            "derivative-of-exp",
            "coordinate",
            "sift",
        ),
    ),
    # Sums.
    "sift": _plain("sift"),
    "linearity-of-sum": _plain("linearity-of-sum"),
    "constant-out": _plain("constant-out"),
    "constant-in": _once("constant-in"),
    "equal-terms": _plain("equal-terms"),
    "split-sum": Move("split-sum", ("split-sum", "distribute only=sign"), once=True),
    "merge-sum": _plain("merge-sum"),
    "swap-sums": _once("swap-sums"),
    "write-out": _plain("write-out"),
    "collect-terms": _plain("collect-terms"),
    "expand-and-collect": Move(
        "linearity-of-sum",
        ("linearity-of-sum", "constant-out", "equal-terms", "assumption", "cancel"),
        reason="expand and collect",
    ),
    # Algebra.
    "arithmetic": _plain("arithmetic"),
    "collect": _plain("collect"),
    "distribute": _plain("distribute"),
    "expand-delta": Move(
        "distribute", ("distribute only=delta",), reason="the bracket with the Kronecker delta is expanded"
    ),
    "expand-bound-delta": Move(
        "distribute", ("distribute only=bound-delta",), reason="the bracket with the Kronecker delta is expanded"
    ),
    "expand-sign": Move("distribute", ("distribute only=sign",), reason="the sign goes into the bracket"),
    "cancel-and-expand": Move(
        "cancel", ("cancel", "distribute"), reason="common factors cancel, the brackets are expanded, the signs pulled"
    ),
    "factor": _plain("factor"),
    "merge-powers": _plain("merge-powers"),
    "delta-power": _plain("delta-power"),
    "delta-value": _plain("delta-value"),
    "delta-substitution": _plain("delta-substitution"),
    "add-and-subtract": _once("add-and-subtract"),
    "regroup": _once("regroup"),
    "pull-sign": _once("pull-sign"),
    "expand": _once("expand"),
    "group": _once("group"),
    # Fractions.
    "cancel": _plain("cancel"),
    "split-fraction": _plain("split-fraction"),
    "separate-fractions": _plain("separate-fractions"),
    "common-denominator": _plain("common-denominator"),
    "merge-fractions": _plain("merge-fractions"),
    "divide-through": _plain("divide-through"),
    "one-fraction": Move("one-fraction", ("one-fraction",), form="none"),
    # Maxima, absolute values, signs, steps and special functions.
    "derivative-of-max": _plain("derivative-of-max"),
    "derivative-of-abs": _plain("derivative-of-abs"),
    "derivative-of-step": _plain("derivative-of-step"),
    "derivative-of-erf": _plain("derivative-of-erf"),
    "positive-part": _once("positive-part"),
    "signs": Move(
        "products-of-signs",
        (
            "known-sign",
            "positive-factor",
            "deciding-term",
            "powers-of-signs",
            "products-of-signs",
            "opposite-signs",
        ),
    ),
    # Exponentials and logarithms.
    "exp-of-sum": _plain("exp-of-sum"),
    "exp-of-difference": _plain("exp-of-difference"),
    "exp-of-log": _once("exp-of-log"),
    "log-of-exp": _plain("log-of-exp"),
    "log-of-product": _plain("log-of-product"),
    "log-of-quotient": _plain("log-of-quotient"),
    "log-of-power": _plain("log-of-power"),
    "log-of-product-over": _plain("log-of-product-over"),
    "sum-of-logs": _plain("sum-of-logs"),
    "logs": Move(
        "log-of-product-over",
        ("log-of-product-over", "log-of-product", "log-of-quotient", "log-of-power", "log-of-exp"),
    ),
}
