"""Every line of every proof has the value of the line above, at random data; the oracle is `tests.proving.numeric`."""

from __future__ import annotations

import pytest

from tests.proving.catalogue import NAMES, derivation
from tests.proving.numeric import everywhere, near, points, value


@pytest.mark.parametrize("name", NAMES)
def test_every_line_has_the_value_of_the_start(name: str) -> None:
    found = derivation(name)
    terms = (found.start, *(line.term for line in found.lines))
    point = points(terms, found.theory, seed=len(name))
    free = frozenset().union(*(term.free for term in terms))
    places = list(everywhere(free, found.theory.distinct))
    assert places
    for at in places[:: max(1, len(places) // 6)]:
        start = value(found.start, point, at)
        for line in found.lines:
            mine = value(line.term, point, at)
            assert near(start, mine) if line.relation == "=" else start > mine, (line.rule, at)
