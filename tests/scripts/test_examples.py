"""The worked examples in short form; oracles: scikit-learn's optimum, plain NumPy, the logistic function."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"


def load(name: str) -> ModuleType:
    loader = SourceFileLoader(f"script_{name}", str(SCRIPTS / name))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    sys.modules[loader.name] = module
    loader.exec_module(module)
    return module


def main_of(name: str) -> Callable[[Sequence[str]], int]:
    found: Callable[[Sequence[str]], int] = load(name).main
    return found


@pytest.mark.slow
def test_train_digits_reaches_the_optimum_of_scikit_learn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "pictures" / "digits.png"
    assert main_of("train_digits")(["--samples", "200", "--steps", "20", "--picture", str(picture)]) == 0
    out = capsys.readouterr().out
    assert picture.read_bytes().startswith(b"\x89PNG")
    first, last = re.search(r"gradient descent +([\d.]+) -> ([\d.]+)", out).groups()  # type: ignore[union-attr]
    assert float(first) == pytest.approx(2.302585, abs=1e-6), "log 10 at W = 0"
    assert float(last) < 1.0
    apart = re.search(r"objective apart +(\S+) relative", out).group(1)  # type: ignore[union-attr]
    assert float(apart) <= 1e-6


@pytest.mark.slow
def test_train_digits_can_fail(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    module = load("train_digits")
    real = module.objective

    def wrong(data: object, penalty: float) -> object:
        return real(data, 2 * penalty)

    monkeypatch.setattr(module, "objective", wrong)
    assert module.main(["--samples", "200", "--steps", "1", "--no-picture"]) == 1
    assert "does not reach scikit-learn's optimum" in capsys.readouterr().err


@pytest.mark.slow  # its kernels and theorems are those of other tests
def test_the_walkthrough_agrees_with_numpy_and_cites_its_theorems(capsys: pytest.CaptureFixture[str]) -> None:
    assert main_of("walkthrough")([]) == 0
    out = capsys.readouterr().out
    for name in ("z", "y", "L", "dz", "dW", "db", "dx", "new W", "new b", "new L"):
        assert re.search(rf"^{name} +=", out, flags=re.M), name
    cited = re.findall(r"\[([a-z-]+:[a-z-]+): (\w+)\]", out)
    assert {"cross-entropy:gradient", "linear-cross-entropy:gradient-weight"} <= {name for name, _ in cited}
    assert {word for _, word in cited} == {"proved"}


def test_the_walkthrough_remembers_what_plain_numpy_disagrees_with(capsys: pytest.CaptureFixture[str]) -> None:
    walk = load("walkthrough").Walk()
    plain = np.array([0.25, 300.0])
    walk.number("y", "y = softmax(z)", plain * (1 + 1e-15), plain)
    walk.number("dz", "dz = y - t", plain + np.array([0.0, 1e-9]), plain)
    walk.number("L", "L = lse - z_i", float("nan"), 1.0)
    assert walk.wrong == ["dz", "L"]
    assert "y      = [       0.25         300]\n         y = softmax(z)" in capsys.readouterr().out


@pytest.mark.slow  # the same of the whole walk
def test_the_walkthrough_can_fail(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    module = load("walkthrough")
    real = module.softmax
    monkeypatch.setattr(module, "softmax", lambda z: real(z) + 1e-9)
    assert module.main([]) == 1
    assert "plain NumPy gives other numbers for y, dz" in capsys.readouterr().err


def test_the_two_class_surface_is_the_logistic_function(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "surface.png"
    assert main_of("plot_two_classes")(["--points", "21", "--picture", str(picture)]) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "largest distance from the logistic function" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["train_digits", "walkthrough", "plot_two_classes"])
def test_bad_arguments_get_a_sentence(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main_of(name)(["--no-such-option"])
    assert stopped.value.code == 2
    assert "unrecognized arguments" in capsys.readouterr().err


def test_without_the_packages_a_script_says_how_to_get_them(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    for name in ("checkout.py", "train_digits"):
        (tmp_path / "scripts" / name).write_text((SCRIPTS / name).read_text(encoding="utf-8"), encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys, runpy; sys.path.insert(0, {str(tmp_path / 'scripts')!r});"
         f"runpy.run_path({str(tmp_path / 'scripts' / 'train_digits')!r}, run_name='__main__')"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert result.returncode == 4
    assert "error: symderiv, numpy, scipy, sklearn, matplotlib cannot be imported" in result.stderr
    assert "scripts/build && .venv/bin/python -m pip install -e '.[examples]'" in result.stderr


@pytest.mark.parametrize("name", ["build", "test", "environment.sh"])
def test_the_shell_scripts_are_well_formed(name: str) -> None:
    result = subprocess.run(["sh", "-n", str(SCRIPTS / name)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
