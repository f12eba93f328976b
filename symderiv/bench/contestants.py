"""A contestant: its name, what it needs, where its calls stand; `CONTESTANTS` are the copy, symderiv and all peers."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Final

from symderiv.bench.calls import Table


@dataclass(frozen=True, slots=True)
class Contestant:
    """`title` for people; `module` holds `table`, the calls; `needs` are packages to import, one of `programs` a
    program on the search path; `install` says how to get what is missing."""

    name: str
    title: str
    module: str
    table: str = "CALLS"
    needs: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    install: str = ""

    def obstacle(self) -> str:
        """Why this contestant cannot take part here, "" if it can; nothing is imported."""
        for package in self.needs:
            if find_spec(package) is None:
                return f"{package} is not installed; {self.install}"
        if self.programs and not any(shutil.which(program) for program in self.programs):
            return f"none of the programs {', '.join(self.programs)} is on the search path; {self.install}"
        return ""

    def calls(self) -> Table:
        """What it can do; imports the package it is about."""
        found: Table = getattr(import_module(self.module), self.table)
        return found


def by_name(contestants: tuple[Contestant, ...]) -> Mapping[str, Contestant]:
    """Contestants by their names, which must differ."""
    made = {each.name: each for each in contestants}
    if len(made) != len(contestants):
        raise ValueError("two contestants have the same name")
    return made


HOUSE: Final = (
    Contestant("copy", "copy of the same bytes", "symderiv.bench.copying"),
    Contestant("symderiv", "symderiv", "symderiv.bench.ours"),
    Contestant("symderiv-new", "symderiv, new arrays", "symderiv.bench.ours", "NEW"),
    Contestant("symderiv-threads", "symderiv, two threads", "symderiv.bench.ours", "THREADS"),
    Contestant("symderiv-weight", "symderiv, weight=", "symderiv.bench.ours_options", "WEIGHT"),
    Contestant("symderiv-sample-weight", "symderiv, sample_weight=", "symderiv.bench.ours_options", "SAMPLE_WEIGHT"),
    Contestant("symderiv-smoothing", "symderiv, smoothing=", "symderiv.bench.ours_options", "SMOOTHING"),
    Contestant("symderiv-temperature", "symderiv, temperature=", "symderiv.bench.ours_options", "TEMPERATURE"),
    Contestant("symderiv-ignore-index", "symderiv, ignore_index=", "symderiv.bench.ours_options", "IGNORE_INDEX"),
)
"""What is not a peer: the copy, and symderiv in all its forms."""

OWN: Final = by_name(
    (
        Contestant("copy", "copy of the same bytes", "symderiv.bench.own_contest", "COPIES"),
        Contestant("symderiv", "symderiv", "symderiv.bench.own_contest", "KERNELS"),
        Contestant("numpy-as-written", "NumPy, as written", "symderiv.bench.own_contest", "NUMPY"),
        Contestant("torch-as-written", "torch, autograd of the definition", "symderiv.bench.own_contest", "TORCH",
                   needs=("torch",), install="pip install torch"),
    )
)  # fmt: skip
"""Who takes part where a loss has no section: its formulas as they are printed are the peers."""
