"""What the catalogue holds, how its results look, and that nothing heavy or random goes into it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from symderiv.losses import FOUNDATIONS, UnknownLossError, find
from symderiv.statements import Problem
from symderiv.terms import Add, Delta, Derivative, Mul, Number, Sum, Term, number, subterms
from tests.proving.catalogue import NAMES, derivation

GOALS = {
    "softmax": "positive sum-to-one shift-invariance complement jacobian-diagonal jacobian-off-diagonal jacobian"
    " jacobian-matrix jacobian-symmetric jacobian-rows jacobian-columns jvp vjp tempered-shift-invariance"
    " tempered-complement tempered-jacobian tempered-jvp tempered-vjp",
    "logsumexp": "shift max-shift tempered-max-shift gradient hessian hvp",
    "log-softmax": "closed-form shift-invariance jacobian jvp vjp",
    "cross-entropy": "likelihood one-hot one-hot-shift logits-form logits-form-simplex gradient-probabilities"
    " gradient-unnormalised gradient gradient-from-logits hessian hvp batch-sum batch-mean tempered-logits-form"
    " tempered-gradient tempered-hessian tempered-hvp weighted-gradient weighted-hessian smoothed-logits-form"
    " smoothed-gradient smoothed-hessian smoothed-hvp smoothed-label smoothed-label-logits-form smoothed-label-gradient"
    " smoothed-label-hessian smoothed-label-hvp",
    "binary-cross-entropy": "two-class-softmax two-class-loss stable-form logits-form sigmoid-derivative gradient"
    " hessian two-class-gradient",
    "linear-cross-entropy": "logits-by-weight logits-by-bias logits-by-input gradient-weight gradient-bias"
    " gradient-input batch-gradient-weight batch-gradient-bias smoothed-gradient-weight smoothed-gradient-bias"
    " smoothed-gradient-input weighted-gradient-weight weighted-gradient-bias",
}


def test_the_entries_and_their_goals_are_the_published_ones() -> None:
    assert {p.name: " ".join(g.slug for g in p.goals) for p in FOUNDATIONS} == GOALS


@pytest.mark.parametrize("problem", FOUNDATIONS, ids=lambda problem: problem.name)
def test_an_entry_is_complete(problem: Problem) -> None:
    slugs = [goal.slug for goal in problem.goals]
    assert problem.headline in slugs
    assert problem.prose
    assert all(goal.target is not None and goal.plan for goal in problem.goals)
    for role, name in problem.kernels:
        owner, _, slug = name.rpartition(":")
        assert any(goal.slug == slug for goal in find(owner or problem.name).goals), (role, name)


@pytest.mark.parametrize("name", NAMES)
def test_a_proof_is_no_longer_than_a_page_column(name: str) -> None:
    assert 1 <= len(derivation(name).lines) <= 14


def written(term: Term) -> list[Term]:
    return [inner for _, inner in subterms(term)]


@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_left_untidy(name: str) -> None:
    """No x * 1, no sum of negatives, no empty product, on any line; 0 * S may stand where a derivative vanishes."""
    for line in derivation(name).lines:
        for inner in written(line.term):
            if isinstance(inner, Mul):
                assert number(1) not in inner.factors
                assert len(inner.factors) > 1
                assert not any(isinstance(factor, Number) and factor.value < 0 for factor in inner.factors[1:])
            if isinstance(inner, Add):
                assert number(0) not in inner.terms
            if isinstance(inner, Sum) and line.rule != "lemma":
                assert not (isinstance(inner.body, Mul) and inner.body.factors[0] == number(-1))


@pytest.mark.parametrize("name", NAMES)
def test_a_result_starts_with_a_positive_term(name: str) -> None:
    for inner in written(derivation(name).lines[-1].term):
        if isinstance(inner, Add):
            signs = [
                isinstance(p, Mul) and isinstance(p.factors[0], Number) and p.factors[0].value < 0 for p in inner.terms
            ]
            assert all(signs) or not signs[0]


def test_results_hold_no_derivative_and_no_delta_but_the_jacobians_own() -> None:
    kept = {"softmax:jacobian-symmetric"}
    deltas = {"softmax:jacobian", "logsumexp:hessian", "log-softmax:jacobian", "cross-entropy:hessian"}
    deltas |= {"softmax:tempered-jacobian", "cross-entropy:tempered-hessian", "cross-entropy:smoothed-label-gradient"}
    deltas |= {f"cross-entropy:{kind}-hessian" for kind in ("weighted", "smoothed", "smoothed-label")}
    deltas |= {"linear-cross-entropy:logits-by-weight", "linear-cross-entropy:logits-by-bias"}
    for name in NAMES:
        kinds = {type(inner) for inner in written(derivation(name).lines[-1].term)}
        assert (Derivative in kinds) == (name in kept), name
        assert (Delta in kinds) == (name in deltas), name


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownLossError, match="no loss called 'cros-entropy'\\. Did you mean 'cross-entropy'\\?"):
        find("cros-entropy")
    with pytest.raises(UnknownLossError, match="There are softmax, logsumexp,"):
        find("qqq")


def run(code: str, seed: str = "0") -> str:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    return done.stdout


def test_importing_the_catalogue_imports_neither_sympy_nor_numba_nor_numpy() -> None:
    heavy = "[m for m in ('sympy', 'numba', 'numpy', 'flint') if m in sys.modules]"
    assert run(f"import sys, symderiv.losses, symderiv.proving; print({heavy})").strip() == "[]"


def test_derivations_do_not_depend_on_the_hash_seed() -> None:
    code = """
import hashlib
from symderiv.losses import FOUNDATIONS
from symderiv.proving import derive
text = "".join(repr(derive(problem, goal)) for problem in FOUNDATIONS for goal in problem.goals)
print(hashlib.sha256(text.encode()).hexdigest(), len(text))
"""
    texts = [run(code, seed) for seed in ("0", "1", "2")]
    assert len(set(texts)) == 1
    assert int(texts[0].split()[1]) > 100_000
