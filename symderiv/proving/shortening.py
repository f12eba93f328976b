"""A closed form in its shortest spelling: multiply out, use totals that are known, group. At most four lines."""

from __future__ import annotations

from typing import Final

from symderiv.proving.grouping import reading_cost
from symderiv.proving.plan import composed, phases, run
from symderiv.proving.rules import Lemma
from symderiv.proving.style import STYLES, brackets
from symderiv.statements import Line, Theory
from symderiv.terms import Derivative, Sum, Term, each_subterm

_SHOWN: Final = 150
"""Up to this much to read, the multiplied out form has a line of its own."""


def shortened(term: Term, theory: Theory, lemmas: tuple[Lemma, ...]) -> tuple[Line, ...]:
    """Lines from `term` to the shortest form found; none if `term` is it."""
    best: tuple[Line, ...] = ()
    whole = brackets(theory)
    least = reading_cost(term, whole)
    seen: set[Term] = set()
    for style in STYLES:
        lines = _in_style(term, style, theory, lemmas, seen)
        if lines and reading_cost(lines[-1].term, whole) < least:
            best, least = lines, reading_cost(lines[-1].term, whole)
    return best


def _in_style(term: Term, style: str, theory: Theory, lemmas: tuple[Lemma, ...], seen: set[Term]) -> tuple[Line, ...]:
    """The lines of one style; none if multiplying out gives what another style gave."""
    made: list[Line] = []
    for item in (f"expand style={style} form=none", *_totals(theory, lemmas), f"group style={style} form=none"):
        ((phase,), _) = phases(item)
        steps = run(term, phase, theory, lemmas)
        if steps and steps[-1].after != term:
            made.append(composed(steps, phase))
            term = steps[-1].after
        if item.startswith("expand"):
            if term in seen:
                return ()
            seen.add(term)
    return tuple(_joined(made))


def _totals(theory: Theory, lemmas: tuple[Lemma, ...]) -> tuple[str, ...]:
    """The moves that use a total: theorems about a sum, then the assumptions."""
    cited = [known.name for known in lemmas if isinstance(known.claim.left, Sum) and not _derives(known.claim.left)]
    return (*(f"lemma cite={name}" for name in cited), *(("assumption",) if theory.assumptions else ()))


def _derives(term: Term) -> bool:
    return any(isinstance(inner, Derivative) for inner in each_subterm(term))


def _joined(lines: list[Line]) -> list[Line]:
    """`lines` without those that are too long to be read: their steps belong to the next one."""
    kept: list[Line] = []
    waiting: list[Line] = []
    for found in lines:
        waiting.append(found)
        if found is lines[-1] or reading_cost(found.term, ()) <= _SHOWN:
            steps = tuple(step for line in waiting for step in line.steps)
            reasons = "; ".join(dict.fromkeys(line.reason for line in waiting))
            kept.append(Line(found.term, found.rule, reasons, steps))
            waiting = []
    return kept
