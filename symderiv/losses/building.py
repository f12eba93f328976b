"""A problem from a loss alone: the goals that every loss has, derived by the general strategy."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Final, Literal

from symderiv.losses import logsumexp, softmax
from symderiv.losses.notation import S, i, j, lse, v, y, z
from symderiv.statements import Assumption, Definition, Goal, Hyperparameter, Problem, Theory, reachable
from symderiv.terms import Array, Call, Derivative, Entry, Term, total

_SHARED: Final[Mapping[str, tuple[Definition, tuple[str, ...], tuple[Problem, ...]]]] = {
    "S": (S, (), (softmax.PROBLEM,)),
    "y": (y, ("softmax:jacobian", "softmax:sum-to-one"), (softmax.PROBLEM,)),
    "lse": (lse, ("logsumexp:gradient",), (logsumexp.PROBLEM,)),
}
"""The quantities that losses share: their definition, the theorems about them, and the problems that have those."""


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
    wrt: Array = z,
    family: Literal["activation", "loss", "layer"] = "loss",
) -> Problem:
    """The problem of a scalar loss of the vector `wrt`: gradient, Hessian, and Hessian times a direction.

    `definitions` are those of the loss's own beside S, y and lse, which are added where the loss uses them, with the
    theorems about them; `cites` and `builds_on` name further theorems. Every goal may use the `assumptions`; the
    gradient is also derived without them ("gradient-unnormalised") if there are any.
    """
    own = (*definitions, loss)
    shared = _shared_by(own)
    every = (*(entry[0] for entry in shared), *own)
    known = (*chain.from_iterable(entry[1] for entry in shared), *cites)
    bases = tuple(dict.fromkeys((*chain.from_iterable(entry[2] for entry in shared), *builds_on)))
    uses = tuple(range(len(assumptions)))
    gradient = Derivative(loss(), wrt[i])
    hessian = Derivative(gradient, wrt[j])
    general = Goal("gradient-unnormalised", f"gradient of {_noun(title)} without assumptions", gradient, cites=known)
    goals = [
        *([general] if assumptions else []),
        Goal("gradient", f"gradient of {_noun(title)}", gradient, uses=uses, cites=known),
        Goal("hessian", f"Hessian of {_noun(title)}", hessian, uses=uses, cites=(f"{name}:gradient", *known)),
        Goal(
            "hvp", f"product of the Hessian of {_noun(title)} with a direction", total(j, hessian * v[j]), uses=uses,
            cites=(f"{name}:hessian", *known),
        ),
    ]  # fmt: skip
    return Problem(
        name, title, family, prose, _arrays(every, wrt), every, assumptions, tuple(goals), "gradient",
        builds_on=bases, sources=sources, hyperparameters=hyperparameters,
    )  # fmt: skip


def _noun(title: str) -> str:
    """The title inside a sentence: an acronym keeps its capitals."""
    return title if title[:2].isupper() else f"{title[:1].lower()}{title[1:]}"


def _shared_by(
    definitions: tuple[Definition, ...],
) -> tuple[tuple[Definition, tuple[str, ...], tuple[Problem, ...]], ...]:
    """The entries of `_SHARED` that the definitions reach, S before y before lse."""
    theory = Theory((*(entry[0] for entry in _SHARED.values()), *definitions))
    called = {p.name for d in definitions for p in reachable(d.body, theory) if isinstance(p, Call)}
    return tuple(entry for name, entry in _SHARED.items() if name in called)


def _arrays(definitions: tuple[Definition, ...], wrt: Array) -> tuple[Array, ...]:
    """The arrays of the definitions, `wrt` first, and a direction."""

    def entries(term: Term) -> tuple[Array, ...]:
        return tuple(part.array for part in reachable(term, Theory(definitions)) if isinstance(part, Entry))

    found = chain.from_iterable(entries(definition.body) for definition in definitions)
    return tuple(dict.fromkeys((wrt, *found, v)))
