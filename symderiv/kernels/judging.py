"""What the checker says of forms that a kernel computes: which words will do, the weakest, and a sentence for each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from symderiv.kernels.formula import formula
from symderiv.kernels.stable import LoweringError
from symderiv.statements import Verdict, VerdictWord
from symderiv.terms import Term

__all__ = ["ACCEPTED", "HOW_SURE", "accepted", "weakest"]

ACCEPTED: Final[tuple[VerdictWord, ...]] = ("proved", "exact", "numeric")
"""What the checker may say of a form, the strongest first; the kernel names the word, and what is less than proved."""

HOW_SURE: Final[dict[VerdictWord, str]] = {
    "proved": "proved by the checker",
    "exact": "exact where it was tested, not proved",
    "numeric": "compared with rigorous numbers at sample points only, not proved",
}
"""An accepted word in a sentence for the reader of a kernel."""


def accepted(verdict: Verdict, form: Term, of: Term) -> VerdictWord:
    """The word of `verdict`, which judges `form` against what it stands for, `of`; LoweringError if it is refused."""
    if verdict.word not in ACCEPTED:
        raise LoweringError(
            f"the checker found the form {formula(form)} of {formula(of)} {verdict.word}: {verdict.evidence}"
        )
    return verdict.word


def weakest(words: Iterable[VerdictWord]) -> VerdictWord:
    """The weakest of accepted words; ``proved`` of none, where a form is the closed form itself."""
    return max(words, key=ACCEPTED.index, default="proved")
