"""Guides as markup: formulas, links, anchors, pictures; oracles are the strings that must come out."""

from __future__ import annotations

import pytest

from symderiv.documents.mathml import mathml
from symderiv.documents.symbols import NotationError, read
from symderiv.site.markdown import rendered

PAGES = {"other.md": "other.html"}


def body(text: str) -> str:
    return rendered(f"# Title\n\n{text}\n", PAGES, {"picture.svg": "<svg></svg>"}).body


def test_formulas_are_mathml_and_code_is_left_alone() -> None:
    made = body(r"Where $\sum_k t_k = 1$ holds, `$x$` is code, and 5$ or 6$ are prices.")
    assert mathml(read(r"\sum_k t_k = 1"), False) in made
    assert "<code>$x$</code>" in made
    assert "5$ or 6$ are" in made
    assert made.count("<math") == 1


def test_a_formula_outside_the_notation_is_refused() -> None:
    with pytest.raises(NotationError):
        body(r"$\begin{matrix}1\end{matrix}$")


def test_links_lead_to_pages_and_those_that_lead_nowhere_are_words() -> None:
    made = body("[a](other.md#part), [b](../docs/other.md), [c](missing.md), [d](https://example.org/x), [e](#here)")
    assert '<a href="other.html#part">a</a>' in made
    assert '<a href="other.html">b</a>' in made
    assert ", c, " in made
    assert '<a href="https://example.org/x">d</a>' in made
    assert '<a href="#here">e</a>' in made


def test_titles_and_anchors() -> None:
    made = rendered("# The *title*\n\n## What is run\n\nx\n\n## What is run\n\n### In `code`\n", {}, {})
    assert made.title == "The <em>title</em>"
    assert made.sections == (("what-is-run", "What is run"), ("what-is-run-1", "What is run"))
    assert '<h3 id="in-code">' in made.body
    assert "<h1" not in made.body


def test_pictures_and_tables() -> None:
    made = body('![What it "shows"](picture.svg)\n\n![Lost](gone.svg)\n\n| a | b |\n| --- | --- |\n| 1 | 2 |')
    assert '<span class="picture" role="img" aria-label="What it &quot;shows&quot;"><svg></svg></span>' in made
    assert "Lost" in made
    assert '<div class="scroll"><table>' in made


def test_markup_in_a_guide_is_words() -> None:
    assert "&lt;script&gt;" in body("<script>alert(1)</script>")
    assert "written by" not in body("<!-- written by\na program -->\n\ntext")
    assert "href" not in body("[x](javascript:alert(1))")
