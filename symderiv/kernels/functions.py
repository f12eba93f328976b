"""Which functions a problem's module has, and the kernels behind them, lowered from its theorems."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from symderiv.kernels.algebra import with_label
from symderiv.kernels.elementwise import elementwise_kernel, is_elementwise
from symderiv.kernels.formula import formula
from symderiv.kernels.ir import Kernel
from symderiv.kernels.lower import lower
from symderiv.kernels.options import OptionVariant, option_kernels
from symderiv.kernels.outputs import Output
from symderiv.kernels.parts import TARGETS_ARRAY, Part, arrays_of, cases_of, closed_form, logits_of, part_of
from symderiv.kernels.probability.functions import is_loss_of_probabilities, probability_functions
from symderiv.kernels.public import Function, Role, Variant
from symderiv.kernels.rewriting import reference
from symderiv.kernels.scalar.functions import is_scalar_loss, scalar_functions
from symderiv.kernels.stable import REWRITES, LoweringError
from symderiv.statements import Problem, Theorem
from symderiv.terms import Array, Index

__all__ = [
    "STANDARD_GOALS",
    "Function",
    "OptionVariant",
    "Part",
    "Role",
    "Variant",
    "functions",
    "loss_functions",
    "roles_of",
]


def _kernel(name: str, parts: tuple[Part, ...], licences: Mapping[str, Theorem], variant: Variant, *,
            scaled: bool, limits: bool) -> Kernel:  # fmt: skip
    logits = logits_of(parts[0].closed)
    label = Index("label", logits.domains[0]) if variant == "labels" else None
    outputs: list[Output] = []
    cited: list[str] = []
    for part in parts:
        cases, cites = cases_of(part, licences, label)
        axes = tuple(index.domain for index in part.indices)
        outputs.append(Output(part.role, axes, cases, scaled and part.role == "gradient"))
        cited.extend(cites)
    named = tuple(name for name in REWRITES if name in cited)
    inputs = [array for part in parts for array in arrays_of(part.closed)]
    inputs = [a for a in dict.fromkeys(inputs) if a != logits and not (label and a.name == TARGETS_ARRAY)]
    own = tuple((reference(part.theorem), part.theorem.digest) for part in parts)
    return lower(
        name,
        tuple(f"{part.role} = {formula(closed_form(part.theorem))}" for part in parts),
        tuple(outputs),
        logits=logits,
        inputs=(logits, *sorted(inputs, key=lambda array: (array.name != TARGETS_ARRAY, array.name))),
        label=label,
        limits=limits,
        notes=tuple((theorem, REWRITES[theorem]) for theorem in named),
        theorems=(*own, *((theorem, licences[theorem].digest) for theorem in named)),
    )


def _holds_for_labels(theorem: Theorem) -> bool:
    """Whether every assumption of the theorem is true of one-hot targets."""
    for assumption in theorem.derivation.theory.assumptions:
        arrays = arrays_of(assumption.left)
        if not arrays or not arrays[0].domains:
            return False
        label = Index("label", arrays[0].domains[-1])
        if with_label(assumption.left, TARGETS_ARRAY, label) != assumption.right:
            return False
    return True


def _function(name: str, parts: tuple[Part, ...], licences: Mapping[str, Theorem], *, targets: bool) -> Function:
    wanted: tuple[Variant, ...] = ("plain",)
    theorems = tuple(part.theorem for part in parts)
    if targets:
        general = all(not theorem.derivation.theory.assumptions for theorem in theorems)
        wanted = ("labels", "targets") if general else ("labels",)
        if not all(_holds_for_labels(theorem) for theorem in theorems):
            raise LoweringError(f"{name}: an assumption of the theorem does not follow from one-hot targets")
    scaled = targets and any(part.role == "gradient" for part in parts)
    limits = not targets and all(not part.indices for part in parts)
    kernels = tuple(
        (
            variant,
            _kernel(
                name if variant == "plain" else f"{name}_of_{variant}", parts, licences, variant,
                scaled=scaled, limits=limits,
            ),
        )
        for variant in wanted
    )  # fmt: skip
    extra = [a.name for part in parts for a in arrays_of(part.closed) if a.name not in (TARGETS_ARRAY, "z")]
    cited = tuple(dict.fromkeys(pair for _, kernel in kernels for pair in kernel.theorems))
    return Function(
        name,
        ("z", *((TARGETS_ARRAY,) if targets else ()), *dict.fromkeys(extra)),
        tuple((part.role, len(part.indices)) for part in parts),
        kernels,
        tuple(f"{part.role} = {formula(closed_form(part.theorem))}" for part in parts),
        cited,
        targets and any(part.role in ("value", "gradient") for part in parts),
        parts,
    )


STANDARD_GOALS: Final[tuple[tuple[Role, tuple[str, ...]], ...]] = (
    ("value", ("stable-form", "logits-form", "max-shift", "closed-form", "shift-invariance")),
    ("gradient", ("gradient-unnormalised", "gradient")),
    ("jacobian", ("jacobian",)),
    ("jvp", ("jvp",)),
    ("vjp", ("vjp",)),
    ("hessian", ("hessian",)),
    ("hvp", ("hvp",)),
)
"""Where a problem's `kernels` has no row for a role: the goal that plays it by its slug, the best one first."""


def roles_of(problem: Problem, given: Collection[str]) -> dict[str, str]:
    """For every role the theorem ("problem:goal") it is lowered from: the problem's own rows, else the standard
    goals."""
    rows = {role: goal for role, goal in problem.kernels if role != "rewrite"}
    found = {
        role: rows.get(role) or next((goal for goal in goals if f"{problem.name}:{goal}" in given), None)
        for role, goals in STANDARD_GOALS
    }
    return {role: goal if ":" in goal else f"{problem.name}:{goal}" for role, goal in found.items() if goal is not None}


def functions(problem: Problem, theorems: tuple[Theorem, ...]) -> tuple[Function, ...]:
    """The functions of the problem's module, in the order of its `kernels` rows.

    `theorems` holds the problem's own and those it may use to change a form. A loss (something with targets) also gets
    `value_and_grad`. Raises LoweringError naming a theorem that is missing or that the checker did not prove.
    """
    known = {reference(theorem): theorem for theorem in theorems}
    if is_loss_of_probabilities(problem):
        return probability_functions(problem, known)
    if is_scalar_loss(problem):
        return scalar_functions(problem, known)
    roles = roles_of(problem, known)
    licences = {name: known[name] for name in REWRITES if name in known}
    for name in (*roles.values(), *licences):
        if name in known and known[name].verdict.word not in ("proved", "exact"):
            raise LoweringError(
                f"the theorem {name} is {known[name].verdict.word}, not proved; no kernel is made from it"
            )
    parts: dict[str, Part] = {}
    for role, name in roles.items():
        if name not in known:
            raise LoweringError(f"the {role} of {problem.name} is lowered from the theorem {name}, which was not given")
        parts[role] = part_of(role, known[name])
    if not parts:
        raise LoweringError(
            f"no functions can be compiled for {problem.name} yet: kernels are made of losses of one number, of losses"
            " of a vector of logits through softmax, and of entries that name the theorems of their kernels"
        )
    logits = logits_of(next(iter(parts.values())).closed)
    if is_elementwise(logits):
        return _elementwise(problem, parts, known, logits)
    rows = {role: goal if ":" in goal else f"{problem.name}:{goal}" for role, goal in problem.kernels}
    made: list[Function] = []
    for role, part in parts.items():
        # A loss may also differentiate the probabilities it is built on; those functions take no targets.
        targets = TARGETS_ARRAY in {array.name for array in arrays_of(part.closed)}
        if not (role == "gradient" and targets):
            name = "grad" if role == "gradient" else role
            function = _function(name, (part,), licences, targets=targets)
            options = option_kernels(name, rows, known, licences, (role,), targets=targets)
            reducible = function.reducible or (targets and bool(options))
            made.append(replace(function, option_kernels=options, reducible=reducible))
        elif "value" in parts:
            both = _function("value_and_grad", (parts["value"], part), licences, targets=True)
            options = option_kernels("value_and_grad", rows, known, licences, ("value", "gradient"))
            both = replace(both, option_kernels=options)
            made.append(both)
            made.append(_only_gradient(both))
    return tuple(made)


def _elementwise(
    problem: Problem, whole: Mapping[str, Part], known: Mapping[str, Theorem], logits: Array
) -> tuple[Function, ...]:
    """The functions of a loss of one logit an element."""
    made: list[Function] = []
    pairs = {role: (role, part.theorem) for role, part in whole.items()}
    wanted: list[tuple[str, tuple[tuple[str, Theorem], ...]]]
    wanted = [(role, (pairs[role],)) for role in pairs if role != "gradient"]
    if "value" in pairs and "gradient" in pairs:
        wanted.insert(1, ("value_and_grad", (pairs["value"], pairs["gradient"])))
    for name, parts in wanted:
        kernel = elementwise_kernel(name, parts, known, logits)
        outputs = tuple((role, 0) for role, _ in parts)
        reducible = name != "hessian"
        targets: Variant = "elements"
        function = Function(
            name,
            ("z", TARGETS_ARRAY),
            outputs,
            ((targets, kernel),),
            kernel.formula,
            kernel.theorems,
            reducible,
            tuple(Part(role, theorem, whole[role].closed, ()) for role, theorem in parts),
            True,
        )
        made.append(function)
        if name == "value_and_grad":
            made.append(_only_gradient(function))
    if not made:
        raise LoweringError(f"{problem.name} has neither a value nor a second derivative to compute")
    return tuple(made)


def loss_functions(known: Mapping[str, Theorem], value: str, gradient: str) -> tuple[Function, Function]:
    """`value` and `value_and_grad` of a loss from its two theorems, for what is built on top of it."""
    for name in (value, gradient):
        if name not in known:
            raise LoweringError(f"the theorem {name} was not given")
    licences = {name: known[name] for name in REWRITES if name in known}
    parts = (part_of("value", known[value]), part_of("gradient", known[gradient]))
    alone = _function("value", parts[:1], licences, targets=True)
    return alone, _function("value_and_grad", parts, licences, targets=True)


def _only_gradient(both: Function) -> Function:
    """`grad`: the same kernels, the value thrown away, so that nothing is compiled twice."""
    return Function(
        "grad",
        both.arguments,
        both.outputs[1:],
        both.kernels,
        both.formulas[1:],
        both.theorems,
        both.reducible,
        both.parts[1:],
        both.elementwise,
        both.option_kernels,
    )
