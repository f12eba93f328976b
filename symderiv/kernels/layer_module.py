"""The generated module of a linear layer: row kernels of its loss, contractions, and the functions that chain them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from symderiv.kernels.functions import loss_functions
from symderiv.kernels.layers import Contraction, contractions, emitted
from symderiv.kernels.module import Emitter, header, imports, section, support
from symderiv.kernels.rewriting import reference
from symderiv.kernels.source import copied_part
from symderiv.statements import Problem, Theorem

_BEHAVIOUR: Final = (
    "Arrays, all float32 or all float64, native byte order, any strides: W (C, D) weights, b (C,) biases or None",
    "for zeros, X (..., D) inputs, a row for each sample; t integer labels 0..C-1 (...) or targets (..., C), each",
    "row of which sums to 1, as the theorems assume. `reduction` is 'mean' or 'sum' over the samples. The logits",
    "exist for a chunk of samples at a time, never for all. A sample with NaN, with +inf or with nothing but -inf",
    "among its logits gives NaN in the loss, dW and db, and in its own row of dX. No samples: sum 0, mean NaN,",
    "gradients 0. Inputs are never written. Bad input raises TypeError or ValueError with a sentence.",
    "`memory_limit`, in bytes, bounds what is allocated beside the results: for each sample of a chunk its C logits,",
    "and copies of its row of X, t or dX where that is not contiguous; a block of classes of dW; a loss and a label",
    "for each sample; for each class a float64, and a number of scratch in each thread; a copy of W if neither",
    "axis of it is contiguous. None: 2 MB for the block, and for a chunk 32 MB or, if that is more, 512 samples in",
    "float32 and 256 in float64 but at most D.",
    "`threads` is for the loss alone: the matrix products between run on as many threads as NumPy's BLAS is set to,",
    "and the two never run at once. No result depends on `threads`; the size of a chunk, and the threads of BLAS, may",
    "change last digits. Accuracy: losses and gradients in the logits as for the loss itself, from logits that BLAS",
    "rounded; dW and dX are sums in the arrays' dtype, db in float64.",
)

_BOTH: Final = ("dW", "db")
_LOSS: Final = ("cross-entropy:logits-form", "cross-entropy:gradient-unnormalised")


def _function(name: str, outputs: tuple[str, ...], about: list[str], inputs: bool, emitter: Emitter,
              kernels: tuple[str, ...]) -> str:  # fmt: skip
    option = "inputs=False, " if inputs else ""
    lines = [
        f'def {name}(W, b, X, t, *, reduction="mean", {option}out=None, threads=None, memory_limit=None):',
        *about,
        "    wanted = (" + ", ".join(f'"{output}"' for output in outputs) + ("," if len(outputs) == 1 else "") + ")",
        *(['    wanted += ("dX",) if inputs else ()'] if inputs else []),
        f"    kernels = ({', '.join(kernels)})",
        '    contractions = {"dW": contract_dW, "db": contract_db, "dX": contract_dX}',
        "    results = layer_pass(",
        f"        W, b, X, t, reduction, wanted, out, threads, memory_limit, {emitter.classes}, *kernels, contractions",
        "    )",
        "    return results[0]" if len(outputs) == 1 else "    return tuple(results)",
    ]
    return "\n".join(lines)


def _about(first: str, result: str, items: tuple[Contraction, ...], inputs: bool) -> list[str]:
    lines = [f'    """{first}', ""]
    lines += [*(f"    {item.output} = {item.text}" for item in items), ""] if items else []
    lines += [f"    W (C, D), b (C,) or None, X (..., D), t labels (...) or targets (..., C) -> {result}."]
    if inputs:
        lines.append("    With inputs=True also dX (..., D), the gradient in the inputs of the reduced loss.")
    lines.append(
        "    `out`: memory for the results, in their order; `threads`: for the loss, at most so many at a time;"
    )
    lines.append(
        "    `memory_limit`: in bytes, for everything else that is allocated; ValueError if one sample does not fit."
    )
    lines.append(
        "    Raises TypeError or ValueError, with a sentence, for input of another kind; see the module's header."
    )
    lines += [f"    Theorem {item.source[0]}: {item.source[1]}" for item in items]
    return [*lines, '    """']


def assemble_layer(problem: Problem, theorems: tuple[Theorem, ...], emitter: Emitter) -> str:
    """The module of a linear layer under cross-entropy; LoweringError names a theorem that is missing."""
    known = {reference(theorem): theorem for theorem in theorems}
    roles = {role: goal if ":" in goal else f"{problem.name}:{goal}" for role, goal in problem.kernels}
    alone, loss = loss_functions(known, *_LOSS)
    compiled = "@compiled" if any("njit" in line for line in emitter.imports) else ""
    items = contractions(roles, known)
    gradient = known["cross-entropy:gradient"]
    cited = dict((*loss.theorems, (reference(gradient), gradient.digest), *(item.source for item in items)))
    head = header(problem, cited, emitter, _BEHAVIOUR)
    value = "The cross-entropy of softmax(W x + b), its sum or mean over the samples."
    gradients = "The gradients of the cross-entropy of softmax(W x + b) over the samples, without the loss."
    both = "The cross-entropy of softmax(W x + b) over the samples, and its gradients."
    kernels = tuple(emitter.reference(kernel) for _, kernel in loss.kernels)
    of_values = tuple(emitter.reference(kernel) for _, kernel in alone.kernels)
    parts = [
        "\n".join([*head, *imports(emitter), '__all__ = ["value", "value_and_grad", "grad"]']),
        *section("How functions are compiled and called", (emitter.helpers,)),
        *section("The kernels", tuple(emitter.emit(kernel) for _, kernel in (*alone.kernels, *loss.kernels))),
        *section("The contractions", tuple(emitted(item, compiled) for item in items)),
        *section("What is checked and where results go", (support(emitter, False),)),
        copied_part(Path(__file__).parent / "layer_support.py").rstrip("\n"),
        _function("value", ("value",), _about(value, "a scalar", (), False), False, emitter, of_values),
        _function(
            "value_and_grad", ("value", *_BOTH), _about(both, "(value, dW, db)", items, True), True, emitter, kernels
        ),
        _function("grad", _BOTH, _about(gradients, "(dW, db)", items, True), True, emitter, kernels),
        *section("Values in vector registers", (emitter.library,)),
    ]
    return "\n\n\n".join(part for part in parts if part) + "\n"
