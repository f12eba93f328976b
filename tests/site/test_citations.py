"""The graph of lemmas: who cites whom, and a layout in which nothing overlaps and every curve goes right."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import combinations

import pytest

from symderiv.site.citations import HEAD, WIDTH, citations_of, graph_of
from symderiv.site.entries import EntryPage, TheoremFacts
from tests.site.sites import small_site


def entry(name: str, *theorems: tuple[str, tuple[str, ...]]) -> EntryPage:
    facts = tuple(TheoremFacts(goal, goal, goal, "proved", cites) for goal, cites in theorems)
    return EntryPage(
        name, name, f"The entry that is called {name}", "loss", "", name, "vector", (), "", False, "proved", "proved",
        (), (), facts, (), "",
    )  # fmt: skip


CHAIN = (
    entry("base", ("one", ()), ("two", ("base:one",)), ("three", ())),
    entry("middle", ("gradient", ("base:two", "base:one")), ("hessian", ("middle:gradient",))),
    entry("top", ("gradient", ("middle:hessian", "base:three", "elsewhere:gone"))),
    entry("alone", ("gradient", ()), ("hessian", ("alone:gradient",))),
)


def test_both_ends_of_every_citation() -> None:
    found = {(each.entry.name, each.theorem.goal): each for each in citations_of(CHAIN)}
    assert [theorem.goal for _, theorem in found["middle", "gradient"].cites] == ["two", "one"]
    assert [(e.name, t.goal) for e, t in found["base", "one"].cited_by] == [("base", "two"), ("middle", "gradient")]
    assert found["top", "gradient"].cites[-1][1].goal == "three"  # what is not on the site is left out


def test_the_graph_joins_entries_and_leaves_out_what_stands_alone() -> None:
    graph = graph_of(citations_of(CHAIN))
    assert {box.name for box in graph.boxes} == {"base", "middle", "top"}
    assert {(a.source, a.goal, a.target) for a in graph.arrows} == {
        ("base", "two", "middle"), ("base", "one", "middle"), ("middle", "hessian", "top"), ("base", "three", "top"),
    }  # fmt: skip
    base = next(box for box in graph.boxes if box.name == "base")
    assert [row.goal for row in base.rows] == ["one", "two", "three"]


@pytest.mark.parametrize("made", [lambda: CHAIN, lambda: small_site().entries], ids=["by hand", "a site"])
def test_the_layout(made: Callable[[], tuple[EntryPage, ...]]) -> None:
    graph = graph_of(citations_of(made()))
    boxes = {box.name: box for box in graph.boxes}
    for box in graph.boxes:
        assert box.x >= 0
        assert box.y >= -1e-9
        assert box.x + WIDTH <= graph.width + 1e-9
        assert box.y + box.height <= graph.height + 1e-9
        inside = [*(line.y for line in box.lines), *(row.y for row in box.rows)]
        assert all(box.y < y < box.y + box.height for y in inside)
        assert inside == sorted(inside)
    for one, other in combinations(graph.boxes, 2):
        apart = one.x != other.x or one.y + one.height <= other.y or other.y + other.height <= one.y
        assert apart, f"{one.name} and {other.name} overlap"
    for arrow in graph.arrows:
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", arrow.path)]
        source, target = boxes[arrow.source], boxes[arrow.target]
        row = next(row for row in source.rows if row.goal == arrow.goal)
        assert numbers[:2] == pytest.approx([source.x + WIDTH, row.y], abs=0.06)
        assert numbers[-2:] == pytest.approx([target.x, target.y + HEAD / 2], abs=0.06)
        assert target.x > source.x


def test_no_citations_no_graph() -> None:
    assert graph_of(citations_of(CHAIN[3:])).boxes == ()
