"""Calling contestants in turn, A B A B, and what their times amount to; the clock is handed in."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import repeat
from statistics import median, quantiles
from typing import Final, TypeAlias

from symderiv.bench.records import COPY, OURS, ClockName, Timing

Clock: TypeAlias = Callable[[], float]
"""Seconds since some moment."""

CLOCKS: Final[Mapping[ClockName, Clock]] = {"process": time.process_time, "wall": time.perf_counter}
"""Processor time of all threads of this process, for one thread; time on the wall, for several."""

FEWEST: Final = 3
"""Turns that every contestant gets, however slow it is."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure: at most `turns` turns, no further one for a contestant that has used `seconds`.

    A turn calls so often that it lasts at least `shortest` seconds.
    """

    turns: int
    seconds: float
    shortest: float


@dataclass(frozen=True, slots=True)
class Turns:
    """Seconds of a call in each turn, in order; None for a turn the contestant did not take part in."""

    calls: int
    seconds: tuple[float | None, ...]

    @property
    def taken(self) -> tuple[float, ...]:
        """The turns it took part in."""
        return tuple(each for each in self.seconds if each is not None)


def interleave(runs: Mapping[str, Callable[[], object]], effort: Effort, clock: Clock) -> dict[str, Turns]:
    """Every function of `runs` called in turn, in their order, turn after turn; garbage collection waits.

    Each function must have been called before: a call that compiles is no measurement.
    """
    calls = {name: _calls(run, effort, clock) for name, run in runs.items()}
    found: dict[str, list[float | None]] = {name: [] for name in runs}
    used = dict.fromkeys(runs, 0.0)
    collected = gc.isenabled()
    gc.disable()
    try:
        for turn in range(effort.turns):
            for name, run in runs.items():
                if turn >= FEWEST and used[name] > effort.seconds:
                    found[name].append(None)
                    continue
                seconds = _turn(run, calls[name], clock)
                used[name] += seconds
                found[name].append(seconds / calls[name])
            gc.collect(0)
    finally:
        if collected:
            gc.enable()
    return {name: Turns(calls[name], tuple(found[name])) for name in runs}


def _turn(run: Callable[[], object], calls: int, clock: Clock) -> float:
    start = clock()
    for _ in repeat(None, calls):
        run()
    return max(clock() - start, 1e-9)


def _calls(run: Callable[[], object], effort: Effort, clock: Clock) -> int:
    """How many calls last as long as the shortest turn: the power of two that reaches it."""
    calls = 1
    while calls < 1 << 20 and _turn(run, calls, clock) < effort.shortest:
        calls *= 2
    return calls


def timings(turns: Mapping[str, Turns], deviations: Mapping[str, float], baseline: str = OURS) -> tuple[Timing, ...]:
    """The figures of all contestants; ratios are those to `baseline`, turn by turn where both took part."""
    minima = {name: min(each.taken) for name, each in turns.items()}
    made: list[Timing] = []
    for name, each in turns.items():
        low, high = _ratio_quartiles(each, turns.get(baseline))
        made.append(
            Timing(
                contestant=name,
                minimum=minima[name],
                median=median(each.taken),
                high=_upper_quartile(each.taken),
                runs=len(each.taken),
                calls=each.calls,
                deviation=deviations.get(name, 0.0),
                copies=minima[name] / minima[COPY] if COPY in minima else None,
                ratio=minima[name] / minima[baseline] if baseline in minima else None,
                ratio_low=low,
                ratio_high=high,
            )
        )
    return tuple(made)


def _upper_quartile(values: tuple[float, ...]) -> float:
    return quantiles(values, n=4, method="inclusive")[2] if len(values) > 1 else values[0]


def _ratio_quartiles(one: Turns, other: Turns | None) -> tuple[float | None, float | None]:
    if other is None:
        return None, None
    pairs = zip(one.seconds, other.seconds, strict=True)
    ratios = [mine / theirs for mine, theirs in pairs if mine is not None and theirs is not None]
    if len(ratios) < 2:
        return (ratios[0], ratios[0]) if ratios else (None, None)
    low, _, high = quantiles(ratios, n=4, method="inclusive")
    return low, high
