"""Writing whole or not at all, and naming what was edited; the oracle is the folder itself, read back byte by byte."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from symderiv.build.writing import (
    BuildError,
    drift,
    edited,
    first_difference,
    recorded_classes,
    sha256,
    with_manifest,
    write,
)

FILES = {"softmax/proof.txt": "one\ntwo\nthree\n", "report.md": "all passed\n"}


def content(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_second_write_changes_nothing(tmp_path: Path) -> None:
    files = with_manifest(FILES, classes=3)
    assert set(write(tmp_path, files)) == set(files)
    before = content(tmp_path)
    assert before == files
    assert write(tmp_path, files) == ()
    assert content(tmp_path) == before
    assert drift(tmp_path, files) == ()


def test_the_manifest_records_class_count_and_digests(tmp_path: Path) -> None:
    write(tmp_path, with_manifest(FILES, classes=5))
    assert recorded_classes(tmp_path) == 5
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["files"] == {path: sha256(text) for path, text in FILES.items()}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"classes": "4"}', '{"classes": true}', '{"classes": 1}'])
def test_a_damaged_manifest_gets_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(BuildError, match=r"manifest\.json .*run symderiv build --classes N"):
        recorded_classes(tmp_path)


def test_a_missing_manifest_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"manifest\.json is missing.*run symderiv build"):
        recorded_classes(tmp_path)


def test_a_full_disk_leaves_the_old_files_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, with_manifest(FILES, classes=3))
    before = content(tmp_path)
    calls: list[int] = []
    real = os.fsync

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    new = with_manifest({path: text + "new\n" for path, text in FILES.items()}, classes=3)
    with pytest.raises(BuildError, match="no space left on device; no file was changed"):
        write(tmp_path, new)
    assert content(tmp_path) == before


def test_what_a_kill_leaves_behind_is_whole_and_the_next_build_tidies_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, with_manifest(FILES, classes=3))
    new = with_manifest({path: text + "new\n" for path, text in FILES.items()}, classes=4)
    real = os.replace
    done: list[str] = []

    class Killed(BaseException):
        pass

    def dying(source: Path, target: Path) -> None:
        if done:
            raise Killed
        done.append(str(target))
        real(source, target)

    monkeypatch.setattr(os, "replace", dying)
    with pytest.raises(Killed):
        write(tmp_path, new)
    whole = with_manifest(FILES, classes=3)
    for path, text in content(tmp_path).items():
        assert text in (whole.get(path), new.get(path)) or path.endswith(".symderiv-part")
    assert recorded_classes(tmp_path) == 3, "the manifest is renamed last"
    monkeypatch.setattr(os, "replace", real)
    write(tmp_path, new)
    assert content(tmp_path) == new


def test_an_unwritable_folder_gets_a_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "generated"
    blocked.write_text("a file, where the folder should be")
    with pytest.raises(BuildError, match=r"cannot be written: (file exists|not a directory); no file was changed"):
        write(blocked, FILES)
    assert blocked.read_text().startswith("a file")


def test_drift_names_file_and_line(tmp_path: Path) -> None:
    files = with_manifest(FILES, classes=3)
    write(tmp_path, files)
    (tmp_path / "softmax/proof.txt").write_text("one\n2\nthree\n")
    (tmp_path / "report.md").unlink()
    (tmp_path / "softmax/notes.txt").write_text("mine")
    assert [str(each) for each in drift(tmp_path, files)] == [
        "report.md: is missing",
        "softmax/notes.txt: is not a file that build writes",
        "softmax/proof.txt:2: is not what build writes (edited by hand?)",
    ]


def test_files_of_an_earlier_build_are_removed_and_nothing_outside_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "generated"
    write(folder, with_manifest({**FILES, "softmax/old.txt": "old"}, classes=3))
    outside = tmp_path / "precious.txt"
    outside.write_text("mine")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["../precious.txt"] = "0"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    write(folder, with_manifest(FILES, classes=3))
    assert not (folder / "softmax/old.txt").exists()
    assert outside.read_text() == "mine"


@pytest.mark.parametrize(
    ("one", "other", "line"),
    [(b"a\nb", b"a\nb", 0), (b"a\nb", b"a\nc", 2), (b"a\n", b"a\nb\n", 2), (b"", b"x", 1), (b"a\r\nb", b"a\nb", 1)],
)
def test_the_first_difference_by_hand(one: bytes, other: bytes, line: int) -> None:
    assert first_difference(one, other) == line


def test_one_file_beside_others_leaves_them_alone(tmp_path: Path) -> None:
    part = tmp_path / "deep" / "page.html.symderiv-part"
    part.parent.mkdir()
    part.write_text("another process is writing this")
    assert write(tmp_path, {"page.txt": "text"}) == ("page.txt",)
    assert part.exists()


def test_a_folder_and_a_pipe_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(BuildError, match="folder is a folder, where a file should be"):
        write(tmp_path, {"folder": "text"})
    os.mkfifo(tmp_path / "pipe")  # reading it would wait for ever
    with pytest.raises(BuildError, match="pipe is a device or a pipe, no file; no file was changed"):
        write(tmp_path, {"pipe": "text"})


def test_edited_looks_at_the_named_files_only(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    (tmp_path / "notes.txt").write_text("mine")
    assert edited(tmp_path, FILES) == ()
    (tmp_path / "report.md").write_text("all passed\nby hand\n")
    assert [str(each) for each in edited(tmp_path, FILES)] == [
        "report.md:2: is not what build writes (edited by hand?)"
    ]
