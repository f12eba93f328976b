"""The panel as markup, with its numbers and pictures at the start, and the script that makes it live."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Final

from symderiv.documents.document import Explorer, Input, Quantity
from symderiv.documents.evaluating import Point, evaluate, matrix, vector
from symderiv.documents.explorer.drawing import COUNT, curves, regions, shown, ticks
from symderiv.documents.explorer.scripts import Words, function_of, introduction, key_of, tried
from symderiv.documents.explorer.start import indexed, moved, start
from symderiv.documents.formulas import text_of
from symderiv.documents.javascript import Program, program
from symderiv.statements import Theory, reachable
from symderiv.terms import Derivative, Entry, Number, Position, Power, Term, rename

__all__ = ["has_powers", "panel", "script"]

_LEVELS: Final = 9
_NUMBERS: Final = 'class="try-wide try-numbers" tabindex="0" role="group" aria-label="Numbers"'


def script(block: Explorer, theory: Theory) -> str:
    """What the panel is told: its inputs and names, and the closed forms printed as JavaScript."""
    made = _program(block, theory)
    return tried(_settings(block, made, theory), made.text)


def has_powers(block: Explorer, theory: Theory) -> bool:
    """Whether some quantity has a power whose exponent is no number: at its base's zero it may go to any limit."""
    parts = (part for each in block.quantities for part in reachable(each.right, theory))
    return any(isinstance(part, Power) and not isinstance(part.exponent, Number) for part in parts)


def panel(block: Explorer, page: Words) -> str:
    """The section: where its numbers come from, the controls, the numbers, the pictures."""
    theory = page.theory
    names, point = _Names(block, theory), start(block)
    general = f" Shown is {page.text(block.general)}; at 1 it is the plain one." if block.general else ""
    body = _vector(block, theory, names, point) if block.size is not None else _scalar(block, theory, names, point)
    return (
        '<section class="try" aria-labelledby="try"><h2 id="try">Try it</h2>'
        f"{introduction(block.quantities, page, general)}"
        f'<form class="try-controls" aria-label="Numbers to set" hidden></form>'
        f'<p class="try-out" role="status" aria-live="polite">{_status(block, theory, names, point)}</p>'
        f"{body}</section>"
    )


class _Names:
    """What things are called, as plain text."""

    __slots__ = ("block", "sizes", "theory")

    def __init__(self, block: Explorer, theory: Theory) -> None:
        self.block = block
        self.theory = theory
        self.sizes = tuple(range(1, max(block.sizes) + 1)) if block.size is not None else ()

    def of(self, term: Term) -> str:
        """The text of a term."""
        return text_of(term, self.theory)

    def members(self, term: Term) -> tuple[str, ...]:
        """The text of a term of one index, member by member."""
        free = sorted(term.free, key=lambda index: index.name)
        if len(free) != 1:
            return ()
        return tuple(self.of(rename(term, {free[0]: Position(at, free[0].domain)})) for at in self.sizes)

    def role(self, role: str) -> Quantity | None:
        """The first quantity with this role."""
        return next((each for each in self.block.quantities if each.role == role), None)


def _functions(block: Explorer) -> tuple[tuple[str, Quantity], ...]:
    """The quantities with the names that the script calls them by."""
    made: list[tuple[str, Quantity]] = []
    for each in block.quantities:
        alike = sum(known.role == each.role for _, known in made)
        name = f"{each.role}{alike + 1}" if each.role in ("part", "other") else each.role
        if name not in [known for known, _ in made]:
            made.append((name, each))
    return tuple(made)


def _program(block: Explorer, theory: Theory) -> Program:
    return program(tuple(function_of(name, each, theory) for name, each in _functions(block)), theory)


def _words(each: Input) -> str:
    """What an input is, in plain words."""
    return "".join(part for part in each.note if isinstance(part, str))


def _settings(block: Explorer, made: Program, theory: Theory) -> dict[str, object]:
    """What the script is told: inputs, names, and the order in which the program takes its numbers."""
    names = _Names(block, theory)
    value, first, second = names.role("value"), names.role("first"), names.role("second")
    probabilities = names.role("probabilities")
    assert value is not None
    inputs = [
        {
            "key": key_of(each.symbol), "symbol": names.of(each.symbol), "labels": names.members(each.symbol),
            "indexed": indexed(each), "simplex": each.simplex, "hot": each.one_hot, "low": each.low, "high": each.high,
            "step": each.step, "start": each.start, "note": _words(each),
        }
        for each in block.inputs
    ]  # fmt: skip
    takes: list[str | None] = [None] * len(made.sizes)
    takes += [f"a:{array.name}" for array in made.arrays]
    takes += [f"p:{parameter.name}" for parameter in made.parameters]
    domains = block.variable.array.domains
    labels: dict[str, object] = {
        "size": domains[0].symbol if domains else "",
        "sizes": f"number of {domains[0].name}" if domains else "",
        "columns": [(role, names.of(each.left)) for role, each in _columns(block)],
        "second": names.of(second.left) if second else "",
        "rows": names.members(value.left) or names.members(block.variable),
        "output": names.of(probabilities.left) if probabilities else "",
        "outputs": names.members(probabilities.left) if probabilities else (),
        "value": names.of(value.left),
        "values": names.members(value.left) or None,
        "down": f"down the gradient {names.of(first.left)}" if first and domains else "",
        "said": [(role, names.of(each.left), bool(each.indices)) for role, each in _said(block)],
        "list": [(role, names.of(each.left)) for role, each in _functions(block)],
        "axes": []
        if block.size is not None
        else [
            (key_of(axis.symbol), [(role, names.of(each.left)) for role, each in _drawn(block, axis.symbol)])
            for axis in _axes(block)
        ],
    }
    return {
        "size": block.size or 0, "low": block.sizes[0], "high": block.sizes[1], "inputs": inputs, "takes": takes,
        "names": labels,
    }  # fmt: skip


def _columns(block: Explorer) -> tuple[tuple[str, Quantity], ...]:
    """The quantities of one index, in a table beside the data; the value is left out where it is the probabilities."""
    rows = [(name, each) for name, each in _functions(block) if len(each.indices) == 1]
    same = {each.left for name, each in rows if name == "probabilities"}
    return tuple((name, each) for name, each in rows if name != "value" or each.left not in same)


def _said(block: Explorer) -> tuple[tuple[str, Quantity], ...]:
    """What the line above the pictures says: value and first derivative; beside vectors also those by numbers."""
    return tuple(
        (name, each)
        for name, each in _functions(block)
        if name in ("value", "first") or (block.size is not None and each.role == "other" and not each.indices)
    )


def _drawn(block: Explorer, along: Term) -> tuple[tuple[str, Quantity], ...]:
    """What is drawn against a single number: the value, and its derivatives by that number."""
    return tuple((name, each) for name, each in _functions(block) if name == "value" or _is_by(each.left, along))


def _is_by(left: Term, along: Term) -> bool:
    """Whether it is a derivative by `along`, however often, and by nothing else."""
    return (
        isinstance(left, Derivative)
        and left.wrt == along
        and (not isinstance(left.body, Derivative) or _is_by(left.body, along))
    )


def _axes(block: Explorer) -> tuple[Input, ...]:
    """The numbers that curves may be drawn against: the variable, then others that something is differentiated by."""
    first, *others = block.inputs
    return (first, *(each for each in others if len(_drawn(block, each.symbol)) > 1))


def _status(block: Explorer, theory: Theory, names: _Names, point: Point) -> str:
    parts: list[str] = []
    for _, each in _said(block):
        name = escape(names.of(each.left))
        if each.indices:
            values = ", ".join(shown(value) for value in vector(each.right, theory, point, each.indices[0]))
            parts.append(f"{name} = ({values})")
        else:
            parts.append(f"{name} = {shown(evaluate(each.right, theory, point))}")
    return "; ".join(parts)


def _cell(value: float, top: float | None = None) -> str:
    mixed = ""
    if top:
        share, colour = round(45 * min(abs(value) / top, 1)), "changed" if value < 0 else "link"
        mixed = f' style="background:color-mix(in srgb,var(--{colour}) {share}%,transparent)"'
    return f'<td title="{value!r}"{mixed}>{shown(value)}</td>'


def _table(head: Sequence[str], sides: Sequence[str], rows: Sequence[str], caption: str = "") -> str:
    columns = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    top = f"<thead><tr><td></td>{columns}</tr></thead>" if head else ""
    body = "".join(f'<tr><th scope="row">{escape(side)}</th>{row}</tr>' for side, row in zip(sides, rows, strict=False))
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{title}{top}<tbody>{body}</tbody></table>"


def _vector(block: Explorer, theory: Theory, names: _Names, point: Point) -> str:
    """Numbers, heat map, layer, surface and line for a vector."""
    assert block.size is not None
    members = [str(at) for at in range(1, block.size + 1)]
    data = [
        (names.of(each.symbol), point.data[each.symbol.array.name])
        for each in block.inputs
        if isinstance(each.symbol, Entry) and each.symbol.indices
    ]
    columns = [(name, tuple(value)) for name, value in data if isinstance(value, tuple)]
    columns += [(names.of(q.left), vector(q.right, theory, point, q.indices[0])) for _, q in _columns(block)]
    rows = ["".join(_cell(values[at]) for _, values in columns) for at in range(block.size)]  # type: ignore[arg-type]
    parts = [f"<div {_NUMBERS}>{_table([name for name, _ in columns], members, rows)}</div>"]
    if names.role("probabilities") is not None:
        parts.append(
            '<figure hidden><h3>The layer: logits in, probabilities out</h3><div class="try-layer"></div></figure>'
        )
    parts.append(_surface(block, theory, names, point))
    parts.append(
        '<figure hidden><h3>The same as a surface</h3><svg class="try-solid" viewBox="0 0 300 250" tabindex="0" '
        'role="img" aria-label="The surface; drag it or use the arrow keys to turn it"></svg></figure>'
    )
    parts.append(_heat(theory, names, point))
    parts.append(
        '<figure hidden><h3>Along a line through the point</h3><p class="try-pick try-row"><label>direction '
        '<select class="try-direction"></select></label></p><div class="try-line"></div></figure>'
    )
    return f'<div class="try-grid">{"".join(parts)}</div>'


def _heat(theory: Theory, names: _Names, point: Point) -> str:
    """The Jacobian or Hessian as a table: signs by colour and number."""
    second, value = names.role("second"), names.role("value")
    if second is None or value is None:
        return ""
    entries = matrix(second.right, theory, point, *second.indices)
    top = max(abs(entry) for row in entries for entry in row)
    head = names.members(names.block.variable)
    sides = names.members(value.left) or head
    rows = ["".join(_cell(entry, top) for entry in row) for row in entries]
    made = _table(head[: len(entries)], sides, rows, names.of(second.left))
    title = "Jacobian" if value.indices else "Hessian"
    scrolls = f'class="try-wide try-heat" tabindex="0" role="group" aria-label="{title}"'
    return f"<div><h3>{title}</h3><div {scrolls}>{made}</div></div>"


def _surface(block: Explorer, theory: Theory, names: _Names, point: Point) -> str:
    """Bands of a probability, or of the value, over the first two entries of the variable."""
    variable = block.inputs[0]
    assert isinstance(variable.symbol, Entry)
    options = [(role, q) for role in ("probabilities", "value") if (q := names.role(role)) is not None]
    if len({q.left for _, q in options}) == 1:
        options = options[:1]
    role, quantity = options[0]
    first = dict.fromkeys(quantity.indices, 1)
    across = ticks(variable.low, variable.high, COUNT)
    rest = point.data[variable.symbol.array.name]
    assert isinstance(rest, tuple)

    def value(x: float, y: float) -> float:
        return evaluate(quantity.right, theory, moved(block, point, x, y), first)

    grid = tuple(tuple(value(x, y) for x in across) for y in across)
    least, most = _range(grid) if role == "value" else (0.0, 1.0)
    levels = (least + (most - least) * at / (_LEVELS + 1) for at in range(1, _LEVELS + 1))
    bands = "".join(f'<path d="{regions(grid, level)}"/>' for level in levels)
    shares = [(float(z) - variable.low) / (variable.high - variable.low) for z in rest[:2]]  # type: ignore[arg-type]
    dot = f"translate({200 * min(max(shares[0], 0), 1):g} {200 - 200 * min(max(shares[1], 0), 1):g})"
    labels = names.members(variable.symbol)
    named = [(each, (names.members(q.left) or (names.of(q.left),))[0]) for each, q in options]
    chooser = "".join(f'<option value="{each}">{escape(name)}</option>' for each, name in named)
    lone = ' style="display:none"' if len(named) == 1 else ""
    words = escape(f"{named[0][1]} over {labels[0]} and {labels[1]} in ten bands, darker where it is larger")
    low, high = f"{variable.low:g}".replace("-", "−"), f"{variable.high:g}"
    return (
        f"<figure><h3>{escape(named[0][1] if len(named) == 1 else 'A surface')} over {labels[0]} and {labels[1]}</h3>"
        f'<p class="try-pick try-row" hidden{lone}><label>shown '
        f'<select class="try-shown">{chooser}</select></label></p>'
        f'<svg class="square" viewBox="-28 -6 240 240" role="img" aria-label="{words}">'
        f'<rect width="200" height="200" class="frame"/><g class="try-bands">{bands}</g>'
        f'<rect width="200" height="200" class="try-plane"/>'
        f'<circle class="dot try-dot" r="6" transform="{dot}"/><text x="-4" y="200" class="end">{low}</text>'
        f'<text x="-4" y="10" class="end">{high}</text><text x="-8" y="104" class="end">{labels[1]}</text>'
        f'<text y="214">{low}</text><text x="200" y="214" class="end">{high}</text>'
        f'<text x="100" y="214" class="mid">{labels[0]}</text><text x="0" y="228">bands from <tspan class="try-least">'
        f'{shown(least)}</tspan> to <tspan class="try-most">{shown(most)}</tspan></text></svg></figure>'
    )


def _range(grid: Sequence[Sequence[float]]) -> tuple[float, float]:
    flat = [value for row in grid for value in row if abs(value) != float("inf") and value == value]
    return (min(flat), max(flat)) if flat else (0.0, 0.0)


def _against(block: Explorer, names: _Names) -> str:
    """A chooser of what the curves are drawn against, where there is a choice."""
    axes = _axes(block)
    options = "".join(f"<option>{escape(names.of(axis.symbol))}</option>" for axis in axes)
    if len(axes) == 1:
        return ""
    return (
        f'<p class="try-pick try-row" hidden><label>against <select class="try-against">{options}</select></label></p>'
    )


def _scalar(block: Explorer, theory: Theory, names: _Names, point: Point) -> str:
    """Numbers and curves over a single number."""
    functions = _functions(block)
    rows = [_cell(evaluate(each.right, theory, point)) for _, each in functions]
    numbers = _table((), [names.of(each.left) for _, each in functions], rows)
    variable = block.inputs[0]
    assert isinstance(variable.symbol, Entry)

    def curve(term: Term) -> Callable[[float], float]:
        return lambda x: evaluate(term, theory, moved(block, point, x))

    series = [(escape(names.of(each.left)), curve(each.right)) for _, each in _drawn(block, variable.symbol)]
    words = escape(f"{', '.join(name for name, _ in series)} against {names.of(variable.symbol)}")
    picture = curves(series, variable.low, variable.high, variable.start[0], words)
    return (
        f'<div class="try-grid"><div {_NUMBERS}>{numbers}</div>'
        f"<figure><h3>Value and derivatives</h3>{_against(block, names)}"
        f'<div class="try-curve">{picture}</div></figure></div>'
    )
