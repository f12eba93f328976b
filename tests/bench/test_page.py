"""The page and the tables: every figure stands in the record; the committed page is that of the committed record."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from symderiv.bench.encoding import decode
from symderiv.bench.judging import judge
from symderiv.bench.page import NOTES, PAGE, page
from symderiv.bench.records import Addition, Run, Setting
from symderiv.bench.report import show
from symderiv.bench.tables import digits, figure, seconds, size, verdict
from tests.bench.samples import contest, run_of, whole_run

DOCS = Path(__file__).parents[2] / "docs"
RECORD = DOCS / "bench.json"


def judged() -> Run:
    run = whole_run()
    return replace(run, judgements=judge(run))


def test_numbers_for_people() -> None:
    assert [figure(x) for x in (None, 0, 1.5, 123.4, 1e7, 1e-5, 0.25)] == [
        "–", "0", "1.5", "123", "1.0e+07", "1.0e-05", "0.25",
    ]  # fmt: skip
    assert [seconds(x) for x in (2.0, 3e-3, 4.5e-6, None)] == ["2 s", "3 ms", "4.5 µs", "–"]
    assert size(1.5e8) == "150 MB"
    assert [digits(x) for x in (None, 2.345, 1.7e7, float("inf"))] == ["–", "2.3", "1.7e7", "inf"]


def test_verdicts_say_by_how_much() -> None:
    by_subject = {each.subject: each for each in judged().judgements if each.group.endswith("multiples of the copy")}
    (met,) = (j for j in judged().judgements if j.measured == 4.0 and not j.least)
    assert verdict(met) == "met"
    assert verdict(replace(met, must=3.2, met=False)) == "missed by 25 %"
    assert verdict(replace(met, must=1.6, met=False)) == "missed by a factor of 2.5"
    assert verdict(replace(met, reached_aim=True)) == "met, aim too"
    assert verdict(replace(met, least=True, must=5.0, met=False)) == "missed by 25 %"
    assert by_subject


def test_the_page_holds_what_was_found_and_what_is_missing() -> None:
    text = page(judged(), "## Words of our own\n\nWhy it is so.\n")
    for part in (
        "Abacus 9000", "torch not installed", "`OMP_NUM_THREADS=1`", "Words of our own",
        "| 3 classes, float32 | at most 4.5 | 2.5 | 4 | met | 1,000,000 x 3 float32 |",
        "| sklearn, 3 classes, float32 | at least 25 | – | 30 | met | 1,000,000 x 3 float32 |",
        "torch is not installed; pip install torch", "its process ended with signal 9", "1.7e7", "30x (27–36)",
    ):  # fmt: skip
        assert part in text, part
    rows = [line for line in text.splitlines() if line.startswith("|")]
    tables = re.findall(r"(?:^\|.*\n)+", text, flags=re.M)
    assert rows
    for table in tables:
        assert len({line.count(" | ") for line in table.splitlines() if "---" not in line}) == 1, table


def test_the_page_says_what_was_measured_later_and_where() -> None:
    run = judged()
    conditions = run.date, run.machine, run.versions, run.environment
    other = replace(run.machine, processor="Quipu 3")
    versions = (Setting("symderiv", "2"),)
    text = page(
        replace(
            run,
            additions=(
                Addition(("small",), "2000-02-03", *conditions[1:]),
                Addition(("arrays", "starts"), "2000-03-04", other, versions, run.environment),
            ),
        ),
        "",
    )
    assert "on 2000-02-03: *Small batches through the public call*. Everything else was as above." in text
    (line,) = (line for line in text.splitlines() if "2000-03-04" in line)
    for part in ("matrices and several vectors*; *A new process", "Quipu 3, avx2", "Versions: symderiv 2."):
        assert part in line, part
    assert "OMP_NUM_THREADS" not in line
    assert "Measured later" not in page(run, "")


def test_shapes_are_headed_by_what_they_count() -> None:
    few = contest("arrays", "attention", (64, 128), "float32", {"symderiv": 2e-3, "torch": 1e-3})
    text = page(run_of(replace(few, features=32)), "")
    assert "### Functions over matrices and several vectors: attention, backwards" in text
    assert "| queries x features x keys | symderiv | torch eager |" in text
    assert "minimum. The others in multiples of symderiv (quartiles of the turns). NumPy and torch return new" in text
    assert "| 64 x 32 x 128 float32 | 2 ms | 0.5x (0.45–0.6) |" in text


def test_a_run_of_nothing_has_a_page() -> None:
    assert "0 of 0 goals are met" in page(run_of(), "")


def test_the_terminal_shows_the_same_tables(capsys: pytest.CaptureFixture[str]) -> None:
    show(judged(), Console(width=200, no_color=True))
    out = capsys.readouterr().out
    for part in ("Abacus 9000", "30x", "pip install torch", "missed", "1.7e7", "signal 9"):
        assert part in out, part
    assert "Softmax: how many times slower" not in out  # a bullet of which nothing was measured


def test_pictures_are_the_same_for_the_same_run(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from symderiv.bench.pictures import draw

    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    drawn = draw(judged(), one)
    assert [place.name for place in drawn] == ["bench-roofline.svg", "bench-ratios.svg"]
    assert [place.read_bytes() for place in draw(judged(), two)] == [place.read_bytes() for place in drawn]
    assert draw(run_of(), tmp_path) == ()


@pytest.mark.skipif(not RECORD.exists(), reason="no record of a run is committed")
def test_the_committed_page_is_that_of_the_committed_record() -> None:
    run = decode(Run, json.loads(RECORD.read_text(encoding="utf-8")))
    notes = DOCS / NOTES
    words = notes.read_text(encoding="utf-8") if notes.exists() else ""
    assert (DOCS / PAGE).read_text(encoding="utf-8") == page(run, words), "symderiv bench --page docs/bench.json"
    assert judge(run) == run.judgements, "goals have changed since: write the record's judgements and the page anew"
    assert run.plan == "full"
