"""`MOVES`: the phases of a proof. A move is one displayed line: a few rules applied until none applies, then arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Move:
    """One displayed line.

    `shows` is the rule named beside the line; `rules` are tried in this order, over and over, each written "slug" or
    "slug name=value"; `reason` replaces that of the rule; `form` is the arithmetic afterwards ("none" for no arithmetic).
    """

    name: str
    shows: str
    rules: tuple[str, ...]
    reason: str = ""
    form: str = "plain"
    once: bool = False


_INSIDE: Final = "definition inside=derivative"
_ROWS: Final[tuple[Move, ...]] = (
    Move("definition", "definition", ("definition",)),
    Move("differentiate-definition", "definition", (_INSIDE,)),
    Move("fold", "fold", ("fold",)),
    Move("lemma", "lemma", ("lemma",), once=False),
    Move("assumption", "assumption", ("assumption",)),
    Move("chain-through", "chain-rule-through-vector", ("chain-rule-through-vector",)),
    Move("positivity", "positivity", ("positivity",), form="none", once=True),
    # Differentiation.
    Move(
        "linearity-over-sum", "linearity-over-sum",
        (f"{_INSIDE} shape=sum", "constant-factor numbers=only", "sum-rule", "linearity-over-sum"),
    ),
    Move("linearity", "linearity-over-sum", ("constant-factor numbers=only", "sum-rule", "linearity-over-sum")),
    Move("sum-rule", "sum-rule", ("sum-rule", "constant-factor numbers=only")),
    Move("constant-factor", "constant-factor", ("constant-factor",)),
    Move("constant", "derivative-of-constant", ("derivative-of-constant",)),
    Move("product-rule", "product-rule", ("product-rule",)),
    Move("quotient-rule", "quotient-rule", ("quotient-rule",), form="flat"),
    Move("reciprocal-rule", "reciprocal-rule", ("reciprocal-rule",)),
    Move("chain-rule", "chain-rule", ("chain-rule",)),
    Move("derivative-of-exp", "derivative-of-exp", ("derivative-of-exp",)),
    Move("power-rule", "power-rule", ("power-rule",)),
    Move("coordinate", "coordinate", ("derivative-of-constant", "coordinate")),
    Move(
        "differentiate", "derivative-of-exp",
        (
            "derivative-of-constant", f"{_INSIDE} shape=sum", "constant-factor", "sum-rule", "linearity-over-sum",
            "derivative-of-exp", "coordinate", "sift",
        ),
        reason="the exponential's derivative is itself; only the term with the variable's index remains",
    ),
    # Sums.
    Move("sift", "sift", ("sift",)),
    Move("linearity-of-sum", "linearity-of-sum", ("linearity-of-sum",)),
    Move("constant-out", "constant-out", ("constant-out",)),
    Move("equal-terms", "equal-terms", ("equal-terms",)),
    Move("split-sum", "split-sum", ("split-sum", "distribute only=sign"), once=True),
    Move("merge-sum", "merge-sum", ("merge-sum",)),
    Move("swap-sums", "swap-sums", ("swap-sums",), once=True),
    Move("write-out", "write-out", ("write-out",)),
    Move("collect-terms", "collect-terms", ("collect-terms",)),
    # Algebra.
    Move("cancel", "cancel", ("cancel",)),
    Move("cancel-and-expand", "cancel", ("cancel", "distribute"), reason="cancel, expand the brackets, pull the signs"),
    Move("collect", "collect", ("collect",)),
    Move("distribute", "distribute", ("distribute",)),
    Move("expand-delta", "distribute", ("distribute only=delta",), reason="the bracket with the delta is expanded"),
    Move("expand-sign", "distribute", ("distribute only=sign",), reason="the sign goes into the bracket"),
    Move("factor", "factor", ("factor",)),
    Move("factor-and-separate", "factor", ("factor", "separate-fractions"), once=False),
    Move("separate-fractions", "separate-fractions", ("separate-fractions",)),
    Move("split-fraction", "split-fraction", ("split-fraction",)),
    Move("split-and-cancel", "split-fraction", ("split-fraction", "cancel"), reason="split the fraction and cancel"),
    Move("common-denominator", "common-denominator", ("common-denominator",)),
    Move("merge-fractions", "merge-fractions", ("merge-fractions",)),
    Move("divide-through", "divide-through", ("divide-through",)),
    Move("merge-powers", "merge-powers", ("merge-powers",)),
    Move("delta-substitution", "delta-substitution", ("delta-substitution",)),
    Move("add-and-subtract", "add-and-subtract", ("add-and-subtract",), form="none", once=True),
    Move("pull-sign", "pull-sign", ("pull-sign",), once=True),
    Move("exp-of-log", "exp-of-log", ("exp-of-log",), form="none", once=True),
    Move("sum-of-logs", "sum-of-logs", ("sum-of-logs",)),
    Move("regroup", "regroup", ("regroup",), form="none", once=True),
    Move("arithmetic", "arithmetic", ("arithmetic",)),
    # Exponentials and logarithms.
    Move("exp-of-sum", "exp-of-sum", ("exp-of-sum",)),
    Move("exp-of-difference", "exp-of-difference", ("exp-of-difference",)),
    Move("log-of-exp", "log-of-exp", ("log-of-exp",)),
    Move("log-of-product", "log-of-product", ("log-of-product",)),
    Move("log-of-quotient", "log-of-quotient", ("log-of-quotient",)),
    Move("log-of-power", "log-of-power", ("log-of-power",)),
    Move("log-of-product-over", "log-of-product-over", ("log-of-product-over",)),
)  # fmt: skip

MOVES: Final[Mapping[str, Move]] = {move.name: move for move in _ROWS}
