"""symderiv derives, proves, generates and verifies gradients of machine-learning losses.

`derive(loss)` proves a catalogue entry or a loss of your own, `check(record)` judges a record written by anyone,
`kernel(name)` gives compiled functions, `catalogue()` names the entries. Importing this package is light: a name loads
what it needs on use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from symderiv.api import Proof, Rechecked, catalogue, check, derive, kernel, problem

__all__ = ["Proof", "Rechecked", "catalogue", "check", "derive", "kernel", "problem"]

_HOME: Final = "symderiv.api"


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"symderiv has no {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_HOME), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
