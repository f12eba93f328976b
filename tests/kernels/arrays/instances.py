"""Entries over arrays for the tests of their kernels: proved once, run by the interpreter on one instance."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from symderiv.api import prove
from symderiv.kernels.arrays.functions import array_functions, goals_of
from symderiv.kernels.arrays.public import ArrayFunction
from symderiv.kernels.interpret import FLOATS, run
from symderiv.kernels.ir import Kernel
from symderiv.losses import attention, clip, find, gaussian_mixture, layer_norm, rms_norm
from symderiv.losses.notation import d, e
from symderiv.statements import Theorem
from symderiv.terms import Call, Derivative, Entry, Index, Place, Term, subterms

VALUES = {
    "rms-norm": rms_norm.y(d),
    "layer-norm": layer_norm.y(d),
    "attention": attention.o(e),
    "gaussian-mixture": gaussian_mixture.L(),
    "plackett-luce": Call("L", ()),
    "clip": clip.L(),
}
"""What `value` is."""
Data = Mapping[str, np.ndarray]


@cache
def theorems(name: str) -> dict[str, Theorem]:
    """What the kernels of an entry are lowered from, by "problem:goal", but for the Hessian in a matrix and for second
    derivatives in several inputs."""
    problem = find(name)
    left_out = {"clip": ("hessian",), "gaussian-mixture": ("hessian-",)}.get(name, ("-",))
    goals = {goal.slug: goal for goal in problem.goals if not goal.slug.startswith(left_out)}
    return {f"{name}:{slug}": prove(problem, goals[slug]) for slug in goals_of(problem) if slug in goals}


@cache
def made(name: str) -> dict[str, ArrayFunction]:
    """The public functions of an entry by name."""
    return {function.name: function for function in array_functions(find(name), theorems(name))}


def sizes_of(kernel: Kernel, data: Data) -> dict[str, int]:
    """The length of every axis."""
    inputs = kernel.arrays("input")
    return {axis: n for p in inputs for axis, n in zip(p.axes, data[p.name].shape, strict=True)}


def computed(kernel: Kernel, data: Data, scalars: Mapping[str, float]) -> dict[str, dict[tuple[int, ...], float]]:
    """The outputs of a kernel by the interpreter in binary64."""
    given = {p.name: {at: float(x) for at, x in np.ndenumerate(data[p.name])} for p in kernel.arrays("input")}
    numbers = {p.name: scalars[p.name] for p in kernel.scalars()}
    return run(kernel, given, FLOATS, sizes=sizes_of(kernel, data), scalars=numbers)


def domain_sizes(name: str, data: Data) -> dict[str, int]:
    """The length of every domain."""
    return {
        d.name: n for array in find(name).arrays for d, n in zip(array.domains, data[array.name].shape, strict=True)
    }


def claims(name: str, function: ArrayFunction) -> list[tuple[str, Theorem, Term, tuple[Index, ...]]]:
    """What the outputs of a function have to be, with the indices in the order of their axes: name, theorem, form."""
    gradients: dict[str, tuple[Theorem, Entry]] = {}
    second: dict[str, tuple[Theorem, tuple[Entry, ...]]] = {}
    for reference, theorem in theorems(name).items():
        by = [part.wrt for _, part in subterms(theorem.claim.left) if isinstance(part, Derivative)]
        entries = tuple(entry for entry in reversed(by) if isinstance(entry, Entry))
        if reference.endswith((":hvp", ":hessian")):
            second[reference.partition(":")[2]] = (theorem, entries)
        elif not theorem.derivation.theory.assumptions:
            gradients[entries[0].array.name] = (theorem, entries[0])
    first, _ = next(iter(gradients.values()))
    made: list[tuple[str, Theorem, Term, tuple[Index, ...]]] = []
    for output in function.outputs:
        if output.name == "value":
            call = VALUES[name]
            made.append((output.name, first, call, _members(call.indices)))
        elif output.gradient_of is not None:
            theorem, entry = gradients[output.gradient_of]
            made.append((output.name, theorem, theorem.claim.right, _members(entry.indices)))
        else:
            theorem, entries = second[output.name]
            free = theorem.claim.left.free
            places = tuple(p for entry in entries for p in _members(entry.indices) if p in free)
            made.append((output.name, theorem, theorem.claim.right, places))
    return made


def _members(places: tuple[Place, ...]) -> tuple[Index, ...]:
    return tuple(place for place in places if isinstance(place, Index))
