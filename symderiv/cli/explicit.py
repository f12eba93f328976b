"""Theorems written out for a chosen class count, for a verb: what ``--classes N`` adds."""

from __future__ import annotations

from symderiv.cli.output import FAILED, CommandError, Output
from symderiv.documents import ExplicitMatrix
from symderiv.statements import Problem, Theorem


def check_classes(classes: int) -> None:
    """CommandError unless there is something to classify."""
    if classes < 2:
        raise CommandError(f"--classes {classes}: with fewer than 2 classes softmax is constant", "e.g. --classes 3")


def hint_if_nothing(
    problem: Problem, explicit: tuple[ExplicitMatrix, ...], classes: int | None, output: Output
) -> None:
    """Say so if ``--classes N`` was asked for and what was proved has no matrix or vector over the classes."""
    if classes is not None and not explicit:
        output.hint(
            f"--classes {classes} adds nothing here: no Jacobian, gradient or Hessian over C classes is among these "
            f"theorems of {problem.name}"
        )


def explicit_matrices(
    problem: Problem, theorems: tuple[Theorem, ...], classes: int | None
) -> tuple[ExplicitMatrix, ...]:
    """What a document of `problem` shows for `classes` classes; none of None.

    CommandError, exit code 1, if an entry does not match the theorem; usage if there can be no such matrix.
    """
    if classes is None:
        return ()
    check_classes(classes)
    # SymPy takes a third of a second to import, and only this needs it.
    from symderiv.build.matrices import written_out
    from symderiv.proving.explicit import ExplicitError

    try:
        found = written_out(problem, theorems, classes)
    except ExplicitError as error:
        raise CommandError(str(error), code="classes") from None
    for each in found:
        if not each.explicit.passed:
            raise CommandError(f"{problem.name}: {each.explicit.sentence}", code="mismatch", exit_code=FAILED)
    return tuple(each.matrix for each in found)
