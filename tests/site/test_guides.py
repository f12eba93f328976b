"""The guides say what happens: every command line and every Python block in them is run."""

from __future__ import annotations

import importlib
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from fractions import Fraction
from importlib.util import find_spec
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import symderiv
from symderiv.checking import same
from symderiv.cli import run
from symderiv.losses import find
from symderiv.losses.notation import S, y
from symderiv.site.material import GUIDES, PICTURES, material, places
from symderiv.statements import VERDICTS, Theory
from symderiv.terms import Index, number, total
from tests.house.sources import ROOT

NEW = ("getting-started.md", "what-is-proved.md", "kernels-in-your-project.md")


FALSE = ("y_i + t_i", "1 - 6 sum_k", "lines.tex")
"""What is in claims that the guides show to be false."""


def text_of(file: str) -> str:
    return (ROOT / "docs" / file).read_text(encoding="utf-8")


def blocks(file: str, kind: str) -> list[str]:
    return [
        block for found, block in re.findall(r"^```([a-z]*)\n(.*?)^```", text_of(file), re.M | re.S) if found == kind
    ]


def commands(file: str) -> list[list[str]]:
    lines = [line for block in blocks(file, "") for line in block.splitlines()]
    assert all(line.startswith("symderiv ") for line in lines)
    return [shlex.split(line)[1:] for line in lines]


@pytest.mark.parametrize("file", [*NEW[:2], pytest.param(NEW[2], marks=pytest.mark.slow)])
def test_every_command_of_a_guide_succeeds(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("symderiv.cli.site.CATALOGUE", (find("squared-error"),))
    found = commands(file)
    assert found
    if file == "what-is-proved.md":
        assert run(["kernel", "softmax"]) == 0  # which it takes for granted
        (tmp_path / "lines.tex").write_text(blocks(file, "latex")[0], encoding="utf-8")
    for words in found:
        assert run(words) == int(any(part in " ".join(words) for part in FALSE)), words
    printed = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    for line in (line for block in blocks(file, "text") for line in block.splitlines()):
        assert " ".join(line.split()) in printed, line


def test_the_files_that_the_guides_name_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["doc", "log-softmax"]) == 0
    assert (tmp_path / "log_softmax.html").is_file()
    assert "`cross_entropy.html`" in text_of("getting-started.md")


@pytest.mark.latex
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_the_paper_that_the_guide_shows_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (command,) = (words for words in commands("getting-started.md") if "--fragment" in words)
    assert run(command) == 0
    (paper,) = blocks("getting-started.md", "latex")
    (tmp_path / "paper.tex").write_text(paper, encoding="utf-8")
    made = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    done = subprocess.run(made, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout[-1500:]
    assert "Overfull" not in done.stdout


def here(block: str) -> bool:
    """Whether every package that a block imports is installed."""
    wanted = re.findall(r"^(?:import|from) ([a-z_]+)", block, re.M)
    return all(name == "losses" or find_spec(name) is not None for name in wanted)


@pytest.mark.slow
@pytest.mark.parametrize("file", ["getting-started.md", "kernels-in-your-project.md"])
def test_the_python_prints_what_its_comments_say(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    for module in [name for name in sys.modules if name.partition(".")[0] == "losses"]:
        monkeypatch.delitem(sys.modules, module)  # the folder of these tests that is called so
    for words in commands(file):
        if words[0] == "kernel":
            assert run(words) == 0
    capsys.readouterr()
    names: dict[str, object] = {}
    found = [block for block in blocks(file, "python") if here(block)]
    try:
        for block in found:
            exec(compile(block, file, "exec"), names)
    finally:
        for module in [name for name in sys.modules if name.partition(".")[0] == "losses"]:
            del sys.modules[module]
    wanted = [said for block in found for said in re.findall(r"print\(.*\)  # (.*)", block)]
    assert wanted
    assert capsys.readouterr().out.splitlines() == wanted
    missing = [block for block in blocks(file, "python") if block not in found]
    if missing:
        pytest.skip(f"{len(missing)} blocks import what is not installed: {re.findall(r'import (.*)', missing[0])[0]}")


@pytest.mark.slow
def test_the_python_of_the_pages_about_kernels_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks take for granted the arrays that their comments describe, and a generated module."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert run(["kernel", "cross-entropy", "-o", "."]) == 0
    draw = np.random.default_rng(0)

    def some(*shape: int) -> np.ndarray:
        return draw.normal(size=shape)

    labels = np.arange(8) % 10
    rows: dict[str, object] = {"z": some(8, 10), "t": labels, "labels": labels, "w": np.ones(10), "s": np.ones(8)}
    rows |= {"W": some(10, 4), "b": some(10), "X": some(8, 4), "dW": np.empty((10, 4)), "db": np.empty(10)}
    rows |= {"x": some(8, 4), "gain": some(4), "bias": some(4), "dy": some(8, 4)}
    mixture: dict[str, object] = {name: some(8, 3) for name in ("a", "m", "s", "v_a", "v_m", "v_s")}
    mixture["t"] = some(8)
    done = 0
    try:
        for file in ("kernels.md", "linear-layer.md"):
            for block in blocks(file, "python"):
                if "losses.linear_layer" in block:  # a file of one's own catalogue, which other tests make
                    continue
                names = {"symderiv": symderiv, **(mixture if "mixture" in block else rows)}
                if "njit" in block:  # Numba caches only what stands in a file
                    (tmp_path / "step.py").write_text(block, encoding="utf-8")
                    value, gradient = np.empty(8, np.float32), np.empty((8, 10), np.float32)
                    importlib.import_module("step").step(np.zeros_like(gradient), labels, value, gradient)
                    np.testing.assert_allclose(value, np.log(10), rtol=1e-6)
                else:
                    exec(compile(block, file, "exec"), names)
                done += 1
    finally:
        for module in ("kernels", "step"):
            sys.modules.pop(module, None)
    assert done >= 6


def test_the_equation_that_three_class_counts_do_not_refute() -> None:
    """1 - 6 p2 + 3 p2^2 + 8 p3 - 6 p4, in fractions, at every softmax with numerators up to 4."""

    def left(weights: tuple[int, ...]) -> Fraction:
        y = [Fraction(weight, sum(weights)) for weight in weights]
        two, three, four = (sum(each**power for each in y) for power in (2, 3, 4))
        return 1 - 6 * two + 3 * two**2 + 8 * three - 6 * four

    for classes in (1, 2, 3):
        assert all(left(weights) == 0 for weights in product(range(1, 5), repeat=classes))
    assert left((1, 2, 3, 4)) == Fraction(36, 625)
    assert "$36/625$" in text_of("what-is-proved.md")
    k = Index("k", y.indices[0].domain)
    one, two, three, four = (total(k, y(k) ** power) for power in (1, 2, 3, 4))
    claimed = one - 6 * two + 3 * two**2 + 8 * three - 6 * four
    verdict = same(claimed, number(0), Theory((S, y)), seed=0)
    assert verdict.word == "false"
    assert verdict.counterexample is not None
    assert dict(verdict.counterexample.sizes) == {"classes": 4}


def test_every_verdict_has_its_section_and_the_trust_base_is_whole() -> None:
    text = text_of("what-is-proved.md")
    assert re.findall(r"^### (\w+)$", text, re.M) == list(VERDICTS)
    trusted = (ROOT / "tests" / "house" / "trust_base.txt").read_text(encoding="utf-8")
    rooms = {line.split(".")[1] for line in trusted.splitlines() if line.startswith("module symderiv.")}
    told = text.split("## What it rests on")[1].split("It rests on no rule")[0]
    assert set(re.findall(r"`(\w+)`", told)) - {"proved"} == rooms
    assert "python-flint" in told


def test_an_installed_package_carries_the_texts_along() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    carried = {f"{guide.folder}/{guide.file}" for guide in GUIDES} | {f"docs/{name}" for name in PICTURES}
    wanted = {path: f"symderiv/site/shipped/{path}" for path in carried}
    assert build["targets"]["wheel"]["force-include"] == wanted
    assert all((ROOT / path).is_file() for path in carried)


def test_every_text_of_the_site_is_there() -> None:
    found = material(places())
    assert found.missing == ()
    assert [guide for guide, _ in found.guides] == list(GUIDES)
