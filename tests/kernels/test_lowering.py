"""Closed forms become stable forms by theorems that were given, and each is confirmed by the checker."""

from __future__ import annotations

import dataclasses

import pytest

from symderiv.kernels.algebra import with_label
from symderiv.kernels.formula import formula
from symderiv.kernels.functions import functions
from symderiv.kernels.ir import Loop as IrLoop
from symderiv.kernels.ir import Note, Statement, Update
from symderiv.kernels.lower import lower
from symderiv.kernels.outputs import Case, Output
from symderiv.kernels.rewriting import as_rewrite, rewrite_everywhere, unfolded
from symderiv.kernels.stable import TOP, LoweringError, diagonal, stable_form
from symderiv.statements import Verdict
from symderiv.terms import Index, Product, exp, log, number, total
from tests.kernels import by_hand
from tests.kernels.by_hand import CLASSES, LICENCES, THEORY, I, J, K, t, y, z

LABEL = Index("label", CLASSES)


def test_a_shift_theorem_is_used_at_minus_the_maximum() -> None:
    rewrite = as_rewrite(by_hand.SHIFT, TOP)
    assert formula(rewrite.pattern) == "exp(z_i) / (sum_k exp(z_k))"
    assert formula(rewrite.replacement) == "exp(z_i - top) / (sum_k exp(z_k - top))"
    rewrite = as_rewrite(by_hand.MAX_SHIFT, TOP)
    assert formula(rewrite.replacement) == "top + log(sum_k exp(z_k - top))"


def test_a_rewrite_fires_on_instances_only() -> None:
    rewrite = as_rewrite(by_hand.SHIFT, TOP)
    instance = exp(z[J]) / total(I, exp(z[I]))
    found = rewrite_everywhere(instance, rewrite)
    assert formula(found.term) == "exp(z_j - top) / (sum_k exp(z_k - top))"
    for other in (exp(z[J]) / total(I, exp(t[I])), exp(z[J]) / total(I, exp(z[J])), exp(z[J]) / total(I, exp(z[I]), J)):
        assert not rewrite_everywhere(other, rewrite).fired


def test_without_the_shift_theorem_lowering_refuses() -> None:
    softmax = unfolded(y(I), THEORY)
    with pytest.raises(LoweringError, match=r"exp\(z_i\).*softmax:shift-invariance"):
        stable_form(softmax, {})
    assert formula(stable_form(softmax, LICENCES).term) == "exp(z_i - top) / (sum_k exp(z_k - top))"


def test_a_label_turns_the_gradient_into_the_sum_of_the_others() -> None:
    closed = with_label(unfolded(by_hand.GRADIENT.claim.right, THEORY), "t", LABEL)
    assert formula(closed) == "exp(z_i) / (sum_k exp(z_k)) - delta_{ilabel}"
    form = stable_form(diagonal(closed, I, LABEL), LICENCES, label=LABEL)
    assert "sum_{k != label} exp(z_k - top)" in formula(form.term)
    assert "1" not in formula(form.term)
    assert set(form.cites) == {"softmax:complement", "softmax:shift-invariance"}


def test_a_false_theorem_is_caught_by_the_checker() -> None:
    wrong = by_hand.theorem("softmax:complement", number(1) - y(I), total(K, exp(z[K])) / by_hand.S())
    closed = diagonal(with_label(unfolded(by_hand.GRADIENT.claim.right, THEORY), "t", LABEL), I, LABEL)
    with pytest.raises(LoweringError, match=r"the checker found the stable form .* false"):
        stable_form(closed, {**LICENCES, "softmax:complement": wrong}, label=LABEL)


def test_a_theorem_that_is_not_proved_makes_no_kernel() -> None:
    doubtful = dataclasses.replace(by_hand.GRADIENT, verdict=Verdict("numeric", "only looked at"))
    given = tuple(doubtful if theorem is by_hand.GRADIENT else theorem for theorem in by_hand.THEOREMS)
    with pytest.raises(LoweringError, match="gradient-unnormalised is numeric, not proved"):
        functions(by_hand.CROSS_ENTROPY, given)


def test_a_missing_theorem_is_named() -> None:
    given = tuple(theorem for theorem in by_hand.THEOREMS if theorem is not by_hand.GRADIENT)
    with pytest.raises(LoweringError, match="cross-entropy:gradient-unnormalised, which was not given"):
        functions(by_hand.CROSS_ENTROPY, given)


def test_a_product_over_classes_cannot_be_lowered() -> None:
    term = Product(K, z[K])
    with pytest.raises(LoweringError, match="a product is left"):
        lower("probe", (), (Output("value", (), (Case((), term),)),), logits=z, inputs=(z,))


def _loops(body: tuple[Statement, ...]) -> list[IrLoop]:
    return [statement for statement in body if isinstance(statement, IrLoop)]


def test_sums_that_need_nothing_else_share_one_loop() -> None:
    (value, both, grad) = functions(by_hand.CROSS_ENTROPY, by_hand.THEOREMS)
    assert (value.name, both.name, grad.name) == ("value", "value_and_grad", "grad")
    assert grad.kernels == both.kernels
    kernel = dict(both.kernels)["targets"]
    first, second, last = _loops(kernel.body)
    assert [s.name for s in first.body if isinstance(s, Update)] == ["top"]
    assert sorted(s.name for s in second.body if isinstance(s, Update)) == ["below", "gap", "sum_t", "ties"]
    assert not [s for s in last.body if isinstance(s, Update)]
    notes = {statement.theorem for statement in kernel.body if isinstance(statement, Note)}
    assert notes == {"softmax:shift-invariance", "logsumexp:max-shift"}


def test_equal_subterms_are_computed_once() -> None:
    shared = log(by_hand.S())
    stable = stable_form(unfolded(shared * shared, THEORY), LICENCES).term
    kernel = lower("probe", (), (Output("value", (), (Case((), stable),)),), logits=z, inputs=(z,))
    text = repr(kernel.body)
    assert text.count("'log1p'") == 1
