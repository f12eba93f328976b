"""Rules at work and rules refusing: for each rule nodes that it rewrites, and nodes where its condition is missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from symderiv.losses import find, linear_cross_entropy
from symderiv.losses.notation import (
    CLASSES,
    ROWS_SUM_TO_ONE,
    TARGETS_SUM_TO_ONE,
    L,
    S,
    T,
    c,
    i,
    j,
    k,
    l,
    lse,
    n,
    t,
    y,
    z,
)
from symderiv.proving import Lemma, lemmas_of
from symderiv.statements import Definition, Distinct, Theory
from symderiv.terms import (
    Add,
    Array,
    Binder,
    Call,
    Derivative,
    Domain,
    Entry,
    Index,
    Mul,
    Parameter,
    Position,
    Power,
    Product,
    Term,
    delta,
    exp,
    log,
    number,
    pi,
    product,
    root,
    total,
)

PAIR: Final = Domain("classes", "C", 2)
first, second = Position(1, PAIR), Position(2, PAIR)
w: Final = Array("w", (PAIR,))
a = Index("a", CLASSES)
p, q = (Parameter(name, positive=True) for name in "pq")
matrix: Final = Array("A", (CLASSES, CLASSES))

THEORY: Final = Theory((S, y, lse, L))


def _cited(problem: str, goal: str) -> tuple[Lemma, ...]:
    found = find(problem)
    return lemmas_of(found, next(g for g in found.goals if g.slug == goal))


JACOBIAN: Final = _cited("softmax", "jvp")
CASES: Final = _cited("cross-entropy", "gradient")
SIMPLEX_FORM: Final = tuple(
    Lemma("ce:simplex", known.title, known.claim, Theory(known.theory.definitions, (TARGETS_SUM_TO_ONE,)))
    for known in _cited("cross-entropy", "logits-form-simplex")
)
LINEAR: Final = _cited("linear-cross-entropy", "gradient-weight")
LINEAR_THEORY: Final = Theory(linear_cross_entropy.PROBLEM.definitions, (TARGETS_SUM_TO_ONE,))
LEAK: Final = Definition(
    "L", (), linear_cross_entropy.L.body + linear_cross_entropy.W[j, Index("d", Domain("features", "D"))]
)


@dataclass(frozen=True)
class Example:
    """A rule, a node, and what it may use; `expected` is its result as plain text, empty where it must refuse."""

    rule: str
    node: Term
    expected: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    theory: Theory = THEORY
    binders: tuple[Binder, ...] = ()
    lemmas: tuple[Lemma, ...] = ()
    variables: tuple[Entry | Call, ...] = ()
    free: frozenset[Index] = field(default=frozenset((i, j, l)))

    def __str__(self) -> str:
        return self.rule


def d(body: Term, wrt: Entry | Call) -> Derivative:
    return Derivative(body, wrt)


different = Theory(THEORY.definitions, (), (Distinct(i, j),))
assuming = Theory(THEORY.definitions, (TARGETS_SUM_TO_ONE, ROWS_SUM_TO_ONE))
bracketed = Theory(
    (S, y, Definition("F", (), total(k, (1 - y(k)) ** 2 * t[k]) + total(k, y(k) * (log(y(k)) - log(t[k])))))
)

APPLIED: Final[tuple[Example, ...]] = (
    Example("derivative-of-constant", d(t[i], z[j]), "0"),
    Example("derivative-of-constant", d(exp(z[i]), z[j]), "0", theory=different),
    Example("derivative-of-constant", d(z[k], z[i]), "0", binders=(Binder(k, i),)),
    Example("coordinate", d(z[k], z[j]), "δ_jk", free=frozenset((j, k))),
    Example("coordinate", d(z[i], z[i]), "1"),
    Example("coordinate", d(matrix[i, k], matrix[j, l]), "δ_ij δ_kl"),
    Example("coordinate", d(y(k), y(i)), "δ_ik"),
    Example("linearity-over-sum", d(total(k, z[k] * t[k], i), z[j]), "Σ_k≠i ∂[z_k t_k]/∂z_j"),
    Example("linearity-over-sum", d(total(k, z[k]), z[k]), "Σ_l ∂[z_l]/∂z_k", free=frozenset((k,))),
    Example("sum-rule", d(z[i] + t[i], z[j]), "∂[z_i]/∂z_j + ∂[t_i]/∂z_j"),
    Example("constant-factor", d(t[i] * z[i], z[j]), "t_i ∂[z_i]/∂z_j"),
    Example("constant-factor", d(z[i] / t[i], z[j]), "∂[z_i]/∂z_j/t_i"),
    Example("constant-factor", d(t[i] * z[i] / exp(z[j]), z[j]), "t_i ∂[z_i/exp(z_j)]/∂z_j"),
    Example("constant-factor", d(-(t[i] * z[i]), z[j]), "-∂[t_i z_i]/∂z_j", (("numbers", "only"),)),
    Example("product-rule", d(z[i] * exp(z[j]), z[j]), "∂[z_i]/∂z_j exp(z_j) + z_i ∂[exp(z_j)]/∂z_j"),
    Example("quotient-rule", d(z[i] / S(), z[j]), "(∂[z_i]/∂z_j S - z_i ∂[S]/∂z_j)/S^2"),
    Example("reciprocal-rule", d(1 / S(), z[j]), "-∂[S]/∂z_j/S^2"),
    Example("reciprocal-rule", d(t[i] / S(), z[j]), "-(t_i ∂[S]/∂z_j)/S^2"),
    Example("derivative-of-exp", d(exp(2 * z[i]), z[j]), "exp(2 z_i) ∂[2 z_i]/∂z_j"),
    Example("chain-rule", d(log(S()), z[j]), "1/S ∂[S]/∂z_j"),
    Example("power-rule", d(z[i] ** 3, z[j]), "3 z_i^2 ∂[z_i]/∂z_j"),
    Example("power-rule", d(z[i] ** 2, z[j]), "2 z_i ∂[z_i]/∂z_j"),
    Example("power-rule", d(y(i) ** -1, z[j]), "-y_i^(-2) ∂[y_i]/∂z_j"),
    Example("power-rule", d(y(i) ** q, z[j]), "q y_i^(q - 1) ∂[y_i]/∂z_j"),
    Example("derivative-of-power", d(y(i) ** z[i], z[j]), "y_i^z_i ∂[z_i log(y_i)]/∂z_j"),
    Example("derivative-of-long-product", d(product(k, z[k]), z[j]), "Σ_k ∂[z_k]/∂z_j Π_m≠k z_m"),
    Example("derivative-of-root", d(root(S()), z[j]), "(1/2) S^(1/2)/S ∂[S]/∂z_j"),
    Example(
        "chain-rule-through-vector",
        d(Call("L", ()), linear_cross_entropy.b[j]),
        "Σ_i dL/dz_i ∂[z_i]/∂b_j",
        (("cite", "cross-entropy:gradient"), ("reads", "z:z"), ("gradient", "dL/dz")),
        theory=LINEAR_THEORY,
        lemmas=LINEAR,
        free=frozenset((j,)),
    ),
    Example("sift", total(k, delta(k, a) * z[k]), "z_a"),
    Example("sift", total(k, t[k] * (delta(i, k) * z[k]) / S()), "(t_i z_i)/S"),
    Example("sift", total(k, delta(i, k)), "1"),
    Example("sift", total(k, delta(i, k) * z[k], i), "0"),
    Example("sift", total(k, delta(i, k) * z[k], j), "z_i", theory=different),
    Example("linearity-of-sum", total(k, z[k] - t[k], i), "Σ_k≠i z_k + Σ_k≠i (-t_k)"),
    Example("linearity-of-sum", total(k, delta(i, k) + z[k]), "Σ_k δ_ik + Σ_k z_k", (("only", "delta"),)),
    Example("constant-out", total(k, z[i] * t[k]), "z_i Σ_k t_k"),
    Example("constant-out", total(k, exp(z[k]) / S()), "(Σ_k exp(z_k))/S"),
    Example("constant-out", total(k, z[i] * t[k] / (S() * exp(z[k])), i), "(z_i Σ_k≠i t_k/exp(z_k))/S"),
    Example("constant-in", z[i] * total(k, t[k], j), "Σ_k≠j z_i t_k"),
    Example("constant-in", total(l, z[l]) * total(k, t[k]), "Σ_k (Σ_l z_l) t_k"),
    Example("equal-terms", total(k, z[i]), "C z_i"),
    Example("equal-terms", total(k, z[i], j), "(C - 1) z_i"),
    Example("split-sum", total(k, z[k] * t[k]), "z_i t_i + Σ_k≠i z_k t_k", (("at", "i"),)),
    Example("split-sum", total(Index("k", PAIR), w[Index("k", PAIR)]), "w_1 + Σ_k≠1 w_k", (("at", "1"),)),
    Example("merge-sum", t[j] + z[i] * t[i] + total(k, t[k] * z[k], i), "t_j + Σ_k t_k z_k"),
    Example("merge-sum", Add((-z[i], -total(k, z[k], i))), "-Σ_k z_k"),
    Example("swap-sums", total(k, total(l, matrix[k, l], j), i), "Σ_l≠j Σ_k≠i A_kl"),
    Example("assumption", total(l, t[l]), "1", theory=assuming),
    Example("assumption", total(k, T[Position(2, n.domain), k]), "1", theory=assuming),
    Example("write-out", total(Index("k", PAIR), w[Index("k", PAIR)]), "w_1 + w_2"),
    Example("write-out", total(Index("k", PAIR), w[Index("k", PAIR)], first), "w_2"),
    Example("collect-terms", Add((w[first] ** 2, w[second] ** 2, t[i])), "Σ_k w_k^2 + t_i"),
    Example("arithmetic", 1 * z[i] + 0 - z[j] * 2 + z[j] * 3, "z_i + z_j"),
    Example("arithmetic", -z[i] + t[i], "t_i - z_i", (("form", "positive-first"),)),
    Example("arithmetic", Mul((z[i], Mul((t[i], z[j])))), "z_i t_i z_j", (("form", "flat"),)),
    Example("collect", z[i] + t[i] - z[i], "t_i"),
    Example("expand", z[i] * (t[i] - 2 * z[j]) * 3, "3 z_i t_i - 6 z_i z_j"),
    Example("expand", total(k, z[i] * t[k] * (delta(i, k) - z[k]) / S()), "(z_i t_i)/S - (z_i Σ_k t_k z_k)/S"),
    Example("expand", delta(i, j) * z[j] * t[i] + total(k, z[k], j), "δ_ij t_i z_i + Σ_k z_k - z_j"),
    Example("expand", y(i) ** (q - 1) * t[i] * y(i) ** 2 / exp(-z[j]), "y_i^(q + 1) t_i exp(z_j)"),
    Example("expand", total(k, total(l, z[k] * t[l]) + 1), "C + (Σ_k t_k) Σ_k z_k"),
    Example("expand", (1 - y(i)) ** 2, "1 + y_i^2 - 2 y_i"),
    Example("expand", (1 - y(i)) ** 2, "(1 - y_i)^2", (("style", "whole"),), bracketed),
    Example("expand", t[i] / (t[i] + z[i]), "1 - z_i/(t_i + z_i)", (("style", "open-first"),)),
    Example("expand", exp(z[i]) / S() * exp(log(t[j]) * 2), "y_i t_j^2"),
    Example("group", z[i] * t[i] - z[j] * z[i], "z_i (t_i - z_j)"),
    Example("group", total(k, z[k] * t[k]) - total(l, z[l] ** 2), "Σ_k z_k (t_k - z_k)"),
    Example(
        "group",
        y(i) * delta(i, j) * z[i] - y(i) * y(j) * z[i] - y(i) * y(j) * t[i] + delta(i, j) * t[i] * y(i),
        "y_i (z_i + t_i) (δ_ij - y_j)",
    ),
    Example("group", (2 * z[i] - 2 * t[i]) / 2, "z_i - t_i"),
    Example("group", c * z[i] ** (p - 1) - z[i] ** p, "z_i^(p - 1) (c - z_i)"),
    Example("group", z[i] * log(y(i)) - log(t[i]) * z[i], "z_i (log(y_i) - log(t_i))"),
    Example("distribute", z[i] * (t[i] - z[j]), "z_i t_i - z_i z_j"),
    Example(
        "distribute",
        z[i] * (t[i] + 1) * (delta(i, j) - z[j]),
        "z_i (t_i + 1) δ_ij - z_i (t_i + 1) z_j",
        (("only", "delta"),),
    ),
    Example("distribute", -(z[i] - t[i]), "-z_i + t_i", (("only", "sign"),)),
    Example(
        "distribute",
        z[k] * (delta(i, k) - t[k]),
        "z_k δ_ik - z_k t_k",
        (("only", "bound-delta"),),
        binders=(Binder(k, None),),
    ),
    Example("factor", z[i] * t[i] - z[j] * z[i], "z_i (t_i - z_j)"),
    Example("factor", z[i] ** 2 * t[i] + 3 * z[i] * z[j] + z[i], "z_i (z_i t_i + 3 z_j + 1)"),
    Example("merge-powers", y(i) ** (q - 1) * t[i] * y(i), "y_i^q t_i"),
    Example("merge-powers", z[i] * z[i] ** 2, "z_i^3"),
    Example("merge-powers", y(i) ** p * y(i) ** q, "y_i^(p + q)"),
    Example("delta-power", delta(i, j) * z[i] * delta(i, j), "δ_ij z_i"),
    Example("delta-power", delta(i, j) ** 3, "δ_ij"),
    Example("delta-value", delta(i, j), "0", theory=different),
    Example("delta-value", delta(k, i), "0", binders=(Binder(k, i),)),
    Example("delta-substitution", z[i] * delta(i, j) * t[i], "z_j δ_ij t_j", (("from", "i"),)),
    Example("exp-of-sum", exp(z[i] + c), "exp(z_i) exp(c)"),
    Example("exp-of-difference", exp(z[i]) / exp(c), "exp(z_i - c)"),
    Example("exp-of-difference", exp(z[i]) * t[i] * exp(z[j]), "exp(z_i + z_j) t_i"),
    Example("add-and-subtract", z[i] * t[i], "(z_i t_i - c) + c", (("what", "c"),)),
    Example("add-and-subtract", exp(z[i]), "1 + (exp(z_i) - 1)", (("what", "1"), ("order", "first"))),
    Example("add-and-subtract", exp(z[i]), "(1 + exp(z_i)) - 1", (("what", "1"), ("order", "last"))),
    Example("regroup", z[i] + t[i] + c, "(z_i + c) + t_i", (("order", "(0.2).1"),)),
    Example("regroup", z[i] * t[i] * c, "t_i c z_i", (("order", "1.(2.0)"),)),
    Example("pull-sign", z[i] - t[i], "-(t_i - z_i)"),
    Example("cancel", z[i] * t[i] / (z[i] * S()), "t_i/S"),
    Example("cancel", S() ** 3 * t[i] / S() ** 2, "S t_i"),
    Example("cancel", Mul((t[i] / y(i), y(i), z[j])), "t_i z_j"),
    Example("cancel", Mul((t[i] / S() ** 2, S() / exp(c))), "t_i/S 1/exp(c)"),
    Example("split-fraction", (z[i] - 2 * t[i]) / S(), "z_i/S - 2 t_i/S"),
    Example("split-fraction", (S() - t[i]) / S(), "S/S - t_i/S", (("only", "shared"),)),
    Example("separate-fractions", z[i] * t[i] / S() ** 2, "z_i/S t_i/S"),
    Example("separate-fractions", t[i] / (S() * exp(c)), "1/S t_i/exp(c)"),
    Example("common-denominator", z[i] - t[i] / S() + 1, "(z_i S - t_i + S)/S"),
    Example("merge-fractions", t[i] / S() * z[j], "(t_i z_j)/S"),
    Example("merge-fractions", Mul((t[i] / S(), z[j] / exp(c))), "(t_i z_j)/(S exp(c))", (("only", "several"),)),
    Example("one-fraction", (z[i] - t[i]) * (2 / q**3), "(2 (z_i - t_i))/q^3"),
    Example("one-fraction", 2 * q * z[i] / q**4, "(2 z_i)/q^3"),
    Example("one-fraction", 3 * z[i] ** 2 * t[j] / 3, "z_i^2 t_j"),
    Example("one-fraction", exp(z[i]) * t[i], "t_i exp(z_i)"),
    Example("one-fraction", Mul((Power(exp(c) + 1, number(Fraction(-1, 2))), z[i])), "z_i/(exp(c) + 1)^(1/2)"),
    Example("one-fraction", 2 / (root(number(2)) * root(pi())), "(2/pi)^(1/2)"),
    Example("one-fraction", root(number(2)) / 2 * z[i], "z_i/2^(1/2)"),
    Example("one-fraction", root(z[i] ** 2) * z[j], "z_j |z_i|"),
    Example("one-fraction", root(q**2), "q"),
    Example("one-fraction", t[i] * ((z[i] / q) / (exp(c) / t[j])), "(t_i z_i t_j)/(q exp(c))"),
    Example("divide-through", exp(c) / (exp(c) + exp(z[i])), "1/(1 + exp(z_i)/exp(c))"),
    Example("log-of-exp", log(exp(z[i] - c)), "z_i - c"),
    Example("exp-of-log", z[i], "log(exp(z_i))"),
    Example("log-of-product", log(exp(c) * S()), "log(exp(c)) + log(S)"),
    Example("sum-of-logs", log(S()) - t[i] + log(p), "log(S p) - t_i"),
    Example("log-of-quotient", log(exp(z[i]) / S()), "log(exp(z_i)) - log(S)"),
    Example("log-of-quotient", log(1 / S()), "-log(S)"),
    Example("log-of-power", log(y(i) ** (t[i] * q)), "t_i q log(y_i)"),
    Example("log-of-product-over", log(product(k, y(k), i)), "Σ_k≠i log(y_k)"),
    Example("definition", y(j), "exp(z_j)/S", (("name", "y"),)),
    Example("definition", S(), "Σ_l exp(z_l)", binders=(Binder(k, None),), free=frozenset((i,))),
    Example("definition", d(lse(), z[j]), "∂[log(S)]/∂z_j", (("inside", "derivative"),)),
    Example("fold", exp(z[j]) / S(), "y_j", (("name", "y"),)),
    Example("fold", exp(z[j]) * (S() - t[i]) / S() ** 2, "y_j (S - t_i)/S", (("name", "y"),)),
    Example("fold", total(l, exp(z[l])), "S", (("name", "S"),)),
    Example("fold", -total(l, t[l] * log(y(l))), "L", (("name", "L"),)),
    Example("fold", total(l, t[l] * log(y(l))), "-L", (("name", "L"),)),
    Example("lemma", d(y(k), z[i]), "y_k (δ_ik - y_i)", (("cite", "softmax:jacobian"),), lemmas=JACOBIAN),
    Example(
        "lemma",
        y(j) * (delta(i, j) - y(i)),
        "∂[y_j]/∂z_i",
        (("cite", "softmax:jacobian"), ("from", "right")),
        lemmas=JACOBIAN,
    ),
    Example(
        "lemma",
        d(y(k), z[i]),
        "-y_k y_i",
        (("cite", "softmax:jacobian-off-diagonal"),),
        binders=(Binder(k, i),),
        lemmas=CASES,
    ),
)
"""Equations: the node and the result have the same value wherever the facts hold."""

REFUSED: Final[tuple[tuple[Example, str], ...]] = (
    (Example("derivative-of-constant", d(y(i), z[j]), theory=different), "y_i contains z_j through S"),
    (Example("derivative-of-constant", d(z[i], z[j])), "i and j may agree"),
    (
        Example("derivative-of-constant", d(z[k], z[i]), theory=different, binders=(Binder(k, None),)),
        "k takes the value i",
    ),
    (Example("coordinate", d(z[i], z[j]), theory=different), "the derivative of a constant is another rule"),
    (Example("coordinate", d(t[i], z[j])), "t is not z"),
    (Example("constant-factor", d(z[i] * exp(z[j]), z[j])), "no factor is constant"),
    (Example("reciprocal-rule", d(z[i] / S(), z[j])), "the numerator varies"),
    (Example("power-rule", d(y(i) ** z[i], z[j])), "the exponent varies"),
    (Example("derivative-of-power", d(y(i) ** q, z[j])), "the exponent does not vary"),
    (Example("derivative-of-long-product", d(Product(k, z[k], i), z[j])), "a factor is left out already"),
    (Example("sift", total(k, delta(i, k) * z[k], j)), "whether i is j is not known"),
    (Example("sift", total(k, exp(delta(i, k)))), "the delta is not a factor"),
    (Example("sift", total(k, z[k] / (1 + delta(i, k)))), "the delta is below the fraction bar"),
    (Example("constant-out", total(k, z[k] * t[k])), "both factors contain k"),
    (Example("constant-out", total(k, z[i])), "a sum of equal terms is counted"),
    (Example("constant-in", z[k] * total(k, t[k])), "the sum binds the factor's index"),
    (Example("constant-in", z[i] * t[j]), "no factor is a sum"),
    (Example("derivative-of-root", d(S() ** 2, z[j])), "the power is not 1/2"),
    (Example("equal-terms", total(k, z[k])), "the terms differ"),
    (Example("split-sum", total(k, z[k], j), choices=(("at", "i"),)), "a term is left out already"),
    (Example("split-sum", total(k, z[k]), choices=(("at", "n"),)), "n is no index of this theorem"),
    (Example("merge-sum", z[j] + total(k, z[k], i)), "the sum leaves out i, not j"),
    (Example("merge-sum", z[i] - total(k, z[k], i)), "the signs differ"),
    (Example("swap-sums", total(k, total(l, matrix[k, l], k))), "the inner limit depends on k"),
    (Example("assumption", total(l, t[l], i), theory=assuming), "one term is left out"),
    (Example("assumption", total(l, t[l])), "nothing is assumed"),
    (
        Example("assumption", total(l, t[l]), theory=assuming, variables=(t[i],)),
        "the derivative by t_i leaves the simplex",
    ),
    (Example("write-out", total(k, z[k])), "the number of classes is not known"),
    (Example("collect-terms", Add((w[first], w[second] ** 2))), "the terms are not alike"),
    (Example("collect", z[i] + t[i]), "no terms are alike"),
    (Example("distribute", z[i] * (t[i] - z[j]), choices=(("only", "delta"),)), "there is no delta"),
    (Example("factor", z[i] * t[i] + z[j]), "nothing is shared"),
    (Example("merge-powers", z[i] * t[i]), "the bases differ"),
    (Example("delta-value", delta(i, j)), "i and j may agree"),
    (Example("delta-substitution", z[i] * delta(i, j), choices=(("from", "l"),)), "l is not in the delta"),
    (Example("regroup", z[i] + t[i] + c, choices=(("order", "0.1"),)), "a term would be lost"),
    (Example("cancel", (z[i] + t[i]) / z[i]), "z_i is a term, not a factor"),
    (Example("split-fraction", (z[i] + t[i]) / S(), choices=(("only", "shared"),)), "S is in no term"),
    (Example("common-denominator", 1 / S() + 1 / exp(c)), "the denominators differ"),
    (Example("definition", d(y(k), y(i)), choices=(("inside", "derivative"),)), "y is the variable here"),
    (Example("definition", y(k), variables=(y(i),)), "y is the variable here"),
    (Example("fold", exp(z[j]) / S(), choices=(("name", "y"),), variables=(y(i),)), "y is the variable here"),
    (Example("fold", exp(z[j]) / exp(c), choices=(("name", "y"),)), "the denominator is not S"),
    (Example("lemma", d(y(k), z[i]), choices=(("cite", "softmax:jacobian-off-diagonal"),), lemmas=CASES), "k may be i"),
    (
        Example("lemma", L(), choices=(("cite", "ce:simplex"),), lemmas=SIMPLEX_FORM),
        "the lemma's assumption is not made here",
    ),
    (
        Example(
            "lemma",
            d(y(k), z[i]),
            choices=(("cite", "softmax:jacobian"),),
            lemmas=JACOBIAN,
            theory=Theory((S, Definition("y", (i,), exp(2 * z[i]) / S()))),
        ),
        "y is something else here",
    ),
    (
        Example(
            "chain-rule-through-vector",
            d(Call("L", ()), linear_cross_entropy.W[j, Index("d", Domain("features", "D"))]),
            choices=(("cite", "cross-entropy:gradient"), ("reads", "z:z"), ("gradient", "dL/dz")),
            theory=Theory((*(x for x in LINEAR_THEORY.definitions if x.name != "L"), LEAK), (TARGETS_SUM_TO_ONE,)),
            lemmas=LINEAR,
        ),
        "L depends on W directly",
    ),
    (Example("positivity", z[i]), "a logit may be negative"),
    (Example("positivity", total(k, exp(z[k]), i)), "with one class the sum is empty"),
    (Example("positivity", 1 - y(i)), "a difference may be negative"),
)
"""Nodes that a rule leaves alone, and why."""
