"""The Python interface; oracles: y - t by hand, NumPy's own formula, and records read back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import sympy

import symderiv as sd
from symderiv.encoding import RecordError
from symderiv.losses import CATALOGUE, UnknownLossError, find
from symderiv.proving import derive as derive_goal


@pytest.fixture(scope="module")
def gradient() -> sd.Proof:
    return sd.derive("cross-entropy", goal="gradient")


def test_the_catalogue() -> None:
    assert sd.catalogue() == tuple(problem.name for problem in CATALOGUE)
    assert {
        "softmax",
        "log-softmax",
        "logsumexp",
        "cross-entropy",
        "linear-cross-entropy",
        "binary-cross-entropy",
    } <= set(sd.catalogue())


def test_the_flagship(gradient: sd.Proof) -> None:
    assert gradient.result == "yᵢ − tᵢ"
    assert gradient.claim == "∂L/∂zᵢ = yᵢ − tᵢ"
    assert gradient.assumptions == ("Σₖ tₖ = 1",)
    assert gradient.verdict.word == "proved"
    assert 6 <= len(gradient.steps) <= 14
    assert len(gradient.digest) == 64


def test_printing(gradient: sd.Proof) -> None:
    assert "y_i - t_i" in gradient.latex()
    assert gradient.html().lstrip().startswith("<!")
    assert "yᵢ − tᵢ" in gradient.text()
    assert gradient.digest in gradient.markdown()
    assert set(gradient._repr_mimebundle_()) == {"text/plain", "text/html", "text/latex"}


def test_sympy_out(gradient: sd.Proof) -> None:
    result = gradient.sympy()
    assert isinstance(result, sympy.Expr)
    assert {str(base) for base in result.atoms(sympy.IndexedBase)} >= {"t"}


def test_check_reads_text_data_path_and_derivation(gradient: sd.Proof, tmp_path: Path) -> None:
    text = gradient.record()
    place = tmp_path / "theorem.json"
    place.write_text(text, encoding="utf-8")
    problem = find("cross-entropy")
    derivation = derive_goal(problem, next(goal for goal in problem.goals if goal.slug == "gradient"))
    for record in (text, json.loads(text), place, str(place), derivation):
        found = sd.check(record, seed=1)
        assert found.sound
        assert [result.theorem.verdict.word for result in found.results] == ["proved"]
        assert found.results[0].theorem.digest == gradient.digest
    assert gradient.check().sound


def test_a_damaged_record_raises() -> None:
    with pytest.raises(RecordError, match="not a record of theorems"):
        sd.check("{}")


def test_unknown_names() -> None:
    with pytest.raises(UnknownLossError, match="Did you mean 'softmax'"):
        sd.derive("sofmax")
    with pytest.raises(ValueError, match="has no goal 'x'; it has positive"):
        sd.derive("softmax", goal="x")
    with pytest.raises(UnknownLossError, match="Did you mean 'cross-entropy'"):
        sd.kernel("cross-entropi")
    with pytest.raises(TypeError, match="softmax has no parameters, so gamma cannot be given"):
        sd.kernel("softmax", gamma=2.0)


def test_a_kernel_is_a_value_and_computes_the_gradient() -> None:
    loss = sd.kernel("cross-entropy")
    assert loss == sd.kernel("cross-entropy")
    assert hash(loss) == hash(sd.kernel("cross-entropy"))
    z = np.random.default_rng(0).normal(size=(6, 4))
    t = np.array([0, 1, 2, 3, 0, 1])
    value, grad = loss.value_and_grad(z, t, reduction="mean")
    y = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(value, -np.log(y[np.arange(6), t]).mean(), rtol=1e-13)
    np.testing.assert_allclose(grad, (y - np.eye(4)[t]) / 6, atol=1e-15)


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(AttributeError, match=r"symderiv has no 'grad'; it has .*kernel"):
        sd.grad  # noqa: B018


def test_a_chosen_class_count_shows_the_matrix_and_its_match() -> None:
    proof = sd.derive("softmax", goal="jacobian", classes=3)
    (matrix,) = proof.explicit
    assert len(matrix.rows) == len(matrix.rows[0]) == 3
    assert "9 of 9 equal the theorem exactly" in matrix.sentence
    assert "y₁ (1 − y₁)" in proof.text()
    with pytest.raises(ValueError, match="at least 2, not 1"):
        sd.derive("softmax", goal="jacobian", classes=1)


def test_a_record_has_one_verdict_the_weakest(gradient: sd.Proof) -> None:
    record = json.loads(gradient.record())
    assert sd.check(record).verdict.word == "proved"
    lines = record["theorems"][0]["derivation"]["lines"]
    lines[-1]["term"] = ["Entry", "t", "i:classes"]
    found = sd.check(record).verdict
    assert found.word == "false"
    assert found.counterexample is not None


def test_a_loss_of_ones_own() -> None:
    proof = sd.derive("L = sum_k (z_k - t_k)^2 / 2", limit=None, name="squares")
    assert proof.problem.name == "squares"
    assert [theorem.derivation.goal for theorem in proof.theorems] == ["gradient", "hessian", "hvp"]
    assert proof.gradient.result == "zᵢ − tᵢ"
    assert proof.hessian.result == "δᵢⱼ"
    assert proof.hvp.result == "vᵢ"
    assert proof.reading is not None
    assert proof.reading.wrt.name == "z"
    assert proof.unfinished == ()
    assert "zᵢ − tᵢ" in proof.text()


def test_a_loss_of_ones_own_within_a_limit() -> None:
    assert sd.derive("L = z^2", goal="gradient", limit=300).result == "2 z"
    with pytest.raises(ValueError, match=r"gradient: no closed form was found within 0\.001 s"):
        sd.derive("L = z^2", goal="gradient", limit=0.001)


def test_what_does_not_fit_together() -> None:
    with pytest.raises(TypeError, match="'softmax' is the name of an entry"):
        sd.derive("softmax", wrt="z")
    with pytest.raises(TypeError, match=r"assume is a list of assumptions, as in assume=\['t_k > 0'\]"):
        sd.derive("L = sum_k t_k z_k", assume="t_k > 0")
    with pytest.raises(TypeError, match="a loss is the name of an entry, a formula as text, or a SymPy expression"):
        sd.derive(3.0)
    with pytest.raises(ValueError, match="there are gradient"):
        sd.derive("L = z^2", goal="gradient", limit=None).hessian  # noqa: B018
    with pytest.raises(ValueError, match="loss has no goal 'jacobian'"):
        sd.derive("L = z^2", goal="jacobian")


def test_a_problem_from_a_formula() -> None:
    problem = sd.problem("L = sum_k t_k z_k", wrt=sympy.IndexedBase("t"), name="mine", title="My own")
    assert (problem.name, problem.title, problem.arrays[0].name) == ("mine", "My own", "t")


@pytest.mark.slow  # the next one has the same way with less to compile
def test_a_kernel_of_a_formula() -> None:
    loss = sd.kernel("L = sum_k (y_k - t_k)^2 where y = softmax(z)", limit=None)
    z = np.array([[1000.0, 0.0, -3.0], [0.1, 0.2, 0.3]])
    t = np.eye(3)[[0, 1]]
    y = np.exp(z - z.max(axis=1, keepdims=True))
    y /= y.sum(axis=1, keepdims=True)
    value, grad = loss.value_and_grad(z, t)
    np.testing.assert_allclose(value, ((y - t) ** 2).sum(axis=1), rtol=1e-13)
    np.testing.assert_allclose(grad, 2 * y * ((y - t) - ((y - t) * y).sum(axis=1, keepdims=True)), atol=1e-15)


def test_a_kernel_of_a_formula_over_arrays() -> None:
    loss = sd.kernel("L = sum_k t_k s_k^2", wrt="s", limit=None)
    s, t = np.array([[1.0, -2.0, 0.5], [3.0, 0.0, 1.0]]), np.array([2.0, 1.0, 4.0])
    value, gradient = loss.value_and_grad(s, t)
    np.testing.assert_allclose(value, (t * s**2).sum(axis=1), rtol=1e-15)
    np.testing.assert_allclose(gradient, 2 * t * s, rtol=1e-15)


def test_a_formula_that_no_kernel_can_be_made_of() -> None:
    with pytest.raises(ValueError, match="there is no kernel for the single member 1 of classes"):
        sd.kernel("L = log(sum_k exp(s_k)) - s_1", wrt="s", limit=None)
    with pytest.raises(TypeError, match=r"given to its functions, as in value\(z, t, gamma=2.0\)"):
        sd.kernel("L = sum_k (y_k - t_k)^2 where y = softmax(z)", gamma=2.0)


@pytest.mark.slow
def test_the_projects_own_losses_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.symderiv]\ncatalogue = ["losses.txt"]\n')
    (tmp_path / "losses.txt").write_text("my-brier: L = sum_k (y_k - t_k)^2 where y = softmax(z)\n")
    monkeypatch.chdir(tmp_path)
    assert sd.derive("my-brier", goal="gradient", limit=None).verdict.word == "proved"
    z, t = np.zeros((1, 2)), np.array([[1.0, 0.0]])
    assert sd.kernel("my-brier", limit=None).value(z, t) == pytest.approx(0.5)
    (tmp_path / "losses.txt").write_text("my-brier: L = 2 sum_k (y_k - t_k)^2 where y = softmax(z)\n")
    assert sd.kernel("my-brier", limit=None).value(z, t) == pytest.approx(1.0)
    with pytest.raises(UnknownLossError):
        sd.derive("my-brie")
