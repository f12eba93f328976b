"""Citing a derived theorem: as it stands, row by row of a batch, or through a vector that the loss depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from symderiv.proving.matching import Binding, match
from symderiv.proving.rules.base import (
    ANY_NODE,
    Choices,
    Context,
    Lemma,
    Rewrite,
    Rule,
    freshen,
    index_names,
    new_index,
    quantities,
)
from symderiv.proving.rules.sums import binding_text
from symderiv.statements import Claim, Condition, Definition, Theory
from symderiv.terms import (
    Array,
    Call,
    Derivative,
    Entry,
    Index,
    Mul,
    Place,
    Sum,
    Term,
    alpha_key,
    children,
    each_subterm,
    rebuild,
    rename,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a lemma's data and quantities read in the present theorem: z as Z, S as s, with the row's index in front."""

    arrays: tuple[tuple[str, str], ...]
    row: Index | None


def lemma(node: Term, context: Context) -> Rewrite | None:
    """An instance of a theorem: the choice `cite` names it, `from`=right uses it from right to left.

    Its definitions must be those of the present theorem, its assumptions among the present ones, and its indices must
    differ here where they differ there. The choice `reads` ("z:Z,S:s" and so on, with `row` for the row's index)
    applies the theorem to quantities that are defined in the same way.
    """
    cite = context.choice("cite")
    for known in context.lemmas:
        if known.name != cite:
            continue
        backward = context.choice("from") == "right"
        spelled = context.choice("reads")
        claim, distinct, row = known.claim, known.theory.distinct, None
        if spelled:
            reading = _reading(spelled, context)
            if not _corresponds(known, reading, context.theory):
                return None
            claim, row = _read_claim(known.claim, reading, context.theory), reading.row
        left, right = (claim.right, claim.left) if backward else (claim.left, claim.right)
        bound = match(left, node, frozenset(left.free))
        if bound is None:  # Asked first: most nodes are no instance, and the other questions take longer.
            return None
        if (not spelled and not _agrees(known, context.theory)) or context.constrains(_restricted(known, spelled)):
            return None
        if not right.free <= set(bound) or (row is not None and row in right.free - set(bound)):
            return None
        uses: tuple[Condition, ...] = ()
        for fact in distinct:
            facts = context.differ(_moved(fact.left, bound), _moved(fact.right, bound))
            if facts is None:
                return None
            uses += facts
        new = freshen(rename(right, dict(bound)), context.names() | index_names(node))
        fixed = tuple((name, context.choice(name)) for name in ("from", "reads", "row") if context.choice(name))
        args: Choices = (("cite", cite), *fixed, *((f"index {name}", text) for name, text in binding_text(bound)))
        return Rewrite(new, args, uses, known.title, cite)
    return None


LEMMA: Final = Rule(
    slug="lemma",
    title="theorem",
    statement=r"A = B",
    conditions="this is a theorem shown before, at indices chosen for the step, and what it assumes is assumed here",
    because="by a theorem shown before",
    heads=ANY_NODE,
    apply=lemma,
)


def _restricted(known: Lemma, spelled: str) -> set[str]:
    """What must not vary freely where the lemma is used: what it defines and makes assumptions about."""
    defined = {d.name for d in definitions_in((known.claim.left, known.claim.right), known.theory)}
    names = defined.union(*(quantities(assumed.left) for assumed in known.theory.assumptions))
    read = dict(_pairs(spelled))
    return {read.get(name, name) for name in names}


def _pairs(spelled: str) -> tuple[tuple[str, str], ...]:
    """("z", "Z") and ("S", "s") of "z:Z,S:s"."""
    parts = (part.partition(":") for part in spelled.split(",") if part)
    return tuple((first, second) for first, _, second in parts)


def _moved(place: Place, bound: Binding) -> Place:
    return bound.get(place, place) if isinstance(place, Index) else place


def _agrees(known: Lemma, theory: Theory) -> bool:
    """Whether every definition and assumption of the lemma is one of the present theorem."""
    here = {definition.name: definition for definition in theory.definitions}
    needed = definitions_in((known.claim.left, known.claim.right), known.theory)
    same = all(d.name in here and (here[d.name].indices, here[d.name].body) == (d.indices, d.body) for d in needed)
    assumed = {(alpha_key(a.left), alpha_key(a.right)) for a in theory.assumptions}
    return same and all((alpha_key(a.left), alpha_key(a.right)) in assumed for a in known.theory.assumptions)


def definitions_in(terms: tuple[Term, ...], theory: Theory) -> tuple[Definition, ...]:
    """The definitions that `terms` rest on, also through other definitions, in the theory's order."""
    names: set[str] = set()
    waiting = list(terms)
    while waiting:
        for inner in each_subterm(waiting.pop()):
            calls = [inner] if isinstance(inner, Call) else []
            if isinstance(inner, Derivative) and isinstance(inner.wrt, Call):
                calls.append(inner.wrt)
            for call in calls:
                if call.name not in names:
                    names.add(call.name)
                    waiting.append(theory.definition(call.name).body)
    return tuple(definition for definition in theory.definitions if definition.name in names)


def _reading(spelled: str, context: Context) -> Reading:
    row = context.choice("row")
    domains = {i.domain for d in context.theory.definitions for i in d.indices if i.domain.name == "samples"}
    return Reading(_pairs(spelled), Index(row, next(iter(domains))) if row and domains else None)


def _read(term: Term, reading: Reading, theory: Theory, arrays: Mapping[str, Array]) -> Term:
    """`term` with each quantity of the lemma replaced by the one that it reads as."""
    names = dict(reading.arrays)
    lead: tuple[Place, ...] = () if reading.row is None else (reading.row,)
    match term:
        case Entry(array=array, indices=places) if array.name in names:
            target = names[array.name]
            return Entry(arrays[target], (*lead, *places)) if target in arrays else Call(target, (*lead, *places))
        case Call(name=name, indices=places) if name in names:
            return Call(names[name], (*lead, *places))
        case Derivative(body=body, wrt=wrt):
            variable = _read(wrt, reading, theory, arrays)
            assert isinstance(variable, Entry | Call)
            return Derivative(_read(body, reading, theory, arrays), variable)
        case _:
            return rebuild(term, tuple(_read(part, reading, theory, arrays) for part in children(term)))


def _arrays(theory: Theory) -> dict[str, Array]:
    """The data that the theory's definitions and assumptions speak about, by name."""
    terms = [d.body for d in theory.definitions] + [a.left for a in theory.assumptions]
    return {inner.array.name: inner.array for term in terms for inner in each_subterm(term) if isinstance(inner, Entry)}


def _read_claim(claim: Claim, reading: Reading, theory: Theory) -> Claim:
    arrays = _arrays(theory)
    return Claim(
        _read(claim.left, reading, theory, arrays), claim.relation, _read(claim.right, reading, theory, arrays)
    )


def _corresponds(known: Lemma, reading: Reading, theory: Theory) -> bool:
    """Whether each quantity of the lemma is defined as the one that it reads as, and each assumption is made here."""
    names, arrays = dict(reading.arrays), _arrays(theory)
    here = {definition.name: definition for definition in theory.definitions}
    lead = () if reading.row is None else (reading.row,)
    for mine in definitions_in((known.claim.left, known.claim.right), known.theory):
        other = here.get(names.get(mine.name, mine.name))
        if other is None:
            return False
        read = _read(mine.body, reading, theory, arrays)
        places: tuple[Place, ...] = (*lead, *mine.indices) if mine.name in names else mine.indices
        if len(places) != len(other.indices):
            return False
        body = rename(other.body, dict(zip(other.indices, places, strict=True)))
        if alpha_key(body) != alpha_key(read):
            return False
    for assumed in known.theory.assumptions:
        left = _read(assumed.left, reading, theory, arrays)
        if not any(
            match(a.left, left, frozenset(a.left.free)) is not None and a.right == assumed.right
            for a in theory.assumptions
        ):
            return False
    return True


def chain_through(node: Term, context: Context) -> Rewrite | None:
    """dL/dW = sum_i (dL/dz)_i dz_i/dW, where L depends on W only through the vector z.

    The choice `cite` names the gradient theorem of L with respect to z, `reads` how its quantities read here (its
    variable reads as a defined vector), `gradient` the definition that holds the theorem's right side.
    """
    cite, spelled, name = context.choice("cite"), context.choice("reads"), context.choice("gradient")
    known = next((found for found in context.lemmas if found.name == cite), None)
    if known is None or not isinstance(node, Derivative) or not isinstance(node.body, Call):
        return None
    reading = _reading(spelled, context)
    stated = known.claim.left
    if not isinstance(stated, Derivative) or not _corresponds(known, reading, context.theory):
        return None
    claim = _read_claim(known.claim, reading, context.theory)
    assert isinstance(claim.left, Derivative)
    vector = claim.left.wrt
    gradient = context.theory.definition(name)
    if claim.left.body != node.body or not isinstance(vector, Call) or len(vector.indices) != 1:
        return None
    place = vector.indices[0]
    held = rename(gradient.body, {gradient.indices[0]: place})
    if alpha_key(held) != alpha_key(claim.right) or not _only_through(node.body, vector.name, node.wrt, context.theory):
        return None
    taken = context.names() | index_names(node)
    domain = gradient.indices[0].domain
    index = gradient.indices[0] if gradient.indices[0].name not in taken else new_index(domain, taken)
    summand = Mul((Call(name, (index,)), Derivative(Call(vector.name, (index,)), node.wrt)))
    args: Choices = (("cite", cite), ("reads", spelled), ("gradient", name))
    return Rewrite(Sum(index, summand), args, reason=f"{known.title}, and the chain rule", cites=cite)


CHAIN_RULE_THROUGH_VECTOR: Final = Rule(
    slug="chain-rule-through-vector",
    title="chain rule through a vector",
    statement=r"\frac{\partial L}{\partial w} = \sum_i \frac{\partial L}{\partial z_i} \frac{\partial z_i}{\partial w}",
    conditions="L depends on w only through z",
    because="the loss depends on the variable only through the logits",
    heads=(Derivative,),
    apply=chain_through,
)


def _only_through(term: Term, vector: str, wrt: Entry | Call, theory: Theory) -> bool:
    """Whether `term`, unfolded except for `vector`, does not mention the array of `wrt`."""
    match term:
        case Entry(array=array):
            return not (isinstance(wrt, Entry) and array == wrt.array)
        case Call(name=name):
            return name == vector or _only_through(theory.definition(name).body, vector, wrt, theory)
        case _:
            return all(_only_through(part, vector, wrt, theory) for part in children(term))
