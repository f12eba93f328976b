"""What a run of the benchmark finds out, as frozen records; `encoding` writes them as JSON and reads them back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

ClockName: TypeAlias = Literal["process", "wall"]

OURS = "symderiv"
"""The contestant every ratio is taken to."""
OWN_SECTION = "own"
"""The section of contests of a loss that has none, the user's own for one; their operation is its name."""
NAIVE = ("symderiv", "numpy", "torch", "jax")
"""Whose gradients are counted where losses are computed as they are written; the last two are optional packages."""
COPY = "copy"
"""The contestant that only moves the bytes."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of one call: minimum, median and upper quartile over `runs` turns of `calls` calls each.

    `copies` is the minimum in multiples of the copy's minimum. `ratio` is this minimum over ours, `ratio_low` and
    `ratio_high` the quartiles of the same ratio turn by turn. None where there is nothing to divide by. `deviation` is
    the largest difference to the float64 reference over the largest number of that reference.
    """

    contestant: str
    minimum: float
    median: float
    high: float
    runs: int
    calls: int
    deviation: float
    copies: float | None
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None


@dataclass(frozen=True, slots=True)
class Absence:
    """A contestant that was not timed, and the sentence that says why."""

    contestant: str
    reason: str


@dataclass(frozen=True, slots=True)
class Contest:
    """One operation on one shape, all contestants in one process, called in turn.

    `variant` names what was unusual about the process ("" for nothing), `traffic` the bytes the copy reads and writes.
    """

    section: str
    operation: str
    rows: int
    classes: int
    features: int
    dtype: str
    variant: str
    clock: ClockName
    traffic: int
    timings: tuple[Timing, ...]
    absences: tuple[Absence, ...]

    def timing(self, contestant: str) -> Timing | None:
        """What was measured of `contestant`, None if it was absent."""
        return next((each for each in self.timings if each.contestant == contestant), None)

    @property
    def bandwidth(self) -> float | None:
        """Bytes a second, read and written, of the copy."""
        copied = self.timing(COPY)
        return None if copied is None else self.traffic / copied.minimum


@dataclass(frozen=True, slots=True)
class Precision:
    """The worst error of a contestant's quantity on the rows of a case, in units in the last place of the true value.

    `quantity` is p (softmax), L (loss of a row) or g (gradient of a row); `at` is [row, class] of the worst one.
    """

    case: str
    dtype: str
    classes: int
    contestant: str
    quantity: str
    ulps: float
    at: str


@dataclass(frozen=True, slots=True)
class Memory:
    """Peak memory of one call beyond its inputs, in bytes; None with a `reason` if it could not be measured."""

    operation: str
    rows: int
    classes: int
    features: int
    dtype: str
    contestant: str
    extra: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Start:
    """A new process up to its first result: seconds on the wall and of the processor, the best of `runs`.

    `state` is cold (empty cache of compiled kernels) or warm. `imported`, `made` and `called` are wall seconds of
    importing the package, of making the kernel object and of its first call; `sympy` says whether SymPy was imported.
    """

    state: str
    runs: int
    wall: float
    processor: float
    imported: float
    made: float
    called: float
    sympy: bool


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What a second thread gains on the machine itself: seconds on the wall of a piece of `work` done by one thread,
    `alone`, and of two pieces by two threads, `together`; the least of so many `turns`.

    `gain` is twice `alone` over `together`: 2 for two processors that do not disturb each other. `beside` is the
    processor time of a piece with both at work, over that of one alone.
    """

    work: str
    turns: int
    alone: float
    together: float
    gain: float
    beside: float


@dataclass(frozen=True, slots=True)
class EngineTime:
    """The median process time, in seconds, of deriving a goal and of checking it; `lines` displayed, `verdict` word."""

    name: str
    goal: str
    lines: int
    derive_seconds: float
    check_seconds: float
    verdict: str


@dataclass(frozen=True, slots=True)
class Failures:
    """Of `entries` gradient entries those that are NaN or infinite where the true value is a number of the format, and
    those that are finite and wrong; both None if the contestant's package is not installed."""

    loss: str
    scale: float
    contestant: str
    entries: int
    not_finite: int | None
    wrong: int | None


@dataclass(frozen=True, slots=True)
class Failure:
    """A part of the benchmark that did not come to an end, and why."""

    part: str
    reason: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """A goal next to what was measured; `measured` is None where its measurement is missing, and `at` says where.

    `subject` is what must hold ("cross-entropy, float32, 1,000,000 x 3: multiples of the copy"), `group` the bullet it
    belongs to, `least` whether the figure must be at least (True) or at most (False) `must`.
    """

    group: str
    subject: str
    unit: str
    least: bool
    must: float
    aim: float | None
    measured: float | None
    met: bool | None
    reached_aim: bool | None
    at: str


@dataclass(frozen=True, slots=True)
class Machine:
    """The computer: processor name, instruction sets that matter here, cores, caches, memory, system, huge pages."""

    processor: str
    features: tuple[str, ...]
    cores: int
    caches: tuple[str, ...]
    memory: int
    system: str
    huge_pages: str
    blas: str


@dataclass(frozen=True, slots=True)
class Setting:
    """A name and its value: a version, or an environment variable that every contest runs under."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Addition:
    """Sections of a record that were measured in a later run, and under what conditions."""

    sections: tuple[str, ...]
    date: str
    machine: Machine
    versions: tuple[Setting, ...]
    environment: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Everything one run of the benchmark found, and under what conditions.

    The conditions are those of all sections but the ones among the `additions`, which have their own.
    """

    schema_version: int
    plan: str
    date: str
    sections: tuple[str, ...]
    machine: Machine
    versions: tuple[Setting, ...]
    environment: tuple[Setting, ...]
    contests: tuple[Contest, ...]
    precisions: tuple[Precision, ...]
    memories: tuple[Memory, ...]
    starts: tuple[Start, ...]
    proofs: tuple[EngineTime, ...]
    failures: tuple[Failure, ...]
    judgements: tuple[Judgement, ...]
    ceilings: tuple[Ceiling, ...] = ()
    additions: tuple[Addition, ...] = ()
    naive: tuple[Failures, ...] = ()
    """Gradient entries that fail where a loss without a section is computed as it is written."""


Result: TypeAlias = Contest | Precision | Memory | Start | EngineTime | Ceiling | Failure
"""What a worker process hands back."""
