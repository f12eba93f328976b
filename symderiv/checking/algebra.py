"""What exact arithmetic says of an equation: at the sizes that decide it, in parts that decide it, or at a few sizes.

The claim itself is asked first. Only where neither theorem decides it is it taken apart (`splitting`, `sifting`,
`switching`): then every part is asked of the same two theorems, and the claim itself at the smallest sizes once more.
"""

from __future__ import annotations

from itertools import islice
from typing import Final, Literal, TypeAlias

from symderiv.checking.closed import in_numbers
from symderiv.checking.deciding import Evaluations, Ledger, Question, decide, order_of, zero
from symderiv.checking.evaluation import Exhausted, Unsupported
from symderiv.checking.normal import Outside
from symderiv.checking.patterns import named_members, needed, patterns, symbolic_domains
from symderiv.checking.sifting import sifted
from symderiv.checking.simplices import Simplex
from symderiv.checking.splitting import Equation, at_one_member, by_members, by_sizes, sizes_as_numbers
from symderiv.checking.switching import by_signs
from symderiv.checking.work import small_account_of
from symderiv.statements import Theory, reachable
from symderiv.terms import Domain, Index, Number, Sum, Term, each_subterm, is_piecewise

__all__ = ["MOST_PATTERNS", "Found", "algebra"]

MOST_PATTERNS: Final = 210
"""Patterns of equal indices; six free indices of one domain have 203."""
_SAMPLE: Final = 6
"""Sizes tried where the cutoff theorem does not apply."""
_SAMPLE_OF_SIGNS: Final = 3
"""The same where formulas change with signs, whose combinations multiply with every member."""
_SMALLEST: Final = 3
"""Sizes at which a claim is tested that was shown by its parts."""
_OVER_BUDGET: Final = "over budget: "
_MOST_SPLITS: Final = 2
"""Domains over which sums are compared member by member, one inside the other."""

Found: TypeAlias = tuple[Literal["proved", "exact", "numeric"], str, tuple[dict[str, int], dict[Index, int]] | None]
"""The best verdict that the algebra allows, how it was reached, and where it failed."""


def algebra(
    question: Question,
    domains: tuple[str, ...],
    cases: list[dict[Index, int]],
    named: dict[str, frozenset[int]],
) -> Found:
    """What exact arithmetic says of `question` for the index values `cases`, one for every pattern."""
    found = _decided(question, domains, cases, named)
    if not isinstance(found, str) and (found[0] == "proved" or question.signed or not _has_fractions(question)):
        return found
    ways = (_by_signs,) if question.signed else (_by_parts, _closed) if isinstance(found, str) else (_closed,)
    for way in ways:
        how = way(question, domains, cases, named)
        if how is not None:
            return "proved", how, None
    if not isinstance(found, str):
        return found
    return _sampled(question, domains, cases, named, found)


def _decided(
    question: Question,
    domains: tuple[str, ...],
    cases: list[dict[Index, int]],
    named: dict[str, frozenset[int]],
) -> Found | str:
    """What the algebra says by one of the two theorems, or the reason why neither decides.

    Where numbers other than whole ones stand in a claim, what neither showed is asked again, with powers of roots of
    sums that are these sums.
    """
    found = _decided_by(question, domains, cases, named, by_totals=False)
    if isinstance(found, str):
        again = _decided_by(question, domains, cases, named, by_totals=True)
        found = again if not isinstance(again, str) or again.startswith(_OVER_BUDGET) else found
    proved = not isinstance(found, str) and found[0] == "proved"
    if proved or not _has_fractions(question):
        return found
    by_roots = _decided_by(question, domains, cases, named, by_totals=len(domains) < 2, roots=True)
    return by_roots if not isinstance(by_roots, str) and by_roots[0] == "proved" else found


def _decided_by(
    question: Question,
    domains: tuple[str, ...],
    cases: list[dict[Index, int]],
    named: dict[str, frozenset[int]],
    *,
    by_totals: bool,
    roots: bool = False,
) -> Found | str:
    """The same in one way."""
    question.again(by_totals=by_totals, roots=roots)
    ledger = Ledger()
    try:
        order = order_of(question, domains)
        for env in cases:
            cell = decide(question, order, {}, env, needed(env, named), ledger)
            if cell == "nonzero":
                return "numeric", "nonzero in independent atoms", ledger.refuted
            if cell == "undefined":
                return "numeric", "undefined at every size tried", None
    except Outside as error:
        return f"outside the fragment of the cutoff theorem: {error}"
    except Exhausted as error:
        return f"{_OVER_BUDGET}{error}"
    except Unsupported as error:
        return "numeric", f"no exact arithmetic for it: {error}", None
    return "proved", _tested(ledger, domains), None


def _has_fractions(question: Question) -> bool:
    """Whether a number that is not whole stands in the claim, as in an exponent of a root."""
    parts = (part for side in (question.left, question.right) for part in reachable(side, question.theory))
    return any(isinstance(part, Number) and part.value.denominator > 1 for part in parts)


def _tested(ledger: Ledger, domains: tuple[str, ...]) -> str:
    if not domains:
        return "exact zero"
    parts = []
    for domain in sorted(domains):
        text = f"{domain} {ledger.first[domain]}..{ledger.last[domain]}"
        lost = sorted(ledger.excluded.get(domain, ()))
        parts.append(f"{text} (no value at {', '.join(map(str, lost))})" if lost else text)
    how = " of functions of totals" if ledger.by_totals else ""
    return f"exact zero at {', '.join(parts)}, which decides every size{how}"


def _closed(
    question: Question,
    domains: tuple[str, ...],
    cases: list[dict[Index, int]],
    named: dict[str, frozenset[int]],
) -> str | None:
    """How the claim follows with numbers in place of its sums, or None if that was not shown."""
    if not any(_holds_in_numbers(question, cases, divisors=divisors) for divisors in (False, True)):
        return None
    # Residues know nothing of roots; of a claim with roots there is the real gate.
    if not _has_fractions(question) and not _holds_at_the_smallest(question, domains, cases, named, modular=True):
        return None
    return "exact zero whatever number each sum is"


def _holds_in_numbers(question: Question, cases: list[dict[Index, int]], *, divisors: bool) -> bool:
    """Whether both sides are equal for all numbers in place of their sums, and of their `divisors`."""
    plain = Theory((), (), ())
    try:
        for env in cases:
            left, right, positive = in_numbers(
                question.left, question.right, env, question.theory, question.simplices, question.normaliser,
                divisors=divisors,
            )  # fmt: skip
            account = small_account_of(question.account.whole)
            asked = Question(left, right, plain, (), question.seed, Evaluations(plain, positive), account)
            found = _decided_by(asked, (), [{}], {}, by_totals=False)
            if isinstance(found, str) or found[0] != "proved":
                return False
    except Outside:
        return False
    return True


def _by_parts(
    question: Question,
    domains: tuple[str, ...],
    cases: list[dict[Index, int]],
    named: dict[str, frozenset[int]],
) -> str | None:
    """How the claim follows from its parts, or None if that was not shown."""
    try:
        parts = by_sizes(question.left, question.right, question.theory)
        whole = (sifted(question.left, question.theory), sifted(question.right, question.theory))
    except Outside:
        return None
    shown = _all_shown(parts, question) or _all_shown((whole,) if whole not in parts else (), question)
    if not shown:
        return None
    if not _holds_at_the_smallest(question, domains, cases, named):
        return None
    many = f", in {len(parts)} parts" if len(parts) > 1 else ""
    return f"sums sifted{many}: {'; '.join(dict.fromkeys(shown))}"


def _all_shown(parts: tuple[Equation, ...], question: Question) -> tuple[str, ...]:
    """How each of `parts` is shown; none if one of them is not."""
    made: list[str] = []
    for part in parts:
        how = _shown(part, question.simplices, question, _MOST_SPLITS)
        if how is None:
            return ()
        made.append(how)
    return tuple(made)


def _by_signs(
    question: Question,
    domains: tuple[str, ...],
    cases: list[dict[Index, int]],
    named: dict[str, frozenset[int]],
) -> str | None:
    """How the claim follows from what it says for every sign of a sum, or None if that was not shown."""
    try:
        equations = by_signs(question.left, question.right, question.theory, question.simplices)
    except Outside:
        return None
    plain = Theory((), question.theory.assumptions, question.theory.distinct)
    shown: dict[str, None] = {}
    for left, right in equations:
        how = _shown((left, right), question.simplices, question, _MOST_SPLITS)
        if how is None and not any(is_piecewise(side) for side in (left, right)):
            asked = Question(
                left, right, plain, question.simplices, question.seed, Evaluations(plain), question.account
            )
            how = _by_parts(asked, domains, cases, named) or _closed(asked, domains, cases, named)
        if how is None:
            return None
        shown[how] = None
    return f"for every sign of a sum, {len(equations)} cases: {'; '.join(shown)}"


def _shown(equation: Equation, simplices: tuple[Simplex, ...], question: Question, splits: int) -> str | None:
    """How `equation` is shown, whole or member by member; None if it is not."""
    if equation[0] == equation[1]:
        return "both sides are one term"
    distinct = question.theory.distinct
    places = [place for pair in distinct for place in (pair.left, pair.right)]
    kept = frozenset(place.domain.name for place in places)
    left, right, simplices = at_one_member(*equation, simplices, kept)
    left, right = sizes_as_numbers(left, right, kept)
    theory = Theory((), (), distinct)
    named = named_members((left, right), distinct)
    indices = tuple(sorted(left.free | right.free, key=lambda index: (index.domain.name, index.name)))
    domains = symbolic_domains((left, right))
    cases = list(islice(patterns(indices, named, distinct), MOST_PATTERNS + 1))
    if not 0 < len(cases) <= MOST_PATTERNS:
        return None
    asked = Question(left, right, theory, simplices, question.seed, Evaluations(theory), question.account)
    found = _decided(asked, domains, cases, named)
    if not isinstance(found, str):
        return found[1] if found[0] == "proved" else None
    taken = frozenset(place.name for place in places if isinstance(place, Index))
    for domain in _summed_over(left, right) if splits else ():
        equations = by_members(left, right, domain, taken)
        shown = [_shown(each, simplices, question, splits - 1) for each in equations]
        if shown and None not in shown:
            return f"for every one of the {domain.name}: {'; '.join(dict.fromkeys(how for how in shown if how))}"
    return None


def _summed_over(left: Term, right: Term) -> tuple[Domain, ...]:
    """The domains of the sums in both sides, in reading order."""
    sums = (part for side in (left, right) for part in each_subterm(side) if isinstance(part, Sum))
    return tuple(dict.fromkeys(part.index.domain for part in sums))


def _holds_at_the_smallest(
    question: Question,
    domains: tuple[str, ...],
    cases: list[dict[Index, int]],
    named: dict[str, frozenset[int]],
    *,
    modular: bool = False,
) -> bool:
    """Whether the claim itself, not taken apart, is zero at the smallest sizes at which it has a value: exactly, or
    modulo a prime."""
    question.again(modular=modular)
    found: set[str] = set()
    try:
        for env in cases:
            least = needed(env, named)
            found.update(zero(question, grid, env) for grid in _grids(domains, least, _SMALLEST))
    except (Exhausted, Unsupported, Outside):
        return False
    return "zero" in found and "nonzero" not in found


def _grids(domains: tuple[str, ...], least: dict[str, int], count: int) -> list[dict[str, int]]:
    """`count` sizes from the least ones on, equal steps in all domains; and where there are several, different steps:
    the sizes of two domains may be exchanged."""
    even = [{domain: least.get(domain, 1) + extra for domain in domains} for extra in range(count)]
    if len(domains) < 2:
        return even
    return [*even, {domain: least.get(domain, 1) + 1 + place for place, domain in enumerate(domains)}]


def _sampled(
    question: Question,
    domains: tuple[str, ...],
    cases: list[dict[Index, int]],
    named: dict[str, frozenset[int]],
    reason: str,
) -> Found:
    """Where no cutoff applies: a few sizes, first in exact arithmetic, then modulo a prime."""
    sizes: set[int] = set()
    for modular in (False,) if question.signed else (False, True):  # Residues have no sign.
        question.again(modular=modular)
        sizes.clear()
        try:
            for env in cases:
                least = needed(env, named)
                for grid in _grids(domains, least, _SAMPLE_OF_SIGNS if question.signed else _SAMPLE):
                    cell = zero(question, grid, env)
                    if cell == "nonzero":
                        return "numeric", f"nonzero in independent atoms; {reason}", (grid, env)
                    if cell == "zero":
                        sizes.update(grid.values())
        except Exhausted:
            continue
        except (Unsupported, Outside) as error:
            return "numeric", f"no exact arithmetic for it: {error}", None
        if not sizes:
            return "numeric", f"undefined at every size tried; {reason}", None
        kind = "residues modulo 2^61 - 1" if modular else "exact"
        return "exact", f"{kind} zero tested at sizes {min(sizes)}..{max(sizes)} only; {reason}", None
    return "numeric", reason, None
