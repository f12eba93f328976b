"""Reading closed forms as polynomials in probabilities.

`read` takes a closed form down to the data and finds in it the softmax y_k = e^{z_k}/S: e^{z_k} is y_k S, z_k is
log y_k + log S, and 1 - y_k is an atom of its own, the share of the other classes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import assert_never

from symderiv.kernels.probability.forms import improved
from symderiv.kernels.probability.monomials import (
    ONE_MONOMIAL,
    Monomial,
    Polynomial,
    atom,
    atoms_of,
    constant,
    free_of,
    mapped,
    of_monomial,
    plus,
    product_of_monomials,
    renamed,
    scaled,
    times,
)  # fmt: skip
from symderiv.kernels.probability.ordering import as_term
from symderiv.kernels.probability.quantities import (
    Softmax,
    is_probability,
    is_sum_of_all,
    is_sum_of_exponentials,
    is_total,
    softmax_of,
    suffix_of,
    sum_of_all,
    with_complement,
)  # fmt: skip
from symderiv.kernels.stable import LoweringError
from symderiv.terms import (
    Abs,
    Add,
    Array,
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
    children,
    rebuild,
    rename,
    subterms,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setting:
    """What a closed form is read with: the logits, the pairs of free indices that differ, the label, at which every
    sum over the classes is split, and the softmaxes in it, that of the logits as they stand if none is named."""

    logits: Array
    distinct: frozenset[tuple[Place, Place]] = frozenset()
    label: Index | None = None
    softmaxes: tuple[Softmax, ...] = ()

    @property
    def plain(self) -> tuple[Softmax, ...]:
        """The softmaxes of arrays as they stand."""
        return tuple(each for each in self.softmaxes if each.plain) if self.softmaxes else (softmax_of(self.logits),)

    def plain_of(self, array: Array) -> Softmax | None:
        """The softmax of an array as it stands; None if there is none."""
        return next((each for each in self.plain if each.array.name == array.name), None)


def read(term: Term, setting: Setting) -> Polynomial:
    """`term`, a closed form without defined quantities, as a polynomial in probabilities.

    LoweringError for a derivative or a product in it.
    """
    match term:
        case Number(value=value):
            return constant(value)
        case Entry(array=array, indices=(place,)) if (own := setting.plain_of(array)) is not None:
            return plus(atom(Log(own.probability(place))), atom(Log(own.total)))
        case Parameter() | Size() | Entry():
            return atom(term)
        case Delta(left=left, right=right):
            return constant(1) if left == right else constant(0) if (left, right) in setting.distinct else atom(term)
        case Add(terms=parts):
            return with_complement(plus(*(read(part, setting) for part in parts)))
        case Mul(factors=factors):
            return times(*(read(factor, setting) for factor in factors))
        case Div(numerator=above, denominator=below):
            return times(read(above, setting), raised(read(below, setting), constant(-1)))
        case Power(base=Entry(array=array) as base, exponent=Number()) if setting.plain_of(array) is not None:
            return raised(atom(base), read(term.exponent, setting))  # z^2 is no business of the softmax
        case Power(base=base, exponent=exponent):
            return raised(read(base, setting), read(exponent, setting))
        case Exp(argument=argument):
            return _exponential(read(argument, setting))
        case Log(argument=argument):
            return logarithm(read(argument, setting))
        case Sum():
            return _sum(term, setting)
        case Max() | Abs() | Sign() | Step() | Special() | Constant():
            raise LoweringError(f"kernels of losses on softmax have no {type(term).__name__.lower()} yet")
        case Product() | Derivative() | Call():
            raise LoweringError(f"a {type(term).__name__.lower()} is left in the closed form; kernels need it resolved")
        case _:
            assert_never(term)


def _is_positive(term: Term) -> bool:
    match term:
        case Parameter(positive=positive):
            return positive
        case Entry(array=array):
            return array.positive
        case Size() | Exp():
            return True
        case Power(base=base):
            return _is_positive(base)
        case Sum(body=body):
            return _is_positive(body)
        case Mul(factors=parts) | Add(terms=parts):
            return all(_is_positive(part) for part in parts)
        case Number(value=value):
            return value > 0
        case _:
            return False


def raised(base: Polynomial, exponent: Polynomial) -> Polynomial:
    """base^exponent: a monomial's exponents are multiplied; a sum is an atom."""
    power = exponent.constant
    if power == 1:
        return base
    base = with_complement(base)
    if power is not None and power.denominator == 1 and power >= 0 and (base.single is None) and power == 0:
        return constant(1)
    single = base.single
    if single is None:
        return atom(as_term(base), exponent)
    monomial, coefficient = single
    whole = power is not None and power.denominator == 1
    if not whole and (coefficient <= 0 or not all(_is_positive(term) for term, _ in monomial)):
        return atom(as_term(base), exponent)
    made = constant(1)
    for term, own in monomial:
        made = times(made, atom(term, times(own, exponent)))
    if coefficient == 1:
        return made
    if whole:
        assert power is not None
        return scaled(made, coefficient ** int(power))
    return times(made, atom(Number(coefficient), exponent))


def _exponential(argument: Polynomial) -> Polynomial:
    """e^argument: e^{c log x} is x^c."""
    made = constant(1)
    left: list[Polynomial] = []
    for monomial, coefficient in argument.addends:
        logs = [term for term, exponent in monomial if isinstance(term, Log) and exponent.constant == 1]
        rest = frozenset(pair for pair in monomial if pair[0] not in logs)
        if len(logs) == 1 and not free_of(of_monomial(rest)):
            inner = logs[0]
            assert isinstance(inner, Log)
            made = times(made, atom(inner.argument, of_monomial(rest, coefficient)))
        else:
            left.append(of_monomial(monomial, coefficient))
    return made if not left else times(made, atom(Exp(as_term(plus(*left)))))


def logarithm(argument: Polynomial) -> Polynomial:
    """log argument: of a monomial of positive atoms the sum of their logarithms; of a sum an atom, S taken out."""
    argument = with_complement(argument)
    single = argument.single
    if single is not None:
        monomial, coefficient = single
        if coefficient > 0 and all(_is_positive(term) for term, _ in monomial):
            parts = [times(exponent, atom(Log(term))) for term, exponent in monomial]
            return plus(*parts, *([] if coefficient == 1 else [atom(Log(Number(coefficient)))]))
        return atom(Log(as_term(argument)))
    for total in sorted((term for term in atoms_of(argument) if is_total(term)), key=repr):
        powers = {dict(monomial).get(total) for monomial, _ in argument.addends}
        if len(powers) == 1 and None not in powers:
            power = powers.pop()
            assert power is not None
            return plus(times(power, atom(Log(total))), logarithm(times(argument, atom(total, scaled(power, -1)))))
    return atom(Log(as_term(argument)))


def _depth(polynomial: Polynomial) -> int:
    sums = (part for term in atoms_of(polynomial) for _, part in subterms(term) if isinstance(part, Sum))
    return max((int(part.index.name.removeprefix("k")) for part in sums), default=0)


def _sum(term: Sum, setting: Setting) -> Polynomial:
    for each in setting.plain:
        if is_sum_of_exponentials(term, each.array):
            return atom(each.total) if term.skip is None else times(atom(each.total), atom(each.complement(term.skip)))
    body = read(term.body, setting)
    index = Index(f"k{_depth(body) + 1}", term.index.domain)
    body = renamed(body, term.index, index)
    label = setting.label
    splits = label is not None and label.domain == index.domain and term.skip is None
    if splits and _hidden_delta(body, index):
        assert label is not None
        raw = term.body
        other = replace(setting, distinct=setting.distinct | {(term.index, label), (label, term.index)})
        return plus(
            read(rename(raw, {term.index: label}), setting),
            _sum_of(renamed(read(raw, other), term.index, index), index, label),
        )
    made = constant(0)
    rest: list[Polynomial] = []
    for monomial, coefficient in body.addends:
        found = next((t for t, _ in monomial if isinstance(t, Delta) and index in (t.left, t.right)), None)
        if found is None:
            rest.append(of_monomial(monomial, coefficient))
            continue
        place = found.right if found.left == index else found.left
        if term.skip is not None and term.skip != place and (term.skip, place) not in setting.distinct:
            raise LoweringError("a sum that skips a class has a delta of another class in it; kernels need it resolved")
        if term.skip != place:
            others = frozenset(pair for pair in monomial if pair[0] != found)
            made = plus(made, _decided(renamed(of_monomial(others, coefficient), index, place), setting))
    left = plus(*rest)
    if splits and left.addends and not _is_share(left, index):
        assert label is not None
        return plus(made, renamed(left, index, label), _sum_of(left, index, label))
    return plus(made, _sum_of(left, index, term.skip))


def _decided(polynomial: Polynomial, setting: Setting) -> Polynomial:
    """The polynomial with deltas of equal indices as 1 and of different ones as 0."""
    made = constant(0)
    for monomial, coefficient in polynomial.addends:
        deltas = [term for term, _ in monomial if isinstance(term, Delta)]
        if not any((delta.left, delta.right) in setting.distinct for delta in deltas):
            kept = frozenset(
                pair for pair in monomial if not (isinstance(pair[0], Delta) and pair[0].left == pair[0].right)
            )
            made = plus(made, of_monomial(kept, coefficient))
    return made


def _hidden_delta(polynomial: Polynomial, index: Index) -> bool:
    """Whether a delta of `index` stands inside an atom, where it is no factor of an addend."""
    return any(
        isinstance(part, Delta) and index in (part.left, part.right)
        for term in atoms_of(polynomial)
        if not isinstance(term, Delta)
        for _, part in subterms(term)
    ) or any(isinstance(t, Delta) and e.constant != 1 and index in t.free for m, _ in polynomial.addends for t, e in m)


def _is_share(polynomial: Polynomial, index: Index) -> bool:
    for monomial, _ in polynomial.addends:
        own = [(term, exponent) for term, exponent in monomial if index in term.free]
        if not (len(own) == 1 and is_probability(own[0][0]) and own[0][1].constant == 1):
            return False
    return True


def _sum_of(body: Polynomial, index: Index, skip: Place | None) -> Polynomial:
    """sum_index body: what does not depend on the index in front, a sum for each such factor."""
    groups: dict[Monomial, list[tuple[Monomial, Fraction]]] = {}
    for monomial, coefficient in body.addends:
        inner = frozenset(pair for pair in monomial if index in pair[0].free or index in free_of(pair[1]))
        groups.setdefault(monomial - inner, []).append((inner, coefficient))
    made = constant(0)
    for outer, inners in groups.items():
        whole = plus(*(of_monomial(m, c) for m, c in inners))
        made = plus(made, times(of_monomial(outer), _single_sum(whole, index, skip)))
    return made


def _single_sum(inner: Polynomial, index: Index, skip: Place | None) -> Polynomial:
    without = dict(inner.addends).get(ONE_MONOMIAL, Fraction(0))
    rest = plus(inner, constant(-without))
    made = constant(0)
    if without:
        number = atom(Size(index.domain)) if skip is None else plus(atom(Size(index.domain)), constant(-1))
        made = scaled(number, without)
    for monomial, share in rest.addends if skip is None else ():
        term, exponent = next(iter(monomial))
        if len(monomial) == 1 and is_probability(term) and exponent.constant == 1:
            made = plus(made, scaled(atom(sum_of_all(index.domain, suffix_of(term))), share))
            rest = plus(rest, of_monomial(monomial, -share))
    if not rest.addends:
        return made
    better = improved(rest)
    single = better.single
    scale = single[1] if single is not None else Fraction(1)
    return plus(made, scaled(atom(Sum(index, as_term(scaled(better, 1 / scale)), skip)), scale))


def with_logits(polynomial: Polynomial, softmaxes: tuple[Softmax, ...]) -> Polynomial:
    """z_k for log y_k + log S, wherever both have the same factors: as they stand logits lose no digits."""
    left = dict(polynomial.addends)
    made = constant(0)
    for monomial, coefficient in sorted(polynomial.addends, key=lambda addend: repr(as_term(of_monomial(*addend)))):
        for term, exponent in monomial:
            if not (isinstance(term, Log) and isinstance(term.argument, Entry) and is_probability(term.argument)):
                continue
            own = next((each for each in softmaxes if each.suffix == suffix_of(term.argument)), None)
            if own is None or exponent.constant != 1:
                continue
            rest = monomial - {(term, exponent)}
            beside = product_of_monomials(rest, frozenset({(Log(own.total), constant(1))}))
            if left.get(beside) == coefficient and monomial in left:
                del left[beside], left[monomial]
                logit = atom(Entry(own.array, term.argument.indices))
                made = plus(made, times(of_monomial(rest, coefficient), logit))
                break
    return plus(made, *(of_monomial(monomial, coefficient) for monomial, coefficient in left.items()))


def with_sum_to_one(polynomial: Polynomial) -> Polynomial:
    """The polynomial with 1 for sum_k y_k."""
    made = constant(0)
    for monomial, coefficient in polynomial.addends:
        made = plus(made, of_monomial(frozenset(pair for pair in monomial if not is_sum_of_all(pair[0])), coefficient))
    return mapped(made, _one_for_all)


def _one_for_all(term: Term) -> Term:
    if is_sum_of_all(term):
        return Number(Fraction(1))
    return rebuild(term, tuple(_one_for_all(part) for part in children(term))) if children(term) else term
