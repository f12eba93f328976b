"""Claims taken apart: what follows from the parts; batches and matrices; false claims with the gate taken away."""

from __future__ import annotations

import random
from itertools import islice

import pytest

from symderiv.checking import same
from symderiv.checking.algebra import MOST_PATTERNS, algebra
from symderiv.checking.deciding import Evaluations, Question
from symderiv.checking.patterns import named_members, patterns, symbolic_domains
from symderiv.checking.sifting import sifted
from symderiv.checking.simplices import Simplex, recognised
from symderiv.checking.splitting import at_one_member, by_members, by_sizes
from symderiv.statements import Assumption, Definition, Theory
from symderiv.terms import (
    Add,
    Array,
    Derivative,
    Domain,
    Index,
    Mul,
    Number,
    Parameter,
    Power,
    Size,
    Term,
    absolute,
    children,
    delta,
    exp,
    log,
    number,
    rebuild,
    total,
)
from tests.checking.notation import (
    CLASSES,
    FEATURES,
    PLAIN,
    SAMPLES,
    SIMPLEX,
    C,
    d,
    e,
    elementary_4,
    gamma,
    i,
    j,
    k,
    l,
    n,
    t,
    z,
)
from tests.checking.random_terms import FREE, Grammar, at_small_sizes

N = Size(SAMPLES)
m = Index("m", SAMPLES)
X, W, b = Array("X", (SAMPLES, FEATURES)), Array("W", (CLASSES, FEATURES)), Array("b", (CLASSES,))
T, P = Array("T", (SAMPLES, CLASSES)), Array("P", (SAMPLES, CLASSES), positive=True)
_Z = Definition("Z", (n, i), total(e, W[i, e] * X[n, e]) + b[i])
_s = Definition("s", (n,), total(k, exp(_Z(n, k))))
_Y = Definition("Y", (n, i), exp(_Z(n, i)) / _s(n))
_ell = Definition("ell", (n,), -total(k, T[n, k] * Power(1 - _Y(n, k), gamma) * log(_Y(n, k))))
FOCAL = Theory((_Z, _s, _Y, _ell))
"""The focal loss of the samples of a batch behind a linear layer."""


def _slope(at: Index) -> Term:
    def easy(a: Index) -> Term:
        return Power(1 - _Y(n, a), Add((gamma, number(-1))))

    def logarithm(a: Index) -> Term:
        return gamma * _Y(n, a) * log(_Y(n, a))

    rest = total(k, T[n, k] * easy(k) * (1 - _Y(n, k) - logarithm(k)))
    return T[n, at] * easy(at) * (logarithm(at) - (1 - _Y(n, at))) + _Y(n, at) * rest


BATCH = Derivative(1 / N * total(n, _ell(n)), W[j, d])
BATCH_SLOPE = 1 / N * total(n, _slope(j) * X[n, d])

TEXTS = Domain("texts", "M")
IMAGES = Domain("images", "N")
g, h = Index("g", IMAGES), Index("h", IMAGES)
p, q = Index("p", TEXTS), Index("q", TEXTS)
v, w = Index("v", IMAGES), Index("w", TEXTS)
sim, tar, cap = (Array(name, (IMAGES, TEXTS)) for name in ("s", "T", "U"))
beta = Parameter("beta", True)
_R = Definition("R", (g,), total(p, exp(beta * sim[g, p])))
_Q = Definition("Q", (p,), total(g, exp(beta * sim[g, p])))
_row = Definition("row", (g, p), exp(beta * sim[g, p]) / _R(g))
_col = Definition("col", (g, p), exp(beta * sim[g, p]) / _Q(p))
_A = Definition("A", (g,), -total(p, tar[g, p] * log(_row(g, p))))
_B = Definition("B", (p,), -total(g, cap[g, p] * log(_col(g, p))))
_both = Definition("L", (), (total(g, _A(g)) / Size(IMAGES) + total(p, _B(p)) / Size(TEXTS)) / 2)
TIED = (
    Assumption(total(p, tar[g, p]), number(1), "rows sum to 1"),
    Assumption(total(g, cap[g, p]), number(1), "columns sum to 1"),
)
CLIP = Theory((_R, _Q, _row, _col, _A, _B, _both), TIED)
"""Cross-entropy along the rows and the columns of one matrix."""
BOTH = Derivative(_both(), sim[h, q])
BOTH_SLOPE = beta * ((_row(h, q) - tar[h, q]) / Size(IMAGES) + (_col(h, q) - cap[h, q]) / Size(TEXTS)) / 2


def by_algebra_alone(left: Term, right: Term, theory: Theory) -> tuple[str, str]:
    """The word and the evidence of exact arithmetic, without the real gate, which would find most mistakes."""
    question = Question(left, right, theory, recognised(theory.assumptions)[0], 1, Evaluations(theory))
    terms = (left, right, *(definition.body for definition in theory.definitions))
    named = named_members(terms, theory.distinct)
    free = tuple(sorted(left.free | right.free, key=lambda index: (index.domain.name, index.name)))
    cases = list(islice(patterns(free, named, theory.distinct), MOST_PATTERNS))
    word, how, _ = algebra(question, symbolic_domains(terms), cases, named)
    return word, how


PROVED: dict[str, tuple[Term, Term, Theory, str]] = {
    "a batch": (BATCH, BATCH_SLOPE, FOCAL, "for every one of the samples: exact zero at classes"),
    "one term is all of a batch's derivative by its input": (
        Derivative(1 / N * total(n, _ell(n)), X[m, d]),
        1 / N * Derivative(_ell(m), X[m, d]),
        FOCAL,
        "both sides are one term",
    ),
    "rows and columns": (
        BOTH,
        BOTH_SLOPE,
        CLIP,
        "sums sifted, in 2 parts: exact zero at texts 1..4, which decides every size; exact zero at images 1..4",
    ),
}


@pytest.mark.parametrize("name", PROVED)
def test_claims_that_neither_theorem_decides_are_proved_by_their_parts(name: str) -> None:
    left, right, theory, evidence = PROVED[name]
    verdict = same(left, right, theory, seed=1)
    assert verdict.word == "proved", verdict
    assert evidence in verdict.evidence


def _hidden(count: Term) -> Term:
    """0 at sizes 1 to 4."""
    return (count - 1) * (count - 2) * (count - 3) * (count - 4)


WRONG: dict[str, tuple[Term, Term, Theory]] = {
    "a batch without its mean": (BATCH, total(n, _slope(j) * X[n, d]), FOCAL),
    "a batch, for few samples": (BATCH, BATCH_SLOPE + _hidden(N) * b[j], FOCAL),
    "a batch, for few classes in one term": (
        BATCH,
        1 / N * total(n, _slope(j) * X[n, d] + _hidden(C) * _Y(n, j)),
        FOCAL,
    ),
    "a batch, two samples in one": (BATCH, 1 / N * total(n, _slope(j)) * total(n, X[n, d]) / N, FOCAL),
    "a batch, another's input": (BATCH, 1 / N * total(n, _slope(j) * X[m, d]), FOCAL),
    "a batch, one sample left out": (BATCH, 1 / N * total(n, _slope(j) * X[n, d], m), FOCAL),
    "a batch, for few classes beside it": (
        Derivative(total(n, _ell(n)), W[j, d]) + elementary_4(),
        total(n, _slope(j) * X[n, d]),
        Theory((*FOCAL.definitions, *PLAIN.definitions)),
    ),
    "rows alone": (BOTH, beta * (_row(h, q) - tar[h, q]) / Size(IMAGES), CLIP),
    "means exchanged": (
        BOTH,
        beta * ((_row(h, q) - tar[h, q]) / Size(TEXTS) + (_col(h, q) - cap[h, q]) / Size(IMAGES)) / 2,
        CLIP,
    ),
    "without the assumption": (BOTH, BOTH_SLOPE, Theory(CLIP.definitions, TIED[:1])),
    "for few images": (BOTH, BOTH_SLOPE + _hidden(Size(IMAGES)) * sim[h, q], CLIP),
    "for few texts": (BOTH, BOTH_SLOPE * (1 + _hidden(Size(TEXTS))), CLIP),
    "another row's loss": (Derivative(_A(g), sim[h, q]), beta * (_row(h, q) - tar[h, q]), CLIP),
    "rows that sum to 1 as columns": (total(g, tar[g, q] * log(_row(g, q))), log(_row(h, q)), CLIP),
}


@pytest.mark.parametrize("name", WRONG)
def test_false_claims_are_not_proved_with_the_gate_taken_away(name: str) -> None:
    left, right, theory = WRONG[name]
    assert by_algebra_alone(left, right, theory)[0] != "proved"
    assert same(left, right, theory, seed=1).word == "false"


def test_a_fault_in_taking_apart_would_be_noticed_at_the_smallest_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symderiv.checking.algebra.by_sizes", lambda *_: ((number(0), number(0)),))
    left, right, theory = WRONG["rows alone"]
    assert by_algebra_alone(left, right, theory)[0] != "proved"
    assert by_algebra_alone(BOTH, BOTH_SLOPE, CLIP)[0] == "proved"


def mutants(term: Term, rng: random.Random, how_many: int) -> list[Term]:
    """`term` damaged at one place: another number, a factor or a term lost, an index or a sign exchanged."""
    made: list[Term] = []
    while len(made) < how_many:
        found = _damaged(term, rng)
        if found != term and found not in made:
            made.append(found)
    return made


def _damaged(term: Term, rng: random.Random) -> Term:
    parts = children(term)
    if parts and rng.randrange(5):
        place = rng.randrange(len(parts))
        changed = (*parts[:place], _damaged(parts[place], rng), *parts[place + 1 :])
        return rebuild(term, changed)
    match term:
        case Number(value=value):
            return number(value + 1)
        case Add(terms=parts) if len(parts) > 1:
            return Add(parts[1:])
        case Mul(factors=parts) if len(parts) > 1:
            return Mul(parts[1:])
        case Size():
            return Size(TEXTS if term.domain == IMAGES else IMAGES)
        case _:
            return rng.choice((-term, term + term, term * term))


@pytest.mark.parametrize("seed", range(2))
def test_mutants_of_the_gradient_by_rows_and_columns_are_not_proved_without_the_gate(seed: int) -> None:
    """None is an equality after all: each is refuted by a counterexample."""
    for mutant in mutants(BOTH_SLOPE, random.Random(seed), 12):
        assert same(BOTH, mutant, CLIP, seed=1).word in ("false", "undefined"), mutant
        assert by_algebra_alone(BOTH, mutant, CLIP)[0] != "proved", mutant


def test_what_follows_from_the_parts_of_random_claims() -> None:
    """Where all parts hold at a size, the claim holds there: no false one is lost among its parts."""
    told = 0
    for seed in range(60):
        grammar = Grammar(seed)
        left, right = grammar.term(3, FREE), grammar.term(3, FREE)
        if grammar.rng.randrange(2):
            right = left * (1 + (N - 1) * (C - 1)) + (N - 1) * total(n, grammar.term(1, (*FREE, n)))
        for equations in (by_sizes(left, right, Theory()), by_members(left, right, SAMPLES, frozenset())):
            if equations and all(at_small_sizes(*equation, Theory()) == {"zero"} for equation in equations):
                told += 1
                assert at_small_sizes(left, right, Theory()) == {"zero"}
    assert told > 3


def test_random_false_claims_are_not_proved_with_the_gate_taken_away() -> None:
    refuted = proved = 0
    for seed in range(200, 260):
        grammar = Grammar(seed)
        left = Derivative(grammar.term(3, FREE), grammar.entry(FREE)) / N
        if grammar.rng.randrange(2):
            right = sifted(left, Theory())
        else:
            right = Derivative(grammar.term(2, FREE), grammar.entry(FREE)) / C
        wrong = "nonzero" in at_small_sizes(left, right, Theory())
        word = by_algebra_alone(left, right, Theory())[0]
        assert not (wrong and word == "proved"), (left, right)
        refuted, proved = refuted + wrong, proved + (word == "proved")
    assert refuted > 10
    assert proved > 10


def test_parts_are_those_known_by_hand() -> None:
    f, rest = Array("f", (SAMPLES,)), Array("rest", ())
    left = (total(n, f[n]) / N + C * rest[()]) * 2
    assert by_sizes(left, number(0), Theory()) == (
        (Mul((total(n, f[n]), number(2))), number(0)),
        (Mul((rest[()], number(2))), number(0)),
    )
    one = rest[()]
    for power in (number(2), number(-2), number(-1)):
        assert by_sizes(one * N**power, one * N, Theory()) == ((one, number(0)), (number(0), one))
        assert by_sizes(one * N**power / N, one * (1 / N) ** number(-power.value) / N, Theory()) == ((one, one),)
    at = Index("a", SAMPLES)
    names = frozenset("klmpqrs")
    one, two = rest[()] * total(n, f[n] * f[m]), total(m, f[m]) + f[n]
    assert by_members(one, two, SAMPLES, names) == ((rest[()] * (f[at] * f[m]), f[at]), (number(0), f[n]))
    assert by_members(one, f[n], SAMPLES, names) == ()
    assert by_members(total(n, f[n], m), total(n, f[n]), SAMPLES, names) == ()


def test_an_array_is_read_at_one_member_only_where_it_is() -> None:
    targets = Array("T", (CLASSES,))
    ties = (Simplex("T", 1, "classes"), Simplex("P", 0, "samples"))
    left, right = total(k, T[n, k] * P[n, k]), Derivative(X[n, d] ** 2, X[n, e])
    plain = Array("P", (CLASSES,), positive=True)
    moved = at_one_member(left, right, ties, frozenset())
    assert moved[0] == total(k, targets[k] * plain[k])
    assert moved[2] == (Simplex("T", 0, "classes"),)
    assert at_one_member(delta(n, n) * X[n, d], number(0), (), frozenset())[0] == Mul((number(1), Array("X", ())[()]))
    for kept in (
        (X[n, d] * X[m, d], X[n, d]),
        (total(n, X[n, d]), X[n, d]),
        (X[n, d] * X[n, e], Array("X", (FEATURES,))[d]),
    ):
        found = at_one_member(*kept, (), frozenset({"features"}))
        assert found == (*kept, ())
    assert at_one_member(X[n, d], X[n, e], (), frozenset({"samples", "features"}))[:2] == (X[n, d], X[n, e])


def test_rows_tied_together_are_no_reason_to_refuse_and_none_to_accept() -> None:
    """Columns of P sum to 1: of one sample nothing is known, of all of them together it is used."""
    tied = Theory((), (Assumption(total(n, P[n, k]), number(1), "columns sum to 1"),))
    assert same(total(n, P[n, i]), number(1), tied, seed=1).word == "proved"
    assert same(P[n, i], number(1), tied, seed=1).word == "false"
    assert by_algebra_alone(P[n, i], number(1), tied)[0] != "proved"


def test_pieces_and_tied_variables_are_not_taken_apart() -> None:
    kinked = total(n, absolute(X[n, d]) / total(k, 1 / (exp(b[k]) + total(l, exp(2 * b[l])))))
    assert "sifted" not in by_algebra_alone(kinked, kinked * 1, Theory())[1]
    assert by_algebra_alone(Derivative(log(total(k, t[k] ** 2)), t[i]), t[i] * 2, SIMPLEX)[0] != "proved"
    assert by_algebra_alone(Derivative(log(total(k, z[k] ** 2)), z[i]), 2 * z[i], SIMPLEX)[0] != "proved"
