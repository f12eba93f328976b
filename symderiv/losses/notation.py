"""What the catalogue's problems share: domains, indices, data, and the definitions of S, y, lse and L."""

from __future__ import annotations

from typing import Final

from symderiv.statements import Assumption, Definition
from symderiv.terms import Array, Domain, Index, Parameter, exp, log, number, total

CLASSES: Final = Domain("classes", "C")
FEATURES: Final = Domain("features", "D")
SAMPLES: Final = Domain("samples", "N")

i, j, k, l = (Index(name, CLASSES) for name in "ijkl")  # noqa: E741
d, e = (Index(name, FEATURES) for name in "de")
n, m = (Index(name, SAMPLES) for name in "nm")

z: Final = Array("z", (CLASSES,))
"""Logits."""
t: Final = Array("t", (CLASSES,))
"""Targets."""
v: Final = Array("v", (CLASSES,))
"""A direction."""
u: Final = Array("u", (CLASSES,))
"""A cotangent."""
c: Final = Parameter("c")
"""A shift."""
Z: Final = Array("Z", (SAMPLES, CLASSES))
"""Logits of a batch, a row for each sample."""
T: Final = Array("T", (SAMPLES, CLASSES))
"""Targets of a batch, a row for each sample."""

S: Final = Definition("S", (), total(k, exp(z[k])), "the sum of the exponentials of the logits")
y: Final = Definition("y", (i,), exp(z[i]) / S(), "the softmax of the logits")
lse: Final = Definition("lse", (), log(S()), "the logarithm of the sum of the exponentials", r"\operatorname{lse}(z)")
L: Final = Definition("L", (), -total(k, t[k] * log(y(k))), "the cross-entropy of targets and probabilities")

softmax_shifted: Final = Definition(
    "softmax(z+c)",
    (i,),
    exp(z[i] + c) / total(k, exp(z[k] + c)),
    "the softmax of the logits, all shifted by one number c",
    r"\operatorname{softmax}(z + c)",
)

TARGETS_SUM_TO_ONE: Final = Assumption(total(k, t[k]), number(1), "the targets sum to 1")
ROWS_SUM_TO_ONE: Final = Assumption(total(k, T[n, k]), number(1), "the targets of every sample sum to 1")
