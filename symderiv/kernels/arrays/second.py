"""Second derivatives of a loss of several inputs: the blocks of the Hessian, and its product with a direction in each
input.

The blocks are those that the problem has theorems about, as hessian_x_y for x before y among the problem's arrays. The
product with a direction is the sum of the blocks times the directions v_x, v_y, ...; its forms are made from the
theorems and judged by the checker. It needs every block; the one below the diagonal is the one above it, transposed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from typing import Final

from symderiv.kernels.arrays.along_direction import times_direction
from symderiv.kernels.arrays.kernel import Output
from symderiv.kernels.arrays.products import added, multiplied
from symderiv.kernels.parts import arrays_of
from symderiv.kernels.rewriting import unfolded
from symderiv.statements import Goal, Problem, Theorem
from symderiv.terms import Array, Call, Derivative, Entry, Index, Sum, Term, fresh, rename, subterms

__all__ = ["direction_of", "missing_blocks", "second_goals", "second_outputs", "with_directions"]

_USABLE: Final = ("proved", "exact", "numeric")


@dataclass(frozen=True, slots=True)
class _Block:
    """The second derivative by `first` and `second`, at their indices."""

    theorem: Theorem
    first: Entry
    second: Entry


def with_directions(problem: Problem, variables: tuple[Array, ...]) -> Problem:
    """The problem with a direction v_x among its arrays for each of several variables x."""
    if len(variables) < 2:
        return problem
    made = tuple(direction_of(problem, array) for array in variables)
    return replace(problem, arrays=(*problem.arrays, *(each for each in made if each not in problem.arrays)))


def direction_of(problem: Problem, array: Array) -> Array:
    """The direction in an input: v_x, with as many underscores behind it as no other array has."""
    name = f"v_{array.name}"
    while any(other.name == name and other != Array(name, array.domains) for other in problem.arrays):
        name += "_"
    return Array(name, array.domains)


def second_goals(problem: Problem, loss: Call, variables: tuple[Array, ...]) -> dict[tuple[Array, Array], Goal]:
    """The goal about the second derivative in each pair of several variables, the one with the fewest assumptions
    first."""
    found: dict[tuple[Array, Array], Goal] = {}
    for goal in sorted(problem.goals, key=lambda goal: len(goal.uses)):
        match goal.start:
            case Derivative(body=Derivative(body=body, wrt=Entry() as first), wrt=Entry() as second):
                places = (*first.indices, *second.indices)
                whole = all(isinstance(place, Index) for place in places) and len(set(places)) == len(places)
                if body == loss and whole and not goal.distinct and {first.array, second.array} <= {*variables}:
                    found.setdefault(_ordered(variables, first.array, second.array), goal)
    return found if len(variables) > 1 else {}


def _ordered(variables: tuple[Array, ...], one: Array, other: Array) -> tuple[Array, Array]:
    return (one, other) if variables.index(one) <= variables.index(other) else (other, one)


def second_outputs(problem: Problem, loss: Call, gradients: Mapping[Array, Entry],
                   known: Mapping[str, Theorem]) -> dict[str, tuple[Output, ...]]:  # fmt: skip
    """`hessian`, the blocks that there are theorems about, and `hvp`, if these are all; `gradients` has the entry that
    the gradient in each variable is at.

    A theorem that is less than numerically confirmed, or that assumes something about data that its closed form reads,
    is as if there were none.
    """
    variables = tuple(gradients)
    blocks: dict[tuple[Array, Array], _Block] = {}
    for pair, goal in second_goals(problem, loss, variables).items():
        theorem = known.get(f"{problem.name}:{goal.slug}")
        if theorem is not None and _is_usable(theorem):
            blocks[pair] = _block(theorem, pair)
    made: dict[str, tuple[Output, ...]] = {}
    pairs = tuple(combinations_with_replacement(variables, 2))
    if all(pair in blocks for pair in pairs) and len(variables) > 1:
        made["hvp"] = tuple(_product_in(problem, gradients, blocks, array) for array in variables)
    chosen = [(pair, blocks[pair]) for pair in pairs if pair in blocks]
    if chosen:
        made["hessian"] = tuple(
            Output(
                f"hessian_{x.name}_{y.name}", block.theorem, block.theorem.claim.right,
                _indices((*block.first.indices, *block.second.indices)), second=(x.name, y.name),
            )
            for (x, y), block in chosen
        )  # fmt: skip
    return made


def missing_blocks(
    problem: Problem, variables: tuple[Array, ...], gradients: Mapping[Array, Goal], known: Mapping[str, Theorem]
) -> tuple[str, ...]:
    """A sentence for every second derivative in several inputs whose theorem gives no function, and for the product
    with a direction if that is so for any."""
    if len(variables) < 2 or problem.family == "layer":
        return ()
    first = next(iter(gradients.values())).start
    assert isinstance(first, Derivative)
    loss = first.body
    found: list[str] = []
    for goal in second_goals(problem, loss, variables).values() if isinstance(loss, Call) else ():
        theorem = known.get(f"{problem.name}:{goal.slug}")
        if theorem is None:
            found.append(f"{goal.slug}: its theorem was not reached")
        elif theorem.verdict.word not in _USABLE:
            found.append(f"{goal.slug}: its theorem is {theorem.verdict.word}")
        elif not _is_usable(theorem):
            found.append(f"{goal.slug}: its theorem assumes something about data that its closed form reads")
    return (*found, "hvp: it needs every second derivative") if found else ()


def _is_usable(theorem: Theorem) -> bool:
    theory = theorem.derivation.theory
    read = {array.name for array in arrays_of(unfolded(theorem.claim.right, theory))}
    assumed = {
        array.name for each in theory.assumptions for side in (each.left, each.right) for array in arrays_of(side)
    }
    return theorem.verdict.word in _USABLE and not read & assumed


def _block(theorem: Theorem, pair: tuple[Array, Array]) -> _Block:
    """The block of a theorem, its entries in the order of the pair."""
    match theorem.claim.left:
        case Derivative(body=Derivative(wrt=Entry() as one), wrt=Entry() as other):
            return _Block(theorem, *((one, other) if (one.array, other.array) == pair else (other, one)))
        case _:
            raise AssertionError("a theorem about a second derivative begins with one")


def _product_in(problem: Problem, gradients: Mapping[Array, Entry], blocks: Mapping[tuple[Array, Array], _Block],
                array: Array) -> Output:  # fmt: skip
    """sum over y of H_xy v_y for x = `array`: its form, and the sums that it is the form of."""
    own = gradients[array]
    forms: list[Term] = []
    stated: list[Term] = []
    theorems: list[Theorem] = []
    for other in gradients:
        pair = (array, other) if (array, other) in blocks else (other, array)
        block = blocks[pair]
        here, there = (block.first, block.second) if pair == (array, other) else (block.second, block.first)
        taken = {place.name for _, part in subterms(block.theorem.claim.right) for place in part.free}
        taken |= {place.name for place in (*_indices(own.indices), *_indices(there.indices))}
        moved: dict[Index, Index] = dict(zip(_indices(here.indices), _indices(own.indices), strict=True))
        for place in _indices(there.indices):
            moved[place] = fresh(place.domain, taken)
            taken.add(moved[place].name)
        along = Entry(direction_of(problem, other), tuple(moved[place] for place in _indices(there.indices)))
        right = rename(block.theorem.claim.right, moved)
        forms.append(times_direction(right, along))
        whole: Term = multiplied((right, along))
        for place in reversed(_indices(along.indices)):
            whole = Sum(place, whole)
        stated.append(whole)
        theorems.append(block.theorem)
    return Output(
        f"hvp_{array.name}", theorems[0], added(forms), _indices(own.indices), second=(array.name,),
        others=tuple(theorems[1:]), stated=added(stated),
    )  # fmt: skip


def _indices(places: tuple[object, ...]) -> tuple[Index, ...]:
    return tuple(place for place in places if isinstance(place, Index))
