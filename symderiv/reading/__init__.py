"""Reading: a loss in short notation becomes a `Problem`, by an own grammar; nothing that is read is ever evaluated."""

from symderiv.reading.errors import FormulaError
from symderiv.reading.files import read_file, read_text
from symderiv.reading.problems import Reading, is_formula, read_loss

__all__ = ["FormulaError", "Reading", "is_formula", "read_file", "read_loss", "read_text"]
