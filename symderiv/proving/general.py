"""The general strategy for derivatives, for goals without a plan."""

from __future__ import annotations

from symderiv.proving.plan import Stuck, line
from symderiv.proving.rules import Lemma
from symderiv.statements import Line, Theory
from symderiv.terms import Derivative, Term, subterms


def general_lines(start: Term, theory: Theory, lemmas: tuple[Lemma, ...]) -> tuple[Line, ...]:
    """Lines from `start` to a form without pending derivatives; Stuck if a derivative remains."""
    raise Stuck("not yet")


_ = (line, Derivative, subterms)
