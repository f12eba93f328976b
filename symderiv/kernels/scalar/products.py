"""What the products and the constants of a form are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from flint import arb, ctx

from symderiv.kernels.ir import Const
from symderiv.kernels.probability.monomials import split_exponent
from symderiv.kernels.probability.ordering import as_term
from symderiv.kernels.scalar.forms import is_scaled_tail, scaled_argument
from symderiv.kernels.scalar.reading import ONE, Reader
from symderiv.kernels.stable import LoweringError
from symderiv.terms import (
    Add,
    Constant,
    Div,
    Exp,
    Log,
    Mul,
    Number,
    Power,
    Special,
    Term,
    children,
    number,
    subterms,
)  # fmt: skip

_MOST_FACTORS: Final = 6
"""The largest whole power that is multiplied out."""


def exponential_of_complement(term: Term) -> Term | None:
    """x of 1 - e^x; None for other terms."""
    match term:
        case Add(terms=(one, Mul(factors=(minus, Exp(argument=argument))))) if one == ONE and minus == number(-1):
            return argument
        case _:
            return None


def is_whole_power(term: Power) -> bool:
    """Whether a power is multiplied out."""
    exponent = term.exponent
    whole = isinstance(exponent, Number) and exponent.value.denominator == 1
    return whole and 0 < abs(exponent.value) <= _MOST_FACTORS and constant_value(term) is None  # type: ignore[union-attr]


def outside_functions(term: Term) -> Iterator[Term]:
    """The parts of a factor that may be large: not those inside exponentials, logarithms and the error function."""
    yield term
    if not isinstance(term, Exp | Log | Special):
        for part in children(term):
            yield from outside_functions(part)


def constant_value(term: Term) -> Const | None:
    """The value of a term without data and parameters, as a float unless it is rational; None for others."""
    if isinstance(term, Number):
        return Const(term.value)
    if not all(children(part) or isinstance(part, Number | Constant) for _, part in subterms(term)):
        return None
    with ctx.workprec(200):
        return Const(Fraction(float(_in_balls(term).mid())))


def _in_balls(term: Term) -> arb:
    match term:
        case Number(value=value):
            return arb(value.numerator) / value.denominator
        case Constant(name="pi"):
            return arb.pi()
        case Add(terms=terms):
            return sum((_in_balls(part) for part in terms), arb(0))
        case Mul(factors=factors):
            made = arb(1)
            for factor in factors:
                made *= _in_balls(factor)
            return made
        case Div(numerator=above, denominator=below):
            return _in_balls(above) / _in_balls(below)
        case Power(base=base, exponent=exponent):
            return _in_balls(base) ** _in_balls(exponent)
        case Exp(argument=argument):
            return _in_balls(argument).exp()
        case Log(argument=argument):
            return _in_balls(argument).log()
        case Special(name="erf", argument=argument):
            return _in_balls(argument).erf()
        case _:
            raise LoweringError(f"a constant has a {type(term).__name__.lower()} in it")


def power_of_exponential(argument: Term) -> tuple[Term, Term]:
    """x and g of an exponent that stands for (e^x)^g, which is kept as the power of an exponential."""
    if isinstance(argument, Power) and isinstance(argument.base, Exp):
        return argument.base.argument, argument.exponent
    return argument, ONE


def power_of_complement(term: Term) -> Power | None:
    """x^q of 1 - x^q with a sum x and a q that is not whole; None for other terms."""
    match term:
        case Add(terms=(one, Mul(factors=(minus, Power(base=Add()) as power)))) if one == ONE and minus == number(-1):
            return None if is_whole_power(power) else power
        case _:
            return None


def half_of(factors: list[Term]) -> tuple[Term, ...]:
    """The factors whose product squared is the product of all; none if there are no such factors."""
    found = Counter(factors)
    return () if any(count % 2 for count in found.values()) else tuple(
        factor for factor, count in found.items() for _ in range(count // 2)
    )  # fmt: skip


def split_product(term: Term) -> tuple[Fraction, list[Term], list[Term], list[Term]]:
    """A product as its number, the factors above and below the line, and the exponents of its exponentials."""
    front, above, below, exponentials = Fraction(1), [], [], []
    for factor in term.factors if isinstance(term, Mul) else (term,):
        match factor:
            case Number(value=value):
                front *= value
            case Mul() if not is_scaled_tail(factor):
                inner = split_product(factor)
                front *= inner[0]
                above += inner[1]
                below += inner[2]
                exponentials += inner[3]
            case Exp(argument=argument):
                exponentials.append(argument)
            case Power(base=Exp(), exponent=exponent):
                symbolic, whole = split_exponent(Reader().read(exponent))
                if symbolic.addends:
                    exponentials.append(Power(factor.base, as_term(symbolic)))
                if whole:
                    assert isinstance(factor.base, Exp)
                    exponentials.append(scaled_argument(factor.base.argument, Fraction(whole)))
            case Power(base=base, exponent=Number(value=value)) if is_whole_power(factor):
                (above if value > 0 else below).extend([base] * abs(int(value)))
            case Div(numerator=upper, denominator=lower):
                above.append(upper)
                below.append(lower)
            case _:
                above.append(factor)
    constants = [each for each in above if constant_value(each) is not None]
    if len(constants) > 1 or (constants and front != 1):
        whole_number = constant_value(Mul((Number(front), *constants)))
        assert whole_number is not None
        assert isinstance(whole_number.value, Fraction)
        above = [each for each in above if each not in constants]
        front = whole_number.value
    return front, above, below, exponentials
