"""Five losses and activations with maxima, absolute values and the error function, as an author would hand them in."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem
from symderiv.losses.notation import k, t, z
from symderiv.statements import Definition, Problem
from symderiv.terms import Parameter, Term, absolute, erf, maximum, number, root, total

WIDTH: Final = Parameter("delta", positive=True)
LEVEL: Final = Parameter("tau", positive=True)


def _problem(name: str, title: str, body: Term, *, activation: bool = False) -> Problem:
    loss = Definition("L", (), body, title)
    return loss_problem(
        name, title, loss, prose=(f"The {title}.",), family="activation" if activation else "loss"
    )  # fmt: skip


_RESIDUAL: Final = z[k] - t[k]
HINGE: Final = _problem("hinge", "hinge loss", total(k, maximum(0, 1 - t[k] * z[k])))
SQUARED_HINGE: Final = _problem("squared-hinge", "squared hinge loss", total(k, maximum(0, 1 - t[k] * z[k]) ** 2))
HUBER: Final = _problem(
    "huber", "Huber loss", total(k, _RESIDUAL**2 / 2 - maximum(0, absolute(_RESIDUAL) - WIDTH) ** 2 / 2)
)
QUANTILE: Final = _problem(
    "quantile", "quantile loss",
    total(k, LEVEL * maximum(0, t[k] - z[k]) + (1 - LEVEL) * maximum(0, z[k] - t[k])),
)  # fmt: skip
GELU: Final = _problem(
    "gelu", "Gaussian error linear unit", total(k, z[k] * (1 + erf(z[k] / root(number(2)))) / 2), activation=True
)
EVERY: Final = (HINGE, SQUARED_HINGE, HUBER, QUANTILE, GELU)
