"""Terms as one line of plain text, for the docstrings and headers of generated code."""

from __future__ import annotations

from typing import assert_never

from symderiv.kernels.algebra import is_negated, negated
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
)  # fmt: skip

_SUM, _PRODUCT, _POWER, _ATOM = range(4)


def _places(places: tuple[Place, ...]) -> str:
    joined = "".join(place.name if isinstance(place, Index) else str(place.value) for place in places)
    return f"_{joined}" if len(joined) == 1 else f"_{{{joined}}}" if joined else ""


def formula(term: Term, level: int = _SUM) -> str:
    """`term` in plain text: ``y_i * (delta_{ij} - y_j)``, ``sum_k t_k * log(y_k)``."""
    text, own = _written(term)
    return f"({text})" if own < level else text


def _written(term: Term) -> tuple[str, int]:
    match term:
        case Number(value=value):
            return str(value), _SUM if value < 0 else _ATOM if value.denominator == 1 else _PRODUCT
        case Parameter(name=name):
            return name, _ATOM
        case Constant(name=name):
            return name, _ATOM
        case Size(domain=domain):
            return domain.symbol, _ATOM
        case Entry(array=array, indices=places):
            return array.name + _places(places), _ATOM
        case Call(name=name, indices=places):
            return name + _places(places), _ATOM
        case Delta(left=left, right=right):
            return "delta" + _places((left, right)), _ATOM
        case Add(terms=terms):
            text = formula(terms[0])
            for part in terms[1:]:
                minus = is_negated(part)
                text += (" - " if minus else " + ") + formula(negated(part) if minus else part, _PRODUCT)
            return text, _SUM
        case Mul(factors=factors):
            if isinstance(factors[0], Number) and factors[0].value == -1:
                rest = factors[1] if len(factors) == 2 else Mul(factors[1:])
                return "-" + formula(rest, _PRODUCT), _SUM
            return " * ".join(formula(factor, _POWER) for factor in factors), _PRODUCT
        case Div(numerator=numerator, denominator=denominator):
            return f"{formula(numerator, _POWER)} / {formula(denominator, _ATOM)}", _PRODUCT
        case Power(base=base, exponent=exponent):
            return f"{formula(base, _ATOM)}^{formula(exponent, _ATOM)}", _POWER
        case Exp(argument=argument):
            return f"exp({formula(argument)})", _ATOM
        case Log(argument=argument):
            return f"log({formula(argument)})", _ATOM
        case Special(name=name, argument=argument):
            return f"{name}({formula(argument)})", _ATOM
        case Abs(argument=argument) | Sign(argument=argument) | Step(argument=argument):
            return f"{type(term).__name__.lower()}({formula(argument)})", _ATOM
        case Max(terms=terms):
            return f"max({', '.join(formula(part) for part in terms)})", _ATOM
        case Sum(index=index, body=body, skip=skip) | Product(index=index, body=body, skip=skip):
            word = "sum" if isinstance(term, Sum) else "prod"
            limit = index.name if skip is None else f"{{{index.name} != {_places((skip,))[1:].strip('{}')}}}"
            return f"{word}_{limit} {formula(body, _PRODUCT)}", _PRODUCT
        case Derivative(body=body, wrt=wrt):
            return f"d/d{formula(wrt)} {formula(body, _POWER)}", _PRODUCT
        case _:
            assert_never(term)
