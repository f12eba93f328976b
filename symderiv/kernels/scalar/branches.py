"""A closed form as a tree of branches: where it changes its formula, and the form that is computed on each branch.

Two kinds of switches: the arguments of |u|, max, sign and step, at which the formula changes, and the bases of
exponentials and the arguments of erf, at which only the way to compute it does. At a kink the value is that of the
formula itself: step(0) = 0 and sign(0) = 0, and a maximum is the common value of both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import TypeAlias, assert_never

from symderiv.kernels.probability.monomials import Polynomial, atom, constant, plus, scaled
from symderiv.kernels.probability.ordering import as_term
from symderiv.kernels.rewriting import substitute
from symderiv.kernels.scalar.forms import best_form
from symderiv.kernels.scalar.linear import entries_of_sum, is_sum_of_data
from symderiv.kernels.scalar.reading import (
    Base,
    Products,
    Reader,
    bases_of,
    oriented,
    sure_sign,
    without_positive_factors,
)  # fmt: skip
from symderiv.kernels.scalar.relations import Relation, product_on, relations_of
from symderiv.kernels.stable import LoweringError
from symderiv.terms import (
    Abs,
    Add,
    Div,
    Entry,
    Max,
    Mul,
    Number,
    Parameter,
    Sign,
    Step,
    Term,
    children,
    number,
    subterms,
)  # fmt: skip

_PIECEWISE = (Abs, Max, Sign, Step)
DIFFERENCE = Parameter("difference of z and t")
"""z - t as one letter, while forms are looked for."""
_MOST = 64
"""The most branches of one closed form."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """The form that is computed on a branch."""

    form: Term


@dataclass(frozen=True, slots=True)
class Switch:
    """What is computed where `test` < 0 and elsewhere; `at_zero` where it is 0, if that is something else.

    `kink`: the formula changes here, not only the way to compute it.
    """

    test: Term
    negative: Tree
    positive: Tree
    at_zero: Tree | None = None
    kink: bool = False


Tree: TypeAlias = Leaf | Switch


def leaves(tree: Tree) -> Iterator[Leaf]:
    """The leaves from left to right."""
    if isinstance(tree, Leaf):
        yield tree
        return
    for part in (tree.negative, tree.at_zero, tree.positive):
        if part is not None:
            yield from leaves(part)


Pairs: TypeAlias = "list[tuple[Term, Term]]"


@dataclass(frozen=True, slots=True)
class Branched:
    """A tree, and for each branch the pair (its formula, the form that is computed), which have to be equal."""

    tree: Tree
    pairs: tuple[tuple[Term, Term], ...]


def branched(closed: Term, z: Entry, halves: tuple[Term, ...]) -> Branched:
    """The tree of a closed form without defined quantities; `halves` are data t that may occur beside 1 - t."""
    found = {part for _, part in subterms(closed) if isinstance(part, Entry) and part != z}
    pairs: Pairs
    for whole in _sums_of_data(closed, z):
        pairs = []
        moved = _resolved(_in_sum(closed, z, whole), halves, pairs)
        entries = tuple(entry for entry, _ in entries_of_sum(whole) or ())
        if not any(_mentions(leaf.form, *entries) for leaf in leaves(moved)):
            return _spelled_out(moved, pairs, as_term(whole))
    for other in sorted(found, key=lambda entry: entry.array.name):
        pairs = []
        moved = _resolved(_in_difference(closed, z, other), halves, pairs)
        if not any(_mentions(leaf.form, z, other) for leaf in leaves(moved)):
            return _spelled_out(moved, pairs, Add((z, Mul((number(-1), other)))))
    pairs = []
    made = _resolved(closed, halves, pairs)
    return Branched(made, tuple(dict.fromkeys(pairs)))


def _in_difference(closed: Term, z: Entry, other: Entry) -> Term:
    return substitute(closed, lambda node: Add((other, DIFFERENCE)) if node == z else None)


def _sums_of_data(closed: Term, z: Entry) -> tuple[Polynomial, ...]:
    """The sums and differences of several data, z among them, that stand in a closed form, the longest first."""
    found = []
    for _, part in subterms(closed):
        if is_sum_of_data(part):
            polynomial = Reader().read(part)
            whole = oriented(polynomial)[0] if polynomial.addends else polynomial
            entries = entries_of_sum(whole) or ()
            if z in [entry for entry, _ in entries]:
                found.append(whole)
    return tuple(sorted(dict.fromkeys(found), key=lambda each: -len(each.addends)))


def _in_sum(closed: Term, z: Entry, whole: Polynomial) -> Term:
    """The closed form with z by the letter for the sum and the other data."""
    own = dict(whole.addends)[frozenset({(z, constant(1))})]
    others = scaled(plus(whole, scaled(atom(z), -own)), -own)
    letter = scaled(atom(DIFFERENCE), own)
    return substitute(closed, lambda node: as_term(plus(letter, others)) if node == z else None)


def _mentions(form: Term, *entries: Entry) -> bool:
    return any(part in entries for _, part in subterms(form))


def _spelled_out(tree: Tree, pairs: Pairs, gap: Term) -> Branched:
    """The tree with `gap` for the letter."""

    def spelled(term: Term) -> Term:
        return substitute(term, lambda node: gap if node == DIFFERENCE else None)

    return Branched(
        mapped(tree, spelled), tuple(dict.fromkeys((spelled(closed), spelled(form)) for closed, form in pairs))
    )


def mapped(tree: Tree, change: Callable[[Term], Term]) -> Tree:
    """The tree with `change` applied to every form and every test."""
    match tree:
        case Leaf(form=form):
            return Leaf(change(form))
        case Switch(test=test, negative=negative, positive=positive, at_zero=zero, kink=kink):
            low, high = mapped(negative, change), mapped(positive, change)
            return Switch(change(test), low, high, None if zero is None else mapped(zero, change), kink)
        case _:
            assert_never(tree)


def _resolved(closed: Term, halves: tuple[Term, ...], pairs: Pairs, depth: int = 0) -> Tree:
    """The tree by the innermost piecewise function, then by the next."""
    node = _innermost(closed)
    if node is None:
        return _smooth(_without_left_out(closed), halves, pairs)
    if 2**depth > _MOST:
        raise LoweringError(f"the closed form changes its formula at more than {depth} places")
    argument = _switch_of(node)
    if not argument.addends:
        return _resolved(_with_sign(closed, argument, 0), halves, pairs, depth)
    sign = sure_sign(argument)
    if sign:
        return _resolved(_with_sign(closed, argument, sign), halves, pairs, depth)
    low, middle, high = (_resolved(_with_sign(closed, argument, each), halves, pairs, depth + 1) for each in (-1, 0, 1))
    jumps = _jumps(closed, argument)
    if low == high and (not jumps or middle == low):
        return low
    test, turned = oriented(argument)
    if turned < 0:
        low, high = high, low
    at_zero = None if not jumps or middle == high else middle
    if at_zero is not None and at_zero == low:
        return Switch(as_term(scaled(test, -1)), high, low, kink=True)
    return Switch(as_term(test), low, high, at_zero, kink=True)


def _innermost(term: Term) -> Term | None:
    for part in children(term):
        found = _innermost(part)
        if found is not None:
            return found
    return term if isinstance(term, _PIECEWISE) else None


def _switch_of(node: Term) -> Polynomial:
    """The polynomial whose sign decides, without positive factors."""
    reader = Reader()
    match node:
        case Abs(argument=argument) | Sign(argument=argument) | Step(argument=argument):
            found = reader.read(argument)
        case Max(terms=(first, second, *_)):
            found = plus(reader.read(first), scaled(reader.read(second), -1))
        case _:
            raise AssertionError
    return without_positive_factors(found) if found.addends else found


def _with_sign(closed: Term, argument: Polynomial, sign: int) -> Term:
    """`closed` where `argument` has this sign: functions that switch there are resolved."""

    def change(node: Term) -> Term | None:
        if not isinstance(node, _PIECEWISE) or any(_innermost(part) is not None for part in children(node)):
            return None
        found = _switch_of(node)
        own = sign if found == argument else -sign if found == scaled(argument, -1) else None
        return None if own is None else _decided(node, own)

    return substitute(closed, change)


def _decided(node: Term, sign: int) -> Term:
    match node:
        case Abs(argument=argument):
            return argument if sign >= 0 else Mul((number(-1), argument))
        case Sign():
            return number(sign)
        case Step():
            return number(1 if sign > 0 else 0)
        case Max(terms=(first, second, *rest)):
            larger = first if sign >= 0 else second
            return Max((larger, *rest)) if rest else larger
        case _:
            raise AssertionError


def _without_left_out(closed: Term) -> Term:
    """`closed` without what a step leaves out on this branch: 0 x is 0 wherever x has a value, and what another case
    says need not have one here, as log(1 - u/a) of a case u < 0 where u > a. Everything else stays as it is."""

    def change(node: Term) -> Term | None:
        match node:
            case Mul(factors=factors) if any(_is_zero(each) for each in factors):
                return number(0)
            case Div(numerator=above) if _is_zero(above):
                return number(0)
            case Add(terms=terms) if any(_is_zero(each) for each in terms):
                kept = tuple(each for each in terms if not _is_zero(each))
                return number(0) if not kept else kept[0] if len(kept) == 1 else Add(kept)
            case _:
                return None

    return substitute(closed, change)


def _is_zero(term: Term) -> bool:
    return _rational(term) == 0


def _rational(term: Term) -> Fraction | None:
    """The value of a sum or product of rational numbers, as 1 - 1; None for other terms."""
    match term:
        case Number(value=value):
            return value
        case Add(terms=parts) | Mul(factors=parts):
            known = [_rational(part) for part in parts]
            numbers = [each for each in known if each is not None]
            if len(numbers) < len(known):
                return None
            return sum(numbers, Fraction(0)) if isinstance(term, Add) else prod(numbers, start=Fraction(1))
        case _:
            return None


def _jumps(closed: Term, argument: Polynomial) -> bool:
    """Whether a function with a jump switches at this argument."""
    return any(
        isinstance(part, Sign | Step)
        and _innermost(part.argument) is None
        and _switch_of(part) in (argument, scaled(argument, -1))
        for _, part in subterms(closed)
    )


def _smooth(closed: Term, halves: tuple[Term, ...], pairs: Pairs) -> Tree:
    """The tree of a form without kinks: by the signs of the bases, and by whether they are near 0."""
    seen = Reader()
    seen.read(closed)
    bases = bases_of([each for each in seen.exponents if each.addends])
    errors = tuple(dict.fromkeys(oriented(each)[0] for each in seen.arguments if each.addends))
    switches = tuple(dict.fromkeys(_switch_at(each) for each in (*(base.polynomial for base in bases), *errors)))
    open_switches = tuple(each for each in switches if not sure_sign(each))
    relations = relations_of(bases)
    bases = (*bases, *(each.gap for each in relations if each.gap not in bases))
    if 2 ** len(open_switches) > _MOST:
        raise LoweringError(f"the closed form has {len(open_switches)} different exponents; kernels take up to 6")
    found: dict[tuple[int, ...], Tree] = {}
    for signs in product((-1, 1), repeat=len(open_switches)):
        chosen = dict(zip(open_switches, signs, strict=True))
        products = _products_on(relations, chosen)
        if products is not None:
            found[signs] = _of_signs(closed, halves, bases, errors, products, chosen, seen, pairs)
    made = _nested(open_switches, (), found)
    assert made is not None
    return made


def _sign_of(polynomial: Polynomial, chosen: dict[Polynomial, int]) -> int:
    """The sign of a base where its switch, if it has one, was chosen."""
    switch, turned = oriented(without_positive_factors(polynomial))
    return turned * (sure_sign(switch) or chosen[switch])


def _products_on(relations: tuple[Relation, ...], chosen: dict[Polynomial, int]) -> Products | None:
    """Which exponentials are products of others on a branch; None if there are no numbers on it."""
    made = []
    for each in relations:
        signs = (_sign_of(each.first.polynomial, chosen), _sign_of(each.second.polynomial, chosen))
        product = product_on(each, signs)
        if product is None:
            return None
        made.append(product)
    return tuple(made)


def _switch_at(polynomial: Polynomial) -> Polynomial:
    return oriented(without_positive_factors(polynomial))[0]


def _nested(
    switches: tuple[Polynomial, ...], signs: tuple[int, ...], found: dict[tuple[int, ...], Tree]
) -> Tree | None:
    """The tree of the branches that begin with these signs; None if there are none."""
    if not any(each[: len(signs)] == signs for each in found):
        return None
    if len(signs) == len(switches):
        return found[signs]
    low, high = _nested(switches, (*signs, -1), found), _nested(switches, (*signs, 1), found)
    if low is None or high is None:
        return low or high
    return low if low == high else Switch(as_term(switches[len(signs)]), low, high)


def _of_signs(closed: Term, halves: tuple[Term, ...], bases: tuple[Base, ...], errors: tuple[Polynomial, ...],
              products: Products, chosen: dict[Polynomial, int], seen: Reader, pairs: Pairs) -> Tree:  # fmt: skip
    signed = tuple((base, _sign_of(base.polynomial, chosen)) for base in bases)
    arguments = tuple((each, _sign_of(each, chosen)) for each in dict.fromkeys((*errors, *seen.arguments)))
    far, met = best_form(closed, signed, arguments, halves, products, near=False)
    pairs.append((closed, far))
    if not met:
        return Leaf(far)
    near, _ = best_form(closed, signed, arguments, halves, products, near=True)
    if near == far:
        return Leaf(far)
    pairs.append((closed, near))
    base, sign = signed[0]
    size = as_term(plus(scaled(base.polynomial, base.unit * sign), constant(-1)))
    return Switch(size, Leaf(near), Leaf(far))
