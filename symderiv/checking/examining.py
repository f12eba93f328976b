"""`examine`: a verdict on a record that anyone may have written, however badly its steps fit together.

`check` refuses a derivation that is not a chain, because our own must be one. For a foreign record that would hide the
more useful answer: which line is false, and where. Here a line whose steps do not connect is judged as a whole.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

from symderiv.checking.checker import check, connected, difference
from symderiv.checking.equality import positive, same
from symderiv.checking.wellformed import Refused, require_well_formed
from symderiv.statements import Claim, Derivation, Line, Theorem, Verdict, worst
from symderiv.terms import Term

__all__ = ["Examined", "examine"]

Examined = tuple[Theorem, tuple[str, ...]]
"""The judged theorem, and a sentence for every place where the record does not fit together."""


def examine(derivation: Derivation, claim: Claim | None = None, *, seed: int | None = None) -> Examined:
    """The theorem with a verdict for every line, and what does not fit together in the record.

    `claim` is what the record says it shows. If the lines end elsewhere, the claim is judged by itself; it is then at
    most ``undecided``, because no line leads to it, and ``false`` with a counterexample if it is wrong.
    Refused if the record cannot be evaluated at all (`wellformed`).
    """
    require_well_formed(derivation)
    seed = secrets.randbits(64) if seed is None else seed
    faults: list[str] = []
    lines: list[Line] = []
    current: Term = derivation.start
    for number, line in enumerate(derivation.lines, start=1):
        try:
            connected(current, line, f"{derivation.goal}, line {number}")
        except Refused as error:
            faults.append(f"{error}; the line is judged as a whole")
            line = replace(line, steps=())
        lines.append(line)
        current = line.term
    theorem = check(replace(derivation, lines=tuple(lines)), seed=seed)
    if claim is None or claim == theorem.claim:
        return theorem, tuple(faults)
    faults.append(f"{derivation.goal}: the lines do not lead to the claim of the record")
    return _with_claim(theorem, claim, seed), tuple(faults)


def _with_claim(theorem: Theorem, claim: Claim, seed: int) -> Theorem:
    theory = theorem.derivation.theory
    require_well_formed(replace(theorem.derivation, start=claim.left, lines=(Line(claim.right, "", "", ()),)))
    if claim.relation == ">":
        direct = positive(difference(claim.left, claim.right), theory, seed=seed)
    else:
        direct = same(claim.left, claim.right, theory, seed=seed)
    if direct.word not in ("false", "undefined"):
        direct = Verdict("undecided", f"no line leads to the claim; by itself it is {direct.word}", direct.conditions)
    return replace(theorem, claim=claim, direct=direct, verdict=worst((direct, theorem.verdict)))
