"""Plans: how an item is read, what is refused, and how a theorem is cited."""

from __future__ import annotations

from dataclasses import replace

import pytest

from symderiv.losses import binary_cross_entropy, cross_entropy, linear_cross_entropy, notation, softmax
from symderiv.losses.notation import i, j, y, z
from symderiv.proving import MOVES, RULES, Stuck, derive, lemmas_of
from symderiv.proving.plan import phases
from symderiv.proving.steps import use
from symderiv.statements import Definition, Goal, Problem
from symderiv.terms import Derivative, exp, log, number, total
from tests.proving.catalogue import goal
from tests.proving.plain import plain

JACOBIAN = Derivative(y(i), z[j])


def planned(*plan: str, problem: Problem = softmax.PROBLEM, **changes: object) -> str:
    """The last line of a plan for the softmax Jacobian."""
    made = replace(Goal("trial", "trial", JACOBIAN, plan), **changes)  # type: ignore[arg-type]
    return plain(derive(problem, made).lines[-1].term)


@pytest.mark.parametrize("name", MOVES)
def test_a_move_is_made_of_rules_and_shows_one(name: str) -> None:
    move = MOVES[name]
    assert move.shows in RULES
    assert move.shows in {use(text).rule for text in move.rules}
    assert move.form in ("none", "plain", "flat", "positive-first")


def test_every_rule_is_within_reach_of_a_move() -> None:
    assert {use(text).rule for move in MOVES.values() for text in move.rules} >= set(RULES) - {"equal-terms"}


def test_an_item_is_read_with_choices_alternatives_and_a_reason() -> None:
    made, reason = phases("lemma cite=a:b|c:d under=1.0 form=flat + fold name=y : because it is so")
    assert reason == "because it is so"
    assert [phase.name for phase in made] == ["lemma", "fold"]
    assert [used.choices for used in made[0].uses] == [(("cite", "a:b"),), (("cite", "c:d"),)]
    assert (made[0].under, made[0].form) == ((1, 0), "flat")


def test_a_plan_stops_where_its_moves_stop() -> None:
    assert planned("differentiate-definition", "quotient-rule") == "(∂[exp(z_i)]/∂z_j S - exp(z_i) ∂[S]/∂z_j)/S^2"


def test_a_move_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(Stuck, match="softmax:trial: the plan asks for a move 'simplify'; the moves are definition,"):
        planned("simplify")


def test_a_move_that_does_not_apply_is_named_with_the_last_term() -> None:
    with pytest.raises(Stuck, match="the move 'sift' of the plan item 'sift' does not apply to Derivative"):
        planned("sift")


def test_a_rule_that_does_not_exist_is_named() -> None:
    with pytest.raises(KeyError, match="no rule is called 'magic'"):
        use("magic")


def test_a_wrong_target_is_reported_with_what_was_reached() -> None:
    with pytest.raises(Stuck, match=r"softmax:jacobian ends in Mul.* not in its target Number"):
        derive(softmax.PROBLEM, replace(goal("softmax:jacobian"), target=number(0)))


def test_a_citation_of_nothing_known_is_reported() -> None:
    with pytest.raises(Stuck, match="softmax cites 'logsumexp:gradient', which is not a goal of it or of the problems"):
        planned("lemma cite=logsumexp:gradient", cites=("logsumexp:gradient",))


def test_a_theorem_may_not_rest_on_itself() -> None:
    circular = replace(goal("softmax:jacobian"), cites=("softmax:jvp",))
    goals = tuple(circular if g.slug == "jacobian" else g for g in softmax.PROBLEM.goals)
    with pytest.raises(
        Stuck, match="softmax:jacobian rests on itself: softmax:jacobian cites softmax:jvp cites softmax:j"
    ):
        derive(replace(softmax.PROBLEM, goals=goals), circular)


def test_a_lemma_brings_its_assumptions_along() -> None:
    found = {lemma.name: lemma for lemma in lemmas_of(linear_cross_entropy.PROBLEM, _linear("gradient-weight"))}
    assert found["cross-entropy:gradient"].theory.assumptions == (notation.TARGETS_SUM_TO_ONE,)


def _linear(slug: str) -> Goal:
    return goal(f"linear-cross-entropy:{slug}")


@pytest.mark.parametrize(
    "name",
    ["cross-entropy:logits-form-simplex", "cross-entropy:gradient", "cross-entropy:gradient-from-logits"],
)
def test_without_the_assumption_the_plan_is_stuck(name: str) -> None:
    with pytest.raises(Stuck, match="the move 'assumption'"):
        derive(cross_entropy.PROBLEM, replace(goal(name), uses=()))


@pytest.mark.parametrize("slug", ["gradient-weight", "gradient-bias", "gradient-input"])
def test_a_citing_theorem_without_the_cited_assumption_is_stuck(slug: str) -> None:
    with pytest.raises(Stuck, match="the move 'chain-through'"):
        derive(linear_cross_entropy.PROBLEM, replace(_linear(slug), uses=()))


def test_a_row_of_a_batch_that_is_defined_otherwise_is_not_a_row() -> None:
    """The theorem for one sample is applied to sample m only if each quantity of the batch is the sample's own."""
    other = Definition("s", cross_entropy.s.indices, 2 * cross_entropy.s.body)
    definitions = tuple(other if d.name == "s" else d for d in cross_entropy.PROBLEM.definitions)
    with pytest.raises(Stuck, match="the move 'lemma'"):
        derive(replace(cross_entropy.PROBLEM, definitions=definitions), goal("cross-entropy:batch-sum"))


def test_lemmas_come_with_the_sizes_of_the_problem_that_cites_them() -> None:
    (diagonal, *_) = lemmas_of(binary_cross_entropy.PROBLEM, goal("binary-cross-entropy:two-class-gradient"))
    assert {i.domain.size for d in diagonal.theory.definitions for i in d.indices} == {2}


def test_a_bound_index_never_repeats_the_name_of_one_around_it() -> None:
    """sum_k (y_k log S): unfolding S inside the sum takes another letter."""
    start = total(notation.k, y(notation.k) * log(notation.S()))
    made = replace(goal("softmax:sum-to-one"), start=start, plan=("definition name=S",), target=None)
    assert plain(derive(softmax.PROBLEM, made).lines[-1].term) == "Σ_k y_k log(Σ_l exp(z_l))"


def test_differentiating_by_an_index_of_the_sum_renames_the_sum() -> None:
    start = Derivative(total(notation.k, exp(z[notation.k])), z[notation.k])
    made = replace(goal("softmax:sum-to-one"), start=start, plan=("linearity",), target=None)
    assert plain(derive(softmax.PROBLEM, made).lines[-1].term) == "Σ_l ∂[exp(z_l)]/∂z_k"
