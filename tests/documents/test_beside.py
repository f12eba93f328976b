"""The conditions beside a line: as few as say the same."""

from __future__ import annotations

import pytest

from symderiv.checking import check
from symderiv.documents import present
from symderiv.documents.beside import Beside
from symderiv.documents.document import Chain
from symderiv.losses import CATALOGUE
from symderiv.proving import RULES, derive
from symderiv.statements import Condition, Distinct, Line, Nonzero, Positive, Verdict
from symderiv.terms import Parameter, Size, Term
from tests.documents.entries import INFO
from tests.documents.samples import CLASSES, PLAIN, A, B, K, S, T, Y, Z

s, p = Parameter("s"), Parameter("p", True)
FREE = frozenset({A, B})
rest: Term = 1 - Y(A)
several = Positive(Size(CLASSES) - 1)

ROWS: tuple[tuple[tuple[Condition, ...], tuple[Condition, ...], tuple[Condition, ...]], ...] = (
    ((Nonzero(2 * s**2),), (Positive(s),), (Positive(s),)),
    ((Nonzero(s),), (Nonzero(s**2), Nonzero(s)), (Nonzero(s),)),
    ((Nonzero(s * p),), (), (Nonzero(s),)),
    ((Nonzero(rest), Positive(rest)), (several,), (several,)),
    ((Distinct(B, A), Distinct(A, B)), (Distinct(A, B),), (Distinct(B, A),)),
    # What holds by its shape is told once, and in its stronger form; what a reader sees is not.
    ((Nonzero(S()),), (), (Nonzero(S()),)),
    ((Nonzero(Y(A)), Positive(Y(A))), (), (Positive(Y(A)),)),
    ((Nonzero(2 * S() * p),), (), (Nonzero(S()),)),
    ((Nonzero(Size(CLASSES)), Nonzero(p), Positive(T[K]), Nonzero(2 * p**2)), (), ()),
    # What says something else stays.
    ((Nonzero(s), Nonzero(Z[A])), (Nonzero(Z[B]),), (Nonzero(s), Nonzero(Z[A]), Nonzero(Z[B]))),
    ((Nonzero(s - 1),), (Positive(s),), (Nonzero(s - 1), Positive(s))),
    ((Nonzero(rest),), (), (Nonzero(rest),)),
    ((), (), ()),
)  # fmt: skip


@pytest.mark.parametrize(("used", "listed", "wanted"), ROWS)
def test_the_fewest_conditions_that_say_the_same(
    used: tuple[Condition, ...], listed: tuple[Condition, ...], wanted: tuple[Condition, ...]
) -> None:
    found = Beside(PLAIN, FREE).fewest(used, listed)
    assert len(found) == len(wanted)
    assert set(found) == set(wanted)


def test_asked_again_it_says_the_same() -> None:
    beside = Beside(PLAIN, FREE)
    assert beside.fewest((Nonzero(2 * s**2),), (Positive(s),)) == beside.fewest((Nonzero(2 * s**2),), (Positive(s),))


def test_what_the_theorem_lists_is_said_beside_the_first_line_that_needs_it() -> None:
    known, seam = Positive(Size(CLASSES) - 1), Nonzero(s - 1)
    start = Line(rest, "group", "", ())
    verdict = Verdict("proved", "", (known, seam))
    beside = Beside(PLAIN, FREE, (known,))
    assert [set(beside.line(start, (verdict,))) for _ in range(3)] == [{known, seam}, {seam}, {seam}]


@pytest.mark.parametrize("name", ["gaussian", "huber", "brier"])
def test_no_line_of_an_entry_says_a_thing_twice(name: str) -> None:
    problem = next(each for each in CATALOGUE if each.name == name)
    theorems = tuple(check(derive(problem, goal), seed=1) for goal in problem.goals)
    document = present(problem, theorems, INFO)
    chains = [block for block in document.blocks if isinstance(block, Chain)]
    assert len(RULES) >= len(chains) > 0
    for theorem, chain in zip(theorems, chains, strict=True):
        claim = theorem.claim
        beside = Beside(theorem.derivation.theory, claim.left.free | claim.right.free)
        for row in chain.rows:
            terms = [each.term for each in row.conditions if not isinstance(each, Distinct)]
            assert len(set(terms)) == len(terms)
            assert set(beside.fewest(row.conditions, ())) == set(row.conditions)
