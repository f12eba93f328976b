"""Copying helper code into generated modules."""

from __future__ import annotations

import re
from pathlib import Path

_MARK = "# ---- copied into generated modules from here\n"


def copied_part(path: Path) -> str:
    """The part of a helper module below its mark, without the comments meant for our own type checker."""
    text = path.read_text(encoding="utf-8")
    _, mark, below = text.partition(_MARK)
    if not mark:
        raise ValueError(f"{path.name} has no line {_MARK.strip()!r}")
    return re.sub(r"  # (type: ignore\S*|fmt: skip)", "", below).strip("\n") + "\n"
