"""Damaged loops: what is made, that it is the same everywhere, and how much of it the rigorous values find."""

from __future__ import annotations

import pytest

from symderiv.api import prove
from symderiv.build.contents import kernel_goals
from symderiv.kernels.interpret import FLOATS, run
from symderiv.kernels.wellformed import validate
from symderiv.losses import CATALOGUE, find
from symderiv.verification.kernel_mutant_cases import subjects
from symderiv.verification.kernel_mutants import (
    BOUND,
    KINDS,
    KernelScore,
    Subject,
    kernel_mutants,
    score_kernels,
    scores_together,
)  # fmt: skip
from symderiv.verification.reference import ulps

SEED = 1
QUICK = ("logsumexp", "binary-cross-entropy", "entropy", "huber", "rms-norm")
"""One entry of every way that kernels are lowered, and one that has branches."""


def made(name: str) -> tuple[Subject, ...]:
    problem = find(name)
    return tuple(subjects(problem, tuple(prove(owner, goal) for owner, goal in kernel_goals(problem)), SEED))


@pytest.fixture(scope="module")
def quick() -> dict[str, tuple[Subject, ...]]:
    return {name: made(name) for name in QUICK}


@pytest.mark.slow
def test_the_undamaged_programs_are_within_the_bound(quick: dict[str, tuple[Subject, ...]]) -> None:
    for every in quick.values():
        for subject in every:
            assert sum(len(case.truth) for case in subject.cases) >= 10
            for case in subject.cases:
                results = run(
                    subject.program, case.inputs, FLOATS, sizes=case.sizes, labels=case.labels, scalars=case.scalars
                )
                for output, place, ball in case.truth:
                    assert ulps(results[output][place], ball, of_magnitude=True) <= BOUND, (subject.name, case.name)


@pytest.mark.slow
def test_mutants_are_well_formed_all_different_and_the_same_twice(quick: dict[str, tuple[Subject, ...]]) -> None:
    kinds = set()
    for every in quick.values():
        for subject in every:
            found = kernel_mutants(subject.name, subject.program, SEED, each=3)
            assert found == kernel_mutants(subject.name, subject.program, SEED, each=3)
            assert found != kernel_mutants(subject.name, subject.program, SEED + 1, each=3)
            for mutant in found:
                validate(mutant.program)
                assert mutant.program != subject.program
            assert len({mutant.program.body for mutant in found}) == len(found)
            kinds |= {mutant.kind for mutant in found}
    assert kinds == set(KINDS)


@pytest.mark.slow
def test_most_damage_is_found(quick: dict[str, tuple[Subject, ...]]) -> None:
    scores = [score_kernels(every, SEED, each=2) for every in quick.values()]
    found = scores_together(scores)
    assert found.left_out == 0
    assert found.total == sum(score.total for score in scores) > 100
    assert found.killed + found.equal + len(found.within) == found.total
    assert found.killed >= 0.8 * found.total, [(each.subject, each.kind, each.what) for each, _ in found.within]


@pytest.mark.slow
def test_a_lost_shift_of_log_sum_exp_is_found(quick: dict[str, tuple[Subject, ...]]) -> None:
    lost = [
        mutant
        for subject in quick["logsumexp"]
        for mutant in kernel_mutants(subject.name, subject.program, SEED, each=100)
        if mutant.kind == "lost protection" and "exp_difference" in mutant.what
    ]
    assert lost
    for subject in quick["logsumexp"]:
        for mutant in (each for each in lost if each.subject == subject.name):
            worst = 0.0
            for case in subject.cases:
                results = run(
                    mutant.program, case.inputs, FLOATS, sizes=case.sizes, labels=case.labels, scalars=case.scalars
                )
                for output, place, ball in case.truth:
                    worst = max(worst, ulps(results[output][place], ball, of_magnitude=True))
            assert worst > BOUND


def test_a_score_of_nothing_is_no_score() -> None:
    with pytest.raises(ValueError, match="no score"):
        scores_together([])


@pytest.mark.slow
def test_damaged_loops_of_the_whole_catalogue() -> None:
    scores: list[KernelScore] = [score_kernels(made(problem.name), SEED, each=6) for problem in CATALOGUE]
    found = scores_together(scores)
    assert found.total > 3000
    assert found.killed >= 0.8 * found.total
    assert len(found.within) <= 0.02 * found.total, [(m.subject, m.statement, m.kind, m.what) for m, _ in found.within]
