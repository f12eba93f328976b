"""From forms to operations on numbers: which operation keeps the digits of which part of a form.

A product with an exponential is one operation, so that a large factor next to an underflowing exponential loses
nothing; 1 - e^x is -expm1(x), log(1 + x) log1p(x), log(a + b) the logarithm of a sum with its rounding error; a
difference and a product inside an exponent keep their rounding errors. On a branch where the sign of x is known, e^x or
e^-x, whichever is at most 1, is e^-|x|, which all branches share.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import assert_never

from symderiv.kernels.algebra import is_negated, negated
from symderiv.kernels.hyperparameters import argument_name
from symderiv.kernels.ir import Const, Expression, Load, Local, Op, ScalarParameter
from symderiv.kernels.probability.monomials import Polynomial
from symderiv.kernels.probability.ordering import as_term
from symderiv.kernels.scalar.branches import Leaf, Switch, Tree
from symderiv.kernels.scalar.exponents import Exponents, Signs, negative
from symderiv.kernels.scalar.forms import is_scaled_tail, scaled_argument
from symderiv.kernels.scalar.linear import is_sum_of_data
from symderiv.kernels.scalar.products import (
    constant_value,
    exponential_of_complement,
    half_of,
    is_whole_power,
    outside_functions,
    power_of_complement,
    split_product,
)  # fmt: skip
from symderiv.kernels.scalar.reading import (
    ONE,
    Reader,
    oriented,
    without_positive_factors,
)  # fmt: skip
from symderiv.kernels.stable import LoweringError
from symderiv.terms import (
    Add,
    Div,
    Entry,
    Exp,
    Log,
    Mul,
    Number,
    Parameter,
    Power,
    Special,
    Term,
    subterms,
)  # fmt: skip

_ZERO = Const(Fraction(0))
_ONE = Const(Fraction(1))
_BESIDE_ONE = Fraction(2) ** 60
"""A number next to which 1 is nothing."""
_MINUS_ONE = Const(Fraction(-1))


def _is_logarithm_of_tail(term: Term) -> bool:
    """log(erfc(x) e^(x^2)), which is -inf at the end of the range: 0 times it is 0 there, as 0 log 0 is."""
    return isinstance(term, Log) and is_scaled_tail(term.argument)


@dataclass(slots=True)
class Writer:
    """Makes expressions of forms; `inputs` and `scalars` are what they read. `z` is the number that is differentiated
    by, the first one of several, and `lead` what it is called in kernels."""

    z: Entry
    lead: str = "z"
    inputs: dict[str, str] = field(default_factory=dict)
    scalars: dict[str, ScalarParameter] = field(default_factory=dict)

    def _exponents(self, signs: Signs) -> Exponents:
        return Exponents(lambda term: self.value(term, signs), signs, self.z, self.lead)

    def tree(self, tree: Tree, signs: Signs) -> Expression:
        """The value of a tree: every branch is computed, and one chosen."""
        match tree:
            case Leaf(form=form):
                return self.value(form, signs)
            case Switch(test=test, negative=negative, positive=positive, at_zero=at_zero):
                tested = self._tested(test, signs)
                switch, turned = oriented(without_positive_factors(Reader().read(test)))
                low = self.tree(negative, {**signs, switch: -turned})
                high = self.tree(positive, {**signs, switch: turned})
                if at_zero is not None:
                    high = Op("if_equal", (tested, _ZERO, self.tree(at_zero, signs), high))
                return low if low == high else Op("if_negative", (tested, low, high))
            case _:
                assert_never(tree)

    def _tested(self, test: Term, signs: Signs) -> Expression:
        """What decides a branch; of three numbers that are added the exact sign."""
        whole = self._exponents(signs).carried(Reader().read(test))
        if whole is not None:
            return whole.total if whole.sign > 0 else negative(whole.total)
        addends = sorted(Reader().read(test).addends, key=lambda each: repr(as_term(Polynomial(frozenset({each})))))
        singles = [Polynomial(frozenset({(monomial, Fraction(1))})) for monomial, _ in addends]
        if len(addends) == 3 and all(abs(c) == 1 for _, c in addends):
            terms = [(as_term(single), c) for single, (_, c) in zip(singles, addends, strict=True)]
            terms.sort(key=lambda each: not isinstance(each[0], Entry))
            if all(isinstance(term, Entry | Parameter | Number) for term, _ in terms):
                values = (self.value(term, signs) for term, _ in terms)
                return Op("sum_of_three", tuple(
                    value if c == 1 else negative(value) for value, (_, c) in zip(values, terms, strict=True)
                ))  # fmt: skip
        return self.value(test, signs)

    def value(self, term: Term, signs: Signs) -> Expression:
        """The value of a form."""
        known = constant_value(term)
        if known is not None:
            return known
        match term:
            case Parameter():
                name = argument_name(term)
                self.scalars.setdefault(name, ScalarParameter(name))
                return Local(name)
            case Entry(array=array):
                name = self.lead if term == self.z else array.name
                self.inputs.setdefault(name, array.name)
                return Load(name, ())
            case Add():
                return self._sum(term, signs)
            case Mul(factors=(Add(terms=(_, Mul(factors=(_, Special(argument=size))))), Exp())) if is_scaled_tail(term):
                return Op("erfcx", (self.value(size, signs),))
            case Power(base=base, exponent=exponent) if not (isinstance(base, Exp) or is_whole_power(term)):
                return Op("power", (self.value(base, signs), self.value(exponent, signs)))
            case Mul() | Div() | Power():
                return self._product(term, signs)
            case Exp(argument=argument):
                return self._exponents(signs).exponential(argument)
            case Log(argument=argument):
                return self._logarithm(argument, signs)
            case Special(name="erf", argument=argument):
                return Op("erf", (self.value(argument, signs),))
            case _:
                raise LoweringError(f"kernels of one number have no {type(term).__name__.lower()}")

    # -- sums

    def _sum(self, term: Add, signs: Signs) -> Expression:
        whole = self._exponents(signs).carried(Reader().read(term)) if is_sum_of_data(term) else None
        if whole is not None:
            return whole.total if whole.sign > 0 else negative(whole.total)
        complement = exponential_of_complement(term)
        if complement is not None:
            return negative(Op("expm1", (self._exponents(signs).rounded(complement),)))
        raised = power_of_complement(term)
        if raised is not None:
            exponent = self.value(raised.exponent, signs)
            return negative(Op("expm1", (Op("multiply", (exponent, self._logarithm(raised.base, signs))),)))
        if len(term.terms) == 2 and not any(self._grows(part, signs) for part in term.terms):
            fused = self._multiply_add(term, signs)
            if fused is not None:
                return fused
        growing = [part for part in term.terms if self._grows(part, signs)]
        rest = [part for part in term.terms if part not in growing]
        made = self._added(rest, signs) if rest else None
        for part in growing:
            value = self.value(part, signs)
            made = value if made is None else Op("beside_infinite", (value, made))
        assert made is not None
        return made

    def _added(self, terms: list[Term], signs: Signs) -> Expression:
        constants = [part for part in terms if constant_value(part) is not None]
        if len(constants) > 1:
            terms = [*(part for part in terms if part not in constants), Add(tuple(constants))]
        first, *rest = sorted(terms, key=is_negated)
        made = self.value(first, signs)
        for part in rest:
            if is_negated(part):
                made = Op("subtract", (made, self.value(negated(part), signs)))
            else:
                made = Op("add", (made, self.value(part, signs)))
        return made

    def _multiply_add(self, term: Add, signs: Signs) -> Expression | None:
        """a b + c of data, rounded once, for a sum of a product of two data and something; None for other sums."""
        for part, other in (term.terms, term.terms[::-1]):
            minus = is_negated(part)
            product = negated(part) if minus else part
            factors = product.factors if isinstance(product, Mul) else ()
            if len(factors) == 2 and all(isinstance(each, Entry) for each in factors):
                data, logit = sorted(factors, key=lambda each: each == self.z)
                first = self.value(data, signs)
                first = negative(first) if minus else first
                return Op("multiply_add", (first, self.value(logit, signs), self.value(other, signs)))
        return None

    def _grows(self, term: Term, signs: Signs) -> bool:
        """Whether an addend has an exponential in it that may be infinite."""
        factors = term.factors if isinstance(term, Mul) else (term,)
        return any(isinstance(each, Exp) and self._exponents(signs).direction(each.argument) >= 0 for each in factors)

    # -- products

    def _product(self, term: Term, signs: Signs) -> Expression:
        front, above, below, exponentials = split_product(term)
        every = [part for each in (*above, *below) for part in outside_functions(each)]
        large = any(isinstance(part, Entry | Parameter) for part in every)
        growing = [each for each in exponentials if not large and self._exponents(signs).direction(each) > 0]
        exponentials = [each for each in exponentials if each not in growing]
        below += [Exp(scaled_argument(each, Fraction(-1))) for each in growing]
        if large and not below and len(exponentials) == 1 and (half := half_of(above)):
            # f^2 e^x as (f e^(x/2))^2, which overflows and underflows only where the product does.
            inner = self._multiplied(Fraction(1), [self.value(each, signs) for each in half])
            assert inner is not None
            root = self._exponents(signs).times_exponential(inner, scaled_argument(exponentials[0], Fraction(1, 2)))
            return Op("multiply", (self._multiplied(front, [root]) or root, root))
        own = [each for each in above if each == self.z or _is_logarithm_of_tail(each)]
        others = [each for each in above if each not in own]
        made = self._multiplied(front, [self.value(each, signs) for each in others])
        for factor in own:
            data = any(isinstance(part, Entry) for other in others for _, part in subterms(other))
            logit = self.value(factor, signs)
            made = logit if made is None else Op("weighted" if data else "multiply", (made, logit))
        divisor = self._multiplied(Fraction(1), [self.value(each, signs) for each in below])
        if divisor is not None:
            quotient = Op("divide", (_ONE if made is None else made, divisor))
            vanishing = made is not None and any(is_scaled_tail(each) for each in below)
            # A tail is above 0 wherever its argument is finite: 0 over it is 0, also where it is rounded to 0.
            made = Op("if_equal", (made, _ZERO, _ZERO, quotient)) if made is not None and vanishing else quotient
        for position, each in enumerate(sorted(exponentials, key=lambda e: repr(e))):
            if made is None:
                made = self._exponents(signs).exponential(each)
            elif large and position == 0:
                made = self._exponents(signs).times_exponential(made, each)
            else:
                made = Op("multiply", (made, self._exponents(signs).exponential(each)))
        return _ONE if made is None else made

    @staticmethod
    def _multiplied(front: Fraction, values: list[Expression]) -> Expression | None:
        made: Expression | None = None if abs(front) == 1 and values else Const(abs(front))
        if abs(front) == 1 and not values:
            made = None if front == 1 else Const(front)
            return made
        for each in values:
            made = each if made is None else Op("multiply", (made, each))
        return negative(made) if front < 0 and made is not None else made

    # -- logarithms

    def _of_quotient(self, quotient: Term, signs: Signs) -> Expression | None:
        """log(u/a) as log u - log a, for u/a that may be beyond the range where its logarithm is not; None for what is
        no quotient."""
        front, above, below, exponentials = split_product(quotient)
        if not below or exponentials:
            return None
        numerator = self._multiplied(front, [self.value(each, signs) for each in above])
        divisor = self._multiplied(Fraction(1), [self.value(each, signs) for each in below])
        if numerator is None or divisor is None:
            return None
        return Op("subtract", (Op("log", (numerator,)), Op("log", (divisor,))))

    def _logarithm(self, argument: Term, signs: Signs) -> Expression:
        match argument:
            case Add() if exponential_of_complement(argument) is not None:
                inner = exponential_of_complement(argument)
                assert inner is not None
                e = self._exponents(signs).exponential(inner)
                small = Op("log1p", (negative(e),))
                large = Op("log", (self.value(argument, signs),))
                return Op("if_negative", (Op("subtract", (e, Const(Fraction(1, 2)))), small, large))
            case Add(terms=(first, Mul() as quotient)) if first == ONE and (far := self._of_quotient(quotient, signs)):
                ratio = self.value(quotient, signs)
                near = Op("log1p", (ratio,))
                return Op("if_negative", (Op("subtract", (ratio, Const(_BESIDE_ONE))), near, far))
            case Add(terms=(first, *rest)) if first == ONE:
                return Op("log1p", (self.value(rest[0] if len(rest) == 1 else Add(tuple(rest)), signs),))
            case Add(terms=(first, second)):
                if is_negated(first) or is_negated(second):
                    return Op("log", (self.value(argument, signs),))
                return Op("log_of_sum", (self.value(first, signs), self.value(second, signs)))
            case _:
                return Op("log", (self.value(argument, signs),))
