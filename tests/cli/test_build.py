"""`build`, on a catalogue of one entry; oracles: a second build, the folder read back, a killed process."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from symderiv.cli import run
from symderiv.cli.verifying import run_verification
from symderiv.losses import find
from symderiv.verification.report import Entry, Level, VerificationReport
from tests.approximation.proved import elementary_functions

SMALL = (find("logsumexp"),)
WANTED = {"kernels.py", "kernels_unrolled.py", "proof.html", "proof.md", "proof.tex", "proof.txt", "theorem.json"}


@cache
def verified(entries: tuple[Entry, ...], level: Level, seed: int) -> VerificationReport:
    return run_verification(entries, level, seed, lambda *_: None)


def small(patch: pytest.MonkeyPatch) -> None:
    """A catalogue of one entry; what is verified and derived for it is found once and remembered in this process."""
    patch.setattr("symderiv.cli.build.CATALOGUE", SMALL)
    patch.setattr("symderiv.cli.build.run_verification", lambda entries, level, seed, _: verified(entries, level, seed))
    patch.setattr("symderiv.build.elementary.prove_elementary_functions", elementary_functions)


@pytest.fixture(autouse=True)
def small_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch)


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "generated"
    with pytest.MonkeyPatch.context() as patch:
        small(patch)
        assert run(["build", "-o", str(folder), "--classes", "4"]) == 0
    return folder


def test_a_build_has_the_promised_files(built: Path) -> None:
    files = content(built)
    assert {path.split("/")[1] for path in files if path.startswith("logsumexp/")} == WANTED
    assert {path for path in files if "/" not in path} == {"manifest.json", "report.json", "report.md"}
    manifest = json.loads(files["manifest.json"])
    assert manifest["classes"] == 4
    assert set(manifest["files"]) == set(files) - {"manifest.json"}
    report = json.loads(files["report.json"])
    assert report["passed"] is True
    assert report["entries"][0]["verdict"] == "proved"
    assert b"worst" not in files["report.json"]


def test_the_report_points_at_the_pictures_that_stand_beside_the_folder(built: Path, tmp_path: Path) -> None:
    assert "## Speed" not in (built / "report.md").read_text(encoding="utf-8")
    docs = tmp_path / "docs"
    docs.mkdir()
    for name in ("bench-roofline.svg", "bench-ratios.svg"):
        (docs / name).write_text("<svg/>", encoding="utf-8")
    assert run(["build", "-o", str(tmp_path / "generated"), "--classes", "4"]) == 0
    report = (tmp_path / "generated" / "report.md").read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^]]+\]\(([^)]+)\)", report)
    assert [(tmp_path / "generated" / place).resolve().name for place in shown] == sorted(
        (each.name for each in docs.iterdir()), reverse=True
    )
    assert all((tmp_path / "generated" / place).is_file() for place in shown)


def test_the_digest_ties_page_record_and_kernel_together(built: Path) -> None:
    files = content(built)
    record = json.loads(files["logsumexp/theorem.json"])
    digest = next(theorem["digest"] for theorem in record["theorems"] if theorem["goal"] == "gradient")
    for name in ("proof.html", "proof.md", "proof.txt", "kernels.py"):
        assert digest.encode() in files[f"logsumexp/{name}"], name


@pytest.mark.slow
def test_a_second_build_in_another_process_writes_the_same_bytes(built: Path, tmp_path: Path) -> None:
    code = (
        "import symderiv.cli.build as b; from symderiv.losses import find; b.CATALOGUE = (find('logsumexp'),);"
        f"from symderiv.cli import run; code = run(['build', '-o', {str(tmp_path / 'g')!r}, '--classes', '4']);"
        "raise SystemExit(code)"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "5", "COLUMNS": "60", "LC_ALL": "C"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, capture_output=True, timeout=300)
    assert content(tmp_path / "g") == content(built)


def test_check_takes_the_class_count_from_the_manifest_and_names_the_edited_line(
    built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "generated"
    for path, data in content(built).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    assert run(["build", "-o", str(folder), "--check"]) == 0
    assert "14 files" in capsys.readouterr().out
    place = folder / "logsumexp" / "proof.md"
    lines = place.read_text(encoding="utf-8").split("\n")
    lines[6] += " indeed"
    place.write_text("\n".join(lines), encoding="utf-8")
    before = content(folder)
    assert run(["build", "-o", str(folder), "--check"]) == 1
    assert f"{folder}/logsumexp/proof.md:7: is not what build writes" in capsys.readouterr().out
    assert content(folder) == before, "--check writes nothing"


def test_beyond_eight_classes_there_is_no_unrolled_kernel(built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "generated"
    for path, data in content(built).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    assert run(["build", "-o", str(folder), "--classes", "40"]) == 0
    assert {path.name for path in (folder / "logsumexp").iterdir()} == WANTED - {"kernels_unrolled.py"}
    assert "for 40 classes" in (folder / "logsumexp" / "proof.txt").read_text(encoding="utf-8")


def test_build_refuses_with_sentences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["build", "-o", str(tmp_path), "--classes", "1"]) == 2
    assert "with fewer than 2 classes softmax is constant" in capsys.readouterr().err
    assert run(["build", "-o", str(tmp_path / "none"), "--check"]) == 1
    assert "manifest.json is missing" in capsys.readouterr().err
    (tmp_path / "file").write_text("mine")
    assert run(["build", "-o", str(tmp_path / "file"), "--classes", "4"]) == 2
    assert re.search(r"cannot be written: .*; no file was changed", capsys.readouterr().err)
    assert (tmp_path / "file").read_text() == "mine"


def test_nothing_is_written_when_the_verification_falls_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("symderiv.cli.build.failures", lambda report: ("a kernel is off",))  # noqa: ARG005
    monkeypatch.setattr("symderiv.verification.report.failures", lambda report: ("a kernel is off",))  # noqa: ARG005
    assert run(["build", "-o", str(tmp_path / "g"), "--classes", "4"]) == 1
    assert "nothing was written, because the verification fell short: a kernel is off" in capsys.readouterr().err
    assert not (tmp_path / "g").exists()


KILLED = r"""
import os, signal
from pathlib import Path
from symderiv.build import writing
real = os.replace
def dying(source, target):
    real(source, target)
    os.kill(os.getpid(), signal.SIGKILL)
os.replace = dying
folder = Path({folder!r})
files = [place for place in sorted(folder.rglob("*")) if place.is_file() and place.name != "manifest.json"]
new = {{place.relative_to(folder).as_posix(): place.read_text(encoding="utf-8") + "new\n" for place in files}}
writing.write(folder, writing.with_manifest(new, 4))
"""


def test_a_killed_process_leaves_every_file_whole(built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "generated"
    before = content(built)
    for path, data in before.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    code = KILLED.format(folder=str(folder))
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert result.returncode == -signal.SIGKILL
    after = {path: data for path, data in content(folder).items() if not path.endswith(".symderiv-part")}
    assert set(after) == set(before)
    changed = [path for path in after if after[path] != before[path]]
    assert len(changed) == 1, "it was killed after the first file"
    assert after[changed[0]] == before[changed[0]] + b"new\n"
    assert run(["build", "-o", str(folder), "--classes", "4"]) == 0
    assert content(folder) == before, "the next build tidies up"
