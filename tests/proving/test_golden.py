"""The text of every proof as a golden, and the two classic proofs line by line as a textbook has them."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.proving.catalogue import NAMES, derivation
from tests.proving.plain import plain, shown


@pytest.mark.parametrize("name", NAMES)
def test_the_proof_reads_as_before(name: str, snapshot: SnapshotAssertion) -> None:
    assert shown(derivation(name)) == snapshot


def lines(name: str) -> list[tuple[str, str]]:
    return [(plain(line.term), line.rule) for line in derivation(name).lines]


def test_the_jacobian_by_cases_on_the_diagonal() -> None:
    assert lines("softmax:jacobian-diagonal") == [
        ("∂[exp(z_i)/S]/∂z_i", "definition"),
        ("(∂[exp(z_i)]/∂z_i S - exp(z_i) ∂[S]/∂z_i)/S^2", "quotient-rule"),
        ("(exp(z_i) S - exp(z_i) exp(z_i))/S^2", "derivative-of-exp"),
        ("exp(z_i)/S (S - exp(z_i))/S", "factor"),
        ("exp(z_i)/S (1 - exp(z_i)/S)", "split-fraction"),
        ("y_i (1 - y_i)", "fold"),
    ]


def test_the_jacobian_by_cases_off_the_diagonal() -> None:
    assert lines("softmax:jacobian-off-diagonal") == [
        ("∂[exp(z_i)/S]/∂z_j", "definition"),
        ("(∂[exp(z_i)]/∂z_j S - exp(z_i) ∂[S]/∂z_j)/S^2", "quotient-rule"),
        ("(0 S - exp(z_i) exp(z_j))/S^2", "derivative-of-exp"),
        ("-exp(z_i)/S exp(z_j)/S", "separate-fractions"),
        ("-y_i y_j", "fold"),
    ]


def test_the_gradient_with_the_sum_split_at_the_index() -> None:
    assert lines("cross-entropy:gradient") == [
        ("-Σ_k ∂[t_k log(y_k)]/∂z_i", "linearity-over-sum"),
        ("-Σ_k t_k ∂[log(y_k)]/∂z_i", "constant-factor"),
        ("-Σ_k t_k/y_k ∂[y_k]/∂z_i", "chain-rule"),
        ("-t_i/y_i ∂[y_i]/∂z_i - Σ_k≠i t_k/y_k ∂[y_k]/∂z_i", "split-sum"),
        ("-t_i/y_i y_i (1 - y_i) - Σ_k≠i t_k/y_k (-y_k y_i)", "lemma"),
        ("-t_i + t_i y_i + Σ_k≠i t_k y_i", "cancel"),
        ("-t_i + Σ_k t_k y_i", "merge-sum"),
        ("-t_i + y_i Σ_k t_k", "constant-out"),
        ("y_i - t_i", "assumption"),
    ]


def test_the_jacobian_in_one_formula() -> None:
    assert lines("softmax:jacobian") == [
        ("∂[exp(z_i)/S]/∂z_j", "definition"),
        ("(∂[exp(z_i)]/∂z_j S - exp(z_i) ∂[S]/∂z_j)/S^2", "quotient-rule"),
        ("(∂[exp(z_i)]/∂z_j S - exp(z_i) Σ_k ∂[exp(z_k)]/∂z_j)/S^2", "linearity-over-sum"),
        ("(exp(z_i) ∂[z_i]/∂z_j S - exp(z_i) Σ_k exp(z_k) ∂[z_k]/∂z_j)/S^2", "derivative-of-exp"),
        ("(exp(z_i) δ_ij S - exp(z_i) Σ_k exp(z_k) δ_jk)/S^2", "coordinate"),
        ("(exp(z_i) δ_ij S - exp(z_i) exp(z_j))/S^2", "sift"),
        ("(exp(z_i) (δ_ij S - exp(z_j)))/S^2", "factor"),
        ("y_i (δ_ij S - exp(z_j))/S", "fold"),
        ("y_i ((δ_ij S)/S - exp(z_j)/S)", "split-fraction"),
        ("y_i (δ_ij - exp(z_j)/S)", "cancel"),
        ("y_i (δ_ij - y_j)", "fold"),
    ]


def test_the_gradient_with_the_delta() -> None:
    assert lines("cross-entropy:gradient-unnormalised") == [
        ("-Σ_k ∂[t_k log(y_k)]/∂z_i", "linearity-over-sum"),
        ("-Σ_k t_k ∂[log(y_k)]/∂z_i", "constant-factor"),
        ("-Σ_k t_k/y_k ∂[y_k]/∂z_i", "chain-rule"),
        ("-Σ_k t_k/y_k y_k (δ_ik - y_i)", "lemma"),
        ("-Σ_k t_k (δ_ik - y_i)", "cancel"),
        ("-Σ_k (t_k δ_ik - t_k y_i)", "distribute"),
        ("-(Σ_k t_k δ_ik - Σ_k t_k y_i)", "linearity-of-sum"),
        ("-(t_i - Σ_k t_k y_i)", "sift"),
        ("-(t_i - y_i Σ_k t_k)", "constant-out"),
        ("y_i Σ_k t_k - t_i", "distribute"),
    ]
