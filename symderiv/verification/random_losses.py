"""Random losses from a small grammar, the same for the same seed: sums over the classes of what losses are made of."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from symderiv.losses.building import loss_problem
from symderiv.losses.notation import CLASSES, k, l, lse, t, y, z
from symderiv.statements import Definition, Hyperparameter, Problem
from symderiv.terms import Array, Div, Index, Parameter, Power, Term, exp, log, number, subterms, total

_GAMMA: Final = Parameter("gamma", positive=True)
_ITS_GAMMA: Final = Hyperparameter(_GAMMA, "an exponent or a factor", Fraction(2), Fraction(0), open=True)
_POSITIVE_TARGETS: Final = Array("q", (CLASSES,), positive=True)
_HALF: Final = Fraction(1, 2)


def random_loss(seed: int) -> Problem:
    """The loss number `seed`, as a problem like those of the catalogue."""
    rng = random.Random(f"loss {seed}")
    value = _scalar(rng, 2)
    if rng.random() < 0.4:
        value = value + _coefficient(rng, _scalar(rng, 1))
    loss = Definition("L", (), value, "a random loss")
    return loss_problem(
        f"random-{seed}", f"Random loss {seed}", loss, prose=("A random loss.",),
        hyperparameters=(_ITS_GAMMA,) if any(part == _GAMMA for _, part in subterms(value)) else (),
    )  # fmt: skip


def _coefficient(rng: random.Random, term: Term) -> Term:
    choice = rng.randrange(4)
    if choice == 0:
        return _GAMMA * term
    return term if choice == 1 else number(Fraction(rng.choice((-3, -2, 2, 3)), rng.choice((1, 2)))) * term


def _scalar(rng: random.Random, depth: int) -> Term:
    """A number: a sum over the classes, log-sum-exp, or a function of such a number."""
    index = k if depth else l
    match rng.randrange(6 if depth else 2):
        case 0 | 1 | 2:
            whole = total(index, _weighted(rng, index, depth))
            return whole if rng.random() < 0.5 else -whole
        case 3:
            return lse() if rng.random() < 0.5 else lse() ** 2
        case 4:
            return _scalar(rng, depth - 1) * _scalar(rng, depth - 1)
        case _:
            return log(1 + exp(_scalar(rng, depth - 1)))


def _weighted(rng: random.Random, index: Index, depth: int) -> Term:
    weights: tuple[Callable[[Term], Term], ...] = (
        lambda term: term,
        lambda term: t[index] * term,
        lambda term: _POSITIVE_TARGETS[index] * term,
        lambda term: y(index) * term,
        lambda term: (1 - t[index]) * term,
    )
    return rng.choice(weights)(_entry(rng, index, depth))


def _entry(rng: random.Random, index: Index, depth: int) -> Term:
    """A quantity of one class."""
    probability, logit, target, positive = y(index), z[index], t[index], _POSITIVE_TARGETS[index]
    simple: tuple[Term, ...] = (
        probability,
        logit,
        log(probability),
        probability**2,
        exp(logit),
        exp(-logit),
        (probability - target) ** 2,
        log(probability) - log(positive),
        Power(probability, _GAMMA),
        Power(1 - probability, number(2)),
        log(1 + exp(logit)),
        Div(number(1), 1 + exp(-logit)),
        Power(probability, number(_HALF)),
        log(_half_of(probability + positive)),
        Power(1 + exp(logit - target), number(-1)),
    )
    if depth < 2 or rng.random() < 0.5:
        return rng.choice(simple)
    first, second = rng.choice(simple), rng.choice(simple)
    return first * second if rng.random() < 0.6 else first + _coefficient(rng, second)


def _half_of(term: Term) -> Term:
    return Div(term, number(2))
