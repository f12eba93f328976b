"""Terms to SymPy and back: the one place where SymPy's formulas are made or read.

Going out, an index becomes a positive integer symbol, the size C of a domain another one, an array an `IndexedBase`
with the array's own sign, and every sum runs from 1 to C. A bound index never shares its name with a free index or
with an index bound outside it: SymPy captures such names when it differentiates or substitutes, and calls nested sums
equal that are not. Order of terms and factors is lost, as is the division between ``a/b`` and ``a * b**-1``; the
value is kept.

Coming in, names are read through a `Vocabulary`; whatever is not understood is refused in a sentence (`BorderError`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any, Final, assert_never

import sympy
from sympy.tensor.indexed import Indexed, IndexedBase

from symderiv.statements import Theory, unfold
from symderiv.sympy_border.piecewise import read_piecewise
from symderiv.sympy_border.vocabulary import BorderError, Vocabulary, base, place_symbol, scalar, size_symbol
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
    delta,
    free_indices,
    fresh,
    number,
    own_places,
    rename,
    subterms,
)

__all__ = ["from_sympy", "to_sympy"]

_OF_ONE_NUMBER: Final[Mapping[type, Callable[[Term], Term]]] = {
    sympy.exp: Exp, sympy.Abs: Abs, sympy.sign: Sign, sympy.erf: partial(Special, "erf"),
}  # fmt: skip
_CONSTANTS: Final[Mapping[sympy.Expr, Term]] = {sympy.pi: Constant("pi"), sympy.E: Exp(number(1))}


def _rational(value: Fraction) -> sympy.Rational:
    return sympy.Rational(value.numerator, value.denominator)


def to_sympy(term: Term, theory: Theory, *, keep: frozenset[str] | None = frozenset()) -> sympy.Expr:
    """`term` as a SymPy expression.

    `keep` names the defined quantities that stay symbols (an `IndexedBase` each) instead of being unfolded; None keeps
    all. A quantity that is differentiated against always stays. A sum that skips an index goes out as the full sum
    minus that term, such a product as a quotient (where the skipped factor is not 0). Raises BorderError if one name
    stands for two things.
    """
    _check_names(term, theory)
    kept = frozenset(d.name for d in theory.definitions) if keep is None else keep

    def entry(name: str, positive: bool, places: tuple[Place, ...]) -> sympy.Expr:
        if not places:
            return scalar(name, positive)
        made: sympy.Expr = base(Array(name, (), positive))[tuple(place_symbol(place) for place in places)]
        return made

    def visit(old: Term, used: frozenset[str], kept: frozenset[str]) -> sympy.Expr:
        match old:
            case Number(value=value):
                return _rational(value)
            case Parameter(name=name, positive=positive):
                return scalar(name, positive)
            case Size(domain=domain):
                return size_symbol(domain)
            case Entry(array=array, indices=places):
                return entry(array.name, array.positive, places)
            case Call(name=name, indices=places):
                return entry(name, False, places) if name in kept else visit(unfold(old, theory), used, kept)
            case Delta(left=left, right=right):
                return sympy.KroneckerDelta(place_symbol(left), place_symbol(right))
            case Add(terms=parts):
                return sympy.Add(*(visit(part, used, kept) for part in parts))
            case Mul(factors=parts):
                return sympy.Mul(*(visit(part, used, kept) for part in parts))
            case Div(numerator=above, denominator=below):
                return visit(above, used, kept) / visit(below, used, kept)
            case Power(base=below, exponent=exponent):
                return visit(below, used, kept) ** visit(exponent, used, kept)
            case Exp(argument=inner):
                return sympy.exp(visit(inner, used, kept))
            case Log(argument=inner):
                return sympy.log(visit(inner, used, kept))
            case Constant(name=name):
                return {"pi": sympy.pi}[name]
            case Special(name=name, argument=inner):
                return {"erf": sympy.erf}[name](visit(inner, used, kept))
            case Max(terms=parts):
                return sympy.Max(*(visit(part, used, kept) for part in parts))
            case Abs(argument=inner):
                return sympy.Abs(visit(inner, used, kept))
            case Sign(argument=inner):
                return sympy.sign(visit(inner, used, kept))
            case Step(argument=inner):
                return sympy.Heaviside(visit(inner, used, kept), 0)
            case Sum(index=index, body=body, skip=skip) | Product(index=index, body=body, skip=skip):
                if index.name in used:
                    new = fresh(index.domain, used | {i.name for i in free_indices(body)})
                    body, index = rename(body, {index: new}), new
                limits = (place_symbol(index), 1, size_symbol(index.domain))
                inside = visit(body, used | {index.name}, kept)
                whole = sympy.Sum(inside, limits) if isinstance(old, Sum) else sympy.Product(inside, limits)
                if skip is None:
                    return whole
                missing = visit(rename(body, {index: skip}), used, kept)
                return whole - missing if isinstance(old, Sum) else whole / missing
            case Derivative(body=body, wrt=wrt):
                kept = kept | {wrt.name} if isinstance(wrt, Call) else kept
                used = used | {i.name for i in free_indices(wrt)}
                return sympy.Derivative(visit(body, used, kept), visit(wrt, used, kept), evaluate=False)
            case _:
                assert_never(old)

    return visit(term, frozenset(index.name for index in free_indices(term)), kept)


def _check_names(term: Term, theory: Theory) -> None:
    """Raise BorderError if one name means two things: SymPy knows a symbol by its name and sign alone."""
    meaning: dict[str, object] = {}
    for whole in (term, *(definition.body for definition in theory.definitions)):
        for _, part in subterms(whole):
            inner: Term = part.wrt if isinstance(part, Derivative) else part
            found: list[tuple[str, object]] = [
                (p.name, p.domain.name) for p in own_places(part) if isinstance(p, Index)
            ]
            match inner:
                case Entry(array=array):
                    found.append((array.name, ("array", array.positive, tuple(d.name for d in array.domains))))
                case Parameter(name=name, positive=positive):
                    found.append((name, ("parameter", positive)))
                case Call(name=name):
                    found.append((name, "definition"))
                case Size(domain=domain):
                    found.append((domain.symbol, "size of " + domain.name))
                case _:
                    pass
            for name, kind in found:
                if meaning.setdefault(name, kind) != kind:
                    raise BorderError(
                        f"the name {name!r} stands for two things ({meaning[name]} and {kind}); rename one of them"
                    )


@dataclass(slots=True)
class _Reading:
    """One crossing from SymPy: the vocabulary by name, what was inferred about free indices, and results so far."""

    words: Vocabulary
    atoms: Mapping[sympy.Symbol, Term]
    inferred: dict[str, Index]
    done: dict[tuple[sympy.Basic, frozenset[tuple[str, Place]]], Term] = field(default_factory=dict)

    def domains(self) -> Iterable[Domain]:
        yield from self.words.domains
        for index in self.words.indices:
            yield index.domain
        for array in self.words.arrays:
            yield from array.domains
        for definition in self.words.definitions:
            for index in definition.indices:
                yield index.domain


def from_sympy(expression: sympy.Expr, words: Vocabulary, *, atoms: Mapping[sympy.Symbol, Term] | None = None) -> Term:
    """`expression` as a term; `atoms` says what particular symbols stand for, before any name is looked up.

    Accepted: rational numbers, pi, e, sums, products, powers, exp, log, Max, Min, Abs, sign, Heaviside(x, 0), Piecewise
    by comparisons, erf, deltas, `Sum` and `Product` from 1 to a domain's size, `Derivative` by entries, and the
    vocabulary's names. Raises BorderError for everything else, and where one name carries two sets of assumptions.
    """
    reading = _Reading(words, {} if atoms is None else atoms, {index.name: index for index in words.indices})
    if not reading.atoms:
        _check_symbols(expression)
    return _read(expression, {}, reading)


def _check_symbols(expression: sympy.Expr) -> None:
    seen: dict[str, sympy.Basic] = {}
    symbols = expression.atoms(sympy.Symbol) | {base.label for base in expression.atoms(IndexedBase)}
    for symbol in sorted(symbols, key=lambda s: (str(s), s.sort_key())):
        if seen.setdefault(getattr(symbol, "name", str(symbol)), symbol) != symbol:
            what = f"two different SymPy symbols are both called {symbol.name!r} (their assumptions differ, or one is a"
            raise BorderError(f"{what} Dummy), so SymPy would not combine them; make each name once")


def _shown(expression: sympy.Basic) -> str:
    text = str(expression)
    return text if len(text) <= 80 else text[:77] + "..."


def _read(node: sympy.Basic, bound: Mapping[str, Place], reading: _Reading) -> Term:
    key = (node, frozenset(bound.items()))
    if key not in reading.done:
        reading.done[key] = _read_new(node, bound, reading)
    return reading.done[key]


def _read_new(node: Any, bound: Mapping[str, Place], reading: _Reading) -> Term:
    if isinstance(node, sympy.Symbol):
        return _read_symbol(node, bound, reading)
    if isinstance(node, sympy.Rational):
        return number(Fraction(int(node.p), int(node.q)))
    if isinstance(node, Indexed):
        return _read_entry(node, bound, reading)
    if isinstance(node, sympy.Add):
        return Add(tuple(_read(part, bound, reading) for part in node.args))
    if isinstance(node, sympy.Mul):
        return _read_product(node, bound, reading)
    if type(node) in _OF_ONE_NUMBER:
        return _OF_ONE_NUMBER[type(node)](_read(node.args[0], bound, reading))
    if isinstance(node, sympy.Pow):
        if isinstance(node.exp, sympy.Rational) and node.exp.is_negative:
            return Div(number(1), _read(node.base**-node.exp, bound, reading))
        return Power(_read(node.base, bound, reading), _read(node.exp, bound, reading))
    if isinstance(node, sympy.log) and len(node.args) == 1:
        return Log(_read(node.args[0], bound, reading))
    if isinstance(node, sympy.Max):  # a set of arguments: their order is that of their sort keys
        return Max(tuple(_read(part, bound, reading) for part in sorted(node.args, key=sympy.default_sort_key)))
    if isinstance(node, sympy.Min):
        return -_read(sympy.Max(*(-part for part in node.args)), bound, reading)
    if isinstance(node, sympy.Heaviside) and node.args[1] == 0:
        return Step(_read(node.args[0], bound, reading))
    if isinstance(node, sympy.Piecewise):
        return read_piecewise(node, partial(_read, bound=bound, reading=reading))
    if node in _CONSTANTS:
        return _CONSTANTS[node]
    if isinstance(node, sympy.KroneckerDelta):
        return _read_delta(node, bound, reading)
    if isinstance(node, sympy.Sum | sympy.Product):
        return _read_binder(node, bound, reading)
    if isinstance(node, sympy.Derivative):
        return _read_derivative(node, bound, reading)
    raise BorderError(
        f"{_shown(node)} ({type(node).__name__}) is not understood; accepted are rational numbers, pi, E, + * / **, "
        "exp, log, Max, Min, Abs, sign, Heaviside(x, 0), Piecewise, erf, KroneckerDelta, Sum and Product from 1 to a "
        "domain's size, Derivative, and the names of the vocabulary"
    )


def _read_symbol(node: sympy.Symbol, bound: Mapping[str, Place], reading: _Reading) -> Term:
    if node in reading.atoms:
        return reading.atoms[node]
    name = node.name
    for array in reading.words.arrays:
        if array.name == name and not array.domains:
            return Entry(array, ())
    for definition in reading.words.definitions:
        if definition.name == name and not definition.indices:
            return Call(name, ())
    for parameter in reading.words.parameters:
        if parameter.name == name:
            return parameter
    for domain in reading.domains():
        if domain.symbol == name:
            return Size(domain)
    if name in bound or name in reading.inferred:
        raise BorderError(f"the index {name} is used as a number; an index may only mark an entry or stand in a delta")
    known = [a.name for a in reading.words.arrays] + [p.name for p in reading.words.parameters]
    raise BorderError(f"the symbol {name} is not in the vocabulary; known are {', '.join(known) or 'no names'}")


def _read_place(node: Any, domain: Domain | None, bound: Mapping[str, Place], reading: _Reading, where: str) -> Place:
    if isinstance(node, sympy.Integer):
        if domain is None:
            raise BorderError(f"the range of {node} in {where} is unknown; compare it with an index of an array")
        if node < 1 or (domain.size is not None and node > domain.size):
            raise BorderError(f"{node} in {where} is not a member of 1..{domain.size or domain.symbol}")
        return Position(int(node), domain)
    if not isinstance(node, sympy.Symbol):
        raise BorderError(
            f"the index {_shown(node)} in {where} is neither a symbol nor an integer (Idx is not accepted)"
        )
    name = node.name
    place = bound.get(name) or reading.inferred.get(name)
    if place is None:
        if domain is None:
            raise BorderError(
                f"the range of the index {name} in {where} is unknown; list it in the vocabulary's indices"
            )
        place = reading.inferred[name] = Index(name, domain)
    if domain is not None and place.domain != domain:
        raise BorderError(f"{where} wants an index over {domain.name}, but {name} ranges over {place.domain.name}")
    return place


def _read_entry(node: Any, bound: Mapping[str, Place], reading: _Reading) -> Term:
    name = str(node.base.label)
    for array in reading.words.arrays:
        if array.name == name:
            return Entry(array, _read_places(node, array.domains, bound, reading))
    for definition in reading.words.definitions:
        if definition.name == name:
            return Call(name, _read_places(node, tuple(i.domain for i in definition.indices), bound, reading))
    raise BorderError(f"the array {name} of {_shown(node)} is not in the vocabulary")


def _read_places(
    node: Any, domains: tuple[Domain, ...], bound: Mapping[str, Place], reading: _Reading
) -> tuple[Place, ...]:
    if len(node.indices) != len(domains):
        raise BorderError(f"{_shown(node)} has {len(node.indices)} indices where {len(domains)} are wanted")
    where = _shown(node)
    return tuple(_read_place(i, d, bound, reading, where) for i, d in zip(node.indices, domains, strict=True))


def _read_delta(node: Any, bound: Mapping[str, Place], reading: _Reading) -> Term:
    where = _shown(node)
    first, second = node.args[0], node.args[1]
    places = (each.get(str(index)) for index in (first, second) for each in (bound, reading.inferred))
    domain = next((place.domain for place in places if place is not None), None)
    if len(node.args) > 2 and (domain is None or str(node.args[2]) != f"(1, {domain.symbol})"):
        raise BorderError(f"{where} is limited to {node.args[2]}; leave that out where it is the whole range")
    return delta(_read_place(first, domain, bound, reading, where), _read_place(second, domain, bound, reading, where))


def _read_product(node: Any, bound: Mapping[str, Place], reading: _Reading) -> Term:
    above: list[Term] = []
    below: list[Term] = []
    for factor in node.args:
        read = _read(factor, bound, reading)
        if isinstance(factor, sympy.Rational) and not isinstance(factor, sympy.Integer):
            if factor.p != 1:
                above.append(number(int(factor.p)))
            below.append(number(int(factor.q)))
        elif isinstance(factor, sympy.Pow) and isinstance(read, Div):
            below.append(read.denominator)
        else:
            above.append(read)
    numerator = number(1) if not above else above[0] if len(above) == 1 else Mul(tuple(above))
    if not below:
        return numerator
    return Div(numerator, below[0] if len(below) == 1 else Mul(tuple(below)))


def _read_binder(node: Any, bound: Mapping[str, Place], reading: _Reading) -> Term:
    inner: Mapping[str, Place] = bound
    indices: list[Index] = []
    for symbol, low, high in reversed(node.limits):  # SymPy's last limit is the outermost
        domain = next((d for d in reading.domains() if size_symbol(d) == high or str(high) == d.symbol), None)
        if low != 1 or domain is None:
            sizes = ", ".join(sorted({d.symbol for d in reading.domains()}))
            raise BorderError(
                f"the limits of {_shown(node)} run from {low} to {high}; accepted is from 1 to the size of a domain "
                f"({sizes})"
            )
        taken = {p.name for p in inner.values() if isinstance(p, Index)} | set(reading.inferred)
        taken |= {str(s) for s in node.free_symbols}
        index = Index(symbol.name, domain)
        index = fresh(domain, taken) if index.name in taken else index
        inner = {**inner, symbol.name: index}
        indices.append(index)
    made = _read(node.function, inner, reading)
    for index in reversed(indices):
        made = Sum(index, made) if isinstance(node, sympy.Sum) else Product(index, made)
    return made


def _read_derivative(node: Any, bound: Mapping[str, Place], reading: _Reading) -> Term:
    made = _read(node.expr, bound, reading)
    for variable, count in node.variable_count:
        wrt = _read(variable, bound, reading)
        if not isinstance(wrt, Entry | Call) or not isinstance(count, sympy.Integer):
            raise BorderError(f"{_shown(node)} differentiates by {variable}; accepted is an entry of an array")
        for _ in range(int(count)):
            made = Derivative(made, wrt)
    return made
