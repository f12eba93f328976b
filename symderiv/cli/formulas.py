"""A loss given on the command line as a formula or a file of short notation: its options, its echo, its proofs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import click

from symderiv.cli.entries import entry, goals
from symderiv.cli.output import UNDECIDED, CommandError, Output
from symderiv.cli.progress import Report
from symderiv.cli.proofs import prove_entry
from symderiv.reading import is_formula
from symderiv.statements import Problem, Theorem

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
    limit: float = 0.0


def formula_options(verb: Callable[Concatenate[Output, Given, P], R]) -> Callable[Concatenate[Output, P], R]:
    """Give a verb an entry or a formula as its argument, and --wrt, --assume, --name, --file and --limit.

    It stands below `output_options`.
    """

    @click.argument("name", metavar="[NAME|FORMULA]", required=False)
    @click.option("--wrt", metavar="NAME", help="Differentiate a formula by NAME.  [z, or the only input]")
    @click.option("--assume", metavar="TEXT", multiple=True, help='E.g. "sum_k t_k = 1", "t_k > 0", "0 < q < 1".')
    @click.option("--name", "called", metavar="NAME", help="What a formula is called in its proofs.  [loss]")
    @click.option("--file", metavar="PATH", help="Read the formula from a file of short notation.")
    @click.option(
        "--limit", type=click.FloatRange(0.1, 3600), default=10.0, show_default=True, help="Seconds for a formula."
    )
    @wraps(verb)
    def wrapped(
        output: Output, name: str | None, wrt: str | None,
        assume: tuple[str, ...], called: str | None, file: str | None,
        limit: float, *args: P.args, **kwargs: P.kwargs,
    ) -> R:  # fmt: skip
        return verb(output, Given(name, wrt, assume, called, file, limit), *args, **kwargs)

    return wrapped  # type: ignore[return-value]


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
        return Chosen(entry(given.text))
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
        raise CommandError(f"{given.file} cannot be read: {(error.strerror or str(error)).lower()}") from None
    return Chosen(reading.problem, reading, given.limit)


def proved(
    found: Chosen, progress: Report, slug: str | None = None
) -> tuple[tuple[Theorem, ...], tuple[Unfinished, ...]]:
    """The theorems of an entry, or those of a formula that are reached within its limit; at least one.

    CommandError, exit code 3, if none is.
    """
    if found.reading is None:
        return prove_entry(found.problem, progress, slug), ()
    from symderiv.reading.limited import prove_within

    outcome: Outcome = prove_within(found.problem, goals(found.problem, slug), found.limit, progress=progress)
    if not outcome.theorems:
        first = outcome.unfinished[0]
        raise CommandError(
            f"{first.goal}: {first.sentence}", "--limit SECONDS allows more time; --goal SLUG asks for one theorem",
            code="stuck", exit_code=UNDECIDED,
        )  # fmt: skip
    return outcome.theorems, outcome.unfinished


def echo(reading: Reading, output: Output) -> list[str]:
    """What was understood: the loss in Unicode and LaTeX, and the role of every name."""
    from symderiv.cli.echoing import understood

    rows = understood(reading, ascii_only=output.ascii)
    wide = max(len(role) for role, _ in rows)
    return [f"  {output.style(f'{role:<{wide}}', dim=True)}  {text}" for role, text in rows]
