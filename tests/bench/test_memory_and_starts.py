"""Memory of a call and starts of processes; oracles: the size of arrays a formula must make, figures by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from symderiv.bench import memory, proofs, starts
from symderiv.bench.memory import kilobytes
from symderiv.bench.records import Start
from symderiv.bench.starts import _Probe, best
from symderiv.bench.tasks import MemoryTask, ProofTask, StartTask

STATUS = "Name:\tpython\nVmHWM:\t   2048 kB\nVmRSS:\t   1024 kB\n"


def test_lines_of_the_status_file() -> None:
    assert (kilobytes(STATUS, "VmHWM"), kilobytes(STATUS, "VmRSS")) == (2048, 1024)
    with pytest.raises(ValueError, match="no line VmPeak"):
        kilobytes(STATUS, "VmPeak")


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs the memory marks of Linux")
def test_the_memory_of_a_formula_with_a_whole_array_in_between() -> None:
    pytest.importorskip("scipy")
    found = memory.measure(MemoryTask("cross-entropy", 500, 20_000, 0, "float32", "scipy"))
    assert found.reason == ""
    assert found.extra is not None
    array = 4 * 500 * 20_000
    assert 0.9 * array < found.extra < 6 * array


def test_memory_that_cannot_be_measured_has_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_RESET", Path("/no/such/file"))
    found = memory.measure(MemoryTask("cross-entropy", 5, 4, 0, "float32", "numpy"))
    assert found.extra is None
    assert "keeps no high-water mark" in found.reason


def test_the_best_start_counts_and_sympy_is_never_hidden() -> None:
    probes = [_Probe(3.0, 2.0, 0.1, 0.2, 0.3, False), _Probe(2.0, 2.5, 0.4, 0.5, 0.6, True)]
    assert best("warm", probes) == Start("warm", 2, 2.0, 2.0, 0.4, 0.5, 0.6, True)


@pytest.mark.slow
def test_new_processes() -> None:
    cold, warm = starts.measure(StartTask(1))
    assert (cold.state, warm.state) == ("cold", "warm")
    assert 0 < cold.called < cold.wall
    assert 0 < warm.made + warm.called < warm.wall


def test_proofs_are_timed_goal_by_goal() -> None:
    found = tuple(proofs.measure(ProofTask("logsumexp", 1)))
    assert {each.name for each in found} == {"logsumexp"}
    assert all(each.verdict == "proved" and each.lines >= 1 for each in found)
