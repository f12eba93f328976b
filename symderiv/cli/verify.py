"""``symderiv verify``: prove and test everything again, or check one record."""

from __future__ import annotations

import click

from symderiv.api import SEED
from symderiv.cli.output import CommandError, Output, output_options
from symderiv.cli.recheck import recheck_file


@click.command()
@click.argument("names", metavar="[NAME...|FILE.json]", nargs=-1)
@click.option(
    "--level", type=click.Choice(("quick", "full")), default="quick", show_default=True, help="How much to try."
)
@click.option("--seed", type=int, default=SEED, show_default=True, help="Chooses sample points, mutants and traps.")
@output_options
def command(output: Output, names: tuple[str, ...], level: str, seed: int) -> int:
    """Prove and test entries and their kernels again, or re-check a record."""
    if len(names) == 1 and names[0].endswith(".json"):
        return recheck_file(names[0], seed, output)
    raise CommandError("not yet")
