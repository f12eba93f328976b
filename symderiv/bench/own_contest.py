"""The contest of a loss that has no section: its kernel, and its formulas as they are printed by NumPy and PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from inspect import signature
from typing import Any, Final

import numpy as np

from symderiv.bench.as_written import (
    Evaluation,
    Package,
    definitions_of,
    largest_term,
    numpy_package,
    shared_terms,
    torch_package,
)  # fmt: skip
from symderiv.bench.calls import Arrays, Call, Table, UnavailableError
from symderiv.bench.contest import judged, prepared, results
from symderiv.bench.contestants import OWN
from symderiv.bench.copying import copy_of_bytes
from symderiv.bench.measuring import CLOCKS, Clock, Effort, interleave, timings
from symderiv.bench.operations import SEED, deviation
from symderiv.bench.own import Subject, Written, domains_of, lengths_of, unpacked
from symderiv.bench.records import OWN_SECTION, Absence, Contest
from symderiv.bench.tasks import OwnTask
from symderiv.kernels import make_kernel
from symderiv.kernels.parts import TARGETS_ARRAY
from symderiv.kernels.probability.functions import is_loss_of_probabilities
from symderiv.terms import Array, Term
from symderiv.verification.array_inputs import Arrays as Sample
from symderiv.verification.array_inputs import normalised, parameters_of
from symderiv.verification.reference import NoValueError, references

LIMIT: Final = 200_000_000
"""Bytes of the largest array that formulas as they are written may make on the way."""
RIGOROUS: Final = 1e-11
"""How far the float64 evaluation that judges may be from rigorous values, over the largest of them."""
_FEW: Final = (4, 3, 5, 2)
"""Lengths of axes where rigorous values are compared, all different: what mixes axes up does not get through."""
_WORK: Final = 100_000_000
"""How many numbers a term may have in all instances that are compared."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Data by the names of arrays, all with the instances as their first axis, and the numbers of parameters."""

    subject: Subject
    arrays: Mapping[str, np.ndarray]
    lengths: Mapping[str, int]
    numbers: Mapping[str, float]
    moderate: bool = False
    """Whether all data are between 0.1 and 0.9."""

    @property
    def rows(self) -> int:
        """How many instances there are."""
        return len(next(iter(self.arrays.values())))

    @property
    def dtype(self) -> np.dtype:
        """The format of the data."""
        return next(iter(self.arrays.values())).dtype

    def of(self, rows: Any) -> Drawn:
        """Some of the instances, in float64."""
        some = {name: array[rows].astype(np.float64) for name, array in self.arrays.items()}
        return replace(self, arrays=some)


def hold(task: OwnTask, clock: Clock | None = None) -> Contest:
    """The contest of `task`, with process time; whoever cannot take part or computes something else is an Absence."""
    subject = unpacked(task.subject)
    ready: dict[str, Call] = {}
    deviations: dict[str, float] = {}
    absent: list[Absence] = []
    bytes_moved = 0
    try:
        given = drawn(subject, task.rows, task.length, np.dtype(task.dtype))
        rows, truth = _truth(given)
        bytes_moved = _traffic(given)
        for name, contestant in OWN.items():
            try:
                call = prepared(contestant, OWN_SECTION, given)
                found = tuple(each[rows] if each.ndim else each for each in results(call))
                deviations[name] = judged(found, lambda: truth, task.dtype)
                ready[name] = call
            except UnavailableError as error:
                absent.append(Absence(name, str(error)))
    except UnavailableError as error:  # there is nothing to compare with, so nobody is timed
        absent += [Absence(name, str(error)) for name in OWN]
    effort = Effort(task.turns, task.seconds, task.shortest)
    turns = interleave({name: call.run for name, call in ready.items()}, effort, clock or CLOCKS["process"])
    return Contest(
        section=OWN_SECTION,
        operation=task.name,
        rows=task.rows,
        classes=task.length,
        features=0,
        dtype=task.dtype,
        variant=subject.function,
        clock="process",
        traffic=bytes_moved,
        timings=timings(turns, deviations),
        absences=tuple(absent),
    )


def drawn(subject: Subject, rows: int, length: int, dtype: np.dtype) -> Drawn:
    """Moderate data at which the loss and its derivatives are finite, always the same ones.

    Normal ones, positive ones up to 2 where that is declared, targets that sum to 1; if a value does not exist there or
    the kernel refuses them, numbers between 0.1 and 0.9. UnavailableError if a value does not exist there either.
    """
    lengths = lengths_of(domains_of(subject.problem, subject.arguments), length)
    for moderate in (False, True):
        made = _with_lengths(subject, rows, lengths, dtype, moderate=moderate)
        finite = all(np.isfinite(each).all() for each in _in_float64(made.of(slice(0, 1000))))
        if finite and (moderate or not _is_refused(made.of(slice(0, 4)))):
            return made
    raise UnavailableError(f"{subject.problem.name} has no value at normal data, nor at numbers between 0.1 and 0.9")


def _with_lengths(
    subject: Subject, rows: int, lengths: Mapping[str, int], dtype: np.dtype, *, moderate: bool
) -> Drawn:  # fmt: skip
    problem = subject.problem
    read = _arrays_read(subject)
    made: dict[str, np.ndarray] = {}
    for place, array in enumerate(read):
        random = np.random.default_rng([SEED, rows, place])
        shape = (rows, *(lengths[d.name] if d.size is None else d.size for d in array.domains))
        simplex = array.name == TARGETS_ARRAY and is_loss_of_probabilities(problem)
        if subject.labels and simplex:
            made[array.name] = np.eye(shape[-1])[random.integers(0, shape[-1], rows)].astype(dtype)
            continue
        positive = array.positive or moderate
        values = random.uniform(0.1, 0.9 if moderate else 2.0, shape) if positive else random.normal(size=shape)
        if simplex:
            values = np.abs(values) / np.abs(values).sum(axis=-1, keepdims=True)
        made[array.name] = values
    sample = made if subject.labels else normalised(replace(problem, arrays=read), Sample("", made)).arrays
    numbers = parameters_of(problem, dtype.type)
    kept = {name: np.ascontiguousarray(array, dtype) for name, array in sample.items()}
    return Drawn(subject, kept, lengths, numbers, moderate)


def _is_refused(given: Drawn) -> bool:
    """Whether the kernel says that such data are not allowed, as targets below 0."""
    try:
        _kernel(given)
    except ValueError:
        return True
    return False


def _arrays_read(subject: Subject) -> tuple[Array, ...]:
    known = {array.name: array for array in subject.problem.arrays}
    return tuple(known[name] for name in subject.arguments)


def _truth(given: Drawn) -> tuple[np.ndarray, Arrays]:
    """Instances to compare, and the float64 evaluation of the closed forms there, which is compared with rigorous
    values on a few small instances first.

    UnavailableError, with a sentence, if these differ or if there is no rigorous value.
    """
    _confirm(given)
    roots, definitions = _forms(given.subject)
    each = largest_term(roots, definitions, 1, given.lengths)
    count = max(1, min(given.rows, _WORK // each))
    rows = np.unique(np.linspace(0, given.rows - 1, count).astype(np.int64))
    step = max(1, LIMIT // 8 // each)
    pieces = [_in_float64(given.of(rows[start : start + step])) for start in range(0, len(rows), step)]
    return rows, tuple(np.concatenate(several) for several in zip(*pieces, strict=True))


def _confirm(given: Drawn) -> None:
    subject = given.subject
    domains = domains_of(subject.problem, subject.arguments)
    lengths = {domain.name: _FEW[place % len(_FEW)] for place, domain in enumerate(domains)}
    few = _with_lengths(subject, 3, lengths, np.dtype(np.float64), moderate=given.moderate)
    found, compared = _in_float64(few), 0
    for output, values in zip(subject.outputs, found, strict=True):
        for row in range(few.rows):
            data = {name: array[row] for name, array in few.arrays.items()}
            try:
                balls = references(output.form, output.indices, output.theory, data, few.numbers, lengths)
            except NoValueError:
                continue
            true = np.array([float(ball.value.mid()) for ball in balls.values()])
            got = np.array([values[(row, *place)] for place in balls])
            compared += 1
            if not deviation((got,), (true,)) <= RIGOROUS:
                raise UnavailableError(f"{subject.problem.name}: the float64 evaluation differs from rigorous values")
    if not compared:
        raise UnavailableError(f"{subject.problem.name} has no rigorous value at ordinary data")


def _forms(subject: Subject) -> tuple[list[Term], Any]:
    return [each.form for each in subject.outputs], definitions_of(each.theory for each in subject.outputs)


def _evaluated(
    given: Drawn, package: Package, data: Mapping[str, Any], outputs: tuple[tuple[Term, tuple[Any, ...]], ...],
    definitions: Any, shared: frozenset[Term],
) -> tuple[Any, ...]:  # fmt: skip
    evaluation = Evaluation(package, data, given.lengths, given.numbers, definitions, shared)
    return tuple(evaluation.value(term, indices, given.rows) for term, indices in outputs)


def _in_float64(given: Drawn) -> Arrays:
    outputs = tuple((each.form, each.indices) for each in given.subject.outputs)
    roots, definitions = _forms(given.subject)
    with np.errstate(all="ignore"):
        return _evaluated(given, numpy_package(np.float64), given.arrays, outputs, definitions,
                          shared_terms(roots, definitions))  # fmt: skip


def _traffic(given: Drawn) -> int:
    """The bytes of all arrays that are read, and of all results."""
    read = sum(array.nbytes for array in given.arrays.values())
    sizes = given.lengths
    written = sum(
        given.rows * int(np.prod([sizes[i.domain.name] if i.domain.size is None else i.domain.size for i in o.indices]))
        for o in given.subject.outputs
    )
    return int(read + written * given.dtype.itemsize)


def _read(found: Any) -> Arrays:
    return tuple(np.asarray(each) for each in (found if isinstance(found, tuple) else (found,)))


def _copy(given: Drawn) -> Call:
    return copy_of_bytes(_traffic(given), given.dtype)


def _kernel(given: Drawn) -> Call:
    """The compiled function, on one thread, its results into memory that is reused."""
    subject = given.subject
    function = getattr(make_kernel(subject.problem.name, subject.source), subject.function)
    data = [_argument(given, name) for name in subject.arguments]
    numbers = {name: value for name, value in given.numbers.items() if name in _scalars(function)}
    first = function(*data, threads=1, **numbers)
    out = tuple(map(np.zeros_like, first)) if isinstance(first, tuple) else np.zeros_like(first)
    return Call(lambda: function(*data, out=out, threads=1, **numbers), _read)


def _scalars(function: Callable[..., Any]) -> frozenset[str]:
    return frozenset(signature(function).parameters)


def _argument(given: Drawn, name: str) -> np.ndarray:
    array = given.arrays[name]
    made: np.ndarray = array.argmax(axis=-1) if given.subject.labels and name == TARGETS_ARRAY else array
    return made


def _within_memory(given: Drawn, roots: list[Term], definitions: Any) -> None:
    size = largest_term(roots, definitions, given.rows, given.lengths) * given.dtype.itemsize
    if size > LIMIT:
        raise UnavailableError(
            f"not timed: a term of the formula would fill {size / 1e6:,.0f} MB, more than {LIMIT / 1e6:,.0f}"
        )


def _by_numpy(given: Drawn) -> Call:
    """The definition and the closed forms, as they are printed."""
    outputs = tuple((each.form, each.indices) for each in given.subject.outputs)
    roots, definitions = _forms(given.subject)
    _within_memory(given, roots, definitions)
    package, shared = numpy_package(given.dtype), shared_terms(roots, definitions)

    def run() -> Any:
        with np.errstate(all="ignore"):
            return _evaluated(given, package, given.arrays, outputs, definitions, shared)

    return Call(run, _read)


def _by_torch(given: Drawn) -> Call:
    """The definition forward, and autograd back, in every call."""
    import torch

    from symderiv.bench.tensors import leaf, read

    gradients = [each for each in given.subject.outputs if each.body is not None]
    values = [each for each in given.subject.outputs if each.body is None]
    body = gradients[0].body if gradients else None
    if body is None:
        raise UnavailableError(
            f"{given.subject.function} is no derivative of one number, which autograd goes back from"
        )
    if any(each.body != body for each in gradients):
        raise UnavailableError("its gradients are those of several numbers")
    outputs = ((body, ()), *((each.form, each.indices) for each in values))
    definitions = definitions_of(each.theory for each in given.subject.outputs)
    roots = [term for term, _ in outputs]
    _within_memory(given, roots, definitions)
    package, shared = torch_package(given.dtype.name), shared_terms(roots, definitions)
    variables = [_name(each) for each in gradients]
    data = {name: leaf(a) if name in variables else torch.from_numpy(a) for name, a in given.arrays.items()}

    def run() -> Any:
        whole, *others = _evaluated(given, package, data, outputs, definitions, shared)
        back = iter(torch.autograd.grad(whole.sum(), [data[name] for name in variables]))
        rest = iter(others)
        return tuple(next(rest) if each.body is None else next(back) for each in given.subject.outputs)

    return Call(run, read)


def _name(each: Written) -> str:
    assert each.wrt is not None
    return each.wrt.name


def _only(prepare: Callable[[Drawn], Call]) -> Table:
    return {OWN_SECTION: prepare}


COPIES: Final[Table] = _only(_copy)
KERNELS: Final[Table] = _only(_kernel)
NUMPY: Final[Table] = _only(_by_numpy)
TORCH: Final[Table] = _only(_by_torch)
