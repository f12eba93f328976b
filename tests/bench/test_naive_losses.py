"""Losses as they are written fail where their kernels do not, and the counts say so."""

from __future__ import annotations

import numpy as np
import pytest

from symderiv.bench import naive_losses
from symderiv.bench.naive_losses import carried_out, compare, losses
from symderiv.bench.records import Failures
from symderiv.bench.tables import failures_table as table
from symderiv.losses import find
from symderiv.losses.notation import i, k, t, z
from symderiv.terms import delta, exp, log, total


@pytest.fixture(scope="module")
def found() -> tuple[Failures, ...]:
    return tuple(compare((find("listnet"),), scales=(1.0, 1000.0)))


@pytest.mark.slow
def test_kernels_have_no_entry_that_fails(found: tuple[Failures, ...]) -> None:
    ours = [each for each in found if each.contestant == "symderiv"]
    assert [(each.entries, each.not_finite, each.wrong) for each in ours] == [(24, 0, 0), (24, 0, 0)]


@pytest.mark.slow
def test_the_closed_form_as_it_stands_fails_at_large_logits(found: tuple[Failures, ...]) -> None:
    by_scale = {each.scale: each.not_finite for each in found if each.contestant == "numpy"}
    assert by_scale[1.0] == 0
    assert (by_scale[1000.0] or 0) >= 12


@pytest.mark.slow
@pytest.mark.parametrize("package", ["torch", "jax"])
def test_automatic_differentiation_of_the_definition_fails_at_large_logits(
    found: tuple[Failures, ...], package: str
) -> None:
    pytest.importorskip(package, reason=f"{package} is not installed; it differentiates the definition")
    by_scale = {each.scale: each.not_finite for each in found if each.contestant == package}
    assert by_scale[1.0] == 0
    assert (by_scale[1000.0] or 0) >= 12


def test_a_package_that_is_not_installed_has_no_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naive_losses, "find_spec", lambda _: None)
    (found,) = (each for each in compare((find("listnet"),), scales=(1.0,)) if each.contestant == "torch")
    assert (found.not_finite, found.wrong) == (None, None)
    (row,) = table((found,)).rows
    assert row == ("listnet", "1", "–", "–", "–", "–")


def test_terms_are_carried_out_as_they_are_written() -> None:
    data = {"z": [0.5, 2.0, -1.0], "t": [0.25, 0.5, 0.25]}
    made = carried_out(total(k, t[k] * log(exp(z[k]) / 2)) ** 2, data, {}, {}, np.exp, np.log)
    assert made == pytest.approx((0.25 * 0.5 + 0.5 * 2.0 - 0.25 - np.log(2.0)) ** 2)
    assert carried_out(total(k, z[k], i), data, {i: 1}, {}, np.exp, np.log) == -0.5
    assert carried_out(delta(i, k), data, {i: 1, k: 1}, {}, np.exp, np.log) == 1.0


def test_every_loss_on_softmax_that_is_its_own_definition_is_compared() -> None:
    names = {problem.name for problem in losses()}
    assert {"focal", "generalized-cross-entropy", "reverse-kl", "info-nce", "listnet", "distillation"} <= names
    assert "hinge" not in names
