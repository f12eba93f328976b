"""SymPy's own derivations at a chosen size of every domain: `Matrix.jacobian`, gradients and Hessians by `diff`.

The definitions are written out (z_1, ..., z_C are ordinary real symbols, sums are finite), SymPy differentiates, and
what it found is read back as terms with concrete indices, in e^{z_k}, neither folded nor simplified.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

import sympy

from symderiv.statements import Theory
from symderiv.sympy_border.translate import from_sympy
from symderiv.sympy_border.vocabulary import BorderError, Vocabulary
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
    Position,
    Power,
    Product,
    Sign,
    Size,
    Special,
    Step,
    Sum,
    Term,
    free_indices,
)  # fmt: skip

__all__ = ["explicit_entries", "explicit_jacobian"]


@dataclass(slots=True)
class _Writing:
    """One explicit derivation: the theory with sized domains, the symbols made so far, and results by term and
    indices."""

    theory: Theory
    symbols: dict[tuple[str, tuple[int, ...]], sympy.Symbol] = field(default_factory=dict)
    meaning: dict[sympy.Symbol, Term] = field(default_factory=dict)
    memo: dict[object, sympy.Expr] = field(default_factory=dict)

    def symbol(self, entry: Entry | Call | Parameter, at: tuple[Place, ...], positive: bool) -> sympy.Symbol:
        name = entry.array.name if isinstance(entry, Entry) else entry.name
        key = (name, tuple(place.value for place in at if isinstance(place, Position)))
        if key not in self.symbols:
            text = "_".join((name, *(str(value) for value in key[1])))
            made = sympy.Symbol(text, positive=True) if positive else sympy.Symbol(text, real=True)
            self.symbols[key] = made
            match entry:
                case Entry(array=array):
                    self.meaning[made] = Entry(array, at)
                case Call():
                    self.meaning[made] = Call(name, at)
                case _:
                    self.meaning[made] = entry
        return self.symbols[key]


def explicit_entries(term: Term, theory: Theory, assignments: Sequence[Mapping[Index, Position]]) -> tuple[Term, ...]:
    """`term` at each assignment of its free indices, every `Derivative` in it carried out by SymPy.

    All domains must be sized. Raises BorderError for what SymPy cannot be given.
    """
    writing = _Writing(theory)
    written = [_write(term, dict(places), frozenset(), writing) for places in assignments]
    return tuple(from_sympy(made, Vocabulary(), atoms=writing.meaning) for made in written)


def explicit_jacobian(
    derivative: Derivative, theory: Theory, rows: Sequence[Mapping[Index, Position]],
    columns: Sequence[Mapping[Index, Position]],
) -> tuple[tuple[Term, ...], ...]:  # fmt: skip
    """SymPy's `Matrix.jacobian` of the body at `rows` by the variable at `columns`.

    The body and the variable must share no index. Raises BorderError for what SymPy cannot be given.
    """
    if free_indices(derivative.body) & free_indices(derivative.wrt):
        raise BorderError("a Jacobian needs a function and a variable that share no index")
    writing = _Writing(theory)
    kept = frozenset({derivative.wrt.name}) if isinstance(derivative.wrt, Call) else frozenset()
    function = sympy.Matrix([_write(derivative.body, dict(places), kept, writing) for places in rows])
    variables = [_variable(derivative.wrt, places, writing) for places in columns]
    found = function.jacobian(variables)
    return tuple(
        tuple(from_sympy(found[r, c], Vocabulary(), atoms=writing.meaning) for c in range(len(columns)))
        for r in range(len(rows))
    )


def _located(place: Place, places: Mapping[Index, Position]) -> Position:
    return place if isinstance(place, Position) else places[place]


def _variable(wrt: Entry | Call, places: Mapping[Index, Position], writing: _Writing) -> sympy.Symbol:
    at = tuple(_located(place, places) for place in wrt.indices)
    return writing.symbol(wrt, at, wrt.array.positive if isinstance(wrt, Entry) else False)


def _write(term: Term, places: dict[Index, Position], kept: frozenset[str], writing: _Writing) -> sympy.Expr:
    """`term` written out; `kept` are the defined quantities that are variables here."""
    key = (term, tuple((i.name, places[i].value) for i in sorted(free_indices(term), key=lambda i: i.name)), kept)
    found = writing.memo.get(key)
    if found is None:
        found = writing.memo[key] = _write_new(term, places, kept, writing)
    return found


def _write_new(term: Term, places: dict[Index, Position], kept: frozenset[str], writing: _Writing) -> sympy.Expr:
    def visit(part: Term) -> sympy.Expr:
        return _write(part, places, kept, writing)

    match term:
        case Number(value=value):
            return sympy.Rational(value.numerator, value.denominator)
        case Parameter(positive=positive):
            return writing.symbol(term, (), positive)
        case Size(domain=domain):
            return sympy.Integer(_size(domain.size))
        case Entry(array=array, indices=indices):
            at = tuple(_located(place, places) for place in indices)
            for assumption in writing.theory.assumptions:  # t_k given by a formula, such as a one-hot target
                if isinstance(assumption.left, Entry) and assumption.left.array.name == array.name:
                    formal = {i: p for i, p in zip(assumption.left.indices, at, strict=True) if isinstance(i, Index)}
                    return _write(assumption.right, {**places, **formal}, kept, writing)
            return writing.symbol(term, at, array.positive)
        case Call(name=name, indices=indices):
            at = tuple(_located(place, places) for place in indices)
            if name in kept:
                return writing.symbol(term, at, False)
            definition = writing.theory.definition(name)
            return _write(definition.body, {**places, **dict(zip(definition.indices, at, strict=True))}, kept, writing)
        case Delta(left=left, right=right):
            return sympy.Integer(int(_located(left, places) == _located(right, places)))
        case Add(terms=parts):
            return sympy.Add(*(visit(part) for part in parts))
        case Mul(factors=parts):
            return sympy.Mul(*(visit(part) for part in parts))
        case Div(numerator=above, denominator=below):
            return visit(above) / visit(below)
        case Power(base=base, exponent=exponent):
            return visit(base) ** visit(exponent)
        case Exp(argument=inside):
            return sympy.exp(visit(inside))
        case Log(argument=inside):
            return sympy.log(visit(inside))
        case Constant(name=name):
            return {"pi": sympy.pi}[name]
        case Special(name=name, argument=inside):
            return {"erf": sympy.erf}[name](visit(inside))
        case Max(terms=parts):
            return sympy.Max(*(visit(part) for part in parts))
        case Abs(argument=inside):
            return sympy.Abs(visit(inside))
        case Sign(argument=inside):
            return sympy.sign(visit(inside))
        case Step(argument=inside):
            return sympy.Heaviside(visit(inside), 0)
        case Sum(index=index, body=body, skip=skip) | Product(index=index, body=body, skip=skip):
            left_out = None if skip is None else _located(skip, places).value
            members = [v for v in range(1, _size(index.domain.size) + 1) if v != left_out]
            written = [_write(body, {**places, index: Position(v, index.domain)}, kept, writing) for v in members]
            return sympy.Add(*written) if isinstance(term, Sum) else sympy.Mul(*written)
        case Derivative(body=body, wrt=wrt):
            inner = kept | {wrt.name} if isinstance(wrt, Call) else kept
            return sympy.diff(_write(body, places, inner, writing), _variable(wrt, places, writing))
        case _:
            assert_never(term)


def _size(size: int | None) -> int:
    if size is None:
        raise BorderError("an explicit derivation needs a size for every domain; resize the term first")
    return size
