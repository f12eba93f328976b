"""Linear layers: their gradient theorems as contractions of the loss's gradient in the logits with data.

A theorem such as dL/dW_jd = (1/N) sum_n (Y_nj - T_nj) X_nd becomes a matrix product. That its factor Y - T is the
gradient that the row kernel computes is checked against the loss's own theorem.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from symderiv.kernels.algebra import ONE
from symderiv.kernels.formula import formula
from symderiv.kernels.parts import arrays_of
from symderiv.kernels.probability.functions import is_loss_of_probabilities
from symderiv.kernels.rewriting import reference
from symderiv.kernels.stable import LoweringError
from symderiv.statements import Problem, Theorem, Theory, unfold
from symderiv.terms import (
    Array,
    Call,
    Derivative,
    Div,
    Entry,
    Index,
    Mul,
    Size,
    Sum,
    Term,
    alpha_key,
    children,
    rebuild,
    rename,
)  # fmt: skip

OUTPUTS: Final = {"gradient-weight": "dW", "gradient-bias": "db", "gradient-input": "dX"}
"""The layer's roles and the names of what they compute."""
WEIGHTED: Final = "weighted-"
"""What the roles of the same gradients for weighted samples begin with."""
LAYER_GOALS: Final = {
    "gradient-weight": "batch-gradient-weight", "gradient-bias": "batch-gradient-bias",
    "gradient-input": "gradient-input",
}  # fmt: skip
"""For every role the goal that plays it where the problem's `kernels` has no row for it."""


@dataclass(frozen=True, slots=True)
class Contraction:
    """`output` = the gradient in the logits summed over samples or classes against `data` (W, X or nothing).

    `weighted`: the theorem's samples have weights, which the gradient in the logits has in it already.
    """

    output: str
    over_samples: bool
    data: str
    text: str
    source: tuple[str, str]
    weighted: bool = False


def is_linear_layer(problem: Problem) -> bool:
    """Whether a problem is a linear layer under a loss: it names the theorems of a layer, or it puts a loss of
    probabilities behind one, with the standard goals."""
    if problem.family != "layer" or len(problem.builds_on) != 1:
        return False
    slugs = {goal.slug for goal in problem.goals}
    named = set(OUTPUTS) <= {role for role, _ in problem.kernels}
    return named or (is_loss_of_probabilities(problem.builds_on[0]) and set(LAYER_GOALS.values()) <= slugs)


def layer_roles(problem: Problem) -> dict[str, str]:
    """For every role of a layer the theorem ("problem:goal") that plays it."""
    rows = dict(LAYER_GOALS) | {role: goal for role, goal in problem.kernels if role != "rewrite"}
    return {role: goal if ":" in goal else f"{problem.name}:{goal}" for role, goal in rows.items()}


def _factors(term: Term) -> tuple[Term, ...]:
    return term.factors if isinstance(term, Mul) else (term,)


def _without_mean(term: Term) -> Term:
    """The term without a factor 1/N: the kernel's scale carries it."""
    kept = tuple(
        factor for factor in _factors(term)
        if not (isinstance(factor, Div) and factor.numerator == ONE and isinstance(factor.denominator, Size))
    )  # fmt: skip
    return kept[0] if len(kept) == 1 else Mul(kept)


def _is_logits(name: str, theory: Theory) -> bool:
    """Whether a quantity of the layer is its logits, an affine function of the data with the weights W."""
    return any(array.name == "W" for array in arrays_of(theory.definition(name).body))


def row_data(layer: Theory | Problem, names: Collection[str]) -> dict[str, str]:
    """What the data `names` of a loss are called in a layer over it, where they differ from sample to sample.

    That is a name in capital letters, or with "-row" behind it, of an array over samples.
    """
    found: dict[str, str] = {}
    for definition in layer.definitions:
        for array in arrays_of(definition.body):
            if array.domains and array.domains[0].name == "samples":
                own = next(
                    (n for n in names if array.name in (n.upper(), f"{n}-row") and array.name not in names), None
                )
                found |= {} if own is None else {own: array.name}
    return found


def _as_of_one_sample(term: Term, theory: Theory, renamed: Mapping[str, str]) -> Term:
    """Definitions unfolded down to the logits, which become the data z; data of a sample have the names of the loss."""
    if isinstance(term, Call) and _is_logits(term.name, theory):
        return Entry(Array("z", (term.indices[-1].domain,)), (term.indices[-1],))
    if isinstance(term, Call):
        return _as_of_one_sample(unfold(term, theory), theory, renamed)
    if isinstance(term, Entry) and term.array.name in renamed:
        places = term.indices[1:]
        array = Array(renamed[term.array.name], tuple(place.domain for place in places), term.array.positive)
        return Entry(array, places)
    return rebuild(term, tuple(_as_of_one_sample(part, theory, renamed) for part in children(term)))


def _is_gradient(term: Term, theory: Theory, gradient: Theorem) -> bool:
    """Whether `term` is the loss's gradient in the logits at some class."""
    wanted = _unfolded(gradient)
    known = {array.name for array in arrays_of(wanted)}
    made = _as_of_one_sample(term, theory, {row: own for own, row in row_data(theory, known).items()})
    (index,) = [i for i in wanted.free if isinstance(i, Index)]
    classes = [i for i in made.free if isinstance(i, Index) and i.domain == index.domain]
    return len(classes) == 1 and alpha_key(rename(made, {classes[0]: index})) == alpha_key(wanted)


def _unfolded(gradient: Theorem) -> Term:
    theory = gradient.derivation.theory

    def visit(term: Term) -> Term:
        if isinstance(term, Call):
            return visit(unfold(term, theory))
        return rebuild(term, tuple(visit(part) for part in children(term)))

    return visit(gradient.claim.right)


def contraction(role: str, theorem: Theorem, gradient: Theorem) -> Contraction:
    """The layer's theorem as a contraction of the gradient in the logits, `gradient`; LoweringError if it is none."""
    theory = theorem.derivation.theory
    term = _without_mean(theorem.claim.right)
    left = theorem.claim.left
    if not (isinstance(left, Derivative) and isinstance(left.wrt, Entry)):
        raise LoweringError(f"{reference(theorem)} is not a derivative; a layer's gradient must be one")
    if not isinstance(term, Sum):
        raise LoweringError(f"{reference(theorem)} is not a derivative that is a sum; a layer's gradient must be one")
    weights = [f for f in _factors(term.body) if isinstance(f, Entry) and f.indices == (term.index,)]
    factors = [f for f in _factors(term.body) if f not in weights]
    data = [f for f in factors if isinstance(f, Entry)]
    rows = [f for f in factors if not isinstance(f, Entry) and _is_gradient(f, theory, gradient)]
    if len(rows) != 1 or len(data) != len(factors) - 1 or len(data) > 1 or len(weights) > 1:
        raise LoweringError(
            f"{reference(theorem)}: {formula(term.body)} is not the gradient in the logits times at most one "
            "entry of data"
        )
    over_samples = term.index.domain.name == "samples"
    if data:
        kept = next(place for place in data[0].indices if place != term.index)
        if data[0].indices.index(term.index) != 0 or kept != left.wrt.indices[-1]:
            raise LoweringError(
                f"{reference(theorem)}: the axes of {formula(data[0])} are not those of a matrix product"
            )
    name = data[0].array.name if data else ""
    return Contraction(
        OUTPUTS[role], over_samples, name, formula(theorem.claim.right), (reference(theorem), theorem.digest),
        bool(weights),
    )  # fmt: skip


def contractions(
    roles: Mapping[str, str], known: Mapping[str, Theorem], cited: str, prefix: str = ""
) -> tuple[Contraction, ...]:
    """The contractions of a layer, dW, db and dX, of the gradient in the logits that the theorem `cited` gives.

    `prefix` is what the roles begin with. LoweringError names the theorem that is missing.
    """
    gradient = known.get(cited)
    if gradient is None:
        raise LoweringError(f"the layer needs the theorem {cited}, which was not given")
    made = []
    for role in OUTPUTS:
        name = roles.get(prefix + role, prefix + role)
        if name not in known:
            raise LoweringError(f"the {role} of the layer needs the theorem {name}, which was not given")
        theorem = known[name]
        if theorem.verdict.word not in ("proved", "exact"):
            raise LoweringError(
                f"the theorem {reference(theorem)} is {theorem.verdict.word}; no kernel is made from it"
            )
        made.append(contraction(role, theorem, gradient))
    return tuple(made)


def emitted(item: Contraction, decorator: str, cited: tuple[str, ...]) -> str:
    """The function of one contraction of the gradient in the logits (n, C); it writes or adds to its last argument.

    Over samples against X: a range of classes of dW. Over classes against W: dX. Over samples alone: `total` grows by
    the column sums, in float64, by a loop that `decorator` compiles if it is not empty. `cited` are lines that name the
    theorems it rests on.
    """
    about = [
        f'    """{item.text}, with weights of samples and the factor 1/N of a mean already in `gradient`.',
        "",
        *(f"    Theorem {line}" for line in cited),
        '    """',
    ]
    name = f"contract_{item.output}"
    if item.over_samples and item.data:
        arguments = f"gradient, {item.data}, start, stop, out"
        body = [f"np.matmul(gradient[:, start:stop].T, {item.data}, out=out)  # np.dot would copy the slice"]
    elif item.data:
        arguments, body = f"gradient, {item.data}, out", [f"np.matmul(gradient, {item.data}, out=out)"]
    elif not item.over_samples:
        raise LoweringError(f"{item.source[0]} sums the gradient in the logits over classes; a layer has no use for it")
    elif not decorator:
        arguments, body = "gradient, total", ["total += np.sum(gradient, axis=0, dtype=np.float64)"]
    else:
        arguments = "gradient, total"
        body = [
            "rows, classes = gradient.shape",
            "fours = rows - rows % 4  # four rows at a time: a quarter of the traffic to `total`",
            "for row in range(0, fours, 4):",
            "    for j in range(classes):",
            "        first = np.float64(gradient[row, j]) + np.float64(gradient[row + 1, j])",
            "        second = np.float64(gradient[row + 2, j]) + np.float64(gradient[row + 3, j])",
            "        total[j] += first + second",
            "for row in range(fours, rows):",
            "    for j in range(classes):",
            "        total[j] += gradient[row, j]",
        ]
        return "\n".join([decorator, f"def {name}({arguments}):", *about, *(f"    {line}" for line in body)])
    return "\n".join([f"def {name}({arguments}):", *about, *(f"    {line}" for line in body)])
