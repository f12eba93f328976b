"""Theorems written out for a chosen class count: what matches, what does not, what is refused, and what is shown."""

from __future__ import annotations

import pytest

from symderiv.losses import FOUNDATIONS, FURTHER, find
from symderiv.proving import derive
from symderiv.proving.explicit import ExplicitError, explicit, inapplicable
from symderiv.proving.tidy import tidy
from symderiv.statements import Claim, Derivation, Distinct, Problem, Theory, sized
from symderiv.terms import Derivative, Domain, Index, Position, Term, delta, number
from symderiv.verification.balls import compare
from symderiv.verification.false_claims import CLASSES, SOFTMAX, elementary, power_sums

I_, J, K = (Index(name, CLASSES) for name in "ijk")
Y = SOFTMAX.definition("y")


def derivation(name: str, slug: str) -> Derivation:
    problem = find(name)
    return derive(problem, next(goal for goal in problem.goals if goal.slug == slug))


def logits(place: Index) -> Term:
    claim = derivation("softmax", "jacobian").claim
    assert isinstance(claim.left, Derivative)
    return type(claim.left.wrt)(claim.left.wrt.array, (place,))  # type: ignore[union-attr,call-arg,arg-type]


JACOBIAN = Derivative(Y(I_), logits(J))  # type: ignore[arg-type]
CLOSED = Y(I_) * (delta(I_, J) - Y(J))


@pytest.mark.parametrize("classes", [2, 3, pytest.param(5, marks=pytest.mark.slow)])
@pytest.mark.parametrize("problem", FOUNDATIONS, ids=lambda problem: problem.name)
def test_every_derivative_of_the_catalogue_matches_sympy_entry_by_entry(problem: Problem, classes: int) -> None:
    for goal in problem.goals:
        found = derive(problem, goal)
        if inapplicable(found.claim, found.theory):
            continue
        made = explicit(found.claim, found.theory, classes)
        assert made.passed, (goal.slug, made.sentence)
        assert made.method == "sympy", goal.slug
        assert made.entries == made.sympy_entries > 0


@pytest.mark.parametrize(
    ("name", "classes"),
    [("jensen-shannon", 3), ("generalized-cross-entropy", 4), ("additive-margin", 2), ("poly-1", 40)],
)
def test_logarithms_and_symbolic_powers_of_sums_match_too(name: str, classes: int) -> None:
    found = derivation(name, "gradient")
    made = explicit(found.claim, found.theory, classes)
    assert made.passed, made.sentence
    assert made.method == ("sympy" if classes < 30 else "residues")
    wrong = Claim(found.claim.left, "=", found.claim.right * 2)
    assert not explicit(wrong, found.theory, classes).passed


@pytest.mark.slow
@pytest.mark.parametrize("problem", FURTHER, ids=lambda problem: problem.name)
def test_every_gradient_and_hessian_of_the_longer_list_matches(problem: Problem) -> None:
    for goal in problem.goals:
        if goal.slug not in ("gradient", "hessian"):
            continue
        found = derive(problem, goal)
        if inapplicable(found.claim, found.theory):
            continue
        made = explicit(found.claim, found.theory, 3)
        assert made.passed, (goal.slug, made.sentence)


@pytest.mark.parametrize("classes", [40, 200])
def test_beyond_the_budget_every_entry_is_matched_by_residues(classes: int) -> None:
    for name, slug, entries in (
        ("softmax", "jacobian", classes**2),
        ("softmax", "jacobian-off-diagonal", classes * (classes - 1)),
        ("logsumexp", "gradient", classes),
        ("cross-entropy", "gradient", classes),
        ("cross-entropy", "hessian", classes**2),
        ("linear-cross-entropy", "gradient-weight", 2 * classes),
    ):
        found = derivation(name, slug)
        made = explicit(found.claim, found.theory, classes)
        assert made.passed, made.sentence
        assert (made.method, made.entries) == ("residues", entries)
        assert "random points" in made.sentence


def test_a_thousand_classes() -> None:
    found = derivation("softmax", "jacobian")
    made = explicit(found.claim, found.theory, 1000)
    assert made.passed
    assert made.entries == made.matched == 1_000_000
    assert made.sympy_entries == 2


@pytest.mark.parametrize("classes", [3, 300])
def test_a_wrong_claim_does_not_match_and_the_entries_are_named(classes: int) -> None:
    made = explicit(Claim(JACOBIAN, "=", Y(I_) * (delta(I_, J) - Y(I_))), SOFTMAX, classes)
    assert not made.passed
    assert made.matched == classes  # the diagonal alone is right
    assert "(i=1, j=2)" in made.mismatches
    assert "(i=1, j=2)" in made.sentence


@pytest.mark.parametrize("classes", [3, 4, 50])
def test_a_claim_that_holds_below_four_classes_matches_there_and_nowhere_else(classes: int) -> None:
    hidden = elementary(4, (number(1), *power_sums(Y(K), K)[1:]))
    made = explicit(Claim(JACOBIAN, "=", CLOSED + hidden), SOFTMAX, classes)
    assert made.passed == (classes == 3)
    assert made.matched == (made.entries if classes == 3 else 0)


def test_a_gradient_that_needs_the_assumption_fails_without_it() -> None:
    found = derivation("cross-entropy", "gradient")
    for classes in (3, 200):
        assert explicit(found.claim, found.theory, classes).passed
        assert not explicit(found.claim, Theory(found.theory.definitions), classes).passed


def test_facts_about_indices_leave_entries_out() -> None:
    theory = Theory(SOFTMAX.definitions, (), (Distinct(I_, J),))
    made = explicit(Claim(JACOBIAN, "=", -Y(I_) * Y(J)), theory, 4)
    assert (made.passed, made.entries) == (True, 12)
    assert [row.index(None) for row in made.rows] == [0, 1, 2, 3]
    assert not explicit(Claim(JACOBIAN, "=", -Y(I_) * Y(J)), SOFTMAX, 4).passed


def test_up_to_eight_classes_the_whole_matrix_is_shown() -> None:
    made = explicit(Claim(JACOBIAN, "=", CLOSED), SOFTMAX, 3)
    three = Domain("classes", "C", 3)
    y = [Y(Position(value, three)) for value in (1, 2, 3)]
    by_hand = [[tidy(y[r] * (1 - y[c])) if r == c else tidy(-y[r] * y[c]) for c in range(3)] for r in range(3)]
    assert [list(row) for row in made.rows] == by_hand
    for row, theirs in zip(made.rows, made.sympy_rows, strict=True):
        for ours, sympys in zip(row, theirs, strict=True):
            assert ours is not None
            assert sympys is not None
            assert compare(ours, sympys, sized(SOFTMAX, {"classes": 3}), seed=2, points=1).outcome == "equal"


def test_beyond_eight_classes_the_corners_are_shown() -> None:
    made = explicit(Claim(JACOBIAN, "=", CLOSED), SOFTMAX, 9)
    assert [[entry is None for entry in row] for row in made.rows] == [
        [False, False, True, False],
        [False, False, True, False],
        [True, True, True, True],
        [False, False, True, False],
    ]
    last = made.rows[3][3]
    nine = Position(9, Domain("classes", "C", 9))
    assert last == tidy(Y(nine) * (1 - Y(nine)))


@pytest.mark.parametrize("classes", [1, 0, -3])
def test_fewer_than_two_classes_are_refused(classes: int) -> None:
    with pytest.raises(ExplicitError, match="at least 2"):
        explicit(Claim(JACOBIAN, "=", CLOSED), SOFTMAX, classes)


def test_a_matrix_that_would_not_fit_is_refused() -> None:
    with pytest.raises(ExplicitError, match="too many"):
        explicit(Claim(JACOBIAN, "=", CLOSED), SOFTMAX, 100_000)


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (Claim(Y(I_), ">", number(0)), "inequality"),
        (Claim(Y(I_), "=", Y(I_)), "no derivative"),
        (Claim(JACOBIAN, "=", JACOBIAN), "right side holds a derivative"),
    ],
)
def test_claims_without_an_explicit_form_are_refused_with_the_reason(claim: Claim, words: str) -> None:
    assert words in inapplicable(claim, SOFTMAX)
    with pytest.raises(ExplicitError, match=words):
        explicit(claim, SOFTMAX, 3)


def test_what_does_not_depend_on_the_class_count_is_said_so() -> None:
    found = derivation("binary-cross-entropy", "gradient")
    assert "number of classes" in inapplicable(found.claim, found.theory)
