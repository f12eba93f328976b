"""A formula alone, in LaTeX, text, MathML or words; what the command line and the Python interface print."""

from __future__ import annotations

from symderiv.documents.display import Display
from symderiv.documents.latex_math import latex_math
from symderiv.documents.mathml import mathml
from symderiv.documents.notation import display, display_claim, display_condition
from symderiv.documents.plain import plain_math
from symderiv.documents.speech import spoken
from symderiv.statements import Claim, Condition, Distinct, Nonzero, Positive, Theory
from symderiv.terms import Term

__all__ = ["latex_of", "mathml_of", "speech_of", "text_of"]


def latex_of(formula: Term | Claim | Condition, theory: Theory) -> str:
    """The LaTeX of a term, a claim or a condition, without dollar signs; amsmath is enough to set it."""
    return latex_math(_shown(formula, theory))


def text_of(formula: Term | Claim | Condition, theory: Theory, ascii_only: bool = False) -> str:
    """One line of Unicode text, or of ASCII."""
    return plain_math(_shown(formula, theory), ascii_only)


def speech_of(formula: Term | Claim | Condition, theory: Theory) -> str:
    """The formula as it is read aloud."""
    return spoken(_shown(formula, theory))


def mathml_of(formula: Term | Claim | Condition, theory: Theory) -> str:
    """A `<math>` element with the spoken formula as its text alternative."""
    return mathml(_shown(formula, theory))


def _shown(formula: Term | Claim | Condition, theory: Theory) -> Display:
    if isinstance(formula, Claim):
        return display_claim(formula, theory)
    if isinstance(formula, Distinct | Nonzero | Positive):
        return display_condition(formula, theory)
    return display(formula, theory)
