"""The letters of polynomials: what each stands for, and how a term is made of them again."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symderiv.proving.monomials import Monomial, Polynomial, joined
from symderiv.proving.rendering import rendered_monomial, rendered_sum
from symderiv.proving.rules.base import LETTERS, new_index
from symderiv.proving.style import height
from symderiv.terms import Abs, Add, Domain, Index, Power, Product, Sign, Step, Sum, Term, children, rebuild, rename


class Letters:
    """A table that grows: letter n is `terms[n]`.

    `sums` has, for the letter of a sum, its index and the polynomial under it; `symbolic`, for the letter u^q, the
    letter u and the exponent q, and `partners` the other way round; `bases`, for such a u, the monomial that it is;
    `relations`, for a letter u, (s, P) with u^s P = 1; `shares` are the letters p = 1 / (1 + e^u), so that 1 - p is a
    bracket that a reader knows; `switched` those of absolute values, signs and steps; `numbers` numbers under roots;
    `headed` has, for the letter y_a that stands in e^{z_a} = y_a S, those of e^{z_a} and S.
    """

    def __init__(self, taken: frozenset[str]) -> None:
        self._taken = taken
        self._temporaries = 0
        self._ranks: dict[Term, int] = {}
        self.terms: list[Term] = []
        self.sums: dict[int, tuple[Index, Polynomial]] = {}
        self.partners: dict[int, frozenset[int]] = {}
        self.symbolic: dict[int, tuple[int, Term]] = {}
        self.relations: dict[int, tuple[Fraction, Polynomial]] = {}
        self.shares: set[int] = set()
        self.switched: set[int] = set()
        self.numbers: set[int] = set()
        self.headed: dict[int, tuple[int, int]] = {}
        self.bases: dict[int, Monomial] = {}
        self.bracket_ranks: dict[frozenset[tuple[Monomial, Fraction]], int] = {}

    def letter(self, term: Term) -> int:
        """The number of the letter `term`."""
        if term not in self._ranks:
            self._ranks[term] = len(self.terms)
            self.terms.append(term)
            if isinstance(term, Abs | Sign | Step):
                self.switched.add(self._ranks[term])
        return self._ranks[term]

    def root_of(self, numbers: Sequence[tuple[Term, int]], power: Fraction) -> Monomial:
        """The power of a product of positive numbers, each a letter."""
        made: Monomial = ()
        for each, count in numbers:
            rank = self.letter(each)
            self.numbers.add(rank)
            made = joined(made, ((rank, count * power),))
        return made

    def known(self, term: Term) -> int | None:
        """The number of the letter `term`, if it is one."""
        return self._ranks.get(term)

    def share(self, call: Term, numbers: tuple[Fraction, Fraction]) -> int:
        """The letter of p = n / (c + e^u), for the `numbers` n and c."""
        rank = self.letter(call)
        if all(value == 1 for value in numbers):
            self.shares.add(rank)
        return rank

    def sum_letter(self, index: Index, body: Polynomial, written: Term) -> int:
        """The letter of the sum of `body` over `index`, a sum written as `written`."""
        rank = self.letter(Sum(index, written))
        self.sums[rank] = (index, body)
        return rank

    def power_letter(self, base: int, exponent: Term) -> int:
        """The letter of a symbolic power of the letter `base`."""
        rank = self.letter(Power(self.terms[base], exponent))
        self.symbolic[rank] = (base, exponent)
        self.partners[base] = self.partners.get(base, frozenset()) | {rank}
        return rank

    def monomial_term(self, monomial: Monomial, coefficient: Fraction = Fraction(1)) -> Term:
        """coefficient * monomial as a term."""
        return rendered_monomial(monomial, coefficient, self.terms, self.symbolic)

    def term(self, polynomial: Polynomial) -> Term:
        """The polynomial as a sum of products."""
        return rendered_sum([self.monomial_term(m, c) for m, c in polynomial.items()])

    def temporary(self, domain: Domain) -> Index:
        """An index that no term has yet, for a sum that is being worked on."""
        self._temporaries += 1
        return Index(f"#{self._temporaries}", domain)

    def name(self, domain: Domain, inner: int) -> Index:
        """The bound index of a sum that holds `inner` sums one in another: equal sums get equal names."""
        taken = set(self._taken)
        for letter in LETTERS.get(domain.name, ""):
            if letter not in taken:
                if not inner:
                    return Index(letter, domain)
                inner -= 1
                taken.add(letter)
        for _ in range(inner):
            taken.add(new_index(domain, taken).name)
        return new_index(domain, taken)

    def rebound(self, term: Term) -> Term:
        """`term` with its bound indices named as the letters name them."""
        if isinstance(term, Sum | Product):
            temporary = self.temporary(term.index.domain)
            inner = self.rebound(rename(term.body, {term.index: temporary}))
            bound = self.name(term.index.domain, height(inner))
            return type(term)(bound, rename(inner, {temporary: bound}), term.skip)
        return rebuild(term, tuple(self.rebound(part) for part in children(term)))

    def moved(self, monomial: Monomial, old: Index, new: Index) -> Monomial:
        """The monomial with a temporary index given its name."""
        return tuple(sorted((self._moved_letter(letter, old, new), power) for letter, power in monomial))

    def _moved_letter(self, letter: int, old: Index, new: Index) -> int:
        term = self.terms[letter]
        if old not in term.free:
            return letter
        moved = self.letter(rename(term, {old: new}))
        if letter in self.sums and moved not in self.sums:
            index, body = self.sums[letter]
            self.sums[moved] = (index, {self.moved(m, old, new): c for m, c in body.items()})
        if letter in self.symbolic and moved not in self.symbolic:
            base, unit = self.symbolic[letter]
            self.power_letter(self._moved_letter(base, old, new), unit)
        if letter in self.relations and moved not in self.relations:
            sign, polynomial = self.relations[letter]
            primitive = {self.moved(m, old, new): c for m, c in polynomial.items()}
            self.relations[moved] = (sign, primitive)
            if isinstance(term, Add):
                self.bracket_ranks.setdefault(frozenset(primitive.items()), moved)
        return moved
