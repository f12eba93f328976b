"""A derivative where arguments of maxima and absolute values are 0: where it exists, the condition u != 0 falls.

The statement is d f / dx = r, for one entry x of data, with f of sums, products, quotients, powers, functions, maxima
and absolute values, without sign, step or another derivative, and with no derivative in r (`of_the_form`).

**Theorem.** Let a be a point at which f has a value, that is, where no condition on divisors, logarithms and powers
fails. Give every tested polynomial p a sign: where p(a) != 0 its own, where p(a) = 0 each of both, in all combinations
s, and let f_s be the ordinary formula in which every maximum and every absolute value is what those signs say. If for
every s the derivative of f_s by x at a is r(a), then f has a derivative by x at a, and it is r(a).

*Proof.* The f_s are finitely many. Where p(a) = 0 both formulas of |p| and of a maximum whose terms differ by p have
one value at a, so f_s(a) = f(a), and all that f_s divides by or takes a logarithm of has at a the value that it has in
f: f_s is differentiable at a. All tested polynomials are continuous in x, because maxima and absolute values are. So
for x near a those with p(a) != 0 keep their sign, and f(x) = f_s(x) for an s that has, where p(a) = 0, the sign of
p(x), or either if p(x) = 0. Hence |f(x) - f(a) - r(a) (x - a)| is at most the largest over s of
|f_s(x) - f_s(a) - r(a) (x - a)|, which is o(x - a). That several arguments are 0 at once, that one is 0 along a whole
line, or only touches 0, changes nothing. *End of proof.*

**Points left out.** The theorem is about one point, so a claim with conditions u != 0 asks for the points alone at
which these hold (`fewest`): where the others of the arguments are 0, the formulas nearby are compared. Both terms of
max(r A, clip(r, 1 - e, 1 + e) A) are one polynomial inside the clip, and their difference is 0 there without any jump:
r != 1 - e and r != 1 + e are enough. Only conditions on what holds no sum, product or size leave points out: such a
condition, where it holds for all members, holds for some of them, so that the points that are asked about at a small
size are parts of those at a larger one.

**Other statements**, as those on second derivatives, are asked about points alone at which no tested polynomial is 0,
but for those that vanish identically on the combination of signs that the others have there (`smooth`). *Proof.* Near
such a point the polynomials that are not 0 keep their signs, so the others vanish identically there; every maximum,
absolute value, sign and step is one ordinary formula around the point, the same for either sign of what vanishes, and
both sides are the ordinary formulas that are compared, with derivatives of all orders. *End of proof.*

**The check** takes every combination of signs of the polynomials at a, 0 among them, and beside it (`strata`); signs
and steps in r have their values at a, sign(0) = step(0) = 0. The difference of the derivative of f_s and r is a
fraction whose divisors are not 0 at a. It is 0 at a if its numerator is, as it is if it is a multiple of a polynomial
that is 0 at a (`strata.vanishes_at`). The argument holds at any chosen sizes; the cutoff theorem carries it to all,
because with data, a and s held fixed both sides are formulas whose blocks are functions of the data. A sum equal to 1
ties data together, and a derivative within a derivative asks whether the first one exists nearby: both are left to the
listed conditions.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from symderiv.checking.deciding import Ledger, Question, decide, order_of
from symderiv.checking.evaluation import Exhausted, Unsupported
from symderiv.checking.normal import Normaliser, Outside
from symderiv.checking.patterns import needed
from symderiv.checking.reducing import factors_of, without_repetitions
from symderiv.checking.signs import conditions, up_to_sign
from symderiv.statements import Claim, Condition, Distinct, Nonzero, Positive, Theorem, Theory, Verdict, reachable
from symderiv.terms import (
    PIECEWISE,
    Add,
    Derivative,
    Entry,
    Exp,
    Index,
    Log,
    Mul,
    Number,
    Parameter,
    Power,
    Product,
    Sign,
    Size,
    Special,
    Step,
    Sum,
    Term,
    each_subterm,
    number,
)

__all__ = ["beyond_lines", "fewest", "of_the_form", "without_seams"]

_MOST_TRIED: Final = 8
"""Conditions of which it is tried whether the claim does without them alone."""


def of_the_form(left: Term, right: Term, theory: Theory) -> bool:
    """Whether left = right is d f / dx = r as the theorem has it, with nothing piecewise in a function."""
    if not (isinstance(left, Derivative) and isinstance(left.wrt, Entry)) or not _is_open(left, right, theory):
        return False
    if any(isinstance(part, Derivative | Sign | Step) for part in reachable(left.body, theory)):
        return False
    return not any(isinstance(part, Derivative) for part in reachable(right, theory))


def _is_open(left: Term, right: Term, theory: Theory) -> bool:
    """Whether no data are tied together, and nothing piecewise stands in a function."""
    if theory.assumptions:
        return False
    return not any(_hides(part, theory) for side in (left, right) for part in reachable(side, theory))


def _hides(term: Term, theory: Theory) -> bool:
    """Whether `term` is a function, named by its argument, of what is piecewise."""
    match term:
        case Exp() | Log() | Special():
            pass
        case Power(exponent=Number(value=value)) if value.denominator == 1:
            return False
        case Power():
            pass
        case _:
            return False
    return any(isinstance(part, PIECEWISE) for part in reachable(term, theory))


def fewest(
    question: Question,
    listed: tuple[Condition, ...],
    domains: tuple[str, ...],
    cases: list[dict[Index, int]],
    named: dict[str, frozenset[int]],
) -> tuple[Condition, ...]:
    """The conditions among `listed`, each that an argument is not 0, that the statement of `question` is shown to need.

    None, where that is shown; else as many as can be are left out one after the other: first those that have something
    piecewise in them themselves, then those about all members, then the longest. Products and differences of two
    squares are taken factor by factor.
    """
    if not _is_open(question.left, question.right, question.theory):
        return listed
    smooth = not of_the_form(question.left, question.right, question.theory)
    if not smooth and _holds(question, (), smooth, domains, cases, named):
        return ()
    every = tuple(dict.fromkeys(part for each in listed for part in _parts(each, question.normaliser)))
    free = question.left.free | question.right.free
    tried = sorted(every, key=lambda each: _plainness(each, free))[:_MOST_TRIED] if len(every) > 1 else []
    kept = every
    for condition in tried:
        rest = tuple(each for each in kept if each != condition)
        told = tuple(each for each in rest if isinstance(each, Nonzero) and _is_local(each.term, question.theory))
        if smooth and _plainness(condition, free)[0] == 0:
            break
        if told and _holds(question, told, smooth, domains, cases, named):
            kept = rest
    return listed if kept == every else kept


def _parts(condition: Condition, normaliser: Normaliser) -> tuple[Positive | Nonzero, ...]:
    """u != 0 and v != 0 for u v != 0, and for u**2 - v**2 != 0 that of both u - v and u + v."""
    assert not isinstance(condition, Distinct)
    match condition:
        case Nonzero(
            term=Add(terms=(Power(base=one, exponent=first), Mul(factors=(minus, Power(base=other, exponent=second)))))
        ):
            if first == second == number(2) and minus == number(-1):
                pair = Add((one, Mul((minus, other)))), Add((one, other))
                return tuple(Nonzero(_short(each, normaliser)) for each in pair)
        case Nonzero(term=term):
            factors: list[Term] = [factor for factor, _ in factors_of(term) if not isinstance(factor, Number)]
            if len(factors) == 1:
                factors = _common_factor(term, normaliser)
            if len(factors) > 1:
                return tuple(Nonzero(factor) for factor in factors)
        case _:
            pass
    return (condition,)


def _common_factor(term: Term, normaliser: Normaliser) -> list[Term]:
    """The data that all terms of a sum with something piecewise share, and the rest; the term itself where there are
    none."""
    try:
        _, monomial, rest = normaliser.content(normaliser.normal(term))
    except Outside:
        return [term]
    plain = all(isinstance(letter, Entry | Parameter) for letter, _ in monomial)
    if (
        not monomial
        or not plain
        or len(rest) < 2
        or not any(isinstance(part, PIECEWISE) for part in each_subterm(term))
    ):
        return [term]
    return [*(letter for letter, _ in monomial), normaliser.as_term(rest)]


def _short(term: Term, normaliser: Normaliser) -> Term:
    try:
        return normaliser.canonical(term)
    except Outside:
        return term


def _plainness(condition: Condition, free: frozenset[Index]) -> tuple[int, int, int]:
    """Less for what is more worth leaving out: piecewise itself, about all members, long."""
    assert not isinstance(condition, Distinct)
    parts = list(each_subterm(condition.term))
    return -sum(isinstance(part, PIECEWISE) for part in parts), -len(condition.term.free - free), -len(parts)


def _is_local(term: Term, theory: Theory) -> bool:
    """Whether no sum, product or size is in `term`."""
    return not any(isinstance(part, Sum | Product | Size) for part in reachable(term, theory))


def _holds(
    question: Question,
    kept: tuple[Nonzero, ...],
    smooth: bool,
    domains: tuple[str, ...],
    cases: list[dict[Index, int]],
    named: dict[str, frozenset[int]],
) -> bool:
    """Whether the statement of `question` holds also where arguments of maxima, absolute values, signs and steps are 0
    and the conditions in `kept` hold; with `smooth`, without an argument that is 0 at the point and not around it.

    False says only that it was not shown.
    """
    question.again(seams=True, kept=kept, smooth=smooth)
    with suppress(Outside, Exhausted, Unsupported):
        order = order_of(question, domains)
        ledger = Ledger()
        shown = all(decide(question, order, {}, env, needed(env, named), ledger) == "zero" for env in cases)
        return shown and not ledger.by_totals and not any(ledger.excluded.values())
    return False


def without_seams(
    listed: tuple[Condition, ...], claim: Claim, direct: Verdict, theory: Theory
) -> tuple[Condition, ...]:
    """`listed`, by the lines of a proof, without what `direct` shows that the claim itself does not need.

    That is u != 0, also of multiples of u, where u is the argument of something piecewise in the claim and `direct`,
    which is ``proved``, does without that condition.
    """
    if direct.word != "proved" or not _is_open(claim.left, claim.right, theory):
        return listed
    normaliser = Normaliser(theory)
    sides = (claim.left, claim.right)
    at_seams = {
        up_to_sign(term, normaliser)
        for condition in conditions(sides, theory, normaliser)
        if isinstance(condition, Nonzero) and condition not in direct.conditions
        for term in (condition.term, *(part.term for part in _parts(condition, normaliser)))
    }
    return tuple(
        condition
        for condition in listed
        if condition in direct.conditions
        or not (isinstance(condition, Nonzero) and up_to_sign(condition.term, normaliser) in at_seams)
    )


def beyond_lines(theorem: Theorem) -> tuple[Condition, ...]:
    """What the lines of a theorem need and its claim does not, which holds there by the direct check."""
    theory, claim = theorem.derivation.theory, theorem.claim
    listed = tuple(dict.fromkeys(c for found in theorem.steps for verdict in found for c in verdict.conditions))
    kept = without_seams(listed, claim, theorem.direct, theory) if claim.relation == "=" else listed
    dropped = tuple(condition for condition in listed if condition not in kept)
    return without_repetitions(dropped, claim.left.free | claim.right.free, theory)
