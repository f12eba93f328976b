"""The worked example of docs/simd.md does what the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/simd.md").read_text(encoding="utf-8")
NAMES = (
    "load_classes", "largest", "shift_to", "shifted_exp", "summed_in_unit", "picked", "summed", "of_each_row",
    "log1p_of", "product_error", "exact_fma", "layout_of", "exp_difference", "inlined", "degree",
)  # fmt: skip


def _example() -> dict[str, Any]:
    found = re.search(r"<!-- example: .*?-->\n```python\n(.*?)```", PAGE, flags=re.S)
    assert found is not None
    space: dict[str, Any] = {"__name__": "docs_example"}
    exec(found[1], space)
    return space


def test_the_operation_works_in_both_layouts_and_both_formats() -> None:
    lengths = _example()["lengths"]
    for dtype in (np.float32, np.float64):
        for classes, layout in ((3, (0, 0, 0)), (7, (0.0,))):
            x = np.random.default_rng(1).normal(size=(37, classes)).astype(dtype)
            out = np.empty(37, dtype)
            lengths(x, out, layout)
            np.testing.assert_allclose(out, np.linalg.norm(x.astype(float), axis=1), rtol=4 * np.finfo(dtype).eps)
    assert "sqrt" in "".join(lengths.inspect_asm().values())


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:symderiv|tests|printing)/[\w/.]+)`", PAGE))))
def test_files_of_the_page_exist(path: str) -> None:
    assert (ROOT / path).exists() or (ROOT / "symderiv/kernels" / path).exists()


def test_names_of_the_page_exist() -> None:
    package = ROOT / "symderiv/kernels"
    code = "".join(
        file.read_text(encoding="utf-8")
        for folder in ("", "simd", "printing")
        for file in (package / folder).glob("*.py")
    )
    for name in NAMES:
        assert name in PAGE
        assert f"def {name}(" in code
