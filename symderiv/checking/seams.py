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

from symderiv.checking.deciding import Ledger, Question, decide, order_of
from symderiv.checking.evaluation import Exhausted, Unsupported
from symderiv.checking.normal import Normaliser, Outside
from symderiv.checking.patterns import needed
from symderiv.checking.reducing import without_repetitions
from symderiv.checking.signs import conditions, up_to_sign
from symderiv.statements import Claim, Condition, Nonzero, Theorem, Theory, Verdict, reachable
from symderiv.terms import (
    PIECEWISE,
    Derivative,
    Entry,
    Exp,
    Index,
    Log,
    Number,
    Power,
    Sign,
    Special,
    Step,
    Term,
)

__all__ = ["beyond_lines", "hold_at_seams", "of_the_form", "without_seams"]


def of_the_form(left: Term, right: Term, theory: Theory) -> bool:
    """Whether left = right is d f / dx = r as the theorem has it, with nothing piecewise in a function."""
    if not (isinstance(left, Derivative) and isinstance(left.wrt, Entry)) or theory.assumptions:
        return False
    if any(isinstance(part, Derivative | Sign | Step) for part in reachable(left.body, theory)):
        return False
    if any(isinstance(part, Derivative) for part in reachable(right, theory)):
        return False
    return not any(_hides(part, theory) for side in (left.body, right) for part in reachable(side, theory))


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


def hold_at_seams(
    question: Question, domains: tuple[str, ...], cases: list[dict[Index, int]], named: dict[str, frozenset[int]]
) -> bool:
    """Whether the statement of `question` holds also where arguments of maxima, absolute values, signs and steps are 0.

    False says only that it was not shown.
    """
    if not of_the_form(question.left, question.right, question.theory):
        return False
    question.again(seams=True)
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
    if direct.word != "proved" or not of_the_form(claim.left, claim.right, theory):
        return listed
    normaliser = Normaliser(theory)
    sides = (claim.left, claim.right)
    at_seams = {
        up_to_sign(condition.term, normaliser)
        for condition in conditions(sides, theory, normaliser)
        if isinstance(condition, Nonzero) and condition not in direct.conditions
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
