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


EXP = {
    "float32": ExponentialConstants(
        lowest=float.fromhex("-0x1.9fe368p+6"),
        log2_e=float.fromhex("0x1.715476p+0"),
        magic=float.fromhex("0x1.8p+23"),
        ln2_high=float.fromhex("0x1.62e4p-1"),
        ln2_low=float.fromhex("0x1.7f7d1cp-20"),
        coefficients=(
            float.fromhex("0x1.fffffcp-2"),
            float.fromhex("0x1.555492p-3"),
            float.fromhex("0x1.5558aap-5"),
            float.fromhex("0x1.12396ep-7"),
            float.fromhex("0x1.6a524ep-10"),
        ),
    ),
    "float64": ExponentialConstants(
        lowest=float.fromhex("-0x1.74910d52d3051p+9"),
        log2_e=float.fromhex("0x1.71547652b82fep+0"),
        magic=float.fromhex("0x1.8p+52"),
        ln2_high=float.fromhex("0x1.62e42fefa4p-1"),
        ln2_low=float.fromhex("-0x1.8432a1b0e2634p-43"),
        coefficients=(
            float.fromhex("0x1.000000000000ap-1"),
            float.fromhex("0x1.555555555550dp-3"),
            float.fromhex("0x1.55555555507bap-5"),
            float.fromhex("0x1.111111112454p-7"),
            float.fromhex("0x1.6c16c184319fcp-10"),
            float.fromhex("0x1.a01a01384fd61p-13"),
            float.fromhex("0x1.a0199a21b44p-16"),
            float.fromhex("0x1.71df0cc2ded18p-19"),
            float.fromhex("0x1.28ad4c282b816p-22"),
            float.fromhex("0x1.ad9eeea6c007bp-26"),
        ),
    ),
}
"""The constants of the exponential by the name of the dtype."""

LOG = {
    "float32": LogarithmConstants(
        least_mantissa=float.fromhex("0x1.6a09e6p-1"),
        ln2_high=float.fromhex("0x1.62e4p-1"),
        ln2_low=float.fromhex("0x1.7f7d1cp-20"),
        coefficients=(
            float.fromhex("0x1.5555b4p-1"),
            float.fromhex("0x1.992a9ap-2"),
            float.fromhex("0x1.36eeb6p-2"),
        ),
    ),
    "float64": LogarithmConstants(
        least_mantissa=float.fromhex("0x1.6a09e667f3bcdp-1"),
        ln2_high=float.fromhex("0x1.62e42fefa4p-1"),
        ln2_low=float.fromhex("-0x1.8432a1b0e2634p-43"),
        coefficients=(
            float.fromhex("0x1.555555555554fp-1"),
            float.fromhex("0x1.999999999c179p-2"),
            float.fromhex("0x1.24924921e457cp-2"),
            float.fromhex("0x1.c71c748fb0d8ap-3"),
            float.fromhex("0x1.745c4adfdfc4dp-3"),
            float.fromhex("0x1.3b35c02bee0bp-3"),
            float.fromhex("0x1.0dcba1ace789ep-3"),
            float.fromhex("0x1.1b8135a5795acp-3"),
        ),
    ),
}
"""The constants of the logarithm by the name of the dtype."""
