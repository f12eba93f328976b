"""Closed forms written down by hand, as records, so that lowering is tested without the proving side."""

from __future__ import annotations

from symderiv.statements import Definition, Derivation, Line, Problem, Theorem, Theory, Verdict
from symderiv.terms import Array, Domain, Index, Parameter, Term, delta, exp, log, number, total

CLASSES = Domain("classes", "C")
I, J, K = (Index(name, CLASSES) for name in "ijk")  # noqa: E741
z, t, v, u = (Array(name, (CLASSES,)) for name in "ztvu")
c, m = Parameter("c"), Parameter("m")
S = Definition("S", (), total(K, exp(z[K])))
y = Definition("y", (I,), exp(z[I]) / S())
LSE = Definition("lse", (), log(S()))
LOSS = Definition("L", (), -total(K, t[K] * log(y(K))))
THEORY = Theory((S, y, LSE, LOSS))


def theorem(name: str, left: Term, right: Term) -> Theorem:
    """left = right as a record that nobody checked: for tests of lowering only."""
    problem, goal = name.split(":")
    line = Line(right, "stated", "written by hand", ())
    derivation = Derivation(problem, goal, name, THEORY, left, (line,))
    verdict = Verdict("exact", "written by hand")
    return Theorem(derivation, derivation.claim, (), ((),), (verdict,), verdict, verdict, digest="0" * 64)


SHIFT = theorem("softmax:shift-invariance", exp(z[I] + c) / total(K, exp(z[K] + c)), y(I))
COMPLEMENT = theorem("softmax:complement", number(1) - y(I), total(K, exp(z[K]), skip=I) / S())
MAX_SHIFT = theorem("logsumexp:max-shift", LSE(), m + log(total(K, exp(z[K] - m))))
LOG_SOFTMAX = theorem("log-softmax:closed-form", log(y(I)), z[I] - LSE())
JACOBIAN = theorem("softmax:jacobian", y(I), y(I) * (delta(I, J) - y(J)))
JVP = theorem("softmax:jvp", y(I), y(I) * (v[I] - total(K, y(K) * v[K])))
LOGITS_FORM = theorem("cross-entropy:logits-form", LOSS(), total(K, t[K]) * LSE() - total(K, t[K] * z[K]))
GRADIENT = theorem("cross-entropy:gradient-unnormalised", LOSS(), y(I) * total(K, t[K]) - t[I])
LICENCES = {f"{x.derivation.problem}:{x.derivation.goal}": x for x in (LOG_SOFTMAX, COMPLEMENT, SHIFT, MAX_SHIFT)}
DEFINITIONS = (S, y, LSE, LOSS)
SOFTMAX = Problem(
    "softmax", "Softmax", "activation", (), (z,), (S, y), (), (), "jacobian",
    (("value", "shift-invariance"), ("jacobian", "jacobian"), ("jvp", "jvp")),
)  # fmt: skip
CROSS_ENTROPY = Problem(
    "cross-entropy", "Cross-entropy", "loss", (), (z, t), DEFINITIONS, (), (), "gradient",
    (("value", "logits-form"), ("gradient", "gradient-unnormalised")),
)  # fmt: skip
THEOREMS = (SHIFT, COMPLEMENT, MAX_SHIFT, LOG_SOFTMAX, JACOBIAN, JVP, LOGITS_FORM, GRADIENT)
