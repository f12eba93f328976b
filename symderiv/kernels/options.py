"""What the kernels with options take: weights of samples and classes, label smoothing, temperature, ignored labels.

A function may have option kernels beside its plain ones (`Function.option_kernels`), so that what nobody asks for
costs nothing. With T the temperature, s the weight of a row and a the smoothing they compute the loss

    s L(q, z/T),  q = t  (weighted),  q_k = (kappa t_k + rho) w_k,  kappa = 1 - a,  rho = a/C  (smoothed),

where a label stands for its one-hot t, and derivatives of that in z; of what has no targets the option is T alone
(tempered). The names below are parameters of the kernels; a caller fills them and knows nothing else. Class weights of
labels without smoothing go into the row's weight, which is s w[label] then. An ignored row is one of weight 0: its
value and derivatives are exactly 0, whatever it holds.
A mean is over the sum of the rows' weights, s w[label] for labels and s for dense targets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from symderiv.kernels.algebra import collected, is_exponential_of_top, multiplied, power_of
from symderiv.kernels.formula import formula
from symderiv.kernels.ir import Kernel
from symderiv.kernels.lower import lower
from symderiv.kernels.outputs import Case, Output, RowWeights
from symderiv.kernels.parts import TARGETS_ARRAY, Part, arrays_of, cases_of, closed_form, logits_of, part_of
from symderiv.kernels.rewriting import reference, substitute
from symderiv.kernels.stable import REWRITES, TOP, LoweringError
from symderiv.statements import Theorem
from symderiv.terms import Div, Entry, Index, Mul, Parameter, Power, Sum, Term, rename

OptionVariant: TypeAlias = Literal[
    "labels_weighted", "labels_smoothed", "targets_weighted", "targets_smoothed", "plain_tempered"
]

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
"""Scalar: what derivatives are multiplied by, 1 or 1 / (sum of the rows' weights), as in the plain kernels."""

OPTION_ROWS: Final[Mapping[OptionVariant, str]] = {
    "labels_weighted": "weighted",
    "targets_weighted": "weighted",
    "labels_smoothed": "smoothed-label",
    "targets_smoothed": "smoothed",
    "plain_tempered": "tempered",
}
"""For every option kernel how the rows of its theorems begin among the problem's `kernels`: weighted-value,
weighted-gradient, weighted-hessian."""
SAMPLE_WEIGHT: Final[Mapping[str, str]] = {
    "value": "sample-weight",
    "gradient": "sample-weight",
    "hessian": "sample-weight-second",
    "hvp": "sample-weight-second",
}
"""By role, the row of the theorem that a weight in front of a loss is one in front of its derivative."""


def option_kernels(
    name: str,
    rows: Mapping[str, str],
    known: Mapping[str, Theorem],
    licences: Mapping[str, Theorem],
    roles: tuple[str, ...],
    *,
    targets: bool = True,
) -> tuple[tuple[OptionVariant, Kernel], ...]:
    """The option kernels of the function `name` with results of these `roles`, of a loss with `targets` or without.

    `rows` names the theorem ("problem:goal") of each role; a kernel whose theorems are not there is left out. Raises
    LoweringError if one of them is not proved or cannot be lowered.
    """
    made: list[tuple[OptionVariant, Kernel]] = []
    weight = known.get(rows.get(SAMPLE_WEIGHT.get(roles[-1], ""), ""))
    for variant, row in OPTION_ROWS.items():
        if (variant != "plain_tempered") is not targets:
            continue
        theorems = [(role, known.get(rows.get(f"{row}-{role}", ""))) for role in roles]
        parts = tuple(part_of(role, theorem) for role, theorem in theorems if theorem is not None)
        if len(parts) < len(theorems) or (targets and weight is None):
            continue
        cited = (*(part.theorem for part in parts), *((weight,) if targets and weight is not None else ()))
        for theorem in cited:
            if theorem.verdict.word not in ("proved", "exact"):
                raise LoweringError(
                    f"the theorem {reference(theorem)} is {theorem.verdict.word}, not proved; no kernel is made from it"
                )
        value = known.get(rows.get(f"{row}-value", ""))
        given = part_of("value", value).indices if variant == "labels_smoothed" and value is not None else ()
        made.append((variant, _kernel(f"{name}_of_{variant}", variant, parts, cited, given, licences)))
    return tuple(made)


def _kernel(
    name: str,
    variant: OptionVariant,
    parts: tuple[Part, ...],
    theorems: tuple[Theorem, ...],
    given: tuple[Index, ...],
    licences: Mapping[str, Theorem],
) -> Kernel:
    """The kernel of `parts`; `given` is the index that stands for the label in them, if one does."""
    logits = logits_of(parts[0].closed)
    label = Index("label", logits.domains[0]) if variant.startswith("labels") else None
    outputs: list[Output] = []
    cited: list[str] = []
    of_rows = variant != "plain_tempered"
    for part in parts:
        placed = part if label is None else _at_label(part, given, label)
        cases, cites = cases_of(placed, licences, label)
        axes = tuple(index.domain for index in placed.indices)
        finished = tuple(Case(case.at, _finished(case.term, part.role, label)) for case in cases)
        outputs.append(Output(part.role, axes, finished, of_rows and part.role != "value", weighted=of_rows))
        cited.extend(cites)
    named = tuple(name for name in REWRITES if name in cited)
    inputs = [array for part in parts for array in arrays_of(part.closed)]
    inputs = [a for a in dict.fromkeys(inputs) if a != logits and not (label and a.name == TARGETS_ARRAY)]
    own = tuple((reference(theorem), theorem.digest) for theorem in theorems)
    return lower(
        name,
        tuple(_formula(part, of_rows) for part in parts),
        tuple(outputs),
        logits=logits,
        inputs=(logits, *sorted(inputs, key=lambda array: (array.name != TARGETS_ARRAY, array.name))),
        label=label,
        weights=_row_weights(variant) if of_rows else None,
        shared=(CLASS_WEIGHTS,),
        notes=tuple((theorem, REWRITES[theorem]) for theorem in named),
        theorems=(*own, *((theorem, licences[theorem].digest) for theorem in named)),
    )


def _row_weights(variant: OptionVariant) -> RowWeights:
    if not variant.startswith("labels"):
        return RowWeights(ROW_WEIGHTS)
    return RowWeights(ROW_WEIGHTS, "" if variant == "labels_smoothed" else CLASS_WEIGHTS, IGNORED)


def _at_label(part: Part, free: tuple[Index, ...], label: Index) -> Part:
    """The part with the index that stands for its label called `label`; targets are one-hot elsewhere."""
    renamed = rename(part.closed, dict.fromkeys(free, label))
    return Part(part.role, part.theorem, renamed, tuple(index for index in part.indices if index not in free))


def _finished(term: Term, role: str, label: Index | None) -> Term:
    """The stable form as it is computed: one product with a probability, and the given total of the class weights."""
    if role in ("hessian", "hvp"):
        term = substitute(term, _without_powers)
        term = multiplied(term.factors) if isinstance(term, Mul) else term
    if role == "gradient":
        parts = tuple(collected(part, _is_probability) for part in (term.factors if isinstance(term, Mul) else (term,)))
        term = parts[0] if len(parts) == 1 else Mul(parts)
    if label is None:
        return term
    total = Parameter(CLASS_WEIGHTS_TOTAL)
    return substitute(term, lambda node: total if _is_class_weights_total(node) else None)


def _without_powers(term: Term) -> Term | None:
    """b b for b^2, so that each factor can be given in two parts."""
    times = power_of(term)
    if not isinstance(term, Power) or not isinstance(term.base, Parameter) or times is None or times < 2:
        return None
    return Mul((term.base,) * times)


def _is_probability(term: Term) -> bool:
    return isinstance(term, Div) and is_exponential_of_top(term.numerator, TOP)


def _is_class_weights_total(term: Term) -> bool:
    body = term.body if isinstance(term, Sum) and term.skip is None else None
    return isinstance(body, Entry) and body.array.name == CLASS_WEIGHTS


def _formula(part: Part, of_rows: bool) -> str:
    written = formula(closed_form(part.theorem))
    scale = f"{SCALE} * " if part.role != "value" else ""
    return f"{part.role} = {scale}weight * ({written})" if of_rows else f"{part.role} = {written}"
