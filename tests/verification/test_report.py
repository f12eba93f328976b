"""The report: what falls short is named, and nothing measured is recorded; oracles written by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from symderiv.checking import check
from symderiv.losses import find
from symderiv.proving import derive
from symderiv.statements import Theorem, Verdict
from symderiv.verification.checks import checked
from symderiv.verification.mutants import Judgement, Mutant, MutationScore
from symderiv.verification.printing import as_data, as_markdown
from symderiv.verification.report import EntryReport, TheoremReport, VerificationReport, failures, weakest
from symderiv.verification.second_derivation import SecondDerivation
from symderiv.verification.traps import TrapScore

LOGSUMEXP = find("logsumexp")
AGREED = SecondDerivation("agreed", "by hand")
GOOD = checked("ulps", "logsumexp value", "rigorous value", 5.0, 3.25, "row 1")
BAD = checked("ulps", "logsumexp grad", "rigorous value", 5.0, 7.5, "row 2")
NO_MUTANTS = MutationScore(0, 2, 2, 0, (("flipped sign", 2, 2, 0),), (), ())


@pytest.fixture(scope="module")
def theorem() -> Theorem:
    return check(derive(LOGSUMEXP, next(goal for goal in LOGSUMEXP.goals if goal.slug == "gradient")), seed=0)


def report_of(
    *theorems: TheoremReport, kernels: tuple[object, ...] | None = (), mutation: MutationScore = NO_MUTANTS,
    traps: TrapScore | None = None,
) -> VerificationReport:  # fmt: skip
    return VerificationReport("quick", 0, (EntryReport(LOGSUMEXP, theorems, kernels),), mutation, traps)  # type: ignore[arg-type]


def test_a_report_without_fault_passes_and_shows_no_measured_figure(theorem: Theorem) -> None:
    report = report_of(TheoremReport(theorem, AGREED, ()), kernels=(GOOD,))
    assert report.passed
    text = as_markdown(report)
    assert "All passed." in text
    assert "| logsumexp: gradient | proved | 7 proved |" in text
    assert "| logsumexp | rigorous value | 5 | ulps | 1 of 1 |" in text
    assert "3.25" not in text + str(as_data(report))
    assert "row 1" not in text + str(as_data(report))


def test_kernels_that_were_left_out_are_named(theorem: Theorem) -> None:
    report = report_of(TheoremReport(theorem, AGREED, ()), kernels=None)
    assert report.passed
    assert "Not tested in this run: the kernels of logsumexp." in as_markdown(report)
    assert as_data(report)["entries"][0]["kernels"] is None  # type: ignore[index]
    assert "Not tested" not in as_markdown(report_of(TheoremReport(theorem, AGREED, ()), kernels=(GOOD,)))


def test_everything_that_falls_short_is_named(theorem: Theorem) -> None:
    false = replace(theorem, verdict=Verdict("false", "by hand"))
    mutant = Mutant(
        "logsumexp:gradient", 3, "flipped sign", theorem.claim.left, theorem.claim.right, theorem.derivation.theory
    )
    score = replace(NO_MUTANTS, defects=(Judgement(mutant, "proved", "defect", "C = 3"),))
    traps = TrapScore(0, 1, (("proved", 1),), ("e4",), ())
    report = report_of(
        TheoremReport(false, SecondDerivation("disagreed", "by hand"), ("line 1, step 1, sift",)),
        kernels=(GOOD, BAD),
        mutation=score,
        traps=traps,
    )
    assert failures(report) == (
        "logsumexp:gradient is false: by hand",
        "logsumexp:gradient: SymPy's second derivation disagrees: by hand",
        "logsumexp:gradient, line 1, step 1, sift: the named rule does not reproduce the step",
        "logsumexp grad against rigorous value: 7.5 ulps at row 2, more than 5",
        "mutant of logsumexp:gradient, step 3, flipped sign: accepted as proved, but different at C = 3",
        "the false claim e4 came out proved",
    )
    assert "Something fell short." in as_markdown(report)


def test_a_nan_deviation_fails() -> None:
    assert not checked("ulps", "x", "y", 5.0, float("nan"), "").passed


def test_the_weakest_verdict(theorem: Theorem) -> None:
    numeric = replace(theorem, verdict=Verdict("numeric", ""))
    assert weakest(()) == "undecided"
    assert weakest([TheoremReport(theorem, AGREED, ()), TheoremReport(numeric, AGREED, ())]) == "numeric"
