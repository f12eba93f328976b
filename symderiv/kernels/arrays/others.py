"""A sum over all members and a multiple of its own term: as a sum over the others.

sum_q f_q - f_n = sum_{q != n} f_q, and A_in - delta_in A_nn = (1 - delta_in) A_in. Closed forms of losses whose sums
leave out a member (each sample is compared with all others) have such differences. What is taken away may be larger by
far than what is left, a sample being most like itself, and may be beyond the range. Here own terms that cancel are
taken out of the sums that have them, for products that have equal keys; no other sum is changed. The checker is asked
whether the whole is equal to the closed form.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import combinations, product
from typing import Final, TypeAlias

from symderiv.kernels.arrays.products import added, multiplied, scaled
from symderiv.kernels.arrays.squares import pieces
from symderiv.statements import Theory
from symderiv.terms import (
    Add,
    Call,
    Delta,
    Div,
    Exp,
    Index,
    Mul,
    Number,
    Power,
    Sum,
    Term,
    alpha_key,
    number,
    rename,
    subterms,
)  # fmt: skip

__all__ = ["among_others", "key_of", "leaves_out", "other_than"]

_MOST_PARTS: Final = 64
"""A sum with more products than this is left as it stands."""


@dataclass(frozen=True, slots=True)
class _Split:
    """A product as its own term at a member, and what it is without that."""

    own: Term
    others: Term


Splits: TypeAlias = Callable[[Term], tuple[_Split, ...]]
Debt: TypeAlias = Callable[[Term], Term | None]


def leaves_out(term: Term, theory: Theory) -> bool:
    """Whether a sum in a term, or in the definitions that it reads, leaves out a member."""
    left, seen = [term], set[str]()
    while left:
        for _, part in subterms(left.pop()):
            if isinstance(part, Sum) and part.skip is not None:
                return True
            if isinstance(part, Call) and part.name not in seen:
                seen.add(part.name)
                left.append(theory.definition(part.name).body)
    return False


def among_others(term: Term) -> Term:
    """A closed form with sums over the others where own terms are taken away from sums over all; the same form if there
    are none."""
    match term:
        case Div(numerator=above, denominator=below):
            return Div(among_others(above), below)
        case Mul(factors=factors):
            return Mul(tuple(among_others(each) if isinstance(each, Add) else each for each in factors))
        case Add():
            free = sorted(term.free, key=lambda each: (each.name, each.domain.name))
            made: Term = term
            for index in free:
                made = _settled(made, partial(_of_sum, index), lambda part: part)
            for pair in combinations(free, 2):
                made = _settled(made, partial(_off_diagonal, *pair), partial(_on_diagonal, *pair))
            return made
        case _:
            return term


def other_than(term: Term) -> Delta | None:
    """delta_ij in 1 - delta_ij."""
    match term:
        case Add(terms=(one, Mul(factors=(minus, Delta() as delta)))) if one == number(1) and minus == number(-1):
            return delta
        case _:
            return None


def _settled(term: Term, ways: Splits, debt: Debt) -> Term:
    """A sum in which products that take away own terms of others are gone, and those others are without them."""
    if not isinstance(term, Add):
        return term
    parts = [(place, part) for place, whole in enumerate(term.terms) for part in _distributed(whole)]
    if len(parts) > _MOST_PARTS:
        return term
    splits = [ways(part) for _, part in parts]
    made: dict[int, Term] = {}
    for place, (_, part) in enumerate(parts):
        owed = debt(part) if place not in made else None
        if owed is None:
            continue
        first, what = key_of(owed)
        coefficient, taken = first, dict[int, Term]()
        for other, found in enumerate(splits):
            for each in found if other not in made and other != place else ():
                mine, its = key_of(each.own)
                if its == what and mine * coefficient < 0:
                    coefficient += mine
                    taken[other] = each.others
                    break
        if taken:
            made |= taken
            made[place] = scaled(part, coefficient / first) if coefficient else number(0)
    touched = {parts[place][0] for place in made}
    if not touched:
        return term
    new: list[Term] = []
    for place, whole in enumerate(term.terms):
        own = [made.get(k, part) for k, (origin, part) in enumerate(parts) if origin == place]
        new += own if place in touched else [whole]
    return added(new)


def _of_sum(index: Index, part: Term) -> tuple[_Split, ...]:
    """A product with a sum over all members of the range of `index`, for each such sum."""
    factors = pieces(part)
    made: list[_Split] = []
    for place, (whole, power) in enumerate(factors):
        if power == 1 and isinstance(whole, Sum) and whole.skip is None and whole.index.domain == index.domain:
            before, after = factors[:place], factors[place + 1 :]
            own, others = rename(whole.body, {whole.index: index}), _without(index, whole)
            made.append(_Split(_built([*before, (own, power), *after]), _built([*before, (others, power), *after])))
    return tuple(made)


def _without(index: Index, whole: Sum) -> Sum:
    """A sum that leaves out the member at `index`, which may have the name that is bound in it."""
    bound, count = whole.index, 1
    while bound == index or (bound != whole.index and bound in whole.body.free):
        count += 1
        bound = Index(f"{whole.index.name}{count}", index.domain)
    return Sum(bound, rename(whole.body, {whole.index: bound}), index)


def _off_diagonal(one: Index, two: Index, part: Term) -> tuple[_Split, ...]:
    """A product that is taken where two indices differ, in which no delta of them stands."""
    if one.domain != two.domain or _deltas(part, one, two) or not {one, two} <= part.free:
        return ()
    others = Add((number(1), Mul((number(-1), Delta(one, two)))))
    return (_Split(rename(part, {one: two}), _built([(others, Fraction(1)), *pieces(part)])),)


def _on_diagonal(one: Index, two: Index, part: Term) -> Term | None:
    """What a product with delta_ij is where both are equal, without that factor; None for any other."""
    found = _deltas(part, one, two)
    if not found:
        return None
    return rename(_built([pair for pair in pieces(part) if pair[0] not in found]), {one: two})


def _deltas(part: Term, one: Index, two: Index) -> list[Term]:
    return [f for f, power in pieces(part) if power == 1 and isinstance(f, Delta) and {f.left, f.right} == {one, two}]


def _distributed(term: Term) -> tuple[Term, ...]:
    """A product of sums as a sum of products, those below sums over an index too; the term itself if it is one."""
    choices: list[list[tuple[Term, Fraction]]] = []
    for factor, power in pieces(term):
        alone = [(factor, power)]
        if power == 1 and isinstance(factor, Add):
            alone = [(each, power) for part in factor.terms for each in _distributed(part)]
        elif power == 1 and isinstance(factor, Sum):
            alone = [(Sum(factor.index, each, factor.skip), power) for each in _distributed(factor.body)]
        choices.append(alone)
        if len(choices) > 1 and len(alone) * max(map(len, choices)) > _MOST_PARTS:
            return (term,)
    if all(len(each) == 1 for each in choices):
        return (term,)
    return tuple(
        _built([pair for factor, power in chosen for pair in pieces(factor, power)]) for chosen in product(*choices)
    )


def _built(factors: list[tuple[Term, Fraction]]) -> Term:
    """The product of factors, each above or below."""
    coefficient = Fraction(1)
    above: list[Term] = []
    below: list[Term] = []
    for factor, power in factors:
        if isinstance(factor, Number) and factor.value:
            coefficient *= factor.value ** int(power)
        else:
            (above if power > 0 else below).append(factor)
    top = scaled(multiplied(above), coefficient)
    return Div(top, multiplied(below)) if below else top


def key_of(term: Term, depth: int = 0) -> tuple[Fraction, Hashable]:
    """The rational factor of a product and a key of the rest, equal for products that differ in the order of their
    factors and addends, in names of bound indices, or in powers that are written as products. `depth` is how many
    sums are around it."""
    coefficient, powers = _powers(term, depth)
    return coefficient, frozenset((what, power) for what, power in powers.items() if power)


def _powers(term: Term, depth: int) -> tuple[Fraction, dict[Hashable, Fraction]]:
    """The rational factor of a product, and its other factors by their keys, with their powers."""
    coefficient, found = Fraction(1), dict[Hashable, Fraction]()

    def count(inner: Fraction, factors: Mapping[Hashable, Fraction], power: Fraction) -> None:
        nonlocal coefficient
        coefficient *= inner ** int(power)
        for what, own in factors.items():
            found[what] = found.get(what, Fraction(0)) + own * power

    for factor, power in pieces(term):
        match factor:
            case Number(value=value) if value:
                count(value, {}, power)
            case Power(base=base, exponent=Number(value=value)) if value.denominator == 1:
                count(*_powers(base, depth), value * power)
            case Exp(argument=argument):
                count(Fraction(1), {("exp", _sum_key(argument, depth)): Fraction(1)}, power)
            case Add():
                count(Fraction(1), {("add", _sum_key(factor, depth)): Fraction(1)}, power)
            case Sum(index=index, body=body, skip=skip):
                inner, what = key_of(rename(body, {index: Index(f"#{depth}", index.domain)}), depth + 1)
                count(inner, {("sum", index.domain, what, skip): Fraction(1)}, power)
            case _:
                count(Fraction(1), {alpha_key(factor): Fraction(1)}, power)
    return coefficient, found


def _sum_key(term: Term, depth: int) -> Hashable:
    """A key of a sum: its products by their keys, with their rational factors."""
    found: dict[Hashable, Fraction] = {}
    for part in term.terms if isinstance(term, Add) else (term,):
        coefficient, what = key_of(part, depth)
        found[what] = found.get(what, Fraction(0)) + coefficient
    return frozenset((what, coefficient) for what, coefficient in found.items() if coefficient)
