"""Claims from which a claim follows, each with fewer sums or sizes: part by part, member by member, at one member.

None of this is needed for a verdict that `cutoff` or `totals` give to the claim itself. Each of them is
sufficient, not necessary: where the claims that it leads to fail, nothing is said about the one it started from.

  1. *By sizes* (`by_sizes`). Both sides are sums of products of powers of sizes, such as 1/N, with terms F_g and G_g in
     which these powers do not stand. If F_g = G_g for every power g, the sides are equal.
  2. *Member by member* (`by_members`). If both sides are a sum over n of f(n), of g(n), plus a rest, and f(n) = g(n)
     holds for every n as a free index, and the rests are equal, then the sides are equal.
  3. *At one member* (`at_one_member`). If all indices over a domain, in all of both sides, are one free index n, and no
     sum or product runs over it, then every array is read at n alone: X_nd is a vector X_d. If the claim holds for all
     data X_d, and for those whose other sums are 1, it holds for the rows of every X, whatever ties the rows together.

  4. *Sizes as numbers* (`sizes_as_numbers`). If the size C of a domain stands in both sides, and neither an index over
     it nor a sum or product, then the sides are equal for every C if they are for all positive real numbers in its
     place.

In 1 and 2 sums and products are rearranged by the distributive law and by the order of finite sums alone, and a
derivative of a sum of terms times sizes goes to each term. Terms are those of the claim, or members of its sums, so
they have values where it has.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from symderiv.checking.shape import RESERVED
from symderiv.checking.sifting import added, multiplied, sifted
from symderiv.checking.simplices import Simplex
from symderiv.statements import Theory
from symderiv.terms import (
    Add,
    Array,
    Delta,
    Derivative,
    Div,
    Domain,
    Entry,
    Index,
    Mul,
    Number,
    Parameter,
    Place,
    Power,
    Product,
    Size,
    Sum,
    Term,
    children,
    each_subterm,
    fresh,
    number,
    own_places,
    rebuild,
    rename,
)

__all__ = ["Equation", "at_one_member", "by_members", "by_sizes", "sizes_as_numbers"]

Equation: TypeAlias = tuple[Term, Term]
_Sizes: TypeAlias = tuple[tuple[Domain, int], ...]
"""Powers of sizes, sorted, without exponents 0."""


def by_sizes(left: Term, right: Term, theory: Theory) -> tuple[Equation, ...]:
    """Equations, with derivatives and sums `sifted`, that give left = right: one for every product of sizes.

    Outside if `sifted` refuses a side.
    """
    first, second = (_by_sizes(sifted(side, theory)) for side in (left, right))
    names = dict.fromkeys((*first, *second))
    plain = Theory((), theory.assumptions)
    nothing = number(0)
    pairs = ((first.get(name, nothing), second.get(name, nothing)) for name in names)
    made = tuple((sifted(one, plain), sifted(other, plain)) for one, other in pairs)
    return tuple(pair for pair in made if pair != (nothing, nothing)) or ((nothing, nothing),)


def _by_sizes(term: Term) -> dict[_Sizes, Term]:
    """`term` as a sum of products of sizes times what is found under their name."""
    match term:
        case Size(domain=domain) if domain.size is None:
            return {((domain, 1),): number(1)}
        case Add(terms=parts):
            found: dict[_Sizes, list[Term]] = {}
            for part in parts:
                for name, inner in _by_sizes(part).items():
                    found.setdefault(name, []).append(inner)
            return {name: added(tuple(inner)) for name, inner in found.items()}
        case Mul(factors=parts):
            made: dict[_Sizes, Term] = {(): number(1)}
            for part in parts:
                made = _times(made, _by_sizes(part))
            return made
        case Div(numerator=above, denominator=below):
            whole = _by_sizes(below)
            if len(whole) != 1:
                return _scaled(_by_sizes(above), lambda inner: Div(inner, below))
            ((name, rest),) = whole.items()
            inverse: dict[_Sizes, Term] = {_merged((), tuple((domain, -power) for domain, power in name)): number(1)}
            over = _times(_by_sizes(above), inverse)
            return over if rest == number(1) else _scaled(over, lambda inner: Div(inner, rest))
        case Power(base=base, exponent=Number(value=value)) if value.denominator == 1:
            whole = _by_sizes(base)
            if len(whole) != 1 or () in whole:
                return {(): term}
            ((name, rest),) = whole.items()
            power = value.numerator
            raised = tuple((domain, own * power) for domain, own in name)
            return {_merged((), raised): rest if rest == number(1) else Power(rest, number(power))}
        case Sum(index=index, body=body, skip=skip):
            return _scaled(_by_sizes(body), lambda inner: Sum(index, inner, skip))
        case Derivative(body=body, wrt=wrt):
            return _scaled(_by_sizes(body), lambda inner: Derivative(inner, wrt))
        case _:
            return {(): term}


def _times(left: dict[_Sizes, Term], right: dict[_Sizes, Term]) -> dict[_Sizes, Term]:
    found: dict[_Sizes, list[Term]] = {}
    for first, one in left.items():
        for second, other in right.items():
            found.setdefault(_merged(first, second), []).append(multiplied((one, other)))
    return {name: added(tuple(inner)) for name, inner in found.items()}


def _scaled(parts: dict[_Sizes, Term], change: Callable[[Term], Term]) -> dict[_Sizes, Term]:
    return {name: change(inner) for name, inner in parts.items()}


def _merged(left: _Sizes, right: _Sizes) -> _Sizes:
    powers = dict(left)
    for domain, power in right:
        powers[domain] = powers.get(domain, 0) + power
    kept = ((domain, power) for domain, power in powers.items() if power)
    return tuple(sorted(kept, key=lambda pair: (pair[0].name, pair[0].symbol)))


def by_members(left: Term, right: Term, domain: Domain, taken: frozenset[str]) -> tuple[Equation, ...]:
    """Equations that give left = right: of the terms of both sides' sums over `domain` at a free index, whose name is
    not `taken`, and of what is not under such a sum. None where a side, other than 0, has no sum over `domain`.

    `left` and `right` hold no calls.
    """
    names = {index.name for term in (left, right) for index in (*term.free, *_bound(term))}
    at = fresh(domain, taken | names)
    (first, first_rest), (second, second_rest) = (_under(side, at) for side in (left, right))
    first, second = (number(0) if side == number(0) else inner for side, inner in ((left, first), (right, second)))
    if first is None or second is None:
        return ()
    rests = (first_rest or number(0), second_rest or number(0))
    return ((first, second), *([rests] if rests != (number(0), number(0)) else []))


def _bound(term: Term) -> tuple[Index, ...]:
    return tuple(part.index for part in each_subterm(term) if isinstance(part, Sum | Product))


def _under(term: Term, at: Index) -> tuple[Term | None, Term | None]:
    """(F, rest), where `term` is the sum of F over all members `at`, plus the rest; None for what is not there.

    The name of `at` stands nowhere in `term`, so that nothing captures it.
    """
    match term:
        case Sum(index=index, body=body, skip=None) if index.domain == at.domain:
            return rename(body, {index: at}), None
        case Sum(index=index, body=body, skip=skip):
            inner, rest = _under(body, at)
            if inner is None:
                return None, term
            return Sum(index, inner, skip), None if rest is None else Sum(index, rest, skip)
        case Add(terms=parts):
            found = tuple(_under(part, at) for part in parts)
            members = tuple(inner for inner, _ in found if inner is not None)
            rests = tuple(rest for _, rest in found if rest is not None)
            return added(members) if members else None, added(rests) if rests else None
        case Mul(factors=parts):
            for place, part in enumerate(parts):
                inner, rest = _under(part, at)
                if inner is not None:
                    others = (*parts[:place], *parts[place + 1 :])
                    return multiplied((*others, inner)), None if rest is None else multiplied((*others, rest))
            return None, term
        case Div(numerator=above, denominator=below):
            inner, rest = _under(above, at)
            if inner is None:
                return None, term
            return Div(inner, below), None if rest is None else Div(rest, below)
        case _:
            return None, term


def at_one_member(
    left: Term, right: Term, simplices: tuple[Simplex, ...], kept: frozenset[str]
) -> tuple[Term, Term, tuple[Simplex, ...]]:
    """The sides and simplex assumptions with every index dropped that alone stands for its domain; not for the domains
    called `kept`. `left` and `right` hold no calls."""
    parts = [part for side in (left, right) for part in each_subterm(side)]
    entries = [part for part in parts if isinstance(part, Entry)]
    entries += [part.wrt for part in parts if isinstance(part, Derivative) and isinstance(part.wrt, Entry)]
    arrays = {entry.array for entry in entries}
    if len({array.name for array in arrays}) < len(arrays):
        return left, right, simplices  # Two arrays of one name might become one.
    bound = {part.index.domain.name for part in parts if isinstance(part, Sum | Product)}
    places: dict[str, set[Place]] = {}
    for place in (place for part in parts for place in own_places(part)):
        places.setdefault(place.domain.name, set()).add(place)
    alone = frozenset(
        name
        for name, found in places.items()
        if name not in bound | kept and len(found) == 1 and all(isinstance(place, Index) for place in found)
    )
    if not alone:
        return left, right, simplices
    axes = {array.name: [axis for axis, d in enumerate(array.domains) if d.name not in alone] for array in arrays}
    moved = tuple(
        Simplex(simplex.name, axes[simplex.name].index(simplex.axis), simplex.domain)
        for simplex in simplices
        if simplex.axis in axes.get(simplex.name, [])
    )
    return _without(left, alone), _without(right, alone), moved


def sizes_as_numbers(left: Term, right: Term, kept: frozenset[str]) -> Equation:
    """The sides with a positive number for the size of every domain of which nothing else is there; not for those
    called `kept`. `left` and `right` hold no calls."""
    parts = [part for side in (left, right) for part in each_subterm(side)]
    used = {place.domain for part in parts for place in own_places(part)}
    used |= {part.index.domain for part in parts if isinstance(part, Sum | Product)}
    used |= {domain for part in parts if isinstance(part, Entry) for domain in part.array.domains}
    names = kept | {domain.name for domain in used}
    alone = frozenset(
        part.domain.name
        for part in parts
        if isinstance(part, Size) and part.domain.size is None and part.domain.name not in names
    )
    return (left, right) if not alone else (_numbered(left, alone), _numbered(right, alone))


def _numbered(term: Term, alone: frozenset[str]) -> Term:
    if isinstance(term, Size) and term.domain.name in alone:
        return Parameter(f"{RESERVED}{term.domain.name}", positive=True)
    return rebuild(term, tuple(_numbered(part, alone) for part in children(term)))


def _without(term: Term, alone: frozenset[str]) -> Term:
    """`term` with the indices over the domains `alone` dropped."""
    match term:
        case Entry():
            return _shorter(term, alone)
        case Delta(left=place) if place.domain.name in alone:
            return number(1)
        case Derivative(body=body, wrt=Entry() as wrt):
            return Derivative(_without(body, alone), _shorter(wrt, alone))
        case _:
            return rebuild(term, tuple(_without(part, alone) for part in children(term)))


def _shorter(entry: Entry, alone: frozenset[str]) -> Entry:
    array = entry.array
    kept = [axis for axis, domain in enumerate(array.domains) if domain.name not in alone]
    domains = tuple(array.domains[axis] for axis in kept)
    return Entry(Array(array.name, domains, array.positive), tuple(entry.indices[axis] for axis in kept))
