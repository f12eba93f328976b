"""The LaTeX subset in symbols and prose: what is read, and what is refused with a sentence."""

from __future__ import annotations

import pytest

from symderiv.documents import NotationError, prose
from symderiv.documents.display import Symbol
from symderiv.documents.latex_math import latex_math
from symderiv.documents.plain import plain_math
from symderiv.documents.symbols import named, read


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"\sum_k t_k = 1", "Σₖ tₖ = 1"),
        (r"\sum_{k=1}^{2} f_k = f_1 + f_2", "Σ_{k = 1}² fₖ = f₁ + f₂"),
        (r"y_i = \frac{e^{z_i}}{S}", "yᵢ = exp(zᵢ)/S"),
        (r"i \neq j", "i ≠ j"),
        (r"\operatorname{diag}(y) - y y^\top", "diag(y) − y yᵀ"),
        (r"\bigl(\operatorname{diag}(y) - y y^{\mathsf{T}}\bigr)", "(diag(y) − y yᵀ)"),
        (r"p(x, t) = p(t \mid x)\,p(x)", "p(x, t) = p(t | x) p(x)"),
        (r"k = 1, \dots, C", "k = 1, …, C"),
        (r"\frac{\partial L}{\partial z_j}", "∂L/∂zⱼ"),
        (r"\frac{\partial}{\partial z} \frac{f}{g}", "∂/∂z (f/g)"),
        (r"(a/b)' = (a' b - a b')/b^2", "(a/b)′ = (a′ b − a b′)/b²"),
        (r"\log (x^2)", "log(x²)"),
        (r"\max_k z_k", "maxₖ zₖ"),
        (r"W \in \mathbb{R}^{C \times D}", "W ∈ ℝ^(C × D)"),
        (r"\sigma := 2 \cdot 3", "σ ≔ 2 · 3"),
        (r"\Vert x \Vert", "‖x‖"),
        (r"L^{(2)}", "L^(2)"),
    ],
)
def test_reads_what_authors_write(source: str, text: str) -> None:
    assert plain_math(read(source)) == text


@pytest.mark.parametrize(
    "source",
    [r"\frac{\partial L}{\partial z_j}", r"\hat{y}_i", r"\operatorname{softmax}(z + c)", r"\sum_{j \neq i} y_j"],
)
def test_printing_what_was_read_gives_it_back(source: str) -> None:
    assert latex_math(read(source)) == source


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (r"\foo{x}", r"uses the command \\foo, which the printers do not know"),
        (r"\frac{a}", "ends too early"),
        (r"(a + b", "ends too early"),
        (r"a + b)", r"needs a term before .\)"),
        (r"a + ", "needs a term before"),
    ],
)
def test_refuses_with_a_sentence(source: str, sentence: str) -> None:
    with pytest.raises(NotationError, match=sentence):
        read(source)


def test_prose_is_words_with_formulas() -> None:
    words = prose("the value of $y$ at $i$.")
    assert words == ("the value of ", Symbol("y"), " at ", Symbol("i"), ".")
    with pytest.raises(ValueError, match="does not close it"):
        prose("the value of $y")


def test_names() -> None:
    assert named("tau") == Symbol("τ")
    assert named("lse") == Symbol("lse", "upright")
    assert plain_math(named("k1")) == "k₁"
