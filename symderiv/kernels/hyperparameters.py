"""Scalars of a loss in its public functions: argument, check and description of each."""

from __future__ import annotations

from fractions import Fraction

from symderiv.statements import Hyperparameter


def _literal(value: Fraction) -> str:
    return repr(float(value))


def hyperparameter_argument(each: Hyperparameter) -> str:
    """How it stands in a signature, with its default if it has one."""
    name = each.parameter.name
    return name if each.default is None else f"{name}={_literal(each.default)}"


def checked_hyperparameter(each: Hyperparameter) -> str:
    """The line that checks it and brings it to the dtype of z."""
    name = each.parameter.name
    least = "-math.inf" if each.least is None else _literal(each.least)
    most = "math.inf" if each.most is None else _literal(each.most)
    return f'{name} = checked_number("{name}", {name}, {least}, {most}, {each.open}, z.dtype)'


def hyperparameter_lines(each: Hyperparameter) -> list[str]:
    """What a docstring says about it."""
    signs = ("<", "<") if each.open else ("<=", "<=")
    least = "" if each.least is None else f"{each.least} {signs[0]} "
    most = "" if each.most is None else f" {signs[1]} {each.most}"
    return [f"`{least}{each.parameter.name}{most}`: {each.prose}, rounded to the dtype of z."]
