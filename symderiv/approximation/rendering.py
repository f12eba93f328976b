"""The tables as the Python source of `symderiv/kernels/simd/coefficients.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from symderiv.approximation.tables import ExponentialTable, LogarithmTable

__all__ = ["hexadecimal", "source"]

_HEAD: Final = '''\
"""Constants of exp, expm1, log and log1p in float32 and float64. Made by `scripts/derive_coefficients`: edit that.

Every number is a hexadecimal literal of a value that the format holds exactly; a float32 value is given as the Python
float equal to it. `symderiv.approximation` derives them and proves what their polynomials and the functions are off.
"""

from __future__ import annotations

from typing import NamedTuple

# ---- copied into generated modules from here


class ExponentialConstants(NamedTuple):
    """e^x = 2^n e^r with n = round(x log2 e), r = x - n ln 2 and e^r = 1 + r + r^2 Q(r)."""

    lowest: float
    """Below it e^x is less than half the smallest subnormal number: the result is 0."""
    log2_e: float
    magic: float
    """1.5 * 2^(p-1) for a format of p bits: x log2 e + magic rounds to magic + n."""
    ln2_high: float
    """The leading bits of ln 2 (15 in float32, 41 in float64), so few that n * ln2_high is exact."""
    ln2_low: float
    coefficients: tuple[float, ...]
    """Q(r) = c0 + c1 r + c2 r^2 + ..."""


class LogarithmConstants(NamedTuple):
    """log u = k ln 2 + log m with u = 2^k m, sqrt(1/2) <= m < sqrt 2, and log m = f - (f^2/2 - q (f^2/2 + R(q^2))),
    f = m - 1, q = f/(2 + f)."""

    least_mantissa: float
    """sqrt(1/2), rounded: the smallest m."""
    ln2_high: float
    ln2_low: float
    coefficients: tuple[float, ...]
    """R(s) = c0 s + c1 s^2 + c2 s^3 + ...: R has no constant term."""
'''


def hexadecimal(value: float) -> str:
    """The shortest hexadecimal literal of a float: 0x1.8p+1, without the zeros that Python writes."""
    mantissa, _, power = value.hex().partition("p")
    return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}p{power}"


def source(exponentials: Sequence[ExponentialTable], logarithms: Sequence[LogarithmTable]) -> str:
    """The whole file."""
    lines = [_HEAD, "", "EXP = {"]
    for power in exponentials:
        lines += [
            f'    "{power.kind.name}": ExponentialConstants(',
            _field("lowest", power.lowest),
            _field("log2_e", power.log2_e),
            _field("magic", power.kind.magic),
            _field("ln2_high", power.ln2_high),
            _field("ln2_low", power.ln2_low),
            *_coefficients(power.coefficients),
            "    ),",
        ]
    lines += ["}", '"""The constants of the exponential by the name of the dtype."""', "", "LOG = {"]
    for log in logarithms:
        lines += [
            f'    "{log.kind.name}": LogarithmConstants(',
            _field("least_mantissa", log.least_mantissa),
            _field("ln2_high", log.ln2_high),
            _field("ln2_low", log.ln2_low),
            *_coefficients(log.coefficients),
            "    ),",
        ]
    return "\n".join([*lines, "}", '"""The constants of the logarithm by the name of the dtype."""', ""])


def _literal(value: float) -> str:
    return f'float.fromhex("{hexadecimal(value)}")'


def _field(name: str, value: float) -> str:
    return f"        {name}={_literal(value)},"


def _coefficients(values: tuple[float, ...]) -> list[str]:
    return ["        coefficients=(", *(f"            {_literal(value)}," for value in values), "        ),"]
