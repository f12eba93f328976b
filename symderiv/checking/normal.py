"""Normal forms: the names of logarithms, exponentials and sums in exact arithmetic, fixed before any size.

A normal form is a Laurent polynomial with rational coefficients in *letters*: canonical terms such as an entry z_k, a
full sum over a symbolic domain, ``e**m`` for a monomial m, ``log P`` for a primitive polynomial P, or P itself with a
negative exponent. Rewriting never looks at a size, so no relation that holds at one class count only can enter: log C
stays apart from log 2, and log sum_k e**z_k from z_1. Two equal functions may still get two names; that costs
completeness, never soundness.

Identities used, each valid for every size wherever both sides are defined (signs are checked elsewhere, by `signs` and
by the real gate): log of products, quotients, powers, exponentials and products over an index; log of a sum as the log
of its monomial content plus one letter; e**(a+b) = e**a e**b; e**(n log P) = P**n for even n, and for every integer n
where P is never negative: by its shape, as a sum of positive terms without one of them, or because P times what is
positive is the normal form of what is never negative by its shape, as z**2 - 2 z t + t**2 is of (z - t)**2; factors
constant in a bound index move out of its sum; a sum without one member is the full sum minus that member; sums over a
domain of concrete size are written out.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import assert_never

from symderiv.checking.evaluation import HIGHEST_POWER
from symderiv.checking.given import Given, is_given
from symderiv.checking.letters import (
    Monomial,
    Outside,
    Polynomial,
    added,
    common_factor,
    gathered,
    height,
    is_scaled,
    log_of_rational,
    members_of,
    root_of,
    together,
)  # fmt: skip
from symderiv.checking.shape import RESERVED, never_negative, sign_of
from symderiv.encoding import encode_term
from symderiv.statements import Theory, unfold
from symderiv.terms import (
    Abs,
    Add,
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
    Position,
    Power,
    Product,
    Sign,
    Size,
    Special,
    Step,
    Sum,
    Term,
    each_subterm,
    number,
    own_places,
    rebuild,
    rename,
)

__all__ = ["Monomial", "Normaliser", "Outside", "Polynomial"]

_LONGEST_NUMBER = 20_000
"""Bits of a coefficient."""
_EXPANSION_LIMIT = 400
"""Monomials in one normal form; a longer one is given up, which costs a verdict but never a wrong one."""


class Normaliser:
    """Normal forms of terms of one theory, each computed once.

    `positive` are terms that are positive in the region of the claim, each for all values of its indices that stand
    beside it. The logarithm of such a term stays one letter: of P / Q > 0 neither P nor Q need be positive.
    """

    def __init__(self, theory: Theory, positive: tuple[Given, ...] = ()) -> None:
        self._theory = theory
        self._facts = positive
        self._asked: set[Given] = set()
        self._known: dict[Term, Polynomial] = {}
        self._keys: dict[Term, str] = {}
        self._squares: dict[Given, None] = {}

    def normal(self, term: Term) -> Polynomial:
        """The normal form of `term`; Outside if it holds a derivative."""
        if term not in self._known:
            self._known[term] = self._normal(term)
        return self._known[term]

    def canonical(self, term: Term) -> Term:
        """The normal form as a term again."""
        return self.as_term(self.normal(term))

    def _normal(self, term: Term) -> Polynomial:
        match term:
            case Number(value=value):
                return {(): value} if value else {}
            case Delta(left=left, right=right):
                if left == right:
                    return {(): Fraction(1)}
                if isinstance(left, Position) and isinstance(right, Position):
                    return {}
                return {((term, 1),): Fraction(1)}
            case Size(domain=domain):
                return {(): Fraction(domain.size)} if domain.size else {((term, 1),): Fraction(1)}
            case Parameter() | Constant() | Entry():
                return {((term, 1),): Fraction(1)}
            case Call():
                return self.normal(unfold(term, self._theory))
            case Add(terms=parts):
                return self.total([self.normal(part) for part in parts])
            case Mul(factors=parts):
                made: Polynomial = {(): Fraction(1)}
                for part in parts:
                    made = self.times(made, self.normal(part))
                return made
            case Div(numerator=above, denominator=below):
                return self.times(self.normal(above), self.inverse(self.normal(below)))
            case Power(base=base, exponent=exponent):
                return self._power(base, exponent)
            case Exp(argument=inner):
                return self._exponential(self.normal(inner))
            case Log(argument=inner):
                return self.logarithm(inner)
            case Abs(argument=inner) | Sign(argument=inner) | Special(argument=inner):
                return self._odd_or_even(term, self.normal(inner))
            case Step(argument=inner):
                return self._step(self.normal(inner))
            case Max(terms=parts):
                return self._largest(parts)
            case Sum(index=index, body=body, skip=skip):
                return self._sum(index, self.normal(body), skip)
            case Product(index=index, body=body):
                if index.domain.size is not None:
                    places = members_of(index, term.skip)
                    return self.normal(Mul(tuple(rename(body, {index: place}) for place in places) or (number(1),)))
                return self._exponential(self.normal(Sum(index, Log(body), term.skip)))
            case Derivative():
                raise Outside("a derivative inside a logarithm, an exponential or a power")
            case _:
                assert_never(term)

    def _odd_or_even(self, term: Abs | Sign | Special, inner: Polynomial) -> Polynomial:
        """|u|, sign(u) or erf(u) as one letter for u and -u, or without one where the sign of u follows from its
        shape."""
        if not inner:
            return {}
        shape = sign_of(self.as_term(inner), self._theory)
        if shape is not None and not isinstance(term, Special):
            return {m: v * shape for m, v in inner.items()} if isinstance(term, Abs) else {(): Fraction(shape)}
        first = min(inner, key=lambda m: [(self._key(letter), power) for letter, power in m])
        sign = -1 if inner[first] < 0 else 1
        letter = rebuild(term, (self.as_term({m: sign * v for m, v in inner.items()}),))
        return {((letter, 1),): Fraction(1 if isinstance(term, Abs) else sign)}

    def _step(self, inner: Polynomial) -> Polynomial:
        argument = self.as_term(inner)
        shape = sign_of(argument, self._theory) if inner else -1
        if shape is not None:
            return {(): Fraction(1)} if shape == 1 else {}
        return {((Step(argument), 1),): Fraction(1)}

    def _largest(self, parts: tuple[Term, ...]) -> Polynomial:
        """A maximum as one letter, its terms in canonical order and each once."""
        terms = sorted({self.canonical(part) for part in parts}, key=self._key)
        if len(terms) == 1:
            return self.normal(terms[0])
        return {((Max(tuple(terms)), 1),): Fraction(1)}

    def _key(self, term: Term) -> str:
        if term not in self._keys:
            self._keys[term] = repr(encode_term(term))
        return self._keys[term]

    def _sorted(self, exponents: dict[Term, int]) -> Monomial:
        kept = [(letter, power) for letter, power in exponents.items() if power]
        return tuple(sorted(kept, key=lambda pair: self._key(pair[0])))

    def total(self, parts: list[Polynomial]) -> Polynomial:
        """The sum of `parts`."""
        return added(parts, _EXPANSION_LIMIT)

    def times(self, left: Polynomial, right: Polynomial) -> Polynomial:
        """left * right, with delta**2 = delta and sums in a denominator kept whole."""
        if len(left) * len(right) > _EXPANSION_LIMIT**2:
            raise Outside("a product too long to expand")
        parts: list[Polynomial] = []
        for first, above in left.items():
            for second, below in right.items():
                exponents = together(dict(first), second)
                for letter in exponents:
                    if isinstance(letter, Delta):
                        exponents[letter] = 1
                parts.append(self._expanded(exponents, above * below))
        return self.total(parts)

    def _expanded(self, exponents: dict[Term, int], coefficient: Fraction) -> Polynomial:
        """One monomial, in which a polynomial letter has come to stand in the numerator and is multiplied out.

        Of a root of a number or a constant only an exponent below the root's degree stays: sqrt(2)**2 = 2.
        """
        roots = [name for name in exponents if is_scaled(name)]
        for name in roots:
            found = root_of(name)
            if found is not None and not 0 <= exponents[name] < found[1]:
                base, degree = found
                whole, exponents[name] = divmod(exponents[name], degree)
                if isinstance(base, Number):
                    coefficient *= base.value**whole
                else:
                    exponents[base] = exponents.get(base, 0) + whole
        exponents = gathered(exponents) if roots else exponents
        above = [(letter, power) for letter, power in exponents.items() if isinstance(letter, Add) and power > 0]
        rest = {letter: power for letter, power in exponents.items() if (letter, power) not in above}
        made: Polynomial = {self._sorted(rest): coefficient}
        for letter, power in above:
            for _ in range(power):
                made = self.times(made, self.normal(letter))
        return made

    def content(self, poly: Polynomial) -> tuple[Fraction, Monomial, Polynomial]:
        """poly = coefficient * monomial * primitive, with a positive coefficient and no common letter left."""
        if not poly:
            raise Outside("zero has no content")
        coefficient, common = common_factor(poly)
        rest = self.times(poly, {self._sorted({k: -v for k, v in common.items()}): 1 / coefficient})
        if any(isinstance(letter, Add) for letter in common) and len(rest) > 1:
            # Multiplying denominators out may have made new common letters: 1 - x/(x+y) = y/(x+y).
            more, monomial, rest = self.content(rest)
            return coefficient * more, self._merge(common, monomial), rest
        if len(rest) == 1:
            ((monomial, value),) = rest.items()
            return coefficient * value, self._merge(common, monomial), {(): Fraction(1)}
        return coefficient, self._sorted(common), rest

    def _merge(self, exponents: dict[Term, int], monomial: Monomial) -> Monomial:
        return self._sorted(together(exponents, monomial))

    def inverse(self, poly: Polynomial) -> Polynomial:
        """1 / poly; Outside for zero or for a lone delta."""
        if not poly:
            raise Outside("a division by zero")
        coefficient, monomial, rest = self.content(poly)
        if any(isinstance(letter, Delta) for letter, _ in monomial):
            raise Outside("a division by a Kronecker delta")
        exponents = {letter: -power for letter, power in monomial}
        if len(rest) > 1:
            first = min(rest, key=lambda m: [(self._key(letter), power) for letter, power in m])
            sign = -1 if rest[first] < 0 else 1
            coefficient *= sign
            letter = self.as_term({m: sign * value for m, value in rest.items()})
            exponents[letter] = exponents.get(letter, 0) - 1
        return self._expanded(exponents, 1 / coefficient)

    def _power(self, base: Term, exponent: Term) -> Polynomial:
        if isinstance(exponent, Number) and exponent.value.denominator == 1:
            power = exponent.value.numerator
            if abs(power) > HIGHEST_POWER:
                raise Outside(f"a power above {HIGHEST_POWER}")
            inner = self.normal(base)
            if power < 0:
                inner = self.inverse(inner)
            made: Polynomial = {(): Fraction(1)}
            if len(inner) == 1:
                ((monomial, value),) = inner.items()
                if (value.numerator.bit_length() + value.denominator.bit_length()) * abs(power) > _LONGEST_NUMBER:
                    raise Outside("a number too long to write out")
                return self._expanded({letter: p * abs(power) for letter, p in monomial}, value ** abs(power))
            for _ in range(abs(power)):
                made = self.times(made, inner)
            return made
        return self._exponential(self.normal(Mul((exponent, Log(base)))))

    def logarithm(self, argument: Term) -> Polynomial:
        """log of `argument`, with the logarithm of a product over an index turned into a sum."""
        if isinstance(argument, Call):
            return self.logarithm(unfold(argument, self._theory))
        if isinstance(argument, Product) and argument.index.domain.size is None:
            return self.normal(Sum(argument.index, Log(argument.body), argument.skip))
        poly = self.normal(argument)
        if not poly:
            raise Outside("a logarithm of zero")
        if self._is_given(poly):
            scale = self.content(poly)[0]
            whole = {monomial: value / scale for monomial, value in poly.items()}
            return self.total([log_of_rational(scale), {((Log(self.as_term(whole)), 1),): Fraction(1)}])
        coefficient, monomial, rest = self.content(poly)
        if len(rest) == 1 and coefficient < 0:
            return {((Log(self.as_term(poly)), 1),): Fraction(1)}
        parts = [log_of_rational(coefficient)]
        for letter, power in monomial:
            inner = self.normal(letter.argument) if isinstance(letter, Exp) else {((Log(letter), 1),): Fraction(1)}
            parts.append({m: value * power for m, value in inner.items()})
        if len(rest) > 1:
            whole_ = self.as_term(rest)
            outer = all(power % 2 == 0 or never_negative(letter, self._theory) for letter, power in monomial)
            if outer and never_negative(argument, self._theory):
                self._squares[whole_, tuple(sorted(whole_.free, key=repr))] = None
            parts.append({((Log(whole_), 1),): Fraction(1)})
        return self.total(parts)

    def _exponential(self, poly: Polynomial) -> Polynomial:
        made: Polynomial = {(): Fraction(1)}
        for monomial, value in poly.items():
            whole = 0
            if len(monomial) == 1 and isinstance(monomial[0][0], Log) and monomial[0][1] == 1:
                inner = monomial[0][0].argument
                whole = floor(value)
                if not self.is_never_negative(inner):
                    # The logarithm may stand for log |P|, after log P**2 = 2 log P: only even powers of P are safe.
                    whole -= whole % 2
                made = self.times(made, self._power(inner, number(whole)))
            rest = value - whole
            if rest:
                letter = Exp(self.as_term({monomial: Fraction(1, rest.denominator)}))
                made = self.times(made, {((letter, rest.numerator),): Fraction(1)})
        return made

    def is_never_negative(self, term: Term) -> bool:
        """Whether `term`, the argument of a logarithm, is at least 0 by its shape or by that of what it came from."""
        return (
            sign_of(term, self._theory) == 1
            or never_negative(term, self._theory)
            or self.leaves_one_out(self.normal(term)) is not None
            or self._is_given(self.normal(term))
            or (bool(self._squares) and is_given(self.normal(term), tuple(self._squares), self.normal, self._asked))
        )

    def _is_given(self, poly: Polynomial) -> bool:
        return bool(self._facts) and is_given(poly, self._facts, self.normal, self._asked)

    def leaves_one_out(self, poly: Polynomial) -> Sum | None:
        """The sum of positive terms that `poly` is without one member, as S - e**z_i is: never negative. Else None."""
        if len(poly) != 2:
            return None
        for outer, value in poly.items():
            if value != 1 or len(outer) != 1 or not isinstance(outer[0][0], Sum) or outer[0][1] != 1:
                continue
            full = outer[0][0]
            (other,) = (monomial for monomial in poly if monomial != outer)
            member = self.as_term({other: -poly[other]})
            places = {p for part in each_subterm(member) for p in own_places(part) if p.domain == full.index.domain}
            if any(self.canonical(rename(full.body, {full.index: place})) == member for place in places):
                return full if sign_of(full.body, self._theory) == 1 else None
        return None

    def _sum(self, index: Index, body: Polynomial, skip: Position | Index | None) -> Polynomial:
        parts: list[Polynomial] = []
        for monomial, coefficient in body.items():
            if index.domain.size is not None:
                term = self.as_term({monomial: coefficient})
                parts += [self.normal(rename(term, {index: place})) for place in members_of(index, None)]
            else:
                parts.append(self._sum_monomial(index, monomial, coefficient))
            if skip is not None:
                term = self.as_term({monomial: -coefficient})
                parts.append(self.normal(rename(term, {index: skip})))
        return self.total(parts)

    def _sum_monomial(self, index: Index, monomial: Monomial, coefficient: Fraction) -> Polynomial:
        for letter, _ in monomial:
            if isinstance(letter, Delta) and index in letter.free:
                other = letter.right if letter.left == index else letter.left
                term = self.as_term({tuple(pair for pair in monomial if pair[0] != letter): coefficient})
                return self.normal(rename(term, {index: other}))
        outside = {letter: power for letter, power in monomial if index not in letter.free}
        inside = [(letter, power) for letter, power in monomial if index in letter.free]
        if not inside:
            outer = self._sorted(outside)
            return self.times({outer: coefficient}, {((Size(index.domain), 1),): Fraction(1)})
        # Heights grow outwards, so a reserved name never meets a nested one.
        above = 1 + max(height(letter) for letter, _ in inside)
        bound = Index(f"{RESERVED}{above}", index.domain)
        renamed = self._sorted({rename(letter, {index: bound}): power for letter, power in inside})
        letter = Sum(bound, self.as_term({renamed: Fraction(1)}))
        return {self._merge(outside, ((letter, 1),)): coefficient}

    def as_term(self, poly: Polynomial) -> Term:
        """`poly` as a term, its monomials and letters in canonical order."""
        order = sorted(poly, key=lambda m: [(self._key(letter), power) for letter, power in m])
        parts: list[Term] = []
        for monomial in order:
            factors: list[Term] = [number(poly[monomial])] if poly[monomial] != 1 or not monomial else []
            factors += [letter if power == 1 else Power(letter, number(power)) for letter, power in monomial]
            parts.append(factors[0] if len(factors) == 1 else Mul(tuple(factors)))
        return number(0) if not parts else parts[0] if len(parts) == 1 else Add(tuple(parts))
