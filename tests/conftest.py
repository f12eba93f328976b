"""What every test starts from."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def no_width_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Output is as wide as in a pipe: processes that run tests side by side are given COLUMNS by their parent."""
    monkeypatch.delenv("COLUMNS", raising=False)
