"""What each name of a formula is: defined, data with so many indices, a number that the user chooses, or a size."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from symderiv.reading.errors import FormulaError
from symderiv.reading.letters import greek_named
from symderiv.reading.syntax import (
    Applied,
    Chain,
    Defined,
    Membership,
    Name,
    Negative,
    Raised,
    Statement,
    Syntax,
    parts_of,
    walk,
)
from symderiv.reading.transposed import refuse_transposed
from symderiv.reading.unknown import is_written_otherwise, unknown_function

__all__ = ["NORMS", "REDUCING", "VECTOR_FUNCTIONS", "Roles", "is_delta", "roles_of"]

_ENTRYWISE: Final = ("softmax", "log_softmax")
NORMS: Final = ("norm", "norm1", "dot")
"""The sums of squares, absolute values and products of entries: norm1 is written ||v||_1."""
REDUCING: Final = ("logsumexp", *NORMS)
"""The functions of whole vectors that are numbers."""
VECTOR_FUNCTIONS: Final = (*_ENTRYWISE, *REDUCING)
"""The functions of whole vectors; the first two are vectors again."""
_OPERATORS: Final[Mapping[str, str]] = {
    "E": "an expectation is written as a sum over the samples, as in 1/N sum_n f_n",
    "mathbb": "an expectation is written as a sum over the samples, as in 1/N sum_n f_n",
    "I": "a choice is written with step(x), which is 1 where x > 0, with delta_ij, or as data that are 0 or 1",
}
"""What is no factor where a bracket follows it, and what to write."""
_ENTRY: Final = re.compile(r"\[\s*((?:[A-Za-z]|[0-9]+)(?:\s*,\s*(?:[A-Za-z]|[0-9]+))*)\s*\]")
"""What stands after the name of an array in a program."""
_GREEK_FUNCTIONS: Final = ("Gamma", "Phi", "psi", "zeta")
"""The letters that are the name of a function where a bracket follows them."""


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
            case Name(name=name, indices=(_,)):
                return self.matrix(name)
            case Applied(function=function, indices=indices) if function in VECTOR_FUNCTIONS:
                return function in _ENTRYWISE and not indices
            case _:
                return any(self.is_vector(part) for part in parts_of(node))

    def matrix(self, name: str) -> bool:
        """Whether `name` is declared or defined with two indices, so that z_i is its row i, a vector."""
        defined = self.definitions.get(name)
        return len(defined.name.indices if defined is not None else self.declared.get(name, ())) == 2

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
    refuse_transposed(bodies, names, declared, text)
    _refuse_calls(nodes, names, definitions, declared, text, wrt)
    vectors = {name for name, sizes in declared.items() if len(sizes) == 1}
    rows = {name for name, each in definitions.items() if len(each.name.indices) == 2}
    vectors |= {node.name for node in names if len(node.indices) == 1 and node.name not in rows}
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
        plain = [each for each in definitions.values() if not each.name.indices]
        more = {each.name.name for each in plain if each.name.name not in found.vectors and found.is_vector(each.body)}
        more = more or {
            name
            for each in plain
            if each.name.name in found.vectors and not found.is_vector(each.body)
            for name in _added(each.body, found)
        }
        more = more or _guessed(nodes, found, wrt, notes)
        if not more:
            break
        found = Roles(text, statement.loss, definitions, declared, {}, found.vectors | more, ())
    ranks = _ranks(names, found)
    notes += _same_for_all(nodes, found)
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
                while isinstance(last, Applied) and not last.bracketed:
                    last = last.arguments[-1]
                if sign == "" and isinstance(last, Name) and not last.indices:
                    opening = text[last.end : last.end + 1]
                    if last.name not in _OPERATORS and (entry := _ENTRY.match(text, last.end)):
                        raise FormulaError(
                            f"an entry is written {last.name}_{{{entry[1]}}}; brackets are those of a product",
                            text,
                            last.end,
                        )
                    if opening == "(" or (opening in ("[", "{") and last.name in _OPERATORS):
                        called.append(last)
    places = {name.at for name in called}
    elsewhere = {name.name for name in names if name.at not in places}
    for name in called:
        known = name.name in definitions or name.name in declared or name.name in elsewhere or name.name in ("C", *wrt)
        if not known and name.name in _OPERATORS:
            raise FormulaError(f"{name.name} is not understood here: {_OPERATORS[name.name]}", text, name.at)
        if not known and (not greek_named(name.name) or name.name in _GREEK_FUNCTIONS):
            product = f". If a product is meant, write {name.name} * (...)"
            hint = "" if is_written_otherwise(name.name) else product
            raise FormulaError(unknown_function(name.name) + hint, text, name.at)


def _guessed(nodes: list[Syntax], found: Roles, wrt: tuple[str, ...], notes: list[str]) -> set[str]:
    """The vector inside softmax(z / tau), where nothing else says which name it is."""
    for node in nodes:
        if not isinstance(node, Applied) or node.function not in VECTOR_FUNCTIONS:
            continue
        added = {name for argument in node.arguments for name in _added(argument, found)}
        if node.function in NORMS and added:
            notes.append(f"vectors, because {node.function.rstrip('1')} takes them: {', '.join(sorted(added))}")
            return added
        # In softmax(s (z - d t)) the variable is a vector, whatever t is.
        inner = [part for argument in node.arguments for part in walk(argument)]
        terms = [part for part in inner if isinstance(part, Chain) and part.kind == "sum"]
        if more := {name for part in terms for name in _added(part, found)} & {"z", *wrt} & _bare(nodes):
            notes.append(f"{min(more)} is read as a vector, because {node.function} takes one")
            return more
        if all(found.is_vector(argument) for argument in node.arguments):
            continue
        inside = [part for argument in node.arguments for part in walk(argument) if isinstance(part, Name)]
        indexed = next((part for part in inside if part.indices), None)
        if indexed is not None:
            written = f"{node.function.rstrip('1')}({indexed.name})"
            entry = f", and {written}_{''.join(indexed.indices)} for an entry"
            row = f"; {indexed.name}_{indexed.indices[0]} is a row where {indexed.name} in R^{{N x D}} is declared"
            raise found.fail(
                f"{node.function.rstrip('1')} takes a whole vector: write {written}"
                f"{entry if node.function in _ENTRYWISE else ', or the sum over the index written out'}{row}",
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


def _same_for_all(nodes: list[Syntax], found: Roles) -> list[str]:
    """What is told of p in softmax(z + log p), which nothing says to be a vector."""
    made: dict[str, None] = {}
    for node in nodes:
        if not isinstance(node, Applied) or node.function not in VECTOR_FUNCTIONS:
            continue
        sums = [
            part for each in node.arguments for part in walk(each) if isinstance(part, Chain) and part.kind == "sum"
        ]
        terms = [
            term for chain in sums if found.is_vector(chain) for _, term in chain.items if not found.is_vector(term)
        ]
        for name in (part for term in terms for part in walk(term) if isinstance(part, Name) and not part.indices):
            known = {*found.definitions, *found.declared, "C", "e"}
            if len(name.name) == 1 and name.name not in known:
                called = name.name
                made[f"{called} is one number for all entries; for a vector declare it, as in {called} in R^C"] = None
    return list(made)


def _bare(nodes: list[Syntax]) -> set[str]:
    """The names that stand without an index in no place but in a function of vectors."""
    inside = {
        part.at
        for node in nodes
        if isinstance(node, Applied) and node.function in VECTOR_FUNCTIONS
        for part in walk(node)
    }
    outside = {node.name for node in nodes if isinstance(node, Name) and not node.indices and node.at not in inside}
    return {node.name for node in nodes if isinstance(node, Name)} - outside


def _added(node: Syntax, found: Roles) -> set[str]:
    """The names of unknown kind that `node` adds up or is, as u and v in u - v."""
    terms = [part for _, part in node.items] if isinstance(node, Chain) and node.kind == "sum" else [node]
    parts = [term.body if isinstance(term, Negative) else term for term in terms]
    known = {*found.definitions, *found.declared, *found.vectors}
    return {part.name for part in parts if isinstance(part, Name) and not part.indices and part.name not in known}


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
        whole = count == wanted - 1 and (count == 0 or found.matrix(node.name))
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
