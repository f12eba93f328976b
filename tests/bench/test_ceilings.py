"""What two threads gain on the machine: figures by hand, and works that do what they say."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from symderiv.bench.ceilings import WORKS, Turn, _copy_of, ceiling, measure
from symderiv.bench.encoding import decode, encode
from symderiv.bench.records import Ceiling, Run
from symderiv.bench.tables import other_tables
from symderiv.bench.tasks import CeilingTask
from tests.bench.samples import run_of, whole_run


def test_two_cores_gain_2_and_two_halves_of_one_use_more_processor_time() -> None:
    cores = ceiling("arithmetic", 4, [Turn(0.5, 0.5), Turn(0.4, 0.4)], [Turn(0.4, 0.4), Turn(0.6, 0.5)])
    assert cores == Ceiling("arithmetic", 2, 0.1, 0.1, 2.0, 1.0)
    halves = ceiling("arithmetic", 1, [Turn(0.4, 0.4)], [Turn(0.8, 0.8)])
    assert (halves.gain, halves.beside) == (1.0, 2.0)


def test_every_work_is_a_call_with_memory_of_its_own() -> None:
    one, other = WORKS["arithmetic"].piece(), WORKS["arithmetic"].piece()
    first, second = one(), other()
    assert isinstance(first, np.ndarray)
    assert isinstance(second, np.ndarray)
    np.testing.assert_allclose(first, 0.5 / 192, rtol=1e-12)
    assert not np.shares_memory(first, second)
    piece = _copy_of(800)()
    source, target = (cell.cell_contents for cell in piece.__closure__)  # type: ignore[attr-defined]
    piece()
    np.testing.assert_array_equal(source, target)
    assert {source.nbytes, target.nbytes} == {800}


def test_a_measurement_has_positive_figures() -> None:
    found = measure(CeilingTask("arithmetic", 1, 1e-4))
    assert found.turns == 1
    assert min(found.alone, found.together, found.gain, found.beside) > 0


def test_they_stand_in_a_table_of_their_own_and_older_records_have_none() -> None:
    run = replace(run_of(), ceilings=(Ceiling("arithmetic", 5, 0.001, 0.002, 1.0, 2.0),))
    (table,) = other_tables(run)
    assert table.title == "What a second thread gains on this machine"
    assert table.rows[0][1:] == ("1 ms", "2 ms", "1x", "2 of one alone")
    assert decode(Run, json.loads(json.dumps(encode(run)))) == run
    older = encode(whole_run())
    del older["ceilings"]
    assert decode(Run, older) == whole_run()
