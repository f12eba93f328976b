"""From a SymPy expression to a `Problem` like those of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from symderiv.reading.assuming import assumed
from symderiv.reading.elaborating import Elaborated
from symderiv.reading.errors import FormulaError
from symderiv.reading.problems import Reading, problem_of, require_name
from symderiv.reading.ranges import known_ranges
from symderiv.reading.recognising import recognised
from symderiv.reading.softmaxes import Softmaxes
from symderiv.reading.unknown import is_written_otherwise, unknown_function
from symderiv.statements import Definition

__all__ = ["read_expression"]

_LOSS_NAMES: Final = ("L", "J", "E", "loss")


def read_expression(
    expression: Any,
    *,
    wrt: object | None = None,
    assume: Sequence[object] = (),
    name: str = "loss",
    title: str | None = None,
) -> Reading:
    """The loss that a SymPy expression is; `wrt` an array, an entry, a symbol or its name, or several of them.

    `assume` holds SymPy relations or texts in short notation. Raises FormulaError, in a sentence, for what is not
    understood; nothing is evaluated but SymPy's own arithmetic.
    """
    from symderiv.sympy_border import BorderError
    from symderiv.sympy_border.inferring import as_short_notation, inferred, names_of
    from symderiv.sympy_border.rewriting import refuse_matrices

    named = require_name(name)
    _refuse_functions(expression)
    try:
        refuse_matrices(expression)
        texts = [(each,) if isinstance(each, str) else as_short_notation(each) for each in assume]
        under = assumed([text for each in texts for text in each])
        positive = under.positive | {each for each, bounds in under.bounds.items() if bounds.positive}
        found = inferred(expression, names_of(wrt), positive, known_ranges)
    except BorderError as error:
        raise FormulaError(str(error)) from None
    taken = {*(a.name for a in found.arrays), *(p.name for p in found.parameters)}
    softmaxes = Softmaxes(set(taken))
    body = recognised(found.body, softmaxes)
    letter = next(each for each in _LOSS_NAMES if each not in taken)
    loss = Definition(letter, (), body, "the loss")
    made = Elaborated(
        loss, tuple(softmaxes.definitions), softmaxes, found.arrays, found.parameters, tuple(softmaxes.notes)
    )
    return problem_of(made, found.variables, under, str(expression), named, title, "Read from a SymPy expression.")


def _refuse_functions(expression: Any) -> None:
    """FormulaError for a function that is not known: what to write in its place, or what are the known ones."""
    from symderiv.sympy_border.rewriting import KNOWN, unknown_functions

    for name, shown in unknown_functions(expression):
        if is_written_otherwise(name):
            raise FormulaError(f"{shown}: {unknown_function(name)}")
        raise FormulaError(
            f"{shown}: {name!r} is not a function that is known; known are {', '.join(KNOWN)}. Write it out in these. "
            "A new function needs a node in symderiv/terms and its derivative in symderiv/proving/rules"
        )
