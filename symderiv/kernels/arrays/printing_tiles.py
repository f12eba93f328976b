"""Kernels with products of matrices as loops over tiles of instances: stages of products, and of what each instance
does in between.

What a stage leaves for a later one is in a row of scratch for each instance of the tile. Where an instance has matrices
of its own a tile is that instance alone.
"""

from __future__ import annotations

from typing import Protocol

from symderiv.kernels.arrays.effects import expressions, inside
from symderiv.kernels.arrays.printing_expressions import extent
from symderiv.kernels.arrays.tiling import Added, Apart, Product, Step, Tiled, step_effects
from symderiv.kernels.ir import ArrayParameter, Kernel, Let, Load, Local, Statement

__all__ = ["TILE_NAMES", "print_tiles"]

TILE_NAMES = frozenset({
    "tile_start", "tile_stop", "tile_rows", "together", "instances_together", "sums_along", "sums_across",
    "add_products",
})  # fmt: skip
"""What printed code calls things of its own."""


class Printer(Protocol):
    """What prints the statements of an instance."""

    depth: int
    outside: int
    inverses: frozenset[str]

    def write(self, line: str) -> None:
        """A line, indented."""

    def scratch(self, name: str, lengths: list[str]) -> None:
        """An array of scratch."""

    def row(self, parameter: ArrayParameter, place: str) -> None:
        """The input of the instance at `place`."""

    def body(self, statements: tuple[Statement, ...], known: frozenset[str]) -> None:
        """Statements; `known` are the values that have a name when they begin."""


def print_tiles(printer: Printer, kernel: Kernel, made: Tiled) -> None:
    """The loop over the instances, a tile at a time."""
    constants, stages = _without_constants(kernel, made)
    arrays = {p.name: p for p in (*kernel.parameters, *made.scratch) if isinstance(p, ArrayParameter)}
    known = frozenset(p.name for p in kernel.scalars()) | {each.name for each in constants}
    used = [frozenset().union(*(frozenset().union(*step_effects(step)) for step in stage)) for stage in stages]
    vectors = {name for product in made.products for name in _vectors(product)}
    scratch = [p for p in arrays.values() if p.role == "scratch"]
    kept = [p for p in scratch if p.name in vectors or sum(p.name in names for names in used) > 1]
    values = _values_between(stages, known)
    for parameter in scratch:
        if parameter not in kept:
            printer.scratch(parameter.name, [extent(axis) for axis in parameter.axes])
    printer.body(constants, known)
    inputs = {name for name in vectors if arrays[name].role == "input"}
    matrices = list(dict.fromkeys(p.matrix for p in made.products if isinstance(p, Product)))
    fitting = [
        *(f"len({name}_batch) == 1" for name in matrices),
        *(f"len({name}_batch) > 1" for name in sorted(inputs)),
    ]
    printer.write(f"together = instances_together({' and '.join(fitting)}, {_numbers(kept)})")
    for parameter in kept:
        printer.scratch(f"{parameter.name}_rows", ["together", *(extent(axis) for axis in parameter.axes)])
    for name in values:
        printer.scratch(f"{name}_rows", ["together"])
    printer.write("tile_stop = start")
    printer.write("while tile_stop < stop:")
    printer.depth += 1
    printer.write("tile_start, block = tile_stop, tile_stop // size")
    printer.write("tile_stop = min(tile_start + together, block * size + size, stop)")
    printer.write("tile_rows = tile_stop - tile_start")
    for name in matrices:
        printer.row(arrays[name], "tile_start")
    for name in sorted(inputs):
        printer.write(f"{name}_rows = {name}_batch[tile_start:tile_stop] if len({name}_batch) > 1 else {name}_batch")
    beginning = printer.inverses
    for stage, names in zip(stages, used, strict=True):
        printer.inverses = beginning
        if isinstance(stage[0], Product | Added):
            for product in stage:
                assert isinstance(product, Product | Added)
                _print_product(printer, product, arrays)
            continue
        printer.write("for instance in range(tile_start, tile_stop):")
        printer.depth += 1
        printer.outside = printer.depth
        for parameter in kernel.arrays("input"):
            if parameter.name in names and parameter.name not in matrices:
                printer.row(parameter, "instance")
        for parameter in kept:
            if parameter.name in names:
                printer.write(f"{parameter.name} = {parameter.name}_rows[instance - tile_start]")
        own = _named(stage)
        before = [name for name in values if name in names and name not in own]
        for name in before:
            printer.write(f"{name} = one({name}_rows, (instance - tile_start,))")
        _print_stage(printer, stage, known | {*before})
        for name in values:
            if name in own:
                printer.write(f"put_one({name}_rows, (instance - tile_start,), {name})")
        printer.depth -= 1


def _print_stage(printer: Printer, stage: tuple[Step, ...], known: frozenset[str]) -> None:
    pending: list[Statement] = []
    for step in stage:
        assert not isinstance(step, Product | Added)
        if not isinstance(step, Apart):
            pending.append(step)
            continue
        printer.body(tuple(pending), known)
        known |= _named(tuple(pending))
        pending = []
        inverses = printer.inverses
        printer.write(f"if len({step.out}_batch) > 0:")
        printer.depth += 1
        printer.body((step.loop,), known)
        printer.depth -= 1
        printer.inverses = inverses
    printer.body(tuple(pending), known)


def _print_product(printer: Printer, product: Product | Added, arrays: dict[str, ArrayParameter]) -> None:
    def rows(name: str) -> str:
        return f"{name}_rows" if arrays[name].role == "input" else f"{name}_rows[:tile_rows]"

    match product:
        case Product(out=out, left=left, matrix=matrix, along=along):
            name = "sums_along" if along else "sums_across"
            printer.write(f"{name}({rows(out)}, {rows(left)}, {matrix}, no_loss, tails)")
        case Added(out=out, left=left, right=right):
            printer.write(f"if len({out}_sums) > 0:")
            printer.depth += 1
            printer.write(f"add_products({out}_sums[block], {rows(left)}, {rows(right)}, no_loss, tails)")
            printer.depth -= 1


def _vectors(product: Product | Added) -> tuple[str, ...]:
    return (product.out, product.left) if isinstance(product, Product) else (product.left, product.right)


def _numbers(kept: list[ArrayParameter]) -> str:
    """How many numbers of scratch an instance needs, as code."""
    return " + ".join(" * ".join(extent(axis) for axis in parameter.axes) for parameter in kept)


def _named(stage: tuple[Step, ...]) -> frozenset[str]:
    """The values that the steps of a stage name, outside of loops."""
    return frozenset(step.name for step in stage if isinstance(step, Let))


def _values_between(stages: tuple[tuple[Step, ...], ...], known: frozenset[str]) -> tuple[str, ...]:
    """The values that a stage names and a later one reads."""
    found: list[str] = []
    for place, stage in enumerate(stages):
        later = frozenset[str]().union(*(step_effects(step)[0] for other in stages[place + 1 :] for step in other))
        found += [name for name in sorted(_named(stage) - known) if name in later]
    return tuple(dict.fromkeys(found))


def _without_constants(kernel: Kernel, made: Tiled) -> tuple[tuple[Let, ...], tuple[tuple[Step, ...], ...]]:
    """The values that are the same for all instances, and the stages without them."""
    known = {p.name for p in kernel.scalars()}
    changed = {
        name
        for stage in made.stages
        for step in stage
        if not isinstance(step, Let | Product | Added)
        for name in step_effects(step)[1]
    }
    constants: list[Let] = []
    stages: list[tuple[Step, ...]] = []
    for stage in made.stages:
        left: list[Step] = []
        for step in stage:
            if isinstance(step, Let) and step.name not in changed and _is_constant(step, known):
                constants.append(step)
                known.add(step.name)
            else:
                left.append(step)
        if left:
            stages.append(tuple(left))
    return tuple(constants), tuple(stages)


def _is_constant(step: Let, known: set[str]) -> bool:
    parts = [part for value in expressions(step) for part in inside(value)]
    return all(not isinstance(part, Load) and (not isinstance(part, Local) or part.name in known) for part in parts)
