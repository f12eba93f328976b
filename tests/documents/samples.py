"""Two derivations written by hand, with theorems made without the checker: what the printers are tested on."""

from __future__ import annotations

from symderiv.documents import ExplicitMatrix, RuleInfo
from symderiv.encoding import digest
from symderiv.statements import (
    Assumption,
    Definition,
    Derivation,
    Distinct,
    Line,
    Nonzero,
    Positive,
    Problem,
    Step,
    Theorem,
    Theory,
    Verdict,
    VerdictWord,
)
from symderiv.terms import (
    Add,
    Array,
    Derivative,
    Div,
    Domain,
    Index,
    Mul,
    Position,
    Term,
    delta,
    exp,
    log,
    number,
    total,
)

CLASSES = Domain("classes", "C")
A, B, K = (Index(name, CLASSES) for name in "ijk")
Z, T = Array("z", (CLASSES,)), Array("t", (CLASSES,), positive=True)
S = Definition("S", (), total(K, exp(Z[K])), "the normaliser")
Y = Definition("y", (A,), exp(Z[A]) / S(), "softmax")
LOSS = Definition("L", (), -total(K, T[K] * log(Y(K))), "cross-entropy of $t$ and $y$")
SIMPLEX = Assumption(total(K, T[K]), number(1), "the targets sum to one")
PLAIN = Theory((S, Y, LOSS))
ASSUMING = Theory((S, Y, LOSS), (SIMPLEX,))

RULES = {
    "quotient-rule": RuleInfo("quotient-rule", "quotient rule", r"\left(\frac{f}{g}\right)' = \frac{f' g - f g'}{g^2}"),
    "definition": RuleInfo(
        "definition", "definition", r"put the body of a definition for its name: $y_i := \frac{e^{z_i}}{S}$"
    ),
    "factor": RuleInfo("factor", "factor", "ab + ac = a(b + c)"),
}


def line(before: Term, after: Term, rule: str, reason: str, **_: None) -> Line:
    """A line of a single step at the root."""
    return Line(after, rule, reason, (Step(before, after, rule, (), reason),))


def verdict(word: VerdictWord = "proved") -> Verdict:
    return Verdict(word, "zero in exact arithmetic at C = 1, …, 5 for every pattern of equal indices")


def theorem(derivation: Derivation, word: VerdictWord = "proved") -> Theorem:
    """The theorem a checker would make, with one word for all verdicts."""
    steps = tuple(tuple(verdict(word) for _ in part.steps) for part in derivation.lines)
    lines = tuple(verdict(word) for _ in derivation.lines)
    return Theorem(derivation, derivation.claim, (), steps, lines, verdict(word), verdict(word), digest(derivation))


def jacobian() -> Derivation:
    """dy_i/dz_j = y_i (delta_ij - y_j)."""
    start = Derivative(Y(A), Z[B])
    a = Derivative(exp(Z[A]) / S(), Z[B])
    b = (delta(A, B) * exp(Z[A]) * S() - exp(Z[A]) * exp(Z[B])) / S() ** 2
    c = (exp(Z[A]) / S()) * (delta(A, B) - exp(Z[B]) / S())
    d = Y(A) * (delta(A, B) - Y(B))
    quotient = Step(a, b, "quotient-rule", (), "the derivative of a fraction", (), (Nonzero(S()),))
    lines = (
        line(start, a, "definition", "put the definition of $y_i$"),
        Line(
            b, "quotient-rule", "differentiate top and bottom; only $e^{z_i}$ of the top depends on $z_i$", (quotient,)
        ),
        line(b, c, "factor", "take $e^{z_i}/S$ out"),
        line(c, d, "definition", "read $y$ back, twice"),
    )
    return Derivation("sample", "jacobian", "Softmax Jacobian", PLAIN, start, lines)


def off_diagonal() -> Derivation:
    """dy_i/dz_j = -y_i y_j for i != j."""
    theory = Theory(PLAIN.definitions, (), (Distinct(A, B),))
    start, end = Derivative(Y(A), Z[B]), -(Y(A) * Y(B))
    step = Step(start, end, "lemma", (), "the delta is 0", (), (Distinct(B, A),), "sample:jacobian")
    return Derivation(
        "sample", "off-diagonal", "Off the diagonal", theory, start,
        (Line(end, "lemma", "the delta is zero", (step,)),), ("sample:jacobian", "softmax:sum-to-one"),
    )  # fmt: skip


def gradient(theory: Theory = ASSUMING) -> Derivation:
    """dL/dz_i = y_i - t_i under sum t = 1, or y_i sum t - t_i without it."""
    start = Derivative(LOSS(), Z[A])
    share = Div(T[B], Y(B))
    a = Derivative(-total(K, T[K] * log(Y(K))), Z[A])
    b = Mul((number(-1), total(B, share * Derivative(Y(B), Z[A]))))
    diagonal = (T[A] / Y(A)) * Y(A) * (number(1) - Y(A))
    rest = total(B, share * (-(Y(B) * Y(A))), skip=A)
    c = Add((Mul((number(-1), *diagonal.factors)), Mul((number(-1), rest))))  # type: ignore[union-attr]
    d = -T[A] + T[A] * Y(A) + total(B, T[B] * Y(A), skip=A)
    e = Y(A) * total(B, T[B]) - T[A]
    f = Y(A) - T[A]
    uses = (Positive(Y(B)), Distinct(B, A))
    lines = [
        line(start, a, "definition", "put the definition of $L$"),
        Line(b, "chain-rule", "the logarithm first", (Step(a, b, "chain-rule", (), "", (), (Positive(Y(B)),)),)),
        Line(
            c, "split-sum", "the term $j = i$ by itself, and both cases of the Jacobian",
            (Step(b, c, "split-sum", (), "", (), uses, "softmax:jacobian"),),
        ),
        line(c, d, "cancel", "cancel $y_i$ and $y_j$, and pull the signs"),
        line(d, e, "merge-sum", "put the term $j = i$ back and take $y_i$ out"),
    ]  # fmt: skip
    if theory.assumptions:
        lines.append(line(e, f, "assumption", "the targets sum to one: $\\sum_j t_j = 1$"))
        return Derivation(
            "sample", "gradient", "Gradient of cross-entropy", theory, start, tuple(lines), ("softmax:jacobian",),
            "The textbook proof: the sum is split where the two cases of the Jacobian differ.",
        )  # fmt: skip
    return Derivation("sample", "gradient-unnormalised", "Gradient without the assumption", theory, start, tuple(lines))


def problem() -> Problem:
    return Problem(
        "sample", "Softmax with cross-entropy", "loss",
        ("For logits $z$ and prediction $y = \\operatorname{softmax}(z)$; $\\log$ is natural.",),
        (Z, T), (S, Y, LOSS), (SIMPLEX,), (), "gradient",
    )  # fmt: skip


def theorems() -> tuple[Theorem, ...]:
    return tuple(theorem(d) for d in (jacobian(), off_diagonal(), gradient(PLAIN), gradient()))


def matrices() -> tuple[ExplicitMatrix, ...]:
    """The Jacobian for three classes."""
    domain = Domain("classes", "C", 3)
    places = tuple(Position(at, domain) for at in (1, 2, 3))
    rows = tuple(tuple(Y(p) * (number(1) - Y(p)) if p == q else -(Y(p) * Y(q)) for q in places) for p in places)
    return (
        ExplicitMatrix(
            "Jacobian for three classes", Derivative(Y(A), Z[B]), rows, "All 9 entries agree with the theorem, exactly."
        ),
    )
