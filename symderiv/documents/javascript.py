"""Closed terms as JavaScript: one function of sizes, data and parameters that returns a function a quantity.

The text is plain ES2020 over arrays whose first entry is 0; arithmetic is left to the object `M` of
templates/explorer/numbers.js, so that no exponential overflows.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, assert_never

from symderiv.documents.complements import with_complements
from symderiv.statements import Definition, Theory, reachable
from symderiv.terms import (
    Abs,
    Add,
    Array,
    Call,
    Constant,
    Delta,
    Derivative,
    Div,
    Domain,
    Entry,
    Exp,
    Index,
    Log,
    Max,
    Mul,
    Number,
    Parameter,
    Place,
    Position,
    Power,
    Product,
    Sign,
    Size,
    Special,
    Step,
    Sum,
    Term,
)

__all__ = ["Function", "NotPrintableError", "Program", "program"]

_EXACT: Final = 2**53
_TAKEN: Final = ("M", "arguments", "await", "const", "default", "delete", "do", "enum", "eval", "export", "extends")
_TAKEN_TOO: Final = ("function", "implements", "instanceof", "interface", "let", "new", "null", "package", "private")
_TAKEN_AS_WELL: Final = ("protected", "public", "static", "super", "switch", "this", "throw", "typeof", "var", "void")


class NotPrintableError(ValueError):
    """A term has no value to compute: a derivative is left in it."""


@dataclass(frozen=True, slots=True)
class Function:
    """A quantity: its name in the object returned, its indices as arguments, and the closed term it computes.

    `source` says where the term comes from: a comment beside it.
    """

    name: str
    indices: tuple[Index, ...]
    term: Term
    source: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """A function of (M, sizes, data, parameters), each in this order; `text` is an arrow function."""

    text: str
    sizes: tuple[Domain, ...]
    arrays: tuple[Array, ...]
    parameters: tuple[Parameter, ...]


def program(functions: tuple[Function, ...], theory: Theory) -> Program:
    """The functions and the definitions that they need, in the order of `theory`, each evaluated once an entry.

    Sizes, arrays and parameters are in order of appearance. Raises `NotPrintableError` for a derivative.
    """
    functions = tuple(replace(each, term=with_complements(each.term, theory)) for each in functions)
    theory = Theory(tuple(replace(each, body=with_complements(each.body, theory)) for each in theory.definitions))
    found = tuple(part for function in functions for part in reachable(function.term, theory))
    if any(isinstance(part, Derivative) for part in found):
        raise NotPrintableError("a derivative that is not carried out has no function")
    called = {part.name for part in found if isinstance(part, Call)}
    definitions = tuple(each for each in theory.definitions if each.name in called)
    arrays = tuple(dict.fromkeys(part.array for part in found if isinstance(part, Entry)))
    parameters = tuple(dict.fromkeys(part for part in found if isinstance(part, Parameter)))
    sizes = tuple(dict.fromkeys(domain for part in found for domain in _domains(part) if domain.size is None))
    printer = _Printer(_names(functions, definitions, arrays, parameters, sizes, found))
    inputs = [printer.names["domain", domain.name] for domain in sizes]
    inputs += [printer.names["array", array.name] for array in arrays]
    inputs += [printer.names["parameter", parameter.name] for parameter in parameters]
    lines = [f"({', '.join(('M', *inputs))}) => {{"]
    lines += [f"  {line}" for line in printer.definitions(definitions)]
    lines.append("  return {")
    lines += [f"    {line}" for function in functions for line in printer.function(function)]
    lines += ["  };", "}"]
    return Program("\n".join(lines), sizes, arrays, parameters)


def _domains(term: Term) -> Iterator[Domain]:
    """The domains whose size the value of this node needs."""
    match term:
        case Sum(index=index) | Product(index=index):
            yield index.domain
        case Size(domain=domain):
            yield domain
        case _:
            return


def _indices(term: Term) -> Iterator[Index]:
    yield from term.free
    if isinstance(term, Sum | Product):
        yield term.index


def _names(
    functions: tuple[Function, ...],
    definitions: tuple[Definition, ...],
    arrays: tuple[Array, ...],
    parameters: tuple[Parameter, ...],
    sizes: tuple[Domain, ...],
    found: tuple[Term, ...],
) -> dict[tuple[str, str], str]:
    """An identifier of its own for every name, alike where the language allows it."""
    wanted: list[tuple[str, str, str]] = [("domain", domain.name, domain.symbol) for domain in sizes]
    wanted += [("array", array.name, array.name) for array in arrays]
    wanted += [("parameter", parameter.name, parameter.name) for parameter in parameters]
    wanted += [("definition", each.name, each.name) for each in definitions]
    indices = {index.name for part in found for index in _indices(part)}
    indices |= {index.name for function in functions for index in function.indices}
    indices |= {index.name for definition in definitions for index in definition.indices}
    wanted += [("index", name, name) for name in sorted(indices)]
    taken = {*_TAKEN, *_TAKEN_TOO, *_TAKEN_AS_WELL, *keyword.kwlist}
    made: dict[tuple[str, str], str] = {}
    for kind, key, name in wanted:
        spelled = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
        plain = spelled if re.match(r"[A-Za-z]", spelled) else f"n{spelled}"
        while plain in taken:
            plain += "_"
        taken.add(plain)
        made[kind, key] = plain
    return made


class _Printer:
    """Prints terms; holds the identifiers."""

    __slots__ = ("names",)

    def __init__(self, names: dict[tuple[str, str], str]) -> None:
        self.names = names

    def definitions(self, definitions: tuple[Definition, ...]) -> Iterator[str]:
        """A constant function a definition; functions may call each other in any order."""
        for each in definitions:
            name, arguments = self.names["definition", each.name], self.arguments(each.indices)
            yield f"const {name} = M.once({arguments} => {self.term(each.body)});"

    def function(self, function: Function) -> Iterator[str]:
        """A property of the object returned, below its comment."""
        if function.source:
            yield f"/* {function.source.replace('*/', '* /')} */"
        yield f"{function.name}: {self.arguments(function.indices)} => M.float({self.term(function.term)}),"

    def arguments(self, indices: tuple[Index, ...]) -> str:
        """The argument list of an arrow function."""
        return f"({', '.join(self.names['index', index.name] for index in indices)})"

    def place(self, place: Place) -> str:
        """An index, or a member counted from 0."""
        return str(place.value - 1) if isinstance(place, Position) else self.names["index", place.name]

    def size(self, domain: Domain) -> str:
        """The size of a domain."""
        return self.names["domain", domain.name] if domain.size is None else str(domain.size)

    def call(self, name: str, parts: tuple[Term, ...]) -> str:
        """A function of `M` on terms."""
        return f"M.{name}({', '.join(self.term(part) for part in parts)})"

    def term(self, term: Term) -> str:
        """The expression of `term`: a number, or one of M's."""
        match term:
            case Number(value=value):
                top, bottom = (_whole(part) for part in value.as_integer_ratio())
                return top if bottom == "1" else f"M.div({top}, {bottom})"
            case Parameter(name=name):
                return self.names["parameter", name]
            case Constant(name=name):
                return f"M.{name}"
            case Size(domain=domain):
                return self.size(domain)
            case Entry(array=array, indices=places):
                return self.names["array", array.name] + "".join(f"[{self.place(place)}]" for place in places)
            case Call(name=name, indices=places):
                return f"{self.names['definition', name]}({', '.join(self.place(place) for place in places)})"
            case Delta(left=left, right=right):
                return f"+({self.place(left)} === {self.place(right)})"
            case Add(terms=parts):
                return self.call("add", parts)
            case Mul(factors=parts):
                return self.call("mul", parts)
            case Div(numerator=first, denominator=second):
                return self.call("div", (first, second))
            case Power(base=first, exponent=second):
                return self.call("pow", (first, second))
            case Sum(index=index, body=body, skip=skip) | Product(index=index, body=body, skip=skip):
                name = "sum" if isinstance(term, Sum) else "product"
                less = "" if skip is None else f", {self.place(skip)}"
                inside = f"{self.names['index', index.name]} => {self.term(body)}"
                return f"M.{name}({self.size(index.domain)}, {inside}{less})"
            case Derivative():
                raise NotPrintableError("a derivative that is not carried out has no function")
            case _:
                return self.call(*_of_functions(term))


def _of_functions(term: Exp | Log | Special | Max | Abs | Sign | Step) -> tuple[str, tuple[Term, ...]]:
    """The name of a function and its arguments."""
    match term:
        case Exp(argument=inner):
            return "exp", (inner,)
        case Log(argument=inner):
            return "log", (inner,)
        case Special(name=name, argument=inner):
            return name, (inner,)
        case Max(terms=parts):
            return "max", parts
        case Abs(argument=inner):
            return "abs", (inner,)
        case Sign(argument=inner):
            return "sign", (inner,)
        case Step(argument=inner):
            return "step", (inner,)
        case _:
            assert_never(term)


def _whole(value: int) -> str:
    """An integer as a number; beyond the exact ones, the nearest double."""
    return str(value) if abs(value) <= _EXACT else repr(float(value))
