"""Applying a rule somewhere in a term, and replaying a step that was made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from symderiv.proving.rules import RULES, Choices, Context, Lemma
from symderiv.statements import Step, Theory
from symderiv.terms import Binder, Path, Product, Sum, Term, at, children, put, scope

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


def places(term: Term) -> Iterator[tuple[Path, Term, tuple[Binder, ...]]]:
    """Every subterm with its path and the binders around it, a node before its parts, left to right."""
    waiting: list[tuple[Path, Term, tuple[Binder, ...]]] = [((), term, ())]
    while waiting:
        path, node, binders = waiting.pop()
        yield path, node, binders
        inner = (*binders, Binder(node.index, node.skip)) if isinstance(node, Sum | Product) else binders
        parts = children(node)
        waiting.extend(((*path, n), parts[n], inner) for n in range(len(parts) - 1, -1, -1))


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
    taken = frozenset(i.name for i in term.free)
    for path, node, binders in places(term):
        if not isinstance(node, rule.heads) or (where is not None and not where(path)):
            continue
        made = rule.apply(node, Context(theory, binders, lemmas, used.choices, taken))
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
    taken = frozenset(i.name for i in step.before.free)
    context = Context(theory, scope(step.before, step.path), lemmas, step.args, taken)
    made = RULES[step.rule].apply(node, context)
    return None if made is None else put(step.before, step.path, made.new)
