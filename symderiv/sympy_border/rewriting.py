"""SymPy's many spellings in the few nodes that the border reads; every rewrite is an identity of real functions.

Cases are steps, hyperbolic functions exponentials, erfc is 1 - erf, a step with another value at 0 a sum of steps,
decimal numbers are fractions, and index symbols of SymPy's own kinds plain ones. Nothing is approximated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from math import isfinite
from typing import Any, Final

import sympy
from sympy.codegen import cfunctions
from sympy.matrices.expressions.matexpr import MatrixElement, MatrixExpr
from sympy.tensor.indexed import Idx, IndexedBase

from symderiv.sympy_border.vocabulary import BorderError

__all__ = ["KNOWN", "number_of_decimal", "refuse_matrices", "rewritten", "unknown_functions"]

_NAME: Final = re.compile(r"[^\W\d_]\w*[′']*")
_LARGEST_POWER_OF_TEN: Final = 300
_DIGITS_OF_A_FLOAT: Final = 53
"""Bits of a Python float, which is what a decimal number in a program is."""


def rewritten(expression: sympy.Expr) -> sympy.Expr:
    """`expression` in the nodes that are read; BorderError, in a sentence, for what has no value or no spelling."""
    if expression.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
        raise BorderError(f"{expression} has an infinity or an undefined number in it, and a loss is a real number")
    if expression.has(sympy.I):
        raise BorderError(f"{expression} has the imaginary unit in it, and losses are of real numbers")
    plain = _with_plain_indices(expression)
    _refuse_names(plain)
    plain = plain.xreplace({each: number_of_decimal(each) for each in plain.atoms(sympy.Float)})
    plain = plain.replace(lambda e: type(e) in _FUNCTIONS, lambda e: _FUNCTIONS[type(e)](*e.args))
    made: sympy.Expr = plain.replace(lambda e: isinstance(e, sympy.Piecewise), _by_steps)
    return made


def refuse_matrices(expression: sympy.Expr) -> None:
    """BorderError for expressions of whole matrices; it says how they are written by entries."""
    if expression.has(MatrixElement, MatrixExpr):
        raise BorderError(
            "expressions of MatrixSymbol are not read; write the entries, counted from 1, with IndexedBase: v.T*A*v is "
            "Sum(v[i]*A[i, j]*v[j], (i, 1, N), (j, 1, N)), and a trace is Sum(A[i, i], (i, 1, N))"
        )


def number_of_decimal(number: sympy.Float) -> sympy.Rational:
    """The fraction that a decimal number is: 0.1 is 1/10, the shortest decimal that gives the same float.

    A number of more digits than a float has is what its digits say.
    """
    value = float(number)
    plain = number._prec == _DIGITS_OF_A_FLOAT and isfinite(value) and value != 0
    written = repr(value) if plain else str(number)
    found = Fraction(written)
    if found and not Fraction(10) ** -_LARGEST_POWER_OF_TEN <= abs(found) <= Fraction(10) ** _LARGEST_POWER_OF_TEN:
        raise BorderError(f"a number is at most 10^{_LARGEST_POWER_OF_TEN} and at least 10^-{_LARGEST_POWER_OF_TEN}")
    return sympy.Rational(found.numerator, found.denominator)


def _step_at(argument: sympy.Expr, at_zero: sympy.Expr) -> sympy.Expr:
    """H(x) with the value h at 0: h (1 - step(-x)) + (1 - h) step(x), which is 1 for x > 0, h at 0 and 0 for x < 0."""
    upper, lower = sympy.Heaviside(argument, 0), 1 - sympy.Heaviside(-argument, 0)
    if at_zero == sympy.Rational(1, 2):
        return (1 + sympy.sign(argument)) / 2
    if at_zero.atoms(sympy.S.NaN):
        raise BorderError(f"{argument} has no value of the step where it is 0; write Heaviside({argument}, 0)")
    made: sympy.Expr = at_zero * lower + (1 - at_zero) * upper
    return made


def _of_exponentials(function: Any) -> Callable[..., sympy.Expr]:
    return lambda argument: function(argument).rewrite(sympy.exp)


def _of_logarithms(function: Any) -> Callable[..., sympy.Expr]:
    return lambda argument: function(argument).rewrite(sympy.log)


_FUNCTIONS: Final[Mapping[type, Callable[..., sympy.Expr]]] = {
    **{f: _of_exponentials(f) for f in (sympy.tanh, sympy.sinh, sympy.cosh, sympy.coth, sympy.sech, sympy.csch)},
    **{f: _of_logarithms(f) for f in (sympy.asinh, sympy.acosh, sympy.atanh)},
    sympy.erfc: lambda x: 1 - sympy.erf(x),
    sympy.Heaviside: lambda x, h: sympy.Heaviside(x, h) if h == 0 else _step_at(x, h),
    sympy.UnevaluatedExpr: lambda x: x,
    cfunctions.log1p: lambda x: sympy.log(1 + x),
    cfunctions.expm1: lambda x: sympy.exp(x) - 1,
    cfunctions.log2: lambda x: sympy.log(x) / sympy.log(2),
    cfunctions.log10: lambda x: sympy.log(x) / sympy.log(10),
    cfunctions.exp2: lambda x: sympy.Integer(2) ** x,
    cfunctions.Sqrt: sympy.sqrt,
    cfunctions.hypot: lambda x, y: sympy.sqrt(x**2 + y**2),
}  # fmt: skip

_READ: Final = (
    sympy.exp, sympy.log, sympy.Abs, sympy.sign, sympy.erf, sympy.Heaviside, sympy.KroneckerDelta, sympy.Piecewise,
)  # fmt: skip
KNOWN: Final = (
    "exp", "log", "sqrt", "Abs", "sign", "Max", "Min", "Heaviside", "Piecewise", "KroneckerDelta", "erf", "erfc",
    "sinh", "cosh", "tanh", "coth", "sech", "csch", "asinh", "acosh", "atanh", "log1p", "expm1", "log2", "log10",
    "exp2", "hypot",
)  # fmt: skip
"""The functions that may be written, by SymPy's names."""


def unknown_functions(expression: sympy.Expr) -> tuple[tuple[str, str], ...]:
    """The name of every function in `expression` that is not known, and the call as SymPy writes it."""
    known = (*_READ, *_FUNCTIONS)
    calls = [each for each in expression.atoms(sympy.Function) if type(each) not in known]
    return tuple((type(each).__name__, str(each)[:80]) for each in sorted(calls, key=str))


def _with_plain_indices(expression: sympy.Expr) -> sympy.Expr:
    """Idx by its label, and a bound Dummy by a symbol whose name nothing else has.

    SymPy tells a Dummy from a symbol of the same name, and names are all that is told apart further on.
    """
    moved: dict[Any, sympy.Symbol] = {}
    for index in expression.atoms(Idx):
        if index.lower not in (None, 1):
            raise BorderError(
                f"the index {index.label} of SymPy's Idx counts from {index.lower}, and entries are counted from 1: "
                f"write it as a symbol, or as Idx({str(index.label)!r}, (1, C))"
            )
        moved[index] = index.label
    taken = {symbol.name for symbol in expression.atoms(sympy.Symbol) if not isinstance(symbol, sympy.Dummy)}
    bound = {limit[0] for node in expression.atoms(sympy.Sum, sympy.Product) for limit in node.limits}
    for dummy in sorted((each for each in bound if isinstance(each, sympy.Dummy)), key=lambda each: each.sort_key()):
        stem = re.sub(r"\W|^[\d_]+", "", dummy.name) or "k"
        name = next(each for each in _names(stem) if each not in taken)
        taken.add(name)
        moved[dummy] = sympy.Symbol(name, **dummy.assumptions0)
    made: sympy.Expr = expression.xreplace(moved)
    return made


def _names(stem: str) -> Iterable[str]:
    yield stem
    number = 1
    while True:
        yield f"{stem}{number}"
        number += 1


def _refuse_names(expression: sympy.Expr) -> None:
    """BorderError for a symbol whose name is none that a formula, a page and a program can hold."""
    for symbol in sorted(expression.atoms(sympy.Symbol), key=str):
        if not _NAME.fullmatch(symbol.name):
            raise BorderError(
                f"a symbol is called {symbol.name!r}; names are letters, digits and _, beginning with a letter, as in "
                "alpha or w_pos, and an entry is that of an IndexedBase"
            )
    for base in expression.atoms(IndexedBase):
        if not isinstance(base.label, sympy.Symbol):
            raise BorderError(f"an array is called {base.label}; name it by a symbol, as in IndexedBase('z')")


def _by_steps(cases: Any) -> sympy.Expr:
    """Cases as steps that are 0 at 0: b + (a - b) step(x - c) for a where x > c, and b elsewhere."""
    pieces = list(cases.args)
    if pieces[-1].cond != sympy.true:
        raise BorderError(f"the cases of {cases} leave values out; end them with (value, True)")
    made: sympy.Expr = pieces[-1].expr
    for piece in reversed(pieces[:-1]):
        gap = _gap(piece.cond)
        if gap is not None and sympy.expand(piece.expr - made - gap) == 0:
            made = made + sympy.Max(0, gap)
        else:
            made = made + (piece.expr - made) * _indicator(piece.cond)
    return made


def _gap(condition: Any) -> sympy.Expr | None:
    """u of a condition that says u > 0; None for any other."""
    match condition:
        case sympy.StrictGreaterThan() | sympy.StrictLessThan():
            return condition.gts - condition.lts
        case _:
            return None


def _indicator(condition: Any) -> sympy.Expr:
    """1 where the condition holds and 0 elsewhere, at ties too, in steps.

    Of conditions with the indicators a and b, "and" is a b, "or" 1 - (1 - a)(1 - b), "not" 1 - a; u = 0 is u <= 0 and
    u >= 0.
    """
    match condition:
        case sympy.StrictGreaterThan() | sympy.StrictLessThan():
            return sympy.Heaviside(condition.gts - condition.lts, 0)
        case sympy.GreaterThan() | sympy.LessThan():
            return 1 - sympy.Heaviside(condition.lts - condition.gts, 0)
        case sympy.Equality(args=(left, right)):
            return (1 - sympy.Heaviside(left - right, 0)) * (1 - sympy.Heaviside(right - left, 0))
        case sympy.Unequality(args=(left, right)):
            return 1 - _indicator(sympy.Eq(left, right, evaluate=False))
        case sympy.And(args=parts):
            return sympy.Mul(*(_indicator(part) for part in parts))
        case sympy.Or(args=parts):
            return 1 - sympy.Mul(*(1 - _indicator(part) for part in parts))
        case sympy.Not(args=(part,)):
            return 1 - _indicator(part)
        case sympy.ITE(args=(test, yes, no)):
            holds = _indicator(test)
            return holds * _indicator(yes) + (1 - holds) * _indicator(no)
        case sympy.logic.boolalg.BooleanTrue() | sympy.logic.boolalg.BooleanFalse():
            return sympy.Integer(1 if condition == sympy.true else 0)
        case _:
            raise BorderError(
                f"the condition {condition} is none of <, <=, >, >=, Eq and Ne between two numbers, joined by And, Or "
                "and Not"
            )
