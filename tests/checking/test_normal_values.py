"""A normal form denotes the same number as its term, at every size: in balls, on random positive expressions."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from symderiv.checking.normal import Normaliser, Outside
from symderiv.checking.reals import at_point
from symderiv.terms import Index, Log, Parameter, Power, Term, delta, exp, log, number, product, total
from tests.checking.notation import PLAIN, C, S, half, i, j, k, l, lse, w, y, z

TAU = Parameter("tau", positive=True)


def _positive(depth: int, bound: tuple[Index, ...] = ()) -> st.SearchStrategy[Term]:
    """Expressions that are positive for all data."""
    index = st.sampled_from((i, j, *bound))
    leaves = st.one_of(
        st.builds(lambda a: exp(z[a]), index),
        st.builds(lambda a: exp(-(z[a] / TAU)), index),
        st.builds(lambda a, b: exp(z[a] * b / 4), index, st.sampled_from([2, -2, 6, -1])),
        st.builds(lambda a: y(a), index),
        st.builds(lambda a: w[a], index),
        st.builds(lambda a, b: 1 + delta(a, b), index, index),
        st.sampled_from([C, S, TAU, number(3), exp(2 * lse)]),
    )
    if depth == 0:
        return leaves
    inner = _positive(depth - 1, bound)
    exponent = st.sampled_from([number(2), number(-1), number(-2), half, TAU])
    options = [
        leaves,
        st.builds(lambda a, b: a + b, inner, inner),
        st.builds(lambda a, b: a * b, inner, inner),
        st.builds(lambda a, b: a / b, inner, inner),
        st.builds(Power, inner, exponent),
        st.builds(lambda a, b: exp(log(a) - log(b)), inner, inner),
        st.builds(lambda a: exp(2 * log(a) + z[i]), inner),
    ]
    if len(bound) < 2:
        fresh = (k, l)[len(bound)]
        summed = _positive(depth - 1, (*bound, fresh))
        options += [st.builds(lambda a: total(fresh, a), summed), st.builds(lambda a: product(fresh, a), summed)]
    return st.one_of(options)


@given(term=_positive(3), size=st.integers(1, 4), seed=st.integers(0, 500))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_normal_form_is_the_same_number(term: Term, size: int, seed: int) -> None:
    normaliser = Normaliser(PLAIN)
    env = {i: 1, j: min(2, size)}
    for candidate in (term, Log(term)):
        try:
            canonical = normaliser.canonical(candidate)
        except Outside:
            continue
        (left, right), _ = at_point((candidate, canonical), PLAIN, (), {"classes": size}, env, seed, 0, 512)
        assert left is not None
        assert right is not None
        assume(left.is_finite() and right.is_finite())
        assert left.overlaps(right), (candidate, canonical)
        assert float(left.rad()) <= 1e-20 * max(1.0, abs(float(left.mid())))


@given(term=_positive(2))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_normal_forms_are_fixed_points(term: Term) -> None:
    normaliser = Normaliser(PLAIN)
    try:
        poly = normaliser.normal(Log(term))
    except Outside:
        return
    assert normaliser.normal(normaliser.as_term(poly)) == poly


def test_equal_powers_of_exponentials_have_one_normal_form() -> None:
    """e**(v m) is one letter, however it is multiplied together, in sums and in what is taken out of a sum as well."""
    normaliser = Normaliser(PLAIN)
    whole = exp(3 * z[i] / 2)
    for same in (exp(z[i]) * exp(z[i] / 2), exp(z[i] / 2) ** 3, exp(z[i] * 2) / exp(z[i] / 4) ** 2, exp(z[i] / 4) ** 6):
        assert normaliser.normal(same) == normaliser.normal(whole)
        assert normaliser.normal(exp(total(k, y(k) * same))) == normaliser.normal(exp(total(k, y(k) * whole)))
    assert normaliser.normal(exp(z[i] / 2) * exp(z[j] / 2)) == normaliser.normal(exp((z[i] + z[j]) / 2))
    assert normaliser.normal(log(exp(z[i]) + exp(z[i] / 2))) == normaliser.normal(z[i] / 2 + log(1 + exp(z[i] / 2)))
    assert normaliser.normal(log(1 + exp(-z[i] / 2))) == normaliser.normal(log(1 + exp(z[i] / 2)) - z[i] / 2)
    near = (exp(z[i]) * exp(z[j] / 2), exp(z[i] / 2) ** 2, exp(z[i]) + exp(z[i] / 2), exp(z[i] / 2 + half), -whole)
    assert all(normaliser.normal(other) != normaliser.normal(whole) for other in near)
