"""Arithmetic modulo p = 2^61 - 1 on NumPy arrays of uint64, and arrays that know where they are diagonal.

A `Tensor` is a sum of parts; a part groups index axes that must agree (a Kronecker delta costs nothing) and holds one
array axis a group. So the Jacobian delta_ij a_i + b_ij of 1000 classes is one vector and one matrix, never a cube.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from symderiv.terms import Index, Place, Position

__all__ = [
    "PRIME", "OutsideError", "Residues", "Tensor", "TooLargeError", "add", "constant", "dense", "inverse", "labelled",
    "mixed", "multiply", "negative", "plus", "substitute", "sum_over", "times", "unit",
]  # fmt: skip

PRIME: Final = (1 << 61) - 1
_P: Final = np.uint64(PRIME)
_LOW31: Final = np.uint64((1 << 31) - 1)
_LOW30: Final = np.uint64((1 << 30) - 1)
_ENTRIES: Final = 1 << 25

Residues: TypeAlias = NDArray[np.uint64]
Classes: TypeAlias = tuple[tuple[Index, ...], ...]
"""Groups of axes that agree, one array axis a group."""
Tensor: TypeAlias = dict[Classes, Residues]


class TooLargeError(ValueError):
    """An array of more entries than fit; the message says over which indices."""


class OutsideError(ValueError):
    """A term that is no rational function of the atoms known here; the message says which."""


def _reduced(value: Residues) -> Residues:
    """value mod p, for value < 2^63."""
    folded = (value & _P) + (value >> np.uint64(61))
    return np.where(folded >= _P, folded - _P, folded)


def add(left: Residues, right: Residues) -> Residues:
    """left + right mod p."""
    return _reduced(left + right)


def negative(value: Residues) -> Residues:
    """-value mod p."""
    return np.where(value == 0, value, _P - value)


def times(left: Residues, right: Residues) -> Residues:
    """left * right mod p by halves of 31 and 30 bits, since a product of two residues has up to 122 bits.

    With a = a1 2^31 + a0: ab = a1 b1 2^62 + (a1 b0 + a0 b1) 2^31 + a0 b0, and 2^61 = 1 mod p.
    """
    a0, a1 = left & _LOW31, left >> np.uint64(31)
    b0, b1 = right & _LOW31, right >> np.uint64(31)
    middle = a1 * b0 + a0 * b1
    low = a0 * b0
    high = (a1 * b1) << np.uint64(1)
    shifted = (middle >> np.uint64(30)) + ((middle & _LOW30) << np.uint64(31))
    return _reduced(high + shifted + (low & _P) + (low >> np.uint64(61)))


def inverse(value: Residues) -> Residues:
    """1 / value mod p; ZeroDivisionError if an entry is 0."""
    if not value.all():
        raise ZeroDivisionError("a denominator is 0 modulo 2^61 - 1 at the drawn point")
    if value.size <= 4096:
        found = [pow(int(v), -1, PRIME) for v in value.ravel()]
        return np.array(found, dtype=np.uint64).reshape(value.shape)
    made, square = np.ones_like(value), value
    for bit in range(61):  # Fermat: value^(p - 2)
        if (PRIME - 2) >> bit & 1:
            made = times(made, square)
        square = times(square, square)
    return made


def mixed(value: Residues, seed: int) -> Residues:
    """A fixed pseudo-random nonzero residue for every residue: a formal function such as exp or log at that argument.

    SplitMix64's finalizer, twice, over the value and the seed.
    """
    now = value ^ np.uint64(seed & ((1 << 64) - 1))
    for _ in range(2):
        now = now + np.uint64(0x9E3779B97F4A7C15)
        now = (now ^ (now >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        now = (now ^ (now >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        now = now ^ (now >> np.uint64(31))
    return now % (_P - np.uint64(1)) + np.uint64(1)


def _key(index: Index) -> tuple[str, str]:
    return (index.domain.name, index.name)


def _size(index: Index) -> int:
    assert index.domain.size is not None, "explicit arithmetic needs sized domains"
    return index.domain.size


def constant(value: int) -> Tensor:
    """The same number everywhere."""
    return {(): np.array(value % PRIME, dtype=np.uint64)}


def unit(left: Place, right: Place) -> Tensor:
    """delta_{left,right}."""
    match left, right:
        case Position(value=a), Position(value=b):
            return constant(int(a == b))
        case (Index() as index, Position(value=at)) | (Position(value=at), Index() as index):
            row = np.zeros(_size(index), dtype=np.uint64)
            row[at - 1] = 1
            return {((index,),): row}
        case Index() as one, Index() as two:
            if one == two:
                return constant(1)
            first, second = sorted((one, two), key=_key)
            return {((first, second),): np.ones(_size(one), dtype=np.uint64)}
    raise AssertionError((left, right))


def labelled(array: Residues, places: tuple[Place, ...]) -> Tensor:
    """`array` with one place an axis: a position picks, an index used twice takes the diagonal."""
    picked = array[tuple(p.value - 1 if isinstance(p, Position) else slice(None) for p in places)]
    axes = [p for p in places if isinstance(p, Index)]
    return dict([_joined(tuple((axis,) for axis in axes), picked)])


def _joined(classes: Classes, array: Residues) -> tuple[Classes, Residues]:
    """The part whose groups are merged wherever two share an index."""
    groups: list[set[Index]] = []
    for group in classes:
        merged = set(group)
        rest = []
        for other in groups:
            if other & merged:
                merged |= other
            else:
                rest.append(other)
        groups = [*rest, merged]
    order = sorted(groups, key=lambda g: min(_key(i) for i in g))
    where = {index: number for number, group in enumerate(order) for index in group}
    labels = [where[group[0]] for group in classes]
    diagonal = np.einsum(array, labels, list(range(len(order)))) if labels else array
    return tuple(tuple(sorted(group, key=_key)) for group in order), np.asarray(diagonal)


def _spread(classes: Classes, array: Residues, onto: Classes) -> Residues:
    """`array` with its axes in the order of `onto`, length 1 where it has none."""
    where = {index: number for number, group in enumerate(onto) for index in group}
    labels = [where[group[0]] for group in classes]
    kept = sorted(set(labels))
    diagonal = np.asarray(np.einsum(array, labels, kept)) if labels else array
    shape = [1] * len(onto)
    for axis, label in enumerate(kept):
        shape[label] = diagonal.shape[axis]
    return diagonal.reshape(shape)


def plus(left: Tensor, right: Tensor) -> Tensor:
    """left + right, part by part."""
    made = dict(left)
    for classes, array in right.items():
        made[classes] = add(made[classes], array) if classes in made else array
    return made


def multiply(left: Tensor, right: Tensor) -> Tensor:
    """left * right; indices of one name are one axis."""
    made: Tensor = {}
    for one, a in left.items():
        for two, b in right.items():
            onto = _merged((*one, *two))
            _check_size(onto)
            product = times(_spread(one, a, onto), _spread(two, b, onto))
            made[onto] = add(made[onto], product) if onto in made else product
    return made


def _merged(classes: Classes) -> Classes:
    groups: list[set[Index]] = []
    for group in classes:
        merged = set(group)
        rest = []
        for other in groups:
            if other & merged:
                merged |= other
            else:
                rest.append(other)
        groups = [*rest, merged]
    order = sorted(groups, key=lambda g: min(_key(i) for i in g))
    return tuple(tuple(sorted(group, key=_key)) for group in order)


def _check_size(classes: Classes) -> None:
    entries = 1
    for group in classes:
        entries *= _size(group[0])
    if entries > _ENTRIES:
        names = ", ".join(group[0].name for group in classes)
        raise TooLargeError(f"an array over the indices {names} would have {entries} entries; at most {_ENTRIES} fit")


def _total(array: Residues, axis: int) -> Residues:
    """The sum along an axis mod p, low and high halves apart so that nothing overflows."""
    low = (array & _LOW31).sum(axis=axis, dtype=np.uint64)
    high = (array >> np.uint64(31)).sum(axis=axis, dtype=np.uint64)
    shift = np.array(1 << 31, dtype=np.uint64)
    return add(times(_reduced(np.asarray(high)), shift), _reduced(np.asarray(low)))


def sum_over(value: Tensor, index: Index) -> Tensor:
    """The sum over every value of `index`."""
    made: Tensor = {}
    for classes, array in value.items():
        axis = next((n for n, group in enumerate(classes) if index in group), None)
        if axis is None:
            part = {classes: times(array, np.array(_size(index), dtype=np.uint64))}
        elif len(classes[axis]) == 1:
            part = {classes[:axis] + classes[axis + 1 :]: _total(array, axis)}
        else:
            part = dict([_relabelled(classes, array, axis, tuple(i for i in classes[axis] if i != index))])
        made = plus(made, part)
    return made


def _relabelled(classes: Classes, array: Residues, axis: int, group: tuple[Index, ...]) -> tuple[Classes, Residues]:
    return _joined((*classes[:axis], group, *classes[axis + 1 :]), array)


def substitute(value: Tensor, index: Index, place: Place) -> Tensor:
    """`value` with `index` set to `place`."""
    made: Tensor = {}
    for classes, array in value.items():
        axis = next((n for n, group in enumerate(classes) if index in group), None)
        if axis is None:
            part = {classes: array}
        elif isinstance(place, Index):
            group = tuple(sorted({place, *(i for i in classes[axis] if i != index)}, key=_key))
            part = dict([_relabelled(classes, array, axis, group)])
        else:
            rest = tuple(i for i in classes[axis] if i != index)
            picked = np.take(array, place.value - 1, axis=axis)
            part = {classes[:axis] + classes[axis + 1 :]: picked}
            for other in rest:
                part = multiply(part, unit(other, place))
        made = plus(made, part)
    return made


def dense(value: Tensor, axes: tuple[Index, ...]) -> Residues:
    """`value` as one array over `axes`."""
    _check_size(tuple((axis,) for axis in axes))
    made = np.zeros(tuple(_size(axis) for axis in axes), dtype=np.uint64)
    for classes, array in value.items():
        missing = tuple((axis,) for axis in axes if not any(axis in group for group in classes))
        groups = (*classes, *missing)
        shape = tuple(_size(group[0]) for group in groups)
        spread = np.broadcast_to(array.reshape(array.shape + (1,) * len(missing)), shape)
        grids = np.ogrid[tuple(slice(n) for n in shape)] if shape else []
        where = {index: number for number, group in enumerate(groups) for index in group}
        at = tuple(grids[where[axis]] for axis in axes)
        if at:
            made[at] = add(made[at], spread)
        else:
            made = add(made, np.asarray(spread))
    return made
