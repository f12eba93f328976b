"""Printing the public functions of a module over arrays: signature, docstring, checks, and the call of the kernel."""

from __future__ import annotations

import textwrap
from typing import Final

from symderiv.kernels.arrays.printing import function_name, unowned_axes
from symderiv.kernels.arrays.public import ArrayFunction, ArrayOutput
from symderiv.kernels.arrays.tiling import axes_along
from symderiv.kernels.calls import wrapped
from symderiv.kernels.hyperparameters import (
    argument_name,
    checked_hyperparameter,
    hyperparameter_argument,
    hyperparameter_lines,
)
from symderiv.kernels.ir import ArrayParameter
from symderiv.kernels.stable import LoweringError
from symderiv.statements import Problem

_TAKEN: Final = frozenset({"out", "threads", "reduction", "inputs"})
"""Names that arguments of public functions may not have."""
_WIDTH: Final = 112


def _tuple(items: list[str]) -> str:
    return f"({', '.join(items)}{',' * (len(items) == 1)})"


def _axes(axes: tuple[str, ...]) -> str:
    return _tuple([f'"{axis}"' for axis in axes])


def _shape(axes: tuple[str, ...]) -> str:
    return f"({', '.join(['...', *axes])})"


def axes_of(problem: Problem) -> dict[str, tuple[str, ...]]:
    """The axes of a problem's arrays: the symbol of each domain, and its name where two have one symbol."""
    domains = {domain.name: domain.symbol for array in problem.arrays for domain in array.domains}
    symbols = list(domains.values())
    named = {name: symbol if symbols.count(symbol) == 1 else name for name, symbol in domains.items()}
    return {array.name: tuple(named[domain.name] for domain in array.domains) for array in problem.arrays}


def arguments_of(function: ArrayFunction, arrays: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The arrays that the function takes, with their axes: what its kernel reads, what a gradient is in, and what has
    an axis of a result that nothing else has.

    An array that the kernel does not read only says how long its axes are, and whether the batch shares it. If there is
    one, all are in the order of `arrays`, those of the problem.
    """
    taken = {p.name: p.axes for p in function.kernel.arrays("input")}
    own = {name: taken[name] for name in function.arguments}
    unread = {each.gradient_of: arrays[each.gradient_of] for each in function.outputs if each.gradient_of is not None}
    both = own | unread
    for axis in unowned_axes(function.kernel):
        if not any(axis in axes for axes in both.values()):
            owner = next((name for name, axes in arrays.items() if axis in axes), None)
            if owner is None:
                raise LoweringError(f"{function.name}: no array has the axis {axis!r} of its result")
            both[owner] = arrays[owner]
    if set(both) == set(own):
        return own
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
    texts += [line for each in function.hyperparameters for line in hyperparameter_lines(each, next(iter(arguments)))]
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


def print_function(function: ArrayFunction, gradients: dict[str, ArrayOutput], arrays: dict[str, tuple[str, ...]],
                   assumed: tuple[str, ...]) -> str:  # fmt: skip
    """The public function; `gradients` says what each output of its kernel is, of this function or of another one.

    `arrays` are those of the problem with their axes, in its order; `assumed` is what the theorems of the
    function assume of data that it does not read.
    """
    arguments = arguments_of(function, arrays)
    summed = frozenset(name for name, each in gradients.items() if each.gradient_of is not None)
    checks = ["check_reduction(reduction)"] if function.reducible else []
    given = [f'Input("{name}", {name}, {_axes(axes)})' for name, axes in arguments.items()]
    order = [p.name for p in function.kernel.arrays("input")]
    results = [
        _result(p, gradients[p.name].gradient_of if p.name in gradients else None)
        for p in function.kernel.arrays("output")
    ]
    taken = [f"float({p.name})" for p in function.kernel.scalars()]
    taken += [f'inputs.lengths["{axis}"]' for axis in unowned_axes(function.kernel)]
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
        f"    {_axes(axes_along(function.kernel, summed))},",
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
