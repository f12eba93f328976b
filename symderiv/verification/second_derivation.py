"""SymPy's own derivative of a claim, for any number of classes: a second derivation that shares no rule with the
first.

SymPy differentiates the written-out definitions (`diff` on `Sum` and `Indexed`), which leaves sums over Kronecker
deltas; a small sifter removes them from the inside out, and the checker compares what is left with the closed form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import sympy

from symderiv.checking import same
from symderiv.statements import Claim, Theory, Verdict
from symderiv.sympy_border import BorderError, from_sympy, to_sympy, vocabulary
from symderiv.terms import (
    Add,
    Call,
    Delta,
    Derivative,
    Index,
    Mul,
    Number,
    Place,
    Product,
    Sum,
    Term,
    children,
    number,
    rebuild,
    rename,
    subterms,
)  # fmt: skip

__all__ = ["SecondDerivation", "derivative_by_sympy", "second_derivation", "sift"]


@dataclass(frozen=True, slots=True)
class SecondDerivation:
    """What SymPy derived for the left side of a claim, and the checker's verdict on it against the right side.

    "agreed": the verdict is proved or exact. "disagreed": it is false or undefined. "undecided": anything between.
    "not applicable": nothing was derived, for the `reason` given.
    """

    outcome: Literal["agreed", "disagreed", "undecided", "not applicable"]
    reason: str
    derived: Term | None = None
    verdict: Verdict | None = None


def second_derivation(claim: Claim, theory: Theory, *, seed: int | None = None) -> SecondDerivation:
    """`claim` (a formula with derivatives = closed form) derived again by SymPy and compared through the checker."""
    if claim.relation != "=":
        return SecondDerivation("not applicable", "the claim is an inequality")
    if not any(isinstance(part, Derivative) for _, part in subterms(claim.left)):
        return SecondDerivation("not applicable", "the claim holds no derivative")
    try:
        derived = derivative_by_sympy(claim.left, theory)
    except BorderError as error:
        return SecondDerivation("not applicable", f"SymPy cannot be given the claim: {error}")
    verdict = same(derived, claim.right, theory, seed=seed)
    match verdict.word:
        case "proved" | "exact":
            return SecondDerivation(
                "agreed", f"SymPy's derivative equals the closed form: {verdict.word}", derived, verdict
            )
        case "false" | "undefined":
            reason = f"SymPy's derivative differs from the closed form: {verdict.evidence}"
            return SecondDerivation("disagreed", reason, derived, verdict)
        case _:
            return SecondDerivation("undecided", verdict.evidence, derived, verdict)


def derivative_by_sympy(term: Term, theory: Theory) -> Term:
    """`term` with every derivative in it carried out by SymPy, the innermost first, and sifted.

    Raises BorderError where SymPy cannot be given the term, or returns what has no meaning as one.
    """
    parts = tuple(derivative_by_sympy(part, theory) for part in children(term))
    done = rebuild(term, parts) if parts else term
    if not isinstance(done, Derivative):
        return done
    kept = frozenset({done.wrt.name}) if isinstance(done.wrt, Call) else frozenset()
    # Every bound name is kept off the variable's indices: SymPy's diff would capture them.
    whole = Derivative(done.body, done.wrt)
    written = to_sympy(whole, theory, keep=kept)
    if not isinstance(written, sympy.Derivative):
        raise BorderError(f"SymPy rewrote the derivative {written} before it was carried out")
    found = _away_from_kinks(sympy.diff(written.expr, *written.variables))
    return sift(from_sympy(found, vocabulary(whole, theory)))


def _away_from_kinks(found: sympy.Expr) -> sympy.Expr:
    """SymPy's derivative where no argument of a maximum, an absolute value, a sign or a step is 0: there the derivative
    of a step is 0, and no convention for its value at 0 matters."""
    made: sympy.Expr = found.replace(sympy.DiracDelta, lambda *_: sympy.Integer(0))
    return made.replace(sympy.Heaviside, lambda argument, *_: sympy.Heaviside(argument, 0))


def sift(term: Term) -> Term:
    """`term` with the deltas of every sum's own index removed: the sum of f over k = the sum of f_0 + (f_1 - f_0) at
    k = a.

    f_0 and f_1 are f with delta_ka set to 0 and to 1; a delta takes no other value, so this holds for every f,
    however the delta stands in it. Works from the inside out; a delta against an index bound further inside is left
    alone.
    """
    parts = tuple(sift(part) for part in children(term))
    made = rebuild(term, parts) if parts else term
    if not isinstance(made, Sum) or made.skip is not None:
        return _plain(made)
    found = _free_delta(made.body, made.index)
    if found is None:
        return _plain(made)
    other = found.right if found.left == made.index else found.left
    off, on = _with_delta(made.body, found, number(0)), _with_delta(made.body, found, number(1))
    picked = _at(_difference(on, off), made.index, other)
    return _plain(Add((sift(Sum(made.index, off)), picked)))


def _free_delta(term: Term, index: Index) -> Delta | None:
    """The first delta of `term` with `index` on one side and nothing on the other that an inner sum binds."""
    if isinstance(term, Delta):
        return term if index in (term.left, term.right) and term.left != term.right else None
    for part in children(term):
        found = _free_delta(part, index)
        inner = term.index if isinstance(term, Sum | Product) else None
        if found is not None and inner not in (found.left, found.right):
            return found
    return None


def _at(term: Term, index: Index, place: Place) -> Term:
    return _plain(rename(term, {index: place}))


def _with_delta(term: Term, found: Delta, value: Number) -> Term:
    """`term` with the delta `found` set to `value`, but not where an inner sum binds one of its indices anew."""
    if term == found:
        return value
    if isinstance(term, Sum | Product) and term.index in (found.left, found.right):
        return term
    parts = tuple(_with_delta(part, found, value) for part in children(term))
    return _plain(rebuild(term, parts)) if parts else term


def _difference(left: Term, right: Term) -> Term:
    if right == number(0):
        return left
    return _plain(Add((left, Mul((number(-1), right)))))


def _plain(term: Term) -> Term:
    """One node without the zeros and ones that a decided delta leaves behind."""
    match term:
        case Add(terms=parts):
            rest = tuple(part for part in parts if part != number(0))
            return number(0) if not rest else rest[0] if len(rest) == 1 else Add(rest)
        case Mul(factors=parts):
            if number(0) in parts:
                return number(0)
            rest = tuple(part for part in parts if part != number(1))
            return number(1) if not rest else rest[0] if len(rest) == 1 else Mul(rest)
        case Sum(body=body) if body == number(0):
            return number(0)
        case Delta(left=left, right=right) if left == right:
            return number(1)
        case _:
            return term
