"""Second derivatives that have no function: which, and why, is in the module's head."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Literal

import pytest

from symderiv.build.contents import kernel_goals
from symderiv.checking import check
from symderiv.kernels import LoweringError, emit_module
from symderiv.kernels.arrays.functions import functions_and_left_out
from symderiv.kernels.left_out import left_out_of
from symderiv.proving import derive
from symderiv.reading import read_loss
from symderiv.statements import Theorem

PROBLEM = read_loss("L = sum_k exp(a_k b_k)", wrt="a,b", name="products").problem
KNOWN: dict[str, Theorem] = {
    f"{PROBLEM.name}:{goal.slug}": check(derive(PROBLEM, goal), seed=0)
    for goal in PROBLEM.goals
    if goal.slug.startswith(("gradient", "hessian"))
}


def without(*slugs: str) -> dict[str, Theorem]:
    return {name: theorem for name, theorem in KNOWN.items() if name.partition(":")[2] not in slugs}


def test_nothing_is_left_out_where_every_theorem_is_there() -> None:
    made, missing = functions_and_left_out(PROBLEM, KNOWN)
    assert missing == ()
    assert {each.name for each in made} == {"value", "value_and_grad", "grad", "hessian", "hvp"}
    assert left_out_of(emit_module(PROBLEM, tuple(KNOWN.values()))) == ()


def test_a_theorem_that_was_not_reached_is_named() -> None:
    made, missing = functions_and_left_out(PROBLEM, without("hessian-a-b"))
    assert "hvp" not in {each.name for each in made}
    assert missing == ("hessian-a-b: its theorem was not reached", "hvp: it needs every second derivative")


def test_a_theorem_that_is_too_weak_is_named_with_its_verdict() -> None:
    theorem = KNOWN["products:hessian-a-b"]
    weak = replace(theorem, verdict=replace(theorem.verdict, word="undecided"))
    _, missing = functions_and_left_out(PROBLEM, {**KNOWN, "products:hessian-a-b": weak})
    assert missing[0] == "hessian-a-b: its theorem is undecided"


def test_the_head_of_the_module_says_what_is_left_out() -> None:
    theorems = without("hessian-a-a", "hessian-a", "hessian-b", "hessian-a-b")
    text = emit_module(PROBLEM, tuple(theorems.values()))
    _, missing = functions_and_left_out(PROBLEM, theorems)
    assert len(missing) == 4
    assert left_out_of(text) == missing
    assert all(sentence in " ".join((ast.get_docstring(ast.parse(text)) or "").split()) for sentence in missing)
    assert all(len(line) <= 120 for line in text.splitlines()[:60])


@pytest.mark.parametrize(
    "formula", ["L = sum_k exp(z_k) b_k", "L = -sum_k b_k log y_k where y = softmax(z)"], ids=["arrays", "a row"]
)
def test_a_second_derivative_in_one_input_is_left_out_too(formula: str) -> None:
    problem = read_loss(formula, wrt="z", name="own").problem
    theorems = tuple(check(derive(owner, goal), seed=0) for owner, goal in kernel_goals(problem))
    whole = emit_module(problem, theorems)
    assert left_out_of(whole) == ()

    def with_word(slug: str, word: Literal["undecided", "numeric"]) -> tuple[Theorem, ...]:
        return tuple(
            replace(theorem, verdict=replace(theorem.verdict, word=word))
            if (theorem.derivation.problem, theorem.derivation.goal) == ("own", slug)
            else theorem
            for theorem in theorems
        )

    text = emit_module(problem, with_word("hessian", "undecided"))
    assert "def hessian(" in whole
    assert "def hessian(" not in text
    assert "def hvp(" in text
    (sentence,) = left_out_of(text)
    assert "undecided" in sentence
    assert "def hessian(" in emit_module(problem, with_word("hessian", "numeric"))
    with pytest.raises(LoweringError, match="undecided"):
        emit_module(problem, with_word("gradient", "undecided"))
