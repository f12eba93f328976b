"""The first walk over a formula: every index finds what binds it, and what must run over one range is joined."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final, assert_never

from symderiv.reading.letters import plain_name
from symderiv.reading.ranges import Ranges, Slot
from symderiv.reading.roles import REDUCING, VECTOR_FUNCTIONS, Roles, is_delta
from symderiv.reading.syntax import (
    Applied,
    Big,
    Chain,
    Choice,
    Defined,
    Limits,
    Name,
    Negative,
    Numeral,
    Raised,
    Syntax,
    parts_of,
    walk,
)

__all__ = ["argument_slot", "axis", "bound_slot", "index_slot", "over_pairs", "ranges_of"]
_SIZES: Final = ("N", "K", "D", "M")
"""The letters, besides C, that are read as the size of the one range of a formula."""


def axis(name: str, position: int) -> Slot:
    """The range of an index of the data or of the defined quantity `name`."""
    return ("axis", name, position)


def bound_slot(index: str, at: int) -> Slot:
    """The range of an index bound at position `at` of the text."""
    return ("index", index, at)


def argument_slot(at: int) -> Slot:
    """The range of the vector that the function at `at` is applied to."""
    return ("argument", "the vector", at)


def index_slot(index: str, env: Mapping[str, Slot]) -> Slot | None:
    """What `index` is bound to."""
    return env.get(index)


def over_pairs(limits: Limits, bound: Collection[str]) -> Limits:
    """`limits` with all letters that they bind where those of `bound` have a range: sum_{i != j} runs over both, the
    second one leaving out the first, if j has none."""
    skip = limits.skip
    if skip is None or skip.isdigit() or skip in bound or skip in limits.indices or len(limits.indices) > 1:
        return limits
    return replace(limits, indices=(*limits.indices, skip), skip=limits.indices[0])


@dataclass(frozen=True, slots=True)
class _Walk:
    roles: Roles
    ranges: Ranges

    def definition(self, defined: Defined) -> None:
        """The indices on the left are bound on the right."""
        env: dict[str, Slot] = {}
        name = defined.name.name
        for position, index in enumerate(defined.name.indices):
            env[index] = bound_slot(index, defined.at)
            self.ranges.join(axis(name, position), env[index], defined.at)
        whole = name in self.roles.vectors and not defined.name.indices
        self.visit(defined.body, env, axis(name, 0) if whole else None)

    def visit(self, node: Syntax, env: Mapping[str, Slot], whole: Slot | None) -> None:
        """`whole` is the range along which vectors without an index are read entry by entry, None where none are."""
        match node:
            case Numeral():
                pass
            case Name():
                self.name(node, env, whole)
            case Applied(function=function) if function in VECTOR_FUNCTIONS:
                self.vector_function(node, env, whole)
            case Big():
                self.big(node, env, whole)
            case Negative() | Chain() | Raised() | Applied() | Choice():
                for part in parts_of(node):
                    self.visit(part, env, whole)
            case _:
                assert_never(node)

    def name(self, node: Name, env: Mapping[str, Slot], whole: Slot | None) -> None:
        """The indices of a name, or its being a whole vector."""
        if is_delta(node) and "delta" not in self.roles.declared:
            first, second = (self.index(index, node, env) for index in node.indices)
            if first is None or second is None:
                raise self.roles.fail("delta compares two indices, as in delta_ij", node.at)
            self.ranges.join(first, second, node.at)
            return
        for position, index in enumerate(node.indices):
            slot = self.index(index, node, env)
            own = axis(node.name, position)
            if slot is None:
                self.ranges.root(own, node.at)
                self.ranges.members.add(own)
            else:
                self.ranges.join(own, slot, node.at)
        if len(node.indices) == 1 and self.roles.matrix(node.name):
            if whole is None:
                raise self.roles.fail(
                    f"{node.name}_{node.indices[0]} is a row of {node.name}, a vector, and a number is needed here: "
                    "give it a second index, or take norm(...) or dot(...) of it",
                    node.at,
                )
            self.ranges.join(axis(node.name, 1), whole, node.at)
        if node.indices:
            return
        if node.name in env:
            raise self.roles.fail(
                f"the index {node.name} is used as a number; an index may only mark an entry or stand in a delta",
                node.at,
            )
        if node.name in self.roles.vectors:
            if whole is None:
                raise self.roles.fail(
                    f"{node.name} is a vector, and a number is needed here: give it an index, and sum over it", node.at
                )
            self.ranges.join(axis(node.name, 0), whole, node.at)

    def index(self, index: str, node: Name, env: Mapping[str, Slot]) -> Slot | None:
        """What the index of `node` is bound to; None for a member by its number."""
        if index.isdigit():
            if index.strip("0") == "":
                raise self.roles.fail("members are counted from 1", node.at)
            return None
        if index not in env:
            raise self.roles.fail(self.unbound(index, node), node.at)
        return env[index]

    def unbound(self, index: str, node: Name) -> str:
        """Why `index` has no range here."""
        bodies = (self.roles.loss.body, *(each.body for each in self.roles.definitions.values()))
        ended = any(
            isinstance(part, Big) and index in part.limits.indices and part.at < node.at
            for body in bodies
            for part in walk(body)
        )
        if node.name in ("mean", "var", "std", "E") and node.name not in self.roles.declared:
            average = "1/N sum_n f_n where f in R^N"
            return f"{node.name} over {index} is not known: write the sum and its size, as in {average}"
        if ended:
            return (
                f"the index {index} has no range here: a sum reaches over one product, up to the next + or -. "
                f"Write brackets, as in sum_{index} (... + ...)"
            )
        if len(node.indices) > 1 and index not in env_letters(self.roles):
            return (
                f"the index {index} has no range: nothing sums over it. The letters after _ are an index each, so "
                f"{node.name}_{''.join(node.indices)} has {len(node.indices)}"
            )
        if node.name != index and index in ("y", "t", "c"):
            what = f"{node.name}(...)" if node.name in VECTOR_FUNCTIONS else node.name
            return (
                f"the index {index} has no range. If it is the class of the target, write sum_k t_k {what}_k with "
                f"targets t of which one is 1 and the others 0, or name a member by its number, as in {what}_1"
            )
        return (
            f"the index {index} has no range: sum over it, as in sum_{index} ..., or put it on the left of a definition"
        )

    def vector_function(self, node: Applied, env: Mapping[str, Slot], whole: Slot | None) -> None:
        """softmax(v), softmax(v)_k, log_softmax(v); logsumexp(v), norm(v) and dot(u, v), which are numbers."""
        wanted = 2 if node.function == "dot" else 1
        if len(node.arguments) != wanted:
            raise self.roles.fail(f"{node.function} takes {('one vector', 'two vectors')[wanted - 1]}", node.at)
        slot = argument_slot(node.at)
        if node.function in REDUCING:
            if node.indices:
                raise self.roles.fail(f"{node.function} is one number and takes no index", node.at)
        elif node.indices:
            if len(node.indices) != 1:
                raise self.roles.fail(f"{node.function} of a vector has one index", node.at)
            given = self.index(node.indices[0], Name(node.function, node.indices, node.at, node.at), env)
            if given is not None:
                self.ranges.join(slot, given, node.at)
        elif whole is None:
            raise self.roles.fail(
                f"{node.function}(...) is a vector, and a number is needed here: write {node.function}(...)_k for an "
                f"entry, or name it after 'where', as in y = {node.function}(z)",
                node.at,
            )
        else:
            self.ranges.join(slot, whole, node.at)
        for argument in node.arguments:
            self.visit(argument, env, slot)

    def big(self, node: Big, env: Mapping[str, Slot], whole: Slot | None) -> None:
        """A sum binds its indices in its body; what it leaves out is bound outside."""
        inner = dict(env)
        limits = over_pairs(node.limits, env)
        for index in limits.indices:
            name = plain_name(index)
            if name in inner and limits.ordered:
                letters = " < ".join(limits.indices)
                raise self.roles.fail(
                    f"the index {name} is already bound here: sum_{{{letters}}} binds both by itself; write it alone",
                    node.at,
                )
            if name in inner:
                raise self.roles.fail(
                    f"the index {name} is already bound here; use another letter, or brackets if the sum before it has "
                    "ended",
                    node.at,
                )
            if name in self.roles.vectors or name in self.roles.definitions:
                raise self.roles.fail(f"{name} is a quantity of the formula; sum over another letter", node.at)
            inner[name] = bound_slot(name, node.limits.at)
            self.ranges.root(inner[name], node.at)
            if node.limits.upper is not None:
                self.ranges.name(inner[name], node.limits.upper, node.limits.at)
        skip, last = limits.skip, limits.indices[-1]
        if skip is not None and not skip.isdigit():
            if skip not in inner:
                raise self.roles.fail(f"the index {skip} has no range: what a sum leaves out is bound outside", node.at)
            self.ranges.join(inner[last], inner[skip], node.at)
        self.visit(node.body, inner, whole)


def env_letters(roles: Roles) -> frozenset[str]:
    """Every letter that some sum or definition binds."""
    bodies = (roles.loss.body, *(each.body for each in roles.definitions.values()))
    bound = {index for body in bodies for part in walk(body) if isinstance(part, Big) for index in part.limits.indices}
    return frozenset(bound | {index for each in roles.definitions.values() for index in each.name.indices})


def ranges_of(roles: Roles, numbers: frozenset[str] = frozenset()) -> Ranges:
    """The ranges of everything in the formula; FormulaError for an index without one, or bound twice.

    `numbers` are names that are no size, because something is assumed of them or they are differentiated by.
    """
    ranges = Ranges()
    plain = {name for name, rank in roles.ranks.items() if rank == 0} - {*roles.declared, *numbers}
    sizes = [symbol for symbol in _SIZES if symbol in plain]
    if len(sizes) == 1 and "C" not in plain:
        ranges.only = sizes[0]
    for name, declared in roles.declared.items():
        for position, symbol in enumerate(declared):
            ranges.name(axis(name, position), symbol, 0)
    walking = _Walk(roles, ranges)
    for defined in roles.definitions.values():
        walking.definition(defined)
    walking.definition(roles.loss)
    return ranges
