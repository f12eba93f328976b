"""A problem from a loss alone: the goals that every loss has, derived by the general strategy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from typing import Final, Literal

from symderiv.losses import logsumexp, softmax
from symderiv.losses.notation import S, lse, v, y, z
from symderiv.statements import Assumption, Definition, Distinct, Goal, Hyperparameter, Problem, Theory, reachable
from symderiv.terms import Array, Call, Derivative, Entry, Index, Term, total

_SHARED: Final[Mapping[str, tuple[Definition, tuple[str, ...], tuple[Problem, ...]]]] = {
    "S": (S, (), (softmax.PROBLEM,)),
    "y": (y, ("softmax:jacobian", "softmax:sum-to-one"), (softmax.PROBLEM,)),
    "lse": (lse, ("logsumexp:gradient",), (logsumexp.PROBLEM,)),
}
"""The quantities that losses share: their definition, the theorems about them, and the problems that have those."""
_LETTERS: Final[Mapping[str, str]] = {"classes": "ij", "features": "de", "samples": "nm"}
"""The indices of the first and the second derivative, by range."""


def loss_problem(
    name: str,
    title: str,
    loss: Definition,
    *,
    prose: tuple[str, ...],
    sources: tuple[str, ...] = (),
    definitions: tuple[Definition, ...] = (),
    assumptions: tuple[Assumption, ...] = (),
    hyperparameters: tuple[Hyperparameter, ...] = (),
    builds_on: tuple[Problem, ...] = (),
    cites: tuple[str, ...] = (),
    lemmas: tuple[Goal, ...] = (),
    noun: str = "",
    distinct: bool = False,
    wrt: Array = z,
    direction: Array | None = None,
    family: Literal["activation", "loss", "layer"] = "loss",
) -> Problem:
    """The problem of a scalar loss of `wrt`, of any rank: gradient, Hessian, and Hessian times `direction`.

    `definitions` are those of the loss's own beside S, y and lse, which are added where the loss uses them, with the
    theorems about them, unless it defines these names itself. `cites` and `builds_on` name further theorems, `lemmas`
    are derived first and cited by every goal. Every goal may use the `assumptions`, and lists those that it did use;
    the gradient is also derived without them ("gradient-unnormalised") if there are any, and the Hessian off its
    diagonal if `distinct`. `noun` is the title inside a sentence, where that is more than its first letter made small.
    """
    noun = noun or noun_of(title)
    own = (*definitions, loss)
    shared = _shared_by(own)
    every = (*(entry[0] for entry in shared), *own)
    lemma_names = tuple(f"{name}:{lemma.slug}" for lemma in lemmas)
    known = (*chain.from_iterable(entry[1] for entry in shared), *lemma_names, *cites)
    bases = tuple(dict.fromkeys((*chain.from_iterable(entry[2] for entry in shared), *builds_on)))
    uses = tuple(range(len(assumptions)))
    first, second = entries_of(wrt)
    gradient = Derivative(loss(), first)
    hessian = Derivative(gradient, second)
    usual = v if wrt.domains else Array(v.name, ())
    along = Entry(usual if direction is None else direction, second.indices)
    product: Term = hessian * along
    for place in reversed(second.indices):
        assert isinstance(place, Index)
        product = total(place, product)
    general = Goal("gradient-unnormalised", f"gradient of {noun} without assumptions", gradient, cites=known)
    apart = Goal(
        "hessian-off-diagonal", f"Hessian of {noun}, off the diagonal", hessian, uses=uses,
        distinct=tuple(Distinct(a, b) for a, b in zip(first.indices, second.indices, strict=True)),
        cites=(f"{name}:gradient", *known),
    )  # fmt: skip
    goals = [
        *lemmas,
        *([general] if assumptions else []),
        Goal("gradient", f"gradient of {noun}", gradient, uses=uses, cites=known),
        Goal("hessian", f"Hessian of {noun}", hessian, uses=uses, cites=(f"{name}:gradient", *known)),
        *([apart] if distinct and wrt.domains else []),
        *(
            [
                Goal(
                    "hvp", f"product of the Hessian of {noun} with a direction", product, uses=uses,
                    cites=(f"{name}:hessian", *known),
                )
            ]
            if wrt.domains
            else []
        ),
    ]  # fmt: skip
    return Problem(
        name, title, family, prose, _arrays(every, wrt, along.array), every, assumptions, tuple(goals), "gradient",
        builds_on=bases, sources=sources, hyperparameters=hyperparameters,
    )  # fmt: skip


def noun_of(title: str) -> str:
    """The title inside a sentence: an acronym keeps its capitals."""
    return title if title[:2].isupper() else f"{title[:1].lower()}{title[1:]}"


def _shared_by(
    definitions: tuple[Definition, ...],
) -> tuple[tuple[Definition, tuple[str, ...], tuple[Problem, ...]], ...]:
    """The entries of `_SHARED` that the definitions reach, S before y before lse, and y with lse: its gradient."""
    names = {definition.name for definition in definitions}
    theory = Theory((*definitions, *(entry[0] for name, entry in _SHARED.items() if name not in names)))
    called = {p.name for d in definitions for p in reachable(d.body, theory) if isinstance(p, Call)}
    wanted = called | {"y"} if "lse" in called - names else called
    return tuple(entry for name, entry in _SHARED.items() if name in wanted - names)


def entries_of(wrt: Array) -> tuple[Entry, Entry]:
    """Two entries of `wrt`, by the letters that its ranges usually have: z_i and z_j, W_id and W_je."""
    pairs: list[tuple[Index, Index]] = []
    for domain in wrt.domains:
        used = {index.name for pair in pairs for index in pair}
        letters = next(each for each in (_LETTERS.get(domain.name, "ij"), "ij", "kl") if not used & set(each))
        pairs.append((Index(letters[0], domain), Index(letters[1], domain)))
    return Entry(wrt, tuple(a for a, _ in pairs)), Entry(wrt, tuple(b for _, b in pairs))


def _arrays(definitions: tuple[Definition, ...], wrt: Array, direction: Array) -> tuple[Array, ...]:
    """The arrays of the definitions, `wrt` first, and a direction."""
    return tuple(dict.fromkeys((wrt, *arrays_of(definitions), *((direction,) if wrt.domains else ()))))


def arrays_of(definitions: tuple[Definition, ...]) -> tuple[Array, ...]:
    """The data that the definitions speak about, in reading order."""

    def entries(term: Term) -> tuple[Array, ...]:
        return tuple(part.array for part in reachable(term, Theory(definitions)) if isinstance(part, Entry))

    return tuple(dict.fromkeys(chain.from_iterable(entries(definition.body) for definition in definitions)))


def planned(problem: Problem, plans: tuple[tuple[str, tuple[str, ...], Term], ...]) -> Problem:
    """`problem` with plans of their own, and the closed forms where they end, for the goals with these slugs."""
    chosen = {slug: (plan, target) for slug, plan, target in plans}
    missing = set(chosen) - {goal.slug for goal in problem.goals}
    if missing:
        raise KeyError(f"{problem.name} has no goals {', '.join(sorted(missing))} to plan")
    goals = tuple(
        replace(goal, plan=chosen[goal.slug][0], target=chosen[goal.slug][1]) if goal.slug in chosen else goal
        for goal in problem.goals
    )
    return replace(problem, goals=goals)
