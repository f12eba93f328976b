"""What every test starts from, and how tests that run side by side share their work."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.sharing import FOLDER

COSTLY = (
    "tests/cli/test_build.py",
    "tests/losses/test_further.py",
    "tests/verification/test_kernel_checks.py",
    "tests/cli/test_verify.py",
    "tests/kernels/test_layers_of_losses.py",
    "tests/approximation/test_elementary_document.py",
    "tests/kernels/test_loading.py",
    "tests/kernels/test_instruction_sets.py",
    "tests/scripts/test_examples.py",
    "tests/verification/test_fuzzing.py",
)
"""Files that take ten seconds or more for few tests: first, so that none of them runs alone at the end."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Costly files first, then those with the most tests: what is handed out last is short."""
    files = [item.nodeid.partition("::")[0] for item in items]
    tests = Counter(files)
    places = {file: place for place, file in enumerate(COSTLY)}
    order = {id(item): (places.get(file, len(COSTLY)), -tests[file]) for item, file in zip(items, files, strict=True)}
    items.sort(key=lambda item: order[id(item)])


@pytest.fixture(scope="session", autouse=True)
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where processes of one run put what they made for the others; there is none for a process alone."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        yield
        return
    folder = tmp_path_factory.getbasetemp().parent / "shared"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER, str(folder))
        yield


@pytest.fixture(autouse=True)
def no_width_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Output is as wide as in a pipe: processes that run tests side by side are given COLUMNS by their parent."""
    monkeypatch.delenv("COLUMNS", raising=False)
