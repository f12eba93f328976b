"""Which softmaxes a closed form has: of the logits as they stand, of z/tau, z + a or s (z - m), of other scores.

Every sum over the classes of one exponential that depends on the class makes a softmax, u_k its exponent. Where u_k is
more than a logit, e^{u_k} is written as y_k S before anything else is done: that is what y_k and S mean there.
"""

from __future__ import annotations

from dataclasses import replace

from symderiv.kernels.algebra import with_label
from symderiv.kernels.probability.quantities import Softmax
from symderiv.terms import (
    Array,
    Entry,
    Exp,
    Index,
    Sum,
    Term,
    alpha_key,
    children,
    rebuild,
    subterms,
)  # fmt: skip


def softmaxes_of(terms: tuple[Term, ...], logits: Array) -> tuple[Softmax, ...]:
    """The softmaxes of closed forms, the first that has `logits` in it in front and without a suffix."""
    found: dict[tuple[object, ...], Softmax] = {}
    for term in terms:
        for _, part in subterms(term):
            made = _softmax(part, logits)
            if made is not None:
                found.setdefault(alpha_key(Sum(made.index, Exp(made.exponent))), made)
    own = sorted(found.values(), key=lambda each: (each.array != logits, not each.plain))
    named: list[Softmax] = []
    for position, each in enumerate(own):
        if position:
            count = 1 + sum(other.array == each.array for other in named)
            each = replace(each, suffix=f" of {each.array.name}{f' {count}' if count > 1 else ''}")
        named.append(each)
    return tuple(named)


def _softmax(term: Term, logits: Array) -> Softmax | None:
    """The softmax that a sum of exponentials belongs to; None for any other term."""
    if not (isinstance(term, Sum) and isinstance(term.body, Exp) and term.index in term.body.free):
        return None
    exponent = term.body.argument
    entries = [part for _, part in subterms(exponent) if isinstance(part, Entry) and part.indices == (term.index,)]
    arrays = [entry.array for entry in entries]
    if not arrays or exponent.free != {term.index}:
        return None
    return Softmax(logits if logits in arrays else arrays[0], term.index, exponent)


def in_shares(term: Term, softmaxes: tuple[Softmax, ...]) -> Term:
    """`term` with y_k S for e^{u_k}, for every softmax of something else than logits as they stand."""
    others = tuple(each for each in softmaxes if not each.plain)
    return _in_shares(term, others) if others else term


def _in_shares(term: Term, softmaxes: tuple[Softmax, ...]) -> Term:
    for each in softmaxes:
        if isinstance(term, Sum) and term.body == Exp(each.at(term.index)):
            return each.total if term.skip is None else each.total * each.complement(term.skip)
        if isinstance(term, Exp):
            for place in term.free:
                if place.domain == each.index.domain and term.argument == each.at(place):
                    return each.probability(place) * each.total
    parts = children(term)
    return rebuild(term, tuple(_in_shares(part, softmaxes) for part in parts)) if parts else term


def labelled(each: Softmax, targets: str, label: Index) -> Softmax:
    """The softmax with one-hot targets: delta_{k,label} for t_k in its exponent."""
    return replace(each, exponent=with_label(each.exponent, targets, label))
