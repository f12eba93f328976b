"""The module of a problem over arrays: header, kernels as loops, public functions, and what they use, as one text."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from symderiv.kernels.arrays.functions import completed
from symderiv.kernels.arrays.printing import function_name, library, print_instances
from symderiv.kernels.arrays.public import ArrayFunction, ArrayOutput
from symderiv.kernels.arrays.wrappers import axes_of, check_arguments, print_function
from symderiv.kernels.formula import formula
from symderiv.kernels.ir import ArrayParameter, Kernel
from symderiv.kernels.left_out import left_out_lines
from symderiv.kernels.module import Emitter, header, imports, section, support
from symderiv.kernels.rewriting import reference
from symderiv.kernels.source import copied_part
from symderiv.kernels.stable import LoweringError
from symderiv.kernels.targets.numba import IMPORTS
from symderiv.statements import Problem, Theorem
from symderiv.terms import Domain, Index, Place, own_places, subterms

__all__ = ["array_emitter", "assemble_arrays"]

_WHAT: Final = "compiled with Numba on vector registers, for axes of any length."
_HELPERS: Final = ("compiling.py", "threads.py", "scanning.py")
_BEHAVIOUR: Final = (
    "Arrays, all float32 or all float64, native byte order, any strides: the axes below, and leading axes in front of",
    "them, which are a batch. All arrays with leading axes have the same ones; an array without any is shared by the",
    "batch, and the gradient in it is the sum over the batch. No axis below may be empty; an empty batch gives empty",
    "results, sums 0 and mean NaN. Results have the dtype of the arrays. Everything is computed in float64 and rounded",
    "once, sums of float64 with their rounding errors carried along: accuracy within 8 units in the last place of what",
    "the result would be if nothing cancelled. NaN among the data of an instance is in the results that depend on it;",
    "no instance changes another, but in sums over the batch. No result depends on `threads`. Inputs are never",
    "written.",
)


def array_emitter(target: str) -> Emitter:
    """What modules over arrays are assembled with; LoweringError for a target that they cannot be emitted for."""
    if target != "numba":
        raise LoweringError(f"functions over arrays are compiled for the target numba; there are none for {target}")

    def emit(kernel: Kernel) -> str:
        return print_instances(kernel, frozenset())

    folder = Path(__file__).parent.parent
    helpers = "\n\n".join(copied_part(folder / name) for name in _HELPERS)
    return Emitter(
        target, None, _WHAT, IMPORTS, helpers, "", compiled=True, options=False, emit=emit, reference=function_name
    )


def assemble_arrays(problem: Problem, theorems: tuple[Theorem, ...], made: tuple[ArrayFunction, ...],
                    emitter: Emitter, left_out: tuple[str, ...] = ()) -> str:  # fmt: skip
    """The module's text, with what is left out in its head; LoweringError for a function that cannot be printed or
    called."""
    problem = completed(problem)
    for function in made:
        check_arguments(function)
    kernels = tuple(dict.fromkeys(function.kernel for function in made))
    words = {reference(theorem): theorem.verdict.word for theorem in theorems}
    cited = {
        name: digest + ("" if words.get(name, "proved") == "proved" else f"  ({words[name]}, not proved)")
        for function in made
        for name, digest in (*function.theorems, *function.kernel.theorems)
    }
    gradients = {kernel: _outputs(kernel, made) for kernel in kernels}
    shared = any(function.hyperparameters for function in made)
    head = header(
        problem, cited, emitter, (*_BEHAVIOUR, "", *_axes_in_words(problem, kernels), *left_out_lines(left_out))
    )
    known = {reference(theorem): theorem for theorem in theorems}
    arrays = axes_of(problem)
    public = ", ".join(f'"{function.name}"' for function in made)
    texts = tuple(
        print_instances(kernel, _divided(kernel, gradients[kernel], made), _summed(gradients[kernel]))
        for kernel in kernels
    )
    parts = [
        "\n".join([*head, *imports(emitter), f"__all__ = [{public}]"]),
        *section("How functions are compiled and called", (emitter.helpers,)),
        *section("The kernels", texts),
        *section(
            "What is checked and where results go",
            (support(emitter, False, shared), copied_part(Path(__file__).parent / "calling.py")),
        ),
        *section(
            "The public functions",
            (
                _axes(problem, kernels),
                *(print_function(each, gradients[each.kernel], arrays, _assumed(each, known)) for each in made),
            ),
        ),
        *section("Values in vector registers", (library("".join(texts)),)),
    ]
    return "\n\n\n".join(parts) + "\n"


def _assumed(function: ArrayFunction, known: dict[str, Theorem]) -> tuple[str, ...]:
    """What the theorems of a function assume, in words."""
    theories = (known[name].derivation.theory for name, _ in function.theorems if name in known)
    assumptions = dict.fromkeys(assumption for theory in theories for assumption in theory.assumptions)
    return tuple(f"{formula(each.left)} = {formula(each.right)}: {each.prose}" for each in assumptions)


def _outputs(kernel: Kernel, made: tuple[ArrayFunction, ...]) -> dict[str, ArrayOutput]:
    """What the outputs of a kernel are, as the functions that it is behind say it."""
    return {output.name: output for function in made if function.kernel == kernel for output in function.outputs}


def _divided(kernel: Kernel, outputs: dict[str, ArrayOutput], made: tuple[ArrayFunction, ...]) -> frozenset[str]:
    """The outputs that a mean is the mean of: gradients of a value that can be averaged."""
    reducible = any(function.reducible for function in made if function.kernel == kernel)
    return frozenset(name for name, each in outputs.items() if reducible and each.gradient_of is not None)


def _summed(outputs: dict[str, ArrayOutput]) -> frozenset[str]:
    """The outputs that are sums over the batch where their input is shared."""
    return frozenset(name for name, each in outputs.items() if each.gradient_of is not None)


def _domains(problem: Problem) -> dict[str, Domain]:
    """The domains of a problem by the letters that axes are called by."""
    found: list[Domain] = [domain for array in problem.arrays for domain in array.domains]
    for definition in problem.definitions:
        places: list[Place] = list(definition.indices)
        places += [place for _, part in subterms(definition.body) for place in own_places(part)]
        found += [place.domain for place in places if isinstance(place, Index)]
    return {domain.symbol: domain for domain in reversed(found)}


def _used(kernels: tuple[Kernel, ...]) -> tuple[str, ...]:
    parameters = (p for kernel in kernels for p in kernel.parameters if isinstance(p, ArrayParameter))
    return tuple(dict.fromkeys(axis for parameter in parameters for axis in parameter.axes))


def _axes(problem: Problem, kernels: tuple[Kernel, ...]) -> str:
    """The table of the axes, as code."""
    known = _domains(problem)
    lines = ["AXES = {"]
    for axis in _used(kernels):
        domain = known.get(axis)
        fixed = "" if domain is None or domain.size is None else f", {domain.size}"
        lines.append(f'    "{axis}": Axis("{domain.name if domain else axis}"{fixed}),')
    return "\n".join([*lines, "}", '"""What the axes of arrays count."""'])


def _axes_in_words(problem: Problem, kernels: tuple[Kernel, ...]) -> list[str]:
    """The arrays of a problem and their axes, as lines of the header."""
    known = _domains(problem)
    used = {p.name: p.axes for kernel in kernels for p in kernel.arrays("input")}
    lines = [f"    {name} ({', '.join(['...', *axes])})" for name, axes in used.items()]
    words = [f"{axis} {known[axis].name}" for axis in _used(kernels) if axis in known]
    return [*lines, *([f"with {', '.join(words)}."] if words else [])]
