"""What a formula means; the oracle is the term built by hand in the catalogue's notation."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symderiv.losses.notation import CLASSES, FEATURES, SAMPLES, S, i, j, k, lse, t, y, z
from symderiv.reading import FormulaError, read_loss
from symderiv.terms import (
    Abs,
    Array,
    Delta,
    Entry,
    Index,
    Mul,
    Number,
    Parameter,
    Power,
    Product,
    Size,
    Sum,
    Term,
    alpha_key,
    exp,
    log,
    maximum,
    number,
    total,
)  # fmt: skip

gamma, tau, delta_ = Parameter("gamma"), Parameter("tau"), Parameter("delta")
w, b = Array("w", (CLASSES,)), Array("b", (CLASSES,))
W, x = Array("W", (CLASSES, FEATURES)), Array("x", (FEATURES,))
d, n = Index("d", FEATURES), Index("n", SAMPLES)
zs, ts = Entry(Array("z", ()), ()), Entry(Array("t", ()), ())
half = Number(Fraction(1, 2))

SOFTMAX = " where y = softmax(z)"


def body(text: str, wrt: str | None = None) -> Term:
    return read_loss(text, wrt=wrt).loss.body


MEANINGS = {
    "L = -sum_k t_k (1 - y_k)^gamma log y_k" + SOFTMAX: -total(k, t[k] * (1 - y(k)) ** gamma * log(y(k))),
    "L = logsumexp(z) - sum_k t_k z_k": lse() - total(k, t[k] * z[k]),
    "L = lse(z) + sum_k 1": lse() + total(k, number(1)),
    "L = sum_k (y_k - t_k)^2" + SOFTMAX: total(k, (y(k) - t[k]) ** 2),
    "L = log(1 + exp(-t z))": log(1 + exp(-(ts * zs))),
    # a sum takes the product to its right, and stops at + and -
    "L = sum_k t_k z_k + lse(z)": total(k, t[k] * z[k]) + lse(),
    "L = 2 sum_k t_k z_k / C": 2 * total(k, t[k] * z[k] / Size(CLASSES)),
    "L = sum_k -z_k": total(k, -z[k]),
    # powers before signs, from right to left; functions take one factor with its power
    "L = -z^2": -(zs**2),
    "L = z^2^3": zs ** Power(number(2), number(3)),
    "L = z**-1": zs ** number(-1),
    "L = log z^2 t": log(zs**2) * ts,
    "L = log(z)^2": log(zs) ** 2,
    "L = log^2 z": log(zs) ** 2,
    "L = log log z": log(log(zs)),
    "L = log sum_k exp(2 z_k) t_k": log(total(k, exp(2 * z[k]) * t[k])),
    "L = e^{2 z}": exp(2 * zs),
    # quotients from left to right
    "L = z / 2 t": zs / 2 * ts,
    "L = z / (2 t)": zs / (2 * ts),
    "L = 1/2 z": half * zs,
    "L = 0.5 z": half * zs,
    "L = \\frac{1}{2} \\sum_{k=1}^{C} \\left(z_k - t_k\\right)^2": half * total(k, (z[k] - t[k]) ** 2),
    "L = -|z - t| + 2 |z|^2 |t|": -Abs(zs - ts) + 2 * Abs(zs) ** 2 * Abs(ts),
    "L = max(0, 1 - t z) + min(z, t)": maximum(0, 1 - ts * zs) - maximum(-zs, -ts),
    # Greek letters, raised and lowered signs, other spellings of the same signs
    "L = −Σₖ tₖ·zₖ²": -total(k, t[k] * z[k] ** 2),
    "L = ∑_k t_k × z_k^γ": total(k, t[k] * z[k] ** gamma),
    "L := \\sum_k t_k \\cdot z_k^\\gamma": total(k, t[k] * z[k] ** gamma),
    "-sum_k t_k z_k": -total(k, t[k] * z[k]),
    # products over a range, deltas, members left out, members by number
    "L = prod_k z_k": Product(k, z[k]),
    "L = sum_i sum_j delta_ij z_i z_j": total(i, total(j, Delta(i, j) * z[i] * z[j])),
    "L = sum_{i,j} δ_{ij} z_i z_j": total(i, total(j, Delta(i, j) * z[i] * z[j])),
    "L = sum_i sum_{k != i} z_k z_i": total(i, Sum(k, z[k] * z[i], i)),
    "L = Σᵢ Σₖ≠ᵢ zₖ zᵢ": total(i, Sum(k, z[k] * z[i], i)),
    "L = delta sum_k z_k": delta_ * total(k, z[k]),
    # two indices, of declared data
    "L = sum_k (z_k - sum_d W_kd x_d)^2 where W in R^{C x D}": total(k, (z[k] - total(d, W[k, d] * x[d])) ** 2),
    "L = sum_k (z_k - sum_d W_{k,d} x_d)^2 where W ∈ ℝ^{C×D}": total(k, (z[k] - total(d, W[k, d] * x[d])) ** 2),
}  # fmt: skip


@pytest.mark.parametrize("text", MEANINGS)
def test_a_formula_means_the_term(text: str) -> None:
    assert alpha_key(body(text)) == alpha_key(MEANINGS[text])


def test_softmax_of_the_logits_is_the_catalogue_s() -> None:
    problem = read_loss("L = -sum_k t_k log y_k where y = softmax(z)").problem
    assert problem.definitions[:2] == (S, y)
    assert "softmax:jacobian" in next(goal for goal in problem.goals if goal.slug == "gradient").cites


@pytest.mark.parametrize(
    "where",
    [
        "y_k = exp(z_k) / sum_j exp(z_j)",
        "y_i = e^{z_i} / sum_k e^{z_k}",
        "y_k = exp(z_k) / S, S = sum_j exp(z_j)",
        "y = softmax(z)",
    ],
)
def test_softmax_written_out_is_recognised(where: str) -> None:
    reading = read_loss(f"L = -sum_k t_k log y_k where {where}")
    assert reading.problem.definitions[:2] == (S, y)


def test_log_sum_exp_written_out_is_recognised() -> None:
    assert body("L = log sum_k exp(z_k) - sum_k t_k z_k") == body("L = lse(z) - sum_k t_k z_k")


def test_a_softmax_of_other_data_has_theorems_of_its_own() -> None:
    problem = read_loss("L = -sum_k t_k log p_k where p = softmax(s)", wrt="s").problem
    assert [goal.slug for goal in problem.goals][:2] == ["sum-of-p", "jacobian-of-p"]
    assert "loss:jacobian-of-p" in next(goal for goal in problem.goals if goal.slug == "gradient").cites
    assert not problem.builds_on


def test_a_vector_without_an_index_is_read_entry_by_entry() -> None:
    reading = read_loss("L = sum_k m_k^2 where m = (y + t)/2, y = softmax(z), t in R^C")
    m = next(definition for definition in reading.problem.definitions if definition.name == "m")
    (place,) = m.indices
    assert alpha_key(m.body) == alpha_key((y(place) + t[place]) / 2)


def test_definitions_may_stand_in_any_order_and_have_indices() -> None:
    reading = read_loss("L = sum_n sum_k A_nk^2 where A_nk = B_nk - b_k, B_nk = 2 X_nk, X in R^{N x C}", wrt="X")
    names = [definition.name for definition in reading.problem.definitions]
    assert names.index("B") < names.index("A") < names.index("L")
    X = Array("X", (SAMPLES, CLASSES))
    found = next(definition for definition in reading.problem.definitions if definition.name == "B")
    assert found.body == Mul((number(2), X[n, k]))


def test_data_and_numbers() -> None:
    reading = read_loss("L = -sum_k w_k t_k log softmax(z/tau)_k + a", assume=["0 < tau < 4", "t_k > 0"])
    assert [(array.name, array.positive) for array in reading.data] == [("w", False), ("t", True)]
    ranges = {each.parameter.name: (each.least, each.most, each.open) for each in reading.parameters}
    assert ranges == {"tau": (0, 4, True), "a": (None, None, False)}
    assert next(each.parameter for each in reading.parameters if each.parameter.name == "tau").positive


def test_where_nothing_is_a_vector_latin_letters_are_data_and_greek_ones_numbers() -> None:
    reading = read_loss("L = gamma log(1 + exp(-t z)) + q z^2", assume=["q > 0"])
    assert [array.name for array in reading.data] == ["t"]
    assert {each.parameter.name for each in reading.parameters} == {"gamma", "q"}


def test_the_variable() -> None:
    assert read_loss("L = sum_k t_k s_k", wrt="s").wrt.name == "s"
    assert read_loss("L = sum_k s_k^2").wrt.name == "s"
    assert read_loss("L = sum_k z_k^2 / tau", wrt="tau").wrt == Array("tau", ())
    assert read_loss("L = sum_k z_k^2 / τ", wrt="τ").wrt == Array("tau", ())


def test_goals_of_each_kind_of_variable() -> None:
    slugs = {wrt: [g.slug for g in read_loss("L = sum_k z_k^2 / tau", wrt=wrt).problem.goals] for wrt in ("z", "tau")}
    assert slugs == {"z": ["gradient", "hessian", "hvp"], "tau": ["gradient", "hessian"]}
    matrix = read_loss("L = sum_k (sum_d W_kd x_d)^2 where W in R^{C x D}", wrt="W").problem
    hessian = next(goal for goal in matrix.goals if goal.slug == "hessian")
    assert sorted(index.name for index in hessian.start.free) == ["d", "e", "i", "j"]


def test_readings_of_what_is_ambiguous_are_told() -> None:
    assert read_loss("L = z / t q").notes == ("a / b c is read from left to right, as (a / b) c",)
    assert any("called y" in note for note in read_loss("L = sum_k t_k softmax(z)_k").notes)
    assert read_loss("L = sum_k z_k^2").notes == ()


def test_an_apostrophe_belongs_to_the_name() -> None:
    reading = read_loss("L = sum_k (z_k - z'_k)^2", wrt="z")
    assert [array.name for array in reading.data] == ["z'"]


def test_long_sums_are_no_problem_and_longer_ones_are_refused() -> None:
    assert body("L = " + " + ".join(["z"] * 500))
    with pytest.raises(FormulaError, match="4001 parts; up to 2000 are read"):
        read_loss("L = " + " + ".join(["z"] * 4000))
    with pytest.raises(FormulaError, match="20000 are read"):
        read_loss("L = " + " + ".join(["z"] * 10000))
    with pytest.raises(FormulaError, match="nested more than 40 deep"):
        read_loss("L = " + "exp(" * 60 + "z" + ")" * 60)
    assert body("L = " + "(" * 500 + "z" + ")" * 500) == zs
