"""`bench`; oracles: the file it wrote, read back, and what its page must name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from symderiv.bench import own, plans
from symderiv.bench.encoding import decode, encode
from symderiv.bench.records import Result, Run
from symderiv.bench.tasks import Batch
from symderiv.bench.worker import perform
from symderiv.cli import benching, run
from symderiv.losses import find
from tests.bench.samples import whole_run


@pytest.fixture
def _one_goal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "FOUNDATIONS", (find("logsumexp"),))


@pytest.mark.usefixtures("_one_goal")
def test_a_section_is_measured_shown_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "found.json"
    assert run(["bench", "proofs", "--quick", "--json", str(place)]) == 0
    out = capsys.readouterr().out
    assert "Deriving and checking" in out
    assert "logsumexp" in out
    found = decode(Run, json.loads(place.read_text(encoding="utf-8")))
    assert found.sections == ("proofs",)
    assert {each.name for each in found.proofs} == {"logsumexp"}


@pytest.mark.usefixtures("_one_goal")
def test_a_section_is_put_into_a_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "found.json"
    earlier = replace(whole_run(), plan="quick", sections=("cross-entropy", "proofs"))
    place.write_text(json.dumps(encode(earlier)), encoding="utf-8")
    assert run(["bench", "proofs", "--quick", "--into", str(place)]) == 0
    assert str(place) in capsys.readouterr().out
    found = decode(Run, json.loads(place.read_text(encoding="utf-8")))
    assert {each.name for each in found.proofs} == {"logsumexp"}
    assert set(found.contests) == set(earlier.contests)
    assert (found.starts, found.date) == (earlier.starts, earlier.date)
    assert [each.sections for each in found.additions] == [("proofs",)]


def test_a_record_of_another_plan_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "found.json"
    text = json.dumps(encode(whole_run()))
    place.write_text(text, encoding="utf-8")
    assert run(["bench", "proofs", "--quick", "--into", str(place)]) == 2
    assert "is the record of a full run, and this is a quick one" in capsys.readouterr().err
    assert run(["bench", "proofs", "--into", str(tmp_path / "none.json")]) == 2
    assert "cannot be read" in capsys.readouterr().err
    assert place.read_text(encoding="utf-8") == text


@pytest.mark.usefixtures("_one_goal")
def test_json_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "proofs", "--quick", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["plan"] == "quick"


def test_the_page_stands_beside_its_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    place = tmp_path / "bench.json"
    place.write_text(json.dumps(encode(whole_run())), encoding="utf-8")
    (tmp_path / "performance-notes.md").write_text("## Words\n", encoding="utf-8")
    assert run(["bench", "--page", str(place)]) == 0
    written = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert [each.name for each in written] == ["performance.md", "bench-roofline.svg", "bench-ratios.svg"]
    assert "## Words" in written[0].read_text(encoding="utf-8")


def test_bench_refuses_with_sentences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "smal"]) == 2
    assert "no section called 'smal', and no loss. Did you mean 'small'?" in capsys.readouterr().err
    assert run(["bench", "--json", "proofs"]) == 2  # and not a file of that name
    assert "put --json behind the sections" in json.loads(capsys.readouterr().out)["error"]["hint"]
    assert run(["bench", "--page", str(tmp_path / "none.json")]) == 2
    assert "cannot be read: no such file" in capsys.readouterr().err
    place = tmp_path / "other.json"
    for text, complaint in (("{", "is no JSON"), ("{}", "is no record of symderiv bench")):
        place.write_text(text, encoding="utf-8")
        assert run(["bench", "--page", str(place)]) == 2
        assert complaint in capsys.readouterr().err
    place.write_text(json.dumps({**encode(whole_run()), "machine": 3}), encoding="utf-8")
    assert run(["bench", "--page", str(place)]) == 2
    assert "Run.machine must be an object" in capsys.readouterr().err


def test_the_help_lists_the_sections(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "--help"]) == 0
    out = capsys.readouterr().out
    for name in plans.SECTIONS:
        assert f"  {name} " in out


def test_losses_as_they_are_written_are_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("symderiv.bench.naive_losses.losses", lambda: (find("listnet"),))
    monkeypatch.setattr("symderiv.bench.naive_losses.CONTESTANTS", ("symderiv", "numpy"))
    assert run(["bench", "--naive", str(tmp_path / "naive.md")]) == 0
    rows = [line for line in (tmp_path / "naive.md").read_text(encoding="utf-8").splitlines() if "listnet" in line]
    assert [row.split("|")[2].strip() for row in rows] == ["1", "100", "1000"]
    assert rows[-1].split("|")[3].strip() == "0 + 0"


def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loss without a section on the smallest shapes, by contests in this process."""
    monkeypatch.setattr(own, "ELEMENTS", {"full": 60, "quick": 60})
    monkeypatch.setattr(own, "CLASSES", (3,))
    monkeypatch.setattr("symderiv.bench.naive_losses.CONTESTANTS", ("symderiv", "numpy"))

    def here(batches: tuple[Batch, ...], progress: object) -> Iterator[Result]:  # noqa: ARG001
        for task in (task for batch in batches for task in batch.tasks if task.dtype == "float64"):
            yield from perform(replace(task, turns=2, seconds=0.0, shortest=1e-5))

    monkeypatch.setattr(benching, "run_batches", here)


def test_a_loss_of_the_users_own_project_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.symderiv]\ncatalogue = ["losses.txt"]\n', encoding="utf-8")
    (tmp_path / "losses.txt").write_text("skewed: L = exp(z - t) - (z - t) - 1\nwrt: z\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    _tiny(monkeypatch)
    place = tmp_path / "found.json"
    assert run(["bench", "skewed", "--quick", "--json", str(place)]) == 0
    out = capsys.readouterr().out
    assert "skewed: value_and_grad" in out
    assert "goals are met" not in out
    found = decode(Run, json.loads(place.read_text(encoding="utf-8")))
    (contest,) = found.contests
    assert (found.sections, contest.operation, contest.rows, contest.classes) == (("own",), "skewed", 60, 0)
    assert {"copy", "symderiv", "numpy-as-written"} <= {each.contestant for each in contest.timings}
    assert contest.traffic == 8 * 60 * 4  # z and t read, value and gradient written
    assert found.naive == ()
    assert run(["bench", "--page", str(place)]) == 2
    assert "is the record of a loss without a section" in capsys.readouterr().err
    assert run(["bench", "skewd"]) == 2
    assert "no section called 'skewd', and no loss. Did you mean 'skewed'?" in capsys.readouterr().err


@pytest.mark.slow
def test_a_formula_on_softmax_is_measured_and_its_failures_counted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _tiny(monkeypatch)
    formula = "L = -sum_k t_k y_k^2 where y = softmax(z)"
    assert run(["bench", formula, "--wrt", "z", "--name", "mine", "--quick", "--json"]) == 0
    found = decode(Run, json.loads(capsys.readouterr().out))
    (contest,) = found.contests
    assert (contest.operation, contest.rows, contest.classes) == ("mine", 20, 3)
    assert {each.scale for each in found.naive} == {1.0, 100.0, 1000.0}
    by_name = {(each.contestant, each.scale): each.not_finite for each in found.naive}
    assert by_name["symderiv", 1000.0] == 0
    assert (by_name["numpy", 1000.0] or 0) >= 12


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["focal", "--into", "x.json"], "--into goes with sections, and focal is a loss without one"),
        (["focal", "--page", "x.json"], "--page goes with sections, and focal is a loss without one"),
        (["focal", "hinge"], "one loss at a time, and no section beside it"),
        (["small", "focal"], "one loss at a time, and no section beside it"),
        (["focl"], "no section called 'focl', and no loss. Did you mean 'focal'?"),
        (["focal", "--wrt", "z"], "--wrt goes with a formula, and focal is an entry of the catalogue"),
        (["small", "--wrt", "z"], "--wrt goes with a formula"),
        (["L = sum_k t_k - z_k"], "the index k has no range here"),
    ],
)
def test_what_is_no_loss_to_measure_is_refused(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["bench", *arguments]) == 2
    assert complaint in capsys.readouterr().err


def test_a_linear_layer_has_a_section(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "linear-focal"]) == 1
    assert "the section linear times such a layer" in capsys.readouterr().err
