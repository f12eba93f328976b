"""Interleaving and ratios; the oracle is a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from symderiv.bench.measuring import FEWEST, Effort, Turns, interleave, timings


class HandClock:
    """A clock that stands still until a contestant moves it; it keeps who was called."""

    def __init__(self) -> None:
        self.now = 0.0
        self.called: list[str] = []

    def __call__(self) -> float:
        return self.now

    def contestant(self, name: str, *durations: float) -> Callable[[], None]:
        """A function that lasts as long as `durations` say, call by call, the last of them for ever."""
        left = list(durations)

        def run() -> None:
            self.called.append(name)
            self.now += left.pop(0) if len(left) > 1 else left[0]

        return run


def test_contestants_are_called_in_turn() -> None:
    clock = HandClock()
    runs = {"a": clock.contestant("a", 1.0), "b": clock.contestant("b", 2.0)}
    found = interleave(runs, Effort(turns=3, seconds=100.0, shortest=0.5), clock)
    assert "".join(clock.called) == "ab" + "ababab"  # once each to count the calls of a turn, then in turn
    assert found["a"] == Turns(1, (1.0, 1.0, 1.0))
    assert found["b"] == Turns(1, (2.0, 2.0, 2.0))


def test_short_calls_are_repeated_until_a_turn_is_long_enough() -> None:
    clock = HandClock()
    found = interleave({"a": clock.contestant("a", 0.125)}, Effort(4, 100.0, 1.0), clock)
    assert found["a"].calls == 8
    assert found["a"].seconds == (0.125,) * 4


def test_a_slow_contestant_stops_early_but_not_before_the_fewest_turns() -> None:
    clock = HandClock()
    runs = {"slow": clock.contestant("slow", 10.0), "fast": clock.contestant("fast", 1.0)}
    found = interleave(runs, Effort(turns=6, seconds=5.0, shortest=0.1), clock)
    assert found["slow"].seconds == (10.0,) * FEWEST + (None,) * (6 - FEWEST)
    assert len(found["fast"].taken) == 6


def test_figures_are_minimum_median_and_ratios_turn_by_turn() -> None:
    turns = {
        "copy": Turns(1, (1.0, 2.0, 1.0)),
        "symderiv": Turns(1, (4.0, 2.0, 8.0)),
        "peer": Turns(1, (8.0, 12.0, None)),
    }
    found = {each.contestant: each for each in timings(turns, {"peer": 1e-7})}
    assert (found["symderiv"].minimum, found["symderiv"].median, found["symderiv"].copies) == (2.0, 4.0, 2.0)
    peer = found["peer"]
    assert (peer.ratio, peer.copies, peer.runs, peer.deviation) == (4.0, 8.0, 2, 1e-7)
    assert (peer.ratio_low, peer.ratio_high) == (3.0, 5.0)  # quartiles of 8/4 and 12/2
    assert found["symderiv"].ratio == 1.0


def test_without_copy_and_without_us_there_is_nothing_to_divide_by() -> None:
    (found,) = timings({"peer": Turns(1, (3.0,))}, {})
    assert (found.copies, found.ratio, found.ratio_low) == (None, None, None)
    assert (found.minimum, found.median, found.high) == (3.0, 3.0, 3.0)


def test_garbage_collection_waits_and_comes_back() -> None:
    import gc

    seen: list[bool] = []
    clock = HandClock()

    def run() -> None:
        seen.append(gc.isenabled())
        clock.now += 1.0

    interleave({"a": run}, Effort(2, 10.0, 0.1), clock)
    assert not any(seen[1:])
    assert gc.isenabled()
    with pytest.raises(RuntimeError, match="on purpose"):
        interleave({"a": run, "b": _failing}, Effort(2, 10.0, 0.1), clock)
    assert gc.isenabled()


def _failing() -> None:
    raise RuntimeError("on purpose")
