"""From a theorem's closed form to a form that keeps its digits: which theorems are applied, in which order, and to
what.

`top` is a fresh parameter: the rewritten term equals the closed form for every real value of it, and a kernel sets it
to the largest logit of the row. The checker confirms that equality, for every class count, each time a kernel is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from symderiv.checking import same
from symderiv.kernels.algebra import (
    arranged,
    cleaned,
    gathered,
    is_exponential_of_top,
    quotients_inside,
    quotients_outside,
    split_at,
)  # fmt: skip
from symderiv.kernels.formula import formula
from symderiv.kernels.rewriting import as_rewrite, rewrite_everywhere
from symderiv.statements import Distinct, Theorem, Theory
from symderiv.terms import Exp, Index, Parameter, Place, Sum, Term, children, rename

TOP: Final = Parameter("top")
"""The shift that a kernel sets to the largest logit of the row."""

REWRITES: Final[dict[str, str]] = {
    "log-softmax:closed-form": "the logarithm of a softmax is taken before the division, not after",
    "softmax:complement": "1 - y is the sum of the other classes: no digit is lost when y is near 1",
    "softmax:shift-invariance": "every logit is shifted by the largest one, so that no exponential overflows",
    "softmax:tempered-complement": "1 - p is the sum of the other classes: no digit is lost when p is near 1",
    "softmax:tempered-shift-invariance": "every logit is shifted by the largest one, so that no exponential overflows",
    "logsumexp:tempered-max-shift": "the largest logit comes out of the logarithm of the sum",
    "logsumexp:max-shift": "the largest logit comes out of the logarithm of the sum",
    "binary-cross-entropy:stable-form": "the larger of 0 and the logit comes out of the logarithm",
}
"""The theorems lowering may use to change a form, in the order they are tried, with what each is good for."""


class LoweringError(ValueError):
    """A closed form that cannot be turned into a kernel, with the reason as a sentence."""


@dataclass(frozen=True, slots=True)
class StableForm:
    """A term equal to the closed form for every `top`, and the theorems ("problem:goal") whose instances led to it."""

    term: Term
    cites: tuple[str, ...]


def stable_form(closed: Term, licences: Mapping[str, Theorem], distinct: tuple[tuple[Place, Place], ...] = (),
                label: Index | None = None) -> StableForm:  # fmt: skip
    """`closed` (no defined quantities left in it) in a form safe for floating point.

    `licences` maps "problem:goal" to the theorem; only those named in `REWRITES` are used. `distinct` lists index
    pairs known to differ here, `label` is the index of the one class that is 1 in a one-hot target. Raises
    LoweringError if an exponential is left that could overflow.
    """
    pairs = frozenset(distinct) | frozenset((right, left) for left, right in distinct)
    term = quotients_inside(cleaned(closed, pairs))
    cites: list[str] = []
    for name in REWRITES:
        if name not in licences:
            continue
        result = rewrite_everywhere(term, as_rewrite(licences[name], TOP))
        if result.fired:
            cites.append(name)
            term = quotients_inside(result.term)
    term = arranged(gathered(cleaned(quotients_outside(term), pairs)), TOP)
    if label is not None:
        term = split_at(term, label, lambda sum_: is_exponential_of_top(sum_.body, TOP))
    unsafe = _first_unsafe(term)
    if unsafe is not None:
        raise LoweringError(
            f"an exponential is left that may overflow: {formula(unsafe)}; "
            f"pass the theorems that shift it, of {', '.join(REWRITES)}"
        )
    _confirm(closed, term, distinct)
    return StableForm(term, tuple(cites))


def _confirm(closed: Term, stable: Term, distinct: tuple[tuple[Place, Place], ...]) -> None:
    """Have the checker prove closed = stable for every class count and every value of `top`; LoweringError if it
    cannot."""
    theory = Theory(distinct=tuple(Distinct(left, right) for left, right in distinct))
    verdict = same(closed, stable, theory, seed=1)
    if verdict.word != "proved":
        raise LoweringError(
            f"the checker found the stable form {formula(stable)} "
            f"of {formula(closed)} {verdict.word}: {verdict.evidence}"
        )


def _first_unsafe(term: Term) -> Term | None:
    if isinstance(term, Exp) and not is_exponential_of_top(term, TOP):
        return term
    return next((found for part in children(term) if (found := _first_unsafe(part)) is not None), None)


def diagonal(term: Term, index: Index, other: Place) -> Term:
    """`term` at index = other."""
    return rename(term, {index: other})


def is_shifted_sum(term: Term) -> bool:
    """Whether `term` is sum_k e^(x_k - top) or sum_k e^(b (x_k - top)), over all k."""
    return isinstance(term, Sum) and term.skip is None and is_exponential_of_top(term.body, TOP)
