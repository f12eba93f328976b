"""A loss that has no section of its own, the user's or an entry: what is timed of it, and on which shapes.

What is timed is value_and_grad, or vjp for a layer, and what it computes is taken from the theorems: the definition
that is differentiated, and the closed forms as they are printed.
"""

from __future__ import annotations

import base64
import math
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from inspect import Parameter as Argument
from inspect import signature
from typing import Final

from symderiv.bench.calls import UnavailableError
from symderiv.bench.machine import PINNED
from symderiv.bench.plans import DTYPES, Plan
from symderiv.bench.tasks import Batch, OwnTask
from symderiv.kernels import make_kernel
from symderiv.kernels.arrays.functions import array_outputs, is_array_problem
from symderiv.kernels.emission import is_over_arrays
from symderiv.kernels.functions import functions
from symderiv.kernels.layers import is_linear_layer
from symderiv.kernels.parts import TARGETS_ARRAY
from symderiv.kernels.probability.functions import is_loss_of_probabilities
from symderiv.kernels.rewriting import reference
from symderiv.kernels.spelling import spelled
from symderiv.statements import Problem, Theorem, Theory
from symderiv.terms import Array, Derivative, Domain, Entry, Index, Term

__all__ = ["Subject", "Written", "batches", "domains_of", "lengths_of", "packed", "refuse", "subject_of", "unpacked"]

ELEMENTS: Final[Mapping[Plan, int]] = {"full": 1_000_000, "quick": 100_000}
"""How many numbers of the first array are read."""
CLASSES: Final = (10, 100, 1000)
"""Lengths of the vectors of a loss of vectors."""
LENGTH: Final = 16
"""The length of every axis of a loss of arrays over several ranges."""
_PREFERRED: Final = ("value_and_grad", "vjp")


@dataclass(frozen=True, slots=True)
class Written:
    """An output: its closed form at `indices` under `theory`; `body` is what it is the derivative of, by `wrt`."""

    form: Term
    indices: tuple[Index, ...]
    theory: Theory
    body: Term | None = None
    wrt: Array | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What is timed: the function called `function` of the module `source`, on arrays in the order of `arguments`.

    `labels`: the kernel takes its targets as integer labels alone.
    """

    problem: Problem
    source: str
    function: str
    arguments: tuple[str, ...]
    outputs: tuple[Written, ...]
    labels: bool


def subject_of(problem: Problem, theorems: tuple[Theorem, ...], source: str) -> Subject:
    """What is timed of a problem, by the theorems that its module `source` is lowered from.

    UnavailableError with a sentence where nothing can be.
    """
    refuse(problem)
    name = problem.name
    problem, theorems = spelled(problem, theorems)
    known = {reference(theorem): theorem for theorem in theorems}
    kernel = make_kernel(name, source)
    function = next((each for each in _PREFERRED if each in kernel.functions), kernel.functions[0])
    if problem.kernels:
        made = next(each for each in functions(problem, theorems) if each.name == function)
        roles = tuple((part.role, part.theorem, part.closed, part.indices) for part in made.parts)
    else:
        given = array_outputs(problem, known)[function]
        roles = tuple((each.name, each.theorem, each.form, each.indices) for each in given)
    found = tuple(
        _gradient(theorem) if role.startswith("gradient") else Written(form, indices, theorem.derivation.theory)
        for role, theorem, form, indices in roles
    )
    outputs = tuple(each for each in found if each is not None)
    variables = [each.wrt for each in outputs if each.wrt is not None]
    arrays = {array.name: array for array in problem.arrays}
    names = [
        each.name
        for each in signature(getattr(kernel, function)).parameters.values()
        if each.kind is not Argument.KEYWORD_ONLY
    ]
    if not is_over_arrays(problem) and "z" in names and (len(variables) == 1 or "z" not in arrays) and variables:
        # Functions of one number or of a softmax call it z, whatever it is called in the formula.
        names[names.index("z")] = variables[0].name
    unknown = [each for each in names if each not in arrays]
    if unknown or len(outputs) < len(found):
        raise UnavailableError(
            f"{name}: {function} has a gradient that is not one of a single number by data, so it has no peer here"
        )
    assumed = any(each.theory.assumptions for each in outputs)
    target = arrays.get(TARGETS_ARRAY)
    labels = assumed and is_loss_of_probabilities(problem) and target is not None and not target.positive
    return Subject(problem, source, function, tuple(names), outputs, labels)


def refuse(problem: Problem) -> None:
    """UnavailableError for a problem that nothing can be timed of, before anything is proved."""
    if is_linear_layer(problem) or (problem.family == "layer" and not is_array_problem(problem)):
        raise UnavailableError(
            f"{problem.name} is a linear layer with a loss behind it, which no formula over one instance is a peer of;"
            " the section linear times such a layer"
        )


def _gradient(theorem: Theorem) -> Written | None:
    """The closed form of a theorem about the derivative of one number by the entries of an array; None for another."""
    theory, claim = theorem.derivation.theory, theorem.claim
    match claim.left:
        case Derivative(body=body, wrt=Entry(array=array, indices=places)) if not body.free:
            indices = tuple(place for place in places if isinstance(place, Index))
            return Written(claim.right, indices, theory, body, array) if len(indices) == len(places) else None
        case _:
            return None


def domains_of(problem: Problem, names: tuple[str, ...]) -> tuple[Domain, ...]:
    """The ranges without a fixed size that the arrays called `names` have, each once."""
    found = (domain for array in problem.arrays if array.name in names for domain in array.domains)
    return tuple({domain.name: domain for domain in found if domain.size is None}.values())


def lengths_of(domains: tuple[Domain, ...], length: int) -> dict[str, int]:
    """The length of every range."""
    return {domain.name: length for domain in domains}


def _shapes(subject: Subject, plan: Plan) -> tuple[tuple[int, int], ...]:
    """Instances, and the length of their axes; 0 for a loss of numbers, which has none."""
    domains, elements = domains_of(subject.problem, subject.arguments), ELEMENTS[plan]
    if not domains:
        return ((elements, 0),)
    if len(domains) == 1:
        return tuple((elements // length, length) for length in CLASSES)
    sizes = lengths_of(domains, LENGTH)
    arrays = [array for array in subject.problem.arrays if array.name in subject.arguments]
    largest = max(
        math.prod(sizes.get(domain.name, domain.size or 1) for domain in array.domains) for array in arrays
    )  # fmt: skip
    return ((max(1, elements // largest), LENGTH),)


def batches(subject: Subject, plan: Plan) -> tuple[Batch, ...]:
    """One process for all shapes: its loss is compiled once for each format."""
    turns, seconds, shortest = (9, 1.0, 0.01) if plan == "full" else (5, 0.5, 0.002)
    content = packed(subject)
    tasks = tuple(
        OwnTask(subject.problem.name, content, rows, length, dtype, turns, seconds, shortest)
        for rows, length in _shapes(subject, plan)
        for dtype in DTYPES
    )
    return (Batch(PINNED, tasks),)


def packed(subject: Subject) -> str:
    """The subject as text, for a process of this program's own."""
    return base64.b64encode(pickle.dumps(subject)).decode("ascii")


def unpacked(content: str) -> Subject:
    """The subject that `packed` made a text of; only for what this program wrote."""
    made = pickle.loads(base64.b64decode(content))
    assert isinstance(made, Subject)
    return made
