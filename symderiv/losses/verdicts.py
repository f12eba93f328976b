"""`VERDICTS`: the weakest verdict among the theorems of each entry, so that a list need not prove them anew.

The suite derives and checks every theorem and compares: this table cannot say more than the checker found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from symderiv.statements import VerdictWord

VERDICTS: Final[Mapping[str, VerdictWord]] = {
    "softmax": "proved",
    "logsumexp": "proved",
    "log-softmax": "proved",
    "cross-entropy": "proved",
    "binary-cross-entropy": "proved",
    "linear-cross-entropy": "proved",
    "focal": "proved",
    "focal-balanced": "proved",
    "kl-divergence": "proved",
    "reverse-kl": "proved",
    "entropy": "proved",
    "confidence-penalty": "proved",
    "brier": "proved",
    "generalized-cross-entropy": "proved",
    "poly-1": "proved",
    "z-loss": "proved",
    "jensen-shannon": "proved",
    "label-smoothing": "proved",
    "weighted-cross-entropy": "proved",
    "distillation": "proved",
    "logit-adjusted": "proved",
    "additive-margin": "proved",
    "policy-gradient": "proved",
    "info-nce": "proved",
    "clip": "proved",
    "preference": "proved",
    "dpo": "proved",
    "listnet": "proved",
    "plackett-luce": "proved",
    "softplus": "proved",
    "weighted-binary-cross-entropy": "proved",
    "multi-label": "proved",
    "binary-focal": "proved",
    "poisson": "proved",
    "gamma-deviance": "proved",
    "negative-binomial": "proved",
    "ordinal": "proved",
    "gaussian": "proved",
    "gaussian-mixture": "proved",
    "squared-error": "proved",
    "log-cosh": "proved",
    "hinge": "proved",
    "squared-hinge": "proved",
    "huber": "proved",
    "quantile": "proved",
    "silu": "proved",
    "gelu": "proved",
    "tanh": "proved",
    "sigmoid": "proved",
    "layer-norm": "proved",
    "rms-norm": "proved",
    "attention": "proved",
    "linear-focal": "proved",
}
