"""`CATALOGUE`: the losses, activations and layers whose theorems are derived here, one problem a file."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

from symderiv.losses import (
    additive_margin,
    attention,
    binary_cross_entropy,
    binary_focal,
    brier,
    clip,
    confidence_penalty,
    cross_entropy,
    distillation,
    dpo,
    entropy,
    focal,
    focal_balanced,
    gamma_deviance,
    gaussian,
    gaussian_mixture,
    gelu,
    generalized_cross_entropy,
    hinge,
    huber,
    info_nce,
    jensen_shannon,
    kl_divergence,
    label_smoothing,
    layer_norm,
    linear_cross_entropy,
    linear_focal,
    listnet,
    log_cosh,
    log_softmax,
    logit_adjusted,
    logsumexp,
    multi_label,
    negative_binomial,
    ordinal,
    plackett_luce,
    poisson,
    policy_gradient,
    poly1,
    preference,
    quantile,
    reverse_kl,
    rms_norm,
    sigmoid,
    silu,
    softmax,
    softplus,
    squared_error,
    squared_hinge,
    tanh,
    weighted_binary_cross_entropy,
    weighted_cross_entropy,
    z_loss,
)
from symderiv.statements import Problem

FOUNDATIONS: Final[tuple[Problem, ...]] = (
    softmax.PROBLEM,
    logsumexp.PROBLEM,
    log_softmax.PROBLEM,
    cross_entropy.PROBLEM,
    binary_cross_entropy.PROBLEM,
    linear_cross_entropy.PROBLEM,
)
"""What the other entries build on: quantities, lemmas and kernels with theorems of their own."""

FURTHER: Final[tuple[Problem, ...]] = (
    focal.PROBLEM,
    focal_balanced.PROBLEM,
    kl_divergence.PROBLEM,
    reverse_kl.PROBLEM,
    entropy.PROBLEM,
    confidence_penalty.PROBLEM,
    brier.PROBLEM,
    generalized_cross_entropy.PROBLEM,
    poly1.PROBLEM,
    z_loss.PROBLEM,
    jensen_shannon.PROBLEM,
    label_smoothing.PROBLEM,
    weighted_cross_entropy.PROBLEM,
    distillation.PROBLEM,
    logit_adjusted.PROBLEM,
    additive_margin.PROBLEM,
    policy_gradient.PROBLEM,
    info_nce.PROBLEM,
    clip.PROBLEM,
    preference.PROBLEM,
    dpo.PROBLEM,
    listnet.PROBLEM,
    plackett_luce.PROBLEM,
    softplus.PROBLEM,
    weighted_binary_cross_entropy.PROBLEM,
    multi_label.PROBLEM,
    binary_focal.PROBLEM,
    poisson.PROBLEM,
    gamma_deviance.PROBLEM,
    negative_binomial.PROBLEM,
    ordinal.PROBLEM,
    gaussian.PROBLEM,
    gaussian_mixture.PROBLEM,
    squared_error.PROBLEM,
    log_cosh.PROBLEM,
    hinge.PROBLEM,
    squared_hinge.PROBLEM,
    huber.PROBLEM,
    quantile.PROBLEM,
    silu.PROBLEM,
    gelu.PROBLEM,
    tanh.PROBLEM,
    sigmoid.PROBLEM,
    layer_norm.PROBLEM,
    rms_norm.PROBLEM,
    attention.PROBLEM,
    linear_focal.PROBLEM,
)
"""Losses, activations and layers whose theorems and kernels come from the general strategy and the general forms."""

CATALOGUE: Final[tuple[Problem, ...]] = (*FOUNDATIONS, *FURTHER)
"""Every entry."""


class UnknownLossError(KeyError):
    """No catalogue entry has this name; the message suggests the nearest."""

    def __str__(self) -> str:
        return str(self.args[0])


def find(name: str) -> Problem:
    """The catalogue entry called `name`; UnknownLossError, with the nearest name, if there is none."""
    for problem in CATALOGUE:
        if problem.name == name:
            return problem
    names = [problem.name for problem in CATALOGUE]
    near = get_close_matches(name, names, 1, 0.5)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(names)}."
    raise UnknownLossError(f"no loss called {name!r}. {hint}")


__all__ = ["CATALOGUE", "FOUNDATIONS", "FURTHER", "UnknownLossError", "find"]
