"""Numbers told apart by a numeral, lambda_1 and lambda_2: what looks like members of a vector and is none.

A Greek letter that has nothing but numerals below it, everywhere, and that is neither differentiated by, declared nor
defined, is not the vector of all its members: each is a number of its own, called lambda1 and lambda2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symderiv.reading.letters import greek_named
from symderiv.reading.syntax import Defined, Membership, Name, Relation, Statement, Syntax, rebuilt, walk

__all__ = ["numbered", "numbers_in", "related"]


def numbers_in(statement: Statement, wrt: Sequence[str]) -> frozenset[str]:
    """The letters in `statement` that stand for a number with each of their numerals."""
    clauses = (statement.loss, *statement.where)
    taken = {*wrt, *(clause.name.name for clause in clauses)}
    names = [
        node
        for clause in clauses
        if isinstance(clause, Defined)
        for node in walk(clause.body)
        if isinstance(node, Name)
    ]
    marked = {name.name for name in names if _marked(name) and greek_named(name.name) and name.name != "delta"}
    return frozenset(marked - taken - {name.name for name in names if not _marked(name)})


def _marked(name: Name) -> bool:
    return len(name.indices) == 1 and name.indices[0].isdigit()


def numbered(statement: Statement, letters: frozenset[str]) -> Statement:
    """`statement` with lambda1 for lambda_1, for each of `letters`."""

    def clause(old: Defined | Membership) -> Defined | Membership:
        return replace(old, body=_named(old.body, letters)) if isinstance(old, Defined) else old

    loss = replace(statement.loss, body=_named(statement.loss.body, letters))
    return Statement(loss, tuple(clause(each) for each in statement.where))


def related(relation: Relation, letters: frozenset[str]) -> Relation:
    """The same of an assumption."""
    return replace(relation, terms=tuple(_named(term, letters) for term in relation.terms))


def _named(node: Syntax, letters: frozenset[str]) -> Syntax:
    match node:
        case Name(name=name) if name in letters and _marked(node):
            return replace(node, name=f"{name}{node.indices[0]}", indices=())
        case _:
            return rebuilt(node, lambda part: _named(part, letters))
