"""Reading a plan and carrying its moves out.

A plan item is one displayed line. It is written

    move [name=value ...] [+ move [name=value ...] ...] [: reason]

where the names are choices for the move's leading rule (`at=i`, `cite=softmax:jacobian`, `name=y`; "a|b" tries a, then
b), or one of: `tidy=first` (arithmetic before the rules, not after the line above), `under=1.0` (only inside the
subterm at that path), `form=none|flat|plain` (the arithmetic afterwards), `once=yes`, `show=slug` (the rule named
beside the line).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from symderiv.proving.moves import MOVES
from symderiv.proving.rules import Lemma
from symderiv.proving.steps import Use, first_step, use
from symderiv.statements import Line, Relation, Step, Theory
from symderiv.terms import Path, Term

_LIMIT = 400


Accept: TypeAlias = Callable[[Step], bool]
"""Which steps a strategy takes."""


class Stuck(ValueError):  # noqa: N818 - a word that reads as what happened
    """No rule leads further: the message has the last term and what was tried."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One move with a plan's choices made."""

    name: str
    shows: str
    uses: tuple[Use, ...]
    reason: str
    form: str
    once: bool
    under: Path | None
    tidy_first: bool


def phases(item: str) -> tuple[tuple[Phase, ...], str]:
    """The phases of a plan item and the reason written after its colon; Stuck for a move that does not exist."""
    written, _, reason = item.partition(" : ")
    return tuple(_phase(part.strip()) for part in written.split(" + ")), reason.strip()


def _phase(written: str) -> Phase:
    name, *rest = written.split()
    if name not in MOVES:
        raise Stuck(f"the plan asks for a move {name!r}; the moves are {', '.join(MOVES)}")
    move = MOVES[name]
    chosen: list[tuple[str, str]] = []
    reserved: dict[str, str] = {}
    for part in rest:
        key, _, value = part.partition("=")
        if key in ("under", "form", "once", "show", "tidy"):
            reserved[key] = value
        else:
            chosen.append((key, value))
    lead = use(move.rules[0]).rule if move.shows not in {use(text).rule for text in move.rules} else move.shows
    uses: list[Use] = []
    for text in move.rules:
        plain = use(text)
        uses += _alternatives(plain, chosen) if plain.rule == lead and chosen else [plain]
    under = reserved.get("under")
    path = None if under is None else tuple(int(n) for n in under.split(".") if n)
    shows = reserved.get("show", move.shows)
    return Phase(
        name,
        shows,
        tuple(uses),
        move.reason,
        reserved.get("form", move.form),
        move.once or "once" in reserved,
        path,
        "tidy" in reserved,
    )


def _alternatives(plain: Use, chosen: list[tuple[str, str]]) -> list[Use]:
    """One use for each of the alternatives "a|b" of the choices."""
    made = [plain.choices]
    for key, value in chosen:
        made = [(*choices, (key, one)) for choices in made for one in value.split("|")]
    return [Use(plain.rule, choices) for choices in made]


def run(
    term: Term, phase: Phase, theory: Theory, lemmas: tuple[Lemma, ...], accept: Accept | None = None
) -> tuple[Step, ...]:
    """The steps of one phase, arithmetic included; empty if its rules do not apply, acceptably, anywhere."""
    steps = tidied(term, "plain", theory) if phase.tidy_first else []
    term = steps[-1].after if steps else term
    done: set[int] = set()

    def inside(path: Path) -> bool:
        return phase.under is None or path[: len(phase.under)] == phase.under

    while True:
        for number, used in enumerate(phase.uses):
            if number in done:
                continue
            step = first_step(used, term, theory, lemmas, inside, accept)
            if step is not None:
                steps.append(step)
                term = step.after
                if phase.once:
                    done.add(number)
                break
        else:
            break
        if len(steps) > _LIMIT:
            raise Stuck(f"the move {phase.name!r} does not come to an end; the last term is {term!r}")
    if steps and phase.form != "none":
        steps += tidied(term, phase.form, theory)
    return tuple(steps)


def tidied(term: Term, form: str, theory: Theory) -> list[Step]:
    """The arithmetic step on the whole term, if there is something to tidy."""
    step = first_step(Use("arithmetic", (("form", form),)), term, theory, (), lambda path: path == ())
    return [] if step is None else [step]


def line(
    term: Term, item: str, theory: Theory, lemmas: tuple[Lemma, ...], relation: Relation = "=", last: bool = False
) -> Line:
    """The displayed line that a plan item makes of `term`; Stuck if one of its moves does not apply."""
    made, reason = phases(item)
    steps: list[Step] = []
    for phase in made:
        found = run(term, phase, theory, lemmas)
        if not found:
            raise Stuck(f"the move {phase.name!r} of the plan item {item!r} does not apply to {term!r}")
        steps += found
        term = steps[-1].after
    if last and made[-1].form != "none":
        steps += tidied(term, "positive-first", theory)
        term = steps[-1].after
    return composed(tuple(steps), made[0], relation, reason)


def composed(steps: tuple[Step, ...], phase: Phase, relation: Relation = "=", reason: str = "") -> Line:
    """The line that `steps` make, named after the phase's rule if one of them uses it, else after the first of them."""
    named = [step for step in steps if step.rule != "arithmetic"] or list(steps)
    shows = phase.shows if any(step.rule == phase.shows for step in named) else named[0].rule
    return Line(steps[-1].after, shows, reason or phase.reason or _reason(list(steps), shows), steps, relation)


def _reason(steps: list[Step], shows: str) -> str:
    """The distinct reasons of the steps that use the displayed rule, in order."""
    found = dict.fromkeys(step.reason for step in steps if step.rule == shows)
    return "; ".join(found) if found else steps[0].reason
