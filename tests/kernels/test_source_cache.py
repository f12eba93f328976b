"""Texts of kernels are kept under the digest of the code that makes them, and are never trusted further."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from symderiv.kernels.source_cache import code_digest, remembered


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "package"
    (folder / "proving").mkdir(parents=True)
    (folder / "cli").mkdir()
    for name in ("proving/rules.py", "cli/output.py"):
        _write(folder / name, "1")
    return folder


def _write(file: Path, text: str, when: int = 1_000_000) -> None:
    file.write_text(text, encoding="utf-8")
    os.utime(file, (when, when))


def _never() -> str:
    raise AssertionError("the text was made again")


def test_a_text_is_made_once_and_again_for_other_code(package: Path) -> None:
    assert remembered("softmax", package, lambda: "first") == "first"
    assert remembered("softmax", package, _never) == "first"
    assert remembered("logsumexp", package, lambda: "other") == "other"
    _write(package / "proving" / "rules.py", "2")  # of the same size and time
    assert remembered("softmax", package, lambda: "second") == "second"
    _write(package / "proving" / "rules.py", "1")
    assert remembered("softmax", package, _never) == "first"


def test_what_cannot_change_a_kernel_does_not_make_it_again(package: Path) -> None:
    remembered("softmax", package, lambda: "first")
    _write(package / "cli" / "output.py", "2")
    assert remembered("softmax", package, _never) == "first"
    _write(package / "proving" / "more.py", "")
    assert remembered("softmax", package, lambda: "second") == "second"


def test_code_newer_than_this_process_is_not_what_it_runs(package: Path) -> None:
    remembered("softmax", package, lambda: "first")
    later = 4_000_000_000
    _write(package / "proving" / "rules.py", "1", later)
    assert code_digest(package) is None
    assert remembered("softmax", package, lambda: "fresh") == "fresh"
    _write(package / "proving" / "rules.py", "1")
    assert remembered("softmax", package, _never) == "first"


@pytest.mark.parametrize("damage", ["", "nonsense", "0" * 64 + "\nfirst"])
def test_a_damaged_file_counts_as_missing(package: Path, tmp_path: Path, damage: str) -> None:
    remembered("softmax", package, lambda: "first")
    (file,) = (tmp_path / "cache" / "symderiv" / "kernels").glob("softmax_*.source")
    file.write_text(damage, encoding="utf-8")
    assert remembered("softmax", package, lambda: "second") == "second"
    assert remembered("softmax", package, _never) == "second"


def test_a_name_that_is_no_entry_and_a_folder_without_files_are_not_kept(package: Path, tmp_path: Path) -> None:
    assert remembered("../escape", package, lambda: "a") == "a"
    assert remembered("softmax", tmp_path / "nowhere", lambda: "b") == "b"
    assert not list(tmp_path.rglob("*.source"))


_WARM = """
import sys
import numpy as np
import symderiv as sd
loss = sd.kernel("softmax")
print(loss.value(np.zeros((2, 2))).tolist())
found = {name.split(".")[0] for name in sys.modules}
rooms = {name.split(".")[1] for name in sys.modules if name.startswith("symderiv.")}
print(*sorted(found & {"sympy", "flint", "jinja2"}), *sorted(rooms - {"api", "kernels"}))
call, _ = loss.value.__globals__["value_call"](np.dtype(float), None, 2)
print(sum(call.stats.cache_hits.values()), sum(call.stats.cache_misses.values()))
"""


def test_a_second_process_imports_no_prover_and_compiles_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    first, second = (
        subprocess.run(
            [sys.executable, "-c", _WARM], capture_output=True, text=True, check=True, env=environment
        ).stdout.splitlines()
        for _ in range(2)
    )
    assert first[0] == second[0] == "[[0.5, 0.5], [0.5, 0.5]]"
    assert "flint" in first[1]
    assert second[1:] == ["", "1 0"]
