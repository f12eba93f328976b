"""Generated modules: readable, deterministic, standing alone on NumPy and Numba."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from symderiv.kernels import LoweringError, emit_module
from symderiv.losses import find
from tests.kernels.entries import NAMES, ROWS, kernel, source, theorems

STANDARD = {
    "collections",
    "fractions",
    "functools",
    "hashlib",
    "inspect",
    "itertools",
    "math",
    "operator",
    "os",
    "pathlib",
    "queue",
    "sys",
    "threading",
    "types",
    "typing",
}
ALLOWED = STANDARD | {"numpy", "numba", "llvmlite"}


def _imports(text: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_module_names_its_licence_theorems_and_how_to_make_it_again(name: str) -> None:
    text = source(name)
    lines = text.splitlines()
    assert lines[0] == "# SPDX-License-Identifier: MIT-0"
    assert "do not edit" in lines[1]
    assert f"symderiv kernel {name} --target numba" in lines[1]
    assert _imports(text) <= ALLOWED
    known = {f"{t.derivation.problem}:{t.derivation.goal}": t.digest for t in theorems(name)}
    cited = [line.split() for line in lines if line.startswith("    ") and ":" in line and len(line.split()) == 2]
    digests = {words[0]: words[1] for words in cited if len(words[1]) == 64}
    assert digests
    assert all(known[theorem] == digest for theorem, digest in digests.items())
    assert "fastmath" not in text


@pytest.mark.parametrize("name", NAMES)
def test_every_public_function_says_what_it_computes_takes_and_rests_on(name: str) -> None:
    public = kernel(name).functions
    written = [each for each in ast.parse(source(name)).body if getattr(each, "name", "") in public]
    assert {each.name for each in written if isinstance(each, ast.FunctionDef)} == set(public)
    for function in written:
        assert isinstance(function, ast.FunctionDef)
        text = ast.get_docstring(function) or ""
        assert "->" in text
        assert "Raises TypeError or ValueError" in text
        assert "Theorem " in text or function.name == "value"


def test_the_label_kernel_keeps_the_digits_of_confident_rows() -> None:
    text = source("cross-entropy")
    start = text.index("def value_and_grad_of_labels_rows")
    body = text[start : text.index("\n\n\n", start)]
    assert "# softmax:complement: " in body
    assert "log1p_of(rest_of_rows + (e_at_label_of_rows - e_unit_of_rows), e_unit_of_rows)" in body
    assert "gradient_at_label = (0.0 - shared) * scale" in body
    assert "- 1.0) * scale" not in body


@pytest.mark.slow
def test_the_text_does_not_depend_on_the_hash_seed() -> None:
    program = (
        "import hashlib\n"
        "from tests.kernels.entries import source\n"
        "texts = [source('cross-entropy'), source('softmax', 'unrolled', 3), source('cross-entropy', 'numpy')]\n"
        "print(hashlib.sha256(''.join(texts).encode()).hexdigest())\n"
    )
    root = Path(__file__).parents[2]
    seen = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            check=True,
        )
        seen.add(done.stdout)
    assert len(seen) == 1


def test_a_generated_file_runs_where_only_numpy_and_numba_are(tmp_path: Path) -> None:
    (tmp_path / "kernels.py").write_text(source("cross-entropy"), encoding="utf-8")
    program = (
        "import sys\n"
        "for name in ('symderiv', 'sympy', 'flint', 'click', 'rich', 'jinja2'):\n"
        "    sys.modules[name] = None\n"
        "import numpy as np\n"
        "import kernels\n"
        "value, gradient = kernels.value_and_grad(np.array([[0.0, 0.0]]), np.array([1]))\n"
        "print(value[0], gradient[0, 0], gradient[0, 1])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "cache")},
    )  # fmt: skip
    assert done.stdout.split() == [str(np.log(2.0)), "0.5", "-0.5"]
    assert list((tmp_path / "cache").rglob("*.nbi")), "compiled code was not cached"


@pytest.mark.parametrize("name", ROWS)
def test_the_numpy_target_computes_the_same(name: str) -> None:
    random = np.random.default_rng(3)
    z, t, v = random.normal(size=(2, 4, 5)) * 5, random.random((2, 4, 5)), random.normal(size=(2, 4, 5))
    compiled, plain = kernel(name), kernel(name, "numpy")
    assert "numba" not in _imports(plain.source)
    assert compiled.functions == plain.functions
    for function in compiled.functions:
        targets = name == "cross-entropy" and function not in ("jacobian", "jvp", "vjp")
        given = [z, *([t] if targets else []), *([v] if function in ("jvp", "vjp", "hvp") else [])]
        for left, right in zip(_results(compiled, function, given), _results(plain, function, given), strict=True):
            np.testing.assert_allclose(left, right, rtol=1e-13, atol=1e-14)


def _results(made: object, function: str, given: list[np.ndarray]) -> tuple[np.ndarray, ...]:
    result = getattr(made, function)(*given)
    return result if isinstance(result, tuple) else (result,)


@pytest.mark.parametrize("name", ["softmax", "cross-entropy"])
def test_explicit_kernels_agree_with_the_loops(name: str) -> None:
    random = np.random.default_rng(4)
    z, v = random.normal(size=(6, 3)) * 5, random.normal(size=(6, 3))
    loops, explicit = kernel(name), kernel(name, "unrolled", 3)
    for target in (random.random((6, 3)), np.arange(6) % 3) if name == "cross-entropy" else (None,):
        for function in ("value_and_grad", "hessian") if name == "cross-entropy" else ("value", "jacobian", "jvp"):
            given = [z, *([] if target is None else [target]), *([v] if function == "jvp" else [])]
            for left, right in zip(_results(loops, function, given), _results(explicit, function, given), strict=True):
                np.testing.assert_allclose(left, right, rtol=1e-13, atol=1e-15)


def test_explicit_kernels_keep_confident_rows_and_refuse_other_class_counts() -> None:
    explicit = kernel("cross-entropy", "unrolled", 3)
    value, gradient = explicit.value_and_grad(np.array([[60.0, 0.0, 0.0]]), np.array([0]))
    assert value[0] == pytest.approx(2 * np.exp(-60.0), rel=1e-15)
    assert gradient[0, 0] == pytest.approx(-2 * np.exp(-60.0), rel=1e-15)
    with pytest.raises(ValueError, match="z has 4 classes, but this module was generated for 3"):
        explicit.value(np.zeros((2, 4)), np.zeros(2, int))


def test_targets_are_refused_with_a_sentence() -> None:
    problem, known = find("softmax"), theorems("softmax")
    with pytest.raises(ValueError, match="target 'fortran' is unknown; there are numba, numpy, unrolled"):
        emit_module(problem, known, "fortran")
    with pytest.raises(ValueError, match="needs a class count"):
        emit_module(problem, known, "unrolled")
    with pytest.raises(ValueError, match="is for any class count"):
        emit_module(problem, known, "numba", classes=3)
    with pytest.raises(ValueError, match="for 1 to 8 classes, not 9"):
        emit_module(problem, known, "unrolled", classes=9)
    with pytest.raises(LoweringError, match="which was not given"):
        emit_module(find("cross-entropy"), ())
