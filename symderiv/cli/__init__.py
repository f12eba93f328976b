"""The command line: `VERBS` lists the verbs, one a module beside this file; each is imported only when it runs.

So ``symderiv --help`` imports neither SymPy nor Numba nor NumPy.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from importlib.metadata import version
from typing import Final, NamedTuple

import click

from symderiv.cli.output import (
    FAILED,
    MISSING,
    SCHEMA_VERSION,
    USAGE,
    CommandError,
    did_you_mean,
    to_ascii,
    wants_ascii,
)


class Verb(NamedTuple):
    """A verb's section in the help, its name, the module with its `command`, and its line of help."""

    section: str
    name: str
    module: str
    line: str


VERBS: Final = (
    Verb("Derive and read", "list", "catalogue", "Show the catalogue, and the losses that your project names."),
    Verb("Derive and read", "derive", "derive", "Print the proofs of an entry or a formula, line by line."),
    Verb(
        "Derive and read",
        "doc",
        "doc",
        "Write the proofs of entries or a formula as a page, PDF, LaTeX, typst, Markdown, notebook, text or JSON.",
    ),
    Verb(
        "Derive and read",
        "explain",
        "explain",
        "Explain a rule (quotient-rule), a verdict (proved), an error code or a line of a proof (cross-entropy:7).",
    ),
    Verb("Derive and read", "plot", "plot", "Draw an entry or a formula: surfaces, curves, heat maps, eigenvalues."),
    Verb("Generate", "kernel", "kernel", "Write the compiled functions of an entry; --check and --diff what is there."),
    Verb("Generate", "build", "build", "Write all of generated/; --check names what was edited by hand."),
    Verb(
        "Check",
        "verify",
        "verify",
        "Prove and test entries, formulas and kernels again, re-check a record or a module, or judge a claim.",
    ),
    Verb("Check", "bench", "bench", "Measure the kernels next to their peers, and hold the figures against the goals."),
    Verb("Check", "doctor", "doctor", "Show versions, optional parts and what each is needed for."),
)

EXIT_CODES: Final = "Exit codes: 0 done · 1 a check failed · 2 usage · 3 undecided · 4 an optional part is missing"


class _Verbs(click.Group):
    """A group that imports a verb's module only when the verb is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return [verb.name for verb in VERBS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        for verb in VERBS:
            if verb.name == cmd_name:
                command: click.Command = import_module(f"symderiv.cli.{verb.module}").command
                return command
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        names = self.list_commands(ctx)
        if args and args[0] not in names:
            raise CommandError(f"no verb called {args[0]!r}.{did_you_mean(args[0], names)}", "see: symderiv --help")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        for section in dict.fromkeys(verb.section for verb in VERBS):
            with formatter.section(section):
                formatter.write_dl([(verb.name, verb.line) for verb in VERBS if verb.section == section])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        formatter.write_paragraph()
        formatter.write_text(to_ascii(EXIT_CODES) if wants_ascii() else EXIT_CODES)


def _print_version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(f"symderiv {version('symderiv')}")
        context.exit()


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
def group() -> None:
    """Derive, prove, generate and check gradients of machine-learning losses."""


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; errors are printed, never raised."""
    try:
        return _attempt(arguments, as_json="--json" in arguments)
    except BrokenPipeError:
        # The reader of a pipe has gone (symderiv derive ... | head): there is nobody left to tell.
        sys.stderr.close()
        return FAILED
    except OSError as error:
        # Verbs give a sentence for the files they read and write; what is left is standard output, on a full disk.
        reason = (error.strerror or str(error)).lower()
        _report(f"{error.filename or 'standard output'} cannot be written: {reason}", "", "unwritable", as_json=False)
        _forget_output()
        return FAILED


def _attempt(arguments: Sequence[str], as_json: bool) -> int:
    try:
        result = group.main(args=list(arguments) or ["--help"], prog_name="symderiv", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except CommandError as error:
        _report(str(error), error.hint, error.code, as_json)
        return error.exit_code
    except click.UsageError as error:
        _report(error.format_message().rstrip("."), _usage_hint(error), "usage", as_json)
        return USAGE
    except ModuleNotFoundError as error:
        _report(f"the package {error.name!r} cannot be imported", "see: symderiv doctor", "missing-package", as_json)
        return MISSING
    except click.Abort:
        _report("interrupted; files that were complete before are unchanged", "", "interrupted", as_json)
        return FAILED


def _forget_output() -> None:
    """Send what standard output still holds nowhere: flushing it at exit would fail a second time."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _usage_hint(error: click.UsageError) -> str:
    return f"see: {error.ctx.command_path} --help" if error.ctx is not None else "see: symderiv --help"


def _report(message: str, hint: str, code: str, as_json: bool) -> None:
    if as_json:
        error = {"code": code, "message": message, "hint": hint}
        click.echo(json.dumps({"schema_version": SCHEMA_VERSION, "error": error}, indent=2))
        return
    text = f"error: {message}" + (f"\nhint: {hint}" if hint else "")
    click.echo(to_ascii(text) if wants_ascii() else text, err=True)


def main() -> None:
    """The entry point of the ``symderiv`` command."""
    sys.exit(run(sys.argv[1:]))
