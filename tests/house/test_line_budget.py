"""A file holds one idea and can be read in one sitting."""

from __future__ import annotations

from tests.house.sources import ROOT, files

BUDGET = 400


def test_no_file_is_longer_than_one_sitting() -> None:
    lengths = {file.relative_to(ROOT): len(file.read_text(encoding="utf-8").splitlines()) for file in files()}
    long = [f"{file}: {length} lines" for file, length in lengths.items() if length > BUDGET]
    assert lengths
    assert not long, f"longer than {BUDGET} lines, split by idea:\n" + "\n".join(long)
