"""Exact arithmetic: fractions of rational polynomials in atoms.

An atom is an entry of data, a parameter, or the normal form of an exponential or logarithm (`normal`), so two atoms are
treated as independent, beside roots and what they are roots of. That loses some true identities and admits no false
one: what is zero in independent atoms is zero whatever they stand for.
"""

from __future__ import annotations

from functools import reduce
from math import gcd
from typing import Final

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from symderiv.checking.atoms import Atoms
from symderiv.checking.branches import Branches
from symderiv.checking.evaluation import Evaluator, Exhausted, Transcendental, Undefined
from symderiv.checking.factors import Value, by_powers, by_rare_factors, by_shared_factors, merged
from symderiv.checking.letters import power_of
from symderiv.checking.roots import are_apart
from symderiv.checking.simplices import Simplex
from symderiv.checking.strata import Strata, vanishes_at
from symderiv.checking.work import Account
from symderiv.terms import (
    Array,
    Constant,
    Exp,
    Index,
    Number,
    Parameter,
    Product,
    Size,
    Sum,
    Term,
    each_subterm,
    is_piecewise,
)

__all__ = ["Crowded", "Exact", "Value"]

_TERM_LIMIT: Final = 60_000
_PRODUCT_LIMIT: Final = 4_000_000
_A_TERM: Final = 200
"""What a term costs that is taken apart here, in pairs of terms."""
_SIGN_LIMIT: Final = 60
"""Terms of a polynomial whose sign is asked for."""


class Exact:
    """Deterministic arithmetic in Q(atoms): zero here is zero as a function."""

    def __init__(
        self,
        atoms: Atoms,
        sizes: dict[str, int],
        simplices: tuple[Simplex, ...],
        room: int = 48,
        *,
        roots: bool = False,
        account: Account | None = None,
    ) -> None:
        self._atoms = atoms
        self._account = account or Account()
        self._roots_of_sums = roots
        self._asking: Evaluator[Value] | None = None
        self._sizes = sizes
        self._simplices = {simplex.name: simplex for simplex in simplices}
        self._context = fmpq_mpoly_ctx.get([f"a{number}" for number in range(room)], Ordering.lex)
        self._generators = self._context.gens()
        self._one = self._context.constant(1)
        self._unit: Value = {(): self._one}
        self._numbers: dict[object, int] = {}
        self._entries: dict[tuple[str, tuple[int, ...]], Value] = {}
        self._factors: dict[int, fmpq_mpoly] = dict(enumerate(self._generators))
        self._factor_numbers: dict[tuple[int, tuple[int, ...]], list[tuple[fmpq_mpoly, int]]] = {}
        self._positive: set[int] = set()
        self._roots: dict[int, tuple[int, fmpq_mpoly]] = {}
        self._of_sums: set[int] = set()
        self._exponentials: dict[Exp, list[tuple[int, int]]] = {}
        self.branches: Branches | Strata = Branches(self._positive)

    def renew(self, account: Account) -> None:
        """Spend from the account of another question."""
        self._account = account

    def begin(self) -> Branches:
        """Start with the first combination of signs."""
        self.branches = branches = Branches(self._positive)
        return branches

    def begin_strata(self) -> Strata:
        """Start with the first combination of signs at a point and beside it."""
        self.branches = strata = Strata(self._positive)
        return strata

    def number(self, numerator: int, denominator: int) -> Value:
        return {(): self._context.constant(fmpq(numerator, denominator))} if numerator else {}

    def _atom(self, key: object) -> int:
        number = self._numbers.setdefault(key, len(self._numbers))
        if number >= len(self._generators):
            raise Crowded
        return number

    def _generator(self, key: object, *, positive: bool) -> Value:
        number = self._atom(key)
        if positive:
            self._positive.add(number)
        return {(): self._generators[number]}

    def parameter(self, parameter: Parameter) -> Value:
        return self._generator(parameter, positive=parameter.positive)

    def constant(self, constant: Constant) -> Value:
        return self._generator(constant, positive=True)

    def entry(self, array: Array, places: tuple[int, ...]) -> Value:
        """An independent atom; under sum_k t_k = 1, t_k = u_k / sum_l u_l with independent u."""
        key = (array.name, places)
        if key not in self._entries:
            self._entries[key] = self._entry(array, places)
        return self._entries[key]

    def _entry(self, array: Array, places: tuple[int, ...]) -> Value:
        plain = self._generator((array.name, places), positive=array.positive)
        simplex = self._simplices.get(array.name)
        if simplex is None:
            return plain
        total = self._context.constant(0)
        size = array.domains[simplex.axis].size or self._sizes[simplex.domain]
        for member in range(1, size + 1):
            others = (*places[: simplex.axis], member, *places[simplex.axis + 1 :])
            (part,) = self._generator((array.name, others), positive=array.positive).values()
            total += part
        return self.multiply(plain, self.inverse({(): total}))

    def add(self, left: Value, right: Value) -> Value:
        made = dict(left)
        for factors, poly in right.items():
            value = made[factors] + poly if factors in made else poly
            if value.is_zero():
                made.pop(factors, None)
            else:
                made[factors] = value
        return made

    def multiply(self, left: Value, right: Value) -> Value:
        if left == self._unit:
            return right
        if right == self._unit:
            return left
        made: Value = {}
        for first, above in left.items():
            for second, below in right.items():
                poly = self._product(above, below)
                factors, poly = self._cancelled(merged(first, second), poly)
                made[factors] = made[factors] + poly if factors in made else poly
        return {factors: poly for factors, poly in made.items() if not poly.is_zero()}

    def _cancelled(
        self, factors: tuple[tuple[int, int], ...], poly: fmpq_mpoly
    ) -> tuple[tuple[tuple[int, int], ...], fmpq_mpoly]:
        """x**-1 * x = 1 for atoms x: keeps terms apart that would else share a factor, so that sums stay short."""
        if not factors:
            return factors, poly
        below = [number for number, power in factors if power < 0 and number < len(self._generators)]
        if not below or poly.is_zero():
            return factors, poly
        powers = dict(factors)
        common = poly.term_content().monoms()[0]
        for number in below:
            both = min(int(common[number]), -powers[number])
            if both:
                poly = poly / self._generators[number] ** both
                powers[number] += both
        return tuple(sorted((number, power) for number, power in powers.items() if power)), poly

    def inverse(self, value: Value) -> Value:
        factors, poly = self._together(value)
        poly = self._without_roots(poly)
        if poly.is_zero():
            raise Undefined("a division by zero")
        # poly = coefficient * content * factor; FLINT's content over the rationals is a monic monomial.
        content, coefficient = poly.term_content(), poly.leading_coefficient()
        exponents = {number: -power for number, power in factors}
        for number, power in enumerate(content.monoms()[0]):
            if power:
                exponents[number] = exponents.get(number, 0) - int(power)
        if len(poly) > 1:
            number = self._factor(poly / (content * coefficient))
            exponents[number] = exponents.get(number, 0) - 1
        key = tuple(sorted((number, power) for number, power in exponents.items() if power))
        return {key: self._context.constant(1 / coefficient)}

    def _factor(self, poly: fmpq_mpoly) -> int:
        alike = self._factor_numbers.setdefault((len(poly), tuple(poly.degrees())), [])
        for known, number in alike:
            if known == poly:
                return number
        number = len(self._factors)
        alike.append((poly, number))
        self._factors[number] = poly
        return number

    def _product(self, left: fmpq_mpoly, right: fmpq_mpoly) -> fmpq_mpoly:
        """left * right; Exhausted if that is too much work, or too long."""
        pairs = len(left) * len(right)
        if pairs > _PRODUCT_LIMIT:
            raise Exhausted(f"a product of more than {_PRODUCT_LIMIT} pairs of terms")
        self._account.spend(pairs)
        poly = left * right
        if len(poly) > _TERM_LIMIT:
            raise Exhausted(f"a polynomial of more than {_TERM_LIMIT} terms")
        return poly

    def _together(self, value: Value) -> tuple[tuple[tuple[int, int], ...], fmpq_mpoly]:
        """The sum over one common product of factors."""
        if not value:
            return (), self._context.constant(0)
        if len(value) == 1:
            ((factors, poly),) = value.items()
            return factors, poly
        names = {number for factors in value for number, _ in factors}
        common = {number: min(dict(factors).get(number, 0) for factors in value) for number in names}
        total = self._context.constant(0)
        for factors, poly in value.items():
            powers = dict(factors)
            for number, least in common.items():
                if number < len(self._generators):
                    poly = poly * self._factors[number] ** (powers.get(number, 0) - least)
                    continue
                for _ in range(powers.get(number, 0) - least):
                    poly = self._product(poly, self._factors[number])
            total += poly
        return tuple(sorted((number, power) for number, power in common.items() if power)), total

    def is_zero(self, value: Value) -> bool:
        """Only the empty sum: a cheap test for dropping terms. `vanishes` decides."""
        return not value

    def vanishes(self, value: Value) -> bool:
        """Whether `value` is zero in Q(atoms).

        An atom that is in no factor is a variable over the field of the others: its powers are judged one by one. Of
        what is left, parts that share a factor are summed first, and factors divided out of them where that is
        possible, as it must be for a factor of one part alone; only then is everything brought together.
        """
        return all(self._cancels(part) for part in self._by_free_atoms(value))

    def vanishes_where(self, value: Value, polynomials: tuple[fmpq_mpoly, ...]) -> bool:
        """Whether `value` vanishes where all `polynomials` are 0; beside roots, which are not free: everywhere."""
        if self.vanishes(value):
            return True
        factors, poly = self._together(value)
        below = [self._factors[number] for number, power in factors if power < 0]
        return not self._roots and vanishes_at(poly, below, list(polynomials), self._generators)

    def _cancels(self, value: Value) -> bool:
        rest = value
        for group in (by_rare_factors, by_shared_factors):
            sums = [self._reduced(part) for part in group(rest)]
            rest = reduce(self.add, sums, {})
        return not self._reduced(rest)

    def _reduced(self, value: Value) -> Value:
        """`value` over one product of factors, none of which divides the numerator; empty where it is 0."""
        factors, poly = self._together(value)
        poly = self._without_roots(poly)
        if poly.is_zero():
            return {}
        powers = dict(factors)
        for number in [number for number, power in factors if power < 0 and number >= len(self._generators)]:
            while powers[number] < 0:
                self._account.spend(len(poly))
                quotient, rest = divmod(poly, self._factors[number])
                if not rest.is_zero():
                    break
                poly, powers[number] = quotient, powers[number] + 1
        return {tuple(sorted((number, power) for number, power in powers.items() if power)): poly}

    def _by_free_atoms(self, value: Value) -> list[Value]:
        """The coefficients of `value` as a polynomial in atoms that are in no factor and no root."""
        if len(value) < 2:
            return [value] if value else []
        numbers = {number for factors in value for number, _ in factors}
        tied = {number for number in numbers if number < len(self._generators)} | set(self._roots)
        polynomials = [self._factors[number] for number in numbers if number >= len(self._generators)]
        polynomials += [base for _, base in self._roots.values()]
        tied.update(number for poly in polynomials for number, power in enumerate(poly.degrees()) if power)
        free = [self._generators[number] for number in range(len(self._numbers)) if number not in tied]
        return by_powers(value, free)

    def _without_roots(self, poly: fmpq_mpoly) -> fmpq_mpoly:
        """`poly` with every root below its degree: sqrt(2)**2 = 2. A base may hold roots that were met before it."""
        for number, (degree, base) in reversed(self._roots.items()):
            if poly.is_zero() or poly.degrees()[number] < degree:
                continue
            if len(poly) > _TERM_LIMIT:
                raise Exhausted(f"a polynomial of more than {_TERM_LIMIT} terms")
            self._account.spend(_A_TERM * len(poly))
            # By powers of the base, each multiplied once: term by term would take a time quadratic in their number.
            by_power: dict[int, dict[tuple[int, ...], fmpq]] = {}
            for exponents, coefficient in zip(poly.monoms(), poly.coeffs(), strict=True):
                whole, rest = divmod(int(exponents[number]), degree)
                kept = tuple(rest if n == number else int(power) for n, power in enumerate(exponents))
                by_power.setdefault(whole, {})[kept] = coefficient
            made = self._context.constant(0)
            for whole, terms in by_power.items():
                raised = base**whole
                if len(terms) * len(raised) > _PRODUCT_LIMIT:
                    raise Exhausted(f"a product of more than {_PRODUCT_LIMIT} pairs of terms")
                made += self._context.from_dict(terms) * raised
                if len(made) > _TERM_LIMIT:
                    raise Exhausted(f"a polynomial of more than {_TERM_LIMIT} terms")
            poly = made
        return poly

    def transcendental(self, term: Transcendental, evaluator: Evaluator[Value], env: dict[Index, int]) -> Value:
        before, self._asking = self._asking, evaluator
        try:
            return self._atoms.value(term, self, evaluator, env)
        finally:
            self._asking = before  # Else the two would keep each other, and all values, from being freed.

    def sign(self, term: Term, evaluator: Evaluator[Value], env: dict[Index, int]) -> int:
        """The sign of `term` on the branch in use; 0 only where it vanishes identically there."""
        factors, poly = self._together(evaluator.at(term, env))
        made = self._sign(poly)
        for number, power in factors:
            if power % 2 or power > 0:  # An even power below the line is positive: what is divided by is not 0.
                made *= self._sign(self._factors[number], power)
        return made

    def _sign(self, poly: fmpq_mpoly, power: int = 1) -> int:
        if poly.is_zero():
            return 0
        if len(poly) > _SIGN_LIMIT:
            raise Exhausted(f"the sign of a polynomial of more than {_SIGN_LIMIT} terms")
        coefficient, parts = poly.factor()
        made = 1 if coefficient > 0 or power % 2 == 0 else -1
        for irreducible, times in parts:
            made *= self.branches.sign_of_power(irreducible, times * power)
        return made

    def atom(self, name: Term, power: int) -> Value:
        number = self._atom(name)
        if isinstance(name, Exp) and number not in self._positive:
            self._relate(name, number)
            self._positive.add(number)
        if power < 0:
            return {((number, power),): self._one}
        return {(): self._generators[number] ** power}

    def _relate(self, name: Exp, number: int) -> None:
        """Note what the power of a root is: (P**(1/q))**q = P, where P is never negative, and (e**(m / q))**q = e**m;
        beside another root of e**m, where g > 1 divides p and q, (e**(m / q))**(q / g) = (e**(m / p))**(p / g).

        Of a sum only where that was asked for: under `cutoff` such a root has a degree (`roots`).
        """
        found = power_of(name)
        if found is None:
            return
        base, degree = found
        if isinstance(base, Exp):
            alike = self._exponentials.setdefault(base, [])
            shared, other, power = max(((gcd(degree, p), n, p) for n, p in alike), default=(1, 0, 1))
            alike.append((number, degree))
            if shared > 1:
                self._roots[number] = (degree // shared, self._generators[other] ** (power // shared))
                return
        if isinstance(base, Constant):
            value = self.constant(base)
        elif isinstance(base, Number):
            if base.value <= 0:
                return
            value = self.number(base.value.numerator, base.value.denominator)
        else:
            if is_piecewise(base):
                return
            sums = any(isinstance(part, Sum | Product | Size) for part in each_subterm(base))
            if self._asking is None or (sums and not self._roots_of_sums) or not self._atoms.is_never_negative(base):
                return
            value = self._asking.at(base, {})
            if self._roots_of_sums and not value:
                raise Undefined("a root of what is 0")
            if sums and set(value) == {()}:
                self._of_sums.add(number)
        if set(value) == {()}:
            self._roots[number] = (degree, value[()])

    def roots_are_apart(self) -> bool:
        """Whether the roots of sums that were met are independent (`roots`)."""
        return are_apart(self._roots, frozenset(self._of_sums))


class Crowded(Exception):  # noqa: N818
    """More atoms than generators: the computation is repeated with more room."""
