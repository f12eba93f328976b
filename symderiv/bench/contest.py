"""Holding a contest: everyone is made ready, checked against the reference, then called in turn."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np

from symderiv.bench.calls import Arrays, Call, UnavailableError
from symderiv.bench.contestants import Contestant
from symderiv.bench.inputs import Inputs, Logits
from symderiv.bench.measuring import CLOCKS, Clock, Effort, interleave, timings
from symderiv.bench.operations import OPERATIONS, TOLERANCES, deviation, drawn, traffic
from symderiv.bench.oracles import optional
from symderiv.bench.peers import CONTESTANTS
from symderiv.bench.records import Absence, Contest
from symderiv.bench.tasks import ContestTask


def hold(task: ContestTask, clock: Clock | None = None) -> Contest:
    """The contest of `task`; whoever cannot take part, fails or computes something else is an Absence with a reason."""
    given = drawn(task.operation, task.rows, task.classes, task.features, task.dtype)
    truth = _truths(task.operation, given)
    ready: dict[str, Call] = {}
    deviations: dict[str, float] = {}
    absent: list[Absence] = []
    for name in task.contestants:
        try:
            call = prepared(CONTESTANTS[name], task.operation, given)
            deviations[name] = judged(results(call), partial(truth, call.options), task.dtype)
            ready[name] = call
        except UnavailableError as error:
            absent.append(Absence(name, str(error)))
    effort = Effort(task.turns, task.seconds, task.shortest)
    turns = interleave({name: call.run for name, call in ready.items()}, effort, clock or CLOCKS[task.clock])
    return Contest(
        section=task.section,
        operation=task.operation,
        rows=task.rows,
        classes=task.classes,
        features=task.features,
        dtype=task.dtype,
        variant=task.variant,
        clock=task.clock,
        traffic=traffic(task.operation, given),
        timings=timings(turns, deviations),
        absences=tuple(absent),
    )


def prepared(contestant: Contestant, operation: str, given: Any) -> Call:
    """The call of `contestant`; UnavailableError with a sentence if there is none or making it fails."""
    if reason := contestant.obstacle():
        raise UnavailableError(reason)
    table = _attempt(contestant.calls)
    if operation not in table:
        raise UnavailableError(f"no form of {OPERATIONS[operation].title} is known for it")
    call: Call = _attempt(lambda: table[operation](given))
    return call


def results(call: Call) -> Arrays:
    """What `call` returns, read; UnavailableError with a sentence if it fails."""
    made: Arrays = _attempt(lambda: call.read(call.run()))
    return made


def _attempt(action: Callable[[], Any]) -> Any:
    """A peer may fail in any way; the sentence takes the place of its result and the contest goes on."""
    try:
        # Peers warn of their own future on first use; overflow of the unshifted formula is expected.
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return action()
    except UnavailableError:
        raise
    except Exception as error:
        first = (str(error).strip().splitlines() or [""])[0][:200]
        raise UnavailableError(f"failed with {type(error).__name__}: {first}") from error


def judged(found: Arrays, truth: Callable[[], Arrays], dtype: str) -> float:
    """How far results are from the reference, which is asked for if there are any; UnavailableError if too far."""
    off = deviation(found, truth()) if found else 0.0
    if not off <= TOLERANCES[dtype]:
        raise UnavailableError(f"not timed: its result is off by {off:.1g} of the largest number, or is no number")
    return off


def _truths(operation: str, given: Inputs) -> Callable[[Any], Arrays]:
    """The reference, computed once; with options anew for each."""

    @cache
    def plain() -> Arrays:
        return OPERATIONS[operation].truth(given)

    def truth(options: Any) -> Arrays:
        return plain() if options is None or not isinstance(given, Logits) else optional(given, options)

    return truth
