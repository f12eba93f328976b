"""Showing what checking a record again found: for ``symderiv verify FILE.json``."""

from __future__ import annotations

from pathlib import Path

from symderiv.api import Rechecked, check
from symderiv.cli.output import DONE, FAILED, CommandError, Output
from symderiv.cli.proofs import exit_code, verdict_of
from symderiv.documents import text_of
from symderiv.encoding import RecordError
from symderiv.statements import Counterexample, Theorem
from symderiv.verification.recheck import Recheck


def recheck_file(place: str, seed: int, output: Output) -> int:
    """Check the record at `place` again and print what came out; 0 only if every theorem holds and nothing changed."""
    try:
        found = check(Path(place), seed=seed)
    except RecordError as error:
        raise CommandError(f"{place}: {error}", code="damaged-record", exit_code=FAILED) from None
    except UnicodeDecodeError:
        raise CommandError(f"{place} is not text in UTF-8", code="damaged-record", exit_code=FAILED) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CommandError(f"{place} cannot be read: {reason}", code="unreadable") from None
    code = exit_code(result.theorem.verdict.word for result in found.results)
    if code == DONE and not found.sound:
        code = FAILED
    if output.as_json:
        output.data({"file": place, **as_data(found)})
    else:
        for line in lines(found, output):
            output.say(line)
    return code


def as_data(found: Rechecked) -> dict[str, object]:
    """The fields of ``verify FILE.json --json``."""
    return {
        "sound": found.sound,
        "tampered": found.tampered or None,
        "verdict": verdict_of(tuple(result.theorem for result in found.results)).word,
        "theorems": [_theorem(result) for result in found.results],
    }


def _theorem(result: Recheck) -> dict[str, object]:
    theorem = result.theorem
    return {
        "name": f"{theorem.derivation.problem}:{theorem.derivation.goal}",
        "claim": text_of(theorem.claim, theorem.derivation.theory),
        "verdict": theorem.verdict.word,
        "evidence": theorem.verdict.evidence,
        "counterexample": example_data(theorem.verdict.counterexample),
        "lines": [verdict.word for verdict in theorem.lines],
        "faults": list(result.faults),
        "digest": theorem.digest,
    }


def example_data(example: Counterexample | None) -> dict[str, object] | None:
    """The fields of a counterexample under ``--json``."""
    if example is None:
        return None
    return {
        "sizes": dict(example.sizes),
        "indices": dict(example.indices),
        "data": dict(example.data),
        "left": example.left,
        "right": example.right,
    }


def lines(found: Rechecked, output: Output) -> list[str]:
    """What was found, for people."""
    made: list[str] = []
    for result in found.results:
        theorem = result.theorem
        name = f"{theorem.derivation.problem}:{theorem.derivation.goal}"
        made.append(f"{output.word(theorem.verdict.word)}  {name}  {text_of(theorem.claim, theorem.derivation.theory)}")
        if theorem.verdict.word != "proved":
            made += [f"    {line}" for line in _reasons(theorem)]
        made += [f"    {output.style('does not fit', fg='red')}: {fault}" for fault in result.faults]
    if found.tampered:
        made.append(f"{output.style('changed', fg='red')}: {found.tampered}")
    return made


def _reasons(theorem: Theorem) -> list[str]:
    theory = theorem.derivation.theory
    reasons = [
        f"line {number}, {text_of(line.term, theory)}: {verdict.word}, {verdict.evidence}"
        for number, (line, verdict) in enumerate(zip(theorem.derivation.lines, theorem.lines, strict=True), start=1)
        if verdict.word != "proved"
    ]
    example = theorem.verdict.counterexample
    if example is not None:
        reasons.append(example_text(example))
    return reasons or [theorem.verdict.evidence]


def example_text(example: Counterexample) -> str:
    """A counterexample as a sentence: the numbers, and both sides at them."""
    where = ", ".join(f"{name} = {value}" for name, value in (*example.sizes, *example.indices, *example.data))
    return f"counterexample at {where}: left {example.left}, right {example.right}"
