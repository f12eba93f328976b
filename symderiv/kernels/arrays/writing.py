"""Numbers of a kernel from stable forms: each pattern that an operation keeps the digits of is given to it."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final, Protocol, assert_never

from symderiv.kernels.arrays.complements import complement_of
from symderiv.kernels.arrays.others import other_than
from symderiv.kernels.arrays.products import multiplied, scaled, without_coefficient
from symderiv.kernels.formula import formula
from symderiv.kernels.ir import Const, Expression, Extent, Op, Pick
from symderiv.kernels.stable import LoweringError
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
    number,
    subterms,
)  # fmt: skip

PI: Final = Fraction("3.14159265358979323846264338327950288419716939937511")


class Reading(Protocol):
    """How the leaves of a form are read inside the loops around it."""

    def variable(self, place: Place) -> str:
        """The loop variable of an index."""

    def axis(self, domain: str) -> str:
        """The axis of a domain."""

    def sum(self, term: Sum) -> Expression:
        """The value of a sum."""

    def call(self, term: Call) -> Expression:
        """The value of a defined quantity."""

    def parts(self, term: Call) -> tuple[Expression, Expression] | None:
        """Of a sum relative to its largest exponential: what is at the largest, and the rest; None for any other."""

    def others(self, term: Call) -> Expression | None:
        """1 - y for a probability y, without a loss of digits where it is near 1; None for any other quantity."""

    def entry(self, term: Entry) -> Expression:
        """A number of the data."""

    def scalar(self, term: Parameter) -> Expression:
        """A parameter."""

    def named(self, value: Expression) -> Expression:
        """The value as one that is computed once, however often it is read."""


def constant(value: Fraction | int) -> Const:
    """A rational constant."""
    return Const(Fraction(value))


def op(name: str, *arguments: Expression) -> Expression:
    """An operation on values."""
    return Op(name, arguments)


def written(term: Term, reading: Reading) -> Expression:
    """The value of a stable form; LoweringError for what the loop form has no operation for."""
    match term:
        case Number(value=value):
            return constant(value)
        case Parameter():
            return reading.scalar(term)
        case Constant():
            return constant(PI)
        case Size(domain=domain):
            return Extent(reading.axis(domain.name))
        case Entry():
            return reading.entry(term)
        case Call():
            return reading.call(term)
        case Sum():
            return reading.sum(term)
        case Delta(left=left, right=right):
            return Pick(reading.variable(left), reading.variable(right), constant(1), constant(0))
        case Add(terms=terms):
            return _sum_of(terms, reading)
        case Mul(factors=factors):
            return _product_of(factors, reading)
        case Div(numerator=above, denominator=below):
            return _quotient(above, below, reading)
        case Power(base=base, exponent=exponent):
            return _power(base, exponent, reading)
        case Exp(argument=argument):
            return _exponential(argument, reading)
        case Log(argument=argument):
            return _logarithm(argument, reading)
        case Special(name="erf", argument=argument):
            return op("erf", written(argument, reading))
        case Abs(argument=argument):
            inner = reading.named(written(argument, reading))
            return op("if_negative", inner, op("negate", inner), inner)
        case Max(terms=terms):
            made = written(terms[0], reading)
            for part in terms[1:]:
                made = op("maximum", made, written(part, reading))
            return made
        case Sign(argument=argument):
            inner = reading.named(written(argument, reading))
            apart = op("if_negative", inner, constant(-1), constant(1))
            return op("if_equal", inner, constant(0), constant(0), apart)
        case Step(argument=argument):
            return op("if_negative", op("negate", written(argument, reading)), constant(1), constant(0))
        case Special() | Product() | Derivative():
            raise LoweringError(f"the loop form has no operation for {formula(term)}")
        case _:
            assert_never(term)


def _sum_of(terms: tuple[Term, ...], reading: Reading) -> Expression:
    share = complement_of(Add(terms))
    others = None if share is None else reading.others(share)
    if others is not None:
        return others
    made: Expression | None = None
    for part in terms:
        negative, size = _signed(part)
        value = written(size, reading)
        if made is None:
            made = op("negate", value) if negative else value
        else:
            made = op("subtract" if negative else "add", made, value)
    assert made is not None
    return made


def _signed(term: Term) -> tuple[bool, Term]:
    """Whether a term has a minus sign in front, and the term without it."""
    if isinstance(term, Div):
        negative, above = _signed(term.numerator)
        return negative, Div(above, term.denominator)
    coefficient, rest = without_coefficient(term)
    return coefficient < 0, scaled(rest, abs(coefficient))


def _product_of(factors: Iterable[Term], reading: Reading) -> Expression:
    """Exponentials last, deltas by choice, and what may be infinite next to a factor 0 by `weighted`."""
    deltas = [f for f in factors if isinstance(f, Delta)]
    if deltas:
        rest = _product_of([f for f in factors if f is not deltas[0]], reading)
        left, right = reading.variable(deltas[0].left), reading.variable(deltas[0].right)
        return Pick(left, right, rest, constant(0))
    apart = next((f for f in factors if other_than(f) is not None), None)
    if apart is not None:
        rest, delta = _product_of([f for f in factors if f is not apart], reading), other_than(apart)
        assert delta is not None
        return Pick(reading.variable(delta.left), reading.variable(delta.right), constant(0), rest)
    negative = False
    finite: list[Term] = []
    exponentials: list[Exp] = []
    infinite: list[Term] = []
    for factor in factors:
        if factor == number(-1):
            negative = not negative
        elif isinstance(factor, Exp):
            exponentials.append(factor)
        elif may_be_infinite(factor):
            infinite.append(factor)
        else:
            finite.append(factor)
    made: Expression | None = None
    for factor in finite:
        value = written(factor, reading)
        made = value if made is None else op("multiply", made, value)
    for factor in exponentials:
        made = _times_exponential(made, factor.argument, reading)
    for factor in infinite:
        value = written(factor, reading)
        made = value if made is None else op("weighted", made, value)
    if made is None:
        made = constant(1)
    return op("negate", made) if negative else made


def may_be_infinite(term: Term) -> bool:
    """Whether a factor may be infinite where the data are finite or masked: it holds a logarithm or an exponential."""
    return any(isinstance(part, Log | Exp) for _, part in subterms(term))


def _times_exponential(made: Expression | None, argument: Term, reading: Reading) -> Expression:
    if made is None:
        return _exponential(argument, reading)
    if _difference(argument) is not None:
        return op("weighted", made, _exponential(argument, reading))
    return op("times_exp", made, written(argument, reading))


def _difference(argument: Term) -> tuple[Term, Term, Term] | None:
    """a, b and c of (a - b) c."""
    match argument:
        case Add(terms=(first, second)):
            c, a = without_coefficient(first)
            d, b = without_coefficient(second)
            if c != -d or c <= 0:
                return None
            outer: list[Term] = [number(c)]
            match a, b:
                case Mul(factors=(Parameter() as one, left)), Mul(factors=(Parameter() as two, right)) if one == two:
                    return left, right, multiplied((*outer, one))
            return a, b, multiplied(outer)
        case Mul(factors=(*outer, Add() as inner)) if all(isinstance(each, Number | Parameter) for each in outer):
            found = _difference(inner)
            return None if found is None else (found[0], found[1], multiplied((*outer, found[2])))
        case _:
            return None


def _exponential(argument: Term, reading: Reading) -> Expression:
    parts = _difference(argument)
    if parts is None:
        return op("exp", written(argument, reading))
    a, b, c = parts
    left, right = written(a, reading), written(b, reading)
    if c == number(1):
        return op("exp_difference", left, right)
    return op("exp_multiple", left, right, written(c, reading))


def _logarithm(argument: Term, reading: Reading) -> Expression:
    match argument:
        case Call() if (parts := reading.parts(argument)) is not None:
            return op("log_of_sum", *parts)
        case Add(terms=(first, second)):
            return op("log_of_sum", written(first, reading), written(second, reading))
        case _:
            return op("log", written(argument, reading))


def _quotient(above: Term, below: Term, reading: Reading) -> Expression:
    """above / below; an exponential above multiplies what is divided already, so that neither overflows alone."""
    bottom = written(below, reading)
    factors = above.factors if isinstance(above, Mul) else (above,)
    exponentials = [f for f in factors if isinstance(f, Exp) and _difference(f.argument) is None]
    negative, size = _signed(above)
    if negative:
        return op("negate", _quotient(size, below, reading))
    if exponentials and len(factors) > len(exponentials):
        rest = _product_of([f for f in factors if f not in exponentials], reading)
        made = op("divide", rest, bottom)
        for factor in exponentials:
            made = op("times_exp", made, written(factor.argument, reading))
        return made
    return op("divide", written(above, reading), bottom)


def _power(base: Term, exponent: Term, reading: Reading) -> Expression:
    value = reading.named(written(base, reading))
    if not isinstance(exponent, Number):
        return op("power", value, written(exponent, reading))
    half = exponent.value
    if half.denominator == 2 and abs(half) <= 4:
        whole = _whole(op("sqrt", value), abs(half.numerator), reading)
        return op("divide", constant(1), whole) if half < 0 else whole
    if half.denominator == 1 and abs(half) <= 8:
        whole = _whole(value, abs(half.numerator), reading)
        return op("divide", constant(1), whole) if half < 0 else whole
    return op("power", value, constant(half))


def _whole(value: Expression, exponent: int, reading: Reading) -> Expression:
    """A whole power by squaring."""
    if exponent == 0:
        return constant(1)
    if exponent == 1:
        return value
    half = reading.named(_whole(value, exponent // 2, reading))
    made = op("multiply", half, half)
    return op("multiply", made, value) if exponent % 2 else made
