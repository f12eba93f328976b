"""Constants of erf and of erfc(x) e^(x^2), the scaled complement, derived by the same exchange as those of exp and log.

erf x = x + x Q(x^2) for |x| <= 1. The scaled complement falls from 1 to 0 like 1/(x sqrt pi); (1 + 2x) erfc(x) e^(x^2)
stays between 1 and 1.2 and is a polynomial T(t), t = (x - 15/4)/(x + 15/4), for all x >= 0 at once. Source: M. M.
Shepherd and J. G. Laframboise, Chebyshev approximation of (1 + 2x) exp(x^2) erfc x, Mathematics of Computation 36,
1981.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flint import arb, ctx

from symderiv.approximation.fitting import best, fitted
from symderiv.approximation.formats import FLOAT32, FORMATS, Format, nearest
from symderiv.approximation.remez import PRECISION, Approximated
from symderiv.approximation.rendering import hexadecimal

__all__ = ["CENTRE", "ErrorTable", "error_table", "far", "near", "source"]

CENTRE: Final = 3.75
"""Where t = 0."""
_ASYMPTOTIC: Final = 64
"""From here on the asymptotic series has more digits than are asked for."""


@dataclass(frozen=True, slots=True)
class ErrorTable:
    """`near` is Q and `far` is T, from the constant term up, as numbers of the format."""

    kind: Format
    near: tuple[float, ...]
    far: tuple[float, ...]


def near() -> Approximated:
    """1 - x/erf x against (x/erf x) Q(s) on 0 < s = x^2 <= 1: the relative error of erf."""

    def ratio(s: arb) -> arb:
        x = s.sqrt()
        return x.erf() / x

    return Approximated(lambda s: 1 - 1 / ratio(s), lambda s: 1 / ratio(s), arb(2) ** -60, arb(1))


def far() -> Approximated:
    """1 against T(t)/F(t) on -1 <= t <= 1 for F(t) = (1 + 2x) erfc(x) e^(x^2): the relative error of the complement."""
    return Approximated(lambda _: arb(1), lambda t: 1 / scaled_complement(t), arb(-1), 1 - arb(2) ** -60)


def scaled_complement(t: arb) -> arb:
    """(1 + 2x) erfc(x) e^(x^2) for x = 15/4 (1 + t)/(1 - t)."""
    x = CENTRE * (1 + t) / (1 - t)
    if x < _ASYMPTOTIC:
        return (1 + 2 * x) * x.erfc() * (x * x).exp()
    term = total = arb(1)
    for n in range(1, 40):
        term = -term * (2 * n - 1) / (2 * x * x)
        total += term
    return (1 / x + 2) * total / arb.pi().sqrt()


def terms_of(kind: Format) -> tuple[int, int]:
    """How many coefficients Q and T have: so many that their errors are below a sixteenth of a last place."""
    return (7, 14) if kind == FLOAT32 else (12, 25)


def error_table(kind: Format) -> ErrorTable:
    """The constants in one format."""
    first, second = terms_of(kind)
    with ctx.workprec(PRECISION):
        # T is centred, with coefficients that fall fast: rounding all of them at once costs half a last place.
        rounded = tuple(nearest(each, kind.precision) for each in best(far(), second).coefficients)
        return ErrorTable(kind, fitted(near(), first, kind.precision), rounded)


_HEAD: Final = '''\
"""Constants of erf and erfc(x) e^(x^2) in float32 and float64. Made by `scripts/derive_error_function`: edit that.

Every number is a hexadecimal literal of a value that the format holds exactly. `symderiv.approximation.error_function`
derives them.
"""

from __future__ import annotations

# ---- copied into generated modules from here

'''


def source(tables: tuple[ErrorTable, ...]) -> str:
    """The whole file of constants."""
    lines = [_HEAD]
    for name, prose in (("near", "Q(s) = (erf x)/x - 1, s = x^2 <= 1"),
                        ("far", "T(t) = (1 + 2x) erfc(x) e^(x^2), t = (x - 15/4)/(x + 15/4)")):  # fmt: skip
        lines.append(f"ERROR_{name.upper()} = {{")
        for table in tables:
            lines.append(f'    "{table.kind.name}": (')
            lines += [f'        float.fromhex("{hexadecimal(value)}"),' for value in getattr(table, name)]
            lines.append("    ),")
        lines += ["}", f'"""{prose}, from the constant term up, by the name of the dtype."""']
    return "\n".join([*lines, ""])


def derived() -> str:
    """The file of constants, derived afresh."""
    return source(tuple(error_table(kind) for kind in FORMATS))
