"""``symderiv bench``: how long proofs and kernels take; measured figures are shown, never written to generated/."""

from __future__ import annotations

import re
import time
from dataclasses import asdict, dataclass
from statistics import median
from typing import Final

import click
import numpy as np

from symderiv.api import SEED, kernel
from symderiv.checking import check
from symderiv.cli.entries import entries
from symderiv.cli.output import DONE, CommandError, Output, output_options, table
from symderiv.cli.progress import Progress, Report
from symderiv.proving import derive
from symderiv.statements import Goal, Problem
from symderiv.verification.timing import BASELINES, KernelTime, time_kernel

SHAPES: Final = "1024x10,256x1000"


@dataclass(frozen=True, slots=True)
class EngineTime:
    """The median process time, in seconds, of deriving a goal and of checking it; `lines` displayed, `verdict` word."""

    name: str
    goal: str
    lines: int
    derive_seconds: float
    check_seconds: float
    verdict: str


def time_engine(problem: Problem, goal: Goal, repeats: int) -> EngineTime:
    """Derive `goal` `repeats` times and check it, each measured in process time."""
    deriving: list[float] = []
    checking: list[float] = []
    for _ in range(repeats):
        start = time.process_time()
        derivation = derive(problem, goal)
        middle = time.process_time()
        theorem = check(derivation, seed=SEED)
        deriving.append(middle - start)
        checking.append(time.process_time() - middle)
    lines = len(derivation.lines)
    return EngineTime(problem.name, goal.slug, lines, median(deriving), median(checking), theorem.verdict.word)


def engine(problems: tuple[Problem, ...], repeats: int, progress: Report) -> tuple[EngineTime, ...]:
    """The times of every goal of `problems`."""
    goals = [(problem, goal) for problem in problems for goal in problem.goals]
    made: list[EngineTime] = []
    for number, (problem, goal) in enumerate(goals):
        progress(f"timing {problem.name}: {goal.slug}", number, len(goals))
        made.append(time_engine(problem, goal, repeats))
    return tuple(made)


def kernels(
    problems: tuple[Problem, ...], shapes: tuple[tuple[int, int], ...], repeats: int, progress: Report
) -> tuple[KernelTime, ...]:
    """The times of the kernels of `problems` next to NumPy, in float32 and float64."""
    chosen = [baseline for baseline in BASELINES if baseline.entry in {problem.name for problem in problems}]
    made: list[KernelTime] = []
    total = len(chosen) * len(shapes) * 2
    for baseline in chosen:
        progress(f"making the kernel of {baseline.entry}", len(made), total)
        compiled = kernel(baseline.entry)
        for shape in shapes:
            for dtype in (np.float32, np.float64):
                progress(f"timing {baseline.entry} on {shape[0]} x {shape[1]}", len(made), total)
                made.append(time_kernel(baseline, compiled, shape, dtype, repeats=repeats))
    return tuple(made)


def read_shapes(text: str) -> tuple[tuple[int, int], ...]:
    """``1024x10,256x1000`` as pairs of rows and classes; CommandError for anything else."""
    parts = [re.fullmatch(r"([1-9]\d*)x([1-9]\d*)", part.strip()) for part in text.split(",")]
    if not all(parts):
        raise CommandError(f"{text!r} is no list of shapes", "rows x classes, e.g. --shape 1024x10,256x1000")
    return tuple((int(part[1]), int(part[2])) for part in parts if part is not None)


@click.command()
@click.argument("names", nargs=-1)
@click.option("--engine", "wants_engine", is_flag=True, help="Time deriving and checking instead of kernels.")
@click.option("--shape", default=SHAPES, show_default=True, help="Rows x classes, separated by commas.")
@click.option("--repeats", type=click.IntRange(1), default=5, show_default=True, help="The median counts.")
@output_options
def command(output: Output, names: tuple[str, ...], wants_engine: bool, shape: str, repeats: int) -> int:
    """Time the kernels, or with --engine the derivations and their checks.

    Kernels and plain NumPy formulas are called in turn on the same data. Times are process time on this machine, now; a
    ratio above 1 means that the kernel is the faster one.
    """
    problems = entries(names)
    shapes = read_shapes(shape)
    with Progress() as progress:
        if wants_engine:
            _show_engine(engine(problems, repeats, progress), output)
        else:
            _show_kernels(kernels(problems, shapes, repeats, progress), output)
    return DONE


def _show_engine(times: tuple[EngineTime, ...], output: Output) -> None:
    if output.as_json:
        output.data({"engine": [asdict(each) for each in times]})
        return
    rows = [
        (t.name, t.goal, str(t.lines), f"{t.derive_seconds * 1e3:.1f}", f"{t.check_seconds * 1e3:.1f}", t.verdict)
        for t in times
    ]
    for line in table(("entry", "goal", "lines", "derive ms", "check ms", "verdict"), rows, output):
        output.say(line)
    deriving, checking = max(t.derive_seconds for t in times), max(t.check_seconds for t in times)
    output.say(f"slowest: derive {deriving * 1e3:.0f} ms, check {checking:.2f} s")


def _show_kernels(times: tuple[KernelTime, ...], output: Output) -> None:
    if output.as_json:
        output.data({"numpy_version": np.__version__, "kernels": [asdict(each) for each in times]})
        return
    rows = [
        (
            t.entry,
            t.function,
            f"{t.rows} x {t.classes}",
            t.dtype,
            f"{t.kernel * 1e6:.1f}",
            f"{t.numpy * 1e6:.1f}",
            f"{t.ratio:.2f}",
        )
        for t in times
    ]
    heading = ("entry", "function", "rows x classes", "dtype", "kernel us", "NumPy us", "NumPy / kernel")
    for line in table(heading, rows, output):
        output.say(line)
    output.hint(f"process time of one call, next to NumPy {np.__version__}")
