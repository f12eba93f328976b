"""Terms to SymPy and back: the value survives, bound names never clash, and what is not understood is refused."""

from __future__ import annotations

import pytest
import sympy

from symderiv.losses import FOUNDATIONS
from symderiv.proving import derive
from symderiv.statements import Definition, Problem, Theory
from symderiv.sympy_border import BorderError, Vocabulary, from_sympy, to_sympy, vocabulary
from symderiv.terms import Array, Derivative, Domain, Exp, Index, Log, Parameter, Product, Size, Sum, Term, delta
from symderiv.verification.balls import compare

CLASSES = Domain("classes", "C")
I_, J, K, M = (Index(name, CLASSES) for name in "ijkl")
Z, T = Array("z", (CLASSES,)), Array("t", (CLASSES,), positive=True)
S = Definition("S", (), Sum(K, Exp(Z[K])))
Y = Definition("y", (I_,), Exp(Z[I_]) / S())
THEORY = Theory((S, Y))
WORDS = Vocabulary((Z, T), (S, Y), (Parameter("tau", positive=True),), (I_, J))

i, j, k, C = sympy.symbols("i j k C", integer=True, positive=True)
z, t = sympy.IndexedBase("z", real=True), sympy.IndexedBase("t", positive=True)


def names_bound_at_one_place(expression: sympy.Basic, above: frozenset[str] = frozenset()) -> bool:
    """Whether some bound name is bound again inside, or is one of `above`."""
    if isinstance(expression, sympy.Sum | sympy.Product):
        own = {str(limit[0]) for limit in expression.limits}
        return bool(own & above) or names_bound_at_one_place(expression.function, above | own)
    return any(names_bound_at_one_place(part, above) for part in expression.args)


@pytest.mark.parametrize("problem", FOUNDATIONS, ids=lambda problem: problem.name)
def test_round_trip_of_every_line_of_the_catalogue_keeps_the_value(problem: Problem) -> None:
    for goal in problem.goals:
        derivation = derive(problem, goal)
        theory = derivation.theory
        for term in dict.fromkeys((derivation.start, *(line.term for line in derivation.lines))):
            back = from_sympy(to_sympy(term, theory, keep=None), vocabulary(term, theory))
            found = compare(term, back, theory, seed=4, points=1, counts=(2, 3))
            assert found.outcome == "equal", (goal.slug, term, found.where)


@pytest.mark.parametrize(
    "term",
    [
        Derivative(Y(I_), Z[J]),
        Sum(J, T[J] * Log(Y(J)), I_),
        Product(K, 1 + Y(K), I_),
        Sum(K, Z[K] * Sum(M, Z[M] * T[K])),
        Sum(K, Z[K] * Sum(M, Z[K] * T[M])),
        Y(I_) * (delta(I_, J) - Y(J)) / Size(CLASSES),
    ],
    ids=["derivative", "skip sum", "skip product", "double sum", "double sum with the names the other way", "count"],
)
def test_round_trip_with_unfolding_keeps_the_value(term: Term) -> None:
    back = from_sympy(to_sympy(term, THEORY), vocabulary(term, THEORY))
    assert compare(term, back, THEORY, seed=1).outcome == "equal"


def test_definitions_unfolded_inside_a_sum_get_a_name_of_their_own() -> None:
    for term in (Sum(K, Y(K) * Z[K]), Product(K, Y(K) ** T[K]), Y(K), Sum(M, Y(M) * Sum(K, Y(K), M))):
        free = frozenset(index.name for index in term.free)
        assert not names_bound_at_one_place(to_sympy(term, THEORY), free)


def test_the_variable_of_a_derivative_is_not_captured() -> None:
    written = to_sympy(Derivative(S(), Z[K]), THEORY)
    assert str(written.expr.limits[0][0]) != "k"
    found = sympy.diff(written.expr, z[k])
    assert isinstance(found.function.args[0], sympy.KroneckerDelta) or found.function.has(sympy.KroneckerDelta)


def test_two_sums_that_sympy_takes_for_equal_stay_apart() -> None:
    one, two = Sum(K, Z[K] * Sum(M, Z[K] * T[M])), Sum(K, Z[K] * Sum(M, Z[M] * T[M]))
    back = [from_sympy(to_sympy(term, THEORY), WORDS) for term in (one, two)]
    assert compare(back[0], back[1], THEORY, seed=2).outcome == "different"


def test_a_loss_written_in_sympy_is_read() -> None:
    total = sympy.Sum(sympy.exp(z[k]), (k, 1, C))
    loss = -sympy.Sum(t[k] * sympy.log(sympy.exp(z[k]) / total), (k, 1, C))
    # SymPy's own sum is nested under the name k twice; reading keeps the two apart.
    expected = -Sum(K, T[K] * Log(Y(K)))
    assert compare(from_sympy(loss, WORDS), expected, THEORY, seed=3).outcome == "equal"


def test_several_limits_are_read_as_nested_sums() -> None:
    read = from_sympy(sympy.Sum(z[i] * t[k], (i, 1, C), (k, 1, C)), Vocabulary((Z, T)))
    assert compare(read, Sum(I_, Z[I_]) * Sum(K, T[K]), THEORY, seed=3).outcome == "equal"


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (sympy.floor(z[i]), "floor"),
        (sympy.Piecewise((z[i], sympy.Eq(z[i], 1)), (0, True)), "the condition Eq"),
        (sympy.Piecewise((z[i], z[i] > 0)), "no value where none of its conditions holds"),
        (sympy.Heaviside(z[i]), r"accepted are .* Heaviside\(x, 0\)"),
        (sympy.Float("0.5") * z[i], "rational numbers"),
        (sympy.sin(z[i]), "sin"),
        (sympy.Sum(z[k], (k, 0, C)), "from 1 to the size"),
        (sympy.Sum(z[k], (k, 1, 2 * C)), "from 1 to the size"),
        (sympy.Symbol("q") * z[i], "q is not in the vocabulary"),
        (sympy.IndexedBase("w")[i], "w of w"),
        (z[i, j], "2 indices where 1"),
        (i * z[i], "used as a number"),
        (z[i + 1], "neither a symbol nor an integer"),
        (z[0], "not a member"),
        (z[i] + sympy.IndexedBase("z")[j], "both called 'z'"),
        (sympy.KroneckerDelta(sympy.Symbol("a"), sympy.Symbol("b")), "range of the index"),
        (sympy.oo * z[i], "not understood"),
        (sympy.I * z[i], "ImaginaryUnit"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_in_a_sentence(expression: sympy.Expr, words: str) -> None:
    with pytest.raises(BorderError, match=words):
        from_sympy(expression, WORDS)


def test_one_name_for_two_things_is_refused_on_the_way_out() -> None:
    with pytest.raises(BorderError, match="'z' stands for two things"):
        to_sympy(Z[I_] + Array("z", (CLASSES,), positive=True)[I_], THEORY)
