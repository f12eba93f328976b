"""The record: every theorem of an entry as JSON, with both sides of every step, enough to be checked again by anyone.

`write` puts the verdicts beside what they are about. `read` gives back the derivations alone: verdicts are not
believed, they are found again by the checker.
"""

from __future__ import annotations

import json
from typing import Final

from symderiv.documents.document import Document
from symderiv.documents.formulas import latex_of, text_of
from symderiv.encoding import (
    Data,
    RecordError,
    decode_derivation,
    digest,
    encode_condition,
    encode_derivation,
    encode_term,
)
from symderiv.statements import Counterexample, Derivation, Problem, Theorem, Verdict

__all__ = ["SCHEMA", "SCHEMA_VERSION", "SUFFIX", "RecordError", "TamperedRecordError", "read", "render", "write"]

SUFFIX: Final = "json"
SCHEMA: Final = "symderiv-theorems"
SCHEMA_VERSION: Final = 1


class TamperedRecordError(RecordError):
    """A well-formed record whose digest or claim is not that of its steps."""


def render(document: Document) -> str:
    """The record of the document's theorems; RecordError for a document without any."""
    if document.problem is None:
        raise RecordError(f"{document.name!r} states no theorems, so it has no record; print it in another format")
    return write(document.problem, document.theorems)


def write(problem: Problem, theorems: tuple[Theorem, ...]) -> str:
    """The record as JSON text: terms are lists on one line, everything else is indented."""
    record = {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "name": problem.name,
        "title": problem.title,
        "family": problem.family,
        "headline": problem.headline,
        "theorems": [_theorem(theorem) for theorem in theorems],
    }
    return _laid_out(record, 0) + "\n"


def read(text: str, *, strict: bool = True) -> tuple[Derivation, ...]:
    """The derivations of a record.

    Raises `RecordError` with the place for what is not such a record, and `TamperedRecordError` where a digest or a
    stated claim is not that of the steps. A theorem without a digest is read as it is. With `strict` False digests
    are ignored, and a stated claim that differs becomes a line of its own, so that the checker can judge it.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"this is not JSON ({error}); write the record again with symderiv doc -f json") from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise RecordError(f"this is not a record of theorems: its field 'schema' should be {SCHEMA!r}")
    if data.get("schema_version") != SCHEMA_VERSION:
        raise RecordError(
            f"schema_version is {data.get('schema_version')!r}; only version {SCHEMA_VERSION} can be read"
        )
    theorems = data.get("theorems")
    if not isinstance(theorems, list) or not theorems:
        raise RecordError("theorems: a list of at least one theorem is needed")
    return tuple(_read(theorem, f"theorems[{at}]", strict) for at, theorem in enumerate(theorems))


def _read(data: Data, where: str, strict: bool) -> Derivation:
    if not isinstance(data, dict) or "derivation" not in data:
        raise RecordError(f"{where}: the field 'derivation' is missing")
    try:
        derivation = decode_derivation(data["derivation"])
    except RecordError as error:
        raise RecordError(f"{where}: {error}") from None
    name = f"{where} ({derivation.problem}:{derivation.goal})"
    stated = data.get("digest")
    found = digest(derivation)
    if strict and stated is not None and stated != found:
        raise TamperedRecordError(f"{name}: the digest is {stated!r}, the steps have {found!r}; the record was changed")
    claim = data.get("claim")
    if claim is None:
        return derivation
    if not isinstance(claim, dict) or not {"left", "relation", "right"} <= claim.keys():
        raise RecordError(f"{name}: the claim needs the fields left, relation and right")
    real = derivation.claim
    if claim["relation"] != real.relation:
        raise TamperedRecordError(
            f"{name}: the claim says {claim['relation']!r}, its lines {real.relation!r}; make them agree"
        )
    first, last = encode_term(real.left), encode_term(real.right)
    if (claim["left"], claim["right"]) == (first, last):
        return derivation
    if strict:
        raise TamperedRecordError(f"{name}: the stated claim is not the first and the last line of the derivation")
    lines = list(data["derivation"]["lines"])
    lines[:0] = [] if claim["left"] == first else [_stated(claim["left"], first)]
    lines += [] if claim["right"] == last else [_stated(last, claim["right"])]
    return decode_derivation({**data["derivation"], "start": claim["left"], "lines": lines})


def _stated(before: Data, after: Data) -> Data:
    """The line that a stated claim adds: the checker has to find before = after."""
    reason = "what the record states as its claim"
    step = {
        "before": before, "after": after, "rule": "stated-claim", "path": [], "reason": reason, "args": [], "uses": [],
        "cites": "",
    }  # fmt: skip
    return {"relation": "=", "term": after, "rule": "stated-claim", "reason": reason, "steps": [step]}


def _theorem(theorem: Theorem) -> Data:
    derivation, claim = theorem.derivation, theorem.claim
    theory = derivation.theory
    return {
        "goal": derivation.goal,
        "claim": {
            "left": encode_term(claim.left),
            "relation": claim.relation,
            "right": encode_term(claim.right),
            "latex": latex_of(claim, theory),
            "text": text_of(claim, theory),
        },
        "assumptions": [text_of(a.left, theory) + " = " + text_of(a.right, theory) for a in theory.assumptions],
        "conditions": [encode_condition(condition) for condition in theorem.conditions],
        "verdict": _verdict(theorem.verdict),
        "direct": _verdict(theorem.direct),
        "line_verdicts": [
            {"line": _verdict(line), "steps": [_verdict(step) for step in steps]}
            for line, steps in zip(theorem.lines, theorem.steps, strict=True)
        ],
        "derivation": encode_derivation(derivation),
        "digest": theorem.digest,
    }


def _verdict(verdict: Verdict) -> Data:
    made: dict[str, Data] = {"word": verdict.word, "evidence": verdict.evidence}
    if verdict.conditions:
        made["conditions"] = [encode_condition(condition) for condition in verdict.conditions]
    if verdict.counterexample is not None:
        made["counterexample"] = _counterexample(verdict.counterexample)
    return made


def _counterexample(example: Counterexample) -> Data:
    return {
        "sizes": [list(pair) for pair in example.sizes],
        "indices": [list(pair) for pair in example.indices],
        "data": [list(pair) for pair in example.data],
        "left": example.left,
        "right": example.right,
    }


def _laid_out(data: Data, depth: int) -> str:
    """JSON with terms on one line each: a list is broken only if it holds objects."""
    inner = " " * (depth + 1)
    if isinstance(data, dict) and data:
        parts = [f"{inner}{json.dumps(key)}: {_laid_out(value, depth + 1)}" for key, value in data.items()]
        return "{\n" + ",\n".join(parts) + "\n" + " " * depth + "}"
    if isinstance(data, list) and any(isinstance(item, dict) for item in data):
        return "[\n" + ",\n".join(inner + _laid_out(item, depth + 1) for item in data) + "\n" + " " * depth + "]"
    return json.dumps(data, ensure_ascii=False)
