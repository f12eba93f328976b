"""What a build writes for a catalogue entry, all of it in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from symderiv.build.code import code_of
from symderiv.documents import FORMATS, Document, ExplicitMatrix, RuleInfo, present
from symderiv.kernels import LoweringError, emit_module
from symderiv.kernels.arrays.functions import goals_of
from symderiv.kernels.emission import is_over_arrays
from symderiv.kernels.layers import LAYER_GOALS, is_linear_layer
from symderiv.kernels.probability.functions import is_loss_of_probabilities
from symderiv.kernels.scalar.functions import is_scalar_loss
from symderiv.kernels.scalar.variables import slugs_of_numbers
from symderiv.losses import CATALOGUE, find
from symderiv.proving import RULES
from symderiv.statements import Goal, Problem, Theorem

KERNEL_FILES: Final = {"numba": "kernels.py", "numpy": "kernels_numpy.py", "unrolled": "kernels_unrolled.py"}
"""The file of each kernel target."""

MOST_UNROLLED: Final = 8
"""The largest class count that is unrolled."""

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


_OF_A_LOSS: Final = ("gradient-unnormalised", "gradient", "hessian", "hvp")
"""The theorems that a loss without kernels of its own is lowered from, as far as it has them."""
_LICENCES: Final = ("softmax:shift-invariance", "softmax:complement", "softmax:sum-to-one", "logsumexp:max-shift")
"""The theorems that let its kernels take the largest logit off first, and keep the digits of 1 - y."""


def kernel_goals(problem: Problem) -> tuple[tuple[Problem, Goal], ...]:
    """What the kernels of `problem`, and of what it builds on, are lowered from and licensed by, each once.

    What those goals cite is among them. Nothing of a problem that neither names kernels nor is of a general form.
    """
    if not (problem.kernels or _is_general(problem)):
        return ()
    found: dict[tuple[str, str], tuple[Problem, Goal]] = {}
    near = {known.name: known for known in (*problem.builds_on, problem)}

    def add(owner: Problem, reference: str) -> None:
        name, _, slug = reference.rpartition(":")
        source = near.get(name) or find(name) if name else owner
        if (source.name, slug) not in found:
            goal = next(goal for goal in source.goals if goal.slug == slug)
            found[source.name, slug] = (source, goal)
            for cited in goal.cites:
                add(source, cited)

    def visit(owner: Problem) -> None:
        for _, reference in owner.kernels:
            add(owner, reference)
        for base in owner.builds_on:
            visit(base)

    visit(problem)
    if is_over_arrays(problem):
        for slug in goals_of(problem):
            add(problem, slug)
    elif _is_general(problem):
        for slug in _OF_A_LOSS:
            if any(goal.slug == slug for goal in problem.goals):
                add(problem, slug)
        for slug in slugs_of_numbers(problem):
            add(problem, slug)
    layer = is_linear_layer(problem) and not problem.kernels
    for slug in LAYER_GOALS.values() if layer else ():
        add(problem, slug)
    for loss in (problem, *(problem.builds_on if layer else ())):
        for slug in _OF_A_LOSS[:2] if loss is not problem else ():
            if any(goal.slug == slug for goal in loss.goals):
                add(loss, slug)
        for reference in _LICENCES if is_loss_of_probabilities(loss) else ():
            add(loss, reference)
    return tuple(found.values())


def has_kernels(problem: Problem) -> bool:
    """Whether functions are made of `problem`: by theorems that it names, or by one of the general ways."""
    return bool(problem.kernels) or _is_general(problem)


def _is_general(problem: Problem) -> bool:
    narrower = is_loss_of_probabilities(problem) or is_scalar_loss(problem) or is_linear_layer(problem)
    return narrower or is_over_arrays(problem)


def own_module(problem: Problem, theorems: tuple[Theorem, ...], target: str = "numba", size: int | None = None) -> str:
    """The functions of a loss of the user's own; LoweringError, in a sentence, if there can be none."""
    variable = problem.arrays[0]
    if is_scalar_loss(problem) or is_linear_layer(problem) or is_over_arrays(problem):
        return emit_module(problem, theorems, target, size)
    if len(variable.domains) != 1 or variable.name != "z":
        raise LoweringError(
            f"functions are compiled for losses of a vector called z; {problem.name} is differentiated by "
            f"{variable.name}, which has {len(variable.domains)} indices"
        )
    return emit_module(problem, theorems, target, size)


def targets_of(problem: Problem) -> tuple[str, ...]:
    """The targets that `problem` can be emitted for: only what has a class axis of any length can be unrolled, and
    functions of whole arrays are compiled."""
    if is_over_arrays(problem):
        return ("numba",)
    domains = [domain for array in problem.arrays for domain in array.domains]
    open_classes = any(domain.name == "classes" and domain.size is None for domain in domains)
    unrolled = open_classes and bool(problem.kernels)
    return tuple(target for target in KERNEL_FILES if target != "unrolled" or unrolled)


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
    titles = {f"{other.name}:{goal.slug}": goal.title for other in CATALOGUE for goal in other.goals}
    return present(problem, theorems, rule_infos(), explicit, titles)


def entry_files(
    problem: Problem,
    theorems: tuple[Theorem, ...],
    kernel_theorems: tuple[Theorem, ...],
    explicit: tuple[ExplicitMatrix, ...],
    unrolled: int | None,
) -> dict[str, str]:
    """Every file of one entry (path under generated/ -> text): its documents, its record, its kernels if it has any.

    `kernel_theorems` are those of `kernel_goals`; `unrolled` is the class count of the unrolled kernels, None for none.
    UnpublishableError if a theorem is false or undefined, LoweringError if a kernel cannot be lowered.
    """
    made: dict[str, str] = {}
    code = None
    if has_kernels(problem):
        source = made[KERNEL_FILES["numba"]] = emit_module(problem, kernel_theorems)
        code = code_of(problem, kernel_theorems, source, KERNEL_FILES["numba"])
    if unrolled is not None:
        made[KERNEL_FILES["unrolled"]] = emit_module(problem, kernel_theorems, "unrolled", unrolled)
    beside = (("the record", DOCUMENT_FILES["json"]), ("LaTeX", DOCUMENT_FILES["tex"]))
    document = replace(document_of(problem, theorems, explicit), code=code, beside=beside)
    made |= {name: FORMATS[kind].render(document) for kind, name in DOCUMENT_FILES.items()}
    return {f"{folder_of(problem.name)}/{name}": text for name, text in made.items()}
