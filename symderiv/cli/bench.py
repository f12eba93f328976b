"""``symderiv bench``: how long proofs and kernels take; measured figures are shown, never written to generated/."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median

import click

from symderiv.api import SEED
from symderiv.checking import check
from symderiv.cli.entries import entries
from symderiv.cli.output import DONE, CommandError, Output, output_options, table
from symderiv.cli.progress import Progress, Report
from symderiv.proving import derive
from symderiv.statements import Goal, Problem

REPEATS = 5


@dataclass(frozen=True, slots=True)
class EngineTime:
    """The median process time, in seconds, of deriving a goal and of checking it; `lines` displayed, `verdict` word."""

    entry: str
    goal: str
    lines: int
    derive: float
    check: float
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
    return EngineTime(
        problem.name, goal.slug, len(derivation.lines), median(deriving), median(checking), theorem.verdict.word
    )


def engine(problems: tuple[Problem, ...], repeats: int, progress: Report) -> tuple[EngineTime, ...]:
    """The times of every goal of `problems`."""
    goals = [(problem, goal) for problem in problems for goal in problem.goals]
    made: list[EngineTime] = []
    for number, (problem, goal) in enumerate(goals):
        progress(f"timing {problem.name}: {goal.slug}", number, len(goals))
        made.append(time_engine(problem, goal, repeats))
    return tuple(made)


@click.command()
@click.argument("names", nargs=-1)
@click.option("--engine", "wants_engine", is_flag=True, help="Time deriving and checking instead of kernels.")
@click.option(
    "--repeats", type=click.IntRange(1), default=REPEATS, show_default=True, help="Repetitions; the median counts."
)
@output_options
def command(output: Output, names: tuple[str, ...], wants_engine: bool, repeats: int) -> int:
    """Time the kernels, or with --engine the derivations and their checks.

    Times are process time in milliseconds on this machine, now.
    """
    problems = entries(names)
    if not wants_engine:
        raise CommandError("only --engine is there", "symderiv bench --engine")
    with Progress() as progress:
        times = engine(problems, repeats, progress)
    if output.as_json:
        output.data(
            {
                "engine": [
                    {
                        "name": each.entry,
                        "goal": each.goal,
                        "lines": each.lines,
                        "derive_seconds": each.derive,
                        "check_seconds": each.check,
                        "verdict": each.verdict,
                    }
                    for each in times
                ]
            }
        )
        return DONE
    rows = [
        (each.entry, each.goal, str(each.lines), f"{each.derive * 1e3:.1f}", f"{each.check * 1e3:.1f}", each.verdict)
        for each in times
    ]
    for line in table(("entry", "goal", "lines", "derive ms", "check ms", "verdict"), rows, output):
        output.say(line)
    output.say(
        f"slowest: derive {max(t.derive for t in times) * 1e3:.0f} ms, check {max(t.check for t in times):.2f} s"
    )
    return DONE
