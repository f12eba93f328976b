"""Breaking wide formulas: every row fits, and the rows together say what the formula said, sign by sign."""

from __future__ import annotations

import re

import pytest

from symderiv.documents import Document
from symderiv.documents.document import Chain
from symderiv.documents.mathml import mathml_piece
from symderiv.documents.measure import Piece, broken, packed, width
from symderiv.documents.notation import display
from symderiv.documents.plain import plain_math
from symderiv.terms import Term, exp, log, total
from tests.documents.entries import documents
from tests.documents.samples import PLAIN, A, B, K, S, T, Y, Z

SHARE = exp(Z[A]) / (exp(Z[A]) + exp(Z[B]) + exp(Z[K]))
LONG = SHARE + T[A] * SHARE - T[B] * SHARE + SHARE
WIDE: list[Term] = [
    LONG,
    -LONG,
    T[A] * Y(A) * Z[A] * T[B] * Y(B) * Z[B] * T[A] * Y(A) * Z[A] * T[B] * Y(B) * Z[B],
    T[A] * LONG * Z[B],
    Y(A) - T[A] * (LONG * Z[B] + T[B]) * (LONG - 1),
    total(K, LONG + T[K]),
    log(LONG),
    LONG / S(),
    T[A] / (LONG * S()),
    LONG**2,
]


def signs(text: str) -> str:
    """The text without blanks, brackets and the dots of multiplication, which breaking may add."""
    return "".join(character for character in text if character not in " ()·×")


def said(pieces: tuple[Piece, ...]) -> str:
    joined = "".join(piece.joint.replace("-", "−") + plain_math(piece.node) for piece in pieces)
    return signs(joined)


@pytest.mark.parametrize("limit", [12.0, 18.0, 26.0])
@pytest.mark.parametrize("term", WIDE, ids=range(len(WIDE)))
def test_rows_fit_and_lose_nothing(term: Term, limit: float) -> None:
    node = display(term, PLAIN)
    pieces = broken(node, limit)
    assert max(width(piece.node) for piece in pieces) <= limit
    assert said(pieces) == signs(plain_math(node))
    assert len(pieces) > 1 or width(node) <= limit


def test_what_fits_is_left_alone() -> None:
    node = display(Y(A) - T[A], PLAIN)
    assert broken(node, 26) == (Piece("", node),)


def test_a_formula_breaks_at_its_signs_first() -> None:
    node = display(Y(A) * T[A] + Y(B) * T[B] - Z[A] * Z[B], PLAIN)
    assert [(p.joint, plain_math(p.node)) for p in broken(node, 8)] == [("", "yᵢ tᵢ + yⱼ tⱼ"), ("-", "zᵢ zⱼ")]


@pytest.mark.parametrize("limit", [9.0, 12.0, 16.0, 24.0])
@pytest.mark.parametrize("document", documents()[:4], ids=lambda document: document.name)
def test_packing_says_the_same_in_no_more_rows(document: Document, limit: float) -> None:
    for row in (row for block in document.blocks if isinstance(block, Chain) for row in block.rows):
        pieces = broken(display(row.right, document.theory, row.changed), limit)
        rows = packed(pieces, limit)
        assert len(rows) <= len(pieces)
        assert all(width(one.node) <= limit for one in rows if one not in pieces)
        assert read_out(rows) == read_out(pieces)


def read_out(rows: tuple[Piece, ...]) -> str:
    """The signs of all rows one after another, without those for a product, which are optional."""
    shown = "".join(mathml_piece(row.joint, row.node) for row in rows)
    return re.sub("<[^>]*>", "", shown).translate(str.maketrans("", "", "×⋅\u2062"))
