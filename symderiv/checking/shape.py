"""The sign that a term has by its shape alone: of exponentials, sizes, data and parameters declared positive, squares,
and numbers beside error functions that are smaller.

Below the normal forms, because e**(log P) = P is used only where P is positive by its shape: log z**2 = 2 log z is an
identity of logarithms of absolute values, and e**(log |z|) is not z.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from symderiv.statements import Theory, unfold
from symderiv.terms import (
    Abs,
    Add,
    Call,
    Constant,
    Div,
    Entry,
    Exp,
    Max,
    Mul,
    Number,
    Parameter,
    Power,
    Product,
    Sign,
    Size,
    Special,
    Step,
    Sum,
    Term,
)

__all__ = ["RESERVED", "never_negative", "sign_of", "weak_sign_of"]

RESERVED = "\0"
"""How the names of indices made by the checker begin; `wellformed` refuses such a name in a record."""


def sign_of(term: Term, theory: Theory) -> int | None:
    """1 or -1 where the sign is the same for all data and every size of at least 1, else None.

    A sum without one member is empty at size 1, so its sign is not known here.
    """
    match term:
        case Number(value=value):
            return (value > 0) - (value < 0) or None
        case Exp() | Size():
            return 1
        case Parameter(positive=positive):
            return 1 if positive else None
        case Constant():
            return 1
        case Abs(argument=inner):
            return 1 if sign_of(inner, theory) else None
        case Sign(argument=inner) | Special(argument=inner):
            return sign_of(inner, theory)  # erf is odd and increasing.
        case Step(argument=inner):
            return 1 if sign_of(inner, theory) == 1 else None
        case Max(terms=parts):
            signs = {sign_of(part, theory) for part in parts}
            return 1 if 1 in signs else -1 if signs == {-1} else None
        case Entry(array=array):
            return 1 if array.positive else None
        case Call():
            return sign_of(unfold(term, theory), theory)
        case Add(terms=parts):
            signs = {sign_of(part, theory) for part in parts}
            if len(signs) == 1 and None not in signs:
                return signs.pop()
            bounded = _sign_beside_error_functions(parts)
            if bounded is not None:
                return bounded
            # A square and what is positive: positive.
            strict = signs - {None}
            if len(strict) != 1:
                return None
            (sign,) = strict
            return sign if all(weak_sign_of(part, theory) in (0, sign) for part in parts) else None
        case Mul(factors=parts):
            made = 1
            for part in parts:
                sign = sign_of(part, theory)
                if sign is None:
                    return None
                made *= sign
            return made
        case Div(numerator=above, denominator=below):
            return sign_of(Mul((above, below)), theory)
        case Power(base=base, exponent=exponent):
            sign = sign_of(base, theory)
            if sign == 1:
                return 1
            whole = isinstance(exponent, Number) and exponent.value.denominator == 1
            if sign == -1 and whole:
                assert isinstance(exponent, Number)
                return -1 if exponent.value.numerator % 2 else 1
            return None
        case Sum(body=body, skip=None):
            return sign_of(body, theory)
        case Product(body=body):
            return 1 if sign_of(body, theory) == 1 else None
        case _:
            return None


def _sign_beside_error_functions(parts: tuple[Term, ...]) -> int | None:
    """The sign of c + sum_i a_i erf(u_i), with numbers a_i that add up to at most |c| in absolute value: that of c,
    because |erf| < 1."""
    constant, reach = Fraction(0), Fraction(0)
    for part in parts:
        match part:
            case Number(value=value):
                constant += value
            case Special(name="erf"):
                reach += 1
            case Mul(factors=(Number(value=value), Special(name="erf"))):
                reach += abs(value)
            case _:
                return None
    return (1 if constant > 0 else -1) if constant and reach <= abs(constant) else None


def never_negative(term: Term, theory: Theory) -> bool:
    """Whether term >= 0 for all data and every size, by its shape: squares, and sums and products of what is."""
    return weak_sign_of(term, theory) in (0, 1)


def weak_sign_of(term: Term, theory: Theory) -> int | None:
    """1 where term >= 0 wherever it has a value, -1 where term <= 0, 0 for the number 0; None where neither follows.

    The square of a real number is not negative; a sum of what is not negative is not negative, also one without terms;
    a product is, if its factors are, or stand in it an even number of times.
    """
    match term:
        case Number(value=value):
            return (value > 0) - (value < 0)
        case Call():
            return weak_sign_of(unfold(term, theory), theory)
        case Power(exponent=Number(value=value)) if value.denominator == 1 and value.numerator % 2 == 0:
            return 1
        case Abs() | Step():
            return 1
        case Max(terms=parts):
            signs = {weak_sign_of(part, theory) for part in parts}
            return 1 if signs & {0, 1} else -1 if signs == {-1} else None
        case Sign(argument=inner) | Special(argument=inner):
            return weak_sign_of(inner, theory)
        case Add(terms=parts):
            signs = {weak_sign_of(part, theory) for part in parts} - {0}
            return 0 if not signs else signs.pop() if len(signs) == 1 else None
        case Mul(factors=parts):
            made = 1
            for part, times in Counter(parts).items():
                sign = 1 if times % 2 == 0 else weak_sign_of(part, theory)
                if sign is None:
                    return None
                made *= sign
            return made
        case Div(numerator=above, denominator=below):
            return weak_sign_of(Mul((above, below)), theory)
        case Sum(body=body):
            return weak_sign_of(body, theory)
        case Product(body=body):
            return 1 if weak_sign_of(body, theory) in (0, 1) else None
        case _:
            return sign_of(term, theory)
