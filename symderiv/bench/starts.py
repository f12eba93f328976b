"""How long a new process takes to its first result, with an empty and with a filled cache of compiled kernels."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from symderiv.bench.records import Start
from symderiv.bench.tasks import StartTask

PROBE: Final = """
import json, sys, time
start = time.perf_counter()
import numpy as np
import symderiv as sd
imported = time.perf_counter()
kernel = sd.kernel("cross-entropy")
made = time.perf_counter()
z, labels = np.zeros((32, 10), np.float32), np.zeros(32, np.int64)
value, gradient = kernel.value_and_grad(z, labels, reduction="mean")
called = time.perf_counter()
assert abs(float(value) - 2.302585) < 1e-5
print(json.dumps([imported - start, made - imported, called - made, "sympy" in sys.modules]))
"""


@dataclass(frozen=True, slots=True)
class _Probe:
    wall: float
    processor: float
    imported: float
    made: float
    called: float
    sympy: bool


def measure(task: StartTask) -> Iterator[Start]:
    """Cold starts, each with a cache of its own, then warm ones on the last of them."""
    with tempfile.TemporaryDirectory(prefix="symderiv-bench-") as place:
        folders = [Path(place) / str(number) for number in range(task.runs)]
        yield best("cold", [_probe(folder) for folder in folders])
        yield best("warm", [_probe(folders[-1]) for _ in range(task.runs)])


def best(state: str, probes: list[_Probe]) -> Start:
    """The run that was at its result first, by the wall; processor time is the least of all."""
    first = min(probes, key=lambda probe: probe.wall)
    processor = min(probe.processor for probe in probes)
    return Start(
        state, len(probes), first.wall, processor, first.imported, first.made, first.called,
        any(probe.sympy for probe in probes),
    )  # fmt: skip


def _probe(cache: Path) -> _Probe:
    cache.mkdir(exist_ok=True)
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    environment.pop("NUMBA_CACHE_DIR", None)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # A second process finds bytecode, as it does by default.
    used = _children()
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    wall = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(f"a new process failed: {(done.stderr.strip().splitlines() or ['it said nothing'])[-1]}")
    imported, made, called, sympy = json.loads(done.stdout)
    return _Probe(wall, _children() - used, imported, made, called, sympy)


def _children() -> float:
    """Processor seconds of all finished child processes."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
