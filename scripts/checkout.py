"""Lets the example scripts run from a checkout: in the environment that scripts/build made, or with a sentence."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

MISSING = 4
EXTRA = {"scipy", "sklearn", "matplotlib"}
"""What the extra `examples` brings."""


def enter(*packages: str) -> None:
    """Return if symderiv and `packages` can be imported; else start this program again with .venv's Python, once.

    If that does not help either, say what is missing and how to get it, and exit with code 4.
    """
    missing = [name for name in ("symderiv", *packages) if find_spec(name) is None]
    if not missing:
        return
    root = Path(__file__).resolve().parents[1]
    python = root / ".venv" / "bin" / "python"
    if python.is_file() and Path(sys.prefix).resolve() != (root / ".venv").resolve():
        os.execv(python, [str(python), *sys.argv])
    print(f"error: {', '.join(missing)} cannot be imported", file=sys.stderr)
    needed = [] if python.is_file() else ["scripts/build"]
    if set(missing) & EXTRA:
        needed.append(".venv/bin/python -m pip install -e '.[examples]'")
    print(f"hint: {' && '.join(needed or ['rm -r .venv', 'scripts/build'])}", file=sys.stderr)
    raise SystemExit(MISSING)
