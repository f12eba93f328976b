"""The order of nested sums of products: sum_l v_l sum_k p_ki p_kl as sum_k p_ki sum_l p_kl v_l, with fewer terms."""

from __future__ import annotations

from symderiv.kernels.arrays.products import multiplied
from symderiv.terms import Mul, Sum, Term


def contracted(term: Sum) -> Sum:
    """A sum of products with a sum among the factors, in the other order where that has fewer indices at a time; the
    same sum otherwise."""
    if term.skip is not None or not isinstance(term.body, Mul):
        return term
    inner = [factor for factor in term.body.factors if isinstance(factor, Sum) and term.index in factor.free]
    if len(inner) != 1 or inner[0].skip is not None:
        return term
    summed, product = inner[0], inner[0].body
    if not isinstance(product, Mul):
        return term
    outside = [factor for factor in term.body.factors if factor is not summed]
    if any(summed.index in factor.free for factor in outside):
        return term
    along = [factor for factor in product.factors if term.index in factor.free]
    across = [factor for factor in product.factors if term.index not in factor.free]
    constant = [factor for factor in outside if term.index not in factor.free]
    moved = [factor for factor in outside if term.index in factor.free]
    new = Sum(term.index, multiplied((*moved, *along)))
    swapped = Sum(summed.index, multiplied((*constant, *across, new)))
    return swapped if _most_indices(swapped) < _most_indices(term) else term


def _most_indices(term: Term) -> int:
    """The number of loops that the largest of the sums in a product of a sum is computed in."""
    assert isinstance(term, Sum)
    factors = term.body.factors if isinstance(term.body, Mul) else (term.body,)
    inner = [len(factor.body.free) for factor in factors if isinstance(factor, Sum)]
    return max((len(term.body.free), *inner))
