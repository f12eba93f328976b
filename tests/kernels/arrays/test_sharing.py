"""Values that are computed once for several readers: which are the same, and what keeps them apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

from symderiv.kernels.arrays.effects import expressions, inside
from symderiv.kernels.arrays.products import argument_of
from symderiv.kernels.arrays.reusing import reused
from symderiv.kernels.arrays.sharing import shared
from symderiv.kernels.interpret import FLOATS, run
from symderiv.kernels.ir import ArrayParameter, Expression, Kernel, Let, Load, Local, Loop, Op, Statement, Store, Update
from symderiv.terms import Add, Array, Entry, Mul, number
from tests.kernels.arrays.written_by_hand import ZERO, op

X, Y = Load("x", ("n",)), Load("y", ("n",))
Body = tuple[Statement, ...]
_DATA: dict[str, dict[tuple[int, ...], float]] = {
    "x": {(n,): 0.3 - n for n in range(4)},
    "y": {(n,): 1.7 * n for n in range(4)},
    "b": {(): 0.6},
}


def _fresh() -> Callable[[str], str]:
    numbers = count(1)
    return lambda word: f"{word}_{next(numbers)}"


def _operations(body: Body, name: str) -> int:
    parts: Iterator[Expression] = (part for s in body for value in expressions(s) for part in inside(value))
    return sum(isinstance(part, Op) and part.name == name for part in parts)


def _results(body: Body, *scratch: ArrayParameter) -> dict[str, dict[tuple[int, ...], float]]:
    inputs = (ArrayParameter("x", ("N",), "input"), ArrayParameter("y", ("N",), "input"))
    outputs = (ArrayParameter("out", ("N",), "output"), ArrayParameter("total", (), "output"))
    kernel = Kernel("k", (), (*inputs, ArrayParameter("b", (), "input"), *outputs, *scratch), body)
    return run(kernel, _DATA, FLOATS, sizes={"N": 4})


def _twice(value: Expression) -> Body:
    """out := value + log(1 + value) and total := sum value, each computing the value anew."""
    return (
        Let("sum", ZERO),
        Loop(
            "n",
            "N",
            (
                Let("again", value),
                Store("out", ("n",), op("add", value, op("log1p", op("multiply", value, value)))),
                Update("sum", "add", Local("again")),
            ),
        ),
        Store("total", (), Local("sum")),
    )


def test_a_value_is_computed_once_in_a_loop() -> None:
    body = _twice(op("exp_difference", X, op("multiply", Y, Y)))
    made = shared(body, _fresh())
    assert (_operations(body, "exp_difference"), _operations(made, "exp_difference")) == (4, 1)
    assert _results(made) == _results(body)
    (loop,) = (each for each in made if isinstance(each, Loop))
    loads = [part for value in expressions(loop) for part in inside(value) if part == Y]
    assert len(loads) == 1


def test_what_is_written_between_two_readings_keeps_them_apart() -> None:
    value = op("exp", Load("out", ("n",)))
    body = (
        Let("sum", ZERO),
        Loop(
            "n",
            "N",
            (
                Store("out", ("n",), X),
                Update("sum", "add", value),
                Store("out", ("n",), Y),
                Update("sum", "add", value),
            ),
        ),
        Store("total", (), Local("sum")),
    )
    made = shared(body, _fresh())
    assert _operations(made, "exp") == 2


def test_sums_that_begin_alike_stay_two() -> None:
    body = (
        Let("first", ZERO),
        Let("second", ZERO),
        Loop("n", "N", (Update("first", "add", X), Update("second", "add", Y), Store("out", ("n",), X))),
        Let("copy", Local("first")),
        Store("total", (), op("subtract", Local("copy"), Local("second"))),
    )
    assert _results(shared(body, _fresh())) == _results(body)


def _softmax(changed: Body = ()) -> Body:
    """out := e^(x - b) / sum e^(x - b), by two loops."""
    first, second = (op("exp_difference", Load("x", (index,)), Load("b", ())) for index in "nk")
    return (
        Let("sum", ZERO),
        Loop("n", "N", (Update("sum", "add", first),)),
        *changed,
        Loop("k", "N", (Store("out", ("k",), op("divide", second, Local("sum"))),)),
        Store("total", (), Local("sum")),
    )


def test_an_exponential_of_an_earlier_loop_is_kept() -> None:
    made, kept = reused(_softmax(), _fresh())
    assert [array.axes for array in kept] == [("N",)]
    assert _operations(made, "exp_difference") == 1
    assert _results(made, *kept) == _results(_softmax())


def test_an_exponential_is_computed_again_where_its_data_were_written() -> None:
    changed = (Loop("m", "N", (Store("x", ("m",), ZERO),)),)
    made, kept = reused(_softmax(changed), _fresh())
    assert not kept
    assert made == _softmax(changed)


def test_no_number_is_kept_for_several_lanes() -> None:
    """Inside a loop that goes along the lanes a turn of an inner loop has a number for each lane."""
    column = op("exp", Load("s", ("n", "m")))
    again = op("exp", Load("s", ("k", "m")))
    columns = Loop(
        "m",
        "M",
        (
            Let("sum", ZERO),
            Loop("n", "N", (Update("sum", "add", column),)),
            Loop("k", "N", (Store("out", ("k", "m"), op("divide", again, Local("sum"))),)),
        ),
    )
    assert reused((columns,), _fresh()) == ((columns,), ())


def test_exponents_are_added_up_as_differences() -> None:
    a, b, c = (Entry(Array(name, ()), ()) for name in "abc")
    made = Add(argument_of(((c, number(-2).value), (a, number(1).value), (b, number(1).value))))
    assert made == Add((Add((a, Mul((number(-1), c)))), Add((b, Mul((number(-1), c))))))
    assert argument_of(((a, number(1).value), (c, number(-1).value))) == (a, Mul((number(-1), c)))
