"""A maximum inside a sign or a step, of which only one term decides."""

from __future__ import annotations

from typing import Final

from symderiv.proving.rules.base import ZERO, Context, Rewrite, Rule, add, terms_of
from symderiv.proving.rules.logs import is_positive
from symderiv.proving.rules.piecewise import gap, positive_argument
from symderiv.statements import Condition, Positive
from symderiv.terms import Max, Mul, Sign, Step, Term, number


def deciding_term(node: Term, context: Context) -> Rewrite | None:
    """step(max(a, b) + r) = step(a + r) and step(-max(a, b) - r) = step(-a - r) where b + r < 0; of signs too, and of
    max(0, max(a, b) + r) = max(0, a + r).

    max(a, b) + r is the larger of a + r and b + r, and where the second is negative it has the sign of the first.
    """
    argument = positive_argument(node) if isinstance(node, Max) else None
    if isinstance(node, Step | Sign):
        argument = node.argument
    if argument is None:
        return None
    parts = terms_of(argument)
    for position, part in enumerate(parts):
        turned = isinstance(part, Mul) and len(part.factors) == 2 and part.factors[0] == number(-1)
        largest = part.factors[1] if turned and isinstance(part, Mul) else part
        if not isinstance(largest, Max) or (turned and isinstance(node, Max)):
            continue
        rest = add([each for n, each in enumerate(parts) if n != position])
        # max(a, b) + r, or r - max(a, b).
        limit = rest if turned else gap(ZERO, rest)
        below = {each: gap(limit, each) for each in largest.terms}
        kept = [each for each in largest.terms if not is_positive(below[each], context.theory)]
        if len(kept) != 1:
            continue
        uses: tuple[Condition, ...] = tuple(Positive(below[each]) for each in largest.terms if each != kept[0])
        new = below[kept[0]] if turned else gap(kept[0], limit)
        if isinstance(node, Max):
            return Rewrite(Max((ZERO, new)), uses=uses)
        return Rewrite(Step(new) if isinstance(node, Step) else Sign(new), uses=uses)
    return None


DECIDING_TERM: Final = Rule(
    slug="deciding-term",
    title="the term that decides",
    statement=r"\operatorname{step}(\max(a, b) - c) = \operatorname{step}(a - c)",
    conditions="$b < c$ by the shape of both",
    because="the other term of the maximum is never large enough",
    heads=(Step, Sign, Max),
    apply=deciding_term,
)
