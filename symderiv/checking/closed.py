"""Equations that hold whatever number each of their sums is: shown once, for every size.

**Theorem.** Let the free indices stand for members of one pattern of equal ones, let every domain that is summed over
have a member, and let the terms of a sum that leaves a member out have a value for all data. Take the derivatives by
the rules of calculus, write every sum over a domain of open size as a polynomial in sums of single products and in what
does not depend on its index (`normal`), and put a number in place of each such sum, of each entry and of each size: one
number for what is written alike, 1 for a sum that an assumption says is 1. If the two sides are then equal for all
these numbers, the claim holds at every size, for all data, wherever both sides have a value.

*Proof.* At a point at which a side has a value every subterm has one: no sum is empty but those that leave a member
out, whose terms, that member's among them, have one everywhere. There the rules of calculus hold: without maxima,
absolute values, signs and steps a term has continuous derivatives where it has a value, that of a finite sum is the sum
of the derivatives, and d z_k / d z_j is delta_kj. Divisors and arguments of logarithms are factors of those of the
claim, so what has a value for all data has a derivative for all data. That a sum of products is what `normal` makes of
it needs the distributive law, sum_k c f_k = c sum_k f_k, sum_k c = C c, sum_k delta_kj f_k = f_j, and that the sum of
f_k over k != s is the sum over all k less f_s, which hold at every size, the last also where s is the only member. So
both sides are what they become by putting in the values of the sums, entries and sizes for the numbers. These values
are some numbers, for which the two sides are equal. *End of proof.*

Values of sums are not independent, as sums of powers at few members show; what is lost by that are true claims, and a
claim that fails here is not refuted. **Roots**: e**(log P / q) to the power q is P where P is never negative. In P
stand sums, whose signs are lost with them; so that P is never negative is asked before they become numbers (`normal`).
Positive numbers stand for what is positive by its shape.

Refused (`Outside`): what is piecewise, and products over an index; sums that leave a member out of terms with a
divisor, logarithm or power that may have no value, because the claim asks nothing of the member left out; derivatives
by a defined quantity, in which a definition and its name are different functions, and by data that an assumption ties
together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from symderiv.checking.divisors import with_divisors_as_data
from symderiv.checking.given import Given
from symderiv.checking.letters import Outside, Polynomial
from symderiv.checking.normal import Normaliser
from symderiv.checking.shape import RESERVED, sign_of
from symderiv.checking.sifting import added, apart_from, multiplied, reads, unfolded
from symderiv.checking.signs import conditions
from symderiv.checking.simplices import Simplex
from symderiv.statements import Theory
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
    Position,
    Power,
    Product,
    Size,
    Special,
    Sum,
    Term,
    children,
    delta,
    each_subterm,
    number,
    rebuild,
    rename,
)

__all__ = ["in_numbers", "without_derivatives"]


def in_numbers(
    left: Term,
    right: Term,
    env: dict[Index, int],
    theory: Theory,
    simplices: tuple[Simplex, ...],
    normaliser: Normaliser,
    *,
    divisors: bool = False,
) -> tuple[Term, Term, tuple[Given, ...]]:
    """The sides at index values `env`, with a parameter for every sum, entry and size; and what is never negative.

    With `divisors` these are data of their own (`divisors`). Outside if the theorem does not speak of the sides, if
    there is no such divisor, or if a normal form is too long.
    """
    numbers = _Numbers(normaliser, simplices)
    places = {index: Position(value, index.domain) for index, value in env.items()}
    first, second = (without_derivatives(rename(side, places), theory) for side in (left, right))
    if divisors:
        first, second = with_divisors_as_data(first, second, normaliser)
    return numbers.of(first), numbers.of(second), tuple(numbers.never_negative)


def without_derivatives(term: Term, theory: Theory) -> Term:
    """`term` with its calls unfolded and its derivatives taken; Outside for what the theorem does not speak of."""

    plain = Theory((), ())
    normaliser = Normaliser(plain)

    def admitted(part: Term) -> Term:
        match part:
            case Product():
                raise Outside("a product over an index")
            case Sum(body=body, skip=skip) if skip is not None and conditions((body,), plain, normaliser):
                raise Outside("a sum that leaves a member out, of terms that may have no value")
            case _:
                return part

    return unfolded(term, theory, _derivative, admitted)


def _derivative(term: Term, wrt: Entry) -> Term:
    """The derivative of `term`, without calls and derivatives, by `wrt`."""
    if not reads(term, wrt.array.name):
        return number(0)
    match term:
        case Entry(indices=places):
            return multiplied(tuple(delta(*pair) for pair in zip(places, wrt.indices, strict=True)))
        case Add(terms=parts):
            return added(tuple(_derivative(part, wrt) for part in parts))
        case Mul(factors=parts):
            return added(
                tuple(
                    multiplied((*parts[:place], _derivative(part, wrt), *parts[place + 1 :]))
                    for place, part in enumerate(parts)
                )
            )
        case Div(numerator=above, denominator=below):
            first, second = _derivative(above, wrt), _derivative(below, wrt)
            falls = multiplied((number(-1), above, second))
            kept = () if first == number(0) else (Div(first, below),)
            return added((*kept, falls if falls == number(0) else Div(falls, Power(below, number(2)))))
        case Power(base=base, exponent=Number(value=value)):
            power = number(1) if value == 1 else Power(base, number(value - 1))
            return multiplied((number(value), power, _derivative(base, wrt)))
        case Power(base=base, exponent=exponent):
            if _derivative(exponent, wrt) != number(0):
                raise Outside("a power whose exponent is differentiated")
            lowered = Power(base, Add((exponent, number(-1))))
            return multiplied((exponent, lowered, _derivative(base, wrt)))
        case Exp(argument=inner):
            return multiplied((term, _derivative(inner, wrt)))
        case Log(argument=inner):
            return _logarithmic(inner, wrt)
        case Sum(index=index, body=inner, skip=skip):
            index, inner = apart_from(wrt, index, inner, skip)
            made = _derivative(inner, wrt)
            return made if made == number(0) else Sum(index, made, skip)
        case _:
            raise Outside(f"the derivative of a {type(term).__name__.lower()}")


def _logarithmic(term: Term, wrt: Entry) -> Term:
    """f' / f of what is not 0, factor by factor: a'/a + b'/b of a b, a'/a - b'/b of a / b, u' of e**u, n u'/u of u**n.

    Each factor is then not 0 either; and no quotient of a factor by itself is left, which under a sum stays whole.
    """
    if not reads(term, wrt.array.name):
        return number(0)
    match term:
        case Mul(factors=parts):
            return added(tuple(_logarithmic(part, wrt) for part in parts))
        case Div(numerator=above, denominator=below):
            return added((_logarithmic(above, wrt), multiplied((number(-1), _logarithmic(below, wrt)))))
        case Power(base=base, exponent=exponent) if not reads(exponent, wrt.array.name):
            return multiplied((exponent, _logarithmic(base, wrt)))
        case Exp(argument=inner):
            return _derivative(inner, wrt)
        case _:
            made = _derivative(term, wrt)
            return made if made == number(0) else Div(made, term)


@dataclass(slots=True)
class _Numbers:
    """The parameters that stand for sums, entries and sizes, by what they stand for."""

    normaliser: Normaliser
    simplices: tuple[Simplex, ...]
    never_negative: dict[Given, None] = field(default_factory=dict)
    _names: dict[Term, Parameter] = field(default_factory=dict)

    def of(self, term: Term) -> Term:
        """`term`, which has no free index, without sums, entries and sizes."""
        match term:
            case Entry():
                return self._named(term, positive=term.array.positive)
            case Size(domain=domain):
                return number(domain.size) if domain.size is not None else self._named(term, positive=True)
            case Delta(left=left, right=right):
                if not (isinstance(left, Position) and isinstance(right, Position)):
                    raise Outside("a Kronecker delta of an open index")
                return number(int(left == right))
            case Power(exponent=Number(value=value)) if value.denominator == 1:
                return Power(self.of(term.base), term.exponent)
            case Sum() | Power() | Exp() | Log() | Special():
                return self._of_polynomial(self.normaliser.normal(term))
            case _:
                return rebuild(term, tuple(self.of(part) for part in children(term)))

    def _of_polynomial(self, poly: Polynomial) -> Term:
        parts: list[Term] = []
        for monomial, coefficient in poly.items():
            powers = ((self._letter(letter), power) for letter, power in monomial)
            factors = (letter if power == 1 else Power(letter, number(power)) for letter, power in powers)
            parts.append(multiplied((number(coefficient), *factors)))
        return added(tuple(parts))

    def _letter(self, letter: Term) -> Term:
        match letter:
            case Sum(body=Entry(array=array, indices=places), index=index) if any(
                simplex.name == array.name
                and simplex.domain == index.domain.name
                and [axis for axis, place in enumerate(places) if place == index] == [simplex.axis]
                for simplex in self.simplices
            ):
                return number(1)
            case Sum():
                return self._named(letter, positive=sign_of(letter, Theory()) == 1)
            case Exp(argument=inner):
                return Exp(self._argument(inner))
            case Log(argument=inner):
                return (
                    self._logarithm(inner) if self.normaliser.is_never_negative(inner) else Log(self._argument(inner))
                )
            case Special():
                return rebuild(letter, tuple(self._argument(part) for part in children(letter)))
            case _:
                return self.of(letter)

    def _logarithm(self, argument: Term) -> Term:
        """log P of what is never negative, without the factors of P that are positive by their shape: as log P itself
        where P = S**-2 Q, and in roots of P, there is Q in place of a quotient."""
        coefficient, monomial, rest = self.normaliser.content(self.normaliser.normal(argument))
        if any(sign_of(letter, Theory()) != 1 for letter, _ in monomial):
            coefficient, monomial, rest = Fraction(1), (), self.normaliser.normal(argument)
        parts: list[Term] = [] if coefficient == 1 else [Log(number(coefficient))]
        parts += [multiplied((number(power), Log(self._letter(letter)))) for letter, power in monomial]
        made = self._of_polynomial(rest)
        if made == number(1):
            return added(tuple(parts))
        if not any(isinstance(part, Log) for part in each_subterm(made)):
            self.never_negative[made, ()] = None  # With a logarithm in it, it would be asked about in finding itself.
        return added((*parts, Log(made)))

    def _argument(self, term: Term) -> Term:
        """A letter's argument: canonical as it is, so that its letters are those of other normal forms."""
        return self._of_polynomial(self.normaliser.normal(term))

    def _named(self, term: Term, *, positive: bool) -> Parameter:
        if term not in self._names:
            self._names[term] = Parameter(f"{RESERVED}{RESERVED}{len(self._names)}", positive)
        return self._names[term]
