"""From a term to its display tree: precedence, pulled minus signs, sums, derivatives and the symbols of definitions.

The one place that decides how a formula looks. Order is the author's; nothing is simplified. Parts at given
paths are wrapped in `Marked`.
"""

from __future__ import annotations

from fractions import Fraction as Rational
from itertools import pairwise
from typing import Final, assert_never

from symderiv.documents.display import (
    Additive,
    Differential,
    Digits,
    Display,
    Exponential,
    Fenced,
    Fraction,
    Function,
    Large,
    Marked,
    Multiplied,
    Operated,
    Operator,
    Root,
    Row,
    Script,
    Sign,
    Slash,
    Symbol,
    fenced,
    is_sum,
    opens_right,
    unmarked,
)
from symderiv.documents.symbols import named, read, whole
from symderiv.statements import Claim, Condition, Definition, Distinct, Nonzero, Positive, Theory
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
    Path,
    Place,
    Power,
    Product,
    Size,
    Special,
    Step,
    Sum,
    Term,
    children,
)
from symderiv.terms import Sign as SignFunction

__all__ = ["changed", "display", "display_claim", "display_condition", "display_place", "display_whole"]

_PARTIAL: Final = Symbol("∂", "upright")
_HALF: Final = Rational(1, 2)


def display(term: Term, theory: Theory, marks: frozenset[Path] = frozenset()) -> Display:
    """The display tree of `term`, its subterms at `marks` marked; symbols come from the definitions of `theory`."""
    return _Notation(theory, marks).node(term, (), False)


def display_claim(claim: Claim, theory: Theory) -> Display:
    """left relation right."""
    return Row((display(claim.left, theory), Operator(claim.relation), display(claim.right, theory)))


def display_condition(condition: Condition, theory: Theory) -> Display:
    """A side condition: i ≠ j, S > 0, S ≠ 0."""
    match condition:
        case Distinct(left=left, right=right):
            return Row((display_place(left), Operator("≠"), display_place(right)))
        case Positive(term=term):
            return Row((display(term, theory), Operator(">"), Digits("0")))
        case Nonzero(term=term):
            return Row((display(term, theory), Operator("≠"), Digits("0")))
        case _:
            assert_never(condition)


def display_whole(symbol: Term, theory: Theory) -> Display:
    """The name of all entries of `symbol` together: (dy_i / dz_j)_ij."""
    shown = display(symbol, theory)
    free = sorted(symbol.free, key=lambda index: index.name)
    return Script(fenced(shown), _places(tuple(free))) if free else shown


def display_place(place: Place) -> Display:
    """An index or a concrete member of a domain."""
    return named(place.name) if isinstance(place, Index) else whole(place.value)


def changed(before: Term, after: Term) -> frozenset[Path]:
    """Paths in `after` to the parts that differ from `before`, as deep as both have the same shape; {()} if none."""
    if before == after:
        return frozenset()
    old, new = children(before), children(after)
    same_head = type(before) is type(after) and bool(new) and _head(before) == _head(after)
    if not same_head:
        return frozenset({()})
    if len(old) == len(new):
        pairs = tuple(zip(old, new, range(len(new)), strict=True))
        return frozenset((at, *path) for first, second, at in pairs for path in changed(first, second))
    if not isinstance(after, Add | Mul):
        return frozenset({()})
    start = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    shared = min(len(old), len(new)) - start
    end = next((at for at in range(shared) if old[-1 - at] != new[-1 - at]), shared)
    middle = range(start, len(new) - end)
    return frozenset((at,) for at in middle) if 0 < len(middle) < len(new) else frozenset({()})


def _head(term: Term) -> object:
    match term:
        case Sum(index=index, skip=skip) | Product(index=index, skip=skip):
            return (index, skip)
        case Derivative(wrt=wrt):
            return wrt
        case _:
            return None


class _Notation:
    """Builds display nodes for one term; holds the theory and the marked paths."""

    __slots__ = ("marks", "theory")

    def __init__(self, theory: Theory, marks: frozenset[Path]) -> None:
        self.theory = theory
        self.marks = marks

    def node(self, term: Term, path: Path, compact: bool) -> Display:
        """The display of the subterm at `path`; `compact` in scripts, where fractions are written with a slash."""
        made = self._bare(term, path, compact)
        return Marked(made) if path and path in self.marks else made

    def _bare(self, term: Term, path: Path, compact: bool) -> Display:
        match term:
            case Number(value=value):
                return _rational(value, compact)
            case Parameter(name=name):
                return named(name)
            case Size(domain=domain):
                return named(domain.symbol) if domain.size is None else whole(domain.size)
            case Entry(array=array, indices=places):
                return _indexed(named(array.name), places)
            case Call(name=name, indices=places):
                return _indexed(self._symbol(name), places)
            case Delta(left=left, right=right):
                return Script(Symbol("δ"), _places((left, right)))
            case Add(terms=terms):
                return self._sum(terms, path, compact)
            case Mul(factors=factors):
                return self._product(factors, path, compact)
            case Div(numerator=top, denominator=bottom):
                first, second = self.node(top, (*path, 0), compact), self.node(bottom, (*path, 1), compact)
                return _slash(first, second) if compact else Fraction(first, second)
            case Power(base=base, exponent=Number(value=value)) if value == _HALF:
                return Root(self.node(base, (*path, 0), compact))
            case Power(base=base, exponent=exponent):
                return _power(self.node(base, (*path, 0), compact), self.node(exponent, (*path, 1), True))
            case Exp(argument=argument):
                return Exponential(self.node(argument, (*path, 0), True))
            case Log(argument=argument):
                inner = self.node(argument, (*path, 0), compact)
                return Function("log", inner if _stands_alone(inner) else fenced(inner))
            case Constant(name=name):
                return named(name)
            case Abs(argument=argument):
                return Fenced(self.node(argument, (*path, 0), compact), "|", "|")
            case SignFunction(argument=argument) | Step(argument=argument):
                return Function(type(term).__name__.lower(), fenced(self.node(argument, (*path, 0), compact)))
            case Special(name=name, argument=argument):
                return Function(name, fenced(self.node(argument, (*path, 0), compact)))
            case Max(terms=terms):
                items: list[Display] = []
                for at, part in enumerate(terms):
                    items += [Operator(",")] if items else []
                    items.append(self.node(part, (*path, at), compact))
                return Function("max", Fenced(Row(tuple(items))))
            case Sum(index=index, body=body, skip=skip) | Product(index=index, body=body, skip=skip):
                inner = self.node(body, (*path, 0), compact)
                under = display_place(index)
                if skip is not None:
                    under = Row((under, Operator("≠"), display_place(skip)))
                return Large("∑" if isinstance(term, Sum) else "∏", under, fenced(inner) if is_sum(inner) else inner)
            case Derivative():
                return self._derivative(term, path)
            case _:
                assert_never(term)

    def _symbol(self, name: str) -> Display:
        definition: Definition | None = next((d for d in self.theory.definitions if d.name == name), None)
        return read(definition.symbol) if definition is not None and definition.symbol else named(name)

    def _sum(self, terms: tuple[Term, ...], path: Path, compact: bool) -> Display:
        items: list[tuple[Sign, Display]] = []
        for at, part in enumerate(terms):
            made = self.node(part, (*path, at), compact)
            bare = unmarked(made)
            if isinstance(bare, Additive) and len(bare.items) == 1 and bare.items[0][0] == "-":
                inner = bare.items[0][1]
                items.append(("-", Marked(inner) if isinstance(made, Marked) else inner))
            else:
                items.append(("+", fenced(made) if is_sum(made) and at > 0 else made))
        return Additive(tuple(items))

    def _product(self, factors: tuple[Term, ...], path: Path, compact: bool) -> Display:
        first = factors[0]
        negative = isinstance(first, Number) and first.value < 0
        made: list[Display] = []
        for at, factor in enumerate(factors):
            if at == 0 and negative and isinstance(first, Number):
                if first.value == -1 and len(factors) > 1:
                    continue
                made.append(_rational(-first.value, compact))
            else:
                made.append(self.node(factor, (*path, at), compact))
        alone = len(made) == 1 and not negative
        closed = [
            fenced(part)
            if (is_sum(part) and not alone)
            or (opens_right(part) and at < len(made) - 1)
            or (isinstance(unmarked(part), Slash) and len(made) > 1)
            else part
            for at, part in enumerate(made)
        ]
        body = closed[0] if len(closed) == 1 else Multiplied(tuple(closed), _dots(closed))
        return Additive((("-", body),)) if negative else body

    def _derivative(self, term: Derivative, path: Path) -> Display:
        variables: list[tuple[Display, int]] = []
        body: Term = term
        order = 0
        while isinstance(body, Derivative) and (order == 0 or path not in self.marks):
            variable = self.node(body.wrt, (-1,), True)
            if variables and variables[-1][0] == variable:
                variables[-1] = (variable, variables[-1][1] + 1)
            else:
                variables.append((variable, 1))
            order += 1
            path = (*path, 0)
            body = body.body
        inner = self.node(body, path, False)
        bare = unmarked(inner)
        if isinstance(bare, Symbol | Script | Exponential) or (isinstance(bare, Function) and _simple(bare.argument)):
            return Differential(order, inner, tuple(variables))
        operator = Differential(order, None, tuple(variables))
        return Operated(operator, inner if isinstance(bare, Large) or _closed(bare) else fenced(inner))


def _rational(value: Rational, compact: bool) -> Display:
    size = abs(value)
    digits: Display = whole(size)
    if size.denominator != 1:
        top, bottom = whole(size.numerator), whole(size.denominator)
        digits = Slash(top, bottom) if compact else Fraction(top, bottom)
    return Additive((("-", digits),)) if value < 0 else digits


def _slash(first: Display, second: Display) -> Display:
    top = fenced(first) if is_sum(first) or opens_right(first) else first
    bare = unmarked(second)
    loose = is_sum(second) or opens_right(second) or isinstance(bare, Multiplied | Slash)
    return Slash(top, fenced(second) if loose else second)


def _power(base: Display, exponent: Display) -> Display:
    bare = unmarked(base)
    if isinstance(bare, Script) and bare.upper is None and not isinstance(base, Marked):
        return Script(bare.base, bare.lower, exponent)
    if isinstance(bare, Symbol | Digits | Script | Fenced) and not (
        isinstance(bare, Script) and bare.upper is not None
    ):
        return Script(base, None, exponent)
    return Script(fenced(base), None, exponent)


def _dots(factors: list[Display]) -> tuple[bool, ...]:
    """A dot is needed only before a digit and between two fractions."""
    dots = [False]
    for left, right in pairwise(factors):
        first, second = unmarked(left), unmarked(right)
        leads = unmarked(second.factors[0]) if isinstance(second, Multiplied) else second
        digit = isinstance(leads, Digits) or (isinstance(leads, Script) and isinstance(leads.base, Digits))
        dots.append(digit or (isinstance(first, Fraction | Differential) and isinstance(leads, Fraction)))
    return tuple(dots)


def _simple(node: Display) -> bool:
    return isinstance(unmarked(node), Symbol | Script | Digits)


def _closed(node: Display) -> bool:
    """Whether the node brings its own brackets: |u|, max(a, b), sign(u)."""
    return (isinstance(node, Fenced) and node.left == "|") or (isinstance(node, Function) and not opens_right(node))


def _stands_alone(node: Display) -> bool:
    """Whether log may stand before it without brackets."""
    bare = unmarked(node)
    if isinstance(bare, Script):
        return bare.upper is None
    return isinstance(bare, Symbol | Digits | Exponential | Large | Fraction | Fenced)


def _places(places: tuple[Place, ...]) -> Display:
    labels = [display_place(place) for place in places]
    if len(labels) == 1:
        return labels[0]
    spaced = any(isinstance(label, Script) or (isinstance(label, Digits) and len(label.text) > 1) for label in labels)
    items: list[Display] = [labels[0]]
    for label in labels[1:]:
        items += [Operator(","), label] if spaced else [label]
    return Row(tuple(items))


def _indexed(base: Display, places: tuple[Place, ...]) -> Display:
    """`base` with its indices: on the variable of a derivative, after the index it already has, or after brackets."""
    if not places:
        return base
    lower = _places(places)
    match base:
        case Differential(order=order, of=of, variables=variables) if of is not None:
            last, power = variables[-1]
            return Differential(order, of, (*variables[:-1], (_indexed(last, places), power)))
        case Script(base=inner, lower=None, upper=upper):
            return Script(inner, lower, upper)
        case Script(base=inner, lower=given, upper=upper) if given is not None:
            return Script(inner, Row((given, Operator(","), lower)), upper)
        case Row(items=(Symbol(), Fenced())) | Row(items=(Script(), Fenced())):
            return Script(base, lower)
        case Row() | Additive() | Multiplied() | Fraction() | Slash() | Function() | Large() | Operated():
            return Script(Fenced(base), lower)
        case _:
            return Script(base, lower)
