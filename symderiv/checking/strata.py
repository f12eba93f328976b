"""The signs of the arguments of maxima, absolute values, signs and steps at a point, and beside it.

At a point an irreducible polynomial is positive, negative or 0. Where it is not 0 it has its sign nearby as well; where
it is 0, both signs are taken nearby, one after the other. **Left out** are only combinations that no point has: those
in which at most three polynomials, of which some are positive at the point and the others are 0 there, add up to what
is not positive, or that are 0 there and add up to what is negative. What is beside the point leaves nothing out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations, product
from typing import TypeAlias

from flint import fmpq_mpoly

from symderiv.checking.branches import MOST_BRANCHES, Contradiction, sure_sign
from symderiv.checking.evaluation import Exhausted

__all__ = ["Strata", "vanishes_at"]

_Fact: TypeAlias = tuple[fmpq_mpoly, bool]
"""A polynomial that is not negative at the point, and whether it is positive there."""


@dataclass(slots=True)
class _Choice:
    """A monic irreducible polynomial, and pairs (sign at the point, sign beside it): in use, and still to be tried."""

    polynomial: fmpq_mpoly
    pairs: list[tuple[int, int]]


@dataclass(slots=True)
class Strata:
    """The combination of signs in use, of polynomials in the atoms whose numbers in `positive` are positive.

    Signs are those at the point where `at_point` is set, else those beside it.
    """

    positive: set[int]
    at_point: bool = False
    _chosen: dict[str, _Choice] = field(default_factory=dict)
    _count: int = 1

    @property
    def zeros(self) -> tuple[fmpq_mpoly, ...]:
        """The polynomials that are 0 at the point."""
        return tuple(choice.polynomial for choice in self._chosen.values() if choice.pairs[0][0] == 0)

    def sign_of_power(self, irreducible: fmpq_mpoly, power: int) -> int:
        """The sign of a whole power of an irreducible polynomial; Contradiction if there is no such point."""
        if power % 2 == 0 and not self.at_point:
            return 1  # Where the power is 0, any sign of it serves: the formulas meet there.
        leading = irreducible.leading_coefficient()
        monic = irreducible / leading
        own = 1 if leading > 0 or power % 2 == 0 else -1
        name = str(monic)
        if name not in self._chosen:
            pairs = self._possible(monic)
            if not pairs:
                raise Contradiction
            self._chosen[name] = _Choice(monic, pairs)
        there, beside = self._chosen[name].pairs[0]
        sign = there if self.at_point else beside
        return own * (abs(sign) if power % 2 == 0 else sign)

    def advance(self) -> bool:
        """Go on to the next combination; False after the last. Exhausted beyond `MOST_BRANCHES`."""
        while self._chosen:
            name, last = self._chosen.popitem()
            if len(last.pairs) > 1:
                self._chosen[name] = _Choice(last.polynomial, last.pairs[1:])
                self._count += 1
                if self._count > MOST_BRANCHES:
                    raise Exhausted(f"more than {MOST_BRANCHES} combinations of signs")
                return True
        return False

    def _possible(self, monic: fmpq_mpoly) -> list[tuple[int, int]]:
        sure = sure_sign(monic, self.positive)
        pairs = [
            (there, beside)
            for there in (1, -1, 0)
            for beside in ((there,) if there else (1, -1))
            if -sure not in (there, beside) or not sure
        ]
        known = [fact for choice in self._chosen.values() for fact in _facts(choice.polynomial, choice.pairs[0][0])]
        excluded = {there for there in (1, -1, 0) if self._impossible(_facts(monic, there), known)}
        return [pair for pair in pairs if pair[0] not in excluded]

    def _impossible(self, candidates: list[_Fact], known: list[_Fact]) -> bool:
        """Whether one of `candidates` contradicts at most two of the facts known, or cannot be by itself."""
        for (polynomial, strict), many in product(candidates, range(3)):
            for others in combinations(known, many):
                added = sum((other for other, _ in others), polynomial)
                positive = strict or any(other for _, other in others)
                if positive and (added.is_zero() or sure_sign(added, self.positive) == -1):
                    return True
                if sure_sign(added, self.positive) == -1 and self._never_zero(added):
                    return True
        return False

    def _never_zero(self, polynomial: fmpq_mpoly) -> bool:
        """Whether a polynomial whose terms have one sign has a term of positive atoms alone."""
        return any(
            all(number in self.positive for number, power in enumerate(exponents) if power)
            for exponents in polynomial.monoms()
        )


def _facts(polynomial: fmpq_mpoly, sign: int) -> list[_Fact]:
    """What is not negative at a point where `polynomial` has this sign."""
    return [(polynomial * sign, True)] if sign else [(polynomial, False), (-polynomial, False)]


def vanishes_at(
    above: fmpq_mpoly, below: list[fmpq_mpoly], zeros: list[fmpq_mpoly], atoms: tuple[fmpq_mpoly, ...]
) -> bool:
    """Whether the fraction of `above` and the product of `below` is shown to be 0 where all of `zeros` are.

    It is where one of them divides `above` and has no factor in common with `below`. Else an atom is taken from one of
    `zeros`, where it stands alone with a rational coefficient, and put into the rest; nothing in `below` may become 0.
    """
    while not above.is_zero():
        for zero in zeros:
            if divmod(above, zero)[1].is_zero() and all(zero.gcd(divisor).is_constant() for divisor in below):
                return True
        if len(zeros) < 2:
            return False
        found = next((each for at in range(len(zeros)) if (each := _solved(zeros, at, atoms)) is not None), None)
        if found is None:
            return False
        values, zeros = found
        above, below = above.compose(*values), [divisor.compose(*values) for divisor in below]
        zeros = [zero for each in zeros if not (zero := each.compose(*values)).is_zero()]
        if any(divisor.is_zero() for divisor in below):
            return False
    return True


def _solved(
    zeros: list[fmpq_mpoly], at: int, atoms: tuple[fmpq_mpoly, ...]
) -> tuple[list[fmpq_mpoly], list[fmpq_mpoly]] | None:
    """Values of all atoms that make zeros[at] 0, one of them by the others, and the other zeros; None if none can."""
    zero = zeros[at]
    degrees = zero.degrees()
    for exponents, coefficient in zip(zero.monoms(), zero.coeffs(), strict=True):
        numbers = [number for number, power in enumerate(exponents) if power]
        if len(numbers) == 1 and exponents[numbers[0]] == degrees[numbers[0]] == 1:
            (number,) = numbers
            rest = zero - atoms[number] * coefficient
            if rest.is_zero() or rest.degrees()[number] == 0:
                values = [rest / -coefficient if n == number else atom for n, atom in enumerate(atoms)]
                return values, [*zeros[:at], *zeros[at + 1 :]]
    return None
