"""Words with formulas in them, and references to theorems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from symderiv.documents.display import Display

__all__ = ["Link", "Text"]

Text: TypeAlias = tuple[str | Display, ...]
"""Words with formulas as holes."""


@dataclass(frozen=True, slots=True)
class Link:
    """A reference to a theorem: in this document if `entry` is empty, else in the document of that catalogue entry."""

    text: Text
    entry: str
    anchor: str
