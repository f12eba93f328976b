"""The page on the elementary functions says the proved bounds, rounded up, in every format, and is deterministic."""

from __future__ import annotations

import re

import pytest

from symderiv.approximation.proving import ElementaryFunctions, prove_elementary_functions
from symderiv.build.elementary import elementary_files
from symderiv.documents import FORMATS, Document, RecordError
from symderiv.documents.document import Figure, Heading, Table
from symderiv.documents.elementary import elementary_document
from tests.approximation.proved import elementary_functions
from tests.documents.markup import elements


@pytest.fixture(scope="module")
def found() -> ElementaryFunctions:
    return elementary_functions()


@pytest.fixture(scope="module")
def document(found: ElementaryFunctions) -> Document:
    return elementary_document(found)


def test_measured_errors_lie_below_the_proved_ones(found: ElementaryFunctions) -> None:
    for results in found.formats:
        assert len(results.bounds) == 10
        for bound in results.bounds:
            assert 0.5 < bound.measured < bound.proved < 3.3


def test_the_table_states_every_bound_rounded_up(document: Document, found: ElementaryFunctions) -> None:
    table = next(block for block in document.blocks if isinstance(block, Table))
    for row, single, double in zip(table.rows, found.formats[0].bounds, found.formats[1].bounds, strict=True):
        stated = [float(str(cell[0])) for cell in row[2:]]
        exact = [single.proved, single.measured, double.proved, double.measured]
        assert all(value <= said < value + 0.0011 for value, said in zip(exact, stated, strict=True))


def test_the_table_of_a_row_states_every_bound_rounded_up(document: Document, found: ElementaryFunctions) -> None:
    table = [block for block in document.blocks if isinstance(block, Table)][-1]
    for row, name in zip(table.rows, ("softmax", "gradient", "at_label", "loss"), strict=True):
        stated = [float(str(cell[0])) for cell in row[1:]]
        exact = [getattr(bounds, name) for results in found.formats for bounds in results.rows]
        assert all(value <= said < value + 0.0011 for value, said in zip(exact, stated, strict=True))


def test_every_coefficient_stands_in_every_format(document: Document, found: ElementaryFunctions) -> None:
    for name in ("html", "tex", "md", "txt", "ascii"):
        text = FORMATS[name].render(document)
        for results in found.formats:
            for value in (*results.exponential.coefficients, *results.logarithm.coefficients):
                literals = re.findall(r"-?0x1[.0-9a-f]*p[+-][0-9]+", text.replace("\\", ""))
                assert value in {float.fromhex(literal) for literal in literals}


def test_figures_stay_between_their_bounds(document: Document) -> None:
    figures = [block for block in document.blocks if isinstance(block, Figure)]
    assert len(figures) == 4
    for figure in figures:
        largest = max(abs(y) for _, y in figure.points)
        assert 0.95 * figure.bound < largest <= figure.bound
        assert [x for x, _ in figure.points] == sorted(x for x, _ in figure.points)


def test_the_page_is_well_formed_and_fetches_nothing(document: Document) -> None:
    page = FORMATS["html"].render(document)
    tags = [element.tag for element in elements(page)]
    assert tags.count("svg") == 4
    assert tags.count("math") > 50
    assert "http" not in page.partition("<main>")[2]


def test_plain_text_is_ascii_where_it_says_so(document: Document) -> None:
    assert FORMATS["ascii"].render(document).isascii()


def test_anchors_are_unique(document: Document) -> None:
    anchors = [block.anchor for block in document.blocks if isinstance(block, Heading)]
    assert len(anchors) == len(set(anchors))


def test_a_document_without_theorems_has_no_record(document: Document) -> None:
    with pytest.raises(RecordError, match="states no theorems"):
        FORMATS["json"].render(document)


@pytest.mark.slow
def test_building_twice_gives_the_same_bytes() -> None:
    files = elementary_files()
    assert sorted(files) == [f"elementary_functions/proof.{suffix}" for suffix in ("html", "md", "tex", "txt")]
    prove_elementary_functions.cache_clear()
    assert elementary_files() == files
