"""The one error of reading: a sentence, and the formula with a caret under the first thing not understood."""

from __future__ import annotations

from typing import Final

__all__ = ["FormulaError", "pointed"]

_WIDTH: Final = 96


class FormulaError(ValueError):
    """A formula that is not understood: `sentence`, and where in `text` (None if it is about no place)."""

    def __init__(self, sentence: str, text: str = "", at: int | None = None) -> None:
        self.sentence = sentence
        self.text = text
        self.at = at
        super().__init__(sentence if at is None else f"{sentence}\n{pointed(text, at)}")


def pointed(text: str, at: int) -> str:
    """The line of `text` around position `at`, cut to a readable width, and a caret under that position."""
    at = max(0, min(at, len(text)))
    begin = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    line, column = text[begin : len(text) if end < 0 else end], at - begin
    if len(line) > _WIDTH:
        left = max(0, min(column - _WIDTH // 2, len(line) - _WIDTH))
        cut = line[left : left + _WIDTH]
        line = ("..." if left else "") + cut + ("..." if left + _WIDTH < len(line) or at < begin + left else "")
        column += (3 if left else 0) - left
    shown = "".join(sign if sign.isprintable() else " " for sign in line)
    return f"  {shown}\n  {' ' * column}^"
