"""The tree of a formula as it is written, before anything is known about its names.

Every node knows where it begins in the text (`at`) and how deep it is, so that an error can point at it and a formula
nested beyond reason is refused while it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, TypeAlias, assert_never

__all__ = [
    "Applied", "Big", "Case", "Chain", "Choice", "Defined",
    "Limits", "Membership", "Name", "Negative", "Numeral", "Raised", "Relation",
    "Statement", "Syntax", "depth_of", "parts_of", "rebuilt", "walk",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number, written as digits or as a decimal fraction, which is read exactly."""

    value: Fraction
    at: int


@dataclass(frozen=True, slots=True)
class Name:
    """A name with its primes and indices: y, y'_k, W_id, delta_ij, z_1; `end` is where the text goes on."""

    name: str
    indices: tuple[str, ...]
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Negative:
    """-body."""

    body: Syntax
    at: int
    depth: int


@dataclass(frozen=True, slots=True)
class Chain:
    """Terms with their signs + and -, or factors with the signs *, / or none (""), from left to right.

    `closed` says that brackets stand around the chain.
    """

    kind: Literal["sum", "product"]
    items: tuple[tuple[str, Syntax], ...]
    at: int
    depth: int
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Raised:
    """base to the power of exponent."""

    base: Syntax
    exponent: Syntax
    at: int
    depth: int


@dataclass(frozen=True, slots=True)
class Applied:
    """A function of its arguments: log(x), log x, softmax(z)_k, max(0, x).

    `bracketed` says whether the arguments stand in brackets; `raised` holds n of log^n x.
    """

    function: str
    arguments: tuple[Syntax, ...]
    indices: tuple[str, ...]
    bracketed: bool
    raised: Syntax | None
    at: int
    depth: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What stands under a sum sign: indices, what the last of them skips, and the upper limit if it is written.

    `ordered` says that the first of two indices is below the second, as in sum_{i<j}.
    """

    indices: tuple[str, ...]
    skip: str | None
    upper: str | None
    at: int
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Big:
    """A sum or product of one term: everything multiplied to the right."""

    kind: Literal["sum", "prod"]
    limits: Limits
    body: Syntax
    at: int
    depth: int


@dataclass(frozen=True, slots=True)
class Case:
    """value where left relation right, the relation one of <, <=, > and >=."""

    value: Syntax
    left: Syntax
    relation: str
    right: Syntax


@dataclass(frozen=True, slots=True)
class Choice:
    """The value of the first case that holds, and `otherwise` where none does."""

    cases: tuple[Case, ...]
    otherwise: Syntax
    at: int
    depth: int


Syntax: TypeAlias = Numeral | Name | Negative | Chain | Raised | Applied | Big | Choice


@dataclass(frozen=True, slots=True)
class Defined:
    """name = body, of a formula or after ``where``."""

    name: Name
    body: Syntax
    at: int


@dataclass(frozen=True, slots=True)
class Membership:
    """name in a set: `z in R^C`, `W in R^{C x D}`, `t_k in {0, 1}`; the set as written."""

    name: Name
    of: str
    at: int


@dataclass(frozen=True, slots=True)
class Relation:
    """terms[0] relations[0] terms[1] ...: 0 < q <= 1."""

    terms: tuple[Syntax, ...]
    relations: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Statement:
    """The loss and what follows ``where``."""

    loss: Defined
    where: tuple[Defined | Membership, ...]


def parts_of(node: Syntax) -> tuple[Syntax, ...]:
    """The direct parts of a node, left to right."""
    match node:
        case Numeral() | Name():
            return ()
        case Negative(body=body) | Big(body=body):
            return (body,)
        case Chain(items=items):
            return tuple(part for _, part in items)
        case Raised(base=base, exponent=exponent):
            return (base, exponent)
        case Applied(arguments=arguments, raised=raised):
            return arguments if raised is None else (raised, *arguments)
        case Choice(cases=cases, otherwise=otherwise):
            return (*(part for case in cases for part in (case.value, case.left, case.right)), otherwise)
        case _:
            assert_never(node)


def rebuilt(node: Syntax, change: Callable[[Syntax], Syntax]) -> Syntax:
    """`node` with `change` made to its direct parts."""
    match node:
        case Numeral() | Name():
            return node
        case Negative() | Big():
            return replace(node, body=change(node.body))
        case Chain():
            return replace(node, items=tuple((sign, change(part)) for sign, part in node.items))
        case Raised():
            return replace(node, base=change(node.base), exponent=change(node.exponent))
        case Applied():
            raised = None if node.raised is None else change(node.raised)
            return replace(node, arguments=tuple(change(part) for part in node.arguments), raised=raised)
        case Choice():
            cases = tuple(
                Case(change(case.value), change(case.left), case.relation, change(case.right)) for case in node.cases
            )
            return replace(node, cases=cases, otherwise=change(node.otherwise))
        case _:
            assert_never(node)


def depth_of(node: Syntax) -> int:
    """How many levels a node has."""
    return 1 if isinstance(node, Numeral | Name) else node.depth


def walk(node: Syntax) -> Iterator[Syntax]:
    """Every node, the whole before its parts, left to right."""
    yield node
    for part in parts_of(node):
        yield from walk(part)
