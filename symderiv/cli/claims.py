"""Judging a claim in short notation for ``symderiv verify``: an equation or a chain of them, with counterexamples."""

from __future__ import annotations

from symderiv.api import assumptions_of, conditions_of
from symderiv.cli.formulas import Given
from symderiv.cli.output import UNDECIDED, CommandError, Output
from symderiv.cli.proofs import exit_code
from symderiv.cli.recheck import example_data, example_text
from symderiv.documents import text_of
from symderiv.reading.claims import ReadClaim, read_claim
from symderiv.reading.errors import FormulaError
from symderiv.statements import Claim, Derivation, Theorem
from symderiv.terms import Term
from symderiv.verification.claims import judge_within

__all__ = ["judge_text"]


def judge_text(text: str, given: Given, seed: int, output: Output) -> int:
    """Judge the claim in `text` and print what came out, line by line; the exit code."""
    for option, value in (("--wrt", given.wrt), ("--name", given.name), ("--file", given.file)):
        if value is not None:
            raise CommandError(f"{option} goes with a loss; a claim says itself what is differentiated by what")
    try:
        read = read_claim(text, assume=given.assume)
    except FormulaError as error:
        raise CommandError(str(error), code="formula") from None
    found = judge_within(read.derivation, given.limit, seed=seed)
    if isinstance(found, str):
        raise CommandError(found, "--limit SECONDS allows more time", code="undecided-claim", exit_code=UNDECIDED)
    if output.as_json:
        output.data({"claim": text, **_data(read, found)})
    else:
        for line in _lines(read, found, output):
            output.say(line)
    return exit_code([found.verdict.word])


def _links(derivation: Derivation) -> tuple[Claim, ...]:
    """Every line as a claim of its own: that it equals the one above."""
    above: tuple[Term, ...] = (derivation.start, *(line.term for line in derivation.lines))
    return tuple(Claim(left, line.relation, line.term) for left, line in zip(above, derivation.lines, strict=False))


def _data(read: ReadClaim, found: Theorem) -> dict[str, object]:
    theory = found.derivation.theory
    return {
        "understood": text_of(found.claim, theory),
        "definitions": [f"{name} = {body}" for name, body in _definitions(found)],
        "readings": list(read.notes),
        "verdict": found.verdict.word,
        "evidence": found.verdict.evidence,
        "assumptions": list(assumptions_of(found)),
        "conditions": list(conditions_of(found)),
        "lines": [
            {
                "claim": text_of(link, theory),
                "verdict": verdict.word,
                "evidence": verdict.evidence,
                "counterexample": example_data(verdict.counterexample),
            }
            for link, verdict in zip(_links(found.derivation), found.lines, strict=True)
        ],
        "seed": found.seed,
    }


def _definitions(found: Theorem) -> list[tuple[str, str]]:
    theory = found.derivation.theory
    return [(text_of(d(*d.indices), theory), text_of(d.body, theory)) for d in theory.definitions]


def _lines(read: ReadClaim, found: Theorem, output: Output) -> list[str]:
    theory = found.derivation.theory
    rows = [("where", f"{name} = {body}") for name, body in _definitions(found)]
    rows += [("assumes", text) for text in assumptions_of(found)]
    rows += [("for", text) for text in conditions_of(found)]
    rows += [("reading", note) for note in read.notes]
    made = [f"  {output.style(f'{role:<8}', dim=True)} {text}" for role, text in rows]
    for link, verdict in zip(_links(found.derivation), found.lines, strict=True):
        made.append(f"{output.word(verdict.word)}  {text_of(link, theory)}")
        if verdict.word != "proved":
            made.append(f"    {verdict.evidence}")
        if verdict.counterexample is not None:
            made.append(f"    {example_text(verdict.counterexample)}")
    if len(found.lines) > 1:
        made.append(f"{output.word(found.direct.word)}  as a whole: {text_of(found.claim, theory)}")
    return made
