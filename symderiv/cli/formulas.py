"""A loss given on the command line as a formula or a file of short notation: its options, its echo, its proofs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import click

from symderiv.api import SEED
from symderiv.cli.entries import entry_or_own, goals
from symderiv.cli.output import UNDECIDED, CommandError, Output
from symderiv.cli.progress import Report
from symderiv.cli.proofs import prove_entry, prove_goals
from symderiv.reading import is_formula
from symderiv.statements import Goal, Problem, Theorem

if TYPE_CHECKING:
    from symderiv.reading import Reading
    from symderiv.reading.limited import Outcome, Unfinished

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Given:
    """What a verb was given: the name of an entry or a formula, and what is said about a formula."""

    text: str | None
    wrt: str | None
    assume: tuple[str, ...]
    name: str | None
    file: str | None
    limit: float


@dataclass(frozen=True, slots=True)
class Chosen:
    """The problem of a verb, and how it was read if it was a formula."""

    problem: Problem
    reading: Reading | None = None
    own: bool = False
    """Whether it is the user's own, whose theorems are sought within the limit."""
    limit: float = 0.0


def formula_options(verb: Callable[Concatenate[Output, Given, P], R]) -> Callable[Concatenate[Output, P], R]:
    """Give a verb an entry or a formula as its argument, and what `formula_settings` gives; below `output_options`."""

    @click.argument("text", metavar="[NAME|FORMULA]", required=False)
    @formula_settings  # type: ignore[arg-type]  # P holds `text` here
    @wraps(verb)
    def wrapped(output: Output, given: Given, text: str | None, *args: P.args, **kwargs: P.kwargs) -> R:
        return verb(output, replace(given, text=text), *args, **kwargs)

    return wrapped  # type: ignore[return-value]


def formula_settings(verb: Callable[Concatenate[Output, Given, P], R]) -> Callable[Concatenate[Output, P], R]:
    """Give a verb --wrt, --assume, --name, --file and --limit, handed over as one `Given`; below `output_options`."""

    @_settings
    @wraps(verb)
    def wrapped(
        output: Output, wrt: str | None, assume: tuple[str, ...], called: str | None, file: str | None, limit: float,
        *args: P.args, **kwargs: P.kwargs,
    ) -> R:  # fmt: skip
        return verb(output, Given(None, wrt, assume, called, file, limit), *args, **kwargs)

    return wrapped  # type: ignore[return-value]


def given_settings(verb: Callable[Concatenate[Given, P], R]) -> Callable[P, R]:
    """The same for a verb without `output_options`."""

    @_settings
    @wraps(verb)
    def wrapped(
        wrt: str | None, assume: tuple[str, ...], called: str | None, file: str | None, limit: float,
        *args: P.args, **kwargs: P.kwargs,
    ) -> R:  # fmt: skip
        return verb(Given(None, wrt, assume, called, file, limit), *args, **kwargs)

    return wrapped  # type: ignore[return-value]


def _settings(verb: Callable[P, R]) -> Callable[P, R]:
    """The options that say how a formula is read."""
    options = (
        click.option(
            "--wrt", metavar="NAME,...", help="What to differentiate by, as in z or m,s.  [z, or the only input]"
        ),
        click.option("--assume", metavar="TEXT", multiple=True, help='E.g. "sum_k t_k = 1", "t_k > 0", "0 < q < 1".'),
        click.option("--name", "called", metavar="NAME", help="What a formula is called in its proofs.  [loss]"),
        click.option("--file", metavar="PATH", help="Read the formula from a file of short notation."),
        click.option(
            "--limit", type=click.FloatRange(0.1, 3600), default=10.0, show_default=True, help="Seconds for a formula."
        ),
    )
    for option in reversed(options):
        verb = option(verb)
    return verb


def chosen(given: Given) -> Chosen:
    """The problem that a verb was given; CommandError, with a caret under what was not understood, if there is none."""
    if given.file is None and given.text is None:
        raise CommandError("name an entry, or give a formula", "see: symderiv list")
    if given.file is not None and given.text is not None:
        raise CommandError("give a formula or --file, not both")
    if given.text is not None and not is_formula(given.text):
        for option, value in (("--wrt", given.wrt), ("--assume", given.assume), ("--name", given.name)):
            if value:
                raise CommandError(f"{option} goes with a formula, and {given.text} is an entry of the catalogue")
        problem, own = entry_or_own(given.text)
        return Chosen(problem, None if own is None else own.reading, own is not None, given.limit)
    from symderiv.reading import FormulaError, read_file, read_loss

    try:
        if given.file is not None:
            reading = read_file(given.file, wrt=given.wrt, assume=given.assume, name=given.name)
        else:
            assert given.text is not None
            reading = read_loss(given.text, wrt=given.wrt, assume=given.assume, name=given.name or "loss")
    except FormulaError as error:
        raise CommandError(str(error), code="formula") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CommandError(f"{given.file} cannot be read: {reason}", code="unreadable") from None
    return Chosen(reading.problem, reading, True, given.limit)


def proved(
    found: Chosen, progress: Report, slugs: Sequence[str] = (), seed: int = SEED
) -> tuple[tuple[Theorem, ...], tuple[Unfinished, ...]]:
    """The theorems of an entry, all or those called `slugs`; of the user's own loss those reached within its limit.

    CommandError, exit code 3, if there is none.
    """
    if not found.own:
        return prove_entry(found.problem, progress, slugs, seed), ()
    from symderiv.reading.limited import prove_within

    wanted = tuple((found.problem, goal) for goal in goals(found.problem, slugs))
    outcome: Outcome = prove_within(wanted, found.limit, seed=seed, progress=progress)
    if not outcome.theorems:
        raise _nothing(outcome)
    return outcome.theorems, outcome.unfinished


def proved_goals(
    found: Chosen, wanted: Sequence[tuple[Problem, Goal]], progress: Report, seed: int = SEED
) -> tuple[Theorem, ...]:
    """Every goal of `wanted`; for a loss of the user's own those reached within its limit, the gradients at least.

    CommandError, exit code 3, if one of the catalogue, or a gradient, is not reached.
    """
    if not found.own:
        return prove_goals(wanted, progress, seed)
    from symderiv.reading.limited import prove_within
    from symderiv.reading.several import gradients_of

    outcome = prove_within(tuple(wanted), found.limit, seed=seed, progress=progress)
    needed = gradients_of(found.problem)
    if any(each.goal in needed for each in outcome.unfinished):
        raise _nothing(outcome)
    return outcome.theorems


def _nothing(outcome: Outcome) -> CommandError:
    first = outcome.unfinished[0]
    return CommandError(
        f"{first.goal}: {first.sentence}", "--limit SECONDS allows more time", code="stuck", exit_code=UNDECIDED
    )


def echo(reading: Reading, output: Output) -> list[str]:
    """What was understood: the loss in Unicode and LaTeX, and the role of every name."""
    from symderiv.cli.echoing import understood

    rows = understood(reading, ascii_only=output.ascii)
    wide = max(len(role) for role, _ in rows)
    return [f"  {output.style(f'{role:<{wide}}', dim=True)}  {text}" for role, text in rows]
