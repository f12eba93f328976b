"""Losses as papers print them end in the form of an author; oracles: that form, and central differences."""

from __future__ import annotations

import pytest

from symderiv.documents import text_of
from symderiv.reading import read_loss
from symderiv.reading.worker import prove_one
from symderiv.statements import Theorem
from tests.proving.numeric import everywhere, near, points, value

ROWS = "p_nk = exp(z_nk)/sum_j exp(z_nj), z in R^{N x C}"
FORMS = (
    # A softmax along the rows is recognised, with its theorems.
    (
        f"L = -sum_n (r_n - b_n) sum_k a_nk log p_nk where {ROWS}", "z", ("sum_k a_nk = 1",), "gradient", "proved",
        "(rₙ − bₙ) (pₙᵢ − aₙᵢ)",
    ),
    (
        "L = -1/N sum_i log(exp(s_ii/tau)/sum_j exp(s_ij/tau)) where s in R^{N x N}", "s", ("tau > 0",), "gradient",
        "proved exact", "(yₙᵢ − δᵢₙ)/(τ N)",
    ),
    # The softmax of other data sums to 1 as well.
    (
        "L = -(1 - alpha) sum_k t_k log y_k + alpha tau^2 sum_k q_k log(q_k/p_k) where y = softmax(z), "
        "p = softmax(z/tau), q = softmax(u/tau)", "z", ("sum_k t_k = 1", "tau > 0"), "gradient", "proved",
        "α τ (pᵢ − qᵢ) + (1 − α) (yᵢ − tᵢ)",
    ),
    # A quotient of sums, and a cosine.
    (
        "L = 1 - 2 sum_n p_n t_n/(sum_n p_n + sum_n t_n)", "p", ("p_n > 0", "t_n > 0"), "gradient", "proved",
        "2 (Σₖ pₖ tₖ − tᵢ Σₖ (pₖ + tₖ))/(Σₖ pₖ + Σₖ tₖ)²",
    ),
    (
        "L = 1 - sum_d a_d b_d/(sqrt(sum_d a_d^2) sqrt(sum_d b_d^2))", "a", (), "gradient", "proved",
        "((aᵢ Σₖ aₖ bₖ)/(Σₖ aₖ²) − bᵢ)/(sqrt(Σₖ aₖ²) sqrt(Σₖ bₖ²))",
    ),
    # Sums over one range are taken together, the residual in a bracket.
    (
        "L = 1/2 sum_n (t_n - sum_d X_nd w_d)^2 + lambda_1 sum_d |w_d| + lambda_2 sum_d w_d^2 where X in R^{N x D}",
        "w", (), "gradient", "proved", "lambda1 sign(w_d) + 2 lambda2 w_d + Σₘ X_md (Σₑ Xₘₑ wₑ − tₘ)",
    ),
    # A sigmoid is written in p and 1 - p.
    (
        "L = sum_k (p_k - t_k)^2 where p_k = sigmoid(z_k)", "z", (), "gradient", "proved", "2 pᵢ (pᵢ − tᵢ) (1 − pᵢ)",
    ),
    ("L = -log p where p = σ(z)", "z", (), "hessian", "proved", "p (1 − p)"),
    # One fraction bar, equal factors together.
    ("L = -log σ(β z)", "z", (), "hessian", "proved", "β² exp(−β z)/(1 + exp(−β z))²"),
    (
        "L = (nu + 1)/2 log(1 + (x - m)^2/(nu s^2)) + log s", "m", ("nu > 0", "s > 0"), "hessian", "proved",
        "(ν + 1) (ν s² − (x − m)²)/(ν s² + (x − m)²)²",
    ),
    # Exponents that vary, and products over a range.
    (
        "L = -log(k/l) - (k - 1) log(x/l) + (x/l)^k", "k", ("k > 0", "l > 0", "x > 0"), "gradient", "proved",
        "(log x − log l) ((x/l)^k − 1) − 1/k",
    ),
    ("L = 1 - prod_k (1 - q_k)", "q", (), "gradient", "exact", "Πₖ≠ᵢ (1 − qₖ)"),
    # Norms.
    ("L = ||a - p||^2 - ||a - n||^2", "a", (), "gradient", "proved", "2 (nᵢ − pᵢ)"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "wrt", "assume", "goal", "verdict", "form"), FORMS)
def test_the_form_that_an_author_would_print(
    text: str, wrt: str, assume: tuple[str, ...], goal: str, verdict: str, form: str
) -> None:
    problem = read_loss(text, wrt=wrt, assume=assume).problem
    theorem = prove_one(problem, next(each for each in problem.goals if each.slug == goal), 0)
    assert isinstance(theorem, Theorem), theorem
    found = theorem.derivation
    assert text_of(theorem.claim.right, found.theory) == form
    assert theorem.verdict.word in verdict.split()
    point = points((found.start, theorem.claim.right), found.theory, seed=3)
    for at in everywhere(found.start.free):
        assert near(value(found.start, point, at), value(theorem.claim.right, point, at))
