"""The document as a Jupyter notebook: the proof in Markdown cells; beside it code that derives it, checks its record,
calls the compiled function and compares its gradient with differences of its values.
"""

from __future__ import annotations

import hashlib
import json
import keyword
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal

from symderiv.documents import markdown
from symderiv.documents.document import Block, Document, Statement
from symderiv.statements import Assumption, Goal, Problem, Theory, reachable
from symderiv.terms import Array, Call, Derivative, Entry, Log, Parameter, Sum, Term

__all__ = ["SUFFIX", "render"]

SUFFIX: Final = "ipynb"

_METADATA: Final = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


@dataclass(frozen=True, slots=True)
class _Cell:
    kind: Literal["markdown", "code"]
    source: str


def render(document: Document, call: str = "") -> str:
    """The document as notebook format 4.5, without outputs; it runs from top to bottom.

    `call` are the arguments of `symderiv.derive` as Python text; by default the name of the document's entry.
    """
    cells = _proof(document)
    problem = document.problem
    if problem is not None:
        cells += _derived(call or repr(document.name), document)
        if not call:
            cells += _compared(problem)
    listed = []
    for position, cell in enumerate(cells):
        mark = hashlib.sha256(f"{position}\n{cell.source}".encode()).hexdigest()[:12]
        made: dict[str, object] = {"cell_type": cell.kind, "id": mark, "metadata": {}}
        if cell.kind == "code":
            made |= {"execution_count": None, "outputs": []}
        listed.append({**made, "source": cell.source.splitlines(keepends=True)})
    book = {"cells": listed, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _proof(document: Document) -> list[_Cell]:
    """A Markdown cell before the first theorem, one for each theorem, and one for what comes after."""
    blocks = document.blocks
    starts = [at for at, block in enumerate(blocks) if isinstance(block, Statement)]
    # What stands between the last proof and the checks belongs to what comes after, as their heading does.
    end = starts[-1] + 2 if starts else len(blocks)
    cuts = [0, *starts, end, len(blocks)]
    parts = [_markdown(document, blocks[first:last]) for first, last in pairwise(cuts)]
    return [_Cell("markdown", part) for part in parts if part]


def _markdown(document: Document, blocks: tuple[Block, ...]) -> str:
    return markdown.render(replace(document, blocks=blocks)).rstrip()


def _derived(call: str, document: Document) -> list[_Cell]:
    """Cells that derive the theorems, and judge their record anew."""
    digests = "".join(f"    {theorem.digest!r},\n" for theorem in document.theorems)
    derive = f"import symderiv\n\nproof = symderiv.derive({call})\nfor theorem in proof.theorems:\n"
    derive += '    print(f"{theorem.derivation.title}: {theorem.verdict.word}")'
    same = (
        f"printed = [\n{digests}]\n"
        "found = {theorem.digest for theorem in proof.theorems}\n"
        "assert found >= set(printed), 'these are not the theorems that are printed above'\n"
        "checked = proof.check()\n"
        "assert checked.sound\n"
        "[result.theorem.verdict.word for result in checked.results]"
    )
    return [
        _Cell("markdown", "## Derive it again\n\nThe theorems of this page, derived and checked by this Python."),
        _Cell("code", derive),
        _Cell("code", "proof  # shows itself"),
        _Cell(
            "markdown",
            "## Check the record\n\nThe record holds every step of every proof. The checker knows no rules; it judges "
            "each step by exact arithmetic, at sample points of its own. The digests are those printed above.",
        ),
        _Cell("code", same),
    ]


def _compared(problem: Problem) -> list[_Cell]:
    """Cells that call the compiled function and compare it with differences; none where it is no vector's gradient."""
    goal = next((goal for goal in problem.goals if goal.slug == problem.headline), None)
    arguments = None if goal is None else _arguments(problem, goal)
    if goal is None or arguments is None:
        return []
    made, passed = arguments
    name = "gradient" if goal.slug == "gradient" else "jacobian"
    method = "grad" if name == "gradient" else "jacobian"
    rest = "".join(f", {one}={value}" for one, value in passed)
    vector = isinstance(goal.start, Derivative) and bool(goal.start.wrt.indices)
    setting = [
        "import numpy as np",
        "",
        "draw = np.random.default_rng(0)",
        *(f"{one} = {value}" for one, value in made),
        f"loss = symderiv.kernel({problem.name!r})",
        f"{name} = loss.{method}(z{rest})",
        name,
    ]
    difference = f"(loss.value(z + step{rest}) - loss.value(z - step{rest})) / 2e-6"
    if vector:
        quotient = f"differences = np.stack([{difference} for step in 1e-6 * np.eye(len(z))], axis=-1)"
    else:
        quotient = f"step = 1e-6\ndifferences = {difference}"
    compare = (
        f"{quotient}\nprint('largest difference:', np.abs({name} - differences).max())\n"
        f"assert np.allclose({name}, differences, rtol=1e-5, atol=1e-7)"
    )
    return [
        _Cell(
            "markdown",
            "## Call the compiled function\n\nIt is lowered from the same theorems; the first call compiles it. What "
            "follows holds it against differences of its values.",
        ),
        _Cell("code", "\n".join(setting)),
        _Cell("code", compare),
    ]


def _arguments(problem: Problem, goal: Goal) -> tuple[list[tuple[str, str]], list[tuple[str, str]]] | None:
    """What is set, name and expression each, and what is passed beside z; None if the data have another shape."""
    start, theory = goal.start, Theory(problem.definitions)
    if not (isinstance(start, Derivative) and isinstance(start.wrt, Entry) and isinstance(start.body, Call | Log)):
        return None
    first = start.wrt.array
    if len(first.domains) > 1:
        return None
    terms = tuple(reachable(start, theory))
    used = {term.array for term in terms if isinstance(term, Entry)}
    others = [array for array in problem.arrays if array in used and array != first]
    if any(array.domains != first.domains for array in others):
        return None
    assumed = tuple(problem.assumptions[at] for at in goal.uses)
    made = [("z", "draw.normal(size=5)")]
    made += [(array.name, _value(array, assumed)) for array in others]
    passed = [(array.name, array.name) for array in others]
    wanted = {term.name for term in terms if isinstance(term, Parameter)}
    for hyper in problem.hyperparameters:
        name = hyper.parameter.name
        if hyper.default is None and name in wanted:
            passed.append((f"{name}_" if keyword.iskeyword(name) else name, "1.0"))
    return made, passed


def _value(array: Array, assumed: tuple[Assumption, ...]) -> str:
    """Numbers for an array: probabilities where it sums to one, else numbers between 1/10 and 9/10."""
    if array.domains and any(_sums(assumption.left, array) for assumption in assumed):
        return "draw.dirichlet(np.ones(5))"
    return "draw.uniform(0.1, 0.9, size=5)"


def _sums(term: Term, array: Array) -> bool:
    return isinstance(term, Sum) and isinstance(term.body, Entry) and term.body.array == array
