"""Products in the order that keeps them representable: what is 0 first, what scales and divides one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from symderiv.kernels.ir import Expression, Local, Op
from symderiv.kernels.probability.factors import (
    divisors_of,
    factors_of_share,
    may_be_infinite,
    of_parameters,
    whole_power_of_parameter,
)  # fmt: skip
from symderiv.kernels.probability.quantities import is_complement, is_probability
from symderiv.terms import Parameter, Term, subterms

Value: TypeAlias = Callable[[Term], Expression]


def product_of(factors: tuple[Term, ...], value: Value, scales: frozenset[Term]) -> Expression:
    """A product, `value` its factors and `scales` what scales the logits.

    What is finite comes first: where it is 0 the product is 0, whatever an infinite logarithm beside it says.
    """
    divisors = [factor for factor in factors if of_parameters(factor) and divisors_of(factor)]
    if divisors and len(divisors) < len(factors):
        made = product_of(tuple(factor for factor in factors if factor not in divisors), value, scales)
        for factor in divisors:
            for below in divisors_of(factor):
                made = Op("divide", (made, value(below)))
        return made
    # A power of a temperature one factor at a time: tau^2 may be 0 or infinite where tau (tau x) is neither.
    repeated = [factor for factor in factors if _power_of_scale(factor, scales)]
    if repeated and len(repeated) < len(factors):
        made = product_of(tuple(factor for factor in factors if factor not in repeated), value, scales)
        for factor in repeated:
            for parameter in _power_of_scale(factor, scales):
                made = Op("multiply", (made, value(parameter)))
        return made
    finite = [factor for factor in factors if not may_be_infinite(factor)]
    others = [factor for factor in factors if may_be_infinite(factor)]
    # One probability after the other: their product might be too small for its digits, the result large enough.
    if others:
        factors = tuple(part for factor in factors for part in factors_of_share(factor))
        finite = [factor for factor in factors if not may_be_infinite(factor)]
    shares = [factor for factor in finite if is_probability(factor) or is_complement(factor)]
    if others and len(shares) > 1:
        alone = [factor for factor in factors if factor not in shares]
        made = product_of((shares[0], *alone), value, scales)
        for factor in shares[1:]:
            made = Op("weighted", (value(factor), made))
        return made
    left, right = _multiplied(finite, value), _multiplied(others, value)
    if left is None or right is None:
        only = left or right
        assert only is not None
        return only
    if not all(map(of_parameters, finite)):
        return Op("weighted", (left, right))
    if all(map(_is_never_zero, finite)) or all(map(of_parameters, others)):
        return Op("multiply", (left, right))
    # What is compared with 0 has to be a number of every row, which a parameter alone is not.
    return Op("weighted", (Op("if_equal", (right, right, left, left)), right))


def _is_never_zero(factor: Term) -> bool:
    """Whether a factor is made of numbers and parameters that are positive."""
    return all(part.positive for _, part in subterms(factor) if isinstance(part, Parameter))


def _power_of_scale(factor: Term, scales: frozenset[Term]) -> tuple[Parameter, ...]:
    """p, n times, of p^n for a parameter p that scales the logits; nothing for any other factor."""
    found = whole_power_of_parameter(factor)
    return (found[0],) * found[1] if found is not None and found[0] in scales else ()


def _multiplied(factors: list[Term], value: Value) -> Expression | None:
    made: Expression | None = None
    for factor in factors:
        found = value(factor)
        # A number of the row goes first: over the sum of exponentials it might be too small for the format.
        if made is None:
            made = found
        else:
            swapped = isinstance(found, Local) and isinstance(made, Op)
            made = Op("multiply", (found, made) if swapped else (made, found))
    return made
