"""Holding goals against a run: what was measured for each, and whether it is met."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias, assert_never

from symderiv.bench.goals import (
    GOALS,
    OTHER_FORMS,
    Copies,
    Extra,
    FirstResult,
    Goal,
    OptionCost,
    Quantity,
    Share,
    Slower,
    SmallCall,
    SpeedUp,
    SymPyImported,
    Ulps,
    WorstSlower,
)
from symderiv.bench.records import OURS, Contest, Judgement, Run

Found: TypeAlias = tuple[float, str] | None
"""A figure and where it was found; None if it was not measured."""

LARGE: Final = 10_000_000
"""Bytes of logits from which two threads must pay."""
SMALL_ROWS: Final = 128
"""The largest batch that counts as small."""


def judge(run: Run, goals: tuple[Goal, ...] = GOALS) -> tuple[Judgement, ...]:
    """Every goal with its measurement, in the order of the table."""
    return tuple(_judged(goal, found(run, goal.quantity)) for goal in goals)


def _judged(goal: Goal, measured: Found) -> Judgement:
    def reached(limit: float | None) -> bool | None:
        if measured is None or limit is None:
            return None
        return measured[0] >= limit if goal.least else measured[0] <= limit

    return Judgement(
        group=goal.group,
        subject=goal.subject,
        unit=goal.unit,
        least=goal.least,
        must=goal.must,
        aim=goal.aim,
        measured=None if measured is None else measured[0],
        met=reached(goal.must),
        reached_aim=reached(goal.aim),
        at="" if measured is None else measured[1],
    )


def found(run: Run, quantity: Quantity) -> Found:
    """The figure of `quantity` in `run`; of several contests that fit, the worst one."""
    match quantity:
        case Copies(operation=operation, classes=classes, dtype=dtype):
            return _largest(
                (timing.copies, shape(contest))
                for contest in _of_shape(run, operation, classes, dtype)
                if (timing := contest.timing(OURS)) is not None
            )
        case Slower(operation=operation, classes=classes, dtype=dtype, contestant=contestant):
            return _slower(_of_shape(run, operation, classes, dtype), contestant)
        case WorstSlower(section=section, contestant=contestant):
            contests = (c for c in run.contests if c.section == section and c.rows <= SMALL_ROWS and c.classes <= 10)
            return _least(_ratios(contests, contestant))
        case SmallCall(rows=rows, classes=classes):
            contests = (c for c in run.contests if (c.section, c.rows, c.classes) == ("small", rows, classes))
            return _largest((t.minimum, shape(c)) for c in contests if (t := c.timing(OURS)) is not None)
        case SpeedUp(operation=operation, dtype=dtype):
            return _speed_up(run, operation, dtype)
        case OptionCost(contestant=contestant):
            return _largest(_ratios((c for c in run.contests if c.section == "options"), contestant))
        case Share(contestant=contestant):
            shares = _ratios((c for c in run.contests if c.section == "linear"), contestant)
            return _largest((None if ratio is None else 1 / ratio, at) for ratio, at in shares)
        case Extra(over=over):
            return _extra(run, over)
        case Ulps(quantity=name, dtype=dtype):
            ours = (p for p in run.precisions if (p.contestant, p.quantity, p.dtype) == (OURS, name, dtype))
            return _largest((p.ulps, f"{p.case}, {p.classes:,} classes") for p in ours)
        case FirstResult(state=state, part=part):
            starts = (start for start in run.starts if start.state == state)
            return _largest((start.wall if part == "wall" else start.called, "") for start in starts)
        case SymPyImported():
            return _largest((float(start.sympy), "") for start in run.starts if start.state == "warm")
        case _:
            assert_never(quantity)


def shape(contest: Contest) -> str:
    """Rows x classes and dtype; rows alone where there are no classes."""
    if not contest.classes:
        return f"{contest.rows:,} {contest.dtype}"
    features = f" x {contest.features:,}" if contest.features else ""
    return f"{contest.rows:,}{features} x {contest.classes:,} {contest.dtype}"


_SECTIONS_OF_GOALS: Final = ("cross-entropy", "softmax", "dense", "products")


def _of_shape(run: Run, operation: str, classes: int, dtype: str) -> list[Contest]:
    return [
        contest
        for contest in run.contests
        if contest.section in _SECTIONS_OF_GOALS
        and (contest.operation, contest.classes, contest.dtype) == (operation, classes, dtype)
    ]


def _ratios(contests: Iterable[Contest], contestant: str) -> list[tuple[float | None, str]]:
    return [
        (timing.ratio, shape(contest)) for contest in contests if (timing := contest.timing(contestant)) is not None
    ]


def _slower(contests: list[Contest], contestant: str) -> Found:
    """The least ratio of a contestant, and beside it that of its other form."""
    usual, other = _least(_ratios(contests, contestant)), OTHER_FORMS.get(contestant)
    beside = None if other is None else _least(_ratios(contests, other))
    if usual is None or beside is None:
        return usual
    return usual[0], f"{usual[1]}; {other}: {beside[0]:.3g}"


def _speed_up(run: Run, operation: str, dtype: str) -> Found:
    wanted = ("threads", operation, dtype)
    contests = [
        contest
        for contest in run.contests
        if (contest.section, contest.operation, contest.dtype) == wanted and contest.traffic // 2 >= LARGE
    ]
    ratios = _ratios(contests, "symderiv-threads")
    return _least((None if ratio is None else 1 / ratio, at) for ratio, at in ratios)


def _extra(run: Run, over: str | None) -> Found:
    memories = {m.contestant: m for m in run.memories if m.operation == "linear" and m.extra is not None}
    if OURS not in memories or (over is not None and over not in memories):
        return None
    ours = memories[OURS]
    assert ours.extra is not None
    at = f"{ours.rows:,} x {ours.features:,} x {ours.classes:,} {ours.dtype}"
    if over is None:
        return float(ours.extra), at
    theirs = memories[over].extra
    return (ours.extra / theirs, at) if theirs else None


def _known(pairs: Iterable[tuple[float | None, str]]) -> list[tuple[float, str]]:
    return [(figure, at) for figure, at in pairs if figure is not None]


def _largest(pairs: Iterable[tuple[float | None, str]]) -> Found:
    return max(_known(pairs), default=None, key=lambda pair: pair[0])


def _least(pairs: Iterable[tuple[float | None, str]]) -> Found:
    return min(_known(pairs), default=None, key=lambda pair: pair[0])
