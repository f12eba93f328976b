"""The committed table is what is derived, number by number, and its constants are what they are called."""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import mpmath
import numpy as np
import pytest

from symderiv.approximation.deriving import exponential_table, logarithm_table
from symderiv.approximation.formats import FLOAT32, FORMATS, Format
from symderiv.approximation.rendering import hexadecimal, source
from symderiv.kernels.simd import coefficients
from tests.approximation.tables import EXPONENTIALS, LOGARITHMS

ROOT = Path(__file__).parents[2]
KINDS = pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)


def test_the_committed_file_is_what_is_derived() -> None:
    made = source([exponential_table(kind) for kind in FORMATS], [logarithm_table(kind) for kind in FORMATS])
    assert Path(coefficients.__file__).read_text(encoding="utf-8") == made


@KINDS
def test_the_constants_are_what_they_are_called(kind: Format) -> None:
    table = EXPONENTIALS[kind.name]
    rounded = np.float32 if kind == FLOAT32 else np.float64
    with mpmath.workdps(60):
        ln2 = mpmath.log(2)
        assert table.log2_e == float(rounded(1 / ln2))
        assert abs(table.ln2_high + mpmath.mpf(table.ln2_low) - ln2) < mpmath.mpf(2) ** (-kind.precision - 13)
        edge = (kind.smallest - 1) * ln2
        below = float(np.nextafter(rounded(table.lowest), rounded(-1e9)))
        assert below < edge <= table.lowest
    assert coefficients.EXP[kind.name].magic == 1.5 * 2.0 ** (kind.precision - 1)
    assert LOGARITHMS[kind.name].least_mantissa == float(rounded(np.sqrt(0.5)))
    for n in (1, 3, 3 * (1 - kind.smallest)):
        assert float(rounded(rounded(n) * rounded(table.ln2_high))) == n * table.ln2_high


@KINDS
def test_every_constant_is_a_number_of_its_format(kind: Format) -> None:
    held = (*coefficients.EXP[kind.name], *coefficients.LOG[kind.name])
    for value in (x for part in held for x in (part if isinstance(part, tuple) else (part,))):
        assert float(np.float32(value)) == value or kind != FLOAT32


def test_the_copied_part_stands_alone() -> None:
    _, _, below = Path(coefficients.__file__).read_text(encoding="utf-8").partition("# ---- copied into generated")
    names: dict[str, object] = {}
    exec("from __future__ import annotations\nfrom typing import NamedTuple\n#" + below, names)
    assert names["EXP"] == coefficients.EXP
    assert names["LOG"] == coefficients.LOG


@pytest.mark.parametrize(("value", "text"), [(1.5, "0x1.8p+0"), (-0.25, "-0x1p-2"), (0.1, "0x1.999999999999ap-4")])
def test_literals_are_short_and_read_back(value: float, text: str) -> None:
    assert hexadecimal(value) == text
    assert float.fromhex(hexadecimal(value)) == value


def test_the_script_finds_the_file_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    loader = SourceFileLoader("script_derive_coefficients", str(ROOT / "scripts" / "derive_coefficients"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    assert module.main(["--check"]) == 0
    assert "is what is derived" in capsys.readouterr().out
