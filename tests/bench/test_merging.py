"""Records of two runs made one; oracles: runs made by hand, of which it is known what belongs to which section."""

from __future__ import annotations

from dataclasses import replace

import pytest

from symderiv.bench.judging import judge
from symderiv.bench.merging import merged
from symderiv.bench.records import Addition, Ceiling, EngineTime, Failure, Memory, Run
from tests.bench.samples import contest, run_of, whole_run

SECTIONS = ("cross-entropy", "softmax", "small", "work", "linear", "accuracy", "starts", "proofs")


def earlier() -> Run:
    """The contests in the order in which sections are measured."""
    big, small, swept, softmax = whole_run().contests
    run = replace(whole_run(), sections=SECTIONS, contests=(big, softmax, small, swept))
    return replace(run, judgements=judge(run))


def later(*sections: str, date: str = "2000-05-06") -> Run:
    return replace(run_of(), sections=sections, date=date)


def test_a_new_section_is_added_and_the_rest_stays() -> None:
    arrays = contest("arrays", "clip", (512, 512), "float32", {"symderiv": 2e-3, "torch": 1e-3})
    old, new = earlier(), replace(later("arrays"), contests=(arrays,))
    made = merged(old, new)
    assert made.contests == (*old.contests, arrays)  # "arrays" stands behind all that were measured
    assert made.sections == (*SECTIONS[:5], "arrays", *SECTIONS[5:])
    for name in ("date", "machine", "versions", "precisions", "memories", "starts", "proofs", "failures"):
        assert getattr(made, name) == getattr(old, name)
    assert made.judgements == old.judgements
    assert made.additions == (Addition(("arrays",), new.date, new.machine, new.versions, new.environment),)


def test_a_section_measured_again_takes_the_place_of_the_old_one() -> None:
    faster = contest("cross-entropy", "cross-entropy", (1_000_000, 3), "float32", {"copy": 1e-3, "symderiv": 2e-3})
    old = earlier()
    made = merged(old, replace(later("cross-entropy"), contests=(faster,)))
    assert made.contests == (faster, *(each for each in old.contests if each.section != "cross-entropy"))
    assert made.judgements == judge(made) != old.judgements


def test_what_belongs_to_a_section_goes_with_it() -> None:
    """Sweeps are those of "work", the memory of the layer is that of "linear"; starts and digits have their own."""
    old = replace(earlier(), memories=(*earlier().memories, Memory("cross-entropy", 8, 4, 0, "float32", "jax", 1, "")))
    made = merged(old, later("work", "linear", "threads"))
    assert [each.section for each in made.contests] == ["cross-entropy", "softmax", "small"]
    assert [each.operation for each in made.memories] == ["cross-entropy"]
    assert merged(old, later("starts")).starts == ()
    assert merged(old, later("accuracy")).precisions == ()
    proofs = (EngineTime("softmax", "jacobian", 6, 0.1, 0.2, "proved"),)
    assert merged(old, replace(later("proofs"), proofs=proofs)).proofs == proofs
    ceiling = Ceiling("copying", 3, 1.0, 1.0, 2.0, 1.0)
    assert merged(replace(old, ceilings=(ceiling,)), later("small")).ceilings == (ceiling,)
    assert merged(replace(old, ceilings=(ceiling,)), later("threads")).ceilings == ()


def test_a_failure_goes_when_its_part_was_measured_again() -> None:
    clip, shared = (Failure(part, "it died") for part in ("clip, 512 x 512 float32", "softmax, 1000000 x 3 float32"))
    old = replace(earlier(), sections=("softmax", "threads", "arrays"), failures=(clip, shared))
    assert merged(old, later("arrays")).failures == (shared,)
    # A part of that name belongs to "threads" as well: nobody knows which one died.
    assert merged(old, later("softmax")).failures == (clip, shared)
    new = Failure("clip, 512 x 512 float64", "it died again")
    assert merged(old, replace(later("arrays"), failures=(new,))).failures == (shared, new)


def test_conditions_are_said_once_and_only_where_they_differ() -> None:
    old = earlier()
    assert merged(old, later("small", date=old.date)).additions == ()
    twice = merged(merged(old, later("small", "starts")), later("small", date="2000-07-08"))
    assert [(each.sections, each.date) for each in twice.additions] == [
        (("starts",), "2000-05-06"), (("small",), "2000-07-08"),
    ]  # fmt: skip
    assert merged(twice, later("small", "starts", date=old.date)).additions == ()


def test_a_run_of_all_sections_is_the_record() -> None:
    new = later(*SECTIONS, "arrays")
    assert merged(earlier(), new) == new


def test_quick_and_full_are_not_mixed() -> None:
    with pytest.raises(ValueError, match="a quick run cannot be put into the record of a full run"):
        merged(earlier(), replace(later("small"), plan="quick"))
