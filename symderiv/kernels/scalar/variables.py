"""What a loss of numbers is differentiated by, and the theorems about its first and second derivatives.

A loss of one number has the parts "gradient" and "hessian". One of several numbers mu, s, ... has "gradient_mu",
"gradient_s" and "hessian_mu_mu", "hessian_mu_s", "hessian_s_s", in the order of the problem's arrays and row by row; of
the second derivatives those that the problem has theorems about.
"""

from __future__ import annotations

from dataclasses import dataclass

from symderiv.statements import Goal, Problem, Theory, reachable
from symderiv.terms import Call, Derivative, Entry, Term, subterms

__all__ = ["Numbers", "data_of", "is_scalar_loss", "numbers_of", "slugs_of_numbers"]


@dataclass(frozen=True, slots=True)
class Numbers:
    """A loss of numbers: its quantity, what it is differentiated by, and (role, slug of the theorem) of each part."""

    loss: Call
    variables: tuple[Entry, ...]
    gradients: tuple[tuple[str, str], ...]
    hessians: tuple[tuple[str, str], ...]

    @property
    def several(self) -> bool:
        """Whether it is differentiated by more than one number."""
        return len(self.variables) > 1


def is_scalar_loss(problem: Problem) -> bool:
    """Whether a problem is a loss or an activation of numbers, of data and parameters that are numbers too, and names
    no theorem as its value. Arrays with axes may occur in its other theorems."""
    return numbers_of(problem) is not None


def numbers_of(problem: Problem) -> Numbers | None:
    """What the kernels of numbers are made of; None for other problems."""
    if problem.family == "layer" or "value" in {role for role, _ in problem.kernels}:
        return None
    start = next((g.start for g in problem.goals if g.slug == "gradient"), None) or next(
        (g.start for g in problem.goals if g.slug == problem.headline), None
    )
    if not (isinstance(start, Derivative) and isinstance(start.body, Call) and isinstance(start.wrt, Entry)):
        return None
    loss = start.body
    data = [part for part in reachable(loss, Theory(problem.definitions)) if isinstance(part, Entry)]
    if any(entry.array.domains for entry in (*data, start.wrt)):
        return None
    entries = [Entry(array, ()) for array in problem.arrays if not array.domains]
    firsts = {x: slug for x in entries if (slug := _slug(problem.goals, Derivative(loss, x))) is not None}
    variables = tuple(firsts)
    single = len(variables) == 1
    gradients = tuple(("gradient" if single else f"gradient_{x.array.name}", slug) for x, slug in firsts.items())
    hessians: list[tuple[str, str]] = []
    for place, x in enumerate(variables):
        for y in variables[place:]:
            slug = _slug(problem.goals, Derivative(Derivative(loss, x), y), Derivative(Derivative(loss, y), x))
            if slug is not None:
                hessians.append(("hessian" if single else f"hessian_{x.array.name}_{y.array.name}", slug))
    return Numbers(loss, variables, gradients, tuple(hessians))


def _slug(goals: tuple[Goal, ...], *starts: Derivative) -> str | None:
    """The first goal that asks for one of these derivatives."""
    return next((goal.slug for goal in goals if goal.start in starts), None)


def data_of(closed: Term, z: Entry) -> tuple[Entry, ...]:
    """The numbers in a closed form beside z, by their names."""
    data = {part for _, part in subterms(closed) if isinstance(part, Entry) and part != z}
    return tuple(sorted(data, key=lambda entry: entry.array.name))


def slugs_of_numbers(problem: Problem) -> tuple[str, ...]:
    """The goals that the functions of a loss of numbers are lowered from; none for other problems."""
    numbers = numbers_of(problem)
    return () if numbers is None else tuple(slug for _, slug in (*numbers.gradients, *numbers.hessians))
