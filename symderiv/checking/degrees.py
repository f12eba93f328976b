"""Degrees of subterms, as numerator and denominator, and how products, powers and sums have them; for `cutoff`."""

from __future__ import annotations

from dataclasses import dataclass, field

from symderiv.checking.evaluation import HIGHEST_POWER
from symderiv.checking.letters import Outside
from symderiv.terms import Index, Term

__all__ = ["Degree", "lowest_multiple", "multiplied", "raised", "repeated"]


@dataclass(frozen=True, slots=True)
class Degree:
    """A subterm as numerator / product of factors: the numerator's degree, the factors, and the coupled indices.

    `factors` maps a closed factor to its multiplicity and its degree. `coupled` are the indices of the counted domain
    that stand in a denominator which is not a monomial.
    """

    numerator: int = 0
    factors: dict[Term, tuple[int, int]] = field(default_factory=dict)
    coupled: frozenset[Index] = frozenset()

    @property
    def denominator(self) -> int:
        """The degree of the product of the factors."""
        return sum(count * degree for count, degree in self.factors.values())


def lowest_multiple(parts: tuple[Degree, ...]) -> dict[Term, tuple[int, int]]:
    """The factors of a common denominator."""
    common: dict[Term, tuple[int, int]] = {}
    for part in parts:
        for factor, (count, degree) in part.factors.items():
            common[factor] = (max(count, common.get(factor, (0, 0))[0]), degree)
    return common


def raised(part: Degree, common: dict[Term, tuple[int, int]]) -> int:
    """The numerator's degree over the common denominator."""
    missing = sum((count - part.factors.get(factor, (0, 0))[0]) * degree for factor, (count, degree) in common.items())
    return part.numerator + missing


def multiplied(left: Degree, right: Degree) -> Degree:
    """Of a product: numerators and denominators are added up."""
    factors = dict(left.factors)
    for factor, (count, degree) in right.factors.items():
        factors[factor] = (count + factors.get(factor, (0, 0))[0], degree)
    return Degree(left.numerator + right.numerator, factors, left.coupled | right.coupled)


def repeated(single: Degree, times: int) -> Degree:
    """Of a natural power; Outside for one too high."""
    if times > HIGHEST_POWER:
        raise Outside(f"a power above {HIGHEST_POWER}")
    factors = {factor: (count * times, degree) for factor, (count, degree) in single.factors.items()}
    return Degree(single.numerator * times, factors if times else {}, single.coupled)
