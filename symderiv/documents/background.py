"""What a document says about a loss besides its mathematics: the scalars that its user chooses, and its sources."""

from __future__ import annotations

from symderiv.documents.document import Block, Heading, Paragraph
from symderiv.documents.symbols import named
from symderiv.statements import Hyperparameter, Problem


def hyperparameters(problem: Problem) -> tuple[Block, ...]:
    """A heading and a sentence for each hyperparameter; nothing if there is none."""
    if not problem.hyperparameters:
        return ()
    return (Heading(("Hyperparameters",), "hyperparameters", 2), *(_sentence(each) for each in problem.hyperparameters))


def _sentence(chosen: Hyperparameter) -> Paragraph:
    limits: list[str] = []
    if chosen.least is not None:
        limits.append(f"{'greater than' if chosen.open else 'at least'} {chosen.least}")
    if chosen.most is not None:
        limits.append(f"{'less than' if chosen.open else 'at most'} {chosen.most}")
    usual = () if chosen.default is None else (f"usually {chosen.default}",)
    said = ", ".join((chosen.prose, *((" and ".join(limits),) if limits else ()), *usual))
    return Paragraph((named(chosen.parameter.name), f": {said}."))


def sources(problem: Problem) -> tuple[Block, ...]:
    """A heading and a paragraph for each source; nothing if none is named."""
    if not problem.sources:
        return ()
    return (Heading(("Sources",), "sources", 2), *(Paragraph((source,)) for source in problem.sources))
