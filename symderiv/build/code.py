"""What a page shows of the kernels: the call, and the closed form next to the source lines that compute it."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import Final

from symderiv.documents.additions import Code, CodePart
from symderiv.kernels.arrays.functions import array_functions, array_outputs
from symderiv.kernels.arrays.printing import function_name
from symderiv.kernels.arrays.wrappers import arguments_of, axes_of
from symderiv.kernels.emission import is_over_arrays
from symderiv.kernels.functions import functions
from symderiv.kernels.hyperparameters import argument_name
from symderiv.kernels.public import Function
from symderiv.kernels.rewriting import reference
from symderiv.kernels.spelling import spelled
from symderiv.statements import Problem, Theorem
from symderiv.terms import Call

__all__ = ["code_of"]

_SHOWN: Final = ("value_and_grad", "grad", "value")
"""The function whose lines are shown: the first of these that there is."""


def code_of(problem: Problem, theorems: tuple[Theorem, ...], source: str, file: str) -> Code:
    """The call of the main function of `problem`, and the body of its first kernel in `source`, the text of `file`.

    A linear layer has its arithmetic in several functions; of it, and where no kernel has the expected name, only the
    call is given.
    """
    problem, theorems = spelled(problem, theorems)
    if is_over_arrays(problem):
        return _over_arrays(problem, theorems, source, file)
    if problem.family == "layer":
        return Code(_call(problem, "value_and_grad", ("W", "b", "X", "t"), "value, gradients"), file)
    made = functions(problem, theorems)
    shown = next(function for name in _SHOWN for function in made if function.name == name)
    several = shown.name == "value_and_grad"
    result = ", ".join(name for name, _ in shown.outputs) if several else shown.name
    call = _call(problem, shown.name, shown.arguments, result)
    lines = _body(source, shown)
    if not lines:
        return Code(call, file)
    part = shown.parts[-1]
    claim = part.theorem.claim
    # What is lowered from a theorem about shifted logits is the quantity itself: y_i = e^{z_i} / sum_k e^{z_k}.
    left, right = (claim.right, part.closed) if isinstance(claim.right, Call) else (claim.left, claim.right)
    return Code(call, file, (CodePart(left, right, lines),))


def _over_arrays(problem: Problem, theorems: tuple[Theorem, ...], source: str, file: str) -> Code:
    """The call of the function that has the gradients, and the body of its kernel, which is one for all of them."""
    known = {reference(theorem): theorem for theorem in theorems}
    made = {function.name: function for function in array_functions(problem, known)}
    shown = made.get("vjp") or made["value_and_grad"]
    result = ", ".join(output.name for output in shown.outputs)
    call = _call(problem, shown.name, tuple(arguments_of(shown, axes_of(problem))), result)
    kernel = re.escape(function_name(shown.kernel))
    found = re.search(rf'^def {kernel}\(.*?\):\n    """.*?"""\n(.*?)\n\n\n', source, re.MULTILINE | re.DOTALL)
    outputs = array_outputs(problem, known)[shown.name]
    claim = next(output.theorem.claim for output in outputs if output.gradient_of is not None)
    lines = tuple(dedent(found.group(1)).splitlines()) if found else ()
    return Code(call, file, (CodePart(claim.left, claim.right, lines),) if lines else ())


def _call(problem: Problem, function: str, arguments: tuple[str, ...], result: str) -> str:
    numbers = "".join(
        f", {argument_name(each.parameter)}={float(each.default)!r}"
        for each in problem.hyperparameters
        if each.default is not None
    )
    return (
        "import symderiv\n\n"
        f'kernel = symderiv.kernel("{problem.name}"{numbers})\n'
        f"{result} = kernel.{function}({', '.join(arguments)})"
    )


def _body(source: str, function: Function) -> tuple[str, ...]:
    """The lines of the function's first kernel, from below its docstring to its end."""
    kernel = re.escape(function.kernels[0][1].name)
    found = re.search(
        rf'^def {kernel}(?:_rows)?\([^\n]*\):\n    """.*?"""\n(.*?)\n\n\n', source, re.MULTILINE | re.DOTALL
    )
    return tuple(dedent(found.group(1)).splitlines()) if found else ()
