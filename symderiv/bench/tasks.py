"""What a worker process is asked to do, as plain records that travel as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from symderiv.bench.encoding import BenchRecordError, decode, encode
from symderiv.bench.records import ClockName, Setting


@dataclass(frozen=True, slots=True)
class ContestTask:
    """Time `contestants` on one operation and shape; `seconds` and `turns` bound the effort of each."""

    section: str
    operation: str
    rows: int
    classes: int
    features: int
    dtype: str
    contestants: tuple[str, ...]
    clock: ClockName
    variant: str
    turns: int
    seconds: float
    shortest: float

    @property
    def label(self) -> str:
        """What is under way, in a few words."""
        variant = f" ({self.variant})" if self.variant else ""
        return f"{self.operation}, {self.rows} x {self.classes} {self.dtype}{variant}"


@dataclass(frozen=True, slots=True)
class MemoryTask:
    """Measure the peak memory of one call of one contestant, in a process of its own."""

    operation: str
    rows: int
    classes: int
    features: int
    dtype: str
    contestant: str

    @property
    def label(self) -> str:
        """What is under way, in a few words."""
        return f"memory of {self.operation}, {self.contestant}"


@dataclass(frozen=True, slots=True)
class PrecisionTask:
    """Compare what `contestants` return on the hard rows with the rigorous reference, for one class count and dtype."""

    classes: int
    rows: int
    dtype: str
    contestants: tuple[str, ...]

    @property
    def label(self) -> str:
        """What is under way, in a few words."""
        return f"accuracy, {self.classes} classes {self.dtype}"


@dataclass(frozen=True, slots=True)
class StartTask:
    """Start `runs` processes with an empty cache of kernels, then `runs` with a filled one."""

    runs: int

    @property
    def label(self) -> str:
        """What is under way, in a few words."""
        return "starting new processes"


@dataclass(frozen=True, slots=True)
class CeilingTask:
    """Do a piece of `work` by one thread and by two, `turns` times each; a turn lasts at least `shortest` seconds."""

    work: str
    turns: int
    shortest: float

    @property
    def label(self) -> str:
        """What is under way, in a few words."""
        return f"two threads of {self.work}"


@dataclass(frozen=True, slots=True)
class ProofTask:
    """Derive and check every goal of one catalogue entry `repeats` times."""

    entry: str
    repeats: int

    @property
    def label(self) -> str:
        """What is under way, in a few words."""
        return f"deriving and checking {self.entry}"


@dataclass(frozen=True, slots=True)
class OwnTask:
    """Time a loss without a section, `subject` as `own.packed` writes it.

    There are `rows` instances, their axes of `length` members; 0 for losses of numbers, which have none.
    `seconds` and `turns` bound the effort of each contestant.
    """

    name: str
    subject: str
    rows: int
    length: int
    dtype: str
    turns: int
    seconds: float
    shortest: float

    @property
    def label(self) -> str:
        """What is under way, in a few words."""
        return f"{self.name}, {self.rows}{f' x {self.length}' if self.length else ''} {self.dtype}"


Task: TypeAlias = ContestTask | MemoryTask | PrecisionTask | StartTask | ProofTask | CeilingTask | OwnTask

KINDS: Final[Mapping[str, type[Task]]] = {
    "contest": ContestTask,
    "memory": MemoryTask,
    "precision": PrecisionTask,
    "start": StartTask,
    "proof": ProofTask,
    "ceiling": CeilingTask,
    "own": OwnTask,
}


@dataclass(frozen=True, slots=True)
class Batch:
    """Tasks that share one worker process, and the environment variables it starts with."""

    environment: tuple[Setting, ...]
    tasks: tuple[Task, ...]


def encode_task(task: Task) -> dict[str, Any]:
    """`task` as plain data with its kind."""
    (kind,) = (name for name, each in KINDS.items() if type(task) is each)
    return {"kind": kind, "fields": encode(task)}


def decode_task(data: Mapping[str, Any]) -> Task:
    """The task that `data` holds; BenchRecordError if it holds none."""
    if data.get("kind") not in KINDS:
        raise BenchRecordError(f"{data.get('kind')!r} is no kind of task; they are {', '.join(KINDS)}")
    return decode(KINDS[data["kind"]], data["fields"])
