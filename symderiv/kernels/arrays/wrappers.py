"""Printing the public functions of a module over arrays: signature, docstring, checks, and the call of the kernel."""

from __future__ import annotations

import textwrap
from typing import Final

from symderiv.kernels.arrays.printing import function_name
from symderiv.kernels.arrays.public import ArrayFunction, ArrayOutput
from symderiv.kernels.calls import wrapped
from symderiv.kernels.hyperparameters import (
    argument_name,
    checked_hyperparameter,
    hyperparameter_argument,
    hyperparameter_lines,
)
from symderiv.kernels.ir import ArrayParameter
from symderiv.kernels.stable import LoweringError

_TAKEN: Final = frozenset({"out", "threads", "reduction", "inputs"})
"""Names that arguments of public functions may not have."""
_WIDTH: Final = 112


def _tuple(items: list[str]) -> str:
    return f"({', '.join(items)}{',' * (len(items) == 1)})"


def _axes(axes: tuple[str, ...]) -> str:
    return _tuple([f'"{axis}"' for axis in axes])


def _shape(axes: tuple[str, ...]) -> str:
    return f"({', '.join(['...', *axes])})"


def arguments_of(function: ArrayFunction, arrays: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The arrays that the function takes, with their axes: what its kernel reads, and what a gradient is in.

    An array of the latter kind that the kernel does not read only says whether the batch shares it; if there is one,
    all are in the order of `arrays`.
    """
    read = {p.name: p.axes for p in function.kernel.arrays("input")}
    outputs = {p.name: p.axes for p in function.kernel.arrays("output")}
    own = {name: read[name] for name in function.arguments}
    unread = {
        each.gradient_of: outputs[each.name]
        for each in function.outputs
        if each.gradient_of is not None and each.gradient_of not in own
    }
    if not unread:
        return own
    both = own | unread
    ordered = [name for name in arrays if name in both]
    return {name: both[name] for name in (*ordered, *(name for name in both if name not in ordered))}


def _output_axes(function: ArrayFunction, name: str) -> tuple[str, ...]:
    return next(p.axes for p in function.kernel.arrays("output") if p.name == name)


def check_arguments(function: ArrayFunction) -> None:
    """LoweringError for names that a public function cannot take, and for a kernel that needs what it does not get."""
    scalars = {argument_name(each.parameter) for each in function.hyperparameters}
    for name in (*function.arguments, *sorted(scalars)):
        if name in _TAKEN:
            raise LoweringError(f"{function.name}: {name!r} is the name of an argument of its functions; rename it")
    missing = {p.name for p in function.kernel.arrays("input")} - set(function.arguments)
    missing |= {p.name for p in function.kernel.scalars()} - scalars
    if missing:
        raise LoweringError(f"{function.name}: its kernel takes {min(missing)!r}, which no argument of it gives")


def signature(function: ArrayFunction, arguments: tuple[str, ...]) -> list[str]:
    """The line, or lines, that begin the function."""
    options = [hyperparameter_argument(each) for each in function.hyperparameters]
    options += ['reduction="none"'] if function.reducible else []
    given = ", ".join([*arguments, "*", *options, "out=None", "threads=None"])
    lines = wrapped(f"def {function.name}({given})")
    return [*lines[:-1], f"{lines[-1]}:"]


def docstring(function: ArrayFunction, arguments: dict[str, tuple[str, ...]], assumed: tuple[str, ...]) -> list[str]:
    """What the function computes, takes and returns, and the theorems it rests on, with what they assume."""
    given = [f"{name} {_shape(axes)}" for name, axes in arguments.items()]
    made = [f"{each.name} {_shape(_output_axes(function, each.name))}" for each in function.outputs]
    texts = [f"{', '.join(given)} -> {', '.join(made)}."]
    texts += [line for each in function.hyperparameters for line in hyperparameter_lines(each, function.arguments[0])]
    if any(each.gradient_of for each in function.outputs):
        texts.append("The gradient in an input that the whole batch shares is the sum over the batch.")
    if function.reducible:
        texts.append("`reduction`: 'none', 'sum' or 'mean' over the batch; a gradient is that of the reduced value.")
    several = len(function.outputs) > 1
    texts.append(f"`out`: {'a tuple of arrays' if several else 'an array'} to fill; `threads`: at most so many.")
    texts.append("Raises TypeError or ValueError, with a sentence, for input of another kind; see the module's header.")
    texts += [f"Its theorem assumes {each}." for each in assumed]
    texts += [f"Theorem {name}: {digest}" for name, digest in function.theorems]
    lines = [line for text in texts for line in textwrap.wrap(text, _WIDTH, break_on_hyphens=False)]
    formulas = [line for text in function.formulas for line in textwrap.wrap(text, _WIDTH, break_on_hyphens=False)]
    first, *others = formulas
    return [f'    """{first}', *(f"    {text}" for text in others), "", *(f"    {line}" for line in lines), '    """']


def _result(output: ArrayParameter, gradient_of: str | None) -> str:
    of = f', "{gradient_of}"' if gradient_of else ""
    return f'Result("{output.name}", {_axes(output.axes)}{of})'


def print_function(function: ArrayFunction, gradients: dict[str, ArrayOutput], arrays: tuple[str, ...],
                   assumed: tuple[str, ...]) -> str:  # fmt: skip
    """The public function; `gradients` says what each output of its kernel is, of this function or of another one.

    `arrays` are those of the problem, in its order; `assumed` is what its theorems assume of data it does not read.
    """
    arguments = arguments_of(function, arrays)
    checks = ["check_reduction(reduction)"] if function.reducible else []
    given = [f'Input("{name}", {name}, {_axes(axes)})' for name, axes in arguments.items()]
    order = [p.name for p in function.kernel.arrays("input")]
    results = [
        _result(p, gradients[p.name].gradient_of if p.name in gradients else None)
        for p in function.kernel.arrays("output")
    ]
    taken = [f"double({p.name})" for p in function.kernel.scalars()]
    shown = _tuple([f'"{each.name}"' for each in function.outputs])
    body = [
        *checks,
        "check_threads(threads)",
        "inputs = checked_instances(",
        "    AXES,",
        *(f"    {line}," for line in given),
        ")",
        *(checked_hyperparameter(each, "inputs") for each in function.hyperparameters),
        "return computed(",
        f"    {function_name(function.kernel)},",
        "    inputs,",
        f"    {_axes(tuple(order))},",
        f"    {_tuple(taken)},",
        "    (",
        *(f"        {line}," for line in results),
        "    ),",
        f"    {shown},",
        f"    {'reduction' if function.reducible else 'None'},",
        "    out,",
        "    threads,",
        ")",
    ]
    return "\n".join(
        [
            *signature(function, tuple(arguments)),
            *docstring(function, arguments, assumed),
            *(f"    {line}" for line in body),
        ]
    )
