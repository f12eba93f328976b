"""The members of a sized range, and places that are members already."""

from __future__ import annotations

from symderiv.proving.residue_arithmetic import OutsideError
from symderiv.terms import Index, Place, Position


def members(index: Index, skip: Place | None) -> list[Position]:
    """Every member that `index` runs over, but for the one that is left out."""
    left_out = None if skip is None else concrete((skip,))[0]
    return [Position(v, index.domain) for v in range(1, (index.domain.size or 0) + 1) if v != left_out]


def concrete(places: tuple[Place, ...]) -> tuple[int, ...]:
    """The numbers of members; OutsideError, with its name, for an index that is still free."""
    found = []
    for place in places:
        if not isinstance(place, Position):
            raise OutsideError(f"the index {place.name} is not a concrete member of its range")
        found.append(place.value)
    return tuple(found)
