"""Hostile records end in a sentence, not in a crash or a loop."""

from __future__ import annotations

from dataclasses import replace

import pytest

from symderiv.checking import Refused, check, examine, same
from symderiv.statements import Claim, Definition, Derivation, Line, Theory
from symderiv.terms import Call, Term, exp, log, number, total
from tests.checking.notation import PLAIN, i, j, k, y, z

GOOD = Derivation("test", "hostile", "A record", PLAIN, y(i), (Line(y(i), "nothing", "", ()),))


def _with(*definitions: Definition, start: Term) -> Derivation:
    return replace(GOOD, theory=Theory(definitions), start=start, lines=(Line(start, "nothing", "", ()),))


@pytest.mark.parametrize(
    ("derivation", "message"),
    [
        (_with(start=y(i)), "y is not defined; defined are none"),
        (_with(Definition("a", (), Call("a", ()) + 1), start=Call("a", ())), "a refers to itself"),
        (
            _with(Definition("a", (), Call("b", ())), Definition("b", (), Call("a", ())), start=Call("a", ())),
            "a refers to itself, through a and b",
        ),
        (_with(Definition("a", (), z[k]), start=Call("a", ())), "leaves the index k open"),
        (_with(Definition("a", (i, i), z[i]), start=Call("a", (i, j))), "names one index twice"),
        (_with(Definition("a", (i,), z[i]), start=Call("a", ())), "a is indexed by classes"),
        (_with(Definition("a", (), z[k]), Definition("a", (), z[k]), start=z[i]), "leaves the index|defined twice"),
    ],
)
def test_malformed_theories_are_refused(derivation: Derivation, message: str) -> None:
    for judge in (check, examine):
        with pytest.raises(Refused, match=message):
            judge(derivation, seed=1)


def test_deep_terms_are_refused() -> None:
    term: Term = z[i]
    for _ in range(200):
        term = exp(term)
    with pytest.raises(Refused, match="nested more than"):
        check(replace(GOOD, start=term, lines=()), seed=1)
    with pytest.raises(Refused, match="nested more than"):
        examine(GOOD, Claim(term, "=", term), seed=1)


def test_huge_powers_and_products_end_without_proof() -> None:
    for power in (10**9, -(10**9)):
        assert same(y(i) ** power, y(j) ** power, PLAIN, seed=1).word in ("false", "undecided")
        assert same(log(total(k, z[k]) ** power), number(power), PLAIN, seed=1).word != "proved"


def test_a_hundred_nested_sums_of_products_end() -> None:
    term: Term = total(k, z[k])
    for _ in range(7):
        term = term * term
    assert same(term, term + 1, PLAIN, seed=1).word == "false"
