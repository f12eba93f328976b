"""What the kernels with options take: weights of samples and classes, label smoothing, temperature, ignored labels.

A function may have option kernels beside its plain ones (`Function.option_kernels`), so that what nobody asks for
costs nothing. With T the temperature, s the weight of a row and a the smoothing they compute the loss

    s L(q, z/T),  q = t  (weighted),  q_k = w_k ((1 - a) t_k + a/C)  (smoothed),

where a label stands for its one-hot t, and the gradient of that in z. The names below are parameters of the kernels;
a caller fills them and knows nothing else. Class weights of labels without smoothing need no kernel of their own: the
row's weight is s w[label]. An ignored row is one of weight 0: its value and gradient are exactly 0, whatever it holds.
A mean is over the sum of the rows' weights, s w[label] for labels and s for dense targets.
"""

from __future__ import annotations

from typing import Final

ROW_WEIGHT: Final = "weight"
"""Input without axes: the weight s >= 0 of each row; 0 leaves the row out."""
CLASS_WEIGHTS: Final = "w"
"""Shared input with the class axis: the weight w_k >= 0 of each class, 1 where none are given. Smoothed kernels."""
CLASS_WEIGHTS_TOTAL: Final = "sum_w"
"""Scalar: sum_k w_k. Smoothed kernels of labels."""
INVERSE_TEMPERATURE: Final = "inverse_temperature"
"""Scalar: 1/T rounded to the dtype. It must be finite and not 0 there."""
INVERSE_TEMPERATURE_LOW: Final = "inverse_temperature_low"
"""Scalar: 1/T minus the rounded one, rounded to the dtype; 0 for T = 1."""
KEPT: Final = "kept"
"""Scalar: 1 - a, rounded once to the dtype. Smoothed kernels."""
SPREAD: Final = "spread"
"""Scalar: a/C, rounded once to the dtype. Smoothed kernels."""
SCALE: Final = "scale"
"""Scalar: what gradients are multiplied by, 1 or 1 / (sum of the rows' weights), as in the plain kernels."""
