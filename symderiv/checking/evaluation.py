"""Evaluation and differentiation of a term at chosen sizes, over any arithmetic.

One evaluator serves the exact, the modular and the ball arithmetic. A value is a multi-dual number: a coefficient for
every product of distinct nilpotents e_1, e_2, ... (a bit mask each), so that nested derivatives need no rule of their
own: `Derivative` gives its variable a nilpotent part and reads the coefficient of that nilpotent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeAlias, TypeVar, assert_never

from symderiv.checking.table import Table
from symderiv.statements import Theory, reachable
from symderiv.terms import (
    Abs,
    Add,
    Array,
    Call,
    Constant,
    Delta,
    Derivative,
    Div,
    Entry,
    Exp,
    Index,
    Log,
    Max,
    Mul,
    Number,
    Parameter,
    Place,
    Power,
    Product,
    Sign,
    Size,
    Special,
    Step,
    Sum,
    Term,
    number,
    pi,
    root,
)

__all__ = [
    "HIGHEST_POWER", "Arithmetic", "Budget", "Evaluator", "Exhausted", "Kink", "Transcendental", "Undefined",
    "Unsupported",
]  # fmt: skip

Value = TypeVar("Value")
MOST_DERIVATIVES: Final = 5
"""Nested derivatives; the series below have the powers 0 to 5 of a nilpotent part, all that 5 nilpotents leave."""
_EVALUATIONS: Final = 400_000
"""Subterms that one question may evaluate, over all sizes and patterns."""
HIGHEST_POWER: Final = 64
"""Integer exponents beyond this are not evaluated: no loss needs them, and a hostile record could."""
Transcendental: TypeAlias = Exp | Log | Special
Seed: TypeAlias = tuple[str, str, tuple[int, ...]]
"""A variable of differentiation: "entry" or "call", its name, and its index values."""
_Key: TypeAlias = tuple[int, tuple[int, ...], tuple[Seed, ...]]


class Undefined(Exception):  # noqa: N818 - a fact about a point, not a fault
    """The term has no value at this point: a division by zero."""


class Kink(Exception):  # noqa: N818 - a fact about a point, not a fault
    """A point where the argument of |u|, max, sign or step is 0, though not everywhere: statements exclude it."""


class Exhausted(Exception):  # noqa: N818
    """The computation grew past its budget."""


@dataclass(slots=True)
class Budget:
    """How many subterms may still be evaluated."""

    left: int = _EVALUATIONS

    def spend(self) -> None:
        """Count one; Exhausted when none is left."""
        self.left -= 1
        if self.left < 0:
            raise Exhausted(f"more than {_EVALUATIONS} evaluations")


class Unsupported(Exception):  # noqa: N818
    """This arithmetic cannot evaluate the term; the sentence says why."""


class Arithmetic(Protocol[Value]):
    """A field with exponentials, logarithms and special functions of whole terms (an arithmetic may know them by name
    only), and signs."""

    def number(self, numerator: int, denominator: int) -> Value: ...
    def add(self, left: Value, right: Value) -> Value: ...
    def multiply(self, left: Value, right: Value) -> Value: ...
    def inverse(self, value: Value) -> Value: ...
    def is_zero(self, value: Value) -> bool: ...
    def entry(self, array: Array, places: tuple[int, ...]) -> Value: ...
    def parameter(self, parameter: Parameter) -> Value: ...
    def constant(self, constant: Constant) -> Value: ...
    def transcendental(self, term: Transcendental, evaluator: Evaluator[Value], env: dict[Index, int]) -> Value:
        """The value, without nilpotent parts, of an exponential, logarithm or special function."""
        ...

    def sign(self, term: Term, evaluator: Evaluator[Value], env: dict[Index, int]) -> int:
        """The sign of `term`, 0 only where it vanishes for all data; Kink or Unsupported if it cannot be told."""
        ...


class Evaluator(Generic[Value]):
    """The values of terms of one theory, at one choice of domain sizes, each computed once.

    Evaluators of one theory may share a `table` of its terms.
    """

    def __init__(
        self,
        theory: Theory,
        sizes: dict[str, int],
        arithmetic: Arithmetic[Value],
        budget: Budget | None = None,
        table: Table | None = None,
    ) -> None:
        self._budget = budget or Budget()
        self.table = table or Table(theory)
        self.theory = theory
        self.sizes = sizes
        self.arithmetic = arithmetic
        self._one = arithmetic.number(1, 1)
        self._known: dict[_Key, dict[int, Value]] = {}
        self._inverses: dict[_Key, dict[int, Value]] = {}

    def renew(self, budget: Budget | None = None) -> None:
        """Have the whole budget again, or that of another question, at the same point or the same sizes."""
        self._budget = budget or Budget()

    def at(self, term: Term, env: dict[Index, int]) -> Value:
        """The value of `term` where its free indices have the values in `env`; Undefined or Unsupported."""
        return self.dual(term, env, ()).get(0, self.arithmetic.number(0, 1))

    def dual(self, term: Term, env: dict[Index, int], seeds: tuple[Seed, ...]) -> dict[int, Value]:
        """The nonzero coefficients of `term` by mask, seed number s standing for bit s."""
        key = self._key(term, env, seeds)
        found = self._known.get(key)
        if found is None:
            self._budget.spend()
            found = self._known[key] = self._dual(term, env, key[2])
        return found

    def _key(self, term: Term, env: dict[Index, int], seeds: tuple[Seed, ...]) -> _Key:
        """The term, its index values, and the seeds: none if it depends on no variable of theirs."""
        known = self.table.known(term)
        if seeds and not any((kind, name) in known.variables for kind, name, _ in seeds):
            seeds = ()
        return known.number, tuple([env[index] for index in known.order]), seeds

    def _reciprocal(self, term: Term, env: dict[Index, int], seeds: tuple[Seed, ...]) -> dict[int, Value]:
        """1 / term, computed once: one denominator serves every class."""
        key = self._key(term, env, seeds)
        found = self._inverses.get(key)
        if found is None:
            found = self._inverses[key] = self._inverse(self.dual(term, env, seeds))
        return found

    def position(self, place: Place, env: dict[Index, int]) -> int:
        """The number that a place stands for."""
        return env[place] if isinstance(place, Index) else place.value

    def _size(self, index: Index) -> int:
        return index.domain.size or self.sizes[index.domain.name]

    def _positions(self, places: tuple[Place, ...], env: dict[Index, int]) -> tuple[int, ...]:
        return tuple(self.position(place, env) for place in places)

    def _dual(self, term: Term, env: dict[Index, int], seeds: tuple[Seed, ...]) -> dict[int, Value]:
        field = self.arithmetic
        match term:  # The most frequent nodes first.
            case Add(terms=parts):
                return self._sum([self.dual(part, env, seeds) for part in parts])
            case Mul(factors=parts):
                return self._multiply([self.dual(part, env, seeds) for part in parts])
            case Number(value=value):
                return self._constant(field.number(value.numerator, value.denominator))
            case Parameter():
                return self._constant(field.parameter(term))
            case Constant():
                return self._constant(field.constant(term))
            case Size(domain=domain):
                return self._constant(field.number(domain.size or self.sizes[domain.name], 1))
            case Delta(left=left, right=right):
                return {0: self._one} if self.position(left, env) == self.position(right, env) else {}
            case Entry(array=array, indices=places):
                values = self._positions(places, env)
                return self._seeded(self._constant(field.entry(array, values)), ("entry", array.name, values), seeds)
            case Call(name=name, indices=places):
                values = self._positions(places, env)
                definition = self.theory.definition(name)
                inside = dict(zip(definition.indices, values, strict=True))
                return self._seeded(self.dual(definition.body, inside, seeds), ("call", name, values), seeds)
            case Div(numerator=above, denominator=below):
                return self._times(self.dual(above, env, seeds), self._reciprocal(below, env, seeds))
            case Power(base=base, exponent=exponent):
                if not (isinstance(exponent, Number) and exponent.value.denominator == 1):
                    return self.dual(Exp(Mul((exponent, Log(base)))), env, seeds)
                return self._power(self.dual(base, env, seeds), exponent.value.numerator)
            case Exp(argument=inner):
                return self._exponential(field.transcendental(term, self, env), inner, env, seeds)
            case Log(argument=inner):
                return self._logarithm(field.transcendental(term, self, env), inner, env, seeds)
            case Special(argument=inner):
                return self._error_function(field.transcendental(term, self, env), inner, env, seeds)
            case Abs(argument=inner):
                sign = self._sign(inner, env, seeds)
                return self._times(self._constant(field.number(sign, 1)), self.dual(inner, env, seeds))
            case Sign(argument=inner):
                return self._constant(field.number(self._sign(inner, env, seeds), 1))
            case Step(argument=inner):
                return {0: self._one} if self._sign(inner, env, seeds) > 0 else {}
            case Max(terms=parts):
                return self.dual(self._largest(parts, env, seeds), env, seeds)
            case Sum(index=index, body=body, skip=skip):
                return self._sum([self.dual(body, inside, seeds) for inside in self._members(index, skip, env)])
            case Product(index=index, body=body, skip=skip):
                return self._multiply([self.dual(body, inside, seeds) for inside in self._members(index, skip, env)])
            case Derivative(body=body, wrt=wrt):
                return self._derivative(body, wrt, env, seeds)
            case _:
                assert_never(term)

    def _members(self, index: Index, skip: Place | None, env: dict[Index, int]) -> list[dict[Index, int]]:
        left_out = None if skip is None else self.position(skip, env)
        return [{**env, index: member} for member in range(1, self._size(index) + 1) if member != left_out]

    def _exponential(
        self, value: Value, inner: Term, env: dict[Index, int], seeds: tuple[Seed, ...]
    ) -> dict[int, Value]:
        """e**(a + nu) = e**a sum_m nu**m / m! for a nilpotent nu."""
        if not seeds:
            return self._constant(value)
        return self._times({0: value}, self._exp_series(self._nilpotent(self.dual(inner, env, seeds))))

    def _logarithm(self, value: Value, inner: Term, env: dict[Index, int], seeds: tuple[Seed, ...]) -> dict[int, Value]:
        """log(a + nu) = log a - sum_m (-nu / a)**m / m for a nilpotent nu."""
        made = self._constant(value)
        if not seeds:
            return made
        found = self.dual(inner, env, seeds)
        ratio = self._times(self._nilpotent(found), self._inverse({0: found[0]} if 0 in found else {}))
        return self._sum([made, self._log_series(ratio)])

    def _sign(self, term: Term, env: dict[Index, int], seeds: tuple[Seed, ...]) -> int:
        """The sign of `term`; Kink where it is 0 but its derivative is not."""
        sign = self.arithmetic.sign(term, self, env)
        if sign == 0 and seeds and self._nilpotent(self.dual(term, env, seeds)):
            raise Kink("a derivative where an argument is 0")
        return sign

    def _largest(self, parts: tuple[Term, ...], env: dict[Index, int], seeds: tuple[Seed, ...]) -> Term:
        best, *rest = parts
        for other in rest:
            if self._sign(Add((best, Mul((number(-1), other)))), env, seeds) <= 0:
                best = other
        return best

    def _error_function(
        self, value: Value, inner: Term, env: dict[Index, int], seeds: tuple[Seed, ...]
    ) -> dict[int, Value]:
        """erf(a + nu) = erf a + 2 / sqrt(pi) e**(-a**2) sum_m g_m nu**(m + 1) / (m + 1) for a nilpotent nu, where
        sum_m g_m s**m = e**(-2 a s - s**2), so (m + 1) g_(m+1) = -2 a g_m - 2 g_(m-1)."""
        made = self._constant(value)
        if not seeds:
            return made
        found = self.dual(inner, env, seeds)
        rational = self.arithmetic.number
        twice = {} if 0 not in found else {0: self.arithmetic.multiply(rational(-2, 1), found[0])}
        before: dict[int, Value] = {}
        now = {0: self._one}
        series: list[dict[int, Value]] = []
        power = nilpotent = self._nilpotent(found)
        for order in range(MOST_DERIVATIVES):
            series.append(self._times({0: rational(1, order + 1)}, self._times(now, power)))
            power = self._times(power, nilpotent)
            grown = self._sum([self._times(twice, now), self._times({0: rational(-2, 1)}, before)])
            before, now = now, self._times({0: rational(1, order + 1)}, grown)
        slope = Mul((number(2), Exp(Mul((number(-1), Power(inner, number(2))))), Power(root(pi()), number(-1))))
        return self._sum([made, self._times(self.dual(slope, env, ()), self._sum(series))])

    def _derivative(
        self, body: Term, wrt: Entry | Call, env: dict[Index, int], seeds: tuple[Seed, ...]
    ) -> dict[int, Value]:
        kind, name = ("entry", wrt.array.name) if isinstance(wrt, Entry) else ("call", wrt.name)
        if len(seeds) >= MOST_DERIVATIVES:
            raise Unsupported(f"more than {MOST_DERIVATIVES} nested derivatives")
        if kind == "call" and any(isinstance(part, Derivative) for part in reachable(body, self.theory)):
            raise Unsupported(f"a derivative with respect to the defined quantity {name} of another derivative")
        bit = 1 << len(seeds)
        found = self.dual(body, env, (*seeds, (kind, name, self._positions(wrt.indices, env))))
        return {mask ^ bit: value for mask, value in found.items() if mask & bit}

    def _constant(self, value: Value) -> dict[int, Value]:
        return {} if self.arithmetic.is_zero(value) else {0: value}

    def _seeded(self, base: dict[int, Value], variable: Seed, seeds: tuple[Seed, ...]) -> dict[int, Value]:
        if variable not in seeds:
            return base
        return self._sum([base, {1 << bit: self._one for bit, seed in enumerate(seeds) if seed == variable}])

    def _sum(self, parts: list[dict[int, Value]]) -> dict[int, Value]:
        made: dict[int, Value] = {}
        for part in parts:
            for mask, value in part.items():
                made[mask] = self.arithmetic.add(made[mask], value) if mask in made else value
        return {mask: value for mask, value in made.items() if not self.arithmetic.is_zero(value)}

    def _multiply(self, parts: list[dict[int, Value]]) -> dict[int, Value]:
        if not parts:
            return {0: self._one}
        made = parts[0]
        for part in parts[1:]:
            made = self._times(made, part)
        return made

    def _times(self, left: dict[int, Value], right: dict[int, Value]) -> dict[int, Value]:
        made: dict[int, Value] = {}
        for first, above in left.items():
            for second, below in right.items():
                if first & second == 0:
                    value = self.arithmetic.multiply(above, below)
                    mask = first | second
                    made[mask] = self.arithmetic.add(made[mask], value) if mask in made else value
        return made

    @staticmethod
    def _nilpotent(value: dict[int, Value]) -> dict[int, Value]:
        return {mask: part for mask, part in value.items() if mask}

    def _series(self, nilpotent: dict[int, Value], coefficients: list[tuple[int, int]]) -> dict[int, Value]:
        """sum_m c_m nilpotent**m; powers beyond the number of nilpotents vanish by themselves."""
        parts: list[dict[int, Value]] = []
        power = {0: self._one}
        for numerator, denominator in coefficients:
            if numerator:
                parts.append(self._times({0: self.arithmetic.number(numerator, denominator)}, power))
            power = self._times(power, nilpotent)
            if not power:
                break
        return self._sum(parts)

    def _exp_series(self, nilpotent: dict[int, Value]) -> dict[int, Value]:
        return self._series(nilpotent, [(1, 1), (1, 1), (1, 2), (1, 6), (1, 24), (1, 120)])

    def _log_series(self, nilpotent: dict[int, Value]) -> dict[int, Value]:
        return self._series(nilpotent, [(0, 1), (1, 1), (-1, 2), (1, 3), (-1, 4), (1, 5)])

    def _inverse(self, value: dict[int, Value]) -> dict[int, Value]:
        if 0 not in value:
            raise Undefined("a division by zero")
        first = {0: self.arithmetic.inverse(value[0])}
        minus = self._times({0: self.arithmetic.number(-1, 1)}, self._times(first, self._nilpotent(value)))
        return self._times(first, self._series(minus, [(1, 1)] * 6))

    def _power(self, base: dict[int, Value], exponent: int) -> dict[int, Value]:
        if abs(exponent) > HIGHEST_POWER:
            raise Unsupported(f"a power above {HIGHEST_POWER}")
        if exponent < 0:
            base, exponent = self._inverse(base), -exponent
        made = {0: self._one}
        while exponent:
            if exponent & 1:
                made = self._times(made, base)
            base = self._times(base, base) if exponent > 1 else base
            exponent >>= 1
        return made
