"""The error function of kernels over arrays. The part below the line is copied into the modules that use it."""

from __future__ import annotations

import numpy as np

from symderiv.kernels.compiling import inlined
from symderiv.kernels.simd.error_coefficients import ERROR_FAR

# ---- copied into generated modules from here


FAR = ERROR_FAR["float64"]


@inlined
def erfcx(x):  # type: ignore[no-untyped-def]
    """erfc(x) e^(x^2) for x >= 0."""
    if not x < np.inf:
        return 0.0 if x == np.inf else x
    t = (x - 3.75) / (x + 3.75)
    made = FAR[-1]
    for place in range(2, len(FAR) + 1):
        made = made * t + FAR[len(FAR) - place]
    return made / (1.0 + 2.0 * x)
