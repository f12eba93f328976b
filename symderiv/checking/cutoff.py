"""Which sizes of a domain decide an equation for every size: the degree rule and the fragment in which it holds.

**Cutoff theorem.** Let *blocks* be functions of the indexed data that do not depend on the size C of a domain, and
build expressions from blocks, rationals and the symbol C by +, *, sums over the domain, and sums without one member.
Give a block degree 0 and C degree 1, let a product add degrees, a sum of terms take the maximum, and a summation add 1.
Let an equality pattern of the free indices have b distinct values, let deg E <= T and c0 >= max(b, 1). If E = 0 at the
T + 1 consecutive sizes c0, ..., c0 + T for one representative of the pattern, then E = 0 for every C >= c0 and every
choice of free indices of that pattern.

*Proof.* Let F be the free values plus enough names to make |F| = c0, let J be the other names, and for a finite set X
of J let f(X) be E evaluated over F and X. A function of X has degree n if f(X) = sum of e(V) over subsets V of X with
at most n members. Blocks do not depend on X; C = c0 + sum over a in X of 1; a product of degrees n and m has terms
supported on a union of supports; a summation adds at most one name to a support, and a skip only omits a term. So f has
degree <= T. By renaming, f(X) = 0 for |X| <= T is what was tested; by induction on |V|, e(V) = f(V) - sum over proper
subsets = 0 for |V| <= T, hence f = 0.

**Quotients.** A subterm is carried as N / D where D is a product of *closed* factors (no index bound outside), kept as
a multiset so that equal factors are shared; the equation tested is N_L D_R - N_R D_L, brought to the least common
multiple. A denominator with an index that a later sum binds is admitted only as a Laurent monomial in blocks times
closed factors; `Degree.coupled` carries the indices of every other one, and a sum over such an index is refused.

**Several domains** are cut one after the other: T for a domain may depend on the sizes of those cut before it, whose
sums are then written out, and on no other. Where nothing depends on another domain's size, the order does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from typing import assert_never

from symderiv.checking.degrees import Degree, lowest_multiple, multiplied, raised, repeated
from symderiv.checking.formal import atoms_under, require_opaque
from symderiv.checking.normal import Normaliser, Outside
from symderiv.checking.roots import radicand_of_sums
from symderiv.checking.shape import RESERVED
from symderiv.checking.simplices import Simplex
from symderiv.statements import Theory, reachable, unfold
from symderiv.terms import (
    PIECEWISE,
    Abs,
    Add,
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
    Power,
    Product,
    Sign,
    Size,
    Special,
    Step,
    Sum,
    Term,
    children,
    each_subterm,
    number,
    rebuild,
    rename,
)

__all__ = ["Cut", "Degree", "cutoff"]


@dataclass(frozen=True, slots=True)
class Cut:
    """The domain whose sizes are being counted, and the sizes of those already cut."""

    domain: str
    sizes: dict[str, int]
    theory: Theory
    simplices: tuple[Simplex, ...]
    normaliser: Normaliser
    roots: bool = False
    """Whether powers of roots of sums are what these are roots of (`roots`)."""
    last: bool = True
    """Whether all other domains have been cut."""
    degrees: dict[Term, Degree] = field(default_factory=dict, compare=False)
    blocks: dict[Term, bool] = field(default_factory=dict, compare=False)

    def counts(self, index: Index) -> bool:
        """Whether sums over `index` are what is counted."""
        return index.domain.name == self.domain and index.domain.size is None

    def copies(self, index: Index) -> int | None:
        """How many members a sum over another domain has, or None while that is open."""
        return index.domain.size or self.sizes.get(index.domain.name)

    def simplex(self, entry: Entry) -> Simplex | None:
        """The simplex assumption on the array of `entry`, if it sums over the counted domain."""
        for simplex in self.simplices:
            if simplex.name == entry.array.name and simplex.domain == self.domain:
                return simplex
        return None


def cutoff(left: Term, right: Term, cut: Cut) -> int:
    """T: the equation holds for every size from c0 on if it holds at the T + 1 sizes from c0; Outside the fragment."""
    _require_local(left, cut)
    _require_local(right, cut)
    first, second = _degree(left, cut), _degree(right, cut)
    common = lowest_multiple((first, second))
    return max(raised(first, common), raised(second, common))


def _require_local(term: Term, cut: Cut) -> None:
    """Outside unless the arguments of |u|, max, sign, step and special functions are blocks, wherever they stand."""
    for part in reachable(term, cut.theory):
        if isinstance(part, (*PIECEWISE, Special)) and not _is_block(part, cut):
            raise Outside(f"a {type(part).__name__.lower()} of a sum over {cut.domain} or of what depends on its size")


def _is_block(term: Term, cut: Cut) -> bool:
    """A function of the indexed data without sums, products, sizes or simplex entries of the counted domain."""
    if term not in cut.blocks:
        cut.blocks[term] = _is_block_itself(term, cut) and all(_is_block(part, cut) for part in children(term))
    return cut.blocks[term]


def _is_block_itself(term: Term, cut: Cut) -> bool:
    match term:
        case Sum(index=index) | Product(index=index):
            return not cut.counts(index)
        case Size(domain=domain):
            return domain.name != cut.domain or domain.size is not None
        case Entry():
            return cut.simplex(term) is None
        case Call():
            return _is_block(unfold(term, cut.theory), cut)
        case Derivative(wrt=wrt):
            return not isinstance(wrt, Call) and cut.simplex(wrt) is None
        case _:
            return True


def _degree(term: Term, cut: Cut) -> Degree:
    if term not in cut.degrees:
        cut.degrees[term] = _degree_of(term, cut)
    return cut.degrees[term]


def _degree_of(term: Term, cut: Cut) -> Degree:
    if isinstance(term, Call):
        return _degree(unfold(term, cut.theory), cut)
    if isinstance(term, Number | Parameter | Constant | Delta) or _is_block(term, cut):
        return Degree()
    match term:
        case Max() | Abs() | Sign() | Step() | Special():
            raise Outside("a piecewise or special function of a sum")
        case Entry():
            return _simplex_entry(term, cut)
        case Size():
            return Degree(1)
        case Add(terms=parts):
            made = tuple(_degree(part, cut) for part in parts)
            common = lowest_multiple(made)
            coupled = frozenset[Index]().union(*(part.coupled for part in made))
            return Degree(max(raised(part, common) for part in made), common, coupled)
        case Mul(factors=parts):
            return reduce(multiplied, (_degree(part, cut) for part in parts), Degree())
        case Div(numerator=above, denominator=below):
            return multiplied(_degree(above, cut), _reciprocal(below, cut))
        case Power(base=base, exponent=Number(value=value)) if value.denominator == 1:
            return repeated(_reciprocal(base, cut) if value < 0 else _degree(base, cut), abs(value.numerator))
        case Power() | Exp() | Log():
            return _transcendental(term, cut)
        case Sum(index=index, body=body):
            return _summation(index, _degree(body, cut), cut)
        case Product(index=index, body=body):
            return _finite_product(index, _degree(body, cut), cut)
        case Derivative(body=body, wrt=wrt):
            return _derivative(body, wrt, cut)
        case _:
            assert_never(term)


def _simplex_entry(entry: Entry, cut: Cut) -> Degree:
    """t_k = u_k / sum_l u_l: degree 0 over one closed factor of degree 1."""
    simplex = cut.simplex(entry)
    assert simplex is not None
    bound = Index(RESERVED, entry.array.domains[simplex.axis])
    places = (*entry.indices[: simplex.axis], bound, *entry.indices[simplex.axis + 1 :])
    return Degree(0, {Sum(bound, Entry(entry.array, places)): (1, 1)})


def _reciprocal(term: Term, cut: Cut) -> Degree:
    """1 / term: monomials are inverted letter by letter, anything else becomes one closed factor."""
    match term:
        case Call():
            return _reciprocal(unfold(term, cut.theory), cut)
        case Mul(factors=parts):
            return reduce(multiplied, (_reciprocal(part, cut) for part in parts), Degree())
        case Div(numerator=above, denominator=below):
            return multiplied(_degree(below, cut), _reciprocal(above, cut))
        case Power(base=base, exponent=Number(value=value)) if value.denominator == 1:
            return repeated(_degree(base, cut) if value < 0 else _reciprocal(base, cut), abs(value.numerator))
        case Power() | Exp() | Log():
            # A formal atom without a denominator is inverted as it stands; what it expands to is inverted as a term.
            canonical = cut.normaliser.canonical(term)
            if isinstance(canonical, Exp | Log):
                of_sums = _root_degree(canonical, cut)
                if of_sums is not None:
                    return Degree(0, {canonical: (1, of_sums)})
                return Degree() if isinstance(canonical, Exp) else _closed_factor(canonical, cut)
            return _reciprocal(canonical, cut)
        case Entry() if cut.simplex(term) is not None:
            made = _simplex_entry(term, cut)
            return Degree(made.denominator, {}, made.coupled)
        case _:
            if _is_block(term, cut):
                # A block inverted is a block; a delta is not a monomial, so its index is coupled.
                deltas = any(isinstance(part, Delta | Derivative) for part in each_subterm(term))
                return Degree(coupled=_counted(term, cut) if deltas else frozenset())
            return _closed_factor(term, cut)


def _counted(term: Term, cut: Cut) -> frozenset[Index]:
    return frozenset(index for index in term.free if cut.counts(index))


def _closed_factor(term: Term, cut: Cut) -> Degree:
    """1 / term for a sum: its denominators move up, its numerator becomes a factor whose indices are coupled."""
    made = _degree(term, cut)
    key = _factor_key(term, cut)
    return Degree(made.denominator, {key: (1, made.numerator)}, made.coupled | _counted(term, cut))


def _factor_key(term: Term, cut: Cut) -> Term:
    """A name for the numerator of `term`: the term itself, unfolded, its bound indices named by depth.

    Not its normal form: two terms with one normal form may be carried as different numerators over different
    denominators.
    """

    def visit(part: Term, depth: int) -> Term:
        if isinstance(part, Derivative) and isinstance(part.wrt, Call):
            return part  # In there y and the body of its definition are different functions.
        if isinstance(part, Call):
            return visit(unfold(part, cut.theory), depth)
        if isinstance(part, Sum | Product):
            bound = Index(f"{RESERVED}{depth}", part.index.domain)
            return type(part)(bound, visit(rename(part.body, {part.index: bound}), depth + 1), part.skip)
        return rebuild(part, tuple(visit(child, depth) for child in children(part)))

    return visit(term, 0)


def _transcendental(term: Power | Exp | Log, cut: Cut) -> Degree:
    """A formal atom has degree 0; what an exponential or logarithm expands to is measured as a term."""
    canonical = cut.normaliser.canonical(term)
    if isinstance(canonical, Exp | Log):
        return Degree(_root_degree(canonical, cut) or 0)
    if canonical == term:
        raise Outside(f"no finite degree for a {type(term).__name__.lower()}")
    return _degree(canonical, cut)


def _root_degree(letter: Term, cut: Cut) -> int | None:
    """The degree of a root of a sum, by the theorem of `roots`; None for another atom, or where that is not used."""
    base = radicand_of_sums(letter) if cut.roots else None
    if base is None or _is_block(base, cut) or not cut.normaliser.is_never_negative(base):
        return None
    if not cut.last or any(cut.counts(index) or cut.copies(index) is None for index in base.free):
        raise Outside("a root of a sum with an index whose range is open")
    if any(radicand_of_sums(part) is not None for part in each_subterm(base)):
        raise Outside("a root of sums in a root of sums")
    made = _degree(base, cut)
    if made.factors or made.coupled:
        raise Outside("a root of a quotient of sums")
    return made.numerator


def _summation(index: Index, body: Degree, cut: Cut) -> Degree:
    if cut.counts(index):
        if index in body.coupled:
            raise Outside(f"a denominator couples {index.name}, over which a sum runs, with other members")
        stuck = [factor for factor in body.factors if index in factor.free]
        if stuck:
            raise Outside(f"a denominator holds {index.name}, over which a sum runs")
        return Degree(body.numerator + 1, body.factors, body.coupled - {index})
    own = {factor: pair for factor, pair in body.factors.items() if index in factor.free}
    if not own:
        return body
    copies = cut.copies(index)
    degree = sum(count * factor_degree for count, factor_degree in own.values())
    if copies is None:
        if degree == 0:
            raise Outside(f"a denominator holds {index.name}, whose range is still open")
        raise Outside(f"the degree grows with the size of {index.domain.name}")
    return Degree(body.numerator + (copies - 1) * degree, _spread(index, body.factors, copies), body.coupled)


def _spread(index: Index, factors: dict[Term, tuple[int, int]], copies: int) -> dict[Term, tuple[int, int]]:
    """The factors of a sum over a finite index: one for every member, named as a product over the index."""
    made: dict[Term, tuple[int, int]] = {}
    for factor, (count, degree) in factors.items():
        if index in factor.free:
            made[Product(index, factor)] = (count, degree * copies)
        else:
            made[factor] = (count, degree)
    return made


def _finite_product(index: Index, body: Degree, cut: Cut) -> Degree:
    copies = cut.copies(index)
    if cut.counts(index) or copies is None:
        raise Outside(f"a product over {index.domain.name} that is not turned into a sum of logarithms")
    factors: dict[Term, tuple[int, int]] = {}
    for factor, (count, degree) in body.factors.items():
        if index in factor.free:
            factors[Product(index, factor)] = (count, degree * copies)
        else:
            factors[factor] = (count * copies, degree)
    return Degree(body.numerator * copies, factors, body.coupled)


def _derivative(body: Term, wrt: Entry | Call, cut: Cut) -> Degree:
    """(n + d + sum over A of max(a, b), 2 d + sum over A of b), A the distinct logarithms and exponentials in the body.

    With respect to a defined vector of degree 0 over degree 1, such as y in dL/dy: one more in the numerator, and the
    vector itself among the logarithm arguments. Other defined vectors and simplex vectors are refused.
    """
    grown = extra = 0
    factors: dict[Term, tuple[int, int]] = {}
    coupled: frozenset[Index] = frozenset()
    if isinstance(wrt, Call):
        own = _degree(unfold(wrt, cut.theory), cut)
        if (own.numerator, own.denominator) != (0, 1):
            raise Outside(f"a derivative with respect to the defined quantity {wrt.name}")
        # 1 from the rule, and max(a, b) = a = b = 1 for the vector itself.
        extra = 2
        factors[Mul((_ONE, Log(wrt)))] = (1, 1)
        require_opaque(body, wrt.name, cut.theory)
    elif any(simplex.name == wrt.array.name for simplex in cut.simplices):
        raise Outside(f"a derivative with respect to {wrt.array.name}, whose entries are tied by an assumption")
    for letter, bound in atoms_under(body, cut.theory, cut.normaliser).items():
        inner = _degree(letter.argument, cut)
        size = inner.numerator + inner.denominator
        above, below = (size, size) if isinstance(letter, Log) else (size, 2 * inner.denominator)
        mine = inner.coupled
        if isinstance(letter, Log) and not _is_block(letter.argument, cut):
            mine |= _counted(letter, cut)
        if mine & bound:
            raise Outside("a logarithm under a derivative couples an index, over which a sum runs, with other members")
        coupled |= mine
        copies = 1
        for index in bound & letter.free if below else ():
            if not cut.counts(index):
                members = cut.copies(index)
                if members is None:
                    raise Outside(f"the degree grows with the size of {index.domain.name}")
                copies *= members
        grown += max(above, below) + (copies - 1) * below
        if below:
            # Named apart from the atom itself, which may be a factor of its own.
            factors[Mul((_ONE, letter))] = (1, copies * below)
    plain = _degree(body, cut)
    factors |= {factor: (2 * count, degree) for factor, (count, degree) in plain.factors.items()}
    return Degree(plain.numerator + plain.denominator + extra + grown, factors, coupled | plain.coupled)


_ONE = number(1)
