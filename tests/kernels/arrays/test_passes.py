"""Loops that are joined, taken along lanes, or relieved of constants: what may be, and what may not."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from symderiv.kernels.arrays.along import goes_along
from symderiv.kernels.arrays.improving import improved
from symderiv.kernels.interpret import FLOATS, run
from symderiv.kernels.ir import ArrayParameter, Kernel, Let, Load, Local, Loop, Pick, Statement, Store, Update
from tests.kernels.arrays.written_by_hand import KERNEL, ZERO, op

S, R, C = Load("s", ("n", "m")), Load("r", ("n",)), Load("c", ("m",))
Body = tuple[Statement, ...]


def _fresh() -> Callable[[str], str]:
    numbers = count(1)
    return lambda word: f"{word}_{next(numbers)}"


def _improved(body: Body, *scratch: ArrayParameter, outputs: frozenset[str] = frozenset({"out"})) -> Body:
    return improved(body, outputs, scratch, _fresh())[0]


def _sum(name: str, index: str, axis: str, value: object) -> Body:
    return Let(name, ZERO), Loop(index, axis, (Update(name, "add", value),))  # type: ignore[arg-type]


def _loops(body: Body) -> int:
    return sum(1 + _loops(each.body) for each in body if isinstance(each, Loop))


def test_a_row_goes_along_by_its_elements_and_a_column_by_its_neighbours() -> None:
    rows = Loop("n", "N", (*_sum("total", "m", "M", S), Store("r", ("n",), Local("total"))))
    assert not goes_along(rows)
    assert goes_along(rows.body[1])  # type: ignore[arg-type]
    columns = Loop("m", "M", (*_sum("total", "n", "N", S), Store("c", ("m",), Local("total"))))
    assert goes_along(columns)


def test_what_reads_a_sum_while_it_is_made_goes_one_by_one() -> None:
    body = (Update("total", "add", R), Store("out", ("n",), Local("total")))
    assert not goes_along(Loop("n", "N", body))
    assert goes_along(Loop("n", "N", body[:1]))


def test_what_is_written_at_one_place_in_every_turn_goes_one_by_one() -> None:
    assert not goes_along(Loop("n", "N", (Store("c", ("m",), R),)))


def test_loops_whose_turns_need_each_other_alone_are_joined() -> None:
    body = (
        Loop("n", "N", (Store("t", ("n",), op("multiply", R, R)),)),
        Let("total", ZERO),
        Loop("k", "N", (Update("total", "add", Load("t", ("k",))),)),
        Store("out", (), Local("total")),
    )
    made = _improved(body, ArrayParameter("t", ("N",), "scratch"))
    assert _loops(made) == 1
    (loop,) = (each for each in made if isinstance(each, Loop))
    assert not [each for each in loop.body if isinstance(each, Store)]  # t is a value now, and no array


def test_loops_are_not_joined_if_one_needs_all_of_the_other() -> None:
    total = (*_sum("total", "n", "N", R), Loop("k", "N", (Store("out", ("k",), op("divide", R, Local("total"))),)))
    assert _loops(_improved(total)) == 2
    whole = (
        Loop("n", "N", (Store("t", ("n",), R),)),
        Loop("k", "N", (*_sum("inner", "n", "N", Load("t", ("n",))), Store("out", ("k",), Local("inner")))),
    )
    assert _loops(_improved(whole, ArrayParameter("t", ("N",), "scratch"))) == 3


def test_constants_leave_loops_as_far_as_they_can() -> None:
    value = op("multiply", S, op("log", op("add", R, Local("beta"))))
    body = (
        Loop(
            "n", "N", (Loop("m", "M", (Store("out", ("n", "m"), op("multiply", value, op("sqrt", Local("beta")))),)),)
        ),
    )
    made = _improved(body)
    assert isinstance(made[0], Let)
    assert made[0].value == op("sqrt", Local("beta"))
    (rows,) = made[1:]
    assert isinstance(rows, Loop)
    assert [type(each) for each in rows.body] == [Let, Loop]


def test_a_choice_by_the_index_of_a_loop_stays_in_it() -> None:
    body = (Loop("n", "N", (Loop("m", "N", (Store("out", ("n", "m"), Pick("n", "m", op("exp", R), ZERO)),)),)),)
    (rows,) = _improved(body)
    assert isinstance(rows, Loop)
    assert [type(each) for each in rows.body] == [Let, Loop]  # the exponential alone is the same for all m


def test_the_results_stay_what_they_were() -> None:
    scratch = KERNEL.arrays("scratch")
    outputs = frozenset(array.name for array in KERNEL.arrays("output"))
    body, left = improved(KERNEL.body, outputs, scratch, _fresh())
    others = tuple(p for p in KERNEL.parameters if p not in scratch)
    changed = Kernel(KERNEL.name, KERNEL.formula, (*others, *left), body)
    data = {
        "W": {(n, d): n - 0.3 * d for n in range(3) for d in range(4)},
        "x": {(d,): d + 0.5 for d in range(4)},
        "t": {(): 0.7},
    }
    made = [run(k, data, FLOATS, sizes={"N": 3, "D": 4}, scalars={"gamma": 2.0}) for k in (KERNEL, changed)]
    assert made[0] == made[1]
