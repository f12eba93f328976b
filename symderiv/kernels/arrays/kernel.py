"""The kernel of one instance of a problem over arrays: its forms confirmed by the checker, then written as loops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from symderiv.checking import same
from symderiv.kernels.arrays.confirming import described, weakest_word
from symderiv.kernels.arrays.improving import improved
from symderiv.kernels.arrays.loops import Loops
from symderiv.kernels.arrays.others import among_others, leaves_out
from symderiv.kernels.arrays.stabilising import Stabiliser
from symderiv.kernels.arrays.steps import name_of
from symderiv.kernels.formula import formula
from symderiv.kernels.hyperparameters import argument_name
from symderiv.kernels.ir import ArrayParameter, Kernel, KernelParameter, Note, ScalarParameter
from symderiv.kernels.judging import accepted, weakest
from symderiv.kernels.rewriting import reference
from symderiv.kernels.wellformed import validate
from symderiv.statements import Definition, Problem, Theorem, Theory, VerdictWord
from symderiv.terms import Call, Domain, Index, Product, Sum, Term, subterms

_OPEN: Final = frozenset({"undecided", "undefined"})


@dataclass(frozen=True, slots=True)
class Output:
    """An output array: the form that it has at its indices, taken from a theorem, and the input it is a gradient in.

    `second` are the inputs that a second derivative is in: two for a block of the Hessian, one for its product with a
    direction. `stated` is what theorems say where `form` is made from several: the theorem and `others`.
    """

    name: str
    theorem: Theorem
    form: Term
    indices: tuple[Index, ...]
    gradient_of: str | None = None
    second: tuple[str, ...] = ()
    others: tuple[Theorem, ...] = ()
    stated: Term | None = None

    @property
    def theorems(self) -> tuple[Theorem, ...]:
        """Every theorem that it rests on."""
        return (self.theorem, *self.others)


def array_kernel(name: str, problem: Problem, outputs: tuple[Output, ...]) -> Kernel:
    """The kernel that fills `outputs`; LoweringError for a form that the checker does not confirm or has no kernel."""
    theory = Theory(_definitions(outputs))
    axes = _axes(problem, outputs, theory)
    arrays = {array.name: array for array in problem.arrays}
    parameters = {argument_name(each.parameter) for each in problem.hyperparameters}
    taken = {*arrays, *parameters, *(output.name for output in outputs), *axes.values()}
    taken |= {definition.name for definition in theory.definitions}
    stabiliser = Stabiliser(theory, taken)
    closed = [_among_others(output.form, theory) for output in outputs]
    forms = [stabiliser.plain(form) for form, _ in closed]
    steps = tuple(stabiliser.steps)
    pairs = [(form, stable) for (form, _), stable in zip(closed, forms, strict=True)]
    pairs += [(output.stated, output.form) for output in outputs if output.stated is not None]
    word = weakest((weakest_word(theory, steps, tuple(pairs)), *(word for _, word in closed)))
    loops = Loops({name_of(step): step for step in steps}, axes, stabiliser.fresh)
    groups: dict[tuple[Domain, ...], list[tuple[str, Term, tuple[Index, ...]]]] = {}
    for output, form in sorted(zip(outputs, forms, strict=True), key=lambda pair: -len(pair[0].indices)):
        domains = tuple(index.domain for index in output.indices)
        groups.setdefault(domains, []).append((output.name, form, output.indices))
    nests = [loops.nest(tuple(group)) for group in groups.values()]
    body, scratch = improved(
        (*loops.statements, *(statement for nest in nests for statement in nest)),
        frozenset(output.name for output in outputs), tuple(loops.scratch), stabiliser.fresh,
    )  # fmt: skip
    inputs: list[KernelParameter] = [
        ArrayParameter(array.name, tuple(axes[domain.name] for domain in array.domains), "input")
        for array in problem.arrays
        if array.name in loops.inputs
    ]
    kernel = Kernel(
        name,
        tuple(f"{output.name} = {formula(_shown(output, theory))}" for output in outputs),
        (
            *inputs,
            *(ScalarParameter(each) for each in sorted(loops.scalars)),
            *(
                ArrayParameter(output.name, tuple(axes[index.domain.name] for index in output.indices), "output")
                for output in outputs
            ),
            *scratch,
        ),
        (*_notes(word, outputs), *body),
        tuple((reference(theorem), theorem.digest) for theorem in _theorems(outputs)),
    )
    validate(kernel)
    return kernel


def _among_others(form: Term, theory: Theory) -> tuple[Term, VerdictWord]:
    """A closed form without differences of sums over all and their own terms, and what the checker says of it; the form
    itself where there are none, and where the checker cannot tell. LoweringError for a form that is something else."""
    made = among_others(form) if leaves_out(form, theory) else form
    if made == form:
        return form, "proved"
    verdict = same(form, made, theory, seed=1)
    return (form, "proved") if verdict.word in _OPEN else (made, accepted(verdict, made, form))


def _notes(word: VerdictWord, outputs: tuple[Output, ...]) -> tuple[Note, ...]:
    """What the checker said of the forms, and of theorems that it did not prove; what theorems assume."""
    made = [Note(described(word), reference(outputs[0].theorem))]
    for theorem in _theorems(outputs):
        if theorem.verdict.word != "proved":
            made.append(Note(f"the theorem itself is {theorem.verdict.word}, not proved", reference(theorem)))
        for assumption in theorem.derivation.theory.assumptions:
            text = f"the theorem assumes {formula(assumption.left)} = {formula(assumption.right)}"
            made.append(Note(text, reference(theorem)))
    return tuple(made)


def _theorems(outputs: tuple[Output, ...]) -> tuple[Theorem, ...]:
    return tuple(dict.fromkeys(theorem for output in outputs for theorem in output.theorems))


def _definitions(outputs: tuple[Output, ...]) -> tuple[Definition, ...]:
    return tuple(dict.fromkeys(d for theorem in _theorems(outputs) for d in theorem.derivation.theory.definitions))


def _axes(problem: Problem, outputs: tuple[Output, ...], theory: Theory) -> dict[str, str]:
    """An axis for each domain: its symbol, and its name where two have one symbol."""
    terms = (*(output.form for output in outputs), *(definition.body for definition in theory.definitions))
    domains = {domain for array in problem.arrays for domain in array.domains}
    domains |= {p.index.domain for term in terms for _, p in subterms(term) if isinstance(p, Sum | Product)}
    symbols = [domain.symbol for domain in domains]
    return {d.name: d.symbol if symbols.count(d.symbol) == 1 else d.name for d in sorted(domains, key=lambda d: d.name)}


def _shown(output: Output, theory: Theory) -> Term:
    """What a reader is shown: a value as it is defined, a closed form in defined quantities."""
    if isinstance(output.form, Call):
        return theory.definition(output.form.name).body
    return output.form
