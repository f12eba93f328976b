"""Printing the public functions of a linear layer's module, and what its header says of them."""

from __future__ import annotations

from typing import Final

from symderiv.kernels.calls import parameter_names, wrapped
from symderiv.kernels.functions import Function
from symderiv.kernels.hyperparameters import hyperparameter_argument, hyperparameter_lines
from symderiv.kernels.layers import Contraction
from symderiv.kernels.parts import TARGETS_ARRAY

_TARGETS: Final = {"labels": "integer labels 0..C-1 (...)", "targets": "targets (..., C)"}

_OPTION_LINES: Final = (
    "    `weight` (C,), `sample_weight` (...): weights >= 0 of classes and samples; `smoothing` a: (1 - a) t_k + a/C",
    "    for t_k; `temperature` T: z/T for z. A mean is over the samples' weights, weight[label] * sample_weight; for",
    "    targets (..., C), over sample_weight.",
)
_IGNORED_LINE: Final = (
    "    `ignore_index`: samples with this label are left out: they do not count, and their rows of dX are 0."
)

_OPTIONS: Final = ("weight", "sample_weight", "smoothing", "temperature", "ignore_index")
_DEFAULTS: Final = ("None", "None", "0.0", "1.0", "None")
ARGUMENTS: Final = ("W", "b", "X", *_OPTIONS, "reduction", "inputs", "out", "threads", "memory_limit")
"""Arguments that functions of a layer may have beside those of the loss, which must not have the same names."""


def takes(function: Function) -> tuple[str, ...]:
    """The options that the functions of a layer take: all where there are kernels for them, to ignore labels where
    there are labels."""
    if function.option_kernels:
        return _OPTIONS
    return ("ignore_index",) if any(variant == "labels" for variant, _ in function.kernels) else ()


def _targets(function: Function) -> str:
    """What the targets of the loss may be; empty if it has none."""
    if TARGETS_ARRAY not in function.arguments:
        return ""
    kinds = [variant for variant, _ in function.kernels]
    return "t " + " or ".join(way for kind, way in _TARGETS.items() if kind in kinds)


def _others(function: Function, rows: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The further data of the loss, each with its shape."""
    names = [name for name in function.arguments if name not in ("z", TARGETS_ARRAY)]
    return tuple((name, "(..., C)" if name in rows else "(C,)") for name in names)


def behaviour(function: Function, rows: tuple[str, ...], sums_to_one: bool) -> tuple[str, ...]:
    """What the header of a layer's module says of all its functions."""
    targets = _targets(function)
    data = [targets] if targets else []
    data += [f"{name} {shape}" for name, shape in _others(function, rows)]
    given = "; " + "; ".join(data) if data else ""
    if sums_to_one and "targets" in targets:
        given += ", each row of which sums to 1, as the theorems assume"
    left_out = ""
    if takes(function):
        left_out = " A sample that an option leaves out is not looked at: it may hold NaN, and costs no work."
    text = (
        "Arrays, all float32 or all float64, native byte order, any strides: W (C, D) weights, b (C,) biases or None"
        f" for zeros, X (..., D) inputs, a row for each sample{given}. `reduction` is 'mean' or 'sum' over the samples."
        " The logits exist for a chunk of samples at a time, never for all. A sample with NaN, with +inf or with"
        " nothing but -inf among its logits gives NaN in the loss, dW and db, and in its own row of dX."
        f"{left_out} No samples: sum 0, mean NaN, gradients 0. Inputs are never written. Bad input raises TypeError or"
        " ValueError with a sentence.",
        "`memory_limit`, in bytes, bounds what is allocated beside the results: for each sample of a chunk its C"
        " logits, and copies of its rows of X, of targets or dX where those are not contiguous or samples are left"
        " out; a block of classes of dW; for each sample a few numbers; for each class a float64, and a number of"
        " scratch in each thread; a copy of W if neither axis of it is contiguous. None: 2 MB for the block, and for a"
        " chunk 32 MB or, if that is more, 512 samples in float32 and 256 in float64 but at most D.",
        "`threads` is for the loss alone: the matrix products between run on as many threads as NumPy's BLAS is set"
        " to, and the two never run at once. No result depends on `threads`; the size of a chunk, and the threads of"
        " BLAS, may change last digits. Accuracy: losses and gradients in the logits as for the loss itself, from"
        " logits that BLAS rounded; dW and dX are sums in the arrays' dtype, db in float64.",
    )
    return tuple(line for paragraph in text for line in _filled(paragraph))


def _filled(text: str, width: int = 112) -> list[str]:
    lines: list[str] = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return lines


def _docstring(name: str, function: Function, items: tuple[Contraction, ...], sources: dict[str, str],
               rows: tuple[str, ...]) -> list[str]:  # fmt: skip
    what = {
        "value": "The loss over the samples, its sum or mean.",
        "value_and_grad": "The loss over the samples, its sum or mean, and its gradients.",
        "grad": "The gradients of the loss over the samples, its sum or mean, without the loss.",
    }[name]
    result = {"value": "a scalar", "value_and_grad": "(value, dW, db)", "grad": "(dW, db)"}[name]
    shown = () if name == "value" else items
    lines = [f'    """{what}', "", f"    {function.formulas[0]}, of the logits z = W x + b of each sample"]
    lines += [f"    {item.output} = {item.text}" for item in shown]
    data = [_targets(function)] if _targets(function) else []
    data += [f"{name} {shape}" for name, shape in _others(function, rows)]
    lines += ["", f"    {'; '.join(['W (C, D); b (C,) or None; X (..., D)', *data])} -> {result}."]
    if shown:
        lines.append("    With inputs=True also dX (..., D), the gradient in the inputs of the reduced loss.")
    options = takes(function)
    lines += _OPTION_LINES if len(options) > 1 else ()
    lines += [_IGNORED_LINE] if options else []
    lines += [f"    {line}" for each in function.hyperparameters for line in hyperparameter_lines(each, "W")]
    lines += [
        "    `out`: memory for the results, in their order; `threads`: for the loss, at most so many at a time;",
        "    `memory_limit`: in bytes, for everything else that is allocated; ValueError if one sample does not fit.",
        "    Raises TypeError or ValueError, with a sentence, for input of another kind; see the module's header.",
    ]
    lines += [f"    Theorem {sources[item.output]}" for item in shown]
    return [*lines, '    """']


def print_layer_function(
    name: str, function: Function, items: tuple[Contraction, ...], sources: dict[str, str], rows: tuple[str, ...],
    sums_to_one: bool, classes: int | None, checks: tuple[str, ...],
) -> str:  # fmt: skip
    """The public function `name` of a layer under the loss that has `function`; `sources` has a line for the theorem of
    each contraction, `checks` those that check the scalars of the loss."""
    options, inputs = takes(function), name != "value"
    targets = [TARGETS_ARRAY] if TARGETS_ARRAY in function.arguments else []
    others = [other for other, _ in _others(function, rows)]
    defaults = dict(zip(_OPTIONS, _DEFAULTS, strict=True))
    keywords = [f"{option}={defaults[option]}" for option in options]
    keywords += [hyperparameter_argument(each) for each in function.hyperparameters]
    keywords += ['reduction="mean"', *(["inputs=False"] if inputs else [])]
    keywords += ["out=None", "threads=None", "memory_limit=None"]
    first = wrapped(f"def {name}({', '.join(['W', 'b', 'X', *targets, *others, '*', *keywords])})")
    wanted = {"value": '("value",)', "value_and_grad": '("value", "dW", "db")', "grad": '("dW", "db")'}[name]
    asked = ", ".join(option if option in options else defaults[option] for option in _OPTIONS)
    shared = [other for other in others if other not in rows]
    along = [other for other in others if other in rows]
    layer = (
        _named(along), _named(shared), _named(parameter_names(function)), f"Asked({asked})", str(classes),
        str(sums_to_one),
    )  # fmt: skip
    body = [
        "W, b, X = checked_layer(W, b, X)",
        *checks,
        f"wanted = {wanted}" + (' + (("dX",) if inputs else ())' if inputs else ""),
        "kernels = VALUE" if name == "value" else "kernels = VALUE_AND_GRADIENT",
        *wrapped(f"loss = Loss(kernels, {', '.join(layer)})"),
        "results = layer_pass(",
        f"    W, b, X, {'t' if targets else 'None'}, loss, reduction, wanted, out, threads, memory_limit, CONTRACTIONS",
        ")",
        "return results[0]" if name == "value" else "return tuple(results)",
    ]
    lines = [*first[:-1], f"{first[-1]}:", *_docstring(name, function, items, sources, rows)]
    return "\n".join([*lines, *(f"    {line}" for line in body)])


def _named(names: list[str]) -> str:
    return "{" + ", ".join(f'"{name}": {name}' for name in names) + "}"
