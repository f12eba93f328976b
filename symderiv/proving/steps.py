"""Applying a rule somewhere in a term, and replaying a step that was made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from symderiv.proving.rules import RULES, Choices, Context, Lemma
from symderiv.statements import Step, Theory
from symderiv.terms import Binder, Call, Derivative, Entry, Path, Product, Sum, Term, at, children, put, scope

Where: TypeAlias = Callable[[Path], bool]


@dataclass(frozen=True, slots=True)
class Use:
    """A rule with the choices that a plan makes for it: "split-sum at=i"."""

    rule: str
    choices: Choices = ()


def use(text: str) -> Use:
    """The rule and choices written as "slug name=value name=value"; KeyError for a rule that is not in the table."""
    slug, *rest = text.split()
    if slug not in RULES:
        raise KeyError(f"no rule is called {slug!r}; the rules are {', '.join(RULES)}")
    return Use(slug, tuple((part.split("=")[0], part.split("=")[1]) for part in rest))


Surroundings: TypeAlias = tuple[Path, Term, tuple[Binder, ...], tuple[Entry | Call, ...]]


def places(term: Term) -> Iterator[Surroundings]:
    """Every subterm with its path, the binders and the variables of derivatives around it, in reading order."""
    waiting: list[Surroundings] = [((), term, (), ())]
    while waiting:
        path, node, binders, variables = waiting.pop()
        yield path, node, binders, variables
        if isinstance(node, Sum | Product):
            binders = (*binders, Binder(node.index, node.skip))
        elif isinstance(node, Derivative):
            variables = (*variables, node.wrt)
        parts = children(node)
        waiting.extend(((*path, n), parts[n], binders, variables) for n in range(len(parts) - 1, -1, -1))


def first_step(
    used: Use,
    term: Term,
    theory: Theory,
    lemmas: tuple[Lemma, ...] = (),
    where: Where | None = None,
    accept: Callable[[Step], bool] | None = None,
) -> Step | None:
    """The acceptable step that applies the rule at the first place where it changes something, or None."""
    rule = RULES[used.rule]
    for path, node, binders, variables in places(term):
        if not isinstance(node, rule.heads) or (where is not None and not where(path)):
            continue
        made = rule.apply(node, Context(theory, binders, lemmas, used.choices, term.free, variables))
        if made is not None and made.new != node:
            reason = made.reason or rule.because
            new = put(term, path, made.new)
            step = Step(term, new, rule.slug, path, reason, made.args, made.uses, made.cites)
            if accept is None or accept(step):
                return step
    return None


def replay(step: Step, theory: Theory, lemmas: tuple[Lemma, ...] = ()) -> Term | None:
    """What the step's rule makes of `step.before` at the step's path with its choices; None if it does not apply."""
    node = at(step.before, step.path)
    around = (at(step.before, step.path[:n]) for n in range(len(step.path)))
    variables = tuple(outer.wrt for outer in around if isinstance(outer, Derivative))
    binders = scope(step.before, step.path)
    context = Context(theory, binders, lemmas, step.args, step.before.free, variables)
    made = RULES[step.rule].apply(node, context)
    return None if made is None else put(step.before, step.path, made.new)
