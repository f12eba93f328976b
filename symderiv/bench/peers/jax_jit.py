"""JAX: `value_and_grad` and `jvp` compiled by XLA for the processor, the data already on its side.

The usual form takes label entries of log_softmax; `BY_LOGSUMEXP` subtracts the logit from the log-sum-exp, as the
loss of the library optax does, and is the faster of the two.
"""

from __future__ import annotations

from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np

from symderiv.bench.calls import Arrays, Call, Table
from symderiv.bench.inputs import Layer


def _read(found: Any) -> Arrays:
    return tuple(np.asarray(each) for each in (found if isinstance(found, tuple | list) else (found,)))


def _ready(function: Any, *given: np.ndarray) -> Call:
    """Compiled for these very shapes before anything is timed."""
    data = tuple(jnp.asarray(each) for each in given)
    for before, after in zip(given, data, strict=True):
        if before.dtype.kind == "f" and before.dtype != after.dtype:
            raise TypeError(f"jax turned {before.dtype} into {after.dtype}; set JAX_ENABLE_X64=1 before it starts")
    compiled = jax.jit(function).lower(*data).compile()
    return Call(lambda: jax.block_until_ready(compiled(*data)), _read)


def _losses(z: Any, labels: Any) -> Any:
    return -jnp.take_along_axis(jax.nn.log_softmax(z), labels[:, None], 1)[:, 0]


def _losses_by_logsumexp(z: Any, labels: Any) -> Any:
    return jax.nn.logsumexp(z, 1) - jnp.take_along_axis(z, labels[:, None], 1)[:, 0]


def _rows(z: Any, labels: Any) -> Any:
    values, back = jax.vjp(lambda x: _losses(x, labels), z)
    return values, back(jnp.ones_like(values))[0]


def _dense(z: Any, t: Any) -> Any:
    return jax.value_and_grad(lambda x: -(t * jax.nn.log_softmax(x)).sum(1).mean())(z)


def _jvp(z: Any, v: Any) -> Any:
    return jax.jvp(jax.nn.softmax, (z,), (v,))[1]


def _hvp(z: Any, labels: Any, v: Any) -> Any:
    return jax.jvp(jax.grad(lambda x: _losses(x, labels).sum()), (z,), (v,))[1]


def _binary(z: Any, t: Any) -> Any:
    values, back = jax.vjp(lambda x: jax.nn.softplus(x) - t * x, z)
    return values, back(jnp.ones_like(values))[0]


def _layer(W: Any, b: Any, X: Any, labels: Any) -> Any:
    def loss(weights: Any, bias: Any) -> Any:
        return _losses_by_logsumexp(X @ weights.T + bias, labels).mean()

    value, (dW, db) = jax.value_and_grad(loss, (0, 1))(W, b)
    return value, dW, db


def _linear(given: Layer) -> Call:
    return _ready(_layer, given.W, given.b, given.X, given.labels)


def _mean(z: Any, labels: Any) -> Any:
    return jax.value_and_grad(lambda x: _losses(x, labels).mean())(z)


def _mean_by_logsumexp(z: Any, labels: Any) -> Any:
    return jax.value_and_grad(lambda x: _losses_by_logsumexp(x, labels).mean())(z)


def _of_labels(function: Any) -> Any:
    return lambda given: _ready(function, given.z, given.labels)


def _of_other(function: Any) -> Any:
    return lambda given: _ready(function, given.z, given.other)


def _of_logits(function: Any) -> Any:
    return lambda given: _ready(function, given.z)


CALLS: Final[Table] = {
    "cross-entropy": _of_labels(_mean),
    "rows": _of_labels(_rows),
    "dense": _of_other(_dense),
    "softmax": _of_logits(jax.nn.softmax),
    "log-softmax": _of_logits(jax.nn.log_softmax),
    "logsumexp": _of_logits(lambda z: jax.nn.logsumexp(z, 1)),
    "jvp": _of_other(_jvp),
    "hvp": lambda given: _ready(_hvp, given.z, given.labels, given.other),
    "binary": _of_other(_binary),
    "linear": _linear,
}

BY_LOGSUMEXP: Final[Table] = {"cross-entropy": _of_labels(_mean_by_logsumexp)}
"""The form that XLA fuses better."""
