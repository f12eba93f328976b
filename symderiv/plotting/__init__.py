"""Pictures of an entry: surfaces, families, heat maps, landscapes. `KINDS` lists them.

Every number is a closed form of the entry's theorems evaluated in doubles; matplotlib is imported when one is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from symderiv.plotting import figures, saving
from symderiv.plotting.subjects import Subject, UndrawableError, subject_of

__all__ = ["KINDS", "Kind", "Subject", "UndrawableError", "draw", "kinds_of", "subject_of"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to picture an entry: its name, its line of help, whether it fits, and what draws it on a figure."""

    name: str
    line: str
    fits: Callable[[Subject], bool]
    draw: Callable[[Subject, Any], None]


KINDS: Final = (
    Kind("curve", "value and derivatives of a single number", Subject.is_single, figures.curve),
    Kind("surface", "a probability of two classes over both logits", Subject.has_probabilities, figures.surface),
    Kind("landscape", "the loss over two logits", Subject.is_loss, figures.landscape),
    Kind("family", "the same for several values of a parameter", Subject.has_parameter, figures.family),
    Kind("jacobian", "the Jacobian as a heat map", Subject.has_jacobian, figures.heat),
    Kind("hessian", "the Hessian as a heat map", Subject.has_hessian, figures.heat),
    Kind("gradient-norm", "the length of the gradient over two logits", Subject.is_loss, figures.gradient_norm),
    Kind("eigenvalues", "the eigenvalues of the Hessian as one logit moves", Subject.has_hessian, figures.eigenvalues),
)


def kinds_of(subject: Subject) -> tuple[Kind, ...]:
    """The kinds that fit, the first of them what is drawn if none is named."""
    return tuple(kind for kind in KINDS if kind.fits(subject))


def draw(kind: Kind, subject: Subject, place: Path) -> None:
    """Write the picture to `place`, as SVG or PNG by its suffix; the same bytes for the same numbers.

    Raises ModuleNotFoundError if matplotlib is not installed, and OSError if the file cannot be written.
    """
    saving.save(lambda figure: kind.draw(subject, figure), place)
