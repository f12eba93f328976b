"""Sums over pairs i < j, and what is said of neighbours and of transposed vectors; oracle: the loops written out."""

from __future__ import annotations

from itertools import combinations

import pytest
import sympy

import symderiv as sd
from symderiv.reading import FormulaError, read_loss
from symderiv.reading.pairs import ordered_pair
from symderiv.statements import Theory
from symderiv.sympy_border import to_sympy

PAIRS = {
    "sum_{i<j} (z_i - z_j)^2": lambda a, b: (a - b) ** 2,
    "sum_{1 <= i < j <= N} |z_i - z_j|": lambda a, b: abs(a - b),
    "sum_{i,j: i<j} z_i z_j": lambda a, b: a * b,
    r"\sum_{i \lt j} max(z_i, z_j)": max,
    "Σ_{j>i} min(z_i, z_j)": min,
}


@pytest.mark.parametrize("text", PAIRS)
def test_a_sum_over_pairs_takes_each_once(text: str) -> None:
    reading = read_loss(f"L = {text}", wrt="z")
    assert any("half of that over all others" in note for note in reading.notes)
    numbers = [sympy.Rational(n) for n in (3, -1, 7, 2)]
    body = to_sympy(reading.loss.body, Theory())
    (z,) = body.atoms(sympy.IndexedBase)
    (size,) = {symbol for symbol in body.free_symbols if str(symbol) in ("N", "C")}
    found = body.subs(size, 4).doit().subs({z[n + 1]: value for n, value in enumerate(numbers)})
    assert found == sum(PAIRS[text](*pair) for pair in combinations(numbers, 2))


def test_pairs_of_defined_quantities_and_of_rows() -> None:
    assert read_loss("L = sum_{i<j} y_i y_j where y = softmax(z)").loss
    assert read_loss("L = sum_{i<j} ||x_i - x_j||^2 where x in R^{N x D}", wrt="x").loss
    proof = sd.derive("L = sum_{i<j} z_i z_j", goal="gradient", limit=None)
    assert proof.verdict.word == "proved"
    found = proof.sympy()
    (z,) = found.atoms(sympy.IndexedBase)
    C, i = (next(each for each in found.free_symbols if str(each) == name) for name in ("C", "i"))
    explicit = {z[n]: sympy.Rational(n, 2) for n in (1, 2, 3)}
    for n in (1, 2, 3):
        made = found.subs(C, 3).doit().subs(i, n).doit().subs(explicit)
        assert made == sum(explicit.values()) - explicit[z[n]]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("L = sum_{i<j} max(0, 1 - z_i + z_j)", "m_ij = 1 where i comes before j"),
        ("L = sum_{i<j} z_i^2 z_j", "not seen to be the same with i and j exchanged"),
        ("L = sum_{i<j} (z_i - z_j)", "not seen to be the same"),
        ("L = prod_{i<j} (z_i - z_j)^2", "take the sum of the logarithms"),
        ("L = sum_i sum_{j>i} (z_i - z_j)^2", "binds both by itself"),
        ("L = sum_{i<=j} z_i z_j", "For a part of it multiply by data"),
        ("L = sum_{i<j<k} z_i z_j z_k", "For a part of it multiply by data"),
        ("L = sum_i |z_{i+1} - z_i|", "w_ij = 1 where j = i + 1"),
        ("L = sum_{i=2}^N z_i", "as in sum_i m_i z_i^2"),
        ("L = x^T A x", "write sum_i sum_j x_i A_ij x_j"),
        ("L = 3 x^T A^T B y", "write 3 sum_i sum_j sum_k x_i A_ji B_jk y_k"),
        ("L = x^T x - 2 x^T b", "write dot(x, x)"),
        ("L = u^T w where u in R^D, w in R^D", "write dot(u, w)"),
        ("L = ||A^T A||^2 where A in R^{N x N}", "sum_i sum_j x_i A_ij x_j"),
        ("L = log det A", "functions of a matrix are not known"),
        ("L = 1.2.3 z", "'.' is not understood here"),
    ],
)
def test_what_has_an_order_or_a_transpose_gets_what_to_write(text: str, says: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read_loss(text, wrt="A" if "det" in text else None)
    assert says in caught.value.sentence
    assert caught.value.text == text


def test_a_power_t_is_one_where_t_is_declared() -> None:
    assert read_loss("L = p^T + q^T where T in R", wrt="p").loss


def test_what_stands_under_a_sum_over_pairs() -> None:
    assert ordered_pair("i < j") == ("i", "j", None)
    assert ordered_pair(r"1 \le m < n \leq N") == ("m", "n", "N")
    assert ordered_pair("(i,j): i<j") == ("i", "j", None)
    assert ordered_pair("N >= j > i >= 1") == ("i", "j", "N")
    for other in ("i", "i, j", "i != j", "i <= j", "i < j < k", "i in P", "2 <= i < j", "i < 3"):
        assert ordered_pair(other) is None
