"""Rigorous values of formulas of one element, and how large they would be if nothing cancelled.

A formula is evaluated in real balls (Arb) at the very numbers that a kernel was given. The size of a form is counted
with the magnitudes of all addends; what stands inside an exponential, a logarithm or a power counts by what its error
does to the result. 1 - e^x, log(1 + x) and 1 - erf(x) are single functions there, as they are for kernels.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flint import arb, ctx

from symderiv.kernels.scalar.branches import Leaf, Tree
from symderiv.kernels.scalar.forms import is_scaled_tail
from symderiv.terms import (
    Abs,
    Add,
    Constant,
    Div,
    Entry,
    Exp,
    Log,
    Max,
    Mul,
    Number,
    Parameter,
    Power,
    Sign,
    Special,
    Step,
    Term,
)  # fmt: skip

__all__ = ["Sized", "UndecidedError", "form_at", "sized", "value"]

_PRECISIONS: Final = (192, 800, 3200, 40000)
_GOOD_BITS: Final = 80
_FAR_TAIL: Final = 2.0**60
"""Beyond it the bounds of a scaled tail are within 2^-120 of each other."""

Numbers = Mapping[str, float]
"""The numbers of an element, by the names of data and parameters."""


class UndecidedError(ArithmeticError):
    """A ball stayed too wide, or there is no value."""


@dataclass(frozen=True, slots=True)
class Sized:
    """A value, and what it would be if nothing cancelled."""

    value: arb
    size: arb


def value(term: Term, numbers: Numbers) -> arb:
    """The value of a formula, far closer than a last place; UndecidedError where it has none."""
    for bits in _PRECISIONS:
        with ctx.workprec(bits):
            try:
                found = sized_in_balls(term, numbers).value
            except UndecidedError:
                continue
            exact = float(found.rad()) == 0 or found.rel_accuracy_bits() >= _GOOD_BITS
            if found.is_finite() and (exact or _tiny(found)):
                return found
    raise UndecidedError(f"no value at {dict(numbers)}")


def _tiny(ball: arb) -> bool:
    return bool(abs(ball) < arb(2) ** -1300)


def sized(term: Term, numbers: Numbers) -> Sized:
    """The value of a form and its size."""
    for bits in _PRECISIONS:
        with ctx.workprec(bits):
            found = sized_in_balls(term, numbers)
            if found.size.is_finite() and (found.size.rel_accuracy_bits() >= 20 or _tiny(found.size)):
                return found
    raise UndecidedError(f"no size at {dict(numbers)}")


def form_at(tree: Tree, numbers: Numbers) -> Term:
    """The form that is computed at these numbers."""
    while not isinstance(tree, Leaf):
        for bits in _PRECISIONS:
            with ctx.workprec(bits):
                tested = sized_in_balls(tree.test, numbers).value
                if tested == 0 or tested > 0 or tested < 0:
                    break
        if tested == 0 and tree.at_zero is not None:
            tree = tree.at_zero
        else:
            tree = tree.negative if tested < 0 else tree.positive
    return tree.form


def sized_in_balls(term: Term, numbers: Numbers) -> Sized:
    """Value and size at the present precision."""
    match term:
        case Number(value=rational):
            return _exact(arb(rational.numerator) / rational.denominator)
        case Parameter(name=name):
            return _exact(arb(numbers[name]))
        case Entry(array=array):
            return _exact(arb(numbers[array.name]))
        case Constant():
            return _exact(arb.pi())
        case Add(terms=(one, Mul(factors=(minus, Exp(argument=inside))))) if _is(one, 1) and _is(minus, -1):
            return _exact(-sized_in_balls(inside, numbers).value.expm1())
        case Add(terms=(one, Mul(factors=(minus, Special(argument=inside))))) if _is(one, 1) and _is(minus, -1):
            return _exact(sized_in_balls(inside, numbers).value.erfc())
        case Add(terms=(one, Mul(factors=(minus, Power(base=Add()) as power)))) if _is(one, 1) and _is(minus, -1):
            return _exact(1 - sized_in_balls(power, numbers).value)
        case Add(terms=terms):
            parts = [sized_in_balls(part, numbers) for part in terms]
            return Sized(sum((p.value for p in parts), arb(0)), sum((p.size for p in parts), arb(0)))
        case Mul() if is_scaled_tail(term):
            return _exact(_scaled_tail(term, numbers))
        case Mul(factors=factors):
            parts = [sized_in_balls(part, numbers) for part in factors]
            return Sized(_product([p.value for p in parts]), _product([p.size for p in parts]))
        case Div(numerator=above, denominator=below):
            up, down = sized_in_balls(above, numbers), sized_in_balls(below, numbers)
            return Sized(up.value / down.value, up.size / abs(down.value) * (down.size / abs(down.value)))
        case Power(base=base, exponent=exponent):
            down, up = sized_in_balls(base, numbers), sized_in_balls(exponent, numbers)
            whole = up.value.unique_fmpz()
            made = down.value ** (whole if whole is not None else up.value)
            lost = down.size / abs(down.value) if down.value != 0 else arb(1)
            return Sized(made, abs(made) * (1 + abs(up.value) * (lost - 1)))
        case Exp(argument=inside):
            found = sized_in_balls(inside, numbers)
            raised = found.value.exp()
            return Sized(raised, raised * (1 + (found.size - abs(found.value))))
        case Log(argument=Add(terms=(one, *rest))) if _is(one, 1):
            parts = [sized_in_balls(part, numbers) for part in rest]
            small, size = sum((p.value for p in parts), arb(0)), sum((p.size for p in parts), arb(0))
            taken = small.log1p()
            return Sized(taken, abs(taken) + (size - abs(small)) / abs(1 + small))
        case Log(argument=argument):
            found = sized_in_balls(argument, numbers)
            taken = found.value.log()
            inexact = isinstance(argument, Add)
            return Sized(taken, abs(taken) + (found.size / abs(found.value) if inexact else 0))
        case Special(argument=inside):
            return _exact(sized_in_balls(inside, numbers).value.erf())
        case Abs(argument=argument):
            found = sized_in_balls(argument, numbers)
            return Sized(abs(found.value), found.size)
        case Sign(argument=argument):
            return _exact(arb(_side(sized_in_balls(argument, numbers).value)))
        case Step(argument=argument):
            return _exact(arb(1 if _side(sized_in_balls(argument, numbers).value) > 0 else 0))
        case Max(terms=terms):
            parts = [sized_in_balls(part, numbers) for part in terms]
            largest = parts[0].value
            for part in parts[1:]:
                largest = largest.max(part.value)
            return Sized(largest, max((p.size for p in parts), key=lambda size: float(size.mid())))
        case _:
            raise UndecidedError(f"a formula of one element has no {type(term).__name__.lower()}")


def _scaled_tail(term: Mul, numbers: Numbers) -> arb:
    """erfc(x) e^(x^2). Far out, where erfc of a ball underflows, it is between two bounds that are as close as 1/x^2:

        2/(x + sqrt(x^2 + 2)) < sqrt(pi) erfc(x) e^(x^2) <= 2/(x + sqrt(x^2 + 4/pi))  for x >= 0.

    M. Abramowitz and I. A. Stegun. Handbook of Mathematical Functions. National Bureau of Standards, 1964. 7.1.13.
    """
    complement = term.factors[0]
    assert isinstance(complement, Add)
    error = complement.terms[1].factors[1] if isinstance(complement.terms[1], Mul) else None
    assert isinstance(error, Special)
    x = sized_in_balls(error.argument, numbers).value
    if not x > _FAR_TAIL:
        return _product([sized_in_balls(part, numbers).value for part in term.factors])
    ends = [2 / (arb.pi().sqrt() * (x + (x * x + more).sqrt())) for more in (arb(2), 4 / arb.pi())]
    return ends[0].union(ends[1])


def _is(term: Term, number: int) -> bool:
    return isinstance(term, Number) and term.value == number


def _exact(found: arb) -> Sized:
    return Sized(found, abs(found))


def _product(values: list[arb]) -> arb:
    return math.prod(values, start=arb(1))


def _side(found: arb) -> int:
    if found == 0:
        return 0
    if found > 0 or found < 0:
        return 1 if found > 0 else -1
    raise UndecidedError("a ball that decides a branch contains 0")
