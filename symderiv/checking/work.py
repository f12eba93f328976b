"""How much a verdict may cost, counted in work and not in seconds, so that it is the same on every machine.

The work of exact arithmetic is counted in pairs of terms that are multiplied. A question has an account of its own, and
so has a whole derivation: what its first questions leave is what the last ones have, but never less than a small sum.
A question beyond its account is judged at a few sizes, and modulo a prime: it is at best ``exact``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from symderiv.checking.evaluation import Exhausted

__all__ = ["OF_A_DERIVATION", "OF_A_QUESTION", "Account", "account_of", "small_account_of"]

OF_A_QUESTION: Final = 10_000_000
"""Pairs of terms for one question; what needs most in the catalogue is a tenth of it."""
OF_A_DERIVATION: Final = 30_000_000
"""The same for all lines of a derivation together."""
_LEAST: Final = 1_000_000


@dataclass(slots=True)
class Account:
    """Pairs of terms that are left; what is spent is taken from `whole` as well."""

    left: int = OF_A_QUESTION
    whole: Account | None = None

    def spend(self, pairs: int) -> None:
        """Take `pairs` off; Exhausted if that is more than is left."""
        self.left -= pairs
        if self.whole is not None:
            self.whole.left -= pairs
        if self.left < 0:
            raise Exhausted("more products of terms than a question has")


def account_of(whole: Account | None) -> Account:
    """The account of one question: that of any, or what is left of the whole, if that is less."""
    if whole is None:
        return Account()
    return Account(max(min(OF_A_QUESTION, whole.left), _LEAST), whole)


def small_account_of(whole: Account | None) -> Account:
    """The account of one part of a question that has spent its own: a small sum."""
    return Account(_LEAST, whole)
