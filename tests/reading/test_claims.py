"""Claims as people write them: what is proved, what is false with numbers that anyone can check, what is refused."""

from __future__ import annotations

import math

import pytest

import symderiv as sd
from symderiv.reading import FormulaError
from symderiv.reading.claims import is_claim, read_claim
from symderiv.reading.derivatives import differentials

CROSS_ENTROPY = "where L = -sum_k t_k log y_k, y = softmax(z)"
SOFTMAX = "where y = softmax(z)"
TOTAL = ("sum_k t_k = 1",)

TRUE = [
    (f"dL/dz_i = y_i - t_i {CROSS_ENTROPY}", TOTAL),
    (f"dL/dz = y - t {CROSS_ENTROPY}", TOTAL),
    (f"dL/dz_i = y_i sum_k t_k - t_i {CROSS_ENTROPY}", ()),
    (f"∂L/∂zᵢ = yᵢ Σₖ tₖ − tᵢ {CROSS_ENTROPY}", ()),
    (rf"\frac{{\partial L}}{{\partial z_i}} = y_i - t_i {CROSS_ENTROPY}", TOTAL),
    (f"dy_i/dz_j = y_i (delta_ij - y_j) {SOFTMAX}", ()),
    (f"dy_i/dz_j = -y_i y_j {SOFTMAX}", ("i != j",)),
    (f"sum_i dy_i/dz_j = 0 {SOFTMAX}", ()),
    (f"sum_k y_k = 1 {SOFTMAX}", ()),
    (f"y_i > 0 {SOFTMAX}", ()),
    (f"0 < y_i {SOFTMAX}", ()),
    ("d^2L/(dz_i dz_j) = y_i (delta_ij - y_j) where L = logsumexp(z), y = softmax(z)", ()),
    ("∂²L/∂z_i∂z_j = y_i (delta_ij - y_j) where L = logsumexp(z), y = softmax(z)", ()),
    ("d^2L/dz_1^2 = y_1 (1 - y_1) where L = logsumexp(z), y = softmax(z)", ()),
    ("dL/ds = 2 s where L = s^2", ()),
    ("dL/dy_k = -t_k / y_k where L = -sum_k t_k log y_k, y = softmax(z)", ()),
    ("dL/dW_kd = (y_k - t_k) x_d where L = -sum_k t_k log y_k, y = softmax(z), z_k = sum_d W_kd x_d + b_k, "
     "W in R^{C x D}, x in R^D", TOTAL),
    (f"dL/dz_i = -sum_k t_k / y_k dy_k/dz_i = -sum_k t_k (delta_ki - y_i) = y_i - t_i {CROSS_ENTROPY}", TOTAL),
]  # fmt: skip


@pytest.mark.parametrize(("text", "assume"), TRUE, ids=[text[:40] for text, _ in TRUE])
def test_what_is_true_is_proved(text: str, assume: tuple[str, ...]) -> None:
    assert is_claim(text)
    found = sd.check(text, assume=assume, seed=3)
    assert found.verdict.word == "proved", found.verdict
    assert found.sound


def numbers(data: tuple[tuple[str, str], ...], name: str, count: int) -> list[float]:
    """The entries of data called `name` in a counterexample."""
    by_name = dict(data)
    return [eval_fraction(by_name[f"{name}[{k}]"]) for k in range(1, count + 1)]


def eval_fraction(text: str) -> float:
    above, _, below = text.partition("/")
    return float(above) / float(below or 1)


def test_a_wrong_sign_is_false_at_numbers_that_anyone_can_check() -> None:
    (found,) = sd.check(f"dL/dz_i = y_i + t_i {CROSS_ENTROPY}", assume=TOTAL, seed=3).results
    example = found.theorem.verdict.counterexample
    assert found.theorem.verdict.word == "false"
    assert example is not None
    count = dict(example.sizes)["classes"]
    z, t = numbers(example.data, "z", count), numbers(example.data, "t", count)
    i = dict(example.indices)["i"] - 1
    y = math.exp(z[i]) / sum(map(math.exp, z))
    assert float(example.left.split(" ")[0].strip("[]")) == pytest.approx(y - t[i], abs=1e-9)
    assert float(example.right.split(" ")[0].strip("[]")) == pytest.approx(y + t[i], abs=1e-9)


def test_without_its_assumption_a_claim_is_false() -> None:
    assert sd.check(f"dL/dz_i = y_i - t_i {CROSS_ENTROPY}").verdict.word == "false"
    assert sd.check(f"dy_i/dz_j = -y_i y_j {SOFTMAX}").verdict.word == "false"


def test_the_first_wrong_line_of_a_derivation_is_the_one_that_is_false() -> None:
    text = f"dL/dz_i = -sum_k t_k / y_k dy_k/dz_i = -sum_k t_k (delta_ki + y_i) = -y_i - t_i {CROSS_ENTROPY}"
    (found,) = sd.check(text, assume=TOTAL, seed=1).results
    assert [verdict.word for verdict in found.theorem.lines] == ["proved", "false", "proved"]
    assert found.theorem.direct.word == "false"


def test_what_holds_at_small_class_counts_only_is_false() -> None:
    # 4! times the elementary symmetric polynomial of degree 4, which no three numbers have.
    hidden = "1 - 6 sum_k y_k^2 + 3 (sum_k y_k^2)^2 + 8 sum_k y_k^3 - 6 sum_k y_k^4"
    found = sd.check(f"{hidden} = 0 {SOFTMAX}")
    assert found.verdict.word == "false"
    assert found.verdict.counterexample is not None
    assert dict(found.verdict.counterexample.sizes)["classes"] >= 4


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("L = -sum_k t_k log y_k where y = softmax(z)", False),
        ("-sum_k t_k log y_k where y = softmax(z)", False),
        ("L := z^2", False),
        ("softmax", False),
        ("a.json", False),
        ("sum_{k=1}^C z_k", False),
        ("y_i = 1", True),
        ("yᵢ = 1", True),
        ("dL/dz = 1", True),
        ("2 x = x + x", True),
        ("y_i >= 0 where y = softmax(z)", True),
    ],
)
def test_a_claim_is_told_from_a_loss(text: str, claim: bool) -> None:
    assert is_claim(text) is claim


REFUSED = [
    ("dL/dz_i = y_i", "", " ^", "L is not defined"),
    ("dL/dw_i = y_i where L = sum_k y_k, y = softmax(z)", "", "    ^", "L does not depend on w"),
    ("dL/dz_i = y_i - where L = logsumexp(z), y = softmax(z)", "", "               ^", "ends where"),
    ("dL/dz_i = = 0 where L = logsumexp(z)", "", "         ^", "a side of the equation is missing"),
    ("∂/∂z_i log(y_i) = 0 where y = softmax(z)", "", "^", "of a name by a name"),
    ("d^2L/dz_i = 0 where L = logsumexp(z)", "", "^", "two variables below"),
    ("dy/dz = y - y^2 where y = softmax(z)", "", "^", "two indices or more"),
    ("d^2L/dz^2 = y where L = logsumexp(z), y = softmax(z)", "", "^", "two indices or more"),
    ("dL/dz_i = y - t where L = logsumexp(z), y = softmax(z)", "", "", "a vector"),
    ("y_i >= 0 where y = softmax(z)", "", "    ^", "has < or >"),
    ("0 < y_i < 1 where y = softmax(z)", "", "  ^", "an inequality stands alone"),
    ("dL/dz_i = sum_k W_kd where L = logsumexp(z)", "", "", "cannot be told"),
    ("dL/dz_i = f(z_i) where L = logsumexp(z)", "", "          ^", "'f' is not a function"),
    ("dL/dz_i = z_i where L = logsumexp(z)", "sum_k t_k = 1", "", "which is not in the formula"),
    ("dL/dz_i = z_i where L = logsumexp(z)", "i != j", "", "no two indices"),
]


@pytest.mark.parametrize(("text", "assume", "caret", "says"), REFUSED, ids=[text[:30] for text, *_ in REFUSED])
def test_what_is_not_understood_gets_a_sentence_and_a_caret(text: str, assume: str, caret: str, says: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read_claim(text, assume=[assume] if assume else [])
    assert says in str(caught.value)
    if caret:
        assert str(caught.value).splitlines()[-1] == f"  {caret}"


def test_derivatives_are_found_where_they_stand() -> None:
    text = r"dL/dz_i + 2 ∂²y_k/∂z_i∂z_j - \frac{\partial L}{\partial W_{kd}} + d^2L/(dz_i dz_j)"
    found = differentials(text, len(text))
    assert [text[each.begin : each.end] for each in found] == [
        "dL/dz_i", "∂²y_k/∂z_i∂z_j", r"\frac{\partial L}{\partial W_{kd}}", "d^2L/(dz_i dz_j)",
    ]  # fmt: skip
    assert [(each.of.name, each.by.name, each.then and each.then.name) for each in found] == [
        ("L", "z", None), ("y", "z", "z"), ("L", "W", None), ("L", "z", "z"),
    ]  # fmt: skip
    assert [len(each.placeholder) for each in found] == [each.end - each.begin for each in found]


def test_assumptions_go_with_claims_alone() -> None:
    with pytest.raises(TypeError, match="goes with a claim"):
        sd.check("record.json", assume=TOTAL)
