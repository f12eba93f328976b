"""`VERDICTS` says what the checker finds, for every entry and nothing else."""

from __future__ import annotations

import pytest

from symderiv.checking import check
from symderiv.losses import CATALOGUE, FOUNDATIONS, FURTHER
from symderiv.losses.verdicts import VERDICTS
from symderiv.statements import VERDICTS as WORDS
from symderiv.statements import Problem
from tests.losses.closed_forms import CLOSED_FORMS
from tests.losses.closed_forms_wider import CLOSED_FORMS_WIDER
from tests.proving.catalogue import derivation


def test_every_entry_has_a_verdict() -> None:
    missing = [problem.name for problem in CATALOGUE if problem.name not in VERDICTS]
    assert not missing, f"add to symderiv/losses/verdicts.py: {', '.join(missing)}"
    assert len(VERDICTS) == len(CATALOGUE)


@pytest.mark.parametrize("problem", FURTHER, ids=lambda problem: problem.name)
def test_the_verdict_is_the_weakest_of_the_published_ones(problem: Problem) -> None:
    """Each published verdict is compared with the checker's in test_further."""
    found = [word for name, _, word, _ in (*CLOSED_FORMS, *CLOSED_FORMS_WIDER) if name == problem.name]
    assert VERDICTS[problem.name] == max(found, key=WORDS.index)


@pytest.mark.slow
@pytest.mark.parametrize("problem", FOUNDATIONS, ids=lambda problem: problem.name)
def test_the_verdict_is_the_weakest_that_the_checker_finds(problem: Problem) -> None:
    found = [check(derivation(f"{problem.name}:{goal.slug}"), seed=0).verdict.word for goal in problem.goals]
    assert VERDICTS[problem.name] == max(found, key=WORDS.index)
