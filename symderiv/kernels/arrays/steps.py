"""What a problem over arrays is computed by, step by step: each step is an array that is filled once."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from symderiv.kernels.arrays.products import scaled
from symderiv.statements import Definition
from symderiv.terms import Add, Array, Call, Entry, Exp, Index, Mul, Place, Term


@dataclass(frozen=True, slots=True)
class Largest:
    """array[indices] := the largest of `arguments` where their `factors` are not 0, over all values of `over`.

    What is computed with it is right whatever number it is: it only keeps exponentials from overflowing.
    """

    array: Array
    indices: tuple[Index, ...]
    over: tuple[Index, ...]
    arguments: tuple[Term, ...]
    factors: tuple[Term, ...]
    outer: Term | None = None
    """A positive factor of every argument inside the exponentials."""
    skip: Place | None = None
    """What the last of `over` leaves out."""
    is_scale: bool = False
    """Whether it is a power of two in place of the largest argument, which brings that near to 1: 1, but for numbers
    whose squares would overflow or vanish."""

    @property
    def top(self) -> Term:
        """What is taken off in the exponents."""
        return self.inside(Entry(self.array, self.indices))

    def inside(self, argument: Term) -> Term:
        """An argument as it stands in its exponential."""
        return argument if self.outer is None else Mul((self.outer, argument))

    def exponential(self, argument: Term) -> Term:
        """e^argument relative to the largest."""
        return Exp(Add((self.inside(argument), scaled(self.top, Fraction(-1)))))


@dataclass(frozen=True, slots=True)
class Rounded:
    """array[indices] := `value`, as it comes out in floating point.

    What is computed with it is right whatever number it is: it only keeps differences from cancelling. It is held
    between two numbers, `between`, or is 0 where it would be infinite or NaN.
    """

    array: Array
    indices: tuple[Index, ...]
    value: Term
    between: tuple[Term, Term] | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """A definition whose body is computed as it stands.

    `relative`: the exponentials in its sum are taken relative to the largest argument, so that those that are 1 are
    kept apart from the rest. `stands_for`: the same quantity in the words of the theory, which the checker is asked
    about once; the body itself where that says it. `with_errors`: the rounding error of each difference that the body
    adds up is added to the sum as well; to the checker, who knows real numbers alone, all of them are 0.
    """

    definition: Definition
    relative: Largest | None = None
    stands_for: Term | None = None
    with_errors: bool = False


Step: TypeAlias = Largest | Rounded | Filled


def name_of(step: Step) -> str:
    """The name under which other steps read it."""
    match step:
        case Largest(array=array) | Rounded(array=array):
            return array.name
        case Filled(definition=definition):
            return definition.name


def terms_of(step: Step) -> tuple[Term, ...]:
    """What is evaluated in the step."""
    match step:
        case Largest(arguments=arguments, factors=factors):
            return (*arguments, *factors)
        case Rounded(value=value, between=between):
            return (value, *(between or ()))
        case Filled(definition=definition):
            return (definition.body,)


def reads(term: Term) -> str | None:
    """The name that a leaf of a term reads, of a step or of data."""
    match term:
        case Entry(array=array):
            return array.name
        case Call(name=name):
            return name
        case _:
            return None
