"""Contests of made-up and of real contestants: who is missing, fails or is wrong is said, never timed."""

from __future__ import annotations

import numpy as np
import pytest

from symderiv.bench import contest, oracles
from symderiv.bench.calls import Call, Table, UnavailableError
from symderiv.bench.contestants import Contestant, by_name
from symderiv.bench.inputs import Logits
from symderiv.bench.tasks import ContestTask


class Ticking:
    """A clock that moves by a second whenever it is read."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def right(given: Logits) -> Call:
    return Call(lambda: oracles.mean(given), lambda found: found)


def wrong(given: Logits) -> Call:
    return Call(lambda: oracles.mean(given), lambda found: (found[0], found[1] + 1e-6))


def nan(given: Logits) -> Call:
    return Call(lambda: oracles.mean(given), lambda found: (found[0], found[1] * np.nan))


def failing(given: Logits) -> Call:
    raise ZeroDivisionError(f"no luck with {len(given.z)} rows\nand more lines")


def late(given: Logits) -> Call:
    def run() -> object:
        raise MemoryError(len(given.z))

    return Call(run, lambda found: found)


def unable(given: Logits) -> Call:
    raise UnavailableError(f"cannot do {len(given.z)} rows")


RIGHT: Table = {"cross-entropy": right}
WRONG: Table = {"cross-entropy": wrong}
NAN: Table = {"cross-entropy": nan}
FAILING: Table = {"cross-entropy": failing}
LATE: Table = {"cross-entropy": late}
UNABLE: Table = {"cross-entropy": unable}
NOTHING: Table = {}

HERE = by_name(
    (
        *(Contestant(name.lower(), name, __name__, name) for name in
          ("RIGHT", "WRONG", "NAN", "FAILING", "LATE", "UNABLE", "NOTHING")),
        Contestant("missing", "Missing", __name__, needs=("no_such_package",), install="pip install it"),
        Contestant("uncompiled", "Uncompiled", __name__, programs=("no-such-program",), install="get a compiler"),
        Contestant("copy", "copy", "symderiv.bench.copying"),
    )
)  # fmt: skip


def task(*contestants: str, operation: str = "cross-entropy", dtype: str = "float64") -> ContestTask:
    return ContestTask("cross-entropy", operation, 4, 3, 0, dtype, contestants, "process", "", 3, 100.0, 0.5)


@pytest.fixture
def _made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, __name__, sys.modules.get(__name__) or _this())
    monkeypatch.setattr(contest, "CONTESTANTS", HERE)


def _this() -> object:
    from types import SimpleNamespace

    return SimpleNamespace(**globals())


@pytest.mark.usefixtures("_made_up")
def test_only_who_is_right_is_timed() -> None:
    names = ("copy", "right", "wrong", "nan", "failing", "late", "unable", "nothing", "missing", "uncompiled")
    found = contest.hold(task(*names), Ticking())
    assert [each.contestant for each in found.timings] == ["copy", "right"]
    reasons = {each.contestant: each.reason for each in found.absences}
    assert set(reasons) == set(names) - {"copy", "right"}
    assert reasons["wrong"].startswith("not timed: its result is off by ")
    assert reasons["nan"].startswith("not timed: its result is off by inf")
    assert reasons["failing"] == "failed with ZeroDivisionError: no luck with 4 rows"
    assert reasons["late"] == "failed with MemoryError: 4"
    assert reasons["unable"] == "cannot do 4 rows"
    assert reasons["nothing"].startswith("no form of cross-entropy, mean loss and gradient, labels is known")
    assert reasons["missing"] == "no_such_package is not installed; pip install it"
    assert reasons["uncompiled"] == "none of the programs no-such-program is on the search path; get a compiler"


@pytest.mark.usefixtures("_made_up")
def test_a_contest_keeps_its_conditions() -> None:
    found = contest.hold(task("copy", "right"), Ticking())
    assert (found.rows, found.classes, found.dtype, found.clock) == (4, 3, "float64", "process")
    assert found.traffic == 2 * 4 * 3 * 8
    assert [each.runs for each in found.timings] == [3, 3]
    assert found.bandwidth == found.traffic / 1.0


def test_two_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        by_name((HERE["copy"], HERE["copy"]))


@pytest.mark.parametrize("arrays", ["cross-entropy", "dense", "logsumexp"])
def test_the_copy_moves_the_bytes_of_the_operation(arrays: str) -> None:
    from symderiv.bench.copying import CALLS
    from symderiv.bench.operations import drawn, traffic

    given = drawn(arrays, 6, 4, 0, "float32")
    assert isinstance(given, Logits)
    before = given.z.copy()
    CALLS[arrays](given).run()
    assert np.array_equal(given.z, before)
    if arrays == "cross-entropy":
        assert np.array_equal(given.out, given.z)
    assert traffic(arrays, given) % given.z.itemsize == 0
