"""Where an entry stands: finite ranges, the indices that run over them, and their concrete members.

Refused: an index without a range (`Index` needs its `Domain`), and a member outside its range.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Domain:
    """A finite range 1..size; `size` None means symbolic, written with `symbol` (classes 1..C)."""

    name: str
    symbol: str
    size: int | None = None

    def __post_init__(self) -> None:
        if self.size is not None and self.size < 1:
            raise ValueError(f"domain {self.name!r} needs a size of at least 1, not {self.size}")


@dataclass(frozen=True, slots=True)
class Index:
    """A variable i ranging over a domain."""

    name: str
    domain: Domain

    def __hash__(self) -> int:
        # Equal indices have equal names; the domain would be hashed anew at every lookup, of which there are millions.
        return hash(self.name)


@dataclass(frozen=True, slots=True)
class Position:
    """A concrete member of a domain, counted from 1."""

    value: int
    domain: Domain

    def __post_init__(self) -> None:
        if self.value < 1 or (self.domain.size is not None and self.value > self.domain.size):
            raise ValueError(f"{self.value} is not a member of 1..{self.domain.size or self.domain.symbol}")


Place: TypeAlias = Index | Position
