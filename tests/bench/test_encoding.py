"""Records as JSON and back: nothing is lost, what is damaged is refused by the name of its field."""

from __future__ import annotations

import json
from typing import Any

import pytest

from symderiv.bench.encoding import BenchRecordError, decode, encode, shortened, text_of
from symderiv.bench.judging import judge
from symderiv.bench.plans import SECTIONS
from symderiv.bench.records import Precision, Run
from symderiv.bench.tasks import decode_task, encode_task
from tests.bench.samples import run_of, whole_run


def test_a_run_survives_json() -> None:
    run = whole_run()
    assert decode(Run, json.loads(text_of(run))) == run
    assert len(text_of(run).splitlines()) > 30


def test_measured_numbers_keep_six_digits() -> None:
    data = {"a": [1.23456789e-7, 3, "1.23456789"], "b": {"c": 123456789.0}, "d": True}
    assert shortened(data) == {"a": [1.23457e-7, 3, "1.23456789"], "b": {"c": 123457000.0}, "d": True}


def test_every_task_of_every_plan_survives_json() -> None:
    for section in SECTIONS.values():
        for plan in ("full", "quick"):
            for batch in section.batches(plan):  # type: ignore[arg-type]
                for task in batch.tasks:
                    assert decode_task(json.loads(json.dumps(encode_task(task)))) == task


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (("machine", "cores"), "two", "Run.machine.cores is 'two'; it must be of type int"),
        (("contests", 0, "clock"), "sundial", r"Run.contests\[0\].clock is 'sundial'; it must be one of 'process'"),
        (("contests", 0, "timings"), {}, r"Run.contests\[0\].timings must be a list, not dict"),
        (("contests", 0, "rows"), True, r"Run.contests\[0\].rows is True; it must be of type int"),
        (("machine",), 3, "Run.machine must be an object with fields, not int"),
        (("surprise",), 3, "Run has an unknown field 'surprise'"),
    ],
)
def test_damage_is_named(path: tuple[Any, ...], value: Any, complaint: str) -> None:
    data = encode(whole_run())
    inner = data
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(BenchRecordError, match=complaint):
        decode(Run, data)


def test_a_missing_field_is_named() -> None:
    data = encode(whole_run())
    del data["starts"][0]["wall"]
    with pytest.raises(BenchRecordError, match=r"Run.starts\[0\] has no field 'wall'"):
        decode(Run, data)


def test_an_unknown_kind_of_task_is_refused() -> None:
    with pytest.raises(BenchRecordError, match="'party' is no kind of task"):
        decode_task({"kind": "party", "fields": {}})


def test_numbers_without_json_are_words() -> None:
    precision = Precision("case", "float32", 3, "symderiv", "p", float("inf"), "")
    assert encode(precision)["ulps"] == "inf"
    assert decode(Precision, encode(precision)) == precision
    assert judge(decode(Run, encode(run_of()))) == judge(run_of())
