"""Printing the public functions of a generated module: signature, docstring, the short way, the checks, the launch."""

from __future__ import annotations

from typing import Final

from symderiv.kernels.calls import call_arguments, parameter_names, wrapped
from symderiv.kernels.functions import Function, OptionVariant, Variant
from symderiv.kernels.hyperparameters import (
    argument_name,
    checked_hyperparameter,
    hyperparameter_argument,
    hyperparameter_lines,
)
from symderiv.kernels.ir import Kernel
from symderiv.kernels.options import ROW_WEIGHTS

_ERRORS: Final = "Raises TypeError or ValueError, with a sentence, for input of another kind; see the module's header."
_OPTIONS: Final = ("weight=None", "sample_weight=None", "smoothing=0.0", "temperature=1.0", "ignore_index=None")
_NO_OPTIONS: Final = (
    "weight is None and sample_weight is None and ignore_index is None",
    "type(smoothing) is float and smoothing == 0.0 and type(temperature) is float and temperature == 1.0",
)


def _option_lines(function: Function) -> list[str]:
    if not function.option_kernels:
        return []
    return [
        "    `weight` (C,), `sample_weight` (...): weights >= 0 of classes and rows; `smoothing` a: (1 - a) t_k + a/C",
        "    for t_k; `temperature` T: z/T for z; `ignore_index`: rows with this label give 0 and do not count. A mean",
        "    is over the rows' weights, weight[label] * sample_weight; for targets (..., C), over sample_weight.",
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
        lines.append("    `reduction`: 'none', 'sum' or 'mean' over all rows; a gradient is that of the reduced value.")
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


# ---- one block of plain arrays in one call


def at_once(function: Function) -> list[str]:
    """The function that does one block of plain arrays in a compiled call, and the line that finds such calls."""
    kernel = function.kernels[0][1]
    first = function.arguments[0]
    finders = ", ".join(f"{variant}={kernel.name}_call" for variant, kernel in function.kernels)
    names = list(function.arguments)
    extra = ["reduction"] if function.reducible else []
    shown = [name for name, _ in function.outputs]
    outputs = kernel.arrays("output")
    shapes = {0: f"len({first})", 1: f"{first}.shape", 2: f"{first}.shape + {first}.shape[1:]"}
    fresh = {p.name: f"np.empty({shapes[0 if function.elementwise else len(p.axes)]}, {first}.dtype)" for p in outputs}
    parameters = parameter_names(function)
    scaled = any(scalar.name == "scale" for scalar in kernel.scalars())
    call = "call(" + ", ".join([*names, *parameters, *(["scale"] if scaled else []), *(p.name for p in outputs)]) + ")"
    types = " or ".join(
        [f"type({name}) is not np.ndarray" for name in names] + [f"type({name}) is not float" for name in parameters]
    )
    order = " and ".join(f"{name}.flags.c_contiguous" for name in names)
    least = len(outputs) + 1 + scaled + len(parameters)
    other = "t.dtype" if "t" in names and len(call_arguments(function, kernel)) > least else "None"
    made = ", ".join(fresh[name] for name in shown)
    lines = [
        f"{function.name}_call = call_finder({finders})",
        "",
        "",
        f"def {function.name}_at_once({', '.join([*names, *parameters, *extra, 'out'])}):",
        f'    """{function.name} of one block of plain arrays; None if the checks have to do it, or to refuse it."""',
        f"    if {types}:",
        "        return None",
        f"    if not ({order}):" if len(names) > 1 else f"    if not {order}:",
        "        return None",
        f"    call = {function.name}_call({first}.dtype, {other}, {first}.shape[1:])",
        f"    if call is None or {first}.size > BLOCK_ELEMENTS:",
        "        return None",
        "    if out is None:",
        f"        {', '.join(shown)} = {made}",
        "    else:",
        f"        made = plain_memory(out, {len(shown)})",
        "        if made is None:",
        "            return None",
        f"        {', '.join(shown)}{',' * (len(shown) == 1)} = made",
    ]
    if len(shown) > 1:
        lines += [f"        {name} = {fresh[name]} if {name} is None else {name}" for name in shown]
    lines += [f"    {p.name} = {fresh[p.name]}" for p in outputs if p.name not in shown]
    if function.reducible:
        mean = f"1.0 / len({first})" if scaled else None
        taken = "" if "value" not in shown else "out is not None or "
        taken = taken if len(shown) == 1 else "(out is not None and out[0] is not None) or "
        lines += [f'    if reduction != "none" and ({taken}reduction not in ("sum", "mean") or not len({first})):']
        lines += ["        return None"]
        lines += [f'    scale = {mean} if reduction == "mean" else 1.0'] if mean else []
    lines += [
        "    try:",
        f"        if not {call}:",
        "            return None",
        "    except TypeError:  # another signature",
    ]
    lines += ["        return None"]
    result = ", ".join(shown)
    if "value" in shown and function.reducible:
        lines += ['    if reduction != "none":', '        if not reduced_in_place(value, reduction == "mean"):']
        lines += ["            return None", "        value = value[0]"]
    return [*lines, f"    return {result}"]


def _short_way(function: Function) -> list[str]:
    extra = ["reduction"] if function.reducible else []
    arguments = ", ".join([*function.arguments, *parameter_names(function), *extra, "out"])
    tests = [
        *(_NO_OPTIONS if function.option_kernels else ()),
        "(threads is None or (type(threads) is int and threads > 0))",
    ]
    if function.reducible:
        tests[-1] += " and type(reduction) is str"
    elif len(tests) == 1:
        tests = ["threads is None or (type(threads) is int and threads > 0)"]
    head = (
        [f"if {tests[0]}:"]
        if len(tests) == 1
        else ["if (", f"    {tests[0]}", *(f"    and {each}" for each in tests[1:]), "):"]
    )
    return [
        *head,
        f"    made = {function.name}_at_once({arguments})",
        "    if made is not None:",
        "        return made",
    ]


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
    if targets and function.option_kernels:
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
    if function.option_kernels:
        lines += [
            "labels, ignored = in_32_bits(labels, ignored)",
            "options = checked_options(",
            "    z, labels, ignored, weight, sample_weight, smoothing, temperature,",
            f"    {mean}, counts=counts, threads=threads,",
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
    if function.option_kernels:
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
    if any(scalar.name == "scale" for scalar in kernel.scalars()):
        lines.append(f"scale = scale_of(reduction, divisor, {first}.dtype)")
    return lines


def _arguments(function: Function, kernel: Kernel) -> list[str]:
    """What a kernel is given, in its order, but for its range and its results."""
    own = {"scale", *(argument_name(each.parameter) for each in function.hyperparameters)}
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
}


def _launches(function: Function, references: dict[Kernel, str], sums: bool) -> list[str]:
    """The choice of the kernel, and its launch."""
    plain = [(_TESTS.get(variant, ""), kernel) for variant, kernel in function.kernels]
    if function.option_kernels:
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
    options = [*_OPTIONS] if function.option_kernels else []
    options += [hyperparameter_argument(each) for each in function.hyperparameters]
    options += ['reduction="none"'] if function.reducible else []
    given = [*function.arguments, "*", *options, "out=None", "threads=None"]
    lines = wrapped(f"def {function.name}({', '.join(given)})")
    return [*lines[:-1], f"{lines[-1]}:"]


def print_function(function: Function, references: dict[Kernel, str], classes: int | None, compiled: bool) -> str:
    """The public function; `references` names what runs each kernel. `compiled`: with one compiled call for a block of
    plain arrays, and sums block by block."""
    body = [
        *(_short_way(function) if compiled else []),
        *_inputs(function, classes),
        *_outputs(function),
        *_launches(function, references, compiled),
        _results(function),
    ]
    head = [*at_once(function), "", ""] if compiled else []
    return "\n".join([*head, *signature(function), *docstring(function), *(f"    {line}" for line in body)])
