"""`RULES`: every named identity a proof may use. The table is not trusted: a checker that does not know it judges each step.

Adding a rule is a function in one of the family files and a row here; the row is sampled and tested because it is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from symderiv.proving.rules import algebra, calculus, definitions, fractions, lemmas, logs, sums
from symderiv.proving.rules.base import Choices, Context, Lemma, Rewrite, Rule
from symderiv.terms import (
    Add, Call, Delta, Derivative, Div, Entry, Exp, Log, Mul, Number, Parameter, Power, Product, Size, Sum,
)  # fmt: skip

_ANY: Final = (
    Number, Parameter, Size, Entry, Call, Delta, Add, Mul, Div, Power, Exp, Log, Sum, Product, Derivative,
)  # fmt: skip

_ROWS: Final[tuple[Rule, ...]] = (
    # Calculus.
    Rule(
        "derivative-of-constant", "derivative of a constant", r"\frac{\partial c}{\partial z_j} = 0",
        "c does not depend on the variable, also not through a definition",
        "it does not depend on the variable", (Derivative,), calculus.derivative_of_constant,
    ),
    Rule(
        "coordinate", "derivative of a coordinate", r"\frac{\partial z_k}{\partial z_j} = \delta_{jk}", "",
        "a variable's derivative is 1 with respect to itself and 0 with respect to any other",
        (Derivative,), calculus.coordinate,
    ),
    Rule(
        "linearity-over-sum", "linearity over the sum",
        r"\frac{\partial}{\partial z} \sum_k f_k = \sum_k \frac{\partial f_k}{\partial z}", "the sum is finite",
        "the derivative of a finite sum is the sum of the derivatives", (Derivative,), calculus.linearity_over_sum,
    ),
    Rule(
        "sum-rule", "sum rule",
        r"\frac{\partial (f + g)}{\partial z} = \frac{\partial f}{\partial z} + \frac{\partial g}{\partial z}", "",
        "the derivative goes to each term", (Derivative,), calculus.sum_rule,
    ),
    Rule(
        "constant-factor", "constant factor",
        r"\frac{\partial (c f)}{\partial z} = c \, \frac{\partial f}{\partial z}",
        "c does not depend on the variable; a divisor c is not 0",
        "a constant factor leaves the derivative", (Derivative,), calculus.constant_factor,
    ),
    Rule(
        "product-rule", "product rule",
        r"\frac{\partial (f g)}{\partial z} = \frac{\partial f}{\partial z} g + f \frac{\partial g}{\partial z}", "",
        "each factor is differentiated in turn", (Derivative,), calculus.product_rule,
    ),
    Rule(
        "quotient-rule", "quotient rule",
        r"\frac{\partial}{\partial z} \frac{f}{g} = \frac{\frac{\partial f}{\partial z} g"
        r" - f \frac{\partial g}{\partial z}}{g^2}",
        "g is not 0", "the derivative of a quotient", (Derivative,), calculus.quotient_rule,
    ),
    Rule(
        "reciprocal-rule", "reciprocal rule",
        r"\frac{\partial}{\partial z} \frac{c}{g} = -\frac{c \, \frac{\partial g}{\partial z}}{g^2}",
        "g is not 0 and c does not depend on the variable",
        "the derivative of a reciprocal", (Derivative,), calculus.reciprocal_rule,
    ),
    Rule(
        "derivative-of-exp", "derivative of the exponential",
        r"\frac{\partial e^u}{\partial z} = e^u \frac{\partial u}{\partial z}", "",
        "the exponential is its own derivative, times that of its argument", (Derivative,), calculus.derivative_of_exp,
    ),
    Rule(
        "chain-rule", "chain rule for the logarithm",
        r"\frac{\partial \log u}{\partial z} = \frac{1}{u} \frac{\partial u}{\partial z}", "u is positive",
        "the logarithm's derivative is the reciprocal, times the derivative of its argument",
        (Derivative,), calculus.derivative_of_log,
    ),
    Rule(
        "power-rule", "power rule",
        r"\frac{\partial u^n}{\partial z} = n u^{n-1} \frac{\partial u}{\partial z}",
        "n does not depend on the variable; u is not 0 for a negative whole n, positive for any other n not natural",
        "the exponent comes down and is lowered by one", (Derivative,), calculus.power_rule,
    ),
    Rule(
        "chain-rule-through-vector", "chain rule through a vector",
        r"\frac{\partial L}{\partial w} = \sum_i \frac{\partial L}{\partial z_i} \frac{\partial z_i}{\partial w}",
        "L depends on w only through z", "the loss depends on the variable only through the logits",
        (Derivative,), lemmas.chain_through,
    ),
    # Sums.
    Rule(
        "sift", "sifting", r"\sum_k \delta_{ka} f_k = f_a",
        "where the sum leaves out s, it is known whether a equals s",
        "the Kronecker delta picks the one term whose indices agree", (Sum,), sums.sift,
    ),
    Rule(
        "linearity-of-sum", "linearity of the sum", r"\sum_k (f_k + g_k) = \sum_k f_k + \sum_k g_k", "",
        "the sum goes to each term", (Sum,), sums.linearity_of_sum,
    ),
    Rule(
        "constant-out", "constant out of the sum", r"\sum_k c f_k = c \sum_k f_k", "k does not occur in c",
        "a factor without the summation index leaves the sum", (Sum,), sums.constant_out,
    ),
    Rule(
        "equal-terms", "equal terms", r"\sum_k c = C c", "k does not occur in c; where one k is left out, C - 1 terms remain",
        "all terms are equal, so they are counted", (Sum,), sums.equal_terms,
    ),
    Rule(
        "split-sum", "split off one term", r"\sum_k f_k = f_i + \sum_{k \neq i} f_k", "i is in the range of the sum",
        "one term is taken out of the sum", (Sum,), sums.split_sum,
    ),
    Rule(
        "merge-sum", "merge the term back", r"f_i + \sum_{k \neq i} f_k = \sum_k f_k", "",
        "the term apart is the one that the sum leaves out", (Add,), sums.merge_sum,
    ),
    Rule(
        "swap-sums", "swap the sums", r"\sum_k \sum_l f_{kl} = \sum_l \sum_k f_{kl}",
        "the limits do not depend on each other", "finite sums may be taken in either order", (Sum,), sums.swap_sums,
    ),
    Rule(
        "assumption", "assumption", r"\sum_k t_k = 1", "it is among the theorem's assumptions",
        "by assumption", _ANY, sums.assumption,
    ),
    Rule(
        "write-out", "write the sum out", r"\sum_{k=1}^{2} f_k = f_1 + f_2", "the range is a small number",
        "the sum has few terms", (Sum,), sums.write_out,
    ),
    Rule(
        "collect-terms", "collect into a sum", r"f_1 + f_2 = \sum_{k=1}^{2} f_k", "the range is a small number",
        "the terms are those of one sum", (Add,), sums.collect_terms,
    ),
    # Algebra.
    Rule(
        "arithmetic", "arithmetic", r"1 \cdot x = x, \quad x + 0 = x", "", "numbers, signs and like terms",
        _ANY, algebra.arithmetic,
    ),
    Rule(
        "collect", "like terms", r"a f + b f = (a + b) f", "a and b are numbers", "like terms are taken together",
        (Add,), algebra.collect,
    ),
    Rule("distribute", "distribute", r"a (b + c) = a b + a c", "", "the brackets are expanded", (Mul,), algebra.distribute),
    Rule("factor", "factor out", r"a b + a c = a (b + c)", "", "the common factor goes in front", (Add,), algebra.factor_out),
    Rule(
        "merge-powers", "merge powers", r"u^a u^b = u^{a + b}", "u is positive, or a and b are natural",
        "powers of one base are multiplied", (Mul,), algebra.merge_powers,
    ),
    Rule(
        "delta-power", "power of a delta", r"\delta_{ij} \delta_{ij} = \delta_{ij}", "",
        "a Kronecker delta is 0 or 1", (Mul, Power), algebra.delta_power,
    ),
    Rule(
        "delta-value", "delta of different indices", r"\delta_{ij} = 0", "i and j differ",
        "the indices differ", (Delta,), algebra.delta_value,
    ),
    Rule(
        "delta-substitution", "substitution by a delta", r"\delta_{ij} f_i = \delta_{ij} f_j", "",
        "where the delta does not vanish its indices are equal", (Mul,), algebra.delta_substitution,
    ),
    Rule(
        "exp-of-sum", "exponential of a sum", r"e^{a + b} = e^a e^b", "",
        "the exponential turns a sum into a product", (Exp,), algebra.exp_of_sum,
    ),
    Rule(
        "exp-of-difference", "quotient of exponentials", r"\frac{e^a}{e^b} = e^{a - b}, \quad e^a e^b = e^{a + b}", "",
        "exponentials are multiplied and divided in the exponent", (Div, Mul), algebra.exp_of_difference,
    ),
    Rule(
        "add-and-subtract", "add and subtract", r"a = a - b + b", "", "the same is added and taken away",
        _ANY, algebra.add_and_subtract,
    ),
    Rule("regroup", "regroup", r"a + b + c = (a + c) + b", "", "the terms in another order", (Add, Mul), algebra.regroup),
    Rule("pull-sign", "pull the sign", r"a - b = -(b - a)", "", "the sign goes in front", (Add,), algebra.pull_sign),
    # Fractions.
    Rule(
        "cancel", "cancel", r"\frac{a b}{a c} = \frac{b}{c}", "a is not 0", "the common factor cancels",
        (Div, Mul), fractions.cancel,
    ),
    Rule(
        "split-fraction", "split the fraction", r"\frac{a + b}{c} = \frac{a}{c} + \frac{b}{c}", "c is not 0",
        "each term of the numerator gets the denominator", (Div,), fractions.split_fraction,
    ),
    Rule(
        "separate-fractions", "separate the fraction", r"\frac{a b}{c d} = \frac{a}{c} \cdot \frac{b}{d}",
        "c and d are not 0", "the denominator is shared out", (Div,), fractions.separate_fractions,
    ),
    Rule(
        "common-denominator", "common denominator", r"a + \frac{b}{c} = \frac{a c + b}{c}", "c is not 0",
        "everything over one denominator", (Add,), fractions.common_denominator,
    ),
    Rule(
        "merge-fractions", "merge the fractions", r"\frac{a}{b} c = \frac{a c}{b}", "b is not 0",
        "the factors go into the numerator", (Mul,), fractions.merge_fractions,
    ),
    Rule(
        "divide-through", "divide through", r"\frac{a}{a + b} = \frac{1}{1 + \frac{b}{a}}", "a is not 0",
        "numerator and denominator are divided by the same", (Div,), fractions.divide_through,
    ),
    # Logarithms and signs.
    Rule("log-of-exp", "logarithm of an exponential", r"\log e^u = u", "", "the logarithm undoes the exponential",
         (Log,), logs.log_of_exp),
    Rule("exp-of-log", "logarithm of an exponential, read backwards", r"u = \log e^u", "",
         "the logarithm undoes the exponential", _ANY, logs.exp_of_log),
    Rule("sum-of-logs", "sum of logarithms", r"\log a + \log b = \log(a b)", "a and b are positive",
         "the logarithm turns a product into a sum", (Add,), logs.sum_of_logs),
    Rule(
        "log-of-product", "logarithm of a product", r"\log(a b) = \log a + \log b", "a and b are positive",
        "the logarithm turns a product into a sum", (Log,), logs.log_of_product,
    ),
    Rule(
        "log-of-quotient", "logarithm of a quotient", r"\log \frac{a}{b} = \log a - \log b", "a and b are positive",
        "the logarithm turns a quotient into a difference", (Log,), logs.log_of_quotient,
    ),
    Rule(
        "log-of-power", "logarithm of a power", r"\log a^b = b \log a", "a is positive",
        "the logarithm brings the exponent in front", (Log,), logs.log_of_power,
    ),
    Rule(
        "log-of-product-over", "logarithm of a long product", r"\log \prod_k f_k = \sum_k \log f_k",
        "every factor is positive", "the logarithm turns a product into a sum", (Log,), logs.log_of_product_over,
    ),
    Rule(
        "positivity", "positivity", r"\frac{e^a}{e^b + e^c} > 0", "every part is positive",
        "exponentials are positive, and so are their sums and quotients", _ANY, logs.positivity,
    ),
    # Definitions and theorems.
    Rule(
        "definition", "definition", r"y_i = \frac{e^{z_i}}{S}", "", "by definition", (Call, Derivative),
        definitions.definition,
    ),
    Rule("fold", "definition, read backwards", r"\frac{e^{z_i}}{S} = y_i", "", "by definition", _ANY, definitions.fold),
    Rule(
        "lemma", "theorem", r"\frac{\partial y_i}{\partial z_j} = y_i (\delta_{ij} - y_j)",
        "the theorem's assumptions are among those made here", "by a theorem shown before", _ANY, lemmas.lemma,
    ),
)  # fmt: skip

RULES: Final[Mapping[str, Rule]] = {rule.slug: rule for rule in _ROWS}

__all__ = ["RULES", "Choices", "Context", "Lemma", "Rewrite", "Rule"]
