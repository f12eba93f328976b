"""Families of claims that hold at small class counts only, made by hiding a term that vanishes there.

The hidden terms are m! e_m, the elementary symmetric polynomial of m = 2..5 (0 for fewer than m numbers), polynomials
in the class count with small integer roots, and products of both. They are put inside sums, quotients, powers,
logarithms, exponentials and derivatives of true statements. Trying small counts proves each of them; none may be
called proved.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeAlias

from symderiv.checking import same
from symderiv.statements import VERDICTS, Assumption, Theory
from symderiv.terms import (
    Add,
    Array,
    Call,
    Delta,
    Derivative,
    Exp,
    Index,
    Log,
    Mul,
    Parameter,
    Size,
    Sum,
    Term,
    delta,
    number,
)  # fmt: skip
from symderiv.verification.false_claims import CLASSES, FALSE_CLAIMS, SOFTMAX, Trap, elementary, power_sums
from symderiv.verification.piecewise_claims import PIECEWISE_CLAIMS, vanishing
from symderiv.verification.total_claims import TOTAL_CLAIMS, hidden_in_totals

__all__ = ["FAMILIES", "TrapScore", "all_traps", "polarised", "score", "traps"]

_I, _J, _K = Index("i", CLASSES), Index("j", CLASSES), Index("k", CLASSES)
_Z: Final = Array("z", (CLASSES,))
_T: Final = Array("t", (CLASSES,), positive=True)
_COUNT: Final = Size(CLASSES)
_GAMMA: Final = Parameter("gamma", positive=True)
_SIMPLEX: Final = Theory(SOFTMAX.definitions, (Assumption(Sum(_K, _T[_K]), number(1), "the targets sum to 1"),))


@dataclass(frozen=True, slots=True)
class _Vanishing:
    """A term that is 0 for fewer than `below` classes and positive for every larger count."""

    term: Term
    below: int
    words: str
    theory: Theory
    varies: bool
    """Whether it surely depends on the logits, so that a derivative does not lose it."""


def _y(index: Index) -> Call:
    return Call("y", (index,))


_S: Final = Call("S", ())
_LSE: Final = Call("lse", ())

_Family: TypeAlias = Callable[[_Vanishing, random.Random], tuple[Term, Term]]


def _numbers(rng: random.Random) -> tuple[tuple[Term, ...], str, Theory, int]:
    """Power sums of some positive numbers, in words, with the theory, and how many numbers fewer than classes."""
    kind = rng.randrange(7)
    match kind:
        case 0:
            return (number(1), *power_sums(_y(_K), _K)[1:]), "of y", SOFTMAX, 0
        case 1:
            return power_sums(_y(_K), _K), "of y with p_1 a sum", SOFTMAX, 0
        case 2:
            return power_sums(Exp(_Z[_K]), _K), "of e^z", SOFTMAX, 0
        case 3:
            sums = tuple(Sum(_K, Exp(number(r) * _Z[_K])) for r in range(1, 10))
            return (Exp(_LSE), *sums[1:]), "of e^z with S = e^lse", SOFTMAX, 0
        case 4:
            sums = tuple(Sum(_K, Exp(number(r) * _Z[_K])) for r in range(1, 10))
            return (_S, *sums[1:]), "of e^z with S by name", SOFTMAX, 0
        case 5:
            return (number(1), *power_sums(_T[_K], _K)[1:]), "of t, which sums to 1", _SIMPLEX, 0
        case _:
            return power_sums(_y(_K), _K, _I), "of y without y_i", SOFTMAX, 1


_VECTORS: Final[tuple[str, ...]] = ("y", "y", "t", "t", "e^z", "z", "1", "y^2", "log y", "delta")


def _member(vector: str, index: Index) -> Term:
    match vector:
        case "y":
            return _y(index)
        case "t":
            return _T[index]
        case "e^z":
            return Exp(_Z[index])
        case "z":
            return _Z[index]
        case "y^2":
            return _y(index) ** 2
        case _:
            return Log(_y(index))


def _block_sum(vectors: tuple[str, ...]) -> Term:
    """sum_k of the product of some vectors, with what is known of it used: sum y = sum t = 1, sum 1 = C, and the
    delta."""
    index = _I if "delta" in vectors else _K
    members = [_member(vector, index) for vector in vectors if vector not in ("1", "delta")]
    if vectors in (("y",), ("t",)) or (not members and "delta" in vectors):
        return number(1)
    if not members:
        return _COUNT
    body = members[0] if len(members) == 1 else Mul(tuple(members))
    return body if "delta" in vectors else Sum(_K, body)


def _set_partitions(items: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], ...]]:
    if not items:
        yield ()
        return
    for rest in _set_partitions(items[1:]):
        yield ((items[0],), *rest)
        for position, block in enumerate(rest):
            yield (*rest[:position], (items[0], *block), *rest[position + 1 :])


def polarised(vectors: tuple[str, ...]) -> Term:
    """sum over different k_1..k_m of u1_{k_1} ... um_{k_m}: 0 for fewer than m classes.

    By set partitions: prod over blocks B of (-1)^(|B| - 1) (|B| - 1)! sum_k prod_{a in B} ua_k.
    """
    terms: list[Term] = []
    for partition in _set_partitions(tuple(range(len(vectors)))):
        weight = 1
        made: list[Term] = []
        for block in partition:
            weight *= (-1) ** (len(block) - 1) * math.factorial(len(block) - 1)
            made.append(_block_sum(tuple(sorted(vectors[position] for position in block))))
        terms.append(Mul((number(weight), *made)))
    return Add(tuple(terms))


def _polarised(degree: int, rng: random.Random) -> _Vanishing:
    chosen = [rng.choice(_VECTORS) for _ in range(degree)]
    while chosen.count("delta") > 1:
        chosen[chosen.index("delta")] = "y"
    if not {"y", "e^z", "y^2", "log y"} & set(chosen):  # otherwise it could vanish under two derivatives
        chosen[0] = "e^z"
    theory = _SIMPLEX if "t" in chosen else SOFTMAX
    words = f"the sum over different indices of {', '.join(chosen)}"
    return _Vanishing(polarised(tuple(chosen)), degree, words, theory, False)


def _vanishing(degree: int, rng: random.Random) -> _Vanishing:
    if rng.random() < 0.4 and degree <= 6:
        return _polarised(degree, rng)
    sums, words, theory, missing = _numbers(rng)
    polynomial = elementary(degree, sums)
    scale = rng.choice((Fraction(1), Fraction(1), Fraction(1, 24), Fraction(3)))
    term = polynomial if scale == 1 else number(scale) * polynomial
    words = f"{scale} * {degree}! e_{degree} {words}"
    below = degree + missing
    if rng.random() < 0.2:  # also 0 at the first count that would show it
        term = (_COUNT - below) ** 2 * term
        words, below = f"(C - {below})^2 * {words}", below + 1
    return _Vanishing(term, below, words, theory, theory is SOFTMAX)


def _true_term(rng: random.Random) -> Term:
    """A term with a value everywhere, to stand beside the vanishing one."""
    return rng.choice(
        (
            _y(_I), _Z[_I], _LSE, Log(_y(_I)), _y(_I) * (1 - _y(_I)), Sum(_K, _y(_K) ** 2), Exp(-_Z[_I]), _COUNT,
            _Z[_I] - _LSE, Sum(_K, _y(_K) * _Z[_K]), number(2),
        )
    )  # fmt: skip


def _positive_term(rng: random.Random) -> Term:
    return rng.choice((_S, _S**2, _S**4, Exp(_Z[_I]), number(1), _y(_I), _COUNT, 1 + Sum(_K, _y(_K) ** 2), Exp(_LSE)))


def _added(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    base = _true_term(rng)
    return base + v.term, base


def _multiplied(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    return _true_term(rng) * v.term, number(0)


def _denominator(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    above, below = _true_term(rng), _positive_term(rng)
    return above / (below + v.term), above / below


def _quotient_with_count(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    shift = rng.randint(1, 3)
    return _true_term(rng) * v.term / (_COUNT + shift), number(0)


def _integer_power(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    base, exponent = _positive_term(rng), rng.choice((2, 3, -1, -2))
    return (base + v.term) ** exponent, base**exponent


def _symbolic_power(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    base = _positive_term(rng)
    exponent: Term = rng.choice((_GAMMA, _GAMMA + 1, -_GAMMA, number(Fraction(1, 2)), _Z[_I]))
    return (base + v.term) ** exponent, base**exponent


def _logarithm(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    base = _positive_term(rng)
    return Log(base + v.term), Log(base)


def _logarithm_of_power(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    degree = rng.choice((2, 3, 4))
    return Log(_S**degree + v.term), degree * Log(_S)


def _exponential(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    base = _true_term(rng)
    return rng.choice(((Exp(v.term), number(1)), (Exp(base + v.term), Exp(base)), (Exp(base * v.term), number(1))))


def _derivative(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    base = rng.choice((_y(_I), _LSE, Log(_y(_I)), _S))
    return Derivative(base + _seen(v, rng), _Z[_J]), Derivative(base, _Z[_J])


def _derivative_of_logarithm(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    degree = rng.choice((2, 4))
    return Derivative(Log(_S**degree + _seen(v, rng)), _Z[_J]), degree * _y(_J)


def _derivative_of_quotient(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    return Derivative(1 / (_S + _seen(v, rng)), _Z[_J]), -Exp(_Z[_J]) / _S**2


def _second_derivative(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    inner = Derivative(_LSE + _y(_I) * _seen(v, rng), _Z[_J])
    return Derivative(inner, _Z[_I]), _y(_I) * (delta(_I, _J) - _y(_J))


def _by_probability(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    degree = max(2, min(9, v.below))
    hidden = elementary(degree, power_sums(_y(_K), _K))
    scale = rng.choice((1, 2, 3))
    return Derivative(1 / _y(_I) + scale * hidden, _y(_I)), -1 / _y(_I) ** 2


def _seen(v: _Vanishing, rng: random.Random) -> Term:
    """The vanishing term, scaled by a function of the logits where it may not depend on them itself."""
    return v.term if v.varies else rng.choice((_y(_J), Exp(_Z[_J]))) * v.term


def _jacobian(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    factor: Term = rng.choice((number(1), _y(_I), _y(_J), delta(_I, _J), Exp(_Z[_J])))
    return Derivative(_y(_I), _Z[_J]), _y(_I) * (delta(_I, _J) - _y(_J)) + factor * v.term


def _inside_sum(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    bound = Index("l", CLASSES)
    weight: Term = rng.choice((_y(bound), Exp(_Z[bound])))
    bump: Term = rng.choice((v.term, v.term**2, _y(bound) * v.term))
    return Sum(bound, weight * (1 + bump)), Sum(bound, weight)


def _inside_skip_sum(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    bound = Index("l", CLASSES)
    bump: Term = rng.choice((v.term, _y(bound) * v.term))
    return Sum(bound, _y(bound) + bump, _I), 1 - _y(_I)


def _under_delta(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    bound = Index("l", CLASSES)
    matched: Delta = delta(_I, bound)
    weight = rng.choice((_y(bound), Exp(_Z[bound])))
    return Sum(bound, matched * (weight + v.term)), _weight_at(weight)


def _weight_at(weight: Term) -> Term:
    """The weight of `_under_delta` at the index that the delta picks."""
    return _y(_I) if isinstance(weight, Call) else Exp(_Z[_I])


def _count_polynomial(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    roots = rng.sample((1, 2, 3, 4), k=rng.randint(1, 3))
    polynomial: Term = number(1)
    for root in sorted(roots):
        polynomial = polynomial * (_COUNT - root)
    return polynomial * v.term * _true_term(rng), number(0)


def _count_roots_only(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    """No symmetric polynomial: (C-1)(C-2)...(C-below) times something, over C or C + 1."""
    polynomial: Term = number(1)
    for root in range(1, v.below + 1):
        polynomial = polynomial * (_COUNT - root)
    base = _true_term(rng)
    return polynomial * base / rng.choice((_COUNT, _COUNT + 1, _S)) + base, base


def _piecewise(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    """Other numbers than those of the vanishing term: made by steps, signs, maxima or absolute values."""
    return vanishing(max(2, min(7, v.below)), rng)


def _among_totals(v: _Vanishing, rng: random.Random) -> tuple[Term, Term]:
    return hidden_in_totals(v.term, _seen(v, rng), rng)


FAMILIES: Final[tuple[tuple[str, _Family], ...]] = (
    ("added", _added),
    ("multiplied", _multiplied),
    ("denominator", _denominator),
    ("quotient-with-count", _quotient_with_count),
    ("integer-power", _integer_power),
    ("symbolic-power", _symbolic_power),
    ("logarithm", _logarithm),
    ("logarithm-of-power", _logarithm_of_power),
    ("exponential", _exponential),
    ("derivative", _derivative),
    ("derivative-of-logarithm", _derivative_of_logarithm),
    ("derivative-of-quotient", _derivative_of_quotient),
    ("second-derivative", _second_derivative),
    ("by-probability", _by_probability),
    ("jacobian", _jacobian),
    ("inside-sum", _inside_sum),
    ("inside-skip-sum", _inside_skip_sum),
    ("under-delta", _under_delta),
    ("count-polynomial", _count_polynomial),
    ("count-roots-only", _count_roots_only),
    ("piecewise", _piecewise),
    ("among-totals", _among_totals),
)
"""Where the vanishing term is hidden."""


def traps(seed: int, *, each: int = 7, degrees: tuple[int, ...] = (2, 3, 4, 5)) -> tuple[Trap, ...]:
    """`each` traps of every family and degree (2 to 9), without repeats, the same for the same seed."""
    made: dict[tuple[Term, Term], Trap] = {}
    for name, family in FAMILIES:
        for degree in degrees:
            rng = random.Random(f"{seed}/{name}/{degree}")
            for turn in range(each):
                hidden = _vanishing(degree, rng)
                left, right = family(hidden, rng)
                words = hidden.words
                if family is _count_roots_only or family is _piecewise:
                    words = "(C - 1)(C - 2)..." if family is _count_roots_only else "a symmetric sum of its own"
                note = f"holds at every count below {hidden.below}: hides {words}"
                trap = Trap(f"{name}/e{degree}/{turn}", left, right, hidden.theory, note)
                made.setdefault((left, right), trap)
    return tuple(made.values())


def all_traps(seed: int, *, each: int = 7) -> tuple[Trap, ...]:
    """The claims written by hand, then the families."""
    return (*FALSE_CLAIMS, *PIECEWISE_CLAIMS, *TOTAL_CLAIMS, *traps(seed, each=each))


@dataclass(frozen=True, slots=True)
class TrapScore:
    """What the checker said of `total` false claims: how often each word, and the names of those it called proved.

    `accepted` names those that came out exact or numeric: the checker claimed no proof, but found no counterexample.
    """

    seed: int
    total: int
    words: tuple[tuple[str, int], ...]
    proved: tuple[str, ...]
    accepted: tuple[str, ...]


def score(claims: tuple[Trap, ...], seed: int) -> TrapScore:
    """The checker's words on `claims`, each checked with `seed`."""
    words = tuple((trap.name, same(trap.left, trap.right, trap.theory, seed=seed).word) for trap in claims)
    counts = tuple((word, sum(found == word for _, found in words)) for word in VERDICTS)
    proved = tuple(name for name, word in words if word == "proved")
    return TrapScore(seed, len(claims), counts, proved, tuple(n for n, word in words if word in ("exact", "numeric")))
