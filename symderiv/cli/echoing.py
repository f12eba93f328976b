"""What was understood of a formula, as rows of a role and its text: the loss, its parts, its names, its readings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symderiv.documents import latex_of, text_of
from symderiv.documents.notation import display
from symderiv.documents.plain import plain_math
from symderiv.documents.symbols import named
from symderiv.statements import Definition, Hyperparameter, Theory
from symderiv.terms import Array, Domain, Sum, subterms

if TYPE_CHECKING:
    from symderiv.reading import Reading

__all__ = ["as_data", "understood"]


def understood(reading: Reading, *, ascii_only: bool = False) -> tuple[tuple[str, str], ...]:
    """The rows of the echo: read as, LaTeX, where, variable, data, parameters, sizes, assumes, readings."""
    theory = Theory(reading.problem.definitions)

    def text(definition: Definition) -> str:
        left = plain_math(display(definition(*definition.indices), theory), ascii_only)
        return f"{left} = {plain_math(display(definition.body, theory), ascii_only)}"

    rows = [("read as", text(reading.loss)), ("LaTeX", _latex(reading.loss, theory))]
    rows += [("where", text(d)) for d in reading.problem.definitions if d != reading.loss]
    variables = ", ".join(_sized(array, ascii_only) for array in reading.variables)
    rows.append(("variables" if reading.also else "variable", variables))
    rows += [("data", ", ".join(_sized(array, ascii_only) for array in reading.data))] if reading.data else []
    rows += (
        [("numbers", ", ".join(_ranged(each, ascii_only) for each in reading.parameters))] if reading.parameters else []
    )
    rows += [("indices", "; ".join(_indices(reading)))] if _indices(reading) else []
    rows += [
        ("assumes", f"{plain_math(display(a.left, theory), ascii_only)} = {text_of(a.right, theory)}")
        for a in reading.problem.assumptions
    ]
    return tuple(rows + [("reading", note) for note in reading.notes])


def as_data(reading: Reading) -> dict[str, object]:
    """The echo for programs: the field `understood` of the verbs with --json."""
    theory = Theory(reading.problem.definitions)
    return {
        "formula": reading.text,
        "latex": _latex(reading.loss, theory),
        "text": f"{reading.loss.name} = {text_of(reading.loss.body, theory)}",
        "variable": reading.wrt.name,
        **({"variables": [array.name for array in reading.variables]} if reading.also else {}),
        "data": [array.name for array in reading.data],
        "parameters": [each.parameter.name for each in reading.parameters],
        "readings": list(reading.notes),
    }


def _latex(definition: Definition, theory: Theory) -> str:
    return f"{latex_of(definition(*definition.indices), theory)} = {latex_of(definition.body, theory)}"


def _name(name: str, ascii_only: bool) -> str:
    return plain_math(named(name), ascii_only)


def _sized(array: Array, ascii_only: bool) -> str:
    sizes = " x ".join(_size(domain) for domain in array.domains)
    positive = ", positive" if array.positive else ""
    return f"{_name(array.name, ascii_only)} ({sizes or 'one number'}{positive})"


def _size(domain: Domain) -> str:
    return domain.symbol if domain.size is None else str(domain.size)


def _ranged(each: Hyperparameter, ascii_only: bool) -> str:
    name = _name(each.parameter.name, ascii_only)
    sign = "<" if each.open else "<="
    least = f"{each.least} {sign} " if each.least is not None else ""
    most = f" {sign} {each.most}" if each.most is not None else ""
    return f"{least}{name}{most}"


def _indices(reading: Reading) -> list[str]:
    """The indices of the formula by range: k = 1..C."""
    found: dict[str, list[str]] = {}
    for definition in reading.problem.definitions:
        bound = [part.index for _, part in subterms(definition.body) if isinstance(part, Sum)]
        for index in (*definition.indices, *bound):
            letters = found.setdefault(_size(index.domain), [])
            if index.name not in letters:
                letters.append(index.name)
    return [f"{', '.join(sorted(letters))} = 1..{size}" for size, letters in found.items()]
