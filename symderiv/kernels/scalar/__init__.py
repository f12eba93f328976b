"""Kernels of losses and activations of one number an element, or of several, from their closed forms.

A closed form is taken apart at its switches (`branches`), read on each branch as a quotient of polynomials in the data
and in exponentials that are at most 1 (`reading`, `fractions`), some of which are products of others (`relations`), put
into a form that keeps its digits (`forms`), confirmed by the checker, and written as operations on numbers (`values`,
`exponents`, `linear`, `kernel`).
"""
