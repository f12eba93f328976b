"""Equal terms in which derivatives stand where they act, and sums of which one term alone is not 0 are that term.

`sifted(E) = E` at every size, for all data and index values, at every point where E has a value. The identities:

  1. A derivative goes to the terms of a sum, past factors and divisors that its variable is not in, and into a sum over
     an index that is not in its variable (a bound index is renamed first); of what its variable is not in it is 0.
  2. *Reading one place.* If every entry of the array s in F has the place q as its index number a, and q is not bound
     in F, then the derivative of F by an entry of s with p as that index is 0 wherever p and q are different members: F
     does not depend on that entry.
  3. *Sifting.* If f(n) = 0 for all data and every member n other than p, and p does not depend on n, then the sum of
     f(n) over all n is f(p). That f(n) = 0 is known from a factor delta_np, from 2, or from all terms of a sum. A sum
     of several terms is taken apart, and factors multiplied out, where that is known of some of them.

Every subterm of the result is one of E, or a derivative of one, with members for its indices; and functions that are
built without maxima, absolute values, signs and steps have derivatives wherever they have values. So it has a value
wherever E has. `sifted` refuses (`Outside`) what is piecewise, a derivative by a defined quantity, in which a
definition and its name are different functions, and one by data that an assumption ties together.
"""

from __future__ import annotations

from collections.abc import Callable

from symderiv.checking.letters import Outside
from symderiv.statements import Theory, unfold
from symderiv.terms import (
    PIECEWISE,
    Add,
    Call,
    Delta,
    Derivative,
    Div,
    Entry,
    Index,
    Mul,
    Number,
    Place,
    Position,
    Power,
    Product,
    Sum,
    Term,
    children,
    delta,
    each_subterm,
    fresh,
    number,
    rebuild,
    rename,
)

__all__ = ["added", "apart_from", "multiplied", "reads", "sifted", "unfolded"]


def sifted(term: Term, theory: Theory) -> Term:
    """An equal term without calls, by the identities above; Outside for what they do not speak of."""

    def simpler(part: Term) -> Term:
        match part:
            case Sum(index=index, body=body, skip=skip):
                return _summed(index, body, skip)
            case Add(terms=parts):
                return added(parts)
            case Mul(factors=parts):
                return multiplied(parts)
            case _:
                return part

    return unfolded(term, theory, _derivative, simpler)


def unfolded(
    term: Term, theory: Theory, derivative: Callable[[Term, Entry], Term], simpler: Callable[[Term], Term]
) -> Term:
    """`term` with its calls unfolded, its derivatives by `derivative`, and `simpler` of every other subterm.

    Outside for a derivative by a defined quantity, in which a definition and its name are different functions, for one
    by data that an assumption ties together, and for what is piecewise.
    """
    tied = frozenset(
        part.array.name
        for assumption in theory.assumptions
        for side in (assumption.left, assumption.right)
        for part in each_subterm(side)
        if isinstance(part, Entry)
    )
    known: dict[Term, Term] = {}

    def visit(part: Term) -> Term:
        if part not in known:
            known[part] = made(part)
        return known[part]

    def made(part: Term) -> Term:
        match part:
            case Call():
                return visit(unfold(part, theory))
            case Derivative(wrt=Call(name=name)):
                raise Outside(f"a derivative with respect to the defined quantity {name}")
            case Derivative(body=body, wrt=Entry() as wrt):
                if wrt.array.name in tied:
                    raise Outside(f"a derivative with respect to {wrt.array.name}, whose entries an assumption ties")
                return derivative(visit(body), wrt)
            case _:
                if isinstance(part, PIECEWISE):
                    raise Outside("a formula that changes with a sign")
                return simpler(rebuild(part, tuple(visit(each) for each in children(part))))

    return visit(term)


def added(parts: tuple[Term, ...]) -> Term:
    """The sum of `parts`, those that are 0 left out."""
    kept = tuple(part for part in parts if part != number(0))
    return number(0) if not kept else kept[0] if len(kept) == 1 else Add(kept)


def multiplied(parts: tuple[Term, ...]) -> Term:
    """The product of `parts`: 0 if one of them is, those that are 1 left out."""
    if number(0) in parts:
        return number(0)
    kept = tuple(part for part in parts if part != number(1))
    return number(1) if not kept else kept[0] if len(kept) == 1 else Mul(kept)


def _derivative(body: Term, wrt: Entry) -> Term:
    """The derivative of `body` by `wrt`, by the first identity."""
    if not reads(body, wrt.array.name):
        return number(0)
    match body:
        case Entry(indices=places):
            return multiplied(tuple(_same_place(*pair) for pair in zip(places, wrt.indices, strict=True)))
        case Add(terms=parts):
            return added(tuple(_derivative(part, wrt) for part in parts))
        case Mul(factors=parts):
            outside = tuple(part for part in parts if not reads(part, wrt.array.name))
            if not outside:
                return Derivative(body, wrt)
            inside = tuple(part for part in parts if reads(part, wrt.array.name))
            return multiplied((*outside, _derivative(multiplied(inside), wrt)))
        case Div(numerator=above, denominator=below) if not reads(below, wrt.array.name):
            made = _derivative(above, wrt)
            return made if made == number(0) else Div(made, below)
        case Sum(index=index, body=inner, skip=skip):
            index, inner = apart_from(wrt, index, inner, skip)
            return _summed(index, _derivative(inner, wrt), skip)
        case _:
            return Derivative(body, wrt)


def _same_place(left: Place, right: Place) -> Term:
    """delta of two places, as a number where that is known."""
    if left == right:
        return number(1)
    if isinstance(left, Position) and isinstance(right, Position):
        return number(0)
    return delta(left, right)


def apart_from(wrt: Entry, index: Index, body: Term, skip: Place | None) -> tuple[Index, Term]:
    """The index and the body of a sum, with another name for the index where an index of `wrt` has it."""
    if index not in wrt.indices:
        return index, body
    places = (*body.free, *wrt.indices, *(() if skip is None else (skip,)))
    other = fresh(index.domain, {place.name for place in places if isinstance(place, Index)})
    return other, rename(body, {index: other})


def reads(term: Term, array: str) -> bool:
    """Whether an entry of `array` stands in `term`, which has no calls."""
    return any(isinstance(part, Entry) and part.array.name == array for part in each_subterm(term))


def _summed(index: Index, body: Term, skip: Place | None) -> Term:
    """The sum of `body` over `index`, by the third identity."""
    if body == number(0):
        return body
    parts = _terms(body) if skip is None else (body,)
    if len(parts) > 1 and any(_only(part, index) is not None for part in parts):
        sifting = tuple(part for part in parts if _only(part, index) is not None)
        rest = tuple(part for part in parts if part not in sifting)
        whole = (Sum(index, added(rest)),) if rest else ()
        return added((*(_summed(index, part, None) for part in sifting), *whole))
    place = _only(body, index) if skip is None else None
    if place is None or place.domain != index.domain:
        return Sum(index, body, skip)
    return rename(body, {index: place})


def _terms(term: Term) -> tuple[Term, ...]:
    """The terms of `term`, multiplied out where one factor, or a numerator, is a sum."""
    match term:
        case Add(terms=parts):
            return tuple(each for part in parts for each in _terms(part))
        case Mul(factors=parts):
            for place, part in enumerate(parts):
                if isinstance(part, Add | Mul | Div) and len(terms := _terms(part)) > 1:
                    before, after = parts[:place], parts[place + 1 :]
                    return tuple(each for one in terms for each in _terms(multiplied((*before, one, *after))))
            return (term,)
        case Div(numerator=above, denominator=below):
            terms = _terms(above)
            return tuple(Div(each, below) for each in terms) if len(terms) > 1 else (term,)
        case _:
            return (term,)


def _only(term: Term, index: Index) -> Place | None:
    """A place p, other than `index`, with `term` = 0 for all data where `index` and p are different members."""
    match term:
        case Delta(left=left, right=right) if left != right and index in (left, right):
            return right if left == index else left
        case Mul(factors=parts):
            return next((place for part in parts if (place := _only(part, index)) is not None), None)
        case Div(numerator=above):
            return _only(above, index)
        case Power(base=base, exponent=Number(value=value)) if value.denominator == 1 and value > 0:
            return _only(base, index)
        case Add(terms=parts):
            places = {_only(part, index) for part in parts}
            return places.pop() if len(places) == 1 else None
        case Sum(index=bound, body=body) if bound != index:
            place = _only(body, index)
            return None if place == bound else place
        case Derivative(body=body, wrt=Entry() as wrt):
            return _only(body, index) or _only_by(body, wrt, index)
        case _:
            return None


def _only_by(body: Term, wrt: Entry, index: Index) -> Place | None:
    """The same for the derivative of `body` by `wrt`, by the second identity."""
    for axis, place in enumerate(wrt.indices):
        read = _place_read(body, wrt.array.name, axis)
        if read is not None and read != place and index in (read, place):
            return place if read == index else read
    return None


def _place_read(term: Term, array: str, axis: int) -> Place | None:
    """The one place that every entry of `array` in `term` has as its index number `axis`; None if there are several, or
    if one is bound in `term`."""
    found: set[Place | None] = set()

    def visit(part: Term, bound: frozenset[Index]) -> None:
        match part:
            case Entry(array=own, indices=places) if own.name == array:
                place = places[axis] if axis < len(places) else None
                found.add(None if place in bound else place)
            case Sum(index=index, body=body) | Product(index=index, body=body):
                visit(body, bound | {index})
            case _:
                for each in children(part):
                    visit(each, bound)

    visit(term, frozenset())
    return found.pop() if len(found) == 1 else None
