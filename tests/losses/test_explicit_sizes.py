"""Theorems over several ranges against SymPy's own derivatives at chosen sizes, which differ; exactly."""

from __future__ import annotations

from itertools import product

import pytest

from symderiv.checking import same
from symderiv.losses import find
from symderiv.proving import derive
from symderiv.statements import sized
from symderiv.sympy_border.explicit import explicit_entries
from symderiv.terms import Index, Position, rename, resize

CASES: tuple[tuple[str, str, dict[str, int]], ...] = (
    ("clip", "gradient-unnormalised", {"images": 2, "texts": 3}),
    ("clip", "gradient", {"images": 3, "texts": 2}),
    ("clip", "hessian", {"images": 2, "texts": 2}),
    ("clip", "hvp", {"images": 1, "texts": 3}),
    ("linear-focal", "gradient-input", {"classes": 3, "features": 2}),
    ("linear-focal", "batch-gradient-weight", {"classes": 2, "features": 1, "samples": 3}),
    ("linear-focal", "batch-gradient-bias", {"classes": 2, "features": 2, "samples": 2}),
)


@pytest.mark.parametrize(("entry", "slug", "sizes"), CASES)
def test_sympy_derives_the_same_entries(entry: str, slug: str, sizes: dict[str, int]) -> None:
    """At up to three members of the free indices, the first and the last among them."""
    problem = find(entry)
    derivation = derive(problem, next(goal for goal in problem.goals if goal.slug == slug))
    theory = sized(derivation.theory, sizes)
    left, right = (resize(side, sizes) for side in (derivation.claim.left, derivation.claim.right))
    free: list[Index] = sorted(left.free, key=lambda index: index.name)
    values = list(product(*(range(1, sizes[index.domain.name] + 1) for index in free)))
    chosen = list(dict.fromkeys((values[0], values[len(values) // 2], values[-1])))
    places = [{i: Position(v, i.domain) for i, v in zip(free, at, strict=True)} for at in chosen]
    for at, by_sympy in zip(places, explicit_entries(left, theory, places), strict=True):
        verdict = same(by_sympy, rename(right, at), theory, seed=1)
        assert verdict.word == "proved", (at, verdict)
        assert same(by_sympy * 2, rename(right, at), theory, seed=1).word == "false"
