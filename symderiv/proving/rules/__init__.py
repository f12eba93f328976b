"""`RULES`: every named identity a proof may use. The table is not trusted: the checker does not know it.

Adding a rule is a function with its `Rule` record in one of the family files, and a line here; it is sampled and tested
because it is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from symderiv.proving.rules import (
    algebra,
    calculus,
    constants,
    definitions,
    deltas,
    forms,
    fractions,
    lemmas,
    logs,
    maxima,
    piecewise,
    powers,
    products,
    roots,
    signs,
    sums,
)
from symderiv.proving.rules.base import Choices, Context, Lemma, Rewrite, Rule

RULES: Final[Mapping[str, Rule]] = {
    # Calculus.
    "derivative-of-constant": calculus.DERIVATIVE_OF_CONSTANT,
    "coordinate": calculus.COORDINATE,
    "linearity-over-sum": calculus.LINEARITY_OVER_SUM,
    "sum-rule": calculus.SUM_RULE,
    "constant-factor": calculus.CONSTANT_FACTOR,
    "product-rule": calculus.PRODUCT_RULE,
    "quotient-rule": calculus.QUOTIENT_RULE,
    "reciprocal-rule": calculus.RECIPROCAL_RULE,
    "derivative-of-exp": calculus.DERIVATIVE_OF_EXP,
    "chain-rule": calculus.CHAIN_RULE,
    "power-rule": calculus.POWER_RULE,
    "derivative-of-power": powers.DERIVATIVE_OF_POWER,
    "derivative-of-long-product": powers.DERIVATIVE_OF_LONG_PRODUCT,
    "derivative-of-root": roots.DERIVATIVE_OF_ROOT,
    # Sums.
    "linearity-of-sum": sums.LINEARITY_OF_SUM,
    "constant-out": sums.CONSTANT_OUT,
    "constant-in": constants.CONSTANT_IN,
    "equal-terms": sums.EQUAL_TERMS,
    "split-sum": sums.SPLIT_SUM,
    "merge-sum": sums.MERGE_SUM,
    "swap-sums": sums.SWAP_SUMS,
    "assumption": sums.ASSUMPTION,
    "write-out": sums.WRITE_OUT,
    "collect-terms": sums.COLLECT_TERMS,
    # Kronecker deltas.
    "sift": deltas.SIFT,
    "delta-value": deltas.DELTA_VALUE,
    "delta-power": deltas.DELTA_POWER,
    "delta-substitution": deltas.DELTA_SUBSTITUTION,
    # Algebra.
    "arithmetic": algebra.ARITHMETIC,
    "collect": algebra.COLLECT,
    "distribute": algebra.DISTRIBUTE,
    "factor": algebra.FACTOR,
    "merge-powers": algebra.MERGE_POWERS,
    "exp-of-sum": logs.EXP_OF_SUM,
    "exp-of-difference": logs.EXP_OF_DIFFERENCE,
    "add-and-subtract": algebra.ADD_AND_SUBTRACT,
    "regroup": algebra.REGROUP,
    "pull-sign": algebra.PULL_SIGN,
    "expand": forms.EXPAND,
    "group": forms.GROUP,
    # Fractions.
    "cancel": fractions.CANCEL,
    "split-fraction": fractions.SPLIT_FRACTION,
    "separate-fractions": fractions.SEPARATE_FRACTIONS,
    "common-denominator": fractions.COMMON_DENOMINATOR,
    "merge-fractions": fractions.MERGE_FRACTIONS,
    "divide-through": fractions.DIVIDE_THROUGH,
    "one-fraction": products.ONE_FRACTION,
    # Logarithms, exponentials and signs.
    "log-of-exp": logs.LOG_OF_EXP,
    "exp-of-log": logs.EXP_OF_LOG,
    "sum-of-logs": logs.SUM_OF_LOGS,
    "log-of-product": logs.LOG_OF_PRODUCT,
    "log-of-quotient": logs.LOG_OF_QUOTIENT,
    "log-of-power": logs.LOG_OF_POWER,
    "log-of-product-over": logs.LOG_OF_PRODUCT_OVER,
    "positivity": logs.POSITIVITY,
    # Maxima, absolute values, signs, steps and special functions.
    "derivative-of-max": piecewise.DERIVATIVE_OF_MAX,
    "derivative-of-abs": piecewise.DERIVATIVE_OF_ABS,
    "derivative-of-step": piecewise.DERIVATIVE_OF_STEP,
    "derivative-of-erf": piecewise.DERIVATIVE_OF_ERF,
    "positive-part": piecewise.POSITIVE_PART,
    "powers-of-signs": signs.POWERS_OF_SIGNS,
    "products-of-signs": signs.PRODUCTS_OF_SIGNS,
    "opposite-signs": signs.OPPOSITE_SIGNS,
    "known-sign": signs.KNOWN_SIGN,
    "positive-factor": signs.POSITIVE_FACTOR,
    "deciding-term": maxima.DECIDING_TERM,
    # Definitions.
    "definition": definitions.DEFINITION,
    "fold": definitions.FOLD,
    # Theorems.
    "chain-rule-through-vector": lemmas.CHAIN_RULE_THROUGH_VECTOR,
    "lemma": lemmas.LEMMA,
}

__all__ = ["RULES", "Choices", "Context", "Lemma", "Rewrite", "Rule"]
