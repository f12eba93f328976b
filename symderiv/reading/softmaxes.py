"""Softmax, its sum and its logarithm, of any vector: written by name or as the quotient that they are, made once each.

Of the logits z they are the quantities of the catalogue, so that its theorems are cited; of another vector they are
defined here, with their own theorems.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from symderiv.proving.matching import match
from symderiv.statements import Definition, Goal
from symderiv.terms import (
    Call,
    Derivative,
    Div,
    Entry,
    Exp,
    Index,
    Log,
    Place,
    Product,
    Sum,
    Term,
    delta,
    fresh,
    number,
    own_places,
    rename,
    subterms,
    total,
)

__all__ = ["Exponentials", "Softmaxes"]

_LETTERS: Final = ("y", "p", "q", "s")


@dataclass(slots=True)
class Exponentials:
    """The exponentials of one vector, or of every row of a matrix, whose row is then said by `others`: `index` and
    `exponent` say which, the names are those in use so far."""

    index: Index
    exponent: Term
    others: tuple[Index, ...] = ()
    formal: tuple[Index, ...] = ()
    """The indices of the softmax in the order in which it has them."""
    total: str | None = None
    share: str | None = None
    log_total: str | None = None


@dataclass(slots=True)
class Softmaxes:
    """Every softmax of a formula; `taken` are the names that mean something else, `notes` what was read into it."""

    taken: set[str]
    notes: list[str] = field(default_factory=list)
    known: list[Exponentials] = field(default_factory=list)
    definitions: list[Definition] = field(default_factory=list)
    shares: dict[str, Exponentials] = field(default_factory=dict)
    """The softmaxes by their names."""

    def of(self, exponent: Term, index: Index) -> tuple[Exponentials, tuple[Place, ...]]:
        """The record of e^exponent for every `index`, and the row that is meant."""
        whole = Sum(index, exponent)
        for found in self.known:
            bound = match(Sum(found.index, found.exponent), whole, frozenset(found.others))
            if bound is not None and set(found.others) <= set(bound):
                return found, tuple(bound[other] for other in found.others)
        others = tuple(dict.fromkeys(each for _, part in subterms(exponent) for each in own_places(part)))
        rows = tuple(each for each in others if each in exponent.free and each != index and isinstance(each, Index))
        canonical = Index("i", index.domain) if "i" not in {i.name for i in exponent.free} else index
        self.known.append(Exponentials(canonical, rename(exponent, {index: canonical}), rows))
        return self.known[-1], rows

    def total_of(self, exponent: Term, index: Index, name: str | None = None) -> Call:
        """S: the sum of the exponentials, called `name` if it is new and a name is wished."""
        found, row = self.of(exponent, index)
        if found.total is None:
            found.total = name or self._free(("S", "Z", "S1", "S2", "S3"))
            bound = fresh(found.index.domain, {i.name for i in found.exponent.free} | _bound(found.exponent))
            body = total(bound, Exp(rename(found.exponent, {found.index: bound})))
            prose = "the sum of the exponentials of the logits" if _is_logits(found) else "a sum of exponentials"
            self.definitions.append(Definition(found.total, found.others, body, prose))
        return Call(found.total, row)

    def share_of(
        self, exponent: Term, index: Index, at: Place, name: str | None = None, formal: tuple[Index, ...] = ()
    ) -> Call:
        """Entry `at` of the softmax, called `name` if it is new and a name is wished, with the indices `formal`."""
        found, row = self.of(exponent, index)
        if found.share is None:
            whole = self.total_of(exponent, index)
            found.share = name or self._free((*_LETTERS, "y1", "y2", "y3"))
            if found.others and set(formal) == {*found.others, at} and isinstance(at, Index):
                own = Exp(rename(found.exponent, {found.index: at}))
                found.index, found.exponent, found.formal = at, own.argument, formal
            else:
                found.formal = (*found.others, found.index)
            prose = "the softmax of the logits" if _is_logits(found) else "a softmax"
            body = Div(Exp(found.exponent), Call(whole.name, found.others))
            self.definitions.append(Definition(found.share, found.formal, body, prose))
            self.shares[found.share] = found
            if name is None:
                self.notes.append(f"the softmax of {_words(found)} is called {found.share}")
        places = dict(zip((*found.others, found.index), (*row, at), strict=True))
        return Call(found.share, tuple(places[each] for each in found.formal))

    def log_total_of(self, exponent: Term, index: Index, name: str | None = None) -> Call:
        """lse: the logarithm of the sum of the exponentials, called `name` if it is new and a name is wished."""
        found, row = self.of(exponent, index)
        if found.log_total is None:
            self.total_of(exponent, index)
            assert found.total is not None
            found.log_total = name or self._free(("lse", "lse1", "lse2", "lse3"))
            simple = found.log_total == "lse" and isinstance(found.exponent, Entry) and _latin(found.exponent)
            symbol = rf"\operatorname{{lse}}({_words(found)})" if simple and not found.others else ""
            prose = "the logarithm of the sum of the exponentials"
            body = Log(Call(found.total, found.others))
            self.definitions.append(Definition(found.log_total, found.others, body, prose, symbol))
        return Call(found.log_total, row)

    def in_quotient(self, above: Term, below: Term, name: str | None, formal: tuple[Index, ...] = ()) -> Term | None:
        """above / below as an entry of a softmax, if that is what it is; a new one has the indices `formal`."""
        if not isinstance(above, Exp):
            return None
        for bound, exponent in self._sums(below):
            for place in sorted(above.argument.free, key=lambda index: index.name):
                if place.domain == bound.domain and rename(exponent, {bound: place}) == above.argument:
                    known = self.of(exponent, bound)[0].share
                    made = self.share_of(exponent, bound, place, name, formal)
                    if known is None:
                        self.notes.append(f"the quotient of exp and its sum is read as the softmax {made.name}")
                    return made
        return None

    def in_logarithm(self, argument: Term, name: str | None) -> Term | None:
        """log argument as log-sum-exp, if that is what it is: of a vector, or of rows whose softmax is known."""
        for bound, exponent in self._sums(argument):
            if exponent.free == {bound} or self.of(exponent, bound)[0].share is not None:
                return self.log_total_of(exponent, bound, name)
        return None

    def _sums(self, term: Term) -> Iterable[tuple[Index, Term]]:
        """`term` as a sum of exponentials, written out or by its name: the index, and the exponent."""
        match term:
            case Sum(index=index, body=Exp(argument=exponent), skip=None) if index in exponent.free:
                yield index, exponent
            case Call(name=name, indices=places):
                for found in self.known:
                    if found.total == name:
                        row = dict(zip(found.others, places, strict=True))
                        yield found.index, rename(found.exponent, row)
            case _:
                return

    def _free(self, names: tuple[str, ...]) -> str:
        """The first of `names` that means nothing yet."""
        used = self.taken | {definition.name for definition in self.definitions}
        return next((name for name in names if name not in used), f"{names[0]}{len(used)}")

    def theorems(self, wrt: Term, names: Iterable[str]) -> tuple[Goal, ...]:
        """The theorems about the softmaxes called `names`: their sums, and their Jacobians if they depend on `wrt`."""
        made: list[Goal] = []
        for name in names:
            found = self.shares.get(name)
            if found is None or not isinstance(wrt, Entry):
                continue
            variable: tuple[Index, ...] = ()
            for place in wrt.indices:
                variable = (*variable, _apart(place, (*found.formal, *variable)))
            entry = Call(name, found.formal)
            made.append(
                Goal(
                    f"sum-of-{name}", "the components of the softmax sum to one", total(found.index, entry),
                    (f"definition name={name}", "constant-out", f"fold name={found.total}", "cancel"),
                    target=number(1),
                )
            )  # fmt: skip
            plain = isinstance(found.exponent, Entry) and found.exponent.array == wrt.array and len(variable) == 1
            if plain and not found.others:
                (column,) = variable
                made.append(
                    Goal(
                        f"jacobian-of-{name}", "Jacobian of the softmax", Derivative(entry, Entry(wrt.array, variable)),
                        (
                            "differentiate-definition", "quotient-rule", "linearity-over-sum", "derivative-of-exp",
                            "coordinate", "sift", "factor", f"fold name={name}", "split-fraction", "cancel",
                            f"fold name={name}",
                        ),
                        target=entry * (delta(found.index, column) - Call(name, (column,))),
                    )
                )  # fmt: skip
            elif any(isinstance(part, Entry) and part.array == wrt.array for _, part in subterms(found.exponent)):
                at = Entry(wrt.array, variable)
                made.append(Goal(f"jacobian-of-{name}", "derivative of the softmax", Derivative(entry, at)))
        return tuple(made)


def _apart(place: Place, taken: tuple[Index, ...]) -> Index:
    """An index like `place` with a name that none of `taken` has."""
    assert isinstance(place, Index)
    names = {index.name for index in taken}
    return place if place.name not in names else fresh(place.domain, names)


def _bound(term: Term) -> set[str]:
    return {part.index.name for _, part in subterms(term) if isinstance(part, Sum | Product)}


def _latin(entry: Entry) -> bool:
    return len(entry.array.name) == 1 and entry.array.name.isascii() and entry.array.name.isalpha()


def _is_logits(found: Exponentials) -> bool:
    return isinstance(found.exponent, Entry) and found.exponent.array.name == "z"


def _words(found: Exponentials) -> str:
    return found.exponent.array.name if isinstance(found.exponent, Entry) else "that vector"
