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
w: Final = Array("w", (CLASSES,))
"""Weights of the classes."""
beta: Final = Parameter("beta")
"""An inverse temperature, 1/T."""
omega: Final = Parameter("omega")
"""The weight of a sample."""
kappa, rho = Parameter("kappa"), Parameter("rho")
"""What smoothed targets keep of the targets, and what they spread to every class: 1 - a and a/C for smoothing a."""
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

S_tempered: Final = Definition(
    "S(beta*z)", (), total(k, exp(beta * z[k])), "that sum at an inverse temperature", r"S(\beta z)"
)
p: Final = Definition("p", (i,), exp(beta * z[i]) / S_tempered(), "the softmax at an inverse temperature")
p_shifted: Final = Definition(
    "softmax(beta*(z+c))",
    (i,),
    exp(beta * (z[i] + c)) / total(k, exp(beta * (z[k] + c))),
    "the softmax at an inverse temperature of the logits, all shifted by one number c",
    r"\operatorname{softmax}(\beta (z + c))",
)
lse_tempered: Final = Definition(
    "lse(beta*z)", (), log(S_tempered()), "lse at an inverse temperature", r"\operatorname{lse}(\beta z)"
)

TARGETS_SUM_TO_ONE: Final = Assumption(total(k, t[k]), number(1), "the targets sum to 1")
positive_t: Final = Array("t", (CLASSES,), positive=True)
"""Targets none of which is 0, as a logarithm of them needs."""
POSITIVE_TARGETS_SUM_TO_ONE: Final = Assumption(total(k, positive_t[k]), number(1), "the targets sum to 1")
ROWS_SUM_TO_ONE: Final = Assumption(total(k, T[n, k]), number(1), "the targets of every sample sum to 1")
