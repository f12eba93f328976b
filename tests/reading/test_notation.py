"""Formulas as papers print them; the oracle is the term built by hand, or the same formula in plainer notation."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symderiv.losses.notation import CLASSES, SAMPLES, j, k
from symderiv.reading import FormulaError, read_loss
from symderiv.terms import (
    Array,
    Entry,
    Index,
    Number,
    Parameter,
    Size,
    Step,
    Term,
    absolute,
    alpha_key,
    exp,
    log,
    maximum,
    number,
    root,
    total,
)  # fmt: skip

a, p = Array("a", (CLASSES,)), Array("p", (CLASSES,))
r, u = Entry(Array("r", ()), ()), Entry(Array("u", ()), ())
u_ = Parameter("u")

MEANINGS: dict[tuple[str, str], Term] = {
    # norms and products of vectors, whose names are vectors by standing there
    ("L = ||a - p||^2", "a"): total(k, (a[k] - p[k]) ** 2),
    ("L = ||a - p||_2^2", "a"): total(k, (a[k] - p[k]) ** 2),
    ("L = \\lVert a - p \\rVert", "a"): root(total(k, (a[k] - p[k]) ** 2)),
    ("L = \\left\\| a - p \\right\\|_{2}", "a"): root(total(k, (a[k] - p[k]) ** 2)),
    ("L = norm(a)", "a"): root(total(k, a[k] ** 2)),
    ("L = norm(a)^2", "a"): total(k, a[k] ** 2),
    ("L = ||a||_1", "a"): total(k, absolute(a[k])),
    ("L = dot(a, p)", "a"): total(k, a[k] * p[k]),
    # cases
    ("L = {r^2 if r > u, 0 otherwise}", "r"): Step(r - u) * r**2,
    ("L = {r^2 if r >= u, 0 otherwise}", "r"): (1 - Step(u - r)) * r**2,
    ("L = {r if r > u, u otherwise}", "r"): maximum(r, u),
    ("L = {r if r > 0 else 0}", "r"): maximum(0, r),
    ("L = {r if r >= 0 else -r}", "r"): absolute(r),
    ("L = {r if r < 0, 1 otherwise} u", "r"): (Step(-r) * r + (1 - Step(-r))) * u,
    # functions that are written in others
    ("L = log1p(r) + expm1(u)", "r"): log(1 + r) + (exp(u) + number(-1)),
    ("L = clip(r, 0, 1)", "r"): -maximum(-maximum(r, 0), number(-1)),
    ("L = logsigmoid(r)", "r"): -log(1 + exp(-r)),
    # σ before a bracket is the sigmoid
    ("L = -log σ(r)", "r"): -log(1 / (1 + exp(-r))),
    ("L = -log \\sigma(r)", "r"): -log(1 / (1 + exp(-r))),
    ("L = σ * (r + u)", "r"): Parameter("sigma") * (r + u),
    # bars, brackets and words of LaTeX
    ("L = \\left|r\\right| + \\lvert u \\rvert", "r"): absolute(r) + absolute(u),
    ("L = \\max\\left(0, r\\right)^2", "r"): maximum(0, r) ** 2,
    ("\\mathcal{L} = \\operatorname{softplus}(r)", "r"): log(1 + exp(r)),
    ("L = \\log\\left(r\\right)^2", "r"): log(r) ** 2,
    # the name of the loss with a label, and as a function
    ("L_{CE}(r, u) = r^2", "r"): r**2,
    ("\\mathcal{L}_{\\text{CE}} = r^2", "r"): r**2,
    ("L(r) = r^2", "r"): r**2,
    # sums that end where a divisor sums over their index again
    ("L = sum_k a_k p_k / sum_k a_k", "a"): total(k, a[k] * p[k]) / total(k, a[k]),
    ("L = 2 sum_k a_k p_k / (sum_k a_k + 1) u", "a"): 2 * total(k, a[k] * p[k]) / (total(k, a[k]) + 1) * u_,
    ("L = sum_k a_k / sum_j p_j where a in R^C, p in R^C", "a"): total(k, a[k] / total(j, p[j])),
    # numbers
    ("L = r^2 + 1e-8 r", "r"): r**2 + Number(Fraction(1, 10**8)) * r,
    ("L = 2.5E2 r + 1. u", "r"): 250 * r + 1 * u,
}  # fmt: skip


@pytest.mark.parametrize(("text", "wrt"), list(MEANINGS))
def test_a_formula_means_the_term(text: str, wrt: str) -> None:
    assert alpha_key(read_loss(text, wrt=wrt).loss.body) == alpha_key(MEANINGS[text, wrt])


def test_numbers_told_apart_by_a_numeral() -> None:
    reading = read_loss(
        "L = lambda_1 sum_d |w_d| + λ_2 sum_d w_d^2", wrt="w", assume=["lambda_1 > 0", "0 < lambda_2 < 1"]
    )
    found = {each.parameter: (each.least, each.most) for each in reading.parameters}
    zero, one = Fraction(0), Fraction(1)
    assert found == {Parameter("lambda1", True): (zero, None), Parameter("lambda2", True): (zero, one)}
    assert reading.data == ()
    # Latin letters, letters with an index elsewhere, and the variable itself keep their members.
    assert [x.name for x in read_loss("L = sum_k z_k^2 - z_1 + x_1", wrt="z").data] == ["x"]
    assert [x.name for x in read_loss("L = sum_k z_k mu_k - mu_1", wrt="z").data] == ["mu"]
    assert read_loss("L = (theta_1 - theta_2)^2", wrt="theta").wrt.domains == (CLASSES,)


def test_where_a_sum_ends_is_told() -> None:
    ended = read_loss("L = sum_k a_k p_k / sum_k a_k", wrt="a").notes
    assert "the sum over k ends before the / that follows it" in ended
    below = read_loss("L = sum_k a_k / sum_j a_j p_j", wrt="a").notes
    assert "the sum over j below the / takes all that follows it" in below


def test_words_that_are_numbers() -> None:
    reading = read_loss("L = sum_k max(0, margin - z_k) + log(eps + z_1^2)", assume=["margin > 0"])
    assert {each.parameter.name for each in reading.parameters} == {"margin", "eps"}
    assert read_loss("L = (mean - t)^2", wrt="mean").wrt == Array("mean", ())
    with pytest.raises(FormulaError, match="or assume something of it, as in margin > 0"):
        read_loss("L = sum_k max(0, margin - z_k)")


def test_the_size_of_the_only_range() -> None:
    n = read_loss("L = 1/N sum_n (z_n - t_n)^2")
    assert n.wrt.domains == (SAMPLES,)
    assert n.parameters == ()
    assert any(part == "N is the size of the range; for another number declare it, as in N in R" for part in n.notes)
    assert [e.parameter.name for e in read_loss("L = N sum_n z_n^2", assume=["N > 0"]).parameters] == ["N"]
    assert [e.parameter.name for e in read_loss("L = N/C sum_n z_n^2").parameters] == ["N"]
    there = Array("z", (SAMPLES,))
    m = Index("m", SAMPLES)
    assert alpha_key(read_loss("L = 1/N sum_n z_n^2").loss.body) == alpha_key(
        number(1) / Size(SAMPLES) * total(m, there[m] ** 2)
    )


REFUSED = [
    ("L = sum_k cos(z_k)", "          ^", "angles are not known"),
    ("L = lgamma(z)", "    ^", "can be left out"),
    ("L = Γ(z)", "    ^", "can be left out"),
    ("L = log(det(S))", "        ^", "by entries"),
    ("L = mean(z)", "    ^", "write the sum and its size"),
    ("L = max_k z_k", "       ^", "the maximum over a range is not known"),
    ("L = sum_i |x_{i+1} - x_i|", "               ^", "neighbours of a member"),
    ("L = 1[z > 0]", "        ^", "a choice is written with step(x)"),
    ("L = E[z]", "    ^", "a sum over the samples"),
    ("L = \\mathbb{E}[z]", "    ^", "a sum over the samples"),
    ("L = w^T x", "    ^", "dot(w, x)"),
    ("L = σ(z) + σ", "    ^", "σ is a number elsewhere"),
    ("L = {z if z = 0, 1 otherwise}", "              ^", "compares by <, <=, > or >="),
    ("L = 1e999999999 z", "    ^", "at most 10^300"),
    ("L = clip(z, 1)", "    ^", "clip takes three arguments"),
    ("L = dot(z)", "    ^", "dot takes two vectors"),
    ("L = norm(z_k)", "         ^", "norm takes a whole vector"),
    ("L = z/(1 - 1)", "       ^", "a division by 0"),
    ("L = 0^(-1) z", "    ^", "a division by 0"),
    ("L = log(0) z", "    ^", "the logarithm of 0 has no value"),
    ("L = sqrt(-1) z", "    ^", "the square root of -1 has no value"),
    ("L = (-1)^z", "     ^", "the base has to be positive"),
    ("L = (-8)^(1/3) z", "     ^", "is no real number"),
    ("L = 10^10^10 z", "    ^", "this one has more"),
    ("L = 10^1000000000 z", "    ^", "this one has more"),
    ("L = log det(S)", "        ^", "by entries"),
    ("L = sum_{k in B} z_k", "          ^", "over its whole range"),
    ("L = sum_{i<=j} z_i z_j", "         ^", "over its whole range"),
    ("L = sum_{k=1}^{10} z_k", "               ^", "a sum runs to a letter"),
    ("L = sum_k z[k]", "           ^", "an entry is written z_{k}"),
    ("L = norm(z)_k", "    ^", "norm is one number"),
]


@pytest.mark.parametrize(("text", "caret", "says"), REFUSED)
def test_what_is_not_known_says_how_to_write_it(text: str, caret: str, says: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read_loss(text)
    assert says in caught.value.sentence
    assert str(caught.value).splitlines()[1:] == [f"  {text}", f"  {caret}"]
