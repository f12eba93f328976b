"""The public functions of any loss on softmax whose problem names no value to lower: value, gradient, and the rest of
what its theorems give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Literal

from symderiv.kernels.formula import formula
from symderiv.kernels.hyperparameters import argument_name
from symderiv.kernels.parts import TARGETS_ARRAY, Part, arrays_of, part_of
from symderiv.kernels.probability.kernel import is_lowered, probability_kernel
from symderiv.kernels.probability.softmaxes import in_shares, softmaxes_of
from symderiv.kernels.public import Function, Role, Variant
from symderiv.kernels.rewriting import reference, unfolded
from symderiv.kernels.stable import LoweringError
from symderiv.statements import Problem, Theorem, Theory
from symderiv.terms import Array, Call, Derivative, Entry, Exp, Parameter, Term, subterms

_GOALS: Final[tuple[tuple[Role, tuple[str, ...]], ...]] = (
    ("gradient", ("gradient-unnormalised", "gradient")),
    ("hessian", ("hessian-unnormalised", "hessian")),
    ("hvp", ("hvp-unnormalised", "hvp")),
)
"""The goals that give each role, the more general one first."""

_SECOND: Final[tuple[Literal["hessian", "hvp"], ...]] = ("hessian", "hvp")

_TAKEN: Final = frozenset({"z", "t", "out", "threads", "reduction", "scale", "label", "labels", "top", "e"})


def is_loss_of_probabilities(problem: Problem) -> bool:
    """Whether a problem is a loss of softmaxes, one of them of its logits, and of no other exponential, whose value is
    its definition: it names no theorem as its value."""
    start = next((goal.start for goal in problem.goals if goal.slug == "gradient"), None)
    if problem.family != "loss" or "value" in {role for role, _ in problem.kernels}:
        return False
    if not (isinstance(start, Derivative) and isinstance(start.body, Call) and isinstance(start.wrt, Entry)):
        return False
    value = unfolded(start.body, Theory(problem.definitions))
    found = softmaxes_of((value,), start.wrt.array)
    if not found or found[0].array != start.wrt.array or len(start.wrt.array.domains) != 1:
        return False
    left = subterms(in_shares(value, found))
    plain = {each.array for each in found if each.plain}
    others = [part.argument for _, part in left if isinstance(part, Exp)]
    known = all(isinstance(each, Entry) and each.array in plain for each in others)
    return known and is_lowered(value, found[0].array, found, _positive(problem))


def probability_functions(problem: Problem, known: Mapping[str, Theorem]) -> tuple[Function, ...]:
    """`value`, `value_and_grad` and `grad`, `hessian` and `hvp` of a loss, as far as their theorems are given.

    Raises LoweringError if the gradient is not among them, if its theorem was not proved, or for a value or gradient
    that has no kernel; second derivatives for which that is so are left out.
    """
    return probability_functions_and_left_out(problem, known)[0]


def probability_functions_and_left_out(
    problem: Problem, known: Mapping[str, Theorem]
) -> tuple[tuple[Function, ...], tuple[str, ...]]:
    """`probability_functions`, and a sentence for every second derivative that is not among them."""
    found = _theorems(problem, known)
    if "gradient" not in found:
        raise LoweringError(f"the gradient of {problem.name} is lowered from its theorem, which was not given")
    gradient = found["gradient"]
    logits = differentiated(gradient)
    value = _value(gradient)
    made: list[Function] = []
    left_out: list[str] = []

    def function(name: str, *roles: Role) -> Function:
        chosen = tuple(value if role == "value" else _derivative(role, found[role]) for role in roles)
        return _function(name, chosen, known, logits, problem)

    both = function("value_and_grad", "value", "gradient")
    made += [function("value", "value"), both]
    made.append(replace(both, name="grad", outputs=both.outputs[1:], formulas=both.formulas[1:], parts=both.parts[1:]))
    for role in _SECOND:
        if role in found:
            try:
                made.append(function(role, role))
            except LoweringError as error:
                left_out.append(f"{role}: {error}")
    return tuple(made), tuple(left_out)


def _theorems(problem: Problem, known: Mapping[str, Theorem]) -> dict[Role, Theorem]:
    found: dict[Role, Theorem] = {}
    for role, slugs in _GOALS:
        name = next((name for slug in slugs if (name := f"{problem.name}:{slug}") in known), None)
        if name is not None:
            found[role] = known[name]
    return found


def _derivative(role: Role, theorem: Theorem) -> Part:
    word = theorem.verdict.word
    if word not in ("proved", "exact", "numeric"):
        raise LoweringError(f"the theorem {reference(theorem)} is {word}; no kernel is made from it")
    made = part_of(role, theorem)
    if not made.indices:
        raise LoweringError(
            f"the {role} is {formula(made.closed)}, the same for every class: leave out of the loss what does not"
            " depend on the classes, such as the sum of all probabilities"
        )
    return made


def differentiated(gradient: Theorem) -> Array:
    """What the loss is differentiated by in the theorem about its gradient."""
    left = gradient.claim.left
    if not (isinstance(left, Derivative) and isinstance(left.wrt, Entry)):
        raise LoweringError(f"{reference(gradient)} is no derivative by data")
    return left.wrt.array


def _value(gradient: Theorem) -> Part:
    """The loss itself, by its definition in the theorem about its gradient."""
    theory = gradient.derivation.theory
    left = gradient.claim.left
    if not (isinstance(left, Derivative) and isinstance(left.body, Call)):
        raise LoweringError(f"{reference(gradient)} is no derivative of a defined loss")
    return Part("value", gradient, unfolded(left.body, theory), ())


def _function(name: str, parts: tuple[Part, ...], known: Mapping[str, Theorem], logits: Array,
              problem: Problem) -> Function:  # fmt: skip
    arrays = {array.name: array for part in parts for array in arrays_of(part.closed)}
    variants = _variants(parts, arrays)
    scaled = any(part.role == "gradient" for part in parts)
    kernels = tuple(
        (variant, probability_kernel(name if variant == "plain" else f"{name}_of_{variant}", parts, known, logits,
                                     labels=variant == "labels", scaled=scaled, positive=_positive(problem)))
        for variant in variants
    )  # fmt: skip
    used = {scalar.name for _, kernel in kernels for scalar in kernel.scalars()}
    declared = {argument_name(each.parameter) for each in problem.hyperparameters}
    unknown = sorted(used - declared - {"scale"})
    if unknown:
        raise LoweringError(f"{problem.name}: {unknown[0]!r} is a parameter that the problem does not declare")
    taken = sorted(declared & _TAKEN)
    if taken:
        raise LoweringError(f"{problem.name}: the parameter {taken[0]!r} has the name of an argument; rename it")
    extra = [array for array in arrays if array not in (TARGETS_ARRAY, logits.name)]
    formulas = tuple(formula(_shown(part)) for part in parts)
    return Function(
        name,
        ("z", *((TARGETS_ARRAY,) if TARGETS_ARRAY in arrays else ()), *extra),
        tuple((part.role, len(part.indices)) for part in parts),
        kernels,
        tuple(f"{part.role} = {text}" for part, text in zip(parts, formulas, strict=True)),
        tuple(dict.fromkeys(pair for _, kernel in kernels for pair in kernel.theorems)),
        any(part.role in ("value", "gradient") for part in parts),
        parts,
        hyperparameters=tuple(each for each in problem.hyperparameters if _uses(parts, each.parameter)),
    )


def _positive(problem: Problem) -> frozenset[Parameter]:
    """The parameters that are never negative."""
    ranges = ((each.parameter, each.least) for each in problem.hyperparameters)
    return frozenset(parameter for parameter, least in ranges if least is not None and least >= 0)


def _shown(part: Part) -> Term:
    """What a reader is shown: the loss as it is defined, a closed form in defined quantities."""
    if part.role != "value":
        return part.theorem.claim.right
    left = part.theorem.claim.left
    assert isinstance(left, Derivative)
    assert isinstance(left.body, Call)
    return part.theorem.derivation.theory.definition(left.body.name).body


def _uses(parts: tuple[Part, ...], parameter: Parameter) -> bool:
    return any(inner == parameter for part in parts for _, inner in subterms(part.closed))


def _variants(parts: tuple[Part, ...], arrays: Mapping[str, Array]) -> tuple[Variant, ...]:
    """Labels unless targets must be positive, and targets unless a theorem assumes that they sum to 1."""
    if TARGETS_ARRAY not in arrays:
        return ("plain",)
    general = all(not part.theorem.derivation.theory.assumptions for part in parts)
    wanted: tuple[Variant, ...] = () if arrays[TARGETS_ARRAY].positive else ("labels",)
    return (*wanted, "targets") if general or not wanted else wanted
