"""Residues modulo a prime, every atom a pseudo-random residue of its name: a screen, never a proof."""

from __future__ import annotations

import hashlib
from typing import Final

from symderiv.checking.atoms import Atoms
from symderiv.checking.evaluation import Evaluator, Transcendental, Undefined, Unsupported
from symderiv.checking.simplices import Simplex
from symderiv.terms import Array, Constant, Index, Parameter, Term

__all__ = ["PRIME", "Modular"]

PRIME: Final = 2**61 - 1
"""A Mersenne prime; residues fit a machine word."""


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

    def transcendental(self, term: Transcendental, evaluator: Evaluator[int], env: dict[Index, int]) -> int:
        return self._atoms.value(term, self, evaluator, env)

    def atom(self, name: Term, power: int) -> int:
        return pow(self._residue(name), power, PRIME)

    def constant(self, constant: Constant) -> int:
        return self._residue(constant)

    def sign(self, term: Term, evaluator: Evaluator[int], env: dict[Index, int]) -> int:  # noqa: ARG002
        raise Unsupported("residues have no sign")
