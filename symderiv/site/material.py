"""The texts and pictures that a site takes from the project: guides, the report, the benchmark's page.

They lie in docs/ and generated/ of a checkout and, in an installed package, in the folder `shipped` beside this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["GUIDES", "PICTURES", "Guide", "Material", "material", "places"]


@dataclass(frozen=True, slots=True)
class Guide:
    """A text of the project: the folder and file it lies in, its page on the site, and its name in the navigation.

    `line` says what it is for on the page that lists the guides; empty for what the navigation names itself.
    """

    folder: str
    file: str
    page: str
    name: str
    line: str = ""


GUIDES: Final = (
    Guide("docs", "getting-started.md", "getting-started.html", "Getting started", "From nothing to a first proof."),
    Guide("docs", "your-own-loss.md", "your-own-loss.html", "Write your own loss", "As it stands in the paper."),
    Guide(
        "docs", "what-is-proved.md", "what-is-proved.html", "What is proved, and what is trusted",
        "The verdict words, what they rest on, and what nobody claims.",
    ),
    Guide(
        "docs", "kernels-in-your-project.md", "kernels-in-your-project.html", "Kernels in your project",
        "Compiled gradients in your own program, step by step.",
    ),
    Guide("docs", "kernels.md", "kernels.html", "Calling kernels", "Options, threads, your own compiled functions."),
    Guide("docs", "linear-layer.md", "linear-layer.html", "The linear layer", "Logits that never exist all at once."),
    Guide("docs", "simd.md", "simd.html", "Vector registers inside Numba", "How the kernels are made."),
    Guide("docs", "performance.md", "performance.html", "Performance"),
    Guide("generated", "report.md", "report.html", "Report"),
)  # fmt: skip
"""In the order of the page that lists them."""

PICTURES: Final = ("bench-roofline.svg", "bench-ratios.svg")
"""The benchmark's, in docs."""


@dataclass(frozen=True, slots=True)
class Material:
    """What was found, by file name, and the names of what was not."""

    guides: tuple[tuple[Guide, str], ...]
    pictures: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]


def places() -> tuple[Path, ...]:
    """Folders that may hold docs/ and generated/: what an installed package carries along, then a checkout."""
    package = Path(__file__).parent
    root = package.parents[1]
    return (package / "shipped", root) if (root / "pyproject.toml").is_file() else (package / "shipped",)


def material(folders: Sequence[Path]) -> Material:
    """The guides and pictures in the first of `folders` that has each."""
    guides = tuple((guide, _read(folders, guide.folder, guide.file)) for guide in GUIDES)
    pictures = tuple((name, _read(folders, "docs", name)) for name in PICTURES)
    missing = [guide.file for guide, text in guides if text is None]
    missing += [name for name, text in pictures if text is None]
    return Material(
        tuple((guide, text) for guide, text in guides if text is not None),
        tuple((name, text) for name, text in pictures if text is not None),
        tuple(missing),
    )


def _read(folders: Sequence[Path], folder: str, file: str) -> str | None:
    for place in folders:
        if (place / folder / file).is_file():
            return (place / folder / file).read_text(encoding="utf-8")
    return None
