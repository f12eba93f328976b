"""The general strategy for derivatives, for goals without a plan: the order in which a person would use the rules.

First the derivative is carried out, then the deltas it left are used up, then what remains is collected. Each phase
that changes something is one line, and the first one that does is taken.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from symderiv.proving.plan import Phase, Stuck, composed, phases, run, tidied
from symderiv.proving.rules import Lemma
from symderiv.proving.rules.logs import is_positive
from symderiv.proving.steps import Use
from symderiv.statements import Line, Positive, Step, Theory
from symderiv.terms import Call, Derivative, Product, Sum, Term, at, children, subterms

_DIFFERENTIATE: Final = (
    "logs",
    "linearity-over-sum",
    "constants",
    "cancel",
    "{lemmas}",
    "chain",
    "product-rule",
    "quotients",
    "coordinate",
    "differentiate-definition",
)
_COLLECT: Final = (
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


def general_lines(start: Term, theory: Theory, lemmas: tuple[Lemma, ...]) -> tuple[Line, ...]:
    """Lines from `start` to a form without pending derivatives; Stuck, with the last term, if a derivative remains."""
    differentiate, collect = _phases(_DIFFERENTIATE, start, theory, lemmas), _phases(_COLLECT, start, theory, lemmas)
    lines: list[Line] = []
    term = start
    while len(lines) < _MOST_LINES:
        found = _first(term, differentiate if _pending(term) else collect, theory, lemmas)
        if found is None and not _pending(term):
            found = _shrunk(term, theory, lemmas)
        if found is None:
            break
        lines.append(found)
        term = found.term
    if _pending(term) or len(lines) == _MOST_LINES:
        tried = ", ".join(phase.name for phase in (differentiate if _pending(term) else collect))
        raise Stuck(f"no rule leads further after {len(lines)} lines; the last term is {term!r}; tried were {tried}")
    return _signed_last(tuple(lines), theory)


def _phases(items: tuple[str, ...], start: Term, theory: Theory, lemmas: tuple[Lemma, ...]) -> tuple[Phase, ...]:
    """The phases written in `items`, with the theorems that are cited and the quantities that may be recognised: those
    that are defined, but for the one whose derivative is sought."""
    sought = {inner.name for _, inner in subterms(start) if isinstance(inner, Call)}
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
    return any(isinstance(inner, Derivative) for _, inner in subterms(term))


def _wanted(step: Step, theory: Theory) -> bool:
    """Whether a step is one that a person would take: signs it relies on are seen, and logarithms are expanded only
    where they are still to be differentiated."""
    if step.rule.startswith("log-of"):
        seen = all(is_positive(used.term, theory) for used in step.uses if isinstance(used, Positive))
        return seen and any(isinstance(at(step.before, step.path[:n]), Derivative) for n in range(len(step.path)))
    return True


def _shrunk(term: Term, theory: Theory, lemmas: tuple[Lemma, ...]) -> Line | None:
    """A line that expands one sum and collects it again, kept only if it gets smaller."""
    ((phase,), _) = phases("expand-and-collect")
    cited = tuple(Use("lemma", (("cite", known.name),)) for known in lemmas)
    for path, inner in subterms(term):
        if not isinstance(inner, Sum | Product):
            continue
        within = replace(phase, under=path, uses=(*phase.uses, *cited))
        steps = run(term, within, theory, lemmas)
        if steps and _cost(steps[-1].after) < _cost(term):
            return composed(steps, within)
    return None


def _cost(term: Term) -> int:
    """How much there is to read: every node counts, sums more."""
    own = 4 if isinstance(term, Sum | Product) else 1
    return own + sum(_cost(part) for part in children(term))


def _signed_last(lines: tuple[Line, ...], theory: Theory) -> tuple[Line, ...]:
    """`lines` with positive terms first in the last one."""
    if not lines:
        return lines
    last = lines[-1]
    steps = (*last.steps, *tidied(last.term, "positive-first", theory))
    return (*lines[:-1], Line(steps[-1].after, last.rule, last.reason, steps, last.relation))
