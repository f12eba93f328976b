"""A plain text of terms, for golden tests: every bracket that precedence needs, nothing else."""

from __future__ import annotations

from symderiv.statements import Derivation
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
    number,
)  # fmt: skip


def plain(term: Term) -> str:
    return _text(term, 0)


def _place(place: Place) -> str:
    return place.name if isinstance(place, Index) else str(place.value)


def _indexed(name: str, places: tuple[Place, ...]) -> str:
    return f"{name}_{''.join(_place(p) for p in places)}" if places else name


def _wrap(text: str, inner: int, outer: int) -> str:
    return f"({text})" if inner < outer else text


def _text(term: Term, outer: int) -> str:
    """`outer`: 0 anything, 1 a term after a sign, 2 a factor, 3 part of a fraction or a base."""
    match term:
        case Number(value=value):
            return _wrap(str(value), 4 if value >= 0 and value.denominator == 1 else 1, outer)
        case Parameter(name=name):
            return name
        case Size(domain=domain):
            return domain.symbol
        case Entry(array=array, indices=places):
            return _indexed(array.name, places)
        case Call(name=name, indices=places):
            return _indexed(name, places)
        case Delta(left=left, right=right):
            return f"δ_{_place(left)}{_place(right)}"
        case Add(terms=parts):
            texts = [_text(parts[0], 1)]
            for part in parts[1:]:
                text = _text(part, 1)
                texts.append(f" - {text[1:].lstrip()}" if text.startswith("-") else f" + {text}")
            return _wrap("".join(texts), 0, outer)
        case Mul(factors=parts):
            sign, rest = "", parts
            if parts[0] == number(-1):
                sign, rest = "-", parts[1:]
            elif isinstance(parts[0], Number) and parts[0].value < 0:
                sign, rest = "-", (Number(-parts[0].value), *parts[1:])
            last = len(rest) - 1
            texts = [_text(p, 2 if n == last or not isinstance(p, Sum | Product) else 3) for n, p in enumerate(rest)]
            return _wrap(sign + " ".join(texts), 1, outer) if sign else _wrap(" ".join(texts), 2, outer)
        case Div(numerator=above, denominator=below):
            return _wrap(f"{_text(above, 3)}/{_text(below, 3)}", 2, outer)
        case Power(base=base, exponent=exponent):
            return f"{_text(base, 4)}^{_text(exponent, 4)}"
        case Exp(argument=argument):
            return f"exp({_text(argument, 0)})"
        case Log(argument=argument):
            return f"log({_text(argument, 0)})"
        case Constant(name=name):
            return name
        case Special(name=name, argument=argument):
            return f"{name}({_text(argument, 0)})"
        case Max(terms=parts):
            return f"max({', '.join(_text(part, 0) for part in parts)})"
        case Abs(argument=argument):
            return f"|{_text(argument, 0)}|"
        case Sign(argument=argument) | Step(argument=argument):
            return f"{type(term).__name__.lower()}({_text(argument, 0)})"
        case Sum(index=index, body=body, skip=skip) | Product(index=index, body=body, skip=skip):
            sign = "Σ" if isinstance(term, Sum) else "Π"
            limit = f"{index.name}" if skip is None else f"{index.name}≠{_place(skip)}"
            return _wrap(f"{sign}_{limit} {_text(body, 2)}", 2, outer)
        case Derivative(body=body, wrt=wrt):
            return f"∂[{_text(body, 0)}]/∂{_text(wrt, 3)}"


def shown(derivation: Derivation) -> str:
    """The whole derivation, a line each: relation, term, rule and reason."""
    lines = [f"{derivation.problem}:{derivation.goal}", f"  {plain(derivation.start)}"]
    lines += [f"  {line.relation} {plain(line.term)}   [{line.rule}: {line.reason}]" for line in derivation.lines]
    return "\n".join(lines)
