"""Scalars of a loss in its public functions: argument, check and description of each."""

from __future__ import annotations

from fractions import Fraction

from symderiv.kernels.spelling import python_name
from symderiv.statements import Hyperparameter
from symderiv.terms import Parameter


def argument_name(parameter: Parameter) -> str:
    """What a parameter is called in code: its own name, spelled as Python can."""
    return python_name(parameter.name)


def _literal(value: Fraction) -> str:
    return repr(float(value))


def hyperparameter_argument(each: Hyperparameter) -> str:
    """How it stands in a signature, with its default if it has one."""
    name = argument_name(each.parameter)
    return name if each.default is None else f"{name}={_literal(each.default)}"


def checked_hyperparameter(each: Hyperparameter, first: str = "z") -> str:
    """The line that checks it and brings it to the dtype of the first argument."""
    name = argument_name(each.parameter)
    least = "-math.inf" if each.least is None else _literal(each.least)
    most = "math.inf" if each.most is None else _literal(each.most)
    return f'{name} = checked_number("{name}", {name}, {least}, {most}, {each.open}, {first}.dtype)'


def hyperparameter_test(each: Hyperparameter, first: str = "z") -> str:
    """The test that compiled code makes of it, in the dtype of the first argument; what it refuses the line above says
    in a sentence."""
    sign = "<" if each.open else "<="
    least = "-np.inf <" if each.least is None else f"{_literal(each.least)} {sign}"
    most = "< np.inf" if each.most is None else f"{sign} {_literal(each.most)}"
    return f"{least} {first}.dtype.type({argument_name(each.parameter)}) {most}"


def hyperparameter_lines(each: Hyperparameter, first: str = "z") -> list[str]:
    """What a docstring says about it."""
    signs = ("<", "<") if each.open else ("<=", "<=")
    least = "" if each.least is None else f"{each.least} {signs[0]} "
    most = "" if each.most is None else f" {signs[1]} {each.most}"
    return [f"`{least}{argument_name(each.parameter)}{most}`: {each.prose}, rounded to the dtype of {first}."]
