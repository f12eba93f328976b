"""Markdown whose formulas reach the mathematics renderer as they were written, even where Markdown is read first."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from symderiv.documents import FORMATS, Document
from symderiv.losses import FURTHER
from tests.documents.entries import documents, further, sample

FORMULA = re.compile(r"\$\$\n(.*?)\n\$\$|\$([^$\n]+)\$", re.DOTALL)


def formulas(source: str) -> list[str]:
    """The formulas of a page; dollar signs that are escaped open none."""
    return [shown or inline for shown, inline in FORMULA.findall(source.replace("\\$", ""))]


def spoiled(source: str) -> list[str]:
    """The formulas of which a plain CommonMark reader, which knows no mathematics, changes a character."""
    parts: list[str] = []
    for token in MarkdownIt("commonmark").enable("table").parse(source):
        kept = {"softbreak": "\n"}
        parts += [
            child.content if child.type == "text" else kept.get(child.type, "\0") for child in token.children or ()
        ]
        parts.append("\0")
    read = "".join(parts)
    found = formulas(source)
    assert found
    return [formula for formula in found if formula not in read]


def peculiar(source: str) -> list[str]:
    """What a site's own rules for dollar signs, or its renderer's list of commands, would not take."""
    text = source.replace("\\$", "")
    found: list[str] = []
    for match in FORMULA.finditer(text):
        formula = match[1] or match[2]
        beside = text[match.start() - 1 : match.start()].isalnum() or text[match.end() : match.end() + 1].isalnum()
        if beside or formula != formula.strip() or "\n\n" in formula:
            found.append(formula)
    return found + re.findall(r"\\(?:operatorname|require|def|newcommand|color)\b", source)


@pytest.mark.parametrize("document", [sample(), *documents()], ids=lambda document: document.name)
def test_every_formula_survives_markdown(document: Document) -> None:
    source = FORMATS["md"].render(document)
    assert spoiled(source) == []
    assert peculiar(source) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [problem.name for problem in FURTHER])
def test_every_formula_of_every_further_entry_survives(name: str) -> None:
    source = FORMATS["md"].render(further(name))
    assert spoiled(source) == []
    assert peculiar(source) == []


@pytest.mark.parametrize("formula", ["a \\\\ b", "(a)_{i} (b)_{j}", "\\{a\\}", "a \\, b", "a <b > c"])
def test_the_test_sees_what_markdown_spoils(formula: str) -> None:
    assert spoiled(f"Let ${formula}$ be.") == [formula]
