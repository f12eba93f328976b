"""The term language: no capture, no simplification, keys that neither split nor merge functions wrongly."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symderiv.terms import (
    Add,
    Array,
    Call,
    Delta,
    Derivative,
    Domain,
    Entry,
    Index,
    Mul,
    Number,
    Position,
    Power,
    Size,
    Sum,
    Term,
    alpha_key,
    at,
    delta,
    exp,
    fresh,
    log,
    number,
    product,
    put,
    rename,
    resize,
    scope,
    subterms,
    total,
)

CLASSES, FEATURES = Domain("classes", "C"), Domain("features", "D")
INDICES = i, j, k, q = tuple(Index(name, CLASSES) for name in "ijkq")
z, t = Array("z", (CLASSES,)), Array("t", (CLASSES,))


def test_nothing_is_simplified_and_chains_stay_flat() -> None:
    assert z[i] + z[j] + z[k] == Add((z[i], z[j], z[k]))
    assert z[i] - z[i] != number(0)
    assert -(z[i] * z[j]) == Mul((number(-1), z[i], z[j]))
    assert z[i] + z[j] != z[j] + z[i]
    assert 2 * z[i] ** 2 == Mul((number(2), Power(z[i], number(2))))


def test_delta_sorts_its_indices_only() -> None:
    assert delta(j, i) == delta(i, j) == Delta(i, j)
    assert delta(Position(2, CLASSES), i) == Delta(i, Position(2, CLASSES))


def test_indices_have_a_range_and_fit_their_array() -> None:
    with pytest.raises(ValueError, match="indexed by"):
        Entry(z, (Index("d", FEATURES),))
    with pytest.raises(ValueError, match="compares classes with features"):
        Delta(i, Index("d", FEATURES))
    with pytest.raises(ValueError, match="cannot skip"):
        Sum(i, z[i], i)
    with pytest.raises(ValueError, match=r"not a member of 1\.\.3"):
        Position(4, Domain("classes", "C", 3))
    with pytest.raises(ValueError, match="at least 1"):
        Domain("classes", "C", 0)


def test_free_indices_include_skips_and_variables_of_derivatives() -> None:
    assert total(k, z[k], i).free == {i}
    assert total(k, z[k] * z[i]).free == {i}
    assert Derivative(total(k, z[k]), z[j]).free == {j}
    assert total(j, Derivative(z[i], z[j])).free == {i}


def test_renaming_never_captures() -> None:
    """SymPy 1.14 turns the first of these into sum_k z_k**2."""
    moved = rename(total(k, z[i] * z[k]), {i: k})
    assert isinstance(moved, Sum)
    assert moved.index != k
    assert alpha_key(moved) == alpha_key(total(q, z[k] * z[q]))
    assert alpha_key(rename(total(k, z[k], i), {i: k})) == alpha_key(total(q, z[q], k))
    nested = rename(total(k, total(q, z[k] * z[q] * z[i])), {i: q})
    assert alpha_key(nested) == alpha_key(total(i, total(j, z[i] * z[j] * z[q])))


def test_renaming_is_simultaneous() -> None:
    assert rename(z[i] * z[j], {i: j, j: i}) == z[j] * z[i]


def test_bound_indices_are_left_alone() -> None:
    assert rename(total(k, z[k]), {k: i}) == total(k, z[k])


def test_alpha_keys_tell_nested_sums_apart() -> None:
    """SymPy 1.14's dummy_eq calls these two equal; their values differ."""
    first = total(k, z[k] * total(q, z[k] * t[q]))
    second = total(k, z[k] * total(q, z[q] * t[q]))
    assert alpha_key(first) != alpha_key(second)
    assert alpha_key(first) == alpha_key(total(i, z[i] * total(j, z[i] * t[j])))
    assert alpha_key(total(k, z[k])) != alpha_key(product(k, z[k]))


def _terms(depth: int) -> st.SearchStrategy[Term]:
    index = st.sampled_from(INDICES)
    leaves = st.one_of(
        st.builds(lambda a: z[a], index),
        st.builds(lambda a, b: delta(a, b), index, index),
        st.builds(number, st.integers(-3, 3)),
    )
    if depth == 0:
        return leaves
    inner = _terms(depth - 1)
    return st.one_of(
        leaves,
        st.builds(lambda a, b: Add((a, b)), inner, inner),
        st.builds(lambda a, b: Mul((a, b)), inner, inner),
        st.builds(exp, inner),
        st.builds(lambda a, b: a / b, inner, inner),
        st.builds(lambda a, b: total(a, b), index, inner),
        st.builds(lambda a, b: Derivative(a, z[b]), inner, index),
    )


def _value(term: Term, env: dict[Index, int], size: int) -> int:
    """An interpretation in which every structure matters; derivatives are hashed, not computed."""
    match term:
        case Number(value=value):
            return int(value)
        case Entry(indices=(place,)):
            assert isinstance(place, Index)
            return 10 ** env[place]
        case Delta(left=left, right=right):
            assert isinstance(left, Index)
            assert isinstance(right, Index)
            return int(env[left] == env[right])
        case Add(terms=parts):
            return sum(_value(part, env, size) for part in parts) % 1_000_003
        case Mul(factors=parts):
            made = 7
            for part in parts:
                made = made * (_value(part, env, size) + 3) % 1_000_003
            return made
        case Sum(index=index, body=body):
            return sum(_value(body, {**env, index: member}, size) for member in range(size)) % 1_000_003
        case Derivative(body=body, wrt=Entry(indices=(place,))):
            assert isinstance(place, Index)
            return (31 * _value(body, env, size) + 17 * env[place] + 5) % 1_000_003
        case _:
            made = 11
            for part in (term.argument,) if hasattr(term, "argument") else (term.numerator, term.denominator):  # type: ignore[union-attr]
                made = (made * 13 + _value(part, env, size)) % 1_000_003
            return made


@given(_terms(3), st.sampled_from(INDICES), st.sampled_from(INDICES))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_renaming_means_substitution(term: Term, old: Index, new: Index) -> None:
    env = dict(zip(INDICES, (0, 1, 2, 3), strict=True))
    assert _value(rename(term, {old: new}), env, 3) == _value(term, {**env, old: env[new]}, 3)


@given(_terms(3))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_every_subterm_can_be_put_back(term: Term) -> None:
    for path, part in subterms(term):
        assert at(term, path) is part or at(term, path) == part
        assert put(term, path, part) == term


def test_paths_that_do_not_exist_are_refused() -> None:
    for path in ((2,), (-1,), (0, 0, 0)):
        with pytest.raises(IndexError, match="no subterm"):
            at(z[i] + z[j], path)
        with pytest.raises(IndexError, match="no subterm"):
            put(z[i] + z[j], path, z[k])


def test_scopes_are_the_sums_crossed() -> None:
    term = total(k, z[k] * total(q, z[q], k), i)
    assert [(binder.index, binder.skip) for binder in scope(term, (0, 1, 0))] == [(k, i), (q, k)]


def test_resizing_reaches_every_domain() -> None:
    term = resize(total(k, exp(z[k]) * delta(k, i)), {"classes": 3})
    for _, part in subterms(term):
        if isinstance(part, Sum):
            assert part.index.domain.size == 3
        if isinstance(part, Entry):
            assert part.array.domains[0].size == part.indices[0].domain.size == 3
    assert next(iter(term.free)).domain.size == 3


def test_fresh_names_avoid_the_taken_ones() -> None:
    assert fresh(CLASSES, {"k", "l"}).name == "m"
    taken: set[str] = set()
    for _ in range(60):
        taken.add(fresh(CLASSES, taken).name)
    assert len(taken) == 60


def test_hashing_is_by_value() -> None:
    assert {total(k, log(z[k])), total(k, log(z[k]))} == {total(k, log(z[k]))}
    assert Call("y", (i,)) != Call("y", (j,))


def test_terms_pickled_by_another_process_are_still_equal() -> None:
    code = (
        "import pickle, sys; from symderiv.terms import *;"
        "c = Domain('classes', 'C'); k = Index('k', c); z = Array('z', (c,));"
        "sys.stdout.buffer.write(pickle.dumps(total(k, exp(z[k]) / Size(c))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env={"PYTHONHASHSEED": "17"})
    assert pickle.loads(done.stdout) == total(k, exp(z[k]) / Size(CLASSES))
