"""Small seeded damage to the loops of kernels, and whether the rigorous values of the verification find it.

A damaged program is run by the interpreter, which defines what loops mean, on the ordinary and the hard inputs of the
verification, and is killed where a result is further from the rigorous value of its theorem than `BOUND`. What survives
is counted as it is: "equal" if its results agree with those of the undamaged program on every input, "within" if they
differ by less than the bound. No target takes part: what the emitters make of loops is for the other checks.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, Literal, TypeAlias, assert_never

from flint import arb

from symderiv.kernels.interpret import FLOATS, run
from symderiv.kernels.ir import (
    Const,
    Expression,
    Extent,
    InvalidKernelError,
    Kernel,
    Let,
    Load,
    Local,
    Loop,
    Note,
    Op,
    Pick,
    Statement,
    Store,
    Update,
)  # fmt: skip
from symderiv.kernels.wellformed import validate
from symderiv.verification.reference import Ball, ulps

__all__ = [
    "BOUND", "KINDS", "Case", "KernelMutant", "KernelScore", "Kind", "Subject", "kernel_mutants", "score_kernels",
    "scores_together",
]  # fmt: skip

Kind: TypeAlias = Literal[
    "flipped sign", "changed constant", "changed index", "changed array", "changed name", "inverted comparison",
    "other operation", "swapped arguments", "lost protection", "dropped statement",
]  # fmt: skip
KINDS: Final[tuple[Kind, ...]] = (
    "flipped sign", "changed constant", "changed index", "changed array", "changed name", "inverted comparison",
    "other operation", "swapped arguments", "lost protection", "dropped statement",
)  # fmt: skip
BOUND: Final = 64.0
"""Last places of a form's size. The interpreter adds up without compensation, so that it gets more than a kernel."""
_AGREES: Final = 4.0
"""Two results that differ by less, in last places of the form's size, are the same but for rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One call of a program: what it is given, and the rigorous value and size of every result."""

    name: str
    inputs: Mapping[str, Mapping[tuple[int, ...], float]]
    labels: Mapping[str, int | None]
    scalars: Mapping[str, float]
    sizes: Mapping[str, int]
    truth: tuple[tuple[str, tuple[int, ...], Ball], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A program with the calls that it is judged by."""

    name: str
    program: Kernel
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class KernelMutant:
    """A damaged program: what was done to it, at the statement counted from 1 (inner ones after their loop)."""

    subject: str
    kind: Kind
    statement: int
    what: str
    program: Kernel


@dataclass(frozen=True, slots=True)
class KernelScore:
    """How many programs of each kind were made, killed, and agreed with the undamaged one; survivors by name.

    `left_out` counts results at which the undamaged program itself, run by the interpreter, misses the bound: nothing
    is judged by these.
    """

    seed: int
    subjects: int
    total: int
    killed: int
    equal: int
    by_kind: tuple[tuple[Kind, int, int, int], ...]
    """(kind, made, killed, equal)."""
    within: tuple[tuple[KernelMutant, float], ...]
    """Those that differ from the undamaged program by less than the bound, and how far they are off."""
    judged: int
    left_out: int


_OTHER: Final[dict[str, str]] = {
    "add": "subtract", "subtract": "add", "multiply": "divide", "divide": "multiply", "maximum": "minimum",
    "minimum": "maximum", "exp": "expm1", "expm1": "exp", "log": "log1p", "log1p": "log", "power": "multiply",
    "erf": "erfcx", "erfcx": "erf",
}  # fmt: skip
"""Another operation with as many arguments."""
_ORDERED: Final = ("subtract", "divide", "power", "exp_difference", "beside_infinite", "times_exp", "weighted")
"""Operations of two arguments for which the order counts."""


def _op(name: str, *arguments: Expression) -> Op:
    return Op(name, arguments)


def _unprotected(node: Op) -> Expression | None:
    """What someone would write who does not know why the operation is there: the shift of log-sum-exp lost, a product
    with 0 log 0, an exponential that overflows before it is multiplied."""
    match node.name, node.arguments:
        case "exp_difference", (a, _):
            return _op("exp", a)
        case "weighted", (a, b):
            return _op("multiply", a, b)
        case "times_exp", (a, b):
            return _op("multiply", a, _op("exp", b))
        case "times_exp_multiple", (a, b, c, d):
            return _op("multiply", a, _op("exp", _op("multiply", _op("subtract", b, c), d)))
        case "exp_multiple", (a, b, c):
            return _op("exp", _op("multiply", _op("subtract", a, b), c))
        case "log_of_sum", (a, b):
            return _op("log", _op("add", a, b))
        case "beside_infinite", (a, b):
            return _op("add", a, b)
        case "multiply_add", (a, b, c):
            return _op("add", _op("multiply", a, b), c)
        case "sum_of_three", (a, b, c):
            return _op("add", _op("add", a, b), c)
        case "difference_error" | "product_error", _:
            return Const(Fraction(0))
        case _:
            return None


@dataclass(frozen=True, slots=True)
class _Scope:
    """What is known at a place: the axes of indices, the names of values, and the arrays that may be read."""

    program: Kernel
    indices: Mapping[str, str]
    names: tuple[str, ...]


def _expressions(node: Expression, scope: _Scope) -> Iterator[tuple[Kind, str, Expression]]:
    """Every damage to an expression or to one part of it."""
    yield "flipped sign", f"-({_shown(node)})", _op("negate", node)
    match node:
        case Const(value="-inf"):
            yield "changed constant", "0 for -inf", Const(Fraction(0))
        case Const(value=value):
            assert isinstance(value, Fraction)
            yield "changed constant", f"{value + 1} for {value}", Const(value + 1)
            if value not in (0, 1):
                yield "changed constant", f"{1 / value} for {value}", Const(1 / value)
        case Local(name=name):
            for other in scope.names:
                if other != name:
                    yield "changed name", f"{other} for {name}", Local(other)
        case Load(array=array, at=at):
            yield from _loads(array, at, scope)
        case Extent():
            yield "changed constant", f"{_shown(node)} + 1", _op("add", node, Const(Fraction(1)))
        case Pick(left=left, right=right, equal=equal, different=different):
            yield "inverted comparison", f"{left} != {right}", Pick(left, right, different, equal)
            for kind, what, new in _expressions(equal, scope):
                yield kind, what, replace(node, equal=new)
            for kind, what, new in _expressions(different, scope):
                yield kind, what, replace(node, different=new)
        case Op(name=name, arguments=arguments):
            yield from _operations(node)
            for place, argument in enumerate(arguments):
                for kind, what, new in _expressions(argument, scope):
                    yield kind, what, Op(name, (*arguments[:place], new, *arguments[place + 1 :]))
        case _:
            assert_never(node)


def _operations(node: Op) -> Iterator[tuple[Kind, str, Expression]]:
    """Damage to an operation itself."""
    name, arguments = node.name, node.arguments
    if name in _OTHER:
        yield "other operation", f"{_OTHER[name]} for {name}", Op(_OTHER[name], arguments)
    if name == "negate":
        yield "flipped sign", _shown(arguments[0]), arguments[0]
    if name in _ORDERED:
        yield "swapped arguments", f"{name} with its arguments swapped", Op(name, arguments[::-1])
    if name in ("if_negative", "if_equal"):
        *tested, first, second = arguments
        yield "inverted comparison", f"{name} with its branches swapped", Op(name, (*tested, second, first))
    plain = _unprotected(node)
    if plain is not None:
        yield "lost protection", f"{_shown(plain)} for {_shown(node)}", plain


def _loads(array: str, at: tuple[str, ...], scope: _Scope) -> Iterator[tuple[Kind, str, Expression]]:
    for place, index in enumerate(at):
        for other, axis in scope.indices.items():
            if other != index and axis == scope.indices.get(index):
                moved = (*at[:place], other, *at[place + 1 :])
                yield "changed index", f"{array}{list(moved)} for {array}{list(at)}", Load(array, moved)
    readable = (*scope.program.arrays("input"), *scope.program.arrays("scratch"))
    axes = next(parameter.axes for parameter in readable if parameter.name == array)
    for parameter in readable:
        if parameter.name != array and parameter.axes == axes:
            yield "changed array", f"{parameter.name} for {array}", Load(parameter.name, at)


def _bodies(
    body: tuple[Statement, ...], scope: _Scope, first: int
) -> Iterator[tuple[Kind, int, str, tuple[Statement, ...]]]:  # fmt: skip
    """Every damage to one statement of a body; `first` is the number of its first statement."""
    number = first
    for place, statement in enumerate(body):
        before, after = body[:place], body[place + 1 :]
        for kind, at, what, new in _statement(statement, scope, number):
            yield kind, at, what, (*before, *new, *after)
        if isinstance(statement, Let) and statement.name not in scope.names:
            scope = replace(scope, names=(*scope.names, statement.name))
        number += _count(statement)


def _statement(
    statement: Statement, scope: _Scope, number: int
) -> Iterator[tuple[Kind, int, str, tuple[Statement, ...]]]:  # fmt: skip
    match statement:
        case Note():
            return
        case Let(value=value) | Store(value=value):
            for kind, what, new in _expressions(value, scope):
                yield kind, number, what, (replace(statement, value=new),)
        case Update(name=name, how=how, value=value):
            yield "dropped statement", number, f"{name} is not updated", ()
            other: Literal["add", "maximum"] = "maximum" if how == "add" else "add"
            yield "other operation", number, f"{other} for {how}", (replace(statement, how=other),)
            for kind, what, new in _expressions(value, scope):
                yield kind, number, what, (replace(statement, value=new),)
        case Loop(index=index, axis=axis, body=inner):
            within = replace(scope, indices={**scope.indices, index: axis})
            yield "dropped statement", number, f"no loop over {index}", ()
            for kind, at, what, made in _bodies(inner, within, number + 1):
                yield kind, at, what, (replace(statement, body=made),)
        case _:
            assert_never(statement)


def _count(statement: Statement) -> int:
    return 1 + sum(map(_count, statement.body)) if isinstance(statement, Loop) else 1


def _shown(node: Expression) -> str:
    match node:
        case Const(value=value):
            return str(value)
        case Local(name=name):
            return name
        case Load(array=array, at=at):
            return f"{array}[{', '.join(at)}]"
        case Extent(axis=axis):
            return axis
        case Op(name=name, arguments=arguments):
            return f"{name}({', '.join(map(_shown, arguments))})"
        case Pick(left=left, right=right, equal=equal, different=different):
            return f"({_shown(equal)} if {left} = {right} else {_shown(different)})"
        case _:
            assert_never(node)


def kernel_mutants(name: str, program: Kernel, seed: int, *, each: int) -> tuple[KernelMutant, ...]:
    """At most `each` damaged programs of every kind that is possible, well-formed ones, no two the same."""
    scope = _Scope(program, {p.name: p.axis for p in program.labels()}, tuple(p.name for p in program.scalars()))
    piles: dict[Kind, dict[tuple[Statement, ...], KernelMutant]] = {kind: {} for kind in KINDS}
    for kind, at, what, body in _bodies(program.body, scope, 1):
        if body != program.body:
            piles[kind].setdefault(body, KernelMutant(name, kind, at, what, replace(program, body=body)))
    chooser = random.Random(f"{seed}/{name}")
    made: list[KernelMutant] = []
    for kind in KINDS:
        pile = list(piles[kind].values())
        chooser.shuffle(pile)
        made += [mutant for mutant in pile if _is_well_formed(mutant.program)][:each]
    return tuple(made)


def _is_well_formed(program: Kernel) -> bool:
    try:
        validate(program)
    except InvalidKernelError:
        return False
    return True


def _results(program: Kernel, case: Case) -> tuple[float, ...]:
    """The results of a call in the order of its rigorous values; NaN where there is none."""
    try:
        made = run(
            program, case.inputs, FLOATS, sizes=case.sizes, labels=case.labels, scalars=case.scalars
        )  # fmt: skip
    except (KeyError, ArithmeticError, ValueError):
        return (math.nan,) * len(case.truth)
    return tuple(float(made[output].get(place, math.nan)) for output, place, _ in case.truth)


def score_kernels(subjects: Sequence[Subject], seed: int, *, each: int) -> KernelScore:
    """All damaged programs of all subjects, judged."""
    rows = {kind: [0, 0, 0] for kind in KINDS}
    within: list[tuple[KernelMutant, float]] = []
    judged = left_out = 0
    for subject in subjects:
        expected = [_results(subject.program, case) for case in subject.cases]
        usable = [
            [ulps(got, ball, of_magnitude=True) <= BOUND for got, (_, _, ball) in zip(results, case.truth, strict=True)]
            for case, results in zip(subject.cases, expected, strict=True)
        ]
        judged += sum(map(sum, usable))
        left_out += sum(len(row) - sum(row) for row in usable)
        for mutant in kernel_mutants(subject.name, subject.program, seed, each=each):
            worst, moved = _judged(mutant, subject, expected, usable)
            row = rows[mutant.kind]
            row[0] += 1
            row[1] += worst > BOUND
            row[2] += moved <= _AGREES
            if moved > _AGREES and worst <= BOUND:
                within.append((mutant, worst))
    by_kind = tuple((kind, row[0], row[1], row[2]) for kind, row in rows.items())
    return _summed(seed, len(subjects), by_kind, tuple(within), judged, left_out)


def scores_together(scores: Sequence[KernelScore]) -> KernelScore:
    """The scores of several sets of subjects, made with one seed, as one; ValueError of none."""
    if not scores:
        raise ValueError("there is no score to add up")
    columns = zip(*(score.by_kind for score in scores), strict=True)
    by_kind = tuple(
        (rows[0][0], sum(row[1] for row in rows), sum(row[2] for row in rows), sum(row[3] for row in rows))
        for rows in columns
    )
    return _summed(
        scores[0].seed,
        sum(score.subjects for score in scores),
        by_kind,
        tuple(each for score in scores for each in score.within),
        sum(score.judged for score in scores),
        sum(score.left_out for score in scores),
    )


def _summed(seed: int, subjects: int, by_kind: tuple[tuple[Kind, int, int, int], ...],
            within: tuple[tuple[KernelMutant, float], ...], judged: int, left_out: int) -> KernelScore:  # fmt: skip
    total, killed, equal = (sum(row[1] for row in by_kind), sum(row[2] for row in by_kind),
                            sum(row[3] for row in by_kind))  # fmt: skip
    return KernelScore(seed, subjects, total, killed, equal, by_kind, within, judged, left_out)


def _judged(
    mutant: KernelMutant, subject: Subject, expected: list[tuple[float, ...]], usable: list[list[bool]]
) -> tuple[float, float]:
    """How far a damaged program is off the rigorous values, and off the undamaged one, at most; up to the first call
    that kills it."""
    worst = moved = 0.0
    for case, before, use in zip(subject.cases, expected, usable, strict=True):
        for got, old, used, (_, _, ball) in zip(_results(mutant.program, case), before, use, case.truth, strict=True):
            if not used:
                continue
            off = ulps(got, ball, of_magnitude=True)
            worst = max(worst, off)
            moved = max(moved, _apart(got, old, ball))
        if worst > BOUND:
            return worst, math.inf
    return worst, moved


def _apart(one: float, other: float, ball: Ball) -> float:
    if one == other:
        return 0.0
    return ulps(one, Ball(arb(other), ball.magnitude), of_magnitude=True) if math.isfinite(other) else math.inf
