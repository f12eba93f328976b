"""What the names in a user's SymPy formula stand for, told from how they are used; then the formula as a term.

Ranges come from the limits of sums: `Sum(..., (k, 1, C))` says that k runs over 1..C, and with it every axis that k
marks. A symbol without an index is a number; what the formula is differentiated by is data, whatever it is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import sympy
from sympy.assumptions.assume import AppliedPredicate
from sympy.tensor.indexed import Indexed, IndexedBase

from symderiv.sympy_border.rewriting import number_of_decimal, rewritten
from symderiv.sympy_border.translate import from_sympy
from symderiv.sympy_border.vocabulary import BorderError, Vocabulary
from symderiv.terms import Array, Domain, Parameter, Term

__all__ = ["Inferred", "as_short_notation", "inferred", "is_formula", "names_of", "respelled", "spelling"]

_LARGEST: Final = 2_000
_SIGNS: Final = {
    sympy.Q.positive: ">", sympy.Q.negative: "<", sympy.Q.nonnegative: ">=", sympy.Q.nonpositive: "<=",
    sympy.Q.nonzero: "!=",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Inferred:
    """A SymPy formula as a term, with its data and its numbers; `variables` are what it is differentiated by."""

    body: Term
    arrays: tuple[Array, ...]
    parameters: tuple[Parameter, ...]
    variables: tuple[str, ...]


def is_formula(value: object) -> bool:
    """Whether `value` is a SymPy expression."""
    return isinstance(value, sympy.Expr)


def names_of(wrt: object | None) -> tuple[str, ...]:
    """The names of an array, an entry, a symbol, a text of names, or of several of these in a list; none for None.

    BorderError for anything else, for an empty list, and for a name that is given twice.
    """
    if wrt is None:
        return ()
    each = tuple(wrt) if isinstance(wrt, tuple | list | sympy.Tuple | sympy.MatrixBase) else (wrt,)
    names = tuple(part for one in each for part in _name_of(one).split(","))
    names = tuple(name.strip() for name in names) if len(names) > 1 else names
    if not names or not all(names):
        raise BorderError("wrt names nothing, or a name is missing in it; write for example wrt=z or wrt=(m, s)")
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise BorderError(f"{twice} is given twice; a loss is differentiated by each input once")
    return names


def _name_of(variable: object) -> str:
    match variable:
        case Indexed():
            return str(variable.base.label)
        case IndexedBase():
            return str(variable.label)
        case sympy.Symbol():
            return str(variable.name)
        case str():
            return variable
        case _:
            raise BorderError(f"wrt is an array, one of its entries or a symbol, not {type(variable).__name__}")


def inferred(
    expression: sympy.Expr,
    wrt: tuple[str, ...],
    positive: frozenset[str],
    ranges: Callable[[tuple[str, ...]], Mapping[str, Domain]],
) -> Inferred:
    """`expression` as a term; `ranges` gives the range of each size, by its symbol.

    `wrt` names what it is differentiated by, nothing where that is left open; `positive` names what is assumed positive
    besides what SymPy was told. Raises BorderError, in a sentence, for an index that no sum binds, ranges that do not
    fit, and everything that the terms have no node for.
    """
    count = sum(1 for _ in sympy.preorder_traversal(expression))
    if count > _LARGEST:
        raise BorderError(f"the formula has {count} parts; up to {_LARGEST} are read")
    expression = rewritten(expression)
    limits = _limits(expression)
    domains = ranges(tuple(dict.fromkeys(limits.values())))
    axes = _axes(expression, limits)
    arrays = {
        name: Array(name, tuple(domains[size] for size in sizes), _positive(name, expression, positive))
        for name, sizes in axes.items()
    }
    alone = sorted({each.name for each in _scalars(expression)} & set(axes))
    if alone:
        raise BorderError(f"{alone[0]} is an array and stands without an index here; give it one, or use two names")
    variables = wrt or (_default(arrays, expression, limits),)
    indices = set(limits)
    scalars: dict[str, Parameter] = {}
    for symbol in sorted(_scalars(expression), key=str):
        if symbol.name in domains or symbol.name in arrays or symbol.name in indices:
            continue
        sign = bool(symbol.is_positive) or symbol.name in positive
        if symbol.name in variables or (not axes and len(symbol.name) == 1 and symbol.name.isascii()):
            arrays[symbol.name] = Array(symbol.name, (), sign)
        else:
            scalars[symbol.name] = Parameter(symbol.name, sign)
    words = Vocabulary(tuple(arrays.values()), (), tuple(scalars.values()), (), tuple(domains.values()))
    body = from_sympy(expression, words)
    if body.free:
        letter = min(index.name for index in body.free)
        raise BorderError(f"the index {letter} is bound by no sum; a loss is one number")
    for variable in variables:
        if variable not in arrays:
            raise BorderError(_not_data(variable, arrays, limits))
    return Inferred(body, tuple(arrays.values()), tuple(scalars.values()), variables)


def _not_data(variable: str, arrays: Mapping[str, Array], limits: Mapping[str, str]) -> str:
    """Why a loss is not differentiated by `variable`."""
    known = f"its data are {', '.join(arrays) or 'none'}"
    if variable in limits:
        return f"{variable} is an index, and nothing is differentiated by it; {known}"
    if variable in limits.values():
        return f"{variable} is the size of a range, and nothing is differentiated by it; {known}"
    return f"{variable} is not in the formula; {known}"


def _default(arrays: Mapping[str, Array], expression: sympy.Expr, limits: Mapping[str, str]) -> str:
    names = [*arrays, *(s.name for s in _scalars(expression) if s.name not in limits)]
    if "z" in names:
        return "z"
    if len(arrays) == 1:
        return next(iter(arrays))
    raise BorderError(f"what to differentiate by is not clear; give wrt, one of {', '.join(sorted(names)) or 'none'}")


def _limits(expression: sympy.Expr) -> dict[str, str]:
    """The size that each bound index runs to; BorderError for a range that does not begin at 1."""
    found: dict[str, str] = {}
    for node in expression.atoms(sympy.Sum, sympy.Product):
        for limit in node.limits:
            if len(limit) != 3 or limit[1] != 1 or not isinstance(limit[2], sympy.Symbol):
                raise BorderError(_limit_refused(node, limit))
            name, size = str(limit[0]), limit[2].name
            if found.setdefault(name, size) != size:
                raise BorderError(
                    f"the index {name} runs to {found[name]} in one sum and to {size} in another; use two letters"
                )
    twice = sorted(set(found.values()) & ({str(base.label) for base in expression.atoms(IndexedBase)} | set(found)))
    if twice:
        raise BorderError(f"{twice[0]} is the size of a range and something else besides; use two names")
    return found


def _limit_refused(node: Any, limit: Any) -> str:
    """Why the range of a sum is none, and what to write."""
    said = f"the limits of {node} are not from 1 to a symbol, as in Sum(..., (k, 1, C))"
    if len(limit) != 3:
        return said
    index, low, high = limit
    others = {each[0] for each in node.limits if each[0] != index}
    if (low.free_symbols | high.free_symbols) & others:
        return (
            f"{said}. The order of two indices is not known: of a term that is the same with both exchanged, the sum "
            "over i < j is half of that over all i and j less the members with i = j; any other takes data m[i, j] "
            "that are 1 where i < j and 0 elsewhere"
        )
    if low == 0:
        return f"{said}. Entries are counted from 1"
    if isinstance(high, sympy.Integer):
        return (
            f"{said}. A theorem holds for every size: write a symbol, and classes={high} writes the result out; or "
            "name each entry by a symbol of its own and add them up"
        )
    return f"{said}. For a part of a range multiply by data that are 0 or 1, which say which members belong to it"


def _axes(expression: sympy.Expr, limits: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The sizes of every array's axes, from the indices that mark them."""
    found: dict[str, list[str | None]] = {}
    for entry in sorted(expression.atoms(Indexed), key=str):
        name = str(entry.base.label)
        axes = found.setdefault(name, [None] * len(entry.indices))
        if len(axes) != len(entry.indices):
            raise BorderError(f"{name} has {len(axes)} indices in one place and {len(entry.indices)} in another")
        if len(axes) > 2:
            raise BorderError(f"data have up to two indices; {entry} has {len(axes)}")
        for position, index in enumerate(entry.indices):
            size = limits.get(str(index))
            if size is None:
                if isinstance(index, sympy.Integer):
                    continue
                raise BorderError(f"the index {index} of {entry} is bound by no sum; a loss is one number")
            if axes[position] not in (None, size):
                raise BorderError(f"an index of {name} runs to {axes[position]} in one place and to {size} in another")
            axes[position] = size
    sizes = list(dict.fromkeys(limits.values()))
    for name, axes in found.items():
        if None in axes and len(sizes) != 1:
            raise BorderError(
                f"the range of an index of {name} cannot be told; no sum runs over it. Numbers of their own are "
                f"symbols, as in symbols('{name}1 {name}2')"
            )
    return {name: tuple(size or sizes[0] for size in axes) for name, axes in found.items()}


def _positive(name: str, expression: sympy.Expr, positive: frozenset[str]) -> bool:
    bases = [base for base in expression.atoms(IndexedBase) if str(base.label) == name]
    return name in positive or any(bool(base.label.is_positive) or bool(base.is_positive) for base in bases)


def _scalars(expression: sympy.Expr) -> set[sympy.Symbol]:
    """The symbols that stand alone: not the labels of arrays."""
    found: set[sympy.Symbol] = set()
    waiting: list[Any] = [expression]
    while waiting:
        node = waiting.pop()
        if isinstance(node, sympy.Symbol):
            found.add(node)
        elif not isinstance(node, IndexedBase):
            waiting.extend(node.args)
    return found


def as_short_notation(assumption: object) -> tuple[str, ...]:
    """SymPy assumptions in short notation: Eq(Sum(t[k], (k, 1, C)), 1), gamma > 0, t[k] > 0, Ne(i, j), Q.positive(x).

    And is all of its parts; what SymPy knows to be true from its symbols is nothing more to assume. BorderError for
    what is none of these.
    """
    if assumption is True or assumption == sympy.true:
        return ()
    if assumption is False or assumption == sympy.false:
        raise BorderError("an assumption is False by what SymPy was told of its symbols; make the symbols without it")
    if isinstance(assumption, sympy.And):
        return tuple(text for part in assumption.args for text in as_short_notation(part))
    if isinstance(assumption, AppliedPredicate) and assumption.function in _SIGNS:
        return (f"{_written(assumption.arguments[0])} {_SIGNS[assumption.function]} 0",)
    if isinstance(assumption, sympy.Contains):
        raise BorderError(
            f"{assumption}: the values that data take are not assumed, because no theorem would use it; leave it out"
        )
    if not isinstance(assumption, sympy.Rel):
        raise BorderError(f"{assumption} is not an assumption: write it as a SymPy relation or as text")
    sign = {"==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}[str(assumption.rel_op)]
    return (f"{_written(assumption.lhs)} {sign} {_written(assumption.rhs)}",)


def _written(side: Any) -> str:
    match side:
        case sympy.Sum() if len(side.limits) == 1 and isinstance(side.function, Indexed):
            return f"sum_{side.limits[0][0]} {_written(side.function)}"
        case Indexed():
            return f"{side.base.label}_{{{','.join(str(index) for index in side.indices)}}}"
        case sympy.Symbol() | sympy.Rational():
            return str(side)
        case sympy.Float():
            return str(number_of_decimal(side))
        case _:
            raise BorderError(f"{side} in an assumption is neither a number, a symbol, an entry nor a sum of entries")


def spelling(expression: sympy.Expr, others: tuple[object, ...]) -> tuple[tuple[str, Any], ...]:
    """The user's own symbols and arrays by name, so that a result can be written in them."""
    found: dict[str, Any] = {}
    for each in (expression, *(other for other in others if isinstance(other, sympy.Basic))):
        for base in each.atoms(IndexedBase):
            found.setdefault(f"{base.label}[]", base)
        labels = {base.label for base in each.atoms(IndexedBase)}
        for symbol in each.atoms(sympy.Symbol) - labels:
            found.setdefault(symbol.name, symbol)
    return tuple(found.items())


def respelled(expression: sympy.Expr, spelled: tuple[tuple[str, Any], ...]) -> sympy.Expr:
    """`expression` with the symbols and arrays that the user made, where their names are the same."""
    own = dict(spelled)
    moved: dict[Any, Any] = {}
    labels = {base.label for base in expression.atoms(IndexedBase)}
    for base in expression.atoms(IndexedBase):
        if f"{base.label}[]" in own:
            moved[base] = own[f"{base.label}[]"]
    for symbol in expression.atoms(sympy.Symbol) - labels:
        if symbol.name in own:
            moved[symbol] = own[symbol.name]
    made: sympy.Expr = expression.xreplace(moved)
    return made
