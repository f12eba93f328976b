"""Totals and blocks: what may stand in a denominator, a logarithm or a power where `totals` decides an equation.

A *total* is a sum over the domain, sigma = sum_k phi(k), that stands in such a place. A *block* is a function of
totals, parameters and data whose logarithms, powers and denominators have a sign by their shape. The exact conditions,
and what each is needed for, are in `totals`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from symderiv.checking.normal import Monomial, Normaliser, Outside, Polynomial
from symderiv.checking.shape import RESERVED, sign_of
from symderiv.checking.simplices import Simplex
from symderiv.statements import Theory, unfold
from symderiv.terms import (
    Abs,
    Add,
    Call,
    Constant,
    Derivative,
    Div,
    Domain,
    Entry,
    Exp,
    Index,
    Log,
    Max,
    Mul,
    Number,
    Parameter,
    Power,
    Product,
    Sign,
    Size,
    Special,
    Step,
    Sum,
    Term,
    children,
    each_subterm,
    number,
    own_places,
    rebuild,
    rename,
)

__all__ = ["Blocks", "Total", "natural"]

_ONE: Final = Fraction(1)


@dataclass(frozen=True, slots=True)
class Total:
    """sigma = sum_k phi(k), with phi at an index of the checker's own.

    `value` is a number that stands for sigma, `arrays` are those in phi, `own` those among them that determine phi with
    the others given, and `entry` says that phi is an entry of data itself.
    """

    phi: Term
    value: Parameter
    arrays: frozenset[str]
    own: frozenset[str]
    entry: bool


@dataclass(slots=True)
class Blocks:
    """The totals and blocks of one statement, for sums over `domain`."""

    domain: str
    theory: Theory
    simplices: tuple[Simplex, ...]
    normaliser: Normaliser
    totals: dict[Term, Total] = field(default_factory=dict)
    _collected: set[tuple[Term, bool]] = field(default_factory=set)
    _known: dict[Term, Term] = field(default_factory=dict)

    def is_counted(self, domain: Domain) -> bool:
        """Whether `domain` is the one whose sizes are counted."""
        return domain.name == self.domain and domain.size is None

    def collect(self, term: Term, *, inside: bool) -> None:
        """Note the totals of `term`; `inside` says whether it stands in what is not a polynomial of its parts."""
        if (term, inside) in self._collected:
            return
        self._collected.add((term, inside))
        match term:
            case Call():
                self.collect(unfold(term, self.theory), inside=inside)
            case Sum(index=index) if inside and self.is_counted(index.domain):
                outer, total = self._total(term)
                self.totals.setdefault(total.phi, total)
                self.collect(outer, inside=True)
            case Div(numerator=above, denominator=below):
                self.collect(above, inside=inside)
                self.collect(below, inside=True)
            case Power(base=base, exponent=exponent):
                self.collect(base, inside=inside or natural(exponent) is None)
                self.collect(exponent, inside=True)
            case Exp() | Log() | Special() | Product():
                for part in children(term):
                    self.collect(part, inside=True)
            case _:
                for part in children(term):
                    self.collect(part, inside=inside)

    def require_apart(self) -> None:
        """Outside unless every total that is no sum of entries has an array of its own, in no other total."""
        tied = frozenset(simplex.name for simplex in self.simplices if simplex.domain == self.domain)
        plain = tied.union(*(total.arrays for total in self.totals.values() if total.entry))
        others = [total for total in self.totals.values() if not total.entry]
        for total in others:
            if not total.own - plain.union(*(other.arrays for other in others if other is not total)):
                raise Outside(f"two sums over {self.domain}, not as polynomials, without data of their own")

    def is_block(self, term: Term) -> bool:
        """Whether `term` is a block, its totals being noted."""
        try:
            self.block(term)
        except Outside:
            return False
        return True

    def block(self, term: Term) -> Term:
        """`term` with its totals replaced by the numbers that stand for them; Outside if it is no block."""
        if term not in self._known:
            self._known[term] = self._block(term)
        return self._known[term]

    def _block(self, term: Term) -> Term:
        match term:
            case Call():
                return self.block(unfold(term, self.theory))
            case Max() | Abs() | Sign() | Step():
                raise Outside("a formula that changes with a sign")
            case Derivative():
                raise Outside("a derivative inside a denominator, a logarithm, an exponential or a power")
            case Entry():
                self.require_one_place(term)
                return term
            case Size(domain=domain) if self.is_counted(domain):
                raise Outside(f"the size of {self.domain}, not as a polynomial")
            case Product(index=index) if self.is_counted(index.domain):
                raise Outside(f"a product over {self.domain} that is not turned into a sum of logarithms")
            case Sum(index=index, skip=skip) if self.is_counted(index.domain):
                outer, total = self._total(term)
                if total.phi not in self.totals:
                    raise Outside(f"a sum over {self.domain} where none was noted")
                value: Term = total.value
                if skip is not None:
                    value = Add((value, Mul((number(-1), rename(total.phi, {self._member(index): skip})))))
                return Mul((self.block(outer), value))
            case _:
                pass
        made = rebuild(term, tuple(self.block(part) for part in children(term)))
        match made:
            case Log(argument=inner):
                self._require_sign(inner, (1,))
            case Div(denominator=inner):
                self._require_sign(inner, (1, -1))
            case Power(base=base, exponent=exponent) if natural(exponent) is None:
                whole = isinstance(exponent, Number) and exponent.value.denominator == 1
                self._require_sign(base, (1, -1) if whole else (1,))
            case _:
                pass
        return made

    def require_one_place(self, entry: Entry) -> None:
        """Outside for an entry with two indices of the domain, and for data of a class tied over another domain."""
        places = sum(self.is_counted(domain) for domain in entry.array.domains)
        if places > 1:
            raise Outside(f"{entry.array.name} has two indices over {self.domain}")
        if places and any(s.name == entry.array.name and s.domain != self.domain for s in self.simplices):
            raise Outside(f"{entry.array.name} is tied over another range than {self.domain}")

    @staticmethod
    def _member(index: Index) -> Index:
        """The index at which phi is written."""
        return Index(f"{RESERVED}k", index.domain)

    def _total(self, term: Sum) -> tuple[Term, Total]:
        """(c, sigma) where c sigma is the sum of the body over all members; Outside if there is no such total."""
        member = self._member(term.index)
        poly = self.normaliser.normal(rename(term.body, {term.index: member}))
        if len(poly) != 1:
            raise Outside(f"a sum over {self.domain} of several terms, not as a polynomial")
        ((monomial, coefficient),) = poly.items()
        inner: Monomial = tuple(pair for pair in monomial if member in pair[0].free)
        outer: Monomial = tuple(pair for pair in monomial if member not in pair[0].free)
        phi = self.normaliser.as_term({inner: _ONE})
        return self.normaliser.as_term({outer: coefficient}), self.totals.get(phi) or self._new(phi, inner, member)

    def _new(self, phi: Term, inner: Monomial, member: Index) -> Total:
        if phi.free != {member}:
            raise Outside(f"a sum over {self.domain} whose terms depend on another index, not as a polynomial")
        if any(isinstance(part, Sum | Product) and self.is_counted(part.index.domain) for part in each_subterm(phi)):
            raise Outside(f"a sum over {self.domain} in another, not as a polynomial")
        self.block(phi)
        entries = [part for part in each_subterm(phi) if isinstance(part, Entry)]
        if any(place.domain == member.domain and place != member for entry in entries for place in entry.indices):
            raise Outside(f"a sum over {self.domain} whose terms depend on one member, not as a polynomial")
        arrays = frozenset(entry.array.name for entry in entries)
        name = f"{RESERVED}{len(self.totals)}"
        if isinstance(phi, Entry) and phi.indices == (member,):
            return Total(phi, Parameter(name, phi.array.positive), arrays, arrays, True)
        if not all(
            isinstance(letter, Exp) or (isinstance(letter, Entry) and letter.array.positive) for letter, _ in inner
        ):
            raise Outside(f"a sum over {self.domain} of what is no exponential, not as a polynomial")
        own = frozenset(array for array in arrays if self._determines(array, inner, member))
        return Total(phi, Parameter(name, True), arrays, own, False)

    def _determines(self, array: str, inner: Monomial, member: Index) -> bool:
        """Whether the monomial is e**(c z_k) times what does not depend on z_k, for the array z called `array`, of any
        real numbers, and a polynomial c in parameters that is not 0."""
        slope: Polynomial = {}
        for letter, power in inner:
            if not isinstance(letter, Exp):
                if _mentions(letter, array):
                    return False
                continue
            for monomial, coefficient in self.normaliser.normal(letter.argument).items():
                if not any(_mentions(part, array) for part, _ in monomial):
                    continue
                rest: Monomial = tuple(pair for pair in monomial if isinstance(pair[0], Parameter | Constant))
                others = [pair for pair in monomial if pair not in rest]
                if len(others) != 1:
                    return False
                ((entry, exponent),) = others
                if not (isinstance(entry, Entry) and entry.indices == (member,) and exponent == 1):
                    return False
                if entry.array.positive:
                    return False  # Then phi does not take every positive value.
                slope[rest] = slope.get(rest, Fraction(0)) + coefficient * power
        return any(slope.values())

    def _require_sign(self, term: Term, signs: tuple[int, ...]) -> None:
        """Outside unless `term`, a block, has one of `signs` by its shape, or depends on no data of a class."""
        entries = [part for part in each_subterm(term) if isinstance(part, Entry)]
        if not any(self.is_counted(domain) for entry in entries for domain in entry.array.domains):
            return
        if self._sign(term) not in signs:
            raise Outside(f"a logarithm, power or denominator over {self.domain} without a sign by its shape")

    def _sign(self, term: Term) -> int | None:
        """The sign of a block: by shape, of a positive total without one member, or of a product of those."""
        found = sign_of(term, self.theory)
        if found is not None:
            return found
        coefficient, monomial, rest = self.normaliser.content(self.normaliser.normal(term))
        made = 1 if coefficient > 0 else -1
        parts: list[tuple[Polynomial, int]] = [(rest, 1)]
        for letter, power in monomial:
            parts.append((self.normaliser.normal(letter) if isinstance(letter, Add) else {((letter, 1),): _ONE}, power))
        for poly, power in parts:
            sign = self._sign_of_sum(poly)
            if sign is None:
                return None
            made *= sign if power % 2 else 1
        return made

    def _sign_of_sum(self, poly: Polynomial) -> int | None:
        for turned in (1, -1):
            same = {monomial: turned * value for monomial, value in poly.items()}
            if sign_of(self.normaliser.as_term(same), self.theory) == 1 or self._leaves_one_out(same):
                return turned
        return None

    def _leaves_one_out(self, poly: Polynomial) -> bool:
        """Whether `poly` is sigma - phi(i) for a positive total sigma."""
        for total in self.totals.values():
            outer: Monomial = ((total.value, 1),)
            if not total.value.positive or len(poly) != 2 or poly.get(outer) != 1:
                continue
            (other,) = (monomial for monomial in poly if monomial != outer)
            member = self.normaliser.as_term({other: -poly[other]})
            (index,) = total.phi.free
            places = {p for part in each_subterm(member) for p in own_places(part) if p.domain == index.domain}
            if len(places) == 1 and self.normaliser.canonical(rename(total.phi, {index: places.pop()})) == member:
                return True
        return False


def natural(exponent: Term) -> int | None:
    """The exponent of a polynomial, or None."""
    match exponent:
        case Number(value=value) if value.denominator == 1 and value >= 0:
            return value.numerator
        case _:
            return None


def _is_positive(letter: Term) -> bool:
    return isinstance(letter, Exp) or (isinstance(letter, Entry) and letter.array.positive)


def _mentions(term: Term, array: str) -> bool:
    return any(isinstance(part, Entry) and part.array.name == array for part in each_subterm(term))
