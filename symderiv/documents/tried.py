"""What of a document can be tried at numbers of one's own: what is set, and the closed forms that are computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from symderiv.documents.links import Link, Text
from symderiv.terms import Domain, Entry, Index, Parameter, Term

__all__ = ["Explorer", "Grid", "Grids", "Input", "Quantity"]


@dataclass(frozen=True, slots=True)
class Input:
    """A number that a reader sets, from `low` to `high`, or one for each member of a domain.

    `symbol` is a parameter or an entry of data with its index; `start` has the first values, more of them than are
    shown at first where the size can be chosen; `simplex` says that they are not negative and sum to one. `one_hot`
    entries may also be put on one member at once.
    """

    symbol: Parameter | Entry
    low: float
    high: float
    step: float
    start: tuple[float, ...]
    simplex: bool
    note: Text
    one_hot: bool = False


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is computed at the numbers set: left = right, where `right` is closed, at `indices`.

    `role` is "value" (what is differentiated), "probabilities" (a softmax in it), "part" (a number that it is made of),
    "first" (the derivative), "second" (the derivative of a gradient, or a Jacobian), or "other" (a derivative of the
    value by other data). `link` and `digest` are those
    of the theorem that says so; None and "" for a definition.
    """

    role: Literal["value", "probabilities", "part", "first", "second", "other"]
    left: Term
    right: Term
    indices: tuple[Index, ...]
    link: Link | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Explorer:
    """Closed forms to try at numbers of one's own: the variable of differentiation, what is set, what is computed.

    `size` is how many members the variable's domain has at the start, None for a single number; `sizes` those that can
    be chosen, the first and the last. `general` says what the headline is a special case of, if it is one.
    """

    variable: Entry
    inputs: tuple[Input, ...]
    quantities: tuple[Quantity, ...]
    size: int | None
    sizes: tuple[int, int]
    general: Text = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """Numbers that a reader sets: a parameter, or the entries of data with at most two indices.

    `start` has them row by row for as many members as can be chosen. Where `shared` is an axis, entries are not
    negative and each is divided by the sum along that axis.
    """

    symbol: Parameter | Entry
    low: float
    high: float
    step: float
    start: tuple[float, ...]
    shared: int | None


@dataclass(frozen=True, slots=True)
class Grids:
    """Closed forms over vectors and matrices to try: what is set, what is computed, and how many members each domain
    has at the start."""

    inputs: tuple[Grid, ...]
    quantities: tuple[Quantity, ...]
    sizes: tuple[tuple[Domain, int], ...]
