"""The whole site, made by the command once for all slow tests that look at it."""

from __future__ import annotations

from pathlib import Path

import pytest

from symderiv.cli import run


@pytest.fixture(scope="session")
def whole_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that ``symderiv doc --all`` writes."""
    folder = tmp_path_factory.mktemp("whole") / "site"
    assert run(["doc", "--all", "-o", str(folder)]) == 0
    return folder
