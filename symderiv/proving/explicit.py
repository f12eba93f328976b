"""A theorem written out for a chosen number of classes, and matched entry by entry with what SymPy derives on its own.

Up to a budget SymPy derives every entry from the written-out definitions (`Matrix.jacobian`, `diff`) and each is
compared with the theorem at those indices as an exact rational function of x_k = e^{z_k} and the other data. Beyond
it SymPy derives one representative of every pattern of equal indices, and all entries of the theorem are compared,
modulo the prime 2^61 - 1 at seeded random points, with a derivative of the definitions by dual numbers. The record
says which happened.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from symderiv.proving.rational_functions import OutsideError, Rationals
from symderiv.proving.residue_arithmetic import PRIME, TooLargeError
from symderiv.proving.residues import ResiduePoint, admissible, residues
from symderiv.proving.tidy import tidy
from symderiv.statements import Claim, Theory, sized
from symderiv.sympy_border import BorderError
from symderiv.sympy_border.explicit import explicit_entries, explicit_jacobian
from symderiv.terms import (
    Derivative,
    Index,
    Position,
    Product,
    Size,
    Sum,
    Term,
    children,
    each_subterm,
    free_indices,
    own_places,
    rename,
    resize,
)  # fmt: skip

__all__ = ["DISPLAYED", "Explicit", "ExplicitError", "explicit", "inapplicable"]

DISPLAYED: Final = 8
"""Up to this many classes the whole matrix is written down; beyond, its corners."""
_BUDGET: Final = 250_000
"""Entries times nodes of a representative entry up to which SymPy derives them all, which takes it a few seconds: C =
30 for the softmax Jacobian and the cross-entropy gradient, C = 13 for the cross-entropy Hessian."""
_REPRESENTATIVE: Final = 30
"""The largest class count at which SymPy derives representatives: at 1000 one entry alone takes it half a minute."""
_PROBE: Final = 6
_LONG: Final = 400
_REPRESENTATIVE_IF_LONG: Final = 12
"""If an entry has more than so many nodes at 6 classes, as that of the focal loss has: they grow with the square of the
classes, and at 30 SymPy takes minutes."""
_POINTS: Final = 2
_SIZES: Final = (("features", 2), ("samples", 2))

Method: TypeAlias = Literal["sympy", "residues"]
_Assignment: TypeAlias = Mapping[Index, Position]
_Rows: TypeAlias = tuple[tuple[Term | None, ...], ...]


class ExplicitError(ValueError):
    """A class count or a claim for which there is no explicit form; the message says why."""


@dataclass(frozen=True, slots=True)
class Explicit:
    """A claim written out for `sizes`: `symbol` is its left side, `rows` its closed form at concrete indices.

    `method` "sympy": SymPy derived all entries, compared as rational functions. "residues": SymPy derived the
    representatives at `representative_classes` classes, and every entry was compared modulo 2^61 - 1.
    `entries` were to be matched, `matched` were; `sympy_entries` and `sympy_matched` count those that SymPy derived.
    `rows` and `sympy_rows` have None for entries left out; `mismatches` names the first few entries that differ.
    """

    claim: Claim
    sizes: tuple[tuple[str, int], ...]
    symbol: Term
    method: Method
    entries: int
    matched: int
    sympy_entries: int
    sympy_matched: int
    representative_classes: int
    rows: _Rows
    sympy_rows: _Rows
    mismatches: tuple[str, ...]
    seed: int
    sentence: str

    @property
    def passed(self) -> bool:
        """Whether every entry matched."""
        return self.matched == self.entries and self.sympy_matched == self.sympy_entries


def inapplicable(claim: Claim, theory: Theory) -> str:
    """Why `claim` has no explicit form for a chosen class count, or "" if it has one."""
    if claim.relation != "=":
        return "it is an inequality, not a closed form of a derivative"
    if not any(isinstance(part, Derivative) for part in each_subterm(claim.left)):
        return "its left side holds no derivative"
    if any(isinstance(part, Derivative) for part in each_subterm(claim.right)):
        return "its right side holds a derivative"
    if "classes" not in {domain for domain, size in _domains((claim.left, claim.right), theory) if size is None}:
        return "it does not depend on the number of classes"
    return ""


def explicit(
    claim: Claim, theory: Theory, classes: int, *, seed: int = 20, sizes: tuple[tuple[str, int], ...] = _SIZES
) -> Explicit:
    """`claim` (derivative = closed form) at `classes` classes, matched with SymPy and entry by entry.

    `sizes` are those of the other domains. Raises ExplicitError for fewer than 2 classes, for a claim without explicit
    form (`inapplicable`), and where the matrix would not fit.
    """
    if classes < 2:
        raise ExplicitError(
            f"the number of classes must be at least 2, not {classes}: with one class softmax is constant"
        )
    reason = inapplicable(claim, theory)
    if reason:
        raise ExplicitError(f"there is no explicit form: {reason}")
    loose = {domain for domain, size in _domains((claim.left, claim.right), theory) if size is None}
    chosen = {name: classes if name == "classes" else dict(sizes).get(name, 2) for name in sorted(loose)}
    try:
        return _matched(claim, theory, chosen, seed)
    except TooLargeError as error:
        raise ExplicitError(f"{classes} classes are too many: {error}") from error
    except (OutsideError, BorderError) as error:
        raise ExplicitError(f"the claim cannot be written out: {error}") from error


def _matched(claim: Claim, theory: Theory, sizes: dict[str, int], seed: int) -> Explicit:
    classes = sizes["classes"]
    left, right, here = resize(claim.left, sizes), resize(claim.right, sizes), sized(theory, sizes)
    axes = _axes(left, right, here)
    small = {**sizes, "classes": min(classes, _PROBE)}
    if classes > _PROBE:
        is_long = max(_nodes(term) for term in _representatives(claim.left, theory, axes, small)[1]) > _LONG
        small["classes"] = min(classes, _REPRESENTATIVE_IF_LONG if is_long else _REPRESENTATIVE)
    patterns, derived = _representatives(claim.left, theory, axes, small)
    small_theory, small_right = sized(theory, small), resize(claim.right, small)
    count = 1
    for axis in axes:
        count *= axis.domain.size or 1
    everything = small == sizes and count * max(_nodes(term) for term in derived) <= _BUDGET
    compared = [p for p in _all(axes) if _allowed(p, here)] if everything else patterns
    if everything:
        derived = _all_by_sympy(left, here, axes, compared)
    field = Rationals(small_theory)
    agree = [field.equal(one, rename(small_right, places)) for one, places in zip(derived, compared, strict=True)]
    wrong = [_named(places) for places, ok in zip(compared, agree, strict=True) if not ok]
    if everything:
        entries, matched = len(agree), sum(agree)
    else:
        entries, matched, differing = _by_residues(left, right, here, axes, seed)
        wrong += [name for name in differing if name not in wrong]
    shown = {_key(p, axes): term for p, term in zip(compared, derived, strict=True)} if everything else {}
    layout = _layout(axes)
    exact = tuple(sizes.items())
    made = Explicit(
        Claim(left, "=", right), exact, left, "sympy" if everything else "residues", entries, matched, len(agree),
        sum(agree), small["classes"],
        _rows(layout, axes, lambda p: tidy(rename(right, p)) if _allowed(p, here) else None),
        _rows(layout, axes, lambda p: shown.get(_key(p, axes))) if everything else (), tuple(wrong[:5]), seed, "",
    )  # fmt: skip
    return _with_sentence(made)


def _representatives(
    left: Term, theory: Theory, axes: tuple[Index, ...], sizes: Mapping[str, int]
) -> tuple[list[_Assignment], tuple[Term, ...]]:
    """One assignment of `axes` of every pattern at these sizes, and what SymPy derives there."""
    here = sized(theory, dict(sizes))
    patterns = [p for p in _patterns(tuple(_resized(axis, sizes) for axis in axes)) if _allowed(p, here)]
    return patterns, explicit_entries(resize(left, dict(sizes)), here, patterns)


def _with_sentence(made: Explicit) -> Explicit:
    classes = dict(made.sizes)["classes"]
    if made.method == "sympy":
        text = (
            f"For {classes} classes SymPy derived all {made.entries} entries on its own from the definitions; "
            f"{made.matched} of {made.entries} equal the theorem exactly, as rational functions."
        )
    else:
        where = "" if made.representative_classes == classes else f" (at {made.representative_classes} classes)"
        text = (
            f"For {classes} classes SymPy derived {made.sympy_entries} representative "
            f"{'entry' if made.sympy_entries == 1 else 'entries'}{where}, one of every pattern of equal indices, and "
            f"{made.sympy_matched} of {made.sympy_entries} equal the theorem exactly; {made.matched} of all "
            f"{made.entries} entries equal the derivative of the definitions modulo the prime {PRIME} at {_POINTS} "
            "random points."
        )
    if made.mismatches:
        text += f" Entries that differ: {', '.join(made.mismatches)}."
    return Explicit(
        made.claim, made.sizes, made.symbol, made.method, made.entries, made.matched, made.sympy_entries,
        made.sympy_matched, made.representative_classes, made.rows, made.sympy_rows, made.mismatches, made.seed, text,
    )  # fmt: skip


def _by_residues(
    left: Term, right: Term, theory: Theory, axes: tuple[Index, ...], seed: int
) -> tuple[int, int, list[str]]:
    """How many entries there are, how many agree at every point, and the names of the first that do not."""
    agree: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] | None = None
    points = 0
    for draw in itertools.count():
        point = ResiduePoint(theory, seed + draw)
        try:
            same = residues(left, point, axes) == residues(right, point, axes)
        except ZeroDivisionError:
            if draw < 100:
                continue
            raise ExplicitError("a denominator of the claim is 0 at every drawn point") from None
        agree = same if agree is None else agree & same
        points += 1
        if points == _POINTS:
            break
    assert agree is not None
    allowed = admissible(theory, axes, agree.shape)
    wrong = np.argwhere(allowed & ~agree)[:5]
    names = [_named({a: Position(int(v) + 1, a.domain) for a, v in zip(axes, at, strict=True)}) for at in wrong]
    return int(allowed.sum()), int((allowed & agree).sum()), names


def _all_by_sympy(
    left: Term, theory: Theory, axes: tuple[Index, ...], assignments: list[_Assignment]
) -> tuple[Term, ...]:
    """Every entry by SymPy: as one `Matrix.jacobian` where the claim is the derivative of a vector by a vector."""
    if isinstance(left, Derivative) and not theory.distinct:
        rows, columns = free_indices(left.body), free_indices(left.wrt)
        if rows and columns and not rows & columns and set(axes) == rows | columns:
            row_axes = tuple(axis for axis in axes if axis in rows)
            column_axes = tuple(axis for axis in axes if axis in columns)
            over, across = list(_all(row_axes)), list(_all(column_axes))
            matrix = explicit_jacobian(left, theory, over, across)
            found = {
                _key({**one, **two}, axes): matrix[r][c]
                for (r, one), (c, two) in itertools.product(enumerate(over), enumerate(across))
            }
            return tuple(found[_key(places, axes)] for places in assignments)
    return explicit_entries(left, theory, assignments)


def _domains(terms: tuple[Term, ...], theory: Theory) -> set[tuple[str, int | None]]:
    found: set[tuple[str, int | None]] = set()
    for whole in (*terms, *(d.body for d in theory.definitions)):
        for part in each_subterm(whole):
            domains = [place.domain for place in own_places(part)]
            if isinstance(part, Sum | Product):
                domains.append(part.index.domain)
            if isinstance(part, Size):
                domains.append(part.domain)
            found |= {(domain.name, domain.size) for domain in domains}
    return found


def _resized(index: Index, sizes: Mapping[str, int]) -> Index:
    old = index.domain
    return Index(index.name, type(old)(old.name, old.symbol, sizes.get(old.name, old.size)))


def _axes(left: Term, right: Term, theory: Theory) -> tuple[Index, ...]:
    """Free indices in the order of a matrix: those of the function, then those of the variables, outermost first."""
    order: list[Index] = []
    inner = left
    variables: list[Term] = []
    while isinstance(inner, Derivative):
        variables.append(inner.wrt)
        inner = inner.body
    for part in (inner, *variables, right):
        for node in each_subterm(part):
            order += [
                p for p in own_places(node) if isinstance(p, Index) and p in free_indices(part) and p not in order
            ]
    loose = {i for d in theory.definitions for i in free_indices(d.body) - set(d.indices)}
    for assumption in theory.assumptions:
        loose |= free_indices(assumption.right) - free_indices(assumption.left)
    return (*order, *(i for i in sorted(loose, key=lambda i: i.name) if i not in order))


def _all(axes: tuple[Index, ...]) -> Iterator[_Assignment]:
    members = [[Position(v, axis.domain) for v in range(1, (axis.domain.size or 0) + 1)] for axis in axes]
    for chosen in itertools.product(*members):
        yield dict(zip(axes, chosen, strict=True))


def _patterns(axes: tuple[Index, ...]) -> list[_Assignment]:
    """One assignment of every pattern of equal and different indices: (1, 1) and (1, 2) for two of one range."""
    found: list[dict[Index, Position]] = [{}]
    for axis in axes:
        grown = []
        for places in found:
            used = max((p.value for i, p in places.items() if i.domain == axis.domain), default=0)
            values = range(1, min(used + 1, axis.domain.size or 0) + 1)
            grown += [{**places, axis: Position(value, axis.domain)} for value in values]
        found = grown
    return list(found)


def _allowed(places: _Assignment, theory: Theory) -> bool:
    def located(place: Index | Position) -> int | None:
        if isinstance(place, Position):
            return place.value
        return places[place].value if place in places else None

    pairs = [(located(fact.left), located(fact.right)) for fact in theory.distinct]
    return all(one is None or one != two for one, two in pairs)


def _key(places: _Assignment, axes: tuple[Index, ...]) -> tuple[int, ...]:
    return tuple(places[axis].value for axis in axes)


def _named(places: _Assignment) -> str:
    return "(" + ", ".join(f"{index.name}={place.value}" for index, place in places.items()) + ")"


def _nodes(term: Term) -> int:
    return 1 + sum(_nodes(part) for part in children(term))


def _layout(axes: tuple[Index, ...]) -> tuple[tuple[_Assignment | None, ...], ...]:
    """Where the entries of a matrix stand: rows by the first index, columns by the second; None for what is left
    out."""
    if len(axes) > 2:
        return ()
    lines = [_line(axis) for axis in axes] + [[()]] * (2 - len(axes))
    rows = []
    for row in lines[0]:
        made: list[_Assignment | None] = [
            None if row is None or column is None else {p[0]: p[1] for p in (row, column) if p} for column in lines[1]
        ]
        rows.append(tuple(made))
    return tuple(rows)


def _line(axis: Index) -> list[tuple[Index, Position] | tuple[()] | None]:
    size = axis.domain.size or 0
    shown = range(1, size + 1) if size <= DISPLAYED else (1, 2, 0, size)
    return [(axis, Position(value, axis.domain)) if value else None for value in shown]


def _rows(
    layout: tuple[tuple[_Assignment | None, ...], ...],
    axes: tuple[Index, ...],
    entry: Callable[[_Assignment], Term | None],
) -> _Rows:
    return tuple(tuple(None if at is None or len(at) < len(axes) else entry(at) for at in row) for row in layout)
