"""From stable closed forms to a kernel: the schedule of a row.

One pass finds the largest logit; one computes the exponentials and every sum that needs nothing else, all in one
loop; one more for each layer of sums built on those; then the outputs.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from symderiv.kernels.algebra import exponent_of_top, multiplied, signs_outside
from symderiv.kernels.ir import (
    ArrayParameter,
    Const,
    Expression,
    Kernel,
    KernelParameter,
    LabelParameter,
    Let,
    Load,
    Local,
    Loop,
    Note,
    Op,
    Pick,
    ScalarParameter,
    SharedLabelParameter,
    Update,
)  # fmt: skip
from symderiv.kernels.outputs import ROW_WEIGHT, Case, Output, RowWeights
from symderiv.kernels.schedule import Lowering
from symderiv.kernels.stable import TOP, LoweringError
from symderiv.kernels.wellformed import validate
from symderiv.kernels.without_unread import arrays_read, without_stores, without_unread
from symderiv.terms import Array, Index, Mul, Parameter, Term, children, subterms

_ZERO = Const(Fraction(0))


def _uses(term: Term, wanted: Term) -> bool:
    return term == wanted or any(_uses(part, wanted) for part in children(term))


def lower(name: str, formula: tuple[str, ...], outputs: tuple[Output, ...], *, logits: Array, inputs: tuple[Array, ...],
          label: Index | None = None, limits: bool = False, weights: RowWeights | None = None,
          shared: tuple[str, ...] = (), notes: tuple[tuple[str, str], ...] = (),
          theorems: tuple[tuple[str, str], ...] = ()) -> Kernel:  # fmt: skip
    """The kernel that computes `outputs` (stable closed forms) for one row.

    `logits` is the array whose largest element is `top`; `inputs` fixes the order of the array parameters. With
    `limits`, rows of -inf only and rows with +inf give the limits of log-sum-exp instead of NaN. `weights` is for
    weighted outputs; its arrays and the inputs named in `shared`, which are the same for all rows, may be left out for
    ones. `notes` are (theorem, remark) for the reader. Raises LoweringError for a closed form with a
    derivative, a product or a named class in it.
    """
    outputs = tuple(
        replace(output, cases=tuple(Case(case.at, signs_outside(case.term)) for case in output.cases))
        for output in outputs
    )
    terms = tuple(case.term for output in outputs for case in output.cases)
    taken = {index.name for output in outputs for case in output.cases for index in case.at}
    classes = logits.domains[0] if logits.domains else None
    bound = None if classes is None else Index(next(n for n in "klmpqrs" if n not in taken), classes)
    factors = _factors_of_exponents(terms)
    outputs, common = _without_common_factors(outputs, factors)
    terms = tuple(case.term for output in outputs for case in output.cases)
    work = Lowering(label, limits, bound, factors=factors)
    work.names |= {ROW_WEIGHT} if weights is None else {ROW_WEIGHT, weights.samples, weights.classes, weights.ignored}
    work.names |= {array.name for array in inputs} | {output.array for output in outputs} | taken | {"top", "scale"}
    for theorem, text in notes:
        work.emit(Note(text, theorem))
    if weights is not None:
        _factor(work, weights, outputs, common)
    if any(_uses(term, TOP) for term in terms):
        _top(work, logits, bound)
    work.closed_sums(terms)
    for output in outputs:
        for case in output.cases:
            work.case(output, case)
    body = without_unread(tuple(work.scopes[0].statements))
    unread = set(work.scratch.values()) - arrays_read(body)
    body = without_stores(body, unread)
    parameters: list[KernelParameter] = [
        ArrayParameter(
            a.name,
            tuple(domain.symbol for domain in a.domains),
            "input",
            a.name in shared,
            Fraction(1) if a.name in shared else None,
        )
        for a in inputs
    ]
    if weights is not None:
        if weights.classes and label is not None:
            axes = (label.domain.symbol,)
            parameters.append(ArrayParameter(weights.classes, axes, "input", shared=True, neutral=Fraction(1)))
        parameters.append(ArrayParameter(weights.samples, (), "input", neutral=Fraction(1)))
    unknown = sorted(set(work.inputs) - {array.name for array in inputs})
    if unknown:
        raise LoweringError(f"the closed form reads {unknown[0]!r}, which is not among the inputs")
    if label is not None:
        parameters.append(LabelParameter(label.name, label.domain.symbol))
        if weights is not None and weights.ignored:
            parameters.append(SharedLabelParameter(weights.ignored, label.domain.symbol))
    parameters += work.scalars
    if any(output.scaled for output in outputs):
        parameters.append(ScalarParameter("scale"))
    parameters += [ArrayParameter(o.array, tuple(d.symbol for d in o.axes), "output") for o in outputs]
    parameters += [
        ArrayParameter(scratch, (logits.domains[0].symbol,), "scratch")
        for scratch in work.scratch.values()
        if scratch not in unread
    ]
    kernel = Kernel(name, formula, tuple(parameters), body, theorems)
    validate(kernel)
    return kernel


def _factors_of_exponents(terms: tuple[Term, ...]) -> frozenset[Parameter]:
    found = (exponent_of_top(part, TOP) for term in terms for _, part in subterms(term))
    return frozenset(pair[1] for pair in found if pair is not None and pair[1] is not None)


def _without_common_factors(
    outputs: tuple[Output, ...], factors: frozenset[Parameter]
) -> tuple[tuple[Output, ...], tuple[Parameter, ...]]:
    """The weighted and scaled outputs without the factors of exponents that every case of them has, and those, each as
    often as they all have it."""
    cases = [case.term for output in outputs if output.weighted and output.scaled for case in output.cases]
    common = tuple(
        f for f in sorted(factors, key=str) for _ in range(min((_times(term, f) for term in cases), default=0))
    )
    made = []
    for output in outputs:
        if output.weighted and output.scaled:
            own = tuple(Case(case.at, _without(case.term, common)) for case in output.cases)
            output = replace(output, cases=own)
        made.append(output)
    return tuple(made), common


def _times(term: Term, factor: Parameter) -> int:
    """How often a term has a factor."""
    return term.factors.count(factor) if isinstance(term, Mul) else 0


def _without(term: Term, common: tuple[Parameter, ...]) -> Term:
    """A term without factors that it has."""
    if not isinstance(term, Mul):
        return term
    rest = list(term.factors)
    for factor in common:
        rest.remove(factor)
    return multiplied(tuple(rest))


def _factor(work: Lowering, weights: RowWeights, outputs: tuple[Output, ...], common: tuple[Parameter, ...]) -> None:
    """Name the row's weight, and its product with `scale` and the factors that all gradients have."""
    weight: Expression = Load(weights.samples, ())
    if work.label is not None and weights.classes:
        weight = Op("multiply", (weight, Load(weights.classes, (work.label.name,))))
    if work.label is not None and weights.ignored:
        weight = Pick(work.label.name, weights.ignored, _ZERO, weight)
    work.emit(Let(ROW_WEIGHT, weight))
    if any(output.scaled for output in outputs):
        product: Expression = Op("multiply", (Local(ROW_WEIGHT), Local("scale")))
        for factor in common:
            product = work.times(product, factor)
        work.factor = Local(work.name("factor"))
        work.emit(Let(work.factor.name, product))


def _top(work: Lowering, logits: Array, bound: Index | None) -> None:
    if bound is None:
        work.inputs.setdefault(logits.name, logits)
        work.emit(Let("top", Op("maximum", (Load(logits.name, ()), _ZERO))))
        return
    work.inputs.setdefault(logits.name, logits)
    work.emit(Let("top", Const("-inf")))
    update = Update("top", "maximum", Load(logits.name, (bound.name,)))
    work.emit(Loop(bound.name, bound.domain.symbol, (update,)))
