"""What a notebook shows of a proof: a fragment that stands alone, and a claim that mathematics renderers read."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from symderiv.documents import html_fragment, latex_claim, present
from tests.documents.entries import documents, sample
from tests.documents.samples import RULES, jacobian, problem, theorem


def test_the_fragment_is_well_formed_and_keeps_to_itself() -> None:
    for document in (sample(), *documents()):
        made = html_fragment(document)
        tree = ElementTree.fromstring(made.replace("<br>", "<br/>").replace("<details open>", "<details>"))
        assert tree.tag == "div"
        style = tree.find("style")
        assert style is not None
        assert style.text is not None
        rules = re.findall(r"([^{}]+)\{", style.text)
        assert all(rule.startswith((".symderiv-proof", "@media")) for rule in rules)
        assert "<script" not in made
        assert "http" not in made
        lines = sum(len(t.derivation.lines) for t in document.theorems)
        assert len(tree.findall(".//tr")) == lines
        assert len(tree.findall("details")) == len(document.theorems)
        assert len(made) < 400_000


def test_a_single_theorem_is_open_and_a_weak_verdict_is_not_ticked() -> None:
    one = present(problem(), (theorem(jacobian(), "numeric"),), RULES)
    made = html_fragment(one)
    assert "<details open>" in made
    assert "✓" not in made
    assert "≈ numeric" in made


def test_the_claim_is_the_headline_s() -> None:
    assert latex_claim(sample()) == "$\\displaystyle \\frac{\\partial L}{\\partial z_i} = y_i - t_i$"
