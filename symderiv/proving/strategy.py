"""`derive`: from a problem and a goal to a chain of lines, by the goal's plan or by the general strategy."""

from __future__ import annotations

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
    return _derive(problem, goal, ())


def _derive(problem: Problem, goal: Goal, citing: tuple[str, ...]) -> Derivation:
    """`derive`, for a theorem that the theorems `citing` build on."""
    where = f"{problem.name}:{goal.slug}"
    if where in citing:
        raise Stuck(f"{where} rests on itself: {' cites '.join((*citing[citing.index(where) :], where))}")
    theory = Theory(problem.definitions, tuple(problem.assumptions[n] for n in goal.uses), goal.distinct)
    lemmas = _lemmas(problem, goal, (*citing, where))
    try:
        lines = _planned(goal, theory, lemmas) if goal.plan else general_lines(goal.start, theory, lemmas)
    except Stuck as stuck:
        raise Stuck(f"{where}: {stuck}") from None
    result = lines[-1].term if lines else goal.start
    if goal.target is not None and result != goal.target:
        raise Stuck(f"{where} ends in {result!r}, not in its target {goal.target!r}")
    seen = (goal.start, *(step.after for found in lines for step in found.steps), *(found.term for found in lines))
    used = Theory(definitions_in(seen, theory), theory.assumptions, theory.distinct)
    return Derivation(problem.name, goal.slug, goal.title, used, goal.start, lines, goal.cites, goal.prose)


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
    """The theorems that `goal` cites, each derived afresh, with the sizes of `problem`; Stuck if one is unknown."""
    return _lemmas(problem, goal, (f"{problem.name}:{goal.slug}",))


def _lemmas(problem: Problem, goal: Goal, citing: tuple[str, ...]) -> tuple[Lemma, ...]:
    sizes = {d.name: d.size for array in problem.arrays for d in array.domains if d.size is not None}
    return tuple(_lemma(name, problem, sizes, citing) for name in goal.cites)


def _lemma(name: str, problem: Problem, sizes: dict[str, int], citing: tuple[str, ...]) -> Lemma:
    owner, _, slug = name.partition(":")
    known = _reachable(problem)
    source = next((found for found in known if found.name == owner), None)
    goal = None if source is None else next((found for found in source.goals if found.slug == slug), None)
    if source is None or goal is None:
        raise Stuck(f"{problem.name} cites {name!r}, which is not a goal of it or of the problems it builds on")
    derivation = _derive(source, goal, citing)
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
