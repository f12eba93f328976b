"""The public functions of a loss or an activation of one number: value, gradient, second derivative, and its product
with a direction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from symderiv.kernels.formula import formula
from symderiv.kernels.hyperparameters import argument_name
from symderiv.kernels.ir import Kernel
from symderiv.kernels.parts import Part
from symderiv.kernels.public import Function, Role
from symderiv.kernels.rewriting import reference, unfolded
from symderiv.kernels.scalar.branches import Tree, branched
from symderiv.kernels.scalar.kernel import DIRECTION, Confirmed, confirmed, scalar_kernel, shown
from symderiv.kernels.stable import LoweringError
from symderiv.statements import Problem, Theorem
from symderiv.terms import Call, Derivative, Entry, Term, subterms

_GOALS: Final[tuple[tuple[Role, str], ...]] = (("gradient", "gradient"), ("hessian", "hessian"))
_TAKEN: Final = frozenset({"z", DIRECTION, "out", "threads", "reduction", "scale"})
"""Names of arguments that parameters and data may not have."""


def is_scalar_loss(problem: Problem) -> bool:
    """Whether a problem is a loss or an activation of one number, of data and parameters that are numbers too, and
    names no theorem as its value."""
    start = next((goal.start for goal in problem.goals if goal.slug == "gradient"), None)
    if problem.family == "layer" or "value" in {role for role, _ in problem.kernels}:
        return False
    if not (isinstance(start, Derivative) and isinstance(start.body, Call) and isinstance(start.wrt, Entry)):
        return False
    return not start.wrt.array.domains and all(not array.domains for array in problem.arrays)


def scalar_functions(problem: Problem, known: Mapping[str, Theorem]) -> tuple[Function, ...]:
    """`value`, `value_and_grad`, `grad`, and with the second derivative `hessian` and `hvp`.

    LoweringError if the theorem about the gradient is not given, if a theorem was not proved, or for a form that has
    no kernel.
    """
    found = _theorems(problem, known)
    if "gradient" not in found:
        raise LoweringError(f"the gradient of {problem.name} is lowered from its theorem, which was not given")
    z = _variable(found["gradient"])
    parts = {"value": _value(found["gradient"])}
    parts |= {
        role: Part(role, theorem, unfolded(theorem.claim.right, theorem.derivation.theory), ())
        for role, theorem in found.items()
    }
    arguments = _arguments(problem, tuple(parts.values()), z)

    @cache
    def confirm(closed: Term) -> Confirmed:
        return confirmed(closed, z, _data_of(closed, z))

    made: list[Function] = []
    for name, roles in (("value", ("value",)), ("value_and_grad", ("value", "gradient")), ("hessian", ("hessian",)),
                        ("hvp", ("hessian",))):  # fmt: skip
        if not all(role in parts for role in roles):
            continue
        chosen = tuple(parts[role] for role in roles)
        direction = name == "hvp"
        kernel = scalar_kernel(name, chosen, z, arguments, confirm, direction=direction)
        function = _function(problem, name, chosen, arguments, kernel, direction)
        made.append(function)
        if name == "value_and_grad":
            made.append(
                replace(function, name="grad", outputs=function.outputs[1:], formulas=function.formulas[1:],
                        parts=function.parts[1:])
            )  # fmt: skip
    return tuple(made)


def _theorems(problem: Problem, known: Mapping[str, Theorem]) -> dict[Role, Theorem]:
    found: dict[Role, Theorem] = {}
    for role, slug in _GOALS:
        theorem = known.get(f"{problem.name}:{slug}")
        if theorem is None:
            continue
        if theorem.verdict.word not in ("proved", "exact", "numeric"):
            raise LoweringError(
                f"the theorem {problem.name}:{slug} is {theorem.verdict.word}; no kernel is made from it"
            )
        if theorem.derivation.theory.assumptions:
            raise LoweringError(f"the theorem {problem.name}:{slug} has assumptions, which kernels do not check")
        found[role] = theorem
    return found


def _variable(gradient: Theorem) -> Entry:
    left = gradient.claim.left
    if not (isinstance(left, Derivative) and isinstance(left.wrt, Entry)):
        raise LoweringError(f"{reference(gradient)} is no derivative by a number")
    return left.wrt


def _value(gradient: Theorem) -> Part:
    """The loss itself, by its definition in the theorem about its gradient."""
    left = gradient.claim.left
    if not (isinstance(left, Derivative) and isinstance(left.body, Call)):
        raise LoweringError(f"{reference(gradient)} is no derivative of a defined loss")
    return Part("value", gradient, unfolded(left.body, gradient.derivation.theory), ())


def _arguments(problem: Problem, parts: tuple[Part, ...], z: Entry) -> tuple[str, ...]:
    """The arrays of the functions: z, and the data in the order of the problem."""
    used = {part.array for each in parts for _, part in subterms(each.closed) if isinstance(part, Entry)}
    data = tuple(array.name for array in problem.arrays if array in used and array != z.array)
    names = (*data, *(argument_name(each.parameter) for each in problem.hyperparameters))
    bad = sorted(set(names) & _TAKEN)
    if bad:
        raise LoweringError(f"{problem.name}: {bad[0]!r} has the name of an argument of its functions; rename it")
    return ("z", *data)


def _function(problem: Problem, name: str, parts: tuple[Part, ...], arguments: tuple[str, ...], kernel: Kernel,
              direction: bool) -> Function:  # fmt: skip
    declared = {argument_name(each.parameter) for each in problem.hyperparameters}
    unknown = sorted({scalar.name for scalar in kernel.scalars()} - declared - {"scale"})
    if unknown:
        raise LoweringError(f"{problem.name}: {unknown[0]!r} is a parameter that the problem does not declare")
    scalars = {scalar.name for scalar in kernel.scalars()}
    return Function(
        name,
        (*arguments, *((DIRECTION,) if direction else ())),
        tuple(("hvp" if direction else part.role, 0) for part in parts),
        (("elements", kernel),),
        tuple(f"{'hvp' if direction else part.role} = {formula(shown(part, direction))}" for part in parts),
        kernel.theorems,
        any(part.role in ("value", "gradient") for part in parts),
        parts,
        elementwise=True,
        hyperparameters=tuple(each for each in problem.hyperparameters if argument_name(each.parameter) in scalars),
        numbers=True,
    )


def tree_of(problem: Problem, part: Part) -> Tree:
    """The forms that are computed for a part of a problem's functions, by branches."""
    z = Entry(problem.arrays[0], ())
    return branched(part.closed, z, _data_of(part.closed, z)).tree


def _data_of(closed: Term, z: Entry) -> tuple[Entry, ...]:
    data = {part for _, part in subterms(closed) if isinstance(part, Entry) and part != z}
    return tuple(sorted(data, key=lambda entry: entry.array.name))
