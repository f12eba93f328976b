"""Losses of one logit an element, such as binary cross-entropy: two branches by the sign of the logit.

With q = e^-|s| / (1 + e^-|s|) the logistic function p is 1 - q for s >= 0 and q for s < 0, so no exponential overflows
and p - 1 keeps its digits. Every branch is confirmed against the theorem by the checker.
"""

from __future__ import annotations

from collections.abc import Mapping

from symderiv.checking import same
from symderiv.kernels.algebra import ONE, added, cleaned, is_negated, multiplied, negated
from symderiv.kernels.formula import formula
from symderiv.kernels.ir import (
    ArrayParameter,
    Const,
    Expression,
    Kernel,
    Let,
    Local,
    Note,
    Op,
    ScalarParameter,
    Statement,
    Store,
    validate,
)  # fmt: skip
from symderiv.kernels.rewriting import reference, substitute, unfolded
from symderiv.kernels.schedule import Lowering
from symderiv.kernels.stable import LoweringError
from symderiv.statements import Theorem, Theory
from symderiv.terms import Add, Array, Div, Entry, Exp, Log, Mul, Term, children, exp, number, rebuild

_ZERO = Const(number(0).value)


def is_elementwise(logits: Array) -> bool:
    """Whether a problem's logit is a single number."""
    return not logits.domains


def _quotient(logit: Term) -> tuple[Term, Term]:
    """q for s >= 0 and for s < 0."""
    below, above = exp(negated(logit)), exp(logit)
    return Div(below, added((ONE, below))), Div(above, added((ONE, above)))


def _branch(closed: Term, logit: Term, positive: bool) -> Term:
    """`closed` for one sign of the logit: the logistic function replaced, constants and targets first in sums."""
    logistic = cleaned(1 / (1 + exp(-logit)))
    quotient = _quotient(logit)[0 if positive else 1]
    value = added((ONE, negated(quotient))) if positive else quotient
    return _ordered(cleaned(substitute(closed, lambda node: value if cleaned(node) == logistic else None)))


def _ordered(term: Term) -> Term:
    """(1 - t) - q for -q - t + 1, and s (1 - t) for s - t s: the difference to 1 is exact where it matters."""
    parts = tuple(_ordered(part) for part in children(term))
    made = rebuild(term, parts) if parts else term
    if not isinstance(made, Add):
        return made
    common = _common_entry(made)
    if common is not None:
        return common
    near = tuple(part for part in made.terms if not children(part) or (is_negated(part) and not _exponentials(part)))
    far = tuple(part for part in made.terms if part not in near)
    near = tuple(sorted(near, key=is_negated))
    return Add((added(near), *far)) if len(near) > 1 and far else made


def _exponentials(term: Term) -> frozenset[Term]:
    own = {term} if isinstance(term, Exp) else set()
    return frozenset(own).union(*(_exponentials(part) for part in children(term)))


def _common_entry(term: Add) -> Term | None:
    """s + ... - t s as s (1 - t) + ..., if an entry stands alone and as a factor of another addend."""
    for entry in term.terms:
        if not isinstance(entry, Entry):
            continue
        for other in term.terms:
            if isinstance(other, Mul) and entry in other.factors:
                factors = list(other.factors)
                factors.remove(entry)
                rest = tuple(part for part in term.terms if part not in (entry, other))
                return Add((Mul((added((multiplied(tuple(factors)), ONE)), entry)), *rest))
    return None


def _confirm(closed: Term, branch: Term, safe: Term, name: str) -> None:
    """LoweringError unless the branch has no exponential but `safe` and the checker proves closed = branch."""
    if _exponentials(branch) - {safe}:
        raise LoweringError(f"{name}: {formula(branch)} has an exponential that may overflow")
    verdict = same(closed, branch, Theory(), seed=1)
    if verdict.word != "proved":
        raise LoweringError(f"{name}: the checker found {formula(branch)} for {formula(closed)} {verdict.word}")


def _renamed(term: Term, logits: Array) -> Term:
    """The term with its logit called z, as all kernels call it."""
    z = Entry(Array("z", ()), ())
    return substitute(term, lambda node: z if isinstance(node, Entry) and node.array == logits else None)


def elementwise_kernel(name: str, parts: tuple[tuple[str, Theorem], ...], known: Mapping[str, Theorem],
                       logits: Array) -> Kernel:  # fmt: skip
    """The kernel of one element for (role, theorem) pairs.

    The value has a theorem for each sign: problem:stable-form for s >= 0 beside the given one for s < 0.
    """
    z = Entry(Array("z", ()), ())
    body: list[Statement] = []
    theorems: dict[str, str] = {}
    work = Lowering(None, False, None)
    outputs: list[ArrayParameter] = []
    stores: list[Statement] = []
    for role, theorem in parts:
        closed = _renamed(unfolded(theorem.claim.right, theorem.derivation.theory), logits)
        theorems[reference(theorem)] = theorem.digest
        above = closed
        other = known.get(f"{theorem.derivation.problem}:stable-form")
        if role == "value" and other is not None:
            above = _renamed(unfolded(other.claim.right, other.derivation.theory), logits)
            theorems[reference(other)] = other.digest
            text = "the form for a logit of at least 0, where the other could overflow"
            body.append(Note(text, reference(other)))
        positive, negative = _branch(above, z, True), _branch(closed, z, False)
        _confirm(closed, positive, exp(negated(z)), role)
        _confirm(closed, negative, exp(z), role)
        value = _sign_cases(work, positive, negative)
        if role == "gradient":
            value = Op("multiply", (value, Local("scale")))
        stores.append(Store(role, (), value))
        outputs.append(ArrayParameter(role, (), "output"))
    shift = Op("minimum", (work.value(z), Op("subtract", (_ZERO, work.value(z)))))
    body += [Let("e", Op("exp", (shift,))), *stores]
    inputs = tuple(ArrayParameter(array, (), "input") for array in ("z", *sorted(set(work.inputs) - {"z"})))
    scale = (ScalarParameter("scale"),) if any(role == "gradient" for role, _ in parts) else ()
    formulas = tuple(f"{role} = {formula(theorem.claim.right)}" for role, theorem in parts)
    kernel = Kernel(name, formulas, (*inputs, *scale, *outputs), tuple(body), tuple(theorems.items()))
    validate(kernel)
    return kernel


def _sign_cases(work: Lowering, positive: Term, negative: Term) -> Expression:
    return Op("if_negative", (work.value(Entry(Array("z", ()), ())), _value(work, negative), _value(work, positive)))


def _value(work: Lowering, term: Term) -> Expression:
    """An expression for a branch in which every exponential is e^-|z|, which is already named."""
    match term:
        case Exp():
            return Local("e")
        case Mul(factors=(Add() as weight, Entry() as entry)):
            return Op("weighted", (_value(work, weight), work.value(entry)))
        case Mul(factors=(Entry() as weight, Entry() as entry)):
            return Op("weighted", (work.value(weight), work.value(entry)))
        case _ if is_negated(term) and children(term):
            return Op("subtract", (_ZERO, _value(work, negated(term))))
        case Add(terms=terms):
            made: Expression | None = None
            for part in sorted(terms, key=is_negated):
                if made is None:
                    made = _value(work, part)
                elif is_negated(part):
                    made = Op("subtract", (made, _value(work, negated(part))))
                else:
                    made = Op("add", (made, _value(work, part)))
            assert made is not None
            return made
        case Mul(factors=factors):
            product = _value(work, factors[0])
            for factor in factors[1:]:
                product = Op("multiply", (product, _value(work, factor)))
            return product
        case Div(numerator=numerator, denominator=denominator):
            return Op("divide", (_value(work, numerator), _value(work, denominator)))
        case Log() if _is_log_of_one_plus(term):
            return Op("log1p", (Local("e"),))
        case _:
            return work.value(term)


def _is_log_of_one_plus(term: Term) -> bool:
    """Whether the term is log(1 + e^x), in either order."""
    parts = children(term)
    if len(parts) != 1 or not isinstance(parts[0], Add):
        return False
    terms = parts[0].terms
    return len(terms) == 2 and ONE in terms and any(isinstance(part, Exp) for part in terms)
