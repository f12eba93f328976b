"""Theorems used as rewrite rules: matching one side of a proved identity and replacing it by the other.

Lowering changes the numerical form of a closed form only through this module: a `Rewrite` is made from a theorem, and
every place it fires is an instance of that theorem. Matching is first order: free indices of the pattern stand for
any index of their domain, bound indices match by position, data arrays by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations

from symderiv.kernels.algebra import added, cleaned, negated, quotients_inside
from symderiv.statements import Theorem, Theory, unfold
from symderiv.terms import (
    Add,
    Call,
    Delta,
    Entry,
    Index,
    Number,
    Parameter,
    Place,
    Power,
    Product,
    Size,
    Sum,
    Term,
    children,
    rebuild,
    rename,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rewrite:
    """pattern -> replacement, an instance of the theorem `source` ("problem:goal")."""

    source: str
    pattern: Term
    replacement: Term


def unfolded(term: Term, theory: Theory) -> Term:
    """`term` with every defined quantity replaced by its body, down to the data."""
    if isinstance(term, Call):
        return unfolded(unfold(term, theory), theory)
    return rebuild(term, tuple(unfolded(part, theory) for part in children(term)))


def substitute(term: Term, change: Callable[[Term], Term | None]) -> Term:
    """`term` with `change` applied to every node, parts first; None leaves a node as it is."""
    parts = children(term)
    made = rebuild(term, tuple(substitute(part, change) for part in parts)) if parts else term
    new = change(made)
    return made if new is None else new


def reference(theorem: Theorem) -> str:
    """The name by which a theorem is cited: "problem:goal"."""
    return f"{theorem.derivation.problem}:{theorem.derivation.goal}"


def _parameters(term: Term) -> tuple[Parameter, ...]:
    found: list[Parameter] = [term] if isinstance(term, Parameter) else []
    for part in children(term):
        found.extend(parameter for parameter in _parameters(part) if parameter not in found)
    return tuple(found)


def as_rewrite(theorem: Theorem, top: Parameter | None = None) -> Rewrite:
    """The theorem's claim as a rewrite from its plain to its stable side.

    A theorem that holds for every shift (a parameter c in z + c, or m in z - m, on one side only) is instantiated at
    c = -top or m = top; the side without the shift is the pattern. Without a shift the left side is the pattern.
    """
    theory = theorem.derivation.theory
    left = quotients_inside(cleaned(unfolded(theorem.claim.left, theory)))
    right = quotients_inside(cleaned(unfolded(theorem.claim.right, theory)))
    here, there = _parameters(left), _parameters(right)
    shifts = tuple(parameter for parameter in (*here, *there) if (parameter in here) != (parameter in there))
    if top is None or not shifts:
        return Rewrite(reference(theorem), left, right)
    shift = shifts[0]
    plain, shifted = (left, right) if shift not in _parameters(left) else (right, left)
    value = negated(top) if _adds(shifted, shift) else top
    placed = substitute(shifted, lambda node: value if node == shift else None)
    return Rewrite(reference(theorem), plain, cleaned(placed))


def _adds(term: Term, shift: Parameter) -> bool:
    """Whether `shift` is added to an entry of data somewhere, as c in z + c (not subtracted, as m in z - m)."""
    if isinstance(term, Add) and shift in term.terms and any(isinstance(part, Entry) for part in term.terms):
        return True
    return any(_adds(part, shift) for part in children(term))


Binding = dict[Index, Place]


def _match_place(pattern: Place, subject: Place, bound: dict[Index, Place], binding: Binding) -> bool:
    if not isinstance(pattern, Index):
        return pattern == subject
    if pattern in bound:
        return bound[pattern] == subject
    if pattern.domain != subject.domain or subject in bound.values():
        return False
    return binding.setdefault(pattern, subject) == subject


def _match(pattern: Term, subject: Term, bound: dict[Index, Place], binding: Binding) -> bool:
    """Whether `subject` is an instance of `pattern`; extends `binding`, which is void after a failure."""
    if isinstance(pattern, Entry) and isinstance(subject, Entry):
        if pattern.array.name != subject.array.name:
            return False
        pairs = zip(pattern.indices, subject.indices, strict=True)
        return all(_match_place(p, s, bound, binding) for p, s in pairs)
    if type(pattern) is not type(subject):
        return False
    if isinstance(pattern, Number | Parameter | Size):
        return pattern == subject
    if isinstance(pattern, Delta) and isinstance(subject, Delta):
        return _match_place(pattern.left, subject.left, bound, binding) and _match_place(
            pattern.right, subject.right, bound, binding
        )
    if isinstance(pattern, Sum | Product) and isinstance(subject, Sum | Product):
        if pattern.index.domain != subject.index.domain or (pattern.skip is None) != (subject.skip is None):
            return False
        skips = pattern.skip is None or subject.skip is None or _match_place(pattern.skip, subject.skip, bound, binding)
        return skips and _match(pattern.body, subject.body, {**bound, pattern.index: subject.index}, binding)
    left, right = children(pattern), children(subject)
    return len(left) == len(right) and all(_match(p, s, bound, binding) for p, s in zip(left, right, strict=True))


def _instance(rewrite: Rewrite, binding: Binding) -> Term:
    return rename(rewrite.replacement, binding)


def _at_node(node: Term, rewrite: Rewrite) -> Term | None:
    """The replacement of `node`, or of some of its addends (perhaps negated), if the rewrite's pattern matches."""
    binding: Binding = {}
    if _match(rewrite.pattern, node, {}, binding):
        return _instance(rewrite, binding)
    if not (isinstance(node, Add) and isinstance(rewrite.pattern, Add)):
        return None
    wanted = rewrite.pattern.terms
    for chosen in permutations(range(len(node.terms)), len(wanted)):
        for sign in (1, -1):
            binding = {}
            parts = [node.terms[i] if sign > 0 else quotients_inside(negated(node.terms[i])) for i in chosen]
            if all(_match(p, s, {}, binding) for p, s in zip(wanted, parts, strict=True)):
                new = _instance(rewrite, binding)
                kept = [term for i, term in enumerate(node.terms) if i not in chosen]
                return added((*kept, new if sign > 0 else negated(new)))
    return None


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A rewritten term and whether the rewrite fired at all."""

    term: Term
    fired: bool


def rewrite_everywhere(term: Term, rewrite: Rewrite) -> Rewritten:
    """Apply `rewrite` at every place it matches, outermost first, never inside its own result.

    A power is left alone inside its exponent: exponents are small integers or parameters.
    """
    new = _at_node(term, rewrite)
    if new is not None:
        return Rewritten(new, True)
    if isinstance(term, Power):
        base = rewrite_everywhere(term.base, rewrite)
        return Rewritten(Power(base.term, term.exponent), base.fired)
    parts = [rewrite_everywhere(part, rewrite) for part in children(term)]
    if not any(part.fired for part in parts):
        return Rewritten(term, False)
    return Rewritten(rebuild(term, tuple(part.term for part in parts)), True)
