"""Addends over one root are added up before they are divided, those over anything else are left as they are."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from symderiv.kernels.arrays.dividing import Group, over_common_roots
from symderiv.kernels.arrays.products import ONE, Carried
from symderiv.terms import Array, Call, Entry, Term
from tests.kernels.arrays.instances import computed, made

A, B, C = (Entry(Array(name, ()), ()) for name in "abc")
R, S = Call("root", ()), Call("other_root", ())
H = Entry(Array("scale", (), positive=True), ())


def _groups(*parts: Carried) -> tuple[Group, ...]:
    return over_common_roots(list(parts), lambda term: term in (R, S), lambda term: term == H)


def _product(coefficient: int = 1, **powers: int) -> Carried:
    bases: dict[str, Term] = {"a": A, "b": B, "c": C, "r": R, "s": S, "h": H}
    return Carried(Fraction(coefficient), tuple((bases[name], Fraction(power)) for name, power in powers.items()))


def test_what_one_root_divides_is_one_group() -> None:
    first, second, third = _product(a=1, r=-1), _product(c=1), _product(-2, b=1, r=-1)
    assert _groups(first, second, third) == (
        Group(_product(r=-1), (_product(a=1), _product(-2, b=1))),
        Group(ONE, (second,)),
    )


def test_a_scale_that_all_have_is_taken_out_and_further_powers_of_the_root_stay() -> None:
    assert _groups(_product(a=1, r=-1, h=1), _product(-1, b=1, r=-3, h=3)) == (
        Group(_product(r=-1, h=1), (_product(a=1), _product(-1, b=1, r=-2, h=2))),
    )
    assert _groups(_product(a=1, r=-1, h=1), _product(b=1, r=-1)) == (
        Group(_product(r=-1), (_product(a=1, h=1), _product(b=1))),
    )


@pytest.mark.parametrize(
    "parts",
    [
        (_product(a=1, r=-1), _product(b=1, s=-1)),
        (_product(a=1, r=1), _product(b=1, r=1)),
        (_product(a=1, c=-1), _product(b=1, c=-1)),
        (_product(a=1, r=-1), _product(b=1)),
    ],
)
def test_what_has_no_root_below_in_common_is_left_alone(parts: tuple[Carried, ...]) -> None:
    assert _groups(*parts) == tuple(Group(ONE, (part,)) for part in parts)


@pytest.mark.parametrize("features", [1, 2, 4])
def test_a_quotient_beyond_the_range_does_not_reach_a_gradient_of_0(features: int) -> None:
    """u a/r is beyond the largest number for equal features, r being the root of epsilon; less its mean it is 0."""
    data = {"x": np.full(features, 0.3), "a": np.full(features, 2.0), "b": np.zeros(features)}
    data["u"] = np.full(features, np.finfo(np.float64).max / 64)
    got = computed(made("layer-norm")["vjp"].kernel, data, {"epsilon": 1e-5})
    assert list(got["gradient_x"].values()) == [0.0] * features
    assert list(got["gradient_b"].values()) == list(data["u"])
