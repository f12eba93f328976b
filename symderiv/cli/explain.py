"""``symderiv explain``: a rule, a verdict, the code of an error, or one line of a proof."""

from __future__ import annotations

import textwrap

import click

from symderiv.cli.meanings import CODES, VERDICT_WORDS
from symderiv.cli.output import DONE, CommandError, Output, did_you_mean, output_options


@click.command()
@click.argument("subject", metavar="RULE|VERDICT|CODE|ENTRY:LINE")
@click.option("--where", is_flag=True, help="Of a rule: which entries use it. Derives the catalogue, half a minute.")
@output_options
def command(output: Output, subject: str, where: bool) -> int:
    """Explain a rule (quotient-rule), a verdict (proved), an error code or a line of a proof (cross-entropy:7).

    The lines of an entry are numbered as its page and `derive` number them; cross-entropy:gradient:2 is the second
    line of that theorem.
    """
    word = subject.strip()
    if ":" in word:
        _only_for_rules(where)
        from symderiv.cli.explaining import explain_line

        return explain_line(word, output)
    if word in VERDICT_WORDS:
        _only_for_rules(where)
        return _explain_verdict(word, output)
    from symderiv.proving.rules import RULES

    if word in RULES:
        from symderiv.cli.explaining_rules import explain_rule

        return explain_rule(RULES[word], where, output)
    if word in CODES:
        _only_for_rules(where)
        return _explain_code(word, output)
    from symderiv.losses import CATALOGUE

    entries = [problem.name for problem in CATALOGUE]
    if word in entries:
        raise CommandError(f"{word} is an entry; one of its lines is {word}:1", f"symderiv derive {word}")
    known = [*RULES, *VERDICT_WORDS, *CODES, *entries]
    raise CommandError(
        f"nothing is called {word!r}.{did_you_mean(word, known)}",
        f"rules: {', '.join(list(RULES)[:6])}, ...; verdicts: {', '.join(VERDICT_WORDS)}; lines: cross-entropy:7",
        code="unknown-word",
    )


def _only_for_rules(where: bool) -> None:
    if where:
        raise CommandError("--where goes with a rule")


def _explain_verdict(name: str, output: Output) -> int:
    word = VERDICT_WORDS[name]
    if output.as_json:
        output.data(
            {"kind": "verdict", "name": name, "says": word.says, "does_not": word.does_not, "exit_code": word.exit_code}
        )
        return DONE
    output.say(output.word(name))
    for text in (word.says, word.does_not, f"derive and doc end with exit code {word.exit_code} if it is the weakest."):
        output.say()
        for line in paragraph(text, output):
            output.say(line)
    return DONE


def _explain_code(name: str, output: Output) -> int:
    code = CODES[name]
    if output.as_json:
        output.data({"kind": "code", "name": name, "says": code.says, "exit_code": code.exit_code})
        return DONE
    output.say(output.style(name, bold=True))
    for line in paragraph(f"{code.says} It goes with exit code {code.exit_code}, or one that says more.", output):
        output.say(line)
    return DONE


def paragraph(text: str, output: Output, indent: int = 2) -> list[str]:
    """`text` in lines that fit the terminal, indented."""
    space = " " * indent
    return textwrap.wrap(text, output.width, initial_indent=space, subsequent_indent=space, break_long_words=False)
