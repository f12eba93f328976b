"""Signs that follow from the shape of a term: which logarithms and divisions are always defined, and which arguments of
|u|, max, sign and step never reach the point where the formula changes.

Sampling cannot show a sign for all reals. What is not positive or nonzero by its shape becomes a listed condition.
"""

from __future__ import annotations

from fractions import Fraction

from symderiv.checking.normal import Normaliser, Outside
from symderiv.checking.shape import sign_of
from symderiv.statements import Condition, Nonzero, Positive, Theory, reachable, unfold
from symderiv.terms import (
    Abs,
    Add,
    Call,
    Derivative,
    Div,
    Entry,
    Index,
    Log,
    Max,
    Mul,
    Number,
    Piecewise,
    Power,
    Product,
    Sign,
    Size,
    Step,
    Sum,
    Term,
    children,
    fresh,
    number,
    rename,
    switches,
)

__all__ = ["conditions", "nonzero", "positivity", "up_to_sign"]


def positivity(term: Term, theory: Theory, normaliser: Normaliser) -> tuple[Condition, ...] | None:
    """What term > 0 asks for beyond its shape, for all data and indices; None if no sign follows.

    Nothing for sums, products and quotients of what is positive; C - 1 > 0 for a sum without one member, as in 1 - y_i.
    """
    if sign_of(term, theory) == 1:
        return ()
    try:
        coefficient, monomial, rest = normaliser.content(normaliser.normal(term))
    except Outside:
        return None
    if coefficient < 0 or any(sign_of(letter, theory) != 1 for letter, _ in monomial):
        return None
    # The content taken out: 1 - 1/(1+x) = x/(1+x).
    if sign_of(normaliser.as_term(rest), theory) == 1:
        return ()
    full = normaliser.leaves_one_out(rest)
    return None if full is None else (Positive(Add((Size(full.index.domain), Mul((number(-1), number(1)))))),)


def nonzero(term: Term, theory: Theory, normaliser: Normaliser) -> tuple[Condition, ...] | None:
    """The same for term != 0."""
    above = positivity(term, theory, normaliser)
    return above if above is not None else positivity(Mul((number(-1), term)), theory, normaliser)


def conditions(
    terms: tuple[Term, ...], theory: Theory, normaliser: Normaliser, *, at_seams: bool = True
) -> tuple[Condition, ...]:
    """What must hold for `terms` to be defined and does not follow from their shape, in reading order.

    Of sign(u) and step(u), and of |u| and maxima in a derivative by what u depends on: u != 0, of a maximum for each
    difference of two terms; not so where `at_seams` is False.
    """
    found: dict[Condition, None] = {}
    free = frozenset[Index]().union(*(term.free for term in terms))
    seen: set[tuple[Term, tuple[Entry | Call, ...]]] = set()
    changing: set[Term] = set()

    def ask(needed: tuple[Condition, ...] | None, otherwise: Condition) -> None:
        found.update(dict.fromkeys((otherwise,) if needed is None else needed))

    def changes(node: Piecewise, variables: tuple[Entry | Call, ...]) -> None:
        for argument in switches(node):
            varies = any(_depends(argument, variable, theory) for variable in variables)
            if varies or isinstance(node, Sign | Step):
                name = up_to_sign(argument, normaliser)
                if name not in changing and name != number(0):
                    changing.add(name)
                    ask(nonzero(argument, theory, normaliser), Nonzero(argument))

    def visit(term: Term, variables: tuple[Entry | Call, ...] = ()) -> None:
        waiting = [(term, variables)]
        while waiting:
            part, around = waiting.pop()
            within = (*around, part.wrt) if isinstance(part, Derivative) else around
            waiting += [(child, within) for child in reversed(_inside(part, free))]
            match part:
                case Call():
                    body = unfold(part, theory)
                    if (body, around) not in seen:
                        seen.add((body, around))
                        visit(body, around)
                case Max() | Abs() | Sign() | Step():
                    if at_seams:
                        changes(part, around)
                case Log(argument=Abs(argument=inner)):
                    ask(nonzero(inner, theory, normaliser), Nonzero(inner))
                case Log(argument=inner):
                    ask(positivity(inner, theory, normaliser), Positive(inner))
                case Div(denominator=below):
                    ask(nonzero(below, theory, normaliser), Nonzero(below))
                case Power(base=base, exponent=exponent):
                    if not (isinstance(exponent, Number) and exponent.value.denominator == 1):
                        ask(positivity(base, theory, normaliser), Positive(base))
                    elif exponent.value < 0:
                        ask(nonzero(base, theory, normaliser), Nonzero(base))
                case _:
                    pass

    for term in terms:
        visit(term)
    return tuple(found)


def _inside(term: Term, free: frozenset[Index]) -> tuple[Term, ...]:
    """The direct subterms of `term`, in which no bound index has the name of one that is `free`: it would be read as
    that one, and not as all members."""
    if isinstance(term, Sum | Product) and term.index in free:
        taken = {place.name for place in (*free, *term.body.free)}
        return (rename(term.body, {term.index: fresh(term.index.domain, taken)}),)
    return children(term)


def _depends(term: Term, variable: Entry | Call, theory: Theory) -> bool:
    """Whether the array or the defined quantity of `variable` occurs in `term`, also through definitions."""
    for part in reachable(term, theory):
        if isinstance(variable, Entry) and isinstance(part, Entry) and part.array == variable.array:
            return True
        if isinstance(variable, Call) and isinstance(part, Call) and part.name == variable.name:
            return True
    return False


def up_to_sign(term: Term, normaliser: Normaliser) -> Term:
    """A name that `term` shares with its negative and with its multiples, as far as normal forms tell; 0 where it
    vanishes."""
    try:
        poly = normaliser.normal(term)
    except Outside:
        return term
    if not poly:
        return number(0)
    _, monomial, rest = normaliser.content(poly)
    first = normaliser.as_term({monomial: Fraction(1)})
    plus, minus = normaliser.as_term(rest), normaliser.as_term({m: -v for m, v in rest.items()})
    return Mul((first, min(plus, minus, key=repr)))
