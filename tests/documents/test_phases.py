"""Phases of a long chain: every row once and in order, cut where derivatives have been carried out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from symderiv.documents.document import Chain, Row
from symderiv.documents.phases import LONG, phases
from symderiv.terms import Derivative, Term, total
from tests.documents.entries import documents, further, sample
from tests.documents.samples import A, B, K, Y, Z

DERIVATIVE = Derivative(Y(A), Z[B])


def rows(counts: list[int]) -> tuple[Row, ...]:
    """Rows with so many derivatives in them."""
    first = next(block for block in sample().blocks if isinstance(block, Chain)).rows[0]
    terms: list[Term] = [sum((DERIVATIVE for _ in range(count)), Y(A)) for count in counts]
    return tuple(replace(first, number=at, right=term) for at, term in enumerate(terms, 1))


def sizes(counts: list[int]) -> list[tuple[int, int]]:
    return [(len(phase.rows), phase.derivatives) for phase in phases(rows(counts))]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([], []),
        ([1, 1, 0], [(3, 0)]),
        ([1, 2, 1, 0, 0, 0, 0, 0, 0], [(9, 0)]),  # one row too few to be long
        ([1, 2, 2, 2, 0, 0, 0, 0, 0, 0], [(5, 0), (5, 0)]),  # after the last derivative
        (
            [1, 2, 1, 3, 2, 2, 1, 1, 0, 0, 0, 0],
            [(3, 1), (6, 0), (3, 0)],
        ),  # where fewer are left than since the last cut
        ([1] * 12, [(12, 1)]),  # nothing was carried out: nowhere to cut
    ],
)
def test_a_chain_is_cut_where_derivatives_are_done(counts: list[int], expected: list[tuple[int, int]]) -> None:
    assert sizes(counts) == expected


def test_derivatives_are_counted_wherever_they_stand() -> None:
    inside = replace(rows([0])[0], right=total(K, Y(K) * Derivative(Y(K), Z[B])) / Y(A))
    assert phases((inside,))[0].derivatives == 1


@pytest.mark.parametrize("name", ["cross-entropy", "softmax", "jensen-shannon", "huber"])
def test_every_row_of_the_catalogue_is_in_one_phase(name: str) -> None:
    found = {document.name: document for document in documents()}
    document = found.get(name) or further(name)
    cut = 0
    for chain in (block for block in document.blocks if isinstance(block, Chain)):
        made = phases(chain.rows)
        assert tuple(row for phase in made for row in phase.rows) == chain.rows
        assert [phase.last for phase in made] == [False] * (len(made) - 1) + [True]
        assert len(made) == 1 or len(chain.rows) >= LONG
        cut += len(made) > 1
    assert cut
