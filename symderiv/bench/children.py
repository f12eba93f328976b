"""Running batches of tasks, each in a process of its own whose environment is set before anything is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Mapping
from typing import Any, Final, TypeAlias

from symderiv.bench.encoding import decode
from symderiv.bench.records import Ceiling, Contest, EngineTime, Failure, Memory, Precision, Result, Start
from symderiv.bench.tasks import Batch, encode_task

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told the step under way, how many are finished, and of how many."""

_KINDS: Final[Mapping[str, type[Result]]] = {
    "contest": Contest, "precision": Precision, "memory": Memory, "start": Start, "proof": EngineTime,
    "ceiling": Ceiling,
}  # fmt: skip

_COMMAND: Final = (sys.executable, "-m", "symderiv.bench.worker")


def run_batches(
    batches: tuple[Batch, ...], progress: Progress, command: tuple[str, ...] = _COMMAND
) -> Generator[Result, None, None]:
    """What the tasks of `batches` find, in order; a process that dies is a Failure, and the next one is started."""
    total, done = sum(len(batch.tasks) for batch in batches), 0
    for batch in batches:
        yield from run_batch(batch, lambda label, ended, done=done: progress(label, done + ended, total), command)  # type: ignore[misc]
        done += len(batch.tasks)


def run_batch(
    batch: Batch, progress: Callable[[str, int], None], command: tuple[str, ...] = _COMMAND
) -> Generator[Result, None, None]:
    """What the tasks of one batch find. If its process dies, the remaining tasks get a fresh one."""
    remaining = batch.tasks
    while remaining:
        ended = 0
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
            process = _started(Batch(batch.environment, remaining), command, errors)
            assert process.stdout is not None
            with process:
                try:
                    for text in process.stdout:
                        match json.loads(text):
                            case {"begun": number}:
                                progress(remaining[number].label, len(batch.tasks) - len(remaining) + number)
                            case {"ended": number}:
                                ended = number + 1
                            case {"kind": kind, "fields": fields}:
                                yield decode(_KINDS[kind], fields)
                except BaseException:
                    # Interrupted, or nobody wants the rest: a worker must not go on measuring alone.
                    process.kill()
                    raise
            code = process.returncode
            if code == 0:
                return
            errors.seek(0)
            yield Failure(remaining[min(ended, len(remaining) - 1)].label, _reason(code, errors.read()))
        remaining = remaining[ended + 1 :]


def _started(batch: Batch, command: tuple[str, ...], errors: Any) -> subprocess.Popen[str]:
    environment = {**os.environ, **{setting.name: setting.value for setting in batch.environment}}
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=environment, text=True
    )
    assert process.stdin is not None
    with process.stdin:
        json.dump([encode_task(task) for task in batch.tasks], process.stdin)
    return process


def _reason(code: int, errors: str) -> str:
    last = (errors.strip().splitlines() or ["it said nothing"])[-1][:300]
    ended = f"signal {-code}" if code < 0 else f"exit code {code}"
    return f"its process ended with {ended}: {last}"
