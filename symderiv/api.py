"""The Python interface: `derive`, `check`, `kernel` and `catalogue`, over records that carry no printers themselves.

Importing it is light, since a compiled kernel may be all that is wanted: each function imports what it needs.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from symderiv.kernels import LossKernel, bound, make_kernel, remembered

if TYPE_CHECKING:
    from symderiv.documents import ExplicitMatrix
    from symderiv.reading import Reading
    from symderiv.reading.limited import Unfinished
    from symderiv.statements import Derivation, Goal, Line, Problem, Theorem, Verdict
    from symderiv.verification.recheck import Recheck, Rechecked

__all__ = [
    "SEED", "Proof", "Recheck", "Rechecked", "assumptions_of", "catalogue", "check", "conditions_of", "derive",
    "kernel", "problem", "prove",
]  # fmt: skip

SEED: Final = 0
"""Where the checker draws its sample points by default: the same in every run, so that documents are the same too."""


def __getattr__(name: str) -> Any:
    if name not in ("Recheck", "Rechecked"):
        raise AttributeError(f"symderiv.api has no {name!r}; it has {', '.join(__all__)}")
    from symderiv.verification import recheck as home

    return getattr(home, name)


def catalogue() -> tuple[str, ...]:
    """The names of the catalogue's entries, in its order."""
    from symderiv.losses import CATALOGUE

    return tuple(problem.name for problem in CATALOGUE)


def prove(problem: Problem, goal: Goal, *, seed: int = SEED) -> Theorem:
    """`goal` derived and checked; `symderiv.proving.Stuck` if the strategy does not reach a result."""
    from symderiv.checking import check as check_derivation
    from symderiv.proving import derive as derive_goal

    return check_derivation(derive_goal(problem, goal), seed=seed)


def assumptions_of(theorem: Theorem) -> tuple[str, ...]:
    """What `theorem` assumes, as text."""
    from symderiv.documents import text_of

    theory = theorem.derivation.theory
    return tuple(f"{text_of(a.left, theory)} = {text_of(a.right, theory)}" for a in theory.assumptions)


def conditions_of(theorem: Theorem) -> tuple[str, ...]:
    """What `theorem` holds for beyond its assumptions, as text."""
    from symderiv.documents import text_of

    return tuple(text_of(condition, theorem.derivation.theory) for condition in theorem.conditions)


@dataclass(frozen=True, slots=True)
class Proof:
    """Checked theorems of one catalogue entry; the properties speak of the headline theorem, if it is among them."""

    problem: Problem
    theorems: tuple[Theorem, ...]
    explicit: tuple[ExplicitMatrix, ...] = ()
    """What was written out for a chosen class count."""
    unfinished: tuple[Unfinished, ...] = ()
    """The theorems of a formula that were not reached, each with a sentence that says why."""
    reading: Reading | None = None
    """How a formula was read: its variable, its data, its numbers, and the readings of what was left open."""
    spelled: tuple[tuple[str, Any], ...] = field(default=(), repr=False, compare=False)
    """The SymPy symbols that the formula came in, by name, so that results come out in them."""

    @property
    def theorem(self) -> Theorem:
        """The headline theorem, or the first one if the headline was not asked for."""
        return next((t for t in self.theorems if t.derivation.goal == self.problem.headline), self.theorems[0])

    @property
    def gradient(self) -> Proof:
        """This proof with the gradient alone: `proof.gradient.sympy()`; ValueError if it is not among the theorems."""
        return self.only("gradient")

    @property
    def hessian(self) -> Proof:
        """This proof with the Hessian alone; ValueError if it is not among the theorems."""
        return self.only("hessian")

    @property
    def hvp(self) -> Proof:
        """This proof with the Hessian times a direction alone; ValueError if it is not among the theorems."""
        return self.only("hvp")

    def only(self, goal: str) -> Proof:
        """This proof with the theorem `goal` alone, as in only("gradient-m"); ValueError if it is not among them."""
        found = tuple(theorem for theorem in self.theorems if theorem.derivation.goal == goal)
        if not found:
            why = next((f": {each.sentence}" for each in self.unfinished if each.goal == goal), "")
            proved = ", ".join(theorem.derivation.goal for theorem in self.theorems)
            raise ValueError(f"{self.problem.name} has no theorem {goal!r} here{why}; there are {proved}")
        return replace(self, theorems=found, explicit=(), unfinished=())

    @property
    def steps(self) -> tuple[Line, ...]:
        """The displayed lines, each with its rule, its reason and its atomic steps."""
        return self.theorem.derivation.lines

    @property
    def result(self) -> str:
        """The last line as text: yᵢ − tᵢ."""
        from symderiv.documents import text_of

        return text_of(self.theorem.claim.right, self.theorem.derivation.theory)

    @property
    def claim(self) -> str:
        """The claim as text: ∂L/∂zᵢ = yᵢ − tᵢ."""
        from symderiv.documents import text_of

        return text_of(self.theorem.claim, self.theorem.derivation.theory)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the theorem assumes, as text."""
        return assumptions_of(self.theorem)

    @property
    def conditions(self) -> tuple[str, ...]:
        """What the theorem holds for beyond its assumptions, as text."""
        return conditions_of(self.theorem)

    @property
    def verdict(self) -> Verdict:
        """The weakest verdict of all theorems."""
        from symderiv.statements import worst

        return worst(tuple(theorem.verdict for theorem in self.theorems))

    @property
    def digest(self) -> str:
        """The SHA-256 of the theorem's canonical record: the same on its page, in its kernel and in its record."""
        return self.theorem.digest

    def latex(self) -> str:
        r"""The proofs as LaTeX without a preamble, for \input; amsmath is enough."""
        return self._rendered("fragment")

    def html(self) -> str:
        """The proofs as one self-contained page."""
        return self._rendered("html")

    def markdown(self) -> str:
        """The proofs as Markdown."""
        return self._rendered("md")

    def text(self) -> str:
        """The proofs as plain text."""
        return self._rendered("txt")

    def record(self) -> str:
        """The record as JSON text, which `check` reads."""
        return self._rendered("json")

    def check(self) -> Rechecked:
        """The record checked again, at sample points of its own."""
        return check(self.record())

    def sympy(self) -> Any:
        """The result as a SymPy expression for a symbolic class count, in Sum, Indexed and KroneckerDelta.

        If the loss was given in SymPy, the result is in the same symbols.
        """
        from symderiv.sympy_border import to_sympy
        from symderiv.sympy_border.inferring import respelled

        return respelled(to_sympy(self.theorem.claim.right, self.theorem.derivation.theory), self.spelled)

    def _rendered(self, name: str) -> str:
        from symderiv.build.contents import document_of
        from symderiv.documents import FORMATS

        return FORMATS[name].render(document_of(self.problem, self.theorems, self.explicit))

    def pdf(self) -> bytes:
        """The proofs as PDF; `symderiv.documents.pdf.PdfUnavailableError` if neither typst nor LaTeX is installed."""
        from symderiv.build.contents import document_of
        from symderiv.documents import pdf

        return pdf.render(document_of(self.problem, self.theorems, self.explicit))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from symderiv.build.contents import document_of
        from symderiv.documents import html_fragment, latex_claim

        document = document_of(self.problem, self.theorems, self.explicit)
        return {"text/html": html_fragment(document), "text/latex": latex_claim(document), "text/plain": self.text()}


def derive(
    loss: Any,
    *,
    wrt: Any = None,
    assume: Sequence[Any] = (),
    name: str | None = None,
    goal: str | None = None,
    classes: int | None = None,
    limit: float | None = 10.0,
) -> Proof:
    """The theorems of `loss`, or the one called `goal`, derived and checked.

    `loss` is the name of a catalogue entry, a loss in short notation ("L = -sum_k t_k log y_k where y = softmax(z)"),
    or a SymPy expression in Sum, Indexed, KroneckerDelta, Product, Piecewise, functions and symbols. A loss of one's
    own is differentiated by `wrt`, a name, a SymPy array or a symbol, or by several, "m,s" or (m, s), under the
    assumptions `assume`, SymPy relations or texts, and called `name`. Its theorems, by several gradient-m, hessian-m,
    hessian-m-s and so on, are sought for `limit` seconds, in a process of their own; None means here and without a
    limit. What is not reached is in `unfinished`.

    `classes` also writes the headline and what the kernels compute out for that many classes, each entry matched with a
    derivation of its own; `symderiv.proving.explicit.ExplicitError` if it is less than 2.

    Raises `symderiv.losses.UnknownLossError`, with the nearest name, for an unknown entry, ValueError for an unknown
    goal, `symderiv.reading.FormulaError` for a formula that is not understood, and `symderiv.proving.Stuck` if none of
    its theorems is reached. A theorem that is not proved is no error: look at `verdict`.
    """
    from symderiv.reading import is_formula
    from symderiv.reading.given import read_given

    own = not isinstance(loss, str) or is_formula(loss)
    if not own and (wrt is not None or assume or name is not None):
        raise TypeError(f"wrt, assume and name go with a loss of one's own, and {loss!r} is the name of an entry")
    reading, spelled = read_given(loss, wrt, assume, name) if own else (None, ())
    problem, own = _named(loss) if reading is None else (reading.problem, True)
    wanted = tuple(each for each in problem.goals if goal in (None, each.slug))
    if not wanted:
        raise ValueError(f"{problem.name} has no goal {goal!r}; it has {', '.join(g.slug for g in problem.goals)}")
    theorems, unfinished = _proved(problem, wanted, limit if own else None, own)
    explicit: tuple[ExplicitMatrix, ...] = ()
    if classes is not None:
        from symderiv.build.matrices import written_out

        explicit = tuple(each.matrix for each in written_out(problem, theorems, classes))
    return Proof(problem, theorems, explicit, unfinished, reading, spelled)


def problem(
    loss: Any, *, wrt: Any = None, assume: Sequence[Any] = (), name: str | None = None, title: str | None = None
) -> Problem:
    """A loss in short notation or SymPy as a problem like those of the catalogue, for a file of one's own.

    Raises `symderiv.reading.FormulaError` for a formula that is not understood.
    """
    from symderiv.reading.given import read_given

    return read_given(loss, wrt, assume, name, title)[0].problem


def _named(name: str) -> tuple[Problem, bool]:
    """The entry called `name`, and whether it is of the catalogue that the working directory's project names.

    Only a name that the built-in catalogue does not have is looked up there, since that may import the user's files.
    Raises `symderiv.losses.UnknownLossError`, and `symderiv.reading.own.OwnCatalogueError` for files of no use.
    """
    from symderiv.losses import UnknownLossError, find

    try:
        return find(name), False
    except UnknownLossError:
        from symderiv.reading.own import own_losses

        losses = own_losses(Path.cwd(), catalogue())
        found = next((each.problem for each in losses if each.problem.name == name), None)
        if found is None:
            raise
        return found, True


def _proved(
    problem: Problem, goals: tuple[Goal, ...], limit: float | None, own: bool
) -> tuple[tuple[Theorem, ...], tuple[Unfinished, ...]]:
    """The theorems of `goals`; of a loss of one's own those that are reached, at least one, and why the others not."""
    if not own:
        return tuple(prove(problem, goal) for goal in goals), ()
    from symderiv.proving import Stuck
    from symderiv.reading.limited import prove_here, prove_within

    wanted = tuple((problem, goal) for goal in goals)
    outcome = prove_here(wanted, SEED) if limit is None else prove_within(wanted, limit, seed=SEED)
    if not outcome.theorems:
        raise Stuck("; ".join(f"{each.goal}: {each.sentence}" for each in outcome.unfinished))
    return outcome.theorems, outcome.unfinished


def check(
    record: str | PathLike[str] | Mapping[str, Any] | Derivation, *, assume: Sequence[str] = (),
    seed: int | None = None,
) -> Rechecked:  # fmt: skip
    """`record` judged anew: a path, JSON text, the data read from it, a derivation, or a claim in short notation.

    A claim is an equation such as "dL/dz_i = y_i - t_i where L = -sum_k t_k log y_k, y = softmax(z)", or a chain of
    them, under the assumptions `assume`. A wrong step or claim is no error: its theorem's verdict is false and has a
    counterexample. `seed` chooses the sample points; None draws one. Raises `symderiv.encoding.RecordError` with a
    sentence for a damaged record, `symderiv.reading.FormulaError` for a claim that is not understood, OSError if the
    file cannot be read.
    """
    from symderiv.verification.recheck import recheck, record_text

    return recheck(record_text(record, assume), seed=secrets.randbits(64) if seed is None else seed)


def kernel(
    loss: Any,
    *,
    wrt: Any = None,
    assume: Sequence[Any] = (),
    name: str | None = None,
    limit: float | None = 10.0,
    **parameters: float,
) -> LossKernel:
    """The compiled functions of `loss`, lowered from its checked theorems.

    `loss` is what `derive` takes: the name of an entry, a formula or a SymPy expression, the latter two with `wrt`,
    `assume`, `name` and `limit` as there; a second derivative that is not reached within the limit has no function.
    `parameters` are those of an entry, which its functions then take by default; TypeError if it has no such parameter.
    Raises `symderiv.losses.UnknownLossError` for an unknown entry, `symderiv.reading.FormulaError` for a formula that
    is not understood, and `symderiv.kernels.LoweringError` for a loss that no kernel can be made of.

    The first call of each function compiles it. Of a catalogue entry both the text that deriving leads to and the
    compiled code are cached between runs, and neither SymPy nor the prover is imported where they are found.
    """
    if isinstance(loss, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9.-]*", loss):
        try:
            made = make_kernel(loss, _source(loss))
        except KeyError:
            # What the user's own files say may change, so that nothing of it is kept.
            mine = _named(loss)[0]
            made = make_kernel(loss, _lowered(mine, limit))
        return bound(made, parameters) if parameters else made
    if parameters:
        raise TypeError("the numbers of a formula are given to its functions, as in value(z, t, gamma=2.0)")
    own = problem(loss, wrt=wrt, assume=assume, name=name)
    return make_kernel(own.name, _lowered(own, limit))


def _lowered(problem: Problem, limit: float | None) -> str:
    """The text of the kernels of a loss of one's own."""
    from symderiv.build.contents import kernel_goals, own_module
    from symderiv.proving import Stuck
    from symderiv.reading.limited import prove_here, prove_within
    from symderiv.reading.several import gradients_of

    wanted = kernel_goals(problem)
    outcome = prove_here(wanted, SEED) if limit is None else prove_within(wanted, limit, seed=SEED)
    missing = next((each for each in outcome.unfinished if each.goal in gradients_of(problem)), None)
    if missing is not None:
        raise Stuck(f"{missing.goal}: {missing.sentence}")
    return own_module(problem, outcome.theorems)


@cache
def _source(name: str) -> str:
    """The text of an entry's kernels: from the cache of an earlier run of the same code, else derived and lowered."""
    return remembered(name, Path(__file__).parent, lambda: _derived(name))


def _derived(name: str) -> str:
    from symderiv.build.contents import kernel_goals
    from symderiv.kernels import emit_module
    from symderiv.losses import find

    problem = find(name)
    theorems = tuple(prove(owner, goal) for owner, goal in kernel_goals(problem))
    return emit_module(problem, theorems)
