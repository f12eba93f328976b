"""A module imports only from layers to its left; the oracle is the syntax tree of every file."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house.sources import PACKAGE, ROOT, Import, files, imports, module_name, within

LAYERS = (
    ("terms",),
    ("statements",),
    ("encoding",),
    ("checking",),
    ("sympy_border",),
    ("proving",),
    ("losses",),
    ("reading",),
    ("approximation",),
    ("documents", "kernels"),
    ("build", "plotting", "verification"),
    ("api",),
    ("site",),
    ("bench",),
    ("cli",),
    ("__main__",),
)
"""From left to right; rooms of one tuple are siblings and do not see each other."""


def room_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else None


def rank(room: str) -> int:
    for position, rooms in enumerate(LAYERS):
        if room in rooms:
            return position
    raise AssertionError(f"symderiv/{room} has no layer; give it one in tests/house/test_layers.py")


def forbidden(found: Import) -> str | None:
    """Why this import is not allowed, or None."""
    here = room_of(module_name(found.file))
    there = room_of(found.module)
    if here is None or there is None or here == there:
        return None
    if rank(there) > rank(here):
        return f"{found}: {there} is to the right of {here}"
    if rank(there) == rank(here):
        return f"{found}: {there} and {here} are siblings"
    return None


def own_imports() -> list[Import]:
    return [found for file in files() for found in imports(file) if within(found.module, "symderiv")]


def test_imports_go_leftwards() -> None:
    wrong = [reason for found in own_imports() if (reason := forbidden(found))]
    assert not wrong, "\n".join(wrong)


def test_documents_and_kernels_receive_theorems() -> None:
    wrong = [
        str(found)
        for found in own_imports()
        if room_of(module_name(found.file)) in ("documents", "kernels")
        and room_of(found.module) in ("losses", "proving")
    ]
    assert not wrong, "documents and kernels receive theorems and derive none:\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    ("package", "rooms"),
    [
        ("sympy", {"sympy_border", "proving", "kernels", "verification"}),
        ("numba", {"kernels"}),
        ("llvmlite", {"kernels"}),
        ("flint", {"approximation", "bench", "checking", "verification", "kernels", "proving"}),
    ],
)
def test_heavy_packages_stay_in_their_rooms(package: str, rooms: set[str]) -> None:
    wrong = [
        str(found)
        for file in files()
        for found in imports(file)
        if within(found.module, package) and room_of(module_name(file)) not in rooms
    ]
    assert not wrong, f"only {sorted(rooms)} may import {package}:\n" + "\n".join(wrong)


SYMPY_PLACES = (
    "symderiv.sympy_border",
    "symderiv.proving.explicit",
    "symderiv.verification.second_derivation",
    "symderiv.kernels.targets",
)


def test_sympy_is_imported_at_the_border_the_explicit_path_and_the_second_derivation_only() -> None:
    wrong = [
        str(found)
        for file in files()
        for found in imports(file)
        if within(found.module, "sympy") and not any(within(module_name(file), place) for place in SYMPY_PLACES)
    ]
    assert not wrong, "\n".join(wrong)


def test_the_test_sees_imports_inside_functions_and_upward_ones(tmp_path: Path) -> None:
    file = PACKAGE / "terms" / "nodes.py"
    source = "def f():\n    from symderiv.losses import CATALOGUE\n    import symderiv.cli.output\n"
    tree = ast.parse(source)
    assert [type(node).__name__ for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    reasons = [forbidden(Import(file, 2, "symderiv.losses")), forbidden(Import(file, 3, "symderiv.cli.output"))]
    assert all(reasons)
    assert "to the right of terms" in str(reasons[0])
    probe = tmp_path / "probe.py"
    probe.write_text(source, encoding="utf-8")
    assert [found.module for found in imports(probe)] == ["symderiv.losses", "symderiv.cli.output"]


def test_every_room_has_a_layer() -> None:
    rooms = {room for file in files() if (room := room_of(module_name(file)))}
    for room in sorted(rooms):
        rank(room)


def test_the_layers_are_the_ones_contributing_names() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    order = [text.find(f"| `{room}") for rooms in LAYERS for room in rooms if room != "__main__"]
    assert -1 not in order, "CONTRIBUTING's table lacks a room"
    assert order == sorted(order), "CONTRIBUTING's table is in another order"
