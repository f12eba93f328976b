"""What several processes of one run of the suite need, made once: by whichever asks first."""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Made = TypeVar("Made")

FOLDER = "SYMDERIV_TESTS_SHARED"
"""The variable that names the folder of this run; conftest.py makes the folder where tests run side by side."""


def made_once(name: str, make: Callable[[], Made]) -> Made:
    """What `make` gives, from the folder of this run if another process has put it there under `name`.

    `make` has to give the same in every process, and nothing may be patched that it depends on. Where tests run in one
    process there is no folder, and it is made here.
    """
    folder = os.environ.get(FOLDER)
    if folder is None:
        return make()
    place = Path(folder) / f"{name}.pickle"
    if place.exists():
        found: Made = pickle.loads(place.read_bytes())
        return found
    made = make()
    handle, beside = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(pickle.dumps(made))
    os.replace(beside, place)
    return made
