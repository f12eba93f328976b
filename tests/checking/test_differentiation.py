"""The checker's own differentiation against SymPy's, on random expressions written out for three classes."""

from __future__ import annotations

import pytest
import sympy
from flint import ctx
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from symderiv.checking.reals import at_point
from symderiv.statements import Theory, unfold
from symderiv.terms import (
    Add,
    Call,
    Delta,
    Derivative,
    Div,
    Entry,
    Exp,
    Index,
    Log,
    Mul,
    Number,
    Power,
    Product,
    Size,
    Sum,
    Term,
    delta,
    exp,
    log,
    number,
    product,
    total,
)
from tests.checking.notation import PLAIN, C, L, S, i, j, k, lse, w, y, z

SIZE = 3


def _explicit(term: Term, env: dict[Index, int], theory: Theory) -> sympy.Expr:
    """The term at three classes, every index a number, as SymPy; derivatives by SymPy's diff."""

    def recurse(part: Term, inside: dict[Index, int] = env) -> sympy.Expr:
        return _explicit(part, inside, theory)

    def place(index: object) -> int:
        assert isinstance(index, Index)
        return env[index]

    match term:
        case Number(value=value):
            return sympy.Rational(value.numerator, value.denominator)
        case Size():
            return sympy.Integer(SIZE)
        case Entry(array=array, indices=(index,)):
            return sympy.Symbol(f"{array.name}{place(index)}", real=True)
        case Delta(left=left, right=right):
            return sympy.Integer(int(place(left) == place(right)))
        case Call():
            return recurse(unfold(term, theory))
        case Add(terms=parts):
            return sympy.Add(*map(recurse, parts))
        case Mul(factors=parts):
            return sympy.Mul(*map(recurse, parts))
        case Div(numerator=above, denominator=below):
            return recurse(above) / recurse(below)
        case Power(base=base, exponent=exponent):
            return recurse(base) ** recurse(exponent)
        case Exp(argument=inner):
            return sympy.exp(recurse(inner))
        case Log(argument=inner):
            return sympy.log(recurse(inner))
        case Sum(index=index, body=body, skip=skip) | Product(index=index, body=body, skip=skip):
            left_out = None if skip is None else place(skip)
            parts = [recurse(body, {**env, index: m}) for m in range(1, SIZE + 1) if m != left_out]
            return sympy.Add(*parts) if isinstance(term, Sum) else sympy.Mul(*parts)
        case Derivative(body=body, wrt=Entry() as wrt):
            return sympy.diff(recurse(body), recurse(wrt))
        case _:
            raise AssertionError(term)


def _terms(depth: int, bound: tuple[Index, ...] = ()) -> st.SearchStrategy[Term]:
    index = st.sampled_from((i, j, *bound))
    leaves = st.one_of(
        st.builds(lambda a: z[a], index),
        st.builds(lambda a: y(a), index),
        st.builds(lambda a: w[a], index),
        st.builds(lambda a, b: delta(a, b), index, index),
        st.sampled_from([C, S, lse, number(2)]),
    )
    if depth == 0:
        return leaves
    inner = _terms(depth - 1, bound)
    options = [
        leaves,
        st.builds(lambda a, b: a + b, inner, inner),
        st.builds(lambda a, b: a * b, inner, inner),
        st.builds(lambda a, b: a / (2 + exp(b)), inner, inner),
        st.builds(lambda a: exp(a / 4), inner),
        st.builds(lambda a: log(2 + a**2), inner),
        st.builds(lambda a, n: a**n, inner, st.integers(0, 3)),
        st.builds(lambda a, b: Power(1 + exp(a / 4), b / 3), inner, leaves),
    ]
    if not bound:
        summed = _terms(depth - 1, (k,))
        options += [
            st.builds(lambda a: total(k, a), summed),
            st.builds(lambda a: total(k, a, i), summed),
            st.builds(lambda a: product(k, 1 + a / 5), summed),
        ]
    return st.one_of(options)


@given(term=_terms(3), seed=st.integers(0, 1000), twice=st.booleans(), same_index=st.booleans())
@settings(max_examples=120, deadline=None, derandomize=True)
def test_first_and_second_derivatives_agree_with_sympy(term: Term, seed: int, *, twice: bool, same_index: bool) -> None:
    derivative: Term = Derivative(term, z[i])
    if twice:
        derivative = Derivative(derivative, z[j])
    env = {i: 1, j: 1 if same_index else 2}
    (ball,), data = at_point((derivative,), PLAIN, (), {"classes": SIZE}, env, seed, 0, 256)
    assume(ball is not None and ball.is_finite())
    values = {name.replace("[", "").replace("]", ""): sympy.Rational(text) for name, text in data}
    expected = _explicit(derivative, env, PLAIN)
    missing = [s for s in expected.free_symbols if s.name not in values]
    assume(not missing)
    number_ = sympy.N(expected.subs({s: values[s.name] for s in expected.free_symbols}), 40)
    assume(number_.is_finite)
    with ctx.workprec(256):
        assert ball is not None
        difference = abs(float(ball.mid()) - float(number_))
    assert difference <= 1e-12 * max(1.0, abs(float(number_)))


@pytest.mark.parametrize("member", [1, 2])
def test_a_derivative_by_a_defined_vector_takes_it_as_the_variable(member: int) -> None:
    """dL/dy_i = -t_i / y_i, found by replacing y by free symbols in SymPy."""
    env = {i: member}
    (ball,), data = at_point((Derivative(L, y(i)),), PLAIN, (), {"classes": SIZE}, env, 3, 0, 256)
    values = dict(data)
    ys, ts = sympy.symbols("y1:4"), sympy.symbols("t1:4")
    loss = -sum(b * sympy.log(a) for a, b in zip(ys, ts, strict=True))
    logits = [sympy.Rational(values[f"z[{m}]"]) for m in (1, 2, 3)]
    shares = [sympy.exp(value) / sum(sympy.exp(other) for other in logits) for value in logits]
    at = dict(zip(ys, shares, strict=True)) | {s: sympy.Rational(values[f"t[{m}]"]) for m, s in enumerate(ts, 1)}
    expected = float(sympy.N(sympy.diff(loss, ys[member - 1]).subs(at), 40))
    assert ball is not None
    assert float(ball.mid()) == pytest.approx(expected, rel=1e-14)
