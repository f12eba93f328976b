"""What a kernel writes: the stable closed form of each output, by cases of its indices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from symderiv.terms import Domain, Index, Term

ROW_WEIGHT: Final = "weight"
"""The name of the row's weight in a kernel with weighted outputs."""


@dataclass(frozen=True, slots=True)
class RowWeights:
    """What the weight of a row is made of, by the names of parameters: samples * classes[label], 0 where the label is
    `ignored`. A name may be empty, but for that of the samples."""

    samples: str
    classes: str = ""
    ignored: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """The value of an output at an index tuple; a repeated index is a diagonal, the label a single element."""

    at: tuple[Index, ...]
    term: Term


@dataclass(frozen=True, slots=True)
class Output:
    """What to write into one output array: later cases overwrite earlier ones.

    `scaled`: times the scalar `scale`; `weighted`: times the row's weight, and 0 where that is 0.
    """

    array: str
    axes: tuple[Domain, ...]
    cases: tuple[Case, ...]
    scaled: bool = False
    weighted: bool = False
