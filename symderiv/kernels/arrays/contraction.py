"""The order of nested sums of products: sum_l v_l sum_k p_ki p_kl as sum_k p_ki sum_l p_kl v_l, with fewer terms."""

from __future__ import annotations

from symderiv.kernels.arrays.products import added, multiplied
from symderiv.terms import Add, Entry, Index, Mul, Sum, Term


def contracted(term: Sum) -> Term:
    """A sum of products with a sum among the factors, in the other order where that has fewer indices at a time; a
    product of matrices, one of them less what is the same for all rows, as a product and a sum; the same sum
    otherwise."""
    if term.skip is not None or not isinstance(term.body, Mul):
        return term
    apart = _apart(term)
    if apart is not None:
        return apart
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


def _apart(term: Sum) -> Term | None:
    """sum_n w_n (K_nd - m_d) as sum_n w_n K_nd - m_d sum_n w_n, whose first sum is a product of matrices."""
    assert isinstance(term.body, Mul)
    factors = term.body.factors
    mixed = [each for each in factors if isinstance(each, Add) and term.index in each.free and each.free - {term.index}]
    others = tuple(each for each in factors if each not in mixed)
    known = frozenset[Index]().union(*(each.free for each in others))
    if len(mixed) != 1 or term.index not in known or not isinstance(mixed[0], Add):
        return None
    matrices = [each for each in mixed[0].terms if term.index in each.free]
    rest = [each for each in mixed[0].terms if term.index not in each.free]
    if len(matrices) != 1 or not isinstance(matrices[0], Entry) or not rest or not matrices[0].free - known:
        return None
    total = Sum(term.index, multiplied(others))
    less = multiplied((added(rest), total))
    return Add((Sum(term.index, multiplied((*others, matrices[0]))), less))


def _most_indices(term: Term) -> int:
    """The number of loops that the largest of the sums in a product of a sum is computed in."""
    assert isinstance(term, Sum)
    factors = term.body.factors if isinstance(term.body, Mul) else (term.body,)
    inner = [len(factor.body.free) for factor in factors if isinstance(factor, Sum)]
    return max((len(term.body.free), *inner))
