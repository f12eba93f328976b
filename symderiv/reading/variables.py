"""What a loss is differentiated by: one input, or several with commas between them, each found among its names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from symderiv.reading.errors import FormulaError
from symderiv.reading.grammar import read_name
from symderiv.reading.roles import VECTOR_FUNCTIONS, Roles
from symderiv.reading.syntax import Applied, Name, walk

__all__ = ["Asked", "asked_for", "parts_between_commas", "variables_of"]

_OPENED: Final = "([{"
_CLOSED: Final = ")]}"
_MISSING: Final = "a name is missing here; several are written with a comma between each two, as in m,s"


@dataclass(frozen=True, slots=True)
class Asked:
    """A name to differentiate by, and where it was written."""

    name: str
    text: str
    at: int

    def refused(self, sentence: str) -> FormulaError:
        """The error about this name, with a caret under it."""
        return FormulaError(sentence, self.text, self.at)


def asked_for(wrt: str | Sequence[str] | None) -> tuple[Asked, ...]:
    """The names in `wrt`: a text such as "z", "m,s" or "W_{k,d}, b", or one text for each name; none for None.

    Raises FormulaError, with a caret, for what is no name, for a name that is missing between commas, for one that is
    given twice, and for a sequence without any.
    """
    if wrt is None:
        return ()
    texts = (wrt,) if isinstance(wrt, str) else tuple(wrt)
    if not texts:
        raise FormulaError("wrt names nothing; say what to differentiate by, as in wrt='z' or wrt=('m', 's')")
    found: list[Asked] = []
    for text in texts:
        for at, part in parts_between_commas(text):
            name = _read(text, at, part, alone=part == text)
            if any(other.name == name.name for other in found):
                raise name.refused(f"{name.name} is given twice; a loss is differentiated by each input once")
            found.append(name)
    return tuple(found)


def parts_between_commas(text: str) -> tuple[tuple[int, str], ...]:
    """Where each part of `text` begins, and the part; the commas inside brackets, as in W_{k,d}, part nothing."""
    ends: list[int] = []
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign in _OPENED) - (sign in _CLOSED)
        if sign == "," and depth <= 0:
            ends.append(at)
    starts = [0, *(end + 1 for end in ends)]
    return tuple((start, text[start:end]) for start, end in zip(starts, [*ends, len(text)], strict=True))


def _read(text: str, at: int, part: str, *, alone: bool) -> Asked:
    if alone:
        return Asked(read_name(part).name, text, 0)
    written = part.strip()
    if not written:
        raise FormulaError(_MISSING, text, at)
    begin = at + part.index(written)
    try:
        return Asked(read_name(written).name, text, begin)
    except FormulaError as error:
        raise FormulaError(error.sentence, text, begin + (error.at or 0)) from None


def variables_of(roles: Roles, asked: tuple[Asked, ...]) -> tuple[str, ...]:
    """The names to differentiate by: those that are asked for, or the one that the formula leaves no doubt about.

    That is z, or the one vector that a softmax is taken of, or the only data, or the only input. Raises FormulaError
    for a name that is not an input of the formula, and where nothing is asked for and several would do.
    """
    inputs = [name for name in roles.ranks if name not in ("C", "e", "delta")]
    listed = ", ".join(inputs) or "none"
    for each in asked:
        if each.name in roles.definitions:
            raise each.refused(
                f"{each.name} is defined by the formula; a loss is differentiated by its inputs, which are {listed}"
            )
        if each.name not in roles.ranks:
            raise each.refused(f"{each.name} is not an input of the formula; its inputs are {listed}")
    if asked:
        return tuple(each.name for each in asked)
    return (_only(roles, inputs, listed),)


def _only(roles: Roles, inputs: list[str], listed: str) -> str:
    if "z" in roles.ranks:
        return "z"
    bodies = (roles.loss.body, *(each.body for each in roles.definitions.values()))
    nodes = [node for body in bodies for node in walk(body)]
    inside = dict.fromkeys(
        part.name
        for node in nodes
        if isinstance(node, Applied) and node.function in VECTOR_FUNCTIONS
        for part in walk(node)
        if isinstance(part, Name) and part.name in roles.vectors and part.name in roles.ranks
    )
    data = [name for name in inputs if roles.ranks[name] > 0]
    for choice in (list(inside), data, inputs):
        if len(choice) == 1:
            return choice[0]
    if not inputs:
        raise FormulaError("the loss has no input to differentiate by", roles.text, roles.loss.body.at)
    raise FormulaError(f"what to differentiate by is not clear; say it with --wrt, one of {listed}")
