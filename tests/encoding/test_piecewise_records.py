"""Records of maxima, absolute values, signs, steps, special functions and constants."""

from __future__ import annotations

import json
from typing import Any

import pytest

from symderiv.encoding import RecordError, decode_derivation, encode_derivation
from symderiv.statements import Derivation, Line, Theory
from symderiv.terms import Array, Domain, Index, Term, absolute, erf, maximum, number, pi, root, sign, step, total

CLASSES = Domain("classes", "C")
i, k = (Index(name, CLASSES) for name in "ik")
z = Array("z", (CLASSES,))
TERM: Term = total(k, maximum(0, absolute(z[k]), sign(z[i]) * step(-z[k]))) + erf(z[i]) / root(pi())


def derivation(term: Term) -> Derivation:
    return Derivation("p", "g", "", Theory(), term, (Line(term, "r", "", ()),))


def record(start: list[Any]) -> dict[str, Any]:
    data: dict[str, Any] = encode_derivation(derivation(z[i]))
    return {**data, "start": start}


def test_round_trip() -> None:
    data = json.loads(json.dumps(encode_derivation(derivation(TERM))))
    assert decode_derivation(data) == derivation(TERM)


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (["Max", ["Number", "1"]], "at least two terms"),
        (["Special", "sin", ["Number", "1"]], "'sin' is not known"),
        (["Constant", "tau"], "'tau' is not known"),
        (["Abs", ["Number", "1"], ["Number", "2"]], "is not a term"),
        (["Step"], "is not a term"),
    ],
)
def test_a_damaged_record_is_refused(start: list[Any], words: str) -> None:
    with pytest.raises(RecordError, match=words):
        decode_derivation(record(start))


def test_numbers_are_untouched() -> None:
    assert encode_derivation(derivation(number(2)))["start"] == ["Number", "2"]
