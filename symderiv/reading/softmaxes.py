"""Softmax, its sum and its logarithm, of any vector: written by name or as the quotient that they are, made once each.

Of the logits z they are the quantities of the catalogue, so that its theorems are cited; of another vector they are
defined here, with their own theorems.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

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
    Sum,
    Term,
    alpha_key,
    delta,
    fresh,
    number,
    rename,
    total,
)

__all__ = ["Exponentials", "Softmaxes"]

_LETTERS: Final = ("y", "p", "q", "s")


@dataclass(slots=True)
class Exponentials:
    """The exponentials of one vector: `index` and `exponent` say which, the names are those in use so far."""

    index: Index
    exponent: Term
    total: str | None = None
    share: str | None = None
    log_total: str | None = None


@dataclass(slots=True)
class Softmaxes:
    """Every softmax of a formula; `taken` are the names that mean something else, `notes` what was read into it."""

    taken: set[str]
    notes: list[str] = field(default_factory=list)
    known: dict[object, Exponentials] = field(default_factory=dict)
    definitions: list[Definition] = field(default_factory=list)
    shares: dict[str, Exponentials] = field(default_factory=dict)
    """The softmaxes by their names."""

    def of(self, exponent: Term, index: Index) -> Exponentials:
        """The record of e^exponent for every `index`."""
        key = alpha_key(Sum(index, exponent))
        if key not in self.known:
            canonical = Index("i", index.domain) if "i" not in {i.name for i in exponent.free} else index
            self.known[key] = Exponentials(canonical, rename(exponent, {index: canonical}))
        return self.known[key]

    def total_of(self, exponent: Term, index: Index, name: str | None = None) -> Call:
        """S: the sum of the exponentials, called `name` if it is new and a name is wished."""
        found = self.of(exponent, index)
        if found.total is None:
            found.total = name or self._free(("S", "Z", "S1", "S2", "S3"))
            bound = fresh(found.index.domain, {i.name for i in found.exponent.free} | _bound(found.exponent))
            body = total(bound, Exp(rename(found.exponent, {found.index: bound})))
            prose = "the sum of the exponentials of the logits" if _is_logits(found) else "a sum of exponentials"
            self.definitions.append(Definition(found.total, (), body, prose))
        return Call(found.total, ())

    def share_of(self, exponent: Term, index: Index, at: Place, name: str | None = None) -> Call:
        """Entry `at` of the softmax, called `name` if it is new and a name is wished."""
        found = self.of(exponent, index)
        if found.share is None:
            whole = self.total_of(exponent, index)
            found.share = name or self._free((*_LETTERS, "y1", "y2", "y3"))
            prose = "the softmax of the logits" if _is_logits(found) else "a softmax"
            body = Div(Exp(found.exponent), whole)
            self.definitions.append(Definition(found.share, (found.index,), body, prose))
            self.shares[found.share] = found
            if name is None:
                self.notes.append(f"the softmax of {_words(found)} is called {found.share}")
        return Call(found.share, (at,))

    def log_total_of(self, exponent: Term, index: Index, name: str | None = None) -> Call:
        """lse: the logarithm of the sum of the exponentials, called `name` if it is new and a name is wished."""
        found = self.of(exponent, index)
        if found.log_total is None:
            whole = self.total_of(exponent, index)
            found.log_total = name or self._free(("lse", "lse1", "lse2", "lse3"))
            simple = found.log_total == "lse" and isinstance(found.exponent, Entry) and _latin(found.exponent)
            symbol = rf"\operatorname{{lse}}({_words(found)})" if simple else ""
            prose = "the logarithm of the sum of the exponentials"
            self.definitions.append(Definition(found.log_total, (), Log(whole), prose, symbol))
        return Call(found.log_total, ())

    def in_quotient(self, above: Term, below: Term, name: str | None) -> Term | None:
        """above / below as an entry of a softmax, if that is what it is."""
        if not isinstance(above, Exp):
            return None
        for found, bound, exponent in self._sums(below):
            for place in sorted(above.argument.free, key=lambda index: index.name):
                if place.domain == bound.domain and rename(exponent, {bound: place}) == above.argument:
                    if found is not None and found.share is not None:
                        return Call(found.share, (place,))
                    made = self.share_of(exponent, bound, place, name)
                    self.notes.append(f"the quotient of exp and its sum is read as the softmax {made.name}")
                    return made
        return None

    def in_logarithm(self, argument: Term, name: str | None) -> Term | None:
        """log argument as log-sum-exp, if that is what it is."""
        for _, bound, exponent in self._sums(argument):
            return self.log_total_of(exponent, bound, name)
        return None

    def _sums(self, term: Term) -> Iterable[tuple[Exponentials | None, Index, Term]]:
        """`term` as a sum of exponentials, written out or by its name."""
        match term:
            case Sum(index=index, body=Exp(argument=exponent), skip=None) if index in exponent.free:
                if exponent.free == {index}:
                    yield self.known.get(alpha_key(Sum(index, exponent))), index, exponent
            case Call(name=name, indices=()):
                for found in self.known.values():
                    if found.total == name:
                        yield found, found.index, found.exponent
            case _:
                return

    def _free(self, names: tuple[str, ...]) -> str:
        """The first of `names` that means nothing yet."""
        used = self.taken | {definition.name for definition in self.definitions}
        return next((name for name in names if name not in used), f"{names[0]}{len(used)}")

    def theorems(self, wrt: Term, names: Iterable[str]) -> tuple[Goal, ...]:
        """The theorems about the softmaxes called `names`, where they are softmaxes of `wrt` itself: sum, Jacobian."""
        made: list[Goal] = []
        for name in names:
            found = self.shares.get(name)
            if found is None or not isinstance(wrt, Entry) or not isinstance(found.exponent, Entry):
                continue
            if found.exponent.array != wrt.array or len(wrt.indices) != 1:
                continue
            (variable,) = wrt.indices
            first = Index("i", found.index.domain)
            assert isinstance(variable, Index)
            row = first if first != variable else Index("j", found.index.domain)
            entry = Call(name, (row,))
            made += [
                Goal(
                    f"sum-of-{name}", "the components of the softmax sum to one",
                    total(row, entry),
                    (f"definition name={name}", "constant-out", f"fold name={found.total}", "cancel"),
                    target=number(1),
                ),
                Goal(
                    f"jacobian-of-{name}", "Jacobian of the softmax", Derivative(entry, wrt),
                    (
                        "differentiate-definition", "quotient-rule", "linearity-over-sum", "derivative-of-exp",
                        "coordinate", "sift", "factor", f"fold name={name}", "split-fraction", "cancel",
                        f"fold name={name}",
                    ),
                    target=entry * (delta(row, variable) - Call(name, (variable,))),
                ),
            ]  # fmt: skip
        return tuple(made)


def _bound(term: Term) -> set[str]:
    from symderiv.terms import Product, subterms

    return {part.index.name for _, part in subterms(term) if isinstance(part, Sum | Product)}


def _latin(entry: Entry) -> bool:
    return len(entry.array.name) == 1 and entry.array.name.isascii() and entry.array.name.isalpha()


def _is_logits(found: Exponentials) -> bool:
    return isinstance(found.exponent, Entry) and found.exponent.array.name == "z"


def _words(found: Exponentials) -> str:
    return found.exponent.array.name if isinstance(found.exponent, Entry) else "that vector"
