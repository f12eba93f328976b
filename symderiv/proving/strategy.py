"""`derive`: from a problem and a goal to a chain of lines, by the goal's plan or by the general strategy."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from symderiv.proving.general import general_lines
from symderiv.proving.plan import Stuck, line
from symderiv.proving.rules import Lemma
from symderiv.proving.rules.lemmas import definitions_in
from symderiv.statements import Claim, Derivation, Goal, Line, Problem, Relation, Theory, sized
from symderiv.terms import resize


def derive(problem: Problem, goal: Goal) -> Derivation:
    """The derivation of `goal`: its last line is the result.

    A goal's plan is carried out move by move; an empty plan means the general strategy for derivatives. Raises `Stuck`
    with the last term when nothing leads further, when a cited theorem cannot be found, or when the last line is not
    the goal's target.
    """
    _require_grounded(problem, goal, ())
    return _derived(problem, goal)


def _require_grounded(problem: Problem, goal: Goal, citing: tuple[str, ...]) -> None:
    """Stuck if `goal` rests on itself, or cites what does not exist."""
    where = f"{problem.name}:{goal.slug}"
    if where in citing:
        raise Stuck(f"{where} rests on itself: {' cites '.join((*citing[citing.index(where) :], where))}")
    for name in goal.cites:
        _require_grounded(*_cited(name, problem), (*citing, where))


@lru_cache(maxsize=256)
def _derived(problem: Problem, goal: Goal) -> Derivation:
    """`derive` for a goal that does not rest on itself; remembered, because a Hessian needs the gradient again."""
    theory = Theory(problem.definitions, tuple(problem.assumptions[n] for n in goal.uses), goal.distinct)
    lemmas = _lemmas(problem, goal)
    try:
        lines = _planned(goal, theory, lemmas) if goal.plan else general_lines(goal.start, theory, lemmas)
    except Stuck as stuck:
        raise Stuck(f"{problem.name}:{goal.slug}: {stuck}") from None
    result = lines[-1].term if lines else goal.start
    if goal.target is not None and result != goal.target:
        raise Stuck(f"{problem.name}:{goal.slug} ends in {result!r}, not in its target {goal.target!r}")
    needed = goal.uses if goal.plan else _assumed(lines, problem, goal, lemmas)
    if needed != goal.uses:
        return _derived(problem, replace(goal, uses=needed))
    seen = (goal.start, *(step.after for found in lines for step in found.steps), *(found.term for found in lines))
    used = Theory(definitions_in(seen, theory), theory.assumptions, theory.distinct)
    return Derivation(problem.name, goal.slug, goal.title, used, goal.start, lines, goal.cites, goal.prose)


def _assumed(lines: tuple[Line, ...], problem: Problem, goal: Goal, lemmas: tuple[Lemma, ...]) -> tuple[int, ...]:
    """The assumptions among the goal's that a step used, itself or in a theorem that it cites."""
    steps = tuple(step for found in lines for step in found.steps)
    used = {goal.uses[int(dict(step.args)["number"])] for step in steps if step.rule == "assumption"}
    cited = {step.cites for step in steps if step.cites}
    through = {stated for known in lemmas if known.name in cited for stated in known.theory.assumptions}
    return tuple(number for number in goal.uses if number in used or problem.assumptions[number] in through)


def _planned(goal: Goal, theory: Theory, lemmas: tuple[Lemma, ...]) -> tuple[Line, ...]:
    lines: list[Line] = []
    term = goal.start
    for position, item in enumerate(goal.plan):
        last = position == len(goal.plan) - 1
        relation: Relation = goal.relation if last else "="
        made = line(term, item, theory, lemmas, relation, last)
        lines.append(made)
        term = made.term
    return tuple(lines)


def lemmas_of(problem: Problem, goal: Goal) -> tuple[Lemma, ...]:
    """The theorems that `goal` cites, with the sizes of `problem`; Stuck if one is unknown or rests on itself."""
    _require_grounded(problem, goal, ())
    return _lemmas(problem, goal)


def _lemmas(problem: Problem, goal: Goal) -> tuple[Lemma, ...]:
    sizes = {d.name: d.size for array in problem.arrays for d in array.domains if d.size is not None}
    return tuple(_lemma(name, problem, sizes) for name in goal.cites)


def _cited(name: str, problem: Problem) -> tuple[Problem, Goal]:
    owner, _, slug = name.partition(":")
    source = next((found for found in _reachable(problem) if found.name == owner), None)
    goal = None if source is None else next((found for found in source.goals if found.slug == slug), None)
    if source is None or goal is None:
        raise Stuck(f"{problem.name} cites {name!r}, which is not a goal of it or of the problems it builds on")
    return source, goal


def _lemma(name: str, problem: Problem, sizes: dict[str, int]) -> Lemma:
    source, goal = _cited(name, problem)
    derivation = _derived(source, goal)
    theory, claim = derivation.theory, derivation.claim
    if sizes:
        theory, claim = sized(theory, sizes), _sized_claim(claim, sizes)
    return Lemma(name, goal.title, claim, theory)


def _sized_claim(claim: Claim, sizes: dict[str, int]) -> Claim:
    return Claim(resize(claim.left, sizes), claim.relation, resize(claim.right, sizes))


def _reachable(problem: Problem) -> tuple[Problem, ...]:
    """`problem` and everything it builds on, each once."""
    found: dict[str, Problem] = {problem.name: problem}
    for base in problem.builds_on:
        for inner in _reachable(base):
            found.setdefault(inner.name, inner)
    return tuple(found.values())
