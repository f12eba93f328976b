"""The exponents of a softmax of changed logits, u_k = s b_k with a factor s of the row: from u to statements.

b_k, the part that depends on the class, is kept in two floats, and so is s (b_k - top): no digit of z_k + a_k or of
(z_k - top)/tau is lost, whatever the offset, the spread or the temperature. What is the same for every class drops out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from symderiv.kernels.formula import formula
from symderiv.kernels.ir import Const, Expression, Op
from symderiv.kernels.probability.monomials import Monomial, Polynomial, free_of, of_monomial, plus
from symderiv.kernels.probability.ordering import as_term
from symderiv.kernels.probability.quantities import Softmax
from symderiv.kernels.probability.two_parts import InParts, Parts
from symderiv.kernels.stable import LoweringError
from symderiv.terms import Delta, Entry, Index, Number, Parameter, Size, Term


@dataclass(frozen=True, slots=True)
class Exponents:
    """u_k = number * scale * sum of `addends`, and `of_row`."""

    scale: Monomial
    number: Fraction
    addends: tuple[tuple[Monomial, Fraction], ...]
    of_row: Term
    """What u_k has added to it for every class, which the softmax does not see and its sum of exponentials does."""

    def scale_factors(self) -> tuple[tuple[Term, int], ...]:
        """scale * number as factors and their powers."""
        factors = tuple((pair[0], _whole(pair)) for pair in sorted(self.scale, key=lambda pair: repr(pair[0])))
        above, below = self.number.numerator, self.number.denominator
        numbers = ((Number(Fraction(above)), 1), (Number(Fraction(below)), -1))
        return (*factors, *(each for each in numbers if each[0].value != 1))

    @property
    def plain(self) -> Entry | None:
        """z_k, if that is all that depends on the class; None if there is more."""
        if len(self.addends) != 1 or len(self.addends[0][0]) != 1 or self.addends[0][1] != 1:
            return None
        ((term, exponent),) = self.addends[0][0]
        return term if isinstance(term, Entry) and exponent.constant == 1 else None


def exponents_of(each: Softmax, read: Polynomial, index: Index,
                 positive: frozenset[Parameter] = frozenset()) -> Exponents:  # fmt: skip
    """The exponent of a softmax, `read` as a polynomial at `index`, taken apart; the parameters `positive` are that, or
    0, where the problem declares their range.

    LoweringError unless its logits stand in one addend, in front of factors that are the same for every class.
    """
    logit = each.array[index]
    own = [(monomial, number) for monomial, number in read.addends if index in free_of(of_monomial(monomial))]
    of_row = plus(*(of_monomial(*addend) for addend in read.addends if addend not in own))
    led = [monomial for monomial, _ in own if any(term == logit for term, _ in monomial)]
    if len(led) != 1 or not all(exponent.constant == 1 if term == logit else _is_positive(term, index, positive)
                                for term, exponent in led[0]):  # fmt: skip
        raise LoweringError(
            f"the exponent {formula(as_term(read))} is not {each.array.name}_{index.name} times positive parameters,"
            " with something added; kernels are for softmaxes of those, so say of a parameter that it is positive"
        )
    rows = [frozenset(pair for pair in monomial if index not in pair[0].free) for monomial, _ in own]
    scale = frozenset(pair for pair in frozenset.intersection(*rows) if _is_positive(pair[0], index, positive))
    sizes = {abs(number) for _, number in own}
    common = sizes.pop() if len(sizes) == 1 else Fraction(1)
    ordered = sorted(own, key=lambda addend: (addend[0] != led[0], repr(as_term(of_monomial(*addend)))))
    addends = tuple((monomial - scale, number / common) for monomial, number in ordered)
    return Exponents(scale, common, addends, as_term(of_row))


def _is_positive(term: Term, index: Index, known: frozenset[Parameter]) -> bool:
    """Whether a factor is positive and the same for every class."""
    if index in term.free:
        return False
    match term:
        case Parameter(positive=positive):
            return positive or term in known
        case Entry(array=array):
            return array.positive
        case _:
            return isinstance(term, Size)


def base_in_parts(found: Exponents, parts: Parts, value: Callable[[Term], Expression], logits: Term) -> InParts:
    """b_k in two parts, or in one if it is a logit itself; the logit comes first."""
    made: InParts | None = None
    for monomial, number in found.addends:
        addend = _product(monomial, number, parts, value, logits)
        made = addend if made is None else parts.plus("base", made, addend)
    assert made is not None
    return made


def _product(monomial: Monomial, number: Fraction, parts: Parts, value: Callable[[Term], Expression],
             logits: Term) -> InParts:  # fmt: skip
    factors = sorted(monomial, key=lambda pair: (pair[0] != logits, not pair[0].free, repr(pair[0])))
    (term, exponent), *rest = factors
    sign, power = -1 if number < 0 else 1, _whole((term, exponent))
    if power < 1:
        made = InParts(Const(Fraction(sign)))
    else:
        start = value(term)
        made, power = InParts(start if sign > 0 else Op("negate", (start,))), power - 1
    powers = ((term, power), *((pair[0], _whole(pair)) for pair in rest))
    made = _multiplied("addend", made, powers, parts, value)
    above, below = abs(number).numerator, abs(number).denominator
    numbers = ((Number(Fraction(above)), 1), (Number(Fraction(below)), -1))
    return _multiplied("addend", made, tuple(each for each in numbers if each[0].value != 1), parts, value)


def scaled_gap(found: Exponents, gap: InParts, parts: Parts, value: Callable[[Term], Expression]) -> InParts:
    """s (b_k - top) in two parts, from b_k - top."""
    return _multiplied("multiple", gap, found.scale_factors(), parts, value)


def _multiplied(wanted: str, made: InParts, powers: tuple[tuple[Term, int], ...], parts: Parts,
                value: Callable[[Term], Expression]) -> InParts:  # fmt: skip
    for term, power in powers:
        for _ in range(abs(power)):
            made = (parts.times if power > 0 else parts.over)(wanted, made, value(term))
    return made


def _whole(pair: tuple[Term, Polynomial]) -> int:
    term, exponent = pair
    power = exponent.constant
    if not isinstance(term, Entry | Parameter | Size | Number | Delta) or power is None or power.denominator != 1:
        raise LoweringError(f"the exponent of a softmax has {formula(as_term(of_monomial(frozenset({pair}))))} in it;"
                            " kernels are for exponents of data, parameters, their products and quotients")  # fmt: skip
    return int(power)
