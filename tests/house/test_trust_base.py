"""What a `proved` verdict rests on is listed literally; the oracle is the syntax tree of those rooms."""

from __future__ import annotations

import ast
import sys
from typing import get_args

from symderiv.terms import Term
from tests.house.sources import ROOT, files, imports, module_name, within

LISTING = ROOT / "tests" / "house" / "trust_base.txt"
ROOMS = ("symderiv.terms", "symderiv.statements", "symderiv.encoding", "symderiv.checking")


def trust_base() -> list[str]:
    trusted = [file for file in files() if any(within(module_name(file), room) for room in ROOMS)]
    modules = sorted(f"module {module_name(file)}" for file in trusted)
    nodes = sorted(f"node {node.__name__}" for node in get_args(Term))
    foreign = {
        found.module.split(".")[0]
        for file in trusted
        for found in imports(file)
        if not within(found.module, "symderiv") and found.module.split(".")[0] not in sys.stdlib_module_names
    }
    return [*modules, *nodes, *sorted(f"import {name}" for name in foreign)]


def test_the_trust_base_is_the_listed_one() -> None:
    listed = [line for line in LISTING.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    found = trust_base()
    added = [line for line in found if line not in listed]
    removed = [line for line in listed if line not in found]
    assert found == listed, (
        f"tests/house/trust_base.txt: add {added}, remove {removed}, and say so in CHANGELOG.md under Trust base"
    )


def test_the_trusted_rooms_import_nothing_to_their_right() -> None:
    trusted = [file for file in files() if any(within(module_name(file), room) for room in ROOMS)]
    own = [found for file in trusted for found in imports(file) if within(found.module, "symderiv")]
    assert len(own) > len(trusted)
    assert not [str(found) for found in own if not any(within(found.module, room) for room in ROOMS)]


def test_only_the_checker_makes_theorems() -> None:
    """A `Theorem(...)` call outside checking would be a claim that nothing checked."""
    makers = {
        module_name(file)
        for file in files()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Theorem"
    }
    assert makers == {maker for maker in makers if within(maker, "symderiv.checking")}
    assert makers, "the checker makes theorems"
