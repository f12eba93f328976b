"""Records survive a round trip byte for byte; damaged ones are refused with their place."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import pytest

from symderiv.checking import check
from symderiv.encoding import RecordError, decode_derivation, digest, encode_derivation
from symderiv.losses import FOUNDATIONS
from symderiv.proving import derive
from symderiv.statements import Derivation

ALL = [derive(problem, goal) for problem in FOUNDATIONS for goal in problem.goals]
ONE = next(d for d in ALL if (d.problem, d.goal) == ("cross-entropy", "gradient"))


@pytest.mark.parametrize("derivation", ALL, ids=lambda d: f"{d.problem}:{d.goal}")
def test_round_trip(derivation: Derivation) -> None:
    data = json.loads(json.dumps(encode_derivation(derivation)))
    assert decode_derivation(data) == derivation
    assert digest(decode_derivation(data)) == digest(derivation)


def test_digests_tell_theorems_apart() -> None:
    assert len({digest(derivation) for derivation in ALL}) == len(ALL)


def test_the_digest_covers_theory_claim_and_steps_but_not_prose() -> None:
    assert digest(replace(ONE, title="another title", prose="other words")) == digest(ONE)
    assert digest(replace(ONE, lines=ONE.lines[:-1])) != digest(ONE)
    assert digest(replace(ONE, theory=replace(ONE.theory, assumptions=()))) != digest(ONE)
    first = ONE.lines[0].steps[0]
    line = replace(ONE.lines[0], steps=(replace(first, rule="another-rule"), *ONE.lines[0].steps[1:]))
    assert digest(replace(ONE, lines=(line, *ONE.lines[1:]))) != digest(ONE)


def test_a_decoded_record_is_checked_like_the_original() -> None:
    data = json.loads(json.dumps(encode_derivation(ONE)))
    assert check(decode_derivation(data), seed=1) == check(ONE, seed=1)


def _damaged(change: str) -> object:
    data = copy.deepcopy(encode_derivation(ONE))
    changes = {
        "missing": lambda: data.pop("lines"),
        "wrong type": lambda: data.update(start="exp(z)"),
        "unknown kind": lambda: data["start"].__setitem__(0, "Integral"),
        "unknown array": lambda: data.update(start=["Entry", "q", "i:classes"]),
        "unknown domain": lambda: data.update(start=["Entry", "z", "i:colours"]),
        "no index": lambda: data.update(start=["Entry", "z", "i"]),
        "not a fraction": lambda: data.update(start=["Number", "1/0"]),
        "code": lambda: data.update(start=["Number", "__import__('os')"]),
        "negative path": lambda: data["lines"][0]["steps"][0].update(path=[-1]),
        "bad relation": lambda: data["lines"][0].update(relation="<"),
        "bound number": lambda: data.update(start=["Sum", "2:classes", ["Number", "1"], None]),
        "bad size": lambda: data["vocabulary"]["domains"][0].update(size=0),
        "bad condition": lambda: data["lines"][0]["steps"][0].update(uses=[["Round", "1"]]),
        "empty sum": lambda: data.update(start=["Add"]),
    }
    changes[change]()
    return data


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("missing", "'lines' is missing"),
        ("wrong type", "'start' has the wrong type, str"),
        ("unknown kind", "is not a term"),
        ("unknown array", "'q' is not in the vocabulary"),
        ("unknown domain", "'colours' is not in the vocabulary"),
        ("no index", "write it name:domain"),
        ("not a fraction", "'1/0' divides by zero"),
        ("code", "not a fraction"),
        ("negative path", "child positions"),
        ("bad relation", "neither '=' nor '>'"),
        ("bound number", "a variable index is needed"),
        ("bad size", "at least 1"),
        ("bad condition", "is not a condition"),
        ("empty sum", "is not a term"),
    ],
)
def test_damaged_records_are_refused_with_a_sentence(change: str, message: str) -> None:
    with pytest.raises(RecordError, match=message):
        decode_derivation(_damaged(change))


@pytest.mark.parametrize("data", [None, 3, "x", [], {}, {"goal": 1}])
def test_what_is_no_record_at_all_is_refused(data: object) -> None:
    with pytest.raises(RecordError, match="record: the field 'goal'"):
        decode_derivation(data)


def test_deep_nesting_is_refused_not_a_crash() -> None:
    data = encode_derivation(ONE)
    term: object = ["Number", "1"]
    for _ in range(5000):
        term = ["Exp", term]
    data["start"] = term
    with pytest.raises(RecordError, match="nested too deeply"):
        decode_derivation(data)
