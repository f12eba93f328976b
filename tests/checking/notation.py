"""Softmax and friends, written out once for the tests of the checker; independent of the catalogue."""

from __future__ import annotations

from fractions import Fraction

from symderiv.statements import Assumption, Definition, Theory
from symderiv.terms import Array, Domain, Index, Number, Parameter, Size, Sum, Term, exp, log, number, total

CLASSES = Domain("classes", "C")
SAMPLES = Domain("samples", "N")
FEATURES = Domain("features", "D")
i, j, k, l, m = (Index(name, CLASSES) for name in "ijklm")  # noqa: E741
n = Index("n", SAMPLES)
d, e = (Index(name, FEATURES) for name in "de")
z, t, v = (Array(name, (CLASSES,)) for name in "ztv")
w = Array("w", (CLASSES,), positive=True)
C = Size(CLASSES)
c = Parameter("c")
gamma = Parameter("gamma", positive=True)
half = Number(Fraction(1, 2))

_S = Definition("S", (), total(k, exp(z[k])))
S = _S()
y = Definition("y", (i,), exp(z[i]) / S)
_lse = Definition("lse", (), log(S))
lse = _lse()
_L = Definition("L", (), -total(k, t[k] * log(y(k))))
L = _L()
SUM_TO_ONE = Assumption(total(k, t[k]), number(1), "the targets sum to 1")
PLAIN = Theory((_S, y, _lse, _L))
SIMPLEX = Theory(PLAIN.definitions, (SUM_TO_ONE,))


def power_sum(r: int) -> Sum:
    """p_r = sum_k y_k**r."""
    return total(k, y(k) ** r)


def elementary_4() -> Term:
    """24 e_4(y) in power sums, with p_1 = 1: zero at 1, 2 and 3 classes only."""
    return 1 - 6 * power_sum(2) + 3 * (power_sum(2) * power_sum(2)) + 8 * power_sum(3) - 6 * power_sum(4)
