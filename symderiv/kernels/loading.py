"""Generated modules as files that can be imported, so that compiled code is cached between runs.

Numba caches only functions with a real source file. The file's name holds the hash of its text, so another text is
another file and another cache; it is written beside and renamed, so a reader never sees half of it.
"""

from __future__ import annotations

import atexit
import hashlib
import importlib.util
import os
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType


def cache_folder() -> Path:
    """The user's own cache folder, mode 700; a temporary one of this process if it cannot be written or is not ours."""
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        home = Path(base) if base and Path(base).is_absolute() else Path.home() / ".cache"
    except RuntimeError:
        return _temporary_folder(os.getpid())
    return _usable(home / "symderiv" / "kernels", os.getpid())


@cache
def _usable(wanted: Path, process: int) -> Path:
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
    except OSError:
        return _temporary_folder(process)
    return wanted


@cache
def _temporary_folder(process: int) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="symderiv-kernels-"))
    atexit.register(_remove, folder, process)
    return folder


def _remove(folder: Path, process: int) -> None:
    if os.getpid() == process:  # a forked child has not made it
        shutil.rmtree(folder, ignore_errors=True)


def write_whole(path: Path, text: str) -> None:
    """Write `text` beside `path` and rename it, so that a reader never sees half of it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def _written(source: str, stem: str) -> Path:
    path = cache_folder() / f"{stem}.py"
    if not (path.exists() and path.read_text(encoding="utf-8") == source):
        write_whole(path, source)
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
            "for the target 'numpy', which needs NumPy only",
            name=error.name,
        ) from error
    except Exception as error:
        raise ImportError(f"the generated module {name!r} ({path}) does not run: {error}") from error
    # Registered once it is whole: another thread may ask for it at any time.
    return sys.modules.setdefault(known, module)
