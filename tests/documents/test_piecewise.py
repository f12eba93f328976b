"""Maxima, absolute values, signs, steps, the error function and roots in print."""

from __future__ import annotations

import pytest

from symderiv.build.contents import rule_infos
from symderiv.checking import check
from symderiv.documents import FORMATS, latex_of, present, speech_of, text_of
from symderiv.documents.formulas import mathml_of
from symderiv.proving import derive
from symderiv.statements import Theory
from symderiv.terms import Array, Derivative, Domain, Index, Term, absolute, erf, exp, log, maximum, number, pi, root
from symderiv.terms import sign as sign_of
from symderiv.terms import step as step_of
from tests.proving.piecewise_losses import GELU, HUBER

CLASSES = Domain("classes", "C")
i, j = (Index(name, CLASSES) for name in "ij")
z, t = Array("z", (CLASSES,)), Array("t", (CLASSES,))
gap = z[i] - t[i]

FORMULAS: tuple[tuple[Term, str, str, str], ...] = (
    (maximum(0, gap) * t[i], "max(0, zᵢ − tᵢ) tᵢ", "max(0, z_i - t_i) t_i", r"\max (0, z_i - t_i) t_i"),
    (absolute(gap) ** 2, "|zᵢ − tᵢ|²", "|z_i - t_i|^2", r"\lvert z_i - t_i\rvert^2"),
    (Derivative(absolute(gap), z[j]), "∂/∂zⱼ |zᵢ − tᵢ|", "d/dz_j |z_i - t_i|",
     r"\frac{\partial}{\partial z_j} \lvert z_i - t_i\rvert"),
    (-t[i] * step_of(gap), "−tᵢ step(zᵢ − tᵢ)", "-t_i step(z_i - t_i)", r"-t_i \operatorname{step} (z_i - t_i)"),
    (sign_of(gap) * absolute(z[i] / 2), "sign(zᵢ − tᵢ) |zᵢ/2|", "sign(z_i - t_i) |z_i/2|",
     r"\operatorname{sign} (z_i - t_i) \left\lvert \frac{z_i}{2} \right\rvert"),
    (erf(z[i]) / root(pi()), "erf(zᵢ)/sqrt(π)", "erf(z_i)/sqrt(pi)", r"\frac{\operatorname{erf} (z_i)}{\sqrt{\pi}}"),
    (exp(-absolute(z[i])), "exp(−|zᵢ|)", "exp(-|z_i|)", r"e^{-\lvert z_i\rvert}"),
    (log(absolute(z[i])), "log|zᵢ|", "log|z_i|", r"\log \lvert z_i\rvert"),
)  # fmt: skip


@pytest.mark.parametrize(("term", "text", "plain", "latex"), FORMULAS, ids=[row[1] for row in FORMULAS])
def test_formulas_in_text_and_latex(term: Term, text: str, plain: str, latex: str) -> None:
    assert text_of(term, Theory()) == text
    assert text_of(term, Theory(), ascii_only=True) == plain
    assert latex_of(term, Theory()) == latex


def test_a_logarithm_before_a_factor_keeps_its_brackets() -> None:
    assert text_of(log(1 + z[i]) * t[i], Theory()) == "(log(1 + zᵢ)) tᵢ"


def test_formulas_are_read_aloud() -> None:
    assert speech_of(absolute(z[i]), Theory()) == "the absolute value of z sub i"
    assert speech_of(absolute(gap), Theory()) == "the absolute value of z sub i minus t sub i, end absolute value"
    assert speech_of(maximum(z[i], number(0)), Theory()) == "max of (z sub i comma 0)"
    assert speech_of(step_of(z[i]), Theory()) == "the step of (z sub i)"
    assert speech_of(sign_of(z[i]), Theory()) == "the sign of (z sub i)"
    assert speech_of(erf(z[i]), Theory()) == "the error function of (z sub i)"
    assert speech_of(root(pi()), Theory()) == "the square root of pi"


def test_mathml_has_stretching_bars_only_around_tall_bodies() -> None:
    assert '<mo form="prefix" stretchy="false">|</mo>' in mathml_of(absolute(z[i]), Theory())
    assert '<mo form="prefix">|</mo>' in mathml_of(absolute(z[i] / 2), Theory())


def test_the_convention_at_a_kink_is_printed_where_there_is_one() -> None:
    for problem, expected in ((HUBER, True), (GELU, False)):
        theorem = check(derive(problem, problem.goals[0]), seed=1)
        document = present(problem, (theorem,), rule_infos())
        for name, form in FORMATS.items():
            made = form.render(document)
            said = "no derivative is claimed" in " ".join(made.split())
            if name not in ("json", "record"):
                assert said == expected, name
