"""Derivatives of maxima, absolute values, signs, steps and special functions, where no argument is 0."""

from __future__ import annotations

from typing import Final

from symderiv.proving.rules.base import ZERO, Context, Rewrite, Rule, add, independent, is_number, multiply
from symderiv.proving.tidy import negate, tidy
from symderiv.statements import Condition, Nonzero
from symderiv.terms import (
    PIECEWISE,
    Abs,
    Add,
    Derivative,
    Div,
    Exp,
    Max,
    Mul,
    Power,
    Sign,
    Special,
    Step,
    Term,
    each_subterm,
    number,
    pi,
    root,
    subterms,
)

_LONGEST: Final = 24
"""Terms up to which a difference is multiplied out."""


def gap(left: Term, right: Term) -> Term:
    """left - right in the shorter of two spellings, as it stands or multiplied out: u for q u - (q - 1) u."""
    plain = _difference(left, right)
    open_terms = _opened(plain)
    if open_terms is None:
        return plain
    made = tidy(add(open_terms))
    return made if _size(made) < _size(plain) else plain


def _size(term: Term) -> int:
    return sum(1 for _ in subterms(term))


def _opened(term: Term) -> list[Term] | None:
    """The terms of `term` with its brackets multiplied out, or None where there are too many."""
    if isinstance(term, Add):
        made: list[Term] = []
        for part in term.terms:
            found = _opened(part)
            if found is None:
                return None
            made += found
        return made if len(made) <= _LONGEST else None
    if not isinstance(term, Mul):
        return [term]
    products: list[list[Term]] = [[]]
    for factor in term.factors:
        choices = _opened(factor) if isinstance(factor, Add) else [factor]
        if choices is None or len(products) * len(choices) > _LONGEST:
            return None
        products = [[*done, choice] for done in products for choice in choices]
    return [multiply(product) for product in products]


def _difference(left: Term, right: Term) -> Term:
    """left - right, with signs settled: u for u - 0 and for 0 - (-u)."""
    if is_number(right, 0):
        return left
    if isinstance(right, Add):
        negated: tuple[Term, ...] = tuple(negate(part) for part in right.terms)
    else:
        negated = (negate(right),)
    return tidy(add([left, *negated])) if left != ZERO else tidy(add(negated))


def derivative_of_max(node: Term, context: Context) -> Rewrite | None:
    """D(max(a, b)) = step(a - b) D(a) + step(b - a) D(b), for a != b; a constant's part is left out.

    Where both depend on the variable it is written D(b) + step(a - b) (D(a) - D(b)), so that a tie takes b, the plainer
    of the two: r A of max(clip(r) A, r A).
    """
    if not (isinstance(node, Derivative) and isinstance(node.body, Max)):
        return None
    first, *rest = node.body.terms
    second = rest[0] if len(rest) == 1 else Max(tuple(rest))
    if _switches_in(first) < _switches_in(second):
        first, second = second, first
    uses: tuple[Condition, ...] = ()
    fixed = []
    for part in (first, second):
        facts = independent(part, node.wrt, context)
        fixed.append(facts is not None)
        uses += facts or ()
    if all(fixed):
        return None  # The derivative of a constant.
    forward, backward = gap(first, second), gap(second, first)
    slopes = Derivative(first, node.wrt), Derivative(second, node.wrt)
    if fixed[0]:
        new: Term = multiply([Step(backward), slopes[1]])
    elif fixed[1]:
        new = multiply([Step(forward), slopes[0]])
    else:
        between = Add((slopes[0], Mul((number(-1), slopes[1]))))
        new = Add((slopes[1], Mul((Step(forward), between))))
    return Rewrite(new, uses=(*uses, Nonzero(backward if fixed[0] else forward)))


def _switches_in(term: Term) -> int:
    """How many maxima, absolute values, signs and steps are in `term`."""
    return sum(isinstance(part, PIECEWISE) for part in each_subterm(term))


DERIVATIVE_OF_MAX: Final = Rule(
    slug="derivative-of-max",
    title="derivative of a maximum",
    statement=r"\frac{\partial}{\partial z} \max(0, u) = \operatorname{step}(u) \, \frac{\partial u}{\partial z}",
    conditions="$u$ is not 0; of two terms that both vary, they are not equal",
    because="the maximum changes as the larger term does",
    heads=(Derivative,),
    apply=derivative_of_max,
)


def derivative_of_abs(node: Term, _context: Context) -> Rewrite | None:
    """D(|u|) = sign(u) D(u), for u != 0."""
    if not (isinstance(node, Derivative) and isinstance(node.body, Abs)):
        return None
    inner = node.body.argument
    return Rewrite(multiply([Sign(inner), Derivative(inner, node.wrt)]), uses=(Nonzero(inner),))


DERIVATIVE_OF_ABS: Final = Rule(
    slug="derivative-of-abs",
    title="derivative of an absolute value",
    statement=r"\frac{\partial \lvert u \rvert}{\partial z} = \operatorname{sign}(u) \, \frac{\partial u}{\partial z}",
    conditions="$u$ is not 0",
    because="the absolute value is $u$ or $-u$ nearby",
    heads=(Derivative,),
    apply=derivative_of_abs,
)


def derivative_of_step(node: Term, _context: Context) -> Rewrite | None:
    """D(step(u)) = D(sign(u)) = 0, for u != 0."""
    if not (isinstance(node, Derivative) and isinstance(node.body, Step | Sign)):
        return None
    return Rewrite(ZERO, uses=(Nonzero(node.body.argument),))


DERIVATIVE_OF_STEP: Final = Rule(
    slug="derivative-of-step",
    title="derivative of a step or a sign",
    statement=r"\frac{\partial \operatorname{step}(u)}{\partial z} = 0",
    conditions="$u$ is not 0",
    because="it is constant nearby",
    heads=(Derivative,),
    apply=derivative_of_step,
)


def derivative_of_erf(node: Term, _context: Context) -> Rewrite | None:
    """D(erf(u)) = 2 / sqrt(pi) e^(-u^2) D(u)."""
    if not (isinstance(node, Derivative) and isinstance(node.body, Special) and node.body.name == "erf"):
        return None
    inner = node.body.argument
    bell = Exp(Mul((number(-1), Power(inner, number(2)))))
    return Rewrite(multiply([Div(number(2), root(pi())), bell, Derivative(inner, node.wrt)]))


DERIVATIVE_OF_ERF: Final = Rule(
    slug="derivative-of-erf",
    title="derivative of the error function",
    statement=(
        r"\frac{\partial \operatorname{erf}(u)}{\partial z}"
        r" = \frac{2}{\sqrt{\pi}} e^{-u^2} \frac{\partial u}{\partial z}"
    ),
    conditions="",
    because="the error function is the integral of the bell curve",
    heads=(Derivative,),
    apply=derivative_of_erf,
)


def positive_part(node: Term, _context: Context) -> Rewrite | None:
    """max(0, u) = u step(u)."""
    if not (isinstance(node, Max) and len(node.terms) == 2 and ZERO in node.terms):
        return None
    inner = positive_argument(node)
    assert inner is not None
    return Rewrite(multiply([inner, Step(inner)]))


def positive_argument(node: Term) -> Term | None:
    """u, where `node` is max(0, u) or max(u, 0)."""
    if not (isinstance(node, Max) and len(node.terms) == 2 and ZERO in node.terms):
        return None
    first, second = node.terms
    return second if first == ZERO else first


POSITIVE_PART: Final = Rule(
    slug="positive-part",
    title="positive part",
    statement=r"\max(0, u) = u \, \operatorname{step}(u)",
    conditions="",
    because="the step is 1 where $u$ is positive, else 0",
    heads=(Max,),
    apply=positive_part,
)
