"""What each name of a formula is: defined, data with so many indices, a number that the user chooses, or a size."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from symderiv.reading.errors import FormulaError
from symderiv.reading.grammar import unknown_function
from symderiv.reading.letters import greek_named, plain_name
from symderiv.reading.syntax import (
    Applied,
    Big,
    Chain,
    Defined,
    Membership,
    Name,
    Raised,
    Statement,
    Syntax,
    parts_of,
    walk,
)

__all__ = ["VECTOR_FUNCTIONS", "Roles", "is_delta", "roles_of"]

VECTOR_FUNCTIONS: Final = ("softmax", "log_softmax", "logsumexp")
"""The functions of a whole vector; the first two are vectors again."""
_ENTRYWISE: Final = ("softmax", "log_softmax")


@dataclass(frozen=True, slots=True)
class Roles:
    """The names of a formula by what they are; `vectors` are the names, defined or not, that have one index."""

    text: str
    loss: Defined
    definitions: Mapping[str, Defined]
    declared: Mapping[str, tuple[str, ...]]
    """The sizes that a declaration gives, by name."""
    ranks: Mapping[str, int]
    """How many indices the data have, by name."""
    vectors: frozenset[str]
    notes: tuple[str, ...]

    def is_vector(self, node: Syntax) -> bool:
        """Whether `node`, written without an index, stands for a whole vector."""
        match node:
            case Name(name=name, indices=()):
                return name in self.vectors
            case Applied(function=function, indices=indices) if function in VECTOR_FUNCTIONS:
                return function in _ENTRYWISE and not indices
            case _:
                return any(self.is_vector(part) for part in parts_of(node))

    def fail(self, sentence: str, at: int) -> FormulaError:
        """The error for something at position `at` of the formula."""
        return FormulaError(sentence, self.text, at)


def is_delta(node: Syntax) -> bool:
    """Whether `node` reads as a Kronecker delta: delta with two indices."""
    return isinstance(node, Name) and node.name == "delta" and len(node.indices) == 2


def roles_of(statement: Statement, text: str, wrt: tuple[str, ...]) -> Roles:
    """The roles of all names, `wrt` being those to differentiate by; FormulaError where a name cannot be one thing."""
    definitions = _definitions(statement, text)
    declared = _declared(statement, text, definitions)
    bodies = (statement.loss.body, *(each.body for each in definitions.values()))
    nodes = [node for body in bodies for node in walk(body)]
    names = [node for node in nodes if isinstance(node, Name) and not (is_delta(node) and "delta" not in declared)]
    _refuse_calls(nodes, names, definitions, declared, text, wrt)
    vectors = {name for name, sizes in declared.items() if len(sizes) == 1}
    vectors |= {node.name for node in names if len(node.indices) == 1}
    vectors |= {each.name.name for each in definitions.values() if len(each.name.indices) == 1}
    vectors |= {
        argument.name
        for node in nodes
        if isinstance(node, Applied) and node.function in VECTOR_FUNCTIONS
        for argument in node.arguments
        if isinstance(argument, Name) and not argument.indices
    }
    vectors -= {name for name, sizes in declared.items() if len(sizes) != 1}
    notes: list[str] = []
    found = Roles(text, statement.loss, definitions, declared, {}, frozenset(vectors), ())
    while True:
        more = {
            name
            for name, each in definitions.items()
            if name not in found.vectors and not each.name.indices and found.is_vector(each.body)
        } or _guessed(nodes, found, wrt, notes)
        if not more:
            break
        found = Roles(text, statement.loss, definitions, declared, {}, found.vectors | more, ())
    ranks = _ranks(names, found)
    return Roles(text, statement.loss, definitions, declared, ranks, found.vectors, tuple(notes))


def _definitions(statement: Statement, text: str) -> dict[str, Defined]:
    found: dict[str, Defined] = {}
    if statement.loss.name.indices:
        raise FormulaError(
            f"the loss is one number, so {statement.loss.name.name} takes no index; sum over it",
            text,
            statement.loss.at,
        )
    for clause in statement.where:
        if isinstance(clause, Defined):
            name = clause.name.name
            if name in found or name == statement.loss.name.name:
                raise FormulaError(f"{name} is defined twice", text, clause.at)
            if len(set(clause.name.indices)) != len(clause.name.indices):
                raise FormulaError(f"the definition of {name} names one index twice", text, clause.at)
            if any(index.isdigit() for index in clause.name.indices):
                raise FormulaError(f"{name} is defined for every index at once, as in {name}_i = ...", text, clause.at)
            found[name] = clause
    return found


def _declared(statement: Statement, text: str, definitions: Mapping[str, Defined]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for clause in statement.where:
        if isinstance(clause, Membership):
            name = clause.name.name
            if clause.name.indices:
                raise FormulaError("data are declared by their name alone, as in z in R^C", text, clause.at)
            if name in definitions or name == statement.loss.name.name:
                raise FormulaError(f"{name} is defined by a formula; only data are declared", text, clause.name.at)
            if name in found:
                raise FormulaError(f"{name} is declared twice", text, clause.name.at)
            found[name] = _sizes(clause, text)
    return found


def _sizes(clause: Membership, text: str) -> tuple[str, ...]:
    if clause.of.lstrip("\\")[:1] == "{":
        raise FormulaError("what values data take is an assumption; data are declared as in z in R^C", text, clause.at)
    _, _, power = clause.of.partition("^")
    content = re.sub(r"\\times\b|×|\*|,|\bx\b", " ", power.strip().strip("{}()"))
    sizes = tuple(content.split())
    if any(not re.fullmatch(r"[A-Z]", size) for size in sizes):
        raise FormulaError(
            "the sizes of data are capital letters, as in R^C or R^{C x D}", text, clause.at
        )  # fmt: skip
    if len(sizes) > 2:
        raise FormulaError("data have up to two indices", text, clause.at)
    return sizes


def _refuse_calls(
    nodes: list[Syntax], names: list[Name], definitions: Mapping[str, Defined],
    declared: Mapping[str, tuple[str, ...]], text: str, wrt: tuple[str, ...],
) -> None:  # fmt: skip
    """A name right before a bracket is a factor only if it is known to be a quantity; f(x) is an unknown function."""
    called: list[Name] = []
    for node in nodes:
        if isinstance(node, Chain) and node.kind == "product":
            for (_, left), (sign, _) in zip(node.items, node.items[1:], strict=False):
                last = left.exponent if isinstance(left, Raised) else left
                if sign == "" and isinstance(last, Name) and not last.indices and text[last.end : last.end + 1] == "(":
                    called.append(last)
    places = {name.at for name in called}
    elsewhere = {name.name for name in names if name.at not in places}
    for name in called:
        known = name.name in definitions or name.name in declared or name.name in elsewhere or name.name in ("C", *wrt)
        if not known and not greek_named(name.name):
            hint = f". If a product is meant, write {name.name} * (...)"
            raise FormulaError(unknown_function(name.name) + hint, text, name.at)


def _guessed(nodes: list[Syntax], found: Roles, wrt: tuple[str, ...], notes: list[str]) -> set[str]:
    """The vector inside softmax(z / tau), where nothing else says which name it is."""
    for node in nodes:
        if not isinstance(node, Applied) or node.function not in VECTOR_FUNCTIONS:
            continue
        if any(found.is_vector(argument) for argument in node.arguments):
            continue
        inside = [part for argument in node.arguments for part in walk(argument) if isinstance(part, Name)]
        indexed = next((part for part in inside if part.indices), None)
        if indexed is not None:
            raise found.fail(
                f"{node.function} takes a whole vector: write {node.function}({indexed.name}), and "
                f"{node.function}({indexed.name})_{''.join(indexed.indices)} for an entry",
                indexed.at,
            )
        known = {*found.definitions, *found.declared, *found.vectors}
        free = dict.fromkeys(n.name for n in inside if n.name not in known)
        likely = [name for name in free if not greek_named(name) and name != "C"]
        asked = [name for name in free if name in wrt]
        chosen = asked[0] if len(asked) == 1 else likely[0] if len(likely) == 1 else None
        if chosen is None:
            raise found.fail(
                f"which name in {node.function}(...) is the vector is not clear; declare it, as in: where z in R^C",
                node.at,
            )
        notes.append(f"{chosen} is read as a vector, because {node.function} takes one")
        return {chosen}
    return set()


def _ranks(names: list[Name], found: Roles) -> dict[str, int]:
    """How many indices each name has that is not defined; a name has one number of indices everywhere."""
    ranks: dict[str, int] = {name: len(sizes) for name, sizes in found.declared.items()}
    for node in names:
        count = len(node.indices)
        if node.name in found.definitions:
            wanted = 1 if node.name in found.vectors else len(found.definitions[node.name].name.indices)
        else:
            first = count or int(node.name in found.vectors)
            wanted = ranks.setdefault(node.name, first)
        whole = count == 0 and wanted == 1
        if count != wanted and not whole:
            if count > 2 and wanted > 2:
                raise found.fail("data have up to two indices", node.at)
            has = "no index" if wanted == 0 else "1 index" if wanted == 1 else f"{wanted} indices"
            words = f"; several letters after _ are an index each: {node.name} has {count}" if count > 1 else ""
            raise found.fail(f"{node.name} has {has} elsewhere and {count} here{words}", node.at)
        if count > 2:
            raise found.fail(
                f"data have up to two indices; {node.name} has {count}: {', '.join(node.indices)}", node.at
            )
    return ranks


def bound_names(statement: Statement) -> frozenset[str]:
    """Every name that is an index somewhere."""
    found: set[str] = set()
    for clause in (statement.loss, *statement.where):
        if isinstance(clause, Defined):
            found |= set(clause.name.indices)
            for node in walk(clause.body):
                if isinstance(node, Big):
                    found |= set(node.limits.indices)
                elif isinstance(node, Name):
                    found |= {plain_name(index) for index in node.indices if not index.isdigit()}
    return frozenset(found)
