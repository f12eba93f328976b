"""Losses that add up one loss of numbers over a class axis: its stable forms, class by class, and one sum a row.

L = sum_k f(z_k, t_k): value, gradient and second derivatives are those of f, whose forms by branches, confirmed by the
checker, keep digits that a shift of exponents does not: 1 - p for a p near 1, whatever its logarithm is multiplied by.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from symderiv.checking import same
from symderiv.kernels.formula import formula
from symderiv.kernels.ir import (
    ArrayParameter,
    Const,
    Expression,
    Kernel,
    KernelParameter,
    Let,
    Load,
    Local,
    Loop,
    Op,
    Pick,
    ScalarParameter,
    Statement,
    Store,
    Update,
)  # fmt: skip
from symderiv.kernels.judging import weakest
from symderiv.kernels.rewriting import reference, substitute, unfolded
from symderiv.kernels.scalar.kernel import Confirmed, confirmed, notes_of
from symderiv.kernels.scalar.sharing import reads, shared
from symderiv.kernels.scalar.values import Writer
from symderiv.kernels.scalar.variables import data_of
from symderiv.kernels.wellformed import validate
from symderiv.statements import Problem, Theory
from symderiv.terms import (
    Array,
    Delta,
    Derivative,
    Domain,
    Entry,
    Index,
    Mul,
    Number,
    Parameter,
    Product,
    Sum,
    Term,
    subterms,
)  # fmt: skip

if TYPE_CHECKING:
    from symderiv.kernels.arrays.kernel import Output

__all__ = ["elements_kernel"]

_PLACE, _OTHER, _TOTAL = "i", "j", "total"
"""The loop variables, and the sum over a row."""


@dataclass(frozen=True, slots=True)
class _Element:
    """An output at one class: its closed form in numbers, and what is stored of it."""

    output: Output
    closed: Term
    confirmed: Confirmed


def elements_kernel(name: str, problem: Problem, outputs: tuple[Output, ...]) -> Kernel | None:
    """The kernel of a loss that adds up a loss of numbers; None for any other, and for forms that are made from several
    theorems.

    LoweringError for a loss of numbers that has no kernel.
    """
    variable = problem.arrays[0]
    if len(variable.domains) != 1 or any(output.stated is not None for output in outputs):
        return None
    closed = [_of_one_class(output, variable.domains[0]) for output in outputs]
    if not all(closed):
        return None
    z = Entry(_number(variable), ())
    elements = [
        _Element(output, term, confirmed(term, z, data_of(term, z)))
        for output, term in zip(outputs, closed, strict=True)
        if term is not None
    ]
    return _kernel(name, problem, tuple(elements), z, variable.domains[0])


def _of_one_class(output: Output, domain: Domain) -> Term | None:
    """What an output is at one class, as a formula of numbers; None if it is no function of one class's data."""
    theory = output.theorem.derivation.theory
    form = unfolded(output.form, theory)
    place: Index
    if not output.indices:
        found = _summand(form)
        if found is None:
            return None
        place, body = found
        if same(form, Sum(place, body), Theory(), seed=1).word != "proved":
            return None
    elif len(output.indices) == 1:
        (place,), body = output.indices, form
    else:
        place, other = output.indices
        factors = form.factors if isinstance(form, Mul) else (form,)
        kept = [each for each in factors if not (isinstance(each, Delta) and {each.left, each.right} == {place, other})]
        if len(kept) != len(factors) - 1:
            return None
        body = Mul(tuple(kept)) if len(kept) > 1 else kept[0] if kept else Number(Fraction(1))
    return _in_numbers(body, place) if place.domain == domain else None


def _summand(form: Term) -> tuple[Index, Term] | None:
    """(k, f_k) of a number times sum_k f_k; None for other forms."""
    factors = form.factors if isinstance(form, Mul) else (form,)
    sums = [each for each in factors if isinstance(each, Sum)]
    rest = tuple(each for each in factors if not isinstance(each, Sum))
    if len(sums) != 1 or sums[0].skip is not None or not all(isinstance(each, Number | Parameter) for each in rest):
        return None
    return sums[0].index, Mul((*rest, sums[0].body)) if rest else sums[0].body


def _in_numbers(body: Term, place: Index) -> Term | None:
    """The body with numbers for the entries at `place`; None if it has others, or sums in it."""
    for _, part in subterms(body):
        if isinstance(part, Sum | Product | Delta | Derivative) or (
            isinstance(part, Entry) and part.indices != (place,)
        ):
            return None
    return substitute(body, lambda node: Entry(_number(node.array), ()) if isinstance(node, Entry) else None)


def _number(array: Array) -> Array:
    return Array(array.name, (), positive=array.positive)


def _kernel(name: str, problem: Problem, elements: tuple[_Element, ...], z: Entry, domain: Domain) -> Kernel:
    axis = domain.symbol
    writer = Writer(z, z.array.name)
    values = tuple(writer.tree(each.confirmed.tree, {}) for each in elements)
    scalars: list[KernelParameter] = sorted(writer.scalars.values(), key=lambda scalar: scalar.name)
    taken = {_PLACE, _OTHER, _TOTAL, *(array.name for array in problem.arrays)}
    taken |= {each.output.name for each in elements} | {s.name for s in scalars if isinstance(s, ScalarParameter)}
    lets, results = shared(values, frozenset(taken))
    body: list[Statement] = [Let(let.name, _at_place(let.value)) for let in lets]
    inputs = [array.name for array in problem.arrays if array.name in writer.inputs]
    for each, result in zip(elements, results, strict=True):
        guarded = result
        for array in inputs:
            if array in reads(result, lets):
                guarded = Op("if_equal", (Load(array, ()), Load(array, ()), guarded, Load(array, ())))
        body += _delivered(each, _at_place(guarded), axis)
    summed = any(not each.output.indices for each in elements)
    theorem = reference(elements[0].output.theorem)
    word = weakest(each.confirmed.word for each in elements)
    notes = notes_of(word, theorem, tuple((each.output.name, each.confirmed.tree) for each in elements))
    kernel = Kernel(
        name,
        tuple(f"{each.output.name} = {formula(_shown(each.output))}" for each in elements),
        (
            *(ArrayParameter(array, (axis,), "input") for array in inputs),
            *scalars,
            *(ArrayParameter(e.output.name, (axis,) * len(e.output.indices), "output") for e in elements),
        ),
        (
            *notes,
            *([Let(_TOTAL, Const(Fraction(0)))] if summed else []),
            Loop(_PLACE, axis, tuple(body)),
            *(Store(each.output.name, (), Local(_TOTAL)) for each in elements if not each.output.indices),
        ),
        tuple(dict.fromkeys((reference(e.output.theorem), e.output.theorem.digest) for e in elements)),
    )
    validate(kernel)
    return kernel


def _delivered(element: _Element, value: Expression, axis: str) -> list[Statement]:
    """What is done with an output's value at one class: added, stored, or stored on the diagonal."""
    output = element.output
    match len(output.indices):
        case 0:
            return [Update(_TOTAL, "add", value)]
        case 1:
            return [Store(output.name, (_PLACE,), value)]
        case _:
            entry = Pick(_PLACE, _OTHER, value, Const(Fraction(0)))
            return [Loop(_OTHER, axis, (Store(output.name, (_PLACE, _OTHER), entry),))]


def _at_place(value: Expression) -> Expression:
    """The expression with the entry of the loop's class for each number."""
    match value:
        case Load(array=array):
            return Load(array, (_PLACE,))
        case Op(name=name, arguments=arguments):
            return Op(name, tuple(_at_place(each) for each in arguments))
        case _:
            return value


def _shown(output: Output) -> Term:
    """What a reader is shown: a value as it is defined, a closed form in defined quantities."""
    if output.indices:
        return output.form
    return output.theorem.derivation.theory.definition(output.form.name).body  # type: ignore[union-attr]
