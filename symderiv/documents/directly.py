"""What the direct check says of a theorem: its evidence, and that it holds at points where the lines do not."""

from __future__ import annotations

from symderiv.checking.seams import beyond_lines
from symderiv.documents.links import Text
from symderiv.documents.notation import display_condition
from symderiv.statements import Theorem, Verdict

__all__ = ["direct_words", "overall"]


def direct_words(theorem: Theorem) -> Text:
    """A sentence that names the conditions of the lines which the theorem is without; nothing if there is none."""
    beyond = beyond_lines(theorem)
    if not beyond:
        return ()
    shown: list[Text] = [(display_condition(condition, theorem.derivation.theory),) for condition in beyond]
    listed = [part for at, text in enumerate(shown) for part in (*((", ",) if at else ()), *text)]
    return (
        *((" ",) if theorem.derivation.prose else ()),
        "The lines are for ",
        *listed,
        "; the theorem holds without that. Elsewhere all the formulas that the function has nearby"
        " have this derivative, which is checked directly.",
    )


def overall(theorem: Theorem) -> Verdict:
    """The theorem's own word with the evidence of the direct check, unless a line is what makes the word weaker."""
    shown = theorem.direct if theorem.direct.word == theorem.verdict.word else theorem.verdict
    return Verdict(shown.word, shown.evidence, theorem.conditions)
