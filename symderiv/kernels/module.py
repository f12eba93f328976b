"""A generated module: header, helpers, kernels and the public functions with their validation, as one text."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from symderiv.kernels.calls import is_summed, print_call, print_sums
from symderiv.kernels.formula import formula
from symderiv.kernels.functions import Function
from symderiv.kernels.ir import Kernel
from symderiv.kernels.left_out import left_out_lines
from symderiv.kernels.probability.functions import is_loss_of_probabilities
from symderiv.kernels.rewriting import reference
from symderiv.kernels.source import copied_part
from symderiv.kernels.wrappers import has_sums, print_function
from symderiv.statements import Definition, Problem

_ROWS = (
    "Arrays: float32 or float64, native byte order, any strides; the last axis is the classes, the axes before it",
    "are the batch. Results have the dtype of z. A row with NaN, with +inf or with nothing but -inf gives NaN",
    "(log-sum-exp: its limits +inf and -inf); a class at -inf is masked: its probability is exactly 0. No row",
    "changes another. Accuracy: within 5 units in the last place; for products with a direction and gradients of",
    "soft targets, of what the result would be if nothing cancelled (NumPy target: sums lose a few more).",
)
_LOSSES = (
    "Arrays: float32 or float64, native byte order, any strides; the last axis is the classes, the axes before it",
    "are the batch. Results have the dtype of z. A row with NaN, with +inf or with nothing but -inf gives NaN; a class",
    "at -inf is masked: its probability is exactly 0, and 0 log 0 = 0. No row changes another. Accuracy: within 8",
    "units in the last place of what the result would be if nothing cancelled and no power a^b magnified the error of",
    "a, by 1 + |b|; probabilities below the normal range count as its smallest number.",
)
_ALWAYS = (
    "An empty batch gives empty results, sum 0 and mean NaN. Inputs are never written, unless {first} itself is `out`.",
)
_ELEMENTS = (
    "Arrays: float32 or float64, native byte order, any strides and any number of axes; below, s is an element of z.",
    "Results have the dtype of z. A logit of +inf or -inf gives the limit, NaN gives NaN; no element changes another.",
    "Accuracy: within 5 units in the last place; the gradient of a target between 0 and 1, of its larger addend.",
)
_NUMBERS = (
    "Arrays: float32 or float64, native byte order, any strides, any number of axes; they are broadcast against each",
    "other. Below, z is the number that is differentiated by. Results have the dtype of z. A z of +inf or -inf gives",
    "the limit, NaN gives NaN; no element changes another. At a kink, where the derivative jumps, the formula is taken",
    "at its word: step(0) = 0, sign(0) = 0. Accuracy: within 8 units in the last place of what the form that is",
    "computed would be if nothing cancelled in it.",
)
_SEVERAL = (
    "Arrays: float32 or float64, native byte order, any strides, any number of axes; they are broadcast against each",
    "other. Derivatives are by {variables}, in this order; second derivatives are those that theorems are about.",
    "Results have the dtype of {first}. An infinite number gives the limit where there is one, NaN gives NaN; no",
    "element changes another. At a kink, where the derivative jumps, the formula is taken at its word: step(0) = 0,",
    "sign(0) = 0. Accuracy: within 8 units in the last place of what the form that is computed would be if nothing",
    "cancelled in it.",
)


@dataclass(frozen=True, slots=True)
class Emitter:
    """A target as `assemble` needs it: how it prints a kernel, and what its modules import and define."""

    target: str
    classes: int | None
    what: str
    imports: tuple[str, ...]
    helpers: str
    library: str
    compiled: bool
    """Whether its helpers have the compiled calls of `calling` and the looks of `scanning`."""
    options: bool
    """Whether it prints kernels with options."""
    emit: Callable[[Kernel], str]
    reference: Callable[[Kernel], str]
    """What to call to run a kernel: the name of a function (start, stop, arrays and numbers of the kernel)."""


_COMPILED: Final = (
    "From functions of your own that Numba compiles, with or without a cache:{example}",
    "fills rows start..stop-1 of the results. The arrays are C-contiguous, numbers of their dtype, labels int32 or",
    "int64; the layout is layout_of(C, dtype) for C classes, kept in a global so that Numba knows it, or () for any.",
    "ValueError for rows that z does not have and for a layout that is not for its classes; nothing else is checked,",
    "but a label that is no class does no harm.",
)
_COMPILED_ELEMENTS: Final = (
    "From functions of your own that Numba compiles, with or without a cache:{example}",
    "fills elements start..stop-1 of the results; arrays of one axis, numbers of their dtype, the layout (0,).",
)


def _compiled_use(made: tuple[Function, ...]) -> tuple[str, ...]:
    """How to call the first kernel that does most from compiled code."""
    function = next((each for each in made if each.name == "value_and_grad"), made[0])
    kernel = function.kernels[0][1]
    names = [p.name + ("s" if p in kernel.labels() else "") for p in kernel.parameters]
    names = [name for name in names if name not in {p.name for p in kernel.arrays("scratch")}]
    example = f"\n{kernel.name}_kernel(start, stop, {', '.join(names)}, layout)"
    lines = _COMPILED_ELEMENTS if function.elementwise else _COMPILED
    return tuple(text for line in lines for text in line.format(example=example).split("\n"))


def header(problem: Problem, cited: dict[str, str], emitter: Emitter, behaviour: tuple[str, ...]) -> list[str]:
    """The licence, the docstring with definitions, behaviour and theorems, and how to make the file again."""
    options = f"--target {emitter.target}" + (f" --classes {emitter.classes}" if emitter.classes else "")
    lines = [
        "# SPDX-License-Identifier: MIT-0",
        f"# Generated by symderiv; do not edit. To make it again: symderiv kernel {problem.name} {options}",
        f'"""{problem.title}: {emitter.what}',
        "",
    ]
    lines += [f"    {_definition(definition)} := {formula(definition.body)}" for definition in problem.definitions]
    lines += ["", *behaviour, "", "Theorems (SHA-256 of the record each rests on):"]
    lines += [f"    {name}  {digest}" for name, digest in sorted(cited.items())]
    return [*lines, '"""', ""]


_IMPORTS: Final = (
    "import math",
    "import os",
    "import threading",
    "from collections import deque",
    "from collections.abc import Callable",
    "from functools import cache",
    "from itertools import pairwise",
    "from queue import SimpleQueue",
    "from typing import Any",
    "import numpy as np",
)
"""What the validation and the threads need."""
_OPTION_IMPORTS: Final = ("import sys", "from fractions import Fraction", "from typing import NamedTuple")


def imports(emitter: Emitter, options: bool = False) -> list[str]:
    """The import lines of a generated module, the standard library's first."""
    wanted = (*_IMPORTS, *(_OPTION_IMPORTS if options else ()), *emitter.imports)
    plain = {line for line in wanted if line.startswith("import ")}
    named: dict[str, set[str]] = {}
    for line in wanted:
        if line not in plain:
            source, _, names = line.removeprefix("from ").partition(" import ")
            named.setdefault(source, set()).update(names.split(", "))
    made = sorted(plain) + [f"from {source} import {', '.join(sorted(named[source]))}" for source in sorted(named)]
    known = [line for line in made if line.split()[1].split(".")[0] in sys.stdlib_module_names]
    return [*known, "", *(line for line in made if line not in known), ""]


def _fixed(emitter: Emitter) -> tuple[str, ...]:
    return () if emitter.classes is None else (f"The class count is fixed: {emitter.classes}.",)


def _definition(definition: Definition) -> str:
    names = [index.name for index in definition.indices]
    return definition.name + (f"_{names[0]}" if len(names) == 1 else "_{" + "".join(names) + "}" if names else "")


def support(emitter: Emitter, options: bool, hyperparameters: bool = False) -> str:
    """What surrounds kernels in every module: validation, memory, threads and sums; options and the check of scalars of
    the loss if they are asked for.

    Modules for Numba have the compiled looks at whole arrays from their own helpers.
    """
    names = ["validation.py", "reducing.py", *(["option_arguments.py"] if options else [])]
    names += ["hyperparameter_arguments.py"] if hyperparameters else []
    names += [] if emitter.compiled else ["threads.py", "scanning_numpy.py"]
    return "\n\n".join(copied_part(Path(__file__).parent / name) for name in names).rstrip("\n")


def section(title: str, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Texts of a module under a title, which helps to find one's way in a long file; nothing for empty texts."""
    kept = tuple(text.rstrip("\n") for text in texts if text.strip())
    return (f"# {'=' * 16} {title} {'=' * 16}", *kept) if kept else ()


def _reservation(name: str, made: tuple[Function, ...]) -> str:
    """What a reader of the kernel must know of a theorem that is not proved."""
    theorems = (part.theorem for function in made for part in function.parts)
    words = {reference(theorem): theorem.verdict.word for theorem in theorems}
    word = words.get(name, "proved")
    return "" if word == "proved" else f"  ({word}, not proved)"


def _without_options(function: Function) -> Function:
    """The function with its plain kernels alone, which can reduce what they have a value or a scale for."""
    plain = any(name in ("value", "gradient") for name, _ in function.outputs)
    return replace(function, option_kernels=(), reducible=function.reducible and plain)


def assemble(
    problem: Problem, made: tuple[Function, ...], emitter: Emitter, left_out: tuple[str, ...] = ()
) -> str:  # fmt: skip
    """The module's text: header, with what is left out, helpers, kernels, public functions, and what they use."""
    made = made if emitter.options else tuple(_without_options(function) for function in made)
    options = any(function.option_kernels for function in made)
    scalars = any(function.hyperparameters for function in made)
    cited = dict(pair for function in made for pair in function.theorems)
    cited |= dict(pair for function in made for _, kernel in function.option_kernels for pair in kernel.theorems)
    cited = {name: digest + _reservation(name, made) for name, digest in cited.items()}
    behaviour: tuple[str, ...] = _ELEMENTS if any(function.elementwise for function in made) else _ROWS
    behaviour = _NUMBERS if any(function.numbers for function in made) else behaviour
    variables = made[0].variables
    always = tuple(line.format(first=variables[0] if variables else "z") for line in _ALWAYS)
    if variables:
        behaviour = tuple(line.format(variables=", ".join(variables), first=variables[0]) for line in _SEVERAL)
    behaviour = _LOSSES if is_loss_of_probabilities(problem) else behaviour
    public = ", ".join(f'"{function.name}"' for function in made)
    use = _compiled_use(made) if emitter.compiled else ()
    head = header(problem, cited, emitter, (*behaviour, *always, *_fixed(emitter), *use, *left_out_lines(left_out)))
    texts: dict[Kernel, list[str]] = {}
    for function in made:
        for _, kernel in (*function.kernels, *function.option_kernels):
            parts = texts.setdefault(kernel, [emitter.emit(kernel).rstrip("\n")])
            if emitter.compiled and has_sums(function) and len(parts) == 1:
                parts.append(print_sums(kernel))
        for _, kernel in function.kernels if emitter.compiled else ():
            calls = [print_call(function, kernel)]
            calls += [print_call(function, kernel, total=True)] if is_summed(function) else []
            texts[kernel] += [call for call in calls if call not in texts[kernel]]
    references = {kernel: emitter.reference(kernel) for kernel in texts}
    parts = [
        "\n".join([*head, *imports(emitter, options), f"__all__ = [{public}]"]),
        *section("How functions are compiled and called", (emitter.helpers,)),
        *section("The kernels", tuple(text for parts in texts.values() for text in parts)),
        *section(
            "The public functions",
            tuple(print_function(function, references, emitter.classes, emitter.compiled) for function in made),
        ),
        *section("What is checked and where results go", (support(emitter, options, scalars),)),
        *section("Values in vector registers", (emitter.library,)),
    ]
    return "\n\n\n".join(part for part in parts if part) + "\n"
