"""False statements that once came out `proved`, each by another flaw; and inputs that once crashed or never ended."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symderiv.checking import Refused, check, positive, same
from symderiv.checking.cutoff import Cut, cutoff
from symderiv.checking.normal import Normaliser, Outside
from symderiv.checking.simplices import recognised
from symderiv.encoding import RecordError, decode_term, vocabulary
from symderiv.statements import Assumption, Definition, Derivation, Distinct, Line, Nonzero, Positive, Step, Theory
from symderiv.terms import (
    Array,
    Call,
    Derivative,
    Domain,
    Index,
    Number,
    Position,
    Power,
    Size,
    Term,
    delta,
    exp,
    log,
    number,
    rename,
    total,
)
from tests.checking.notation import (
    CLASSES,
    FEATURES,
    PLAIN,
    C,
    L,
    S,
    elementary_4,
    gamma,
    half,
    i,
    j,
    k,
    l,
    m,
    t,
    w,
    y,
    z,
)


def _derivation(start: Term, *lines: Line, theory: Theory = PLAIN) -> Derivation:
    return Derivation("test", "hole", "A record", theory, start, lines)


def test_many_nested_derivatives_do_not_lose_powers() -> None:
    for count in (5, 6, 7):
        term: Term = exp(z[i])
        for _ in range(count):
            term = Derivative(term, z[i])
        assert same(term, number(0), PLAIN, seed=1).word != "proved"
        assert same(term, exp(z[i]), PLAIN, seed=1).word == ("proved" if count == 5 else "undecided")


@pytest.mark.parametrize("name", ["_1", "_0", "_", "\0001", "\0000", "\0"])
def test_no_user_index_meets_a_reserved_one(name: str) -> None:
    free = Index(name, CLASSES)
    matrix = Array("A", (CLASSES, CLASSES), positive=True)
    claim = (C - 2) * (C - 3) * (log(total(k, matrix[k, free])) - log(total(k, matrix[k, k])))
    ratio = (C - 3) * (
        exp(-z[free]) * total(k, exp(3 * z[k])) / total(k, exp(z[k] - z[free]))
        + exp(z[free]) * total(k, exp(z[k])) / total(k, exp(z[free] - z[k]))
        - 2 * total(k, exp(2 * z[k])) / total(k, exp(z[k] - z[k]))
    )
    for term in (claim, ratio):
        if name.startswith("\0"):
            with pytest.raises(Refused, match="control character"):
                check(_derivation(term, Line(number(0), "claimed", "", ())), seed=1)
        else:
            assert same(term, number(0), PLAIN, seed=1).word != "proved"


def test_a_simplex_sum_is_named_apart_from_user_indices() -> None:
    rows = Array("B", (CLASSES, CLASSES))
    theory = Theory((), (Assumption(total(l, rows[k, l]), number(1), "rows"),))
    for name in ("_", "l"):
        cut = Cut("classes", {}, theory, recognised(theory.assumptions)[0], Normaliser(theory))
        with pytest.raises(Outside):
            cutoff(total(Index(name, CLASSES), rows[Index(name, CLASSES), j]), number(0), cut)


@pytest.mark.parametrize(
    "body",
    [
        exp((y(i) * S - exp(z[i])) * elementary_4()),
        log((y(i) * S - exp(z[i])) * elementary_4() + 1),
        Power((y(i) * S - exp(z[i])) * elementary_4() + 1, gamma),
    ],
)
def test_under_a_derivative_by_y_its_definition_is_another_function(body: Term) -> None:
    assert same(Derivative(body, y(i)), number(0), PLAIN, seed=1).word != "proved"


def test_denominators_under_a_derivative_by_y_keep_their_names() -> None:
    copies = tuple(Definition(f"q{n}", (i,), exp(z[i]) / S) for n in range(1, 7))
    theory = Theory((*PLAIN.definitions, *copies))
    denominators = []
    for a in range(1, 7):
        parts = [(y(i) if b == a else copies[b - 1](i)) * (C + b) for b in range(1, 7)]
        term = parts[0]
        for part in parts[1:]:
            term = term + part
        denominators.append(Derivative(term, y(i)))
    claim: Term = number(0)
    for a, below in enumerate(denominators, start=1):
        residue = Fraction(1)
        for root in range(1, 6):
            residue *= -a - root
        for b in range(1, 7):
            residue /= 1 if b == a else b - a
        claim = claim + Number(residue) / below
    assert same(claim, number(0), theory, seed=1).word != "proved"


def test_a_logarithm_of_an_absolute_value_does_not_give_the_value_back() -> None:
    shifted = 1 / (z[i] + 10)
    assert same(Power(shifted**2, half), shifted, PLAIN, seed=1).word != "proved"
    assert same((C - 2) * (C - 3) * (Power(z[i] ** 2, half) - z[i]), number(0), PLAIN, seed=1).word != "proved"
    u = log(z[i] + 10)
    ratio = Power(u**2, half) / u
    assert positive(ratio, PLAIN, seed=1).word != "proved"
    # True where the listed condition holds: the ratio is 1 or -1.
    assert Positive(ratio) in same(log(ratio), number(0), PLAIN, seed=1).conditions
    assert Nonzero(ratio + 1) in same(1 / (ratio + 1), 1 / number(2), PLAIN, seed=1).conditions


def test_conditions_between_different_domains_are_refused() -> None:
    theory = Theory(PLAIN.definitions, (), (Distinct(j, Position(1, FEATURES)),))
    assert same(delta(i, j), number(0), theory, seed=1).word == "false"
    with pytest.raises(Refused, match="compares classes with features"):
        check(_derivation(z[i], Line(z[i], "claimed", "", ()), theory=theory), seed=1)


def test_a_definition_does_not_hide_a_derivative() -> None:
    g = Definition("g", (j,), Derivative(L, z[j]))
    theory = Theory((*PLAIN.definitions, g))
    assert same(Derivative(g(j), y(i)), (t[i] / y(i)) * (delta(i, j) - y(j)), theory, seed=1).word == "undecided"


def test_rows_and_columns_that_sum_to_one() -> None:
    both = Array("B", (CLASSES, CLASSES))
    rows = Assumption(total(l, both[k, l]), number(1), "rows")
    columns = Assumption(total(k, both[k, l]), number(1), "columns")
    for first, second in ((rows, columns), (columns, rows)):
        theory = Theory((), (first, second))
        assert same(total(k, both[i, k]), number(1), theory, seed=1).word in ("proved", "undecided")
        assert same(total(k, both[k, i]), number(1), theory, seed=1).word in ("proved", "undecided")
        assert same(total(k, both[i, k]) + total(k, both[k, i]), number(3), theory, seed=1).word != "proved"


def test_positivity_under_an_assumption_that_was_not_used_is_not_refuted() -> None:
    theory = Theory((), (Assumption(z[i], exp(w[i]), "z is positive"),))
    assert positive(z[i], theory, seed=1).word == "undecided"


def test_every_condition_of_a_line_is_listed() -> None:
    start = z[i] / z[i] + z[j] / z[j]
    first = Step(start, 1 + z[j] / z[j], "cancel", (0,), "")
    second = Step(first.after, number(1) + number(1), "cancel", (1,), "")
    theorem = check(_derivation(start, Line(second.after, "cancel", "", (first, second))), seed=1)
    assert len(theorem.conditions) == 2


def test_a_step_inside_a_bound_must_belong_to_it() -> None:
    bogus = Step(y(i), number(17), "positivity", (), "")
    with pytest.raises(Refused, match="does not lead"):
        check(_derivation(y(i), Line(number(0), "positivity", "", (bogus,), ">")), seed=1)


def test_renaming_does_not_pick_the_skipped_name() -> None:
    moved = rename(total(k, z[i] * z[k], l), {i: k})
    assert moved.free == {k, l}


def _chain(count: int, body: str) -> Theory:
    made = [Definition("f0", (), S + 1)]
    for n in range(1, count):
        last = Call(f"f{n - 1}", ())
        made.append(Definition(f"f{n}", (), last + last if body == "double" else exp(last)))
    return Theory((*PLAIN.definitions, *made))


@pytest.mark.parametrize(
    ("start", "theory", "message"),
    [
        (Call("f27", ()), _chain(28, "double"), "more than 20000 parts"),
        (Call("f69", ()), _chain(70, "nested"), "nested more than 60 deep"),
        (z[Position(10**9, CLASSES)], PLAIN, "members above 64"),
        (Size(Domain("classes", "C", 10**9)), PLAIN, "more than 64 are not evaluated"),
        (Number(Fraction(10**900)), PLAIN, "more than 2000 bits"),
        (((number(2) ** 64) ** 64) ** 64, PLAIN, "powers of powers"),
    ],
)
def test_what_could_not_end_is_refused(start: Term, theory: Theory, message: str) -> None:
    with pytest.raises(Refused, match=message):
        check(_derivation(start, Line(start, "claimed", "", ()), theory=theory), seed=1)


def test_what_costs_too_much_is_undecided() -> None:
    many = tuple(Index(f"a{n}", CLASSES) for n in range(13))
    wide: Term = z[many[0]]
    for index in many[1:]:
        wide = wide * z[index]
    assert same(wide, wide + 1, PLAIN, seed=1).word == "undecided"
    deep: Term = z[k] * z[l] * z[m]
    bound = (k, l, m, *many[:5])
    for index in bound:
        deep = total(index, deep * z[index])
    assert same(deep, deep * number(1), PLAIN, seed=1).word != "false"


@pytest.mark.parametrize("text", ["1e99999999", "1e5000", "9" * 400, "1.5", " 1", "nan"])
def test_numbers_in_records_are_short_fractions(text: str) -> None:
    with pytest.raises(RecordError, match="not a fraction"):
        decode_term(["Number", text], vocabulary([z[i]]))
