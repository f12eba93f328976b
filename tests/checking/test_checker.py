"""Derivations judged step by step: hand-made chains with one thing wrong at a time."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from symderiv.checking import Refused, check, check_step
from symderiv.checking.checker import by_the_others
from symderiv.statements import Derivation, Line, Nonzero, Positive, Step, Theory, Verdict
from symderiv.terms import Derivative, Mul, Term, delta, exp, log, number, put, total
from tests.checking.notation import PLAIN, SIMPLEX, C, L, S, i, j, k, l, t, v, y, z


def step(before: Term, path: tuple[int, ...], new: Term, rule: str = "by-hand") -> Step:
    return Step(before, put(before, path, new), rule, path, "written by hand")


def chain(start: Term, *lines: Line, theory: Theory = PLAIN) -> Derivation:
    return Derivation("test", "chain", "A chain", theory, start, lines)


def line(*steps: Step) -> Line:
    return Line(steps[-1].after, steps[-1].rule, "written by hand", steps)


START = Derivative(y(i), z[j])
QUOTIENT = (Derivative(exp(z[i]), z[j]) * S - exp(z[i]) * Derivative(S, z[j])) / S**2


def test_a_right_chain_is_proved_with_a_verdict_for_every_step() -> None:
    unfolded = step(START, (0,), exp(z[i]) / S)
    quotient = step(unfolded.after, (), QUOTIENT)
    last = step(quotient.after, (), y(i) * (delta(i, j) - y(j)))
    theorem = check(chain(START, line(unfolded, quotient), line(last)), seed=1)
    assert [[v.word for v in verdicts] for verdicts in theorem.steps] == [["proved", "proved"], ["proved"]]
    assert theorem.verdict.word == theorem.direct.word == "proved"
    assert theorem.claim.right == last.after
    assert len(theorem.digest) == 64


def test_one_wrong_step_makes_the_theorem_false_and_names_a_counterexample() -> None:
    wrong = step(START, (), y(i) * (delta(i, j) + y(j)))
    back = step(wrong.after, (), y(i) * (delta(i, j) - y(j)))
    theorem = check(chain(START, line(wrong), line(back)), seed=1)
    assert [v.word for v in theorem.lines] == ["false", "false"]
    assert theorem.direct.word == "proved"
    assert theorem.verdict.word == "false"
    assert theorem.verdict.counterexample is not None


def test_a_quotient_rule_wrong_on_both_sides_is_refused() -> None:
    """Deriver and claim agreeing with each other is not enough: the checker differentiates by itself."""
    consistent = (Derivative(exp(z[i]), z[j]) * S + exp(z[i]) * Derivative(S, z[j])) / S**2
    theorem = check(chain(START, line(step(START, (), consistent))), seed=1)
    assert theorem.verdict.word == "false"


def test_a_chain_that_does_not_connect_is_refused_with_its_place() -> None:
    first = step(START, (), y(i) * (delta(i, j) - y(j)))
    with pytest.raises(Refused, match="line 2, step 1 does not start"):
        check(chain(START, line(first), line(step(START, (), y(i)))), seed=1)
    with pytest.raises(Refused, match="does not show the result"):
        check(chain(START, Line(y(i), "by-hand", "", (first,))), seed=1)
    with pytest.raises(Refused, match="changes more than"):
        check(chain(START, line(replace(first, path=(0,)))), seed=1)
    with pytest.raises(Refused, match="no subterm"):
        check(chain(START, line(replace(first, path=(0, 4)))), seed=1)


def test_a_line_without_steps_is_judged_as_a_whole() -> None:
    bare = Line(y(i) * (delta(i, j) - y(j)), "claimed", "", ())
    assert check(chain(START, bare), seed=1).lines[0].word == "proved"
    wrong = Line(y(i) * (delta(i, j) - y(i)), "claimed", "", ())
    assert check(chain(START, wrong), seed=1).lines[0].word == "false"


def test_positivity_lines() -> None:
    positive = Line(number(0), "positive", "", (), ">")
    assert check(chain(y(i), positive), seed=1).verdict.word == "proved"
    assert check(chain(z[i], positive), seed=1).verdict.word == "false"


def test_no_congruence_inside_a_derivative_by_a_defined_quantity() -> None:
    """sum_k y_k = 1 is true, yet d(sum_k y_k)/dy_i = 1 and not d1/dy_i = 0."""
    before = Derivative(total(k, y(k)), y(i))
    assert check_step(step(before, (0,), number(1)), PLAIN, seed=1).word == "false"
    assert check_step(step(Mul((before, z[j])), (0, 0), number(1)), PLAIN, seed=1).word == "false"


def test_no_congruence_inside_a_derivative_by_data_that_an_assumption_ties() -> None:
    before = Derivative(total(k, t[k]), t[i])
    assert check_step(step(before, (0,), number(1)), SIMPLEX, seed=1).word != "proved"
    harmless = Derivative(total(k, t[k]) * z[j], z[i])
    assert check_step(step(harmless, (0, 0), number(1)), SIMPLEX, seed=1).word == "proved"


def test_skipped_members_are_known_to_differ_inside_the_sum() -> None:
    before = total(k, Derivative(y(k), z[i]), i)
    assert check_step(step(before, (0,), -(y(k) * y(i))), PLAIN, seed=1).word == "proved"
    full = total(k, Derivative(y(k), z[i]))
    assert check_step(step(full, (0,), -(y(k) * y(i))), PLAIN, seed=1).word == "false"


def test_a_bound_name_that_hides_a_free_one_is_judged_as_a_whole() -> None:
    before = z[k] * total(k, Derivative(y(k), z[i]))
    assert check_step(step(before, (1, 0), y(k) * (delta(k, i) - y(i))), PLAIN, seed=1).word == "proved"


def test_the_assumption_is_needed() -> None:
    gradient = y(i) - t[i]
    claim = chain(Derivative(L, z[i]), Line(gradient, "claimed", "", ()), theory=SIMPLEX)
    assert check(claim, seed=1).verdict.word == "proved"
    assert check(replace(claim, theory=PLAIN), seed=1).verdict.word == "false"


def test_conditions_are_collected() -> None:
    start = log(z[i] ** 2 + v[i]) / (2 * v[j] ** 2)
    theorem = check(chain(start, Line(log(v[i] + z[i] ** 2) / (v[j] * 2 * v[j]), "claimed", "", ())), seed=1)
    assert theorem.verdict.word == "proved"
    assert set(theorem.conditions) == {Positive(z[i] ** 2 + v[i]), Nonzero(v[j])}
    assert len(theorem.conditions) == 2


def test_the_checker_sees_neither_rules_nor_sympy() -> None:
    code = (
        "import sys, symderiv.checking;"
        "print([m for m in sys.modules if m.split('.')[0] in ('sympy', 'numba', 'numpy')"
        " or m.startswith(('symderiv.proving', 'symderiv.losses', 'symderiv.sympy_border'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_one_line_that_is_not_decided_follows_from_the_others_and_the_claim() -> None:
    proved, weak, open_ = (Verdict(word, word) for word in ("proved", "numeric", "undecided"))
    wrong = Verdict("false", "false")
    for found in (weak, Verdict("exact", "exact", (Positive(z[i]),))):
        made = by_the_others([proved, found, proved], proved)
        assert [each.word for each in made] == ["proved"] * 3
        assert found.evidence in made[1].evidence
        assert made[1].conditions == found.conditions
    for lines, direct in (
        ([proved, weak, weak], proved),
        ([proved, weak], weak),
        ([weak], Verdict("exact", "exact")),
        ([proved, wrong], proved),
        ([proved, open_], proved),
        ([proved, Verdict("undefined", "undefined")], proved),
        ([weak, wrong], proved),
        ([proved, proved], proved),
    ):
        assert by_the_others(lines, direct) == lines


def test_a_line_that_is_not_decided_at_its_place_does_not_weaken_a_claim_that_is_proved() -> None:
    squares = total(l, exp(2 * z[l]))
    before = total(k, 1 / (1 - y(k)) + 1 / (squares + exp(z[k])))
    after = total(k, y(k) / (1 - y(k)) + 1 / (squares + exp(z[k]))) + C
    first = step(Mul((t[i], Mul((number(0), before)))), (1, 1), after)
    last = step(first.after, (), number(0))
    theorem = check(chain(first.before, line(first), line(last)), seed=1)
    assert theorem.steps[0][0].word == "exact"
    assert "by itself exact" in theorem.lines[0].evidence
    assert theorem.verdict.word == "proved"
    twice = step(after, (), before)
    again = check(chain(before, line(step(before, (), after)), line(twice)), seed=1)
    assert again.lines[0].word == again.verdict.word == "exact"
