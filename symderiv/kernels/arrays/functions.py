"""The public functions of a problem over arrays, from its theorems: what they compute, and the kernels of one instance.

Where a loss is the product of given data u with a defined output y (a layer), `value` is y and `vjp` has the gradients.
Otherwise `value`, `value_and_grad` and `grad`, and `hvp` and `hessian` where the problem has theorems for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from symderiv.kernels.arrays.elements import elements_kernel
from symderiv.kernels.arrays.kernel import Output, array_kernel
from symderiv.kernels.arrays.public import ArrayFunction, ArrayOutput
from symderiv.kernels.arrays.second import missing_blocks, second_goals, second_outputs, with_directions
from symderiv.kernels.formula import formula
from symderiv.kernels.hyperparameters import argument_name
from symderiv.kernels.parts import arrays_of
from symderiv.kernels.rewriting import reference, unfolded
from symderiv.kernels.stable import LoweringError
from symderiv.statements import Goal, Problem, Theorem, gradient_goals
from symderiv.terms import Array, Call, Derivative, Entry, Index, Mul, Sum, Term, subterms

__all__ = ["array_functions", "array_outputs", "completed", "functions_and_left_out", "goals_of", "is_array_problem"]

_SECOND: Final = ("hvp", "hessian")
"""Goals about second derivatives that have a function of their own."""
_TAKEN: Final = frozenset({"out", "threads", "reduction", "scale", "start", "stop"})
"""Names of arguments that parameters and data may not have."""


def is_array_problem(problem: Problem) -> bool:
    """Whether a problem has a gradient to compute: a goal that is the derivative of a defined number by data."""
    return bool(_gradients(problem))


def goals_of(problem: Problem) -> tuple[str, ...]:
    """The slugs of the theorems that `array_functions` is made from: the gradients, and the second derivatives."""
    gradients = _gradients(problem)
    loss = next((_parts(goal.start)[0] for goal in gradients.values()), None)
    blocks = {} if loss is None or problem.family == "layer" else second_goals(problem, loss, _variables(problem))
    return (
        *(goal.slug for goal in gradients.values()),
        *(goal.slug for goal in problem.goals if goal.slug in _SECOND or goal in blocks.values()),
    )


def completed(problem: Problem) -> Problem:
    """The problem with what its functions take beside its own data: a direction in each of several inputs."""
    return problem if problem.family == "layer" else with_directions(problem, _variables(problem))


def _variables(problem: Problem) -> tuple[Array, ...]:
    """What the problem has gradients in, in its order."""
    gradients = _gradients(problem)
    return tuple(array for array in problem.arrays if array in gradients)


def array_functions(problem: Problem, known: Mapping[str, Theorem]) -> tuple[ArrayFunction, ...]:
    """The public functions as far as their theorems are in `known`, by "problem:goal".

    LoweringError, in a sentence, if no gradient is among them, if one is less than numerically confirmed, if a theorem
    rests on an assumption about data that the kernel reads, or for a form that has no kernel. Second derivatives for
    which that is so are left out.
    """
    return functions_and_left_out(problem, known)[0]


def functions_and_left_out(
    problem: Problem, known: Mapping[str, Theorem]
) -> tuple[tuple[ArrayFunction, ...], tuple[str, ...]]:
    """`array_functions`, and a sentence for every second derivative that is not among them."""
    problem = completed(problem)
    made: list[ArrayFunction] = []
    missing = list(missing_blocks(problem, _variables(problem), _gradients(problem), known))
    for name, outputs in array_outputs(problem, known).items():
        if name == "grad":  # the same kernel as value_and_grad
            both = made[-1]
            made.append(replace(both, name=name, outputs=both.outputs[1:], formulas=both.formulas[1:]))
        elif name in _SECOND:
            try:
                made.append(_function(problem, name, outputs))
            except LoweringError as error:
                missing.append(f"{name}: {error}")
        else:
            made.append(_function(problem, name, outputs))
    return tuple(made), tuple(missing)


def array_outputs(problem: Problem, known: Mapping[str, Theorem]) -> dict[str, tuple[Output, ...]]:
    """What each public function computes, by its name: the forms of its outputs, from their theorems.

    LoweringError if no gradient is among the theorems.
    """
    found = {
        array: known[name]
        for array, goal in _gradients(problem).items()
        if (name := f"{problem.name}:{goal.slug}") in known
    }
    if not found:
        raise LoweringError(f"a gradient of {problem.name} is lowered from its theorem, which was not given")
    first = next(iter(found.values()))
    layer = _layer(problem, first)
    ordered = [array for array in problem.arrays if array in found]
    gradients = tuple(_derivative(array, found[array], alone=len(ordered) == 1) for array in ordered)
    value = Output("value", first, _loss_of(first), ()) if layer is None else layer
    if layer is not None:
        return {"value": (value,), "vjp": gradients}
    made = {"value": (value,), "value_and_grad": (value, *gradients), "grad": gradients}
    if len(_variables(problem)) > 1:
        entries = {array: _parts(found[array].claim.left)[1] for array in ordered}
        return made | second_outputs(problem, _loss_of(first), entries, known)
    for slug in _SECOND:
        theorem = known.get(f"{problem.name}:{slug}")
        if theorem is not None:
            second = (ordered[0].name,) * (1 if slug == "hvp" else 2)
            made[slug] = (Output(slug, theorem, theorem.claim.right, _places(theorem), second=second),)
    return made


def _gradients(problem: Problem) -> dict[Array, Goal]:
    """The goal about the gradient in each array, the one with the fewest assumptions first."""
    named = next((goal for goal in problem.goals if goal.slug == problem.headline and _is_gradient(goal)), None)
    named = named or next((g for g in problem.goals if g.slug.startswith("gradient") and _is_gradient(g)), None)
    if named is None:
        return {}
    return gradient_goals(problem, _parts(named.start)[0])


def _is_gradient(goal: Goal) -> bool:
    match goal.start:
        case Derivative(body=Call(indices=()), wrt=Entry(indices=places)) if not goal.distinct:
            return all(isinstance(place, Index) for place in places) and len(set(places)) == len(places)
        case _:
            return False


def _parts(start: Term) -> tuple[Call, Entry]:
    assert isinstance(start, Derivative)
    assert isinstance(start.body, Call)
    assert isinstance(start.wrt, Entry)
    return start.body, start.wrt


def _loss_of(gradient: Theorem) -> Call:
    return _parts(gradient.claim.left)[0]


def _derivative(array: Array, theorem: Theorem, *, alone: bool) -> Output:
    places = _parts(theorem.claim.left)[1].indices
    name = "gradient" if alone else f"gradient_{array.name}"
    return Output(name, theorem, theorem.claim.right, _indices(places), array.name)


def _indices(places: tuple[object, ...]) -> tuple[Index, ...]:
    return tuple(place for place in places if isinstance(place, Index))


def _places(theorem: Theorem) -> tuple[Index, ...]:
    """The axes of a second derivative: those that are free, of what is differentiated by first, first."""
    found: list[Index] = []
    for _, part in subterms(theorem.claim.left):
        if isinstance(part, Derivative):
            found = [*_indices(part.wrt.indices), *found]
    return tuple(index for index in found if index in theorem.claim.left.free)


def _layer(problem: Problem, gradient: Theorem) -> Output | None:
    """The output of a layer whose product with data of its own is the loss; None for any other loss."""
    if problem.family != "layer":
        return None
    theory = gradient.derivation.theory
    body = theory.definition(_loss_of(gradient).name).body
    bound: list[Index] = []
    while isinstance(body, Sum) and body.skip is None:
        bound.append(body.index)
        body = body.body
    match body:
        case Mul(factors=(Entry() as given, Call() as made)) | Mul(factors=(Call() as made, Entry() as given)):
            places = _indices(made.indices)
            apart = given.array not in arrays_of(unfolded(made, theory))
            if apart and set(given.indices) == set(made.indices) == set(bound) and len(places) == len(bound):
                return Output("value", gradient, made, places)
    return None


def _function(problem: Problem, name: str, outputs: tuple[Output, ...]) -> ArrayFunction:
    for theorem in (theorem for output in outputs for theorem in output.theorems):
        _require(theorem)
    given = {array.name for array in problem.arrays} | {argument_name(e.parameter) for e in problem.hyperparameters}
    clash = sorted({output.name for output in outputs} & given)
    if clash:
        raise LoweringError(f"{problem.name}: {clash[0]!r} is the name of a result; rename the data of that name")
    kernel = elements_kernel(name, problem, outputs) or array_kernel(name, problem, outputs)
    inputs = tuple(array.name for array in kernel.arrays("input"))
    scalars = {scalar.name for scalar in kernel.scalars()}
    _check_names(problem, (*inputs, *sorted(scalars)), scalars)
    _check_assumptions(outputs, inputs)
    return ArrayFunction(
        name,
        kernel,
        inputs,
        tuple(ArrayOutput(output.name, output.gradient_of) for output in outputs),
        kernel.formula,
        kernel.theorems,
        tuple(each for each in problem.hyperparameters if argument_name(each.parameter) in scalars),
        reducible=outputs[0].name == "value" and not outputs[0].indices,
    )


def _require(theorem: Theorem) -> None:
    word = theorem.verdict.word
    if word not in ("proved", "exact", "numeric"):
        raise LoweringError(f"the theorem {reference(theorem)} is {word}; no kernel is made from it")


def _check_names(problem: Problem, names: tuple[str, ...], scalars: set[str]) -> None:
    bad = sorted(set(names) & _TAKEN)
    if bad:
        raise LoweringError(f"{problem.name}: {bad[0]!r} has the name of an argument of its functions; rename it")
    unknown = sorted(scalars - {argument_name(each.parameter) for each in problem.hyperparameters})
    if unknown:
        raise LoweringError(f"{problem.name}: {unknown[0]!r} is a parameter that the problem does not declare")


def _check_assumptions(outputs: tuple[Output, ...], inputs: tuple[str, ...]) -> None:
    """What a theorem assumes of data that the kernel reads would have to be checked there."""
    for theorem in (theorem for output in outputs for theorem in output.theorems):
        for assumption in theorem.derivation.theory.assumptions:
            about = {array.name for array in (*arrays_of(assumption.left), *arrays_of(assumption.right))}
            if about & set(inputs):
                stated = f"{formula(assumption.left)} = {formula(assumption.right)}"
                raise LoweringError(
                    f"{reference(theorem)} assumes {stated}, which kernels do not check; derive the theorem"
                    " without the assumption"
                )
