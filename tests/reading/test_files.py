"""Files of short notation, and the catalogue that a project names; oracles: what the files say."""

from __future__ import annotations

from pathlib import Path

import pytest

from symderiv.losses import FOUNDATIONS
from symderiv.reading import FormulaError, read_file, read_text
from symderiv.reading.own import OwnCatalogueError, own_losses

TWO = """
# two losses
my-focal: L = -sum_k t_k (1 - y_k)^gamma log y_k
    where y = softmax(z)
  wrt: z
  assume: sum_k t_k = 1   # one target
  assume: gamma > 0
  title: My focal loss

my-brier: L = sum_k (y_k - t_k)^2 where y = softmax(z)
"""
NAMES = [problem.name for problem in FOUNDATIONS]


def test_a_text_of_two_losses() -> None:
    focal, brier = read_text(TWO)
    assert (focal.problem.name, focal.problem.title, focal.wrt.name) == ("my-focal", "My focal loss", "z")
    assert len(focal.problem.assumptions) == 1
    assert focal.parameters[0].least == 0
    assert (brier.problem.name, brier.problem.title) == ("my-brier", "My brier")


def test_a_file_of_one_loss_has_its_name(tmp_path: Path) -> None:
    place = tmp_path / "Squared Error.txt"
    place.write_text("L = sum_k (z_k - t_k)^2\nwrt: z\n", encoding="utf-8")
    assert read_file(place).problem.name == "squared-error"
    assert read_file(place, wrt="t", name="other").wrt.name == "t"
    assert len(read_file(place, assume=["sum_k t_k = 1"]).problem.assumptions) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no formula"),
        ("wrt: z\nL = z^2", "line 1: the formula comes before its wrt: line"),
        ("L = z^2\nwrt: z\nwrt: z", "line 3: wrt: is said twice"),
        ("L = z^2\nassume:", "line 2: nothing follows assume:"),
        ("L = z^2\nL = z^3", "holds 2 losses"),
        ("a: L = z^2\nb: L = (z", "holds 2 losses (a, b)"),
        ("L = z +", "losses.txt, line 1: the formula ends where"),
    ],
)
def test_what_is_wrong_is_named_by_its_line(text: str, says: str, tmp_path: Path) -> None:
    place = tmp_path / "losses.txt"
    place.write_text(text, encoding="utf-8")
    with pytest.raises(FormulaError) as caught:
        read_file(place)
    assert says in caught.value.sentence


def test_files_that_are_no_short_notation(tmp_path: Path) -> None:
    place = tmp_path / "losses.txt"
    place.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FormulaError, match="not a text in UTF-8"):
        read_file(place)
    place.write_bytes(b"x" * 300_000)
    with pytest.raises(FormulaError, match="larger than"):
        read_file(place)
    with pytest.raises(OSError, match="absent"):
        read_file(tmp_path / "absent.txt")


def project(folder: Path, catalogue: str, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(f"[tool.symderiv]\ncatalogue = {catalogue}\n", encoding="utf-8")
    for name, text in files.items():
        (folder / name.replace("_dot_", ".")).write_text(text, encoding="utf-8")
    return folder


PYTHON = "import symderiv\nPROBLEM = symderiv.problem('L = sum_k z_k^2', name='my-square')\n"


def test_a_project_names_its_losses(tmp_path: Path) -> None:
    folder = project(tmp_path, '["losses.txt", "mine.py"]', losses_dot_txt=TWO, mine_dot_py=PYTHON)
    found = own_losses(folder, NAMES)
    assert [(each.problem.name, each.source) for each in found] == [
        ("my-focal", "losses.txt"), ("my-brier", "losses.txt"), ("my-square", "mine.py"),
    ]  # fmt: skip
    assert [each.reading is not None for each in found] == [True, True, False]
    inner = folder / "a" / "b"
    inner.mkdir(parents=True)
    assert [each.problem.name for each in own_losses(inner)] == ["my-focal", "my-brier", "my-square"]


def test_only_the_nearest_configuration_counts(tmp_path: Path) -> None:
    project(tmp_path, '["losses.txt"]', losses_dot_txt=TWO)
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    assert own_losses(inner) == ()


def test_short_notation_runs_nothing(tmp_path: Path) -> None:
    """A text that would be a program is read as a formula, and refused as one."""
    mark = tmp_path / "ran"
    text = f"L = __import__('pathlib').Path('{mark}').touch()"
    folder = project(tmp_path, '["losses.txt"]', losses_dot_txt=text)
    with pytest.raises(OwnCatalogueError, match="is not understood"):
        own_losses(folder)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("catalogue", "says"),
    [
        ('"losses.txt"', "is a list of files"),
        ("[1]", "is a list of files"),
        ('["absent.txt"]', "absent.txt is named in"),
        ('["../losses.txt"]', "lies outside"),
        ('["losses.txt", "losses.txt"]', "the name 'my-focal' is taken by losses.txt"),
        ('["broken.py"]', "broken.py fails when it is imported: ZeroDivisionError"),
        ('["empty.py"]', "empty.py has neither PROBLEM"),
        ('["clash.txt"]', "the name 'softmax' is taken by the catalogue of symderiv"),
        ("[", "cannot be read"),
    ],
)
def test_a_catalogue_that_cannot_be_used(catalogue: str, says: str, tmp_path: Path) -> None:
    folder = project(
        tmp_path / "here", catalogue, losses_dot_txt=TWO, broken_dot_py="1/0", empty_dot_py="x = 1",
        clash_dot_txt="softmax: L = z^2",
    )  # fmt: skip
    with pytest.raises(OwnCatalogueError) as caught:
        own_losses(folder, NAMES)
    assert says in str(caught.value)
