"""Printing the short way of a public function: one block of plain arrays in one compiled call."""

from __future__ import annotations

from symderiv.kernels.calls import call_arguments, is_summed, parameter_names
from symderiv.kernels.public import Function


def at_once(function: Function) -> list[str]:
    """The function that does one block of plain arrays in a compiled call, and the lines that find such calls."""
    names, parameters = list(function.arguments), parameter_names(function)
    first = names[0]
    extra = ["reduction"] if function.reducible else []
    types = " or ".join(
        [f"type({name}) is not np.ndarray" for name in names]
        + [f"{first}.ndim != {1 if function.elementwise else 2}"]
        + [f"type({name}) is not float" for name in parameters]
    )
    order = " and ".join(f"{name}.flags.c_contiguous" for name in names)
    return [
        *_finders(function),
        "",
        "",
        f"def {function.name}_at_once({', '.join([*names, *parameters, *extra, 'out'])}):",
        f'    """{function.name} of one block of plain arrays; None if the checks have to do it, or to refuse it."""',
        f"    if {types}:",
        "        return None",
        f"    if not ({order}):" if len(names) > 1 else f"    if not {order}:",
        "        return None",
        "    (rows,) = z.shape".replace("z", first) if function.elementwise else "    rows, classes = z.shape",
        f"    if not 0 < {'rows' if function.elementwise else 'rows * classes'} <= BLOCK_ELEMENTS:",
        "        return None",
        *_reduction(function),
        "    if rows > most:",
        "        return None",
        *_memory(function),
        *_called(function),
    ]


def _finders(function: Function) -> list[str]:
    kinds = [("call", "call"), *([("total", "total")] if is_summed(function) else [])]
    return [
        f"{function.name}_{name} = call_finder("
        + ", ".join(f"{variant}={kernel.name}_{kind}" for variant, kernel in function.kernels)
        + ")"
        for name, kind in kinds
    ]


def _reduction(function: Function) -> list[str]:
    """The lines that find the call, and what a total is divided by; 0 where every value is wanted."""
    first, kernel = function.arguments[0], function.kernels[0][1]
    takes_t = "t" in function.arguments and {"t", "labels"} & set(call_arguments(function, kernel))
    found = f"({first}.dtype, {'t.dtype' if takes_t else 'None'}, {'1' if function.elementwise else 'classes'})"
    if not function.reducible:
        return [f"    call, most = {function.name}_call{found}"]
    if not is_summed(function):  # rows do not see each other: a sum has their derivatives
        return [
            '    if reduction != "none" and reduction != "sum":',
            "        return None",
            f"    call, most = {function.name}_call{found}",
        ]
    return [
        '    if reduction == "none":',
        f"        divisor, (call, most) = 0.0, {function.name}_call{found}",
        '    elif reduction == "mean" or reduction == "sum":',
        '        divisor = float(rows) if reduction == "mean" else 1.0',
        f"        call, most = {function.name}_total{found}",
        "    else:",
        "        return None",
    ]


def _fresh(function: Function) -> dict[str, str]:
    """For every result of the kernel the code that makes memory for it."""
    shapes = {0: "rows", 1: f"{function.arguments[0]}.shape", 2: "(rows, classes, classes)"}
    outputs = function.kernels[0][1].arrays("output")
    ranks = {p.name: 0 if function.elementwise else len(p.axes) for p in outputs}
    return {name: f"np.empty({shapes[rank]}, {function.arguments[0]}.dtype)" for name, rank in ranks.items()}


def _memory(function: Function) -> list[str]:
    """The lines that find or make memory for every result of the kernel; values that are added up have their own."""
    fresh, shown = _fresh(function), [name for name, _ in function.outputs]
    summed = is_summed(function)
    unless = " if divisor == 0.0 else None" if summed else ""  # a total of values that nobody wants needs no memory
    lines = [f"    {name} = {made}{unless}" for name, made in fresh.items() if name not in shown]
    if len(shown) == 1:
        lines.append(f"    {shown[0]} = out")
    else:
        lines += ["    if out is None:", f"        {' = '.join(shown)} = None"]
        lines += [f"    elif type(out) is not tuple or len(out) != {len(shown)}:", "        return None", "    else:"]
        lines.append(f"        {', '.join(shown)} = out")
    for name in shown:
        if summed and name == "value":
            lines += [f"    if {name} is not None:", f"        if divisor != 0.0 or type({name}) is not np.ndarray:"]
            lines += ["            return None", "    elif divisor == 0.0:", f"        {name} = {fresh[name]}"]
        else:
            lines += [f"    if {name} is None:", f"        {name} = {fresh[name]}"]
            lines += [f"    elif type({name}) is not np.ndarray:", "        return None"]
    return lines


def _called(function: Function) -> list[str]:
    """The call, and what is returned."""
    kernel = function.kernels[0][1]
    names = [*function.arguments, *parameter_names(function)]
    results = [p.name for p in kernel.arrays("output")]
    shown = ", ".join(name for name, _ in function.outputs)
    unusual = ["    except TypeError:  # another signature", "        return None"]
    rows = ["    try:", f"        if not call({', '.join([*names, *results])}):", "            return None", *unusual]
    if not is_summed(function):
        return [*rows, f"    return {shown}"]
    total = ", ".join([*names, "divisor", *results[1:]])
    number = f"{function.arguments[0]}.dtype.type(total)"
    reduced = ", ".join(number if name == "value" else name for name, _ in function.outputs)
    if len(function.outputs) > 1:
        shown, reduced = f"({shown})", f"({reduced})"
    return [
        "    try:",
        "        if divisor == 0.0:",
        f"            return {shown} if call({', '.join([*names, *results])}) else None",
        f"        total = call({total})",
        *unusual,
        f"    return {reduced} if total == total else None",
    ]


def short_way(function: Function, no_options: tuple[str, ...]) -> list[str]:
    """The lines that try the one call first; `no_options` are the tests that no option is asked for."""
    extra = ["reduction"] if function.reducible else []
    arguments = ", ".join([*function.arguments, *parameter_names(function), *extra, "out"])
    usual = "threads is None or (type(threads) is int and threads > 0)"
    last = f"({usual}) and type(reduction) is str" if function.reducible else f"({usual})" if no_options else usual
    tests = [*no_options, last]
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
