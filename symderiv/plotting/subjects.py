"""What is pictured: an explorer of an entry at a class count, and the numbers of it on lines and grids."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from symderiv.documents import Document, text_of
from symderiv.documents.document import Explorer, Input, Quantity
from symderiv.documents.evaluating import Point, evaluate, matrix, vector
from symderiv.documents.explorer.start import moved, start
from symderiv.statements import Theory, reachable
from symderiv.terms import Parameter, Position, Term, rename

__all__ = ["Grid", "Subject", "UndrawableError", "subject_of"]

Role: TypeAlias = Literal["value", "probabilities", "part", "first", "second"]
Grid: TypeAlias = tuple[tuple[float, ...], ...]
"""Values over a plane, a row for each value of the second coordinate."""


class UndrawableError(ValueError):
    """There is no picture of this entry, or none of this size."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An entry to picture: its title, closed forms, notation, and how many classes there are; None for a number."""

    title: str
    block: Explorer
    theory: Theory
    size: int | None

    @property
    def point(self) -> Point:
        """The numbers that are not varied."""
        return start(self.block, self.size)

    def quantity(self, role: Role) -> Quantity | None:
        """What is computed in this role, if there is such a thing."""
        return next((each for each in self.block.quantities if each.role == role), None)

    def needed(self, role: Role) -> Quantity:
        """The same where the kind of picture needs it."""
        found = self.quantity(role)
        assert found is not None, f"no {role}"
        return found

    def is_single(self) -> bool:
        """Whether the variable is a single number."""
        return self.size is None

    def has_probabilities(self) -> bool:
        """Whether there is a softmax in it."""
        return self.size is not None and self.quantity("probabilities") is not None

    def is_loss(self) -> bool:
        """Whether it is one number that depends on several."""
        return self.size is not None and not self.needed("value").indices

    def has_jacobian(self) -> bool:
        """Whether it is a vector with a Jacobian."""
        return self.size is not None and bool(self.needed("value").indices) and self.quantity("second") is not None

    def has_hessian(self) -> bool:
        """Whether it is a loss of several numbers with a Hessian."""
        return self.is_loss() and self.quantity("second") is not None

    def has_parameter(self) -> bool:
        """Whether there is a parameter to vary."""
        return self.varied() is not None

    def varied(self) -> Input | None:
        """The parameter that a family varies: the first one that what is drawn depends on."""
        parts = set(reachable(self.drawn().right, self.theory))
        return next((e for e in self.block.inputs if isinstance(e.symbol, Parameter) and e.symbol in parts), None)

    def drawn(self) -> Quantity:
        """What a family draws: the probabilities if the subject is a vector, else the value."""
        vectors = self.needed("value").indices
        return (self.quantity("probabilities") if vectors else None) or self.needed("value")

    def name(self, term: Term) -> str:
        """The text of a term."""
        return text_of(term, self.theory)

    def member(self, term: Term, at: int) -> str:
        """The text of an entry of a term of one index; of a term without one, its own."""
        free = sorted(term.free, key=lambda index: index.name)
        return self.name(rename(term, {index: Position(at, index.domain) for index in free[:1]}))

    def value(self, quantity: Quantity, point: Point, at: int = 1) -> float:
        """A number, or entry `at` of a vector."""
        return evaluate(quantity.right, self.theory, point, dict.fromkeys(quantity.indices, at))

    def vector(self, quantity: Quantity, point: Point) -> tuple[float, ...]:
        """A vector."""
        return vector(quantity.right, self.theory, point, quantity.indices[0])

    def matrix(self, quantity: Quantity, point: Point) -> Grid:
        """A matrix."""
        return matrix(quantity.right, self.theory, point, *quantity.indices)

    def surface(self, quantity: Quantity, axis: tuple[float, ...], length: bool = False) -> Grid:
        """Entry 1 of a quantity, or the length of the vector, over the first two entries of the variable."""

        def at(x: float, y: float) -> float:
            point = moved(self.block, self.point, x, y)
            return math.hypot(*self.vector(quantity, point)) if length else self.value(quantity, point)

        return tuple(tuple(at(x, y) for x in axis) for y in axis)


def subject_of(document: Document, classes: int | None = None) -> Subject:
    """What of a document can be pictured, for `classes` members of the variable's domain; None for the usual count.

    Raises `UndrawableError` with a sentence if there is nothing, or not for that count.
    """
    block = next((each for each in document.blocks if isinstance(each, Explorer)), None)
    if block is None:
        raise UndrawableError(
            f"there is no picture of {document.name}: pictures are of derivatives by a number or by a vector, in closed"
            " form and without data over other ranges"
        )
    low, high = block.sizes
    if classes is not None and block.size is None:
        raise UndrawableError(f"{document.name} is about a single number; there is no number of classes to choose")
    if classes is not None and not low <= classes <= high:
        raise UndrawableError(f"pictures of {document.name} are drawn for {low} to {high} classes, not for {classes}")
    return Subject(document.title, block, document.theory, block.size if classes is None else classes)
