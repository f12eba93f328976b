"""Cells of a notebook that call the compiled functions of an entry and compare gradients with differences of values."""

from __future__ import annotations

import keyword
from typing import Final, Literal

from symderiv.statements import Assumption, Goal, Problem, Theory, gradient_goals, reachable
from symderiv.terms import Array, Call, Derivative, Domain, Entry, Log, Mul, Parameter, Sum, Term

__all__ = ["compared"]

_INTRODUCTION: Final = (
    "## Call the compiled function\n\nIt is lowered from the same theorems; the first call compiles it. What "
    "follows holds it against differences of its values."
)
_SIZES: Final = (4, 3, 5)
"""Lengths of axes: those of different domains differ, so that no axis can be taken for another."""


def compared(problem: Problem) -> list[tuple[Literal["markdown", "code"], str]]:
    """Cells, kind and source each, that call the compiled function and compare it with differences; none where the
    headline is no derivative."""
    known = {goal.slug: goal for goal in problem.goals}
    goal = known.get(f"batch-{problem.headline}", known.get(problem.headline or ""))
    if goal is None or not (isinstance(goal.start, Derivative) and isinstance(goal.start.wrt, Entry)):
        return []
    arguments = _arguments(problem, goal)
    setting, compare = (
        _of_vector(problem, goal, *arguments) if arguments is not None else _of_arrays(problem, goal, goal.start)
    )
    return [("markdown", _INTRODUCTION), ("code", setting), ("code", compare)]


def _of_vector(
    problem: Problem, goal: Goal, made: list[tuple[str, str]], passed: list[tuple[str, str]]
) -> tuple[str, str]:
    """Code for a function of one vector, or of one number, called z."""
    name = "gradient" if goal.slug == "gradient" else "jacobian"
    method = "grad" if name == "gradient" else "jacobian"
    rest = "".join(f", {one}={value}" for one, value in passed)
    vector = isinstance(goal.start, Derivative) and bool(goal.start.wrt.indices)
    setting = [
        "import numpy as np",
        "",
        "draw = np.random.default_rng(0)",
        *(f"{one} = {value}" for one, value in made),
        f"loss = symderiv.kernel({problem.name!r})",
        f"{name} = loss.{method}(z{rest})",
        name,
    ]
    difference = f"(loss.value(z + step{rest}) - loss.value(z - step{rest})) / 2e-6"
    if vector:
        quotient = f"differences = np.stack([{difference} for step in 1e-6 * np.eye(len(z))], axis=-1)"
    else:
        quotient = f"step = 1e-6\ndifferences = {difference}"
    compare = (
        f"{quotient}\nprint('largest difference:', np.abs({name} - differences).max())\n"
        f"assert np.allclose({name}, differences, rtol=1e-5, atol=1e-7)"
    )
    return "\n".join(setting), compare


def _arguments(problem: Problem, goal: Goal) -> tuple[list[tuple[str, str]], list[tuple[str, str]]] | None:
    """What is set, name and expression each, and what is passed beside z; None if the data have another shape, or if
    there are gradients in several of them."""
    start, theory = goal.start, Theory(problem.definitions)
    if not (isinstance(start, Derivative) and isinstance(start.wrt, Entry) and isinstance(start.body, Call | Log)):
        return None
    first = start.wrt.array
    if len(first.domains) > 1 or len(_differentiated(problem, start)) > 1:
        return None
    terms = tuple(reachable(start, theory))
    used = {term.array for term in terms if isinstance(term, Entry)}
    others = [array for array in problem.arrays if array in used and array != first]
    if any(array.domains != first.domains for array in others):
        return None
    assumed = tuple(problem.assumptions[at] for at in goal.uses)
    made = [("z", "draw.normal(size=5)")]
    made += [(array.name, _value(array, assumed)) for array in others]
    passed = [(array.name, array.name) for array in others]
    return made, [*passed, *_numbers(problem, terms)]


def _numbers(problem: Problem, terms: tuple[Term, ...]) -> list[tuple[str, str]]:
    """The hyperparameters that have no default, with a value."""
    wanted = {term.name for term in terms if isinstance(term, Parameter)}
    names = [each.parameter.name for each in problem.hyperparameters if each.default is None]
    return [(f"{name}_" if keyword.iskeyword(name) else name, "1.0") for name in names if name in wanted]


def _value(array: Array, assumed: tuple[Assumption, ...]) -> str:
    """Numbers for an array: probabilities where it sums to one, else numbers between 1/10 and 9/10."""
    if array.domains and any(_sums(assumption.left, array) for assumption in assumed):
        return "draw.dirichlet(np.ones(5))"
    return "draw.uniform(0.1, 0.9, size=5)"


def _sums(term: Term, array: Array) -> bool:
    return isinstance(term, Sum) and isinstance(term.body, Entry) and term.body.array == array


# ---- functions of several arrays


def _of_arrays(problem: Problem, goal: Goal, start: Derivative) -> tuple[str, str]:
    """Code for a function of several arrays of any axes, whose arguments have their names."""
    theory = Theory(problem.definitions)
    terms = tuple(reachable(start, theory))
    used = {term.array for term in terms if isinstance(term, Entry)}
    inputs = [array for array in problem.arrays if array in used]
    by = _differentiated(problem, start)
    given = _given(start.body, theory) if problem.family == "layer" else None
    sizes = dict(zip(dict.fromkeys(domain for array in inputs for domain in array.domains), _SIZES, strict=False))
    numbers = "".join(f", {name}={value}" for name, value in _numbers(problem, terms))
    kept = [array for array in inputs if array != given]
    names = [_argument(problem, array) for array in by]
    shares = {array for array in kept if any(_sums(problem.assumptions[at].left, array) for at in goal.uses)}
    values = [_shares(array, sizes) if array in shares else _drawn(array, array in by, sizes) for array in kept]
    drawn = [f"    {_argument(problem, array)}={value}," for array, value in zip(kept, values, strict=True)]
    gradients = f"loss.grad(**data{numbers})"
    value = f"np.sum(loss.value(**data{numbers}))"
    setting = ["import numpy as np", "", "draw = np.random.default_rng(0)", "data = dict(", *drawn, ")"]
    if given is not None:
        setting.append(f"{given.name} = {_drawn(given, True, sizes)}")
        gradients = f"loss.vjp(**data, {given.name}={given.name}{numbers})"
        value = f"np.sum({given.name} * loss.value(**data{numbers}))"
    setting += [
        f"loss = symderiv.kernel({problem.name!r})",
        f"gradients = {gradients if len(by) > 1 else f'({gradients},)'}",
        f"gradients = dict(zip({names!r}, gradients))",
        "gradients",
    ]
    compare = [
        "def total(data):",
        f"    return {value}",
        "",
        "for name, gradient in gradients.items():",
        "    differences = np.empty_like(data[name])",
        "    for place in np.ndindex(differences.shape):",
        "        step = np.zeros_like(differences)",
        "        step[place] = 1e-6",
        "        beside = (total({**data, name: data[name] + step}), total({**data, name: data[name] - step}))",
        "        differences[place] = (beside[0] - beside[1]) / 2e-6",
        "    print(name, 'largest difference:', np.abs(gradient - differences).max())",
        "    assert np.allclose(gradient, differences, rtol=1e-5, atol=1e-7)",
    ]
    return "\n".join(setting), "\n".join(compare)


def _differentiated(problem: Problem, start: Derivative) -> tuple[Array, ...]:
    """The arrays that the problem has the gradient of the same loss in."""
    found = gradient_goals(problem, start.body)
    return tuple(array for array in problem.arrays if array in found)


def _given(loss: Term, theory: Theory) -> Array | None:
    """The gradient that a layer's output is multiplied by: u in sum_e u_e y_e; None for another loss."""
    if not isinstance(loss, Call):
        return None
    body = theory.definition(loss.name).body
    while isinstance(body, Sum):
        body = body.body
    match body:
        case Mul(factors=(Entry(array=array), Call())) | Mul(factors=(Call(), Entry(array=array))):
            return array
        case _:
            return None


def _argument(problem: Problem, array: Array) -> str:
    """What a function calls an array: the targets of a layer's samples are t, whatever kind they are of."""
    name = "t" if problem.family == "layer" and array.name == "T" else array.name
    return f"{name}_" if keyword.iskeyword(name) else name


def _shares(array: Array, sizes: dict[Domain, int]) -> str:
    """Numbers that sum to 1 along the last axis."""
    *rows, last = (sizes[domain] for domain in array.domains)
    return f"draw.dirichlet(np.ones({last}), size={tuple(rows)})" if rows else f"draw.dirichlet(np.ones({last}))"


def _drawn(array: Array, free: bool, sizes: dict[Domain, int]) -> str:
    """Numbers for an array: any where it is `free` and not positive, else between 1/10 and 9/10."""
    lengths = tuple(sizes[domain] for domain in array.domains)
    shape = f"{lengths[0]}" if len(lengths) == 1 else f"{lengths}"
    if not lengths:
        shape = "5" if not sizes else "()"
    drawn = f"draw.normal(size={shape})" if free and not array.positive else f"draw.uniform(0.1, 0.9, size={shape})"
    return drawn if lengths or not sizes else f"np.asarray({drawn})"
