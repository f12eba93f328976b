"""Roots of sums under the theorem of `cutoff`: how they count, and at which sizes they are independent.

`cutoff` takes a root r = P**(1/q) of a sum P as a block of degree 0, about which nothing may be known: a relation
between r and sums that holds at one size may hold at no other. Here r**q = P is used at every size.

**Theorem.** Let E be built as in `cutoff`, and from roots r = P**(1/q) of sums P over the domain that are closed (no
counted index is free in them), never negative, of degree d, and without roots of sums in them; give r the degree d. Let
deg E <= T. If E = 0 by r**q = P alone, at T + 1 consecutive sizes at which the roots are *apart*, then E = 0 at every
later size too, wherever it has a value.

*Proof.* Write E without powers of r from r**q on, by r**q = P: E = sum of e_j r**j, 0 <= j < q, and so on for every
root. No degree grows: r**m has m d, and becomes P**(m div q) r**(m mod q) with (m div q) d for the coefficient. So
every e_j is an expression as in `cutoff`, of degree <= T, without the roots. Where the roots are apart the products of
powers of roots below their degrees are independent over the field of the other letters; E = 0 then says that every e_j
= 0 at that size. By the theorem of `cutoff` every e_j = 0 at all later sizes, so E = 0. A quotient is treated as there,
with r among the closed factors: what is tested is a product of denominators times the equation. Where the roots are
apart these are not divisors of 0, so the equation itself is shown. *End of proof.*

**Apart.** Each P has an irreducible factor of two terms or more, as a polynomial in the letters, with a multiplicity
that has no divisor in common with q, and that divides no other P. Then that factor is totally ramified in the field of
r and not in that of the others: r has the degree q over it (Kummer, Eisenstein). At size 1 sum_k z_k**2 is a square,
and its root is not apart. Such a size is tested for itself, and does not count as one of the T + 1.

Of several domains only the one that is cut last may have such sums in roots: for the others a root is a function of the
data at its indices.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import gcd
from typing import Final

from flint import fmpq_mpoly

from symderiv.checking.letters import power_of
from symderiv.terms import Constant, Exp, Number, Product, Size, Sum, Term, each_subterm

__all__ = ["are_apart", "radicand_of_sums"]

_LONGEST: Final = 400
"""Terms of a polynomial that is factored."""


def radicand_of_sums(letter: Term) -> Term | None:
    """P where `letter` is a root P**(1/q) with a sum, a product or a size in P; else None."""
    found = power_of(letter) if isinstance(letter, Exp) else None
    if found is None or isinstance(found[0], Constant | Number | Exp):
        return None
    return found[0] if any(isinstance(part, Sum | Product | Size) for part in each_subterm(found[0])) else None


def are_apart(roots: Mapping[int, tuple[int, fmpq_mpoly]], of_sums: frozenset[int]) -> bool:
    """Whether the roots numbered `of_sums` are independent: `roots` has the degree and the polynomial of each root.

    False says only that it was not shown.
    """
    numbers = sorted(roots)
    for number in sorted(of_sums):
        degree, base = roots[number]
        powers = base.degrees()
        if len(base) > _LONGEST or any(powers[other] for other in numbers):
            return False
        others = [roots[other][1] for other in numbers if other != number]
        if not any(
            len(factor) > 1
            and gcd(int(times), degree) == 1
            and all(other.gcd(factor).is_constant() for other in others)
            for factor, times in base.factor()[1]
        ):
            return False
    return True
