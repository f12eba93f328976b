"""The panel "Try it": what of an entry can be tried, and its controls, numbers and pictures in a page.

Everything in it is computed from the closed forms of the theorems on the same page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from symderiv.documents.document import Explorer, Grids, Link
from symderiv.documents.explorer import markup, tables
from symderiv.documents.explorer.choosing import explorer_of
from symderiv.documents.explorer.grids import grids_of
from symderiv.documents.explorer.scripts import Words, template
from symderiv.statements import Problem, Theorem, Theory

__all__ = ["explorer_of", "grids_of", "printed", "tried_of"]


def tried_of(
    problem: Problem, theorems: tuple[Theorem, ...], theory: Theory, link: Callable[[str], Link]
) -> Explorer | Grids | None:
    """What a reader can try of this entry: pictures over a number or a vector, else tables over vectors and matrices;
    None where its headline is no derivative in closed form."""
    return explorer_of(problem, theorems, theory, link) or grids_of(problem, theorems, theory, link)


def printed(block: Explorer | Grids, page: Words) -> str:
    """The panel as markup, its style and script added to those of the page."""
    page.styles.append(template("panel.css"))
    match block:
        case Explorer():
            page.scripts.append(markup.script(block, page.theory))
            page.packs.append("powers" if markup.has_powers(block, page.theory) else "panel")
            return markup.panel(block, page)
        case Grids():
            page.scripts.append(tables.script(block, page.theory))
            page.packs.append("tables")
            return tables.panel(block, page)
        case _:
            assert_never(block)
