"""What `loss_problem` adds by itself, and the letters it chooses."""

from __future__ import annotations

from symderiv.losses.building import entries_of, loss_problem
from symderiv.losses.notation import CLASSES, SAMPLES, k, lse, t, y, z
from symderiv.statements import Definition, Problem
from symderiv.terms import Array, Term, log, total


def loss(body: Term) -> Problem:
    return loss_problem("mine", "Mine", Definition("L", (), body), prose=("",))


def test_a_loss_gets_the_definitions_that_it_reaches() -> None:
    assert [each.name for each in loss(total(k, z[k] * t[k])).definitions] == ["L"]
    assert [each.name for each in loss(-total(k, t[k] * log(y(k)))).definitions] == ["S", "y", "L"]


def test_log_sum_exp_brings_its_gradient_which_is_softmax() -> None:
    assert [each.name for each in loss(lse() ** 2).definitions] == ["S", "y", "lse", "L"]


def test_all_indices_of_two_entries_are_different_also_where_both_axes_are_of_one_domain() -> None:
    first, second = entries_of(Array("A", (CLASSES, CLASSES)))
    assert len({*first.indices, *second.indices}) == 4
    first, second = entries_of(Array("B", (SAMPLES, CLASSES)))
    assert len({*first.indices, *second.indices}) == 4
    assert entries_of(Array("c", ())) == (Array("c", ())[()], Array("c", ())[()])
