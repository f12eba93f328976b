"""A run as plain tables of text, which `report` prints on a terminal and `page` as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from symderiv.bench.ceilings import WORKS
from symderiv.bench.contestants import OWN
from symderiv.bench.judging import shape
from symderiv.bench.operations import OPERATIONS
from symderiv.bench.peers import CONTESTANTS
from symderiv.bench.plans import SECTIONS
from symderiv.bench.records import COPY, NAIVE, OURS, OWN_SECTION, Contest, Failures, Judgement, Run, Timing

NONE: Final = "–"
_KNOWN: Final = {**OWN, **CONTESTANTS}


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table; `note` is a line below it that says how to read it."""

    title: str
    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def figure(value: float | None) -> str:
    """Three significant digits; a dash for None."""
    if value is None:
        return NONE
    if value == 0:
        return "0"
    if abs(value) >= 1e5 or abs(value) < 1e-3:
        return f"{value:.1e}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def seconds(value: float | None) -> str:
    """Seconds with a unit people read."""
    if value is None:
        return NONE
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if value >= size:
            return f"{figure(value / size)} {unit}"
    return f"{figure(value / 1e-6)} µs"


def size(value: float | None) -> str:
    """Bytes with a unit people read."""
    return NONE if value is None else f"{figure(value / 1e6)} MB"


def with_unit(value: float | None, unit: str) -> str:
    """A figure of a goal in its unit."""
    match unit:
        case "seconds":
            return seconds(value)
        case "bytes":
            return size(value)
        case _:
            return figure(value)


def title_of(contestant: str) -> str:
    """The contestant's name for people."""
    return _KNOWN[contestant].title if contestant in _KNOWN else contestant


def verdict(judgement: Judgement) -> str:
    """Whether a goal is met, or by how much it is missed."""
    if judgement.measured is None:
        return "not measured"
    if judgement.met:
        return "met, aim too" if judgement.reached_aim else "met"
    if not judgement.must or not judgement.measured:
        return "missed"
    by = judgement.must / judgement.measured if judgement.least else judgement.measured / judgement.must
    return f"missed by {100 * (by - 1):.0f} %" if by < 1.5 else f"missed by a factor of {figure(by)}"


def goal_tables(run: Run) -> tuple[Table, ...]:
    """The goals, a table for each bullet."""
    groups = tuple(dict.fromkeys(judgement.group for judgement in run.judgements))
    made: list[Table] = []
    for group in groups:
        own = [judgement for judgement in run.judgements if judgement.group == group]
        rows = tuple(
            (
                j.subject,
                f"{'at least' if j.least else 'at most'} {with_unit(j.must, j.unit)}",
                with_unit(j.aim, j.unit),
                with_unit(j.measured, j.unit),
                verdict(j),
                j.at or NONE,
            )
            for j in own
        )
        made.append(Table(group, ("goal", "must", "aim", "measured", "verdict", "measured at"), rows))
    return tuple(made)


def score(run: Run) -> str:
    """How many goals are met, in a sentence."""
    known = [judgement for judgement in run.judgements if judgement.met is not None]
    met = sum(1 for judgement in known if judgement.met)
    aimed = [judgement for judgement in known if judgement.reached_aim is not None]
    reached = sum(1 for judgement in aimed if judgement.reached_aim)
    left = len(run.judgements) - len(known)
    missing = f"; {left} were not measured" if left else ""
    return f"{met} of {len(known)} goals are met, and {reached} of {len(aimed)} aims beyond them{missing}."


def contest_tables(run: Run, *, spread: bool = True) -> Iterator[Table]:
    """All contests, a table for each section, operation and variant; ratios with their quartiles if `spread`."""
    keys = dict.fromkeys((contest.section, contest.operation, contest.variant) for contest in run.contests)
    for section, operation, variant in keys:
        wanted = (section, operation, variant)
        own = [each for each in run.contests if (each.section, each.operation, each.variant) == wanted]
        yield _contests(own, spread)


def contest_title(contest: Contest) -> str:
    """Section, operation and variant of a contest; name and function of one that has no section."""
    if contest.section == OWN_SECTION:
        return f"{contest.operation}: {contest.variant}"
    names = {"classes": "Cost against classes, at the same number of elements", "rows": "Cost against rows"}
    section = names.get(contest.section) or SECTIONS[contest.section].title
    variant = f", {contest.variant}" if contest.variant else ""
    return f"{section}: {OPERATIONS[contest.operation].title}{variant}"


def _contests(contests: list[Contest], spread: bool) -> Table:
    names = [name for name in _KNOWN if any(contest.timing(name) is not None for contest in contests)]
    peers = [name for name in names if name not in (COPY, OURS)]
    copied = COPY in names
    heading = (
        _axes(contests[0]),
        *(("copy",) if copied else ()),
        title_of(OURS),
        *map(title_of, peers),
    )
    rows: list[tuple[str, ...]] = []
    for contest in contests:
        cells = [shape(contest)]
        if copied:
            cells.append(_copy(contest))
        cells.append(_ours(contest.timing(OURS)))
        cells.extend(_peer(contest.timing(name), spread) for name in peers)
        rows.append(tuple(cells))
    clock = "time on the wall" if contests[0].clock == "wall" else "process time of one thread"
    note = f"{clock[0].upper()}{clock[1:]}, minimum. " + (
        "symderiv in multiples of the copy; the" if copied else "The"
    ) + f" others in multiples of symderiv{' (quartiles of the turns)' if spread else ''}."  # fmt: skip
    remark = _OF_OWN if contests[0].section == OWN_SECTION else OPERATIONS[contests[0].operation].remark
    note = f"{note} {remark}" if remark else note
    return Table(contest_title(contests[0]), heading, tuple(rows), note)


_OF_OWN: Final = (
    "NumPy carries out the definition and the closed form as they are printed, torch the definition, and differentiates"
    " it; both return new arrays."
)


def _axes(contest: Contest) -> str:
    if contest.section != OWN_SECTION:
        return OPERATIONS[contest.operation].axes
    return "instances x length of axes" if contest.classes else "numbers"


def _copy(contest: Contest) -> str:
    copied = contest.timing(COPY)
    assert copied is not None
    bandwidth = contest.bandwidth
    return f"{seconds(copied.minimum)}, {figure(None if bandwidth is None else bandwidth / 1e9)} GB/s"


def _ours(timing: Timing | None) -> str:
    if timing is None:
        return NONE
    return seconds(timing.minimum) if timing.copies is None else f"{figure(timing.copies)} ({seconds(timing.minimum)})"


def _peer(timing: Timing | None, spread: bool) -> str:
    if timing is None:
        return NONE
    if timing.ratio is None:
        return seconds(timing.minimum)
    if not spread:
        return f"{figure(timing.ratio)}x"
    return f"{figure(timing.ratio)}x ({figure(timing.ratio_low)}–{figure(timing.ratio_high)})"


def absences(run: Run) -> tuple[tuple[str, str, str], ...]:
    """(contestant, reason, where) of everyone who was not timed; the same reason is said once."""
    found: dict[tuple[str, str], list[str]] = {}
    for contest in run.contests:
        for absence in contest.absences:
            place = f"{contest.operation} {shape(contest)}"
            found.setdefault((absence.contestant, absence.reason), []).append(place)
    for memory in run.memories:
        if memory.reason:
            found.setdefault((memory.contestant, memory.reason), []).append(f"memory of {memory.operation}")
    return tuple(
        (title_of(name), reason, places[0] if len(places) == 1 else f"{places[0]} and {len(places) - 1} more")
        for (name, reason), places in found.items()
    )


def precision_table(run: Run) -> Table:
    """The worst error over all class counts, for each case and quantity."""
    names = tuple(dict.fromkeys(each.contestant for each in run.precisions))
    worst: dict[tuple[str, str, str], dict[str, float]] = {}
    for each in run.precisions:
        cell = worst.setdefault((each.dtype, each.case, each.quantity), {})
        cell[each.contestant] = max(each.ulps, cell.get(each.contestant, 0.0))
    order = {"p": 0, "L": 1, "g": 2}
    places = {key: position for position, key in enumerate(dict.fromkeys((dtype, case) for dtype, case, _ in worst))}
    keys = sorted(worst, key=lambda key: (places[key[:2]], order[key[2]]))
    rows = tuple((*key, *(digits(worst[key].get(name)) for name in names)) for key in keys)
    counts = ", ".join(f"{count:,}" for count in sorted({each.classes for each in run.precisions}))
    note = f"Units in the last place of the true value, the worst over rows of {counts} classes; inf: NaN or infinite."
    return Table("Digits", ("dtype", "rows", "of", *map(title_of, names)), rows, note)


def digits(ulps: float | None) -> str:
    """An error in ulps with two digits."""
    if ulps is None:
        return NONE
    return f"{ulps:.1f}" if ulps < 100 else f"{ulps:.1e}".replace("e+0", "e").replace("e+", "e")


def failures_table(found: tuple[Failures, ...]) -> Table:
    """The counts as a table, a row for each loss and scale: not finite + wrong, of how many."""
    cells: dict[tuple[str, float], dict[str, str]] = {}
    for each in found:
        missing = each.not_finite is None
        text = NONE if missing else f"{each.not_finite} + {each.wrong}"
        cells.setdefault((each.loss, each.scale), {})[each.contestant] = text
    entries = found[0].entries if found else 0
    rows = tuple(
        (loss, f"{scale:g}", *(made.get(name, NONE) for name in NAIVE)) for (loss, scale), made in cells.items()
    )
    return Table(
        "Losses as they are written: gradient entries that fail",
        ("loss", "scale of the logits", "symderiv", "NumPy, closed form", "torch, autograd", "jax, grad"),
        rows,
        f"Of {entries} entries in float32: those that are not finite where the true gradient is, + those that are off"
        " by more than a thousandth of the largest true entry of the row. The definition is carried out as written,"
        f" with e^z over its sum; {NONE} stands for a package that is not installed.",
    )


def other_tables(run: Run) -> Iterator[Table]:
    """What a second thread may gain, memory, starts and proofs, as far as they were measured."""
    if run.ceilings:
        yield _ceilings(run)
    if run.memories:
        yield _memories(run)
    if run.starts:
        yield _starts(run)
    if run.proofs:
        rows = tuple(
            (p.name, p.goal, str(p.lines), seconds(p.derive_seconds), seconds(p.check_seconds), p.verdict)
            for p in run.proofs
        )
        yield Table("Deriving and checking", ("entry", "goal", "lines", "derive", "check", "verdict"), rows)


def _ceilings(run: Run) -> Table:
    heading = ("work of each thread", "one thread", "two threads at once", "gain", "processor time of each")
    rows = tuple(
        (
            WORKS[c.work].title if c.work in WORKS else c.work,
            seconds(c.alone),
            seconds(c.together),
            f"{figure(c.gain)}x",
            f"{figure(c.beside)} of one alone",
        )
        for c in run.ceilings
    )  # fmt: skip
    note = (
        "Time on the wall, minimum; no code of symderiv. The gain is 2 for two processors that do not disturb each"
        " other. Two halves of one core show by their processor time, which goes up while both are busy."
    )
    return Table("What a second thread gains on this machine", heading, rows, note)


def _memories(run: Run) -> Table:
    rows = tuple(
        (m.operation, f"{m.rows:,} x {m.classes:,} {m.dtype}", title_of(m.contestant), size(m.extra))
        for m in run.memories
    )
    note = "The resident memory a call reaches beyond its inputs, results included; each in a process of its own."
    return Table("Memory of one call", ("operation", "rows x classes", "contestant", "extra"), rows, note)


def _starts(run: Run) -> Table:
    heading = ("cache", "first result", "processor time", "import", "kernel(...)", "first call", "SymPy imported")
    rows = tuple(
        (s.state, *map(seconds, (s.wall, s.processor, s.imported, s.made, s.called)), "yes" if s.sympy else "no")
        for s in run.starts
    )
    note = f"Cross-entropy with gradient, 32 x 10, the best of {run.starts[0].runs} new processes."
    return Table("A new process", heading, rows, note)


def bandwidths(run: Run) -> str:
    """The copy's bandwidth in and out of cache, as a range in GB/s; "" without a contest."""
    found = [each.bandwidth / 1e9 for each in run.contests if each.bandwidth is not None and each.traffic >= 1_000_000]
    return f"copy {figure(min(found))} to {figure(max(found))} GB/s" if found else ""
