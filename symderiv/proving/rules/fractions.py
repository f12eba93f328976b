"""Rules for fractions: cancelling, splitting, joining."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from symderiv.proving.rules.base import (
    ONE,
    Context,
    Rewrite,
    Rule,
    divide,
    factors,
    from_powers,
    multiply,
    powers,
)
from symderiv.proving.tidy import scale, split_number
from symderiv.statements import Nonzero
from symderiv.terms import Add, Div, Mul, Number, Product, Sum, Term


def cancel(node: Term, _context: Context) -> Rewrite | None:
    """a b / (a c) = b / c, and (b / a) a = b, for a != 0; powers are counted."""
    match node:
        case Div(numerator=above, denominator=below):
            up, down = list(powers(above)), list(powers(below))
            for high, (base, count) in enumerate(up):
                for low, (other, times) in enumerate(down):
                    if base == other and not isinstance(base, Number):
                        least = min(count, times)
                        up[high], down[low] = (base, count - least), (other, times - least)
                        return Rewrite(divide(from_powers(up), from_powers(down)), uses=(Nonzero(base),))
            return None
        case Mul(factors=parts):
            return _cancel_across(parts)
        case _:
            return None


CANCEL: Final = Rule(
    slug="cancel",
    title="cancel",
    statement=r"\frac{a b}{a c} = \frac{b}{c}",
    conditions="a is not 0",
    because="the common factor cancels",
    heads=(Div, Mul),
    apply=cancel,
)


def _cancel_across(parts: tuple[Term, ...]) -> Rewrite | None:
    for position, fraction in enumerate(parts):
        if not isinstance(fraction, Div):
            continue
        down = list(powers(fraction.denominator))
        for low, (base, times) in enumerate(down):
            for other, factor in enumerate(parts):
                if other == position:
                    continue
                above = factor.numerator if isinstance(factor, Div) else factor
                up = list(powers(above))
                for high, (same, count) in enumerate(up):
                    if same != base or isinstance(base, Number):
                        continue
                    least = min(count, times)
                    down[low], up[high] = (base, times - least), (same, count - least)
                    less = divide(fraction.numerator, from_powers(down))
                    rest = from_powers(up)
                    if isinstance(factor, Div):
                        rest = Div(rest, factor.denominator)
                    made = [less if n == position else rest if n == other else part for n, part in enumerate(parts)]
                    return Rewrite(multiply([m for m in made if m != ONE]), uses=(Nonzero(base),))
    return None


def split_fraction(node: Term, context: Context) -> Rewrite | None:
    """(a + b) / c = a / c + b / c. With the choice only=shared a factor of c must occur in one of the terms."""
    if not (isinstance(node, Div) and isinstance(node.numerator, Add)):
        return None
    only = context.choice("only")
    below = {base for base, _ in powers(node.denominator)}
    if only == "shared" and not any(base in below for part in node.numerator.terms for base, _ in powers(part)):
        return None
    made: list[Term] = []
    for part in node.numerator.terms:
        value, rest = split_number(part)
        made.append(scale(value, Div(rest, node.denominator)))
    return Rewrite(Add(tuple(made)), (("only", only),) if only else ())


SPLIT_FRACTION: Final = Rule(
    slug="split-fraction",
    title="split the fraction",
    statement=r"\frac{a + b}{c} = \frac{a}{c} + \frac{b}{c}",
    conditions="c is not 0",
    because="each term of the numerator gets the denominator",
    heads=(Div,),
    apply=split_fraction,
)


def separate_fractions(node: Term, _context: Context) -> Rewrite | None:
    """(a b) / (c d) = (a / c) (b / d): two factors over a product of two, or over a square; a may be 1."""
    if not isinstance(node, Div):
        return None
    above = factors(node.numerator)
    above = (ONE, *above) if len(above) == 1 else above
    below = [base for base, count in powers(node.denominator) for _ in range(count)]
    if len(above) != 2 or len(below) != 2:
        return None
    return Rewrite(Mul((Div(above[0], below[0]), Div(above[1], below[1]))))


SEPARATE_FRACTIONS: Final = Rule(
    slug="separate-fractions",
    title="separate the fraction",
    statement=r"\frac{a b}{c d} = \frac{a}{c} \cdot \frac{b}{d}",
    conditions="c and d are not 0",
    because="the denominator is shared out",
    heads=(Div,),
    apply=separate_fractions,
)


def common_denominator(node: Term, _context: Context) -> Rewrite | None:
    """a + b / c = (a c + b) / c, for c != 0; several fractions must share their denominator."""
    if not isinstance(node, Add):
        return None
    split = [split_number(part) for part in node.terms]
    below = next((inner.denominator for _, inner in split if isinstance(inner, Div)), None)
    if below is None or any(isinstance(inner, Div) and inner.denominator != below for _, inner in split):
        return None
    above: list[Term] = []
    for value, inner in split:
        if isinstance(inner, Div):
            above.append(scale(value, inner.numerator))
        else:
            above.append(scale(value, below if inner == ONE else multiply([inner, below])))
    return Rewrite(Div(Add(tuple(above)), below), uses=(Nonzero(below),))


COMMON_DENOMINATOR: Final = Rule(
    slug="common-denominator",
    title="common denominator",
    statement=r"a + \frac{b}{c} = \frac{a c + b}{c}",
    conditions="c is not 0",
    because="everything over one denominator",
    heads=(Add,),
    apply=common_denominator,
)


def merge_fractions(node: Term, context: Context) -> Rewrite | None:
    """(a / b) c = a c / b, and (a / b) (c / d) = a c / (b d). The choice only=several wants two fractions, only=factors
    one whose numerator is no number, and no sum over a range beside it."""
    if not isinstance(node, Mul):
        return None
    only = context.choice("only")
    if sum(isinstance(factor, Div) for factor in node.factors) < (2 if only == "several" else 1):
        return None
    if only == "factors" and not _is_scattered(node):
        return None
    value, rest = split_number(node)
    above: list[Term] = []
    below: list[Term] = []
    for factor in factors(rest):
        if isinstance(factor, Div):
            above += [f for f in factors(factor.numerator) if f != ONE]
            below += factors(factor.denominator)
        else:
            above.append(factor)
    if only == "factors":
        inner, top = split_number(multiply(above))
        number_ = value * inner
        whole = Div(scale(Fraction(abs(number_.numerator)), top), scale(Fraction(number_.denominator), multiply(below)))
        return Rewrite(scale(Fraction(-1 if number_ < 0 else 1), whole), (("only", only),))
    return Rewrite(scale(value, Div(multiply(above), multiply(below))), (("only", only),) if only else ())


def _is_scattered(node: Mul) -> bool:
    """Whether a product has one fraction, of something that is no number, and no sum or product over a range beside it,
    which is written last."""
    fractions = [factor for factor in node.factors if isinstance(factor, Div)]
    plain = not any(isinstance(factor, Sum | Product) for factor in node.factors)
    return plain and len(fractions) == 1 and not isinstance(fractions[0].numerator, Number)


MERGE_FRACTIONS: Final = Rule(
    slug="merge-fractions",
    title="merge the fractions",
    statement=r"\frac{a}{b} c = \frac{a c}{b}",
    conditions="b is not 0",
    because="the factors go into the numerator",
    heads=(Mul,),
    apply=merge_fractions,
)


def divide_through(node: Term, _context: Context) -> Rewrite | None:
    """a / b = (a / c) / (b / c), with c = a, for a != 0."""
    if not isinstance(node, Div) or node.numerator == ONE or not isinstance(node.denominator, Add):
        return None
    above = node.numerator
    parts = [ONE if part == above else Div(part, above) for part in node.denominator.terms]
    return Rewrite(Div(ONE, Add(tuple(parts))), uses=(Nonzero(above),))


DIVIDE_THROUGH: Final = Rule(
    slug="divide-through",
    title="divide through",
    statement=r"\frac{a}{a + b} = \frac{1}{1 + \frac{b}{a}}",
    conditions="a is not 0",
    because="numerator and denominator are divided by the same",
    heads=(Div,),
    apply=divide_through,
)
