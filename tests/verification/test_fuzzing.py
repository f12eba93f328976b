"""Random losses: derived, checked, and held against rigorous balls and SymPy; a wrong result is seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from symderiv.statements import Derivation, Line, Theorem
from symderiv.terms import number
from symderiv.verification import fuzzed_kernels, fuzzing
from symderiv.verification.fuzzed_kernels import KernelComparison, compare_kernel
from symderiv.verification.fuzzing import fuzz, fuzz_one
from symderiv.verification.random_losses import random_loss


def test_random_losses_are_derived_and_no_result_is_contradicted() -> None:
    report = fuzz(range(1000, 1005))
    assert report.defects == ()
    derived = [each for each in report.losses if each.outcome == "derived"]
    assert len(derived) >= 4
    assert sum(each.by_sympy for each in derived) >= 4
    assert sum(each.verdict == "proved" for each in derived) >= 3
    assert report.mutation.defects == ()
    assert report.mutation.killed > 0.8 * report.mutation.total > 40


def test_the_same_seed_is_the_same_loss() -> None:
    assert random_loss(7) == random_loss(7)
    assert len({random_loss(seed).definitions[-1].body for seed in range(50)}) > 45


@pytest.mark.parametrize("what", ["checker", "balls", "SymPy"])
def test_a_wrong_gradient_is_a_defect(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the three looks alone notices a gradient with something added."""
    real_derive, real_check = fuzzing.derive, fuzzing.check

    def wrong(problem: Any, goal: Any) -> Derivation:
        derivation = real_derive(problem, goal)
        last = derivation.lines[-1]
        bad = Line(last.term + number(1), last.rule, last.reason, ())
        return replace(derivation, lines=(*derivation.lines[:-1], bad))

    def believing(derivation: Derivation, *, seed: int) -> Any:
        whole = real_check(replace(derivation, lines=derivation.lines[:-1]), seed=seed)
        return replace(whole, derivation=derivation, claim=derivation.claim)

    monkeypatch.setattr(fuzzing, "derive", wrong)
    if what != "checker":
        monkeypatch.setattr(fuzzing, "check", believing)
    if what == "SymPy":
        equal = fuzzing.balls.Comparison("equal", 1)
        first = iter([equal])
        real_compare = fuzzing.balls.compare
        monkeypatch.setattr(fuzzing.balls, "compare", lambda *a, **k: next(first, None) or real_compare(*a, **k))
    found = fuzz_one(1000)
    assert found.outcome == "defect"
    assert {"checker": "false", "balls": "other than its definition", "SymPy": "SymPy derives"}[what] in found.reason


def wrong_by_one(theorem: Theorem) -> Theorem:
    """A theorem that says one too much, and is believed."""
    derivation = theorem.derivation
    last = derivation.lines[-1]
    bad = Line(last.term + number(1), last.rule, last.reason, ())
    return replace(
        theorem, derivation=replace(derivation, lines=(*derivation.lines[:-1], bad)),
        claim=replace(theorem.claim, right=bad.term),
    )  # fmt: skip


@pytest.mark.parametrize("seed", [0, 2], ids=["over arrays", "of a row"])
def test_compiled_functions_of_random_losses_are_those_of_their_definitions(seed: int) -> None:
    found = fuzz_one(seed, kernels=True)
    assert (found.outcome, found.kernel) == ("derived", KernelComparison())


def test_a_wrong_kernel_is_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    """The definition, its derivative, and differences of the compiled value: each notices alone."""
    problem, real = random_loss(2), fuzzed_kernels._true
    theorem = fuzz_one(2).theorem
    assert theorem is not None
    bad = wrong_by_one(theorem)
    assert "kernel's gradient is" in compare_kernel(problem, bad, 2).wrong
    monkeypatch.setattr(fuzzed_kernels, "_true", lambda *given: (real(*given)[0], real(*given)[1] + 1))
    assert "difference of values is" in compare_kernel(problem, bad, 2).wrong
    monkeypatch.setattr(fuzzed_kernels, "_true", lambda *given: (real(*given)[0] + 1e-9, real(*given)[1]))
    assert "kernel's value is" in compare_kernel(problem, theorem, 2).wrong


def test_a_kernel_that_does_not_compile_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a refusal in a sentence is no defect: an error is not caught, so that the run ends with it."""
    monkeypatch.setattr(fuzzed_kernels, "emit_module", lambda *_: "value = value_and_grad = 1 / 0")
    theorem = fuzz_one(2).theorem
    assert theorem is not None
    with pytest.raises(ImportError, match="division by zero"):
        compare_kernel(random_loss(2), theorem, 2)


@pytest.mark.slow
def test_a_line_with_more_terms_beside_roots_than_the_budget_allows_ends_and_follows_from_the_others() -> None:
    found = fuzz_one(96)
    assert (found.outcome, found.verdict) == ("derived", "proved")
    assert found.theorem is not None
    (line,) = (line for line in found.theorem.lines if "by itself" in line.evidence)
    assert "by itself numeric" in line.evidence
    assert "over budget" in line.evidence


@pytest.mark.slow
def test_five_hundred_random_losses() -> None:
    report = fuzz(range(500), kernels=True)
    assert report.defects == ()
    assert sum(each.outcome == "derived" for each in report.losses) >= 490
    assert sum(each.kernel == KernelComparison() for each in report.losses) >= 490
    assert report.mutation.defects == ()
