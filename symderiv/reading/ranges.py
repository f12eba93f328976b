"""Which range an index runs over: what must be the same range is joined, and what is declared or written is named.

A range is told by a declaration (`W in R^{C x D}`), by a written upper limit (`sum_{k=1}^C`), or by being the only one
in the whole formula, which is then that of the classes. Nothing is guessed from the letter of an index.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from symderiv.losses.notation import CLASSES, FEATURES, SAMPLES
from symderiv.reading.errors import FormulaError
from symderiv.terms import Domain

__all__ = ["Ranges", "Slot", "known_ranges"]

Slot: TypeAlias = tuple[str, str, int]
"""Something with a range: ("axis", array, position), ("index", name, where it is bound)."""

_KNOWN: Final[Mapping[str, Domain]] = {"C": CLASSES, "D": FEATURES, "N": SAMPLES}


def known_ranges(symbols: tuple[str, ...]) -> Mapping[str, Domain]:
    """The range of each size: classes, features and samples for C, D and N; one alone, of any size, is the classes."""
    alone = len(symbols) == 1
    return {s: _KNOWN.get(s) or (Domain("classes", s) if alone else Domain(s, s)) for s in symbols}


@dataclass(slots=True)
class Ranges:
    """Slots joined into groups, each with the symbol of its size if one is known, and where it was first seen."""

    parents: dict[Slot, Slot] = field(default_factory=dict)
    symbols: dict[Slot, str] = field(default_factory=dict)
    seen: dict[Slot, int] = field(default_factory=dict)
    members: set[Slot] = field(default_factory=set)
    """Axes of which a member is named by its number."""
    only: str = ""
    """The letter that is read as the size of the range, where the formula has one range and does not name its size."""

    def root(self, slot: Slot, at: int) -> Slot:
        """The representative of the group of `slot`, seen at position `at`."""
        self.parents.setdefault(slot, slot)
        self.seen.setdefault(slot, at)
        while self.parents[slot] != slot:
            slot = self.parents[slot]
        return slot

    def join(self, first: Slot, second: Slot, at: int) -> None:
        """The two run over one range; FormulaError if two sizes are known and differ."""
        one, other = self.root(first, at), self.root(second, at)
        if one == other:
            return
        mine, yours = self.symbols.get(one), self.symbols.get(other)
        if mine is not None and yours is not None and mine != yours:
            raise FormulaError(f"one range cannot have the sizes {mine} and {yours}", "", at)
        self.parents[other] = one
        if mine is None and yours is not None:
            self.symbols[one] = yours

    def name(self, slot: Slot, symbol: str, at: int) -> None:
        """The range of `slot` has the size `symbol`; FormulaError if it has another one."""
        group = self.root(slot, at)
        known = self.symbols.setdefault(group, symbol)
        if known != symbol:
            raise FormulaError(f"one range cannot have the sizes {known} and {symbol}", "", at)

    def groups(self) -> tuple[Slot, ...]:
        """The groups that data or a vector belong to; of formulas without any, all groups."""
        joined = {up for slot, up in self.parents.items() if slot != up}
        alone = {slot for slot in self.members if self.parents[slot] == slot and slot not in joined}
        # Members alone say nothing of their range: it is that of the rest, or where there is no rest, one for all.
        slots = [slot for slot in self.parents if slot[0] != "index" and slot not in alone] or sorted(alone)[:1]
        roots = dict.fromkeys(self.root(slot, 0) for slot in slots)
        return tuple(roots) or tuple(dict.fromkeys(self.root(slot, 0) for slot in tuple(self.parents)))

    def domains(self) -> Mapping[str, Domain]:
        """The ranges with a known size, by its symbol."""
        symbols = dict.fromkeys(
            self.symbols[slot] for slot, up in self.parents.items() if slot == up and slot in self.symbols
        )
        if len(self.groups()) == 1 and not symbols:
            return known_ranges((self.only or "C",))
        return known_ranges(tuple(symbols))

    def domain(self, slot: Slot, at: int) -> Domain:
        """The range of `slot`; FormulaError if it cannot be told."""
        known = self.domains()
        group = self.root(slot, at)
        if group in self.symbols:
            return known[self.symbols[group]]
        groups = self.groups()
        if len(groups) == 1 and len(known) == 1:
            return next(iter(known.values()))
        kind, name, _ = slot
        what = f"the index {name}" if kind == "index" else f"the indices of {name}"
        raise FormulaError(
            f"the range of {what} cannot be told, because the formula has {max(2, len(groups))} ranges; declare the "
            "data after 'where', as in: where W in R^{C x D}, x in R^D",
            "",
            self.seen[slot],
        )
