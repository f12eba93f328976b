"""Forms of polynomials in probabilities that keep their digits where y_k is near 0 or near 1.

With 1 = y + (1 - y) a polynomial in y and 1 - y is made homogeneous: y - y^2 becomes y (1 - y), and 2y - 1 - y^2
becomes -(1 - y)^2. These are Bernstein's coefficients; where they have one sign nothing cancels. log y next to a power
of 1 - y that may be negative becomes the ratio (log y)/(1 - y), which is -1 at y = 1. 1 - y^q becomes one atom,
-expm1(q log y). y - t, the difference from a target, is (1 - t) - (1 - y) where y > 1/2.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import Final

from symderiv.kernels.parts import TARGETS_ARRAY
from symderiv.kernels.probability.monomials import (
    Monomial,
    Polynomial,
    atom,
    atoms_of,
    constant,
    of_monomial,
    plus,
    product_of_monomials,
    split_exponent,
    times,
)  # fmt: skip
from symderiv.kernels.probability.ordering import DOMINANT, LABEL, as_term
from symderiv.kernels.probability.quantities import complement, is_complement, is_probability, probability, suffix_of
from symderiv.terms import Add, Div, Entry, Index, Log, Mul, Number, Power, Sum, Term

_MOST: Final = 12
"""The highest degree that is made homogeneous."""
_ROUNDS: Final = 3
"""How often the shares are gone through at most."""


def improved(polynomial: Polynomial) -> Polynomial:
    """The polynomial in a form that keeps its digits at both ends."""
    for _ in range(_ROUNDS):
        before = polynomial
        for share in _shares(polynomial):
            polynomial = _homogeneous(polynomial, share)
        if polynomial == before:  # what one share made alike may be put together at another
            break
    polynomial = plus(*(_with_ratio(monomial, coefficient) for monomial, coefficient in polynomial.addends))
    return _with_deviations(_with_gaps(polynomial))


def _shares(polynomial: Polynomial) -> tuple[Entry, ...]:
    """Every y_k that is there itself or with 1 - y_k, those at the label and the dominant class in front."""
    found: set[Entry] = set()
    for term in atoms_of(polynomial):
        if isinstance(term, Entry) and (is_probability(term) or is_complement(term)):
            found.add(probability(term.indices[0], suffix_of(term)))
    return tuple(sorted(found, key=lambda share: (suffix_of(share), not _is_nearly_one(share), repr(share.indices[0]))))


def _is_nearly_one(share: Entry) -> bool:
    """Whether it is at the label or the dominant class, where most may cancel."""
    (place,) = share.indices
    return isinstance(place, Index) and place.name in (LABEL, DOMINANT)


Powers = dict[tuple[int, int], Fraction]
"""Coefficients of y^m (1 - y)^n by (m, n)."""


def _homogeneous(polynomial: Polynomial, y: Entry) -> Polynomial:
    rest = complement(y.indices[0], suffix_of(y))
    groups: dict[tuple[Monomial, Polynomial, Polynomial], Powers] = {}
    for monomial, coefficient in polynomial.addends:
        exponents = dict(monomial)
        (first, m), (second, n) = (split_exponent(exponents.get(each, constant(0))) for each in (y, rest))
        others = frozenset(pair for pair in monomial if pair[0] not in (y, rest))
        groups.setdefault((others, first, second), {})[m, n] = coefficient
    made = constant(0)
    for (others, first, second), powers in groups.items():
        for (m, n), coefficient in _of_one_sign(powers).items():
            exponents_of = (atom(y, plus(first, constant(m))), atom(rest, plus(second, constant(n))))
            made = plus(made, times(of_monomial(others, coefficient), *exponents_of))
    return made


def _of_one_sign(powers: Powers) -> Powers:
    """The polynomial homogeneous and divided by 1 = y + (1 - y) as often as that goes, if signs were mixed before."""
    if len({coefficient > 0 for coefficient in powers.values()}) < 2:
        return powers
    low, high = min(m for m, _ in powers), min(n for _, n in powers)
    shifted = {(m - low, n - high): coefficient for (m, n), coefficient in powers.items()}
    degree = max(m + n for m, n in shifted)
    if degree > _MOST:
        return powers
    row = [Fraction(0)] * (degree + 1)
    for (m, n), coefficient in shifted.items():
        lift = degree - m - n
        for k in range(lift + 1):
            row[m + k] += coefficient * comb(lift, k)
    while len(row) > 1 and (divided := _divided_by_one(row)) is not None:
        row = divided
    degree = len(row) - 1
    made = {(m + low, degree - m + high): coefficient for m, coefficient in enumerate(row) if coefficient}
    mixed = len({coefficient > 0 for coefficient in made.values()}) > 1
    return powers if mixed and len(made) > len(powers) else made


def _divided_by_one(row: list[Fraction]) -> list[Fraction] | None:
    """Coefficients of y^m (1 - y)^(n - m) divided by y + (1 - y); None if that does not go."""
    made: list[Fraction] = []
    carry = Fraction(0)
    for coefficient in row[:-1]:
        carry = coefficient - carry
        made.append(carry)
    return made if row[-1] == carry else None


def _with_ratio(monomial: Monomial, coefficient: Fraction) -> Polynomial:
    """(log y)^n (1 - y)^e as ((log y)/(1 - y))^n (1 - y)^(e + n) where e may be negative."""
    exponents = dict(monomial)
    made = of_monomial(monomial, coefficient)
    for rest, exponent in sorted(exponents.items(), key=lambda pair: repr(pair[0])):
        if not (is_complement(rest) and isinstance(rest, Entry)) or split_exponent(exponent)[1] >= 0:
            continue
        logarithm: Term = Log(probability(rest.indices[0], suffix_of(rest)))
        power = exponents.get(logarithm, constant(0)).constant
        if power is None or power < 1 or power.denominator != 1:
            continue
        change = times(
            atom(logarithm, constant(-power)), atom(Div(logarithm, rest), constant(power)), atom(rest, constant(power))
        )
        made = times(made, change)
    return made


def is_ratio(term: Term) -> bool:
    """Whether `term` is (log y_k)/(1 - y_k)."""
    return isinstance(term, Div) and isinstance(term.numerator, Log) and is_complement(term.denominator)


def _with_gaps(polynomial: Polynomial) -> Polynomial:
    """f - f y^q as f (1 - y^q), for an exponent q that is no number."""
    left = dict(polynomial.addends)
    made = constant(0)
    for monomial, coefficient in sorted(polynomial.addends, key=lambda addend: repr(as_term(of_monomial(*addend)))):
        for base, exponent in monomial:
            if not is_probability(base) or exponent.constant is not None:
                continue
            plain = monomial - {(base, exponent)}
            if left.get(plain) != -coefficient or monomial not in left:
                continue
            del left[plain], left[monomial]
            gap = Add((Number(Fraction(1)), Mul((Number(Fraction(-1)), Power(base, as_term(exponent))))))
            made = plus(made, times(of_monomial(plain, -coefficient), atom(gap)))
            break
    return plus(made, *(of_monomial(monomial, coefficient) for monomial, coefficient in left.items()))


def power_of_gap(term: Term) -> Power | None:
    """y^q of a term 1 - y^q; None for any other term."""
    if isinstance(term, Add) and len(term.terms) == 2 and term.terms[0] == Number(Fraction(1)):
        other = term.terms[1]
        if isinstance(other, Mul) and len(other.factors) == 2 and other.factors[0] == Number(Fraction(-1)):
            power = other.factors[1]
            if isinstance(power, Power) and is_probability(power.base):
                return power
    return None


def _with_deviations(polynomial: Polynomial) -> Polynomial:
    """f y_k - f t_k as f (y_k - t_k), which is (1 - t_k) - (1 - y_k) too."""
    left = dict(polynomial.addends)
    made = constant(0)
    for monomial, coefficient in sorted(polynomial.addends, key=lambda addend: repr(as_term(of_monomial(*addend)))):
        for target, exponent in monomial:
            if not (_is_target(target) and isinstance(target, Entry) and exponent.constant == 1):
                continue
            y = probability(target.indices[0])
            plain = monomial - {(target, exponent)}
            beside = product_of_monomials(plain, frozenset({(y, constant(1))}))
            if monomial in left and left.get(beside) == -coefficient:
                del left[monomial], left[beside]
                between = Add((y, Mul((Number(Fraction(-1)), target))))
                made = plus(made, times(of_monomial(plain, -coefficient), atom(between)))
                break
    return plus(made, *(of_monomial(monomial, coefficient) for monomial, coefficient in left.items()))


def with_missing_targets(polynomial: Polynomial) -> Polynomial:
    """f - f sum_k t_k y_k as f (1 - sum_k t_k) + f sum_k t_k (1 - y_k): nothing cancels where targets sum to one."""
    left = dict(polynomial.addends)
    made = constant(0)
    for monomial, coefficient in sorted(polynomial.addends, key=lambda addend: repr(as_term(of_monomial(*addend)))):
        for found, exponent in monomial:
            target = _target_beside_probability(found)
            plain = monomial - {(found, exponent)}
            if target is None or exponent.constant != 1 or left.get(plain) != -coefficient or monomial not in left:
                continue
            del left[monomial], left[plain]
            assert isinstance(found, Sum)
            whole = Sum(found.index, target, found.skip)
            rest = Sum(found.index, Mul((complement(found.index), target)), found.skip)
            missing = Add((Number(Fraction(1)), Mul((Number(Fraction(-1)), whole))))
            made = plus(made, times(of_monomial(plain, -coefficient), plus(atom(missing), atom(rest))))
            break
    return plus(made, *(of_monomial(monomial, coefficient) for monomial, coefficient in left.items()))


def _target_beside_probability(term: Term) -> Term | None:
    """t_k of sum_k t_k y_k; None for any other term."""
    if not (isinstance(term, Sum) and isinstance(term.body, Mul) and term.skip is None and len(term.body.factors) == 2):
        return None
    target = next((each for each in term.body.factors if _is_target(each)), None)
    return target if target is not None and probability(term.index) in term.body.factors else None


def _is_target(term: Term) -> bool:
    return isinstance(term, Entry) and term.array.name == TARGETS_ARRAY and len(term.indices) == 1


def difference_of_shares(terms: tuple[Term, ...]) -> tuple[Entry, Entry] | None:
    """y_k and q_k of an addition y_k - q_k, q another softmax or the targets, which is (1 - q_k) - (1 - y_k) too; None
    for any other."""
    if len(terms) != 2 or not (is_probability(terms[0]) and isinstance(terms[1], Mul)):
        return None
    y, other = terms[0], terms[1]
    if len(other.factors) != 2 or other.factors[0] != Number(Fraction(-1)):
        return None
    q = other.factors[1]
    if not (is_probability(q) or _is_target(q)):
        return None
    assert isinstance(y, Entry)
    assert isinstance(q, Entry)
    return (y, q) if y.indices == q.indices else None


def rest_of(share: Entry) -> Term:
    """1 - y_k of a probability, 1 - t_k of a target."""
    if is_probability(share):
        return complement(share.indices[0], suffix_of(share))
    return Add((Number(Fraction(1)), Mul((Number(Fraction(-1)), share))))
