"""How large the result of a loss's kernel would be if nothing cancelled and no power magnified: the unit of its errors.

A stable form is evaluated in probabilities, 1 - y_k and log y_k, which a row computes to a few last places each. Sums
add up magnitudes, products multiply them, and a^b is 1 + |b| times its value, because a relative error of a is |b|
times as large in a^b. This is the first-order condition of the form with respect to its atoms. A probability below the
smallest normal number is off by as much as that number would be, and counts as it; so does a power of one, and a
product of two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from symderiv.kernels.hyperparameters import argument_name
from symderiv.kernels.probability.dominance import is_dominant
from symderiv.kernels.probability.forms import difference_of_shares, is_ratio, power_of_gap, rest_of
from symderiv.kernels.probability.quantities import (
    Softmax,
    is_complement,
    is_probability,
    is_total,
    softmax_of,
    suffix_of,
)
from symderiv.terms import (
    Add,
    Array,
    Delta,
    Div,
    Domain,
    Entry,
    Exp,
    Index,
    Log,
    Mul,
    Number,
    Parameter,
    Power,
    Size,
    Sum,
    Term,
)  # fmt: skip

_LEAST: Final = 1e-320


@dataclass(frozen=True, slots=True, eq=False)
class _Atoms:
    """y_k, 1 - y_k and log y_k of one row of exponents, and log S with what its addends are large."""

    y: np.ndarray
    rest: np.ndarray
    log_y: np.ndarray
    lse: float
    lse_size: float


def _atoms(z: np.ndarray) -> _Atoms:
    logits = z.astype(np.float64)
    top = logits.max()
    e = np.exp(logits - top)
    first = int(np.argmax(logits))
    beyond = float(np.delete(e, first).sum())
    total = 1.0 + beyond
    rest = (total - e) / total
    rest[first] = beyond / total
    log_total = np.log1p(beyond)
    return _Atoms(e / total, rest, (logits - top) - log_total, top + log_total, abs(top) + log_total)


@dataclass(slots=True)
class _Row:
    data: Mapping[str, np.ndarray]
    parameters: Mapping[str, float]
    classes: int
    smallest: float
    softmaxes: tuple[Softmax, ...]
    atoms: dict[str, _Atoms] = field(default_factory=dict)
    memo: dict[tuple[Term, tuple[int, ...]], tuple[float, float]] = field(default_factory=dict)

    def of(self, atom: Term) -> _Atoms:
        """The probabilities that an atom is one of."""
        suffix = suffix_of(atom)
        if suffix not in self.atoms:
            own = next(each for each in self.softmaxes if each.suffix == suffix)
            exponents = [self.both(own.exponent, {own.index: k})[0] for k in range(self.classes)]
            self.atoms[suffix] = _atoms(np.array(exponents))
        return self.atoms[suffix]

    def both(self, term: Term, where: Mapping[Index, int]) -> tuple[float, float]:
        """The value and the magnitude of a term."""
        key = (term, tuple(where[index] for index in sorted(term.free, key=lambda index: index.name)))
        if key not in self.memo:
            value, size = self._both(term, where)
            self.memo[key] = value, max(size, abs(value))
        return self.memo[key]

    def _both(self, term: Term, where: Mapping[Index, int]) -> tuple[float, float]:
        if any(where.get(index, 0) < 0 for index in term.free if is_dominant(index)) and _is_atom(term):
            nothing = float(is_complement(term))
            return nothing, nothing
        atom = self._atom(term, where)
        if atom is not None:
            return atom
        match term:
            case Number(value=number):
                return float(number), abs(float(number))
            case Parameter():
                chosen = self.parameters[argument_name(term)]
                return chosen, abs(chosen)
            case Size():
                return float(self.classes), float(self.classes)
            case Entry(array=array, indices=places):
                position = tuple(where[place] for place in places if isinstance(place, Index))
                found = float(self.data[array.name][position])
                return found, abs(found)
            case Delta(left=left, right=right):
                one = float(where[left] == where[right])  # type: ignore[index]
                return one, one
            case Add(terms=terms) if (between := difference_of_shares(terms)) is not None:
                (y, _), (q, _) = (self.both(each, where) for each in between)
                beyond = sum(abs(self.both(rest_of(each), where)[0]) for each in between)
                return y - q, max(min(y + abs(q), beyond), self.smallest)
            case Add(terms=terms):
                parts = [self.both(part, where) for part in terms]
                return sum(value for value, _ in parts), sum(size for _, size in parts)
            case Mul(factors=factors):
                made, shares = (1.0, 1.0), 1.0
                for factor in factors:
                    value, size = self.both(factor, where)
                    made = (_product(made[0], value), _product(made[1], size))
                    shares = _product(shares, size) if _is_share(factor) else shares
                if 0.0 < shares < self.smallest:
                    made = (made[0], made[1] * (self.smallest / shares))
                return made
            case Div(numerator=above, denominator=below):
                (a, size), (b, other) = self.both(above, where), self.both(below, where)
                return (a / b, size / abs(b) * max(1.0, other / abs(b))) if b else (np.inf, np.inf)
            case Power(base=base, exponent=exponent):
                (a, size), (b, _) = self.both(base, where), self.both(exponent, where)
                raised = float(np.power(a, b))
                lost = abs(raised) * (1.0 + abs(b) * (size / abs(a) if a else 1.0))
                return raised, max(lost, self.smallest) if _is_share(term) and raised else lost
            case Exp(argument=argument):
                value, size = self.both(argument, where)
                return float(np.exp(value)), float(np.exp(value)) * (1.0 + size)
            case Log(argument=argument):
                value, size = self.both(argument, where)
                taken = float(np.log(value))
                return taken, abs(taken) + (size / value if value else 0.0)
            case Sum(index=index, body=body, skip=skip):
                skipped = None if skip is None else where[skip]  # type: ignore[index]
                members = [k for k in range(self.classes) if k != skipped]
                parts = [self.both(body, {**where, index: k}) for k in members]
                return sum(value for value, _ in parts), sum(size for _, size in parts)
            case _:
                raise ValueError(f"a stable form has no {type(term).__name__}")

    def _atom(self, term: Term, where: Mapping[Index, int]) -> tuple[float, float] | None:
        def at(entry: Term) -> int:
            assert isinstance(entry, Entry)
            return where[entry.indices[0]]  # type: ignore[index]

        found: float | None = None
        if is_total(term):
            of_all = self.of(term)
            return float(np.exp(of_all.lse)), float(np.exp(of_all.lse)) * (1.0 + of_all.lse_size)
        if isinstance(term, Log) and is_total(term.argument):
            return self.of(term.argument).lse, self.of(term.argument).lse_size
        if is_probability(term):
            found = float(self.of(term).y[at(term)])
        elif is_complement(term):
            found = float(self.of(term).rest[at(term)])
        elif isinstance(term, Log) and is_probability(term.argument):
            found = float(self.of(term.argument).log_y[at(term.argument)])
        elif isinstance(term, Log) and is_complement(term.argument):
            found = float(np.log(self.of(term.argument).rest[at(term.argument)]))
        elif is_ratio(term) and isinstance(term, Div):
            k, own = at(term.denominator), self.of(term.denominator)
            found = float(own.log_y[k] / own.rest[k]) if own.rest[k] > _LEAST else -1.0
        elif (power := power_of_gap(term)) is not None:
            exponent, _ = self.both(power.exponent, where)
            found = float(-np.expm1(exponent * self.of(power.base).log_y[at(power.base)]))
        elif isinstance(term, Power) and is_probability(term.base):
            exponent, _ = self.both(term.exponent, where)
            found = float(np.exp(exponent * self.of(term.base).log_y[at(term.base)])) if exponent else 1.0
            return found, max(found, self.smallest) if found else found
        if found is None:
            return None
        return found, max(abs(found), self.smallest if is_probability(term) or is_complement(term) else 0.0)


def _is_atom(term: Term) -> bool:
    return isinstance(term, Entry) or (isinstance(term, Log) and is_probability(term.argument))


def _is_share(term: Term) -> bool:
    """Whether a term is a probability, 1 less one, or a power of those."""
    base = term.base if isinstance(term, Power) else term
    return is_probability(base) or is_complement(base)


def _product(left: float, right: float) -> float:
    return 0.0 if left == 0.0 or right == 0.0 else left * right


def magnitude(term: Term, where: Mapping[Index, int], data: Mapping[str, np.ndarray], logits: str,
              parameters: Mapping[str, float], softmaxes: tuple[Softmax, ...] = ()) -> float:  # fmt: skip
    """How large a stable form is at these index values for one row of data if nothing cancels.

    The softmaxes in it are those given, that of the logits as they stand if there are none.
    """
    with np.errstate(all="ignore"):
        return _row(data, logits, parameters, softmaxes).both(term, where)[1]


def dominant_class(data: Mapping[str, np.ndarray], logits: str, parameters: Mapping[str, float],
                   softmaxes: tuple[Softmax, ...] = ()) -> int:  # fmt: skip
    """The class with more than half of the probability of the first softmax in one row of data; -1 if there is none."""
    with np.errstate(all="ignore"):
        row = _row(data, logits, parameters, softmaxes)
        y = row.of(row.softmaxes[0].probability(row.softmaxes[0].index)).y
    return int(np.argmax(y)) if float(np.max(y)) > 0.5 else -1


def _row(data: Mapping[str, np.ndarray], logits: str, parameters: Mapping[str, float],
         softmaxes: tuple[Softmax, ...]) -> _Row:  # fmt: skip
    smallest = float(np.finfo(data[logits].dtype).tiny)
    usual = Array(logits, (Domain("classes", "C"),))
    return _Row(data, parameters, len(data[logits]), smallest, softmaxes or (softmax_of(usual),))
