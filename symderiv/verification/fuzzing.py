"""Random losses through the whole machine, each result held against two others that share no rule with it.

The gradient that the general strategy derives is judged by the checker, then compared in rigorous balls with dual
numbers of its definition at several class counts, and with SymPy's `diff` of the loss written out for three classes.
Its compiled kernel is compared with the definition and with differences of itself: see `fuzzed_kernels`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from symderiv.checking import check
from symderiv.proving import Stuck, derive
from symderiv.statements import Problem, Theorem, VerdictWord, sized
from symderiv.sympy_border import BorderError
from symderiv.sympy_border.explicit import explicit_entries
from symderiv.terms import Position, rename, resize
from symderiv.verification import balls, mutants
from symderiv.verification.fuzzed_kernels import KernelComparison, compare_kernel
from symderiv.verification.random_losses import random_loss

__all__ = ["FuzzReport", "Fuzzed", "fuzz", "fuzz_one"]

Outcome: TypeAlias = Literal["derived", "stuck", "defect"]

_CLASSES: Final = 3


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """What became of one random loss; `reason` says why the strategy was stuck, or what is wrong."""

    name: str
    outcome: Outcome
    reason: str = ""
    verdict: VerdictWord | None = None
    theorem: Theorem | None = None
    by_sympy: bool = False
    """Whether SymPy's derivative was there to compare with, and agreed."""
    kernel: KernelComparison | None = None
    """What became of the compiled functions; None if none were made."""


@dataclass(frozen=True, slots=True)
class FuzzReport:
    """All random losses of a run, and what became of damaged steps of their proofs."""

    losses: tuple[Fuzzed, ...]
    mutation: mutants.MutationScore

    @property
    def defects(self) -> tuple[Fuzzed, ...]:
        """The losses with a result that another one contradicts."""
        return tuple(each for each in self.losses if each.outcome == "defect")


def fuzz(seeds: Sequence[int], *, mutants_a_step: int = 1, kernels: bool = False) -> FuzzReport:
    """The losses numbered `seeds`, and `mutants_a_step` mutants of each kind of every step of their proofs.

    With `kernels` their functions are compiled too, which takes a second or two a loss.
    """
    losses = tuple(fuzz_one(seed, kernels=kernels) for seed in seeds)
    derivations = tuple(each.theorem.derivation for each in losses if each.theorem is not None)
    return FuzzReport(losses, mutants.score(derivations, 0, each=mutants_a_step))


def fuzz_one(seed: int, *, kernels: bool = False) -> Fuzzed:
    """The loss numbered `seed`: derived, checked and compared, and with `kernels` compiled and compared."""
    problem = random_loss(seed)
    (goal,) = (goal for goal in problem.goals if goal.slug == "gradient")
    try:
        theorem = check(derive(problem, goal), seed=seed)
    except Stuck as stuck:
        return Fuzzed(problem.name, "stuck", str(stuck))
    word = theorem.verdict.word
    if word in ("false", "undefined"):
        return Fuzzed(problem.name, "defect", f"{word}: {theorem.verdict.evidence}", word, theorem)
    claim = theorem.claim
    compared = balls.compare(claim.left, claim.right, theorem.derivation.theory, seed=seed, counts=(2, 3, 4))
    if compared.outcome == "different":
        return Fuzzed(problem.name, "defect", f"other than its definition at {compared.where}", word, theorem)
    found = _against_sympy(problem, theorem, seed)
    if not kernels or found.outcome == "defect":
        return found
    compiled = compare_kernel(problem, theorem, seed)
    found = replace(found, kernel=compiled)
    return replace(found, outcome="defect", reason=compiled.wrong) if compiled.wrong else found


def _against_sympy(problem: Problem, theorem: Theorem, seed: int) -> Fuzzed:
    """The gradient's entries at three classes against SymPy's derivatives of the loss written out for three."""
    word, claim = theorem.verdict.word, theorem.claim
    sizes = {"classes": _CLASSES}
    theory = sized(theorem.derivation.theory, sizes)
    left, right = resize(claim.left, sizes), resize(claim.right, sizes)
    (index,) = left.free
    places = [{index: Position(value, index.domain)} for value in (1, _CLASSES)]
    try:
        by_sympy = explicit_entries(left, theory, places)
    except BorderError as error:
        return Fuzzed(problem.name, "derived", str(error), word, theorem)
    for at, other in zip(places, by_sympy, strict=True):
        found = balls.compare(other, rename(right, at), theory, seed=seed)
        if found.outcome == "different":
            reason = f"entry {at[index].value} is not what SymPy derives, at {found.where}"
            return Fuzzed(problem.name, "defect", reason, word, theorem)
        if found.outcome == "unclear":
            return Fuzzed(problem.name, "derived", f"not decided at {found.where}", word, theorem)
    return Fuzzed(problem.name, "derived", "", word, theorem, by_sympy=True)
