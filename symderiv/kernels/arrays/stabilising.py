"""Definitions and closed forms, one by one, in forms that keep their digits: which exponentials are taken relative to
which, and what is computed once.

Every quantity is read as a product of powers and exponentials (`products`). A sum of exponentials is carried as e^top
times the sum of the exponentials relative to `top`, the largest argument; a quotient or a logarithm of such sums then
needs differences of arguments alone. `top` is data as far as the checker is concerned: the forms are equal to what they
stand for whatever it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import assert_never

from symderiv.kernels.arrays.complements import apart_from_target
from symderiv.kernels.arrays.contraction import contracted
from symderiv.kernels.arrays.keys import free_in_order, shape_of
from symderiv.kernels.arrays.products import (
    ONE,
    Carried,
    added,
    argument_of,
    multiplied,
    of_exponential,
    of_term,
    raised,
    scaled,
    times,
    without_coefficient,
)  # fmt: skip
from symderiv.kernels.arrays.scaling import Scaled
from symderiv.kernels.arrays.squares import is_half, pieces
from symderiv.kernels.arrays.steps import Filled, Largest, Step
from symderiv.kernels.formula import formula
from symderiv.kernels.stable import LoweringError
from symderiv.statements import Definition, Theory
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
    Sum,
    Term,
    number,
    rebuild,
    rename,
    subterms,
)  # fmt: skip
from symderiv.terms import Step as StepFunction


@dataclass(slots=True)
class Stabiliser:
    """Forms of the definitions of a theory, made as they are asked for, in the order in which they can be computed."""

    theory: Theory
    taken: set[str]
    steps: list[Step] = field(default_factory=list)
    _carried: dict[str, Carried] = field(default_factory=dict)
    _known: dict[object, tuple[str, tuple[Index, ...]]] = field(default_factory=dict)
    _tops: dict[str, Largest] = field(default_factory=dict)
    _totals: dict[str, Largest] = field(default_factory=dict)
    _scaled: Scaled = field(init=False)
    _plain: dict[Term, Term] = field(default_factory=dict)
    _products: dict[tuple[Term, bool], Carried] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._scaled = Scaled(self.theory, self)

    def plain(self, term: Term) -> Term:
        """`term` as a number that is computed as it stands."""
        if term not in self._plain:
            self._plain[term] = self._as_plain(term)
        return self._plain[term]

    def _as_plain(self, term: Term) -> Term:
        match term:
            case Number() | Parameter() | Constant() | Size() | Entry() | Delta():
                return term
            case Add():
                made = self._scaled.without_mean(term) or self._over_roots(term)
                return made or apart_from_target(term, self._is_probability, self.plain)
            case Call(name=name):
                carried = self.definition(name)
                if self._scaled.is_scaled(carried):
                    return self.term(self.carried(term))
                if not carried.exponents or self._is_share(carried):
                    return self._filled(term)
                return self.term(self.carried(term, share=False))
            case Mul() | Div() | Power() | Exp() | Sum():
                return self.term(self.carried(term))
            case Log(argument=argument):
                return self._logarithm(argument)
            case Special() | Max() | Abs() | Sign() | StepFunction():
                parts = tuple(self.plain(part) for part in _parts(term))
                return rebuild(term, parts)
            case Product():
                raise LoweringError(f"there is no kernel for a product over an index yet: {formula(term)}")
            case Derivative():
                raise LoweringError(f"a derivative is left that is not carried out: {formula(term)}")
            case _:
                assert_never(term)

    def _over_roots(self, term: Add) -> Term | None:
        """A sum whose addends over one root are added up before they are divided; None for any other sum."""
        divided = [part for part in term.terms if any(power < 0 for _, power in pieces(part))]
        if len(divided) < 2:
            return None
        groups = self._scaled.groups([self.carried(part) for part in divided])
        if len(groups) == len(divided):
            return None
        quotients = [
            self.term(times(each.common, of_term(added(self.term(part) for part in each.parts)))) for each in groups
        ]
        return added((*quotients, *(self.plain(part) for part in term.terms if part not in divided)))

    def carried(self, term: Term, *, share: bool = True) -> Carried:
        """`term` as a product; with `share`, quotients of exponentials by their sums are read where they are filled."""
        if (term, share) not in self._products:
            self._products[term, share] = self._as_product(term, share)
        return self._products[term, share]

    def _as_product(self, term: Term, share: bool) -> Carried:
        match term:
            case Mul() | Div():
                factors = pieces(term)
                made = times(*(self._raised(part, power, True) for part, power in factors))
                if not share or not self._is_share(made):
                    made = times(*(self._raised(part, power, False) for part, power in factors))
                return made
            case Power(base=base, exponent=Number(value=value)):
                return self._raised(base, value, share)
            case Power(base=base, exponent=exponent):
                return of_term(Power(self.plain(base), self.plain(exponent)))
            case Exp(argument=argument):
                return of_exponential(self._argument(self.plain(argument)))
            case Call(name=name, indices=places):
                made = self.definition(name)
                scaled_by = name in self._scaled.below_roots or self._scaled.is_scaled(made)
                if not scaled_by and (not made.exponents or (share and self._is_share(made))):
                    return of_term(self._filled(term))
                return _renamed(made, dict(zip(self.theory.definition(name).indices, places, strict=True)))
            case Sum():
                return self._sum(term)
            case Add():
                return self._addition(term)
            case _:
                return of_term(self.plain(term))

    def _raised(self, base: Term, power: Fraction, share: bool) -> Carried:
        squares = self._scaled.squares(base) if is_half(number(power)) else None
        inner = self.carried(base, share=share) if squares is None else squares
        made = raised(inner, power)
        return of_term(Power(self.term(inner), number(power))) if made is None else self._scaled.with_roots(made)

    def term(self, made: Carried) -> Term:
        """A product as a formula."""
        return self._scaled.term(made)

    def definition(self, name: str) -> Carried:
        """The body of a definition, at its own indices."""
        if name not in self._carried:
            for rooted in sorted(self._scaled.below_roots):
                if rooted != name and name in self._scaled.centred_in(rooted):
                    self.definition(rooted)
        if name in self._scaled.centred:
            return self._scaled.centred[name]
        if name not in self._carried:
            body = self.theory.definition(name).body
            squares = self._scaled.squares(body) if name in self._scaled.below_roots else None
            self._carried[name] = self.carried(body) if squares is None else squares
        return self._carried[name]

    def _filled(self, call: Call) -> Term:
        """The entry of a definition that is computed once for each of its indices."""
        if not any(isinstance(step, Filled) and step.definition.name == call.name for step in self.steps):
            found = self.theory.definition(call.name)
            body = (
                self.term(self.definition(call.name))
                if self.definition(call.name).exponents
                else self.plain(found.body)
            )
            self.steps.append(Filled(Definition(found.name, found.indices, body, found.prose, found.symbol)))
        return call

    def _is_share(self, made: Carried) -> bool:
        """Whether the exponentials of a product are relative to the largest of their kind, and so at most 1."""
        wanted: dict[str, Fraction] = {}
        for term, power in made.exponents:
            name = self._top_in(term)
            if name is not None:
                wanted[name] = wanted.get(name, Fraction(0)) - power
        for term, power in made.exponents:
            if self._top_in(term) is not None:
                continue
            shape = shape_of(term)[0]
            fits = [
                name
                for name in wanted
                if any(shape == shape_of(self._tops[name].inside(a))[0] for a in self._tops[name].arguments)
            ]
            if power < 0 or not fits:
                return False
            wanted[fits[0]] -= power
        return all(left == 0 for left in wanted.values())

    def _is_probability(self, call: Call) -> bool:
        """Whether a definition is an exponential over the sum of its kind."""
        made = self.definition(call.name)
        return bool(made.exponents) and self._is_share(made) and len(made.powers) == 1 and made.coefficient == 1

    def _top_in(self, term: Term) -> str | None:
        return next(
            (p.array.name for _, p in subterms(term) if isinstance(p, Entry) and p.array.name in self._tops), None
        )

    def _logarithm(self, argument: Term) -> Term:
        made = self.carried(argument, share=False)
        if not made.exponents:
            return Log(self.plain(argument))
        addends = list(argument_of(made.exponents))
        apart = tuple(pair for pair in made.powers if self._is_relative(pair[0]))
        addends += [scaled(Log(term), power) for term, power in apart]
        rest = Carried(made.coefficient, tuple(pair for pair in made.powers if pair not in apart))
        return added((*addends, *(() if rest == ONE else (Log(self.term(rest)),))))

    def _is_relative(self, term: Term) -> bool:
        return isinstance(term, Call) and term.name in self._totals

    def _argument(self, argument: Term) -> Term:
        """The argument of an exponential, filled once where it is more than data, a definition, or a multiple."""
        coefficient, rest = without_coefficient(argument)
        if isinstance(rest, Number | Parameter | Entry | Call) or _common(rest) is not None:
            return argument
        return scaled(self.once(rest, "exponent"), coefficient)

    def once(self, body: Term, word: str) -> Term:
        """A term of its own definition, the same for the same term."""
        key, free = shape_of(body)
        if key not in self._known:
            name = self.fresh(word)
            self._known[key] = (name, free)
            self.steps.append(Filled(Definition(name, free, body)))
        name, _ = self._known[key]
        return Call(name, free)

    def fresh(self, word: str) -> str:
        """A name that nothing has yet."""
        name, count = word, 1
        while name in self.taken:
            count += 1
            name = f"{word}_{count}"
        self.taken.add(name)
        return name

    def _sum(self, term: Sum) -> Carried:
        contracted_term = contracted(term)
        if not isinstance(contracted_term, Sum):
            return of_term(self.plain(contracted_term))
        term = contracted_term
        body = self.carried(term.body)
        if self._is_share(body):
            return of_term(Sum(term.index, self.plain(term.body), term.skip))
        inside = tuple(pair for pair in body.exponents if term.index in pair[0].free)
        outside = tuple(pair for pair in body.exponents if term.index not in pair[0].free)
        if not inside:
            return of_term(Sum(term.index, self.plain(term.body), term.skip))
        argument = self._argument(added(scaled(t, power) for t, power in inside))
        constant = tuple(pair for pair in body.powers if term.index not in pair[0].free)
        factor = self.term(Carried(powers=tuple(pair for pair in body.powers if pair not in constant)))
        relative = self._relative((argument,), (factor,), (term.index,), term.skip)
        return times(Carried(body.coefficient, constant, outside), relative)

    def _addition(self, term: Add) -> Carried:
        """A sum of positive addends relative to the largest exponential among them; any other as it stands."""
        if any(_is_negative(part) for part in term.terms):
            return of_term(self.plain(term))
        parts = [self.carried(part) for part in term.terms]
        if all(self._is_share(part) for part in parts):
            return of_term(self.plain(term))
        arguments = [self._argument(added(scaled(t, power) for t, power in part.exponents)) for part in parts]
        factors = [self.term(Carried(part.coefficient, part.powers)) for part in parts]
        return self._relative(tuple(arguments), tuple(factors), ())

    def _relative(self, arguments: tuple[Term, ...], factors: tuple[Term, ...], over: tuple[Index, ...],
                  skip: Place | None = None) -> Carried:  # fmt: skip
        """sum factor e^argument as e^top times the same sum relative to top; LoweringError for nothing."""
        whole = added(multiplied((factor, Exp(argument))) for argument, factor in zip(arguments, factors, strict=True))
        for index in over:
            whole = Sum(index, whole, skip)
        free = free_in_order(whole)
        key, _ = shape_of(whole)
        if key not in self._known:
            outer = _common(arguments[0]) if len(arguments) == 1 else None
            array = Array(self.fresh("top"), tuple(index.domain for index in free))
            bare = arguments if outer is None else tuple(_without_outer(argument) for argument in arguments)
            largest = Largest(array, free, over, bare, factors, outer, skip)
            self.steps.append(largest)
            body = added(
                multiplied((factor, largest.exponential(argument)))
                for argument, factor in zip(bare, factors, strict=True)
            )
            for index in over:
                body = Sum(index, body, skip)
            name = self.fresh("total")
            self.steps.append(Filled(Definition(name, free, body), largest))
            self._tops[array.name] = largest
            self._known[key] = (name, free)
            self._totals[name] = largest
        name, _ = self._known[key]
        largest = self._totals[name]
        top = rename(largest.top, dict(zip(largest.indices, free, strict=True)))
        return Carried(powers=((Call(name, free), Fraction(1)),), exponents=((top, Fraction(1)),))


def _parts(term: Term) -> tuple[Term, ...]:
    match term:
        case Max(terms=terms):
            return terms
        case Special(argument=inner) | Abs(argument=inner) | Sign(argument=inner) | StepFunction(argument=inner):
            return (inner,)
        case _:
            return ()


def _is_negative(term: Term) -> bool:
    return isinstance(term, Mul | Number) and without_coefficient(term)[0] < 0


def _common(argument: Term) -> Term | None:
    """The positive factor of an argument that is the product of such a one and data: beta in beta s_n."""
    match argument:
        case Mul(factors=(Parameter(positive=True) as outer, Entry() | Call())):
            return outer
        case _:
            return None


def _without_outer(argument: Term) -> Term:
    assert isinstance(argument, Mul)
    return argument.factors[1]


def _renamed(made: Carried, places: dict[Index, Place]) -> Carried:
    return Carried(
        made.coefficient,
        tuple((rename(term, places), power) for term, power in made.powers),
        tuple((rename(term, places), power) for term, power in made.exponents),
    )
