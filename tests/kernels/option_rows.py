"""Rows, weights and the rigorous values of the loss with options, for tests of the kernels with options."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from functools import cache

import numpy as np

from symderiv.kernels.functions import Function, functions
from symderiv.kernels.interpret import FLOATS, run
from symderiv.kernels.ir import Kernel
from symderiv.kernels.options import (
    CLASS_WEIGHTS_TOTAL,
    IGNORED,
    INVERSE_TEMPERATURE,
    INVERSE_TEMPERATURE_LOW,
    KEPT,
    ROW_WEIGHTS,
    SCALE,
    SPREAD,
)
from symderiv.kernels.parts import closed_form
from symderiv.kernels.rewriting import substitute, unfolded
from symderiv.losses import find
from symderiv.statements import Theorem
from symderiv.terms import Index, Number, Parameter, Term
from symderiv.verification.reference import Ball, reference
from tests.kernels.entries import theorems

C = 5
VARIANTS = ("labels_weighted", "labels_smoothed", "targets_weighted", "targets_smoothed")
THEOREMS = {
    ("weighted", "value"): "tempered-logits-form",
    ("weighted", "gradient"): "tempered-gradient",
    ("smoothed", "value"): "smoothed-logits-form",
    ("smoothed", "gradient"): "smoothed-gradient",
    ("weighted", "hessian"): "tempered-hessian",
    ("weighted", "hvp"): "tempered-hvp",
    ("smoothed", "hessian"): "smoothed-hessian",
    ("smoothed", "hvp"): "smoothed-hvp",
}
ROWS = {
    "ordinary": (0.3, -1.2, 2.5, 0.0, 0.7),
    "confident": (-3.0, 41.0, 2.5, 0.25, 1.0),
    "spread": (-300.0, 12.0, 700.0, 695.5, 10.0),
    "offset": (10000.0, 10001.5, 9999.0, 10000.25, 10000.5),
    "tie": (2.0, 2.0, -1.0, 2.0, 0.5),
    "masked": (0.5, 1.5, -math.inf, 0.25, -math.inf),
}
W = (0.5, 2.0, 0.0, 1.25, 0.75)
V = (0.7, -1.1, 0.4, 1.9, -0.2)
T = (0.125, 0.5, 0.0, 0.25, 0.0625)


@cache
def function(name: str, entry: str = "cross-entropy") -> Function:
    return next(each for each in functions(find(entry), theorems(entry)) if each.name == name)


def both() -> Function:
    return function("value_and_grad")


def option_kernel(variant: str, name: str = "value_and_grad") -> Kernel:
    return dict(function(name).option_kernels)[variant]


def scalars(temperature: float, smoothing: float, w: tuple[float, ...], dtype: type = np.float64) -> dict[str, object]:
    """What a caller fills in, each number rounded once."""
    inverse = Fraction(1) / Fraction(temperature)
    high = dtype(float(inverse))
    neutral = temperature == 1.0
    return {
        INVERSE_TEMPERATURE: None if neutral else high,
        INVERSE_TEMPERATURE_LOW: None if neutral else dtype(float(inverse - Fraction(float(high)))),
        KEPT: dtype(1.0 - smoothing),
        SPREAD: dtype(smoothing / len(w)),
        CLASS_WEIGHTS_TOTAL: dtype(sum(w)),
        SCALE: dtype(1.0),
    }


def interpreted(kernel: Kernel, z: tuple[float, ...], target: int | tuple[float, ...], *, weight: float = 1.0,
                w: tuple[float, ...] | None = (1.0,) * C, temperature: float = 1.0, smoothing: float = 0.0,
                scale: float = 1.0, ignored: int | None = None) -> tuple[float, list[float]]:  # fmt: skip
    """Value and gradient of one row by the interpreter, in double precision."""
    made = results(kernel, z, target, weight=weight, w=w, temperature=temperature, smoothing=smoothing, scale=scale,
                   ignored=ignored)  # fmt: skip
    return made["value"][()], [made["gradient"][(k,)] for k in range(C)]


def results(kernel: Kernel, z: tuple[float, ...], target: int | tuple[float, ...], *, weight: float = 1.0,
            w: tuple[float, ...] | None = (1.0,) * C, temperature: float = 1.0, smoothing: float = 0.0,
            scale: float = 1.0, ignored: int | None = None) -> dict[str, dict[tuple[int, ...], float]]:  # fmt: skip
    """The results of one row by the interpreter, in double precision; directions are V."""
    arrays = {"z": z, "w": w, ROW_WEIGHTS: (weight,), "t": target, "v": V}
    inputs: dict[str, Mapping[tuple[int, ...], float] | None] = {}
    for parameter in kernel.arrays("input"):
        row = arrays[parameter.name]
        places = [(k,) for k in range(C)] if parameter.axes else [()]
        inputs[parameter.name] = None if row is None else dict(zip(places, row, strict=True))
    given = scalars(temperature, smoothing, (1.0,) * C if w is None else w) | {SCALE: scale}
    label = {"label": target, IGNORED: ignored} if isinstance(target, int) else None
    return run(kernel, inputs, FLOATS, sizes={"C": C}, labels=label, scalars=given)


@cache
def theorem(slug: str) -> Theorem:
    return next(found for found in theorems("cross-entropy") if found.derivation.goal == slug)


def true_values(variant: str, role: str, z: tuple[float, ...], target: int | tuple[float, ...], *,
                w: tuple[float, ...], temperature: float, smoothing: float) -> list[Ball]:  # fmt: skip
    """The theorem's closed form with the options put in as exact numbers, in rigorous arithmetic.

    Labels are one-hot targets of the dense theorem here: the theorems of labels themselves are not consulted.
    """
    stated = theorem(THEOREMS[variant.split("_")[1], role])
    closed = unfolded(closed_form(stated), stated.derivation.theory)
    numbers = {
        "beta": 1 / Fraction(temperature),
        "kappa": 1 - Fraction(smoothing),
        "rho": Fraction(smoothing) / len(w),
    }

    def placed(node: Term) -> Term | None:
        return Number(numbers[node.name]) if isinstance(node, Parameter) else None

    classes = find("cross-entropy").arrays[0].domains[0]
    index, other = Index("i", classes), Index("j", classes)
    one_hot = tuple(float(k == target) for k in range(len(z))) if isinstance(target, int) else target
    data = {"z": np.array(z), "t": np.array(one_hot), "w": np.array(w), "v": np.array(V)}
    indices = {"value": (), "hessian": (index, other)}.get(role, (index,))
    found = reference(substitute(closed, placed), indices, data, {"classes": len(z)})
    return [found[at] for at in sorted(found)]
