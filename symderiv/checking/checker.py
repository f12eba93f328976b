"""`check`: every step of a derivation judged on its own, without rules, lemmas or SymPy, and the theorem that results.

A theorem is about the points at which what it starts from has a value (`regions`), and lists what they are. It has the
conditions of its lines and of the direct check of its claim; but where the direct check shows the
claim also where an argument u is 0 at which a formula changes (`seams`), the lines alone need u != 0, not the theorem.

A line that alone of all could not be decided follows from the others and the direct check.

A step that rewrites a subterm is judged at that subterm: if old = new for all data and all values of the indices around
it, the whole is equal too. That inference is withheld where it would be wrong: inside a derivative with respect to a
defined quantity (sum_k y_k = 1 holds for softmax y, yet its derivative with respect to y_i is 1, not 0) or to data that
an assumption ties together (the same with sum_k t_k = 1), and where a bound name hides another.
"""

from __future__ import annotations

import secrets

from symderiv.checking.equality import positive, same
from symderiv.checking.kept import Kept
from symderiv.checking.normal import Normaliser
from symderiv.checking.reducing import without_repetitions
from symderiv.checking.regions import EVERYWHERE, Region, region_of
from symderiv.checking.seams import without_seams
from symderiv.checking.wellformed import Refused, require_well_formed
from symderiv.checking.work import OF_A_DERIVATION, Account
from symderiv.encoding import digest
from symderiv.statements import (
    Claim,
    Condition,
    Derivation,
    Distinct,
    Line,
    Step,
    Theorem,
    Theory,
    Verdict,
    worst,
)
from symderiv.terms import (
    Add,
    Call,
    Derivative,
    Entry,
    Index,
    Mul,
    Number,
    Path,
    Term,
    at,
    each_subterm,
    number,
    put,
    scope,
)

__all__ = ["Refused", "by_the_others", "check", "check_step", "connected", "difference"]


def check(derivation: Derivation, *, seed: int | None = None) -> Theorem:
    """The theorem that `derivation` establishes, with a verdict for every step, every line and the claim itself.

    A false step does not raise: its verdict says ``false`` and carries the counterexample. Refused if the lines do not
    form a chain from the start to the result, or are not well formed.
    """
    require_well_formed(derivation)
    seed = secrets.randbits(64) if seed is None else seed
    steps: list[tuple[Verdict, ...]] = []
    lines: list[Verdict] = []
    current = derivation.start
    kept = Kept()
    account = Account(OF_A_DERIVATION)
    region = region_of(derivation.start, derivation.theory, Normaliser(derivation.theory))
    for number_, line in enumerate(derivation.lines, start=1):
        where = f"{derivation.problem}:{derivation.goal}, line {number_}"
        found = _check_line(current, line, derivation.theory, seed, where, kept, region, account)
        steps.append(found)
        lines.append(worst(found))
        current = line.term
    claim = derivation.claim
    if claim.relation == ">":
        direct = positive(difference(claim.left, claim.right), derivation.theory, seed=seed)
    else:
        direct = _same(claim.left, claim.right, derivation.theory, seed, kept, region, account)
    if all(line.relation == "=" for line in derivation.lines):
        lines = by_the_others(lines, direct)
    listed: dict[Condition, None] = {}
    for verdict in (*(verdict for found in steps for verdict in found), direct):
        listed.update(dict.fromkeys(verdict.conditions))
    listed.update(dict.fromkeys(region.conditions))
    if claim.relation == "=":
        listed = dict.fromkeys(without_seams(tuple(listed), claim, direct, derivation.theory))
    return Theorem(
        derivation=derivation,
        claim=claim,
        conditions=(*derivation.theory.distinct, *without_repetitions(tuple(listed), _free(claim), derivation.theory)),
        steps=tuple(steps),
        lines=tuple(lines),
        direct=direct,
        verdict=worst((*lines, direct)),
        digest=digest(derivation),
        seed=seed,
    )


def by_the_others(lines: list[Verdict], direct: Verdict) -> list[Verdict]:
    """`lines` with the one that is not proved, if there is one alone, by the claim itself and the others.

    Let the lines be s = a_1 = ... = a_n, all but a_m = a_(m+1) proved, and s = a_n by the direct check. Then a_m = s
    and a_(m+1) = a_n, so a_m = s = a_n = a_(m+1), wherever the conditions hold that the theorem lists.
    """
    weak = [number for number, verdict in enumerate(lines) if verdict.word != "proved"]
    if direct.word != "proved" or len(weak) != 1 or lines[weak[0]].word not in ("exact", "numeric"):
        return lines
    (place,) = weak
    found = lines[place]
    how = (
        f"follows from the other lines and the claim itself, which are proved; by itself {found.word}: {found.evidence}"
    )
    return [*lines[:place], Verdict("proved", how, found.conditions), *lines[place + 1 :]]


def _free(claim: Claim) -> frozenset[Index]:
    return claim.left.free | claim.right.free


def _check_line(
    current: Term,
    line: Line,
    theory: Theory,
    seed: int,
    where: str,
    kept: Kept,
    region: Region,
    account: Account,
) -> tuple[Verdict, ...]:
    connected(current, line, where)
    if line.relation == ">":
        return (positive(difference(current, line.term), theory, seed=seed),)
    if not line.steps:
        return (_same(current, line.term, theory, seed, kept, region, account),)
    return tuple(_judge(step, theory, seed, kept, region, account) for step in line.steps)


def connected(current: Term, line: Line, where: str) -> None:
    """Refused unless the steps of `line` lead from `current` to its term, each changing its own subterm only."""
    if line.relation == ">":
        if any((step.before, step.after) != (current, line.term) for step in line.steps):
            raise Refused(f"{where} has a step that does not lead from the line above to its bound")
        return
    for count, step in enumerate(line.steps, start=1):
        if step.before != current:
            raise Refused(f"{where}, step {count} does not start where the one before it ended")
        _local_change(step, f"{where}, step {count}")
        current = step.after
    if line.steps and current != line.term:
        raise Refused(f"{where} does not show the result of its last step")


def _local_change(step: Step, where: str) -> None:
    try:
        if put(step.before, step.path, at(step.after, step.path)) != step.after:
            raise Refused(f"{where} changes more than the subterm at its path")
        at(step.before, step.path)
    except IndexError as error:
        raise Refused(f"{where}: {error}") from error


def check_step(step: Step, theory: Theory, *, seed: int | None = None, region: Region = EVERYWHERE) -> Verdict:
    """The verdict on one step alone, of a proof made on `region`; Refused if its path does not fit."""
    _local_change(step, f"rule {step.rule}")
    return _judge(
        step, theory, secrets.randbits(64) if seed is None else seed, Kept(), region, Account(OF_A_DERIVATION)
    )


def _judge(
    step: Step,
    theory: Theory,
    seed: int,
    kept: Kept,
    region: Region,
    account: Account,
) -> Verdict:
    path = _sound(step.before, step.path, theory)
    local = _local(step.before, path, theory)
    if local is None:
        return _same(step.before, step.after, theory, seed, kept, region, account)
    return _same(at(step.before, path), at(step.after, path), local, seed, kept, region, account)


def _same(
    left: Term,
    right: Term,
    theory: Theory,
    seed: int,
    kept: Kept,
    region: Region,
    account: Account,
) -> Verdict:
    """`same`, asked once for every pair in one derivation."""
    key = (left, right, theory)
    if key not in kept.verdicts:
        found = same(left, right, theory, seed=seed, region=region, account=account, kept=kept)
        kept.verdicts[key] = found
    return kept.verdicts[key]


def _sound(term: Term, path: Path, theory: Theory) -> Path:
    """The longest part of `path` outside every derivative in whose variables an equation may fail to be an identity.

    Those are defined quantities, and data that an assumption ties together.
    """
    tied = {
        part.array.name
        for assumption in theory.assumptions
        for side in (assumption.left, assumption.right)
        for part in each_subterm(side)
        if isinstance(part, Entry)
    }
    for depth, position in enumerate(path):
        if isinstance(term, Derivative) and (isinstance(term.wrt, Call) or term.wrt.array.name in tied):
            return path[:depth]
        term = at(term, (position,))
    return path


def _local(term: Term, path: Path, theory: Theory) -> Theory | None:
    """The theory inside the sums around `path`, or None if a bound name hides another there."""
    binders = scope(term, path)
    names = [binder.index for binder in binders]
    outer = term.free | {p for pair in theory.distinct for p in (pair.left, pair.right)}
    if len(set(names)) != len(names) or outer & set(names):
        return None
    facts = tuple(Distinct(binder.index, binder.skip) for binder in binders if binder.skip is not None)
    return Theory(theory.definitions, theory.assumptions, (*theory.distinct, *facts))


def difference(left: Term, right: Term) -> Term:
    """left - right, or left itself where right is 0."""
    if isinstance(right, Number) and right.value == 0:
        return left
    return Add((left, Mul((number(-1), right))))
