"""Maxima, absolute values, signs, steps, special functions and constants as terms."""

from __future__ import annotations

import pickle
from typing import get_args

import pytest

from symderiv.terms import (
    Abs,
    Array,
    Constant,
    Domain,
    Index,
    Max,
    Number,
    Sign,
    Special,
    Step,
    Sum,
    Term,
    absolute,
    alpha_key,
    children,
    erf,
    exp,
    is_piecewise,
    maximum,
    number,
    pi,
    put,
    rebuild,
    rename,
    root,
    sign,
    step,
    subterms,
    switches,
    total,
)
from symderiv.terms.traversal import _PARTS

CLASSES = Domain("classes", "C")
i, j, k = (Index(name, CLASSES) for name in "ijk")
z = Array("z", (CLASSES,))
EVERY: tuple[Term, ...] = (
    maximum(0, z[i], 1 - z[j]), absolute(z[i] - 1), sign(z[i]), step(z[i]), erf(z[i] / root(number(2))), pi(),
)  # fmt: skip


@pytest.mark.parametrize("term", EVERY, ids=lambda term: type(term).__name__)
def test_a_node_is_rebuilt_from_its_parts_and_survives_pickling(term: Term) -> None:
    assert rebuild(term, children(term)) == term
    assert pickle.loads(pickle.dumps(term)) == term
    for path, part in subterms(term):
        assert put(term, path, part) == term


def test_every_kind_of_node_has_its_parts() -> None:
    assert frozenset(get_args(Term)) == frozenset(_PARTS)


def test_nodes_of_different_kinds_differ() -> None:
    assert len({absolute(z[i]), sign(z[i]), step(z[i]), erf(z[i]), exp(z[i])}) == 5
    assert len({alpha_key(term) for term in (absolute(z[i]), sign(z[i]), step(z[i]), erf(z[i]))}) == 4
    assert alpha_key(total(k, step(z[k]))) == alpha_key(total(j, step(z[j])))
    assert maximum(z[i], z[j]) != maximum(z[j], z[i])


def test_indices_are_replaced_inside() -> None:
    assert rename(maximum(z[i], total(k, absolute(z[k] - z[i]))), {i: k}) == Max(
        (z[k], Sum(Index("l", CLASSES), Abs(z[Index("l", CLASSES)] - z[k])))
    )
    assert erf(z[i]).free == frozenset({i})


def test_what_is_not_known_by_name_is_refused() -> None:
    with pytest.raises(ValueError, match="the function 'sin' is not known; known are erf"):
        Special("sin", z[i])
    with pytest.raises(ValueError, match="the constant 'e' is not known; known are pi"):
        Constant("e")
    with pytest.raises(ValueError, match="at least two terms"):
        Max((z[i],))


def test_where_a_formula_changes() -> None:
    assert switches(Abs(z[i])) == switches(Sign(z[i])) == switches(Step(z[i])) == (z[i],)
    assert switches(Max((number(0), z[i]))) == switches(Max((z[i], number(0)))) == (z[i],)
    assert switches(Max((z[i], z[j]))) == (z[i] - z[j],)
    assert len(switches(Max((z[i], z[j], Number(number(1).value))))) == 3
    assert is_piecewise(exp(-absolute(z[i])))
    assert not is_piecewise(exp(erf(z[i])))
