"""Terms without derivatives multiplied out: polynomials over letters, and back.

Brackets are multiplied out, sums taken term by term with everything that does not depend on their index in front, and
Kronecker deltas used up: under a sum they pick a member, beside one they make indices equal. What remains is a letter:
data, defined quantities, logarithms, sums of one product, and brackets that are left whole.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from symderiv.proving.conditions import Conditions
from symderiv.proving.elimination import Relation, eliminated
from symderiv.proving.heads import with_heads
from symderiv.proving.joining import positive_parts, taken_together
from symderiv.proving.letters import Letters
from symderiv.proving.matching import match
from symderiv.proving.monomials import (
    UNIT,
    Exponent,
    Monomial,
    Polynomial,
    TooLong,
    common,
    content,
    inverse,
    joined,
    plus,
    product,
    scaled,
)
from symderiv.proving.named_products import in_bracket, with_products
from symderiv.proving.recognition import folded, head, logistic, reciprocal, recognised, tails
from symderiv.proving.roots_of_numbers import numbers_in
from symderiv.proving.rules.base import Context
from symderiv.proving.settling import settled
from symderiv.proving.style import Style, brackets, height, instantiated
from symderiv.proving.tidy import negate, tidy
from symderiv.statements import Theory, unfold
from symderiv.terms import (
    Abs,
    Add,
    Call,
    Delta,
    Derivative,
    Div,
    Exp,
    Index,
    Log,
    Mul,
    Number,
    Place,
    Power,
    Product,
    Size,
    Sum,
    Term,
    children,
    each_subterm,
    rebuild,
    rename,
)  # fmt: skip

_MOST_PRODUCTS: Final = 4000
_MOST_TERMS: Final = 200
_HIGHEST_POWER: Final = 4


class Expander:
    """Terms of one theory as polynomials over letters; a letter is a number, its place in `terms`."""

    def __init__(self, theory: Theory, style: Style, context: Context, taken: frozenset[str]) -> None:
        self._theory = theory
        self._style = style
        self._context = context
        self._inside = 0
        self._mentioned: frozenset[str] = frozenset()
        self._patterns = brackets(theory)
        self._recognised = recognised(theory, frozenset(context.choice("named").split("+")))
        self.letters = Letters(taken)
        self.conditions = Conditions(self.letters, context.free)

    def polynomial(self, term: Term) -> Polynomial:
        """`term` multiplied out; TooLong beyond the budget."""
        self._mentioned = frozenset(part.name for part in each_subterm(term) if isinstance(part, Call))
        made = settled(self._eliminated(self._expand(term)), self.letters.terms, self._renamed, _MOST_TERMS)
        for definition in self._recognised if self._style.products else ():
            made, uses = with_products(made, definition, self.letters, self._expand)
            self.conditions.need(uses)
            made = self._together(made)
        return {tails(monomial, self.letters.headed): coefficient for monomial, coefficient in made.items()}

    def _expand(self, term: Term) -> Polynomial:
        named = (
            None if self._inside else in_bracket(term, self._patterns, self._style.name, self._bracket, self._plainly)
        )
        if named is not None:
            return named
        match term:
            case Number(value=value):
                return {UNIT: value} if value else {}
            case Delta(left=left, right=right):
                return self._delta(left, right)
            case Add(terms=parts):
                if self._is_whole(term):
                    return self._bracket(term)
                made: Polynomial = {}
                for part in parts:
                    made = plus(made, self._expand(part))
                return self._within_budget(made)
            case Mul(factors=parts):
                made = {UNIT: Fraction(1)}
                for part in parts:
                    made = self._times(made, self._expand(part))
                return made
            case Div(numerator=above, denominator=below):
                return self._times(self._expand(above), self._below(below))
            case Power(base=base, exponent=exponent):
                return self._power(base, exponent)
            case Exp() if (known := logistic(tidy(term), self._recognised, self._mentioned)) is not None:
                return plus({((self.letters.share(known[0], known[1:]), -1),): known[1]}, {UNIT: -known[2]})
            case Exp(argument=inner):
                found = head(tidy(self.letters.rebound(term)), self._recognised, self._mentioned)
                if found is not None:
                    return self._times(self._one(found[0]), self._expand(found[1]))
                return self._exponential(self._expand(inner))
            case Log(argument=inner):
                argument = tidy(self.letters.rebound(inner))
                return self._expand(argument.argument) if isinstance(argument, Exp) else self._one(Log(argument))
            case Sum(index=index, body=body, skip=skip):
                return self._sum(index, body, skip)
            case Product():
                return self._one(self.letters.rebound(term))
            case Derivative():
                raise TooLong
            case _:
                parts = children(term)
                return self._one(rebuild(term, tuple(self.letters.rebound(part) for part in parts)) if parts else term)

    def _plainly(self, term: Term) -> Polynomial:
        """`term` multiplied out without calling its parts by the names of brackets."""
        self._inside += 1
        made = self._expand(term)
        self._inside -= 1
        return made

    def _one(self, term: Term) -> Polynomial:
        return {((self.letters.letter(folded(term, self._recognised)), 1),): Fraction(1)}

    def _within_budget(self, polynomial: Polynomial) -> Polynomial:
        if len(polynomial) > _MOST_TERMS:
            raise TooLong
        return polynomial

    def _times(self, left: Polynomial, right: Polynomial) -> Polynomial:
        for first in left:
            for second in right:
                self.conditions.note(dict(first), dict(second))
        return self._within_budget(self._together(product(left, right, _MOST_PRODUCTS)))

    def _together(self, polynomial: Polynomial) -> Polynomial:
        """`polynomial` with few letters in each monomial."""
        if not (self.letters.switched or self.letters.bases or self.letters.numbers):
            return polynomial
        made: Polynomial = {}
        for monomial, coefficient in polynomial.items():
            value, fewer, uses = taken_together(monomial, self.letters)
            self.conditions.need(uses)
            made = plus(made, {fewer: value * coefficient})
        return made

    def _delta(self, left: Place, right: Place) -> Polynomial:
        if left == right:
            return {UNIT: Fraction(1)}
        if self._context.differ(left, right) is not None:
            self.conditions.add(self._context.differ(left, right) or ())
            return {}
        return {((self.letters.letter(Delta(left, right)), 1),): Fraction(1)}

    def _power(self, base: Term, exponent: Term) -> Polynomial:
        constant, rest = self._exponent(exponent)
        numbers = numbers_in(base) if not rest and constant.denominator != 1 else None
        if numbers:
            return self._together({self.letters.root_of(numbers, constant): Fraction(1)})
        if isinstance(base, Abs) and not rest and constant.denominator == 1 and constant.numerator % 2 == 0:
            base = base.argument
        below = isinstance(base, Add) and (bool(rest) or constant.denominator != 1 or constant < 0)
        inner = self._bracket(base) if below or self._is_whole(base) else self._expand(base)
        if rest or constant.denominator != 1:
            return self._symbolic_power(inner, base, constant, rest)
        if constant < 0:
            return self._whole_power(self._inverse(self._plainly(base), base), -int(constant))
        return self._whole_power(inner, int(constant))

    def _whole_power(self, polynomial: Polynomial, exponent: int) -> Polynomial:
        if len(polynomial) == 1:
            ((monomial, coefficient),) = polynomial.items()
            return {tuple((letter, power * exponent) for letter, power in monomial if exponent): coefficient**exponent}
        if exponent > _HIGHEST_POWER:
            raise TooLong
        made: Polynomial = {UNIT: Fraction(1)}
        for _ in range(exponent):
            made = self._times(made, polynomial)
        return made

    def _exponent(self, exponent: Term) -> tuple[Fraction, list[tuple[Fraction, Term]]]:
        """The constant of an exponent, and its other terms as (coefficient, term)."""
        found = self._expand(exponent)
        rest = [(c, self.letters.monomial_term(m)) for m, c in found.items() if m != UNIT]
        return found.get(UNIT, Fraction(0)), rest

    def _symbolic_power(
        self, inner: Polynomial, base: Term, constant: Fraction, rest: list[tuple[Fraction, Term]]
    ) -> Polynomial:
        parts = positive_parts(inner, self.letters, self._theory) if not rest else None
        if parts is not None:
            return {tuple((letter, power * constant) for letter, power in parts): Fraction(1)}
        whole: Monomial | None = None
        if len(inner) != 1 or next(iter(inner.values())) != 1 or len(next(iter(inner))) != 1:
            whole = next(iter(inner)) if len(inner) == 1 and next(iter(inner.values())) == 1 and rest else None
            inner = self._one(self.letters.rebound(base))
        (((letter, power),),) = inner.keys()
        if power != 1:
            letter = self.letters.letter(self.letters.monomial_term(next(iter(inner))))
        elif whole is not None:
            self.letters.bases.setdefault(letter, whole)
        exponents = {letter: constant} if constant else {}
        for coefficient, unit in rest:
            exponents[self.letters.power_letter(letter, unit)] = coefficient
        return {tuple(sorted(exponents.items())): Fraction(1)}

    def _exponential(self, argument: Polynomial) -> Polynomial:
        made: Polynomial = {UNIT: Fraction(1)}
        for monomial, coefficient in argument.items():
            whole = coefficient.denominator == 1 and monomial != UNIT
            inner = self.letters.monomial_term(monomial, Fraction(1) if whole else coefficient)
            single = self._expand(inner.argument) if isinstance(inner, Log) else self._one(Exp(inner))
            power = int(coefficient) if whole else 1
            if power < 0 and len(single) != 1:
                single = self._inverse(single, self.letters.term(single))
            elif power < 0:
                single = {inverse(next(iter(single))): 1 / next(iter(single.values()))}
            made = self._times(made, self._whole_power(single, abs(power)))
        return with_heads(made, self.letters, self._recognised, self._mentioned, self._expand)

    def instances(self) -> tuple[tuple[int, Polynomial], ...]:
        """The brackets of the definitions at the indices that occur, each as a letter and as what it stands for."""
        found: dict[int, Polynomial] = {}
        for term in instantiated(self._patterns, tuple(self.letters.terms)):
            made = self._bracket(term)
            if len(made) == 1 and len(next(iter(made))) == 1:
                (((letter, _),),) = made.keys()
                if letter in self.letters.relations:
                    found[letter] = self.letters.relations[letter][1]
        return tuple(found.items())

    def _is_whole(self, term: Term) -> bool:
        known = self._patterns if self._style.whole else ()
        return any(match(pattern, term, pattern.free) is not None for pattern in known)

    def _bracket(self, term: Term) -> Polynomial:
        """A sum as one letter, up to a number."""
        if not isinstance(term, Add):
            return self._expand(term)
        made: Polynomial = {}
        for part in term.terms:
            made = plus(made, self._plainly(part))
        return self._bracket_of(made, term)

    def _bracket_of(self, made: Polynomial, written: Term) -> Polynomial:
        if len(made) < 2:
            return made
        number_ = content(made)
        key = frozenset((m, c / number_) for m, c in made.items())
        opposite = frozenset((m, -c) for m, c in key)
        if key not in self.letters.bracket_ranks and opposite not in self.letters.bracket_ranks:
            primitive = {m: c / number_ for m, c in made.items()}
            term = tidy(self.letters.rebound(written)) if number_ == 1 else self.letters.term(primitive)
            rank = self.letters.letter(term)
            self.letters.bracket_ranks[key] = rank
            self.letters.relations[rank] = (Fraction(-1), primitive)
        sign = 1 if key in self.letters.bracket_ranks else -1
        rank = self.letters.bracket_ranks[key if sign == 1 else opposite]
        return {((rank, 1),): sign * number_}

    def _inverse(self, polynomial: Polynomial, written: Term) -> Polynomial:
        if len(polynomial) != 1:
            if not polynomial:
                raise TooLong
            shared = common(tuple(polynomial), self.letters.partners)
            if shared and not self._is_whole(written):
                rest = scaled(polynomial, inverse(shared), Fraction(1))
                return scaled(self._inverse(rest, self.letters.term(rest)), inverse(shared), Fraction(1))
            polynomial = self._bracket_of(polynomial, written)
        ((monomial, coefficient),) = polynomial.items()
        made: Polynomial = {UNIT: 1 / coefficient}
        for letter, power in monomial:
            known = self._reciprocal(letter)
            if power > 0 and power.denominator == 1 and known is not None:
                made = self._times(made, self._whole_power(known, int(power)))
            else:
                made = scaled(made, ((letter, -power),), Fraction(1))
        return made

    def _below(self, term: Term) -> Polynomial:
        """1 / term, factor by factor."""
        match term:
            case Mul(factors=parts):
                made: Polynomial = {UNIT: Fraction(1)}
                for part in parts:
                    made = self._times(made, self._below(part))
                return made
            case Power(base=base, exponent=exponent):
                return self._power(base, negate(exponent))
            case _:
                return self._inverse(self._plainly(term), term)

    def _reciprocal(self, letter: int) -> Polynomial | None:
        """1 / bracket as a defined quantity: p for p = 1 / (1 + e^-z)."""
        found = reciprocal(self.letters.terms[letter], self._recognised)
        if found is None:
            return None
        call = self.letters.letter(found[0])
        if letter in self.letters.relations:
            self.letters.relations[call] = (Fraction(1), self.letters.relations[letter][1])
        return {((call, 1),): 1 / found[1]}

    def _eliminated(self, polynomial: Polynomial) -> Polynomial:
        if self._style.eliminate == "none":
            return polynomial
        return eliminated(polynomial, self._relation, self._style.eliminate, _MOST_TERMS)

    def _relation(self, letter: int) -> Relation | None:
        """(s, P) with letter^s P = 1, for a bracket or a quantity defined as a sum of terms."""
        term = self.letters.terms[letter]
        if letter not in self.letters.relations and isinstance(term, Call):
            body = self._theory.definition(term.name).body
            if not any(isinstance(part, Sum | Product | Exp) for part in each_subterm(body)):
                made = self._expand(unfold(term, self._theory))
                if len(made) > 1:
                    self.letters.relations[letter] = (Fraction(-1), made)
        return self.letters.relations.get(letter)

    def _sum(self, index: Index, body: Term, skip: Place | None) -> Polynomial:
        temporary = self.letters.temporary(index.domain)
        inner = self._eliminated(self._expand(rename(body, {index: temporary})))
        made: Polynomial = {}
        for monomial, coefficient in inner.items():
            made = plus(made, self._summed(monomial, temporary), coefficient)
        if skip is not None:
            made = plus(made, self._expand(rename(body, {index: skip})), Fraction(-1))
        return self._within_budget(made)

    def _summed(self, monomial: Monomial, bound: Index) -> Polynomial:
        """The sum of one monomial over `bound`."""
        for letter, power in monomial:
            found = self.letters.terms[letter]
            if isinstance(found, Delta) and bound in (found.left, found.right) and power > 0:
                target = found.right if found.left == bound else found.left
                return self._renamed(tuple(p for p in monomial if p[0] != letter), bound, target)
        outside = tuple(pair for pair in monomial if bound not in self.letters.terms[pair[0]].free)
        inside = tuple(pair for pair in monomial if bound in self.letters.terms[pair[0]].free)
        if not inside:
            return {joined(outside, ((self.letters.letter(Size(bound.domain)), 1),)): Fraction(1)}
        index = self.letters.name(bound.domain, height(self.letters.monomial_term(inside)))
        body = self.letters.moved(inside, bound, index)
        written = Sum(index, self.letters.monomial_term(body))
        name = folded(written, self._recognised)
        if name is not written:
            return self._times({outside: Fraction(1)}, self._expand(name))
        return {joined(outside, ((self.letters.sum_letter(index, {body: Fraction(1)}, written.body), 1),)): Fraction(1)}

    def _renamed(self, monomial: Monomial, old: Index, new: Place) -> Polynomial:
        """The monomial with one index replaced, worked out anew where that matters."""
        made: Polynomial = {UNIT: Fraction(1)}
        for letter, power in monomial:
            term = self.letters.terms[letter]
            if old not in term.free:
                made = scaled(made, ((letter, power),), Fraction(1))
                continue
            moved = rename(term, {old: new})
            one = self._bracket(moved) if isinstance(moved, Add) else self._expand(moved)
            if power < 0:
                one = self._inverse(one, moved)
            if _size(power).denominator != 1 and len(one) != 1:
                raise TooLong
            if len(one) == 1:
                ((inner, coefficient),) = one.items()
                if coefficient != 1 and power.denominator != 1:
                    raise TooLong
                raised = tuple((other, p * _size(power)) for other, p in inner)
                made = scaled(made, raised, coefficient ** int(_size(power)) if coefficient != 1 else Fraction(1))
            else:
                made = self._times(made, self._whole_power(one, int(_size(power))))
        return made


def _size(power: Exponent) -> Exponent:
    return power if power > 0 else -power
