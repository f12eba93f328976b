"""Kernels over arrays compute what their theorems say, on ordinary and on hard inputs, within a few last places of the
sum of all magnitudes; with one sign changed they do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pytest

from symderiv.kernels.ir import Expression, Let, Loop, Op, Pick, Statement, Store, Update
from tests.kernels.arrays.instances import claims, computed, domain_sizes, made
from tests.kernels.arrays.rigorous import Instance, worst_distance

MOST = 4.0
"""Last places of the size that `tests.kernels.arrays.rigorous` tells of."""


@dataclass(frozen=True)
class Case:
    """Numbers for an entry; `sized` has the same results and says how large they would be if nothing cancelled."""

    name: str
    what: str
    data: dict[str, np.ndarray]
    scalars: dict[str, float]
    sized: dict[str, np.ndarray] | None = None


def _norms(random: np.random.Generator) -> Iterator[Case]:
    spreads = ((1.0, 0.0), (50.0, 0.0), (1000.0, 0.0), (1.0, 1e6), (1e-3, 1e6), (1e160, 0.0), (1e-170, 0.0), (0.0, 0.1))
    ends = ((5e307, 1e308), (1e-310, 0.0), (1e-160, 1e-158), (1e150, -1e154))
    for spread, offset in (*spreads, *ends):
        x = np.clip(random.normal(size=6) * spread + offset, -1.7e308, 1.7e308)
        rest = {name: random.normal(size=6) for name in "abu"}
        mean = sum(map(Fraction, x)) / 6
        centred = np.array([float(Fraction(value) - mean) for value in x])
        what = f"spread {spread} at {offset}"
        given = {"epsilon": 1e-5}
        yield Case("layer-norm", what, {"x": x, **rest}, given, {"x": centred, **rest})
        yield Case("rms-norm", what, {"x": x, "a": rest["a"], "u": rest["u"]}, given)


def _equal_features(random: np.random.Generator) -> Iterator[Case]:
    for number in (1 / 3, 1e155, 1e200, -1.7e308):
        for many in (1, 6, 7):
            rest = {name: random.normal(size=many) for name in "abu"}
            given, left = np.full(many, number), np.zeros(many)
            yield Case(
                "layer-norm", f"{many} times {number}", {"x": given, **rest}, {"epsilon": 1e-5}, {"x": left, **rest}
            )


def _attention(random: np.random.Generator) -> Iterator[Case]:
    for spread in (1.0, 7.0, 30.0):
        shapes = {"q": (3,), "K": (4, 3), "V": (4, 3), "u": (3,)}
        data = {name: random.normal(size=shape) for name, shape in shapes.items()}
        yield Case("attention", f"spread {spread}", data | {"q": data["q"] * spread, "K": data["K"] * spread}, {})


def _mixtures(random: np.random.Generator) -> Iterator[Case]:
    def case(what: str, **changed: np.ndarray) -> Case:
        data = {name: random.normal(size=4) for name in "ams"} | {"t": np.array(0.3)}
        return Case("gaussian-mixture", what, data | changed, {})

    for spread, offset in ((1.0, 0.0), (50.0, 0.0), (1000.0, 0.0), (1.0, 1e6)):
        what = f"spread {spread} at {offset}"
        yield case(f"logits, {what}", a=random.normal(size=4) * spread + offset)
        yield case(f"means, {what}", m=random.normal(size=4) * spread + offset, t=np.array(offset))
    yield case("a component without weight", a=np.array([1.0, -np.inf, 2.0, 0.3]))
    yield case("a component that is a point, met", m=np.array([0.3, 1.0, 2.0, 3.0]), s=np.array([-400.0, 0, 1, 2]))
    yield case("components that are points, missed", s=np.array([-200.0, -400.0, 1.0, 2.0]))


def _rankings(random: np.random.Generator) -> Iterator[Case]:
    for spread, offset in ((1.0, 0.0), (50.0, 0.0), (1000.0, 0.0), (1.0, 1e6)):
        items, ranks = 4, 3
        order = random.permutation(items)
        left, put = np.ones((ranks, items)), np.zeros((ranks, items))
        for rank in range(ranks):
            put[rank, order[rank]] = 1
            left[rank, order[:rank]] = 0
        data = {"z": random.normal(size=items) * spread + offset, "A": left, "B": put, "v": random.normal(size=items)}
        yield Case("plackett-luce", f"spread {spread} at {offset}", data, {})
    soft = {"A": random.uniform(0.5, 2.0, (ranks, items)), "B": random.dirichlet(np.ones(items), ranks)}
    yield Case("plackett-luce", "weights between 0 and 2", data | {"z": random.normal(size=items)} | soft, {})
    masked = data | {"z": np.array([0.5, -np.inf, 2.0, 1.0]), "A": np.ones((1, 4)), "B": np.array([[1.0, 0, 0, 0]])}
    yield Case("plackett-luce", "an item that is never put", masked, {})


def _pairs(random: np.random.Generator) -> Iterator[Case]:
    for spread, offset in ((1.0, 0.0), (50.0, 0.0), (1000.0, 0.0), (1.0, 1e6)):
        what = f"spread {spread} at {offset}"
        s = random.normal(size=(3, 3)) * spread + offset
        v = random.normal(size=(3, 3))
        yield Case("clip", f"one-hot, {what}", {"s": s, "T": np.eye(3), "U": np.eye(3), "v": v}, {"beta": 14.3})
        soft = {"T": random.dirichlet(np.ones(2), 3), "U": random.dirichlet(np.ones(3), 2).T.copy()}
        yield Case("clip", f"soft, {what}", {"s": s[:, :2].copy(), "v": v[:, :2].copy(), **soft}, {"beta": 14.3})


def _cases() -> tuple[Case, ...]:
    random = np.random.default_rng(3)
    families = (_norms, _attention, _mixtures, _rankings, _pairs, _equal_features)
    return tuple(case for family in families for case in family(random))


def _distances(case: Case, function: str) -> dict[str, float]:
    """How far every output is from what it has to be."""
    record = made(case.name)[function]
    got = computed(record.kernel, case.data, case.scalars)
    sizes = domain_sizes(case.name, case.data)
    found = {}
    for output, theorem, form, indices in claims(case.name, record):
        theory = theorem.derivation.theory
        instance = Instance(theory, case.data, sizes, case.scalars)
        sized = None if case.sized is None else Instance(theory, case.sized, sizes, case.scalars)
        found[output] = worst_distance(got[output], form, indices, instance, sized)
    return found


@pytest.mark.parametrize("case", _cases(), ids=lambda case: f"{case.name}: {case.what}")
def test_every_result_is_within_a_few_last_places(case: Case) -> None:
    for function in made(case.name):
        if function not in ("grad", "hessian") or case.what.startswith("spread 1.0 "):
            distances = _distances(case, function)
            assert max(distances.values()) <= MOST, (function, distances)


def _signs_changed(body: tuple[Statement, ...]) -> Iterator[tuple[Statement, ...]]:
    """The statements with one sign changed, for every sign in them."""
    for place, statement in enumerate(body):
        for changed in _one_changed(statement):
            yield (*body[:place], changed, *body[place + 1 :])


def _one_changed(statement: Statement) -> Iterator[Statement]:
    match statement:
        case Loop(body=inner):
            for made_body in _signs_changed(inner):
                yield replace(statement, body=made_body)
        case Update(how="maximum") | Let(value=Op(name="minimum")):
            return  # Whatever is taken off in exponents and means, or divided by, the results are the same.
        case Let(value=value) | Update(value=value) | Store(value=value):
            for changed in _other_signs(value):
                yield replace(statement, value=changed)
        case _:
            return


def _other_signs(value: Expression) -> Iterator[Expression]:
    match value:
        case Op(name="add" | "subtract" as name, arguments=arguments):
            yield Op("subtract" if name == "add" else "add", arguments)
        case Op(name="negate", arguments=(argument,)):
            yield argument
    match value:
        case Op(name=name, arguments=arguments):
            for place, argument in enumerate(arguments):
                for changed in _other_signs(argument):
                    yield Op(name, (*arguments[:place], changed, *arguments[place + 1 :]))
        case Pick(equal=equal, different=different):
            yield from (replace(value, equal=changed) for changed in _other_signs(equal))
            yield from (replace(value, different=changed) for changed in _other_signs(different))


@pytest.mark.parametrize(
    ("name", "what", "function"),
    [
        ("layer-norm", "spread 0.001 at 1000000.0", "vjp"),
        ("rms-norm", "spread 1.0 at 0.0", "vjp"),
        ("attention", "spread 1.0", "vjp"),
        ("gaussian-mixture", "logits, spread 1.0 at 0.0", "value_and_grad"),
        ("plackett-luce", "weights between 0 and 2", "value_and_grad"),
        ("plackett-luce", "weights between 0 and 2", "hvp"),
        ("clip", "soft, spread 1.0 at 0.0", "value_and_grad"),
    ],
)
def test_a_kernel_with_one_sign_changed_is_far_off(name: str, what: str, function: str) -> None:
    case = next(case for case in _cases() if (case.name, case.what) == (name, what))
    record = made(name)[function]
    sizes = domain_sizes(name, case.data)
    found = [
        (
            output,
            form,
            indices,
            Instance(theorem.derivation.theory, case.data, sizes, case.scalars),
            Instance(theorem.derivation.theory, case.sized or case.data, sizes, case.scalars),
        )
        for output, theorem, form, indices in claims(name, record)
    ]
    survivors, count = [], 0
    for body in _signs_changed(record.kernel.body):
        count += 1
        got = computed(replace(record.kernel, body=body), case.data, case.scalars)
        off = max(worst_distance(got[output], *asked) for output, *asked in found)
        if off <= 10 * MOST:
            survivors.append(body)
    assert count >= 2
    assert not survivors
