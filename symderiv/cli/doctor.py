"""``symderiv doctor``: versions, optional parts and what each is needed for."""

from __future__ import annotations

import platform
import shutil
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import click

from symderiv.cli.output import DONE, MISSING, Output, output_options, table


@dataclass(frozen=True, slots=True)
class Part:
    """A package or program, what needs it, and how to get it; `needed` means that nothing works without it."""

    name: str
    purpose: str
    get: str
    needed: bool = False
    program: tuple[str, ...] = ()


PARTS: Final = (
    Part("numpy", "arrays", "pip install numpy", needed=True),
    Part("numba", "compiled kernels", "pip install numba", needed=True),
    Part("sympy", "the second derivation, explicit matrices", "pip install 'sympy<1.15'", needed=True),
    Part("python-flint", "exact and rigorous arithmetic", "pip install python-flint", needed=True),
    Part("click", "the command line", "pip install click", needed=True),
    Part("rich", "the progress display", "pip install rich", needed=True),
    Part("jinja2", "page frames", "pip install jinja2", needed=True),
    Part("lark", "reading losses in short notation", "pip install lark", needed=True),
    Part("markdown-it-py", "the guides of the site", "pip install markdown-it-py"),
    Part("typst", "symderiv doc -f pdf", "pip install '.[pdf]'"),
    Part(
        "pdflatex",
        "symderiv doc -f pdf where typst is missing",
        "apt-get install --no-install-recommends texlive-latex-recommended lmodern",
        program=("pdflatex",),
    ),
    Part(
        "latexmk",
        "running pdflatex as often as it takes; without it, twice",
        "apt-get install --no-install-recommends latexmk",
        program=("latexmk",),
    ),
    Part("matplotlib", "symderiv plot, pictures of the example scripts", "pip install '.[plot]'"),
    Part("scipy", "scripts/train_digits", "pip install '.[examples]'"),
    Part("scikit-learn", "scripts/train_digits", "pip install '.[examples]'"),
    Part("torch", "PyTorch as a peer of symderiv bench", "pip install '.[bench]'"),
    Part("jax", "JAX as a peer of symderiv bench", "pip install '.[bench]'"),
    Part(
        "chromium",
        "the tests of the pages in a browser",
        "apt-get install --no-install-recommends chromium",
        program=("chromium", "chromium-browser"),
    ),
    Part("playwright", "driving chromium in these tests", "pip install '.[dev]'"),
    Part(
        "firefox",
        "the tests of the pages in a second browser",
        "apt-get install --no-install-recommends firefox-esr",
        program=("firefox-esr", "firefox"),
    ),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A part and what was found of it: its version or place, or "" if it is missing."""

    part: Part
    found: str


def look(parts: tuple[Part, ...] = PARTS) -> tuple[Finding, ...]:
    """What is installed, read from package metadata and the search path; nothing is imported."""
    return tuple(Finding(part, _found(part)) for part in parts)


def _found(part: Part) -> str:
    if part.program:
        return next((name for name in part.program if shutil.which(name)), "")
    try:
        return version(part.name)
    except PackageNotFoundError:
        return ""


@click.command()
@output_options
def command(output: Output) -> int:
    """Show versions, optional parts and what each is needed for.

    Exit code 4 if a part that nothing works without is missing.
    """
    findings = look()
    missing = any(finding.part.needed and not finding.found for finding in findings)
    if output.as_json:
        output.data(
            {
                "python": platform.python_version(),
                "symderiv": version("symderiv"),
                "parts": [
                    {
                        "name": finding.part.name,
                        "found": finding.found or None,
                        "needed": finding.part.needed,
                        "purpose": finding.part.purpose,
                        "get": finding.part.get,
                    }
                    for finding in findings
                ],
            }
        )
        return MISSING if missing else DONE
    output.say(f"symderiv {version('symderiv')}, Python {platform.python_version()}")
    rows = [
        (
            finding.part.name,
            finding.found or ("missing" if finding.part.needed else "–"),
            finding.part.purpose,
            "" if finding.found else finding.part.get,
        )
        for finding in findings
    ]
    for line in table(("part", "found", "needed for", "to get it"), rows, output):
        output.say(line)
    return MISSING if missing else DONE
