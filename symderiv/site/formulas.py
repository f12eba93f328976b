"""The formulas of an entry's card, as markup: its definitions and its claim, broken where a card has no room."""

from __future__ import annotations

from html import escape
from typing import Final

from symderiv.documents import mathml_of
from symderiv.documents.display import Operator, Row
from symderiv.documents.document import Text
from symderiv.documents.mathml import mathml, mathml_piece
from symderiv.documents.measure import broken, width
from symderiv.documents.notation import display, display_claim
from symderiv.documents.plain import plain_math
from symderiv.losses.notation import S, lse, y
from symderiv.statements import Claim, Definition, Theorem, Theory, reachable
from symderiv.terms import Call

__all__ = ["SHARED", "claimed", "definitions", "legend", "markup", "words"]

SHARED: Final = (S, y, lse)
"""What many entries define in the same way: explained once for all cards."""
_CARD: Final = 22.0
_WIDE_CARD: Final = 46.0
"""What fits into a card, and into one of twice the width, in em of widths that lean to the wide side."""


def markup(text: Text) -> str:
    """Prose with its formulas as MathML."""
    return "".join(escape(part) if isinstance(part, str) else mathml(part, False) for part in text)


def words(text: Text) -> str:
    """Prose with its formulas in one line of Unicode."""
    return "".join(part if isinstance(part, str) else plain_math(part) for part in text)


def claimed(claim: Claim, theory: Theory) -> tuple[str, bool]:
    """left = right, on several rows if a wide card has no room for it; whether it needs a wide card."""
    needed = width(display_claim(claim, theory))
    return _rows(claim, theory, _WIDE_CARD), needed > _CARD


def definitions(theorem: Theorem, theory: Theory) -> tuple[str, ...]:
    """The definition of what the theorem speaks about, then those which that one needs, but for the shared ones."""
    called = [part.name for part in reachable(theorem.claim.left, theory) if isinstance(part, Call)]
    if not called:
        return ()
    subject = theory.definition(called[0])
    needed = dict.fromkeys(part.name for part in reachable(subject.body, theory) if isinstance(part, Call))
    others = [found for name in needed if not _is_shared(found := theory.definition(name)) and found is not subject]
    return tuple(
        _rows(Claim(found(*found.indices), "=", found.body), theory, _WIDE_CARD) for found in (subject, *others)
    )


def legend() -> tuple[str, ...]:
    """The shared definitions, for the page that leaves them out of its cards."""
    theory = Theory(SHARED)
    return tuple(mathml_of(Claim(found(*found.indices), "=", found.body), theory) for found in (y, S, lse))


def _is_shared(found: Definition) -> bool:
    return any((found.name, found.indices, found.body) == (each.name, each.indices, each.body) for each in SHARED)


def _rows(claim: Claim, theory: Theory, room: float) -> str:
    left = display(claim.left, theory)
    first, *rest = broken(display(claim.right, theory), max(room - width(left) - 1.5, 6.0))
    rows = [mathml(Row((left, Operator(claim.relation), first.node)))]
    rows += [mathml_piece(piece.joint, piece.node) for piece in rest]
    return "".join(f'<div class="piece-of-card">{row}</div>' for row in rows) if rest else rows[0]
