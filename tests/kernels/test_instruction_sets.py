"""The same kernels under AVX2, under plain SSE2 without fused multiply-add, and as the host is, a process each.

NUMBA_CPU_NAME alone changes nothing: Numba adds the host's features to it unless NUMBA_CPU_FEATURES names others.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from llvmlite.binding import get_host_cpu_features

from tests.kernels.entries import source
from tests.kernels.simd import layout_cases
from tests.kernels.simd.layout_cases import MAIN, OTHERS, Case, Sample, along, lanes, sample_of, truth_rows, worst
from tests.kernels.simd.long_doubles import PRECISE

ROOT = Path(__file__).parents[2]
SETS: dict[str, dict[str, str]] = {
    "avx2": {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx,+avx2,+fma,+bmi,+bmi2,+f16c"},
    "sse2": {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": "+sse,+sse2"},
    "host": {},
}
DTYPES = (np.float32, np.float64)
pytestmark = [
    pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="these are names of x86-64 processors"),
    pytest.mark.skipif(not PRECISE, reason="the oracle needs long doubles of 64 bits or more"),
]


def _layouts(thorough: bool) -> list[tuple[int, Any, tuple[Any, ...]]]:
    """(C, dtype, layout) to try."""
    if not thorough:
        return [(3, np.float32, lanes(3)), (30, np.float64, along(30, np.float64)), (150, np.float32, ())]
    made: list[tuple[int, Any, tuple[Any, ...]]] = []
    for dtype in DTYPES:
        width = 64 // np.dtype(dtype).itemsize
        made += [(c, dtype, lanes(c)) for c in range(1, 21)]
        made += [(c, dtype, along(c, dtype)) for v in range(8) for c in (v * width + 1, v * width + 5, (v + 1) * width)]
        made += [(c, dtype, ()) for c in (1, 2, 31, 64, 65, 129, 300, 1000, 4097)]
    return made


def _same_bits(case: Case, sample: Sample, layout: tuple[Any, ...]) -> bool:
    """Whether rows give the same bits alone, among fewer, and in ranges as threads would take them."""
    whole = case.run(sample, layout)
    equal = True
    for rows in (1, 7, 16, 33):
        few = case.run(sample.only(slice(rows)), layout)
        equal &= all(np.array_equal(got, want[:rows]) for got, want in zip(few, whole, strict=True))
    halves = case.run(sample, layout, 0, 19)
    case.run(sample, layout, 19, 48, halves)
    return equal and all(np.array_equal(got, want) for got, want in zip(halves, whole, strict=True))


def _special_rows_are_exact(dtype: Any, layout: tuple[Any, ...], classes: int) -> bool:
    z = np.ones((4, classes), dtype)
    z[1, 0], z[2, 0], z[3] = np.nan, np.inf, -np.inf
    sample = Sample(z, np.zeros(4, np.int64), np.ones_like(z), np.ones_like(z))
    value, gradient = MAIN[0].run(sample, layout)
    exact = bool(np.isnan(value[1:]).all() and np.isnan(gradient[1:]).all() and np.isfinite(gradient[0]).all())
    if classes == 1:
        exact &= bool(value[0] == 0 and gradient[0, 0] == 0 and MAIN[1].run(sample, layout)[0][0, 0] == 1)
    return exact


def probe(texts: str, thorough: bool) -> None:
    """Print what the kernels do in this process; `texts` is a file with their sources, so that nothing is derived."""
    sources = json.loads(Path(texts).read_text(encoding="utf-8"))
    layout_cases.source = sources.__getitem__
    assembly, failures, worst_of_all, bits, special = "", [], 0.0, True, True
    for classes, dtype, layout in _layouts(thorough):
        for case in (*MAIN, OTHERS[0]) if thorough else MAIN[:1]:
            sample = sample_of(classes, dtype)
            off, at = worst(case, sample, layout, truth_rows(classes, dtype))
            worst_of_all = max(worst_of_all, off)
            failures += [f"{case}, C = {classes}, {layout}: {off:.2f} units, {at}"] if not off <= 5 else []
            bits &= _same_bits(case, sample, layout)
        special &= _special_rows_are_exact(dtype, layout, classes)
        if not thorough:
            assembly += "".join(MAIN[0].function("_rows" if layout else "_long_rows").inspect_asm().values())
    for layout in (lanes(1), (0.0,), ()) if thorough else (lanes(1),):
        special &= _special_rows_are_exact(np.float32, layout, 1) and _special_rows_are_exact(np.float64, layout, 1)
    found = {name: name in assembly for name in ("zmm", "ymm", "vfmadd")}
    print(json.dumps({**found, "failures": failures, "worst": worst_of_all, "bits": bits, "special": special}))


def _probed(name: str, thorough: bool, folder: Path) -> dict[str, Any]:
    features = get_host_cpu_features()
    if name == "avx2" and not (features.get("avx2") and features.get("fma")):
        pytest.skip("this processor has no AVX2 with fused multiply-add")
    texts = folder / "sources.json"
    entries = ("cross-entropy", "softmax", "log-softmax")
    texts.write_text(json.dumps({entry: source(entry) for entry in entries}), encoding="utf-8")
    # A cache of its own: of code that was compiled before, Numba shows no assembly.
    program = f"from tests.kernels.test_instruction_sets import probe; probe({str(texts)!r}, {thorough})"
    clean = {key: value for key, value in os.environ.items() if not key.startswith("NUMBA_CPU")}
    environment = clean | SETS[name] | {"PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(folder)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"ended with {done.returncode}: {done.stderr[-3000:]}"
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    "name", [*[name for name in SETS if name != "host"], pytest.param("host", marks=pytest.mark.slow)]
)
def test_kernels_under_an_instruction_set(name: str, tmp_path: Path) -> None:
    found = _probed(name, False, tmp_path)
    if name == "host":
        assert found["vfmadd"] == bool(get_host_cpu_features().get("fma"))
    else:
        assert not found["zmm"], "512-bit registers were used"
        assert found["ymm"] == found["vfmadd"] == (name == "avx2")
    assert not found["failures"]
    assert found["bits"], "a row's bits depend on its place"
    assert found["special"], "a row with NaN or an infinity, or with one class, is not exact"


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
def test_every_layout_under_an_instruction_set(name: str, tmp_path: Path) -> None:
    found = _probed(name, True, tmp_path)
    assert not found["failures"], "\n".join(found["failures"])
    assert found["bits"]
    assert found["special"]
