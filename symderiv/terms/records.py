"""What makes a node of the term language: a frozen record whose hash and free indices are computed once.

Terms are compared and looked up very often; equality is structural and looks at the hash first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, TypeVar, dataclass_transform

from symderiv.terms.places import Index

__all__ = ["Node", "content", "hashed", "no_indices", "node"]

_Node = TypeVar("_Node")


class Node:
    """What nodes share: the cached hash and free indices."""

    __slots__ = ()
    _content: ClassVar[tuple[str, ...]] = ()
    """The names of the fields that say what a node is."""

    def __post_init__(self) -> None:
        self._check()
        values = tuple(getattr(self, name) for name in self._content)
        object.__setattr__(self, "_hash", hash((type(self).__name__, values)))
        object.__setattr__(self, "free", _free(values, bound=getattr(self, "index", None)))

    def __hash__(self) -> int:
        made: int = self._hash  # type: ignore[attr-defined]
        return made

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        # Built again where it is unpickled: the hash of a string differs between processes.
        return type(self), tuple(getattr(self, name) for name in self._content)

    def _check(self) -> None:
        """Raise ValueError if the node is not well formed."""


def _free(values: tuple[object, ...], bound: Index | None) -> frozenset[Index]:
    """The free indices among a node's fields; a sum or product binds its own `index`, but not in its `skip`."""
    found: set[Index] = set()
    for value in values:
        if isinstance(value, Node):
            found |= value.free  # type: ignore[attr-defined]
        elif isinstance(value, tuple):
            found |= _free(value, None)
        elif isinstance(value, Index):
            found.add(value)
    return frozenset(found - {bound} if bound is not None else found)


@dataclass_transform(frozen_default=True)
def node(cls: type[_Node]) -> type[_Node]:
    """A frozen slotted record that computes its hash and free indices once: terms are compared very often."""
    made = dataclass(frozen=True, slots=True)(cls)
    names = content(made)

    def equal(self: object, other: object) -> bool:
        if self is other:
            return True
        if type(other) is not made or hash(self) != hash(other):
            return False
        return all(getattr(self, name) == getattr(other, name) for name in names)

    made._content = names  # type: ignore[attr-defined]
    made.__eq__ = equal  # type: ignore[method-assign]
    made.__hash__ = Node.__hash__  # type: ignore[method-assign,assignment]
    return made


def content(cls: type) -> tuple[str, ...]:
    """The names of the fields that say what a node is."""
    return tuple(name for name in cls.__dataclass_fields__ if name not in ("_hash", "free"))  # type: ignore[attr-defined]


def hashed() -> int:
    """The field of the cached hash."""
    made: int = field(init=False, repr=False, compare=False, default=0)
    return made


def no_indices() -> frozenset[Index]:
    """The field of the cached free indices."""
    made: frozenset[Index] = field(init=False, repr=False, compare=False, default=frozenset())
    return made
