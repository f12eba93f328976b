"""Every entry of the catalogue in every format; its formulas are in the notation and its font."""

from __future__ import annotations

import pytest

from symderiv.documents import FORMATS, Document, read
from symderiv.documents.document import Chain, RuleIndex, Statement
from tests.documents.entries import documents


@pytest.mark.parametrize("document", documents(), ids=lambda document: document.name)
def test_every_entry_prints_in_every_format(document: Document) -> None:
    lines = sum(len(theorem.derivation.lines) for theorem in document.theorems)
    assert sum(len(block.rows) for block in document.blocks if isinstance(block, Chain)) == lines
    for name, form in FORMATS.items():
        made = form.render(document)
        assert all(theorem.digest in made for theorem in document.theorems), name


@pytest.mark.parametrize("document", documents(), ids=lambda document: document.name)
def test_every_record_is_read_back(document: Document) -> None:
    assert read(FORMATS["json"].render(document)) == tuple(theorem.derivation for theorem in document.theorems)


@pytest.mark.parametrize("document", documents(), ids=lambda document: document.name)
def test_every_rule_has_a_title_and_an_identity(document: Document) -> None:
    (index,) = (block for block in document.blocks if isinstance(block, RuleIndex))
    assert [entry.slug for entry in index.entries if not entry.statement] == []


@pytest.mark.parametrize("document", documents(), ids=lambda document: document.name)
def test_citations_lead_to_theorems_of_the_catalogue(document: Document) -> None:
    goals = {(made.name, f"goal-{goal.slug}") for made in documents() for goal in made.problem.goals}
    statements = [block for block in document.blocks if isinstance(block, Statement)]
    rows = [row for block in document.blocks if isinstance(block, Chain) for row in block.rows]
    links = [link for part in (*statements, *rows) for link in part.cites]
    assert {(link.entry or document.name, link.anchor) for link in links} <= goals
