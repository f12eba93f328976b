"""What the verdicts of a page mean: one sentence at its head, and a list to which that sentence leads."""

from __future__ import annotations

from html import escape
from typing import Final

from symderiv.documents.document import Document
from symderiv.statements import VERDICTS, VerdictWord

__all__ = ["in_one_sentence", "meanings"]

_SENTENCES: Final[dict[VerdictWord, str]] = {
    "proved": "the line holds for every size and for all data that its conditions allow",
    "exact": "the difference of both sides is exactly zero at the sizes that were tried; other sizes are not decided",
    "numeric": "both sides agree in rigorous interval arithmetic at the points that were tried; no more is claimed",
    "undecided": "the checker came to no decision",
    "undefined": "one side has no value at a point that is allowed",
    "false": "the sides differ at a point that is allowed",
}
_LONGER: Final[dict[VerdictWord, str]] = {
    "proved": "The line holds for every size (the number of classes, of samples) and for all real data that the "
    "conditions beside it allow. The checker evaluated the difference of both sides in exact arithmetic, with letters "
    "for the data, and found zero at as many consecutive sizes as the degree of the formula asks for: by the cutoff "
    "theorem it is then zero at every size. It did so for every pattern of equal indices. Arithmetic with letters is "
    "blind to the signs of roots and logarithms; so the checker also found every sign that matters, or lists it as a "
    "condition, and compared both sides at real points in interval arithmetic: the real gate.",
    "exact": "The same exact arithmetic found zero, but only at the sizes that are named; others are not decided.",
    "numeric": "The algebra did not decide. Both sides agree in interval arithmetic at the real points tried.",
    "undecided": "The checker came to no decision within its budget. Nothing is claimed.",
}


def in_one_sentence(document: Document) -> str:
    """What the weakest verdict on a line of the document means, with a link to more; empty without lines."""
    words = [verdict.word for theorem in document.theorems for verdict in theorem.lines]
    if not words:
        return ""
    word = max(words, key=VERDICTS.index)
    lead = f"Every line is {_link(word)}" if len(set(words)) == 1 else f"The weakest verdict here is {_link(word)}"
    return f'<p class="meta">{lead}: {escape(_SENTENCES[word])}.</p>'


def _link(word: VerdictWord) -> str:
    return f'<a href="#verdict-{word}">{word}</a>'


def meanings(document: Document) -> str:
    """What each verdict of the document means, in full, and that `proved` is the strongest; empty without theorems."""
    words = {verdict.word for theorem in document.theorems for verdict in (*theorem.lines, theorem.verdict)}
    rows = [
        f'<dt id="verdict-{word}">{word}</dt><dd>{escape(_LONGER[word])}</dd>'
        for word in VERDICTS
        if word in words and word in _LONGER
    ]
    if not rows:
        return ""
    believed = (
        "The rules and the search that found the lines are not believed: every line is checked by a program that does "
        "not know them. What a compiled program does in floating point is tested, not proved."
    )
    return f'<dl class="meanings">{"".join(rows)}</dl><p class="caption">{believed}</p>'
