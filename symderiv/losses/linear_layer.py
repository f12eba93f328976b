"""Any loss of logits behind a linear layer z = W x + b: its gradients in W, b and x, for one sample and for a batch.

The gradient of the loss in its logits is a theorem of the loss; the chain rule through the logits carries it on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from symderiv.losses import linear_cross_entropy
from symderiv.losses.building import noun_of
from symderiv.losses.linear_cross_entropy import Z
from symderiv.losses.linear_cross_entropy import z as logits
from symderiv.losses.linear_cross_entropy_options import W, X, b, x
from symderiv.losses.notation import SAMPLES, d, i, j, n
from symderiv.statements import Assumption, Definition, Goal, Problem, Theory, reachable
from symderiv.terms import (
    Array,
    Call,
    Derivative,
    Entry,
    Parameter,
    Place,
    Size,
    Term,
    children,
    rebuild,
    rename,
    total,
)

__all__ = ["behind_linear_layer"]

_GRADIENT: Final = "dL/dz"
_ROW_GRADIENT: Final = "dell/dZ"
_INNER: Final = ("logits-by-weight", "logits-by-bias", "logits-by-input")


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the quantities and the data of the loss are called here; in a batch with the sample's index in front."""

    names: dict[str, str]
    arrays: dict[str, Array]
    row: tuple[Place, ...] = ()

    def read(self, term: Term) -> Term:
        """`term` with these names."""
        match term:
            case Entry(array=array, indices=places) if array.name in self.arrays:
                return Entry(self.arrays[array.name], (*self.row, *places))
            case Entry(array=array, indices=places) if array.name in self.names:
                return Call(self.names[array.name], (*self.row, *places))
            case Call(name=name, indices=places) if name in self.names:
                return Call(self.names[name], (*self.row, *places))
            case _:
                return rebuild(term, tuple(self.read(part) for part in children(term)))

    def spelled(self) -> str:
        """The choice `reads` of a lemma."""
        pairs = {**self.names, **{name: array.name for name, array in self.arrays.items()}}
        return ",".join(f"{old}:{new}" for old, new in pairs.items())


def behind_linear_layer(
    problem: Problem, *, gradient: Term | None = None, per_sample: tuple[str, ...] | None = None
) -> Problem:
    """The problem of `problem`'s loss at z = W x + b: theorems "gradient-weight", "gradient-bias", "gradient-input",
    and those of the mean over a batch, "batch-gradient-weight" and "batch-gradient-bias".

    `problem` has a theorem "gradient", the derivative of a scalar loss in the logits z_i over the classes. `gradient`
    is the closed form of that theorem, with the index i; without it the theorem is derived here. `per_sample` names
    the data that differ from sample to sample in a batch, by default the targets t; all other data are shared.
    ValueError if there is no such theorem, or if the loss uses a name that the layer needs.
    """
    stated = next((goal for goal in problem.goals if goal.slug == "gradient"), None)
    variable = stated.start.wrt if stated is not None and isinstance(stated.start, Derivative) else None
    if (
        stated is None
        or not isinstance(stated.start, Derivative)
        or not isinstance(stated.start.body, Call)
        or not isinstance(variable, Entry)
        or (variable.array.name, variable.array.domains) != (logits.name, (i.domain,))
    ):
        raise ValueError(
            f"{problem.name} has no theorem 'gradient' of a loss in logits z_i over the classes, which a linear layer"
            " needs"
        )
    _require_free(problem)
    if gradient is None:
        gradient = _derived(problem, stated)
    loss = stated.start.body.name
    place = variable.indices[0]
    held = rename(gradient, {place: i}) if place in gradient.free else gradient
    one = _Reading({logits.name: logits.name}, {})
    batch = _batched(problem, loss, per_sample)
    symbol = r"\frac{\partial L}{\partial z}"
    slope = Definition(_GRADIENT, (i,), one.read(held), "the gradient of the loss in its logits, a theorem", symbol)
    row_symbol = r"\frac{\partial \ell}{\partial Z}"
    row_slope = Definition(_ROW_GRADIENT, (n, i), batch.read(held), "that of one sample of a batch", row_symbol)
    single = tuple(replace(known, body=one.read(known.body)) for known in problem.definitions)
    rows = tuple(_row(known, batch, loss) for known in problem.definitions)
    used = problem.assumptions
    assumptions = (
        *(Assumption(one.read(each.left), one.read(each.right), each.prose) for each in used),
        *(
            Assumption(batch.read(each.left), batch.read(each.right), f"{each.prose}, for every sample")
            for each in used
        ),
    )
    name = f"linear-{problem.name}"
    layer = tuple(goal for goal in linear_cross_entropy.PROBLEM.goals if goal.slug in _INNER)
    data = tuple(array for array in problem.arrays if array.name not in (logits.name, "v"))
    return Problem(
        name,
        f"Linear layer under {noun_of(problem.title)}",
        "layer",
        (
            f"The logits of the entry {problem.name} are an affine function of the input: each class has a row of"
            " weights"
            " W and a bias b. The gradient in the logits is a theorem of that entry; the chain rule carries it to the"
            " weights, the bias and the input.",
            "In matrix form: the gradient in W is the outer product of the gradient in the logits and x, and the"
            " gradient in x is W transposed times it. For a batch they are averaged over the samples.",
        ),
        (W, x, b, *data, X, *batch.arrays.values()),
        (logits, *single, slope, Z, *rows, row_slope),
        assumptions,
        (*layer, *_goals(name, f"{problem.name}:gradient", loss, batch, len(used))),
        "gradient-weight",
        builds_on=(problem,),
        sources=problem.sources,
        hyperparameters=problem.hyperparameters,
    )


def _goals(name: str, cited: str, loss: str, batch: _Reading, assumed: int) -> tuple[Goal, ...]:
    """The gradients of one sample, then those of the mean over a batch."""
    chain = f"chain-through cite={cited} reads={logits.name}:{logits.name} gradient={_GRADIENT}"
    slope, row_slope = Call(_GRADIENT, (j,)), Call(_ROW_GRADIENT, (n, j))
    mean = 1 / Size(SAMPLES) * total(n, Call(batch.names[loss], (n,)))
    reads = f"{batch.spelled()},{x.name}:{X.name},{_GRADIENT}:{_ROW_GRADIENT}"

    def single(slug: str, title: str, by: Entry, inner: str, more: tuple[str, ...], target: Term) -> Goal:
        lemma = f"{name}:logits-by-{inner}"
        plan = (chain, f"lemma cite={lemma}", *more)
        uses = tuple(range(assumed))
        return Goal(slug, title, Derivative(Call(loss, ()), by), plan, uses=uses, cites=(cited, lemma), target=target)

    def mean_of(slug: str, title: str, by: Entry, target: Term) -> Goal:
        lemma = f"{name}:{slug.removeprefix('batch-')}"
        plan = ("constant-factor", "linearity", f"lemma cite={lemma} reads={reads} row=n")
        uses = tuple(range(assumed, 2 * assumed))
        return Goal(slug, title, Derivative(mean, by), plan, uses=uses, cites=(lemma,), target=target)

    share = 1 / Size(SAMPLES)
    return (
        single("gradient-weight", "gradient of the loss in the weights", W[j, d], "weight", ("sift",), slope * x[d]),
        single("gradient-bias", "gradient of the loss in the bias", b[j], "bias", ("sift",), slope),
        single(
            "gradient-input",
            "gradient of the loss in the input",
            x[d],
            "input",
            ("regroup order=1.0 under=0 : W comes first, as in the product of W transposed and the gradient",),
            total(i, W[i, d] * Call(_GRADIENT, (i,))),
        ),
        mean_of(
            "batch-gradient-weight",
            "gradient of the mean loss of a batch in the weights",
            W[j, d],
            share * total(n, row_slope * X[n, d]),
        ),
        mean_of(
            "batch-gradient-bias", "gradient of the mean loss of a batch in the bias", b[j], share * total(n, row_slope)
        ),
    )


def _batched(problem: Problem, loss: str, per_sample: tuple[str, ...] | None) -> _Reading:
    """The names in a batch: quantities with small and capital letters exchanged, the loss as ell, t as T."""
    known = {array.name: array for array in problem.arrays}
    differing = per_sample if per_sample is not None else tuple(name for name in ("t",) if name in known)
    taken = {*_names(problem), W.name, x.name, b.name, X.name, Z.name}
    missing = [name for name in differing if name not in known]
    if missing:
        raise ValueError(f"{problem.name} has no data {', '.join(missing)}; it has {', '.join(known)}")
    names = {logits.name: Z.name}
    for definition in problem.definitions:
        new = definition.name.swapcase() if len(definition.name) == 1 else f"{definition.name}-row"
        names[definition.name] = "ell" if definition.name == loss else new if new not in taken else f"{new}-row"
        taken.add(names[definition.name])
    arrays: dict[str, Array] = {}
    for name in differing:
        new = name.upper() if name.upper() not in taken else f"{name}-row"
        arrays[name] = Array(new, (SAMPLES, *known[name].domains), known[name].positive)
        taken.add(new)
    return _Reading(names, arrays, (n,))


def _row(known: Definition, batch: _Reading, loss: str) -> Definition:
    """The quantity of one sample."""
    symbol = r"\ell" if known.name == loss else known.symbol
    prose = f"{known.prose}, of one sample" if known.prose else "that of one sample"
    return Definition(batch.names[known.name], (n, *known.indices), batch.read(known.body), prose, symbol)


def _derived(problem: Problem, goal: Goal) -> Term:
    """The closed form of the loss's gradient in its logits."""
    # The strategy is not needed for entries that state the closed form, so the catalogue is imported without it.
    from symderiv.proving import derive

    return derive(problem, goal).claim.right


def _names(problem: Problem) -> set[str]:
    """Every name that the problem uses."""
    bodies = [known.body for known in problem.definitions]
    theory = Theory(problem.definitions)
    parameters = {part.name for body in bodies for part in reachable(body, theory) if isinstance(part, Parameter)}
    return {*(array.name for array in problem.arrays), *(known.name for known in problem.definitions), *parameters}


def _require_free(problem: Problem) -> None:
    """ValueError if the loss uses a name or a range of the layer."""
    names = _names(problem)
    wanted = [name for name in (W.name, x.name, b.name, X.name, Z.name, "ell") if name in names]
    if wanted:
        raise ValueError(
            f"{problem.name} uses the name {wanted[0]!r}, which the linear layer needs: W, x, b, X, Z and ell are"
            " its own"
        )
    domains = {index.domain.name for known in problem.definitions for index in known.indices}
    domains |= {domain.name for array in problem.arrays for domain in array.domains}
    other = sorted(domains - {i.domain.name})
    if other:
        raise ValueError(
            f"{problem.name} ranges over {', '.join(other)}; a linear layer takes losses of one sample's logits"
        )
