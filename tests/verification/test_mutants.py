"""Damaged steps: what is made, that it is the same everywhere, and what the checker makes of it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from symderiv.encoding import encode_term
from symderiv.losses import FOUNDATIONS, find
from symderiv.proving import derive
from symderiv.statements import Derivation, Problem, Theory
from symderiv.terms import number
from symderiv.verification.mutants import KINDS, Mutant, judge, mutants, score, together
from tests.proving import piecewise_losses

SEED = 1


def catalogue() -> tuple[Derivation, ...]:
    return tuple(derive(problem, goal) for problem in FOUNDATIONS for goal in problem.goals)


def derivation(name: str, slug: str) -> Derivation:
    problem = find(name)
    return derive(problem, next(goal for goal in problem.goals if goal.slug == slug))


def test_there_are_more_than_a_thousand_of_every_kind() -> None:
    piecewise = tuple(derive(problem, problem.goals[0]) for problem in piecewise_losses.EVERY)
    made = [mutant for one in (*catalogue(), *piecewise) for mutant in mutants(one, SEED)]
    assert len(made) > 1000
    assert {mutant.kind for mutant in made} == set(KINDS)
    assert len({mutant.proof for mutant in made}) > 45


@pytest.mark.slow
@pytest.mark.parametrize("problem", piecewise_losses.EVERY, ids=lambda problem: problem.name)
def test_no_damaged_step_of_a_piecewise_loss_is_accepted(problem: Problem) -> None:
    found = score((derive(problem, problem.goals[0]),), SEED)
    assert not found.defects
    assert found.killed > found.total / 2


def test_every_mutant_differs_from_its_step_and_no_two_of_a_step_are_the_same() -> None:
    for one in (derivation("softmax", "jacobian"), derivation("cross-entropy", "gradient")):
        steps = [step for line in one.lines for step in line.steps]
        made = list(mutants(one, SEED))
        for mutant in made:
            if mutant.step >= 0:
                assert mutant.before == steps[mutant.step].before
                changed = mutant.after != steps[mutant.step].after
                assert changed or mutant.theory != one.theory
        assert len({(m.step, m.after, m.theory) for m in made}) == len(made)


def test_the_claim_without_its_assumption_is_a_mutant_and_is_killed() -> None:
    found = [m for m in mutants(derivation("cross-entropy", "gradient"), SEED) if m.step == -1]
    assert [m.kind for m in found] == ["dropped assumption"]
    assert judge(found[0], seed=3).outcome == "killed"


def test_an_equal_mutant_is_confirmed_equal_and_a_different_one_is_killed() -> None:
    proof = derivation("softmax", "jacobian")
    end = proof.lines[-1].term
    same_value = Mutant("by hand", 0, "changed factor", end, end * number(1), proof.theory)
    assert judge(same_value, seed=3).outcome == "equal"
    other = Mutant("by hand", 0, "changed factor", end, end * number(2), proof.theory)
    assert judge(other, seed=3).outcome == "killed"


def test_a_checker_that_accepts_everything_has_defects(monkeypatch: pytest.MonkeyPatch) -> None:
    from symderiv.statements import Verdict
    from symderiv.verification import mutants as module

    monkeypatch.setattr(module, "same", lambda *_, **__: Verdict("proved", "everything is"))
    found = score((derivation("softmax", "jacobian-rows"),), SEED)
    assert found.killed == 0
    assert len(found.defects) + found.equal == found.total
    assert len(found.defects) > found.total / 2


def test_what_sample_points_miss_is_no_defect_but_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from symderiv.statements import Verdict
    from symderiv.verification import mutants as module

    monkeypatch.setattr(module, "same", lambda *_, **__: Verdict("numeric", "agrees wherever it was tried"))
    found = score((derivation("softmax", "jacobian-rows"),), SEED)
    assert found.defects == ()
    assert {each.outcome for each in found.others} == {"missed"}
    assert all(each.where for each in found.others)
    assert found.killed + found.equal + len(found.others) == found.total


@pytest.mark.parametrize(("name", "slug"), [("softmax", "jacobian"), ("cross-entropy", "gradient")])
def test_the_proofs_of_the_flagship_leave_no_defect(name: str, slug: str) -> None:
    found = score((derivation(name, slug),), SEED)
    assert found.defects == ()
    assert found.others == ()
    assert found.killed + found.equal == found.total
    assert found.killed > 0.8 * found.total


def test_scores_of_parts_add_up_to_the_score_of_the_whole() -> None:
    parts = (derivation("softmax", "jacobian-rows"), derivation("logsumexp", "gradient"))
    assert together([score((part,), SEED) for part in parts]) == score(parts, SEED)
    with pytest.raises(ValueError, match="no score"):
        together([])


@pytest.mark.slow
def test_all_proofs_leave_no_defect() -> None:
    found = score(catalogue(), SEED)
    assert found.total > 1000
    assert found.defects == ()
    assert found.others == ()
    assert sum(row[1] for row in found.by_kind) == found.total


def digest() -> str:
    """Of all mutants of two proofs, in their order."""
    proofs = (derivation("softmax", "jacobian"), derivation("cross-entropy", "gradient"))
    made = [(m.step, m.kind, encode_term(m.after)) for proof in proofs for m in mutants(proof, SEED)]
    return hashlib.sha256(repr(made).encode()).hexdigest()


@pytest.mark.parametrize("seed", ["0", "1"])
def test_the_same_seed_makes_the_same_mutants_in_every_process(seed: str) -> None:
    code = "from tests.verification.test_mutants import digest; print(digest())"
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == digest()


def test_a_dropped_fact_is_a_mutant() -> None:
    proof = derivation("softmax", "jacobian-off-diagonal")
    kinds = [m for m in mutants(proof, SEED) if m.kind == "dropped fact"]
    assert kinds
    assert all(m.theory == Theory(proof.theory.definitions, proof.theory.assumptions) for m in kinds)
