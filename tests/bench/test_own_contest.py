"""Contests of losses without a section: the data, who takes part, and what is not timed."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from symderiv.api import problem, prove
from symderiv.bench import contestants, own_contest
from symderiv.bench.calls import Call, UnavailableError
from symderiv.bench.own import Subject, batches, packed, refuse, subject_of, unpacked
from symderiv.bench.own_contest import Drawn, drawn, hold
from symderiv.bench.records import Contest
from symderiv.bench.tasks import OwnTask, decode_task, encode_task
from symderiv.build.contents import kernel_goals, own_module
from symderiv.losses import find
from symderiv.statements import Problem


def subject_for(given: Problem) -> Subject:
    theorems = tuple(prove(owner, goal) for owner, goal in kernel_goals(given))
    return subject_of(given, theorems, own_module(given, theorems))


@pytest.fixture(scope="module")
def numbers() -> Subject:
    return subject_for(problem("L = exp(z - t) - (z - t) - 1", wrt="z", name="skewed"))


@pytest.fixture(scope="module")
def entropy() -> Subject:
    """A loss that has a value for positive numbers alone, of which the user said nothing."""
    return subject_for(problem("L = t z - t log(z)", wrt="z", name="of-positive"))


def held(subject: Subject, rows: int = 40, length: int = 0, dtype: str = "float64") -> Contest:
    ticks = count()
    task = OwnTask(subject.problem.name, packed(subject), rows, length, dtype, 2, 0.0, 0.5)
    return hold(decode_task(encode_task(task)), lambda: float(next(ticks)))  # type: ignore[arg-type]


def timed(contest: Contest) -> set[str]:
    return {each.contestant for each in contest.timings}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_everyone_computes_the_same(numbers: Subject, dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _without_torch(monkeypatch)
    found = held(numbers, dtype=dtype)
    assert timed(found) == {"copy", "symderiv", "numpy-as-written"}
    assert all(each.deviation <= (1e-5 if dtype == "float32" else 1e-13) for each in found.timings)
    (absence,) = found.absences
    assert absence.contestant == "torch-as-written"
    assert absence.reason == "torch is not installed; pip install torch"


@pytest.mark.slow
def test_torch_differentiates_the_definition(numbers: Subject) -> None:
    pytest.importorskip("torch", reason="torch is not installed; it differentiates the definition")
    found = held(numbers)
    assert "torch-as-written" in timed(found)
    assert found.absences == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["weighted-cross-entropy", "gaussian", "rms-norm", "kl-divergence", "huber"])
def test_entries_of_every_kind_take_part(name: str) -> None:
    subject = subject_for(find(name))
    found = held(subject, rows=7, length=5 if name not in ("gaussian", "huber") else 0)
    assert {"copy", "symderiv", "numpy-as-written"} <= timed(found)
    assert [each for each in found.absences if "is not installed" not in each.reason] == []


@pytest.mark.slow
def test_a_kernel_of_labels_alone_gets_labels() -> None:
    subject = replace(subject_for(find("z-loss")), labels=True)
    found = held(subject, rows=7, length=5)
    assert {"copy", "symderiv", "numpy-as-written"} <= timed(found)


def _without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    known = contestants.find_spec
    monkeypatch.setattr(contestants, "find_spec", lambda name: None if name == "torch" else known(name))


def test_a_wrong_result_is_not_timed(numbers: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    _without_torch(monkeypatch)

    def wrong(given: Drawn) -> Call:
        right = own_contest._kernel(given)
        return replace(right, run=lambda: tuple(each + 1e-3 for each in right.run()))

    monkeypatch.setattr(own_contest, "KERNELS", {"own": wrong})
    found = held(numbers)
    assert timed(found) == {"copy", "numpy-as-written"}
    assert "not timed: its result is off by" in found.absences[0].reason


def test_the_evaluation_that_judges_is_held_against_rigorous_values(
    numbers: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = own_contest._in_float64
    monkeypatch.setattr(own_contest, "_in_float64", lambda given: tuple(each * 1.0001 for each in right(given)))
    found = held(numbers)
    assert found.timings == ()
    assert {each.reason for each in found.absences} == {"skewed: the float64 evaluation differs from rigorous values"}


def test_formulas_that_would_fill_the_memory_are_not_carried_out(
    numbers: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_torch(monkeypatch)
    monkeypatch.setattr(own_contest, "LIMIT", 100)
    found = held(numbers)
    assert timed(found) == {"copy", "symderiv"}
    assert "a term of the formula would fill" in found.absences[0].reason


def test_data_are_drawn_where_the_loss_has_a_value(entropy: Subject, numbers: Subject) -> None:
    given = drawn(entropy, 50, 0, np.dtype(np.float64))
    assert given.moderate
    assert all(((array >= 0.1) & (array <= 0.9)).all() for array in given.arrays.values())
    assert not drawn(numbers, 50, 0, np.dtype(np.float64)).moderate
    again = drawn(entropy, 50, 0, np.dtype(np.float64))
    assert all((again.arrays[name] == array).all() for name, array in given.arrays.items())


def test_a_loss_without_a_value_there_has_no_contest(numbers: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_contest, "_in_float64", lambda given: (np.full(given.rows, np.nan),))
    found = held(numbers)
    assert found.timings == ()
    assert "skewed has no value at normal data, nor at numbers between 0.1 and 0.9" in found.absences[0].reason


def test_assumptions_hold_of_the_data() -> None:
    given = problem("L = logsumexp(z) - sum_k t_k z_k", wrt="z", assume=("sum_k t_k = 1",), name="mine")
    made = own_contest._with_lengths(
        Subject(given, "", "value_and_grad", ("z", "t"), (), labels=False), 6, {"classes": 4}, np.dtype(np.float64),
        moderate=False,
    )  # fmt: skip
    assert made.arrays["t"].sum(axis=1) == pytest.approx(1.0)
    assert (made.arrays["t"] >= 0).all()
    labels = own_contest._with_lengths(
        Subject(given, "", "value_and_grad", ("z", "t"), (), labels=True), 6, {"classes": 4}, np.dtype(np.float64),
        moderate=False,
    )  # fmt: skip
    assert set(labels.arrays["t"].ravel()) == {0.0, 1.0}
    assert (own_contest._argument(labels, "t") == labels.arrays["t"].argmax(axis=1)).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("formula", "wrt", "arguments"),
    [
        ("L = sum_i (sum_k W_ik z_k - t_i)^2 where W in R^{N x D}, z in R^D, t in R^N", "W", ("W", "z", "t")),
        ("L = log(1 + exp(-t u))", "u", ("u", "t")),
        ("L = (z - t)^2 exp(-s) + s", "z,s", ("z", "s", "t")),
    ],
)
def test_arguments_are_the_arrays_of_the_formula(formula: str, wrt: str, arguments: tuple[str, ...]) -> None:
    subject = subject_for(problem(formula, wrt=wrt, name="mine"))
    assert subject.arguments == arguments
    found = held(subject, rows=6, length=3 if "W" in wrt else 0)
    assert {"copy", "symderiv", "numpy-as-written"} <= timed(found)


def test_shapes_and_subjects(numbers: Subject) -> None:
    assert unpacked(packed(numbers)) == numbers
    (batch,) = batches(numbers, "quick")
    assert [(each.rows, each.length, each.dtype) for each in batch.tasks if isinstance(each, OwnTask)] == [
        (100_000, 0, "float32"),
        (100_000, 0, "float64"),
    ]
    assert batch.tasks[0].label == "skewed, 100000 float32"
    with pytest.raises(UnavailableError, match="the section linear times such a layer"):
        refuse(find("linear-focal"))
