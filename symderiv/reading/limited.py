"""Proving within a time limit: in a process of its own, which is ended when the time is over.

A formula that a user hands in may be larger than what the strategy and the checker finish in reasonable time. A process
of its own can be ended wherever it is, also inside the exact arithmetic, on every system and from every thread.
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from symderiv.statements import Goal, Problem, Theorem

__all__ = ["LIMIT", "Outcome", "Unfinished", "prove_here", "prove_within"]

LIMIT: Final = 10.0
"""Seconds for the theorems of a formula."""
_FIRST: Final = ("gradient", "gradient-unnormalised")
_LAST: Final = ("hessian", "hessian-off-diagonal", "hvp")


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A theorem that was not reached, and why, in a sentence."""

    goal: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The theorems that were reached, in the order of the problem, and those that were not."""

    theorems: tuple[Theorem, ...]
    unfinished: tuple[Unfinished, ...]


def prove_within(
    wanted: tuple[tuple[Problem, Goal], ...],
    seconds: float = LIMIT,
    *,
    seed: int = 0,
    progress: Callable[[str, int, int], None] | None = None,
) -> Outcome:
    """The goals `wanted` of their problems derived and checked, the gradient first, until `seconds` are over.

    A theorem that is not reached is no error: it is among `unfinished`.
    """
    ordered = tuple(sorted(wanted, key=lambda each: _rank(each[1].slug)))
    end = time.monotonic() + seconds
    found: dict[tuple[str, str], Theorem] = {}
    missing: dict[tuple[str, str], str] = {}
    child = _start(ordered, seed)
    try:
        assert child.stdout is not None
        answers = _answers(child.stdout)
        for number, (problem, goal) in enumerate(ordered):
            key = (problem.name, goal.slug)
            if progress is not None:
                progress(f"proving {problem.name}: {goal.slug}", number, len(ordered))
            try:
                answer = answers.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                break
            if answer is None:
                break
            if isinstance(answer, Theorem):
                found[key] = answer
            else:
                missing[key] = str(answer)
        else:
            child.wait()
        over = time.monotonic() >= end
    finally:
        child.kill()
        child.communicate()
    late = f"no closed form was found within {seconds:g} s" if over else "the prover ended without an answer"
    keys = tuple((problem.name, goal.slug) for problem, goal in wanted)
    return Outcome(
        tuple(found[key] for key in keys if key in found),
        tuple(Unfinished(key[1], missing.get(key, late)) for key in keys if key not in found),
    )


def _rank(slug: str) -> int:
    """What a reader comes for is sought first, and what takes longest last; of several variables alike."""
    if slug not in _LAST and slug.startswith("hessian-"):
        return _rank("hessian")
    if slug not in _FIRST and slug.startswith("gradient-"):
        return _rank("gradient-unnormalised" if slug.endswith("-unnormalised") else "gradient")
    if slug in _LAST:
        return len(_FIRST) + 1 + _LAST.index(slug)
    return _FIRST.index(slug) if slug in _FIRST else len(_FIRST)


def prove_here(wanted: tuple[tuple[Problem, Goal], ...], seed: int = 0) -> Outcome:
    """The goals `wanted` derived and checked in this process, however long it takes."""
    from symderiv.reading.worker import prove_one

    answers = tuple((goal.slug, prove_one(problem, goal, seed)) for problem, goal in wanted)
    return Outcome(
        tuple(answer for _, answer in answers if isinstance(answer, Theorem)),
        tuple(Unfinished(slug, answer) for slug, answer in answers if isinstance(answer, str)),
    )


def _start(wanted: tuple[tuple[Problem, Goal], ...], seed: int) -> subprocess.Popen[bytes]:
    """The process that proves; it is told what over its standard input."""
    here = str(Path(__file__).parents[2])
    paths = os.pathsep.join(path for path in (here, os.environ.get("PYTHONPATH", "")) if path)
    child = subprocess.Popen(
        [sys.executable, "-m", "symderiv.reading.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert child.stdin is not None
    child.stdin.write(pickle.dumps((wanted, seed)))
    child.stdin.close()
    child.stdin = None
    return child


def _answers(stream: IO[bytes]) -> queue.Queue[Theorem | str | None]:
    """What the process writes, one after the other; None when it has ended."""
    made: queue.Queue[Theorem | str | None] = queue.Queue()

    def listen() -> None:
        try:
            while True:
                made.put(pickle.load(stream))
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            made.put(None)

    threading.Thread(target=listen, daemon=True).start()
    return made
