"""Notebooks: valid, the same again, and they run from top to bottom."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from symderiv.documents import Document, notebook
from symderiv.documents.comparing import compared
from symderiv.losses import CATALOGUE, FURTHER, find
from tests.documents.entries import documents, further, sample


def codes(document: Document) -> list[str]:
    book = json.loads(notebook.render(document))
    return ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"]


@pytest.mark.parametrize("document", [sample(), *documents()], ids=lambda document: document.name)
def test_it_is_valid_and_its_cells_have_names_of_their_own(document: Document) -> None:
    book = nbformat.reads(notebook.render(document), as_version=4)
    nbformat.validate(book)
    assert (book.nbformat, book.nbformat_minor) == (4, 5)
    names = [cell.id for cell in book.cells]
    assert len(set(names)) == len(names)
    proofs = [cell for cell in book.cells if cell.cell_type == "markdown" and "## Theorem " in cell.source]
    assert len(proofs) == len(document.theorems)


def test_what_the_user_wrote_is_derived_as_it_was_written() -> None:
    made = notebook.render(sample(), "'L = -sum_k t_k log y_k where y = softmax(z)', wrt='z'")
    assert "symderiv.derive('L = -sum_k t_k log y_k where y = softmax(z)', wrt='z')" in made
    assert "symderiv.kernel" not in made


@pytest.mark.parametrize("name", [problem.name for problem in CATALOGUE])
def test_every_entry_is_called_with_its_own_data(name: str) -> None:
    (_, introduction), (_, setting), (_, compare) = compared(find(name))
    assert introduction.startswith("## ")
    for each in (setting, compare):
        ast.parse(each)
    keywords = {node.arg for node in ast.walk(ast.parse(setting)) if isinstance(node, ast.keyword)}
    drawn = {one for one in keywords if one is not None} - {"size"}
    known = {array.name for array in find(name).arrays} | {each.parameter.name for each in find(name).hyperparameters}
    assert {each.rstrip("_") for each in drawn} <= known
    assert "np.allclose" in compare


def run(document: Document, folder: Path) -> str:
    """Everything that the cells print; a cell that fails raises."""
    book = nbformat.reads(notebook.render(document), as_version=4)
    NotebookClient(book, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    return "".join(output.get("text", "") + str(output.get("data", "")) for output in outputs)


def test_a_notebook_runs_from_top_to_bottom(tmp_path: Path) -> None:
    document = next(document for document in documents() if document.name == "logsumexp")
    printed = run(document, tmp_path)
    assert "largest difference: " in printed
    assert "text/html" in printed


@pytest.mark.slow
@pytest.mark.parametrize("name", [made.name for made in documents()])
def test_every_notebook_of_the_catalogue_runs(name: str, tmp_path: Path) -> None:
    document = next(document for document in documents() if document.name == name)
    assert "largest difference" in run(document, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", [problem.name for problem in FURTHER])
def test_every_further_notebook_runs(name: str, tmp_path: Path) -> None:
    assert "largest difference" in run(further(name), tmp_path)
