r"""Reading a formula that was printed in LaTeX back into its term, given the names it may hold.

This is the inverse of `latex_of`, for checking what is printed; it is not a reader of other people's LaTeX. What it
does not understand it refuses in a sentence. From the tightest to the loosest: names, numbers, brackets, fractions,
functions with brackets; powers; products, of which a logarithm, a sum or a derivative of one may be the last factor and
then takes all that follows; quotients with a slash; signs, plus and minus.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from symderiv.documents.latex_names import Names, Slots, tokens
from symderiv.documents.latex_spelling import as_written
from symderiv.documents.latex_terms import Big, Kronecker, LatexReadingError, Named, Spelled, built
from symderiv.terms import Term

if TYPE_CHECKING:
    from lark import Lark

__all__ = ["LatexReadingError", "read_latex"]

_SIGNS: Final = {
    "+": "PLUS", "-": "MINUS", "\\cdot": "CDOT", "/": "SLASH", "^": "POW", "{": "LBRACE", "}": "RBRACE", "(": "OPEN",
    ")": "CLOSE", "\\frac": "FRAC", "\\partial": "PARTIAL", "\\sqrt": "SQRT", "e": "E", "\\lvert": "LVERT",
    "\\rvert": "RVERT", "\\max": "MAX", ",": "COMMA", "\\log": "LOG",
}  # fmt: skip
_GRAMMAR: Final = r"""
?expr: signed
     | expr PLUS term -> added
     | expr MINUS term -> subtracted
?signed: term
       | MINUS term -> negative
?term: chain
     | tail
     | chain tail -> product
     | chain CDOT tail -> product
     | quotient
quotient: chain SLASH factor
        | quotient SLASH factor
?chain: factor
      | chain factor -> product
      | chain CDOT factor -> product
?tail: BIG term -> big
     | LOG big -> log
     | LOG factor -> log
     | operator big -> derivative
big: BIG term
?factor: atom
       | atom POW argument -> power
       | operator factor -> derivative
?atom: NUMBER -> number
     | NAME -> name
     | OPEN expr CLOSE -> bracketed
     | FRAC LBRACE expr RBRACE LBRACE expr RBRACE -> fraction
     | FRAC LBRACE PARTIAL order factor RBRACE LBRACE variable+ RBRACE -> partial
     | FRAC LBRACE PARTIAL order LOG factor RBRACE LBRACE variable+ RBRACE -> partial_log
     | SQRT LBRACE expr RBRACE -> root
     | E POW argument -> exponential
     | LVERT expr RVERT -> absolute
     | FUNCTION OPEN expr CLOSE -> function
     | MAX OPEN expr (COMMA expr)+ CLOSE -> maximum
operator: FRAC LBRACE PARTIAL order RBRACE LBRACE variable+ RBRACE
order: (POW argument)?
variable: PARTIAL NAME (POW argument)?
?argument: LBRACE expr RBRACE -> bracketed
         | NUMBER -> number
         | NAME -> name
%declare PLUS MINUS CDOT SLASH POW LBRACE RBRACE OPEN CLOSE FRAC PARTIAL SQRT E LVERT RVERT FUNCTION MAX COMMA LOG
%declare BIG NUMBER NAME
"""


def read_latex(source: str, names: Names) -> Term:
    """The term that is printed as `source`, up to `as_written`; `LatexReadingError` says what is not understood."""
    from lark.exceptions import UnexpectedInput

    try:
        tree = _parser().parse(_Reader(source, names))
    except UnexpectedInput as error:
        found = getattr(error, "token", None)
        value = getattr(found, "value", "")
        place = repr(value) if isinstance(value, str) and value else "one of its names" if value else "its end"
        raise LatexReadingError(f"the formula {source!r} is not understood at {place}") from None
    return as_written(built(tree, names))


@cache
def _parser() -> Lark:
    from lark import Lark

    return Lark(_GRAMMAR, parser="lalr", lexer=_lexer(), start="expr")


def _lexer() -> Any:
    from lark.lexer import Lexer, Token

    class _Lexer(Lexer):
        """Hands the reader's tokens to lark."""

        def __init__(self, _conf: object) -> None:
            pass

        def lex(self, data: Any) -> Iterator[Token]:  # type: ignore[override]  # lark hands on what is parsed
            for kind, value in data.found():
                yield Token(kind, value)

    return _Lexer


class _Reader:
    """Finds names, sums and signs in the tokens of a formula."""

    __slots__ = ("at", "names", "source", "tokens")

    def __init__(self, source: str, names: Names) -> None:
        self.source = source
        self.names = names
        self.tokens = tokens(source)
        self.at = 0

    def found(self) -> Iterator[tuple[str, Spelled | str]]:
        """Terminals with what they hold, from left to right."""
        while self.at < len(self.tokens):
            named = self._name()
            if named is not None:
                yield "NAME", named
                continue
            token = self.tokens[self.at]
            self.at += 1
            if token == "\\delta" and self._take("_"):
                left, right = self._slots(2)
                yield "NAME", Kronecker(left, right)
            elif token in ("\\sum", "\\prod"):
                yield "BIG", self._limits(token)
            elif token.isdigit():
                yield "NUMBER", token
            elif token.startswith("\\operatorname"):
                yield "FUNCTION", token.removeprefix("\\operatorname{").removesuffix("}")
            elif token in _SIGNS:
                yield _SIGNS[token], token
            else:
                raise LatexReadingError(f"the formula {self.source!r} has {token!r}, which names nothing here")

    def _name(self) -> Named | None:
        """The longest name that stands here, with its indices."""
        start = self.at
        for pattern in self.names.patterns:
            self.at = start
            if not self._all(pattern.before):
                continue
            slots: Slots | None = ()
            if pattern.domains:
                slots = self._some_slots(len(pattern.domains), pattern.braced)
            if slots is not None and self._all(pattern.after):
                return Named(pattern, slots)
        self.at = start
        return None

    def _all(self, wanted: tuple[str, ...]) -> bool:
        if self.tokens[self.at : self.at + len(wanted)] != wanted:
            return False
        self.at += len(wanted)
        return True

    def _take(self, token: str) -> bool:
        return self._all((token,))

    def _slots(self, count: int) -> Slots:
        slots = self._some_slots(count, False)
        if slots is None:
            raise LatexReadingError(f"the formula {self.source!r} has indices that are not understood")
        return slots

    def _some_slots(self, count: int, braced: bool) -> Slots | None:
        """`count` indices, in braces of their own unless `braced` says that they stand in some; None if they do not."""
        opened = not braced and self._take("{")
        found: list[str] = []
        while self.at < len(self.tokens) and self.tokens[self.at] not in ("}", "\\neq"):
            self._take(",")
            place = self._place()
            if place is None:
                return None
            found.append(place)
            if not (opened or braced):
                break
        if len(found) == 1 and count > 1 and found[0].isdigit() and len(found[0]) == count:
            found = list(found[0])
        if len(found) != count or (opened and not self._take("}")):
            return None
        return tuple(found)

    def _place(self) -> str | None:
        for spelled, name in self.names.indices:
            if self._all(spelled):
                return name
        if self.at < len(self.tokens) and self.tokens[self.at].isdigit():
            self.at += 1
            return self.tokens[self.at - 1]
        return None

    def _limits(self, sign: str) -> Big:
        """What stands under a sum or product sign: its index, and the one it leaves out."""
        if self._take("_") and self._take("{"):
            index = self._place()
            skip = self._place() if self._take("\\neq") else ""
            if index is not None and skip is not None and self._take("}"):
                return Big(sign == "\\sum", index, skip)
        raise LatexReadingError(f"the formula {self.source!r} has a {sign} whose index is not understood")
