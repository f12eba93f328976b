"""What is written of an entry: its kernels, or why there are none, and the lines that its page shows of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from symderiv.api import prove
from symderiv.build.code import code_of
from symderiv.build.contents import entry_files, has_kernels, kernel_goals, targets_of
from symderiv.kernels import emit_module
from symderiv.losses import CATALOGUE, find
from symderiv.proving import derive, lemmas_of, replay
from symderiv.statements import Theorem


def theorems(name: str) -> tuple[Theorem, ...]:
    return tuple(prove(owner, goal) for owner, goal in kernel_goals(find(name)))


def test_an_entry_without_a_gradient_is_written_without_kernels() -> None:
    problem = find("rms-norm")
    problem = replace(problem, goals=tuple(goal for goal in problem.goals if not goal.slug.startswith("gradient")))
    assert not has_kernels(problem)
    assert not kernel_goals(problem)
    problem = replace(problem, headline="jacobian")
    files = entry_files(problem, tuple(prove(problem, goal) for goal in problem.goals), (), (), None)
    assert {path.split("/")[1] for path in files} == {
        "proof.html", "proof.tex", "proof.md", "proof.txt", "theorem.json"
    }  # fmt: skip
    assert 'id="code"' not in files["rms_norm/proof.html"]


def test_every_entry_has_kernels_and_the_targets_that_it_can_be_emitted_for() -> None:
    assert all(has_kernels(problem) for problem in CATALOGUE)
    assert targets_of(find("clip")) == ("numba",)
    assert targets_of(find("focal")) == ("numba", "numpy")
    assert targets_of(find("softmax")) == ("numba", "numpy", "unrolled")


@pytest.mark.parametrize(
    ("name", "call", "line"),
    [
        ("softmax", "value = kernel.value(z)", "store_classes(value_rows, row, stop, layout, value)"),
        (
            "rms-norm",
            "gradient_x, gradient_a = kernel.vjp(x, a, u)",
            "give_some(gradient_a_batch, gradient_a_sums",
        ),
        ("huber", "value, gradient = kernel.value_and_grad(z, t)", "store_numbers"),
    ],
)
def test_the_page_shows_the_lines_that_stand_in_the_kernel(name: str, call: str, line: str) -> None:
    problem, known = find(name), theorems(name)
    source = emit_module(problem, known)
    code = code_of(problem, known, source, "kernels.py")
    assert call in code.call
    (part,) = code.parts
    assert any(line in each for each in part.lines)
    assert all(each.strip() in source for each in part.lines)
    assert not any("def " in each for each in part.lines)


@pytest.mark.parametrize(("name", "slug"), [("dpo", "probability-chosen"), ("ordinal", "below-score")])
def test_a_step_is_repeated_with_the_definitions_of_its_own_proof(name: str, slug: str) -> None:
    problem = find(name)
    goal = next(goal for goal in problem.goals if goal.slug == slug)
    made, lemmas = derive(problem, goal), lemmas_of(problem, goal)
    assert len(made.theory.definitions) < len(problem.definitions)
    for step in (step for line in made.lines for step in line.steps):
        assert replay(step, made.theory, lemmas) == step.after
