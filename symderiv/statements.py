"""Records of what is claimed, how it was derived and what the checker found: plain data.

These live below the checker, so that it can read a derivation without knowing the rules that made it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from symderiv.terms import (
    Array,
    Call,
    Derivative,
    Domain,
    Entry,
    Index,
    Parameter,
    Path,
    Place,
    Position,
    Term,
    each_subterm,
    rename,
    resize,
)

__all__ = [
    "VERDICTS", "Assumption", "Claim", "Condition", "Counterexample", "Definition", "Derivation", "Distinct", "Goal",
    "Hyperparameter", "Line", "Nonzero", "Positive", "Problem", "Relation", "Step", "Theorem", "Theory", "Verdict",
    "VerdictWord", "gradient_goals", "reachable", "sized", "unfold", "worst",
]  # fmt: skip

Relation: TypeAlias = Literal["=", ">"]


@dataclass(frozen=True, slots=True)
class Definition:
    """name_indices := body, for every value of the indices; `symbol` is the LaTeX of the name if it differs from it."""

    name: str
    indices: tuple[Index, ...]
    body: Term
    prose: str = ""
    symbol: str = ""

    def __call__(self, *places: Place) -> Call:
        """The entry of this quantity at `places`; ValueError if they do not fit."""
        if [p.domain.name for p in places] != [i.domain.name for i in self.indices]:
            raise ValueError(f"{self.name} takes indices over {[i.domain.name for i in self.indices]}")
        return Call(self.name, places)


@dataclass(frozen=True, slots=True)
class Assumption:
    """left = right for every value of the free indices: sum_k t_k = 1."""

    left: Term
    right: Term
    prose: str


@dataclass(frozen=True, slots=True)
class Distinct:
    """left != right, two indices of one domain."""

    left: Place
    right: Place


@dataclass(frozen=True, slots=True)
class Positive:
    """term > 0."""

    term: Term


@dataclass(frozen=True, slots=True)
class Nonzero:
    """term != 0."""

    term: Term


Condition: TypeAlias = Distinct | Positive | Nonzero


@dataclass(frozen=True, slots=True)
class Theory:
    """What a statement may use: definitions, assumptions, and the index pairs known to differ."""

    definitions: tuple[Definition, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    distinct: tuple[Distinct, ...] = ()

    def definition(self, name: str) -> Definition:
        """The definition called `name`; KeyError with a sentence if there is none."""
        for found in self.definitions:
            if found.name == name:
                return found
        raise KeyError(f"{name!r} is not defined here; defined are {', '.join(d.name for d in self.definitions)}")


def unfold(call: Call, theory: Theory) -> Term:
    """The body of the called definition at the called indices."""
    definition = theory.definition(call.name)
    return rename(definition.body, dict(zip(definition.indices, call.indices, strict=True)))


def reachable(term: Term, theory: Theory) -> Iterator[Term]:
    """Every subterm of `term` and of the definitions it refers to, each definition once and with its own indices."""
    waiting, seen = [term], set[str]()
    while waiting:
        for part in each_subterm(waiting.pop()):
            yield part
            for call in (part, part.wrt if isinstance(part, Derivative) else part):
                if isinstance(call, Call) and call.name not in seen:
                    seen.add(call.name)
                    waiting.append(theory.definition(call.name).body)


@dataclass(frozen=True, slots=True)
class Claim:
    """left = right, or left > right, for every value of the free indices and of the data."""

    left: Term
    relation: Relation
    right: Term


@dataclass(frozen=True, slots=True)
class Goal:
    """What to derive: start from `start` and reach the closed form, by the moves of `plan` (a name each, in order).

    `plan` empty means the general strategy for derivatives. `uses` names the assumptions (by position in the problem)
    that the theorem may use; `distinct` the index pairs that differ; `cites` the theorems it builds on, as
    "problem:goal". `target` is the closed form the author expects; the derivation must end there, up to nothing: a test
    compares them.
    """

    slug: str
    title: str
    start: Term
    plan: tuple[str, ...] = ()
    relation: Relation = "="
    uses: tuple[int, ...] = ()
    distinct: tuple[Distinct, ...] = ()
    cites: tuple[str, ...] = ()
    prose: str = ""
    target: Term | None = None


@dataclass(frozen=True, slots=True)
class Hyperparameter:
    """A scalar of a loss that its user chooses: `default` where there is a usual value; from `least` to `most`, None
    for no bound; `open` if the bounds themselves are not allowed."""

    parameter: Parameter
    prose: str
    default: Fraction | None = None
    least: Fraction | None = None
    most: Fraction | None = None
    open: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """A catalogue entry: its data, definitions, assumptions and what is to be derived from them."""

    name: str
    title: str
    family: Literal["activation", "loss", "layer"]
    prose: tuple[str, ...]
    arrays: tuple[Array, ...]
    definitions: tuple[Definition, ...]
    assumptions: tuple[Assumption, ...]
    goals: tuple[Goal, ...]
    headline: str
    """The slug of the goal that a reader comes for."""
    kernels: tuple[tuple[str, str], ...] = ()
    """What the compiled functions compute: role (value, gradient, jacobian, jvp, vjp, hessian, hvp) and the goal it is
    lowered from, then the goals that license a stable rewrite, as ("rewrite", "problem:goal")."""
    builds_on: tuple[Problem, ...] = ()
    """The problems whose theorems its goals cite."""
    sources: tuple[str, ...] = ()
    """Where the definition comes from: paper or book, a citation each."""
    hyperparameters: tuple[Hyperparameter, ...] = ()
    """The scalars in the definitions that a user chooses, in the order in which a function takes them."""


def gradient_goals(problem: Problem, loss: Term) -> dict[Array, Goal]:
    """The goals about the derivative of `loss` by a whole array, by array: of several goals the one that assumes least.

    A whole array stands for each of its entries, at indices that all differ by name.
    """
    found: dict[Array, Goal] = {}
    for goal in sorted(problem.goals, key=lambda goal: len(goal.uses)):
        match goal.start:
            case Derivative(body=body, wrt=Entry(array=array, indices=places)) if body == loss and not goal.distinct:
                if all(isinstance(place, Index) for place in places) and len(set(places)) == len(places):
                    found.setdefault(array, goal)
    return found


@dataclass(frozen=True, slots=True)
class Step:
    """One rule at one path: `after` is `before` with the subterm at `path` replaced.

    `args` holds every choice the rule made (index instantiations, names, lemma), so that replaying it reproduces
    `after`; `uses` the side conditions it relied on, `cites` the theorem it applied ("problem:goal").
    """

    before: Term
    after: Term
    rule: str
    path: Path
    reason: str
    args: tuple[tuple[str, str], ...] = ()
    uses: tuple[Condition, ...] = ()
    cites: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A displayed line `relation term`, reached from the line above by `steps`, arithmetic ones among them."""

    term: Term
    rule: str
    reason: str
    steps: tuple[Step, ...]
    relation: Relation = "="


@dataclass(frozen=True, slots=True)
class Derivation:
    """A chain of lines from `start`; the last line is the result."""

    problem: str
    goal: str
    title: str
    theory: Theory
    start: Term
    lines: tuple[Line, ...]
    cites: tuple[str, ...] = ()
    prose: str = ""

    @property
    def claim(self) -> Claim:
        """start = (or >) the last line."""
        relation: Relation = ">" if any(line.relation == ">" for line in self.lines) else "="
        return Claim(self.start, relation, self.lines[-1].term if self.lines else self.start)


VerdictWord: TypeAlias = Literal["proved", "exact", "numeric", "undecided", "undefined", "false"]
VERDICTS: Final[tuple[VerdictWord, ...]] = ("proved", "exact", "numeric", "undecided", "undefined", "false")
"""From the strongest to the worst."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Values at which a claim fails: domain sizes, index values, data, and both sides, all as text."""

    sizes: tuple[tuple[str, int], ...]
    indices: tuple[tuple[str, int], ...]
    data: tuple[tuple[str, str], ...]
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checker found, with its evidence in words, the conditions it could not discharge, and a counterexample.

    ``proved``: zero in deterministic exact arithmetic at every domain size the cutoff theorem asks for, for every
    pattern of equal indices, inside the fragment, signs discharged or listed, real gate passed. ``exact``: exact or
    modular zero at the tested sizes only, gate passed. ``numeric``: the algebra did not decide, gate passed.
    ``undecided``: no decision within the budget. ``false``: disjoint balls at an admissible point. ``undefined``: a
    side has no value there.
    """

    word: VerdictWord
    evidence: str
    conditions: tuple[Condition, ...] = ()
    counterexample: Counterexample | None = None


def worst(verdicts: tuple[Verdict, ...]) -> Verdict:
    """The weakest verdict, the first of equals; of no verdicts: undecided, because nothing was checked."""
    if not verdicts:
        return Verdict("undecided", "nothing was checked")
    return max(verdicts, key=lambda verdict: VERDICTS.index(verdict.word))


@dataclass(frozen=True, slots=True)
class Theorem:
    """A checked derivation. Only `symderiv.checking.checker` makes one.

    `steps` has a verdict for every step of every line, in order; `lines` one for every line; `direct` is the verdict on
    the claim itself, start against result, without the lines between. `digest` is the SHA-256 of the canonical record
    of claim, assumptions and steps.
    """

    derivation: Derivation
    claim: Claim
    conditions: tuple[Condition, ...]
    steps: tuple[tuple[Verdict, ...], ...]
    lines: tuple[Verdict, ...]
    direct: Verdict
    verdict: Verdict
    digest: str = field(compare=False)
    seed: int = field(default=0, compare=False)
    """What the points of the real gate were drawn from."""


def _sized_place(place: Place, sizes: dict[str, int]) -> Place:
    old = place.domain
    domain = Domain(old.name, old.symbol, sizes[old.name]) if old.name in sizes else old
    return Index(place.name, domain) if isinstance(place, Index) else Position(place.value, domain)


def sized(theory: Theory, sizes: dict[str, int]) -> Theory:
    """`theory` with the named domains given concrete sizes."""

    def index(old: Index) -> Index:
        new = _sized_place(old, sizes)
        assert isinstance(new, Index)
        return new

    return Theory(
        tuple(
            Definition(d.name, tuple(index(i) for i in d.indices), resize(d.body, sizes), d.prose, d.symbol)
            for d in theory.definitions
        ),
        tuple(Assumption(resize(a.left, sizes), resize(a.right, sizes), a.prose) for a in theory.assumptions),
        tuple(Distinct(_sized_place(d.left, sizes), _sized_place(d.right, sizes)) for d in theory.distinct),
    )
