"""Linear layers: their gradient theorems as contractions of the loss's gradient in the logits with data.

A theorem such as dL/dW_jd = (1/N) sum_n (Y_nj - T_nj) X_nd becomes a matrix product. That its factor Y - T is the
gradient that the row kernel computes is checked against the loss's own theorem.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symderiv.kernels.algebra import ONE
from symderiv.kernels.formula import formula
from symderiv.kernels.rewriting import reference
from symderiv.kernels.stable import LoweringError
from symderiv.statements import Theorem, Theory, unfold
from symderiv.terms import (
    Add,
    Array,
    Call,
    Derivative,
    Div,
    Entry,
    Exp,
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

OUTPUTS = {"gradient-weight": "dW", "gradient-bias": "db", "gradient-input": "dX"}
"""The layer's roles and the names of what they compute."""


@dataclass(frozen=True, slots=True)
class Contraction:
    """`output` = the gradient in the logits summed over samples or classes against `data` (W, X or nothing)."""

    output: str
    over_samples: bool
    data: str
    text: str
    source: tuple[str, str]


def _factors(term: Term) -> tuple[Term, ...]:
    return term.factors if isinstance(term, Mul) else (term,)


def _without_mean(term: Term) -> Term:
    """The term without a factor 1/N: the kernel's scale carries it."""
    kept = tuple(
        factor for factor in _factors(term)
        if not (isinstance(factor, Div) and factor.numerator == ONE and isinstance(factor.denominator, Size))
    )  # fmt: skip
    return kept[0] if len(kept) == 1 else Mul(kept)


def _logits_as_data(term: Term, theory: Theory) -> Term:
    """Definitions unfolded down to the logits, which become the data z; targets become t."""
    if isinstance(term, Exp) and isinstance(term.argument, Call):
        call = term.argument
        return Exp(Entry(Array("z", (call.indices[-1].domain,)), (call.indices[-1],)))
    if isinstance(term, Call):
        return _logits_as_data(unfold(term, theory), theory)
    if isinstance(term, Entry):
        return Entry(Array("t", (term.indices[-1].domain,)), (term.indices[-1],))
    return rebuild(term, tuple(_logits_as_data(part, theory) for part in children(term)))


def _is_gradient(term: Term, theory: Theory, gradient: Theorem) -> bool:
    """Whether `term` is the loss's gradient in the logits at some class."""
    wanted = _logits_as_data_of(gradient)
    made = _logits_as_data(term, theory)
    (index,) = [i for i in wanted.free if isinstance(i, Index)]
    classes = [i for i in made.free if i.domain == index.domain]
    return len(classes) == 1 and alpha_key(rename(made, {classes[0]: index})) == alpha_key(wanted)


def _logits_as_data_of(gradient: Theorem) -> Term:
    theory = gradient.derivation.theory

    def visit(term: Term) -> Term:
        if isinstance(term, Call):
            return visit(unfold(term, theory))
        return rebuild(term, tuple(visit(part) for part in children(term)))

    return visit(gradient.claim.right)


def contraction(role: str, theorem: Theorem, gradient: Theorem) -> Contraction:
    """The layer's theorem as a contraction; LoweringError if it is none."""
    theory = theorem.derivation.theory
    term = _without_mean(theorem.claim.right)
    if not isinstance(theorem.claim.left, Derivative) or not isinstance(term, Sum):
        raise LoweringError(f"{reference(theorem)} is not a derivative that is a sum; a layer's gradient must be one")
    factors = _factors(term.body)
    rows = [f for f in factors if isinstance(f, Add) and _is_gradient(f, theory, gradient)]
    data = [f for f in factors if isinstance(f, Entry)]
    if len(rows) != 1 or len(data) != len(factors) - 1 or len(data) > 1:
        raise LoweringError(
            f"{reference(theorem)}: {formula(term.body)} is not the gradient in the logits times at most one "
            "entry of data"
        )
    over_samples = term.index.domain.name == "samples"
    if data:
        kept = next(place for place in data[0].indices if place != term.index)
        if data[0].indices.index(term.index) != 0 or kept != theorem.claim.left.wrt.indices[-1]:
            raise LoweringError(
                f"{reference(theorem)}: the axes of {formula(data[0])} are not those of a matrix product"
            )
    name = data[0].array.name if data else ""
    return Contraction(
        OUTPUTS[role], over_samples, name, formula(theorem.claim.right), (reference(theorem), theorem.digest)
    )


def contractions(roles: Mapping[str, str], known: Mapping[str, Theorem]) -> tuple[Contraction, ...]:
    """The contractions of a layer, dW, db and dX; LoweringError names the theorem that is missing."""
    gradient = known.get("cross-entropy:gradient")
    if gradient is None:
        raise LoweringError("a layer under cross-entropy needs the theorem cross-entropy:gradient")
    made = []
    for role in OUTPUTS:
        if roles.get(role) not in known:
            raise LoweringError(
                f"the {role} of the layer needs the theorem {roles.get(role, role)}, which was not given"
            )
        theorem = known[roles[role]]
        if theorem.verdict.word not in ("proved", "exact"):
            raise LoweringError(
                f"the theorem {reference(theorem)} is {theorem.verdict.word}; no kernel is made from it"
            )
        made.append(contraction(role, theorem, gradient))
    return tuple(made)


def emitted(item: Contraction, decorator: str) -> str:
    """The function of one contraction of the gradient in the logits (n, C); it writes or adds to its last argument.

    Over samples against X: a range of classes of dW. Over classes against W: dX. Over samples alone: `total` grows by
    the column sums, in float64, by a loop that `decorator` compiles if it is not empty.
    """
    about = [
        f'    """{item.text}, with the factor 1/N of a mean already in `gradient`.',
        "",
        f"    Theorem {item.source[0]}: {item.source[1]}",
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
