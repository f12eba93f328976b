"""Moves that several problems share: softmax along the rows of a matrix, and cross-entropy with it."""

from __future__ import annotations

from typing import Final

__all__ = ["BETA_FIRST", "MULTIPLY_OUT", "QUOTIENT_OF_EXPONENTIALS", "cross_entropy_by"]

QUOTIENT_OF_EXPONENTIALS: Final = (
    "differentiate-definition",
    "quotient-rule",
    "linearity-over-sum",
    "derivative-of-exp",
    "constant-factor",
    "coordinate",
    "sift",
    "split-fraction",
    "cancel",
)
"""The derivative of e^u / sum e^u, up to naming the quotients again."""
BETA_FIRST: Final = "regroup order=1.2.0.3 : the temperature and the delta go first"
"""p beta delta (...) in the order beta delta p (...)."""


MULTIPLY_OUT: Final = "expand style=whole form=none"
"""Brackets are multiplied out, but for those that definitions hold."""


def cross_entropy_by(cite: str, *, assumption: bool) -> tuple[str, ...]:
    """The moves from the derivative of - sum t log p to a difference of p and t, by the Jacobian of p.

    With `assumption` the targets' sum is 1.
    """
    return (
        "linearity-over-sum",
        "constant-factor",
        "chain-rule",
        f"lemma cite={cite}",
        "cancel",
        "expand-bound-delta",
        "linearity-of-sum",
        "sift",
        "constant-out",
        *(("assumption",) if assumption else ()),
        "expand-sign form=positive-first",
        "factor",
    )
