"""The committed generated/: it stands alone and names no machine; oracle: a process that may import little."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from symderiv.build.contents import folder_of
from symderiv.build.writing import sha256
from symderiv.documents.elementary import NAME
from symderiv.losses import CATALOGUE, FOUNDATIONS
from symderiv.losses.verdicts import VERDICTS

GENERATED = Path(__file__).parents[2] / "generated"
NAMES = [folder_of(problem.name) for problem in FOUNDATIONS]
EVERY = [folder_of(problem.name) for problem in CATALOGUE]

ALONE = """
import sys
class Only:
    banned = {"symderiv", "sympy", "flint", "click", "rich", "jinja2", "scipy", "sklearn", "matplotlib"}
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in self.banned:
            raise ImportError(f"a generated kernel imports {name}")
sys.meta_path.insert(0, Only())
import importlib.util
spec = importlib.util.spec_from_file_location("kernels", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
import numpy as np
z, t = np.array([[0.0, 1.0, 2.0]]), np.array([2])
if "W" in module.value.__code__.co_varnames:
    made = module.value(np.zeros((3, 3)), np.zeros(3), z, t)
elif "t" in module.value.__code__.co_varnames:
    made = module.value(z, t if len(module.value(z, np.eye(3)[t]).shape) == 1 else np.eye(3)[t])
else:
    made = module.value(z)
print(" ".join(f"{x:.12f}" for x in np.ravel(made)))
"""

LOG_SUM = "2.407605964444"
"""log(1 + e + e^2)."""
EXPECTED = {
    "softmax": "0.090030573170 0.244728471055 0.665240955775",
    "logsumexp": LOG_SUM,
    "log_softmax": "-2.407605964444 -1.407605964444 -0.407605964444",
    "cross_entropy": "0.407605964444",
    "binary_cross_entropy": "0.693147180560 1.313261687518 0.126928011043",
    "linear_cross_entropy": "1.098612288668",
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("module", ["kernels.py", "kernels_unrolled.py"])
def test_a_generated_kernel_needs_numpy_and_numba_alone(name: str, module: str, tmp_path: Path) -> None:
    source = GENERATED / name / module
    if not source.exists():
        assert (name, module) == ("binary_cross_entropy", "kernels_unrolled.py")
        return
    place = tmp_path / module
    place.write_bytes(source.read_bytes())
    result = subprocess.run(
        [sys.executable, "-I", "-c", ALONE, str(place)], capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == EXPECTED[name]


def test_every_other_kernel_can_be_imported_with_numpy_and_numba_alone() -> None:
    places = [str(GENERATED / name / "kernels.py") for name in EVERY if name not in NAMES]
    there = [place for place in places if Path(place).exists()]
    assert len(there) > 30
    loop = ALONE.split("import importlib.util")[0] + (
        "import importlib.util\n"
        "for number, place in enumerate(sys.argv[1:]):\n"
        "    spec = importlib.util.spec_from_file_location(f'kernels_{number}', place)\n"
        "    module = importlib.util.module_from_spec(spec)\n"
        "    spec.loader.exec_module(module)\n"
        "    assert callable(module.value), place\n"
    )
    result = subprocess.run([sys.executable, "-I", "-c", loop, *there], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_the_manifest_lists_every_file_with_its_digest() -> None:
    manifest = json.loads((GENERATED / "manifest.json").read_text(encoding="utf-8"))
    there = {
        place.relative_to(GENERATED).as_posix(): sha256(place.read_text(encoding="utf-8"))
        for place in GENERATED.rglob("*")
        if place.is_file() and "__pycache__" not in place.parts and place.name != "manifest.json"
    }
    assert there == manifest["files"]
    assert {path.split("/")[0] for path in there if "/" in path} - {folder_of(NAME)} == set(EVERY)


MACHINE = re.compile(
    r"(?<![\w.<\\])/(?:home|root|tmp|usr|work|Users)/|\b20\d\d-\d\d-\d\d\b|\bx86|\bDebian|\b\d+\.\d+ ms\b"
)


def test_no_generated_file_names_a_machine_a_path_or_a_date() -> None:
    places = sorted(GENERATED.rglob("*"))
    assert any(place.name == "kernels.py" for place in places)
    for place in places:
        if place.is_file() and "__pycache__" not in place.parts:
            text = re.sub(r"base64,[A-Za-z0-9+/=]+", "", place.read_text(encoding="utf-8"))
            found = MACHINE.search(text)
            assert found is None, f"{place.relative_to(GENERATED)}: {found}"


def test_the_report_says_that_all_passed_and_carries_a_mutation_score() -> None:
    report = json.loads((GENERATED / "report.json").read_text(encoding="utf-8"))
    assert report["passed"] is True
    assert {entry["name"]: entry["verdict"] for entry in report["entries"]} == VERDICTS
    assert report["mutation"]["total"] >= 1000
    assert report["mutation"]["defects"] == 0
    assert report["traps"]["total"] >= 500
    assert report["traps"]["proved"] == []
