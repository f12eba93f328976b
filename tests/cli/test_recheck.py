"""`verify FILE.json`: a record is judged anew, whoever wrote it; the oracle is the change made to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import symderiv as sd
from symderiv.cli import run

Y_I = ["Call", "y", "i:classes"]
DELTA = ["Delta", "i:classes", "j:classes"]
Y_J = ["Call", "y", "j:classes"]


@pytest.fixture(scope="module")
def record() -> str:
    return sd.derive("softmax", goal="jacobian").record()


def check(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any], str]:
    place = tmp_path / "theorem.json"
    place.write_text(text, encoding="utf-8")
    code = run(["verify", str(place), "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert run(["verify", str(place)]) == code
    captured = capsys.readouterr()
    return code, found, captured.out + captured.err


def changed(record: str, change: Callable[[dict[str, Any]], None]) -> str:
    data: dict[str, Any] = json.loads(record)
    change(data["theorems"][0])
    return json.dumps(data)


def test_a_sound_record_is_proved_again(record: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found, text = check(record, tmp_path, capsys)
    assert (code, found["verdict"], found["sound"]) == (0, "proved", True)
    assert "✓ proved  softmax:jacobian" in text


def test_a_record_without_digest_verdicts_and_steps_is_judged_on_its_lines(
    record: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def strip(theorem: dict[str, Any]) -> None:
        for field in [field for field in theorem if field != "derivation"]:
            del theorem[field]
        for line in theorem["derivation"]["lines"]:
            line["steps"] = []

    code, found, _ = check(changed(record, strip), tmp_path, capsys)
    assert (code, found["verdict"]) == (0, "proved")


EXPLAINING = {"title", "prose", "symbol", "rule", "reason", "cites", "steps", "parameters"}


def test_a_record_written_by_hand_needs_no_prose(
    record: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def bare(data: Any, key: str = "") -> Any:
        if isinstance(data, list):
            return [bare(each, key) for each in data]
        if not isinstance(data, dict):
            return data
        kept = EXPLAINING - {"symbol"} if key == "domains" else EXPLAINING
        return {name: bare(value, name) for name, value in data.items() if name not in kept}

    def strip(theorem: dict[str, Any]) -> None:
        derivation = bare(theorem["derivation"])
        theorem.clear()
        theorem["derivation"] = derivation

    code, found, _ = check(changed(record, strip), tmp_path, capsys)
    assert (code, found["verdict"]) == (0, "proved")

    def wrong(theorem: dict[str, Any]) -> None:
        strip(theorem)
        theorem["derivation"]["lines"][-1]["term"] = ["Number", "0"]

    code, found, _ = check(changed(record, wrong), tmp_path, capsys)
    assert (code, found["verdict"]) == (1, "false")


def test_a_wrong_last_line_is_false_with_a_counterexample(
    record: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def flip(theorem: dict[str, Any]) -> None:
        theorem["derivation"]["lines"][-1]["term"] = ["Mul", Y_I, ["Add", DELTA, Y_J]]

    code, found, text = check(changed(record, flip), tmp_path, capsys)
    assert (code, found["verdict"]) == (1, "false")
    example = found["theorems"][0]["counterexample"]
    assert example["left"] != example["right"]
    assert example["sizes"]["classes"] >= 1
    assert "counterexample at classes = " in text
    assert found["theorems"][0]["lines"][-1] == "false"


def test_a_wrong_line_in_the_middle_is_false_at_that_line(
    record: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def flip(theorem: dict[str, Any]) -> None:
        theorem["derivation"]["lines"][1]["term"] = ["Number", "7"]

    code, found, text = check(changed(record, flip), tmp_path, capsys)
    assert (code, found["verdict"]) == (1, "false")
    assert found["theorems"][0]["lines"][1:3] == ["false", "false"]
    assert "line 2, 7: false" in text


def test_a_wrong_claim_is_false_with_a_counterexample(
    record: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def flip(theorem: dict[str, Any]) -> None:
        theorem["claim"]["right"] = ["Mul", Y_I, DELTA]

    code, found, _ = check(changed(record, flip), tmp_path, capsys)
    assert (code, found["verdict"]) == (1, "false")
    assert found["theorems"][0]["counterexample"] is not None


def test_a_changed_digest_is_named(record: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def flip(theorem: dict[str, Any]) -> None:
        theorem["digest"] = "0" * 64

    code, found, text = check(changed(record, flip), tmp_path, capsys)
    assert (code, found["verdict"], found["sound"]) == (1, "proved", False)
    assert "the record was changed" in text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[]", "not a record of theorems"),
        ('{"schema": "symderiv-theorems", "schema_version": 99, "theorems": []}', "only version 1"),
        ('{"schema": "symderiv-theorems", "schema_version": 1, "theorems": []}', "at least one theorem"),
        ('{"schema": "symderiv-theorems", "schema_version": 1, "theorems": [{}]}', "'derivation' is missing"),
    ],
)
def test_a_damaged_record_gets_a_sentence(
    text: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found, shown = check(text, tmp_path, capsys)
    assert code == 1
    assert found["error"]["code"] == "damaged-record"
    assert sentence in shown


def test_a_truncated_record_gets_a_sentence(record: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, shown = check(record[: len(record) // 2], tmp_path, capsys)
    assert code == 1
    assert "not JSON" in shown


def test_bytes_that_are_no_text_and_a_file_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "theorem.json"
    place.write_bytes(b"\xff\xfe\x00")
    assert run(["verify", str(place)]) == 1
    assert "not text in UTF-8" in capsys.readouterr().err
    assert run(["verify", str(tmp_path / "none.json")]) == 2
    assert "cannot be read: no such file" in capsys.readouterr().err
