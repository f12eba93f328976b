"""The border with SymPy: terms translated both ways (`translate`), and SymPy's own explicit derivations
(`explicit`)."""

from symderiv.sympy_border.translate import from_sympy, to_sympy
from symderiv.sympy_border.vocabulary import BorderError, Vocabulary, vocabulary

__all__ = ["BorderError", "Vocabulary", "from_sympy", "to_sympy", "vocabulary"]
