"""The kernel of one element for results with their closed forms: each form confirmed by the checker, then computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from symderiv.checking import same
from symderiv.kernels.formula import formula
from symderiv.kernels.ir import (
    ArrayParameter,
    Expression,
    Kernel,
    KernelParameter,
    Load,
    Local,
    Note,
    Op,
    ScalarParameter,
    Statement,
    Store,
)  # fmt: skip
from symderiv.kernels.judging import HOW_SURE, accepted, weakest
from symderiv.kernels.parts import Part
from symderiv.kernels.rewriting import reference, substitute
from symderiv.kernels.scalar.branches import Branched, Leaf, Switch, Tree, branched, leaves
from symderiv.kernels.scalar.forms import cancelling_tail, vanishing
from symderiv.kernels.scalar.positivity import is_positive
from symderiv.kernels.scalar.sharing import on_elements, reads, shared
from symderiv.kernels.scalar.values import Writer
from symderiv.kernels.stable import LoweringError
from symderiv.kernels.wellformed import validate
from symderiv.statements import Theory, VerdictWord
from symderiv.terms import Abs, Add, Array, Entry, Log, Mul, Number, Power, Step, Term, number

DIRECTION: Final = "v"
"""The array that the second derivative is multiplied by in `hvp`."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A closed form as a tree of forms, and the weakest word of the checker about them."""

    tree: Tree
    word: VerdictWord


def confirmed(closed: Term, z: Entry, halves: tuple[Term, ...]) -> Confirmed:
    """The forms of `closed`; LoweringError if the checker does not find one of them, or all together, the same."""
    made: Branched = branched(closed, z, halves)
    for leaf in leaves(made.tree):
        lost = vanishing(leaf.form)
        if lost is not None:
            raise LoweringError(
                f"{formula(lost)} stands in a logarithm or below a line, and every addend of it may underflow: there is"
                " no kernel for differences of exponentials of different exponents yet"
            )
        lost = cancelling_tail(leaf.form)
        if lost is not None:
            raise LoweringError(
                f"the addends of {formula(lost)} cancel where its argument is large, and it is divided by what vanishes"
                " there: there is no kernel for that yet"
            )
    pairs = [*made.pairs]
    if _has_kink(made.tree):
        pairs.append((closed, assembled(made.tree)))
    words: list[VerdictWord] = []
    for left, right in pairs:
        words.append(accepted(same(left, right, Theory(), seed=1), right, left))
    return Confirmed(made.tree, weakest(words))


def _has_kink(tree: Tree) -> bool:
    return isinstance(tree, Switch) and (tree.kink or _has_kink(tree.negative) or _has_kink(tree.positive))


def assembled(tree: Tree) -> Term:
    """A tree as one formula: a kink by step functions, any branch where both compute the same function."""
    match tree:
        case Leaf(form=form):
            return form
        case Switch(test=test, negative=negative, positive=positive, kink=True):
            low = Mul((Step(Mul((number(-1), test))), _anywhere(assembled(negative))))
            return Add((low, Mul((Step(test), _anywhere(assembled(positive))))))
        case Switch(positive=positive):
            return assembled(positive)


def _anywhere(form: Term) -> Term:
    """`form` with a value also where its branch is not, for there a step takes it 0 times: log |x| for log x and |x|^p
    for x^p. On the branch they are the same, since the form has a value there only where x > 0."""

    def change(node: Term) -> Term | None:
        match node:
            case Log(argument=argument) if not is_positive(argument) and not isinstance(argument, Abs):
                return Log(Abs(argument))
            case Power(base=base, exponent=exponent) if not is_positive(base) and not isinstance(base, Abs):
                whole = isinstance(exponent, Number) and exponent.value.denominator == 1
                return None if whole else Power(Abs(base), exponent)
            case _:
                return None

    return substitute(form, change)


def scalar_kernel(name: str, parts: tuple[Part, ...], z: Entry, arrays: tuple[str, ...],
                  confirm: Callable[[Term], Confirmed], *, direction: bool) -> Kernel:  # fmt: skip
    """The kernel that computes `parts` for one element, of `arrays` in this order; with `direction` the result is
    multiplied by an entry of `v`."""
    lead = arrays[0]
    writer = Writer(z, lead)
    values: list[Expression] = []
    trees: list[Confirmed] = []
    for part in parts:
        found = confirm(part.closed)
        trees.append(found)
        values.append(on_elements(writer.tree(found.tree, {}), lead))
    wanted = [array for array in arrays if array in writer.inputs or array == lead]
    wanted += [DIRECTION] if direction else []
    scalars: list[KernelParameter] = sorted(writer.scalars.values(), key=lambda scalar: scalar.name)
    scaled = any(is_gradient(part) for part in parts)
    outputs = [ArrayParameter("hvp" if direction else part.role, (), "output") for part in parts]
    taken = {*wanted, "scale", *(p.name for p in scalars), *(p.name for p in outputs)}
    lets, results = shared(tuple(values), frozenset(taken))
    stores: list[Statement] = []
    for part, output, result in zip(parts, outputs, results, strict=True):
        value = result
        for array in wanted:
            if array != DIRECTION and (array == lead or array in reads(result, lets)):
                value = Op("if_equal", (Load(array, ()), Load(array, ()), value, Load(array, ())))
        if direction:
            value = Op("weighted", (Load(DIRECTION, ()), value))
        if is_gradient(part):
            value = Op("multiply", (value, Local("scale")))
        stores.append(Store(output.name, (), value))
    named = tuple((part.role, tree.tree) for part, tree in zip(parts, trees, strict=True))
    notes = notes_of(weakest(each.word for each in trees), reference(parts[0].theorem), named)
    kernel = Kernel(
        name,
        tuple(f"{'hvp' if direction else part.role} = {formula(shown(part, direction))}" for part in parts),
        (
            *(ArrayParameter(array, (), "input") for array in wanted),
            *scalars,
            *((ScalarParameter("scale"),) if scaled else ()),
            *outputs,
        ),
        (*notes, *lets, *stores),
        tuple(dict.fromkeys((reference(part.theorem), part.theorem.digest) for part in parts)),
    )
    validate(kernel)
    return kernel


def is_gradient(part: Part) -> bool:
    """Whether a part is a first derivative, which a mean divides by the number of elements."""
    return part.role.startswith("gradient")


def shown(part: Part, direction: bool) -> Term:
    """What a reader is shown of a part: its closed form as the theorem has it."""
    closed = part.closed if part.role == "value" else part.theorem.claim.right
    return Mul((Entry(Array(DIRECTION, ()), ()), closed)) if direction else closed


def notes_of(word: VerdictWord, theorem: str, trees: tuple[tuple[str, Tree], ...]) -> tuple[Note, ...]:
    """What the reader of a kernel is told: how sure the forms are, and for each result its forms by branches."""
    made = [Note(f"every form below is equal to the closed form on its branch: {HOW_SURE[word]}", theorem)]
    for name, tree in trees:
        made += [Note(f"{name}{where}: {formula(form)}") for where, form in _described(tree)]
    return tuple(made)


def _described(tree: Tree, where: str = "") -> list[tuple[str, Term]]:
    """The forms with the conditions of their branches."""
    match tree:
        case Leaf(form=form):
            return [(where, form)]
        case Switch(test=test, negative=negative, positive=positive, at_zero=at_zero):
            joined = f"{where} and" if where else " where"
            tested = formula(test)
            middle = [] if at_zero is None else _described(at_zero, f"{joined} {tested} = 0")
            return [
                *_described(negative, f"{joined} {tested} < 0"),
                *middle,
                *_described(positive, f"{joined} {tested} {'>' if middle else '>='} 0"),
            ]
