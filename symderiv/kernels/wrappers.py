"""Printing the public functions of a generated module: signature, docstring, the short way, the checks, the launch."""

from __future__ import annotations

from typing import Final

from symderiv.kernels.calls import wrapped
from symderiv.kernels.functions import Function, OptionVariant, Variant
from symderiv.kernels.hyperparameters import (
    argument_name,
    checked_hyperparameter,
    hyperparameter_argument,
    hyperparameter_lines,
)
from symderiv.kernels.ir import Kernel
from symderiv.kernels.options import INVERSE_TEMPERATURE, INVERSE_TEMPERATURE_LOW, ROW_WEIGHTS, SCALE
from symderiv.kernels.short_way import at_once, short_way

_ERRORS: Final = "Raises TypeError or ValueError, with a sentence, for input of another kind; see the module's header."
_OPTIONS: Final = ("weight=None", "sample_weight=None", "smoothing=0.0", "temperature=1.0", "ignore_index=None")
_NO_OPTIONS: Final = (
    "weight is None and sample_weight is None and ignore_index is None",
    "type(smoothing) is float and smoothing == 0.0 and type(temperature) is float and temperature == 1.0",
)
_NO_TEMPERATURE: Final = ("type(temperature) is float and temperature == 1.0",)


def _has_options(function: Function) -> bool:
    """Whether the function has the options of a loss, which need targets."""
    return bool(function.option_kernels) and not _is_tempered(function)


def _is_tempered(function: Function) -> bool:
    """Whether a temperature is the one option of the function."""
    return any(variant == "plain_tempered" for variant, _ in function.option_kernels)


def _is_scaled(function: Function) -> bool:
    """Whether derivatives can be multiplied by what a mean divides by."""
    kernels = (kernel for _, kernel in (*function.kernels, *function.option_kernels))
    return any(scalar.name == SCALE for kernel in kernels for scalar in kernel.scalars())


def _option_lines(function: Function) -> list[str]:
    if _is_tempered(function):
        return ["    `temperature` T: z/T in the place of z; derivatives are still those in z."]
    if not function.option_kernels:
        return []
    return [
        "    `weight` (C,), `sample_weight` (...): weights >= 0 of classes and rows; `smoothing` a: (1 - a) t_k + a/C",
        "    for t_k; `temperature` T: z/T for z; `ignore_index`: rows with this label give 0 and do not count. A mean",
        "    is over the rows' weights, weight[label] * sample_weight; for targets (..., C), over sample_weight.",
        *(["    With options: within 8 units in the last place."] if function.name == "hessian" else []),
    ]


def docstring(function: Function) -> list[str]:
    """What the function computes, takes and returns, and the theorems it rests on."""
    if function.elementwise:
        shapes, arguments = {0: "(...)"}, ["z (...)", "t from 0 to 1 (...), or integers 0 and 1"]
        if function.numbers:
            others = ", ".join(function.arguments[1:])
            arguments = [
                f"{function.arguments[0]} (...)",
                *([f"{others} (...), or of a shape that broadcasts with it"] if others else []),
            ]
    else:
        shapes, arguments = {0: "(...)", 1: "(..., C)", 2: "(..., C, C)"}, ["z (..., C)"]
    lines = [f'    """{function.formulas[0]}']
    lines += [f"    {text}" for text in function.formulas[1:]]
    lines.append("")
    if "t" in function.arguments and not function.elementwise:
        kinds = [v for v, _ in function.kernels]
        ways = {"labels": "integer labels 0..C-1 (...)", "targets": "targets >= 0 (..., C)"}
        arguments.append("t " + " or ".join(way for kind, way in ways.items() if kind in kinds))
    if not function.elementwise:
        arguments += [f"{name} (..., C)" for name in function.arguments if name not in ("z", "t")]
    results = ", ".join(f"{name} {shapes[rank]}" for name, rank in function.outputs)
    lines.append(f"    {'; '.join(arguments)} -> {results}.")
    lines += _option_lines(function)
    lines += [
        f"    {line}" for each in function.hyperparameters for line in hyperparameter_lines(each, function.arguments[0])
    ]
    if function.reducible:
        derivative = {"hvp": "each row's product is", "hessian": "each row's Hessian is"}.get(
            function.name, "a gradient is"
        )
        lines.append(f"    `reduction`: 'none', 'sum' or 'mean' over all rows; {derivative} that of the reduced value.")
    several = len(function.outputs) > 1
    lines.append(f"    `out`: {'a tuple of arrays' if several else 'an array'} to fill; `threads`: at most so many.")
    lines.append(f"    {_ERRORS}")
    lines += [f"    Theorem {name}: {digest}" for name, digest in function.theorems]
    lines.append('    """')
    return lines


def _is_reduced(function: Function, output: str) -> bool:
    return function.reducible and output == "value"


def has_sums(function: Function) -> bool:
    """Whether the function's kernels make a value of each row that may be summed up or thrown away."""
    return function.reducible and function.kernels[0][1].arrays("output")[0].name == "value"


# ---- the long way: every check, any memory, options, threads


def _inputs(function: Function, classes: int | None) -> list[str]:
    """The lines that check the arguments."""
    targets = "t" in function.arguments and not function.elementwise
    first = function.arguments[0]
    if function.numbers:
        lines = [f"{', '.join(function.arguments)}{',' * (len(function.arguments) == 1)} = checked_numbers_together("]
        lines += [f"    {', '.join(f'{name}={name}' for name in function.arguments)}", ")"]
    elif function.elementwise:
        lines = ['z = checked_real("z", z, 0)', "t = checked_fractions(t, z)"]
    else:
        lines = ['z = checked_real("z", z, 1)']
    if classes is not None:
        lines.append(f"check_classes(z, {classes})")
    if targets and _has_options(function):
        mean = 'mean=reduction == "mean"'
        lines += [
            "check_reduction(reduction)",
            "ignored = checked_ignored(t, ignore_index)",
            f"counts = counts_for_mean(z, ignored, weight, sample_weight, {mean})",
            "labels, t = checked_targets(t, z, ignored, counts)",
        ]
    elif targets:
        lines.append("labels, t = checked_targets(t, z)")
    if targets and function.kernels[0][0] == "targets":
        refusal = f"{function.name} takes targets of shape (..., C): the loss has their logarithm in it"
        lines += ["if labels is not None:", f'    raise TypeError("{refusal}")']
    elif targets and len(function.kernels) == 1:
        refusal = f"{function.name} takes integer labels: its theorem assumes one-hot targets"
        lines += ["if labels is None:", f'    raise TypeError("{refusal}")']
    if not function.numbers:
        others = [name for name in function.arguments if name not in ("z", "t")]
        lines += [f'{name} = checked_like("{name}", {name}, z)' for name in others]
    if function.reducible and "check_reduction(reduction)" not in lines:
        lines.append("check_reduction(reduction)")
    lines.append("check_threads(threads)")
    lines += [checked_hyperparameter(each, first) for each in function.hyperparameters]
    if _is_tempered(function):
        lines.append("beta, beta_low = inverse_temperature(temperature, z.dtype)")
    elif function.option_kernels:
        always = "" if has_sums(function) else ' always=reduction == "mean",'  # plain kernels have no scale
        lines += [
            "labels, ignored = in_32_bits(labels, ignored)",
            "options = checked_options(",
            "    z, labels, ignored, weight, sample_weight, smoothing, temperature,",
            f"    {mean}, counts=counts, threads=threads,{always}",
            ")",
        ]
    shape = f"batch, row = {first}.shape, ()" if function.elementwise else "batch, row = z.shape[:-1], z.shape[-1:]"
    return [*lines, shape, "rows = math.prod(batch)"]


def _outputs(function: Function) -> list[str]:
    """The lines that check or make the results and the memory that the kernel fills."""
    shapes = {0: "batch", 1: "z.shape", 2: "z.shape + row"}
    rows = {0: "()", 1: "row", 2: "row + row"}
    shown = dict(function.outputs)
    first = function.arguments[0]
    targets = () if "t" not in function.arguments else ("t",) if function.elementwise else ("labels", "t")
    inputs = ", ".join([first, *targets, *(name for name in function.arguments if name not in (first, "t"))])
    if _has_options(function):
        inputs += ", *arrays_among(weight, sample_weight)"
    wanted = ", ".join(
        f'("{name}", {"value_shape(reduction, batch)" if _is_reduced(function, name) else shapes[rank]})'
        for name, rank in function.outputs
    )
    lines = [f"wanted = [{wanted}]", f"[{', '.join(shown)}] = checked_outputs(out, wanted, {first}.dtype, [{inputs}])"]
    kernel = function.kernels[0][1]
    for parameter in kernel.arrays("output"):
        name = parameter.name
        if name not in shown:
            lines.append(f"{name}_memory = None")
        elif _is_reduced(function, name):
            lines.append(f'{name}_memory = output_rows({name}, ()) if reduction == "none" else None')
        else:
            lines.append(f"{name}_memory = output_rows({name}, {rows[len(parameter.axes)]})")
    if function.reducible:
        lines.append(
            "divisor = rows if options is None else options.divisor" if function.option_kernels else "divisor = rows"
        )
    if _is_scaled(function):
        lines.append(f"scale = scale_of(reduction, divisor, {first}.dtype)")
    return lines


def _arguments(function: Function, kernel: Kernel) -> list[str]:
    """What a kernel is given, in its order, but for its range and its results."""
    own = {SCALE, *(argument_name(each.parameter) for each in function.hyperparameters)}
    own |= {INVERSE_TEMPERATURE, INVERSE_TEMPERATURE_LOW} if _is_tempered(function) else set()
    arrays = [
        f"options.{p.name}" if p.shared or p.name == ROW_WEIGHTS else f"input_rows({p.name}, row)"
        for p in kernel.arrays("input")
    ]
    scalars = [p.name if p.name in own else f"options.{p.name}" for p in kernel.scalars()]
    labels = [*(label.name + "s" for label in kernel.labels()), *(f"options.{p.name}" for p in kernel.shared_labels())]
    return [*arrays, *labels, *scalars]


def _launch(function: Function, kernel: Kernel, reference: str, sums: bool) -> list[str]:
    """Run one kernel on all rows."""
    others = [f"{p.name}_memory" for p in kernel.arrays("output")]
    if not has_sums(function):
        return wrapped(f"launch({', '.join([reference, 'rows', 'threads', *_arguments(function, kernel), *others])})")
    given = ", ".join(_arguments(function, kernel))
    return [
        *wrapped(f"arguments = ({given}{',' * (len(_arguments(function, kernel)) == 1)})"),
        f"run = {reference}, {f'{kernel.name}_sums' if sums else 'None'}",
    ]


_TESTS: Final[dict[Variant | OptionVariant, str]] = {
    "labels": "labels is not None",
    "targets": "labels is None",
    "labels_weighted": "labels is not None and not options.smoothed",
    "labels_smoothed": "labels is not None and options.smoothed",
    "targets_weighted": "labels is None and not options.smoothed",
    "targets_smoothed": "labels is None and options.smoothed",
    "plain_tempered": "beta is not None",
}


def _launches(function: Function, references: dict[Kernel, str], sums: bool) -> list[str]:
    """The choice of the kernel, and its launch."""
    plain = [(_TESTS.get(variant, ""), kernel) for variant, kernel in function.kernels]
    if _is_tempered(function):
        plain = [("beta is None", kernel) for _, kernel in plain]
    elif function.option_kernels:
        plain = [(f"options is None and {test}", kernel) for test, kernel in plain]
    chosen = [*plain, *((_TESTS[variant], kernel) for variant, kernel in function.option_kernels)]
    lines: list[str] = []
    for position, (test, kernel) in enumerate(chosen):
        body = _launch(function, kernel, references[kernel], sums)
        if len(chosen) == 1:
            lines += body
        else:
            last = position == len(chosen) - 1
            lines.append("else:" if last else f"{'elif' if position else 'if'} {test}:")
            lines += [f"    {line}" for line in body]
    kernel = function.kernels[0][1]
    if has_sums(function):
        others = [f"{p.name}_memory" for p in kernel.arrays("output")[1:]]
        memory = f"({', '.join(others)}{',' * (len(others) == 1)})"
        lines.append(f"totals = run_rows(*run, rows, threads, arguments, value_memory, {memory})")
    return lines


def _results(function: Function) -> str:
    several = len(function.outputs) > 1
    made = []
    for position, (name, rank) in enumerate(function.outputs):
        given = f"out is not None and out[{position}] is not None" if several and rank == 0 else "out is not None"
        if _is_reduced(function, name):
            made.append(f"reduced({name}, {name}_memory, totals, reduction, divisor, {given})")
        else:
            made.append(f"delivered({name}, {name}_memory, {given})")
    return f"return {', '.join(made)}"


def signature(function: Function) -> list[str]:
    """The line, or lines, that begin the function."""
    options = ["temperature=1.0"] if _is_tempered(function) else [*_OPTIONS] if function.option_kernels else []
    options += [hyperparameter_argument(each) for each in function.hyperparameters]
    options += ['reduction="none"'] if function.reducible else []
    given = [*function.arguments, "*", *options, "out=None", "threads=None"]
    lines = wrapped(f"def {function.name}({', '.join(given)})")
    return [*lines[:-1], f"{lines[-1]}:"]


def print_function(function: Function, references: dict[Kernel, str], classes: int | None, compiled: bool) -> str:
    """The public function; `references` names what runs each kernel. `compiled`: with one compiled call for a block of
    plain arrays, and sums block by block."""
    no_options = _NO_TEMPERATURE if _is_tempered(function) else _NO_OPTIONS if function.option_kernels else ()
    body = [
        *(short_way(function, no_options) if compiled else []),
        *_inputs(function, classes),
        *_outputs(function),
        *_launches(function, references, compiled),
        _results(function),
    ]
    head = [*at_once(function), "", ""] if compiled else []
    return "\n".join([*head, *signature(function), *docstring(function), *(f"    {line}" for line in body)])
