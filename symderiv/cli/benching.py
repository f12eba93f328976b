"""Measuring a loss that has no section: proving it, lowering it, and what ``symderiv bench`` then asks of it."""

from __future__ import annotations

from dataclasses import replace

from symderiv.bench.calls import UnavailableError
from symderiv.bench.children import run_batches
from symderiv.bench.plans import Plan
from symderiv.bench.records import OWN_SECTION, Failure, Failures, Result, Run
from symderiv.bench.running import gathered
from symderiv.cli.formulas import Given, chosen, proved_goals
from symderiv.cli.output import FAILED, CommandError
from symderiv.cli.progress import Progress
from symderiv.kernels import LoweringError
from symderiv.statements import Problem, Theorem


def run_own(given: Given, plan: Plan, date: str, progress: Progress) -> Run:
    """The contests of one loss and, for a loss on softmax, the gradient entries that fail as it is written.

    CommandError if it is not understood, not proved, has no kernel, or has nothing to compare with.
    """
    from symderiv.bench.own import batches, refuse, subject_of
    from symderiv.build.contents import kernel_goals, own_module
    from symderiv.kernels import emit_module

    found = chosen(given)
    problem = found.problem
    try:
        refuse(problem)
        theorems = proved_goals(found, kernel_goals(problem), progress)
        source = (own_module if found.own else emit_module)(problem, theorems)
        subject = subject_of(problem, theorems, source)
    except LoweringError as error:
        raise CommandError(str(error), code="lowering", exit_code=FAILED) from None
    except UnavailableError as error:
        raise CommandError(str(error), code="unmeasured", exit_code=FAILED) from None
    results: list[Result] = list(run_batches(batches(subject, plan), progress))
    naive: tuple[Failures, ...] = ()
    try:
        progress(f"counting what fails of {problem.name}", 0, 1)
        naive = _counts(problem, theorems, source)
    except ValueError as error:
        results.append(Failure(f"gradient entries of {problem.name} as it is written", str(error)))
    return replace(gathered(plan, (OWN_SECTION,), date, tuple(results)), judgements=(), naive=naive)


def _counts(problem: Problem, theorems: tuple[Theorem, ...], source: str) -> tuple[Failures, ...]:
    """The failing gradient entries of a loss on softmax of one vector; none for another loss."""
    from symderiv.bench.naive_losses import compare
    from symderiv.kernels import make_kernel
    from symderiv.kernels.emission import is_over_arrays
    from symderiv.kernels.probability.functions import is_loss_of_probabilities

    if is_over_arrays(problem) or not is_loss_of_probabilities(problem):
        return ()
    known = {each.derivation.goal: each for each in theorems if each.derivation.problem == problem.name}
    theorem = known.get("gradient-unnormalised", known["gradient"])
    return tuple(compare((problem,), own=(theorem, make_kernel(problem.name, source))))
