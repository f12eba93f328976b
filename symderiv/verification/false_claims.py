"""Claims that are false and look true: each holds at some small class counts, on one branch, or where it has a value.

A checker that calls any of them proved is broken. `FALSE_CLAIMS` are the ones written by hand; `traps` makes families.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from symderiv.statements import Definition, Theory
from symderiv.terms import (
    Add,
    Array,
    Derivative,
    Div,
    Domain,
    Exp,
    Index,
    Log,
    Parameter,
    Power,
    Product,
    Size,
    Sum,
    Term,
    delta,
    number,
)  # fmt: skip

__all__ = ["CLASSES", "FALSE_CLAIMS", "SOFTMAX", "Trap", "elementary", "power_sums"]


@dataclass(frozen=True, slots=True)
class Trap:
    """left = right, which is false; `note` says where it holds all the same."""

    name: str
    left: Term
    right: Term
    theory: Theory
    note: str


CLASSES: Final = Domain("classes", "C")
_I, _J, _K = Index("i", CLASSES), Index("j", CLASSES), Index("k", CLASSES)
_Z: Final = Array("z", (CLASSES,))
_S: Final = Definition("S", (), Sum(_K, Exp(_Z[_K])))
_Y: Final = Definition("y", (_I,), Div(Exp(_Z[_I]), _S()))
_LSE: Final = Definition("lse", (), Log(_S()))

SOFTMAX: Final = Theory((_S, _Y, _LSE))
"""S = sum_k e^{z_k}, y_i = e^{z_i} / S, lse = log S."""


def elementary(degree: int, p: tuple[Term, ...]) -> Term:
    """degree! e_degree of u_1..u_C from their power sums p[r-1] = sum_k u_k^r, degree 2 or more.

    The sum over the partitions of `degree` into m_r parts r of (-1)^(degree - parts) degree! / prod_r (r^{m_r} m_r!)
    prod_r p_r^{m_r} (Newton and Girard); it is 0 whenever there are fewer than `degree` numbers u_k.
    """
    terms: list[Term] = []
    for parts in _partitions(degree, degree):
        weight = Fraction(math.factorial(degree))
        made: Term | None = None
        for part in sorted(set(parts)):
            times = parts.count(part)
            weight /= part**times * math.factorial(times)
            power = p[part - 1] if times == 1 else p[part - 1] ** times
            made = power if made is None else made * power
        assert made is not None
        signed = weight * (-1) ** (degree - len(parts))
        terms.append(made if signed == 1 else number(signed) * made)
    return Add(tuple(terms))


def _partitions(total: int, largest: int) -> Iterator[tuple[int, ...]]:
    if total == 0:
        yield ()
    for part in range(min(total, largest), 0, -1):
        for rest in _partitions(total - part, part):
            yield (part, *rest)


def power_sums(entry: Term, index: Index, skip: Index | None = None) -> tuple[Term, ...]:
    """p_1..p_9 of the numbers `entry`, which depends on `index`."""
    return tuple(Sum(index, entry if r == 1 else entry**r, skip) for r in range(1, 10))


def _made() -> tuple[Trap, ...]:
    z, y, i, j, k = _Z, _Y, _I, _J, _K
    count = Size(CLASSES)
    s, lse = _S(), _LSE()
    p = (number(1), *power_sums(y(k), k)[1:])
    x = power_sums(Exp(z[k]), k)
    by_exponential = (Exp(lse), *x[1:])
    half = number(Fraction(1, 2))
    jacobian = Derivative(y(i), z[j])
    closed = y(i) * (delta(i, j) - y(j))
    gamma = Parameter("gamma", positive=True)
    rows: tuple[tuple[str, Term, Term, str], ...] = (
        ("log-weight", (count - 2) * Log(y(i)), number(0), "holds at C = 2; at C = 1 log y is 0"),
        ("log-of-sum", Log(s**4 + elementary(4, x)), Log(s**4), "holds for C < 4"),
        ("sharp", 1 - 6 * p[1] + 3 * p[1] ** 2 + 8 * p[2] - 6 * p[3], number(0), "24 e_4(y): holds for C < 4"),
        ("sharp-by-lse", elementary(4, by_exponential), number(0), "24 e_4(x), S written e^lse: holds for C < 4"),
        (
            "sharp-by-powers-of-lse",
            Exp(4 * lse) - 6 * Exp(2 * lse) * x[1] + 3 * x[1] ** 2 + 8 * Exp(lse) * x[2] - 6 * x[3],
            number(0),
            "24 e_4(x), S^m written e^{m lse}: holds for C < 4",
        ),
        (
            "reciprocal-by-probability",
            Derivative(1 / y(i), y(i)),
            2 - 2 * s * Exp(-z[i]) - Sum(k, Exp(2 * z[k] - 2 * z[i])),
            "the true derivative is -1/y_i^2; holds for C <= 2",
        ),
        ("count-quotient", (count - 2) * (count - 3) / (count - 1), number(0), "holds at C = 2, 3; undefined at 1"),
        ("two-products", Product(k, 1 - y(k)), Product(k, y(k)), "holds at C = 2"),
        ("two-squares", Sum(k, y(k) ** 2), 1 - 2 * y(i) * (1 - y(i)), "holds at C = 2"),
        ("two-complement", 1 - y(i), Sum(k, y(k) ** 2, i) / Sum(k, y(k), i), "holds at C = 2"),
        ("jacobian-plus-e4", jacobian, closed + elementary(4, p), "holds for C < 4"),
        ("jacobian-plus-e5", jacobian, closed + elementary(5, p), "holds for C < 5"),
        ("jacobian-without-delta", jacobian, -y(i) * y(j), "holds for i != j only"),
        ("jacobian-diagonal-only", jacobian, y(i) * (1 - y(j)), "holds for i = j only"),
        ("log-count", Log(count), (count - 1) * Log(number(2)), "holds at C = 1, 2"),
        ("power-of-count", number(2) ** count, count**2 - count + 2, "holds at C = 1, 2, 3"),
        ("log-square", Log(z[i] ** 2), 2 * Log(z[i]), "the right side has no value for z < 0"),
        ("root-of-square", Power(z[i] ** 2, half), z[i], "false for z < 0"),
        ("half-log-square", half * Log(z[i] ** 2), Log(z[i]), "the right side has no value for z < 0"),
        ("log-of-product", Log(z[i] * z[j]), Log(z[i]) + Log(z[j]), "no value where both are negative"),
        ("log-of-quotient", Log(z[i] / z[j]), Log(z[i]) - Log(z[j]), "no value where both are negative"),
        ("exp-of-log", Exp(Log(z[i])), z[i], "the left side has no value for z < 0"),
        ("root-of-product", Power(z[i] * z[j], half), Power(z[i], half) * Power(z[j], half), "as above"),
        ("power-of-square", Power(z[i] ** 2, gamma), Power(z[i], 2 * gamma), "no value for z < 0"),
        ("log-of-squared-sum", Log(Sum(k, z[k]) ** 2), 2 * Log(Sum(k, z[k])), "no value for a negative sum"),
        ("root-of-squared-sum", Power(Sum(k, z[k]) ** 2, half), Sum(k, z[k]), "false for a negative sum"),
        (
            "derivative-of-log-of-negative",
            Derivative(Log(-y(i)), z[j]),
            delta(i, j) - y(j),
            "the logarithm has no value anywhere, so it has no derivative; formally it is that of log y",
        ),
        ("derivative-of-log-of-minus-sum", Derivative(Log(-s), z[i]), y(i), "as above, formally that of log S"),
        ("zero-times-log-of-negative", Log(-s) * 0, number(0), "the left side has no value anywhere"),
        ("cube-root", Power(z[i] ** 3, number(Fraction(1, 3))), z[i], "the left side has no value for z < 0"),
        ("swapped-binder", Sum(k, z[k] * Sum(j, z[j])), Sum(k, z[k] * Sum(j, z[k])), "holds where all z agree"),
    )
    return tuple(Trap(f"claim/{name}", left, right, SOFTMAX, note) for name, left, right, note in rows)


FALSE_CLAIMS: Final = _made()
