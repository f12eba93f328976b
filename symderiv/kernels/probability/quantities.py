"""The softmax in closed forms: y_k, 1 - y_k and S as atoms of monomials, and what they mean.

What the atoms mean is said by `spelled`, which the checker is given: y_k = x_k/(x_k + r_k) and 1 - y_k =
r_k/(x_k + r_k) for any positive x_k and r_k. An identity that holds for all of them holds for x_k = e^{u_k} and
r_k = sum_{m != k} e^{u_m}, which is the softmax of u: of the logits, or of what a loss makes of them (`Softmax`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from symderiv.kernels.probability.monomials import (
    Polynomial,
    atom,
    atoms_of,
    constant,
    of_monomial,
    product_of_monomials,
    times,
)  # fmt: skip
from symderiv.terms import (
    Array,
    Div,
    Domain,
    Entry,
    Exp,
    Index,
    Log,
    Parameter,
    Place,
    Sum,
    Term,
    children,
    rebuild,
    rename,
)  # fmt: skip

PROBABILITY: Final = "softmax"
"""The name of the array of y_k in a read term."""
COMPLEMENT: Final = "complement of softmax"
"""The name of the array of 1 - y_k in a read term."""
TOTAL: Final = Parameter("sum of exponentials", True)
"""S in a read term."""


@dataclass(frozen=True, slots=True)
class Softmax:
    """A softmax in a closed form, y_i = e^{u_i} / sum_k e^{u_k}: `exponent` is u at `index`, `array` holds its logits.

    `suffix` tells the atoms of several softmaxes apart; that of the loss's own logits has none.
    """

    array: Array
    index: Index
    exponent: Term
    suffix: str = ""

    @property
    def plain(self) -> bool:
        """Whether the logits themselves are exponentiated: u_k = z_k."""
        return self.exponent == Entry(self.array, (self.index,))

    @property
    def total(self) -> Parameter:
        """S in a read term."""
        return Parameter(f"{TOTAL.name}{self.suffix}", True)

    @property
    def tag(self) -> str:
        """What names in a kernel end with: "" or "_of_r"."""
        return self.suffix.replace(" ", "_")

    def at(self, place: Place) -> Term:
        """u at `place`."""
        return rename(self.exponent, {self.index: place})

    def probability(self, place: Place) -> Entry:
        """y at `place`."""
        return probability(place, self.suffix)

    def complement(self, place: Place) -> Entry:
        """1 - y at `place`."""
        return complement(place, self.suffix)


def softmax_of(logits: Array) -> Softmax:
    """The softmax of the logits as they stand."""
    index = Index("k", logits.domains[0])
    return Softmax(logits, index, Entry(logits, (index,)))


def probability(place: Place, suffix: str = "") -> Entry:
    """y at `place`."""
    return Array(f"{PROBABILITY}{suffix}", (place.domain,), positive=True)[place]


def complement(place: Place, suffix: str = "") -> Entry:
    """1 - y at `place`."""
    return Array(f"{COMPLEMENT}{suffix}", (place.domain,), positive=True)[place]


def suffix_of(atom_of: Term) -> str:
    """Which softmax an atom y_k, 1 - y_k or S belongs to."""
    name = atom_of.array.name if isinstance(atom_of, Entry) else atom_of.name if isinstance(atom_of, Parameter) else ""
    return name.removeprefix(COMPLEMENT).removeprefix(PROBABILITY).removeprefix(TOTAL.name)


def _named(term: Term, name: str) -> bool:
    return isinstance(term, Entry) and (term.array.name == name or term.array.name.startswith(f"{name} of "))


def is_probability(term: Term) -> bool:
    """Whether `term` is y_k."""
    return _named(term, PROBABILITY)


def is_complement(term: Term) -> bool:
    """Whether `term` is 1 - y_k."""
    return _named(term, COMPLEMENT)


def is_data(term: Term) -> bool:
    """Whether `term` is an entry of an array that is given: neither y_k nor 1 - y_k."""
    return isinstance(term, Entry) and not (is_probability(term) or is_complement(term))


def is_total(term: Term) -> bool:
    """Whether `term` is S."""
    return isinstance(term, Parameter) and (term == TOTAL or term.name.startswith(f"{TOTAL.name} of "))


def sum_of_all(domain: Domain, suffix: str = "") -> Sum:
    """sum_k y_k, which is 1."""
    index = Index("k0", domain)
    return Sum(index, probability(index, suffix))


def is_sum_of_all(term: Term) -> bool:
    """Whether `term` is sum_k y_k."""
    if not (isinstance(term, Sum) and term.skip is None and is_probability(term.body)):
        return False
    return isinstance(term.body, Entry) and term.body.indices == (term.index,)


def is_sum_of_exponentials(term: Term, logits: Array) -> bool:
    """Whether `term` is sum_k e^{z_k}, over all k or without one."""
    return isinstance(term, Sum) and term.body == Exp(Entry(logits, (term.index,)))


def with_complement(polynomial: Polynomial) -> Polynomial:
    """f - f y_k as f (1 - y_k), the complement an atom; anything else as it is."""
    if len(polynomial.addends) != 2:
        return polynomial
    (first, a), (second, b) = sorted(polynomial.addends, key=lambda addend: len(addend[0]))
    if a != -b:
        return polynomial
    for base in atoms_of(of_monomial(second)):
        if is_probability(base) and product_of_monomials(first, frozenset({(base, constant(1))})) == second:
            assert isinstance(base, Entry)
            return times(of_monomial(first, a), atom(complement(base.indices[0], suffix_of(base))))
    return polynomial


def spelled(term: Term, softmaxes: tuple[Softmax, ...] = ()) -> Term:
    """A read term, or a closed form with these softmaxes, in positive x_k, r_k and S: y_k = x_k/(x_k + r_k),
    1 - y_k = r_k/(x_k + r_k), z_k = log(y_k S) for the logits of a plain softmax, and S for its sum of exponentials."""
    match term:
        case Entry(indices=(place,)) if is_probability(term) or is_complement(term):
            return _share(place, is_probability(term), suffix_of(term))
        case Entry(array=array, indices=(place,)):
            own = next((each for each in softmaxes if each.array == array and each.plain), None)
            return term if own is None else Log(_share(place, True, own.suffix)) + Log(own.total)
        case Sum(skip=skip):
            for each in softmaxes:
                if each.plain and is_sum_of_exponentials(term, each.array):
                    return each.total if skip is None else each.total * _share(skip, False, each.suffix)
    parts = children(term)
    return rebuild(term, tuple(spelled(part, softmaxes) for part in parts)) if parts else term


def _share(place: Place, own: bool, suffix: str) -> Term:
    mine = Array(f"own exponential{suffix}", (place.domain,), positive=True)[place]
    others = Array(f"other exponentials{suffix}", (place.domain,), positive=True)[place]
    return Div(mine if own else others, mine + others)
