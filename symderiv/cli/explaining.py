"""What ``symderiv explain`` says about one line of a proof."""

from __future__ import annotations

from dataclasses import dataclass

from symderiv.api import SEED, prove
from symderiv.cli.entries import entry_or_own, goals
from symderiv.cli.explaining_rules import plain
from symderiv.cli.output import DONE, CommandError, Output
from symderiv.cli.progress import Progress
from symderiv.documents import text_of
from symderiv.documents.plain import plain_math
from symderiv.documents.presenting import prose
from symderiv.documents.symbols import read
from symderiv.proving import RULES, derive
from symderiv.statements import Goal, Line, Problem, Step, Theorem, Theory, Verdict
from symderiv.terms import Term
from symderiv.terms import at as subterm


@dataclass(frozen=True, slots=True)
class Found:
    """A line of a theorem: the formula before it, its number in the theorem and in its entry, from 1."""

    theorem: Theorem
    before: Term
    at: int
    number: int

    @property
    def line(self) -> Line:
        """The line itself."""
        return self.theorem.derivation.lines[self.at - 1]


def explain_line(word: str, output: Output) -> int:
    """Both sides of a line, its rule with reason and conditions, how it was checked, and its steps one by one."""
    with Progress() as progress:
        progress(f"proving {word}", 0, 0)
        found = _find(word)
    if output.as_json:
        output.data(_as_data(found))
    else:
        _say(found, output)
    return DONE


def _find(word: str) -> Found:
    """The line that ENTRY:LINE or ENTRY:THEOREM:LINE names."""
    parts = word.split(":")
    if len(parts) not in (2, 3) or not parts[-1].isdecimal():
        raise CommandError(
            f"{word!r} names no line", "lines are named as in cross-entropy:7 or cross-entropy:gradient:2"
        )
    problem = entry_or_own(parts[0])[0]
    number = int(parts[-1])
    wanted = goals(problem, parts[1:-1])
    before = 0
    if len(parts) == 3:
        before = sum(len(derive(problem, goal).lines) for goal in problem.goals[: problem.goals.index(wanted[0])])
        return _line_of(problem, wanted[0], number, before)
    for goal in wanted:
        count = len(derive(problem, goal).lines)
        if 1 <= number - before <= count:
            return _line_of(problem, goal, number - before, before)
        before += count
    raise _no_line(problem.name, number, before)


def _line_of(problem: Problem, goal: Goal, number: int, before: int) -> Found:
    lines = derive(problem, goal).lines
    if not 1 <= number <= len(lines):
        raise _no_line(f"{problem.name}:{goal.slug}", number, len(lines))
    theorem = prove(problem, goal, seed=SEED)
    start = theorem.derivation.start if number == 1 else lines[number - 2].term
    return Found(theorem, start, number, before + number)


def _no_line(name: str, number: int, count: int) -> CommandError:
    return CommandError(f"{name} has no line {number}; its lines are 1 to {count}", code="unknown-line")


def _say(found: Found, output: Output) -> None:
    theorem, line, theory = found.theorem, found.line, found.theorem.derivation.theory
    verdict = theorem.lines[found.at - 1]
    name = f"{theorem.derivation.problem}:{theorem.derivation.goal}"
    output.say(f"{output.style(f'{name}:{found.at}', bold=True)}, line {found.number} of the entry")
    output.say(f"{plain(prose(theorem.derivation.title), output)}")
    output.say()
    output.say(f"    {_text(found.before, theory, output)}")
    output.say(f"  {line.relation} {_text(line.term, theory, output)}")
    output.say()
    rule = RULES[line.rule]
    cited = any(step.cites for step in line.steps)
    # The identity of a cited theorem is its own claim; that of the rule is an example of one.
    identity = "" if cited else f": {plain_math(read(rule.statement), output.ascii)}"
    rows = [
        ("rule", f"{plain(prose(rule.title), output)} ({rule.slug}){identity}"),
        ("reason", plain(prose(line.reason), output)),
        ("needs", ", ".join(_needs(found, output))),
        ("cites", ", ".join(dict.fromkeys(step.cites for step in line.steps if step.cites))),
        ("verdict", f"{output.word(verdict.word)}: {verdict.evidence}"),
    ]
    for label, text in rows:
        if text:
            output.say(f"  {output.style(f'{label:<8}', dim=True)}{text}")
    output.say()
    judged = _judged(found)
    some = "one step" if len(judged) == 1 else f"{len(judged)} steps, each judged on its own"
    output.say(f"  {some}:" if judged else "  no steps: the line was judged as a whole")
    for count, (step, each) in enumerate(judged, 1):
        before, after = _sides(step)
        output.say(f"  {count:3}  {_text(before, theory, output)}")
        output.say(f"       {line.relation} {_text(after, theory, output)}")
        output.say(f"       {plain(prose(RULES[step.rule].title), output)}  {output.word(each.word)}")


def _judged(found: Found) -> tuple[tuple[Step, Verdict], ...]:
    """The steps of the line with their verdicts; a line without steps has a verdict all the same."""
    return tuple(zip(found.line.steps, found.theorem.steps[found.at - 1], strict=False))


def _needs(found: Found, output: Output | None = None) -> tuple[str, ...]:
    """The conditions that the steps relied on, and those that the checker could not discharge."""
    theory = found.theorem.derivation.theory
    conditions = [condition for step in found.line.steps for condition in step.uses]
    conditions += found.theorem.lines[found.at - 1].conditions
    plain = output is not None and output.ascii
    return tuple(dict.fromkeys(text_of(condition, theory, plain) for condition in conditions))


def _text(term: Term, theory: Theory, output: Output) -> str:
    return text_of(term, theory, output.ascii)


def _sides(step: Step) -> tuple[Term, Term]:
    """What the step rewrote and what it made of it, at the place where it did."""
    return subterm(step.before, step.path), subterm(step.after, step.path)


def _as_data(found: Found) -> dict[str, object]:
    theorem, line, theory = found.theorem, found.line, found.theorem.derivation.theory
    verdict = theorem.lines[found.at - 1]
    steps = [
        {
            "before": text_of(_sides(step)[0], theory),
            "after": text_of(_sides(step)[1], theory),
            "path": list(step.path),
            "rule": step.rule,
            "reason": step.reason,
            "cites": step.cites or None,
            "verdict": judged.word,
            "evidence": judged.evidence,
        }
        for step, judged in _judged(found)
    ]
    return {
        "kind": "line",
        "entry": theorem.derivation.problem,
        "theorem": theorem.derivation.goal,
        "line": found.at,
        "number": found.number,
        "before": text_of(found.before, theory),
        "relation": line.relation,
        "after": text_of(line.term, theory),
        "rule": line.rule,
        "reason": line.reason,
        "conditions": list(_needs(found)),
        "verdict": verdict.word,
        "evidence": verdict.evidence,
        "steps": steps,
        "digest": theorem.digest,
    }
