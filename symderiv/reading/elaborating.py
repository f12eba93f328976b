"""The second walk over a formula: from what is written to terms and definitions, with what was read into it noted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, assert_never

from symderiv.reading.choices import chosen
from symderiv.reading.constants import constant, outside, without_value
from symderiv.reading.elaborated import Elaborated
from symderiv.reading.errors import FormulaError
from symderiv.reading.functions import FUNCTIONS_OF_NUMBERS, MANY, negated, product_of, quotient_of
from symderiv.reading.letters import greek_named, plain_name
from symderiv.reading.pairs import over_ordered_pairs
from symderiv.reading.ranges import Ranges
from symderiv.reading.ranging import argument_slot, axis, bound_slot, over_pairs
from symderiv.reading.roles import NORMS, VECTOR_FUNCTIONS, Roles, is_delta
from symderiv.reading.softmaxes import Softmaxes
from symderiv.reading.syntax import Applied, Big, Chain, Choice, Defined, Name, Negative, Numeral, Raised, Syntax, walk
from symderiv.reading.unknown import undefined_name, unknown_function
from symderiv.statements import Definition, Theory
from symderiv.terms import (
    Add,
    Array,
    Entry,
    Exp,
    Index,
    Number,
    Parameter,
    Place,
    Position,
    Power,
    Product,
    Size,
    Sum,
    Term,
    absolute,
    delta,
    pi,
    root,
    subterms,
)

__all__ = ["Elaborated", "elaborated"]

_INDICES: Final = ("i", "j", "l", "m", "n", "r")
_LARGEST_MEMBER: Final = 64


@dataclass(slots=True)
class _Building:
    roles: Roles
    ranges: Ranges
    positive: frozenset[str]
    variables: frozenset[str]
    scalar_data: bool
    """Whether Latin letters without an index are data: they are where the formula has no vector."""
    chosen: frozenset[str]
    """The names that an assumption gives a range to, and those that it is asked to be differentiated by."""
    softmaxes: Softmaxes
    arrays: dict[str, Array] = field(default_factory=dict)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    made: dict[str, Definition] = field(default_factory=dict)
    making: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fail(self, sentence: str, at: int) -> FormulaError:
        """The error for something at position `at`."""
        return self.roles.fail(sentence, at)

    def note(self, sentence: str) -> None:
        """Remember a reading, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def index(self, name: str, slot_at: int) -> Index:
        """The index bound at a position."""
        return Index(name, self.ranges.domain(bound_slot(name, slot_at), slot_at))

    def array(self, name: str, at: int) -> Array:
        """The data called `name`, with as many indices as it has everywhere."""
        if name not in self.arrays:
            domains = tuple(self.ranges.domain(axis(name, p), at) for p in range(self.roles.ranks[name]))
            self.arrays[name] = Array(name, domains, name in self.positive)
        return self.arrays[name]

    def define(self, defined: Defined) -> Definition:
        """The definition of a name, after those that it needs."""
        name = defined.name.name
        if name in self.made:
            return self.made[name]
        if name in self.making:
            path = " and ".join(self.making[self.making.index(name) :])
            raise self.fail(f"the definition of {name} refers to itself, through {path}", defined.at)
        self.making.append(name)
        whole = name in self.roles.vectors and not defined.name.indices
        if whole:
            used = {index for part in walk(defined.body) if isinstance(part, Big) for index in part.limits.indices}
            letter = next(letter for letter in _INDICES if letter not in used)
            indices: tuple[Index, ...] = (Index(letter, self.ranges.domain(axis(name, 0), defined.at)),)
        else:
            indices = tuple(self.index(index, defined.at) for index in defined.name.indices)
        env: dict[str, Place] = {index.name: index for index in indices}
        body = self.body(defined, env, indices[0] if whole else None)
        self.making.pop()
        mine = next((d for d in self.softmaxes.definitions if d.name == name), None)
        if mine is None and isinstance(body, Sum) and isinstance(body.body, Exp) and body.skip is None:
            exponent = body.body.argument
            known = self.softmaxes.of(exponent, body.index)[0]
            if known.total is None and known.others == indices:
                self.softmaxes.total_of(exponent, body.index, name)
                mine = self.softmaxes.definitions[-1]
        if mine is None:
            mine = Definition(name, indices, body, "", _symbol(name))
            self.softmaxes.definitions.append(mine)
        self.made[name] = mine
        return mine

    def body(self, defined: Defined, env: Mapping[str, Place], whole: Index | None) -> Term:
        """The right side; a softmax that is the whole of it takes the name that it is given."""
        node, name = defined.body, defined.name.name
        if isinstance(node, Applied) and node.function in VECTOR_FUNCTIONS:
            return self.vector_function(node, env, whole, name)
        if isinstance(node, Chain) and node.kind == "product":
            return self.product(node, env, whole, name)
        if isinstance(node, Applied) and node.function == "log" and node.raised is None and len(node.arguments) == 1:
            argument = self.term(node.arguments[0], env, whole)
            return self.softmaxes.in_logarithm(argument, name) or FUNCTIONS_OF_NUMBERS["log"][1](argument)
        return self.term(node, env, whole)

    def term(self, node: Syntax, env: Mapping[str, Place], whole: Index | None) -> Term:
        """`node` as a term; vectors without an index are read at `whole`."""
        match node:
            case Numeral(value=value):
                return Number(value)
            case Name():
                return self.name(node, env, whole)
            case Negative(body=body):
                return negated(self.term(body, env, whole))
            case Chain(kind="sum"):
                return self.sum_of(node, env, whole)
            case Chain():
                return self.product(node, env, whole)
            case Raised(base=base, exponent=exponent):
                return self.power(base, self.term(exponent, env, whole), env, whole)
            case Applied(function=function) if function in VECTOR_FUNCTIONS:
                return self.vector_function(node, env, whole)
            case Applied():
                return self.function(node, env, whole)
            case Big():
                return self.big(node, env, whole)
            case Choice(cases=cases):
                read = [tuple(self.term(part, env, whole) for part in (c.value, c.left, c.right)) for c in cases]
                return chosen(
                    tuple(
                        (value, left, case.relation, right)
                        for (value, left, right), case in zip(read, cases, strict=True)
                    ),
                    self.term(node.otherwise, env, whole),
                )
            case _:
                assert_never(node)

    def name(self, node: Name, env: Mapping[str, Place], whole: Index | None) -> Term:
        """A name: a delta, a defined quantity, data, a size, or a number that the user chooses."""
        name = node.name
        if is_delta(node) and "delta" not in self.roles.declared:
            self.note("δ with two indices is the Kronecker delta")
            return delta(*(env[index] for index in node.indices))
        places = tuple(self.place(index, position, node, env) for position, index in enumerate(node.indices))
        if name == self.roles.loss.name.name:
            raise self.fail(f"{name} is the loss itself", node.at)
        if (not places and name in self.roles.vectors) or (len(places) == 1 and self.roles.matrix(name)):
            assert whole is not None, "the walk over the ranges has seen to it"
            places = (*places, whole)
        if name in self.roles.definitions:
            definition = self.define(self.roles.definitions[name])
            return definition(*places)
        if places or name in self.roles.declared:
            return Entry(self.array(name, node.at), places)
        return self.scalar(node)

    def scalar(self, node: Name) -> Term:
        """A name without an index that nothing defines: a size, or a number."""
        name = node.name
        known = self.ranges.domains()
        if name in known:
            if self.ranges.only == name and not self.ranges.symbols:
                self.note(f"{name} is the size of the range; for another number declare it, as in {name} in R")
            return Size(known[name])
        letters = name.rstrip("0123456789'")
        named = name in self.chosen or letters in ("eps", "lam")
        if len(letters) > 1 and not named and not greek_named(letters):
            raise self.fail(undefined_name(name, letters), node.at)
        data = self.scalar_data and len(letters) == 1 and not greek_named(letters) and name not in self.chosen
        if name in self.variables or data:
            return Entry(self.array(name, node.at), ())
        if name == "pi":
            self.note("π is 3.14159...")
            return pi()
        return self.parameters.setdefault(name, Parameter(name, name in self.positive))

    def place(self, index: str, position: int, node: Name, env: Mapping[str, Place]) -> Place:
        """An index, or a member by its number."""
        if not index.isdigit():
            return env[plain_name(index)]
        if int(index) > _LARGEST_MEMBER:
            raise self.fail(f"members are named up to {_LARGEST_MEMBER}", node.at)
        return Position(int(index), self.ranges.domain(axis(node.name, position), node.at))

    def sum_of(self, node: Chain, env: Mapping[str, Place], whole: Index | None) -> Term:
        """Terms with their signs, in the order in which they are written."""
        terms: list[Term] = []
        for sign, part in node.items:
            made = self.term(part, env, whole)
            terms.append(negated(made) if sign == "-" else made)
        return Add(tuple(terms))

    def product(self, node: Chain, env: Mapping[str, Place], whole: Index | None, name: str | None = None) -> Term:
        """Factors from left to right; a quotient of exp and its sum is a softmax."""
        made = self.term(node.items[0][1], env, whole)
        divided, fixed = False, True
        for (_, before), (sign, part) in zip(node.items, node.items[1:], strict=False):
            factor = self.term(part, env, whole)
            if sign == "/":
                if isinstance(before, Applied) and not before.bracketed and before.function in ("log", "sqrt"):
                    written = "log(a / b)" if before.function == "log" else "sqrt(a / b)"
                    self.note(f"{before.function} a / b is read as ({before.function} a) / b; else write {written}")
                if isinstance(part, Big) and isinstance(part.body, Chain) and part.body.kind == "product":
                    self.note(f"the sum over {' and '.join(part.limits.indices)} below the / takes all that follows it")
                made = self.quotient(made, factor, part, env, name if len(node.items) == 2 else None)
                # Of c^2/2 log x and 1/N sum_n nobody asks how far the divisor goes.
                fixed = fixed and all(isinstance(p, Number | Size | Power) for _, p in subterms(factor))
            else:
                if divided and sign == "" and not isinstance(made, Number) and not fixed:
                    self.note("a / b c is read from left to right, as (a / b) c")
                made = product_of(made, factor)
            divided = divided or sign == "/"
        return made

    def quotient(self, above: Term, below: Term, part: Syntax, env: Mapping[str, Place], name: str | None) -> Term:
        """above / below."""
        if constant(below) == 0:
            raise self.fail("a division by 0", part.at)
        formal = tuple(place for place in env.values() if isinstance(place, Index)) if name is not None else ()
        return self.softmaxes.in_quotient(above, below, name, formal) or quotient_of(above, below)

    def power(self, base: Syntax, exponent: Term, env: Mapping[str, Place], whole: Index | None) -> Term:
        """base ^ exponent; e to a power is the exponential function, and log(x)^2 the power of the logarithm."""
        euler = isinstance(base, Name) and base.name == "e" and not base.indices
        if euler and "e" not in self.roles.definitions and "e" not in self.roles.declared:
            self.note("e is Euler's number")
            return Exp(exponent)
        if isinstance(base, Applied) and base.function == "norm" and exponent == Number(Fraction(2)):
            return self.norm(base, env, self.fresh(base, env), squared=True)
        if isinstance(base, Applied) and base.bracketed and base.function in ("log", "exp"):
            self.note(f"{base.function}(x)^n is read as ({base.function}(x))^n")
        made = self.term(base, env, whole)
        if (wrong := without_value(made, exponent)) is not None:
            raise self.fail(wrong, base.at)
        return Power(made, exponent)

    def function(self, node: Applied, env: Mapping[str, Place], whole: Index | None) -> Term:
        """A function of numbers."""
        if node.function not in FUNCTIONS_OF_NUMBERS:
            raise self.fail(unknown_function(node.function), node.at)
        if node.indices:
            raise self.fail(
                f"{node.function} of a number takes no index; put it on what stands in the brackets", node.at
            )
        count, make = FUNCTIONS_OF_NUMBERS[node.function]
        given = len(node.arguments)
        if given != count and not (count == MANY and given > 1):
            wanted = {1: "one argument", 3: "three arguments"}.get(count, "two arguments or more")
            raise self.fail(f"{node.function} takes {wanted}, not {len(node.arguments)}", node.at)
        if self.roles.text[node.at :].startswith(("σ", "\\sigma", "sigma")):
            self.note("σ before a bracket is the sigmoid; for a product write σ * (...)")
            if "sigma" in self.roles.ranks or "sigma" in self.roles.definitions:
                raise self.fail("σ is a number elsewhere: write sigmoid(...) here, or σ * (...) for a product", node.at)
        arguments = [self.term(argument, env, whole) for argument in node.arguments]
        if (wrong := outside(node.function, arguments[0])) is not None:
            raise self.fail(wrong, node.at)
        made: Term | None = self.softmaxes.in_logarithm(arguments[0], None) if node.function == "log" else None
        made = make(*arguments) if made is None else made
        if node.raised is None:
            return made
        self.note(f"{node.function}^n x is read as ({node.function} x)^n")
        return Power(made, self.term(node.raised, env, whole))

    def fresh(self, node: Applied, env: Mapping[str, Place]) -> Index:
        """An index over the entries of the vector that `node` is a function of."""
        domain = self.ranges.domain(argument_slot(node.at), node.at)
        taken = {place.name for place in env.values() if isinstance(place, Index)}
        taken |= {i for part in walk(node) if isinstance(part, Big) for i in part.limits.indices}
        return Index(next(letter for letter in (*_INDICES, "i'") if letter not in taken), domain)

    def vector_function(
        self, node: Applied, env: Mapping[str, Place], whole: Index | None, name: str | None = None
    ) -> Term:
        """softmax, log_softmax, logsumexp and norm of a vector, and the product of two."""
        index = self.fresh(node, env)
        domain = index.domain
        if node.function in NORMS:
            return self.norm(node, env, index)
        exponent = self.term(node.arguments[0], env, index)
        if node.function == "logsumexp":
            return self.softmaxes.log_total_of(exponent, index, name)
        at: Place
        if not node.indices:
            assert whole is not None, "the walk over the ranges has seen to it"
            at = whole
        elif node.indices[0].isdigit():
            at = Position(int(node.indices[0]), domain)
        else:
            at = env[node.indices[0]]
        if node.function == "softmax":
            return self.softmaxes.share_of(exponent, index, at, name)
        entry = self.term(node.arguments[0], env, at) if isinstance(at, Index) else None
        if entry is None:
            raise self.fail("log_softmax is written with a letter as its index", node.at)
        return Add((entry, negated(self.softmaxes.log_total_of(exponent, index))))

    def norm(self, node: Applied, env: Mapping[str, Place], index: Index, *, squared: bool = False) -> Term:
        """The root of the sum of squares over `index`, the sum itself if `squared`; of absolute values, of products."""
        first, *rest = (self.term(argument, env, index) for argument in node.arguments)
        if rest:
            return Sum(index, product_of(first, rest[0]))
        if node.function == "norm1":
            return Sum(index, absolute(first))
        total = Sum(index, Power(first, Number(Fraction(2))))
        return total if squared else root(total)

    def big(self, node: Big, env: Mapping[str, Place], whole: Index | None) -> Term:
        """A sum or product over one index or several, the first one outermost."""
        inner = dict(env)
        limits = over_pairs(node.limits, env)
        indices = [self.index(index, node.limits.at) for index in limits.indices]
        inner.update({index.name: index for index in indices})
        skip: Place | None = None
        if limits.skip is not None:
            skip = Position(int(limits.skip), indices[-1].domain) if limits.skip.isdigit() else inner[limits.skip]
        made = self.term(node.body, inner, whole)
        if limits.ordered:
            self.note(
                f"the sum over {' < '.join(limits.indices)} is half of that over all others, its term being symmetric"
            )
            theory = Theory((*self.softmaxes.definitions, *self.made.values()))
            return over_ordered_pairs(node, made, indices[0], indices[1], theory)
        if len(indices) > 1:
            letters = " and ".join(index.name for index in indices)
            self.note(f"a sum with several letters runs over each of them: {letters}")
        for index in reversed(indices):
            left_out = skip if index == indices[-1] else None
            made = Sum(index, made, left_out) if node.kind == "sum" else Product(index, made, left_out)
        return made


def _symbol(name: str) -> str:
    """The LaTeX of a name with primes; empty where the name says it itself."""
    if not name.endswith("'"):
        return ""
    letters = name.rstrip("'")
    return f"\\{letters}'" if greek_named(letters) else f"{letters}'"


def elaborated(
    roles: Roles,
    ranges: Ranges,
    positive: frozenset[str],
    variables: frozenset[str],
    chosen: frozenset[str] = frozenset(),
) -> Elaborated:
    """The terms of a formula; FormulaError for a symbol that nothing defines, and for what has no node.

    `variables` are what it is differentiated by; `chosen` are names that an assumption or the user speaks of.
    """
    names = {*roles.definitions, *roles.ranks, roles.loss.name.name}
    scalars_only = not roles.vectors and not any(roles.ranks.values())
    building = _Building(roles, ranges, positive, variables, scalars_only, chosen, Softmaxes(names))
    pure = [
        d for d in roles.definitions.values() if isinstance(d.body, Applied) and d.body.function in VECTOR_FUNCTIONS
    ]
    for defined in (*pure, *roles.definitions.values()):
        building.define(defined)
    body = building.term(roles.loss.body, {}, None)
    if isinstance(body, Number):
        raise FormulaError("the loss is a number; there is nothing to differentiate", roles.text, roles.loss.at)
    loss = Definition(roles.loss.name.name, (), body, "the loss", _symbol(roles.loss.name.name))
    return Elaborated(
        loss,
        tuple(building.softmaxes.definitions),
        building.softmaxes,
        tuple(building.arrays.values()),
        tuple(building.parameters.values()),
        (*roles.notes, *building.notes, *building.softmaxes.notes),
    )
