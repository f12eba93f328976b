"""From a problem and its theorems to the text of a module for a target."""

from __future__ import annotations

from symderiv.kernels.arrays.functions import functions_and_left_out, is_array_problem
from symderiv.kernels.arrays.module import array_emitter, assemble_arrays
from symderiv.kernels.functions import functions
from symderiv.kernels.ir import Kernel
from symderiv.kernels.layer_module import assemble_layer
from symderiv.kernels.layers import is_linear_layer
from symderiv.kernels.module import Emitter, assemble
from symderiv.kernels.probability.functions import is_loss_of_probabilities, probability_functions_and_left_out
from symderiv.kernels.rewriting import reference
from symderiv.kernels.scalar.functions import is_scalar_loss, scalar_functions_and_left_out
from symderiv.kernels.scalar.support import scalar_support
from symderiv.kernels.spelling import spelled
from symderiv.kernels.stable import LoweringError
from symderiv.kernels.targets import TARGETS
from symderiv.statements import Problem, Theorem


def is_over_arrays(problem: Problem) -> bool:
    """Whether a problem is lowered as a function of whole arrays: it has a gradient, and no narrower way takes it.

    The functions of losses of probabilities call their logits z: a loss of others is one of arrays.
    """
    narrower = bool(problem.kernels) or is_linear_layer(problem) or is_scalar_loss(problem)
    narrower = narrower or (is_loss_of_probabilities(problem) and problem.arrays[0].name == "z")
    return not narrower and is_array_problem(problem)


def emit_module(problem: Problem, theorems: tuple[Theorem, ...], target: str = "numba",
                classes: int | None = None) -> str:  # fmt: skip
    """The text of the module that computes `problem`, lowered from `theorems`.

    Pass the problem's own theorems and those of every problem it builds on. `classes` fixes the class count for the
    target that needs it ("unrolled"). Names that Python cannot have are spelled as `spelling` says. The text depends on
    nothing else: the same arguments give the same bytes. Raises
    LoweringError if a theorem is missing or a form cannot be lowered, ValueError for an unknown target.
    """
    problem, theorems = spelled(problem, theorems)
    if target not in TARGETS:
        raise ValueError(f"target {target!r} is unknown; there are {', '.join(TARGETS)}")
    if (target == "unrolled") != (classes is not None):
        needed = "needs a class count" if classes is None else "is for any class count; leave `classes` out"
        raise ValueError(f"target {target!r} {needed}")
    if target == "unrolled" and (is_loss_of_probabilities(problem) or is_scalar_loss(problem)):
        raise LoweringError(
            f"{problem.name} has no unrolled kernels: use the target numba or numpy, for any class count"
        )
    if is_over_arrays(problem):
        emitter = array_emitter(target)
        known = {reference(theorem): theorem for theorem in theorems}
        made, left_out = functions_and_left_out(problem, known)
        return assemble_arrays(problem, theorems, made, emitter, left_out)
    module = TARGETS[target]

    def emit(kernel: Kernel) -> str:
        text: str = module.emit(kernel) if classes is None else module.emit(kernel, classes)
        return text

    more_helpers, more_library = scalar_support(target) if is_scalar_loss(problem) else ("", "")
    emitter = Emitter(
        target, classes, module.WHAT, module.IMPORTS, module.helpers() + more_helpers, module.library() + more_library,
        compiled=target == "numba", options=target != "unrolled", emit=emit, reference=module.reference,
    )  # fmt: skip
    if is_linear_layer(problem):
        return assemble_layer(problem, theorems, emitter)
    if is_scalar_loss(problem):
        known = {reference(theorem): theorem for theorem in theorems}
        scalar, missing = scalar_functions_and_left_out(problem, known)
        return assemble(problem, scalar, emitter, missing)
    if is_loss_of_probabilities(problem):
        known = {reference(theorem): theorem for theorem in theorems}
        rows, missing = probability_functions_and_left_out(problem, known)
        return assemble(problem, rows, emitter, missing)
    return assemble(problem, functions(problem, theorems), emitter)
