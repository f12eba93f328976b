"""Words and marks that every document format shares, so that no format softens a verdict."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from symderiv.statements import Verdict, VerdictWord

__all__ = ["MARKS", "Paper", "file_of", "folder", "verdict_mark", "verdict_sentence"]

Paper: TypeAlias = Literal["a4", "letter"]
"""What a document is printed on."""

MARKS: Final[dict[VerdictWord, str]] = {
    "proved": "✓", "exact": "exact", "numeric": "≈ numeric", "undecided": "? undecided", "undefined": "undefined",
    "false": "false",
}  # fmt: skip
"""What stands beside a line: the check mark is for `proved` alone, every other verdict is spelled out."""


def verdict_mark(verdict: Verdict, ascii_only: bool = False) -> str:
    """The mark of a verdict; in ASCII the word itself."""
    return verdict.word if ascii_only else MARKS[verdict.word]


def verdict_sentence(verdict: Verdict) -> str:
    """The verdict with its evidence: 'proved: zero at C = 1, ..., 5'."""
    return f"{verdict.word}: {verdict.evidence}" if verdict.evidence else verdict.word


def folder(entry: str) -> str:
    """The folder of a catalogue entry: cross_entropy for cross-entropy."""
    return entry.replace("-", "_")


def file_of(entry: str, suffix: str) -> str:
    """The path from one entry's document to another's: ../softmax/proof.html."""
    return f"../{folder(entry)}/proof.{suffix}"
