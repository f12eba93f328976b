"""What starting up imports; the oracle is `sys.modules` of a fresh process."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = ("sympy", "numba", "llvmlite", "scipy", "matplotlib", "sklearn")

PROBE = """
import json, sys
{action}
sys.stdout.flush()
print(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})), file=sys.stderr)
"""


def modules_after(action: str) -> set[str]:
    result = subprocess.run(
        [sys.executable, "-c", PROBE.format(action=action)], capture_output=True, text=True, check=True, timeout=60
    )
    return set(json.loads(result.stderr.strip().splitlines()[-1]))


@pytest.mark.parametrize("module", ["symderiv", "symderiv.losses", "symderiv.cli", "symderiv.checking"])
def test_importing_is_light(module: str) -> None:
    assert not modules_after(f"import {module}") & set(HEAVY)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["list"], ["doctor"], ["list", "--help"], ["wrong"]])
def test_light_verbs_import_nothing_heavy(arguments: list[str]) -> None:
    found = modules_after(f"from symderiv.cli import run\nrun({arguments!r})")
    assert not found & {*HEAVY, "numpy", "rich"}


def test_checking_knows_neither_rules_nor_sympy() -> None:
    found = modules_after("import symderiv.checking, sys\nassert not any('proving' in m for m in sys.modules)")
    assert "sympy" not in found


def test_the_probe_sees_an_import() -> None:
    assert "sympy" in modules_after("import sympy")
