"""The generated module of a linear layer: row kernels of its loss, contractions, and the functions that chain them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from symderiv.kernels.functions import Function, loss_functions, roles_of
from symderiv.kernels.hyperparameters import checked_hyperparameter
from symderiv.kernels.ir import Kernel
from symderiv.kernels.layer_functions import ARGUMENTS, behaviour, print_layer_function
from symderiv.kernels.layers import WEIGHTED, Contraction, contractions, emitted, layer_roles, row_data
from symderiv.kernels.module import Emitter, header, imports, section, support
from symderiv.kernels.options import option_kernels
from symderiv.kernels.probability.functions import is_loss_of_probabilities, probability_functions
from symderiv.kernels.rewriting import reference
from symderiv.kernels.source import copied_part
from symderiv.kernels.stable import REWRITES, LoweringError
from symderiv.statements import Problem, Theorem


@dataclass(frozen=True, slots=True)
class Layer:
    """What the module of a layer has: the loss's functions, its contractions, those for samples with weights, and which
    data of the loss differ from sample to sample."""

    alone: Function
    both: Function
    items: tuple[Contraction, ...]
    weighted: tuple[Contraction, ...]
    gradients: tuple[str, ...]
    rows: tuple[str, ...]
    sums_to_one: bool


def layer_of(problem: Problem, theorems: tuple[Theorem, ...], *, options: bool) -> Layer:
    """The layer that `problem` states, lowered from `theorems`; LoweringError names a theorem that is missing.

    `options`: with kernels for the options of the loss, where theorems about the layer's weighted samples are given.
    """
    known = {reference(theorem): theorem for theorem in theorems}
    (loss,) = problem.builds_on
    roles = layer_roles(problem)
    cited = f"{loss.name}:gradient"
    items = contractions(roles, known, cited)
    weighted: tuple[Contraction, ...] = ()
    gradients = [cited]
    if is_loss_of_probabilities(loss):
        first = {name: theorem for name, theorem in known.items() if not name.startswith(f"{loss.name}:h")}
        functions = {function.name: function for function in probability_functions(loss, first)}
        alone, both = functions["value"], functions["value_and_grad"]
    else:
        found = roles_of(loss, known)
        if not {"value", "gradient"} <= set(found):
            raise LoweringError(f"{loss.name} names no theorems of its value and gradient, which a layer needs")
        alone, both = loss_functions(known, found["value"], found["gradient"])
        rows = {role: goal if ":" in goal else f"{loss.name}:{goal}" for role, goal in loss.kernels}
        if options and all(roles.get(WEIGHTED + role) in known for role in ("gradient-weight", "gradient-bias")):
            licences = {name: known[name] for name in REWRITES if name in known}
            gradients.append(rows["smoothed-gradient"])
            weighted = contractions(roles, known, rows["smoothed-gradient"], WEIGHTED)
            alone, both = (
                replace(f, option_kernels=option_kernels(f.name, rows, known, licences, results))
                for f, results in ((alone, ("value",)), (both, ("value", "gradient")))
            )
            _require_same(items, weighted)
    names = [name for name in both.arguments if name != "z"]
    rows_of = row_data(problem, names)
    assumed = any(known[item.source[0]].derivation.theory.assumptions for item in items)
    return Layer(alone, both, items, weighted, tuple(gradients), tuple(n for n in names if n in rows_of), assumed)


def _require_same(plain: tuple[Contraction, ...], weighted: tuple[Contraction, ...]) -> None:
    """LoweringError unless weighted samples have the same matrix products."""
    for one, other in zip(plain, weighted, strict=True):
        if (one.output, one.over_samples, one.data) != (other.output, other.over_samples, other.data):
            raise LoweringError(f"{other.source[0]} is another contraction than {one.source[0]}")
        if other.over_samples and not other.weighted:
            raise LoweringError(f"{other.source[0]} gives the samples no weights")


def _line(source: tuple[str, str], known: Mapping[str, Theorem]) -> str:
    """A theorem and its digest, with what a reader must know of one that is not proved."""
    name, digest = source
    word = known[name].verdict.word
    return f"{name}: {digest}" + ("" if word == "proved" else f"  ({word}, not proved)")


def _cited(layer: Layer, known: Mapping[str, Theorem]) -> dict[str, str]:
    functions = (layer.alone, layer.both)
    pairs = dict(pair for function in functions for pair in function.theorems)
    pairs |= dict(pair for f in functions for _, kernel in f.option_kernels for pair in kernel.theorems)
    pairs |= {name: known[name].digest for name in layer.gradients}
    pairs |= dict(item.source for item in (*layer.items, *layer.weighted))
    return {name: _line((name, digest), known).removeprefix(f"{name}: ") for name, digest in pairs.items()}


def _arguments(kernel: Kernel) -> tuple[str, ...]:
    """The names of what a kernel is given after its range, in its order; its gradient goes where the logits were."""
    inputs = [p.name for p in kernel.arrays("input")]
    labels = ["labels" for _ in kernel.labels()] + [p.name for p in kernel.shared_labels()]
    return (*inputs, *labels, *(p.name for p in kernel.scalars()), *(p.name for p in kernel.arrays("output")))


def _table(name: str, function: Function, emitter: Emitter) -> str:
    """The kernels of a function by what they are for, each with the names of what it is given."""
    lines = [f"{name} = {{"]
    for variant, kernel in (*function.kernels, *function.option_kernels):
        names = ", ".join(f'"{argument}"' for argument in _arguments(kernel))
        lines += [f'    "{variant}": (', f"        {emitter.reference(kernel)},", f"        ({names}),", "    ),"]
    return "\n".join([*lines, "}"])


def assemble_layer(problem: Problem, theorems: tuple[Theorem, ...], emitter: Emitter) -> str:
    """The module of a linear layer under a loss; LoweringError names a theorem that is missing."""
    known = {reference(theorem): theorem for theorem in theorems}
    layer = layer_of(problem, theorems, options=emitter.options)
    taken = set(ARGUMENTS)
    clash = sorted(taken & {*layer.both.arguments, *(each.parameter.name for each in problem.hyperparameters)})
    if clash:
        raise LoweringError(f"{problem.name}: {clash[0]!r} is an argument of every layer; rename what the loss has")
    compiled = "@compiled" if any("njit" in line for line in emitter.imports) else ""
    kernels = [kernel for f in (layer.alone, layer.both) for _, kernel in (*f.kernels, *f.option_kernels)]
    head = header(problem, _cited(layer, known), emitter, behaviour(layer.both, layer.rows, layer.sums_to_one))
    texts = []
    for item in layer.items:
        also = tuple(other.source for other in layer.weighted if other.output == item.output)
        lines = tuple(_line(source, known) for source in (item.source, *also))
        texts.append(emitted(item, compiled, lines))
    sources = {item.output: _line(item.source, known) for item in layer.items}
    scalars = bool(layer.both.hyperparameters)
    tables = (
        _table("VALUE", layer.alone, emitter),
        _table("VALUE_AND_GRADIENT", layer.both, emitter),
        'CONTRACTIONS = {"dW": contract_dW, "db": contract_db, "dX": contract_dX}',
    )
    checks = tuple(checked_hyperparameter(each, "W") for each in layer.both.hyperparameters)
    folder = Path(__file__).parent
    copied = "\n\n".join(copied_part(folder / name) for name in ("layer_arguments.py", "layer_support.py"))
    functions = tuple(
        print_layer_function(
            name, layer.both, layer.items, sources, layer.rows, layer.sums_to_one, emitter.classes, checks
        )
        for name in ("value", "value_and_grad", "grad")
    )
    parts = [
        "\n".join([*head, *imports(emitter, True), '__all__ = ["value", "value_and_grad", "grad"]']),
        *section("How functions are compiled and called", (emitter.helpers,)),
        *section("The kernels", tuple(emitter.emit(kernel) for kernel in kernels)),
        *section("The contractions", tuple(texts)),
        *section("What is checked and where results go", (support(emitter, True, scalars),)),
        copied.rstrip("\n"),
        *section("The public functions", (*tables, *functions)),
        *section("Values in vector registers", (emitter.library,)),
    ]
    return "\n\n\n".join(part for part in parts if part) + "\n"
