"""The short form of a polynomial: common factors and brackets in front, sums with one factor taken together.

A polynomial is written as (common factor) (bracket Q) (bracket K) + rest, where K is one of its kernels
(`monomials.kernels`), for the choice that leaves least to read. The search is bounded by a number of polynomials, not
by time, so that the result is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from symderiv.proving.letters import Letters
from symderiv.proving.matching import match
from symderiv.proving.monomials import (
    UNIT,
    Monomial,
    Polynomial,
    TooLong,
    common,
    content,
    divided,
    inverse,
    joined,
    kernels,
    plus,
    product,
    quotient,
    scaled,
)
from symderiv.proving.rendering import product_term, rendered_sum
from symderiv.proving.style import height
from symderiv.proving.tidy import is_negative, negate, tidy
from symderiv.terms import (
    Add,
    Call,
    Delta,
    Div,
    Domain,
    Entry,
    Index,
    Mul,
    Number,
    Parameter,
    Power,
    Product,
    Size,
    Sum,
    Term,
    children,
    each_subterm,
)

_MOST_POLYNOMIALS: Final = 150
_MOST_KERNELS: Final = 60
_TRIED: Final = 4
_HIGHEST_POWER: Final = 4
_MOST_PRODUCTS: Final = 400
_KNOWN_BRACKET: Final = 3
_OPENED: Final = 6
"""Terms of a bracket that is written out where others cancel against them, and of what is put over one bar."""
_MINUS_ONE: Final = Number(Fraction(-1))
_UNSIFTED: Final = 200
"""A delta under the sum over one of its indices: there is less to compute than is written."""
_NESTED: Final = 40
"""A sum under another on whose index it does not depend."""


def reading_cost(term: Term, whole: tuple[Add, ...], known: dict[Term, int] | None = None) -> int:
    """How much there is to read: every node counts, long sums more, a minus sign before a delta too, and the brackets
    `whole` that the author wrote little, because they are known already.

    `known` keeps the costs found with one `whole`, for a caller that asks about many terms with parts in common.
    """
    known = {} if known is None else known
    if term not in known:
        known[term] = _reading_cost(term, whole, known)
    return known[term]


def _reading_cost(term: Term, whole: tuple[Add, ...], known: dict[Term, int]) -> int:
    if isinstance(term, Add):
        if any(match(pattern, term, pattern.free) is not None for pattern in whole):
            return _KNOWN_BRACKET
        turned_round = Add(tuple(negate(part) for part in reversed(term.terms))) if whole else term
        if any(match(pattern, turned_round, pattern.free) is not None for pattern in whole):
            return 2 * _KNOWN_BRACKET
        turned = sum(2 for part in term.terms if is_negative(part) and _starts_with_delta(part))
        # 1 - p reads more easily than p - 1.
        turned += isinstance(term.terms[0], Call) and term.terms[1:] == (_MINUS_ONE,)
        return 1 + turned + sum(reading_cost(part, whole, known) for part in term.terms)
    own = 4 if isinstance(term, Sum | Product) else 1
    if isinstance(term, Div) and any(_is_compound(part) for part in children(term)):
        own += 2
    if isinstance(term, Power) and is_negative(term.exponent):
        own += 2
    if isinstance(term, Sum):
        inner = list(each_subterm(term.body))
        own += _UNSIFTED if any(isinstance(part, Delta) and term.index in part.free for part in inner) else 0
        own += _NESTED if any(isinstance(part, Sum) and term.index not in part.free for part in inner) else 0
    return own + sum(reading_cost(part, whole, known) for part in children(term))


def _is_compound(term: Term) -> bool:
    """Whether a fraction stands in `term`, itself or as a term of a sum or a factor; a mean, over a size, is none."""
    if isinstance(term, Div):
        return not isinstance(term.denominator, Size)
    return isinstance(term, Add | Mul) and any(map(_is_compound, children(term)))


def _starts_with_delta(term: Term) -> bool:
    return any(isinstance(part, Delta) for part in (term.factors if isinstance(term, Mul) else (term,)))


class Grouper:
    """Short forms of polynomials over one table of letters, each found once; `instances` are brackets known by name."""

    def __init__(self, letters: Letters, instances: tuple[tuple[int, Polynomial], ...], whole: tuple[Add, ...]) -> None:
        self._letters = letters
        self._instances = instances
        self._whole = whole
        self._known: dict[frozenset[tuple[Monomial, Fraction]], Term] = {}
        self._weights: dict[int, int] = {}
        self._costs: dict[Term, int] = {}
        self._left = _MOST_POLYNOMIALS

    def short(self, polynomial: Polynomial) -> Term:
        """The shortest form found."""
        forms = [self._form(polynomial), *self._over_denominators(polynomial)]
        merged = self._merged(polynomial)
        if merged != polynomial:
            forms.append(self._form(merged))
        return min(forms, key=self._cost)

    def _over_denominators(self, polynomial: Polynomial) -> Iterator[Term]:
        """The polynomial over each of the brackets that divide several of its terms: 1 - t / (t + r) as r / (t + r)."""
        for letter in sorted({letter for monomial in polynomial for letter, power in monomial if power < 0}):
            sign, bracket = self._letters.relations.get(letter, (Fraction(0), {}))
            powers = [dict(monomial).get(letter, 0) for monomial in polynomial]
            least = min(powers)
            if sign != -1 or letter in self._letters.partners or least.denominator != 1:
                continue
            if least < -_HIGHEST_POWER or max(powers) > 0:
                continue
            above: Polynomial = {}
            try:
                for (monomial, coefficient), power in zip(polynomial.items(), powers, strict=True):
                    part: Polynomial = {joined(monomial, ((letter, -power),)): coefficient}
                    for _ in range(int(power - least)):
                        part = product(part, bracket, _MOST_PRODUCTS)
                    above = plus(above, part)
            except TooLong:
                continue
            if above and len(above) <= len(polynomial):
                below = self._letters.monomial_term(((letter, least),))
                yield product_term([self._form(above), below])

    def _cost(self, term: Term) -> int:
        return reading_cost(term, self._whole, self._costs)

    def _form(self, polynomial: Polynomial) -> Term:
        if not polynomial:
            return self._letters.term(polynomial)
        if len(polynomial) == 1:
            ((monomial, coefficient),) = polynomial.items()
            return self._letters.monomial_term(monomial, coefficient)
        key = frozenset(polynomial.items())
        if key not in self._known:
            self._known[key] = self._search(polynomial)
        return self._known[key]

    def _search(self, polynomial: Polynomial) -> Term:
        self._left -= 1
        shared = common(tuple(polynomial), self._letters.partners)
        value = content(polynomial)
        if shared or value != 1:
            forms = [self._with_factor(polynomial, shared, value), *self._over_one_bar(polynomial, shared)]
            symbolic = self._letters.partners.keys() | self._letters.symbolic.keys()
            whole = tuple(pair for pair in shared if pair[1].denominator == 1 and pair[0] not in symbolic)
            if whole != shared:
                rest = scaled(polynomial, inverse(whole), 1 / value)
                front = self._letters.monomial_term(whole, value)
                forms.append(product_term([front, tidy(self._letters.term(rest))]))
            return min(forms, key=self._cost)
        best = tidy(self._letters.term(polynomial))
        opened = self._opened(polynomial)
        if opened is not None:
            best = min(best, self._form(opened), key=self._cost)
        merged = self._merged(polynomial)
        if merged != polynomial:
            best = min(best, self._form(merged), key=self._cost)
        for letter, bracket in self._instances:
            times, rest = quotient(polynomial, bracket, self._letters.partners)
            if times:
                named = plus(scaled(times, ((letter, 1),), Fraction(1)), rest)
                best = min(best, self._form(named), key=self._cost)
        for found, bracket, rest in self._splits(polynomial):
            if self._left <= 0:
                break
            front = product_term([self._form(found), self._form(bracket)])
            made = rendered_sum([front, self._form(rest)]) if rest else front
            best = min(best, made, key=self._cost)
        for made in self._over_one_bar(polynomial, UNIT):
            best = made if self._cost(made) + 1 < self._cost(best) else best
        return best

    def _with_factor(self, polynomial: Polynomial, shared: Monomial, value: Fraction) -> Term:
        """value * shared * rest."""
        rest = scaled(polynomial, inverse(shared), 1 / value)
        return product_term([self._letters.monomial_term(shared, value), self._form(rest)])

    def _over_one_bar(self, polynomial: Polynomial, shared: Monomial) -> Iterator[Term]:
        """The polynomial over the common denominator of data and parameters: (x - m) / m^2 for x / m^2 - 1 / m."""
        factor = dict(shared)
        if len(polynomial) > _OPENED:
            return
        for letter in sorted({letter for monomial in polynomial for letter, _ in monomial}):
            powers = [dict(monomial).get(letter, 0) for monomial in polynomial]
            least = min(powers)
            plain = isinstance(self._letters.terms[letter], Entry | Call | Parameter)
            whole = all(power.denominator == 1 for power in powers)
            if plain and least < 0 and whole and letter not in self._letters.partners:
                factor[letter] = least
        if factor and factor != dict(shared):
            in_front = tuple(sorted((letter, power) for letter, power in factor.items() if power))
            yield self._with_factor(polynomial, in_front, content(polynomial))

    def _opened(self, polynomial: Polynomial) -> Polynomial | None:
        """The polynomial with a bracket written out, where that leaves one term: -e^u for 1 - (1 + e^u)."""
        for letter in sorted({letter for monomial in polynomial for letter, power in monomial if power == 1}):
            sign, bracket = self._letters.relations.get(letter, (Fraction(0), {}))
            if sign != -1 or len(bracket) > _OPENED:
                continue
            made: Polynomial = {}
            for monomial, coefficient in polynomial.items():
                if dict(monomial).get(letter, 0) == 1:
                    rest = joined(monomial, ((letter, -1),))
                    made = plus(made, scaled(bracket, rest, coefficient))
                else:
                    made = plus(made, {monomial: coefficient})
            if len(made) == 1:
                return made
        return None

    def _splits(self, polynomial: Polynomial) -> list[tuple[Polynomial, Polynomial, Polynomial]]:
        """The most promising (Q, K, R) with polynomial = Q K + R."""
        found: list[tuple[int, int, tuple[Polynomial, Polynomial, Polynomial]]] = []
        whole = self._weight(polynomial)
        for number_, bracket in enumerate(self._brackets(polynomial)):
            times, rest = quotient(polynomial, bracket, self._letters.partners)
            if not times or (times == {UNIT: Fraction(1)} and not rest):
                continue
            gain = whole - self._weight(times) - self._weight(bracket) - self._weight(rest)
            found.append((-gain, number_, (times, bracket, rest)))
            minus = Fraction(-1)
            found.append((-gain, number_, (scaled(times, UNIT, minus), scaled(bracket, UNIT, minus), rest)))
        found.sort(key=lambda entry: entry[:2])
        return [entry[2] for entry in found[:_TRIED]]

    def _brackets(self, polynomial: Polynomial) -> Iterator[Polynomial]:
        yield from kernels(polynomial, self._letters.partners, _MOST_KERNELS)
        for letter in sorted({letter for monomial in polynomial for letter, _ in monomial} & self._letters.shares):
            yield {UNIT: Fraction(1), ((letter, 1),): Fraction(-1)}

    def _weight(self, polynomial: Polynomial) -> int:
        return sum(
            1 + sum(self._letter_weight(letter) + (power != 1) for letter, power in monomial) for monomial in polynomial
        )

    def _letter_weight(self, letter: int) -> int:
        if letter not in self._weights:
            self._weights[letter] = self._cost(self._letters.terms[letter])
        return self._weights[letter]

    # ------------------------------------------------------------------ sums with one factor

    def _merged(self, polynomial: Polynomial) -> Polynomial:
        """c sum_k f_k + c sum_k g_k as c sum_k (f_k + g_k), wherever several sums have one factor up to numbers and
        parameters."""
        groups: dict[tuple[Monomial, Domain], dict[Monomial, tuple[Monomial, Monomial, Fraction, int]]] = {}
        for monomial, coefficient in polynomial.items():
            split = self._split(monomial)
            if split is None:
                continue
            factor, light, letter = split
            index, _ = self._letters.sums[letter]
            groups.setdefault((factor, index.domain), {})[monomial] = (factor, light, coefficient, letter)
        made = polynomial
        for (factor, _), members in groups.items():
            if len({letter for _, _, _, letter in members.values()}) < 2:
                continue
            index = self._common_index([letter for _, _, _, letter in members.values()])
            body: Polynomial = {}
            for _, light, coefficient, letter in members.values():
                own, summand = self._letters.sums[letter]
                if own != index:
                    summand = {self._letters.moved(m, own, index): c for m, c in summand.items()}
                body = plus(body, scaled(summand, light, coefficient))
            value = content(body)
            shared = (
                tuple(p for p in common(tuple(body), self._letters.partners) if self._is_light(p[0])) if body else ()
            )
            body = scaled(body, inverse(shared), 1 / value) if body else body
            for monomial in members:
                made = plus(made, {monomial: made[monomial]}, Fraction(-1))
            if body:
                letter = self._letters.sum_letter(index, body, self._form(body))
                made = plus(made, {joined(joined(factor, shared), ((letter, 1),)): value})
        return made

    def _common_index(self, letters: list[int]) -> Index:
        """The index of the sum that holds most sums one in another: no sum within the others has its name."""
        highest = max(letters, key=lambda letter: (height(self._letters.terms[letter]), -letter))
        return self._letters.sums[highest][0]

    def _split(self, monomial: Monomial) -> tuple[Monomial, Monomial, int] | None:
        """(factor, parameters, sum) of a product with one sum in it; None for other products."""
        sums = [letter for letter, _ in monomial if letter in self._letters.sums]
        if len(sums) != 1 or dict(monomial)[sums[0]] != 1:
            return None
        rest = divided(monomial, ((sums[0], 1),), {})
        assert rest is not None
        light = tuple(pair for pair in rest if self._is_light(pair[0]))
        return tuple(pair for pair in rest if not self._is_light(pair[0])), light, sums[0]

    def _is_light(self, letter: int) -> bool:
        return isinstance(self._letters.terms[letter], Parameter | Size | Number)
