"""`CATALOGUE`: the losses, activations and layers whose theorems are derived here, one problem a file."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

from symderiv.losses import binary_cross_entropy, cross_entropy, linear_cross_entropy, log_softmax, logsumexp, softmax
from symderiv.statements import Problem

CATALOGUE: Final[tuple[Problem, ...]] = (
    softmax.PROBLEM,
    logsumexp.PROBLEM,
    log_softmax.PROBLEM,
    cross_entropy.PROBLEM,
    binary_cross_entropy.PROBLEM,
    linear_cross_entropy.PROBLEM,
)


class UnknownLossError(KeyError):
    """No catalogue entry has this name; the message suggests the nearest."""

    def __str__(self) -> str:
        return str(self.args[0])


def find(name: str) -> Problem:
    """The catalogue entry called `name`; UnknownLossError, with the nearest name, if there is none."""
    for problem in CATALOGUE:
        if problem.name == name:
            return problem
    names = [problem.name for problem in CATALOGUE]
    near = get_close_matches(name, names, 1, 0.5)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(names)}."
    raise UnknownLossError(f"no loss called {name!r}. {hint}")


__all__ = ["CATALOGUE", "UnknownLossError", "find"]
