"""The signs of the arguments of |u|, max, sign and step: every combination is checked, one after another.

On a branch every piecewise node is an ordinary formula: |u| = s u, sign(u) = s, step(u) = (1 + s) / 2 and
max(a, b) = a or b, where s = +-1 is the product of the signs of the irreducible factors of u, each chosen freely once.

**Every real point is covered.** Let a be the values of the atoms (entries, parameters, exponentials, ...) at a point
where no listed condition fails, and a' a point nearby, in the space of the atoms, at which no argument vanishes and
what is positive by declaration still is. The signs at a' are a combination that is not left out below, so the
difference of the two sides vanishes identically on it. At a the formulas of that combination have the values of the
nodes themselves: where u != 0 the signs agree, and where u = 0 both |u| and max are the same on either side. Of sign,
step, and derivatives of piecewise nodes this is not true at u = 0; `signs.conditions` lists u != 0 for them. An
argument that vanishes identically on a branch has sign 0 there.

**Left out** are only combinations that no values of the atoms have: those in which at most three chosen, so positive,
polynomials add up to what is not positive, such as a > b > c > a; and those on which a logarithm of the data of single
members is one of 0, as log max(0, z_k) for z_k < 0. There the listed condition fails that its argument is positive.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from flint import fmpq_mpoly

from symderiv.checking.evaluation import Exhausted

__all__ = ["MOST_BRANCHES", "Branches", "Contradiction", "sure_sign"]

MOST_BRANCHES: Final = 256
"""Combinations of signs that are checked at one size and index pattern; a statement with more is not decided."""


class Contradiction(Exception):  # noqa: N818 - a fact about a branch, not a fault
    """No values of the atoms have the signs chosen so far: the branch is empty."""


def sure_sign(polynomial: fmpq_mpoly, positive: set[int]) -> int:
    """1 or -1 where every term has that sign or is 0, by even exponents and `positive` atoms; else 0."""
    signs: set[int] = set()
    for exponents, coefficient in zip(polynomial.monoms(), polynomial.coeffs(), strict=True):
        if any(power % 2 and number not in positive for number, power in enumerate(exponents)):
            return 0
        signs.add(1 if coefficient > 0 else -1)
    return signs.pop() if len(signs) == 1 else 0


@dataclass(slots=True)
class _Choice:
    """An irreducible polynomial with the sign taken now, and whether the opposite sign is still to be tried."""

    polynomial: fmpq_mpoly
    sign: int
    open: bool


@dataclass(slots=True)
class Branches:
    """The combination of signs in use, of polynomials in the atoms whose numbers in `positive` are positive."""

    positive: set[int]
    _chosen: dict[str, _Choice] = field(default_factory=dict)
    _count: int = 1

    @property
    def used(self) -> bool:
        """Whether any sign was asked for that is free."""
        return bool(self._chosen)

    def sign(self, irreducible: fmpq_mpoly) -> int:
        """The sign of an irreducible polynomial on this branch; Contradiction if it can have none."""
        leading = irreducible.leading_coefficient()
        monic = irreducible / leading
        own = 1 if leading > 0 else -1
        sure = sure_sign(monic, self.positive)
        if sure:
            return own * sure
        name = str(monic)
        if name not in self._chosen:
            possible = [sign for sign in (1, -1) if not self._impossible(monic * sign)]
            if not possible:
                raise Contradiction
            self._chosen[name] = _Choice(monic, possible[0], len(possible) > 1)
        return own * self._chosen[name].sign

    def sign_of_power(self, irreducible: fmpq_mpoly, power: int) -> int:
        """The sign of a whole power of an irreducible polynomial on this branch."""
        return self.sign(irreducible) if power % 2 else 1

    def advance(self) -> bool:
        """Go on to the next combination; False after the last. Exhausted beyond `MOST_BRANCHES`."""
        while self._chosen:
            name, last = self._chosen.popitem()
            if last.open:
                self._chosen[name] = _Choice(last.polynomial, -last.sign, False)
                self._count += 1
                if self._count > MOST_BRANCHES:
                    raise Exhausted(f"more than {MOST_BRANCHES} combinations of signs")
                return True
        return False

    def _impossible(self, candidate: fmpq_mpoly) -> bool:
        """Whether `candidate` > 0 contradicts one or two of the choices made."""
        known = [choice.polynomial * choice.sign for choice in self._chosen.values()]
        for many in (1, 2):
            for others in combinations(known, many):
                added = sum(others, candidate)
                if added.is_zero() or sure_sign(added, self.positive) == -1:
                    return True
        return False
