"""The term language (`nodes`), walks over it (`traversal`) and index substitution (`substitution`).

Three notions of sameness are kept apart: ``==`` is structural, `alpha_key` ignores the names of bound indices, and only
the checker may say that two terms denote the same real number.
"""

from symderiv.terms.nodes import (
    Add,
    Array,
    Call,
    Delta,
    Derivative,
    Div,
    Domain,
    Entry,
    Exp,
    Index,
    Log,
    Mul,
    Number,
    Parameter,
    Place,
    Position,
    Power,
    Product,
    Size,
    Sum,
    Term,
    delta,
    exp,
    log,
    number,
    product,
    total,
)  # fmt: skip
from symderiv.terms.substitution import alpha_key, fresh, rename, resize
from symderiv.terms.traversal import Binder, Path, at, children, free_indices, own_places, put, rebuild, scope, subterms

__all__ = [
    "Add", "Array", "Binder", "Call", "Delta", "Derivative", "Div", "Domain", "Entry", "Exp", "Index", "Log", "Mul",
    "Number", "Parameter", "Path", "Place", "Position", "Power", "Product", "Size", "Sum", "Term", "alpha_key", "at",
    "children", "delta", "exp", "free_indices", "fresh", "log", "number", "own_places", "product", "put", "rebuild",
    "rename", "resize", "scope", "subterms", "total",
]  # fmt: skip
