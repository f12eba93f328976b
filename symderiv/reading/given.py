"""A loss as a program hands it in: a formula as text, or a SymPy expression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symderiv.reading.errors import FormulaError
from symderiv.reading.problems import Reading, read_loss

__all__ = ["Spelling", "read_given"]

Spelling = tuple[tuple[str, Any], ...]
"""The SymPy symbols and arrays that a formula came in, by name."""


def read_given(
    loss: Any, wrt: Any = None, assume: Sequence[Any] = (), name: str | None = None, title: str | None = None
) -> tuple[Reading, Spelling]:
    """`loss` as it was read, and the symbols that it came in.

    `wrt` is a name or of SymPy, or several such; `assume` holds texts or SymPy relations. Raises FormulaError for what
    is not understood, TypeError for what is neither a text nor an expression.
    """
    called = "loss" if name is None else name
    if isinstance(assume, str):
        raise TypeError(f"assume is a list of assumptions, as in assume=[{assume!r}]")
    listed = isinstance(wrt, tuple | list)
    spelled_out = wrt is None or isinstance(wrt, str) or (listed and all(isinstance(each, str) for each in wrt))
    if isinstance(loss, str) and spelled_out and all(isinstance(a, str) for a in assume):
        return read_loss(loss, wrt=wrt, assume=assume, name=called, title=title), ()
    from symderiv.reading.symbolic import read_expression
    from symderiv.sympy_border import BorderError
    from symderiv.sympy_border.inferring import as_short_notation, is_formula, names_of, spelling

    if isinstance(loss, str):
        try:
            texts = [text for a in assume for text in ((a,) if isinstance(a, str) else as_short_notation(a))]
            variables = None if wrt is None else wrt if isinstance(wrt, str) else names_of(wrt)
        except BorderError as error:
            raise FormulaError(str(error)) from None
        return read_loss(loss, wrt=variables, assume=texts, name=called, title=title), ()
    if not is_formula(loss):
        raise TypeError(_no_loss(loss))
    read = read_expression(loss, wrt=wrt, assume=assume, name=called, title=title)
    return read, spelling(loss, (*(wrt if listed else (wrt,)), *assume))


def _no_loss(loss: Any) -> str:
    """Why `loss` is none, and what to hand in."""
    kind = type(loss).__name__
    said = f"a loss is the name of an entry, a formula as text, or a SymPy expression, not {kind}"
    if hasattr(loss, "rel_op"):
        return f"{said}: of an equation the right side alone, as in derive(equation.rhs)"
    if hasattr(loss, "shape"):
        return f"{said}: a loss is one number, so of a matrix an entry, as in derive(matrix[0, 0])"
    if callable(loss):
        return f"{said}: a function is not looked into; call it with symbols, as in derive(function(z))"
    if isinstance(loss, list | tuple):
        return f"{said}: a loss is one number; each is derived by itself"
    return said
