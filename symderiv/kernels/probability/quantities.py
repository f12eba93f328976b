"""The softmax in closed forms: y_k, 1 - y_k and S as atoms of monomials, and what they mean.

What the atoms mean is said by `spelled`, which the checker is given: y_k = x_k/(x_k + r_k) and 1 - y_k =
r_k/(x_k + r_k) for any positive x_k and r_k. An identity that holds for all of them holds for x_k = e^{z_k} and
r_k = sum_{m != k} e^{z_m}, which is softmax.
"""

from __future__ import annotations

from typing import Final

from symderiv.kernels.probability.monomials import (
    Polynomial,
    atom,
    atoms_of,
    constant,
    of_monomial,
    product_of_monomials,
    times,
)  # fmt: skip
from symderiv.terms import Array, Div, Domain, Entry, Exp, Index, Log, Parameter, Place, Sum, Term, children, rebuild

PROBABILITY: Final = "softmax"
"""The name of the array of y_k in a read term."""
COMPLEMENT: Final = "complement of softmax"
"""The name of the array of 1 - y_k in a read term."""
TOTAL: Final = Parameter("sum of exponentials", True)
"""S in a read term."""


def probability(place: Place) -> Entry:
    """y at `place`."""
    return Array(PROBABILITY, (place.domain,), positive=True)[place]


def complement(place: Place) -> Entry:
    """1 - y at `place`."""
    return Array(COMPLEMENT, (place.domain,), positive=True)[place]


def is_probability(term: Term) -> bool:
    """Whether `term` is y_k."""
    return isinstance(term, Entry) and term.array.name == PROBABILITY


def is_complement(term: Term) -> bool:
    """Whether `term` is 1 - y_k."""
    return isinstance(term, Entry) and term.array.name == COMPLEMENT


def sum_of_all(domain: Domain) -> Sum:
    """sum_k y_k, which is 1."""
    index = Index("k0", domain)
    return Sum(index, probability(index))


def is_sum_of_all(term: Term) -> bool:
    """Whether `term` is sum_k y_k."""
    return isinstance(term, Sum) and term.skip is None and term.body == probability(term.index)


def is_sum_of_exponentials(term: Term, logits: Array) -> bool:
    """Whether `term` is sum_k e^{z_k}, over all k or without one."""
    return isinstance(term, Sum) and term.body == Exp(Entry(logits, (term.index,)))


def with_complement(polynomial: Polynomial) -> Polynomial:
    """f - f y_k as f (1 - y_k), the complement an atom; anything else as it is."""
    if len(polynomial.addends) != 2:
        return polynomial
    (first, a), (second, b) = sorted(polynomial.addends, key=lambda addend: len(addend[0]))
    if a != -b:
        return polynomial
    for base in atoms_of(of_monomial(second)):
        if is_probability(base) and product_of_monomials(first, frozenset({(base, constant(1))})) == second:
            assert isinstance(base, Entry)
            return times(of_monomial(first, a), atom(complement(base.indices[0])))
    return polynomial


def spelled(term: Term, logits: Array | None = None) -> Term:
    """A read term, or a closed form in `logits`, in positive x_k, r_k and S: y_k = x_k/(x_k + r_k), 1 - y_k =
    r_k/(x_k + r_k), z_k = log(y_k S), and S for the sum of exponentials."""
    match term:
        case Entry(array=array, indices=(place,)) if array.name in (PROBABILITY, COMPLEMENT):
            return _share(place, array.name == PROBABILITY)
        case Entry(array=array, indices=(place,)) if array == logits:
            return Log(_share(place, True)) + Log(TOTAL)
        case Sum(skip=skip) if logits is not None and is_sum_of_exponentials(term, logits):
            return TOTAL if skip is None else TOTAL * _share(skip, False)
        case _:
            parts = children(term)
            return rebuild(term, tuple(spelled(part, logits) for part in parts)) if parts else term


def _share(place: Place, own: bool) -> Term:
    x = Array("x", (place.domain,), positive=True)[place]
    r = Array("r", (place.domain,), positive=True)[place]
    return Div(x if own else r, x + r)
