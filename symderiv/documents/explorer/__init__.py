"""The panel "Try it": what of an entry can be tried, and its controls, numbers and pictures in a page.

Everything in it is computed from the closed forms of the theorems on the same page.
"""

from symderiv.documents.explorer.choosing import explorer_of
from symderiv.documents.explorer.markup import printed

__all__ = ["explorer_of", "printed"]
