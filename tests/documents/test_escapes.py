"""Plain text with every sign that a format gives a meaning to is read back as it was said."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

from markdown_it import MarkdownIt

from symderiv.documents import FORMATS, Document, html_fragment, present, typst
from symderiv.statements import Theorem, Verdict
from tests.documents.samples import RULES, jacobian, problem, theorem

HOSTILE = "x<y & \"u\" | *v* _w_ $r$ #s [t] `q` \\n -- ... @z ~ % ^ 's' /*"


def hostile() -> Document:
    """A theorem whose verdicts, of the whole and of every line, have the hostile text for evidence."""
    verdict = Verdict("numeric", HOSTILE)
    plain: Theorem = theorem(jacobian(), "numeric")
    lines = tuple(verdict for _ in plain.lines)
    return present(problem(), (replace(plain, lines=lines, direct=verdict, verdict=verdict),), RULES)


def test_a_fragment_says_the_verdict_s_sentence() -> None:
    tree = ElementTree.fromstring(
        html_fragment(hostile()).replace("<br>", "<br/>").replace("<details open>", "<details>")
    )
    said = [span.get("title") for span in tree.iter("span") if span.get("title")]
    assert said.count(f"numeric: {HOSTILE}") >= len(jacobian().lines)


def test_markdown_says_it_in_the_table_of_checks_and_beside_every_line() -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(FORMATS["md"].render(hostile()))
    read = ["".join(c.content for c in token.children or () if c.type == "text") for token in tokens]
    assert HOSTILE in read, "a cell of the table of checks"
    assert sum(f"numeric: {HOSTILE}" in text for text in read) >= 1


def test_typst_says_it_and_none_of_it_is_an_instruction() -> None:
    source = typst.render(hostile())
    written = re.findall(r"x\\<y.*?/\*|x\\<y.*?/\\\*|x\\<y.*?\\/\\\*", source)
    assert len(written) > len(jacobian().lines)
    for text in written:
        assert not re.search(r"(?<!\\)[#$*_`<@\[\]~\"'/]", text), text
        assert "--" not in text, "two dashes would be one long one"
        assert "..." not in text, "three dots would be one sign"
        assert re.sub(r"\\(.)", r"\1", text) == HOSTILE
