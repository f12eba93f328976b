"""Whether the forms that a kernel computes are equal to what they stand for, asked of the checker."""

from __future__ import annotations

from dataclasses import replace

from symderiv.checking import same
from symderiv.kernels.arrays.squares import is_positive
from symderiv.kernels.arrays.steps import Filled, Step
from symderiv.kernels.judging import HOW_SURE, accepted, weakest
from symderiv.statements import Theory, VerdictWord
from symderiv.terms import Mul, Number, Power, Term, number


def weakest_word(theory: Theory, steps: tuple[Step, ...], forms: tuple[tuple[Term, Term], ...]) -> VerdictWord:
    """The weakest word about the stable `forms`, pairs of a form and what is computed for it, and about the definitions
    that are computed in another form than they are stated in.

    Shifts are data in these questions: the forms are right whatever the largest argument or a rounded mean is.
    LoweringError for a form that is found to be something else.
    """
    stated = {definition.name for definition in theory.definitions}
    filled = [step for step in steps if isinstance(step, Filled)]
    new = [step for step in filled if step.definition.name not in stated]
    own = Theory((*theory.definitions, *(replace(s.definition, body=s.stands_for or s.definition.body) for s in new)))
    pairs = [(theory.definition(d.name).body, d.body) for d in (s.definition for s in filled) if d.name in stated]
    pairs += [(step.stands_for, step.definition.body) for step in new if step.stands_for is not None]
    words: list[VerdictWord] = []
    for left, right in (*pairs, *forms):
        if left == right:
            continue
        verdict = same(left, right, own, seed=1)
        squared = (_squared(left), _squared(right))
        if verdict.word != "proved" and squared[0] is not None and squared[1] is not None:
            verdict = same(squared[0], squared[1], own, seed=1)
        words.append(accepted(verdict, right, left))
    return weakest(words)


def _squared(term: Term) -> Term | None:
    """The square of a product of roots and positive numbers, which equals another such one if their squares do."""
    match term:
        case Power(base=base, exponent=Number(value=value)) if value.denominator == 2:
            return Power(base, number(2 * value))
        case Mul(factors=factors):
            squares = [_squared(factor) for factor in factors]
            return None if None in squares else Mul(tuple(each for each in squares if each is not None))
        case _:
            return Power(term, number(2)) if is_positive(term) else None


def described(word: VerdictWord) -> str:
    """The word in a sentence for the reader of a kernel."""
    said = HOW_SURE[word]
    return f"every form below is equal to the closed form, whatever is taken off in exponents and means: {said}"
