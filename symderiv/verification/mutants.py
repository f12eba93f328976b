"""Small seeded damage to the steps of proofs, the checker's verdict on each, and an independent look at what survives.

A mutant is killed when the checker calls it false or undefined. One that the checker accepts must be equal all the
same, which rigorous balls confirm at 40 digits (`balls`); otherwise the checker has a defect.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from symderiv.checking import same
from symderiv.statements import Derivation, Step, Theory
from symderiv.terms import (
    Abs,
    Add,
    Call,
    Delta,
    Div,
    Entry,
    Max,
    Mul,
    Number,
    Path,
    Place,
    Position,
    Power,
    Product,
    Sign,
    Size,
    Sum,
    Term,
    alpha_key,
    at,
    delta,
    free_indices,
    number,
    put,
    scope,
    subterms,
)  # fmt: skip
from symderiv.terms import Step as StepFunction
from symderiv.verification.balls import compare

__all__ = ["KINDS", "Judgement", "Kind", "Mutant", "MutationScore", "judge", "mutants", "score", "together"]

Kind: TypeAlias = Literal[
    "flipped sign", "changed factor", "swapped index", "dropped delta", "dropped assumption", "dropped fact",
    "wrong power", "wrong range", "off-by-one count", "dropped factor", "wrong branch",
]  # fmt: skip
KINDS: Final[tuple[Kind, ...]] = (
    "flipped sign", "changed factor", "swapped index", "dropped delta", "dropped assumption", "dropped fact",
    "wrong power", "wrong range", "off-by-one count", "dropped factor", "wrong branch",
)  # fmt: skip

Outcome: TypeAlias = Literal["killed", "equal", "refused", "unclear", "missed", "defect"]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A damaged step: `before` = `after` is claimed in `theory`; `step` counts the steps of a proof from 0.

    The whole claim of a proof without one of its assumptions is a mutant too, with `step` -1.
    """

    proof: str
    step: int
    kind: Kind
    before: Term
    after: Term
    theory: Theory


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of a mutant: the checker's word, and of one it accepted what the reference says.

    "killed": false or undefined. "equal": accepted, and confirmed equal. "refused": undecided. "unclear": accepted, but
    the reference decides nothing. "missed": ``numeric``, which claims no more than that the sides agree at the sample
    points, and the reference finds them different at `where`. "defect": accepted as more, and different at `where`.
    """

    mutant: Mutant
    word: str
    outcome: Outcome
    where: str = ""


@dataclass(frozen=True, slots=True)
class MutationScore:
    """How many mutants of each kind were made, killed, or confirmed equal; the rest one by one."""

    seed: int
    total: int
    killed: int
    equal: int
    by_kind: tuple[tuple[str, int, int, int], ...]
    """(kind, made, killed, equal)."""
    others: tuple[Judgement, ...]
    defects: tuple[Judgement, ...]


def _places(term: Term) -> tuple[Place, ...]:
    match term:
        case Entry(indices=places) | Call(indices=places):
            return places
        case Delta(left=left, right=right):
            return (left, right)
        case _:
            return ()


def _with_place(term: Term, position: int, place: Place) -> Term:
    places = tuple(place if n == position else old for n, old in enumerate(_places(term)))
    match term:
        case Entry(array=array):
            return Entry(array, places)
        case Call(name=name):
            return Call(name, places)
        case _:
            return delta(places[0], places[1])


def _known(term: Term, path: Path) -> list[Place]:
    """The indices in scope at `path`, and the members of sized domains among them."""
    indices = {*free_indices(term), *(binder.index for binder in scope(term, path))}
    found: list[Place] = [*sorted(indices, key=lambda i: (i.domain.name, i.name))]
    positions = {p for _, part in subterms(term) for p in _places(part) if isinstance(p, Position)}
    return found + sorted(positions, key=lambda p: (p.domain.name, p.value))


def _damaged(term: Term, whole: Term, path: Path) -> Iterator[tuple[Kind, Term]]:
    """Every small damage to the node `term`, which stands at `path` of `whole`."""
    yield "flipped sign", -term
    yield "changed factor", 2 * term
    match term:
        case Number(value=value):
            yield "changed factor", Number(value + 1)
        case Power(base=base, exponent=Number(value=value)):
            yield "wrong power", Power(base, Number(value + 1))
            yield "wrong power", base
        case Size():
            yield "off-by-one count", term - 1
            yield "off-by-one count", term + 1
        case Delta():
            yield "dropped delta", number(0)
            yield "dropped delta", number(1)
        case Mul(factors=parts) if len(parts) > 1:
            for position, part in enumerate(parts):
                if part != Number(Fraction(-1)):
                    rest = parts[:position] + parts[position + 1 :]
                    yield "dropped factor", rest[0] if len(rest) == 1 else Mul(rest)
        case Div(numerator=above, denominator=below):
            yield "dropped factor", above
            yield "wrong power", Div(above, below**2)
        case Sum(index=index, body=body, skip=skip) | Product(index=index, body=body, skip=skip):
            for place in _known(whole, path):
                if place.domain == index.domain and place not in (index, skip):
                    yield "wrong range", type(term)(index, body, place)
            if skip is not None:
                yield "wrong range", type(term)(index, body)
        case Add(terms=parts) if len(parts) > 1:
            for position in range(len(parts)):
                flipped = tuple(-part if n == position else part for n, part in enumerate(parts))
                yield "flipped sign", Add(flipped)
        case Abs(argument=inner):
            yield "wrong branch", inner
        case Sign(argument=inner):
            yield "wrong branch", number(1)
            yield "wrong branch", StepFunction(inner)
        case StepFunction(argument=inner):
            yield "wrong branch", number(1)
            yield "wrong branch", 1 - term
            yield "wrong branch", StepFunction(-inner)
        case Max(terms=parts):
            for position in range(len(parts)):
                rest = parts[:position] + parts[position + 1 :]
                yield "wrong branch", rest[0] if len(rest) == 1 else Max(rest)
        case _:
            pass
    if isinstance(term, Entry | Call):
        yield "wrong power", term**2
    for position, old in enumerate(_places(term)):
        for place in _known(whole, path):
            if place != old and place.domain == old.domain:
                yield "swapped index", _with_place(term, position, place)


def _of_step(step: Step, theory: Theory) -> list[tuple[Kind, Term, Theory]]:
    """Every mutant of one step: damage to the part that the step wrote, and facts taken away."""
    found: list[tuple[Kind, Term, Theory]] = []
    seen = {alpha_key(step.after), alpha_key(step.before)}
    written = at(step.after, step.path)
    for inner, part in subterms(written):
        path = (*step.path, *inner)
        for kind, new in _damaged(part, step.after, path):
            after = put(step.after, path, new)
            key = alpha_key(after)
            if key not in seen:
                seen.add(key)
                found.append((kind, after, theory))
    for position in range(len(theory.distinct)):
        rest = theory.distinct[:position] + theory.distinct[position + 1 :]
        found.append(("dropped fact", step.after, Theory(theory.definitions, theory.assumptions, rest)))
    if "assum" in step.rule or "assum" in step.reason or "hypothesis" in step.rule:
        found += [("dropped assumption", step.after, without) for without in _without_assumptions(theory)]
    return found


def _without_assumptions(theory: Theory) -> list[Theory]:
    rows = theory.assumptions
    return [
        Theory(theory.definitions, rows[:position] + rows[position + 1 :], theory.distinct)
        for position in range(len(rows))
    ]


def mutants(derivation: Derivation, seed: int, *, each: int = 4) -> Iterator[Mutant]:
    """At most `each` mutants of every step, of different kinds where there are enough, and the claim less an
    assumption.

    The same for the same seed, whatever the hash seed of the process. Lines that state an inequality are left out.
    """
    name = f"{derivation.problem}:{derivation.goal}"
    number_ = -1
    for line in derivation.lines:
        for step in line.steps:
            number_ += 1
            if line.relation == "=":
                rng = random.Random(f"{seed}/{name}/{number_}")
                for kind, after, theory in _chosen(_of_step(step, derivation.theory), rng, each):
                    yield Mutant(name, number_, kind, step.before, after, theory)
    claim = derivation.claim
    if claim.relation == "=":
        for theory in _without_assumptions(derivation.theory):
            yield Mutant(name, -1, "dropped assumption", claim.left, claim.right, theory)


def _chosen(every: list[tuple[Kind, Term, Theory]], rng: random.Random, each: int) -> list[tuple[Kind, Term, Theory]]:
    """Kinds in turn, the rarer first, so that no kind crowds out another."""
    piles = {kind: [row for row in every if row[0] == kind] for kind in KINDS}
    order = sorted((kind for kind in KINDS if piles[kind]), key=lambda kind: len(piles[kind]))
    for kind in order:
        rng.shuffle(piles[kind])
    chosen: list[tuple[Kind, Term, Theory]] = []
    while len(chosen) < each and any(piles[kind] for kind in order):
        for kind in order:
            if piles[kind] and len(chosen) < each:
                chosen.append(piles[kind].pop())
    return chosen


def judge(mutant: Mutant, *, seed: int) -> Judgement:
    """The checker's verdict on a mutant and, where it is accepted, the independent comparison."""
    word = same(mutant.before, mutant.after, mutant.theory, seed=seed).word
    if word in ("false", "undefined"):
        return Judgement(mutant, word, "killed")
    found = compare(mutant.before, mutant.after, mutant.theory, seed=seed)
    if word == "undecided":
        return Judgement(mutant, word, "equal" if found.outcome == "equal" else "refused", found.where)
    match found.outcome:
        case "equal":
            return Judgement(mutant, word, "equal")
        case "different":
            return Judgement(mutant, word, "missed" if word == "numeric" else "defect", found.where)
        case _:
            return Judgement(mutant, word, "unclear", found.where)


def score(derivations: tuple[Derivation, ...], seed: int, *, each: int = 4) -> MutationScore:
    """All mutants of all derivations, judged."""
    judged = [judge(mutant, seed=seed) for one in derivations for mutant in mutants(one, seed, each=each)]
    rows = []
    for kind in KINDS:
        of_kind = [j for j in judged if j.mutant.kind == kind]
        killed = sum(j.outcome == "killed" for j in of_kind)
        rows.append((kind, len(of_kind), killed, sum(j.outcome == "equal" for j in of_kind)))
    return MutationScore(
        seed,
        len(judged),
        sum(j.outcome == "killed" for j in judged),
        sum(j.outcome == "equal" for j in judged),
        tuple(rows),
        tuple(j for j in judged if j.outcome in ("refused", "unclear", "missed")),
        tuple(j for j in judged if j.outcome == "defect"),
    )


def together(scores: Sequence[MutationScore]) -> MutationScore:
    """The scores of several sets of derivations, made with one seed, as one; ValueError of none."""
    if not scores:
        raise ValueError("there is no score to add up")
    by_kind = tuple(
        (kinds[0][0], sum(made for _, made, _, _ in kinds), sum(killed for _, _, killed, _ in kinds),
         sum(equal for _, _, _, equal in kinds))
        for kinds in zip(*(each.by_kind for each in scores), strict=True)
    )  # fmt: skip
    return MutationScore(
        scores[0].seed,
        sum(each.total for each in scores),
        sum(each.killed for each in scores),
        sum(each.equal for each in scores),
        by_kind,
        tuple(judgement for each in scores for judgement in each.others),
        tuple(judgement for each in scores for judgement in each.defects),
    )
