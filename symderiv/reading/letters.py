"""How names are written: Greek letters, raised and lowered signs, and the words that mean a function."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

__all__ = [
    "ACCENTS",
    "DRESSES",
    "FUNCTIONS",
    "GREEK",
    "LOWERED",
    "RAISED",
    "greek_named",
    "indices_of",
    "lowered",
    "plain_name",
    "raised",
]

GREEK: Final[Mapping[str, str]] = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ϵ": "epsilon", "ε": "varepsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma",
    "τ": "tau", "ϕ": "phi", "φ": "varphi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta",
    "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
"""The Greek letters and their names; capital sigma and pi are the signs of sums and products."""

LOWERED: Final[Mapping[str, str]] = dict(zip("₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789aehijklmnoprstuvx", strict=True))
RAISED: Final[Mapping[str, str]] = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹ⁿⁱ", "0123456789ni", strict=True))

FUNCTIONS: Final[Mapping[str, str]] = {
    "exp": "exp", "expm1": "expm1", "log": "log", "ln": "log", "log1p": "log1p", "sqrt": "sqrt",
    "sigmoid": "sigmoid", "logistic": "sigmoid",
    "softplus": "softplus",
    "logsigmoid": "logsigmoid", "log_sigmoid": "logsigmoid",
    "tanh": "tanh", "cosh": "cosh", "sinh": "sinh", "logcosh": "logcosh",
    "softmax": "softmax", "log_softmax": "log_softmax", "logsoftmax": "log_softmax",
    "logsumexp": "logsumexp", "lse": "logsumexp", "norm": "norm", "dot": "dot",
    "max": "max", "min": "min", "clip": "clip", "clamp": "clip",
    "abs": "abs", "sign": "sign", "sgn": "sign", "relu": "relu", "step": "step",
    "silu": "silu", "swish": "silu", "gelu": "gelu", "erf": "erf",
    "frac": "frac",
}  # fmt: skip
"""The words that are functions and never names, and the function that each of them means."""

DRESSES: Final = ("mathcal", "mathbf", "mathrm", "mathit", "mathsf", "boldsymbol", "bm", "text", "operatorname", "vec")
"""The commands that change how a letter or a word looks and not what it is."""

ACCENTS: Final = ("hat", "widehat", "bar", "overline", "tilde", "widetilde", "check", "breve")
"""The commands that make another name of a letter, for which there is no sign here."""

_GREEK_NAMES: Final = frozenset(GREEK.values())
_DRESSED: Final = re.compile(rf"\\(?:{'|'.join(DRESSES)})\*?\{{\s*([^{{}}]*?)\s*\}}")


def greek_named(name: str) -> bool:
    """Whether `name` is that of a Greek letter."""
    return name in _GREEK_NAMES


def plain_name(written: str) -> str:
    r"""The name as records hold it: gamma for γ or \gamma, y' for y′, L for \mathcal{L}."""
    name = _DRESSED.sub(r"\1", written).removeprefix("\\").replace("′", "'").replace("’", "'")
    letters = name.rstrip("'")
    return GREEK.get(letters, letters) + "'" * (len(name) - len(letters))


def lowered(written: str) -> str:
    """The letters of lowered signs: ik for ᵢₖ."""
    return "".join(LOWERED.get(sign, sign) for sign in written)


def raised(written: str) -> str:
    """The letters of raised signs: 2 for ²."""
    return "".join(RAISED[sign] for sign in written)


def indices_of(written: str) -> tuple[str, ...]:
    """The indices in a subscript: ("i", "d") for _{id}, _{i,d} and _id, ("k",) for _k, ("12",) for _12."""
    content = lowered(written.removeprefix("_").removeprefix("{").removesuffix("}")).replace(",", " ")
    found: list[str] = []
    for word in content.split():
        name = plain_name(word)
        if word.isdigit() or name in _GREEK_NAMES or len(name.rstrip("'")) == 1:
            found.append(name)
            continue
        for sign in word:
            if sign in "'′’" and found:
                found[-1] += "'"
            elif sign.isdigit() and found and found[-1].isdigit():
                found[-1] += sign
            else:
                found.append(plain_name(sign))
    return tuple(found)
