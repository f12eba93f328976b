"""Closed forms in probabilities: what cancels is gone, powers merge, and the checker agrees or the form is refused."""

from __future__ import annotations

import pytest

from symderiv.kernels.formula import formula
from symderiv.kernels.probability.forms import improved
from symderiv.kernels.probability.kernel import stable
from symderiv.kernels.probability.ordering import as_term
from symderiv.kernels.probability.quantities import COMPLEMENT, PROBABILITY
from symderiv.kernels.probability.reading import Setting, read, with_sum_to_one
from symderiv.kernels.probability.softmaxes import in_shares, softmaxes_of
from symderiv.kernels.rewriting import unfolded
from symderiv.kernels.stable import LoweringError
from symderiv.losses.notation import CLASSES, S, i, j, k, lse, t, y, z
from symderiv.statements import Theory
from symderiv.terms import Array, Derivative, Index, Parameter, Term, delta, exp, log, number, total

Q, GAMMA = Parameter("q"), Parameter("gamma")
LABEL = Index("label", CLASSES)


def _form(term: Term, label: Index | None = None) -> str:
    closed = unfolded(term, Theory((S, y, lse)))
    made = as_term(improved(with_sum_to_one(read(closed, Setting(z, label=label)))))
    return formula(made).replace(COMPLEMENT, "rest").replace(PROBABILITY, "y")


@pytest.mark.parametrize(
    ("term", "wanted"),
    [
        (y(i) - y(i) ** 2, "rest_i * y_i"),
        (2 * y(i) - 1 - y(i) ** 2, "-rest_i^2"),
        (1 - 3 * y(i) + 3 * y(i) ** 2 - y(i) ** 3, "rest_i^3"),
        (y(i) ** (Q - 1) * y(i), "y_i^q"),
        (z[i] - lse(), "log(y_i)"),
        (exp(z[i]) / S(), "y_i"),
        ((1 / S()) ** 2 * exp(z[j]) * exp(z[i]), "y_i * y_j"),
        (total(k, exp(z[k]), i) / S(), "rest_i"),
        (total(k, y(k)) - 1, "0"),
        (log(1 - y(i)), "log(rest_i)"),
        (GAMMA * (1 - y(i)) ** (GAMMA - 1) * log(y(i)), "(log(y_i) / rest_i) * rest_i^gamma * gamma"),
        (total(k, t[k] * (1 - y(k) ** Q)), "sum_k1 (1 - y_{k1}^q) * t_{k1}"),
        (GAMMA**2 * y(i) - GAMMA * y(i), "y_i * (gamma * (gamma - 1))"),
    ],
)
def test_forms_keep_their_digits(term: Term, wanted: str) -> None:
    assert _form(term) == wanted


def test_sums_are_split_at_the_label_and_cancel_there() -> None:
    squares = total(k, (y(k) - delta(k, LABEL)) ** 2)
    assert _form(squares, LABEL) == "rest_{label}^2 + sum_{k1 != label} y_{k1}^2"
    assert _form(total(k, delta(k, LABEL) * log(y(k))), LABEL) == "log(y_{label})"
    assert _form(y(LABEL) - 1, LABEL) == "-rest_{label}"


@pytest.mark.parametrize("term", [y(i) * (1 - y(i)) ** GAMMA, total(k, t[k] * y(k) ** Q) - t[i] * log(y(i))])
def test_the_checker_proves_forms_with_symbolic_powers_for_every_class_count(term: Term) -> None:
    assert stable(unfolded(term, Theory((S, y, lse))), Setting(z)).word == "proved"


@pytest.mark.parametrize(
    ("term", "wanted"),
    [
        (y(i) - t[i] + GAMMA * z[i], "y_i - t_i + z_i * gamma"),
        (total(k, t[k] * (lse() - z[k])) + total(k, z[k] ** 2), "sum_k1 z_{k1}^2 - sum_k1 t_{k1} * log(y_{k1})"),
    ],
)
def test_logits_beside_the_softmax_stand_as_they_are(term: Term, wanted: str) -> None:
    made = stable(unfolded(term, Theory((S, y, lse))), Setting(z))
    assert made.word == "proved"
    assert formula(made.term).replace(PROBABILITY, "y") == wanted


def test_two_softmaxes_have_atoms_of_their_own() -> None:
    r = Array("r", (CLASSES,))
    of_r = exp(r[i]) / total(k, exp(r[k]))
    term = unfolded(y(i) - of_r, Theory((S, y)))
    found = softmaxes_of((term,), z)
    assert [(each.array, each.suffix) for each in found] == [(z, ""), (r, " of r")]
    made = stable(in_shares(term, found), Setting(z, softmaxes=found))
    assert formula(made.term) == f"{PROBABILITY}_i - {PROBABILITY} of r_i"
    assert "softmax:complement" in made.cites


def test_changed_logits_make_a_softmax_of_their_own() -> None:
    tau = Parameter("tau", True)
    p = exp(z[i] / tau) / total(k, exp(z[k] / tau))
    (found,) = softmaxes_of((p,), z)
    assert not found.plain
    made = stable(in_shares(p - p**2, (found,)), Setting(z, softmaxes=(found,)))
    assert (made.word, formula(made.term)) == ("proved", f"{COMPLEMENT}_i * {PROBABILITY}_i")


def test_an_exponential_beside_the_softmax_is_refused() -> None:
    with pytest.raises(LoweringError, match="may overflow"):
        stable(exp(z[i]), Setting(z))
    with pytest.raises(LoweringError, match="may overflow"):
        stable(total(k, exp(2 * z[k])) / total(k, exp(z[k])), Setting(z))


def test_a_derivative_in_a_closed_form_is_refused() -> None:
    with pytest.raises(LoweringError, match="derivative"):
        read(Derivative(number(2) * z[i], z[j]), Setting(z))
