"""What multiplying out relies on: u is not 0 where it cancels against 1/u, and is positive where u^q and u^n are one
power."""

from __future__ import annotations

from collections.abc import Iterable

from symderiv.proving.letters import Letters
from symderiv.proving.monomials import Exponent
from symderiv.statements import Condition, Distinct, Nonzero, Positive
from symderiv.terms import Exp, Index


class Conditions:
    """The conditions met so far, each once, that speak of the indices `free` alone."""

    def __init__(self, letters: Letters, free: frozenset[Index]) -> None:
        self._letters = letters
        self._free = free
        self._found: dict[Condition, None] = {}

    @property
    def found(self) -> tuple[Condition, ...]:
        """The conditions in the order in which they were met."""
        return tuple(self._found)

    def add(self, facts: Iterable[Condition]) -> None:
        """Conditions that were met elsewhere."""
        self._found.update(dict.fromkeys(facts))

    def need(self, facts: Iterable[Condition]) -> None:
        """Conditions on terms, as far as they speak of the free indices alone."""
        for fact in facts:
            if not isinstance(fact, Distinct):
                self._use(fact)

    def note(self, left: dict[int, Exponent], right: dict[int, Exponent]) -> None:
        """What the product of two monomials relies on."""
        terms, symbolic = self._letters.terms, self._letters.symbolic
        for letter in sorted(left.keys() & right.keys()):
            if left[letter] * right[letter] < 0 and not isinstance(terms[letter], Exp):
                self._use(Nonzero(terms[letter]))
        for one, other in ((left, right), (right, left)):
            bases = {symbolic[letter][0] for letter in other if letter in symbolic}
            for letter in sorted(one.keys() & symbolic.keys()):
                base = symbolic[letter][0]
                if base in other or base in bases:
                    self._use(Positive(terms[base]))

    def _use(self, condition: Nonzero | Positive) -> None:
        if condition.term.free <= self._free:
            self._found[condition] = None
