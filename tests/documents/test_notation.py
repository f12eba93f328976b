"""How terms look: every expectation is written by hand, as a textbook sets the formula."""

from __future__ import annotations

import pytest

from symderiv.documents import latex_of, speech_of, text_of
from symderiv.documents.display import Additive, Differential, Fenced, Script, Symbol
from symderiv.documents.notation import changed, display
from symderiv.statements import Claim, Definition, Distinct, Nonzero, Positive, Theory
from symderiv.terms import (
    Add,
    Array,
    Derivative,
    Domain,
    Index,
    Mul,
    Parameter,
    Position,
    Power,
    Size,
    Term,
    delta,
    exp,
    log,
    number,
    product,
    total,
)
from tests.documents.samples import CLASSES, LOSS, A, B, K, S, T, Y, Z

FEATURES = Domain("features", "D")
D = Index("d", FEATURES)
W = Array("W", (CLASSES, FEATURES))
SHIFTED = Definition("shifted", (A,), exp(Z[A]), symbol=r"\operatorname{softmax}(z + c)")
GRADIENT = Definition("g", (A,), exp(Z[A]), symbol=r"\frac{\partial L}{\partial z}")
HAT = Definition("hat", (A,), exp(Z[A]), symbol=r"\hat{y}")
PEAK = Definition("peak", (A,), exp(Z[A]), symbol=r"L_{\mathrm{max}}")
THEORY = Theory((S, Y, LOSS, SHIFTED, GRADIENT, HAT, PEAK))
TAU = Parameter("tau", positive=True)
INVERSE_SQUARE = Power(Z[A], number(-2))

CASES: list[tuple[Term, str, str]] = [
    (Y(A) * (delta(A, B) - Y(B)), r"y_i (\delta_{ij} - y_j)", "yᵢ (δᵢⱼ − yⱼ)"),
    (Y(A) - T[A], "y_i - t_i", "yᵢ − tᵢ"),
    (-(T[A] / Y(A)), r"-\frac{t_i}{y_i}", "−tᵢ/yᵢ"),
    (-(Z[A] - 1), "-(z_i - 1)", "−(zᵢ − 1)"),
    (Z[A] + (Z[B] + 1), "z_i + (z_j + 1)", "zᵢ + (zⱼ + 1)"),
    (Z[A] - (Z[B] + 1), "z_i - (z_j + 1)", "zᵢ − (zⱼ + 1)"),
    (Z[A] * number(3), r"z_i \cdot 3", "zᵢ · 3"),
    (Mul((number(2), Z[A])), "2 z_i", "2 zᵢ"),
    (Mul((number(-2), Z[A])), "-2 z_i", "−2 zᵢ"),
    (Add((number(1), number(-3))), "1 - 3", "1 − 3"),
    (Z[A] * (-Z[B]), "z_i (-z_j)", "zᵢ (−zⱼ)"),
    (number(1) / number(2), r"\frac{1}{2}", "1/2"),
    ((exp(Z[A]) / S()) * (exp(Z[B]) / S()), r"\frac{e^{z_i}}{S} \cdot \frac{e^{z_j}}{S}", "(exp(zᵢ)/S) · (exp(zⱼ)/S)"),
    (exp(-Z[A] / TAU), r"e^{(-z_i)/\tau}", "exp((−zᵢ)/τ)"),
    (exp(Z[A] / TAU), r"e^{z_i/\tau}", "exp(zᵢ/τ)"),
    (exp(Z[A]) ** 2, "(e^{z_i})^2", "(exp(zᵢ))²"),
    ((Z[A] + 1) ** 2, "(z_i + 1)^2", "(zᵢ + 1)²"),
    (W[A, D] ** 2, "W_{id}^2", "W_id²"),
    (INVERSE_SQUARE, "z_i^{-2}", "zᵢ^(−2)"),
    (W[Position(1, CLASSES), Position(12, FEATURES)], "W_{1, 12}", "W_{1, 12}"),
    (log(Y(A)), r"\log y_i", "log yᵢ"),
    (log(1 - Y(A)), r"\log (1 - y_i)", "log(1 − yᵢ)"),
    (log(Y(A)) * T[A], r"(\log y_i) t_i", "(log yᵢ) tᵢ"),
    (T[A] * log(Y(A)), r"t_i \log y_i", "tᵢ log yᵢ"),
    (log(Y(A) ** 2), r"\log (y_i^2)", "log(yᵢ²)"),
    (log(total(K, exp(Z[K]))), r"\log \sum_{k} e^{z_k}", "log Σₖ exp(zₖ)"),
    (total(K, T[K]) * Y(A), r"\left(\sum_{k} t_k \right) y_i", "(Σₖ tₖ) yᵢ"),
    (Y(A) * total(K, T[K]), r"y_i \sum_{k} t_k", "yᵢ Σₖ tₖ"),
    (total(K, T[K]) + Y(A), r"\sum_{k} t_k + y_i", "Σₖ tₖ + yᵢ"),
    (total(K, T[K] - Y(K)), r"\sum_{k} (t_k - y_k)", "Σₖ (tₖ − yₖ)"),
    (total(B, T[B], skip=A), r"\sum_{j \neq i} t_j", "Σⱼ≠ᵢ tⱼ"),
    (product(K, Y(K) ** T[K]), r"\prod_{k} y_k^{t_k}", "Πₖ yₖ^tₖ"),
    (Derivative(Y(A), Z[B]), r"\frac{\partial y_i}{\partial z_j}", "∂yᵢ/∂zⱼ"),
    (Derivative(Y(A), Z[B]) * T[A], r"\frac{\partial y_i}{\partial z_j} t_i", "(∂yᵢ/∂zⱼ) tᵢ"),
    (Derivative(log(Y(A)), Z[B]), r"\frac{\partial \log y_i}{\partial z_j}", "∂ log yᵢ/∂zⱼ"),
    (Derivative(Derivative(LOSS(), Z[A]), Z[B]), r"\frac{\partial^2 L}{\partial z_j \, \partial z_i}", "∂²L/∂zⱼ∂zᵢ"),
    (Derivative(Derivative(LOSS(), Z[A]), Z[A]), r"\frac{\partial^2 L}{\partial z_i^2}", "∂²L/∂zᵢ²"),
    (Derivative(Z[A] + 1, Z[B]), r"\frac{\partial}{\partial z_j} (z_i + 1)", "∂/∂zⱼ (zᵢ + 1)"),
    (Derivative(total(K, Z[K]), Z[B]), r"\frac{\partial}{\partial z_j} \sum_{k} z_k", "∂/∂zⱼ Σₖ zₖ"),
    (SHIFTED(A), r"\operatorname{softmax}(z + c)_i", "softmax(z + c)ᵢ"),
    (GRADIENT(A), r"\frac{\partial L}{\partial z_i}", "∂L/∂zᵢ"),
    (HAT(A), r"\hat{y}_i", "ŷᵢ"),
    (PEAK(A), r"L_{\max, i}", "L_{max, i}"),
    (Parameter("y_max"), r"y_{\mathrm{max}}", "yₘₐₓ"),
    (Array("lse", ())[()], r"\operatorname{lse}", "lse"),
    (Size(CLASSES), "C", "C"),
    (Size(Domain("classes", "C", 4)), "4", "4"),
]  # fmt: skip


@pytest.mark.parametrize(("term", "latex", "text"), CASES, ids=[case[2] for case in CASES])
def test_terms_look_as_in_a_textbook(term: Term, latex: str, text: str) -> None:
    assert latex_of(term, THEORY) == latex
    assert text_of(term, THEORY) == text


@pytest.mark.parametrize("case", CASES, ids=[case[2] for case in CASES])
def test_ascii_and_speech_print_every_term(case: tuple[Term, str, str]) -> None:
    assert text_of(case[0], THEORY, ascii_only=True).isascii()
    words = speech_of(case[0], THEORY)
    assert words.isascii(), words
    assert "  " not in words


def test_speech_reads_the_jacobian_aloud() -> None:
    claim = Claim(Derivative(Y(A), Z[B]), "=", Y(A) * (delta(A, B) - Y(B)))
    assert speech_of(claim, THEORY) == (
        "the partial derivative of y sub i with respect to z sub j equals y sub i times (delta sub i j minus y sub j)"
    )


def test_conditions() -> None:
    assert latex_of(Distinct(A, B), THEORY) == r"i \neq j"
    assert latex_of(Positive(S()), THEORY) == "S > 0"
    assert text_of(Nonzero(S()), THEORY, ascii_only=True) == "S != 0"


def test_order_is_the_author_s() -> None:
    assert text_of(T[A] * Y(A) + Z[A] * Y(A) - 3, THEORY) == "tᵢ yᵢ + zᵢ yᵢ − 3"
    assert text_of(-T[A] + Y(A), THEORY) == "−tᵢ + yᵢ"


def test_marks_follow_paths_into_the_term() -> None:
    before, after = Y(A) * (T[A] + Z[A]) - T[A], Y(A) * (T[A] + Z[B]) - T[A]
    assert changed(before, after) == {(0, 1, 1)}
    assert changed(before, before) == frozenset()
    assert changed(Z[A] + Z[B], T[A] * T[B]) == {()}
    assert changed(Z[A] + Z[B] + T[A], Z[A] + T[B]) == {(1,)}
    shown = display(after, THEORY, changed(before, after))
    assert isinstance(shown, Additive)
    assert "Marked" in repr(shown)
    assert repr(shown).count("Marked") == 1


def test_indices_go_on_the_variable_of_a_derivative_symbol() -> None:
    shown = display(GRADIENT(A), THEORY)
    assert shown == Differential(1, Symbol("L"), ((Script(Symbol("z"), Symbol("i")), 1),))


def test_a_symbol_of_several_parts_gets_brackets_before_its_index() -> None:
    outer = Definition("o", (A,), Z[A], symbol="J v")
    shown = display(outer(A), Theory((outer,)))
    assert isinstance(shown, Script)
    assert isinstance(shown.base, Fenced)
