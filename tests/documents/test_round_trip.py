"""What is printed in LaTeX is read back as the same term: every line of every theorem, and terms made at random."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symderiv.documents import Document, latex_of
from symderiv.documents.latex_names import Names, names_in
from symderiv.documents.latex_reader import LatexReadingError, read_latex
from symderiv.documents.latex_spelling import as_written
from symderiv.losses import FURTHER
from symderiv.statements import Definition, Theory
from symderiv.terms import (
    Abs,
    Add,
    Array,
    Derivative,
    Div,
    Domain,
    Index,
    Max,
    Mul,
    Number,
    Parameter,
    Position,
    Power,
    Product,
    Sign,
    Size,
    Step,
    Sum,
    Term,
    delta,
    erf,
    exp,
    log,
    number,
    pi,
    root,
)
from tests.documents.entries import documents, further, sample
from tests.documents.samples import CLASSES, LOSS, PLAIN, A, B, K, S, T, Y, Z

SAMPLES = Domain("samples", "N")
N = Index("n", SAMPLES)
ROW = Index("k", SAMPLES)  # the letter of a class and of a sample
X = Array("X", (SAMPLES, CLASSES))
LSE = Definition("lse", (), log(S()), symbol=r"\operatorname{lse}(z)")
SHIFTED = Definition("shifted", (A,), exp(Z[A]), symbol=r"\operatorname{softmax}(z + c)")
HAT = Definition("hat", (A,), exp(Z[A]), symbol=r"\hat{y}")
PEAK = Definition("peak", (A,), exp(Z[A]), symbol=r"L_{\mathrm{max}}")
GRADIENT = Definition("g", (A,), exp(Z[A]), symbol=r"\frac{\partial L}{\partial w}")
THEORY = Theory((*PLAIN.definitions, LSE, SHIFTED, HAT, PEAK, GRADIENT))
ATOMS: list[Term] = [
    Z[A], Z[B], Z[K], T[A], T[K], Y(A), Y(B), Y(K), S(), LOSS(), LSE(), SHIFTED(A), HAT(B), PEAK(A), GRADIENT(K),
    X[N, A], Sum(ROW, X[ROW, B]), Parameter("tau"), Parameter("y_max"), Parameter("c"), Size(CLASSES), pi(),
    delta(A, B), delta(A, K), Z[Position(2, CLASSES)], X[Position(1, SAMPLES), Position(12, CLASSES)], number(0),
    number(1), number(2), number(10), number(-3), number(Fraction(1, 2)), number(Fraction(-3, 4)),
]  # fmt: skip
NAMES = names_in(THEORY, ATOMS)


def bigger(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    few = st.lists(inner, min_size=2, max_size=3).map(tuple)
    variables = st.sampled_from([Z[A], Z[B], Y(A), T[K], X[N, A]])
    indices = st.sampled_from([A, K])
    return st.one_of(
        few.map(Add),
        few.map(Mul),
        few.map(lambda factors: Mul((number(-1), *factors))),
        few.map(Max),
        inner.map(lambda term: -term),
        st.tuples(inner, inner).map(lambda pair: pair[0] - pair[1]),
        st.tuples(inner, inner).map(lambda pair: Div(*pair)),
        st.tuples(inner, inner).map(lambda pair: Power(*pair)),
        inner.map(exp),
        inner.map(log),
        inner.map(root),
        inner.map(Abs),
        inner.map(Sign),
        inner.map(Step),
        inner.map(erf),
        st.tuples(indices, inner).map(lambda pair: Sum(*pair)),
        st.tuples(indices, inner).map(lambda pair: Product(*pair)),
        inner.map(lambda term: Sum(K, term, skip=B)),
        st.tuples(inner, variables).map(lambda pair: Derivative(*pair)),
    )


def again(term: Term, theory: Theory, names: Names) -> Term:
    return read_latex(latex_of(term, theory), names)


def lines(document: Document) -> int:
    """The lines of a document that were read back as they were; the first other one fails."""
    count = 0
    for theorem in document.theorems:
        derivation = theorem.derivation
        terms = (derivation.start, *(line.term for line in derivation.lines))
        names = names_in(derivation.theory, terms)
        for term in terms:
            assert again(term, derivation.theory, names) == as_written(term), latex_of(term, derivation.theory)
            count += 1
    return count


@pytest.mark.parametrize("document", [sample(), *documents()], ids=lambda document: document.name)
def test_every_line_of_the_catalogue_is_read_back(document: Document) -> None:
    assert lines(document) >= sum(len(theorem.derivation.lines) for theorem in document.theorems) > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", [problem.name for problem in FURTHER])
def test_every_line_of_every_further_entry_is_read_back(name: str) -> None:
    assert lines(further(name)) > 0


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.recursive(st.sampled_from(ATOMS), bigger, max_leaves=12))
def test_terms_made_at_random_are_read_back(term: Term) -> None:
    assert again(term, THEORY, NAMES) == as_written(term), latex_of(term, THEORY)


def test_another_sign_or_index_is_another_term() -> None:
    names = names_in(PLAIN, (Y(A) - T[A], Y(B)))
    assert read_latex("y_i - t_i", names) == as_written(Y(A) - T[A])
    for other in ("y_i + t_i", "y_j - t_i", "-y_i - t_i", "y_i t_i", r"\frac{y_i}{t_i}"):
        assert read_latex(other, names) != as_written(Y(A) - T[A])


@pytest.mark.parametrize("source", ["y_i -", "x_i", "y_q", "(y_i", r"\frac{\partial^2 L}{\partial z_i}", "y_i = t_i"])
def test_what_is_not_one_of_our_formulas_is_refused(source: str) -> None:
    with pytest.raises(LatexReadingError, match=r"formula|order|index"):
        read_latex(source, names_in(PLAIN, (Y(A) - T[A],)))


def test_numbers_and_brackets_of_long_sums_and_products_are_all_that_is_joined() -> None:
    assert as_written(Div(number(1), number(2))) == Number(Fraction(1, 2))
    assert as_written((Z[A] + Z[B]) + Z[K]) == as_written(Add((Add((Z[A], Z[B])), Z[K])))
    assert as_written(Add((Z[A], Add((Z[B], Z[K]))))) == Add((Z[A], Add((Z[B], Z[K]))))
    assert as_written(Mul((Z[A], Mul((number(-1), Z[B]))))) == Mul((Z[A], Mul((number(-1), Z[B]))))
