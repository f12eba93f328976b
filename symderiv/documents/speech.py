"""Display tree -> words, as a formula is read aloud; used as the text alternative of every formula."""

from __future__ import annotations

from typing import Final, assert_never

from symderiv.documents.display import (
    Accent,
    Additive,
    Bracket,
    Differential,
    Digits,
    Display,
    Exponential,
    Fenced,
    Fraction,
    Function,
    Large,
    Marked,
    Matrix,
    Multiplied,
    Operated,
    Operator,
    Root,
    Row,
    Script,
    Slash,
    Symbol,
    unmarked,
)
from symderiv.documents.symbols import GREEK

__all__ = ["spoken"]

_WORDS: Final = {
    "=": "equals", ">": "is greater than", "<": "is less than", "≠": "is not", "≤": "is at most", "≥": "is at least",
    "∈": "in", "→": "to", "…": "and so on to", "⋯": "and so on", "↦": "maps to", "⊙": "times element by element",
    "×": "times", "≔": "is defined as", "≈": "is about", "⪰": "dominates", " ": "", ",": "comma", "|": "given",
    "∂": "partial", "∇": "the gradient of", "⊤": "transposed", "′": "prime", "ℓ": "ell", "⋮": "and so on",
    "⋱": "and so on", "∞": "infinity",
} | {sign: name.removeprefix("var") for name, sign in GREEK.items()}  # fmt: skip
_TRANSPOSED: Final = " transposed"
_TRANSPOSES: Final = (Symbol("T", "sans"), Symbol("⊤", "upright"))
_SIMPLE: Final = (Symbol, Digits)
_FUNCTIONS: Final = {"log": "the logarithm", "sign": "the sign", "step": "the step", "erf": "the error function"}


def spoken(node: Display) -> str:
    """The formula in words: 'y sub i times (delta sub i j minus y sub j)'."""
    match node:
        case Symbol(text=text) | Operator(text=text) | Bracket(text=text):
            return _WORDS.get(text, text)
        case Digits(text=text):
            return text
        case Row(items=items):
            return " ".join(filter(None, (spoken(item) for item in items)))
        case Additive(items=items):
            words = [("minus " if items[0][0] == "-" else "") + spoken(items[0][1])]
            words += [("minus " if sign == "-" else "plus ") + spoken(part) for sign, part in items[1:]]
            return " ".join(words)
        case Multiplied(factors=factors):
            return " times ".join(spoken(factor) for factor in factors)
        case Fraction(numerator=top, denominator=bottom) | Slash(numerator=top, denominator=bottom):
            if isinstance(unmarked(top), (*_SIMPLE, Script)) and isinstance(unmarked(bottom), (*_SIMPLE, Script)):
                return f"{spoken(top)} over {spoken(bottom)}"
            return f"the fraction {spoken(top)} over {spoken(bottom)}, end fraction"
        case Script(base=base, lower=lower, upper=upper):
            words_of = spoken(base)
            if lower is not None:
                words_of += f" sub {spoken(lower)}"
            if upper is not None:
                words_of += (
                    _TRANSPOSED if upper in _TRANSPOSES else " squared" if upper == Digits("2") else _raised(upper)
                )
            return words_of
        case Exponential(exponent=exponent):
            return f"e{_raised(exponent)}"
        case Root(body=body):
            return f"the square root of {spoken(body)}"
        case Large(sign=sign, under=under, body=body, over=over):
            limits = spoken(under) if over is None else f"{spoken(under)} to {spoken(over)}"
            return f"the {'sum' if sign == '∑' else 'product'} over {limits} of {spoken(body)}"
        case Function(name=name, argument=argument):
            return f"{_FUNCTIONS.get(name, name)} of {spoken(argument)}"
        case Differential(order=order, of=of, variables=variables):
            degree = {1: "", 2: "second "}.get(order, f"order-{order} ")
            names = " and ".join(
                spoken(variable) + (f", {times} times" if times > 1 else "") for variable, times in variables
            )
            return (
                f"the {degree}partial derivative {f'of {spoken(of)} ' if of is not None else ''}with respect to {names}"
            )
        case Operated(operator=operator, body=body):
            return f"{spoken(operator)} of {spoken(body)}"
        case Fenced(body=body, left="|"):
            end = "" if isinstance(unmarked(body), (*_SIMPLE, Script)) else ", end absolute value"
            return f"the absolute value of {spoken(body)}{end}"
        case Fenced(body=body):
            return f"({spoken(body)})"
        case Accent(mark=mark, body=body):
            return f"{spoken(body)} {mark}"
        case Matrix(rows=rows):
            return "the matrix with rows " + "; ".join(", ".join(spoken(entry) for entry in row) for row in rows)
        case Marked(body=body):
            return spoken(body)
        case _:
            assert_never(node)


def _raised(exponent: Display) -> str:
    words = f" to the power {spoken(exponent)}"
    return words if isinstance(unmarked(exponent), (*_SIMPLE, Script)) else f"{words}, end power"
