"""How long deriving and checking takes, in process time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median

from symderiv.api import SEED
from symderiv.bench.measuring import Clock
from symderiv.bench.records import EngineTime
from symderiv.bench.tasks import ProofTask
from symderiv.checking import check
from symderiv.losses import find
from symderiv.proving import derive
from symderiv.statements import Goal, Problem


def measure(task: ProofTask) -> Iterator[EngineTime]:
    """The times of every goal of the entry."""
    problem = find(task.entry)
    for goal in problem.goals:
        yield time_goal(problem, goal, task.repeats)


def time_goal(problem: Problem, goal: Goal, repeats: int, clock: Clock = time.process_time) -> EngineTime:
    """Derive `goal` `repeats` times and check it, each time anew."""
    deriving: list[float] = []
    checking: list[float] = []
    for _ in range(repeats):
        start = clock()
        derivation = derive(problem, goal)
        middle = clock()
        theorem = check(derivation, seed=SEED)
        deriving.append(middle - start)
        checking.append(clock() - middle)
    lines = len(derivation.lines)
    return EngineTime(problem.name, goal.slug, lines, median(deriving), median(checking), theorem.verdict.word)
