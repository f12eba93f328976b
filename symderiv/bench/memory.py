"""Peak memory of one call beyond its inputs, from the high-water mark of resident memory that Linux keeps.

The process first runs a tiny problem of the same kind (imports, compiling, thread pools), then draws the inputs, resets
the mark (5 into /proc/self/clear_refs), calls once and reads VmHWM. The results of the call count, the inputs do not.
"""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Final

from symderiv.bench.calls import UnavailableError
from symderiv.bench.contest import prepared
from symderiv.bench.operations import drawn
from symderiv.bench.peers import CONTESTANTS
from symderiv.bench.records import Memory
from symderiv.bench.tasks import MemoryTask

_STATUS: Final = Path("/proc/self/status")
_RESET: Final = Path("/proc/self/clear_refs")


def measure(task: MemoryTask) -> Memory:
    """The memory of `task`, or the reason why it could not be measured."""
    try:
        return _memory(task, _extra(task), "")
    except UnavailableError as error:
        return _memory(task, None, str(error))


def _memory(task: MemoryTask, extra: int | None, reason: str) -> Memory:
    shape = task.operation, task.rows, task.classes, task.features, task.dtype
    return Memory(*shape, task.contestant, extra, reason)


def _extra(task: MemoryTask) -> int:
    if not _RESET.exists():
        raise UnavailableError("this system keeps no high-water mark of resident memory that can be reset")
    contestant = CONTESTANTS[task.contestant]
    prepared(contestant, task.operation, drawn(task.operation, 8, 16, min(task.features, 4), task.dtype)).run()
    given = drawn(task.operation, task.rows, task.classes, task.features, task.dtype)
    call = prepared(contestant, task.operation, given)
    gc.collect()
    _RESET.write_text("5")
    before = kilobytes(_STATUS.read_text(), "VmRSS")
    # The result is held until the mark is read: it is part of what the call needs.
    result = call.run()
    after = kilobytes(_STATUS.read_text(), "VmHWM")
    del result
    return 1024 * max(0, after - before)


def kilobytes(status: str, field: str) -> int:
    """The figure of a line like ``VmHWM:     1234 kB`` of /proc/self/status; ValueError if there is none."""
    for line in status.splitlines():
        name, _, rest = line.partition(":")
        if name == field:
            return int(rest.split()[0])
    raise ValueError(f"/proc/self/status has no line {field}")
