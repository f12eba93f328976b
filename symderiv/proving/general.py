"""The general strategy for derivatives, for goals without a plan: the order in which a person would use the rules.

First the derivative is carried out, then the deltas it left are used up, then what remains is collected. Each phase
that changes something is one line, and the first one that does is taken. What is too long to be collected line by line,
and what is still not in its shortest form, is multiplied out and grouped (`shortening`).
"""

from __future__ import annotations

from typing import Final

from symderiv.proving.grouping import reading_cost
from symderiv.proving.matching import match
from symderiv.proving.plan import Phase, Stuck, composed, phases, run, tidied
from symderiv.proving.rules import Lemma
from symderiv.proving.rules.logs import is_positive
from symderiv.proving.shortening import shortened
from symderiv.proving.style import brackets
from symderiv.statements import Line, Positive, Step, Theory
from symderiv.terms import Add, Call, Derivative, Term, at, each_subterm

_DIFFERENTIATE: Final = (
    "{lemmas}",
    "logs",
    "linearity-over-sum",
    "constants",
    "cancel",
    "signs",
    "chain",
    "product-rule",
    "quotients",
    "coordinate",
    "differentiate-definition",
)
_COLLECT: Final = (
    "signs",
    "cancel",
    "merge-powers",
    "expand-bound-delta",
    "linearity-of-sum only=delta",
    "sift",
    "{folds}",
    "{lemmas}",
    "assumption",
    "constant-out",
    "split-fraction only=shared",
    "merge-fractions only=several",
    "expand-sign",
    "factor",
)
_MOST_LINES: Final = 60
_TEXTBOOK: Final = 90
"""Up to this much to read (`reading_cost`) a term is collected line by line; a longer one is multiplied out."""


def general_lines(start: Term, theory: Theory, lemmas: tuple[Lemma, ...]) -> tuple[Line, ...]:
    """Lines from `start` to a short form without pending derivatives; Stuck, with the last term, if one remains."""
    differentiate, collect = _phases(_DIFFERENTIATE, start, theory, lemmas), _phases(_COLLECT, start, theory, lemmas)
    lines: list[Line] = []
    term = start
    seen = {start}
    whole = brackets(theory)
    while len(lines) < _MOST_LINES:
        pending = _pending(term)
        if not pending and reading_cost(term, whole) > _TEXTBOOK:
            break
        found = _first(term, differentiate if pending else collect, theory, lemmas)
        if found is None or found.term in seen:
            break
        lines.append(found)
        term = found.term
        seen.add(term)
    if _pending(term):
        tried = ", ".join(phase.name for phase in differentiate)
        raise Stuck(f"no rule leads further after {len(lines)} lines; the last term is {term!r}; tried were {tried}")
    lines += shortened(term, theory, lemmas)
    return _signed_last(tuple(lines), theory)


def _phases(items: tuple[str, ...], start: Term, theory: Theory, lemmas: tuple[Lemma, ...]) -> tuple[Phase, ...]:
    """The phases written in `items`, with the theorems that are cited and the quantities that may be recognised: those
    that are defined, but for the one whose derivative is sought."""
    sought = {inner.name for inner in each_subterm(start) if isinstance(inner, Call)}
    recognised = [d.name for d in theory.definitions if d.name not in sought or d.indices]
    names = "|".join(recognised)
    cited = "|".join(known.name for known in lemmas)
    filled = {"{lemmas}": f"lemma cite={cited}" if cited else "", "{folds}": f"fold name={names}" if names else ""}
    written = [filled.get(item, item) for item in items]
    return tuple(phase for item in written if item for phase in phases(item)[0])


def _first(term: Term, tried: tuple[Phase, ...], theory: Theory, lemmas: tuple[Lemma, ...]) -> Line | None:
    def accept(step: Step) -> bool:
        return _wanted(step, theory)

    for phase in tried:
        steps = run(term, phase, theory, lemmas, accept)
        if steps and steps[-1].after != term:
            return composed(steps, phase)
    return None


def _pending(term: Term) -> bool:
    return any(isinstance(inner, Derivative) for inner in each_subterm(term))


def _wanted(step: Step, theory: Theory) -> bool:
    """Whether a step is one that a person would take: signs it relies on are seen, and logarithms are expanded only
    where they are still to be differentiated."""
    if step.rule.startswith("log-of"):
        seen = all(is_positive(used.term, theory) for used in step.uses if isinstance(used, Positive))
        return seen and any(isinstance(at(step.before, step.path[:n]), Derivative) for n in range(len(step.path)))
    return True


def _signed_last(lines: tuple[Line, ...], theory: Theory) -> tuple[Line, ...]:
    """`lines` with positive terms first in the last one."""
    if not lines:
        return lines
    last = lines[-1]
    steps = (*last.steps, *_one_bar(last.term, theory))
    steps = (*steps, *tidied(steps[-1].after, "positive-first", theory))
    return (*lines[:-1], Line(steps[-1].after, last.rule, last.reason, steps, last.relation))


def _one_bar(term: Term, theory: Theory) -> tuple[Step, ...]:
    """a (b / c) as a b / c with equal factors taken together, where that is hardly more to read."""
    whole = brackets(theory)
    steps: list[Step] = []
    for name in ("merge-fractions only=factors", "merge-powers"):
        ((phase,), _) = phases(name)
        steps += run(steps[-1].after if steps else term, phase, theory, ())
    if not steps or reading_cost(steps[-1].after, whole) > reading_cost(term, whole) + 1:
        steps = []

    def accept(step: Step) -> bool:
        around = (at(step.before, step.path[:depth]) for depth in range(len(step.path)))
        if any(
            isinstance(each, Add) and any(match(known, each, known.free) is not None for known in whole)
            for each in around
        ):
            return False  # A bracket of a definition stays as its author wrote it.
        return reading_cost(step.after, whole) <= reading_cost(step.before, whole) + 1

    ((phase,), _) = phases("one-fraction")
    return (*steps, *run(steps[-1].after if steps else term, phase, theory, (), accept))
