"""What is proved about the elementary functions, once for all tests that only read it."""

from __future__ import annotations

from symderiv.approximation.proving import ElementaryFunctions, prove_elementary_functions
from tests.sharing import made_once


def elementary_functions() -> ElementaryFunctions:
    """What `prove_elementary_functions` gives."""
    return made_once("elementary-functions", prove_elementary_functions)
