"""What the kernels with options take: weights of samples and classes, label smoothing, temperature, ignored labels.

A function may have option kernels beside its plain ones (`Function.option_kernels`), so that what nobody asks for
costs nothing. With T the temperature, s the weight of a row and a the smoothing they compute the loss

    s L(q, z/T),  q = t  (weighted),  q_k = (kappa t_k + rho) w_k,  kappa = 1 - a,  rho = a/C  (smoothed),

where a label stands for its one-hot t, and the gradient of that in z. The names below are parameters of the kernels;
a caller fills them and knows nothing else. Class weights of labels without smoothing go into the row's weight, which is
s w[label] then. An ignored row is one of weight 0: its value and gradient are exactly 0, whatever it holds.
A mean is over the sum of the rows' weights, s w[label] for labels and s for dense targets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from symderiv.kernels.algebra import collected, is_exponential_of_top
from symderiv.kernels.formula import formula
from symderiv.kernels.ir import Kernel
from symderiv.kernels.lower import lower
from symderiv.kernels.outputs import Case, Output, RowWeights
from symderiv.kernels.parts import TARGETS_ARRAY, Part, arrays_of, cases_of, closed_form, logits_of, part_of
from symderiv.kernels.rewriting import reference, substitute
from symderiv.kernels.stable import REWRITES, TOP, LoweringError
from symderiv.statements import Theorem
from symderiv.terms import Div, Entry, Index, Mul, Parameter, Sum, Term, rename

OptionVariant: TypeAlias = Literal["labels_weighted", "labels_smoothed", "targets_weighted", "targets_smoothed"]

ROW_WEIGHTS: Final = "weights"
"""Input without axes: the weight s >= 0 of each row; 0 leaves the row out. None for weights of 1."""
CLASS_WEIGHTS: Final = "w"
"""Shared input with the class axis: the weight w_k >= 0 of each class; None for weights of 1. Not for targets without
smoothing, whose caller has weights of 1."""
IGNORED: Final = "ignored"
"""Shared label: rows with this label have the weight 0; it fits into 32 bits and need not be a class. None where no row
is ignored. Kernels of labels."""
CLASS_WEIGHTS_TOTAL: Final = "sum_w"
"""Scalar: sum_k w_k, C without class weights. Smoothed kernels of labels."""
INVERSE_TEMPERATURE: Final = "beta"
"""Scalar: 1/T rounded to the dtype, finite and not 0 there; None for T = 1, which then costs nothing."""
INVERSE_TEMPERATURE_LOW: Final = "beta_low"
"""Scalar: 1/T minus the rounded one, rounded to the dtype; None for T = 1."""
KEPT: Final = "kappa"
"""Scalar: 1 - a, rounded once to the dtype. Smoothed kernels."""
SPREAD: Final = "rho"
"""Scalar: a/C, rounded once to the dtype. Smoothed kernels; for labels not 0 where a class is masked (without
smoothing labels have the weighted kernel)."""
SCALE: Final = "scale"
"""Scalar: what gradients are multiplied by, 1 or 1 / (sum of the rows' weights), as in the plain kernels."""

OPTION_GOALS: Final[tuple[tuple[OptionVariant, str, str], ...]] = (
    ("labels_weighted", "weighted-value", "weighted-gradient"),
    ("targets_weighted", "weighted-value", "weighted-gradient"),
    ("labels_smoothed", "smoothed-label-value", "smoothed-label-gradient"),
    ("targets_smoothed", "smoothed-value", "smoothed-gradient"),
)
"""For every option kernel the roles, among the problem's `kernels` rows, of its value and of its gradient."""
SAMPLE_WEIGHT: Final = "sample-weight"
"""The role of the theorem that a weight in front of a loss is one in front of its gradient."""


def option_kernels(
    name: str, rows: Mapping[str, str], known: Mapping[str, Theorem], licences: Mapping[str, Theorem], *, gradient: bool
) -> tuple[tuple[OptionVariant, Kernel], ...]:
    """The option kernels of the function `name`, of the value and, if `gradient`, of both.

    `rows` names the theorem ("problem:goal") of each role of `OPTION_GOALS`; a kernel whose theorems are not there is
    left out. Raises LoweringError if one of them is not proved or cannot be lowered.
    """
    made: list[tuple[OptionVariant, Kernel]] = []
    weight = known.get(rows.get(SAMPLE_WEIGHT, ""))
    for variant, value_role, gradient_role in OPTION_GOALS:
        roles = [("value", value_role), *([("gradient", gradient_role)] if gradient else [])]
        theorems = [(role, known.get(rows.get(row, ""))) for role, row in roles]
        parts = tuple(part_of(role, theorem) for role, theorem in theorems if theorem is not None)
        if weight is None or len(parts) < len(theorems):
            continue
        for theorem in (weight, *(part.theorem for part in parts)):
            if theorem.verdict.word not in ("proved", "exact"):
                raise LoweringError(
                    f"the theorem {reference(theorem)} is {theorem.verdict.word}, not proved; no kernel is made from it"
                )
        made.append((variant, _kernel(f"{name}_of_{variant}", variant, parts, weight, licences)))
    return tuple(made)


def _kernel(
    name: str, variant: OptionVariant, parts: tuple[Part, ...], weight: Theorem, licences: Mapping[str, Theorem]
) -> Kernel:
    logits = logits_of(parts[0].closed)
    label = Index("label", logits.domains[0]) if variant.startswith("labels") else None
    outputs: list[Output] = []
    cited: list[str] = []
    for part in parts:
        placed = part if label is None else _at_label(part, parts[0].indices, label)
        cases, cites = cases_of(placed, licences, label)
        axes = tuple(index.domain for index in placed.indices)
        finished = tuple(Case(case.at, _finished(case.term, part.role, label)) for case in cases)
        outputs.append(Output(part.role, axes, finished, part.role == "gradient", weighted=True))
        cited.extend(cites)
    named = tuple(name for name in REWRITES if name in cited)
    inputs = [array for part in parts for array in arrays_of(part.closed)]
    inputs = [a for a in dict.fromkeys(inputs) if a != logits and not (label and a.name == TARGETS_ARRAY)]
    own = tuple((reference(theorem), theorem.digest) for theorem in (*(part.theorem for part in parts), weight))
    return lower(
        name,
        tuple(_formula(part) for part in parts),
        tuple(outputs),
        logits=logits,
        inputs=(logits, *sorted(inputs, key=lambda array: (array.name != TARGETS_ARRAY, array.name))),
        label=label,
        weights=_row_weights(variant),
        shared=(CLASS_WEIGHTS,),
        notes=tuple((theorem, REWRITES[theorem]) for theorem in named),
        theorems=(*own, *((theorem, licences[theorem].digest) for theorem in named)),
    )


def _row_weights(variant: OptionVariant) -> RowWeights:
    if not variant.startswith("labels"):
        return RowWeights(ROW_WEIGHTS)
    return RowWeights(ROW_WEIGHTS, "" if variant == "labels_smoothed" else CLASS_WEIGHTS, IGNORED)


def _at_label(part: Part, free: tuple[Index, ...], label: Index) -> Part:
    """The part with its label, the one free index of the value, called `label`; targets are one-hot elsewhere."""
    renamed = rename(part.closed, dict.fromkeys(free, label))
    return Part(part.role, part.theorem, renamed, tuple(index for index in part.indices if index not in free))


def _finished(term: Term, role: str, label: Index | None) -> Term:
    """The stable form as it is computed: one product with a probability, and the given total of the class weights."""
    if role == "gradient":
        parts = tuple(collected(part, _is_probability) for part in (term.factors if isinstance(term, Mul) else (term,)))
        term = parts[0] if len(parts) == 1 else Mul(parts)
    if label is None:
        return term
    total = Parameter(CLASS_WEIGHTS_TOTAL)
    return substitute(term, lambda node: total if _is_class_weights_total(node) else None)


def _is_probability(term: Term) -> bool:
    return isinstance(term, Div) and is_exponential_of_top(term.numerator, TOP)


def _is_class_weights_total(term: Term) -> bool:
    body = term.body if isinstance(term, Sum) and term.skip is None else None
    return isinstance(body, Entry) and body.array.name == CLASS_WEIGHTS


def _formula(part: Part) -> str:
    scale = f"{SCALE} * " if part.role == "gradient" else ""
    return f"{part.role} = {scale}weight * ({formula(closed_form(part.theorem))})"
