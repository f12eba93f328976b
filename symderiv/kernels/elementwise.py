"""Losses of one logit an element, such as binary cross-entropy: two branches by the sign of the logit.

With q = e^-|s| / (1 + e^-|s|) the logistic function p is 1 - q for s >= 0 and q for s < 0, so no exponential overflows
and p - 1 keeps its digits. Every branch is confirmed against the theorem by the checker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

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
)  # fmt: skip
from symderiv.kernels.rewriting import reference, substitute, unfolded
from symderiv.kernels.schedule import Lowering
from symderiv.kernels.stable import LoweringError
from symderiv.kernels.wellformed import validate
from symderiv.statements import Theorem, Theory
from symderiv.terms import Add, Array, Div, Entry, Exp, Log, Mul, Term, children, exp, number, rebuild

_ZERO = Const(number(0).value)

VALUE_FORMS: Final = ("stable-form", "logits-form")
"""The goals that may serve as the value of a loss of one logit."""


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


@dataclass(frozen=True, slots=True)
class _Branch:
    term: Term
    theorem: Theorem


def _forms(role: str, theorem: Theorem, known: Mapping[str, Theorem], logits: Array) -> tuple[_Branch, ...]:
    """The closed forms to choose from: of the value there are two, one for each sign of the logit."""
    names = [f"{theorem.derivation.problem}:{slug}" for slug in VALUE_FORMS] if role == "value" else []
    theorems = dict.fromkeys([theorem, *(known[name] for name in names if name in known)])
    return tuple(_Branch(_renamed(unfolded(t.claim.right, t.derivation.theory), logits), t) for t in theorems)


def _safe_branch(forms: tuple[_Branch, ...], logit: Term, positive: bool, role: str) -> _Branch:
    """The first form whose only exponential is e^-|s| for this sign, confirmed by the checker; else LoweringError."""
    safe = exp(negated(logit)) if positive else exp(logit)
    for form in forms:
        branch = _branch(form.term, logit, positive)
        if _exponentials(branch) - {safe}:
            continue
        verdict = same(form.term, branch, Theory(), seed=1)
        if verdict.word != "proved":
            raise LoweringError(
                f"{role}: the checker found {formula(branch)} for {formula(form.term)} {verdict.word}: "
                f"{verdict.evidence}"
            )
        return _Branch(branch, form.theorem)
    sign = "at least 0" if positive else "less than 0"
    raise LoweringError(f"{role}: no form given is free of overflow for a logit {sign}: {formula(forms[0].term)}")


def _renamed(term: Term, logits: Array) -> Term:
    """The term with its logit called z, as all kernels call it."""
    z = Entry(Array("z", ()), ())
    return substitute(term, lambda node: z if isinstance(node, Entry) and node.array == logits else None)


def elementwise_kernel(name: str, parts: tuple[tuple[str, Theorem], ...], known: Mapping[str, Theorem],
                       logits: Array) -> Kernel:  # fmt: skip
    """The kernel of one element for (role, theorem) pairs; for a value each sign takes the form that suits it."""
    z = Entry(Array("z", ()), ())
    body: list[Statement] = []
    theorems: dict[str, str] = {}
    work = Lowering(None, False, None)
    outputs: list[ArrayParameter] = []
    stores: list[Statement] = []
    for role, theorem in parts:
        forms = _forms(role, theorem, known, logits)
        positive = _safe_branch(forms, z, True, role)
        negative = _safe_branch(forms, z, False, role)
        for branch, sign in ((positive, "at least 0"), (negative, "less than 0")):
            theorems[reference(branch.theorem)] = branch.theorem.digest
            if len(forms) > 1:
                body.append(
                    Note(f"the form for a logit {sign}, whose exponential is at most 1", reference(branch.theorem))
                )
        value = _sign_cases(work, positive.term, negative.term)
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
