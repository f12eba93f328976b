"""What the figures were measured on: processor, caches, memory, versions; and the environment of every contest."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import numpy as np

from symderiv.bench.records import Machine, Setting

PINNED: Final = (
    Setting("OMP_NUM_THREADS", "1"),
    Setting("OPENBLAS_NUM_THREADS", "1"),
    Setting("MKL_NUM_THREADS", "1"),
    Setting("VECLIB_MAXIMUM_THREADS", "1"),
    Setting("NUMBA_NUM_THREADS", "1"),
    Setting("NPROC", "1"),
    Setting("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false"),
    Setting("JAX_PLATFORMS", "cpu"),
    Setting("JAX_ENABLE_X64", "1"),
    Setting("THP_MEM_ALLOC_ENABLE", "1"),
)
"""Every pool of threads at one; float64 for JAX; huge pages for torch, which NumPy asks for by itself."""

OF_INTEREST: Final = ("OPENBLAS_CORETYPE", "NUMBA_CPU_NAME", "ATEN_CPU_CAPABILITY")
"""Variables that choose instruction sets: recorded if the user has set them."""

PACKAGES: Final = (
    "symderiv", "numpy", "numba", "llvmlite", "scipy", "scikit-learn", "torch", "jax", "jaxlib", "python-flint",
)  # fmt: skip

_INSTRUCTION_SETS: Final = ("avx2", "fma", "avx512f", "avx512_bf16", "amx_tile", "asimd", "sve")


def machine() -> Machine:
    """This computer, as far as the system tells."""
    text = _read("/proc/cpuinfo")
    flags = set((_field(text, "flags") or _field(text, "Features")).split())
    return Machine(
        processor=processor_name(text) or platform.processor() or platform.machine(),
        features=tuple(name for name in _INSTRUCTION_SETS if name in flags),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        caches=_caches(),
        memory=_memory(),
        system=f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        huge_pages=(re.findall(r"\[(\w+)\]", _read("/sys/kernel/mm/transparent_hugepage/enabled")) or ["unknown"])[0],
        blas=_blas(),
    )


def processor_name(text: str) -> str:
    """The model name of /proc/cpuinfo, with family and model, which say more where the name is vague."""
    name = _field(text, "model name")
    family, model = _field(text, "cpu family"), _field(text, "model")
    return f"{name} (family {family}, model {model})" if name and family else name


def versions() -> tuple[Setting, ...]:
    """The versions of what takes part; "not installed" for what is missing."""
    return tuple(Setting(name, _version(name)) for name in PACKAGES)


def environment(given: Mapping[str, str] = os.environ) -> tuple[Setting, ...]:
    """The variables every contest runs under, and those of the user that choose instruction sets."""
    return (*PINNED, *(Setting(name, given[name]) for name in OF_INTEREST if name in given))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _read(place: str) -> str:
    try:
        return Path(place).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _field(text: str, name: str) -> str:
    found = re.search(rf"^{name}\s*:\s*(.*)$", text, flags=re.M)
    return found[1].strip() if found else ""


def _caches() -> tuple[str, ...]:
    made: list[str] = []
    for place in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = (_read(str(place / name)).strip() for name in ("level", "type", "size"))
        if kind != "Instruction":
            made.append(f"L{level} {size}")
    return tuple(made)


def _memory() -> int:
    if sys.platform == "win32":
        return 0
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return 0


def _blas() -> str:
    """The matrix library NumPy was built with, and the version of it."""
    config = np.show_config(mode="dicts") or {}
    blas = config.get("Build Dependencies", {}).get("blas", {})
    return f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()
