"""Generated modules as files that can be imported, so that compiled code is cached between runs.

Numba caches only functions with a real source file. The file's name holds the hash of its text, so another text is
another file and another cache; it is written beside and renamed, so a reader never sees half of it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
from pathlib import Path
from types import ModuleType


def _directory() -> Path:
    """The user's own cache directory, mode 700; a fresh temporary one if it cannot be written or is not ours."""
    base = os.environ.get("XDG_CACHE_HOME")
    wanted = (Path(base) if base and Path(base).is_absolute() else Path.home() / ".cache") / "symderiv" / "kernels"
    try:
        wanted.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = wanted.stat()
        if hasattr(os, "getuid") and status.st_uid != os.getuid():
            raise PermissionError(f"{wanted} belongs to another user")
        if status.st_mode & 0o077:
            wanted.chmod(0o700)
        handle, probe = tempfile.mkstemp(dir=wanted)
        os.close(handle)
        os.unlink(probe)
    except (OSError, RuntimeError):
        return Path(tempfile.mkdtemp(prefix="symderiv-kernels-"))
    return wanted


def _written(source: str, stem: str) -> Path:
    directory = _directory()
    path = directory / f"{stem}.py"
    if path.exists() and path.read_text(encoding="utf-8") == source:
        return path
    handle, temporary = tempfile.mkstemp(dir=directory, suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(source)
    os.replace(temporary, path)
    return path


def load_module(source: str, name: str) -> ModuleType:
    """The generated module with this text, imported once in a process.

    Raises ImportError with a sentence if the text does not run (a hand-edited or truncated file).
    """
    digest = hashlib.sha256(source.encode()).hexdigest()[:20]
    stem = f"{name.replace('-', '_')}_{digest}"
    known = f"symderiv_generated.{stem}"
    if known in sys.modules:
        return sys.modules[known]
    path = _written(source, stem)
    spec = importlib.util.spec_from_file_location(known, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ModuleNotFoundError as error:
        raise ImportError(
            f"the generated module {name!r} needs the package {error.name!r}: install it, or generate the module "
            "for the target 'numpy', which needs NumPy only"
        ) from error
    except Exception as error:
        raise ImportError(f"the generated module {name!r} ({path}) does not run: {error}") from error
    # Registered once it is whole: another thread may ask for it at any time.
    return sys.modules.setdefault(known, module)
