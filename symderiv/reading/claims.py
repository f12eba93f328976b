"""Claims in short notation: an equation, or a chain of them as somebody derived it, as a derivation to be judged.

    dL/dz_i = -sum_k t_k / y_k dy_k/dz_i = y_i - t_i where L = -sum_k t_k log y_k, y = softmax(z)

A side is a formula in which dL/dz_i, ∂L/∂z_i or \\frac{\\partial L}{\\partial z_i} is a derivative of a name by a name,
and d^2L/(dz_i dz_j) a second one. What the names are stands after 'where'. An index that nothing sums over may be any
member of its range; in dL/dz = y - t, without indices, every side is read entry by entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

from symderiv.reading.assuming import Assumed, assumed
from symderiv.reading.derivatives import MARK, Differential, differentials, with_placeholders
from symderiv.reading.elaborating import Elaborated, elaborated
from symderiv.reading.errors import FormulaError
from symderiv.reading.grammar import read_statement
from symderiv.reading.letters import LOWERED
from symderiv.reading.problems import assumption_of, require_subject
from symderiv.reading.ranging import ranges_of
from symderiv.reading.roles import roles_of
from symderiv.reading.syntax import (
    Applied,
    Big,
    Chain,
    Choice,
    Defined,
    Limits,
    Membership,
    Name,
    Negative,
    Numeral,
    Raised,
    Statement,
    Syntax,
    depth_of,
    parts_of,
    walk,
)
from symderiv.statements import Assumption, Derivation, Distinct, Line, Relation, Theory
from symderiv.terms import Add, Call, Derivative, Entry, Power, Term, children, rebuild

__all__ = ["ReadClaim", "is_claim", "read_claim"]

_WHERE: Final = re.compile(r"\b(?:where|with)\b")
_SIGNS: Final = re.compile(r"<=|>=|!=|:=|[=<>≤≥]")
_SPLITTING: Final = ("=", "<", ">", "<=", ">=", "≤", "≥")
_CLAIM: Final = "the claim"
"""The name of the definition that the sides are elaborated in: one that no formula can have."""


@dataclass(frozen=True, slots=True)
class ReadClaim:
    """What was understood of a claim: the chain to be judged, and the readings that the notation left open."""

    derivation: Derivation
    text: str
    notes: tuple[str, ...]


def is_claim(text: str) -> bool:
    """Whether `text` is an equation between formulas rather than the definition of a loss, whose left side is a
    name."""
    sides = _sides(text)
    if len(sides) < 2:
        return False
    left = text[: sides[0][1]].strip()
    return re.fullmatch(r"\\?[^\W\d]\w*['′]*", left) is None or any(sign == "_" or sign in LOWERED for sign in left)


def read_claim(text: str, *, assume: Sequence[str] = ()) -> ReadClaim:
    """The claim written in `text`, under the assumptions in `assume`.

    Raises FormulaError, with a caret under the first thing not understood.
    """
    under = assumed(assume)
    try:
        return _read(text, under)
    except FormulaError as error:
        raise FormulaError(error.sentence, text, error.at) if error.at is not None else error from None


def _sides(text: str) -> tuple[tuple[int, int, str], ...]:
    """(begin, end, relation before it) of every side of the chain in front of 'where'."""
    where = _WHERE.search(text)
    stop = len(text) if where is None else where.start()
    found: list[tuple[int, int, str]] = []
    begin, relation, depth = 0, "", 0
    for sign in re.finditer(rf"[(\[{{]|[)\]}}]|{_SIGNS.pattern}", text[:stop]):
        depth += (sign[0] in "([{") - (sign[0] in ")]}")
        if depth == 0 and sign[0] in _SPLITTING:
            found.append((begin, sign.start(), relation))
            begin, relation = sign.end(), sign[0]
    return (*found, (begin, stop, relation))


def _read(text: str, under: Assumed) -> ReadClaim:
    sides = _sides(text)
    relations = [relation for _, _, relation in sides[1:]]
    if not relations:
        raise FormulaError("a claim is an equation, as in dL/dz_i = y_i - t_i where L = ...", text, 0)
    wrong = next((begin - len(sign) for begin, _, sign in sides[1:] if sign not in ("=", "<", ">")), None)
    if wrong is not None:
        raise FormulaError("an inequality that is judged has < or >", text, wrong)
    if relations.count("=") < len(relations) > 1:
        raise FormulaError("a chain has = between its sides; an inequality stands alone", text, sides[1][0] - 1)
    stop = sides[-1][1]
    where = read_statement("0".ljust(stop) + text[stop:]).where
    derivatives = differentials(text, stop)
    shown = with_placeholders(text, derivatives)
    parts = tuple(_side(text, shown, begin, end, derivatives) for begin, end, _ in sides)
    _require_known(text, derivatives, parts, where)
    letters = tuple(dict.fromkeys(letter for part in parts for letter in _free(part, frozenset())))
    found = _elaborated(text, parts, letters, under, where, derivatives)
    start, *rest = _terms(found)
    lines = tuple(Line(term, "stated", "as it was written", ()) for term in rest)
    if relations == ["<"]:
        start, lines = lines[0].term, (replace(lines[0], term=start),)
    if relations[0] != "=":
        related: Relation = ">"
        lines = (replace(lines[0], relation=related),)
    definitions = tuple(each for each in found.definitions if each.name != _CLAIM)
    theory = Theory(definitions, _assumptions(found, under), _distinct(start, lines, under))
    return ReadClaim(Derivation("claim", "stated", "a claim", theory, start, lines), text, found.notes)


def _side(text: str, shown: str, begin: int, end: int, derivatives: tuple[Differential, ...]) -> Syntax:
    """One side of the chain; positions are those of the whole text."""
    if not shown[begin:end].strip():
        raise FormulaError("a side of the equation is missing", text, begin)
    body = read_statement(" " * begin + shown[begin:end]).loss.body
    return _with(body, {each.placeholder: each for each in derivatives})


def _with(node: Syntax, known: dict[str, Differential]) -> Syntax:
    """The tree with derivatives for their placeholders."""
    match node:
        case Name(name=name):
            return known[name].syntax() if name in known else node
        case Numeral():
            return node
        case Negative(body=body):
            return replace(node, body=_with(body, known))
        case Big(body=body):
            return replace(node, body=_with(body, known))
        case Chain(items=items):
            return replace(node, items=tuple((sign, _with(part, known)) for sign, part in items))
        case Raised(base=base, exponent=exponent):
            return replace(node, base=_with(base, known), exponent=_with(exponent, known))
        case Applied(arguments=arguments):
            return replace(node, arguments=tuple(_with(part, known) for part in arguments))
        case Choice(cases=cases, otherwise=otherwise):
            chosen = tuple(
                replace(each, value=_with(each.value, known), left=_with(each.left, known),
                        right=_with(each.right, known))
                for each in cases
            )  # fmt: skip
            return replace(node, cases=chosen, otherwise=_with(otherwise, known))
        case _:
            assert_never(node)


def _require_known(
    text: str, derivatives: tuple[Differential, ...], parts: tuple[Syntax, ...],
    where: tuple[Defined | Membership, ...],
) -> None:  # fmt: skip
    """What is differentiated is defined after 'where', and what it is differentiated by is in the formula."""
    defined = {clause.name.name for clause in where if isinstance(clause, Defined)}
    bodies = (*parts, *(clause.body for clause in where if isinstance(clause, Defined)))
    variables = {id(each.by) for each in derivatives} | {id(each.then) for each in derivatives}
    used = {node.name for body in bodies for node in walk(body) if isinstance(node, Name) and id(node) not in variables}
    for each in derivatives:
        if each.of.name not in defined:
            raise FormulaError(f"{each.of.name} is not defined: say after 'where' what it is", text, each.of.at)
        for by in (each.by, each.then):
            if by is not None and by.name not in used | defined:
                raise FormulaError(f"{each.of.name} does not depend on {by.name}", text, by.at)


def _free(node: Syntax, bound: frozenset[str]) -> Iterator[str]:
    """The letters that stand as an index and that no sum inside the side binds, from left to right."""
    match node:
        case Name(indices=indices) | Applied(indices=indices):
            yield from (index for index in indices if not index.isdigit() and index not in bound)
        case Big(limits=Limits(indices=indices, skip=skip)):
            if skip is not None and not skip.isdigit() and skip not in bound:
                yield skip
            bound |= frozenset(indices)
        case _:
            pass
    for part in parts_of(node):
        yield from _free(part, bound)


def _elaborated(
    text: str, parts: tuple[Syntax, ...], letters: tuple[str, ...], under: Assumed,
    where: tuple[Defined | Membership, ...], derivatives: tuple[Differential, ...],
) -> Elaborated:  # fmt: skip
    """All sides as terms with the same indices: as one definition, the body of which adds them up."""
    deepest = 1 + max(depth_of(part) for part in parts)
    whole = Chain("sum", tuple(("+", part) for part in parts), 0, deepest, closed=True)
    loss = Defined(Name("no loss", (), 0, 0), Name(MARK, (), 0, 0), 0)
    variables = frozenset(by.name for each in derivatives for by in (each.by, each.then) if by is not None)
    statement = Statement(loss, (*where, Defined(Name(_CLAIM, letters, 0, 0), whole, 0)))
    roles = roles_of(statement, text, tuple(sorted(variables)))
    for each in derivatives:
        several = each.then is not None or roles.is_vector(each.of)
        if several and roles.is_vector(each.by):
            raise FormulaError("this has two indices or more; write them, as in dy_i/dz_j", text, each.begin)
    positive = under.positive | {name for name, bounds in under.bounds.items() if bounds.positive}
    return elaborated(roles, ranges_of(roles), positive, variables | {MARK}, frozenset(under.bounds))


def _terms(found: Elaborated) -> tuple[Term, ...]:
    """The sides, with derivatives where the marks are."""
    body = next(each.body for each in found.definitions if each.name == _CLAIM)
    assert isinstance(body, Add)
    return tuple(_derived(part) for part in body.terms)


def _derived(term: Term) -> Term:
    match term:
        case Power(base=Power(base=body, exponent=Entry(array=array)), exponent=Entry() | Call() as by):
            if array.name == MARK:
                return Derivative(_derived(body), by)
        case _:
            pass
    parts = tuple(_derived(part) for part in children(term))
    return rebuild(term, parts) if parts else term


def _assumptions(found: Elaborated, under: Assumed) -> tuple[Assumption, ...]:
    arrays = {array.name: array for array in found.arrays}
    for name in (*under.positive, *under.bounds, *(total.name for total in under.totals)):
        require_subject(name, found, under)
    return tuple(assumption_of(total.name, total.indices, total.index, arrays) for total in under.totals)


def _distinct(start: Term, lines: tuple[Line, ...], under: Assumed) -> tuple[Distinct, ...]:
    """i != j, if that is assumed: the two indices of the claim."""
    if not under.distinct:
        return ()
    free = sorted(start.free.union(*(line.term.free for line in lines)), key=lambda index: index.name)
    pairs = [(a, b) for a in free for b in free if (a.name, b.name) in (("i", "j"), ("d", "e"), ("m", "n"))]
    if not pairs or pairs[0][0].domain != pairs[0][1].domain:
        raise FormulaError("the claim has no two indices of one range that could differ; write them as i and j")
    return (Distinct(*pairs[0]),)
