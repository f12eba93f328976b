"""False claims that hold at small class counts: each is false by rigorous balls, and none may be called proved."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from symderiv.encoding import encode_term
from symderiv.statements import Theory
from symderiv.terms import Sum, number
from symderiv.verification.balls import compare
from symderiv.verification.false_claims import FALSE_CLAIMS, SOFTMAX, Trap, elementary, power_sums
from symderiv.verification.traps import FAMILIES, all_traps, polarised, score, traps

SEED = 1
COUNTS = (2, 3, 4, 5, 6, 7, 8)


@cache
def every() -> tuple[Trap, ...]:
    """All of them: not made where tests are only gathered."""
    return tuple(all_traps(SEED))


def test_there_are_more_than_five_hundred_and_no_two_are_the_same() -> None:
    assert len(every()) > 500
    assert len({(trap.left, trap.right) for trap in every()}) == len(every())
    assert {trap.name.split("/")[0] for trap in every()} == {"claim", *(name for name, _ in FAMILIES)}


def test_every_trap_is_false_by_a_reference_that_is_not_the_checker() -> None:
    for trap in every():
        found = compare(trap.left, trap.right, trap.theory, seed=5, points=1, counts=COUNTS)
        assert found.outcome == "different", (trap.name, trap.note)


@pytest.mark.parametrize("degree", [2, 3, 4, 5, 6])
def test_the_hidden_terms_vanish_below_their_degree_only(degree: int) -> None:
    y = SOFTMAX.definition("y")
    index = SOFTMAX.definition("S").body
    assert isinstance(index, Sum)
    hidden = elementary(degree, power_sums(y(index.index), index.index))
    below = tuple(count for count in (2, 3, 4, 5) if count < degree)
    if below:
        assert compare(hidden, number(0), SOFTMAX, seed=1, counts=below).outcome == "equal"
    assert compare(hidden, number(0), SOFTMAX, seed=1, counts=(degree,)).outcome == "different"
    theory = next(trap.theory for trap in every() if trap.theory.assumptions)
    mixed = polarised(("y", "t", "e^z", "1", "delta", "z")[:degree])
    if below:
        assert compare(mixed, number(0), theory, seed=1, points=1, counts=below).outcome == "equal"
    assert compare(mixed, number(0), theory, seed=1, points=1, counts=(degree,)).outcome == "different"


@pytest.mark.parametrize("trap", FALSE_CLAIMS, ids=lambda trap: trap.name)
def test_no_claim_written_by_hand_is_called_proved(trap: Trap) -> None:
    assert score((trap,), SEED).proved == ()


def test_a_sample_of_every_family_is_not_called_proved() -> None:
    found = score(every()[::6], SEED)
    assert found.proved == ()
    assert found.total == sum(count for _, count in found.words) == len(every()[::6])


def test_the_score_tells_a_true_statement_from_a_trap() -> None:
    true = Trap("true", number(1) + number(1), number(2), Theory(), "holds")
    assert score((true,), SEED).proved == ("true",)


@pytest.mark.slow
def test_none_of_all_traps_is_called_proved() -> None:
    assert score(every(), SEED).proved == ()


@pytest.mark.slow
@pytest.mark.parametrize("degree", [6, 7])
def test_none_that_the_real_gate_cannot_see_is_called_proved(degree: int) -> None:
    # These hold at every count at which the gate looks for a counterexample: only the cutoff theorem can refuse them.
    assert score(traps(SEED, each=4, degrees=(degree,)), SEED).proved == ()


def digest(made: tuple[Trap, ...]) -> str:
    terms = [(trap.name, encode_term(trap.left), encode_term(trap.right)) for trap in made]
    return hashlib.sha256(repr(terms).encode()).hexdigest()


@pytest.mark.parametrize("seed", ["0", "1"])
def test_the_same_seed_makes_the_same_traps_in_every_process(seed: str) -> None:
    code = "from tests.verification.test_traps import digest, every; print(digest(every()))"
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == digest(every())
