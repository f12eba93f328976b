"""What a build writes for a catalogue entry, all of it in memory."""

from __future__ import annotations

from typing import Final

from symderiv.documents import FORMATS, Document, ExplicitMatrix, RuleInfo, present
from symderiv.kernels import emit_module
from symderiv.losses import find
from symderiv.proving import RULES
from symderiv.statements import Goal, Problem, Theorem

KERNEL_FILES: Final = {"numba": "kernels.py", "numpy": "kernels_numpy.py"}
"""The file of each kernel target."""

BUILT_TARGETS: Final = ("numba",)
"""The targets that a build writes; the others are for ``symderiv kernel``."""

DOCUMENT_FILES: Final = {
    "html": "proof.html",
    "tex": "proof.tex",
    "md": "proof.md",
    "txt": "proof.txt",
    "json": "theorem.json",
}
"""The file of each document format."""


def folder_of(name: str) -> str:
    """The folder of an entry under generated/: cross_entropy for cross-entropy."""
    return name.replace("-", "_")


def kernel_goals(problem: Problem) -> tuple[tuple[Problem, Goal], ...]:
    """What the kernels of `problem` are lowered from and what licenses their stable forms, each once."""
    found: dict[tuple[str, str], tuple[Problem, Goal]] = {}
    for _, reference in problem.kernels:
        owner, _, slug = reference.rpartition(":")
        source = find(owner) if owner else problem
        found[source.name, slug] = (source, next(goal for goal in source.goals if goal.slug == slug))
    return tuple(found.values())


def kernel_source(problem: Problem, theorems: tuple[Theorem, ...], target: str, classes: int) -> str:
    """The module of `problem` for `target`, lowered from `theorems`; `classes` matters for the unrolled one alone."""
    return emit_module(problem, theorems, target, classes if target == "unrolled" else None)


def rule_infos() -> dict[str, RuleInfo]:
    """What documents say about each rule: its identity, then what it needs."""
    return {
        rule.slug: RuleInfo(rule.slug, rule.title, _identity(rule.statement, rule.conditions))
        for rule in RULES.values()
    }


def _identity(statement: str, conditions: str) -> str:
    return f"${statement}$, where {conditions}" if conditions else f"${statement}$"


def document_of(
    problem: Problem, theorems: tuple[Theorem, ...], explicit: tuple[ExplicitMatrix, ...] | None = None
) -> Document:
    """The document of an entry; Unpublishable if a theorem in it is false or undefined."""
    return present(problem, theorems, rule_infos(), explicit)


def entry_files(
    problem: Problem,
    theorems: tuple[Theorem, ...],
    known: tuple[Theorem, ...],
    explicit: tuple[ExplicitMatrix, ...],
    classes: int,
) -> dict[str, str]:
    """Every file of one entry (path under generated/ -> text): its documents, its record, its kernels.

    `known` are the theorems of the whole catalogue, which kernels may build on. UnpublishableError if a theorem is false
    or undefined, LoweringError if a kernel cannot be lowered.
    """
    document = document_of(problem, theorems, explicit)
    made = {name: FORMATS[kind].render(document) for kind, name in DOCUMENT_FILES.items()}
    for target in BUILT_TARGETS:
        made[KERNEL_FILES[target]] = kernel_source(problem, known, target, classes)
    return {f"{folder_of(problem.name)}/{name}": text for name, text in made.items()}
