"""Kernels of losses that depend on the logits through softmax and log-sum-exp alone, from their closed forms.

A closed form is read as a polynomial in y, 1 - y, log y and sums (`reading`, `monomials`, `ordering`), brought into a
form that loses no digits (`quantities`, `factors`, `forms`), and written as the loops of a row (`rows`, `kernel`).
"""
