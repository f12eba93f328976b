"""Exact values of terms at concrete indices: rational functions in atoms such as x_k = e^{z_k}, t_k, W_kd, compared
exactly.

A value is a polynomial (Flint) times powers of generators. A sum that is divided by, such as S in e^{z_k}/S, becomes
a generator, and only the difference of two values is expanded in the end, by putting the sums back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, assert_never

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from symderiv.proving.members import concrete, members
from symderiv.proving.residue_arithmetic import OutsideError
from symderiv.proving.residues import simplex_axis
from symderiv.statements import Theory, unfold
from symderiv.terms import (
    Abs,
    Add,
    Array,
    Call,
    Constant,
    Delta,
    Derivative,
    Div,
    Entry,
    Exp,
    Index,
    Log,
    Max,
    Mul,
    Number,
    Parameter,
    Place,
    Power,
    Product,
    Sign,
    Size,
    Special,
    Step,
    Sum,
    Term,
    rename,
)  # fmt: skip

__all__ = ["OutsideError", "Rationals", "Value"]


class _FullError(Exception):
    """More atoms are needed than the polynomial ring was made for."""


@dataclass(frozen=True, slots=True)
class Value:
    """polynomial * product of generator^power."""

    polynomial: fmpq_mpoly
    powers: Mapping[int, int]


_FIRST_SIZE: Final = 32


@dataclass(slots=True)
class Rationals:
    """The field in which terms over `theory` (all domains sized) are evaluated; grows when it meets new atoms."""

    theory: Theory
    size: int = _FIRST_SIZE
    ring: fmpq_mpoly_ctx = field(init=False)
    _atoms: dict[object, int] = field(default_factory=dict)
    _stands_for: dict[int, fmpq_mpoly] = field(default_factory=dict)
    """The sum behind a generator, written in generators made before it."""
    _positive: set[int] = field(default_factory=set)
    """The generators whose values are positive."""
    _exponents: dict[int, Value] = field(default_factory=dict)
    """What the generators that are exponentials are exponentials of."""
    _factors: dict[int, fmpq_mpoly] = field(default_factory=dict)
    """What the generators that are logarithms are logarithms of."""
    _memo: dict[Term, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._renew(self.size)

    def _renew(self, size: int) -> None:
        self.size = size
        self.ring = fmpq_mpoly_ctx.get([f"a{n}" for n in range(size)], Ordering.lex)
        self._atoms, self._stands_for, self._memo = {}, {}, {}
        self._positive, self._exponents, self._factors = set(), {}, {}

    def equal(self, left: Term, right: Term) -> bool:
        """Whether two terms at concrete indices are one rational function; OutsideError if one is none."""
        while True:
            try:
                difference = self._sum([self._value(left), self._scaled(self._value(right), fmpq(-1))])
                return self._is_zero(difference.polynomial)
            except _FullError:
                self._renew(4 * self.size)

    def _constant(self, value: Fraction) -> Value:
        return Value(self.ring.constant(fmpq(value.numerator, value.denominator)), {})

    def _generator(self, key: object) -> int:
        if key not in self._atoms:
            if len(self._atoms) == self.size:
                raise _FullError
            self._atoms[key] = len(self._atoms)
        return self._atoms[key]

    def _atom(self, key: object, power: int = 1, positive: bool = False) -> Value:
        generator = self._generator(key)
        if positive:
            self._positive.add(generator)
        return Value(self.ring.constant(1), {generator: power})

    def _is_zero(self, polynomial: fmpq_mpoly) -> bool:
        """Whether `polynomial` is 0 once the generators that stand for sums are replaced by them."""
        return not self._without_sums(polynomial)

    def _without_sums(self, polynomial: fmpq_mpoly) -> fmpq_mpoly:
        """`polynomial` with the sums that generators stand for, the newest first."""
        for generator in sorted(self._stands_for, reverse=True):
            if not polynomial:
                break
            if polynomial.degrees()[generator]:
                everything = list(self.ring.gens())
                everything[generator] = self._stands_for[generator]
                polynomial = polynomial.compose(*everything, ctx=self.ring)
        return polynomial

    def _scaled(self, value: Value, by: fmpq) -> Value:
        return Value(value.polynomial * by, value.powers)

    def _product(self, left: Value, right: Value) -> Value:
        powers = dict(left.powers)
        for factor, power in right.powers.items():
            powers[factor] = powers.get(factor, 0) + power
        return Value(left.polynomial * right.polynomial, {f: p for f, p in powers.items() if p})

    def _sum(self, values: list[Value]) -> Value:
        """The sum over the common factors: each factor to its least power stays outside."""
        values = [value for value in values if value.polynomial]
        if not values:
            return self._constant(Fraction(0))
        every = sorted({factor for value in values for factor in value.powers})
        least = {factor: min(value.powers.get(factor, 0) for value in values) for factor in every}
        made = self.ring.constant(0)
        for value in values:
            part = value.polynomial
            for factor in every:
                extra = value.powers.get(factor, 0) - least[factor]
                if extra:
                    part = part * self.ring.gens()[factor] ** extra
            made = made + part
        return Value(made, {factor: power for factor, power in least.items() if power})

    def _inverse(self, value: Value) -> Value:
        if not value.polynomial:
            raise OutsideError("a denominator is zero")
        powers = {factor: -power for factor, power in value.powers.items()}
        if value.polynomial.is_constant():
            return Value(self.ring.constant(1 / value.polynomial.leading_coefficient()), powers)
        generator = self._standing_for(value.polynomial / (lead := value.polynomial.leading_coefficient()))
        powers[generator] = powers.get(generator, 0) - 1
        return Value(self.ring.constant(1 / lead), {g: p for g, p in powers.items() if p})

    def _standing_for(self, polynomial: fmpq_mpoly) -> int:
        """The generator that stands for `polynomial`, which is monic; OutsideError if it is 0."""
        for generator, stands_for in self._stands_for.items():
            if stands_for == polynomial:
                return generator
        if self._is_zero(polynomial):
            raise OutsideError("a denominator is zero")
        generator = self._generator(("sum", len(self._stands_for)))
        self._stands_for[generator] = polynomial
        return generator

    def _named(self, value: Value) -> Value:
        """A sum of monomials, such as S = x_1 + ... + x_C, as its generator, so that powers of it stay short."""
        polynomial = value.polynomial
        if len(polynomial) < 2 or any(generator in self._stands_for for generator in value.powers):
            return value
        degrees = polynomial.degrees()
        if any(degrees[generator] for generator in self._stands_for) or set(polynomial.coeffs()) != {fmpq(1)}:
            return value
        if any(not any(exponents) for exponents in polynomial.monoms()):
            return value
        return Value(self.ring.constant(1), {**value.powers, self._standing_for(polynomial): 1})

    def _power(self, value: Value, exponent: int) -> Value:
        if exponent < 0:
            return self._power(self._inverse(value), -exponent)
        return Value(value.polynomial**exponent, {f: p * exponent for f, p in value.powers.items() if exponent})

    def _value(self, term: Term) -> Value:
        found = self._memo.get(term)
        if found is None:
            found = self._memo[term] = self._new(term)
        return found

    def _new(self, term: Term) -> Value:
        match term:
            case Number(value=rational):
                return self._constant(rational)
            case Parameter(name=name, positive=positive):
                return self._atom(("parameter", name), positive=positive)
            case Constant(name=name):
                return self._atom(("constant", name), positive=True)
            case Size(domain=domain):
                return self._constant(Fraction(domain.size or 0))
            case Entry(array=array, indices=places):
                return self._entry(array, places)
            case Call():
                return self._value(unfold(term, self.theory))
            case Delta(left=left, right=right):
                concrete((left, right))
                return self._constant(Fraction(int(left == right)))
            case Add(terms=parts):
                return self._named(self._sum([self._value(part) for part in parts]))
            case Mul(factors=parts):
                made = self._constant(Fraction(1))
                for part in parts:
                    made = self._product(made, self._value(part))
                return made
            case Div(numerator=above, denominator=below):
                return self._product(self._value(above), self._inverse(self._value(below)))
            case Power(base=base, exponent=Number(value=exponent)) if exponent.denominator == 1:
                return self._power(self._value(base), exponent.numerator)
            case Power(base=base, exponent=exponent_term):
                return self._exponential(Mul((exponent_term, Log(base))))
            case Exp(argument=inside):
                return self._exponential(inside)
            case Log(argument=inside):
                return self._logarithm(inside)
            case Sum(index=index, body=body, skip=skip):
                return self._named(self._sum([self._value(rename(body, {index: m})) for m in members(index, skip)]))
            case Product(index=index, body=body, skip=skip):
                made = self._constant(Fraction(1))
                for member in members(index, skip):
                    made = self._product(made, self._value(rename(body, {index: member})))
                return made
            case Special() | Max() | Abs() | Sign() | Step():
                raise OutsideError(f"a {type(term).__name__.lower()} has no value as a rational function")
            case Derivative():
                raise OutsideError("a derivative that is not carried out has no value as a rational function")
            case _:
                assert_never(term)

    def _entry(self, array: Array, places: tuple[Place, ...]) -> Value:
        at = concrete(places)
        for assumption in self.theory.assumptions:
            if isinstance(assumption.left, Entry) and assumption.left.array.name == array.name:
                formal = {i: p for i, p in zip(assumption.left.indices, places, strict=True) if isinstance(i, Index)}
                return self._value(rename(assumption.right, formal))
            axis = simplex_axis(assumption.left, assumption.right, array.name)
            if axis is not None:  # t_k = u_k / sum_l u_l: every point of the simplex, and no other
                every = range(1, (array.domains[axis].size or 0) + 1)
                keys = [("share", array.name, (*at[:axis], m, *at[axis + 1 :])) for m in every]
                drawn = [self._atom(key, positive=array.positive) for key in keys]
                return self._product(drawn[at[axis] - 1], self._inverse(self._named(self._sum(drawn))))
        return self._atom(("entry", array.name, at), positive=array.positive)

    def _monomials(self, value: Value) -> list[tuple[fmpq, tuple[tuple[int, int], ...]]]:
        """`value` as a sum of coefficient * monomial with hashable monomials; OutsideError over a true denominator."""
        # Two sums over one denominator may be one value in two spellings; a single monomial has but one.
        if len(value.polynomial) > 1 and any(p < 0 and g in self._stands_for for g, p in value.powers.items()):
            raise OutsideError("the exponential of a quotient is not a known atom")
        found: list[tuple[fmpq, tuple[tuple[int, int], ...]]] = []
        for exponents, coefficient in value.polynomial.to_dict().items():
            powers = {generator: int(e) for generator, e in enumerate(exponents) if e}
            for factor, power in value.powers.items():
                powers[factor] = powers.get(factor, 0) + power
            found.append((coefficient, tuple(sorted((f, p) for f, p in powers.items() if p))))
        return found

    def _exponential(self, inside: Term) -> Value:
        """e^inside: sums split, whole multiples of a logarithm become powers, e^{c m} a power of the atom e^m."""
        match inside:
            case Add() | Call() | Sum():
                made = self._constant(Fraction(1))
                for part in self._addends(inside):
                    made = self._product(made, self._exponential(part))
                return made
            case Mul(factors=(Number(value=factor), *rest)) if factor.denominator == 1 and rest:
                inner = rest[0] if len(rest) == 1 else Mul(tuple(rest))
                return self._power(self._exponential(inner), factor.numerator)
            case Mul(factors=factors) if any(isinstance(factor, Add | Call | Sum) for factor in factors):
                at = next(n for n, factor in enumerate(factors) if isinstance(factor, Add | Call | Sum))
                parts = self._addends(factors[at])
                return self._exponential(Add(tuple(Mul((*factors[:at], p, *factors[at + 1 :])) for p in parts)))
            case Log(argument=argument):
                return self._value(argument)
            case _:
                made = self._constant(Fraction(1))
                for coefficient, monomial in self._monomials(self._value(inside)):
                    made = self._product(made, self._exponential_of(coefficient, monomial))
                return made

    def _addends(self, term: Term) -> tuple[Term, ...]:
        """What a sum, written out or not, or a defined quantity adds up."""
        match term:
            case Sum(index=index, body=body, skip=skip):
                return tuple(rename(body, {index: member}) for member in members(index, skip))
            case Call():
                return self._addends(unfold(term, self.theory))
            case _:
                return term.terms if isinstance(term, Add) else (term,)

    def _exponential_of(self, coefficient: fmpq, monomial: tuple[tuple[int, int], ...]) -> Value:
        """e^(c m): a power of the atom e^m for a whole c, and of P itself if m is log P."""
        whole = int(coefficient.p) if coefficient.q == 1 else 1
        if coefficient.q == 1 and len(monomial) == 1 and monomial[0][1] == 1 and monomial[0][0] in self._factors:
            return self._power(self._named(Value(self._factors[monomial[0][0]], {})), whole)
        rest = fmpq(1) if coefficient.q == 1 else coefficient
        made = self._atom(("exp", str(rest), monomial), positive=True)
        (generator,) = made.powers
        self._exponents[generator] = Value(self.ring.constant(rest), dict(monomial))
        return self._power(made, whole)

    def _logarithm(self, inside: Term) -> Value:
        match inside:
            case Number(value=one) if one == 1:
                return self._constant(Fraction(0))
            case Exp(argument=argument):
                return self._value(argument)
            case Mul(factors=parts):
                return self._sum([self._logarithm(part) for part in parts])
            case Div(numerator=above, denominator=below):
                return self._sum([self._logarithm(above), self._scaled(self._logarithm(below), fmpq(-1))])
            case Power(base=base, exponent=exponent):
                return self._product(self._value(exponent), self._logarithm(base))
            case Product(index=index, body=body, skip=skip):
                return self._sum([self._logarithm(rename(body, {index: m})) for m in members(index, skip)])
            case Call():
                return self._logarithm(unfold(inside, self.theory))
            case _:
                return self._logarithm_of(self._value(inside))

    def _logarithm_of(self, value: Value) -> Value:
        """log of a value: that of every irreducible factor is an atom, so that quotients and products are split.

        log(ab) = log a + log b needs positive factors: where one has a coefficient or an atom that may be negative,
        the logarithm of the whole is one atom, and that of a quotient OutsideError.
        """
        factors: dict[str, tuple[fmpq_mpoly, int]] = {}
        constant = fmpq(1)
        bases = ((self.ring.gens()[generator], power) for generator, power in value.powers.items())
        for polynomial, power in ((value.polynomial, 1), *bases):
            whole = self._without_sums(polynomial)
            if not whole:
                raise OutsideError("a logarithm of zero has no value")
            constant *= whole.leading_coefficient() ** power
            for factor, times in whole.factor()[1]:
                monic = factor / factor.leading_coefficient()
                factors[str(monic)] = (monic, factors.get(str(monic), (monic, 0))[1] + times * power)
        left = [(factor, times) for factor, times in factors.values() if times]
        if constant > 0 and all(self._is_positive(factor) for factor, _ in left):
            parts = [self._scaled(self._logarithm_of_factor(factor), fmpq(times)) for factor, times in left]
            return self._sum([self._logarithm_of_rational(constant), *parts])
        if any(times < 0 for _, times in left):
            raise OutsideError("the logarithm of a quotient that may be negative is not a known atom")
        key = tuple(sorted((str(factor), times) for factor, times in left))
        return self._atom(("log", str(constant), key))

    def _is_positive(self, polynomial: fmpq_mpoly) -> bool:
        """Whether every coefficient and every atom of `polynomial` is positive."""
        degrees = polynomial.degrees()
        return all(c > 0 for c in polynomial.coeffs()) and all(
            generator in self._positive for generator, degree in enumerate(degrees) if degree
        )

    def _logarithm_of_rational(self, value: fmpq) -> Value:
        parts = [
            self._scaled(self._atom(("log of prime", int(prime))), fmpq(sign * int(times)))
            for whole, sign in ((value.p, 1), (value.q, -1))
            for prime, times in whole.factor()
        ]
        return self._sum(parts)

    def _logarithm_of_factor(self, factor: fmpq_mpoly) -> Value:
        """log of a monic irreducible polynomial; e^(c m) is an atom, and its logarithm is c m."""
        (generator, *others) = (g for g, degree in enumerate(factor.degrees()) if degree)
        if len(factor) == 1 and not others and generator in self._exponents:
            return self._exponents[generator]
        made = self._generator(("log", str(factor)))
        self._factors[made] = factor
        return Value(self.ring.constant(1), {made: 1})
