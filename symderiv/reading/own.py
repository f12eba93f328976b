"""The user's own catalogue: losses in files that the project's own pyproject.toml names.

    [tool.symderiv]
    catalogue = ["losses.txt", "my_losses.py"]

A text file holds short notation and is only read. A Python file is the user's own program: it is imported, as a test or
a plug-in of the same project would be, because the project's configuration names it; it has a `PROBLEM` or `PROBLEMS`.
The configuration is that of the working directory or of the nearest folder above that has a pyproject.toml; files
outside that folder are refused.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Final

from symderiv.reading.errors import FormulaError
from symderiv.reading.files import name_of, read_text, text_of_file
from symderiv.reading.problems import Reading
from symderiv.statements import Problem

__all__ = ["OwnCatalogueError", "OwnLoss", "own_losses"]

_CONFIGURATION: Final = "pyproject.toml"


class OwnCatalogueError(ValueError):
    """The user's own catalogue cannot be used; the message says which file, what is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class OwnLoss:
    """A loss of the user's own catalogue: the file it stands in, and how it was read if that is short notation."""

    problem: Problem
    source: str
    reading: Reading | None = None


def own_losses(folder: Path, taken: Sequence[str] = ()) -> tuple[OwnLoss, ...]:
    """The losses that the configuration of `folder` names, none if there is no such configuration.

    `taken` are names that are in use already. Raises OwnCatalogueError for a file that is not there, is no catalogue or
    fails, and for a name that is given twice.
    """
    place = next(
        (each / _CONFIGURATION for each in (folder, *folder.parents) if (each / _CONFIGURATION).is_file()), None
    )
    if place is None:
        return ()
    found: list[OwnLoss] = []
    for named in _files(place):
        found += _losses(place.parent, named)
    seen = dict.fromkeys(taken, "the catalogue of symderiv")
    for each in found:
        name = each.problem.name
        if name in seen:
            raise OwnCatalogueError(f"{each.source}: the name {name!r} is taken by {seen[name]}; choose another")
        seen[name] = each.source
    return tuple(found)


def _files(place: Path) -> tuple[str, ...]:
    try:
        data = tomllib.loads(place.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise OwnCatalogueError(f"{place} cannot be read: {error}") from None
    tool = data.get("tool", {})
    own = tool.get("symderiv", {}) if isinstance(tool, dict) else {}
    files = own.get("catalogue", []) if isinstance(own, dict) else []
    if not isinstance(files, list) or not all(isinstance(each, str) for each in files):
        raise OwnCatalogueError(f'{place}: tool.symderiv.catalogue is a list of files, as in ["losses.txt"]')
    return tuple(files)


def _losses(folder: Path, named: str) -> tuple[OwnLoss, ...]:
    place = (folder / named).resolve()
    if not place.is_relative_to(folder.resolve()):
        raise OwnCatalogueError(f"{named} lies outside {folder}; a catalogue belongs to its project")
    if not place.is_file():
        raise OwnCatalogueError(f"{named} is named in {folder / _CONFIGURATION} and is not there")
    if place.suffix == ".py":
        return tuple(OwnLoss(problem, named) for problem in _imported(place, named))
    try:
        readings = read_text(text_of_file(place), named, name_of(place))
    except FormulaError as error:
        raise OwnCatalogueError(str(error)) from None
    return tuple(OwnLoss(reading.problem, named, reading) for reading in readings)


def _imported(place: Path, named: str) -> tuple[Problem, ...]:
    """The problems of a Python file; it is run, since the user's configuration asks for that."""
    module_name = f"symderiv_own_{place.stem}"
    spec = spec_from_file_location(module_name, place)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise OwnCatalogueError(f"{named} fails when it is imported: {type(error).__name__}: {error}") from error
    problems = getattr(module, "PROBLEMS", None)
    if problems is None:
        problems = (module.PROBLEM,) if hasattr(module, "PROBLEM") else None
    if not isinstance(problems, tuple | list) or not all(isinstance(each, Problem) for each in problems):
        raise OwnCatalogueError(
            f"{named} has neither PROBLEM, a problem, nor PROBLEMS, a tuple of them; symderiv.problem(...) makes one"
        )
    return tuple(problems)
