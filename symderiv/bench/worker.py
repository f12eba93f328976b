"""A process that measures: reads tasks as JSON from standard input, writes a line of JSON for each thing it finds.

Started by `children` with the environment the measurements need: the variables by which pools and instruction sets are
chosen are read once, when a library is first imported.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import Any, assert_never

from symderiv.bench import ceilings, contest, memory, own_contest, precision, proofs, starts
from symderiv.bench.encoding import encode, shortened
from symderiv.bench.records import Ceiling, Contest, EngineTime, Memory, Precision, Result, Start
from symderiv.bench.tasks import (
    CeilingTask,
    ContestTask,
    MemoryTask,
    OwnTask,
    PrecisionTask,
    ProofTask,
    StartTask,
    Task,
    decode_task,
)


def perform(task: Task) -> Iterator[Result]:
    """What `task` finds."""
    match task:
        case ContestTask():
            yield contest.hold(task)
        case MemoryTask():
            yield memory.measure(task)
        case PrecisionTask():
            yield from precision.compare(task)
        case StartTask():
            yield from starts.measure(task)
        case ProofTask():
            yield from proofs.measure(task)
        case CeilingTask():
            yield ceilings.measure(task)
        case OwnTask():
            yield own_contest.hold(task)
        case _:
            assert_never(task)


def _kind(result: Result) -> str:
    kinds: dict[type, str] = {
        Contest: "contest", Memory: "memory", Precision: "precision", Start: "start", EngineTime: "proof",
        Ceiling: "ceiling",
    }  # fmt: skip
    return kinds[type(result)]


def main() -> None:
    """Perform the tasks of standard input, in order."""
    # What libraries print goes to standard error: standard output belongs to the results.
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(line: dict[str, Any]) -> None:
        channel.write(json.dumps(line) + "\n")
        channel.flush()

    for number, data in enumerate(json.load(sys.stdin)):
        task = decode_task(data)
        say({"begun": number})
        for result in perform(task):
            say({"kind": _kind(result), "fields": shortened(encode(result))})
        say({"ended": number})


if __name__ == "__main__":
    main()
