"""Checking a record again, whoever wrote it: its verdicts are not believed, its steps are judged anew."""

from __future__ import annotations

from dataclasses import dataclass, replace

from symderiv.checking import Refused, check
from symderiv.documents.record import TamperedRecordError, read
from symderiv.statements import Derivation, Theorem

__all__ = ["Recheck", "Rechecked", "recheck"]


@dataclass(frozen=True, slots=True)
class Recheck:
    """One theorem of a record, judged anew; `refusal` says why its steps are no chain, "" if they are one.

    Where they are none, the theorem was judged line by line without them.
    """

    theorem: Theorem
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Rechecked:
    """A record judged anew; `tampered` says what in it contradicts itself, "" if nothing does."""

    results: tuple[Recheck, ...]
    tampered: str = ""

    @property
    def sound(self) -> bool:
        """True if nothing was refused and nothing contradicts itself; the verdicts are another matter."""
        return not self.tampered and not any(result.refusal for result in self.results)


def recheck(text: str, *, seed: int) -> Rechecked:
    """The record in `text`, judged anew; RecordError with a sentence if it is damaged."""
    derivations = read(text, strict=False)
    tampered = ""
    try:
        read(text)
    except TamperedRecordError as error:
        tampered = str(error)
    return Rechecked(tuple(_recheck(derivation, seed) for derivation in derivations), tampered)


def _recheck(derivation: Derivation, seed: int) -> Recheck:
    try:
        return Recheck(check(derivation, seed=seed))
    except Refused as error:
        bare = replace(derivation, lines=tuple(replace(line, steps=()) for line in derivation.lines))
        return Recheck(check(bare, seed=seed), str(error))
