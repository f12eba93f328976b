"""Judging a file of lines that somebody derived, for ``symderiv verify LOSS --derivation FILE``."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from symderiv.api import conditions_of
from symderiv.cli.entries import entry
from symderiv.cli.formulas import Given
from symderiv.cli.output import CommandError, Output
from symderiv.cli.progress import Progress, Report
from symderiv.cli.proofs import exit_code
from symderiv.cli.recheck import example_data, example_text
from symderiv.documents import latex_of, text_of
from symderiv.reading import is_formula
from symderiv.reading.claims import ReadClaim, read_claim
from symderiv.reading.errors import FormulaError
from symderiv.reading.operators import named
from symderiv.reading.rows import Rows, WrittenChain, plain, rows_of
from symderiv.statements import (
    Assumption,
    Claim,
    Derivation,
    Problem,
    Theorem,
    Theory,
    Verdict,
    reachable,
    unfold,
    worst,
)
from symderiv.terms import Array, Call, Derivative, Entry, Index, Sum, Term, children, number, rebuild
from symderiv.verification.claims import judge_within

__all__ = ["judge_file"]

_LARGEST: Final = 100_000
"""Bytes of a file of lines."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A side of a chain: where it stands, what it claims of the side before, and what was found.

    `uses` are the assumptions without which it does not hold; `would` is one that is not made and with which a line
    that is wrong would hold; `whole` is the verdict on its being equal to the first side, None where all up to it hold.
    """

    line: int
    claim: Claim
    verdict: Verdict
    uses: tuple[Assumption, ...]
    would: Assumption | None
    whole: Verdict | None


@dataclass(frozen=True, slots=True)
class _Judged:
    """A chain with what was understood of it and found of its lines."""

    read: ReadClaim
    theorem: Theorem
    lines: tuple[_Line, ...]

    @property
    def theory(self) -> Theory:
        """What its lines speak of."""
        return self.theorem.derivation.theory


def judge_file(names: Sequence[str], place: str, given: Given, seed: int, output: Output) -> int:
    """Judge the lines in the file at `place` about the one loss in `names`, print what came out; the exit code.

    CommandError for a file without an equation, and for an equation or a loss that is not understood.
    """
    for option, value in (("--wrt", given.wrt), ("--name", given.name), ("--file", given.file)):
        if value is not None:
            raise CommandError(
                f"{option} does not go with --derivation, whose lines say what is differentiated by what"
            )
    if len(names) != 1:
        raise CommandError(
            "--derivation goes with one loss, a formula or the name of an entry", "symderiv verify --help"
        )
    loss = names[0] if is_formula(names[0]) else _text_of_entry(entry(names[0]))
    rows = _rows(place)
    with Progress() as progress:
        judged = [_judged(chain, loss, place, given, seed, progress, at) for at, chain in enumerate(rows.chains)]
    if output.as_json:
        output.data(_data(place, rows, judged))
    else:
        for line in _lines(place, rows, judged, output):
            output.say(line)
        if any(each.verdict.word == "false" for chain in judged for each in chain.lines):
            output.hint(f"for a derivation of the same: symderiv derive {shlex.quote(names[0])} --goal gradient")
    return exit_code(line.verdict.word for chain in judged for line in chain.lines)


def _text_of_entry(problem: Problem) -> str:
    """The loss of an entry in short notation, with all that it is made of."""
    theory = Theory(problem.definitions)
    goal = next(goal for goal in problem.goals if goal.slug == problem.headline)
    start = goal.start
    while isinstance(start, Derivative):
        start = start.body
    parts = tuple(reachable(start, theory))
    made = [theory.definition(name) for name in dict.fromkeys(part.name for part in parts if isinstance(part, Call))]
    pairs = [(text_of(each(*each.indices), theory), text_of(each.body, theory)) for each in made]
    # lse(z) is a function of the notation.
    texts = [f"{left} = {right}" for at, (left, right) in enumerate(pairs) if at == 0 or "(" not in left]
    if not texts or "(" in pairs[0][0]:
        raise CommandError(f"{problem.name} is not read in short notation", "give its formula")
    arrays = dict.fromkeys(part.array for part in parts if isinstance(part, Entry) and part.array.domains)
    texts += [f"{each.name} in R^{{{' x '.join(one.symbol for one in each.domains)}}}" for each in arrays]
    return f"{texts[0]} where {', '.join(texts[1:])}"


def _rows(place: str) -> Rows:
    path = Path(place)
    try:
        if path.stat().st_size > _LARGEST:
            raise CommandError(f"{place} is larger than {_LARGEST} bytes; a derivation is small", code="unreadable")
        return rows_of(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise CommandError(f"{place} is not text in UTF-8", code="unreadable") from None
    except OSError as error:
        raise CommandError(
            f"{place} cannot be read: {(error.strerror or str(error)).lower()}", code="unreadable"
        ) from None
    except FormulaError as error:
        raise CommandError(f"{place}: {error}", code="formula") from None


def _judged(
    chain: WrittenChain, loss: str, place: str, given: Given, seed: int, progress: Report, at: int
) -> _Judged:  # fmt: skip
    first = chain.sides[0].line
    progress(f"judging line {first}", at, 0)
    assume = (*given.assume, *_apart(chain, given.assume))
    try:
        made = named(tuple(side.text for side in chain.sides), f"{loss} C D N S")
        text = f"{' = '.join(made.sides)} where {', '.join((_definitions(loss), *made.definitions))}"
        read = read_claim(text, assume=assume)
    except FormulaError as error:
        raise CommandError(f"{place}, line {first}: {error}", code="formula") from None
    read = replace(read, derivation=_written_out(read.derivation, made.names))
    derivation = read.derivation
    found = _found(derivation, given.limit, seed)
    assumptions = derivation.theory.assumptions
    without = {
        each: _found(_under(derivation, tuple(other for other in assumptions if other != each)), given.limit, seed)
        for each in assumptions
    }
    would = {
        each: _found(_under(derivation, (*derivation.theory.assumptions, each)), given.limit, seed)
        for each in (_totals(derivation) if any(v.word == "false" for v in found.lines) else ())
    }
    lines: list[_Line] = []
    sound = True
    for number_of, (side, link) in enumerate(zip(chain.sides[1:], _links(derivation), strict=True)):
        verdict = found.lines[number_of]
        holds = verdict.word in ("proved", "exact")
        uses = tuple(
            each for each in assumptions if holds and without[each].lines[number_of].word not in ("proved", "exact")
        )
        hopes = [each for each, other in would.items() if not holds and other.lines[number_of].word == "proved"]
        whole = None if sound and holds else _whole(derivation, number_of, given.limit, seed)
        sound = sound and holds
        lines.append(_Line(side.line, link, verdict, uses, hopes[0] if hopes else None, whole))
    return _Judged(read, found, tuple(lines))


def _written_out(derivation: Derivation, names: Sequence[str]) -> Derivation:
    """The derivation with what was named only to be differentiated in the places of these names."""
    theory = derivation.theory

    def of(term: Term) -> Term:
        if isinstance(term, Call) and term.name in names:
            return of(unfold(term, theory))
        return rebuild(term, tuple(of(part) for part in children(term)))

    lines = tuple(replace(line, term=of(line.term)) for line in derivation.lines)
    kept = tuple(each for each in theory.definitions if each.name not in names)
    return replace(
        derivation, start=of(derivation.start), lines=lines, theory=replace(theory, definitions=kept)
    )  # fmt: skip


def _definitions(loss: str) -> str:
    """What stands after 'where' in a claim about the loss: its own definition and those it is made of."""
    head, *rest = re.split(r"\b(?:where|with)\b", plain(loss), maxsplit=1)
    head = head.strip() if re.match(r"\s*\\?\w+['′]*\s*:?=", head) else f"L = {head.strip()}"
    return ", ".join((head, *(part.strip() for part in rest)))


def _apart(chain: WrittenChain, assume: Sequence[str]) -> tuple[str, ...]:
    """i != j, where the words beside a line say so."""
    said = any(re.search(r"\bi\s*(?:!=|≠|\\neq?(?![A-Za-z]))\s*j\b", remark) for remark in chain.remarks)
    return ("i != j",) if said and "i != j" not in assume else ()


def _found(derivation: Derivation, seconds: float, seed: int) -> Theorem:
    found = judge_within(derivation, seconds, seed=seed)
    if isinstance(found, str):
        raise CommandError(found, "--limit SECONDS allows more time", code="undecided-claim", exit_code=3)
    return found


def _under(derivation: Derivation, assumptions: tuple[Assumption, ...]) -> Derivation:
    return replace(derivation, theory=replace(derivation.theory, assumptions=assumptions))


def _whole(derivation: Derivation, at: int, seconds: float, seed: int) -> Verdict:
    """Whether the line at `at` equals the first side."""
    return _found(replace(derivation, lines=(derivation.lines[at],)), seconds, seed).lines[0]


def _totals(derivation: Derivation) -> tuple[Assumption, ...]:
    """That a vector of data sums to 1, for each of which it is not assumed: what derivations often take for granted."""
    theory = derivation.theory
    terms = (derivation.start, *(line.term for line in derivation.lines))
    arrays: dict[Array, None] = {}
    for term in terms:
        arrays |= {part.array: None for part in reachable(term, theory) if isinstance(part, Entry)}
    known = {each.left for each in theory.assumptions}
    made = []
    for array in arrays:
        if len(array.domains) == 1:
            member = Index("k", array.domains[0])
            total = Sum(member, Entry(array, (member,)))
            made += [Assumption(total, number(1), f"the {array.name} sum to 1")] if total not in known else []
    return tuple(made)


def _stated(assumption: Assumption, theory: Theory, ascii_only: bool = False) -> str:
    return f"{text_of(assumption.left, theory, ascii_only)} = {text_of(assumption.right, theory, ascii_only)}"


def _links(derivation: Derivation) -> tuple[Claim, ...]:
    """Every line as a claim of its own: that it equals the one above."""
    above = (derivation.start, *(line.term for line in derivation.lines))
    return tuple(Claim(left, line.relation, line.term) for left, line in zip(above, derivation.lines, strict=False))


def _data(place: str, rows: Rows, judged: Sequence[_Judged]) -> dict[str, object]:
    return {
        "file": place,
        "verdict": worst(tuple(line.verdict for each in judged for line in each.lines)).word,
        "chains": [
            {
                "left": text_of(each.read.derivation.start, each.theory),
                "left_latex": latex_of(each.read.derivation.start, each.theory),
                "assumptions": [_stated(one, each.theory) for one in each.theory.assumptions],
                "conditions": list(conditions_of(each.theorem)),
                "readings": list(each.read.notes),
                "lines": [_line_data(line, each.theory) for line in each.lines],
            }
            for each in judged
        ],
        "skipped": [{"line": each.line, "text": each.text} for each in rows.skipped],
    }


def _line_data(line: _Line, theory: Theory) -> dict[str, object]:
    return {
        "line": line.line,
        "text": text_of(line.claim.right, theory),
        "latex": latex_of(line.claim.right, theory),
        "verdict": line.verdict.word,
        "evidence": line.verdict.evidence,
        "counterexample": example_data(line.verdict.counterexample),
        "uses": [_stated(each, theory) for each in line.uses],
        "holds_if": None if line.would is None else _stated(line.would, theory),
        "equals_left_side": None if line.whole is None else line.whole.word,
    }


def _lines(place: str, rows: Rows, judged: Sequence[_Judged], output: Output) -> list[str]:
    """What was understood and found, for people: a line of the file each, as FILE:LINE."""
    made: list[str] = []
    name = Path(place).name if place != "-" else "-"
    for each in judged:
        if each is judged[0]:
            made += [
                f"  {output.style(f'{role:<8}', dim=True)} {text}" for role, text in _understood(judged, output.ascii)
            ]
        first = each.lines[0].line
        made.append(f"{name}:{first}  {text_of(each.read.derivation.start, each.theory, output.ascii)}")
        for line in each.lines:
            shown = text_of(line.claim.right, each.theory, output.ascii)
            made.append(f"{name}:{line.line}  {output.word(line.verdict.word)}  = {shown}")
            made += [f"    {said}" for said in _said(line, each.theory, output.ascii)]
        if each.theorem.conditions:
            shown = ", ".join(text_of(one, each.theory, output.ascii) for one in each.theorem.conditions)
            made.append(f"    for {shown}")
    for row in rows.skipped:
        made.append(output.style(f"{name}:{row.line}  not read, no equation: {row.text}", dim=True))
    words = [line.verdict.word for each in judged for line in each.lines]
    counts = ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words))
    some = "1 line" if len(words) == 1 else f"{len(words)} lines"
    made.append(f"{output.word(worst(tuple(v.verdict for e in judged for v in e.lines)).word)}: {some} ({counts})")
    return made


def _understood(judged: Sequence[_Judged], ascii_only: bool) -> list[tuple[str, str]]:
    """The definitions, the assumptions and what was read into the lines, each once."""
    rows: dict[tuple[str, str], None] = {}
    for each in judged:
        for one in each.theory.definitions:
            left, right = (text_of(term, each.theory, ascii_only) for term in (one(*one.indices), one.body))
            rows["where", f"{left} = {right}"] = None
        rows |= {("assumes", _stated(one, each.theory, ascii_only)): None for one in each.theory.assumptions}
        rows |= {("reading", note): None for note in each.read.notes}
    return list(rows)


def _said(line: _Line, theory: Theory, ascii_only: bool) -> list[str]:
    """What is said below a line: why it is not proved, at which numbers it fails, and what it takes."""
    uses = ", ".join(_stated(each, theory, ascii_only) for each in line.uses)
    made = [f"uses {uses}"] if uses else []
    if line.verdict.word not in ("proved", "false"):
        made.append(line.verdict.evidence)
    whole = None if line.whole is None else line.whole.word in ("proved", "exact")
    if line.verdict.counterexample is not None:
        made.append("it does not follow from the line above" if whole else example_text(line.verdict.counterexample))
    if line.would is not None:
        made.append(f"it would follow if {_stated(line.would, theory, ascii_only)}, which is not assumed")
    if whole is not None:
        made.append("it equals the left side" if whole else "it does not equal the left side either")
    return made
