"""Worker processes: what they find comes back, one that dies is a sentence and the rest goes on in a fresh one."""

from __future__ import annotations

import sys

from symderiv.bench.children import run_batches
from symderiv.bench.records import Contest, Failure, Precision, Setting
from symderiv.bench.tasks import Batch, ContestTask, PrecisionTask, StartTask

DYING = """
import json, os, sys
tasks = json.load(sys.stdin)
for number, task in enumerate(tasks):
    print(json.dumps({"begun": number}), flush=True)
    if task["fields"]["runs"] == 13:
        print("the ladder broke", file=sys.stderr)
        sys.exit(3)
    if task["fields"]["runs"] == 14:
        os.kill(os.getpid(), 9)
    wall = float(os.environ["MARK"])
    fields = dict(state="cold", runs=task["fields"]["runs"], wall=wall, processor=0.5, imported=0.5, made=0.5,
                  called=0.5, sympy=False)
    print(json.dumps({"kind": "start", "fields": fields}), flush=True)
    print(json.dumps({"ended": number}), flush=True)
"""


def batch(*runs: int, mark: str = "1.5") -> Batch:
    return Batch((Setting("MARK", mark),), tuple(StartTask(each) for each in runs))


def found_by(*batches: Batch) -> tuple[list[object], list[tuple[int, int]]]:
    progress: list[tuple[int, int]] = []
    command = (sys.executable, "-c", DYING)
    results = run_batches(batches, lambda _, done, total: progress.append((done, total)), command)
    return list(results), progress


def test_results_come_back_in_order_with_the_environment_of_their_batch() -> None:
    found, progress = found_by(batch(1, 2), batch(3, mark="2.5"))
    assert [(each.runs, each.wall) for each in found] == [(1, 1.5), (2, 1.5), (3, 2.5)]  # type: ignore[attr-defined]
    assert progress == [(0, 3), (1, 3), (2, 3)]


def test_a_process_that_dies_costs_one_task() -> None:
    found, progress = found_by(batch(1, 13, 2), batch(14))
    assert [each.runs for each in found if not isinstance(each, Failure)] == [1, 2]  # type: ignore[attr-defined]
    reasons = [each.reason for each in found if isinstance(each, Failure)]
    assert reasons == [
        "its process ended with exit code 3: the ladder broke",
        "its process ended with signal 9: it said nothing",
    ]
    assert progress == [(0, 4), (1, 4), (2, 4), (3, 4)]


def test_the_worker_itself() -> None:
    tasks = (
        ContestTask("cross-entropy", "softmax", 4, 3, 0, "float32", ("copy", "numpy"), "process", "", 3, 0.1, 1e-5),
        PrecisionTask(3, 2, "float64", ("numpy",)),
    )
    contest, *precisions = run_batches((Batch((), tasks),), lambda *_: None)
    assert isinstance(contest, Contest)
    assert [each.contestant for each in contest.timings] == ["copy", "numpy"]
    assert {each.quantity for each in precisions if isinstance(each, Precision)} == {"p", "L", "g"}
    confident = [p for p in precisions if isinstance(p, Precision) and p.case.startswith("confident")]
    assert max(each.ulps for each in confident if each.quantity == "L") > 1e9  # every digit is lost
    assert max(each.ulps for each in confident if each.quantity == "p") < 100


def test_a_worker_does_not_outlive_whoever_wants_its_results() -> None:
    endless = (
        "import json, sys, time\nsys.stdin.read()\n"
        "fields = dict(state='cold', runs=1, wall=1.0, processor=0.5, imported=0.5, made=0.5, called=0.5)\n"
        "fields['sympy'] = False\n"
        "print(json.dumps({'kind': 'start', 'fields': fields}), flush=True)\ntime.sleep(600)\n"
    )
    results = run_batches((batch(1),), lambda *_: None, (sys.executable, "-c", endless))
    assert next(results)
    results.close()  # would wait for ten minutes
