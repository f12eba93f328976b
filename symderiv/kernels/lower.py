"""From stable closed forms to a kernel: the schedule of a row.

One pass finds the largest logit; one computes the exponentials and every sum that needs nothing else, all in one
loop; one more for each layer of sums built on those; then the outputs.
"""

from __future__ import annotations

from fractions import Fraction

from symderiv.kernels.algebra import signs_outside
from symderiv.kernels.ir import (
    ArrayParameter,
    Const,
    Kernel,
    KernelParameter,
    LabelParameter,
    Let,
    Load,
    Loop,
    Note,
    Op,
    ScalarParameter,
    Statement,
    Store,
    Update,
    loads,
    validate,
)  # fmt: skip
from symderiv.kernels.schedule import Case, Lowering, Output
from symderiv.kernels.stable import TOP, LoweringError
from symderiv.terms import Array, Index, Term, children

_ZERO = Const(Fraction(0))


def _uses(term: Term, wanted: Term) -> bool:
    return term == wanted or any(_uses(part, wanted) for part in children(term))


def lower(name: str, formula: tuple[str, ...], outputs: tuple[Output, ...], *, logits: Array, inputs: tuple[Array, ...],
          label: Index | None = None, limits: bool = False, notes: tuple[tuple[str, str], ...] = (),
          theorems: tuple[tuple[str, str], ...] = ()) -> Kernel:  # fmt: skip
    """The kernel that computes `outputs` (stable closed forms) for one row.

    `logits` is the array whose largest element is `top`; `inputs` fixes the order of the array parameters. With
    `limits`, rows of -inf only and rows with +inf give the limits of log-sum-exp instead of NaN. `notes` are
    (theorem, remark) for the reader. Raises LoweringError for a closed form with a derivative, a product or a named
    class in it.
    """
    outputs = tuple(
        Output(o.array, o.axes, tuple(Case(c.at, signs_outside(c.term)) for c in o.cases), o.scaled) for o in outputs
    )
    terms = tuple(case.term for output in outputs for case in output.cases)
    taken = {index.name for output in outputs for case in output.cases for index in case.at}
    classes = logits.domains[0] if logits.domains else None
    bound = None if classes is None else Index(next(n for n in "klmpqrs" if n not in taken), classes)
    work = Lowering(label, limits, bound)
    work.names |= {array.name for array in inputs} | {output.array for output in outputs} | taken | {"top", "scale"}
    for theorem, text in notes:
        work.emit(Note(text, theorem))
    if any(_uses(term, TOP) for term in terms):
        _top(work, logits, bound)
    work.closed_sums(terms)
    for output in outputs:
        for case in output.cases:
            work.case(output, case)
    body = tuple(work.scopes[0].statements)
    unread = set(work.scratch.values()) - _read(body)
    body = _without_stores(body, unread)
    parameters: list[KernelParameter] = [
        ArrayParameter(array.name, tuple(domain.symbol for domain in array.domains), "input") for array in inputs
    ]
    unknown = sorted(set(work.inputs) - {array.name for array in inputs})
    if unknown:
        raise LoweringError(f"the closed form reads {unknown[0]!r}, which is not among the inputs")
    if label is not None:
        parameters.append(LabelParameter(label.name, label.domain.symbol))
    parameters += [ScalarParameter(scalar) for scalar in work.scalars]
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


def _top(work: Lowering, logits: Array, bound: Index | None) -> None:
    if bound is None:
        work.inputs.setdefault(logits.name, logits)
        work.emit(Let("top", Op("maximum", (Load(logits.name, ()), _ZERO))))
        return
    work.inputs.setdefault(logits.name, logits)
    work.emit(Let("top", Const("-inf")))
    update = Update("top", "maximum", Load(logits.name, (bound.name,)))
    work.emit(Loop(bound.name, bound.domain.symbol, (update,)))


def _read(body: tuple[Statement, ...]) -> set[str]:
    found: set[str] = set()
    for statement in body:
        if isinstance(statement, Loop):
            found |= _read(statement.body)
        elif isinstance(statement, Let | Update | Store):
            found |= {load.array for load in loads(statement.value)}
    return found


def _without_stores(body: tuple[Statement, ...], arrays: set[str]) -> tuple[Statement, ...]:
    kept: list[Statement] = []
    for statement in body:
        if isinstance(statement, Loop):
            kept.append(Loop(statement.index, statement.axis, _without_stores(statement.body, arrays)))
        elif not (isinstance(statement, Store) and statement.array in arrays):
            kept.append(statement)
    return tuple(kept)
