"""Reading closed forms of one element as polynomials in the data and in exponentials that are at most 1.

An exponent is a rational multiple of a `Base` B, and e = e^(-u |B|) is the atom of all of them: where B >= 0 the
exponential e^(c B) is e^(-c/u). So nothing overflows but what is infinite itself, and log(1 + e^s) is s + log(1 + e)
for s >= 0. A logarithm that is 0 at B = 0 is read as log(1 + x) near there. 1 + erf(x) is erfc(|x|) for x < 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd
from typing import TypeAlias

from symderiv.kernels.probability.monomials import (
    ONE_MONOMIAL,
    Monomial,
    Polynomial,
    atom,
    constant,
    of_monomial,
    plus,
    scaled,
    times,
)  # fmt: skip
from symderiv.kernels.probability.ordering import as_term
from symderiv.kernels.scalar.fractions import (
    Fractional,
    complement_of,
    folded,
    homogeneous,
    telescoped,
    together,
    with_ones,
)  # fmt: skip
from symderiv.kernels.scalar.positivity import is_positive, sure_sign
from symderiv.kernels.stable import LoweringError
from symderiv.terms import (
    Add,
    Constant,
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
    erf,
    number,
)  # fmt: skip

ONE = number(1)


Products: TypeAlias = tuple[tuple[Term, tuple[Term, Term]], ...]
"""(exponential, the two exponentials whose product it is on a branch)."""


@dataclass(frozen=True, slots=True)
class Base:
    """What exponents are multiples of, and `unit`, of which all of them are whole multiples."""

    polynomial: Polynomial
    unit: Fraction


@dataclass(slots=True)
class Reader:
    """How one branch is read; also what was met on the way.

    `bases` are (base, sign on this branch); without them exponentials are only collected. `errors` are (argument of
    erf, sign). `near`: logarithms that are 0 where a base is 0 are read for that neighbourhood. `complement`: erf as
    1 - erfc. `products`: exponentials that are read as the product of two others.
    """

    bases: tuple[tuple[Base, int], ...] = ()
    errors: tuple[tuple[Polynomial, int], ...] = ()
    near: bool = False
    complement: bool = False
    products: Products = ()
    exponents: list[Polynomial] = field(default_factory=list)
    arguments: list[Polynomial] = field(default_factory=list)
    sums: dict[Term, Polynomial] = field(default_factory=dict)
    met_near: bool = False

    def read(self, term: Term) -> Polynomial:
        """`term`, without defined quantities and piecewise functions; LoweringError for what it cannot be."""
        match term:
            case Number(value=value):
                return constant(value)
            case Parameter() | Entry() | Constant():
                return atom(term)
            case Add(terms=parts):
                return folded(plus(*(self.read(part) for part in parts)))
            case Mul(factors=factors):
                return folded(times(*(self.read(factor) for factor in factors)))
            case Div(numerator=above, denominator=below):
                return folded(times(self.read(above), self.raised(self.read(below), constant(-1))))
            case Power(base=base, exponent=exponent):
                return folded(self.raised(self.read(base), self.read(exponent)))
            case Exp(argument=argument):
                return self._exponential(self.read(argument))
            case Log(argument=argument):
                return self._logarithm(self.read(argument))
            case Special(name="erf", argument=argument):
                return self._error_function(self.read(argument))
            case _:
                raise LoweringError(
                    f"kernels of losses of one number have no {type(term).__name__.lower()} in their closed forms"
                )

    def expand(self, term: Term) -> Polynomial:
        """The polynomial of a sum among the atoms."""
        return self.sums[term]

    def together(self, polynomial: Polynomial) -> Fractional:
        """`polynomial` over a common denominator."""
        return together(polynomial, self.expand)

    def sum_of(self, polynomial: Polynomial) -> Term:
        """A sum as an atom that can be multiplied out again."""
        term = as_term(polynomial)
        self.sums[term] = polynomial
        return term

    def raised(self, base: Polynomial, exponent: Polynomial) -> Polynomial:
        """base^exponent."""
        power = exponent.constant
        if power in (0, 1):
            return base if power else constant(1)
        parts = self.together(base)
        if parts.coefficient == 0:
            return atom(Number(Fraction(0)), exponent)
        whole = power is not None and power.denominator == 1
        if not whole and (parts.coefficient < 0 or not all(is_positive(term) for term, _ in parts.content)):
            return atom(self.sum_of(base), exponent)
        made = atom(Number(parts.coefficient), exponent) if parts.coefficient != 1 else constant(1)
        for term, own in parts.content:
            made = times(made, atom(term, times(own, exponent)))
        if parts.rest != constant(1):
            made = times(made, atom(self.sum_of(parts.rest), exponent))
        return folded(made)

    # -- exponentials

    def _exponential(self, argument: Polynomial) -> Polynomial:
        made = constant(1)
        rest: list[Polynomial] = []
        for monomial, coefficient in argument.addends:
            logs = [term for term, exponent in monomial if isinstance(term, Log) and exponent.constant == 1]
            if len(logs) == 1:
                inner = logs[0]
                assert isinstance(inner, Log)
                others = frozenset(pair for pair in monomial if pair[0] != inner)
                made = times(made, atom(inner.argument, of_monomial(others, coefficient)))
            else:
                rest.append(of_monomial(monomial, coefficient))
        exponent = plus(*rest)
        return times(made, self.exponential_of(exponent)) if exponent.addends else made

    def exponential_of(self, exponent: Polynomial) -> Polynomial:
        """e^exponent by the atom of its base."""
        if not self.bases:
            self.exponents.append(exponent)
            return atom(Exp(as_term(exponent)))
        for base, sign in self.bases:
            factor = multiple(exponent, base.polynomial)
            if factor is not None:
                power = constant(-factor * sign / base.unit)
                e = self.atom_of(base, sign)
                return times(*(atom(each, power) for each in dict(self.products).get(e, (e,))))
        # An exponent with an exponential in it, as -e^z of e^(-e^z), looks different on each branch.
        return atom(Exp(as_term(exponent)))

    @staticmethod
    def atom_of(base: Base, sign: int) -> Exp:
        """e^(-u |B|) on a branch where B has this sign."""
        return Exp(as_term(scaled(base.polynomial, -base.unit * sign)))

    # -- logarithms

    def _logarithm(self, argument: Polynomial) -> Polynomial:
        parts = self.together(argument)
        if parts.coefficient == 0:
            return atom(Log(Number(Fraction(0))))
        if parts.coefficient != 1 or parts.content or parts.rest == constant(1):
            close = self._near_one(argument)
            if close is not None:
                self.met_near = True
                if self.near:
                    return close
        if parts.coefficient < 0 or not all(is_positive(term) for term, _ in parts.content):
            return atom(Log(self.sum_of(argument)))
        if is_one_and_quotients(argument):
            return atom(Log(self._one_first(argument)))
        made = constant(0) if parts.coefficient == 1 else atom(Log(Number(parts.coefficient)))
        for term, exponent in parts.content:
            made = plus(made, times(exponent, self._logarithm_of_atom(term)))
        return made if parts.rest == constant(1) else plus(made, atom(Log(self._one_first(parts.rest))))

    def _near_one(self, argument: Polynomial) -> Polynomial | None:
        """log(1 + x) for an argument 1 + x with an x that is 0 where every exponential is 1; None for others."""
        gap = self.together(plus(argument, constant(-1)))
        if gap.coefficient == 0 or not self.bases:
            return None
        atoms = self._atoms()
        at_one = [frozenset(pair for pair in monomial if pair[0] not in atoms) for monomial, _ in gap.rest.addends]
        ends = plus(*(of_monomial(m, c) for m, (_, c) in zip(at_one, gap.rest.addends, strict=True)))
        if ends.addends:
            return None
        return atom(Log(Add((ONE, as_term(self.written(gap))))))

    def _logarithm_of_atom(self, term: Term) -> Polynomial:
        for base, sign in self.bases:
            if term == self.atom_of(base, sign):
                return scaled(base.polynomial, -base.unit * sign)
        return atom(Log(term))

    def _one_first(self, polynomial: Polynomial) -> Term:
        """A sum with its 1 in front."""
        rest = plus(polynomial, constant(-1))
        if dict(polynomial.addends).get(ONE_MONOMIAL) != 1:
            return self.sum_of(polynomial)
        term = as_term(rest)
        made = Add((ONE, *(term.terms if isinstance(term, Add) else (term,))))
        self.sums[made] = polynomial
        return made

    # -- the error function

    def _error_function(self, argument: Polynomial) -> Polynomial:
        for known, sign in self.errors:
            if known == argument:
                size = as_term(scaled(argument, sign))
                if not self.complement:
                    return scaled(atom(erf(size)), sign)
                square = folded(times(argument, argument))
                tail = times(atom(scaled_tail(size, as_term(square))), self.exponential_of(scaled(square, -1)))
                return scaled(plus(constant(1), scaled(tail, -1)), sign)
        self.arguments.append(argument)
        self.exponents.append(scaled(folded(times(argument, argument)), -1))
        return atom(erf(as_term(argument)))

    # -- the form that is computed

    def written(self, parts: Fractional, halves: tuple[Term, ...] = ()) -> Polynomial:
        """A fraction with 1 - e and, for t in `halves`, 1 - t as atoms of their own where that leaves fewer signs
        mixed; a sum without a denominator keeps its exponentials inside."""
        rest = parts.rest
        for base, sign in self.bases:
            e = self.atom_of(base, sign)
            rest = homogeneous(rest, e, complement_of(e))
        for half in halves:
            rest = homogeneous(rest, half, complement_of(half))
        rest = telescoped(rest, self._atoms(), tuple(pair for _, pair in self.products))
        if rest == parts.rest:
            rest = self._around_one(rest, halves)
        outer = of_monomial(parts.content, parts.coefficient)
        rest = self._with_power_apart(rest)
        if rest == parts.rest:
            inside = self._growing(parts)
            return parts.polynomial if inside is None else inside
        again = together(rest, lambda term: atom(term))
        return times(outer, again.polynomial)

    def _atoms(self) -> tuple[Term, ...]:
        return tuple(self.atom_of(base, sign) for base, sign in self.bases)

    def _around_one(self, rest: Polynomial, halves: tuple[Term, ...]) -> Polynomial:
        """e - t as (1 - t) - (1 - e), for the neighbourhood of e = t = 1: a sum that is 0 there, though not at e = 1
        for every t. What is read is marked, whether for there or not."""
        atoms = (*self._atoms(), *halves)
        ends = with_ones(rest, atoms)
        if ends is None or ends.addends or not self.bases or not halves:
            return rest
        self.met_near = True
        if not self.near:
            return rest
        made = constant(0)
        for monomial, coefficient in rest.addends:
            product = constant(coefficient)
            for term, exponent in monomial:
                if term in atoms:
                    power = exponent.constant
                    assert power is not None
                    gap = plus(constant(1), scaled(atom(complement_of(term)), -1))
                    product = times(product, *([gap] * int(power)))
                else:
                    product = times(product, atom(term, exponent))
            made = plus(made, product)
        return made

    def _with_power_apart(self, rest: Polynomial) -> Polynomial:
        """1 - x^q as one atom for a sum x = 1 + ... and a q that is not whole; any other polynomial as it is."""
        number_of = dict(rest.addends).get(ONE_MONOMIAL)
        others = [(monomial, c) for monomial, c in rest.addends if monomial]
        if number_of is None or len(others) != 1 or others[0][1] != -number_of or len(others[0][0]) != 1:
            return rest
        ((term, exponent),) = others[0][0]
        power = exponent.constant
        if not isinstance(term, Add) or (power is not None and power.denominator == 1):
            return rest
        first = term if term.terms[0] == ONE else self._one_first(self.sums[term])
        return atom(complement_of(Power(first, as_term(exponent)))) if number_of == 1 else scaled(
            atom(complement_of(Power(first, as_term(exponent)))), -1
        )  # fmt: skip

    def _growing(self, parts: Fractional) -> Polynomial | None:
        """The addends of a sum times e^(k |B|), k > 0, each with its own power; None for other fractions."""
        outer = dict(parts.content)
        powers = [(self.atom_of(base, sign), base) for base, sign in self.bases]
        growing = [e for e, _ in powers if (outer.get(e, constant(0)).constant or 0) < 0]
        if not growing or any(isinstance(term, Add) for term in outer) or parts.rest == constant(1):
            return None
        return folded(times(of_monomial(parts.content, parts.coefficient), parts.rest))


def is_one_and_quotients(polynomial: Polynomial) -> bool:
    """Whether this is 1 and quotients of data, as 1 + u/a: its logarithm is small where they are, and not to be taken
    apart into log(a + u) - log a, whose parts cancel there."""
    if dict(polynomial.addends).get(ONE_MONOMIAL) != 1 or len(polynomial.addends) < 2:
        return False
    atoms = {(term, exponent.constant) for monomial, _ in polynomial.addends for term, exponent in monomial}
    plain = all(isinstance(term, Entry | Parameter) and power is not None for term, power in atoms)
    return plain and any(power is not None and power < 0 for _, power in atoms)


def scaled_tail(size: Term, square: Term) -> Term:
    """erfc(x) e^(x^2), spelled with erf."""
    return Mul((Add((ONE, Mul((number(-1), erf(size))))), Exp(square)))


def without_positive_factors(polynomial: Polynomial) -> Polynomial:
    """A polynomial of the same sign, without the positive factors that all addends share, its first coefficient +-1."""
    shared = frozenset.intersection(*(monomial for monomial, _ in polynomial.addends))
    kept = frozenset(pair for pair in shared if is_positive(pair[0]))
    rest = plus(*(of_monomial(monomial - kept, c) for monomial, c in polynomial.addends))
    return scaled(rest, 1 / abs(_first(rest)))


def _first(polynomial: Polynomial) -> Fraction:
    return min(polynomial.addends, key=lambda each: repr(as_term(of_monomial(each[0]))))[1]


def oriented(polynomial: Polynomial) -> tuple[Polynomial, int]:
    """The polynomial with a positive first coefficient, and what it was multiplied by: 1 or -1."""
    sign = 1 if _first(polynomial) > 0 else -1
    return scaled(polynomial, sign), sign


def multiple(polynomial: Polynomial, base: Polynomial) -> Fraction | None:
    """The number c with polynomial = c base; None if there is none."""
    factor = _first(polynomial) / _first(base)
    return factor if scaled(base, factor) == polynomial else None


def bases_of(exponents: list[Polynomial]) -> tuple[Base, ...]:
    """The bases of exponents: each is a whole multiple of one of them times its unit."""
    found: dict[Polynomial, list[Fraction]] = {}
    for exponent in exponents:
        base = oriented(scaled(exponent, 1 / abs(_first(exponent))))[0]
        factor = multiple(exponent, base)
        assert factor is not None
        found.setdefault(base, []).append(abs(factor))
    return tuple(Base(base, _greatest_common(factors)) for base, factors in found.items())


def _greatest_common(numbers: list[Fraction]) -> Fraction:
    made = numbers[0]
    for each in numbers[1:]:
        below = made.denominator * each.denominator
        made = Fraction(gcd(made.numerator * each.denominator, each.numerator * made.denominator), below)
    return made


__all__ = [
    "ONE", "Base", "Monomial", "Products", "Reader", "bases_of", "complement_of", "is_positive", "multiple", "oriented",
    "scaled_tail", "sure_sign", "without_positive_factors",
]  # fmt: skip
