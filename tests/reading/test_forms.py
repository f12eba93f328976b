"""Losses as papers print them end in the form of an author; oracles: that form, and central differences."""

from __future__ import annotations

import pytest

from symderiv.api import conditions_of
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
    # One number, one power of each factor, one fraction bar.
    ("L = (x - mu)^2/(mu^2 x) + log(x^3)", "mu", ("mu > 0", "x > 0"), "gradient", "proved", "−2 (x − μ)/μ³"),
    ("L = log(s2/s1) + (s1^2 + (m1 - m2)^2)/(2 s2^2)", "m1,s2", ("s1 > 0", "s2 > 0"), "hessian-m1-s2", "proved",
     "−2 (m₁ − m₂)/s₂³"),
    ("L = sqrt((x - t)^2 + eps^2)", "x", ("eps > 0",), "gradient", "proved", "(x − t)/sqrt((x − t)² + eps²)"),
    ("L = c^2/6 (1 - (1 - (x/c)^2)^3)", "x", ("c > 0",), "gradient", "proved", "x (1 − (x/c)²)²"),
    ("L = exp(-t z)", "z", (), "gradient", "proved", "−t exp(−t z)"),
    ("L = sum_k log(1 + exp(-t_k z_k))/C", "z", (), "hessian", "proved",
     "tᵢ² δᵢⱼ exp(−tᵢ zᵢ)/(C (1 + exp(−tᵢ zᵢ))²)"),
    # No fraction in a fraction.
    ("L = log(mu) + x/mu", "mu", ("mu > 0",), "gradient", "proved", "(μ − x)/μ²"),
    ("L = (x - m)^2/(2 s^2) + log(s)", "s", ("s > 0",), "hessian", "proved", "(3 (x − m)² − s²)/s⁴"),
    # Powers of a quotient, and roots.
    ("L = d log l + (x/l)^k", "l", ("l > 0", "x > 0"), "hessian", "proved", "(k (1 + k) (x/l)^k − d)/l²"),
    ("L = sqrt(x)^2 + sqrt(x^2)", "x", ("x > 0",), "gradient", "proved", "2"),
    (
        "L = 1 - sum_k sqrt(t_k y_k) where y = softmax(z)", "z", ("t_k > 0",), "gradient", "proved",
        "(yᵢ Σₖ sqrt(tₖ yₖ) − sqrt(yᵢ tᵢ))/2",
    ),
    # Roots of numbers, and a quantity that is defined as a quotient.
    (
        "L = s (u erf(u/sqrt(2)) + sqrt(2/pi) exp(-u^2/2) - 1/sqrt(pi)) where u = (x - m)/s", "m,s", ("s > 0",),
        "gradient-m", "proved", "−erf(u/sqrt(2))",
    ),
    (
        "L = s (u erf(u/sqrt(2)) + sqrt(2/pi) exp(-u^2/2) - 1/sqrt(pi)) where u = (x - m)/s", "m,s", ("s > 0",),
        "gradient-s", "proved", "(sqrt(2) exp(−u²/2) − 1)/sqrt(π)",
    ),
    # Signs and absolute values.
    ("L = |x - t|^3/3", "x", (), "gradient", "proved", "(x − t) |x − t|"),
    ("L = |x - t|^3/3", "x", (), "hessian", "proved", "2 |x − t|"),
    ("L = x |x| sign(x)", "x", (), "gradient", "proved", "2 x"),
    (
        "L = |x - t|/(|x| + |t|)", "x", (), "hessian", "proved",
        "2 (|x − t|/(|x| + |t|) − sign(x − t) sign(x))/(|x| + |t|)²",
    ),
    # Of a maximum the term that decides; of a tie the plainer term.
    (
        "L = -min(r A, clip(r, 1 - e, 1 + e) A)", "r", ("e > 0",), "gradient", "proved",
        "A (step(A (max(−max(r, 1 − e), −1 − e) + r)) (1 − step(1 + e − r) step(r − 1 + e)) − 1)",
    ),
    # Norms.
    ("L = ||a - p||^2 - ||a - n||^2", "a", (), "gradient", "proved", "2 (nᵢ − pᵢ)"),
)  # fmt: skip


CONDITIONS = (
    ("L = -min(r A, clip(r, 1 - e, 1 + e) A)", "r", ("e > 0",), "gradient", "1 + e − r ≠ 0, r − 1 + e ≠ 0"),
    ("L = -min(r A, clip(r, 1 - e, 1 + e) A)", "r", ("e > 0",), "hessian", "1 + e − r ≠ 0, r − 1 + e ≠ 0, A ≠ 0"),
    ("L = |x|^p", "x", ("p > 0",), "gradient", "x ≠ 0"),
    ("L = |x - t|/|t|", "x", (), "gradient", "t ≠ 0, x − t ≠ 0"),
    ("L = |x - t|/(|x| + |t|)", "x", (), "gradient", "x − t ≠ 0, x ≠ 0"),
    ("L = sum_k max(0, 1 - t_k z_k)", "z", (), "gradient", "1 − tᵢ zᵢ ≠ 0"),
    ("L = max(0, 1 - x)^2", "x", (), "gradient", ""),
)


@pytest.mark.parametrize(("text", "wrt", "assume", "goal", "wanted"), CONDITIONS)
def test_the_conditions_are_as_few_as_say_the_same(
    text: str, wrt: str, assume: tuple[str, ...], goal: str, wanted: str
) -> None:
    problem = read_loss(text, wrt=wrt, assume=assume).problem
    theorem = prove_one(problem, next(each for each in problem.goals if each.slug == goal), 0)
    assert isinstance(theorem, Theorem), theorem
    assert theorem.verdict.word == "proved"
    assert sorted(conditions_of(theorem)) == sorted(wanted.split(", ") if wanted else [])


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
