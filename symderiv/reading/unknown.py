"""What is said of a function that the notation does not know: how a loss is written without it."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from symderiv.reading.letters import FUNCTIONS

__all__ = ["is_written_otherwise", "known_functions", "undefined_name", "unknown_function"]

_ANGLES: Final = (
    "angles are not known. Write the loss in the cosine itself: with c = cos(theta), a = cos(m) and b = sin(m), "
    "cos(theta + m) is a c - b sqrt(1 - c^2)"
)
_FACTORIALS: Final = (
    "the gamma function and what is made of it are not known, because their values cannot be bounded here. A term that "
    "does not depend on what you differentiate by changes no derivative and can be left out"
)
_MATRICES: Final = (
    "functions of a matrix are not known. Write it by entries, as in sum_i A_ii for a trace; a determinant of a "
    "diagonal matrix is a product, and its logarithm sum_d log s_d"
)
_CHOICES: Final = "a choice is written with step(x), which is 1 where x > 0, with delta_ij, or as data that are 0 or 1"
_WRITTEN: Final[Mapping[str, str]] = {
    **dict.fromkeys(("cos", "sin", "tan", "arccos", "acos", "arcsin", "asin", "arctan", "atan", "arctan2"), _ANGLES),
    **dict.fromkeys(("atan2", "sinc"), _ANGLES),
    **dict.fromkeys(
        ("gamma", "Gamma", "lgamma", "loggamma", "gammaln", "digamma", "psi", "betaln", "factorial", "zeta"),
        _FACTORIALS,
    ),
    **dict.fromkeys(("beta", "binomial", "polygamma", "trigamma", "uppergamma", "lowergamma"), _FACTORIALS),
    **dict.fromkeys(("det", "logdet", "slogdet", "trace", "tr", "Tr", "inv", "diag", "eig"), _MATRICES),
    **dict.fromkeys(("indicator", "ind", "I", "one", "where", "heaviside", "H", "argmax", "argmin"), _CHOICES),
    "mean": "write the sum and its size, as in 1/C sum_k z_k, or 1/N sum_n ... where z in R^N",
    "var": "define the mean first: v where v = 1/C sum_k (z_k - m)^2, m = 1/C sum_k z_k",
    "std": "define the mean first: sqrt(v) where v = 1/C sum_k (z_k - m)^2, m = 1/C sum_k z_k",
    "sum": "a sum names its index, as in sum_k t_k z_k",
    "prod": "a product names its index, as in prod_k z_k",
    "kl": "write sum_k t_k log(t_k / y_k)",
    "KL": "write sum_k t_k log(t_k / y_k)",
    "cross_entropy": "write -sum_k t_k log y_k",
    "log2": "write log(x)/log(2)",
    "log10": "write log(x)/log(10)",
    "square": "write x^2",
    "pow": "write x^n",
    "huber": "write {x^2/2 if |x| <= delta, delta (|x| - delta/2) otherwise}",
    "elu": "write {x if x > 0, alpha (exp(x) - 1) otherwise}",
    "leaky_relu": "write max(x, alpha x)",
    "Phi": "the distribution of a standard normal is (1 + erf(x/sqrt(2)))/2",
    "erfc": "write 1 - erf(x)",
    "sech": "write 1/cosh(x)",
    "LambertW": "write the loss in w itself, with w exp(w) for what it is taken of",
    "erfi": "its values cannot be bounded here",
    **dict.fromkeys(("re", "im", "conjugate", "arg"), "numbers are real here; leave it out"),
    "ceiling": "it has no derivative that says anything",
    "Mod": "it has no derivative that says anything",
    "floor": "it has no derivative that says anything",
    "round": "it has no derivative that says anything",
}  # fmt: skip
"""What to write in place of a function, by its name."""


def unknown_function(name: str) -> str:
    """The sentence for a function that the engine does not know."""
    if name in _WRITTEN:
        return f"{name!r} is not a function that is known: {_WRITTEN[name]}"
    near = get_close_matches(name, FUNCTIONS, 1, 0.7)
    meant = f" (did you mean {near[0]}?)" if near else ""
    return (
        f"{name!r} is not a function that is known{meant}; known are {known_functions()}. Write it out in these, or "
        "define it after 'where'. A new function needs a node in symderiv/terms and its derivative in "
        "symderiv/proving/rules"
    )


def undefined_name(name: str, letters: str) -> str:
    """The sentence for a name of several letters that nothing defines; `letters` is the name without numerals."""
    if is_written_otherwise(name):
        return unknown_function(name)
    spaced = f"; a product is written with spaces, {' '.join(letters)}" if len(letters) <= 3 else ""
    return (
        f"{name!r} is not defined: define it after 'where', as in {name} = ..., declare it, as in {name} in R, or "
        f"assume something of it, as in {name} > 0{spaced}"
    )


def is_written_otherwise(name: str) -> bool:
    """Whether `name` is that of a function for which there is something to write instead."""
    return name in _WRITTEN


def known_functions() -> str:
    """The functions that may be written, in words."""
    return ", ".join(word for word, meaning in FUNCTIONS.items() if word == meaning and word != "frac")
