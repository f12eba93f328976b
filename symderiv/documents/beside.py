"""The conditions beside a line: as few as say the same.

What a rule relied on and what the checker listed for the line may say one thing several times: 2 s**2 != 0, s > 0 and
s != 0. Left are those that imply the others (`checking.reducing`). A condition that holds by the shape of its term, as
S != 0 for a sum of exponentials, excludes nothing; it is shown, because a rule names it, but for what a reader sees
without being told (`is_obvious`), and once. What the theorem itself lists is told beside the first line that needs it;
what it does without, as the seams of `checking.seams`, beside each.
"""

from __future__ import annotations

from collections.abc import Iterable

from symderiv.checking.normal import Normaliser
from symderiv.checking.reducing import factors_of, without_repetitions
from symderiv.documents.obvious import is_obvious
from symderiv.statements import Condition, Distinct, Line, Nonzero, Positive, Theory, Verdict
from symderiv.terms import Index

__all__ = ["Beside"]


class Beside:
    """The conditions of the lines of one derivation, whose claim has the free indices `free`; its theorem `lists` some
    of them."""

    __slots__ = ("_found", "_free", "_lists", "_normaliser", "_said", "_theory")

    def __init__(self, theory: Theory, free: frozenset[Index], lists: Iterable[Condition] = ()) -> None:
        self._theory = theory
        self._free = free
        self._lists = frozenset(lists)
        self._said: set[Condition] = set()
        self._normaliser = Normaliser(theory)
        self._found: dict[tuple[Condition, ...], tuple[Condition, ...]] = {}

    def line(self, line: Line, verdicts: tuple[Verdict, ...]) -> tuple[Condition, ...]:
        """What is left of the conditions of the next line, whose steps have these verdicts, and was not said before."""
        used = (condition for step in line.steps for condition in step.uses)
        found = self.fewest(used, (condition for each in verdicts for condition in each.conditions))
        new = tuple(each for each in found if each not in self._lists or each not in self._said)
        self._said.update(found)
        return new

    def fewest(self, used: Iterable[Condition], listed: Iterable[Condition]) -> tuple[Condition, ...]:
        """What is left of the conditions that rules `used` and of those that the checker `listed`, in their order."""
        every = _once((*used, *listed))
        if every not in self._found:
            self._found[every] = self._reduced(every)
        return self._found[every]

    def _reduced(self, every: tuple[Condition, ...]) -> tuple[Condition, ...]:
        asked = tuple(condition for condition in every if not is_obvious(condition))
        known = tuple(condition for condition in asked if self._holds_by_shape(condition))
        open_ = self._weakest(tuple(condition for condition in asked if condition not in known))
        shown = [part for each in asked for part in (_named(each) if each in known else (each,))]
        kept = [*(each for each in shown if each in open_ or not self._is_open(each)), *open_]
        strict = {each.term for each in kept if isinstance(each, Positive)}
        return tuple(dict.fromkeys(each for each in kept if not (isinstance(each, Nonzero) and each.term in strict)))

    def _is_open(self, condition: Condition) -> bool:
        return isinstance(condition, Distinct) or not self._holds_by_shape(condition)

    def _weakest(self, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
        if len(conditions) == 1 and isinstance(conditions[0], Distinct):
            return conditions
        return without_repetitions(conditions, self._free, self._theory, known=self._normaliser)

    def _holds_by_shape(self, condition: Condition) -> bool:
        return not isinstance(condition, Distinct) and not self._weakest((condition,))


def _once(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Each condition once, in order of appearance; j != i is i != j."""
    found: dict[object, Condition] = {}
    for each in conditions:
        found.setdefault(frozenset((each.left, each.right)) if isinstance(each, Distinct) else each, each)
    return tuple(found.values())


def _named(condition: Condition) -> tuple[Condition, ...]:
    """The conditions on single factors that a condition which holds by its shape is made of, but for the obvious."""
    assert not isinstance(condition, Distinct)
    parts = factors_of(condition.term)
    if len(parts) == 1 and parts[0][0] == condition.term:
        return (condition,)
    kind = type(condition)
    return tuple(kind(factor) for factor, _ in parts if not is_obvious(kind(factor)))
