"""Rows, whole matrices and pairs as papers write them; the oracle is the term built by hand."""

from __future__ import annotations

import pytest

from symderiv.documents import text_of
from symderiv.losses.notation import CLASSES, FEATURES, SAMPLES, j, k, z
from symderiv.reading import read_loss
from symderiv.reading.worker import prove_one
from symderiv.statements import Theorem
from symderiv.terms import Array, Domain, Index, Product, Sum, Term, absolute, alpha_key, exp, number, root, total

Z, W = Array("Z", (SAMPLES, FEATURES)), Array("W", (SAMPLES, FEATURES))
w, y = Array("w", (FEATURES,)), Array("y", (SAMPLES,))
n, m, d = Index("n", SAMPLES), Index("m", SAMPLES), Index("d", FEATURES)
APART = total(k, Sum(j, z[k] * z[j], k))
ROWS: dict[str, Term] = {
    # pairs that leave out equal members, in every spelling of papers
    "L = sum_{i, j != i} z_i z_j": APART,
    "L = sum_{i != j} z_i z_j": APART,
    "L = sum_{i \\neq j} z_i z_j": APART,
    "L = sum_{i,j : i != j} z_i z_j": APART,
    "L = sum_{(i,j)} z_i z_j": total(k, total(j, z[k] * z[j])),
    "L = sum_i sum_{j=1, j != i}^C z_i z_j": APART,
    "L = prod_{i, j != i} z_i z_j": Product(k, Product(j, z[k] * z[j], k)),
    # rows of what is declared with two sizes are vectors
    "L = sum_n sum_{m != n} dot(Z_n, Z_m)": total(n, Sum(m, total(d, Z[n, d] * Z[m, d]), n)),
    "L = sum_n sum_m ||Z_n - Z_m||": total(n, total(m, root(total(d, (Z[n, d] - Z[m, d]) ** 2)))),
    # whole matrices in norms
    "L = ||Z||_F^2": total(n, total(d, Z[n, d] ** 2)),
    "L = ||Z - 2 W||_F": root(total(n, total(d, (Z[n, d] + number(-2) * W[n, d]) ** 2))),
    "L = ||Z||_1": total(n, total(d, absolute(Z[n, d]))),
    "L = ||y - Z w||^2": total(n, (y[n] - total(d, Z[n, d] * w[d])) ** 2),
    "L = ||2 Z w - 3 y||_2^2": total(n, (total(d, 2 * Z[n, d] * w[d]) + number(-3) * y[n]) ** 2),
}
"""Of data in R^C, or of Z and W in R^{N x D} where they stand in the loss."""


@pytest.mark.parametrize("text", ROWS)
def test_rows_pairs_and_matrices(text: str) -> None:
    declared = [f"{name} in R^{{N x D}}" for name in ("Z", "W") if name in text]
    written = f"{text} where {', '.join(declared)}" if declared else text
    assert alpha_key(read_loss(written, wrt="Z" if declared else "z").loss.body) == alpha_key(ROWS[text])


def test_a_product_of_matrices_in_a_norm() -> None:
    text = "L = ||Z - A B||_F^2 where Z in R^{N x D}, A in R^{N x M}, B in R^{M x D}"
    ranks = Domain("M", "M")
    A, B, r = Array("A", (SAMPLES, ranks)), Array("B", (ranks, FEATURES)), Index("r", ranks)
    product = total(r, A[n, r] * B[r, d])
    assert alpha_key(read_loss(text, wrt="A").loss.body) == alpha_key(total(n, total(d, (Z[n, d] - product) ** 2)))


def test_a_softmax_of_every_row() -> None:
    for written in (
        "L = -sum_n sum_k t_nk log p_nk where p_n = softmax(z_n), z in R^{N x C}",
        "L = -sum_n sum_k t_nk log p_nk where p_nk = exp(z_nk)/sum_j exp(z_nj), z in R^{N x C}",
        "L = -sum_n sum_k t_nk log softmax(z_n)_k where z in R^{N x C}",
    ):
        problem = read_loss(written, wrt="z").problem
        found = {definition.name: definition for definition in problem.definitions}
        share = found.get("p") or found["y"]
        z_nk = Array("z", (SAMPLES, CLASSES))
        row, column = share.indices
        (other,) = found["S"].indices
        bound = Index("k", CLASSES)
        assert share.body == exp(z_nk[row, column]) / found["S"](row)
        assert alpha_key(found["S"].body) == alpha_key(total(bound, exp(z_nk[other, bound])))


def test_how_far_a_logarithm_reaches_is_told() -> None:
    told = "log a / b is read as (log a) / b; else write log(a / b)"
    assert told in read_loss("L = sum_k p_k log p_k/q_k", wrt="p").notes
    assert read_loss("L = sum_k p_k log(p_k/q_k) + log(p_1)/2 + 1/2 log p_1", wrt="p").notes == ()


def test_the_variable_in_a_softmax_is_a_vector() -> None:
    reading = read_loss("L = -sum_k t_k log softmax(s (z - d t))_k", assume=["sum_k t_k = 1"])
    assert reading.wrt.domains == (CLASSES,)
    told = read_loss("L = -sum_k t_k log softmax(z + tau log p)_k").notes
    assert "p is one number for all entries; for a vector declare it, as in p in R^C" in told
    declared = read_loss("L = -sum_k t_k log softmax(z + tau log p)_k where p in R^C").notes
    assert not any("one number" in each for each in declared)


@pytest.mark.parametrize("column", ["i", "k", "j", "l", "m"])
def test_the_rows_of_a_softmax_may_have_any_letters(column: str) -> None:
    text = f"L = -1/N sum_n sum_k t_nk log p_nk where p_n{column} = exp(z_n{column})/sum_r exp(z_nr), z in R^{{N x C}}"
    problem = read_loss(text, wrt="z", assume=["sum_k t_nk = 1"]).problem
    for goal in problem.goals:
        assert len({index.name for index in goal.start.free}) == len(goal.start.free)


def test_a_softmax_of_every_row_is_proved() -> None:
    text = "L = -1/N sum_n sum_k t_nk log p_nk where p_n = softmax(z_n), z in R^{N x C}"
    problem = read_loss(text, wrt="z", assume=["sum_k t_nk = 1"]).problem
    theorem = prove_one(problem, next(goal for goal in problem.goals if goal.slug == "gradient"), 0)
    assert isinstance(theorem, Theorem), theorem
    assert theorem.verdict.word == "proved"
    assert text_of(theorem.claim.right, theorem.derivation.theory) == "(pₙᵢ − tₙᵢ)/N"
