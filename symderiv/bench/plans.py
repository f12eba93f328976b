"""What a run measures: `SECTIONS` by name, each in a full and a quick form, as batches of tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal, TypeAlias

from symderiv.bench.ceilings import WORKS
from symderiv.bench.machine import PINNED
from symderiv.bench.records import ClockName, Setting
from symderiv.bench.tasks import Batch, CeilingTask, ContestTask, MemoryTask, PrecisionTask, ProofTask, StartTask, Task
from symderiv.losses import FOUNDATIONS

Plan: TypeAlias = Literal["full", "quick"]
Shape: TypeAlias = tuple[int, int]

DTYPES: Final = ("float32", "float64")

SHAPES: Final[Mapping[Plan, tuple[Shape, ...]]] = {
    "full": ((1_000_000, 3), (1_000_000, 10), (100_000, 100), (10_000, 1000), (1000, 32_000), (256, 128_000)),
    "quick": ((100_000, 3), (100_000, 10), (10_000, 100), (1000, 1000), (64, 32_000)),
}
"""Rows and classes of the goals, and shapes small enough for a short look."""

SMALL: Final[Mapping[Plan, tuple[Shape, ...]]] = {
    "full": ((1, 3), (32, 10), (128, 10), (1024, 10), (64, 1000)),
    "quick": ((1, 3), (32, 10), (128, 10)),
}

LAYERS: Final[Mapping[Plan, tuple[int, int, int]]] = {"full": (8192, 32_000, 512), "quick": (1024, 8000, 128)}
"""Samples, classes and features of the linear layer."""

ROW_CLASSES: Final[Mapping[Plan, tuple[int, ...]]] = {
    "full": (
        2, 3, 4, 5, 8, 10, 12, 16, 17, 20, 24, 32, 48, 64, 96, 100, 128, 160, 200, 256, 384, 512, 700, 1000, 1024,
        1500, 2048, 4096, 8192, 16_384, 32_000, 65_536, 128_000,
    ),
    "quick": (2, 3, 10, 16, 32, 100, 256, 1000, 4096, 32_000),
}  # fmt: skip
"""Class counts of cost against classes, at the same number of elements."""

ELEMENTS: Final[Mapping[Plan, int]] = {"full": 8_000_000, "quick": 1_000_000}

ALL_PEERS: Final = (
    "numpy-naive", "numpy", "scipy", "sklearn", "torch", "torch-out", "torch-compiled", "torch-formula", "jax",
    "jax-lse",
)  # fmt: skip
DIGITS: Final = ("symderiv", "numpy-naive", "numpy", "scipy", "sklearn", "torch", "jax")
OPTIONS: Final = (
    "symderiv-weight", "symderiv-sample-weight", "symderiv-smoothing", "symderiv-temperature", "symderiv-ignore-index"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the benchmark that can be asked for by name."""

    title: str
    batches: Callable[[Plan], tuple[Batch, ...]]


def _contest(
    section: str, operation: str, shape: Shape, dtype: str, contestants: tuple[str, ...], plan: Plan,
    *, clock: ClockName = "process", variant: str = "", features: int = 0, turns: int = 0, seconds: float = 0.0,
) -> ContestTask:  # fmt: skip
    """A contest with the effort of the plan, unless another one is given."""
    usual = (9, 1.0) if plan == "full" else (5, 0.5)
    return ContestTask(
        section, operation, *shape, features, dtype, contestants, clock, variant,
        turns or usual[0], seconds or usual[1], 0.01 if plan == "full" else 0.002,
    )  # fmt: skip


def _of_shapes(section: str, operation: str, contestants: tuple[str, ...], plan: Plan) -> tuple[Batch, ...]:
    """One process for each shape: both dtypes share what is imported, and memory is given back between shapes."""
    shapes = (
        tuple(_contest(section, operation, shape, d, contestants, plan) for d in DTYPES) for shape in SHAPES[plan]
    )
    return tuple(Batch(PINNED, tasks) for tasks in shapes)


def _cross_entropy(plan: Plan) -> tuple[Batch, ...]:
    return _of_shapes("cross-entropy", "cross-entropy", ("copy", "symderiv", "symderiv-new", *ALL_PEERS), plan)


def _softmax(plan: Plan) -> tuple[Batch, ...]:
    peers = ("numpy-naive", "numpy", "scipy", "torch", "torch-out", "torch-compiled", "jax")
    return _of_shapes("softmax", "softmax", ("copy", "symderiv", *peers), plan)


def _dense(plan: Plan) -> tuple[Batch, ...]:
    peers = ("numpy", "scipy", "torch", "torch-compiled", "jax")
    return _of_shapes("dense", "dense", ("copy", "symderiv", *peers), plan)


def _products(plan: Plan) -> tuple[Batch, ...]:
    contestants = ("copy", "symderiv", "numpy", "torch", "torch-out", "torch-compiled", "jax")
    return (*_of_shapes("products", "jvp", contestants, plan), *_of_shapes("products", "hvp", contestants, plan))


VARIANTS: Final = (
    ("torch without huge pages", Setting("THP_MEM_ALLOC_ENABLE", "0")),
    ("torch on AVX2", Setting("ATEN_CPU_CAPABILITY", "avx2")),
)
"""Processes in which torch behaves otherwise; the copy and symderiv take part, so that ratios stay inside a process."""


def _variants(plan: Plan) -> tuple[Batch, ...]:
    made: list[Batch] = []
    for variant, setting in VARIANTS:
        environment = (*(each for each in PINNED if each.name != setting.name), setting)
        tasks = tuple(
            _contest("variants", operation, shape, dtype, ("copy", "symderiv", "torch", "torch-out"), plan,
                     variant=variant)
            for operation, shape, dtype in product(("cross-entropy", "softmax"), SHAPES[plan], DTYPES)
        )  # fmt: skip
        made.append(Batch(environment, tasks))
    return tuple(made)


def _small(plan: Plan) -> tuple[Batch, ...]:
    contestants = ("copy", "symderiv", *ALL_PEERS)
    tasks = (_contest("small", "cross-entropy", s, d, contestants, plan) for s, d in product(SMALL[plan], DTYPES))
    return (Batch(PINNED, tuple(tasks)),)


def _threads(plan: Plan) -> tuple[Batch, ...]:
    """On the wall; shapes of 10 MB and more in the full plan. First what two threads gain on the machine itself."""
    turns, shortest = (30, 0.05) if plan == "full" else (5, 0.01)
    ceilings = tuple(CeilingTask(work, turns, shortest) for work in WORKS)
    wall: ClockName = "wall"
    cases = tuple(product(("cross-entropy", "softmax"), SHAPES[plan], DTYPES))
    tasks = tuple(
        _contest("threads", operation, shape, dtype, ("copy", "symderiv", "symderiv-threads"), plan, clock=wall,
                 turns=30 if plan == "full" else 5)
        for operation, shape, dtype in cases
    )  # fmt: skip
    return (Batch(PINNED, ceilings), Batch(PINNED, tasks))


def _options(plan: Plan) -> tuple[Batch, ...]:
    cases = product(SHAPES[plan][:5], DTYPES)
    tasks = (_contest("options", "cross-entropy", s, d, ("copy", "symderiv", *OPTIONS), plan) for s, d in cases)
    return (Batch(PINNED, tuple(tasks)),)


def _work(plan: Plan) -> tuple[Batch, ...]:
    """Cost against classes at the same number of elements, then against rows at 100 classes."""
    by_classes = tuple((max(1, ELEMENTS[plan] // classes), classes) for classes in ROW_CLASSES[plan])
    by_rows = tuple((10**power, 100) for power in range(6 if plan == "full" else 4))
    tasks: list[Task] = []
    for name, shapes in (("classes", by_classes), ("rows", by_rows)):
        for dtype, shape in product(DTYPES, shapes):
            tasks.append(_contest(name, "cross-entropy", shape, dtype, ("copy", "symderiv"), plan, seconds=1.0))
    return (Batch(PINNED, tuple(tasks)),)


def _linear(plan: Plan) -> tuple[Batch, ...]:
    rows, classes, features = LAYERS[plan]
    contestants = ("symderiv", "numpy", "torch", "torch-chunked", "jax")
    contest = _contest(
        "linear", "linear", (rows, classes), "float32", contestants, plan, features=features, turns=3, seconds=1.0
    )
    memory = (MemoryTask("linear", rows, classes, features, "float32", name) for name in contestants)
    return (Batch(PINNED, (contest,)), *(Batch(PINNED, (task,)) for task in memory))


def _memory(plan: Plan) -> tuple[Batch, ...]:
    rows, classes = SHAPES[plan][4]
    names = ("symderiv", "symderiv-new", "numpy", "scipy", "sklearn", "torch", "torch-out", "jax")
    return tuple(Batch(PINNED, (MemoryTask("cross-entropy", rows, classes, 0, "float32", name),)) for name in names)


def _catalogue(plan: Plan) -> tuple[Batch, ...]:
    """The functions that no other section times."""
    contestants = ("copy", "symderiv", "numpy", "scipy", "sklearn", "torch", "torch-out", "jax")
    shapes = SHAPES[plan][1:4]
    cases = product(("log-softmax", "logsumexp", "binary"), shapes, DTYPES)
    return (Batch(PINNED, tuple(_contest("catalogue", o, s, d, contestants, plan) for o, s, d in cases)),)


ARRAYS: Final[Mapping[Plan, tuple[tuple[str, int, int, int], ...]]] = {
    "full": (
        ("clip", 512, 512, 0),
        ("layer-norm", 4096, 512, 0),
        ("rms-norm", 4096, 512, 0),
        ("attention", 1, 128, 64),
        ("attention", 64, 128, 64),
        ("gaussian-mixture", 4096, 5, 0),
        ("gaussian-mixture", 1024, 32, 0),
        ("plackett-luce", 256, 10, 0),
        ("plackett-luce", 1, 50, 0),
    ),
    "quick": (
        ("clip", 128, 128, 0),
        ("layer-norm", 256, 512, 0),
        ("rms-norm", 256, 512, 0),
        ("attention", 1, 128, 64),
        ("attention", 64, 128, 64),
        ("gaussian-mixture", 1024, 5, 0),
        ("plackett-luce", 64, 10, 0),
    ),
}
"""Operations over matrices and several vectors, with rows, classes and features as their `axes` read them."""


def _arrays(plan: Plan) -> tuple[Batch, ...]:
    """One process for all: they share what is imported, and their data are small."""
    tasks: list[Task] = []
    for (operation, rows, classes, features), dtype in product(ARRAYS[plan], DTYPES):
        by_ranks = ("torch-by-ranks",) if operation == "plackett-luce" else ()
        contestants = ("symderiv", "symderiv-new", "numpy", "torch", *by_ranks)
        shape = rows, classes
        tasks.append(_contest("arrays", operation, shape, dtype, contestants, plan, features=features, seconds=0.5))
    return (Batch(PINNED, tuple(tasks)),)


def _accuracy(plan: Plan) -> tuple[Batch, ...]:
    full = ((1, 4), (2, 16), (3, 32), (10, 32), (17, 16), (100, 16), (129, 8), (1000, 4), (32_000, 2), (128_000, 2))
    quick = ((3, 16), (10, 8), (100, 4), (1000, 1))
    counts = full if plan == "full" else quick
    tasks = (PrecisionTask(classes, rows, dtype, DIGITS) for dtype, (classes, rows) in product(DTYPES, counts))
    return (Batch(PINNED, tuple(tasks)),)


def _starts(plan: Plan) -> tuple[Batch, ...]:
    return (Batch(PINNED, (StartTask(3 if plan == "full" else 1),)),)


def _proofs(plan: Plan) -> tuple[Batch, ...]:
    return (Batch(PINNED, tuple(ProofTask(problem.name, 3 if plan == "full" else 1) for problem in FOUNDATIONS)),)


SECTIONS: Final[Mapping[str, Section]] = {
    "cross-entropy": Section("Cross-entropy with its gradient, labels", _cross_entropy),
    "softmax": Section("Softmax", _softmax),
    "dense": Section("Cross-entropy with its gradient, dense targets", _dense),
    "products": Section("Jacobian and Hessian times a vector", _products),
    "variants": Section("torch in other processes: without huge pages, on AVX2", _variants),
    "small": Section("Small batches through the public call", _small),
    "threads": Section("Two threads", _threads),
    "options": Section("What the options cost", _options),
    "work": Section("Cost against classes and rows", _work),
    "linear": Section("Linear layer with cross-entropy: time and memory", _linear),
    "memory": Section("Memory of one call", _memory),
    "catalogue": Section("The other functions of the catalogue", _catalogue),
    "arrays": Section("Functions over matrices and several vectors", _arrays),
    "accuracy": Section("Digits on ordinary and hard rows", _accuracy),
    "starts": Section("A new process up to its first result", _starts),
    "proofs": Section("Deriving and checking", _proofs),
}
"""In the order they run and are reported."""
