"""Which sizes decide an equation between functions of totals, such as 1 / (1 - y_k) and (1 - y_k)**gamma under a sum.

The theorem of `cutoff` needs denominators, logarithms and powers that no sum over the domain stands in together with
the index of another. Here they may, if every such sum is a *total*: sigma = sum_k phi(k).

**What is admitted.** Each class k brings its data a_k, the entries with index k. Totals sigma_j = sum_k phi_j(k) are of
two kinds: phi(k) is an entry t_k, or phi(k) is positive and contains an entry z_k of its own, any real number, which no
other total uses, as e**(c z_k) times what does not depend on z_k. *Blocks* are functions of the totals, parameters,
deltas, and data at the indices that they mention, whose logarithms, powers with symbolic exponents, and denominators
have a sign by their shape: they are sums, products and quotients of what is positive, or a positive total without one
member, sigma - phi(i), or they depend on no data of a class. Expressions are built from blocks and the size C by +, *,
sums over the domain (one member may be left out), sums over other domains, and derivatives by data of one class or by
*shared* data, which have no index over the domain. Degrees: block 0, C 1, a product adds, a sum of terms takes the
maximum, a sum over the domain adds 1, a derivative by shared data in one of the phi adds 1, any other nothing.

**Theorem.** Let E have degree <= T, let the free indices and named members take b values, and let E = 0 hold, for all
data, at consecutive sizes from c0 >= max(b, 1) up to a last one that is at least b + 2 T + 1, c0 + T and 2. Then E = 0
for every C >= c0, at every point where both sides have a value.

*Proof.* Fix the parameters, all of them where the numbers c do not vanish (elsewhere by continuity), the shared data,
the data of the b members F, and real numbers sigma_j, positive where phi_j is; let tau = sigma - the sum over F of phi.
Replace the totals by these numbers, at every derivative by the chain rule, from the inside outwards: a derivative by
z_i is the one at fixed sigma plus the sum over j of d phi_j(i) / d z_i times that by sigma_j, and this has the same
degree; a derivative by shared x is the one at fixed sigma plus the sum over j of (sum_k d phi_j(k) / dx) times that by
sigma_j, where the bracket is one more sum over all members. Both leave functions that are real analytic where those
were from which they are taken. As in `cutoff`, the value of E for n further members a_1, ..., a_n is the sum over V,
with at most T of them, of e(a_V): a polynomial P of degree T in the measure mu = delta(a_1) + ... + delta(a_n). In the
coordinates x = phi(a), u = the other entries, the data of one class are all of a product of half lines and lines: the
entries t are coordinates, and each z is determined by its phi. Let Omega be its part with x_j < sigma_j for the
positive phi_j. It is convex, it holds all members of a point with sum of x = tau if n >= 1 and b >= 1, or n >= 2, and
on it the e are real analytic: every sign asked for above is right there.
  (1) P = sum over r <= R and d <= T - r of n**d B_rd(mu, ..., mu), with R = T, B_rd linear and symmetric in r
measures, and analytic. It vanishes, at every n tested, for all measures with sum of x = tau.
  (2) Let n >= 2 R + 1. Move R pairs of members, each pair with x(a) + x(b) fixed; the n - 2 R >= 1 other members can be
chosen so that the sum of x is tau, if the pairs have small x. The R-fold difference says that sum_d n**d B_Rd vanishes
on such moves. At least T - R + 1 such n were tested (if b = 0, such n >= 2), so every B_Rd vanishes on them.
  (3) A continuous function lambda(a) with lambda(a) + lambda(b) = lambda(a') + lambda(b') whenever x(a) + x(b) = x(a')
+ x(b') does not depend on u (take b = b') and is affine in x (Jensen's equation). So B_Rd is affine in the x of each
argument where x is small, being analytic on all of Omega, and vanishes if every argument is a measure nu with
nu(1) = 0 and nu(x) = 0.
  (4) Choose measures m_0, m_1, ... on Omega at which (1, x) are the unit vectors. Then nu = mu - n m_0 - sum_j tau_j
m_j is such a measure, and expanding B_Rd(mu, ..., mu) in nu leaves terms of degree at most R - 1 in mu, with one more
factor n or tau_j for each that is lost. This is (1) with R - 1 instead of R.
  (5) At R = 0 a polynomial of degree T in n has T + 1 roots and is 0. So P = 0 for every n at every measure with sum of
x = tau. The sizes below were tested themselves. As sigma and the data of F were arbitrary, E = 0.

*Sharp.* By Newton's identities m! e_m(y) is, with sum_k y_k = 1, a polynomial of degree floor(m / 2) in the sums of
powers y_k**r, r >= 2. It vanishes for C < m only; with b = 0 and m = 2 T + 1 the last size is the first to show it. A
derivative by shared data has to count: of the derivatives l_r of log sum_k e**(x z_k + a_k) by x, the polynomial
l_2 l_4 + 2 l_2**3 - l_3**2 vanishes for C < 3 only.

**Assumptions** sum_k t_k = 1 fix the total of t at 1: the points with sum of x = tau are the admissible ones.
Parameters and other domains' sizes are fixed throughout, so other domains may be cut before or after.

**Relations.** E = 0 at the sizes tested is asked of functions, so every relation that is true of them may be used, as
(P**(1/q))**q = P for a positive sum P. Under `cutoff` such roots are blocks of degree 0, and there it may not be.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from symderiv.checking.blocks import Blocks, natural
from symderiv.checking.normal import Normaliser, Outside
from symderiv.checking.simplices import Simplex
from symderiv.statements import Theory, unfold
from symderiv.terms import (
    Abs,
    Add,
    Call,
    Constant,
    Delta,
    Derivative,
    Div,
    Entry,
    Exp,
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
    number,
)

__all__ = ["degree_in_totals", "last_size"]


def last_size(degree: int, first: int, values: int) -> int:
    """The last size to test, from `first` on, if indices and named members take `values` values and T = `degree`."""
    return max(values + 2 * degree + 1, first + degree, 2)


def degree_in_totals(
    left: Term, right: Term, domain: str, theory: Theory, simplices: tuple[Simplex, ...], normaliser: Normaliser
) -> int:
    """T of left - right for sums over `domain`; Outside if they are not of the admitted form."""
    blocks = Blocks(domain, theory, simplices, normaliser)
    for term in (left, right):
        blocks.collect(term, inside=False)
    blocks.require_apart()
    degrees = _Degrees(blocks)
    return max(degrees.of(left), degrees.of(right))


@dataclass(slots=True)
class _Degrees:
    """Degrees of polynomials in blocks, each computed once."""

    blocks: Blocks
    known: dict[Term, int] = field(default_factory=dict)

    def of(self, term: Term) -> int:
        """The degree of `term`; Outside if it is not of the admitted form."""
        if term not in self.known:
            self.known[term] = self._of(term)
        return self.known[term]

    def _of(self, term: Term) -> int:
        blocks = self.blocks
        match term:
            case Call():
                return self.of(unfold(term, blocks.theory))
            case Number() | Parameter() | Constant() | Delta():
                return 0
            case Entry():
                blocks.require_one_place(term)
                return 0
            case Size(domain=domain):
                return int(blocks.is_counted(domain))
            case Add(terms=parts):
                return max(self.of(part) for part in parts)
            case Mul(factors=parts):
                return sum(self.of(part) for part in parts)
            case Div(numerator=above, denominator=below):
                blocks.block(Div(number(1), below))
                return self.of(above)
            case Power(base=base, exponent=exponent) if (times := natural(exponent)) is not None:
                return times * self.of(base)
            case Power() | Exp() | Log() | Special() | Product() | Max() | Abs() | Sign() | Step():
                blocks.block(term)
                return 0
            case Sum(index=index, body=body):
                if not blocks.is_counted(index.domain):
                    return self.of(body)
                return 0 if blocks.is_block(term) else self.of(body) + 1
            case Derivative(body=body, wrt=wrt):
                return self.of(body) + self._rise(wrt)
            case _:
                assert_never(term)

    def _rise(self, wrt: Entry | Call) -> int:
        """What a derivative by `wrt` adds: 1 for shared data on which a total depends; Outside for what is no datum."""
        blocks = self.blocks
        if isinstance(wrt, Call):
            raise Outside(f"a derivative with respect to the defined quantity {wrt.name}")
        if any(simplex.name == wrt.array.name for simplex in blocks.simplices):
            raise Outside(f"a derivative with respect to {wrt.array.name}, whose entries are tied by an assumption")
        blocks.require_one_place(wrt)
        if any(blocks.is_counted(domain) for domain in wrt.array.domains):
            return 0
        return int(any(wrt.array.name in total.arrays for total in blocks.totals.values()))
