"""Closed forms as JavaScript, run in a real Chromium, against the evaluator in Python; what is printed and refused."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from importlib.resources import files

import pytest
from playwright.sync_api import Browser

from symderiv.documents.evaluating import Point, evaluate
from symderiv.documents.javascript import Function, NotPrintableError, Program, program
from symderiv.losses import CATALOGUE, FOUNDATIONS, find
from symderiv.losses.notation import CLASSES, S, i, j, k, y, z
from symderiv.proving import derive
from symderiv.statements import Definition, Problem, Theory, reachable
from symderiv.terms import (
    Array,
    Derivative,
    Entry,
    Index,
    Parameter,
    Position,
    Size,
    Term,
    absolute,
    erf,
    exp,
    log,
    maximum,
    number,
    pi,
    product,
    sign,
    step,
    total,
)
from tests.documents import browsing
from tests.documents.browsing import opened
from tests.documents.test_evaluating import SIZES, point_of

CHEAP = ("entropy", "label-smoothing", "huber", "softplus", "gelu", "log-cosh", "quantile", "poisson", "listnet")
NUMBERS = (files("symderiv.documents") / "templates" / "explorer" / "numbers.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.browser() as made:
        yield made


def called(made: Program, point: Point, places: list[int]) -> str:
    """The call of the function f of a program at a point, places counted from 1."""
    given = [point.sizes[domain.name] for domain in made.sizes]
    given += [point.data[array.name] for array in made.arrays]
    given += [point.parameters[parameter.name] for parameter in made.parameters]
    arguments = "".join(f",{json.dumps(value)}" for value in given)
    return f"({made.text})(numbers{arguments}).f({','.join(str(place - 1) for place in places)})"


def run(browser: Browser, calls: list[str]) -> list[float]:
    """The values of the calls."""
    with opened(browser, "<!DOCTYPE html><title>numbers</title>") as seen:
        source = f"() => {{{NUMBERS}\nreturn [{','.join(calls)}].map(String)}}"
        found: list[str] = seen.page.evaluate(source)
        assert seen.errors == []
    return [float(text.replace("Infinity", "inf").replace("NaN", "nan")) for text in found]


def compared(browser: Browser, problems: tuple[Problem, ...]) -> int:
    """Compares every closed side of every claim; returns how many were refused."""
    source = random.Random(7)
    names: list[str] = []
    calls: list[str] = []
    wanted: list[float] = []
    refused = 0
    for problem in problems:
        for derivation in (derive(problem, goal) for goal in problem.goals):
            theory = derivation.theory
            for side in (derivation.claim.left, derivation.claim.right):
                indices = tuple(sorted(side.free, key=lambda index: index.name))
                if any(isinstance(part, Derivative) for part in reachable(side, theory)):
                    with pytest.raises(NotPrintableError, match="derivative"):
                        program((Function("f", indices, side),), theory)
                    refused += 1
                    continue
                point = point_of(side, theory, source)
                places = [source.randint(1, index.domain.size or SIZES[index.domain.name]) for index in indices]
                names.append(f"{problem.name}:{derivation.goal}")
                calls.append(called(program((Function("f", indices, side),), theory), point, places))
                wanted.append(evaluate(side, theory, point, dict(zip(indices, places, strict=True))))
    found = run(browser, calls)
    assert len(found) >= sum(len(problem.goals) for problem in problems) - 1
    for name, mine, other in zip(names, found, wanted, strict=True):
        assert math.isfinite(other), name
        assert mine == pytest.approx(other, rel=2e-14, abs=1e-300), name
    return refused


@browsing.browsing
def test_the_first_entries_agree_with_the_evaluator(browser: Browser) -> None:
    assert compared(browser, (*FOUNDATIONS, *(find(name) for name in CHEAP))) > 20


@browsing.browsing
@pytest.mark.slow
def test_every_entry_agrees_with_the_evaluator_or_is_refused(browser: Browser) -> None:
    assert compared(browser, CATALOGUE) > 40


ALONE = Entry(Array("x", ()), ())
TERMS = (
    maximum(0, ALONE, 1 - ALONE), absolute(ALONE), sign(ALONE), step(ALONE), erf(ALONE), 1 + erf(ALONE), pi() * ALONE,
    exp(ALONE), log(ALONE), log(1 + exp(ALONE)), ALONE ** number(3), ALONE ** number(-2), absolute(ALONE) ** ALONE,
    1 / ALONE, product(k, z[k] + ALONE), total(k, z[k], Position(2, CLASSES)) + Size(CLASSES), ALONE**0,
)  # fmt: skip
POINTS = (-1000.0, -30.0, -6.5, -2.0, -0.7, 0.0, 1e-17, 0.25, 0.9, 1.0, 2.2, 28.0, 1000.0)


@browsing.browsing
def test_every_function_at_ordinary_and_hard_points(browser: Browser) -> None:
    cases = [(term, Point({"x": x, "z": (1.0, -2.0, 0.5)}, {}, SIZES)) for term in TERMS for x in POINTS]
    calls = [called(program((Function("f", (), term),), Theory()), point, []) for term, point in cases]
    for (term, point), mine in zip(cases, run(browser, calls), strict=True):
        wanted = evaluate(term, Theory(), point)
        where = (term, point.data["x"])
        assert mine == pytest.approx(wanted, rel=1e-14, abs=1e-320, nan_ok=True), where


def test_the_text_is_what_a_person_would_write() -> None:
    made = program((Function("jacobian", (i, j), y(i) * (1 - y(j)), "as proved"),), Theory((S, y)))
    assert made.text == (
        "(M, C, z) => {\n"
        "  const S = M.once(() => M.sum(C, k => M.exp(z[k])));\n"
        "  const y = M.once((i) => M.div(M.exp(z[i]), S()));\n"
        "  return {\n"
        "    /* as proved */\n"
        "    jacobian: (i, j) => M.float(M.mul(y(i), M.add(1, M.mul(-1, y(j))))),\n"
        "  };\n"
        "}"
    )
    assert [domain.name for domain in made.sizes] == ["classes"]
    assert [array.name for array in made.arrays] == ["z"]


@browsing.browsing
def test_names_of_the_language_and_names_used_twice_are_kept_apart(browser: Browser) -> None:
    new = Index("new", CLASSES)
    shared: list[Term] = [Parameter("z"), Parameter("M"), Parameter("f(x)"), Parameter("2")]
    definition = Definition("delete", (new,), z[new] * Parameter("C") + total(k, z[k]))
    term: Term = definition(new)
    for each in shared:
        term = term * each
    theory = Theory((definition,))
    point = Point({"z": (1.0, 2.0, 3.0)}, {"C": 10.0, "z": 2.0, "M": 3.0, "f(x)": 5.0, "2": 7.0}, SIZES)
    found = run(browser, [called(program((Function("f", (new,), term),), theory), point, [2])])
    assert found == [(2.0 * 10 + 6) * 2 * 3 * 5 * 7]
