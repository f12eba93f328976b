"""What a rule is: a named identity, applied at one node, that says which choices it made and what it relied on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from symderiv.statements import Claim, Condition, Distinct, Theory, unfold
from symderiv.terms import (
    Abs,
    Add,
    Binder,
    Call,
    Constant,
    Delta,
    Derivative,
    Div,
    Domain,
    Entry,
    Exp,
    Index,
    Log,
    Max,
    Mul,
    Number,
    Parameter,
    Place,
    Position,
    Power,
    Product,
    Sign,
    Size,
    Special,
    Step,
    Sum,
    Term,
    children,
    fresh,
    number,
    rebuild,
    rename,
)

Choices: TypeAlias = tuple[tuple[str, str], ...]
"""Named choices of a rule as text: an index, a name, a position."""


@dataclass(frozen=True, slots=True)
class Lemma:
    """A derived statement that a proof may cite; it holds under the definitions, assumptions and facts of `theory`."""

    name: str
    title: str
    claim: Claim
    theory: Theory


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What a rule made of a node, with every choice it made, the conditions it relied on and the theorem it cites."""

    new: Term
    args: Choices = ()
    uses: tuple[Condition, ...] = ()
    reason: str = ""
    cites: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may know besides its node.

    `binders` are the sums and products around the node, outermost first, and `variables` those of the derivatives
    around it; `choices` is what is already decided (by a plan, or by the step that is replayed), `free` the free
    indices of the whole term.
    """

    theory: Theory
    binders: tuple[Binder, ...] = ()
    lemmas: tuple[Lemma, ...] = ()
    choices: Choices = ()
    free: frozenset[Index] = frozenset()
    variables: tuple[Entry | Call, ...] = ()

    def choice(self, name: str) -> str:
        """The choice called `name`, or the empty text if it is open."""
        for key, value in self.choices:
            if key == name:
                return value
        return ""

    def within(self, binder: Sum | Product) -> Context:
        """The context one binder further in."""
        return replace(self, binders=(*self.binders, Binder(binder.index, binder.skip)))

    def differ(self, left: Place, right: Place) -> tuple[Condition, ...] | None:
        """The facts showing left != right: empty for two positions, None if nothing says so."""
        if isinstance(left, Position) and isinstance(right, Position):
            return () if left.value != right.value else None
        known = {left, right}
        for binder in reversed(self.binders):
            if binder.skip is not None and {binder.index, binder.skip} == known:
                return (Distinct(binder.index, binder.skip),)
            if binder.index in known:
                return None  # A bound index hides a free one of the same name, and with it every fact about that name.
        for fact in self.theory.distinct:
            if {fact.left, fact.right} == known:
                return (fact,)
        return None

    def names(self) -> frozenset[str]:
        """Index names that a new bound index at this node must not repeat."""
        return frozenset(i.name for i in self.free) | {binder.index.name for binder in self.binders}

    def constrains(self, quantities: Collection[str]) -> bool:
        """Whether a derivative around the node has one of the named arrays or definitions as its variable.

        An equation between them may not be used there: it holds on a surface, and the derivative leaves the surface.
        """
        names = {v.array.name if isinstance(v, Entry) else v.name for v in self.variables}
        return any(name in names for name in quantities)


@dataclass(frozen=True, slots=True)
class Rule:
    """A named identity: `statement` is its LaTeX, `conditions` what it needs, `because` the reason a step gives.

    `apply` looks at one node and returns the rewrite, or None where the rule does not apply; `heads` are the kinds of
    node it looks at.
    """

    slug: str
    title: str
    statement: str
    conditions: str
    because: str
    heads: tuple[type, ...]
    apply: Callable[[Term, Context], Rewrite | None]


ANY_NODE: Final[tuple[type, ...]] = (
    Number, Parameter, Constant, Size, Entry, Call, Delta, Add, Mul, Div, Power, Exp, Log, Special, Max, Abs,
    Sign, Step, Sum, Product, Derivative,
)  # fmt: skip
ZERO: Final = number(0)
ONE: Final = number(1)

LETTERS: Final = {"classes": "kljmpqrs", "features": "edfgh", "samples": "nmpqrs"}
"""Textbook letters for a bound index, by the noun of its domain."""


def new_index(domain: Domain, taken: frozenset[str] | set[str]) -> Index:
    """An index over `domain` whose name is not `taken`, with the domain's usual letters first."""
    for letter in LETTERS.get(domain.name, ""):
        if letter not in taken:
            return Index(letter, domain)
    return fresh(domain, taken)


def freshen(term: Term, taken: frozenset[str]) -> Term:
    """`term` with every bound index renamed whose name is `taken`; nested binders get distinct names."""
    if isinstance(term, Sum | Product):
        index, body = term.index, term.body
        if index.name in taken:
            inner = {i.name for i in body.free} | set(_bound_names(body))
            index = new_index(index.domain, taken | inner)
            body = rename(body, {term.index: index})
        return type(term)(index, freshen(body, taken | {index.name}), term.skip)
    return rebuild(term, tuple(freshen(part, taken) for part in children(term)))


def _bound_names(term: Term) -> tuple[str, ...]:
    own = (term.index.name,) if isinstance(term, Sum | Product) else ()
    return own + tuple(name for part in children(term) for name in _bound_names(part))


def place(text: str, domain: Domain) -> Place:
    """The index or the position that `text` names in `domain`."""
    return Position(int(text), domain) if text.isdigit() else Index(text, domain)


def spell(where: Place) -> str:
    """The text that `place` reads back."""
    return where.name if isinstance(where, Index) else str(where.value)


def factors(term: Term) -> tuple[Term, ...]:
    """The factors of a product; any other term is its own only factor."""
    return term.factors if isinstance(term, Mul) else (term,)


def terms_of(term: Term) -> tuple[Term, ...]:
    """The terms of a sum; any other term is its own only term."""
    return term.terms if isinstance(term, Add) else (term,)


def multiply(parts: Sequence[Term]) -> Term:
    """The product of `parts` without nesting; 1 if there are none."""
    flat = tuple(factor for part in parts for factor in factors(part))
    if not flat:
        return ONE
    return flat[0] if len(flat) == 1 else Mul(flat)


def add(parts: Sequence[Term]) -> Term:
    """The sum of `parts` without nesting; 0 if there are none."""
    flat = tuple(term for part in parts for term in terms_of(part))
    if not flat:
        return ZERO
    return flat[0] if len(flat) == 1 else Add(flat)


def divide(numerator: Term, denominator: Term) -> Term:
    """numerator / denominator, without a denominator of 1."""
    return numerator if denominator == ONE else Div(numerator, denominator)


def is_number(term: Term, value: int) -> bool:
    """Whether `term` is the constant `value`."""
    return isinstance(term, Number) and term.value == value


def powers(term: Term) -> tuple[tuple[Term, int], ...]:
    """The factors of a product as (base, positive whole exponent), in order."""
    found: list[tuple[Term, int]] = []
    for factor in factors(term):
        match factor:
            case Power(base=base, exponent=Number(value=value)) if value.denominator == 1 and value > 0:
                found.append((base, int(value)))
            case _:
                found.append((factor, 1))
    return tuple(found)


def from_powers(parts: list[tuple[Term, int]]) -> Term:
    """The product that `powers` takes apart; 1 if nothing is left."""
    kept = [(base, exponent) for base, exponent in parts if exponent]
    return multiply([base if exponent == 1 else Power(base, number(exponent)) for base, exponent in kept])


def mentions(term: Term, index: Index) -> bool:
    """Whether `index` is free in `term`."""
    return index in term.free


def quantities(term: Term) -> frozenset[str]:
    """The names of the arrays and of the defined quantities that `term` mentions."""
    own = {term.array.name} if isinstance(term, Entry) else {term.name} if isinstance(term, Call) else set()
    return frozenset(own).union(*(quantities(part) for part in children(term)))


def has_delta(term: Term, indices: frozenset[Index] | None = None) -> bool:
    """Whether a Kronecker delta occurs in `term`, one with an index among `indices` if these are given."""
    if isinstance(term, Delta):
        return indices is None or bool(term.free & indices)
    return any(has_delta(part, indices) for part in children(term))


def independent(term: Term, wrt: Entry | Call, context: Context) -> tuple[Condition, ...] | None:
    """The facts showing that `term` does not depend on `wrt`, also through definitions; None if it may."""
    if isinstance(term, Entry | Call) and _same_quantity(term, wrt):
        for mine, other in zip(term.indices, wrt.indices, strict=True):
            facts = context.differ(mine, other)
            if facts is not None:
                return facts
        return None
    if isinstance(term, Call):
        return independent(freshen(unfold(term, context.theory), _names(term, wrt, context)), wrt, context)
    if isinstance(term, Derivative):
        # The variable of an inner derivative is itself an argument of the function it stands for.
        return independent(term.body, wrt, context)
    if isinstance(term, Sum | Product):
        if term.index.name in {p.name for p in wrt.indices if isinstance(p, Index)}:
            term = freshen(term, _names(term, wrt, context))
            assert isinstance(term, Sum | Product)
        context = context.within(term)
    needed: tuple[Condition, ...] = ()
    for part in children(term):
        facts = independent(part, wrt, context)
        if facts is None:
            return None
        needed += tuple(fact for fact in facts if fact not in needed)
    return needed


def _same_quantity(term: Entry | Call, wrt: Entry | Call) -> bool:
    if isinstance(term, Entry) and isinstance(wrt, Entry):
        return term.array == wrt.array
    return isinstance(term, Call) and isinstance(wrt, Call) and term.name == wrt.name


def _names(term: Term, wrt: Entry | Call, context: Context) -> frozenset[str]:
    return context.names() | {i.name for i in term.free} | {i.name for i in wrt.free}


def index_names(term: Term) -> frozenset[str]:
    """Names of the free indices of `term`."""
    return frozenset(i.name for i in term.free)
