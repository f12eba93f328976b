"""Rational numbers at a rational point: the exact sign of an argument without exponentials and logarithms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from symderiv.checking.evaluation import Evaluator, Transcendental, Undefined, Unsupported
from symderiv.terms import Array, Constant, Index, Parameter, Term

__all__ = ["Rationals"]


@dataclass(frozen=True, slots=True)
class Rationals:
    """The field of rationals, with the numbers of a point: `drawn` gives a parameter, `entries` an entry of data."""

    drawn: Callable[[Parameter], Fraction]
    entries: Callable[[Array, tuple[int, ...]], Fraction]

    def number(self, numerator: int, denominator: int) -> Fraction:
        return Fraction(numerator, denominator)

    def add(self, left: Fraction, right: Fraction) -> Fraction:
        return left + right

    def multiply(self, left: Fraction, right: Fraction) -> Fraction:
        return left * right

    def inverse(self, value: Fraction) -> Fraction:
        if not value:
            raise Undefined("a division by zero")
        return 1 / value

    def is_zero(self, value: Fraction) -> bool:
        return not value

    def entry(self, array: Array, places: tuple[int, ...]) -> Fraction:
        return self.entries(array, places)

    def parameter(self, parameter: Parameter) -> Fraction:
        return self.drawn(parameter)

    def constant(self, constant: Constant) -> Fraction:
        raise Unsupported(f"{constant.name} is not rational")

    def transcendental(
        self, term: Transcendental, evaluator: Evaluator[Fraction], env: dict[Index, int]  # noqa: ARG002
    ) -> Fraction:  # fmt: skip
        raise Unsupported("an exponential, a logarithm or a special function of a rational number")

    def sign(self, term: Term, evaluator: Evaluator[Fraction], env: dict[Index, int]) -> int:
        value = evaluator.at(term, env)
        return (value > 0) - (value < 0)
