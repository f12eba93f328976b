"""The options of cross-entropy as theorems: temperature, weights of samples and classes, smoothed targets."""

from __future__ import annotations

from typing import Final

from symderiv.losses.notation import (
    S_tempered,
    beta,
    i,
    j,
    k,
    kappa,
    l,
    lse_tempered,
    omega,
    p,
    rho,
    t,
    v,
    w,
    z,
)
from symderiv.statements import Definition, Goal
from symderiv.terms import Derivative, delta, log, total

L_tempered: Final = Definition(
    "L(beta*z)",
    (),
    -total(k, t[k] * log(p(k))),
    "the cross-entropy at an inverse temperature",
    r"L(\beta z)",
)
q: Final = Definition("q", (k,), (kappa * t[k] + rho) * w[k], "smoothed targets, weighted by class")
L_smoothed: Final = Definition(
    "L_q",
    (),
    -total(k, q(k) * log(p(k))),
    "their cross-entropy",
)
H: Final = Definition(
    "H",
    (l,),
    -total(k, (kappa * delta(k, l) + rho) * w[k] * log(p(k))),
    "that of the label l in place of t",
)

DEFINITIONS: Final = (S_tempered, p, lse_tempered, L_tempered, q, L_smoothed, H)
"""What these theorems define beyond the plain loss."""

_JACOBIAN: Final = "lemma cite=softmax:tempered-jacobian"
_GRADIENT: Final = Derivative(L_tempered(), z[i])
_HESSIAN: Final = Derivative(_GRADIENT, z[j])
_OF_SMOOTHED: Final = Derivative(Derivative(L_smoothed(), z[i]), z[j])
_OF_LABEL: Final = Derivative(Derivative(H(l), z[i]), z[j])
_ALONG: Final = ("constant-out", "expand-delta", "linearity-of-sum", "sift")
_SMOOTHED: Final = "reads=t:q,L(beta*z):L_q"

GOALS: Final = (
    Goal(
        "tempered-logits-form",
        "cross-entropy at a temperature in terms of the logits",
        L_tempered(),
        (
            "definition name=L(beta*z)",
            "definition name=p",
            "log-of-quotient",
            "log-of-exp",
            "fold name=lse(beta*z)",
            "distribute",
            "linearity-of-sum",
            "constant-out",
            "expand-sign",
        ),
        prose="From here on $\\beta$ is the inverse of a temperature, 1/T. The plain loss has $\\beta = 1$.",
        target=lse_tempered() * total(k, t[k]) - beta * total(k, t[k] * z[k]),
    ),
    Goal(
        "tempered-gradient",
        "gradient of cross-entropy at a temperature in the logits",
        _GRADIENT,
        (
            "linearity-over-sum",
            "constant-factor",
            "chain-rule",
            _JACOBIAN,
            "cancel",
            "expand-delta",
            "linearity-of-sum",
            "sift",
            "constant-out",
            "expand-sign",
            "factor",
        ),
        cites=("softmax:tempered-jacobian",),
        target=beta * (p(i) * total(k, t[k]) - t[i]),
    ),
    Goal(
        "tempered-hessian",
        "Hessian of cross-entropy at a temperature in the logits",
        _HESSIAN,
        (
            "lemma cite=cross-entropy:tempered-gradient",
            "constant-factor",
            "sum-rule",
            "constant",
            "constant-factor",
            _JACOBIAN,
            "merge-powers",
        ),
        cites=("cross-entropy:tempered-gradient", "softmax:tempered-jacobian"),
        target=beta**2 * total(k, t[k]) * p(i) * (delta(i, j) - p(j)),
    ),
    Goal(
        "tempered-hvp",
        "product of the Hessian of cross-entropy at a temperature with a direction",
        total(j, _HESSIAN * v[j]),
        ("lemma cite=cross-entropy:tempered-hessian", *_ALONG),
        cites=("cross-entropy:tempered-hessian",),
        target=beta**2 * total(k, t[k]) * p(i) * (v[i] - total(j, p(j) * v[j])),
    ),
    Goal(
        "weighted-gradient",
        "gradient of the cross-entropy of a weighted sample in the logits",
        Derivative(omega * L_tempered(), z[i]),
        ("constant-factor", "lemma cite=cross-entropy:tempered-gradient"),
        cites=("cross-entropy:tempered-gradient",),
        prose="The weight $\\omega$ of a sample multiplies its loss; for a label, the weight of its class is a factor"
        " of it. A sample of weight 0 is left out.",
        target=omega * beta * (p(i) * total(k, t[k]) - t[i]),
    ),
    Goal(
        "weighted-hessian",
        "Hessian of the cross-entropy of a weighted sample in the logits",
        Derivative(Derivative(omega * L_tempered(), z[i]), z[j]),
        ("constant-factor", "lemma cite=cross-entropy:tempered-hessian"),
        cites=("cross-entropy:tempered-hessian",),
        target=omega * beta**2 * total(k, t[k]) * p(i) * (delta(i, j) - p(j)),
    ),
    Goal(
        "smoothed-logits-form",
        "cross-entropy of smoothed and weighted targets in terms of the logits",
        L_smoothed(),
        (f"lemma cite=cross-entropy:tempered-logits-form {_SMOOTHED}",),
        cites=("cross-entropy:tempered-logits-form",),
        prose="Smoothing by a mixes the targets with the uniform ones: $\\kappa = 1 - a$ and $\\rho = a/C$; each class"
        " may have a weight besides.",
        target=lse_tempered() * total(k, q(k)) - beta * total(k, q(k) * z[k]),
    ),
    Goal(
        "smoothed-gradient",
        "gradient of the cross-entropy of smoothed and weighted targets in the logits",
        Derivative(L_smoothed(), z[i]),
        (f"lemma cite=cross-entropy:tempered-gradient {_SMOOTHED}",),
        cites=("cross-entropy:tempered-gradient",),
        target=beta * (p(i) * total(k, q(k)) - q(i)),
    ),
    Goal(
        "smoothed-hessian",
        "Hessian of the cross-entropy of smoothed and weighted targets in the logits",
        _OF_SMOOTHED,
        (f"lemma cite=cross-entropy:tempered-hessian {_SMOOTHED}",),
        cites=("cross-entropy:tempered-hessian",),
        target=beta**2 * total(k, q(k)) * p(i) * (delta(i, j) - p(j)),
    ),
    Goal(
        "smoothed-hvp",
        "product of the Hessian of the cross-entropy of smoothed and weighted targets with a direction",
        total(j, _OF_SMOOTHED * v[j]),
        (f"lemma cite=cross-entropy:tempered-hvp {_SMOOTHED}",),
        cites=("cross-entropy:tempered-hvp",),
        target=beta**2 * total(k, q(k)) * p(i) * (v[i] - total(j, p(j) * v[j])),
    ),
    Goal(
        "smoothed-label",
        "cross-entropy of a smoothed label as that of the label and that of uniform targets",
        H(l),
        ("definition name=H", "expand-delta", "linearity-of-sum", "sift", "constant-out"),
        target=-(kappa * w[l] * log(p(l)) + rho * total(k, w[k] * log(p(k)))),
    ),
    Goal(
        "smoothed-label-logits-form",
        "cross-entropy of a smoothed label in terms of the logits",
        H(l),
        (
            "lemma cite=cross-entropy:smoothed-label",
            "definition name=p",
            "log-of-quotient",
            "log-of-exp",
            "fold name=lse(beta*z)",
            "distribute under=1.1.1",
            "linearity-of-sum",
            "constant-out",
            "pull-sign under=1.0.2 + pull-sign under=1.1.1 form=plain : the signs go in front and cancel",
        ),
        cites=("cross-entropy:smoothed-label",),
        target=kappa * w[l] * (lse_tempered() - beta * z[l])
        + rho * (lse_tempered() * total(k, w[k]) - beta * total(k, w[k] * z[k])),
    ),
    Goal(
        "smoothed-label-gradient",
        "gradient of the cross-entropy of a smoothed label in the logits",
        Derivative(H(l), z[i]),
        (
            "lemma cite=cross-entropy:smoothed-label",
            "linearity",
            "constant-factor + linearity + constant-factor",
            "chain-rule",
            _JACOBIAN,
            "cancel",
            "constant-out",
            "factor",
            "expand-bound-delta",
            "linearity-of-sum",
            "sift",
            "constant-out",
            "pull-sign under=2.0.2 + pull-sign under=2.1.1 form=plain : the signs go in front and cancel",
        ),
        cites=("cross-entropy:smoothed-label", "softmax:tempered-jacobian"),
        target=beta * (kappa * w[l] * (p(i) - delta(i, l)) + rho * (p(i) * total(k, w[k]) - w[i])),
    ),
    Goal(
        "smoothed-label-hessian",
        "Hessian of the cross-entropy of a smoothed label in the logits",
        _OF_LABEL,
        (
            "lemma cite=cross-entropy:smoothed-label-gradient",
            "constant-factor",
            "linearity",
            "constant-factor",
            "sum-rule",
            "constant",
            "constant-factor",
            _JACOBIAN,
            "factor",
            "merge-powers + regroup order=0.3.1.2",
        ),
        cites=("cross-entropy:smoothed-label-gradient", "softmax:tempered-jacobian"),
        target=beta**2 * (kappa * w[l] + rho * total(k, w[k])) * p(i) * (delta(i, j) - p(j)),
    ),
    Goal(
        "smoothed-label-hvp",
        "product of the Hessian of the cross-entropy of a smoothed label with a direction",
        total(j, _OF_LABEL * v[j]),
        ("lemma cite=cross-entropy:smoothed-label-hessian", *_ALONG),
        cites=("cross-entropy:smoothed-label-hessian",),
        target=beta**2 * (kappa * w[l] + rho * total(k, w[k])) * p(i) * (v[i] - total(j, p(j) * v[j])),
    ),
)
"""The theorems, each for every class count."""

KERNELS: Final = (
    ("weighted-value", "tempered-logits-form"),
    ("weighted-gradient", "tempered-gradient"),
    ("weighted-hessian", "tempered-hessian"),
    ("weighted-hvp", "tempered-hvp"),
    ("smoothed-value", "smoothed-logits-form"),
    ("smoothed-gradient", "smoothed-gradient"),
    ("smoothed-hessian", "smoothed-hessian"),
    ("smoothed-hvp", "smoothed-hvp"),
    ("smoothed-label-value", "smoothed-label-logits-form"),
    ("smoothed-label-gradient", "smoothed-label-gradient"),
    ("smoothed-label-hessian", "smoothed-label-hessian"),
    ("smoothed-label-hvp", "smoothed-label-hvp"),
    ("sample-weight", "weighted-gradient"),
    ("sample-weight-second", "weighted-hessian"),
    ("tempered-jacobian", "softmax:tempered-jacobian"),
    ("tempered-jvp", "softmax:tempered-jvp"),
    ("tempered-vjp", "softmax:tempered-vjp"),
    ("rewrite", "logsumexp:tempered-max-shift"),
    ("rewrite", "softmax:tempered-shift-invariance"),
    ("rewrite", "softmax:tempered-complement"),
)
"""The rows of the problem's `kernels` for its option kernels."""
