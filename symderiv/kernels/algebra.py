"""The small algebra that brings a closed form into the shape a kernel computes: signs, zeros, deltas, regrouping.

Every function returns a term equal to its argument for all real data; `symderiv.kernels.stable` has the checker
confirm the result of the whole chain against the theorem it started from.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symderiv.terms import (
    Add,
    Delta,
    Div,
    Entry,
    Exp,
    Index,
    Log,
    Mul,
    Number,
    Parameter,
    Place,
    Power,
    Sum,
    Term,
    children,
    delta,
    free_indices,
    number,
    rebuild,
    rename,
)  # fmt: skip

ZERO = number(0)
ONE = number(1)


def added(terms: tuple[Term, ...]) -> Term:
    """The sum of `terms`: nested sums flattened, zeros dropped, constants joined at the end."""
    flat: list[Term] = []
    constant = Fraction(0)
    for term in terms:
        for part in term.terms if isinstance(term, Add) else (term,):
            if isinstance(part, Number):
                constant += part.value
            elif negated(part) in flat:
                flat.remove(negated(part))
            else:
                flat.append(part)
    if constant:
        flat.append(number(constant))
    return ZERO if not flat else flat[0] if len(flat) == 1 else Add(tuple(flat))


def multiplied(factors: tuple[Term, ...]) -> Term:
    """The product of `factors`: nested products flattened, ones dropped, numbers joined in front, zero absorbing."""
    flat: list[Term] = []
    constant = Fraction(1)
    for factor in factors:
        for part in factor.factors if isinstance(factor, Mul) else (factor,):
            if isinstance(part, Number):
                constant *= part.value
            else:
                flat.append(part)
    if constant == 0:
        return ZERO
    if constant == -1 and len(flat) == 1 and isinstance(flat[0], Add | Sum | Div):
        return negated(flat[0])
    if constant != 1:
        flat.insert(0, number(constant))
    return ONE if not flat else flat[0] if len(flat) == 1 else Mul(tuple(flat))


def negated(term: Term) -> Term:
    """-term, with the sign pushed to where it is cheapest to compute."""
    match term:
        case Number(value=value):
            return number(-value)
        case Add(terms=terms):
            return Add(tuple(negated(part) for part in terms))
        case Sum(index=index, body=body, skip=skip):
            return Sum(index, negated(body), skip)
        case Div(numerator=numerator, denominator=denominator):
            return Div(negated(numerator), denominator)
        case _:
            return multiplied((number(-1), term))


def is_negated(term: Term) -> bool:
    """Whether the term is written with a minus sign in front."""
    match term:
        case Number(value=value):
            return value < 0
        case Mul(factors=factors):
            return isinstance(factors[0], Number) and factors[0].value < 0
        case Sum(body=body):
            return is_negated(body)
        case Div(numerator=numerator):
            return is_negated(numerator)
        case _:
            return False


def _factors(term: Term) -> tuple[Term, ...]:
    return term.factors if isinstance(term, Mul) else (term,)


def cleaned(term: Term, distinct: frozenset[tuple[Place, Place]] = frozenset()) -> Term:
    """`term` with deltas decided and sifted, zeros and ones removed and signs normalised, parts first.

    `distinct` holds pairs (both ways round) of free indices known to differ: their delta is 0.
    """
    if isinstance(term, Delta):
        if term.left == term.right:
            return ONE
        return ZERO if (term.left, term.right) in distinct else term
    parts = tuple(cleaned(part, distinct) for part in children(term))
    match term:
        case Add():
            return added(parts)
        case Mul():
            return multiplied(parts)
        case Div():
            if parts[0] == ZERO or parts[1] == ONE:
                return parts[0]
            return negated(Div(negated(parts[0]), parts[1])) if is_negated(parts[0]) else Div(parts[0], parts[1])
        case Power() if parts[1] == ONE:
            return parts[0]
        case Sum(index=index, skip=skip):
            return _sifted(Sum(index, parts[0], skip), distinct)
        case _:
            return rebuild(term, parts) if parts else term


def _sifted(term: Sum, distinct: frozenset[tuple[Place, Place]]) -> Term:
    """sum_k delta_ka f_k = f_a, addend by addend where the body is a sum that holds such a delta."""
    index, body, skip = term.index, term.body, term.skip
    if body == ZERO:
        return ZERO
    if isinstance(body, Add) and any(_delta_of(part, index) is not None for part in body.terms):
        return added(tuple(_sifted(Sum(index, part, skip), distinct) for part in body.terms))
    found = _delta_of(body, index)
    if found is None or skip is not None:
        return term
    other = found.right if found.left == index else found.left
    rest = list(_factors(body))
    rest.remove(found)
    return cleaned(rename(multiplied(tuple(rest)), {index: other}), distinct)


def _delta_of(term: Term, index: Index) -> Delta | None:
    for factor in _factors(term):
        if isinstance(factor, Delta) and index in (factor.left, factor.right):
            return factor
    return None


def with_label(term: Term, targets: str, label: Index) -> Term:
    """`term` for one-hot targets: t_k becomes delta_{k,label}, and sums over it are sifted."""

    def visit(node: Term) -> Term:
        if isinstance(node, Entry) and node.array.name == targets:
            return delta(node.indices[-1], label)
        return rebuild(node, tuple(visit(part) for part in children(node))) if children(node) else node

    return cleaned(visit(term))


def split_at(term: Term, label: Index, wanted: Callable[[Sum], bool]) -> Term:
    """sum_k f_k -> sum_{k != label} f_k + f_label, for the wanted sums."""
    if isinstance(term, Sum) and term.skip is None and term.index.domain == label.domain and wanted(term):
        return Add((Sum(term.index, term.body, label), rename(term.body, {term.index: label})))
    parts = children(term)
    return rebuild(term, tuple(split_at(part, label, wanted) for part in parts)) if parts else term


def quotients_inside(term: Term) -> Term:
    """(sum_k f_k)/d -> sum_k (f_k/d), the sign in front, so that a rewrite of the quotient can see each one."""
    parts = tuple(quotients_inside(part) for part in children(term))
    made = rebuild(term, parts) if parts else term
    if not isinstance(made, Div):
        return made
    minus = is_negated(made.numerator)
    above = negated(made.numerator) if minus else made.numerator
    if isinstance(above, Sum) and above.index not in free_indices(made.denominator):
        inside: Term = Sum(above.index, Div(above.body, made.denominator), above.skip)
    else:
        inside = Div(above, made.denominator)
    return Mul((number(-1), inside)) if minus else inside


def quotients_outside(term: Term) -> Term:
    """sum_k (f_k/d) -> (sum_k f_k)/d for d without k, the sign in front: one division instead of C."""
    parts = tuple(quotients_outside(part) for part in children(term))
    made = rebuild(term, parts) if parts else term
    if not isinstance(made, Sum):
        return made
    sign, body = (-1, negated(made.body)) if is_negated(made.body) else (1, made.body)
    if isinstance(body, Div) and made.index not in free_indices(body.denominator):
        moved = Div(Sum(made.index, body.numerator, made.skip), body.denominator)
        return multiplied((number(sign), moved))
    return made


def signs_outside(term: Term) -> Term:
    """sum_k -f_k -> -sum_k f_k, so that sums that differ in sign only are added up once."""
    parts = tuple(signs_outside(part) for part in children(term))
    made = rebuild(term, parts) if parts else term
    if isinstance(made, Sum) and is_negated(made.body):
        return Mul((number(-1), Sum(made.index, negated(made.body), made.skip)))
    return made


def gathered(term: Term) -> Term:
    """(a + log s) sum_k t_k - sum_k t_k z_k -> sum_k t_k (a - z_k) + (log s) sum_k t_k: the addends of the sum cancel
    exactly where they can, and none of the sums needs the logarithm.

    Applies to products that each hold one sum and no logarithm, all over one domain and with common factors, an entry
    among them; common parameters go in front.
    """
    parts = tuple(gathered(part) for part in children(term))
    made = rebuild(term, parts) if parts else term
    if not isinstance(made, Add):
        return made
    kept: list[Term] = []
    bodies: list[Term] = []
    index: Index | None = None
    for addend in (part for whole in made.terms for part in _without_logarithm(whole)):
        inside = None if any(isinstance(factor, Log) for factor in _factors(addend)) else _inside_sum(addend, index)
        if inside is None:
            kept.append(addend)
        else:
            index, body = inside
            bodies.append(body)
    if index is None or len(bodies) < 2:
        return made
    common = [f for f in _factors(bodies[0]) if all(f in _factors(b) for b in bodies) and not isinstance(f, Number)]
    if not any(isinstance(factor, Entry) for factor in common):
        return made
    rests: list[Term] = []
    for body in bodies:
        rest = list(_factors(body))
        for factor in common:
            rest.remove(factor)
        rests.append(multiplied(tuple(rest)))
    front = tuple(factor for factor in common if index not in free_indices(factor))
    inner = tuple(factor for factor in common if factor not in front)
    return added((multiplied((*front, Sum(index, Mul((*inner, added(tuple(rests))))))), *kept))


def _without_logarithm(addend: Term) -> tuple[Term, ...]:
    """(a + log s) sum_k f_k as its two addends, so that the first can be gathered; anything else as it is."""
    factors = _factors(addend)
    for position, factor in enumerate(factors):
        others = (*factors[:position], *factors[position + 1 :])
        sums = any(isinstance(other, Sum) for other in others)
        if sums and isinstance(factor, Add) and any(isinstance(part, Log) for part in factor.terms):
            return tuple(multiplied((part, *others)) for part in factor.terms)
    return (addend,)


def _inside_sum(addend: Term, index: Index | None) -> tuple[Index, Term] | None:
    """`addend` as (k, body) with addend = sum_k body, the bound index renamed to `index` if given."""
    factors = _factors(addend)
    sums = [f for f in factors if isinstance(f, Sum) and f.skip is None]
    if len(sums) != 1:
        return None
    found = sums[0]
    others = list(factors)
    others.remove(found)
    if any(found.index in free_indices(other) or (index and index in free_indices(other)) for other in others):
        return None
    if index is None:
        return found.index, multiplied((found.body, *others))
    if found.index.domain != index.domain or (found.index != index and index in free_indices(found.body)):
        return None
    return index, multiplied((rename(found.body, {found.index: index}), *others))


def arranged(term: Term, top: Parameter) -> Term:
    """In every sum put the difference of `top` and an entry first, (top - z_k) + rest: it is exact to an ulp.

    b top - b z_k + rest becomes b (top - z_k) + rest.
    """
    parts = tuple(arranged(part, top) for part in children(term))
    if not isinstance(term, Add):
        return rebuild(term, parts) if parts else term
    flat = added(parts)
    if not isinstance(flat, Add):
        return flat
    for factor in (None, *(f for part in flat.terms for f in _factors(part) if isinstance(f, Parameter) and f != top)):
        scaled = flat.terms if factor is None else tuple(_divided(part, factor) for part in flat.terms)
        for sign in (1, -1):
            shift = top if sign > 0 else negated(top)
            present = tuple(part for part in scaled if part is not None)
            entry = next((t for t in present if isinstance(negated(t) if sign > 0 else t, Entry)), None)
            if shift not in scaled or entry is None:
                continue
            pair = (shift, entry) if sign > 0 else (entry, shift)
            rest = tuple(t for t, own in zip(flat.terms, scaled, strict=True) if own is None or own not in pair)
            made: Term = Add(pair) if factor is None else Mul((factor, Add(pair)))
            return made if not rest else Add((made, *rest))
    return flat


def _divided(term: Term, factor: Parameter) -> Term | None:
    """`term` without one factor `factor`; None if it has none."""
    rest = list(_factors(term))
    if factor not in rest:
        return None
    rest.remove(factor)
    return multiplied(tuple(rest))


def collected(term: Term, wanted: Callable[[Term], bool]) -> Term:
    """a y + b (c y - d) -> y (a + b c) - b d for the first wanted factor y: multiplied once, by a number of the row."""
    if not isinstance(term, Add):
        return term
    flat = added(tuple(part for whole in term.terms for part in _expanded(whole)))
    if not isinstance(flat, Add):
        return flat
    common = next((factor for part in flat.terms for factor in _factors(part) if wanted(factor)), None)
    holding = tuple(part for part in flat.terms if common in _factors(part))
    if common is None or len(holding) < 2:
        return term
    rests: list[Term] = []
    for part in holding:
        rest = list(_factors(part))
        rest.remove(common)
        rests.append(multiplied(tuple(rest)))
    return added((Mul((common, added(tuple(rests)))), *(part for part in flat.terms if part not in holding)))


def _expanded(term: Term) -> tuple[Term, ...]:
    """a (b + c) as a b and a c, with the first factor that is a sum of terms; anything else as it is."""
    factors = _factors(term)
    position = next((n for n, factor in enumerate(factors) if isinstance(factor, Add)), None)
    if position is None:
        return (term,)
    bracket = factors[position]
    assert isinstance(bracket, Add)
    before, after = factors[:position], factors[position + 1 :]
    return tuple(multiplied((*before, part, *after)) for part in bracket.terms)


def exponent_of_top(term: Term, top: Parameter) -> tuple[tuple[Term, ...], Parameter | None] | None:
    """The addends x and the factor b of a term e^(b (x - top)), b None where there is none; None for any other term."""
    if not isinstance(term, Exp):
        return None
    factors = _factors(term.argument)
    if len(factors) == 2 and isinstance(factors[0], Parameter) and isinstance(factors[1], Add):
        factor, argument = factors[0], factors[1]
    elif isinstance(term.argument, Add):
        factor, argument = None, term.argument
    else:
        return None
    if negated(top) not in argument.terms:
        return None
    return tuple(part for part in argument.terms if part != negated(top)), factor


def is_exponential_of_top(term: Term, top: Parameter) -> bool:
    """Whether `term` is e^(x - top) or e^(b (x - top))."""
    return exponent_of_top(term, top) is not None


def power_of(term: Term) -> int | None:
    """The exponent of an integer power, if `term` is one."""
    if isinstance(term, Power) and isinstance(term.exponent, Number) and term.exponent.value.denominator == 1:
        return int(term.exponent.value)
    return None
