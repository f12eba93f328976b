"""Rows in groups of W: the lines around the loop over rows when something waits for a whole group."""

from __future__ import annotations

from collections.abc import Callable

from symderiv.kernels.ir import Kernel, Statement, Store
from symderiv.kernels.printing.expressions import Lines
from symderiv.kernels.printing.heading import array_name
from symderiv.kernels.printing.lateness import Split, late_lines


def open_groups(lines: Lines, first: str, layout: str) -> None:
    """Begin the loop over groups, and the loop over the rows of a group."""
    lines.write(f"for first in range(start, stop, rows_at_once({first}, (0,))):")
    lines.depth += 1
    lines.group = len(lines.text)
    lines.write(f"for turn in range(turns({first}, first, stop, {layout})):")
    lines.depth += 1
    lines.write("row = first + turn")


def close_groups(lines: Lines, body: Callable[[tuple[Statement, ...]], None], parts: Split, kernel: Kernel,
                 known: set[str], first: str, layout: str) -> None:  # fmt: skip
    """Gather what the late statements read, end the loop over the rows of a group, and print them with `body`."""
    # Reciprocals are pairs of floats, which are not gathered: late statements make their own.
    known = {name for name in known if not name.endswith("_inverse")}
    lines.known = {name for name in lines.known if not name.endswith("_inverse")}
    begin = len(lines.text)
    lines.depth -= 1
    body(parts.late)
    late, read = late_lines(lines.text[begin:], frozenset(known))
    del lines.text[begin:]
    lines.depth += 1
    for name in read:
        lines.write(f"{name}_of_rows = of_each_row({name}_of_rows, {name}, turn, {layout})")
    lines.depth -= 1
    if lines.unit in read and "top" in read:
        # The unit follows from the largest logit: not worth a computation for each row where there is one at a time.
        unit = f"{lines.unit}_of_rows"
        lines.write(f"{unit} = with_rows_in_lanes({layout}, {unit}, unit_of(shift_to(top_of_rows{lines.factor})))")
    lines.text += late
    for statement in parts.late:
        if isinstance(statement, Store):
            (parameter,) = (p for p in kernel.arrays("output") if p.name == statement.array)
            lines.write(f"store_numbers({array_name(parameter)}, first, stop, (0,), {parameter.name})")
    indent = "    " * lines.depth
    starts = [f"{indent}{name}_of_rows = row_number({first}, 0.0)" for name in read]
    lines.text[lines.group : lines.group] = starts
