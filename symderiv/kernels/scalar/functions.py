"""The public functions of a loss or an activation of numbers: value, gradient, second derivatives, and for one number
the product with a direction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from symderiv.kernels.formula import formula
from symderiv.kernels.hyperparameters import argument_name
from symderiv.kernels.ir import Kernel
from symderiv.kernels.parts import Part
from symderiv.kernels.public import Function
from symderiv.kernels.rewriting import reference, unfolded
from symderiv.kernels.scalar.branches import Tree, branched
from symderiv.kernels.scalar.kernel import DIRECTION, Confirmed, confirmed, scalar_kernel, shown
from symderiv.kernels.scalar.variables import Numbers, data_of, is_scalar_loss, numbers_of
from symderiv.kernels.stable import LoweringError
from symderiv.statements import Problem, Theorem
from symderiv.terms import Call, Derivative, Entry, Term, subterms

__all__ = ["is_scalar_loss", "scalar_functions", "scalar_functions_and_left_out", "tree_of"]

_TAKEN: Final = frozenset({"z", DIRECTION, "out", "threads", "reduction", "scale"})
"""Names of arguments that parameters and data may not have."""
_LEAD: Final = "z"
"""What the one number that a loss is differentiated by is called in its functions; several keep their names."""


def scalar_functions(problem: Problem, known: Mapping[str, Theorem]) -> tuple[Function, ...]:
    """`value`, `value_and_grad`, `grad`, with second derivatives `hessian`, and for one number also `hvp`.

    LoweringError if a theorem about the gradient is not given, if a theorem was not proved, or for a value or gradient
    that has no kernel.
    """
    return scalar_functions_and_left_out(problem, known)[0]


def scalar_functions_and_left_out(
    problem: Problem, known: Mapping[str, Theorem]
) -> tuple[tuple[Function, ...], tuple[str, ...]]:
    """The functions, and a sentence for each second derivative whose form has no kernel."""
    numbers = _numbers(problem)
    found = _theorems(problem, known, numbers)
    missing = [slug for role, slug in numbers.gradients if role not in found]
    if missing:
        raise LoweringError(f"the gradient of {problem.name} is lowered from its theorem, which was not given")
    gradients = tuple(role for role, _ in numbers.gradients)
    hessians = tuple(role for role, _ in numbers.hessians if role in found)
    z = numbers.variables[0]
    parts = {"value": _value(found[gradients[0]])}
    parts |= {
        role: Part(role, theorem, unfolded(theorem.claim.right, theorem.derivation.theory), ())
        for role, theorem in found.items()
    }
    arguments = _arguments(problem, tuple(parts.values()), numbers)

    @cache
    def confirm(closed: Term) -> Confirmed:
        return confirmed(closed, z, data_of(closed, z))

    left_out: dict[str, str] = {}
    for role in hessians:
        try:
            confirm(parts[role].closed)
        except LoweringError as error:
            left_out[role] = f"{role}: {error}"
    hessians = tuple(role for role in hessians if role not in left_out)
    plan: list[tuple[str, tuple[str, ...]]] = [("value", ("value",)), ("value_and_grad", ("value", *gradients))]
    plan += [("hessian", hessians)] if hessians else []
    plan += [("hvp", hessians)] if hessians and not numbers.several else []
    made: list[Function] = []
    for name, roles in plan:
        chosen = tuple(parts[role] for role in roles)
        direction = name == "hvp"
        kernel = scalar_kernel(name, chosen, z, arguments, confirm, direction=direction)
        function = _function(problem, name, chosen, arguments, kernel, numbers)
        made.append(function)
        if name == "value_and_grad":
            made.append(
                replace(function, name="grad", outputs=function.outputs[1:], formulas=function.formulas[1:],
                        parts=function.parts[1:])
            )  # fmt: skip
    return tuple(made), tuple(left_out.values())


def _numbers(problem: Problem) -> Numbers:
    numbers = numbers_of(problem)
    if numbers is None:
        raise LoweringError(f"{problem.name} is no loss of numbers")
    return numbers


def _theorems(problem: Problem, known: Mapping[str, Theorem], numbers: Numbers) -> dict[str, Theorem]:
    found: dict[str, Theorem] = {}
    for role, slug in (*numbers.gradients, *numbers.hessians):
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


def _value(gradient: Theorem) -> Part:
    """The loss itself, by its definition in the theorem about its gradient."""
    left = gradient.claim.left
    if not (isinstance(left, Derivative) and isinstance(left.body, Call)):
        raise LoweringError(f"{reference(gradient)} is no derivative of a defined loss")
    return Part("value", gradient, unfolded(left.body, gradient.derivation.theory), ())


def _arguments(problem: Problem, parts: tuple[Part, ...], numbers: Numbers) -> tuple[str, ...]:
    """The arrays of the functions: what is differentiated by, one number as z, and the data in the problem's order."""
    used = {part.array for each in parts for _, part in subterms(each.closed) if isinstance(part, Entry)}
    own = tuple(variable.array for variable in numbers.variables)
    data = tuple(array.name for array in problem.arrays if array in used and array not in own)
    variables = tuple(array.name for array in own) if numbers.several else ()
    names = (*variables, *data, *(argument_name(each.parameter) for each in problem.hyperparameters))
    bad = sorted(set(names) & (_TAKEN - ({_LEAD} if numbers.several else set())))
    if bad:
        raise LoweringError(f"{problem.name}: {bad[0]!r} has the name of an argument of its functions; rename it")
    return (*variables, *data) if numbers.several else (_LEAD, *data)


def _function(problem: Problem, name: str, parts: tuple[Part, ...], arguments: tuple[str, ...], kernel: Kernel,
              numbers: Numbers) -> Function:  # fmt: skip
    direction = name == "hvp"
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
        any(part.role == "value" for part in parts),
        parts,
        elementwise=True,
        hyperparameters=tuple(each for each in problem.hyperparameters if argument_name(each.parameter) in scalars),
        numbers=True,
        variables=tuple(variable.array.name for variable in numbers.variables) if numbers.several else (),
    )


def tree_of(problem: Problem, part: Part) -> Tree:
    """The forms that are computed for a part of a problem's functions, by branches."""
    z = _numbers(problem).variables[0]
    return branched(part.closed, z, data_of(part.closed, z)).tree
