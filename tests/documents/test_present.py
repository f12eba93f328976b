"""What a document contains, and what may not become one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from symderiv.documents import ExplicitMatrix, RuleInfo, UnpublishableError, present
from symderiv.documents.document import (
    Assumptions,
    Chain,
    Checks,
    Document,
    Footer,
    Headline,
    Matrix,
    Paragraph,
    RuleIndex,
    Statement,
)
from symderiv.statements import Definition, Theory, VerdictWord
from tests.documents.samples import (
    PLAIN,
    RULES,
    SIMPLEX,
    A,
    Z,
    gradient,
    jacobian,
    matrices,
    off_diagonal,
    problem,
    theorem,
    theorems,
)

TITLES = {"softmax:jacobian": "the Jacobian of softmax"}


@pytest.fixture(scope="module")
def document() -> Document:
    return present(problem(), theorems(), RULES, matrices(), TITLES)


def test_every_theorem_has_its_statement_and_every_line_its_row(document: Document) -> None:
    statements = [block for block in document.blocks if isinstance(block, Statement)]
    chains = [block for block in document.blocks if isinstance(block, Chain)]
    wanted = [len(t.derivation.lines) for t in theorems()]
    assert [s.anchor for s in statements] == [f"goal-{t.derivation.goal}" for t in theorems()]
    assert [len(chain.rows) for chain in chains] == wanted
    numbers = [row.number for chain in chains for row in chain.rows]
    assert numbers == list(range(1, sum(wanted) + 1))
    for made, chain in zip(theorems(), chains, strict=True):
        assert chain.rows[-1].right == made.claim.right


def test_the_assumption_free_form_stands_beside_the_result(document: Document) -> None:
    free, assuming = (b for b in document.blocks if isinstance(b, Statement) and b.anchor.startswith("goal-gradient"))
    assert free.without is None
    assert assuming.without is not None
    assert assuming.without[1] == free.right
    assert assuming.assumed == ((SIMPLEX.left, SIMPLEX.right),)
    (headline,) = (b for b in document.blocks if isinstance(b, Headline))
    assert (headline.right, headline.without) == (assuming.right, assuming.without)
    (assumptions,) = (b for b in document.blocks if isinstance(b, Assumptions))
    assert [link.anchor for link in assumptions.items[0].used_by] == ["goal-gradient"]


def test_citations_are_links_here_and_to_other_entries(document: Document) -> None:
    cites = {b.anchor: b.cites for b in document.blocks if isinstance(b, Statement)}
    assert [(link.entry, link.anchor) for link in cites["goal-off-diagonal"]] == [("", "goal-jacobian")]
    (foreign,) = cites["goal-gradient"]
    assert (foreign.entry, foreign.anchor, foreign.text) == ("softmax", "goal-jacobian", ("The Jacobian of softmax",))


def test_what_no_step_cites_is_not_built_on(document: Document) -> None:
    (theorem,) = (t for t in document.theorems if t.derivation.goal == "off-diagonal")
    assert "softmax:sum-to-one" in theorem.derivation.cites
    assert "goal-sum-to-one" not in {
        link.anchor for b in document.blocks if isinstance(b, Statement) for link in b.cites
    }


def test_conditions_stand_with_the_line_that_needs_them_once(document: Document) -> None:
    rows = [row for block in document.blocks if isinstance(block, Chain) for row in block.rows]
    needing = {row.number: len(row.conditions) for row in rows if row.conditions}
    assert needing == {2: 1, 5: 1, 7: 1, 8: 2, 12: 1, 13: 2}


def test_checks_rules_matrix_and_footer(document: Document) -> None:
    checks, index, matrix, footer = (
        next(b for b in document.blocks if isinstance(b, kind)) for kind in (Checks, RuleIndex, Matrix, Footer)
    )
    assert isinstance(checks, Checks)
    assert isinstance(index, RuleIndex)
    assert isinstance(matrix, Matrix)
    assert isinstance(footer, Footer)
    assert [row.verdict.word for row in checks.rows] == ["proved"] * 4
    steps = [step.rule for t in theorems() for line in t.derivation.lines for step in line.steps]
    assert {entry.slug: entry.count for entry in index.entries} == {slug: steps.count(slug) for slug in steps}
    assert (len(matrix.rows), len(matrix.rows[0])) == (3, 3)
    assert [digest for _, digest in footer.digests] == [t.digest for t in theorems()]


@pytest.mark.parametrize("word", ["false", "undefined"])
def test_a_theorem_that_does_not_hold_is_not_printed(word: VerdictWord) -> None:
    with pytest.raises(UnpublishableError, match=f"sample:jacobian is not printed: line 1 is {word}"):
        present(problem(), (theorem(jacobian(), word),), RULES)
    good = theorem(jacobian())
    with pytest.raises(UnpublishableError, match=f"its verdict is {word}"):
        present(problem(), (replace(good, direct=replace(good.direct, word=word)),), RULES)


def test_weaker_verdicts_are_counted_and_never_softened() -> None:
    made = present(problem(), (theorem(jacobian()), theorem(off_diagonal(), "exact")), RULES)
    summary = next(b for b in made.blocks if isinstance(b, Paragraph))
    assert summary.text == ("2 theorems · 5 lines · 4 proved, 1 exact",)


def test_a_theorem_of_another_problem_is_refused() -> None:
    with pytest.raises(UnpublishableError, match="belongs to another problem than other"):
        present(replace(problem(), name="other"), (theorem(jacobian()),), RULES)


def test_two_meanings_of_one_name_are_refused() -> None:
    other = Theory((*PLAIN.definitions[:2], Definition("L", (), Z[A])))
    with pytest.raises(UnpublishableError, match="defines 'L' in two ways"):
        present(problem(), (theorem(gradient(other)),), RULES)


def test_rules_without_an_entry_are_printed_as_their_own_words() -> None:
    made = present(problem(), (theorem(gradient()),), {"chain-rule": RuleInfo("chain-rule", "chain rule", "")})
    titles = {row.title for block in made.blocks if isinstance(block, Chain) for row in block.rows}
    assert ("split sum",) in titles
    assert ("chain rule",) in titles


def test_a_matrix_may_leave_entries_out() -> None:
    shown = matrices()[0]
    pattern = ExplicitMatrix(shown.title, shown.symbol, ((shown.rows[0][0], None), (None, None)), shown.sentence)
    made = present(problem(), (theorem(jacobian()),), RULES, (pattern,))
    assert next(b for b in made.blocks if isinstance(b, Matrix)).rows[1] == (None, None)
