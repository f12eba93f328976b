"""The panel of vectors and matrices as markup: what is computed at the start as tables, and the script that follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from symderiv.documents.document import Grid, Grids, Quantity
from symderiv.documents.evaluating import Numbers, Point, evaluate, matrix, vector
from symderiv.documents.explorer.drawing import shown
from symderiv.documents.explorer.grids import LARGEST
from symderiv.documents.explorer.scripts import Words, function_of, introduction, key_of, tried
from symderiv.documents.formulas import text_of
from symderiv.documents.javascript import program
from symderiv.statements import Theory
from symderiv.terms import Domain, Entry, Index, Position, rename

__all__ = ["panel", "point_of", "script"]

_ALONG: Final = ("each column divided by its sum", "each row divided by its sum")


def script(block: Grids, theory: Theory) -> str:
    """What the panel is told: its inputs and names, and the closed forms printed as JavaScript."""
    functions = tuple(function_of(name, each, theory) for name, each in _named(block))
    made = program(functions, theory)
    domains = [domain for domain, _ in block.sizes]
    keys = {each.symbol.array.name: key_of(each.symbol) for each in block.inputs if isinstance(each.symbol, Entry)}
    takes: list[int | str] = [domains.index(domain) for domain in made.sizes]
    takes += [keys[array.name] for array in made.arrays]
    takes += [f"p:{parameter.name}" for parameter in made.parameters]
    settings = {
        "inputs": [_setting(each, domains, theory) for each in block.inputs],
        "domains": [{"name": domain.name, "size": size, "free": domain.size is None} for domain, size in block.sizes],
        "largest": LARGEST,
        "takes": takes,
        "value": text_of(block.quantities[0].left, theory),
        "shown": [
            {"role": name, "name": text_of(each.left, theory), "axes": _axes(each, domains)}
            for name, each in _named(block)[1:]
        ],
    }
    return tried(settings, made.text)


def panel(block: Grids, page: Words) -> str:
    """The section: where its numbers come from, the numbers that are set, the value, and the tables."""
    theory, point = page.theory, point_of(block)
    value = block.quantities[0]
    status = f"{text_of(value.left, theory)} = {shown(evaluate(value.right, theory, point))}"
    given = "; ".join(f"{_name(each, theory)} = {_listed(_numbers(each, _sizes(block)))}" for each in block.inputs)
    tables = "".join(_table(each, theory, point) for _, each in _named(block)[1:])
    return (
        f'<section class="try" aria-labelledby="try"><h2 id="try">Try it</h2>{introduction(block.quantities, page)}'
        f'<form class="try-controls" aria-label="Numbers to set" hidden></form>'
        f'<p class="note try-given">At {escape(given)}:</p>'
        f'<p class="try-out" role="status" aria-live="polite">{escape(status)}</p>'
        f'<div class="try-tables">{tables}</div></section>'
    )


def point_of(block: Grids, sizes: Mapping[str, int] | None = None) -> Point:
    """The numbers at the start, at the sizes of the start or at others."""
    counts = {**_sizes(block), **(sizes or {})}
    data = {each.symbol.array.name: _numbers(each, counts) for each in block.inputs if isinstance(each.symbol, Entry)}
    return Point(
        data, {each.symbol.name: each.start[0] for each in block.inputs if not isinstance(each.symbol, Entry)}, counts
    )


def _sizes(block: Grids) -> dict[str, int]:
    return {domain.name: size for domain, size in block.sizes}


def _named(block: Grids) -> tuple[tuple[str, Quantity], ...]:
    """The quantities with the names that the script calls them by; the value comes first."""
    first, *others = block.quantities
    return (("value", first), *((f"q{at}", each) for at, each in enumerate(others)))


def _axes(quantity: Quantity, domains: Sequence[Domain]) -> list[int]:
    return [domains.index(index.domain) for index in quantity.indices]


def _name(each: Grid, theory: Theory) -> str:
    return text_of(each.symbol, theory)


def _setting(each: Grid, domains: Sequence[Domain], theory: Theory) -> dict[str, object]:
    """What the script is told of an input."""
    array = each.symbol.array if isinstance(each.symbol, Entry) else None
    indices = () if array is None else array.domains
    first = {place: Position(1, place.domain) for place in each.symbol.free if isinstance(place, Index)}
    base = text_of(rename(each.symbol, first), theory)
    note = "" if each.shared is None else f", {_ALONG[each.shared] if len(indices) == 2 else 'divided by their sum'}"
    return {
        "key": key_of(each.symbol), "name": _name(each, theory), "base": base.rstrip("₁") if indices else base,
        "axes": [domains.index(domain) for domain in indices], "low": each.low, "high": each.high, "step": each.step,
        "start": each.start, "shared": each.shared, "note": note,
    }  # fmt: skip


def _numbers(each: Grid, sizes: Mapping[str, int]) -> Numbers:
    """The entries at these sizes, divided as the input says."""
    if not isinstance(each.symbol, Entry) or not each.symbol.array.domains:
        return each.start[0]
    counts = [sizes[domain.name] for domain in each.symbol.array.domains]
    if len(counts) == 1:
        entries = each.start[: counts[0]]
        return entries if each.shared is None else _shares(entries)
    rows = tuple(each.start[LARGEST * i : LARGEST * i + counts[1]] for i in range(counts[0]))
    if each.shared == 1:
        return tuple(_shares(row) for row in rows)
    if each.shared == 0:
        return tuple(zip(*(_shares(column) for column in zip(*rows, strict=True)), strict=True))
    return rows


def _shares(entries: Sequence[float]) -> tuple[float, ...]:
    whole = sum(entries)
    return tuple(entry / whole if whole else 1 / len(entries) for entry in entries)


def _listed(numbers: Numbers) -> str:
    if isinstance(numbers, tuple):
        return f"({', '.join(_listed(part) for part in numbers)})"
    return f"{numbers:.4g}".replace("-", "−")


def _table(each: Quantity, theory: Theory, point: Point) -> str:
    """A quantity at the start, with the heads that the script writes."""
    match each.indices:
        case ():
            rows: tuple[tuple[float, ...], ...] = ((evaluate(each.right, theory, point),),)
        case (index,):
            rows = (vector(each.right, theory, point, index),)
        case (row, column):
            rows = matrix(each.right, theory, point, row, column)
        case _:
            raise ValueError(f"{text_of(each.left, theory)} has more than two indices")
    head = "".join(f"<th>{at}</th>" for at in range(1, len(rows[0]) + 1)) if len(rows[0]) > 1 else ""
    body = "".join(
        f"<tr>{f'<th>{at}</th>' if len(rows) > 1 else '<td></td>'}"
        f"{''.join(f'<td>{shown(value)}</td>' for value in row)}</tr>"
        for at, row in enumerate(rows, 1)
    )
    top = f"<thead><tr><td></td>{head}</tr></thead>" if head else ""
    return (
        f"<div><table><caption>{escape(text_of(each.left, theory))}</caption>{top}<tbody>{body}</tbody></table></div>"
    )
