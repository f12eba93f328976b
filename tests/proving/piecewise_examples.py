"""Rules of maxima, absolute values, signs, steps and special functions at work and refusing."""

from __future__ import annotations

from typing import Final

from symderiv.losses.notation import i, j, k, t, z
from symderiv.terms import Add, Mul, absolute, erf, exp, maximum, number, sign, step, total
from tests.proving.examples import Example, d, q

u = z[i]
v = z[i] - t[i]

APPLIED: Final[tuple[Example, ...]] = (
    Example("derivative-of-max", d(maximum(0, u), z[j]), "step(z_i) ∂[z_i]/∂z_j"),
    Example("derivative-of-max", d(maximum(v, 0), z[j]), "step(z_i - t_i) ∂[z_i - t_i]/∂z_j"),
    Example("derivative-of-max", d(maximum(t[i], u), z[j]), "step(z_i - t_i) ∂[z_i]/∂z_j"),
    Example("derivative-of-max", d(maximum(u, z[j]), z[j]),
            "∂[z_j]/∂z_j + step(z_i - z_j) (∂[z_i]/∂z_j - ∂[z_j]/∂z_j)"),
    Example("derivative-of-max", d(maximum(q * u, (q - 1) * u), z[i]),
            "∂[(q - 1) z_i]/∂z_i + step(z_i) (∂[q z_i]/∂z_i - ∂[(q - 1) z_i]/∂z_i)"),
    Example("derivative-of-max", d(maximum(0, t[i], u), z[j]), "step(max(t_i, z_i)) ∂[max(t_i, z_i)]/∂z_j"),
    Example("derivative-of-abs", d(absolute(v), z[j]), "sign(z_i - t_i) ∂[z_i - t_i]/∂z_j"),
    Example("derivative-of-step", d(step(v), z[j]), "0"),
    Example("derivative-of-step", d(sign(v), z[j]), "0"),
    Example("derivative-of-erf", d(erf(u), z[j]), "2/pi^(1/2) exp(-z_i^2) ∂[z_i]/∂z_j"),
    Example("positive-part", maximum(0, v), "(z_i - t_i) step(z_i - t_i)"),
    Example("powers-of-signs", absolute(v) ** 2, "(z_i - t_i)^2"),
    Example("powers-of-signs", sign(v) ** 4, "1"),
    Example("powers-of-signs", step(v) ** 3, "step(z_i - t_i)"),
    Example("products-of-signs", t[i] * sign(v) * absolute(v), "t_i (z_i - t_i)"),
    Example("products-of-signs", 2 * sign(v) * t[i] * sign(v), "2 t_i"),
    Example("products-of-signs", step(u) * step(u), "step(z_i)"),
    Example("products-of-signs", maximum(u, 0) * t[i] * step(u), "max(z_i, 0) t_i"),
    Example("opposite-signs", q * step(v) + t[j] + q * step(t[i] - z[i]), "q + t_j"),
    Example("opposite-signs", step(u) + step(-u), "1"),
    Example("opposite-signs", 3 * maximum(0, v) - 3 * maximum(t[i] - z[i], 0), "3 (z_i - t_i)"),
    Example("opposite-signs", maximum(0, u) + maximum(0, -u), "|z_i|"),
    Example("known-sign", absolute(exp(u)), "exp(z_i)"),
    Example("known-sign", step(-exp(u)), "0"),
    Example("known-sign", sign(-2 * exp(u)), "-1"),
    Example("known-sign", absolute(-u), "|z_i|"),
    Example("known-sign", sign(-u), "-sign(z_i)"),
    Example("known-sign", maximum(0, exp(u)), "exp(z_i)"),
    Example("positive-factor", absolute(2 * q * u), "2 q |z_i|"),
    Example("positive-factor", sign(-2 * u), "sign(-z_i)"),
    Example("positive-factor", step(q * v), "step(z_i - t_i)"),
    Example("positive-factor", maximum(0, exp(z[j]) * u), "exp(z_j) max(0, z_i)"),
    Example("derivative-of-max", d(maximum(absolute(u), z[i]), z[j]),
            "∂[z_i]/∂z_j + step(|z_i| - z_i) (∂[|z_i|]/∂z_j - ∂[z_i]/∂z_j)"),
    Example("one-fraction", u * absolute(u) * sign(u), "z_i^2"),
    Example("one-fraction", sign(u) * u * t[j], "t_j |z_i|"),
    Example("one-fraction", sign(u) * absolute(u) * t[j], "t_j z_i"),
    Example("one-fraction", t[j] * absolute(u) ** 2 * step(u) ** 2, "t_j z_i^2 step(z_i)"),
    Example("one-fraction", sign(u) ** 2 * t[j], "t_j"),
    Example("deciding-term", step(maximum(u, 1 - q) - (1 + q)), "step(z_i - 1 - q)"),
    Example("deciding-term", step(1 + q - maximum(u, 1 - q)), "step(1 + q - z_i)"),
    Example("deciding-term", sign(maximum(u, -q)), "sign(z_i)"),
    Example("deciding-term", maximum(0, maximum(u, -q)), "max(0, z_i)"),
)  # fmt: skip

REFUSED: Final[tuple[tuple[Example, str], ...]] = (
    (Example("deciding-term", step(maximum(u, 1 - q) - (1 - q))), "the other term may be as large"),
    (Example("deciding-term", step(maximum(u, t[i]) - (1 + q))), "no sign is known"),
    (Example("deciding-term", step(maximum(u, 1 + q) - 1)), "the other term is larger"),
    (Example("deciding-term", maximum(0, 1 + q - maximum(u, 1 - q))), "the size of a minimum counts"),
    (Example("deciding-term", sign(u)), "no maximum"),
    (Example("one-fraction", Mul((t[i] / q, total(k, u)))), "a sum over a range is written last"),
    (Example("one-fraction", Mul((number(2), t[i], v, exp(u)))), "in order"),
    (Example("one-fraction", absolute(u) ** 3), "an odd power"),
    (Example("derivative-of-max", d(maximum(0, t[i]), z[j])), "a constant"),
    (Example("positive-part", maximum(u, z[j])), "no term is 0"),
    (Example("powers-of-signs", absolute(u) ** 3), "an odd power"),
    (Example("powers-of-signs", absolute(u) ** q), "a symbolic power"),
    (Example("powers-of-signs", step(u) ** -1), "a negative power"),
    (Example("products-of-signs", sign(u) * absolute(v)), "different arguments"),
    (Example("products-of-signs", Mul((step(u), maximum(u, z[j])))), "no positive part"),
    (Example("opposite-signs", step(u) - step(-u)), "a difference of steps"),
    (Example("opposite-signs", step(u) + 2 * step(-u)), "different factors"),
    (Example("opposite-signs", Add((maximum(0, u), maximum(0, v)))), "not opposite"),
    (Example("known-sign", absolute(u)), "no sign"),
    (Example("known-sign", step(-u)), "another step"),
    (Example("positive-factor", absolute(z[j] * u)), "no positive factor"),
    (Example("positive-factor", step(2 * exp(u))), "nothing would be left"),
    (Example("derivative-of-erf", d(exp(u), z[j])), "another function"),
    (Example("derivative-of-abs", d(total(k, absolute(z[k])), z[j])), "a sum"),
    (Example("positive-part", maximum(0, u, number(1))), "three terms"),
)
