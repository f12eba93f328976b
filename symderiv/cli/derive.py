"""``symderiv derive``: the proofs of an entry, line by line."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

import click

from symderiv.api import assumptions_of, conditions_of
from symderiv.build.contents import document_of
from symderiv.cli.explicit import explicit_matrices, hint_if_nothing
from symderiv.cli.formulas import Given, chosen, echo, formula_options, proved
from symderiv.cli.numbers import point_from
from symderiv.cli.output import DONE, FAILED, UNDECIDED, CommandError, Output, output_options
from symderiv.cli.progress import Progress
from symderiv.cli.proofs import exit_code, verdict_of
from symderiv.documents import FORMATS, Document, ExplicitMatrix, UnpublishableError, latex_of, text_of
from symderiv.documents.document import Block, Checks, Footer, Heading, RuleIndex
from symderiv.documents.evaluating import Point
from symderiv.documents.terminal import Role
from symderiv.documents.text import render_terminal
from symderiv.documents.values import line_values
from symderiv.statements import Line, Problem, Theorem, Verdict

if TYPE_CHECKING:
    from symderiv.reading import Reading
    from symderiv.reading.limited import Unfinished


@click.command()
@click.option(
    "--goal", "goals", metavar="SLUG", multiple=True, help="Print this theorem alone, e.g. jacobian; repeatable."
)
@click.option("--classes", type=int, metavar="N", help="Also written out for N classes, each entry matched.")
@click.option("--numbers", multiple=True, metavar="NAME=X,Y,...", help="The value of each line at these; repeatable.")
@output_options
@formula_options
def command(output: Output, given: Given, goals: tuple[str, ...], classes: int | None, numbers: tuple[str, ...]) -> int:
    """Print the proofs of an entry or a formula, line by line.

    A text with = or brackets is a formula: symderiv derive "L = -sum_k t_k log y_k where y = softmax(z)".

    Every line has its rule, its reason and its verdict. Exit code 1 if a claim is false or undefined, 3 if one is
    numeric or undecided.
    """
    found = chosen(given)
    problem, reading = found.problem, found.reading
    point = point_from(numbers, problem)
    if reading is not None and not output.as_json:
        for line in (*echo(reading, output), ""):
            output.say(line)
    with Progress() as progress:
        theorems, unfinished = proved(found, progress, goals)
        explicit = explicit_matrices(problem, theorems, classes)
    code = exit_code(theorem.verdict.word for theorem in theorems)
    code = UNDECIDED if unfinished and code == DONE else code
    if output.as_json:
        output.data({**as_data(problem, theorems, explicit, point), **_formula_data(reading, unfinished)})
        return code
    document = replace(publishable(problem, theorems, explicit, hint=advice(reading)), numbers=point)
    for line in terminal_text(document, output).splitlines():
        output.say(line)
    output.say(summary(theorems, output))
    hint_if_nothing(problem, explicit, classes, output)
    for each in unfinished:
        output.say(f"{output.word('undecided')}: {each.goal}: {each.sentence}")
    if reading is None:
        name = problem.name
        output.hint(f"next: symderiv doc {name} · symderiv kernel {name} · symderiv verify {name}")
    return code


def _formula_data(reading: Reading | None, unfinished: tuple[Unfinished, ...]) -> dict[str, object]:
    """What ``derive --json`` says about a formula besides its theorems."""
    if reading is None:
        return {}
    from symderiv.cli.echoing import as_data as echo_data

    missing = [{"goal": each.goal, "reason": each.sentence} for each in unfinished]
    return {"understood": echo_data(reading), "unfinished": missing}


def advice(reading: Reading | None) -> str:
    """What to do about a formula of which a line is undefined."""
    assumed = "assume what makes it defined, as in --assume 'sigma > 0' or --assume 't_k > 0'"
    return "" if reading is None else assumed


def publishable(
    problem: Problem, theorems: tuple[Theorem, ...], explicit: tuple[ExplicitMatrix, ...], hint: str = ""
) -> Document:
    """The document; CommandError, exit code 1, if a line of it is false or undefined."""
    try:
        return document_of(problem, theorems, explicit)
    except UnpublishableError as error:
        raise CommandError(str(error), hint, code="unpublishable", exit_code=FAILED) from None


def terminal_text(document: Document, output: Output) -> str:
    """The document as text without its tables of checks, rules and digests, in colour if that is wanted."""
    kept: list[Block] = []
    for block in document.blocks:
        if isinstance(block, Checks | RuleIndex | Footer):
            if kept and isinstance(kept[-1], Heading):
                kept.pop()
        else:
            kept.append(block)
    shown = replace(document, blocks=tuple(kept))
    columns = terminal_columns()
    if columns is None:
        text = FORMATS["ascii" if output.ascii else "txt"].render(shown)
        text = re.sub(r"✓$", lambda mark: painted(output, "mark", mark[0]), text, flags=re.M)
        text = re.sub(r"^( {8,}[a-z].*)$", lambda reason: painted(output, "reason", reason[0]), text, flags=re.M)
    else:
        text = render_terminal(shown, columns, output.ascii, lambda role, part: painted(output, role, part))
    return re.sub(r"^(Theorem \d+\..*)$", lambda title: output.style(title[0], bold=True), text, flags=re.M)


def terminal_columns() -> int | None:
    """How wide the terminal is, or as COLUMNS says; None where the output goes into a file or a pipe."""
    if not sys.stdout.isatty() and not os.environ.get("COLUMNS", "").isdigit():
        return None
    return shutil.get_terminal_size((100, 24)).columns


def painted(output: Output, role: Role, part: str) -> str:
    """A part of a proof in the colour of its role, if colour is wanted."""
    match role:
        case "number" | "reason":
            return output.style(part, dim=True)
        case "changed":
            return output.style(part, fg="red")
        case "rule":
            return output.style(part, fg="blue")
        case "mark":
            return output.style(part, fg="green") if part == "✓" else part
        case "result":
            return output.style(part, bold=True)
        case _:
            assert_never(role)


def summary(theorems: tuple[Theorem, ...], output: Output) -> str:
    """How many theorems and lines came out with which verdict, the strongest word last."""
    lines = [verdict.word for theorem in theorems for verdict in theorem.lines]
    counts = ", ".join(f"{lines.count(word)} {word}" for word in dict.fromkeys(lines))
    some = "1 theorem" if len(theorems) == 1 else f"{len(theorems)} theorems"
    return f"{output.word(verdict_of(theorems).word)}: {some}, {len(lines)} lines ({counts})"


def as_data(
    problem: Problem, theorems: tuple[Theorem, ...], explicit: tuple[ExplicitMatrix, ...], point: Point | None = None
) -> dict[str, object]:
    """The fields of ``derive --json``; `claim` and `digest` are those of the headline, or of the theorem asked for.

    At a `point` each line has its `value`, null where it has none.
    """
    main = next((t for t in theorems if t.derivation.goal == problem.headline), theorems[0])
    return {
        "name": problem.name,
        "title": problem.title,
        "claim": text_of(main.claim, main.derivation.theory),
        "assumptions": _unique(text for theorem in theorems for text in assumptions_of(theorem)),
        "conditions": _unique(text for theorem in theorems for text in conditions_of(theorem)),
        "theorems": [_theorem(theorem, point) for theorem in theorems],
        "explicit": [_matrix(matrix, main) for matrix in explicit],
        "verdict": verdict_of(theorems).word,
        "digest": main.digest,
    }


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _theorem(theorem: Theorem, point: Point | None) -> dict[str, object]:
    theory, start = theorem.derivation.theory, theorem.derivation.start
    lines = [
        _line(line, verdict, theorem) for line, verdict in zip(theorem.derivation.lines, theorem.lines, strict=True)
    ]
    if point is not None:
        values = line_values(start, [line.term for line in theorem.derivation.lines], theory, point)
        lines = [{**line, "value": value} for line, value in zip(lines, values, strict=True)]
    return {
        "goal": theorem.derivation.goal,
        "title": theorem.derivation.title,
        "claim": text_of(theorem.claim, theory),
        "claim_latex": latex_of(theorem.claim, theory),
        "assumptions": list(assumptions_of(theorem)),
        "conditions": list(conditions_of(theorem)),
        "start": {
            "latex": latex_of(start, theory),
            "text": text_of(start, theory),
        },
        "lines": lines,
        "verdict": theorem.verdict.word,
        "evidence": theorem.verdict.evidence,
        "digest": theorem.digest,
    }


def _matrix(matrix: ExplicitMatrix, main: Theorem) -> dict[str, object]:
    theory = main.derivation.theory
    return {
        "title": matrix.title,
        "symbol": text_of(matrix.symbol, theory),
        "rows": [[None if entry is None else text_of(entry, theory) for entry in row] for row in matrix.rows],
        "check": matrix.sentence,
    }


def _line(line: Line, verdict: Verdict, theorem: Theorem) -> dict[str, object]:
    theory = theorem.derivation.theory
    return {
        "relation": line.relation,
        "latex": latex_of(line.term, theory),
        "text": text_of(line.term, theory),
        "rule": line.rule,
        "reason": line.reason,
        "verdict": verdict.word,
    }
