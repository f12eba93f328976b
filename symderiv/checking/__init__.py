"""The checker: rule-blind verdicts on statements, steps and derivations.

`checker` judges derivations, `equality` one statement; below them the exact arithmetic (`normal`, `evaluation`,
`arithmetic`), the sizes that decide (`cutoff`, `patterns`), the signs (`signs`) and the real gate (`reals`).
"""

from symderiv.checking.checker import Refused, check, check_step
from symderiv.checking.equality import positive, same
from symderiv.checking.examining import examine

__all__ = ["Refused", "check", "check_step", "examine", "positive", "same"]
