"""The names that a printed formula may hold, each with the LaTeX it is printed as, and the tokens of a formula.

A name is found by its whole printed form, so that softmax(z + c)_i and dL/dz_i are one symbol where a theory defines
them as one. Of several names that fit, the longest is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from symderiv.documents.display import Display
from symderiv.documents.latex_math import latex_math
from symderiv.documents.notation import display, display_place
from symderiv.statements import Theory, reachable
from symderiv.terms import (
    Call,
    Constant,
    Derivative,
    Domain,
    Entry,
    Index,
    Parameter,
    Place,
    Product,
    Size,
    Sum,
    Term,
    own_places,
)

__all__ = ["Names", "Pattern", "Slots", "names_in", "tokens"]

Slots: TypeAlias = tuple[str, ...]
"""What stands in the index places of a name: names of indices, or digits."""

_TOKEN: Final = re.compile(r"\\operatorname\{[A-Za-z]+\}|\\[A-Za-z]+|\\.|[0-9]+|\S")
_SILENT: Final = ("\\left", "\\right", "\\bigl", "\\bigr", "\\,", "\\!", "\\;")
# One mark for each index place of a name, of the Unicode block that is nobody's.
_MARKS: Final = tuple(chr(code) for code in range(0xE000, 0xE008))


def tokens(source: str) -> tuple[str, ...]:
    """The tokens of a formula, without blanks and without what only changes sizes and distances."""
    return tuple(found for found in _TOKEN.findall(source) if found not in _SILENT)


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a name is printed: what stands before its indices and after them; `braced` if these stand in the braces of
    `before` already.
    """

    head: Parameter | Constant | Size | Entry | Call
    before: tuple[str, ...]
    after: tuple[str, ...]
    braced: bool
    domains: tuple[Domain, ...]

    @property
    def length(self) -> int:
        """By how many tokens the name is told from others."""
        return len(self.before) + len(self.after)


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a theory and its formulas, the longest first, and the indices by their printed form."""

    patterns: tuple[Pattern, ...]
    indices: tuple[tuple[tuple[str, ...], str], ...]
    candidates: tuple[Index, ...]

    def index_named(self, name: str) -> tuple[Index, ...]:
        """The indices called `name`: one, or one for each range that the letter stands for."""
        return tuple(index for index in self.candidates if index.name == name)


def names_in(theory: Theory, terms: Iterable[Term]) -> Names:
    """Every name in `terms` and in the definitions of `theory`."""
    heads: dict[Pattern, None] = {}
    indices: dict[Index, None] = {}
    definitions = tuple(definition(*definition.indices) for definition in theory.definitions)
    for part in (part for term in (*terms, *definitions) for part in reachable(term, theory)):
        places: tuple[Place, ...] = own_places(part)
        if isinstance(part, Sum | Product):
            places = (*places, part.index)
        for place in places:
            if isinstance(place, Index):
                indices[place] = None
        for head in (part, part.wrt) if isinstance(part, Derivative) else (part,):
            if isinstance(head, Parameter | Constant | Size | Entry | Call):
                heads[_pattern(head, theory)] = None
    patterns = sorted(heads, key=lambda pattern: (-pattern.length, pattern.before))
    shown = {index.name: tokens(_latex(display_place(index))) for index in indices}
    by_length = sorted(((made, name) for name, made in shown.items()), key=lambda pair: (-len(pair[0]), pair[1]))
    return Names(tuple(patterns), tuple(by_length), tuple(indices))


def _pattern(head: Parameter | Constant | Size | Entry | Call, theory: Theory) -> Pattern:
    if isinstance(head, Entry):
        domains = head.array.domains
    elif isinstance(head, Call):
        domains = tuple(index.domain for index in theory.definition(head.name).indices)
    else:
        domains = ()
    marks = tuple(Index(mark, domain) for mark, domain in zip(_MARKS, domains, strict=False))
    bare = head
    if isinstance(head, Entry):
        bare = Entry(head.array, marks)
    elif isinstance(head, Call):
        bare = Call(head.name, marks)
    made = tokens(_latex(display(bare, theory)))
    if not domains:
        return Pattern(head if not isinstance(head, Entry | Call) else bare, made, (), False, ())
    first = min(at for at, token in enumerate(made) if token in _MARKS)
    last = max(at for at, token in enumerate(made) if token in _MARKS)
    if made[first - 1] == "_":
        return Pattern(bare, made[:first], made[last + 1 :], False, domains)
    if made[first - 1] == "{" and made[last + 1] == "}":
        return Pattern(bare, made[: first - 1], made[last + 2 :], False, domains)
    return Pattern(bare, made[:first], made[last + 1 :], True, domains)


def _latex(node: Display) -> str:
    return latex_math(node)
