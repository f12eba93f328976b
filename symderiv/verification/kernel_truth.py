"""The rigorous value of every entry of a kernel's result, and the deviation from it in the unit that fits.

Unit: the last place of the true value where the result is a sum of numbers of one sign or is protected from
cancellation (values, probabilities, gradients of labels, Jacobians, Hessians); of what the result would be if nothing
cancelled, where cancellation is in the problem itself (products with a direction, gradients of soft targets).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from symderiv.kernels.functions import Function, Part, Variant
from symderiv.verification.kernel_inputs import Sample
from symderiv.verification.reference import Ball, reference, ulps

ULPS: Final = 5.0
"""The accuracy promised for every kernel, against rigorous values."""

_CANCELS: Final = ("jvp", "vjp", "hvp")


def cancels(part: Part, variant: Variant) -> bool:
    """Whether the result may be much smaller than what it is a sum of."""
    return part.role in _CANCELS or (part.role == "gradient" and variant in ("targets", "elements"))


def unit(part: Part, variant: Variant) -> str:
    """The unit of `deviation` in words."""
    return "ulps of the addends" if cancels(part, variant) else "ulps"


def true_entries(
    function: Function, part: Part, variant: Variant, sample: Sample
) -> Iterator[tuple[tuple[int, ...], Ball]]:
    """Every entry of a result with its rigorous value."""
    classes = sample.z.shape[1]
    for row in range(len(sample.z)):
        data = _row_data(function, part, variant, sample, row)
        if function.elementwise:
            for column in range(classes):
                element = {name: values[column] for name, values in data.items()}
                for ball in reference(part.closed, (), element, {}).values():
                    yield (row, column), ball
        else:
            for at, ball in reference(part.closed, part.indices, data, {"classes": classes}).items():
                yield (row, *at), ball


def _row_data(function: Function, part: Part, variant: Variant, sample: Sample, row: int) -> dict[str, np.ndarray]:
    """One row of the sample under the names the closed form uses."""
    targets = sample.one_hot if variant == "labels" else sample.targets
    data = {part.logits.name: sample.z[row], "t": targets[row]}
    return data | {name: sample.direction[row] for name in function.arguments if name not in ("z", "t")}


def counted(ball: Ball, part: Part, variant: Variant, function: Function, sample: Sample, row: int) -> Ball:
    """The value with the size in whose last places it is counted; log-sum-exp at that of its largest logit."""
    if part.role == "value" and not part.indices and "t" not in function.arguments:
        largest = float(np.max(np.abs(sample.z[row])))
        return Ball(ball.value, max(abs(ball.value), ball.value * 0 + largest, key=lambda size: float(size.mid())))
    return ball if cancels(part, variant) else Ball(ball.value, abs(ball.value))


def deviation(
    got: Any, ball: Ball, part: Part, variant: Variant, function: Function, sample: Sample, row: int
) -> float:
    """How far `got` is off."""
    return ulps(got, counted(ball, part, variant, function, sample, row), of_magnitude=True)
