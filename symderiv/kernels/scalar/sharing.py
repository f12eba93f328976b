"""Names for what several results of a kernel need, so that it is computed once."""

from __future__ import annotations

from collections import Counter
from typing import Final

from symderiv.kernels.ir import Expression, Let, Load, Local, Op

_NAMES: Final = {
    "exp": "e", "exp_difference": "e", "exp_multiple": "e", "times_exp": "product", "times_exp_multiple": "product",
    "expm1": "gap", "log1p": "logarithm", "log_of_sum": "logarithm", "log": "logarithm", "power": "raised",
    "erf": "error", "erfcx": "tail", "divide": "ratio", "subtract": "difference", "minimum": "below",
    "maximum": "above",
}  # fmt: skip
_CHEAP: Final = frozenset({"negate"})


def shared(results: tuple[Expression, ...], taken: frozenset[str]) -> tuple[tuple[Let, ...], tuple[Expression, ...]]:
    """The names of all operations that occur more than once, in the order they need each other, and the results."""
    uses: Counter[Expression] = Counter()
    seen: set[Expression] = set()

    def count(expression: Expression) -> None:
        uses[expression] += 1
        again = expression in seen and isinstance(expression, Op) and expression.name not in _CHEAP
        if not again and isinstance(expression, Op):
            seen.add(expression)
            for argument in expression.arguments:
                count(argument)

    for result in results:
        count(result)
    made: dict[Expression, Expression] = {}
    lets: list[Let] = []
    names = set(taken)

    def visit(expression: Expression, *, unnamed: bool = False) -> Expression:
        if not isinstance(expression, Op):
            return expression
        if unnamed:
            return Op(expression.name, tuple(visit(each) for each in expression.arguments))
        if expression not in made:
            # A divisor with a name would become a reciprocal in two parts, which is of no use for infinite numbers.
            last = len(expression.arguments) - 1 if expression.name == "divide" else -1
            inner: Expression = Op(
                expression.name,
                tuple(visit(each, unnamed=place == last) for place, each in enumerate(expression.arguments)),
            )
            if uses[expression] > 1 and expression.name not in _CHEAP:
                local = Local(_fresh(_NAMES.get(expression.name, "shared"), names))
                names.add(local.name)
                lets.append(Let(local.name, inner))
                inner = local
            made[expression] = inner
        return made[expression]

    visited = tuple(visit(result) for result in results)
    return tuple(lets), visited


def _fresh(wanted: str, names: set[str]) -> str:
    return next(
        name for name in (wanted, *(f"{wanted}_{n}" for n in range(2, 2 + len(names) + 1))) if name not in names
    )


def reads(expression: Expression, lets: tuple[Let, ...] = ()) -> frozenset[str]:
    """The arrays that an expression reads, through names too."""
    named = {let.name: let.value for let in lets}
    match expression:
        case Load(array=array):
            return frozenset({array})
        case Op(arguments=arguments):
            return frozenset().union(*(reads(each, lets) for each in arguments))
        case Local(name=name) if name in named:
            return reads(named[name], lets)
        case _:
            return frozenset()


_FUNCTIONS: Final = frozenset(
    {"exp", "expm1", "log", "log1p", "power", "erf", "erfcx", "exp_difference", "exp_multiple", "log_of_sum",
     "times_exp", "times_exp_multiple", "multiply_add", "minimum", "maximum", "weighted", "if_negative", "if_equal"}
)  # fmt: skip
"""Operations that want a number of each element among their first arguments."""
_DECIDING: Final = {"if_negative": 1, "if_equal": 2}
"""How many arguments of a choice say which of the others it is: these have to be of each element."""


def on_elements(expression: Expression, lead: str) -> Expression:
    """The expression with functions of parameters alone computed for each element of the array `lead`, as functions
    are on lanes."""
    if not isinstance(expression, Op):
        return expression
    arguments = tuple(on_elements(each, lead) for each in expression.arguments)
    deciding = arguments[: _DECIDING.get(expression.name, len(arguments))]
    if expression.name in _FUNCTIONS and not any(reads(each) for each in deciding):
        z = Load(lead, ())
        arguments = (Op("if_equal", (z, z, arguments[0], arguments[0])), *arguments[1:])
    return Op(expression.name, arguments)
