"""Runs of the benchmark made up by hand, whose figures a reader can check in the head."""

from __future__ import annotations

from dataclasses import replace

from symderiv.bench.records import (
    Absence,
    Contest,
    EngineTime,
    Failure,
    Machine,
    Memory,
    Precision,
    Run,
    Setting,
    Start,
    Timing,
)

MACHINE = Machine("Abacus 9000", ("avx2",), 2, ("L1 32K",), 8_000_000_000, "Linux 1, Python 3", "madvise", "someblas 1")


def timing(contestant: str, seconds: float, *, copy: float | None = None, ours: float | None = None) -> Timing:
    return Timing(
        contestant, seconds, seconds * 1.1, seconds * 1.2, 5, 1, 0.0, seconds / copy if copy else None,
        *((seconds / ours, seconds / ours * 0.9, seconds / ours * 1.2) if ours else (None, None, None)),
    )  # fmt: skip


def contest(section: str, operation: str, shape: tuple[int, int], dtype: str, seconds: dict[str, float]) -> Contest:
    """A contest in which each contestant took so many seconds; the copy moved 8 bytes a logit."""
    copy, ours = seconds.get("copy"), seconds.get("symderiv")
    timings = tuple(timing(name, value, copy=copy, ours=ours) for name, value in seconds.items())
    return Contest(section, operation, *shape, 0, dtype, "", "process", 8 * shape[0] * shape[1], timings, ())


def run_of(*contests: Contest, precisions: tuple[Precision, ...] = ()) -> Run:
    versions = (Setting("symderiv", "1"), Setting("torch", "not installed"))
    return Run(
        1, "full", "2000-01-02", ("cross-entropy",), MACHINE, versions, (Setting("OMP_NUM_THREADS", "1"),), contests,
        precisions, (), (), (), (), (),
    )  # fmt: skip


def whole_run() -> Run:
    """A run with something of every kind, judgements apart."""
    big = contest(
        "cross-entropy", "cross-entropy", (1_000_000, 3), "float32",
        {"copy": 1e-3, "symderiv": 4e-3, "sklearn": 0.12, "jax": 0.04},
    )  # fmt: skip
    absent = Absence("torch", "torch is not installed; pip install torch")
    small = contest("small", "cross-entropy", (32, 10), "float32", {"copy": 1e-6, "symderiv": 2e-6, "jax": 2e-5})
    swept = contest("classes", "cross-entropy", (100, 80), "float64", {"copy": 1e-5, "symderiv": 3e-5})
    softmax = contest("softmax", "softmax", (100, 100), "float32", {"copy": 1e-5, "symderiv": 3e-5, "jax": 6e-5})
    found = run_of(
        replace(big, absences=(absent,)), replace(small, absences=(absent,)), swept, softmax,
        precisions=(
            Precision("confident", "float32", 3, "symderiv", "g", 2.5, "[0, 1]"),
            Precision("confident", "float32", 100, "symderiv", "g", 3.5, "[1, 1]"),
            Precision("confident", "float32", 3, "jax", "g", 1.7e7, "[0, 1]"),
            Precision("confident", "float32", 3, "numpy-naive", "g", float("inf"), "[0, 0]"),
        ),
    )  # fmt: skip
    return replace(
        found,
        memories=(
            Memory("linear", 8, 16, 4, "float32", "symderiv", 100_000_000, ""),
            Memory("linear", 8, 16, 4, "float32", "torch-chunked", 200_000_000, ""),
            Memory("linear", 8, 16, 4, "float32", "torch", None, "torch is not installed; pip install torch"),
        ),
        starts=(
            Start("cold", 3, 4.0, 4.0, 0.1, 2.0, 2.5, False),
            Start("warm", 3, 0.8, 0.8, 0.1, 0.1, 0.5, False),
        ),
        proofs=(EngineTime("softmax", "jacobian", 5, 0.1, 0.2, "proved"),),
        failures=(Failure("softmax, 5 x 3 float32", "its process ended with signal 9: it said nothing"),),
    )
