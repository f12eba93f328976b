"""Statements of the loop IR for stable closed forms, each in the loop it belongs to.

The schedule of a row: one pass for the largest logit; one for the exponentials and every sum that needs nothing else,
all in one loop; one for each layer of sums built on those; then the outputs. Equal subterms are computed once, in the
outermost loop that knows their indices.

Logarithms of a sum of exponentials keep the digits of what exceeds the largest addend, which is e^0 = 1:
log(1 + x) = log1p(x) with x = (ties - 1) + below, where `ties` adds the exponentials of the logits equal to the
largest one and `below` the others; or, beside a label, x = rest + (e^(z_label - top) - 1).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from symderiv.kernels.algebra import exponent_of_top, is_exponential_of_top, is_negated, negated, power_of
from symderiv.kernels.ir import (
    Const,
    Expression,
    Extent,
    Let,
    Load,
    Local,
    Loop,
    Op,
    Pick,
    ScalarParameter,
    Statement,
    Store,
    Update,
)  # fmt: skip
from symderiv.kernels.naming import may_be_infinite, wanted_name, worth_a_name
from symderiv.kernels.outputs import ROW_WEIGHT, Case, Output
from symderiv.kernels.stable import TOP, LoweringError, is_shifted_sum
from symderiv.terms import (
    Add,
    Array,
    Call,
    Delta,
    Derivative,
    Div,
    Entry,
    Exp,
    Index,
    Log,
    Mul,
    Number,
    Parameter,
    Place,
    Position,
    Power,
    Product,
    Size,
    Sum,
    Term,
    alpha_key,
    children,
    rename,
    subterms,
)  # fmt: skip

_ZERO = Const(Fraction(0))
_ONE = Const(Fraction(1))


@dataclass(slots=True)
class Scope:
    """One loop body under construction: the indices known in it and the values named in it."""

    indices: tuple[Index, ...]
    statements: list[Statement] = field(default_factory=list)
    memo: dict[tuple[object, ...], Expression] = field(default_factory=dict)


@dataclass(slots=True)
class Lowering:
    """The statements made so far, by loop, and what already has a name; used for one kernel and thrown away."""

    label: Index | None
    limits: bool
    bound: Index | None  # the loop variable of all sums
    scopes: list[Scope] = field(default_factory=lambda: [Scope(())])
    names: set[str] = field(default_factory=set)
    inputs: dict[str, Array] = field(default_factory=dict)
    scalars: list[ScalarParameter] = field(default_factory=list)
    scratch: dict[tuple[str, str], str] = field(default_factory=dict)  # logits and factor -> their exponentials
    factors: frozenset[Parameter] = frozenset()  # of exponents: an inverse temperature
    factor: Expression | None = None  # what a weighted and scaled output is multiplied by
    below: dict[str, str] = field(default_factory=dict)  # accumulator of ties -> accumulator of what is below top
    tied: set[tuple[object, ...]] = field(default_factory=set)  # shifted sums whose logarithm is taken

    # -- names and places

    def name(self, wanted: str) -> str:
        found = wanted
        count = 2
        while found in self.names:
            found = f"{wanted}_{count}"
            count += 1
        self.names.add(found)
        return found

    def emit(self, statement: Statement) -> None:
        self.scopes[-1].statements.append(statement)

    def _known(self, term: Term) -> frozenset[Index]:
        return term.free - ({self.label} if self.label is not None else set())

    def _home(self, term: Term) -> int:
        """The outermost scope that knows every free index of `term`."""
        for depth, scope in enumerate(self.scopes):
            if self._known(term) <= frozenset(scope.indices):
                return depth
        missing = sorted(index.name for index in self._known(term) - frozenset(self.scopes[-1].indices))
        raise LoweringError(f"index {missing[0]!r} is used outside a loop over it")

    def at(self, places: tuple[Place, ...]) -> tuple[str, ...]:
        for place in places:
            if isinstance(place, Position):
                raise LoweringError(f"class {place.value} is named in the closed form; kernels are for any class count")
        return tuple(place.name for place in places if isinstance(place, Index))

    # -- values

    def value(self, term: Term) -> Expression:
        """An expression for `term` here; anything that does not change inside the innermost loop is computed
        outside."""
        match term:
            case Number(value=value):
                return Const(value)
            case Parameter(name=name):
                low = ScalarParameter(f"{name}_low", Fraction(0))
                both = (ScalarParameter(name, Fraction(1)), low) if term in self.factors else (ScalarParameter(name),)
                self.scalars += [scalar for scalar in both if term != TOP and scalar not in self.scalars]
                return Local(name)
            case Size(domain=domain):
                return Extent(domain.symbol)
            case Entry(array=array, indices=places):
                self.inputs.setdefault(array.name, array)
                return Load(array.name, self.at(places))
            case Delta(left=left, right=right):
                first, second = self.at((left, right))
                return Pick(first, second, _ONE, _ZERO)
            case _:
                return self._composite(term)

    def _composite(self, term: Term) -> Expression:
        key = alpha_key(term)
        for scope in self.scopes:
            if key in scope.memo:
                return scope.memo[key]
        if is_negated(term):
            return Op("subtract", (_ZERO, self.value(negated(term))))
        depth = self._home(term)
        inner = self.scopes[depth + 1 :]
        del self.scopes[depth + 1 :]
        made = self._compose(term)
        keep = bool(inner) or isinstance(term, Sum) or (depth == 0 and worth_a_name(term))
        if keep and not isinstance(made, Local | Load):
            local = Local(self.name(wanted_name(term)))
            self.emit(Let(local.name, made))
            made = local
        if keep:
            self.scopes[-1].memo[key] = made
        self.scopes.extend(inner)
        return made

    def _compose(self, term: Term) -> Expression:
        match term:
            case Add(terms=terms):
                return self._sum_of(terms)
            case Mul(factors=factors):
                return self._product_of(factors)
            case Div(numerator=numerator, denominator=denominator):
                return Op("divide", (self.value(numerator), self.value(denominator)))
            case Power(base=base, exponent=exponent):
                if power_of(term) == 2:
                    return Op("multiply", (self.value(base), self.value(base)))
                return Op("power", (self.value(base), self.value(exponent)))
            case Exp():
                return self._exponential(term)
            case Log(argument=argument):
                return self._logarithm(argument)
            case Sum():
                return self._open_sum(term)
            case Product() | Derivative() | Call():
                raise LoweringError(
                    f"a {type(term).__name__.lower()} is left in the closed form; kernels need it resolved"
                )
            case Number() | Parameter() | Size() | Entry() | Delta():
                return self.value(term)
            case _:
                raise LoweringError(f"kernels have no {type(term).__name__.lower()}")

    def _sum_of(self, terms: tuple[Term, ...]) -> Expression:
        first = min(range(len(terms)), key=lambda i: (is_negated(terms[i]), i))
        made = self.value(terms[first])
        for position, term in enumerate(terms):
            if position == first:
                continue
            if is_negated(term):
                made = Op("subtract", (made, self.value(negated(term))))
            else:
                made = Op("add", (made, self.value(term)))
        return made

    def _product_of(self, factors: tuple[Term, ...]) -> Expression:
        scales = tuple(factor for factor in factors if factor in self.factors)
        plain = tuple(factor for factor in factors if factor not in scales)
        if not plain:
            plain, scales = scales[:1], scales[1:]
        made = self.value(plain[0])
        for factor in plain[1:-1]:
            made = Op("multiply", (made, self.value(factor)))
        if len(plain) > 1:
            data = any(isinstance(part, Entry | Sum) for factor in plain[:-1] for _, part in subterms(factor))
            masked = data and may_be_infinite(plain[-1]) and not any(may_be_infinite(factor) for factor in plain[:-1])
            made = Op("weighted" if masked else "multiply", (made, self.value(plain[-1])))
        for factor in scales:
            made = self.times(made, factor)
        return made

    def times(self, expression: Expression, factor: Term) -> Expression:
        """A product with a factor of exponents, which is given in two parts."""
        assert isinstance(factor, Parameter)
        return Op("scaled", (expression, self.value(factor), Local(f"{factor.name}_low")))

    def _exponential(self, term: Exp) -> Expression:
        found = exponent_of_top(term, TOP)
        assert found is not None
        rest, factor = found
        if len(rest) != 1:
            shifted: Expression = Op("subtract", (self._sum_of(rest) if rest else _ZERO, Local(TOP.name)))
            return Op("exp", (shifted if factor is None else self.times(shifted, factor),))
        entry = rest[0]
        if isinstance(entry, Entry) and len(entry.indices) == 1:
            return self._stored_exponential(entry, factor)
        return self._difference(entry, factor)

    def _difference(self, logit: Term, factor: Parameter | None) -> Expression:
        """e^(x - top), or e^(b (x - top)) with b in two parts."""
        if factor is None:
            return Op("exp_difference", (self.value(logit), Local(TOP.name)))
        parts = (self.value(factor), Local(f"{factor.name}_low"))
        return Op("scaled_exp_difference", (self.value(logit), Local(TOP.name), *parts))

    def _stored_exponential(self, entry: Entry, factor: Parameter | None) -> Expression:
        """e^(z_k - top): computed in the loop that meets it first, read from a scratch row afterwards."""
        key = entry.array.name, "" if factor is None else factor.name
        at = self.at(entry.indices)
        if key in self.scratch:
            return Load(self.scratch[key], at)
        if not self.scopes[-1].indices or entry.indices != self.scopes[-1].indices[-1:]:
            raise LoweringError(f"the exponential of {key[0]} is needed before the loop that computes it")
        self.scratch[key] = self.name("e")
        local = Local(self.name("exponential"))
        self.emit(Let(local.name, self._difference(entry, factor)))
        self.emit(Store(self.scratch[key], at, local))
        return local

    def _logarithm(self, argument: Term) -> Expression:
        key = alpha_key(argument)
        if is_shifted_sum(argument) and key in self.tied:
            ties, below = (self.scopes[0].memo[(kind, *key)] for kind in ("ties", "below"))
            return Op("log1p", (Op("add", (Op("subtract", (ties, _ONE)), below)),))
        if isinstance(argument, Add) and len(argument.terms) == 2 and is_exponential_of_top(argument.terms[1], TOP):
            first, second = argument.terms
            if isinstance(first, Exp):  # one of two exponentials is e^0 = 1: the smaller is what exceeds it
                return Op("log1p", (Op("minimum", (self.value(first), self.value(second))),))
            return Op("log1p", (Op("add", (self.value(first), Op("subtract", (self.value(second), _ONE)))),))
        return Op("log", (self.value(argument),))

    def _open_sum(self, term: Sum) -> Expression:
        """A sum over a loop of its own, inside the loops that its free indices need."""
        name = self.name("others" if term.skip is not None else "inner")
        index = self._loop_index(term)
        self.emit(Let(name, _ZERO))
        self._loop(index, ((name, Sum(index, rename(term.body, {term.index: index}), term.skip)),))
        return Local(name)

    def _loop_index(self, term: Sum) -> Index:
        taken = {index.name for scope in self.scopes for index in scope.indices}
        taken |= {index.name for index in term.free} | set(self.names)
        wanted = self.bound.name if self.bound is not None else term.index.name
        return Index(wanted if wanted not in taken else next(n for n in "klmpqrs" if n not in taken), term.index.domain)

    # -- loops of sums

    def _loop(self, index: Index, sums: tuple[tuple[str, Sum], ...]) -> None:
        """Emit one loop that adds up every (accumulator, sum), all over `index`."""
        self.scopes.append(Scope((*self.scopes[-1].indices, index)))
        for name, item in sums:
            key = alpha_key(item)
            value = self.value(item.body)
            if key in self.tied:
                found = exponent_of_top(item.body, TOP)
                assert found is not None
                logit = self.value(found[0][0])
                counted = _ONE if self.limits else value
                self.emit(Update(name, "add", Op("if_equal", (logit, Local(TOP.name), counted, _ZERO))))
                self.emit(Update(self.below[name], "add", Op("if_equal", (logit, Local(TOP.name), _ZERO, value))))
            elif item.skip is not None:
                (skipped,) = self.at((item.skip,))
                self.emit(Update(name, "add", Pick(index.name, skipped, _ZERO, value)))
            else:
                self.emit(Update(name, "add", value))
        made = self.scopes.pop()
        self.emit(Loop(index.name, index.domain.symbol, tuple(made.statements)))

    def _closed_sums(self, term: Term, levels: list[list[Sum]], seen: dict[tuple[object, ...], int]) -> int:
        """Sort the sums without free indices by how many others each needs first; returns the level after `term`."""
        if isinstance(term, Log) and is_shifted_sum(term.argument) and not self._known(term.argument):
            self.tied.add(alpha_key(term.argument))
        level = max((self._closed_sums(part, levels, seen) for part in children(term)), default=0)
        if not isinstance(term, Sum) or self._known(term):
            return level
        key = alpha_key(term)
        if key not in seen:
            levels += [[] for _ in range(level + 1 - len(levels))]
            levels[level].append(term)
            seen[key] = level
        return seen[key] + 1

    def closed_sums(self, terms: tuple[Term, ...]) -> None:
        """Emit the loops for every sum without free indices, one loop for each level."""
        levels: list[list[Sum]] = []
        seen: dict[tuple[object, ...], int] = {}
        for term in terms:
            self._closed_sums(term, levels, seen)
        for sums in levels:
            index = self._loop_index(sums[0])
            named: list[tuple[str, Sum]] = []
            for item in sums:
                tied = alpha_key(item) in self.tied
                name = self.name("ties" if tied else wanted_name(item))
                self.emit(Let(name, _ZERO))
                if tied:
                    self.below[name] = self.name("below")
                    self.emit(Let(self.below[name], _ZERO))
                named.append((name, Sum(index, rename(item.body, {item.index: index}), item.skip)))
            self._loop(index, tuple(named))
            for name, item in named:
                key = alpha_key(item)
                if key in self.tied:
                    self.scopes[0].memo[("ties", *key)] = Local(name)
                    self.scopes[0].memo[("below", *key)] = Local(self.below[name])
                    total = Local(self.name("total"))
                    self.emit(Let(total.name, Op("add", (Local(name), Local(self.below[name])))))
                    self.scopes[0].memo[key] = total
                else:
                    self.scopes[0].memo[key] = Local(name)

    def _scaled(self, term: Term) -> Expression:
        """`term` times the factor of gradients; in a sum, numbers of the row are multiplied by it once for the row."""
        factor = Local("scale") if self.factor is None else self.factor
        if isinstance(term, Mul) and sum(1 for part in term.factors if self._known(part)) > 1:
            return self._scaled_product(term, factor)
        if not isinstance(term, Add) or not all(self._known(part) for part in term.terms):
            return Op("multiply", (self.value(term), factor))
        made: Expression | None = None
        for part in sorted(term.terms, key=is_negated):
            minus = is_negated(part)
            product = self._scaled_product(negated(part) if minus else part, factor)
            made = product if made is None else Op("subtract" if minus else "add", (made, product))
        assert made is not None
        return made

    def _scaled_product(self, term: Term, factor: Expression) -> Expression:
        factors = term.factors if isinstance(term, Mul) else (term,)
        inner = tuple(part for part in factors if self._known(part))
        outer = tuple(part for part in factors if not self._known(part))
        if outer:
            key = ("scaled", *(alpha_key(part) for part in outer))
            if key not in self.scopes[0].memo:
                scopes, self.scopes = self.scopes[1:], self.scopes[:1]
                local = Local(self.name("shared"))
                self.emit(Let(local.name, Op("multiply", (self._product_of(outer), factor))))
                self.scopes[0].memo[key] = local
                self.scopes.extend(scopes)
            factor = self.scopes[0].memo[key]
        at = next((n for n, part in enumerate(inner) if isinstance(part, Div)), None)
        if at is None or len(inner) < 2:
            return Op("multiply", (self._product_of(inner), factor))
        quotient = Op("divide", tuple(map(self.value, children(inner[at]))))  # it takes the factor along
        return Op("multiply", (Op("multiply", (quotient, factor)), self._product_of((*inner[:at], *inner[at + 1 :]))))

    def case(self, output: Output, case: Case) -> None:
        """Emit the loops that write one case of an output."""
        loops = tuple(dict.fromkeys(index for index in case.at if index != self.label))
        for index in loops:
            self.scopes.append(Scope((*self.scopes[-1].indices, index)))
        value = self._scaled(case.term) if output.scaled else self.value(case.term)
        if output.weighted:
            weight = Local(ROW_WEIGHT)
            value = Op("if_equal", (weight, _ZERO, _ZERO, value if output.scaled else Op("multiply", (weight, value))))
        self.emit(Store(output.array, tuple(index.name for index in case.at), value))
        for index in reversed(loops):
            made = self.scopes.pop()
            self.emit(Loop(index.name, index.domain.symbol, tuple(made.statements)))
