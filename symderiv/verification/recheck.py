"""Checking a record again, whoever wrote it: its verdicts are not believed, its lines are judged anew."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from symderiv.checking import Refused, examine
from symderiv.documents.record import RecordError, TamperedRecordError, read
from symderiv.encoding import encode_derivation
from symderiv.reading.claims import is_claim, read_claim
from symderiv.statements import Derivation, Theorem, Verdict, worst

__all__ = ["Recheck", "Rechecked", "recheck", "record_text"]


@dataclass(frozen=True, slots=True)
class Recheck:
    """One theorem of a record, judged anew; `faults` says where its steps do not fit together.

    A line whose steps do not fit was judged as a whole, without them.
    """

    theorem: Theorem
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rechecked:
    """A record judged anew; `tampered` says what in it contradicts itself, "" if nothing does."""

    results: tuple[Recheck, ...]
    tampered: str = ""

    @property
    def verdict(self) -> Verdict:
        """The weakest verdict of the record, with its counterexample if it is ``false``."""
        return worst(tuple(result.theorem.verdict for result in self.results))

    @property
    def sound(self) -> bool:
        """True if all steps fit together and nothing contradicts itself; the verdicts are another matter."""
        return not self.tampered and not any(result.faults for result in self.results)


def record_text(record: str | PathLike[str] | Mapping[str, Any] | Derivation, assume: Sequence[str] = ()) -> str:
    """The record as JSON text: of a path, of JSON text, of the data read from it, of a derivation, or of a claim in
    short notation under the assumptions `assume`, which go with a claim alone."""
    written = isinstance(record, str) and not record.lstrip().startswith("{") and not record.endswith(".json")
    if written and is_claim(str(record)):
        record = read_claim(str(record), assume=assume).derivation
    elif assume:
        raise TypeError("assume goes with a claim in short notation; a record has its own assumptions")
    if isinstance(record, Derivation):
        theorems = [{"derivation": encode_derivation(record)}]
        return json.dumps({"schema": "symderiv-theorems", "schema_version": 1, "theorems": theorems})
    if isinstance(record, Mapping):
        return json.dumps(record)
    if isinstance(record, str) and record.lstrip().startswith("{"):
        return record
    return Path(record).read_text(encoding="utf-8")


def recheck(text: str, *, seed: int) -> Rechecked:
    """The record in `text`, judged anew; RecordError with a sentence if it is damaged or cannot be evaluated."""
    derivations = read(text, strict=False)
    tampered = ""
    try:
        read(text)
    except TamperedRecordError as error:
        tampered = str(error)
    return Rechecked(tuple(_recheck(derivation, seed) for derivation in derivations), tampered)


def _recheck(derivation: Derivation, seed: int) -> Recheck:
    try:
        return Recheck(*examine(derivation, seed=seed))
    except Refused as error:
        raise RecordError(f"{derivation.problem}:{derivation.goal}: {error}") from None
