"""Cross-entropy of targets and softmax probabilities, and its gradient in the logits."""

from __future__ import annotations

from typing import Final

from symderiv.losses import softmax
from symderiv.losses.notation import SUM_OF_TARGETS, L, S, i, t, y, z
from symderiv.statements import Goal, Problem
from symderiv.terms import Derivative

PROBLEM: Final = Problem(
    name="cross-entropy",
    title="Cross-entropy",
    family="loss",
    prose=(),
    arrays=(z, t),
    definitions=(S, y, L),
    assumptions=(SUM_OF_TARGETS,),
    goals=(
        Goal(
            "gradient", "gradient of cross-entropy in the logits", Derivative(L(), z[i]),
            (
                "linearity-over-sum", "constant-factor", "chain-rule", "split-sum at=i",
                "lemma cite=softmax:jacobian-diagonal|softmax:jacobian-off-diagonal form=flat",
                "cancel-and-expand", "merge-sum", "constant-out", "assumption",
            ),
            uses=(0,), cites=("softmax:jacobian-diagonal", "softmax:jacobian-off-diagonal"), target=y(i) - t[i],
        ),
    ),
    headline="gradient",
    builds_on=(softmax.PROBLEM,),
)  # fmt: skip
