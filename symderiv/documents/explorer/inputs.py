"""The numbers that a reader sets, with ranges that follow from what the problem says of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from symderiv.documents.document import Input, Text
from symderiv.statements import Assumption, Hyperparameter, Problem
from symderiv.terms import Add, Array, Entry, Log, Mul, Number, Parameter, Sum, Term

__all__ = ["SIZE", "SIZES", "inputs_of", "is_complement", "parameter_input", "shared_axis"]

SIZES: Final = (2, 6)
"""The smallest and the largest size that can be chosen."""
SIZE: Final = 3
"""The size at the start."""
_VARIABLE: Final = (1.0, 2.0, 0.5, -1.0, 0.0, 1.5)
_ALONE: Final = (-0.5,)
_LABEL: Final = (1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
_WEIGHTS: Final = (0.6, 0.3, 0.1, 0.2, 0.05, 0.05)
_REST: Final = (1.0, 0.5, 1.5, 0.75, 1.25, 1.0)


def inputs_of(problem: Problem, variable: Entry, used: tuple[Term, ...], softmax: bool) -> tuple[Input, ...]:
    """The variable, then the other data, then the parameters that occur in `used`.

    What the problem assumes of sums holds for what is set. Data called t beside a `softmax` begin as one-hot targets,
    and may be any numbers where nothing is assumed of them.
    """
    entries = tuple(dict.fromkeys(part.array for part in used if isinstance(part, Entry)))
    others = tuple(array for array in entries if array != variable.array)
    parameters = tuple(dict.fromkeys(part for part in used if isinstance(part, Parameter)))
    chosen = {each.parameter.name: each for each in problem.hyperparameters}
    return (
        Input(variable, -5.0, 5.0, 0.05, _VARIABLE if variable.indices else _ALONE, False, ()),
        *(_data(array, variable, used, problem.assumptions, softmax) for array in others),
        *(parameter_input(each, chosen.get(each.name)) for each in sorted(parameters, key=_order(problem))),
    )


def _data(
    array: Array, variable: Entry, used: tuple[Term, ...], assumptions: tuple[Assumption, ...], softmax: bool
) -> Input:
    symbol = Entry(array, variable.indices if array.domains else ())
    if array.domains and shared_axis(array, assumptions) is not None:
        start = _WEIGHTS if array.positive else _LABEL
        return Input(symbol, 0.01 if array.positive else 0.0, 1.0, 0.01, start, True, (), not array.positive)
    if array.domains and softmax and array.name == "t" and not array.positive:
        return Input(symbol, -1.0, 1.0, 0.01, _LABEL, False, (), True)
    if any(is_complement(part, array) for part in used):
        return Input(symbol, 0.0, 1.0, 0.01, _LABEL if array.domains else _LABEL[:1], False, ())
    if array.domains:
        return Input(symbol, 0.05 if array.positive else -3.0, 3.0, 0.05, _REST, False, ())
    positive = array.positive or any(isinstance(part, Log) and part.argument == symbol for part in used)
    return Input(symbol, 0.05 if positive else -3.0, 3.0, 0.05, (1.0,), False, ())


def shared_axis(array: Array, assumptions: tuple[Assumption, ...]) -> int | None:
    """The axis along which the problem assumes that the entries sum to one; None if it does not."""
    for each in assumptions:
        match each.left, each.right:
            case Sum(index=index, body=Entry(array=found, indices=places), skip=None), Number(value=value):
                if value == 1 and found == array and places.count(index) == 1:
                    return places.index(index)
    return None


def is_complement(part: Term, array: Array) -> bool:
    """Whether it is 1 - t, or 1 - t_k, for the data t: probabilities or shares."""
    match part:
        case Add(terms=(Number(value=one), Mul(factors=(Number(value=sign), Entry(array=found))))):
            return one == 1 and sign == -1 and found == array
        case _:
            return False


def parameter_input(parameter: Parameter, chosen: Hyperparameter | None) -> Input:
    """A slider from the least value allowed, or a step above it, to a few times the usual one."""
    if chosen is None:
        return Input(parameter, 0.1, 5.0, 0.1, (1.0,), False, ())
    start = 1.0 if chosen.default is None else float(f"{float(chosen.default):.6g}")
    top = start * (3 if abs(start) >= 1 else 10) or 3.0
    high = float(chosen.most) if chosen.most is not None else max(top, start)
    low = float(chosen.least) if chosen.least is not None else (-high if not parameter.positive else 0.0)
    step = _nice((high - low) / 100)
    inside = step if chosen.open or (parameter.positive and low <= 0) else 0.0
    most = high - inside if chosen.most is not None else high
    note: Text = (chosen.prose,) if "$" not in chosen.prose else ()
    return Input(parameter, _rounded(low + inside), _rounded(most), step, (start,), False, note)


def _nice(step: float) -> float:
    """1, 2 or 5 times a power of ten, not above `step`."""
    digits = f"{step:.0e}"
    lead, power = digits.split("e")
    least = next(each for each in ("5", "2", "1") if float(each) <= float(lead))
    return float(f"{least}e{power}")


def _rounded(value: float) -> float:
    """Without the binary remains of a decimal step."""
    return float(f"{value:.10g}")


def _order(problem: Problem) -> Callable[[Parameter], tuple[int, str]]:
    """Hyperparameters in their own order, then the others by name."""
    names = [each.parameter.name for each in problem.hyperparameters]
    return lambda parameter: (names.index(parameter.name) if parameter.name in names else len(names), parameter.name)
