"""Exact arithmetic: fractions of rational polynomials in atoms, and residues of the same atoms modulo a prime.

An atom is an entry of data, a parameter, or the normal form of an exponential or logarithm (`normal`), so two atoms are
treated as independent. That loses some true identities and admits no false one: what is zero in independent atoms is
zero whatever they stand for.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias, TypeVar

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from symderiv.checking.evaluation import Arithmetic, Evaluator, Exhausted, Undefined, Unsupported
from symderiv.checking.normal import Monomial, Normaliser, Outside
from symderiv.terms import Array, Exp, Index, Log, Parameter, Position, Term, own_places, rename, subterms

__all__ = ["PRIME", "Atoms", "Crowded", "Exact", "Modular", "Simplex", "Value"]

PRIME: Final = 2**61 - 1
"""A Mersenne prime; residues fit a machine word."""

_TERM_LIMIT: Final = 60_000
_PRODUCT_LIMIT: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Simplex:
    """The array `name` sums to 1 over its index number `axis`, whatever its other indices are."""

    name: str
    axis: int
    domain: str


Value: TypeAlias = dict[tuple[tuple[int, int], ...], fmpq_mpoly]
"""A sum of polynomials, each times a product of factors with integer exponents; the empty sum is 0."""


Expansion: TypeAlias = list[tuple[Monomial, int, int]]
"""A normal form: monomials with numerator and denominator of their coefficients."""
_V = TypeVar("_V")


class _Named(Arithmetic[_V], Protocol[_V]):
    """An arithmetic whose exponentials and logarithms are atoms with a name."""

    def atom(self, name: Term, power: int) -> _V: ...


class Atoms:
    """Which monomials of normal forms an exponential or logarithm stands for, at given index values."""

    def __init__(self, normaliser: Normaliser) -> None:
        self._normaliser = normaliser
        self._names: dict[tuple[Term, tuple[int, ...]], Term | Expansion] = {}

    def expansion(self, term: Exp | Log) -> Expansion:
        """(monomial, numerator, denominator) of the normal form; Unsupported if there is none."""
        try:
            poly = self._normaliser.normal(term)
        except Outside as error:
            raise Unsupported(str(error)) from error
        return [(monomial, value.numerator, value.denominator) for monomial, value in poly.items()]

    def name(self, letter: Exp | Log, env: dict[Index, int]) -> Term | Expansion:
        """The atom that `letter` is at these index values, or its expansion if the values let it be rewritten.

        Index values are put in as members of the *symbolic* domain, so nothing is learnt from its size.
        """
        order = sorted(letter.free, key=lambda index: (index.name, index.domain.name))
        key = (letter, tuple(env[index] for index in order))
        if key not in self._names:
            self._names[key] = self._name(letter, {index: Position(env[index], index.domain) for index in order})
        return self._names[key]

    def _name(self, letter: Exp | Log, places: dict[Index, Position]) -> Term | Expansion:
        placed = rename(letter, places)
        if len(letter.free) <= 1 and len(_members(placed)) <= 1:
            return placed
        assert isinstance(placed, Exp | Log)
        found = self.expansion(placed)
        return placed if found == [(((placed, 1),), 1, 1)] else found

    def value(self, term: Exp | Log, field: _Named[_V], evaluator: Evaluator[_V], env: dict[Index, int]) -> _V:
        """The value of an exponential or logarithm in an arithmetic that knows atoms by name."""
        return self._combined(self.expansion(term), field, evaluator, env)

    def _combined(self, expansion: Expansion, field: _Named[_V], evaluator: Evaluator[_V], env: dict[Index, int]) -> _V:
        total = field.number(0, 1)
        for monomial, numerator, denominator in expansion:
            part = field.number(numerator, denominator)
            for letter, power in monomial:
                part = field.multiply(part, self._power(letter, power, field, evaluator, env))
            total = field.add(total, part)
        return total

    def _power(
        self, letter: Term, power: int, field: _Named[_V], evaluator: Evaluator[_V], env: dict[Index, int]
    ) -> _V:
        if isinstance(letter, Exp | Log):
            name = self.name(letter, env)
            if not isinstance(name, list):
                return field.atom(name, power)
            value = self._combined(name, field, evaluator, env)
        else:
            value = evaluator.at(letter, env)
        if power < 0:
            value = field.inverse(value)
        made = field.number(1, 1)
        for _ in range(abs(power)):
            made = field.multiply(made, value)
        return made


def _members(term: Term) -> set[Position]:
    return {place for _, part in subterms(term) for place in own_places(part) if isinstance(place, Position)}


class Exact:
    """Deterministic arithmetic in Q(atoms): zero here is zero as a function."""

    def __init__(self, atoms: Atoms, sizes: dict[str, int], simplices: tuple[Simplex, ...], room: int = 48) -> None:
        self._atoms = atoms
        self._sizes = sizes
        self._simplices = {simplex.name: simplex for simplex in simplices}
        self._context = fmpq_mpoly_ctx.get([f"a{number}" for number in range(room)], Ordering.lex)
        self._generators = self._context.gens()
        self._one = self._context.constant(1)
        self._numbers: dict[object, int] = {}
        self._entries: dict[tuple[str, tuple[int, ...]], Value] = {}
        self._factors: dict[int, fmpq_mpoly] = dict(enumerate(self._generators))
        self._factor_numbers: dict[str, int] = {}

    def number(self, numerator: int, denominator: int) -> Value:
        return {(): self._context.constant(fmpq(numerator, denominator))} if numerator else {}

    def _atom(self, key: object) -> int:
        number = self._numbers.setdefault(key, len(self._numbers))
        if number >= len(self._generators):
            raise Crowded
        return number

    def _generator(self, key: object) -> Value:
        return {(): self._generators[self._atom(key)]}

    def parameter(self, parameter: Parameter) -> Value:
        return self._generator(parameter)

    def entry(self, array: Array, places: tuple[int, ...]) -> Value:
        """An independent atom; under sum_k t_k = 1, t_k = u_k / sum_l u_l with independent u."""
        key = (array.name, places)
        if key not in self._entries:
            self._entries[key] = self._entry(array, places)
        return self._entries[key]

    def _entry(self, array: Array, places: tuple[int, ...]) -> Value:
        plain = self._generator((array.name, places))
        simplex = self._simplices.get(array.name)
        if simplex is None:
            return plain
        total = self._context.constant(0)
        size = array.domains[simplex.axis].size or self._sizes[simplex.domain]
        for member in range(1, size + 1):
            others = (*places[: simplex.axis], member, *places[simplex.axis + 1 :])
            total += self._generators[self._atom((array.name, others))]
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
        made: Value = {}
        for first, above in left.items():
            for second, below in right.items():
                if len(above) * len(below) > _PRODUCT_LIMIT:
                    raise Exhausted(f"a product of more than {_PRODUCT_LIMIT} pairs of terms")
                poly = above * below
                if len(poly) > _TERM_LIMIT:
                    raise Exhausted(f"a polynomial of more than {_TERM_LIMIT} terms")
                factors, poly = self._cancelled(_merged(first, second), poly)
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
        number = self._factor_numbers.setdefault(str(poly), len(self._generators) + len(self._factor_numbers))
        self._factors[number] = poly
        return number

    def _together(self, value: Value) -> tuple[tuple[tuple[int, int], ...], fmpq_mpoly]:
        """The sum over one common product of factors."""
        if len(value) == 1:
            ((factors, poly),) = value.items()
            return factors, poly
        names = {number for factors in value for number, _ in factors}
        common = {number: min(dict(factors).get(number, 0) for factors in value) for number in names}
        total = self._context.constant(0)
        for factors, poly in value.items():
            powers = dict(factors)
            for number, least in common.items():
                extra = powers.get(number, 0) - least
                if extra:
                    poly = poly * self._factors[number] ** extra
                    if len(poly) > _TERM_LIMIT:
                        raise Exhausted(f"a polynomial of more than {_TERM_LIMIT} terms")
            total += poly
        return tuple(sorted((number, power) for number, power in common.items() if power)), total

    def is_zero(self, value: Value) -> bool:
        """Only the empty sum: a cheap test for dropping terms. `vanishes` decides."""
        return not value

    def vanishes(self, value: Value) -> bool:
        """Whether `value` is zero in Q(atoms). Parts with no factor in common are first tried on their own."""
        groups = _groups(value)
        sums = [self._together(group)[1] for group in groups]
        nonzero = [index for index, total in enumerate(sums) if not total.is_zero()]
        if len(nonzero) <= 1:
            return not nonzero
        return self._together({key: poly for index in nonzero for key, poly in groups[index].items()})[1].is_zero()

    def transcendental(self, term: Exp | Log, evaluator: Evaluator[Value], env: dict[Index, int]) -> Value:
        return self._atoms.value(term, self, evaluator, env)

    def atom(self, name: Term, power: int) -> Value:
        number = self._atom(name)
        if power < 0:
            return {((number, power),): self._one}
        return {(): self._generators[number] ** power}


class Modular:
    """Residues modulo `PRIME`, every atom a pseudo-random residue of its name: a screen for sizes too large for
    `Exact`.

    A false identity of degree d survives one draw with probability at most d / (PRIME - 1); nothing is proved by it.
    """

    def __init__(self, atoms: Atoms, sizes: dict[str, int], simplices: tuple[Simplex, ...], seed: int) -> None:
        self._atoms = atoms
        self._sizes = sizes
        self._simplices = {simplex.name: simplex for simplex in simplices}
        self._seed = seed

    def _residue(self, key: object) -> int:
        text = f"{self._seed}:{key!r}".encode()
        return int.from_bytes(hashlib.blake2b(text, digest_size=16).digest(), "big") % (PRIME - 1) + 1

    def number(self, numerator: int, denominator: int) -> int:
        return numerator * pow(denominator, -1, PRIME) % PRIME

    def add(self, left: int, right: int) -> int:
        return (left + right) % PRIME

    def multiply(self, left: int, right: int) -> int:
        return left * right % PRIME

    def inverse(self, value: int) -> int:
        if value == 0:
            raise Undefined("a division by zero")
        return pow(value, -1, PRIME)

    def is_zero(self, value: int) -> bool:
        return value == 0

    def parameter(self, parameter: Parameter) -> int:
        return self._residue(parameter.name)

    def entry(self, array: Array, places: tuple[int, ...]) -> int:
        plain = self._residue((array.name, places))
        simplex = self._simplices.get(array.name)
        if simplex is None:
            return plain
        size = array.domains[simplex.axis].size or self._sizes[simplex.domain]
        members = [(*places[: simplex.axis], member, *places[simplex.axis + 1 :]) for member in range(1, size + 1)]
        return self.multiply(plain, self.inverse(sum(self._residue((array.name, m)) for m in members) % PRIME))

    def transcendental(self, term: Exp | Log, evaluator: Evaluator[int], env: dict[Index, int]) -> int:
        return self._atoms.value(term, self, evaluator, env)

    def atom(self, name: Term, power: int) -> int:
        return pow(self._residue(name), power, PRIME)


class Crowded(Exception):  # noqa: N818
    """More atoms than generators: the computation is repeated with more room."""


def _merged(left: tuple[tuple[int, int], ...], right: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    if not left or not right:
        return left or right
    powers = dict(left)
    for number, power in right:
        powers[number] = powers.get(number, 0) + power
    return tuple(sorted((number, power) for number, power in powers.items() if power))


def _groups(value: Value) -> list[Value]:
    """The terms of `value`, those that share a factor together."""
    groups: list[tuple[set[int], Value]] = []
    for factors, poly in value.items():
        names = {number for number, _ in factors}
        joined: tuple[set[int], Value] = (set(names), {factors: poly})
        apart = []
        for group in groups:
            if group[0] & names:
                joined[0].update(group[0])
                joined[1].update(group[1])
            else:
                apart.append(group)
        groups = [*apart, joined]
    return [group for _, group in groups]
