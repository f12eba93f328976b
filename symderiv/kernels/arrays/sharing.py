"""What is computed more than once between two loops, computed once: values, and elements that are read again.

The same expression has the same value until something in it is written. Values that are added up are not shared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from symderiv.kernels.arrays.effects import effects, mapped, names_read, values_changed
from symderiv.kernels.arrays.naming import word_for
from symderiv.kernels.ir import Const, Expression, Let, Load, Local, Loop, Note, Op, Pick, Statement, Store, Update

__all__ = ["shared"]

Body = tuple[Statement, ...]


def shared(body: Body, fresh: Callable[[str], str]) -> Body:
    """The statements with a name for what is computed more than once; `fresh` gives names that nothing has yet."""
    return _without_copies(_named(_without_copies(body, {}, {}), fresh), {}, {})


def _without_copies(
    body: Body, known: Mapping[Expression, str], names: Mapping[str, str], sums: frozenset[str] = frozenset()
) -> Body:
    """The statements without values that have a name already; `known` are values with their names, `names` the names
    that stand for others, `sums` what is added to around the statements."""
    known, names = dict(known), dict(names)
    updated = _updated(body)
    changing = updated | sums
    made: list[Statement] = []
    for each in body:
        statement = values_changed(each, lambda part: _renamed(part, names))
        match statement:
            case Let(name=name, value=Op() | Pick() | Load() as value) if name not in updated:
                if value in known:
                    names[name] = known[value]
                    continue
                known[value] = name
            case Let(name=name, value=Local(name=other)) if not {name, other} & changing:
                names[name] = other
                continue
            case Loop(body=inner):
                left = _unchanged(known, effects(statement)[1])
                statement = replace(statement, body=_without_copies(inner, left, names, changing))
            case _:
                pass
        if not isinstance(statement, Let | Note):
            known = _unchanged(known, effects(statement)[1])
        made.append(statement)
    return tuple(made)


def _renamed(part: Expression, names: Mapping[str, str]) -> Expression | None:
    return Local(names[part.name]) if isinstance(part, Local) and part.name in names else None


def _unchanged(known: dict[Expression, str], written: frozenset[str]) -> dict[Expression, str]:
    """The values in which nothing is that was written."""
    return {value: name for value, name in known.items() if not (names_read(value) & written)}


def _updated(body: Body) -> frozenset[str]:
    """The names that something is added to, or that are maxima."""
    found: set[str] = set()
    for statement in body:
        if isinstance(statement, Update):
            found.add(statement.name)
        elif isinstance(statement, Loop):
            found |= _updated(statement.body)
    return frozenset(found)


def _named(body: Body, fresh: Callable[[str], str]) -> Body:
    """The statements with a name for each value that stands in them more than once."""
    naming = _Naming(fresh, _references(body))
    for statement in body:
        match statement:
            case Loop(body=inner):
                naming.made.append(replace(statement, body=_named(inner, fresh)))
            case Let(value=value) | Update(value=value) | Store(value=value):
                naming.made.append(replace(statement, value=mapped(value, naming.name)))
            case _:
                naming.made.append(statement)
        if not isinstance(statement, Let | Note):
            naming.known = _unchanged(naming.known, effects(statement)[1])
    return tuple(naming.made)


def _references(body: Body) -> Counter[Expression]:
    """How often each value is read by another one or by a statement, what is the same counting once."""
    found: Counter[Expression] = Counter()

    def count(value: Expression) -> None:
        found[value] += 1
        if found[value] == 1:
            match value:
                case Op(arguments=arguments):
                    for argument in arguments:
                        count(argument)
                case Pick(equal=equal, different=different):
                    count(equal)
                    count(different)
                case _:
                    pass

    for statement in body:
        if isinstance(statement, Let | Update | Store):
            count(statement.value)
    return found


@dataclass(slots=True)
class _Naming:
    """The statements as they are made, and the values that have a name in them."""

    fresh: Callable[[str], str]
    references: Counter[Expression]
    made: list[Statement] = field(default_factory=list)
    known: dict[Expression, str] = field(default_factory=dict)

    def name(self, part: Expression) -> Expression | None:
        """The name of a value that has one or is worth one."""
        if part in self.known:
            return Local(self.known[part])
        if self.references[part] < 2 or not _is_worth(part):
            return None
        value = part
        if isinstance(part, Op):
            value = Op(part.name, tuple(mapped(argument, self.name) for argument in part.arguments))
        name = self.fresh(f"{part.array}_here" if isinstance(part, Load) else word_for(part))
        self.made.append(Let(name, value))
        self.known[part] = name
        return Local(name)


def _is_worth(value: Expression) -> bool:
    match value:
        case Load(at=at):
            return bool(at)
        case Op(name="negate"):
            return False
        case Op(arguments=arguments):
            return not all(isinstance(each, Const) for each in arguments)
        case _:
            return False
