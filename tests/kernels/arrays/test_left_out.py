"""Second derivatives in several inputs that have no function: which, and why, is in the module's head."""

from __future__ import annotations

import ast
from dataclasses import replace

from symderiv.checking import check
from symderiv.kernels import emit_module
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
