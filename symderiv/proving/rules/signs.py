"""What is known of absolute values, signs, steps and positive parts without differentiating them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from symderiv.proving.rules.base import ONE, ZERO, Context, Rewrite, Rule, add, factors, multiply, powers
from symderiv.proving.rules.logs import is_positive
from symderiv.proving.rules.piecewise import positive_argument
from symderiv.proving.tidy import negate, scale, split_number, tidy
from symderiv.statements import Nonzero, Positive
from symderiv.terms import Abs, Add, Max, Mul, Number, Power, Sign, Step, Term


def powers_of_signs(node: Term, _context: Context) -> Rewrite | None:
    """|u|^2 = u^2, also for other even exponents; sign(u)^2 = 1, for u != 0; step(u)^n = step(u)."""
    match node:
        case Power(base=Abs(argument=inner), exponent=Number(value=value)) if _even(value):
            return Rewrite(Power(inner, node.exponent))
        case Power(base=Sign(argument=inner), exponent=Number(value=value)) if _even(value):
            return Rewrite(ONE, uses=(Nonzero(inner),))
        case Power(base=Step() as base, exponent=Number(value=value)) if value.denominator == 1 and value > 0:
            return Rewrite(base)
        case _:
            return None


def _even(value: Fraction) -> bool:
    return value.denominator == 1 and value > 0 and value.numerator % 2 == 0


POWERS_OF_SIGNS: Final = Rule(
    slug="powers-of-signs",
    title="power of an absolute value, a sign or a step",
    statement=(
        r"\lvert u \rvert^2 = u^2, \quad \operatorname{sign}(u)^2 = 1, \quad "
        r"\operatorname{step}(u)^n = \operatorname{step}(u)"
    ),
    conditions="for the sign, $u$ is not 0",
    because="even powers lose the sign, and 0 and 1 are their own powers",
    heads=(Power,),
    apply=powers_of_signs,
)


def products_of_signs(node: Term, _context: Context) -> Rewrite | None:
    """sign(u) |u| = u, |u| |u| = u^2, step(u) max(0, u) = max(0, u), step(u) step(u) = step(u); sign(u)^2 = 1, for
    u != 0."""
    if not isinstance(node, Mul):
        return None
    parts = node.factors
    for first, one in enumerate(parts):
        for second, other in enumerate(parts):
            if first == second:
                continue
            made = _product(one, other)
            if made is not None:
                rest = [part for n, part in enumerate(parts) if n not in (first, second)]
                if made != ONE or not rest:
                    rest.insert(min(first, second), made)
                uses = (Nonzero(one.argument),) if isinstance(one, Sign) and isinstance(other, Sign) else ()
                return Rewrite(multiply(rest), uses=uses)
    return None


def _product(one: Term, other: Term) -> Term | None:
    match one, other:
        case Sign(argument=u), Abs(argument=v) if u == v:
            return u
        case Sign(argument=u), Sign(argument=v) if u == v:
            return ONE
        case Step(argument=u), Step(argument=v) if u == v:
            return one
        case Step(argument=u), Max() if u == positive_argument(other):
            return other
        case _:
            return None


PRODUCTS_OF_SIGNS: Final = Rule(
    slug="products-of-signs",
    title="product with a sign or a step",
    statement=(
        r"\operatorname{sign}(u) \lvert u \rvert = u, \quad "
        r"\operatorname{step}(u) \max(0, u) = \max(0, u)"
    ),
    conditions="for a square of a sign, $u$ is not 0",
    because="the sign and the step say which case it is",
    heads=(Mul,),
    apply=products_of_signs,
)


def opposite_signs(node: Term, _context: Context) -> Rewrite | None:
    """step(u) + step(-u) = 1, for u != 0; max(0, u) - max(0, -u) = u and max(0, u) + max(0, -u) = |u|; with a common
    factor too."""
    if not isinstance(node, Add):
        return None
    for first, one in enumerate(node.terms):
        for second in range(first + 1, len(node.terms)):
            made = _opposite(one, node.terms[second])
            if made is not None:
                new, uses = made
                rest = [part for n, part in enumerate(node.terms) if n not in (first, second)]
                rest.insert(first, new)
                return Rewrite(add(rest), uses=uses)
    return None


def _opposite(one: Term, other: Term) -> tuple[Term, tuple[Nonzero, ...]] | None:
    for position, part in enumerate(factors(one)):
        argument = _switched(part)
        if argument is None:
            continue
        for place, partner in enumerate(factors(other)):
            opposite = _switched(partner)
            if opposite is None or type(partner) is not type(part) or not _is_opposite(argument, opposite):
                continue
            mine, scale_one = _without(one, position)
            theirs, scale_other = _without(other, place)
            if mine != theirs:
                continue
            rest = multiply(
                [factor for factor in factors(one) if factor is not part and not isinstance(factor, Number)]
            )
            if isinstance(part, Step) and scale_one == scale_other:
                return scale(scale_one, rest), (Nonzero(argument),)
            if isinstance(part, Max) and abs(scale_one) == abs(scale_other):
                made = argument if scale_one == -scale_other else Abs(argument)
                return scale(scale_one, multiply([rest, made] if rest != ONE else [made])), ()
    return None


def _switched(part: Term) -> Term | None:
    """u, for step(u) and for max(0, u)."""
    return part.argument if isinstance(part, Step) else positive_argument(part)


def _without(term: Term, position: int) -> tuple[Counter[tuple[Term, int]], Fraction]:
    """The factors of `term` but for one, as a multiset, and their number."""
    rest = multiply([factor for n, factor in enumerate(factors(term)) if n != position])
    value, letters = split_number(rest)
    return Counter(powers(letters)), value


def _is_opposite(left: Term, right: Term) -> bool:
    """Whether left = -right, up to the order of terms and factors."""
    negated = Add(tuple(negate(part) for part in right.terms)) if isinstance(right, Add) else negate(right)
    return _terms(left) == _terms(negated)


def _terms(term: Term) -> Counter[tuple[Fraction, frozenset[tuple[tuple[Term, int], int]]]]:
    found: Counter[tuple[Fraction, frozenset[tuple[tuple[Term, int], int]]]] = Counter()
    flat = tidy(term)
    for part in flat.terms if isinstance(flat, Add) else (flat,):
        value, rest = split_number(part)
        found[value, frozenset(Counter(powers(rest)).items())] += 1
    return found


OPPOSITE_SIGNS: Final = Rule(
    slug="opposite-signs",
    title="a term and its opposite",
    statement=(
        r"\operatorname{step}(u) + \operatorname{step}(-u) = 1, \quad \max(0, u) - \max(0, -u) = u, \quad "
        r"\max(0, u) + \max(0, -u) = \lvert u \rvert"
    ),
    conditions="for the steps, $u$ is not 0",
    because="one of $u$ and $-u$ is positive",
    heads=(Add,),
    apply=opposite_signs,
)


def known_sign(node: Term, context: Context) -> Rewrite | None:
    """|u| = u, sign(u) = step(u) = 1 and max(0, u) = u, for u > 0; |-u| = |u| and sign(-u) = -sign(u)."""
    inner = positive_argument(node) if isinstance(node, Max) else None
    if isinstance(node, Abs | Sign | Step):
        inner = node.argument
    if inner is None:
        return None
    if is_positive(inner, context.theory):
        return Rewrite(inner if isinstance(node, Abs | Max) else ONE, uses=(Positive(inner),))
    value, rest = split_number(inner)
    if value < 0 and is_positive(rest, context.theory):
        new = {Abs: scale(-value, rest), Sign: Number(Fraction(-1))}.get(type(node), ZERO)
        return Rewrite(new, uses=(Positive(rest),))
    if value < 0 and isinstance(node, Abs):
        return Rewrite(Abs(scale(-value, rest)))
    if value < 0 and isinstance(node, Sign):
        return Rewrite(scale(Fraction(-1), Sign(scale(-value, rest))))
    return None


KNOWN_SIGN: Final = Rule(
    slug="known-sign",
    title="known sign",
    statement=r"\lvert u \rvert = u, \quad \operatorname{sign}(u) = 1, \quad \lvert -u \rvert = \lvert u \rvert",
    conditions="$u$ is positive, or only its minus sign is moved",
    because="the sign follows from the shape",
    heads=(Abs, Sign, Step, Max),
    apply=known_sign,
)


def positive_factor(node: Term, context: Context) -> Rewrite | None:
    """|c u| = c |u|, sign(c u) = sign(u), step(c u) = step(u), max(0, c u) = c max(0, u), for c > 0."""
    inner = positive_argument(node) if isinstance(node, Max) else None
    if isinstance(node, Abs | Sign | Step):
        inner = node.argument
    if not isinstance(inner, Mul):
        return None
    value, rest = split_number(inner)
    outer = [factor for factor in factors(rest) if is_positive(factor, context.theory)]
    kept = multiply([factor for factor in factors(rest) if factor not in outer])
    if kept == ONE or (not outer and abs(value) in (0, 1)):
        return None
    moved = scale(abs(value), multiply(outer))
    left = scale(Fraction(1 if value > 0 else -1), kept)
    make: dict[type, Callable[[Term], Term]] = {Abs: Abs, Sign: Sign, Step: Step, Max: lambda u: Max((ZERO, u))}
    made = make[type(node)](left)
    uses = tuple(Positive(factor) for factor in outer)
    return Rewrite(multiply([moved, made]) if isinstance(node, Abs | Max) else made, uses=uses)


POSITIVE_FACTOR: Final = Rule(
    slug="positive-factor",
    title="positive factor",
    statement=r"\lvert c u \rvert = c \lvert u \rvert, \quad \operatorname{step}(c u) = \operatorname{step}(u)",
    conditions="$c$ is positive",
    because="a positive factor changes no sign",
    heads=(Abs, Sign, Step, Max),
    apply=positive_factor,
)
