"""What is not understood gets a sentence and a caret; the oracle is the place that each line of the table marks."""

from __future__ import annotations

import pytest

from symderiv.reading import FormulaError, read_loss
from symderiv.reading.errors import pointed

# The formula; under it the caret; what the sentence says.
FORMULAS = [
    ("L = t_k log(z_k)", "    ^", "the index k has no range"),
    ("L = sum_k t_k - z_k", "                ^", "a sum reaches over one product"),
    ("L = sum_k t_k sum_k z_k", "              ^", "already bound"),
    ("L = sum_k t_k (sum_k z_k)", "               ^", "already bound"),
    ("L = y_1 where y_k = exp(z_k)/sum_k exp(z_k)", "                             ^", "already bound"),
    ("L = f(z)", "    ^", "'f' is not a function"),
    ("L = f(z, 1)", "    ^", "'f' is not a function"),
    ("L = logistics(z)", "    ^", "did you mean logistic"),
    ("L = foo z^2", "    ^", "'foo' is not defined"),
    ("L = tz^2", "    ^", "a product is written with spaces, t z"),
    ("L = (z + 1", "    ^", "the bracket '(' is not closed"),
    ("L = z + 1)", "         ^", "the bracket ')' closes nothing"),
    ("L = (z + 1]", "          ^", "the bracket ']' closes nothing"),
    ("L = z +", "       ^", "ends where"),
    ("L = z + * t", "        ^", "'*' is not understood"),
    ("L = sum t_k", "        ^", "a sum needs its index"),
    ("L = max_k z_k", "       ^", "the maximum over a range is not known"),
    ("L = abs_k z_k", "       ^", "abs takes no index"),
    ("L = 2|z|", "     ^", "write abs"),
    ("L = z $ t", "      ^", "'$' is not understood"),
    ("L = z, t = 2", "     ^", "after 'where'"),
    ("L = z^2 / 0", "          ^", "division by 0"),
    ("L = log(z, 2)", "    ^", "log takes one argument"),
    ("L = max(z)", "    ^", "two arguments or more"),
    ("L = sum_k k z_k", "          ^", "used as a number"),
    ("L_k = z_k", "^", "the loss is one number"),
    ("L = L + z", "    ^", "the loss itself"),
    ("L = sum_{k=0} z_k", "       ^", "from 1"),
    ("L = softmax(z)", "    ^", "is a vector"),
    ("L = softmax(z_k)", "            ^", "takes a whole vector"),
    ("L = lse(lse(z))", "    ^", "is not clear"),
    ("L = t log y where y = softmax(z)", "          ^", "y is a vector"),
    ("L = z y where y = x, x = y", "              ^", "the definition of y refers to itself"),
    ("L = sum_k z_k where y = softmax(z)", "                    ^", "y is defined but not used"),
    ("L = y z where y = 2, y = 3", "                     ^", "y is defined twice"),
    ("L = sum_k z_k where z in R^{N x D}", "          ^", "z_k is a row of z"),
    ("L = sum_k z_kd z_k", "               ^", "z has 2 indices elsewhere"),
    ("L = -log softmax(z)_y", "         ^", "write sum_k t_k softmax(...)_k with targets"),
    ("L = sum_i sum_{p in P(i)} z_i z_p", "                ^", "sum_p P_ip ..., where P_ip is 1"),
    ("L = sum_{p \\in \\mathcal{P}(i)} z_p", "          ^", "sum_p P_ip"),
    ("L = sum_i sum_{i != j} z_i z_j", "          ^", "already bound"),
    ("L = sum_{i, j != k} z_i z_j", "    ^", "the index k has no range"),
    ("L = sum_{i, k, j != i, k != i} z_i", "       ^", "leaves out one member"),
    ("L = dot(z_i, t)", "        ^", "z_i is a row where z in R^{N x D} is declared"),
    ("L = ||exp(X) w|| where X in R^{N x D}", "    ^", "declare its parts"),
    ("L = sum_k z_k where z in R^3", "                         ^", "capital letters"),
    ("L = sum_{k=1}^C z_k + sum_{k=1}^K z_k", "", "the sizes C and K"),
    ("L = a_{ijk}", "    ^", "up to two indices"),
    ("L = sum_k sum_d W_kd x_d z_k", "", "cannot be told"),
    ("∂L", "^", "--wrt"),
    ("L = -sum_k t_k log \\hat{y}_k", "                   ^", "accents are not read"),
    ("L = \\frac1N sum_n z_n", "         ^", "a fraction is written"),
    ("L = torch.log(z)", "         ^", "no program"),
    ("L = z if z > 0 else 0", "      ^", "cases stand in braces"),
    ("L = \\mathbf{1}[z > 0] z", "                 ^", "a choice is written with step"),
    ("L = KL(p || q)", "         ^", "sum_k p_k log(p_k/q_k)"),
    ("L = -log p(x|z)", "            ^", "a conditional probability"),
    ("L = log_2 z", "       ^", "log(x)/log(b)"),
    ("L = mean_k z_k", "    ^", "write the sum and its size"),
    ("L = E_x[z]", "    ^", "write the sum and its size"),
]


@pytest.mark.parametrize(("text", "caret", "says"), FORMULAS)
def test_the_caret_stands_under_what_is_not_understood(text: str, caret: str, says: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read_loss(text)
    assert says in caught.value.sentence
    if caret:
        assert str(caught.value).splitlines()[1:] == [f"  {text}", f"  {caret}"]


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_nothing_is_said_to_be_nothing(text: str) -> None:
    with pytest.raises(FormulaError, match="the formula is empty; write for example"):
        read_loss(text)


@pytest.mark.parametrize(
    ("text", "wrt", "says"),
    [
        ("L = sum_k t_k z_k", "x", "x is not an input of the formula; its inputs are t, z"),
        ("L = sum_k t_k y_k where y = softmax(z)", "y", "y is defined by the formula"),
        ("L = sum_k t_k s_k", None, "say it with --wrt, one of t, s"),
        ("L = 3", None, "no input to differentiate by"),
        ("L = sum_k t_k s_k", "s_k + 1", "is not understood"),
    ],
)
def test_the_variable_is_an_input(text: str, wrt: str | None, says: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read_loss(text, wrt=wrt)
    assert says in caught.value.sentence


@pytest.mark.parametrize(
    ("assume", "says"),
    [
        (["sum_k t_k = 1", "sum_k t_k = 2"], "contradicts 'sum_k t_k = 1'"),
        (["sum_k t_k = 2"], "a total that is assumed is 1"),
        (["sum_k t_k^2 = 1"], "a total is that of plain data"),
        (["gamma > 2", "gamma < 1"], "contradicts 'gamma > 2'"),
        (["gamma > 1", "gamma <= 1"], "contradicts 'gamma > 1'"),
        (["t_k > 0", "t_k < 0"], "contradicts that every t is positive"),
        (["t_k in {0,1}"], "cannot be carried"),
        (["t_k >= 0"], "cannot be carried"),
        (["t_k > 3"], "no other bound"),
        (["t_k = z_k"], "cannot be carried"),
        (["sum_k s_k = 1"], "speaks of s"),
        (["s_k > 0"], "speaks of s"),
        (["y_k > 0"], "y is defined by the formula"),
        (["sum_k y_k = 1"], "y is defined by the formula"),
        (["t > 0"], "t is not a number without an index"),
        (["0 < gamma <= 1"], "both < or both <="),
        (["t_k <= 1"], "not bounded from above"),
        (["i != i"], "does not differ from itself"),
        (["a != b"], "assume i != j"),
        (["gamma >"], "ends where"),
        ([""], "the assumption is empty"),
    ],
)
def test_assumptions_that_contradict_or_cannot_be_carried(assume: list[str], says: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read_loss("L = -sum_k t_k (1 - y_k)^gamma log y_k where y = softmax(z)", assume=assume)
    assert says in caught.value.sentence


def test_assumptions_that_are_carried() -> None:
    text = "L = -sum_k t_k (1 - y_k)^gamma log y_k where y = softmax(z)"
    problem = read_loss(text, assume=["1 = sum_i t_i", "gamma >= 0", "gamma > 0", "t_k > 0", "i != j"]).problem
    assert len(problem.assumptions) == 1
    (gamma,) = problem.hyperparameters
    assert (gamma.least, gamma.most, gamma.open, gamma.parameter.positive) == (0, None, True, True)
    apart = next(goal for goal in problem.goals if goal.slug == "hessian-off-diagonal")
    assert [(pair.left.name, pair.right.name) for pair in apart.distinct] == [("i", "j")]  # type: ignore[union-attr]


def test_names_of_losses() -> None:
    assert read_loss("L = z^2", name="my-loss").problem.name == "my-loss"
    for name in ("My loss", "../x", "", "a" * 100):
        with pytest.raises(FormulaError, match="cannot name a loss"):
            read_loss("L = z^2", name=name)


def test_a_long_line_is_cut_around_the_caret() -> None:
    shown = pointed("x" * 300 + "?" + "y" * 300, 300).splitlines()
    assert len(shown[0]) < 120
    assert shown[0][len(shown[1]) - 1] == "?"
