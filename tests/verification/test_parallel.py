"""Pieces of work in other processes give what they give here, and fail as they fail here."""

from __future__ import annotations

import operator

import pytest

from symderiv.kernels import LoweringError, load_module
from symderiv.verification.parallel import processors, workers


def _raise(words: str) -> None:
    raise LoweringError(words)


@pytest.mark.parametrize("count", [1, 2])
def test_results_do_not_depend_on_the_number_of_processes(count: int) -> None:
    told: list[tuple[str, int, int]] = []
    with workers(count, lambda *state: told.append(state), 3) as at_work:
        made = [at_work.start(f"the power {n}", operator.pow, 3, n) for n in range(3)]
        assert [each.result() for each in made] == [1, 3, 9]
    assert {total for _, _, total in told} == {3}
    assert [done for _, done, _ in told] == ([0, 1, 2] if count == 1 else [1, 2, 3])


@pytest.mark.parametrize("count", [1, 2])
def test_an_error_keeps_its_kind_and_its_words(count: int) -> None:
    with pytest.raises(LoweringError, match="no such thing"), workers(count, lambda *_: None, 2) as at_work:
        at_work.start("this", _raise, "no such thing").result()


@pytest.mark.parametrize("count", [1, 2])
def test_a_missing_package_is_still_named(count: int) -> None:
    with pytest.raises(ImportError) as caught, workers(count, lambda *_: None, 2) as at_work:
        at_work.start("loading", _load, "import no_such_package").result()
    assert caught.value.name == "no_such_package"


def _load(source: str) -> None:
    load_module(source, "lonely")


def test_there_is_a_processor() -> None:
    assert processors() >= 1
