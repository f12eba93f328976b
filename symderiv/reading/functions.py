"""The functions of numbers that the notation knows, each written in the nodes of the term language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from symderiv.terms import (
    Add,
    Div,
    Exp,
    Log,
    Mul,
    Number,
    Term,
    absolute,
    erf,
    maximum,
    number,
    root,
    sign,
    step,
)  # fmt: skip

__all__ = ["FUNCTIONS_OF_NUMBERS", "MANY", "negated", "product_of", "quotient_of"]


def negated(term: Term) -> Term:
    """-term, with the sign in the number where one leads: -(2 x) is -2 x."""
    if isinstance(term, Number):
        return Number(-term.value)
    if isinstance(term, Mul) and isinstance(term.factors[0], Number):
        value, rest = -term.factors[0].value, term.factors[1:]
        if value == 1:
            return rest[0] if len(rest) == 1 else Mul(rest)
        return Mul((Number(value), *rest))
    return -term


def product_of(left: Term, right: Term) -> Term:
    """left * right, one product of all their factors."""
    if isinstance(left, Number) and isinstance(right, Number):
        return Number(left.value * right.value)
    return left * right


def quotient_of(left: Term, right: Term) -> Term:
    """left / right; of two numbers, the rational number. Not for a right side that is the number 0."""
    if isinstance(left, Number) and isinstance(right, Number):
        return Number(left.value / right.value)
    return Div(left, right)


def _sigmoid(x: Term) -> Term:
    return Div(number(1), Add((number(1), Exp(negated(x)))))


def _softplus(x: Term) -> Term:
    return Log(Add((number(1), Exp(x))))


def _expm1(x: Term) -> Term:
    return Add((Exp(x), number(-1)))


def _log1p(x: Term) -> Term:
    return Log(Add((number(1), x)))


def _logsigmoid(x: Term) -> Term:
    return negated(_softplus(negated(x)))


def _clip(x: Term, least: Term, most: Term) -> Term:
    return _minimum(maximum(x, least), most)


def _sinh(x: Term) -> Term:
    return Div(Add((Exp(x), negated(Exp(negated(x))))), number(2))


def _cosh(x: Term) -> Term:
    return Div(Add((Exp(x), Exp(negated(x)))), number(2))


def _tanh(x: Term) -> Term:
    return Div(Add((Exp(x), negated(Exp(negated(x))))), Add((Exp(x), Exp(negated(x)))))


def _logcosh(x: Term) -> Term:
    return Log(_cosh(x))


def _minimum(*terms: Term) -> Term:
    return negated(maximum(*(negated(term) for term in terms)))


def _relu(x: Term) -> Term:
    return maximum(number(0), x)


def _silu(x: Term) -> Term:
    return Div(x, Add((number(1), Exp(negated(x)))))


def _gelu(x: Term) -> Term:
    return Div(Mul((x, Add((number(1), erf(Div(x, root(number(2)))))))), number(2))


MANY: Final = 0
"""The count of arguments of a function that takes two or more."""
FUNCTIONS_OF_NUMBERS: Final[Mapping[str, tuple[int, Callable[..., Term]]]] = {
    "exp": (1, Exp),
    "expm1": (1, _expm1),
    "log": (1, Log),
    "log1p": (1, _log1p),
    "sqrt": (1, root),
    "sigmoid": (1, _sigmoid),
    "softplus": (1, _softplus),
    "logsigmoid": (1, _logsigmoid),
    "sinh": (1, _sinh),
    "cosh": (1, _cosh),
    "tanh": (1, _tanh),
    "logcosh": (1, _logcosh),
    "max": (MANY, maximum),
    "min": (MANY, _minimum),
    "clip": (3, _clip),
    "abs": (1, absolute),
    "sign": (1, sign),
    "step": (1, step),
    "relu": (1, _relu),
    "silu": (1, _silu),
    "erf": (1, erf),
    "gelu": (1, _gelu),
}
"""How many arguments a function takes, and the term that it stands for; step(x) is 1 where x > 0 and 0 elsewhere, and
clip(x, a, b) is min(max(x, a), b)."""
