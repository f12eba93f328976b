"""Proofs on a terminal: every line fits its width, nothing is lost, and colours add nothing that takes room."""

from __future__ import annotations

import re

import pytest

from symderiv.documents import Document
from symderiv.documents.notation import display
from symderiv.documents.plain import plain_math
from symderiv.documents.terminal import Role, fitted
from symderiv.documents.text import render_terminal
from symderiv.terms import Term
from tests.documents.entries import documents, sample
from tests.documents.samples import PLAIN
from tests.documents.test_measure import WIDE, signs

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def bare(_role: Role, part: str) -> str:
    return part


def red(role: Role, part: str) -> str:
    return f"\x1b[31m{part}\x1b[0m" if role == "changed" else part


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("document", [sample(), *documents()], ids=lambda document: document.name)
def test_lines_fit_the_terminal(document: Document, width: int) -> None:
    lines = render_terminal(document, width, False, bare).splitlines()
    # A digest, and a rule's identity, is one word; everything else is broken.
    wide = [line for line in lines if len(line) > width and not re.search(r"[0-9a-f]{64}|steps?\): ", line)]
    assert wide == []


def test_colours_change_nothing_else() -> None:
    plain = render_terminal(sample(), 80, False, bare)
    coloured = render_terminal(sample(), 80, False, red)
    assert ANSI.sub("", coloured) == plain
    assert "\x1b[31m" in coloured


def test_a_terminal_of_ascii_gets_ascii() -> None:
    assert "\u2202" not in render_terminal(sample(), 60, True, bare).split("Rules used")[0]


@pytest.mark.parametrize("columns", [24, 34, 50])
@pytest.mark.parametrize("term", WIDE, ids=range(len(WIDE)))
def test_a_broken_formula_says_what_it_said(term: Term, columns: int) -> None:
    node = display(term, PLAIN)
    lines = fitted(node, columns, False)
    assert max(map(len, lines)) <= columns
    assert signs("".join(lines)) == signs(plain_math(node))
