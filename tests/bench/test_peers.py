"""What peers and symderiv itself return, against the float64 reference; who is not installed is skipped by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from symderiv.bench.contest import prepared, results
from symderiv.bench.contestants import HOUSE, Contestant
from symderiv.bench.operations import OPERATIONS, TOLERANCES, deviation, drawn
from symderiv.bench.peers import CONTESTANTS, PEERS
from symderiv.bench.plans import SECTIONS
from symderiv.bench.tasks import ContestTask, MemoryTask, PrecisionTask

FOLDER = Path(__file__).parents[2] / "symderiv" / "bench" / "peers"
SLOW = ("torch-compiled", "torch-formula")


def pairs(*names: str) -> list[tuple[str, str]]:
    return [(name, operation) for name in names for operation in OPERATIONS]


def check(contestant: Contestant, operation: str, dtype: str) -> None:
    if reason := contestant.obstacle():
        pytest.skip(reason)
    if operation not in contestant.calls():
        pytest.skip(f"{contestant.title} has no form of {operation}")
    given = drawn(operation, 7, 5, 3, dtype)
    found = results(prepared(contestant, operation, given))
    assert deviation(found, OPERATIONS[operation].truth(given)) <= TOLERANCES[dtype] / 10


@pytest.mark.parametrize(("name", "operation"), pairs("numpy-naive", "numpy", "scipy", "sklearn"))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_peers_on_numpy(name: str, operation: str, dtype: str) -> None:
    check(CONTESTANTS[name], operation, dtype)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "operation"), pairs("torch", "torch-out", "torch-by-ranks", "torch-chunked", *SLOW, "jax", "jax-lse")
)
def test_peers_with_runtimes_of_their_own(name: str, operation: str) -> None:
    check(CONTESTANTS[name], operation, "float32")


@pytest.mark.parametrize("operation", ["cross-entropy", "rows", "softmax"])
def test_symderiv_itself(operation: str) -> None:
    check(CONTESTANTS["symderiv"], operation, "float32")


@pytest.mark.slow
@pytest.mark.parametrize("operation", list(OPERATIONS))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_symderiv_in_every_operation(operation: str, dtype: str) -> None:
    check(CONTESTANTS["symderiv"], operation, dtype)


@pytest.mark.slow
@pytest.mark.parametrize("name", [each.name for each in HOUSE if each.name not in ("copy", "symderiv")])
def test_the_other_forms_of_symderiv(name: str) -> None:
    """Options that the kernels do not have are refused with a sentence that names them."""
    from symderiv.bench.calls import UnavailableError
    from symderiv.bench.contest import _truths

    given = drawn("cross-entropy", 7, 5, 0, "float32")
    try:
        call = prepared(CONTESTANTS[name], "cross-entropy", given)
    except UnavailableError as error:
        pytest.skip(str(error))
    assert deviation(results(call), _truths("cross-entropy", given)(call.options)) <= TOLERANCES["float32"] / 10


def test_everyone_named_in_a_plan_exists_and_every_peer_takes_part() -> None:
    named: set[str] = set()
    for section in SECTIONS.values():
        for batch in section.batches("full"):
            for task in batch.tasks:
                match task:
                    case ContestTask(contestants=names, operation=operation):
                        named.update(names)
                        assert operation in OPERATIONS
                    case PrecisionTask(contestants=names):
                        named.update(names)
                    case MemoryTask(contestant=name):
                        named.add(name)
                    case _:
                        pass
    assert named <= set(CONTESTANTS)
    assert {peer.name for peer in PEERS} <= named


def test_no_peer_is_unlisted() -> None:
    listed = {peer.module for peer in PEERS}
    files = sorted(FOLDER.glob("*.py"))
    assert len(files) > 1
    for file in files:
        if file.name != "__init__.py":
            module = f"symderiv.bench.peers.{file.stem}"
            assert module in listed, f"add a line for {module} to PEERS in {FOLDER / '__init__.py'}"


def test_each_peer_says_how_to_get_it() -> None:
    for peer in PEERS:
        assert not peer.needs or peer.install.startswith("pip install ")
