"""Numbers typed on the command line, as in ``--numbers z=1,2,3``."""

from __future__ import annotations

from symderiv.cli.output import CommandError
from symderiv.documents.additions import NumbersError, point_of
from symderiv.documents.evaluating import Point
from symderiv.statements import Problem


def point_from(typed: tuple[str, ...], problem: Problem) -> Point | None:
    """The point that `typed` gives, each part a name, an equals sign and numbers; None for nothing typed."""
    given: dict[str, tuple[float, ...]] = {}
    for part in typed:
        name, equals, numbers = part.partition("=")
        try:
            given[name.strip()] = tuple(float(number) for number in numbers.split(","))
        except ValueError:
            equals = ""
        if not equals:
            raise CommandError(f"--numbers {part!r} is no name with numbers", "write it as in --numbers z=1,2,3")
    try:
        return point_of(problem, given) if given else None
    except NumbersError as error:
        raise CommandError(str(error), "the data are listed under Definitions, in symderiv doc NAME") from error
