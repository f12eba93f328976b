"""Kernels of any loss on softmax, from the closed forms of its theorems as they stand.

The closed form is read as a polynomial in probabilities, put into a form that keeps its digits, and confirmed by the
checker for all positive exponentials, for every class count; the theorems cited say that the atoms are what the row
computes. The value of a loss is its definition: it stands in the theorem about its gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from symderiv.checking import same
from symderiv.kernels.algebra import with_label
from symderiv.kernels.formula import formula
from symderiv.kernels.ir import (
    ArrayParameter,
    Kernel,
    KernelParameter,
    LabelParameter,
    Note,
    ScalarParameter,
)  # fmt: skip
from symderiv.kernels.judging import ACCEPTED, HOW_SURE, accepted, weakest
from symderiv.kernels.outputs import Case, Output
from symderiv.kernels.parts import TARGETS_ARRAY, Part, arrays_of
from symderiv.kernels.probability.dominance import (
    dominant,
    gains,
    gains_beside,
    is_dominant,
    may_gain_beside,
    without_dominant,
)
from symderiv.kernels.probability.exponentials import RowSoftmax
from symderiv.kernels.probability.exponents import exponents_of
from symderiv.kernels.probability.factors import unsafe_part
from symderiv.kernels.probability.forms import difference_of_shares, improved, with_missing_targets
from symderiv.kernels.probability.monomials import Polynomial
from symderiv.kernels.probability.ordering import LABEL, as_term
from symderiv.kernels.probability.quantities import (
    Softmax,
    is_complement,
    is_probability,
    is_sum_of_all,
    is_total,
    spelled,
    suffix_of,
)
from symderiv.kernels.probability.reading import Setting, read, with_logits, with_sum_to_one
from symderiv.kernels.probability.rows import ProbabilityRow
from symderiv.kernels.probability.softmaxes import in_shares, labelled, softmaxes_of
from symderiv.kernels.rewriting import reference
from symderiv.kernels.stable import LoweringError
from symderiv.kernels.wellformed import validate
from symderiv.kernels.without_unread import arrays_read, without_stores, without_unread
from symderiv.statements import Distinct, Theorem, Theory, VerdictWord
from symderiv.terms import Add, Array, Index, Parameter, Place, Term, free_indices, rename, subterms

LICENCES: Final[dict[str, str]] = {
    "softmax:shift-invariance": "every logit is shifted by the largest one, so that no exponential overflows",
    "softmax:complement": "1 - y is the sum of the other classes: no digit is lost when y is near 1",
    "softmax:sum-to-one": "the probabilities sum to one, so that their sum is not computed",
    "logsumexp:max-shift": "the largest logit comes out of the logarithm of the sum",
}
"""The theorems that say what the atoms of a read closed form are, with what each is good for."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A stable form, what the checker found when it compared it with the closed form, and the theorems it needs."""

    term: Term
    word: VerdictWord
    cites: tuple[str, ...]


Form: TypeAlias = Callable[..., Confirmed]
"""The stable form of a term, with sums split at an index or None; further arguments are pairs of places that differ."""


def stable(closed: Term, setting: Setting) -> Confirmed:
    """`closed`, with y_k S for the exponentials of changed logits, in a form that keeps its digits.

    LoweringError if the checker does not find both the same.
    """
    plain, summed, term = _formed(closed, setting)
    unsafe = unsafe_part(term)
    if unsafe is not None:
        raise LoweringError(
            f"an exponential is left that may overflow: {formula(spelled(unsafe))}; kernels of losses are for softmaxes"
            f" of {setting.logits.name}, with no other exponential"
        )
    pairs: list[tuple[Term, Term]] = [(closed, term)]
    if plain != summed:
        pairs = [(closed, as_term(plain)), (as_term(summed), term)]
    free = closed.free
    theory = Theory(
        distinct=tuple(
            Distinct(left, right)
            for left, right in sorted(setting.distinct, key=repr)
            if left in free and right in free and repr(left) < repr(right)
        )
    )
    words: list[VerdictWord] = []
    for left, right in pairs:
        verdict = same(spelled(left, setting.plain), spelled(right, setting.plain), theory, seed=1)
        words.append(accepted(verdict, right, left))
    return Confirmed(term, weakest(words), _cites(term, plain != summed))


def _formed(closed: Term, setting: Setting) -> tuple[Polynomial, Polynomial, Term]:
    """`closed` as it is read, with the probabilities that sum to one taken together, and in its stable form."""
    plain = read(closed, setting)
    summed = with_sum_to_one(plain)
    return plain, summed, as_term(with_missing_targets(improved(with_logits(summed, setting.plain))))


def is_lowered(closed: Term, logits: Array, softmaxes: tuple[Softmax, ...], positive: frozenset[Parameter]) -> bool:
    """Whether `closed` has a stable form in a row's probabilities.

    It has none if an exponential is left that may overflow, such as e^{z_k} beside y_k, if an exponent is no logit
    times a positive factor, such as a_k z_k, or if no probability of the logits is left, as in log y_k + log S.
    """
    try:
        _row_softmaxes(softmaxes, None, positive)
        term = _formed(in_shares(closed, softmaxes), Setting(logits, softmaxes=softmaxes))[2]
    except LoweringError:
        return False
    atoms = (part for _, part in subterms(term) if is_probability(part) or is_complement(part) or is_total(part))
    return unsafe_part(term) is None and any(not suffix_of(atom) for atom in atoms)


def _cites(term: Term, summed: bool) -> tuple[str, ...]:
    parts = [part for _, part in subterms(term)]
    wanted = {"softmax:shift-invariance"}
    apart = any(isinstance(part, Add) and difference_of_shares(part.terms) for part in parts)
    wanted |= {"softmax:complement"} if apart or any(is_complement(part) for part in parts) else set()
    wanted |= {"softmax:sum-to-one"} if summed or any(is_sum_of_all(part) for part in parts) else set()
    logs = any(type(part).__name__ == "Log" for part in parts) or any(is_total(part) for part in parts)
    wanted |= {"logsumexp:max-shift"} if logs else set()
    return tuple(name for name in LICENCES if name in wanted)


def cases_of(part: Part, logits: Array, label: Index | None, softmaxes: tuple[Softmax, ...] = (),
             ) -> tuple[tuple[Case, ...], tuple[Confirmed, ...]]:  # fmt: skip
    """The stable form by cases of equal indices: what coincides is computed apart, and so is, where that keeps digits,
    the class d that has more than half of the probability. The softmaxes are those of the closed form unless they are
    given."""
    softmaxes = softmaxes or softmaxes_of((part.closed,), logits)
    shared = in_shares(part.closed, softmaxes)
    term = shared if label is None else with_label(shared, TARGETS_ARRAY, label)
    places = part.indices

    def form(at: Term, split: Index | None, *different: tuple[Place, Place]) -> Confirmed:
        pairs = frozenset(different) | frozenset((right, left) for left, right in different)
        return stable(at, Setting(logits, pairs, split, softmaxes))

    wanted: list[tuple[tuple[Index, ...], Term, tuple[tuple[Place, Place], ...]]]
    if len(places) == 2 and label is not None:
        i, j = places
        il, jl = (i, label), (j, label)
        wanted = [
            ((i, j), term, ((i, j), il, jl)),
            ((i, i), rename(term, {j: i}), (il,)),
            ((label, j), rename(term, {i: label}), (jl,)),
            ((i, label), rename(term, {j: label}), (il,)),
            ((label, label), rename(term, {i: label, j: label}), ()),
        ]
    elif len(places) == 2:
        i, j = places
        wanted = [((i, j), term, ((i, j),)), ((i, i), rename(term, {j: i}), ())]
    elif len(places) == 1 and label is not None and label in free_indices(term):
        (i,) = places
        wanted = [(places, term, ((i, label),)), ((label,), rename(term, {i: label}), ())]
    else:
        wanted = [(places, term, ())]
    found: list[tuple[tuple[Index, ...], Confirmed]] = []
    for at, here, different in wanted:
        plain = form(here, label, *different)
        beside = label is None and (may_gain_beside(plain.term) or (part.role == "hvp" and _has_targets(term)))
        found.append((at, _beside_dominant(here, at, plain, form) if beside else plain))
        for index in dict.fromkeys(place for place in at if place != label):
            top = dominant(index.domain)
            pairs = tuple((top if a == index else a, top if b == index else b) for a, b in different)
            split = _if_any(form, rename(here, {index: top}), top, *pairs)
            if split is not None and gains(plain.term, split.term, index):
                found.append((tuple(top if place == index else place for place in at), split))
    return tuple(Case(at, confirmed.term) for at, confirmed in found), tuple(confirmed for _, confirmed in found)


def _has_targets(term: Term) -> bool:
    """Whether targets of every class are given."""
    return any(array.name == TARGETS_ARRAY for array in arrays_of(term))


def _beside_dominant(closed: Term, at: tuple[Index, ...], plain: Confirmed, form: Form) -> Confirmed:
    """The form for the other classes with sums split at the dominant one, if that keeps digits, else `plain`.

    Where no class is dominant the numbers of one that has no probability stand for it: the checker confirms that too.
    """
    if len(at) != 1:
        return plain
    (index,) = at
    top = dominant(index.domain)
    beside = _if_any(form, closed, top, (index, top))
    if beside is None or not gains_beside(plain.term, beside.term, index.domain):
        return plain
    word = same(spelled(without_dominant(beside.term)), spelled(plain.term), Theory(), seed=1).word
    if word not in ACCEPTED:
        return plain
    return replace(beside, word=weakest((word, beside.word, plain.word)))


def _if_any(form: Form, closed: Term, split: Index, *different: tuple[Place, Place]) -> Confirmed | None:
    """A form that the kernel can do without; None if there is none that the checker confirms."""
    try:
        return form(closed, split, *different)
    except LoweringError:
        return None


def probability_kernel(name: str, parts: tuple[Part, ...], known: Mapping[str, Theorem], logits: Array, *,
                       labels: bool, scaled: bool, positive: frozenset[Parameter] = frozenset()) -> Kernel:  # fmt: skip
    """The kernel that computes `parts` for one row of logits, from their closed forms; the parameters `positive` are
    never negative."""
    label = Index(LABEL, logits.domains[0]) if labels else None
    outputs: list[Output] = []
    confirmed: list[Confirmed] = []
    softmaxes = softmaxes_of(tuple(part.closed for part in parts), logits)
    for part in parts:
        cases, found = cases_of(part, logits, label, softmaxes)
        axes = tuple(index.domain for index in part.indices)
        outputs.append(Output(part.role, axes, cases, scaled and part.role == "gradient"))
        confirmed.extend(found)
    cited = tuple(theorem for theorem in LICENCES if any(theorem in each.cites for each in confirmed))
    missing = [theorem for theorem in cited if theorem not in known]
    if missing:
        raise LoweringError(f"the kernel rests on the theorem {missing[0]}, which was not given")
    own = tuple((reference(part.theorem), part.theorem.digest) for part in parts)
    return _assembled(
        name,
        tuple(f"{part.role} = {formula(part.closed if part.role == 'value' else _shown(part))}" for part in parts),
        tuple(outputs),
        _row_softmaxes(softmaxes, label, positive),
        tuple(dict.fromkeys(array for part in parts for array in arrays_of(part.closed))),
        label,
        (
            _remark(confirmed),
            *_apart(outputs),
            *_changed_logits(softmaxes),
            *(Note(LICENCES[theorem], theorem) for theorem in cited),
        ),
        (*dict.fromkeys(own), *((theorem, known[theorem].digest) for theorem in cited)),
    )


def _shown(part: Part) -> Term:
    return part.theorem.claim.right


def _remark(confirmed: list[Confirmed]) -> Note:
    found = {
        "proved": "proved for every class count",
        "exact": "exact at the class counts tested, not proved for all of them",
        "numeric": HOW_SURE["numeric"],
    }
    said = found[weakest(each.word for each in confirmed)]
    return Note(f"the forms below are equal to those of the theorems: {said}")


def _apart(outputs: list[Output]) -> tuple[Note, ...]:
    """What is said of forms for the class with more than half of the probability, if there are any."""
    own = any(is_dominant(index) for output in outputs for case in output.cases for index in case.at)
    return (Note("a class with y > 1/2 has a form of its own, in which what cancels there is gone"),) if own else ()


def _changed_logits(softmaxes: tuple[Softmax, ...]) -> tuple[Note, ...]:
    """What stands for the logits in the theorems about softmax that are cited."""
    made = []
    for each in softmaxes:
        if not each.plain or each.suffix:
            at = formula(each.at(Index("k", each.index.domain)))
            made.append(Note(f"the theorems about softmax and log-sum-exp are used for {at} in place of z_k"))
    return tuple(made)


def _row_softmaxes(softmaxes: tuple[Softmax, ...], label: Index | None,
                   positive: frozenset[Parameter]) -> dict[str, RowSoftmax]:  # fmt: skip
    made: dict[str, RowSoftmax] = {}
    for each in softmaxes:
        index = Index("k", each.index.domain)
        own = each if label is None else labelled(each, TARGETS_ARRAY, label)
        exponent = None if each.plain else read(own.at(index), Setting(each.array, label=label, softmaxes=(own,)))
        made[each.suffix] = RowSoftmax(
            each, None if exponent is None else exponents_of(each, exponent, index, positive)
        )
    return made


def _assembled(name: str, formulas: tuple[str, ...], outputs: tuple[Output, ...], softmaxes: dict[str, RowSoftmax],
               inputs: tuple[Array, ...], label: Index | None, notes: tuple[Note, ...],
               theorems: tuple[tuple[str, str], ...]) -> Kernel:  # fmt: skip
    if "" not in softmaxes:
        raise LoweringError(
            f"{'; '.join(formulas)}: no softmax of the logits is left, and these kernels are for losses of one;"
            " write the loss without what cancels"
        )
    logits = softmaxes[""].softmax.array
    arrays = [a for a in inputs if a != logits and not (label is not None and a.name == TARGETS_ARRAY)]
    arrays = [logits, *sorted(arrays, key=lambda array: (array.name != TARGETS_ARRAY, array.name))]
    taken = {index.name for output in outputs for case in output.cases for index in case.at}
    row = ProbabilityRow(softmaxes, label, taken | {a.name for a in arrays} | {o.array for o in outputs} | {"scale"})
    for note in notes:
        row.emit(note)
    row.begin()
    row.closed_sums(tuple(case.term for output in outputs for case in output.cases))
    for output in outputs:
        for case in output.cases:
            if not any(is_dominant(index) for index in case.at):
                row.case(output, case)
    body = without_unread((*row.scopes[0].statements, *row.tail))
    scratch = tuple(array for each in softmaxes.values() for array in each.scratch)
    body = without_unread(without_stores(body, set(scratch) - arrays_read(body)))
    kept = [array for array in scratch if array in arrays_read(body)]
    (domain,) = logits.domains
    parameters: list[KernelParameter] = [
        ArrayParameter(array.name, tuple(d.symbol for d in array.domains), "input") for array in arrays
    ]
    unknown = sorted(set(row.inputs) - {array.name for array in arrays})
    if unknown:
        raise LoweringError(f"the closed form reads {unknown[0]!r}, which is not among the inputs")
    if label is not None:
        parameters.append(LabelParameter(label.name, domain.symbol))
    parameters += sorted(row.scalars, key=lambda scalar: scalar.name)
    if any(output.scaled for output in outputs):
        parameters.append(ScalarParameter("scale"))
    parameters += [ArrayParameter(o.array, tuple(d.symbol for d in o.axes), "output") for o in outputs]
    parameters += [ArrayParameter(array, (domain.symbol,), "scratch") for array in kept]
    kernel = Kernel(name, formulas, tuple(parameters), body, theorems)
    validate(kernel)
    return kernel
