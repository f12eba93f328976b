"""What is the same in every iteration of a loop, computed once before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from symderiv.kernels.arrays.effects import effects, inside, mapped
from symderiv.kernels.arrays.naming import word_for
from symderiv.kernels.ir import Const, Expression, Extent, Let, Load, Local, Loop, Op, Pick, Statement, Store, Update

__all__ = ["hoisted"]


def hoisted(body: tuple[Statement, ...], fresh: Callable[[str], str]) -> tuple[Statement, ...]:
    """The statements with what does not change in a loop before it, as far out as it can go."""
    made: list[Statement] = []
    for statement in body:
        if isinstance(statement, Loop):
            found = _Loop(statement.index, fresh)
            loop = found.without_constants(replace(statement, body=hoisted(statement.body, fresh)))
            made += [*found.before, loop]
        else:
            made.append(statement)
    return tuple(made)


@dataclass(slots=True)
class _Loop:
    """What is taken out of one loop."""

    index: str
    fresh: Callable[[str], str]
    before: list[Statement] = field(default_factory=list)
    changing: set[str] = field(default_factory=set)
    names: dict[Expression, str] = field(default_factory=dict)

    def without_constants(self, loop: Loop) -> Loop:
        """The loop without what is moved to `before`."""
        self.changing = set(effects(loop)[1])
        updated = {name for each in loop.body for name in _updated(each)}
        left: list[Statement] = []
        for statement in loop.body:
            if isinstance(statement, Let) and statement.name not in updated and self.is_constant(statement.value):
                self.before.append(statement)
                self.changing.discard(statement.name)
            elif isinstance(statement, Loop):
                left.append(statement)
            else:
                left.append(self.statement(statement))
        return replace(loop, body=tuple(left))

    def statement(self, statement: Statement) -> Statement:
        match statement:
            case Let(value=value) | Update(value=value) | Store(value=value):
                return replace(statement, value=mapped(value, self.moved))
            case _:
                return statement

    def moved(self, expression: Expression) -> Expression | None:
        """The name that a part has before the loop, if it is worth one and does not change."""
        match expression:
            case Op(name="divide", arguments=(above, (Extent() | Load()) as below)) if self.is_constant(
                below
            ) and not self.is_constant(above):
                return Op("divide", (mapped(above, self.moved), self.named(below)))
        return self.named(expression) if _is_work(expression) and self.is_constant(expression) else None

    def named(self, expression: Expression) -> Local:
        """The value of a constant expression by its name before the loop."""
        if expression not in self.names:
            self.names[expression] = self.fresh(word_for(expression))
            self.before.append(Let(self.names[expression], expression))
        return Local(self.names[expression])

    def is_constant(self, expression: Expression) -> bool:
        """Whether an expression has the same value in every iteration."""
        for part in inside(expression):
            match part:
                case Local(name=name) if name in self.changing:
                    return False
                case Load(array=array, at=at) if array in self.changing or self.index in at:
                    return False
                case Pick(left=left, right=right) if self.index in (left, right):
                    return False
        return True


def _is_work(expression: Expression) -> bool:
    """Whether an expression is more than a number, an element or the negative of one."""
    match expression:
        case Op(name="negate", arguments=(Const() | Local() | Load() | Extent(),)):
            return False
        case Op(name="add" | "subtract" | "multiply" | "divide" | "negate", arguments=arguments):
            return any(not isinstance(each, Const) for each in arguments)
        case Op() | Pick():
            return True
        case _:
            return False


def _updated(statement: Statement) -> set[str]:
    match statement:
        case Update(name=name):
            return {name}
        case Loop(body=body):
            return {name for each in body for name in _updated(each)}
        case _:
            return set()
