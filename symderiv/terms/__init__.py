"""The term language (`nodes`, `places`, `constructors`), walks over it (`traversal`, `piecewise`) and substitution.

Three notions of sameness are kept apart: ``==`` is structural, `alpha_key` ignores the names of bound indices, and only
the checker may say that two terms denote the same real number.
"""

from symderiv.terms.constructors import (
    absolute,
    delta,
    erf,
    exp,
    log,
    maximum,
    pi,
    product,
    root,
    sign,
    step,
    total,
)  # fmt: skip
from symderiv.terms.nodes import (
    CONSTANTS,
    SPECIAL_FUNCTIONS,
    Abs,
    Add,
    Array,
    Call,
    Constant,
    Delta,
    Derivative,
    Div,
    Entry,
    Exp,
    Log,
    Max,
    Mul,
    Number,
    Parameter,
    Power,
    Product,
    Sign,
    Size,
    Special,
    Step,
    Sum,
    Term,
    number,
)  # fmt: skip
from symderiv.terms.piecewise import PIECEWISE, Piecewise, is_piecewise, switches
from symderiv.terms.places import Domain, Index, Place, Position
from symderiv.terms.substitution import alpha_key, fresh, rename, resize
from symderiv.terms.traversal import (
    Binder,
    Path,
    at,
    children,
    each_subterm,
    free_indices,
    own_places,
    put,
    rebuild,
    scope,
    subterms,
)  # fmt: skip

__all__ = [
    "CONSTANTS", "PIECEWISE", "SPECIAL_FUNCTIONS", "Abs", "Add", "Array", "Binder", "Call", "Constant", "Delta",
    "Derivative", "Div", "Domain", "Entry", "Exp", "Index", "Log", "Max", "Mul", "Number", "Parameter", "Path",
    "Piecewise", "Place", "Position", "Power", "Product", "Sign", "Size", "Special", "Step", "Sum", "Term",
    "absolute", "alpha_key", "at", "children", "delta", "each_subterm", "erf", "exp", "free_indices", "fresh",
    "is_piecewise", "log", "maximum", "number", "own_places", "pi", "product", "put", "rebuild", "rename", "resize",
    "root", "scope", "sign", "step", "subterms", "switches", "total",
]  # fmt: skip
