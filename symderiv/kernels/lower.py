"""From stable closed forms to the loop IR.

The schedule of a row: one pass for the largest logit; one for the exponentials and every sum that needs nothing else, all in
one loop; one for each layer of sums built on those; then the outputs. Equal subterms are computed once, in the outermost
loop that knows their indices.

Logarithms of a sum of exponentials keep the digits of what exceeds the largest addend, which is e^0 = 1:
log(1 + x) = log1p(x) with x = (ties - 1) + below, where `ties` adds the exponentials of the logits equal to the largest one
and `below` the others; or, beside a label, x = rest + (e^(z_label - top) - 1).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import assert_never

from symderiv.kernels.algebra import is_exponential_of_top, is_negated, negated, power_of, signs_outside
from symderiv.kernels.ir import (
    ArrayParameter,
    Const,
    Expression,
    Extent,
    Kernel,
    KernelParameter,
    LabelParameter,
    Let,
    Load,
    Local,
    Loop,
    Note,
    Op,
    Pick,
    ScalarParameter,
    Statement,
    Store,
    Update,
    loads,
    validate,
)  # fmt: skip
from symderiv.kernels.stable import TOP, LoweringError, is_shifted_sum
from symderiv.terms import (
    Add,
    Array,
    Call,
    Delta,
    Derivative,
    Div,
    Domain,
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
)  # fmt: skip

_ZERO = Const(Fraction(0))
_ONE = Const(Fraction(1))


@dataclass(frozen=True, slots=True)
class Case:
    """The value of an output at an index tuple; a repeated index is a diagonal, the label a single element."""

    at: tuple[Index, ...]
    term: Term


@dataclass(frozen=True, slots=True)
class Output:
    """What to write into one output array: later cases overwrite earlier ones. `scaled`: times the scalar `scale`."""

    array: str
    axes: tuple[Domain, ...]
    cases: tuple[Case, ...]
    scaled: bool = False


@dataclass(slots=True)
class _Scope:
    indices: tuple[Index, ...]
    statements: list[Statement] = field(default_factory=list)
    memo: dict[tuple[object, ...], Expression] = field(default_factory=dict)


@dataclass(slots=True)
class _Lowering:
    label: Index | None
    limits: bool
    bound: Index | None  # the loop variable of all sums
    scopes: list[_Scope] = field(default_factory=lambda: [_Scope(())])
    names: set[str] = field(default_factory=set)
    inputs: dict[str, Array] = field(default_factory=dict)
    scalars: list[str] = field(default_factory=list)
    scratch: dict[str, str] = field(default_factory=dict)  # array of logits -> scratch of its exponentials
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
        """An expression for `term` here; anything that does not change inside the innermost loop is computed outside."""
        match term:
            case Number(value=value):
                return Const(value)
            case Parameter(name=name):
                if term != TOP and name not in self.scalars:
                    self.scalars.append(name)
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
        keep = bool(inner) or isinstance(term, Sum) or (depth == 0 and _worth_a_name(term))
        if keep and not isinstance(made, Local | Load):
            local = Local(self.name(_wanted_name(term)))
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
                assert_never(term)

    def _sum_of(self, terms: tuple[Term, ...]) -> Expression:
        ordered = sorted(range(len(terms)), key=lambda i: (is_negated(terms[i]), i))
        first = next(i for i in range(len(terms)) if i == ordered[0])
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
        if len(factors) == 2 and isinstance(factors[0], Entry) and _may_be_infinite(factors[1]):
            return Op("weighted", (self.value(factors[0]), self.value(factors[1])))
        made = self.value(factors[0])
        for factor in factors[1:]:
            made = Op("multiply", (made, self.value(factor)))
        return made

    def _exponential(self, term: Exp) -> Expression:
        argument = term.argument
        assert isinstance(argument, Add)
        rest = tuple(part for part in argument.terms if part != negated(TOP))
        if not rest:
            return Op("exp", (Op("subtract", (_ZERO, Local(TOP.name))),))
        if len(rest) != 1:
            return Op("exp", (Op("subtract", (self._sum_of(rest), Local(TOP.name))),))
        entry = rest[0]
        if isinstance(entry, Entry) and len(entry.indices) == 1:
            return self._stored_exponential(entry)
        return Op("exp_difference", (self.value(entry), Local(TOP.name)))

    def _stored_exponential(self, entry: Entry) -> Expression:
        """e^(z_k - top): computed in the loop that meets it first, read from a scratch row afterwards."""
        array = entry.array.name
        at = self.at(entry.indices)
        if array in self.scratch:
            return Load(self.scratch[array], at)
        if not self.scopes[-1].indices or entry.indices != self.scopes[-1].indices[-1:]:
            raise LoweringError(f"the exponential of {array} is needed before the loop that computes it")
        self.scratch[array] = self.name("e")
        local = Local(self.name("exponential"))
        self.emit(Let(local.name, Op("exp_difference", (self.value(entry), Local(TOP.name)))))
        self.emit(Store(self.scratch[array], at, local))
        return local

    def _logarithm(self, argument: Term) -> Expression:
        key = alpha_key(argument)
        if is_shifted_sum(argument) and key in self.tied:
            ties, below = self._memo(("ties", *key)), self._memo(("below", *key))
            return Op("log1p", (Op("add", (Op("subtract", (ties, _ONE)), below)),))
        if isinstance(argument, Add) and len(argument.terms) == 2 and is_exponential_of_top(argument.terms[1], TOP):
            first, second = argument.terms
            if isinstance(first, Exp):  # one of two exponentials is e^0 = 1: the smaller is what exceeds it
                return Op("log1p", (Op("minimum", (self.value(first), self.value(second))),))
            return Op("log1p", (Op("add", (self.value(first), Op("subtract", (self.value(second), _ONE)))),))
        return Op("log", (self.value(argument),))

    def _memo(self, key: tuple[object, ...]) -> Expression:
        return self.scopes[0].memo[key]

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
        self.scopes.append(_Scope((*self.scopes[-1].indices, index)))
        for name, item in sums:
            key = alpha_key(item)
            value = self.value(item.body)
            if key in self.tied:
                assert isinstance(item.body, Exp) and isinstance(item.body.argument, Add)
                logit = self.value(next(t for t in item.body.argument.terms if t != negated(TOP)))
                counted = _ONE if self.limits else value
                here = Local(TOP.name)
                self.emit(Update(name, "add", Op("if_equal", (logit, here, counted, _ZERO))))
                self.emit(Update(self.below[name], "add", Op("if_equal", (logit, here, _ZERO, value))))
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
            while len(levels) <= level:
                levels.append([])
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
                name = self.name("ties" if tied else _wanted_name(item))
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

    def case(self, output: Output, case: Case) -> None:
        """Emit the loops that write one case of an output."""
        loops = tuple(dict.fromkeys(index for index in case.at if index != self.label))
        for index in loops:
            self.scopes.append(_Scope((*self.scopes[-1].indices, index)))
        value = self.value(case.term)
        if output.scaled:
            value = Op("multiply", (value, Local("scale")))
        self.emit(Store(output.array, tuple(index.name for index in case.at), value))
        for index in reversed(loops):
            made = self.scopes.pop()
            self.emit(Loop(index.name, index.domain.symbol, tuple(made.statements)))


def _wanted_name(term: Term) -> str:
    match term:
        case Sum(body=Entry(array=array), skip=None):
            return f"sum_{array.name}"
        case Sum(skip=None) if is_shifted_sum(term):
            return "total"
        case Sum(body=body) if is_exponential_of_top(body, TOP):
            return "rest"
        case Sum(body=Mul(factors=(Entry(array=array), *_))):
            return f"sum_{array.name}_times"
        case Sum():
            return "inner"
        case Add(terms=terms) if len(terms) == 2 and is_exponential_of_top(terms[1], TOP):
            return "total"
        case Log():
            return "log_total"
        case Div(numerator=numerator) if is_exponential_of_top(numerator, TOP):
            return "y"
        case _:
            return "shared"


def _worth_a_name(term: Term) -> bool:
    """Whether a value computed once for the row is named even if nothing inside a loop asks for it."""
    return isinstance(term, Log | Div) or _wanted_name(term) == "total"


def _may_be_infinite(term: Term) -> bool:
    """Whether a factor beside a target may be infinite on a masked class: it holds a logarithm or a difference to top."""
    return term == TOP or isinstance(term, Log) or any(_may_be_infinite(part) for part in children(term))


def _entries(term: Term) -> tuple[Array, ...]:
    found = (term.array,) if isinstance(term, Entry) else ()
    return (*found, *(array for part in children(term) for array in _entries(part)))


def _uses(term: Term, wanted: Term) -> bool:
    return term == wanted or any(_uses(part, wanted) for part in children(term))


def lower(name: str, formula: tuple[str, ...], outputs: tuple[Output, ...], *, logits: Array, inputs: tuple[Array, ...],
          label: Index | None = None, limits: bool = False, notes: tuple[tuple[str, str], ...] = (),
          theorems: tuple[tuple[str, str], ...] = ()) -> Kernel:  # fmt: skip
    """The kernel that computes `outputs` (stable closed forms) for one row.

    `logits` is the array whose largest element is `top`; `inputs` fixes the order of the array parameters. With `limits`,
    rows of -inf only and rows with +inf give the limits of log-sum-exp instead of NaN. `notes` are (theorem, remark) for the
    reader. Raises LoweringError for a closed form with a derivative, a product or a named class in it.
    """
    outputs = tuple(
        Output(o.array, o.axes, tuple(Case(c.at, signs_outside(c.term)) for c in o.cases), o.scaled) for o in outputs
    )
    terms = tuple(case.term for output in outputs for case in output.cases)
    taken = {index.name for output in outputs for case in output.cases for index in case.at}
    classes = logits.domains[0] if logits.domains else None
    bound = None if classes is None else Index(next(n for n in "klmpqrs" if n not in taken), classes)
    work = _Lowering(label, limits, bound)
    work.names |= {array.name for array in inputs} | {output.array for output in outputs} | taken | {"top", "scale"}
    for theorem, text in notes:
        work.emit(Note(text, theorem))
    if any(_uses(term, TOP) for term in terms):
        _top(work, logits, bound)
    work.closed_sums(terms)
    for output in outputs:
        for case in output.cases:
            work.case(output, case)
    body = tuple(work.scopes[0].statements)
    unread = set(work.scratch.values()) - _read(body)
    body = _without_stores(body, unread)
    parameters: list[KernelParameter] = [
        ArrayParameter(array.name, tuple(domain.symbol for domain in array.domains), "input") for array in inputs
    ]
    unknown = sorted(set(work.inputs) - {array.name for array in inputs})
    if unknown:
        raise LoweringError(f"the closed form reads {unknown[0]!r}, which is not among the inputs")
    if label is not None:
        parameters.append(LabelParameter(label.name, label.domain.symbol))
    parameters += [ScalarParameter(scalar) for scalar in work.scalars]
    if any(output.scaled for output in outputs):
        parameters.append(ScalarParameter("scale"))
    parameters += [ArrayParameter(o.array, tuple(d.symbol for d in o.axes), "output") for o in outputs]
    parameters += [
        ArrayParameter(scratch, (logits.domains[0].symbol,), "scratch")
        for scratch in work.scratch.values()
        if scratch not in unread
    ]
    kernel = Kernel(name, formula, tuple(parameters), body, theorems)
    validate(kernel)
    return kernel


def _top(work: _Lowering, logits: Array, bound: Index | None) -> None:
    if bound is None:
        work.inputs.setdefault(logits.name, logits)
        work.emit(Let("top", Op("maximum", (Load(logits.name, ()), _ZERO))))
        return
    work.inputs.setdefault(logits.name, logits)
    work.emit(Let("top", Const("-inf")))
    update = Update("top", "maximum", Load(logits.name, (bound.name,)))
    work.emit(Loop(bound.name, bound.domain.symbol, (update,)))


def _read(body: tuple[Statement, ...]) -> set[str]:
    found: set[str] = set()
    for statement in body:
        if isinstance(statement, Loop):
            found |= _read(statement.body)
        elif isinstance(statement, Let | Update | Store):
            found |= {load.array for load in loads(statement.value)}
    return found


def _without_stores(body: tuple[Statement, ...], arrays: set[str]) -> tuple[Statement, ...]:
    kept: list[Statement] = []
    for statement in body:
        if isinstance(statement, Loop):
            kept.append(Loop(statement.index, statement.axis, _without_stores(statement.body, arrays)))
        elif not (isinstance(statement, Store) and statement.array in arrays):
            kept.append(statement)
    return tuple(kept)
