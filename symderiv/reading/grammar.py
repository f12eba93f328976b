"""The grammar of the short notation, and the reader from text to tree.

From the tightest to the loosest:

1. names with their indices, numbers, brackets, functions with brackets;
2. powers, from right to left;
3. a function without brackets takes the one factor that follows, with its power: log y_k^2 is log(y_k^2);
4. products, with or without a sign, and quotients, from left to right: a / b c is (a / b) c;
5. a sum or product sign takes everything that is multiplied to its right: sum_k t_k x + c is (sum_k t_k x) + c;
6. signs, plus and minus.

The parser is lark's, for LALR(1) grammars: it takes time proportional to the text and no recursion.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from symderiv.reading.errors import FormulaError
from symderiv.reading.letters import DRESSES, FUNCTIONS, GREEK, LOWERED, RAISED
from symderiv.reading.syntax import Name, Relation, Statement, Syntax, walk
from symderiv.reading.unknown import unknown_function

if TYPE_CHECKING:
    from lark import Lark

__all__ = ["read_assumption", "read_name", "read_statement"]

Start: TypeAlias = Literal["statement", "assumption", "variable"]

_LONGEST: Final = 20_000
"""Characters of a text."""
_LARGEST: Final = 2_000
"""Nodes of a tree; the largest loss of the catalogue has about 100."""

_EXAMPLES: Final = {
    "statement": "L = -sum_k t_k log y_k where y = softmax(z)", "assumption": "sum_k t_k = 1", "variable": "z",
}  # fmt: skip

_MOST_DEFINITIONS: Final = 40

_WORDS: Final = "|".join(sorted((re.escape(word) for word in FUNCTIONS if word != "frac"), key=len, reverse=True))
_LETTERS: Final = f"A-Za-zℓ{''.join(GREEK)}"
_DRESSED: Final = rf"\\(?:{'|'.join(DRESSES)})\*?\{{\s*"
_WORD: Final = rf"(?:{_DRESSED}(?:{_WORDS})\s*\}}|\\?(?:{_WORDS}))"
_BRACKET: Final = r"(?=(?:\s|\\left(?![A-Za-z])|\\[,;! ])*\()"
_BEFORE: Final = r"(?<![^\s(\[{+\-−–*\/·×⋅,=^])"
_AFTER: Final = r"(?![\s)\]}+\-−–*\/·×⋅,=^|_]|$)"

_GRAMMAR: Final = rf"""
statement: equation (_WHERE clause ((","|";"|_AND) clause)* ","?)?
equation: name EQ expr -> defined
        | expr -> nameless
?clause: name EQ expr -> defined
       | name _IN SPACE -> membership
assumption: expr (relation expr)+
          | name _IN SPACE -> belongs
relation: EQ | REL
variable: name

?expr: leading
     | expr PLUS term -> added
     | expr MINUS term -> added
?leading: term
        | MINUS term -> negative
        | PLUS term -> positive
?term: chain
     | tail
     | chain tail -> implied
     | chain (TIMES|OVER) tail -> multiplied
?chain: factor
      | chain factor -> implied
      | chain (TIMES|OVER) signed -> multiplied
?signed: factor
       | MINUS factor -> negative
?tail: BIG limits after -> big
     | BARE tail -> applied
     | BARE power NUMBER tail -> applied_raised
?after: term
      | MINUS term -> negative
limits: (SUB|LOW) (_POW upper)?
?upper: NAME
      | "{{" NAME "}}"
?factor: powered
       | BARE factor -> applied
       | BARE power NUMBER factor -> applied_raised
?powered: atom
        | atom _POW exponent -> raised
        | atom HIGH -> raised_high
?exponent: atom
         | MINUS atom -> negative
         | atom _POW exponent -> raised
?atom: NUMBER -> numeral
     | name
     | "(" expr ")" -> bracketed
     | "[" expr "]" -> bracketed
     | "{{" expr "}}" -> bracketed
     | CALLED "(" expr ("," expr)* ")" (SUB|LOW)? -> called
     | BAR expr (_BAR | _BAR_END) -> bars
     | NORM expr NORM_END -> normed
     | "{{" case ((","|";") case)* ((","|";") expr _OTHERWISE | _ELSE expr) "}}" -> choice
     | FRAC "{{" expr "}}" "{{" expr "}}" -> fraction
case: expr _IF expr relation expr
power: _POW
name: NAME (SUB|LOW)? PRIMES?

_WHERE.5: /where\b|with\b/
_AND.5: /and\b/
_IN.5: /in\b|∈|\\in\b/
_IF.5: /if\b|\\text\{{\s*if\s*\}}/
_ELSE.5: /else\b/
_OTHERWISE.5: /otherwise\b|\\text\{{\s*otherwise\s*\}}/
EQ: ":=" | "=" | "≔"
REL.2: "<=" | ">=" | "<" | ">" | "!=" | "≤" | "≥" | "≠" | /\\(leq?|geq?|neq?)\b/
SPACE: /(?:ℝ|\\mathbb\{{R\}}|R\b)(?:\s*\^\s*(?:\{{[^{{}}]*\}}|\([^()]*\)|[A-Za-z0-9]+))?|\\?\{{[^{{}}]*\}}/
PLUS: "+"
MINUS: "-" | "−" | "–"
TIMES.2: "*" | "·" | "×" | "⋅" | /\\(cdot|times)\b/
OVER: "/"
_POW.3: "**" | "^"
BIG.4: /\\?(?:sum|prod)(?![A-Za-z0-9])|[Σ∑Π∏]/
BAR.3: /{_BEFORE}\|{_AFTER}|\\lvert(?![A-Za-z])|\\left\|/
_BAR: "|"
_BAR_END.4: /\\rvert(?![A-Za-z])|\\right\|/
NORM.5: /{_BEFORE}(?:\|\||‖|\\\|){_AFTER}|\\lVert(?![A-Za-z])|\\left(?:\\\||\|\||‖)/
NORM_END.4: /(?:\\right)?(?:\|\||‖|\\\||\\rVert(?![A-Za-z]))(?:_(?:\{{[12F]\}}|[12F]))?/
FRAC.4: /\\frac(?![A-Za-z])/
CALLED.4: /{_WORD}{_BRACKET}|(?:σ|\\?sigma){_BRACKET}/
BARE.3: /{_WORD}(?![A-Za-z0-9])/
SUB: /_(?:\{{(?:[^{{}}]|\{{[^{{}}]*\}})*\}}|\\?[{_LETTERS}]+['′]*|[0-9]+)/
LOW: /[{"".join(LOWERED)}]+(?:≠[{"".join(LOWERED)}]+)?/
HIGH: /[{"".join(RAISED)}]+/
NAME: /(?:{_DRESSED}\\?[{_LETTERS}]+\s*\}}|\\?(?:[A-Za-z]+|ℓ|[{"".join(GREEK)}]))[0-9]*['′]*/
PRIMES: /['′]+/
NUMBER: /(?<![0-9.])(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+(?![A-Za-z0-9]))?/
SPACING.6: /(?:\s|\\[,;! ]|\\(?:left|right)(?![A-Za-z|\\‖]))+/
%ignore SPACING
"""

_LABELLED: Final = re.compile(
    rf"(\s*(?:{_DRESSED}[A-Za-z]+\s*\}}|\\?[A-Za-zℓ]+))"
    r"((?:_(?:\{\s*(?:\\[a-z]+\{\s*)?[A-Za-z-]{2,}\s*\}?\s*\}|[A-Za-z]{2,}))?\s*(?:\([^()=<>]*\))?)\s*(?::=|=|≔)"
)
"""The name of a loss, and what is no part of it: a label of two letters or more, and what it is a function of."""


@cache
def _parser() -> Lark:
    from lark import Lark

    from symderiv.reading.trees import Trees

    return Lark(
        _GRAMMAR, parser="lalr", transformer=Trees(), start=["statement", "assumption", "variable"],
        maybe_placeholders=False,
    )  # fmt: skip


def read_statement(text: str) -> Statement:
    """`L = ... where ...` as a tree; FormulaError, with a caret under the first thing not understood.

    The loss may be written as a function and with a label, L_{CE}(z, t) = ...; what it depends on is read off the right
    side.
    """
    labelled = _LABELLED.match(text)
    bare = text if labelled is None else labelled[1] + " " * len(labelled[2]) + text[labelled.end(2) :]
    try:
        found = _read(bare, "statement", "formula")
    except FormulaError as error:
        raise FormulaError(error.sentence, text if error.text else "", error.at) from None
    assert isinstance(found, Statement)
    if len(found.where) > _MOST_DEFINITIONS:
        raise FormulaError(
            f"after 'where' stand {len(found.where)} definitions; up to {_MOST_DEFINITIONS} are read",
            text,
            found.where[_MOST_DEFINITIONS].at,
        )
    _bounded((found.loss.body, *(clause.body for clause in found.where if hasattr(clause, "body"))))
    return found


def read_assumption(text: str) -> Any:
    """A `Relation` or `Membership`; FormulaError, with a caret under the first thing not understood."""
    found = _read(text, "assumption", "assumption")
    if isinstance(found, Relation):
        _bounded(found.terms)
    return found


def read_name(text: str) -> Name:
    """A single name such as z; FormulaError if the text is anything else."""
    found = _read(text, "variable", "name")
    assert isinstance(found, Name)
    return found


def _bounded(wholes: tuple[Syntax, ...]) -> None:
    nodes = sum(1 for whole in wholes for _ in walk(whole))
    if nodes > _LARGEST:
        raise FormulaError(
            f"the formula has {nodes} parts; up to {_LARGEST} are read. Name the parts that repeat after 'where'."
        )


def _read(text: str, start: Start, noun: str) -> Any:
    from lark import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

    if not text.strip():
        raise FormulaError(f"the {noun} is empty; write for example {_EXAMPLES[start]}")
    if len(text) > _LONGEST:
        raise FormulaError(f"the {noun} has {len(text)} characters; up to {_LONGEST} are read")
    try:
        return _parser().parse(text, start=start)
    except FormulaError as error:
        raise FormulaError(error.sentence, text, error.at) from None
    except UnexpectedCharacters as error:
        raise _at(text, error.pos_in_stream or 0) from None
    except UnexpectedToken as error:
        ended = error.token.type == "$END"
        raise _at(text, len(text.rstrip()) if ended else int(error.token.start_pos or 0), ended) from None
    except UnexpectedInput:
        raise FormulaError("the formula is not understood", text, 0) from None


def _at(text: str, at: int, ended: bool = False) -> FormulaError:
    """The error for a text that is not understood from position `at` on."""
    loose = _loose_bracket(text, at)
    if loose is not None and (ended or text[at] in ")]}"):
        opening = text[loose] in "([{"
        what = "is not closed" if opening else "closes nothing"
        return FormulaError(f"the bracket {text[loose]!r} {what}", text, loose)
    if ended:
        return FormulaError("the formula ends where a number, a name or a bracket is needed", text, at)
    if text[at] == "," and (caller := _caller(text, at)) is not None:
        return FormulaError(unknown_function(caller[1]), text, caller.start(1))
    return FormulaError(f"{_shown(text, at)} is not understood here{_hint(text, at)}", text, at)


def _caller(text: str, at: int) -> re.Match[str] | None:
    """The name before the bracket that is open at `at`."""
    waiting, _ = _brackets(text, at)
    return re.search(rf"([{_LETTERS}][{_LETTERS}0-9]*)\s*$", text[: waiting[-1]]) if waiting else None


def _shown(text: str, at: int) -> str:
    found = re.match(r"\\?[^\W\d_]+|\d+|<=|>=|!=|\*\*|.", text[at:], flags=re.S)
    return repr(found[0] if found else "the end")


def _hint(text: str, at: int) -> str:
    sign, before = text[at], text[:at].rstrip()
    word = re.search(rf"([{_LETTERS}]+)\s*$", before)
    if sign == ",":
        return ": definitions come after 'where', with commas between them"
    if sign == "_" and word and word[1] in ("max", "min"):
        return (
            f": the {word[1]}imum over a range is not known. Of members it is {word[1]}(z_1, z_2); a smooth one is "
            "logsumexp(z); and sum_{j != i} max(0, 1 + z_j - z_i) takes every member that is above"
        )
    if text.startswith(("\\mathbb{1}", "\\mathbbm", "𝟙"), at) or re.search(r"(?<![\w.])[1I]\}?\s*\[[^\]]*$", text[:at]):
        return ": a choice is written with step(x), which is 1 where x > 0, with delta_ij, or as data that are 0 or 1"
    if text.startswith(("\\mathbb", "𝔼"), at):
        return ": an expectation is written as a sum over the samples, as in 1/N sum_n f_n"
    if sign == "_" and word and word[1] in ("log", "ln"):
        return ": a logarithm to base b is log(x)/log(b), and the tempered one (x^(1 - t) - 1)/(1 - t)"
    if re.search(r"\\[dt]?frac\s*\w?$", before):
        return ": a fraction is written \\frac{a}{b} or a/b"
    if sign == "." and word:
        return ": this is a formula and no program; a function is written by its name alone, as in log(z)"
    if re.match(r"if\b", text[at:]):
        return ": cases stand in braces, as in {z^2 if z > 0 else 0}"
    if sign == "|" and (caller := _caller(text, at)) is not None:
        if caller[1] in ("KL", "kl", "D"):
            return ": write a divergence out, as in sum_k p_k log(p_k/q_k)"
        if caller[1] in ("p", "q", "P", "pi", "π"):
            return ": a conditional probability has a name of its own, or is written out, as in y where y = softmax(z)"
    if sign == "_" and word and word[1] in FUNCTIONS:
        return f": {word[1]} takes no index; write it out, as in max(0, z_k), or name the entry, as in softmax(z)_k"
    if sign == "_":
        return ": an index belongs right after a name, as in y_k or W_{id}"
    if sign == "|":
        return ": write abs(...) for an absolute value, or a space before the bar that opens it"
    if sign in "=<>!" and "where" not in text:
        return ": definitions come after 'where', assumptions are given with --assume"
    if sign in "∂∇" or text.startswith("\\partial", at):
        return ": write the loss alone; what to differentiate by is said with --wrt"
    if re.search(r"(?:sum|prod|[Σ∑Π∏])\s*_\s*(?:\{[^{}]*\}|\w)\s*\^\s*\{?\w*$", before):
        return ": a sum runs to a letter, which is the size of its range, as in sum_{k=1}^C"
    if sign in ")]}":
        return ": something is missing before it"
    if before.endswith(("sum", "prod", "Σ", "∑", "Π", "∏")):
        return ": a sum needs its index, as in sum_k"
    return ""


def _brackets(text: str, end: int) -> tuple[list[int], int | None]:
    """The brackets still open before `end`, and the first closing one that fits none."""
    pairs = {")": "(", "]": "[", "}": "{"}
    waiting: list[int] = []
    for at, sign in enumerate(text[:end]):
        if sign in "([{":
            waiting.append(at)
        elif sign in pairs:
            if not waiting or text[waiting[-1]] != pairs[sign]:
                return waiting, at
            waiting.pop()
    return waiting, None


def _loose_bracket(text: str, at: int) -> int | None:
    """The first bracket up to and with `at` that has no partner in the text."""
    waiting, wrong = _brackets(text, min(len(text), at + 1))
    if wrong is not None:
        return wrong
    whole, _ = _brackets(text, len(text))
    return next((place for place in waiting if place in whole), None)
