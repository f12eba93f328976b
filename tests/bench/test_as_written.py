"""Terms as they are written; the oracle is rigorous ball arithmetic, which shares no code with arrays and axes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symderiv.bench import as_written
from symderiv.bench.as_written import (
    Evaluation,
    definitions_of,
    largest_term,
    numpy_package,
    shared_terms,
    torch_package,
)  # fmt: skip
from symderiv.bench.calls import UnavailableError
from symderiv.losses.notation import CLASSES, SAMPLES, Z, i, j, k, m, n, t, z
from symderiv.statements import Definition, Theory
from symderiv.terms import (
    Array,
    Derivative,
    Index,
    Parameter,
    Position,
    Size,
    Term,
    absolute,
    delta,
    erf,
    exp,
    log,
    maximum,
    number,
    pi,
    product,
    sign,
    step,
    total,
)  # fmt: skip
from symderiv.verification.reference import references

LENGTHS = {"classes": 4, "samples": 3}
ROWS = 5
A = Array("A", (CLASSES, CLASSES))
s = Array("s", ())
gamma = Parameter("gamma")

Y = Definition("y", (k,), exp(z[k]) / total(j, exp(z[j])))
SPREAD = Definition("d", (i, k), z[i] - t[k])
THEORY = Theory((Y, SPREAD))

TERMS: dict[str, tuple[Term, tuple[Index, ...]]] = {
    "sum of products": (total(k, t[k] * log(Y(k))), ()),
    "closed form": (t[i] * (1 - Y(i)) ** gamma * (gamma * Y(i) * log(Y(i)) - (1 - Y(i))), (i,)),
    "sum that leaves out an index": (total(k, t[k] * Y(k), i), (i,)),
    "sum that leaves out a member": (total(k, t[k] * Y(k), Position(2, CLASSES)), ()),
    "sum that leaves out, of what has no index": (total(k, s[()] * s[()], i), (i,)),
    "sum of what has no index": (total(k, s[()]), ()),
    "product of what has no index": (product(k, s[()]), ()),
    "product that leaves out": (product(k, z[k], i), (i,)),
    "delta": (Y(i) * (delta(i, j) - Y(j)), (i, j)),
    "delta and a member": (delta(i, Position(3, CLASSES)) * z[i], (i,)),
    "indices turned round": (Z[n, k] - Z[m, i], (i, m, k, n)),
    "diagonal": (total(k, A[k, k] * z[k]), ()),
    "diagonal of a definition": (SPREAD(k, k), (k,)),
    "definition with its indices exchanged": (SPREAD(k, i) * t[i], (i, k)),
    "rows and columns": (total(n, log(total(k, exp(Z[n, k])))) / Size(SAMPLES), ()),
    "nested sums over one letter": (total(k, t[k] * total(j, A[j, k] * total(k, z[k] * t[k]))), ()),
    "powers": (z[i] ** 2 + exp(z[i]) ** (number(1) / 2) + t[i] ** (-1) + 2**1 * t[i] ** gamma, (i,)),
    "piecewise": (
        maximum(0, 1 - t[i] * z[i]) + absolute(z[i]) * sign(z[i] - t[i]) + step(z[i]) * maximum(z[i], t[i], s[()]),
        (i,),
    ),
    "erf and pi": (erf(z[i]) / pi() + log(2 * pi()), (i,)),
    "no data at all": (number(3) / 4 + log(number(2)), ()),
    "the same at every place": (s[()] * gamma, (i,)),
}


def data() -> dict[str, np.ndarray]:
    random = np.random.default_rng(3)
    sizes = {"z": (4,), "t": (4,), "Z": (3, 4), "A": (4, 4), "s": ()}
    made = {name: random.normal(size=(ROWS, *shape)) for name, shape in sizes.items()}
    return made | {"t": random.uniform(0.1, 2.0, (ROWS, 4))}


def evaluated(package: Any, given: dict[str, Any], term: Term, indices: tuple[Index, ...]) -> Any:
    definitions = definitions_of((THEORY,))
    shared = shared_terms([term], definitions)
    return Evaluation(package, given, LENGTHS, {"gamma": 2.5}, definitions, shared).value(term, indices, ROWS)


def against_balls(found: np.ndarray, term: Term, indices: tuple[Index, ...], tolerance: float) -> None:
    sizes = [LENGTHS[index.domain.name] for index in indices]
    assert found.shape == (ROWS, *sizes)
    for row in range(ROWS):
        instance = {name: array[row] for name, array in data().items()}
        for place, ball in references(term, indices, THEORY, instance, {"gamma": 2.5}, LENGTHS).items():
            assert found[(row, *place)] == pytest.approx(float(ball.value.mid()), rel=tolerance, abs=tolerance)


@pytest.mark.parametrize("name", list(TERMS))
def test_numpy_carries_out_what_the_balls_say(name: str) -> None:
    if name == "erf and pi":
        pytest.importorskip("scipy", reason="scipy is not installed; it has the error function")
    term, indices = TERMS[name]
    found = evaluated(numpy_package(np.float64), data(), term, indices)
    against_balls(found, term, indices, 1e-13)


@pytest.mark.parametrize("name", list(TERMS))
def test_single_precision_stays_single(name: str) -> None:
    if name == "erf and pi":
        pytest.importorskip("scipy", reason="scipy is not installed; it has the error function")
    term, indices = TERMS[name]
    given = {name: array.astype(np.float32) for name, array in data().items()}
    found = evaluated(numpy_package(np.float32), given, term, indices)
    assert found.dtype == np.float32
    against_balls(found, term, indices, 1e-4)


@pytest.mark.slow
def test_torch_carries_out_what_the_balls_say() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed; it carries out the same terms")
    given = {name: torch.from_numpy(np.asarray(array)) for name, array in data().items()}
    for term, indices in TERMS.values():
        found = evaluated(torch_package("float64"), given, term, indices)
        assert found.dtype == torch.float64
        against_balls(found.numpy(), term, indices, 1e-13)


def test_what_a_sum_leaves_out_is_not_met_as_a_number() -> None:
    # log 0 at the member that is left out would make the sum infinite if it were multiplied by 0.
    given = data() | {"t": np.tile([0.0, 1.0, 2.0, 3.0], (ROWS, 1))}
    with np.errstate(divide="ignore"):
        found = evaluated(numpy_package(np.float64), given, total(k, log(t[k]), Position(1, CLASSES)), ())
    assert found == pytest.approx(np.log(6.0))


def test_a_defined_quantity_and_what_stands_twice_are_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    package = numpy_package(np.float64)

    def counted(value: np.ndarray) -> np.ndarray:
        calls.append(1)
        return np.exp(value)

    monkeypatch.setattr(as_written, "numpy_package", None)  # nothing takes a package of its own
    term = log(Y(i)) * Y(j) + absolute(exp(t[i]) + s[()]) - sign(exp(t[i]) + s[()])
    fields = {name: getattr(package, name) for name in package.__dataclass_fields__}
    evaluated(as_written.Package(**{**fields, "exp": counted}), data(), term, (i, j))
    assert len(calls) == 3  # of z_k and of z_j in the definition, and of t_i


def test_the_largest_term_counts_masks_and_definitions() -> None:
    definitions = definitions_of((THEORY,))
    assert largest_term([total(k, z[k])], definitions, 10, LENGTHS) == 40
    assert largest_term([total(k, z[k], i)], definitions, 10, LENGTHS) == 160
    assert largest_term([total(k, SPREAD(k, k))], definitions, 10, LENGTHS) == 160
    assert largest_term([s[()]], definitions, 10, LENGTHS) == 10


def test_what_cannot_be_carried_out_is_said() -> None:
    with pytest.raises(UnavailableError, match="a derivative in it that is not carried out"):
        evaluated(numpy_package(np.float64), data(), Derivative(z[i] ** 2, z[i]), (i,))
    with pytest.raises(UnavailableError, match="y is defined in two ways"):
        definitions_of((THEORY, Theory((Definition("y", (k,), z[k]),))))


def test_the_error_function_needs_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_written, "find_spec", lambda _: None)
    with pytest.raises(UnavailableError, match="pip install scipy"):
        evaluated(numpy_package(np.float64), data(), erf(z[i]), (i,))
