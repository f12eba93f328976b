"""The process that proves the theorems of a formula; `limited` starts it, and ends it when its time is over."""

from __future__ import annotations

import pickle
import sys

from symderiv.checking import check
from symderiv.checking.wellformed import Refused
from symderiv.proving import Stuck, derive
from symderiv.statements import Goal, Problem, Theorem

__all__ = ["prove_one"]


def prove_one(problem: Problem, goal: Goal, seed: int) -> Theorem | str:
    """The theorem, or a sentence that says why there is none."""
    try:
        return check(derive(problem, goal), seed=seed)
    except Stuck as error:
        # What follows names the last term in the program's own notation.
        return "no closed form was found: " + str(error).partition("; the last term is")[0]
    except Refused as error:
        return f"the checker cannot judge it: {error}"
    except RecursionError:
        return "the formula is nested too deep"


def main() -> None:
    """Answer each goal read from standard input, on standard output."""
    wanted, seed = pickle.load(sys.stdin.buffer)
    for problem, goal in wanted:
        pickle.dump(prove_one(problem, goal, seed), sys.stdout.buffer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
