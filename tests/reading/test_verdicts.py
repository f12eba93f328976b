"""Losses as papers print them, proved at every size; oracle: values of their definitions by central differences."""

from __future__ import annotations

import pytest

from symderiv.reading import read_loss
from symderiv.reading.worker import prove_one
from symderiv.statements import Theorem
from tests.proving.numeric import everywhere, near, points, value

SEESAW = "L = -sum_i q_i log(exp(z_i)/(sum_{j != i} S_ij exp(z_j) + exp(z_i))) where S in R^{C x C}"
SIMILARITIES = (
    "L = -sum_i 1/(sum_p P_ip) sum_p P_ip log(exp(s_ip/tau)/(sum_{a != i} exp(s_ia/tau))) "
    "where s in R^{N x N}, P in R^{N x N}"
)
CONTRASTIVE = (
    "L = -sum_i 1/(sum_p P_ip) sum_p P_ip log(exp(dot(z_i,z_p)/tau)/(sum_{a != i} exp(dot(z_i,z_a)/tau))) "
    "where z in R^{N x D}, P in R^{N x N}"
)
PROBIT = "L = -log((1 + erf(z/2))/2)"
PROVED = (
    pytest.param(SEESAW, "z", ("S_ij > 0",), "gradient", id="seesaw (Wang 2021)"),
    pytest.param(SEESAW, "z", ("S_ij > 0",), "hessian", marks=pytest.mark.slow, id="seesaw, Hessian"),
    pytest.param(SIMILARITIES, "s", ("tau > 0",), "gradient", marks=pytest.mark.slow, id="contrastive, similarities"),
    pytest.param(CONTRASTIVE, "z", ("tau > 0",), "gradient", marks=pytest.mark.slow, id="contrastive (Khosla 2020)"),
    pytest.param(PROBIT, "z", (), "hessian", id="probit"),
)


@pytest.mark.parametrize(("text", "wrt", "assume", "goal"), PROVED)
def test_a_loss_of_a_paper_is_proved(text: str, wrt: str, assume: tuple[str, ...], goal: str) -> None:
    problem = read_loss(text, wrt=wrt, assume=assume).problem
    theorem = prove_one(problem, next(each for each in problem.goals if each.slug == goal), 0)
    assert isinstance(theorem, Theorem), theorem
    assert theorem.verdict.word == "proved", theorem.verdict.evidence
    found = theorem.derivation
    point = points((found.start, theorem.claim.right), found.theory, seed=3)
    for at in everywhere(found.start.free):
        assert near(value(found.start, point, at), value(theorem.claim.right, point, at))
