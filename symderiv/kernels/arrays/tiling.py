"""Sums of products that several instances make with one matrix: taken out of their loops, as products of matrices.

Each instance adds up sum_k a_k B_jk or sum_k a_k B_kj for every j. Where B is shared by the batch, that is a product of
matrices, whose rows are the vectors a of the instances: tiles of it read every number of B once for several of them. So
is the gradient in a shared matrix, the sum over the instances of a_i b_j. Vectors that are not in memory as they stand
are put there first. What is left of the loops is carried out instance by instance, before and after.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, TypeAlias

from symderiv.kernels.arrays.along import lane_axes
from symderiv.kernels.arrays.effects import effects, inside, mapped, names_read
from symderiv.kernels.arrays.fusing import without_unread
from symderiv.kernels.ir import (
    ArrayParameter,
    Const,
    Expression,
    Kernel,
    Let,
    Load,
    Local,
    Loop,
    Op,
    Statement,
    Store,
    Update,
    locals_read,
)  # fmt: skip

__all__ = ["Added", "Apart", "Product", "Step", "Tiled", "axes_along", "step_effects", "tiled"]

Body = tuple[Statement, ...]
_ZERO: Final = Const(Fraction(0))


@dataclass(frozen=True, slots=True)
class Product:
    """out_j = sum_k left_k matrix_jk for every instance if `along`, else sum_k left_k matrix_kj."""

    out: str
    left: str
    matrix: str
    along: bool


@dataclass(frozen=True, slots=True)
class Added:
    """The gradient `out` in a matrix that is shared: the sum over the instances of left_i right_j."""

    out: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Apart:
    """A loop that delivers an output instance by instance: carried out where it is no sum over them."""

    out: str
    loop: Loop


Step: TypeAlias = Statement | Product | Added | Apart


@dataclass(frozen=True, slots=True)
class Tiled:
    """The steps of a kernel in stages, each of products alone or of what one instance does at a time, and further
    scratch."""

    stages: tuple[tuple[Step, ...], ...]
    scratch: tuple[ArrayParameter, ...]

    @property
    def products(self) -> tuple[Product | Added, ...]:
        """All products of matrices."""
        return tuple(step for stage in self.stages for step in stage if isinstance(step, Product | Added))


@dataclass(frozen=True, slots=True)
class _Factors:
    """left * load, the load being the only factor with one of the indices."""

    left: Expression
    load: Load


def tiled(kernel: Kernel, summed: frozenset[str]) -> Tiled | None:
    """The kernel with products of matrices; None if it has none. `summed` are the outputs that may be sums over the
    instances."""
    taken = {p.name for p in kernel.parameters} | {name for each in kernel.body for name in _names(each)}

    def fresh(word: str) -> str:
        name, number = word, 1
        while taken & {name, f"{name}_rows"}:
            number += 1
            name = f"{word}_{number}"
        taken.add(name)
        return name

    arrays = {p.name: p for p in kernel.parameters if isinstance(p, ArrayParameter)}
    found = _Finder(arrays, frozenset(lane_axes(kernel.body)), summed, fresh)
    steps: list[Step] = []
    for statement in kernel.body:
        steps += found.steps(statement) if isinstance(statement, Loop) else [statement]
    if not any(isinstance(step, Product | Added) for step in steps):
        return None
    return Tiled(_staged(steps), tuple(found.scratch))


def axes_along(kernel: Kernel, summed: frozenset[str]) -> tuple[str, ...]:
    """The axes that lanes go along somewhere in a kernel as it is printed."""
    made = tiled(kernel, summed)
    steps = () if made is None else tuple(step for stage in made.stages for step in stage)
    loops = tuple(step.loop if isinstance(step, Apart) else step for step in steps if isinstance(step, Loop | Apart))
    return tuple(dict.fromkeys((*lane_axes(kernel.body), *lane_axes(loops))))


class _Finder:
    """What finds products in the loops of one kernel."""

    def __init__(self, arrays: dict[str, ArrayParameter], lanes: frozenset[str], summed: frozenset[str],
                 fresh: Callable[[str], str]) -> None:  # fmt: skip
        self.arrays, self.lanes, self.summed, self.fresh = arrays, lanes, summed, fresh
        self.scratch: list[ArrayParameter] = []

    def steps(self, loop: Loop) -> list[Step]:
        """A loop as products and what is left of it."""
        delivered = self.delivered(loop)
        return delivered if delivered is not None else self.contracted(loop)

    def contracted(self, loop: Loop) -> list[Step]:
        """A loop over j in which sums over k are products."""
        own = effects(loop)[1]
        before: list[Step] = []
        made: list[Step] = []
        body = list(loop.body)
        for inner in [each for each in loop.body if isinstance(each, Loop)]:
            values = _inlined(inner.body)
            for update in [each for each in inner.body if isinstance(each, Update)]:
                found = self.factors(loop, inner, update, values)
                if found is None or not _is_sum_of(update.name, loop.body, inner):
                    continue
                if names_read(found.left) & own:
                    continue
                left = self.vector(found.left, inner, before)
                out = self.place_of(update.name, loop, body)
                made.append(Product(out, left, found.load.array, found.load.at == (loop.index, inner.index)))
                body = [_without(each, update) for each in body if each != Let(update.name, _ZERO)]
                there = Load(out, (loop.index,))
                body = [_read_from(each, update.name, there) for each in body]
        if not made:
            return [loop]
        at = (loop.index,)
        rest = tuple(each for each in body if each != Store(_stored(each), at, Load(_stored(each), at)))
        results = frozenset(self.arrays) | frozenset(p.name for p in self.scratch) | frozenset(_updated_outside(rest))
        left_over = without_unread((replace(loop, body=rest),), results)
        return [*before, *made, *left_over]

    def factors(self, loop: Loop, inner: Loop, update: Update, values: dict[str, Expression]) -> _Factors | None:
        """The two factors of what is added: a vector over k, and an input that is a matrix over j and k."""
        if update.how != "add":
            return None
        found = _split(_with(update.value, values), loop.index)
        if found is None or set(found.load.at) != {loop.index, inner.index} or len(found.load.at) != 2:
            return None
        array = self.arrays.get(found.load.array)
        lane = loop.axis if found.load.at[1] == loop.index else inner.axis
        if array is None or array.role != "input" or lane not in self.lanes:
            return None
        return found if any(isinstance(p, Load) and inner.index in p.at for p in inside(found.left)) else None

    def delivered(self, loop: Loop) -> list[Step] | None:
        """A loop over i and j that delivers products of a_i and b_j, as sums over the instances."""
        inner = [each for each in loop.body if isinstance(each, Loop)]
        if len(inner) != 1 or any(not isinstance(each, Let) for each in loop.body if each is not inner[0]):
            return None
        (within,) = inner
        if any(not isinstance(each, Let | Store) for each in within.body) or within.axis not in self.lanes:
            return None
        stores = [each for each in within.body if isinstance(each, Store)]
        values = _inlined((*(each for each in loop.body if isinstance(each, Let)), *within.body))
        before: list[Step] = []
        made: list[Step] = []
        taken: list[Store] = []
        for store in stores:
            found = _split(_with(store.value, values), within.index)
            array = None if found is None else self.arrays.get(found.load.array)
            if store.array not in self.summed or store.at != (loop.index, within.index) or found is None:
                continue
            if found.load.at != (within.index,) or array is None or array.role != "input":
                continue
            if not any(isinstance(p, Load) and loop.index in p.at for p in inside(found.left)):
                continue
            made.append(Added(store.array, self.vector(found.left, loop, before), found.load.array))
            made.append(Apart(store.array, self.only(loop, within, store)))
            taken.append(store)
        if not made:
            return None
        rest = tuple(each for each in within.body if each not in taken)
        kept: Body = ()
        if len(taken) < len(stores):
            kept = without_unread((_replaced(loop, within, rest),), frozenset(self.arrays))
        return [*before, *made, *kept]

    def only(self, loop: Loop, within: Loop, store: Store) -> Loop:
        """The loop with one of its stores alone."""
        rest = tuple(each for each in within.body if not isinstance(each, Store) or each == store)
        (made,) = without_unread((_replaced(loop, within, rest),), frozenset({store.array}))
        assert isinstance(made, Loop)
        return made

    def vector(self, value: Expression, loop: Loop, before: list[Step]) -> str:
        """The array that has a value at every place of a loop; filled before, if there is none."""
        if isinstance(value, Load) and value.at == (loop.index,):
            return value.array
        for step in before:
            match step:
                case Loop(index=index, axis=axis, body=(Store(array=array, value=known),)):
                    if (index, axis, known) == (loop.index, loop.axis, value):
                        return array
        name = self.fresh("factor")
        self.scratch.append(ArrayParameter(name, (loop.axis,), "scratch"))
        before.append(Loop(loop.index, loop.axis, (Store(name, (loop.index,), value),)))
        return name

    def place_of(self, total: str, loop: Loop, body: list[Statement]) -> str:
        """The array that a sum is to be in: the one it is stored in, or one of its own."""
        for each in body:
            match each:
                case Store(array=array, at=at, value=Local(name=name)) if name == total and at == (loop.index,):
                    if self.arrays[array].role == "scratch":
                        return array
        name = self.fresh(f"{total}_here")
        self.scratch.append(ArrayParameter(name, (loop.axis,), "scratch"))
        return name


def _names(statement: Statement) -> frozenset[str]:
    """What a statement names: values, arrays and loop variables."""
    if not isinstance(statement, Loop):
        return effects(statement)[1]
    return frozenset({statement.index}).union(*(_names(each) for each in statement.body))


def _replaced(loop: Loop, within: Loop, body: Body) -> Loop:
    return replace(loop, body=tuple(replace(within, body=body) if each is within else each for each in loop.body))


def _inlined(statements: Body) -> dict[str, Expression]:
    """The values that statements name, each in terms of what they have from elsewhere."""
    known: dict[str, Expression] = {}
    for each in statements:
        if isinstance(each, Let):
            known[each.name] = _with(each.value, known)
    return known


def _with(value: Expression, known: dict[str, Expression]) -> Expression:
    return mapped(value, lambda part: known.get(part.name) if isinstance(part, Local) else None)


def _split(value: Expression, index: str) -> _Factors | None:
    """The element with `index` that a product has for a factor, and the product of the others; None for others."""

    def depends(part: Expression) -> bool:
        return any(isinstance(p, Load) and index in p.at for p in inside(part)) or any(
            index in (getattr(p, "left", None), getattr(p, "right", None)) for p in inside(part)
        )

    match value:
        case Load():
            return _Factors(Const(Fraction(1)), value) if index in value.at else None
        case Op(name="negate", arguments=(part,)):
            found = _split(part, index)
            return None if found is None else _Factors(_times(Const(Fraction(-1)), found.left), found.load)
        case Op(name="multiply", arguments=(one, other)):
            if depends(one) == depends(other):
                return None
            found = _split(one if depends(one) else other, index)
            rest = other if depends(one) else one
            return None if found is None else _Factors(_times(found.left, rest), found.load)
        case Op(name="divide", arguments=(above, below)) if not depends(below):
            found = _split(above, index)
            return None if found is None else _Factors(Op("divide", (found.left, below)), found.load)
        case _:
            return None


def _times(one: Expression, other: Expression) -> Expression:
    match one:
        case Const(value=Fraction(numerator=1, denominator=1)):
            return other
        case Const(value=Fraction(numerator=-1, denominator=1)):
            return Op("negate", (other,))
        case _:
            return Op("multiply", (one, other))


def _is_sum_of(name: str, body: Body, inner: Loop) -> bool:
    """Whether a sum begins with 0 in these statements, one statement of the loop `inner` alone adds to it, and nothing
    reads it before that loop has ended."""
    begun = [each for each in body if isinstance(each, Let) and each.name == name]
    added = [each for each in _all(body) if isinstance(each, Update) and each.name == name]
    early = body[: [each is inner for each in body].index(True) + 1]
    read = any(name in locals_read(each) for each in early)
    return begun == [Let(name, _ZERO)] and len(added) == 1 and added[0] in inner.body and not read


def _all(body: Body) -> list[Statement]:
    return [each for s in body for each in (_all(s.body) if isinstance(s, Loop) else [s])]


def _without(statement: Statement, update: Update) -> Statement:
    if isinstance(statement, Loop):
        return replace(statement, body=tuple(each for each in statement.body if each != update))
    return statement


def _read_from(statement: Statement, name: str, there: Load) -> Statement:
    """The statement with an element in place of a value."""
    match statement:
        case Let(value=value) | Update(value=value) | Store(value=value):
            return replace(statement, value=_with(value, {name: there}))
        case Loop(body=body):
            return replace(statement, body=tuple(_read_from(each, name, there) for each in body))
        case _:
            return statement


def _stored(statement: Statement) -> str:
    return statement.array if isinstance(statement, Store) else ""


def _updated_outside(statements: Body) -> set[str]:
    """The sums and maxima that statements add to and that have begun before them."""
    begun = {each.name for each in statements if isinstance(each, Let)}
    return {each.name for each in statements if isinstance(each, Update)} - begun


def _staged(steps: list[Step]) -> tuple[tuple[Step, ...], ...]:
    """The steps in stages, by turns of products and of what one instance does, as few as their order allows."""
    left, stages, products = list(steps), [], True
    while left:
        taken: list[Step] = []
        kept: list[Step] = []
        for step in left:
            own = isinstance(step, Product | Added) == products
            (taken if own and all(_independent(step, each) for each in kept) else kept).append(step)
        if taken:
            stages.append(tuple(taken))
        left, products = kept, not products
    return tuple(stages)


def _independent(one: Step, other: Step) -> bool:
    (reads, writes), (others, written) = step_effects(one), step_effects(other)
    return not (writes & (others | written)) and not (reads & written)


def step_effects(step: Step) -> tuple[frozenset[str], frozenset[str]]:
    """The names of values and arrays that a step reads, and of those that it writes."""
    match step:
        case Product(out=out, left=left, matrix=right) | Added(out=out, left=left, right=right):
            return frozenset({left, right}), frozenset({out} if isinstance(step, Product) else ())
        case Apart(loop=loop):
            return effects(loop)
        case _:
            return effects(step)
