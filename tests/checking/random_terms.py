"""Random terms over two domains, and what exact evaluation says of equations between them at small sizes."""

from __future__ import annotations

import random
from itertools import product as every

from symderiv.checking.deciding import Evaluations, Question, zero
from symderiv.checking.simplices import recognised
from symderiv.statements import Theory
from symderiv.terms import (
    Array,
    Derivative,
    Domain,
    Entry,
    Index,
    Mul,
    Place,
    Position,
    Size,
    Term,
    delta,
    exp,
    number,
    total,
)
from tests.checking.notation import CLASSES, SAMPLES, i, j, k, n

m, r = Index("m", SAMPLES), Index("r", SAMPLES)
SMALL = (1, 2, 3)
FREE = (m, r, i, j)
ARRAYS = (
    Array("s", (SAMPLES, CLASSES)),
    Array("u", (SAMPLES,)),
    Array("v", (CLASSES,)),
    Array("g", (SAMPLES, SAMPLES)),
)


class Grammar:
    """Random terms over two domains: names that hide each other, members named, sums with a member left out."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def place(self, domain: Domain, scope: tuple[Index, ...]) -> Place:
        fitting: list[Place] = [index for index in scope if index.domain == domain]
        return self.rng.choice([*fitting, *fitting, Position(1, domain)])

    def entry(self, scope: tuple[Index, ...]) -> Entry:
        array = self.rng.choice(ARRAYS)
        return Entry(array, tuple(self.place(domain, scope) for domain in array.domains))

    def term(self, depth: int, scope: tuple[Index, ...]) -> Term:
        rng = self.rng
        if depth == 0:
            domain = rng.choice((SAMPLES, CLASSES))
            pick = delta(self.place(domain, scope), self.place(domain, scope))
            return rng.choice((self.entry(scope), self.entry(scope), pick, number(rng.randint(-2, 3)), Size(domain)))
        match rng.randrange(10):
            case 0 | 1:
                return self.term(depth - 1, scope) + self.term(depth - 1, scope)
            case 2 | 3:
                return Mul((self.term(depth - 1, scope), self.term(depth - 1, scope)))
            case 4:
                return self.term(depth - 1, scope) / rng.choice((number(2), Size(SAMPLES), exp(self.entry(scope))))
            case 5:
                inner = self.term(depth - 1, scope)
                return rng.choice((inner**2, exp(self.entry(scope)) * inner))
            case 6 | 7:
                index = rng.choice((n, m, r, i, k))
                skip = self.place(index.domain, scope) if rng.randrange(4) == 0 else None
                return total(index, self.term(depth - 1, (*scope, index)), None if skip == index else skip)
            case _:
                return Derivative(self.term(depth - 1, scope), self.entry(scope))


def at_small_sizes(left: Term, right: Term, theory: Theory) -> set[str]:
    """What exact evaluation says of left - right at every small size and for every value of the free indices."""
    question = Question(left, right, theory, recognised(theory.assumptions)[0], 1, Evaluations(theory))
    free = sorted(left.free | right.free, key=lambda index: index.name)
    found = set[str]()
    for samples, classes in every(SMALL, SMALL):
        sizes = {"samples": samples, "classes": classes}
        for values in every(*(range(1, sizes[index.domain.name] + 1) for index in free)):
            question.again()
            found.add(zero(question, sizes, dict(zip(free, values, strict=True))))
    return found
