"""Reading the package's own source, for the tests that keep the house in order."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "symderiv"


@dataclass(frozen=True, slots=True)
class Import:
    """A module that a file imports, anywhere in it, also inside a function."""

    file: Path
    line: int
    module: str

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line} imports {self.module}"


def files() -> tuple[Path, ...]:
    """Every Python file of the package, in a fixed order."""
    return tuple(sorted(PACKAGE.rglob("*.py")))


def module_name(file: Path) -> str:
    """The dotted name of a file: symderiv/terms/__init__.py is symderiv.terms."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_module(name: str) -> bool:
    """True if `name` is a module or package of this project."""
    place = ROOT.joinpath(*name.split("."))
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


@cache
def imports(file: Path) -> tuple[Import, ...]:
    """What a file imports; ``from a import b`` counts as a.b where that is a module, else as a."""
    return tuple(_imports(file))


def _imports(file: Path) -> Iterator[Import]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(file, node.lineno, alias.name)
        elif isinstance(node, ast.ImportFrom):
            assert node.module, f"{file}:{node.lineno}: imports are written in full"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield Import(file, node.lineno, full if is_module(full) else node.module)


def within(module: str, package: str) -> bool:
    """True if `module` is `package` or lies in it."""
    return module == package or module.startswith(package + ".")
