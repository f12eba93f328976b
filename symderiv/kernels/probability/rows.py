"""From stable forms in probabilities to a kernel: what each atom is computed as, and the schedule of a row.

One pass finds the largest logit, one the exponentials and their sum; then one for each layer of sums, and the outputs.
With e_k = e^(z_k - top), `ties` the sum of those equal to 1 and `below` that of the others:

    y_k = e_k / total                    total = ties + below
    1 - y_k = others / total             others = (ties - 1) + below where z_k = top, else total - e_k >= e_k
    log y_k = (z_k - top) - log1p((ties - 1) + below), both parts of one sign
    log(1 - y_k) = log1p(-y_k) for y_k < 1/2, else log((1 - y_k))
    y_k^q = e^(q (z_k - top)) / total^q, representable where y_k is not

so that none of them loses digits, wherever y_k lies between 0 and 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from symderiv.kernels.algebra import is_negated, negated
from symderiv.kernels.hyperparameters import argument_name
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
from symderiv.kernels.outputs import Case, Output
from symderiv.kernels.probability.dominance import at_class, dominant, dominant_in, is_dominant
from symderiv.kernels.probability.exponentials import RowSoftmax
from symderiv.kernels.probability.factors import (
    MOST_FACTORS,
    logarithm_of,
    may_be_negative,
    of_parameters,
    whole_part,
)
from symderiv.kernels.probability.forms import difference_of_shares, is_ratio, power_of_gap, rest_of
from symderiv.kernels.probability.naming import wanted_name, worth_a_name
from symderiv.kernels.probability.products import product_of
from symderiv.kernels.probability.quantities import (
    is_complement,
    is_data,
    is_probability,
    is_total,
    probability,
    suffix_of,
)
from symderiv.kernels.stable import LoweringError
from symderiv.terms import (
    Add,
    Array,
    Delta,
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
    Size,
    Sum,
    Term,
    alpha_key,
    children,
    rename,
)  # fmt: skip

_ZERO = Const(Fraction(0))
_ONE = Const(Fraction(1))
_HALF = Const(Fraction(1, 2))


@dataclass(slots=True)
class _Scope:
    indices: tuple[Index, ...]
    statements: list[Statement] = field(default_factory=list)
    memo: dict[tuple[object, ...], Expression] = field(default_factory=dict)


@dataclass(slots=True)
class ProbabilityRow:
    """The statements made so far, by loop, and what already has a name; used for one kernel and thrown away."""

    softmaxes: Mapping[str, RowSoftmax]
    """By the suffix of their atoms."""
    label: Index | None
    names: set[str]
    scopes: list[_Scope] = field(default_factory=lambda: [_Scope(())])
    inputs: dict[str, Array] = field(default_factory=dict)
    scalars: list[ScalarParameter] = field(default_factory=list)
    tail: list[Statement] = field(default_factory=list)
    """The outputs, written when everything that reads an input for the whole row is done."""

    # -- names and places

    def name(self, wanted: str) -> str:
        """`wanted`, or with a number behind it, as a name that is new."""
        found, count = wanted, 2
        while found in self.names:
            found, count = f"{wanted}_{count}", count + 1
        self.names.add(found)
        return found

    def emit(self, statement: Statement) -> None:
        """Add a statement to the innermost loop."""
        self.scopes[-1].statements.append(statement)

    def _known(self, term: Term) -> frozenset[Index]:
        own = {place for place in term.free if is_dominant(place)}
        return term.free - own - ({self.label} if self.label is not None else set())

    def _home(self, term: Term) -> int:
        for depth, scope in enumerate(self.scopes):
            if self._known(term) <= frozenset(scope.indices):
                return depth
        raise LoweringError("an index of the closed form is used outside a loop over it")

    def _at(self, places: tuple[Place, ...]) -> tuple[str, ...]:
        for place in places:
            if isinstance(place, Position):
                raise LoweringError(f"class {place.value} is named in the closed form; kernels are for any class count")
        return tuple(place.name for place in places if isinstance(place, Index))

    # -- the row

    def begin(self) -> None:
        """The largest exponent of each softmax, the exponentials, and their sum by ties with the largest and what is
        below."""
        self.names |= {"k"}.union(*(each.names for each in self.softmaxes.values()))
        for each in self.softmaxes.values():
            self.inputs[each.softmax.array.name] = each.softmax.array
        for each in self.softmaxes.values():
            for statement in each.begin(self.name, self.value):
                self.emit(statement)

    # -- values

    def value(self, term: Term) -> Expression:
        """An expression for `term` here; what does not change inside the innermost loop is computed outside."""
        match term:
            case Number(value=value):
                return Const(value)
            case Parameter() if not is_total(term):
                name = argument_name(term)
                scalar = ScalarParameter(name)
                if scalar not in self.scalars:
                    self.scalars.append(scalar)
                return Local(name)
            case Size(domain=domain):
                return Extent(domain.symbol)
            case Entry(array=array, indices=places) if is_data(term) and not any(map(is_dominant, places)):
                self.inputs.setdefault(array.name, array)
                return Load(array.name, self._at(places))
            case Delta(left=left, right=right):
                first, second = self._at((left, right))
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
        inner = self.scopes[self._home(term) + 1 :]
        del self.scopes[len(self.scopes) - len(inner) :]
        made = self._compose(term)
        named = bool(inner) or worth_a_name(term) or len(self.scopes) == 1
        if named and not isinstance(made, Local | Load | Const) and not of_parameters(term):
            local = Local(self.name(wanted_name(term, self.label)))
            self.emit(Let(local.name, made))
            made = local
        self.scopes[-1].memo[key] = made
        self.scopes.extend(inner)
        return made

    def _compose(self, term: Term) -> Expression:
        match term:
            case Entry(indices=places) if any(map(is_dominant, places)):
                return self._of_dominant(term, _ONE if is_complement(term) else _ZERO)
            case Entry(indices=places):
                return self.softmaxes[suffix_of(term)].share(self._at(places), is_probability(term))
            case Add(terms=terms):
                power = power_of_gap(term)
                return self._sum_of(terms) if power is None else self._gap(power)
            case Mul(factors=factors):
                return self._product_of(factors)
            case Div(numerator=above, denominator=below) if is_ratio(term):
                rest = self.value(below)
                quotient = Op("divide", (self.value(above), rest))
                beside_one = Op("add", (rest, _ONE))  # where it is 1 the ratio is -1, and 1/(1 - y) may be infinite
                return Op("if_equal", (beside_one, _ONE, Const(Fraction(-1)), quotient))
            case Div(numerator=above, denominator=below):
                return Op("divide", (self.value(above), self.value(below)))
            case Power(base=base, exponent=exponent):
                return self._power(base, exponent)
            case Exp(argument=argument):
                return Op("exp", (self.value(argument),))
            case Log(argument=argument):
                return self._logarithm(argument)
            case Sum():
                return self._open_sum(term)
            case _:
                raise LoweringError(
                    f"a {type(term).__name__.lower()} is left in the closed form; kernels need it resolved"
                )

    def _logarithm(self, argument: Term) -> Expression:
        if is_total(argument):
            return self.softmaxes[suffix_of(argument)].log_of_total(self.value)
        if is_probability(argument) and any(map(is_dominant, argument.free)):
            return self._of_dominant(Log(argument), _ZERO)
        if is_probability(argument) and isinstance(argument, Entry):
            return self.softmaxes[suffix_of(argument)].log_share(self._at(argument.indices))
        if is_complement(argument) and isinstance(argument, Entry):
            own = self.value(probability(argument.indices[0], suffix_of(argument)))
            near = Op("log1p", (Op("negate", (own,)),))
            return Op("if_negative", (Op("subtract", (own, _HALF)), near, Op("log", (self.value(argument),))))
        if isinstance(argument, Number):
            return Const(logarithm_of(argument.value))
        return Op("log", (self.value(argument),))

    def _power(self, base: Term, exponent: Term) -> Expression:
        if isinstance(exponent, Number) and exponent.value.denominator == 1 and abs(exponent.value) <= MOST_FACTORS:
            own = self.value(base)
            made = own
            for _ in range(abs(int(exponent.value)) - 1):
                made = Op("multiply", (made, own))
            return made if exponent.value > 0 else Op("divide", (_ONE, made))
        raised = self.value(exponent)
        if is_probability(base) and isinstance(base, Entry):
            softmax = self.softmaxes[suffix_of(base)]
            total = self._composite_power(softmax, exponent, raised)
            return Op("divide", (softmax.raised_exponential(self._at(base.indices), raised), total))
        factors = whole_part(exponent)
        if factors is not None:  # x^(q + 1) is x^q x: the rounding of q + 1 would count log x times
            own, (part, times) = self.value(base), factors
            made = self.value(Power(base, part))
            for _ in range(times):
                made = Op("multiply", (made, own))
            return made
        made = Op("power", (self.value(base), raised))
        return self._finite(made) if is_complement(base) and may_be_negative(exponent) else made

    def _finite(self, power: Expression) -> Expression:
        """The power of 1 - y, and 0 where it is nearly beyond the largest number: 1 - y is below the smallest normal
        number there, and so is every other probability that it is multiplied by."""
        own = Local(self.name("beyond_limits"))
        self.emit(Let(own.name, power))
        large = Op("multiply", (Const(Fraction(256)), own))
        return Op("if_equal", (Op("subtract", (large, large)), _ZERO, own, _ZERO))

    def _composite_power(self, own: RowSoftmax, exponent: Term, raised: Expression) -> Expression:
        """total^q, a number of the row."""
        key = ("power of the total", own.softmax.suffix, alpha_key(exponent))
        if key not in self.scopes[0].memo:
            local = Local(self.name("total_raised"))
            self.scopes[0].statements.append(Let(local.name, Op("power", (own.local("total"), raised))))
            self.scopes[0].memo[key] = local
        return self.scopes[0].memo[key]

    def _gap(self, power: Power) -> Expression:
        """1 - y^q."""
        product = Op("multiply", (self.value(power.exponent), self.value(Log(power.base))))
        return Op("subtract", (_ZERO, Op("expm1", (product,))))

    def _sum_of(self, terms: tuple[Term, ...]) -> Expression:
        between = difference_of_shares(terms)
        if between is not None:
            (y, q), rests = between, [rest_of(each) for each in between]
            nearly_one = Op("subtract", (self.value(rests[1]), self.value(rests[0])))
            small = Op("subtract", (self.value(y), self.value(q)))
            return Op("if_negative", (Op("subtract", (_HALF, self.value(y))), nearly_one, small))
        first = min(range(len(terms)), key=lambda i: (is_negated(terms[i]), i))
        made = self.value(terms[first])
        for position, term in enumerate(terms):
            if position == first:
                continue
            minus = is_negated(term)
            made = Op("subtract" if minus else "add", (made, self.value(negated(term) if minus else term)))
        return made

    def _product_of(self, factors: tuple[Term, ...]) -> Expression:
        scales = {term for each in self.softmaxes.values() if each.exponents for term, _ in each.exponents.scale}
        return product_of(factors, self.value, frozenset(scales))

    # -- sums

    def _open_sum(self, term: Sum) -> Expression:
        name = self.name("inner")
        self.emit(Let(name, _ZERO))
        self._loop(((name, term),))
        return Local(name)

    def _of_dominant(self, atom: Term, without: Expression) -> Expression:
        """What the dominant class has for an atom at d, or `without` where no class is dominant."""
        index = Index("k", next(iter(atom.free)).domain)
        found, is_there = self.name(wanted_name(atom, self.label)), self.name("is_there")
        self.scopes.append(_Scope((*self.scopes[-1].indices, index)))
        own = self._where_dominant(index, self.value(rename(atom, {dominant(index.domain): index})), _ZERO)
        there = self._where_dominant(index, _ONE, _ZERO)
        made = self.scopes.pop()
        updates = (Update(found, "add", own), Update(is_there, "add", there))
        self.emit(Let(found, _ZERO))
        self.emit(Let(is_there, _ZERO))
        self.emit(Loop(index.name, index.domain.symbol, (*made.statements, *updates)))
        return Op("if_equal", (Local(is_there), _ZERO, without, Local(found)))

    def _loop(self, sums: tuple[tuple[str, Sum], ...]) -> None:
        """One loop that adds up every (accumulator, sum)."""
        taken = {index.name for scope in self.scopes for index in scope.indices} | {
            self.label.name if self.label is not None else ""
        }
        domain = sums[0][1].index.domain
        index = Index(next(n for n in "klmpqrs" if n not in taken and (n == "k" or n not in self.names)), domain)
        self.scopes.append(_Scope((*self.scopes[-1].indices, index)))
        for name, item in sums:
            value = self.value(rename(item.body, {item.index: index}))
            if is_dominant(item.skip):
                value = self._where_dominant(index, _ZERO, value)
            elif item.skip is not None:
                (skipped,) = self._at((item.skip,))
                value = Pick(index.name, skipped, _ZERO, value)
            self.emit(Update(name, "add", value))
        made = self.scopes.pop()
        self.emit(Loop(index.name, domain.symbol, tuple(made.statements)))

    def closed_sums(self, terms: tuple[Term, ...]) -> None:
        """Emit the loops for every sum without free indices, one loop for each layer of sums built on others."""
        levels: list[list[Sum]] = []
        seen: dict[tuple[object, ...], int] = {}
        for term in terms:
            self._level(term, levels, seen)
        for sums in levels:
            named = tuple((self.name(wanted_name(item, self.label)), item) for item in sums)
            for name, _ in named:
                self.emit(Let(name, _ZERO))
            self._loop(named)
            for name, item in named:
                self.scopes[0].memo[alpha_key(item)] = Local(name)

    def _level(self, term: Term, levels: list[list[Sum]], seen: dict[tuple[object, ...], int]) -> int:
        level = max((self._level(part, levels, seen) for part in children(term)), default=0)
        if not isinstance(term, Sum) or self._known(term):
            return level
        key = alpha_key(term)
        if key not in seen:
            while len(levels) <= level:
                levels.append([])
            levels[level].append(term)
            seen[key] = level
        return seen[key] + 1

    # -- outputs

    def _where_dominant(self, index: Index, own: Expression, other: Expression) -> Expression:
        """`own` for the class with more than half of the probability, else `other`."""
        return Op("if_negative", (Op("subtract", (_HALF, self.value(probability(index)))), own, other))

    def case(self, output: Output, case: Case) -> None:
        """One case of an output, written behind everything else."""
        loops = tuple(dict.fromkeys(index for index in case.at if index != self.label))
        for index in loops:
            self.scopes.append(_Scope((*self.scopes[-1].indices, index)))
        value = self.value(case.term)
        for other in output.cases:
            own = dominant_in(other.at, case.at, loops)
            if own is not None:
                value = self._where_dominant(own, self.value(at_class(other.term, own)), value)
        if output.scaled:
            value = Op("multiply", (value, Local("scale")))
        if not loops and not isinstance(value, Local):
            local = Local(self.name(f"{output.array}_at_{case.at[0].name}" if case.at else f"{output.array}_of_row"))
            self.emit(Let(local.name, value))
            value = local
        store: Statement = Store(output.array, tuple(index.name for index in case.at), value)
        for index in reversed(loops):
            made = self.scopes.pop()
            store = Loop(index.name, index.domain.symbol, (*made.statements, store))
        self.tail.append(store)
