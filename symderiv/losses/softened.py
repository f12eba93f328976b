"""Softmax of changed logits, z/tau or z + a: its definitions, and the theorems about it that losses build on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from symderiv.losses.notation import i, j, k, z
from symderiv.statements import Definition, Goal
from symderiv.terms import Derivative, Term, exp, number, total

_SUM: Final = "s"
_NAME: Final = "p"


@dataclass(frozen=True, slots=True)
class Softened:
    """p_i = e^{u_i} / sum_k e^{u_k}, with the theorems sum_k p_k = 1 and the Jacobian of p in z."""

    probabilities: Definition
    definitions: tuple[Definition, ...]
    lemmas: tuple[Goal, ...]


def softened(problem: str, at_i: Term, at_k: Term, prose: str) -> Softened:
    """The softmax of the logits u, given as u_i and as u_k, for the entry called `problem`."""
    total_ = Definition(_SUM, (), total(k, exp(at_k)), "the sum of the exponentials of the changed logits")
    p = Definition(_NAME, (i,), exp(at_i) / total_(), prose)
    sum_to_one = Goal(
        "sum-to-one",
        "the probabilities sum to one",
        total(k, p(k)),
        (f"definition name={_NAME}", "constant-out", f"fold name={_SUM}", "cancel"),
        target=number(1),
    )
    jacobian = Goal(
        "jacobian", "Jacobian of the probabilities", Derivative(p(i), z[j]), cites=(f"{problem}:sum-to-one",)
    )
    return Softened(p, (total_, p), (sum_to_one, jacobian))
