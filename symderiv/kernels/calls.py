"""Printing, for the Numba target, what stands around a kernel: a small batch in one call, and sums block by block."""

from __future__ import annotations

from symderiv.kernels.functions import Function
from symderiv.kernels.hyperparameters import argument_name, hyperparameter_test
from symderiv.kernels.ir import ArrayParameter, Kernel, LabelParameter
from symderiv.kernels.options import ROW_WEIGHTS
from symderiv.kernels.printing.registers import fits_registers


def _name(parameter: object) -> str:
    name: str = parameter.name  # type: ignore[attr-defined]
    return "labels" if isinstance(parameter, LabelParameter) else name


def _given(kernel: Kernel) -> list[str]:
    """The arguments of a kernel but for its range, its results and its scratch, in order."""
    return [
        _name(p) for p in kernel.parameters if not (isinstance(p, ArrayParameter) and p.role in ("output", "scratch"))
    ]


def _joined(parts: list[str], indent: str, limit: int = 112) -> list[str]:
    """`parts` joined by "and", in lines."""
    lines: list[str] = []
    for part in parts:
        text = f"and {part}" if lines else part
        if lines and len(lines[-1]) + 1 + len(text) <= limit:
            lines[-1] += f" {text}"
        else:
            lines.append(indent + text)
    return lines


def wrapped(line: str, limit: int = 112) -> list[str]:
    """`line`, a call or a tuple, with what is in its outermost parentheses on lines of their own if it is too long."""
    if len(line) <= limit:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    opening = line.index("(") + 1
    lines = [line[:opening]]
    for part in line[opening:-1].split(", "):
        if len(lines) > 1 and len(lines[-1]) + len(part) + 2 <= limit:
            lines[-1] += f" {part},"
        else:
            lines.append(f"{indent}    {part},")
    lines[-1] = lines[-1].removesuffix(",")
    return [*lines, f"{indent})"]


def is_summed(function: Function) -> bool:
    """Whether the function has compiled calls that add the values up."""
    return function.reducible and function.kernels[0][1].arrays("output")[0].name == "value"


def call_arguments(function: Function, kernel: Kernel, *, total: bool = False) -> list[str]:
    """What a call of a kernel takes: the arguments and parameters of the public function, and memory for every result;
    for a total what it is divided by, in place of memory for values."""
    names = ["labels" if name == "t" and kernel.labels() else name for name in function.arguments]
    names = [name for name in names if name in _given(kernel) or name == "labels"]
    results = [p.name for p in kernel.arrays("output")]
    return [*names, *parameter_names(function), *(["divisor", *results[1:]] if total else results)]


def parameter_names(function: Function) -> list[str]:
    """The parameters of the loss that a public function has, as arguments."""
    return [argument_name(each.parameter) for each in function.hyperparameters]


def print_call(function: Function, kernel: Kernel, *, total: bool = False) -> str:
    """The function that makes the compiled call of one kernel: for every value, or for their `total`."""
    names = call_arguments(function, kernel, total=total)
    outputs = [p for p in kernel.arrays("output") if p.name in names]
    parameters = parameter_names(function)
    inputs = [name for name in names if name not in {p.name for p in outputs} | {"divisor", *parameters}]
    axes = 1 if function.elementwise else 2
    first = function.arguments[0]
    tests: list[str] = []
    what = f"The total of {kernel.name}" if total else kernel.name
    lines = [
        f"def {kernel.name}_{'total' if total else 'call'}(layout, dtype, other):",
        f'    """{what} on one block of rows, compiled for a layout, the dtype of {first} and that of t."""',
    ]
    kinds = []
    for name in inputs:
        if name == "labels":
            tests.append("labels_suit(labels, z)")
        elif name == "t" and not function.numbers:
            lines.append(f"    bits, most = bits_up_to(dtype, {'1.0' if function.elementwise else 'np.inf'})")
            tests.append("targets_suit(t, z, bits, most)")
        elif name != first:
            tests.append(f"{name}.shape == {first}.shape")
        kinds.append("given(other, 1)" if name == "labels" else f"given(dtype, {axes})")
    kinds += ["types.float64"] * (len(parameters) + total)
    tests += [hyperparameter_test(each, first) for each in function.hyperparameters]
    for position, output in enumerate(outputs):
        count = 0 if function.elementwise else len(output.axes)
        tests.append(f"fills({output.name}, {first}, {' * '.join(['z.shape[1]'] * count) or '1'})")
        # A total that is not usual is computed again, from an input that is still there.
        place = "in_place" if count + 1 == axes and not total else "apart"
        tests.append(f"{place}({output.name}, {first})")
        tests += [f"apart({output.name}, {name})" for name in (*inputs[1:], *(p.name for p in outputs[:position]))]
        kinds.append(f"memory(dtype, {count + 1})")
    run = [f"{first}.dtype.type({name})" if name in parameters else name for name in _given(kernel)]
    run = [f"{first}.dtype.type({'1.0 / divisor' if total else '1.0'})" if name == "scale" else name for name in run]
    run += [p.name for p in kernel.arrays("output")]
    called = _run_in_layout(kernel, f"0, len({first}), {', '.join(run)}", " " * (8 if total else 12))
    lines += ["", "    @compiled", f"    def call({', '.join(names)}):", "        suits = (", *_joined(tests, " " * 12)]
    lines.append("        )")
    if total:
        lines += [
            "        if not suits:",
            "            return np.nan",
            f"        value = np.empty(len({first}), {first}.dtype)",
        ]
        lines += [*called, "        return usual_total(value, divisor)"]
    else:
        lines += ["        if suits:", *called, "        return suits"]
    return "\n".join([*lines, "", f"    return for_types(call, {', '.join(kinds)})"])


def _run_in_layout(kernel: Kernel, arguments: str, indent: str) -> list[str]:
    """The lines that run the kernel for rows in registers or for long rows, settled when they are compiled."""
    short = f"{kernel.name}_rows({arguments}, layout)"
    if not any(p.axes for p in kernel.arrays("input")):
        return wrapped(indent + short)
    long = wrapped(f"{indent}    {kernel.name}_long_rows({arguments})")
    if not fits_registers(kernel):
        return [line[4:] for line in long]
    return [f"{indent}if layout:", *wrapped(f"{indent}    {short}"), f"{indent}else:", *long]


def print_sums(kernel: Kernel) -> str:
    """The function of (start, stop, ...) that runs a kernel block by block and keeps the sum of each block's values.

    The kernel's first result is the value; it goes to memory for one block, which stays in the cache.
    """
    _, *others = kernel.arrays("output")
    rows = {p.name for p in kernel.arrays("input") if not p.shared} | {"labels"} | {p.name for p in others}
    run = [
        f"of_block({name}, first, last)" if name == ROW_WEIGHTS else f"{name}[first:last]" if name in rows else name
        for name in _given(kernel)
    ]
    run += ["values", *(f"{p.name}[first:last]" for p in others)]
    elements = not any(p.axes for p in kernel.arrays("input"))
    first_of_all = kernel.arrays("input")[0].name
    arguments = ", ".join([*_given(kernel), *(p.name for p in others), "totals"])
    return "\n".join(
        [
            "@in_layouts",
            f"def {kernel.name}_sums(layout):",
            f'    """Rows start..stop-1 of {kernel.name}, in blocks; the sums of the values go to `totals`."""',
            "",
            "    @compiled",
            f"    def sums(start, stop, {arguments}):",
            "        size = BLOCK_ROWS" if elements else "        size = rows_in_block(z.shape[1])",
            f"        values = np.empty(min(size, stop - start), {first_of_all}.dtype)",
            "        for first in range(start, stop, size):",
            "            last = min(first + size, stop)",
            *_run_in_layout(kernel, f"0, last - first, {', '.join(run)}", " " * 12),
            "            add_block(values, last - first, totals, first // size)",
            "",
            "    return sums",
        ]
    )
