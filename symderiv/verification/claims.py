"""Judging a claim that anyone wrote, within a time limit: in a process of its own, which is ended when it is over.

The verdict is the checker's, line by line and on the whole; nothing is derived, and who wrote the claim plays no part.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

from symderiv.checking import Refused, examine
from symderiv.statements import Derivation, Theorem

__all__ = ["judge", "judge_within"]


def judge(derivation: Derivation, *, seed: int) -> Theorem | str:
    """The theorem with a verdict for every line, or a sentence that says why it cannot be judged."""
    try:
        return examine(derivation, seed=seed)[0]
    except Refused as error:
        return f"the checker cannot judge it: {error}"
    except RecursionError:
        return "the formula is nested too deep"


def judge_within(derivation: Derivation, seconds: float, *, seed: int) -> Theorem | str:
    """`judge` in a process of its own; a sentence too if it does not answer within `seconds`."""
    here = str(Path(__file__).parents[2])
    paths = os.pathsep.join(path for path in (here, os.environ.get("PYTHONPATH", "")) if path)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "symderiv.verification.claims"],
            input=pickle.dumps((derivation, seed)),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": paths},
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it was not decided within {seconds:g} s"
    if done.returncode != 0:
        return "the checker ended without an answer"
    answer: Theorem | str = pickle.loads(done.stdout)
    return answer


def main() -> None:
    """Answer the claim read from standard input, on standard output."""
    derivation, seed = pickle.load(sys.stdin.buffer)
    pickle.dump(judge(derivation, seed=seed), sys.stdout.buffer)


if __name__ == "__main__":
    main()
