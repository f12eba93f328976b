"""Derivatives carried out by the rules of calculus, so that every line of a proof has a value.

Where a formula changes, the printed convention holds: step(0) = sign(0) = 0, and of equal terms of a maximum the first
one counts. The result is evaluated, never shown: it is not simplified.
"""

from __future__ import annotations

from functools import lru_cache
from typing import assert_never

from symderiv.statements import Theory, unfold
from symderiv.terms import (
    Abs,
    Add,
    Call,
    Constant,
    Delta,
    Derivative,
    Div,
    Entry,
    Exp,
    Index,
    Log,
    Max,
    Mul,
    Number,
    Parameter,
    Place,
    Power,
    Product,
    Sign,
    Size,
    Special,
    Step,
    Sum,
    Term,
    delta,
    exp,
    fresh,
    log,
    number,
    pi,
    rename,
    root,
    sign,
    step,
)

__all__ = ["carried_out"]

_ZERO = number(0)


@lru_cache(maxsize=1024)
def carried_out(term: Derivative, theory: Theory) -> Term:
    """The derivative without a derivative in it; quantities stay folded where they need not be opened."""
    body = carried_out(term.body, theory) if isinstance(term.body, Derivative) else term.body
    return _by(body, term.wrt, theory)


def _sum(*terms: Term) -> Term:
    kept = tuple(term for term in terms if term != _ZERO)
    return Add(kept) if len(kept) > 1 else kept[0] if kept else _ZERO


def _times(*factors: Term) -> Term:
    return _ZERO if _ZERO in factors else Mul(factors)


def _same(mine: tuple[Place, ...], other: tuple[Place, ...]) -> Term:
    """1 where all indices agree, else 0."""
    return _times(number(1), *(delta(a, b) for a, b in zip(mine, other, strict=True)))


def _by(term: Term, wrt: Entry | Call, theory: Theory) -> Term:
    """d term / d wrt."""
    match term:
        case Number() | Parameter() | Constant() | Size() | Delta() | Sign() | Step():
            return _ZERO
        case Entry(array=array, indices=places):
            return _same(places, wrt.indices) if isinstance(wrt, Entry) and array == wrt.array else _ZERO
        case Call(name=name, indices=places):
            if isinstance(wrt, Call) and name == wrt.name:
                return _same(places, wrt.indices)
            return _by(unfold(term, theory), wrt, theory)
        case Add(terms=parts):
            return _sum(*(_by(part, wrt, theory) for part in parts))
        case Mul(factors=parts):
            made = [(at, _by(part, wrt, theory)) for at, part in enumerate(parts)]
            return _sum(*(_times(*parts[:at], inner, *parts[at + 1 :]) for at, inner in made))
        case Div(numerator=first, denominator=second):
            top, bottom = _by(first, wrt, theory), _by(second, wrt, theory)
            rest = _times(number(-1), Div(first, Power(second, number(2))), bottom)
            return _sum(_ZERO if top == _ZERO else Div(top, second), rest)
        case Power(base=first, exponent=second):
            below = _times(second, Power(first, second - 1), _by(first, wrt, theory))
            above = _by(second, wrt, theory)
            return _sum(below, _ZERO if above == _ZERO else _times(term, log(first), above))
        case Sum() | Product():
            return _folded(term, wrt, theory)
        case Derivative():
            return _by(carried_out(term, theory), wrt, theory)
        case _:
            return _function(term, wrt, theory)


def _function(term: Exp | Log | Special | Max | Abs, wrt: Entry | Call, theory: Theory) -> Term:
    """The chain rule."""
    match term:
        case Exp(argument=inner):
            return _times(term, _by(inner, wrt, theory))
        case Log(argument=inner):
            return _times(1 / inner, _by(inner, wrt, theory))
        case Special(argument=inner):
            return _times(number(2), exp(-(inner ** number(2))), 1 / root(pi()), _by(inner, wrt, theory))
        case Abs(argument=inner):
            return _times(sign(inner), _by(inner, wrt, theory))
        case Max(terms=parts):
            largest, made = parts[0], _by(parts[0], wrt, theory)
            for other in parts[1:]:
                change = _sum(_by(other, wrt, theory), _times(number(-1), made))
                made = _sum(made, _times(step(other - largest), change))
                largest = Max((largest, other))
            return made
        case _:
            assert_never(term)


def _folded(term: Sum | Product, wrt: Entry | Call, theory: Theory) -> Term:
    """Under a sum or a product; its index is renamed if the variable has it."""
    index, body = term.index, term.body
    if index in wrt.indices:
        taken = {place.name for place in (*wrt.indices, *body.free) if isinstance(place, Index)}
        index = fresh(index.domain, taken)
        body = rename(body, {term.index: index})
    inner = _by(body, wrt, theory)
    if inner == _ZERO:
        return _ZERO
    if isinstance(term, Sum):
        return Sum(index, inner, term.skip)
    return _times(term, Sum(index, Div(inner, body), term.skip))
