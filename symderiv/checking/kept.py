"""What the questions of one derivation share: its lines have most subterms in common, and each is evaluated once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from symderiv.checking.deciding import Evaluations
from symderiv.checking.given import Given
from symderiv.checking.reals import Points
from symderiv.checking.simplices import Simplex
from symderiv.statements import Theory, Verdict
from symderiv.terms import Term

__all__ = ["Kept"]

_Key: TypeAlias = tuple[Theory, tuple[Simplex, ...], tuple[Given, ...]]


@dataclass(slots=True)
class Kept:
    """Verdicts of one derivation, and what was evaluated for it at the points of the real gate and exactly."""

    verdicts: dict[tuple[Term, Term, Theory], Verdict] = field(default_factory=dict)
    points: Points = field(default_factory=Points)
    _evaluations: dict[_Key, Evaluations] = field(default_factory=dict)

    def evaluations(self, theory: Theory, simplices: tuple[Simplex, ...], positive: tuple[Given, ...]) -> Evaluations:
        """Those in `theory`, where the terms in `positive` are."""
        key = (theory, simplices, positive)
        if key not in self._evaluations:
            self._evaluations[key] = Evaluations(theory, positive)
        return self._evaluations[key]
