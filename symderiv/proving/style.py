"""How a closed form may be written: styles, and what in it a reader knows already from the definitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from symderiv.statements import Theory
from symderiv.terms import Add, Div, Index, Mul, Power, Product, Sum, Term, children, each_subterm, rename


@dataclass(frozen=True, slots=True)
class Style:
    """How far brackets are multiplied out.

    `whole` leaves brackets that occur in definitions as they are; `eliminate` removes the first or the last term of a
    denominator's bracket from the numerators above it (t/(t+y) = 1 - y/(t+y)); `name` replaces the first or the last
    term of a definition's bracket by the bracket (log y = (log y - log t) + log t). `products` writes the bracket of
    a defined product or quotient by what is defined: x - m = s u for u = (x - m) / s.
    """

    whole: bool
    eliminate: Literal["none", "first", "last"] = "none"
    name: Literal["none", "first", "last"] = "none"
    products: bool = False


STYLES: Final[dict[str, Style]] = {
    "whole": Style(True),
    "open": Style(False),
    "whole-first": Style(True, eliminate="first"),
    "whole-last": Style(True, eliminate="last"),
    "open-first": Style(False, eliminate="first"),
    "open-last": Style(False, eliminate="last"),
    "named-first": Style(True, name="first"),
    "named-last": Style(True, name="last"),
    "products": Style(True, products=True),
}
"""The styles that are tried, by the name that a step records."""


def brackets(theory: Theory) -> tuple[Add, ...]:
    """The sums in definitions that stand as a factor, a base or a part of a fraction, and hold no long sum."""
    return tuple(dict.fromkeys(_brackets(theory)))


def _brackets(theory: Theory) -> Iterator[Add]:
    for definition in theory.definitions:
        for outer in each_subterm(definition.body):
            if isinstance(outer, Mul | Div | Power):
                for part in children(outer):
                    if isinstance(part, Add) and not any(isinstance(p, Sum | Product) for p in each_subterm(part)):
                        yield part


def height(term: Term) -> int:
    """How many sums and products stand one in another."""
    return (1 if isinstance(term, Sum | Product) else 0) + max((height(part) for part in children(term)), default=0)


def instantiated(patterns: tuple[Add, ...], terms: tuple[Term, ...]) -> Iterator[Term]:
    """The patterns with at most one index, at every index that the terms have."""
    places = dict.fromkeys(index for term in terms for index in sorted_indices(term))
    for pattern in patterns:
        variables = sorted_indices(pattern)
        if not variables:
            yield pattern
        elif len(variables) == 1:
            for index in places:
                if index.domain == variables[0].domain and not index.name.startswith("#"):
                    yield rename(pattern, {variables[0]: index})


def sorted_indices(term: Term) -> tuple[Index, ...]:
    """The free indices of `term`, by name."""
    return tuple(sorted(term.free, key=lambda index: index.name))
