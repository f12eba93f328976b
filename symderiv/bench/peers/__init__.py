"""`PEERS`: whom symderiv is measured against, one a file beside this one, each in its best forms.

A peer's package is an optional installation and imported only when its contest begins; what is missing is said.
"""

from __future__ import annotations

from typing import Final

from symderiv.bench.contestants import HOUSE, Contestant, by_name

_COMPILERS: Final = ("g++", "clang++", "c++")
_TORCH: Final = "pip install torch"
_JAX: Final = "pip install jax"

PEERS: Final = (
    Contestant("numpy-naive", "NumPy, unshifted", "symderiv.bench.peers.numpy_naive"),
    Contestant("numpy", "NumPy, stable", "symderiv.bench.peers.numpy_stable"),
    Contestant("scipy", "SciPy", "symderiv.bench.peers.scipy_special", needs=("scipy",), install="pip install scipy"),
    Contestant(
        "sklearn", "scikit-learn _loss", "symderiv.bench.peers.sklearn_loss", needs=("sklearn",),
        install="pip install scikit-learn",
    ),
    Contestant("torch", "torch eager", "symderiv.bench.peers.torch_eager", needs=("torch",), install=_TORCH),
    Contestant(
        "torch-out", "torch eager, out=", "symderiv.bench.peers.torch_buffers", needs=("torch",), install=_TORCH
    ),
    Contestant(
        "torch-compiled", "torch.compile", "symderiv.bench.peers.torch_compiled", needs=("torch",),
        programs=_COMPILERS, install=f"{_TORCH}, and a C++ compiler",
    ),
    Contestant(
        "torch-formula", "torch.compile, by hand", "symderiv.bench.peers.torch_compiled", "BY_HAND", needs=("torch",),
        programs=_COMPILERS, install=f"{_TORCH}, and a C++ compiler",
    ),
    Contestant("torch-by-ranks", "torch eager, rank by rank", "symderiv.bench.peers.torch_arrays", "BY_RANKS",
               needs=("torch",), install=_TORCH),
    Contestant("torch-chunked", "torch in chunks", "symderiv.bench.peers.torch_chunked", needs=("torch",),
               install=_TORCH),
    Contestant("jax", "jax log_softmax", "symderiv.bench.peers.jax_jit", needs=("jax",), install=_JAX),
    Contestant("jax-lse", "jax logsumexp", "symderiv.bench.peers.jax_jit", "BY_LOGSUMEXP", needs=("jax",),
               install=_JAX),
)  # fmt: skip

CONTESTANTS: Final = by_name((*HOUSE, *PEERS))
"""Everyone who may be named in a contest."""
