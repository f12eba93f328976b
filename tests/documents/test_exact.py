"""Numbers of any number of bits, by which panels take powers of what nearly vanishes, against mpmath in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

import mpmath
import pytest
from playwright.sync_api import Browser

from tests.documents import browsing
from tests.documents.browsing import opened

pytestmark = browsing.pytestmark

SCRIPTS = files("symderiv.documents") / "templates" / "explorer"
SOURCE = "\n".join((SCRIPTS / name).read_text(encoding="utf-8") for name in ("numbers.js", "exact.js"))
FUNCTIONS = {"exp": mpmath.exp, "log": mpmath.log, "erf": mpmath.erf, "abs": abs, "sign": mpmath.sign}
POINTS = (1e-300, 3e-20, 0.25, 0.7, 1.0 - 2.0**-53, 1.0, 1.0000001, 2.5, 30.0, 700.0, 1e5)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.browser() as made:
        yield made


def run(browser: Browser, expressions: list[str]) -> list[float]:
    """The values of expressions of M, numbers of 300 bits."""
    with opened(browser, "<!DOCTYPE html><title>exact</title>") as seen:
        values = ",".join(f"String({each})" for each in expressions)
        found = seen.page.evaluate(f"() => {{{SOURCE}\nconst M = exact(300), f = M.float; return [{values}]}}")
        assert seen.errors == []
    return [float(text.replace("Infinity", "inf").replace("NaN", "nan")) for text in found]


def test_functions_are_those_of_mpmath(browser: Browser) -> None:
    cases = [(name, x) for name in FUNCTIONS for x in POINTS]
    found = run(browser, [f"f(M.{name}({x!r}))" for name, x in cases])
    with mpmath.workdps(60):
        wanted = [float(FUNCTIONS[name](mpmath.mpf(x))) for name, x in cases]
    for case, mine, other in zip(cases, found, wanted, strict=True):
        assert mine == pytest.approx(other, rel=1e-15, abs=0), case


def test_sums_keep_what_is_far_below_and_tell_how_far(browser: Browser) -> None:
    small = "M.exp(-70)"
    above = f"M.add(1, {small})"
    cases = {
        f"f(M.add({above}, -1))": float(mpmath.exp(-70)),
        f"f(M.add(M.mul({above}, M.add(1, M.mul(-1, {small}))), -1))": -float(mpmath.exp(-140)),
        f"f(M.add(M.log({above}), M.mul(-1, {small})))": -float(mpmath.exp(-140)) / 2,
        f"f(M.pow({small}, M.div(-1, 4)))": float(mpmath.exp(17.5)),
        "f(M.sum(4, k => M.pow(k, 2), 1))": 13.0,
        "f(M.product(4, k => M.div(k + 1, 2)))": 1.5,
        "f(M.max(-3, M.pi, 2))": float(mpmath.pi),
        "M.lost.gap > 95 && M.lost.gap < 210": 1.0,
    }
    found = run(browser, [key if key.startswith("f(") else f"+({key})" for key in cases])
    for (case, wanted), mine in zip(cases.items(), found, strict=True):
        assert mine == pytest.approx(wanted, rel=1e-15, abs=0), case


def test_what_has_no_value_is_what_doubles_say(browser: Browser) -> None:
    cases = {
        "f(M.div(1, 0))": float("inf"), "f(M.div(-2, 0))": -float("inf"), "f(M.div(0, 0))": float("nan"),
        "f(M.mul(0, Infinity))": float("nan"), "f(M.add(Infinity, -5))": float("inf"), "f(M.log(0))": -float("inf"),
        "f(M.log(-1))": float("nan"), "f(M.exp(-Infinity))": 0.0, "f(M.exp(1e300))": float("inf"),
        "f(M.pow(0, M.div(-1, 2)))": float("inf"), "f(M.pow(-2, M.div(1, 2)))": float("nan"),
        "f(M.pow(-2, 19))": -(2.0**19), "f(M.pow(0, 0))": 1.0, "f(M.exp(800))": float("inf"),
        "f(5e-324)": 5e-324, "f(-1.7e308)": -1.7e308,
    }  # fmt: skip
    for (case, wanted), mine in zip(cases.items(), run(browser, list(cases)), strict=True):
        assert mine == pytest.approx(wanted, rel=1e-15, abs=0, nan_ok=True), case


def test_values_are_taken_with_more_digits_until_they_stay(browser: Browser) -> None:
    program = "(M, x) => ({ rest: () => M.float(M.add(M.mul(M.add(1, M.exp(x)), M.add(1, M.mul(-1, M.exp(x)))), -1)) })"
    for x in (-20, -70, -300):
        found = run(browser, [f"careful({program}, {x}).rest()", f"({program})(numbers, {x}).rest()"])
        assert found[0] == pytest.approx(-float(mpmath.exp(2 * x)), rel=1e-14, abs=0)
        assert x == -20 or found[1] != pytest.approx(found[0], rel=1e-3, abs=0)
