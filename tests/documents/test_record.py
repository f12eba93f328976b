"""Records come back as they went out, and what was changed on the way is refused with a sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from symderiv.documents import RecordError, TamperedRecordError, read, write
from symderiv.encoding import digest
from symderiv.statements import Theorem
from tests.documents.samples import problem, theorems

TEXT = write(problem(), theorems())


def changed(*path: str | int, to: Any) -> str:
    """The record with the value at `path` replaced."""
    data = json.loads(TEXT)
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return json.dumps(data)


def test_what_is_written_is_read_back() -> None:
    assert read(TEXT) == tuple(t.derivation for t in theorems())
    assert [digest(d) for d in read(TEXT)] == [t.digest for t in theorems()]


def test_the_record_says_what_was_found() -> None:
    data = json.loads(TEXT)
    assert (data["schema"], data["schema_version"], data["name"]) == ("symderiv-theorems", 1, "sample")
    for made, theorem in zip(data["theorems"], theorems(), strict=True):
        assert made["verdict"]["word"] == "proved"
        assert made["digest"] == theorem.digest
        assert [len(line["steps"]) for line in made["line_verdicts"]] == [len(s) for s in theorem.steps]
        step = made["derivation"]["lines"][0]["steps"][0]
        assert {"before", "after", "path", "rule", "reason"} <= step.keys()
    assert data["theorems"][0]["claim"]["text"] == "∂yᵢ/∂zⱼ = yᵢ (δᵢⱼ − yⱼ)"


def test_terms_stay_on_one_line() -> None:
    starts = [line for line in TEXT.splitlines() if '"start":' in line]
    assert len(starts) == len(theorems())
    assert all(line.rstrip(",").endswith("]") for line in starts)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("not a record", "this is not JSON"),
        (TEXT[: len(TEXT) // 2], "this is not JSON"),
        ("[1, 2]", "not a record of theorems"),
        ("{}", "its field 'schema' should be"),
        (changed("schema_version", to=99), "schema_version is 99; only version 1"),
        (changed("theorems", to=[]), "at least one theorem"),
        (changed("theorems", 0, to=3), r"theorems\[0\]: the field 'derivation' is missing"),
        (changed("theorems", 0, "derivation", "lines", 0, "term", to=["Sinus", ["Call", "S"]]), "line 1"),
        (changed("theorems", 0, "claim", to={"left": []}), "the claim needs the fields"),
        ("[" * 100_000, "this is not JSON"),
    ],
)
def test_damaged_records_are_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(RecordError, match=sentence):
        read(text)


def test_a_changed_step_does_not_have_its_digest() -> None:
    text = changed("theorems", 0, "derivation", "lines", 3, "term", to=["Number", "0"])
    with pytest.raises(TamperedRecordError, match=r"theorems\[0\] \(sample:jacobian\): the digest is"):
        read(text)
    derivation = read(text, strict=False)[0]
    assert derivation.lines[-1].rule == "stated-claim"


def test_a_changed_claim_is_refused_or_becomes_a_line_to_be_checked() -> None:
    wrong = json.loads(TEXT)["theorems"][0]["claim"]["left"]
    text = changed("theorems", 0, "claim", "right", to=wrong)
    with pytest.raises(TamperedRecordError, match="the stated claim is not"):
        read(text)
    original = theorems()[0].derivation
    derivation = read(text, strict=False)[0]
    assert derivation.lines[:-1] == original.lines
    assert derivation.lines[-1].term == original.start
    assert derivation.lines[-1].steps[0].before == original.claim.right
    flipped = read(changed("theorems", 0, "claim", "left", to=["Number", "7"]), strict=False)[0]
    assert flipped.lines[0].term == original.start
    assert flipped.claim.left != original.start


def test_a_changed_relation_is_refused() -> None:
    with pytest.raises(TamperedRecordError, match="the claim says '>'"):
        read(changed("theorems", 0, "claim", "relation", to=">"), strict=False)


def test_a_record_written_by_hand_needs_no_digest_and_no_claim() -> None:
    data = json.loads(TEXT)
    for made in data["theorems"]:
        del made["digest"], made["claim"], made["verdict"]
    assert read(json.dumps(data)) == read(TEXT)


def test_prose_is_not_part_of_the_digest() -> None:
    first: Theorem = theorems()[0]
    text = changed("theorems", 0, "derivation", "title", to="another title")
    assert digest(read(text)[0]) == first.digest
