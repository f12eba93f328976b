"""The theorems of an entry written out for a chosen class count, each entry matched with a derivation of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from symderiv.documents import ExplicitMatrix
from symderiv.proving.explicit import Explicit, explicit, inapplicable
from symderiv.statements import Problem, Theorem

_ROLES: Final = ("gradient", "jacobian", "hessian")


@dataclass(frozen=True, slots=True)
class WrittenOut:
    """A theorem written out for a class count, and how the match went."""

    theorem: Theorem
    explicit: Explicit

    @property
    def matrix(self) -> ExplicitMatrix:
        """What a document shows of it."""
        title = f"{self.theorem.derivation.title}, for {dict(self.explicit.sizes)['classes']} classes"
        return ExplicitMatrix(title, self.explicit.symbol, self.explicit.rows, self.explicit.sentence)


def written_out(problem: Problem, theorems: Sequence[Theorem], classes: int) -> tuple[WrittenOut, ...]:
    """The headline and what the kernels compute, at `classes` classes; nothing for what does not depend on the count.

    Raises `symderiv.proving.explicit.ExplicitError` for a class count that cannot be.
    """
    chosen = {problem.headline} | {goal for role, goal in problem.kernels if role in _ROLES}
    found: list[WrittenOut] = []
    for theorem in theorems:
        derivation = theorem.derivation
        if derivation.goal in chosen and not inapplicable(theorem.claim, derivation.theory):
            found.append(WrittenOut(theorem, explicit(theorem.claim, derivation.theory, classes)))
    return tuple(found)
