"""What ``symderiv explain`` says about a rule of the prover; apart from lines of proofs, so that it starts quickly."""

from __future__ import annotations

from symderiv.cli.explain import paragraph
from symderiv.cli.output import DONE, Output
from symderiv.documents.document import Text
from symderiv.documents.plain import plain_math
from symderiv.documents.presenting import prose
from symderiv.documents.symbols import read
from symderiv.proving.rules import Rule


def explain_rule(rule: Rule, where: bool, output: Output) -> int:
    """The rule's identity, what it needs and what a proof says with it; with `where` the entries that use it."""
    identity = plain_math(read(rule.statement), output.ascii)
    conditions, because, title = (plain(prose(text), output) for text in (rule.conditions, rule.because, rule.title))
    uses = _uses(rule.slug) if where else ()
    if output.as_json:
        found = [{"entry": name, "steps": steps} for name, steps in uses]
        output.data(
            {
                "kind": "rule",
                "name": rule.slug,
                "title": title,
                "identity": identity,
                "latex": rule.statement,
                "conditions": conditions,
                "because": because,
                "uses": found if where else None,
            }
        )
        return DONE
    output.say(f"{output.style(title, bold=True)} ({rule.slug})")
    output.say()
    output.say(f"    {identity}")
    output.say()
    needs = f"It holds where this is so: {conditions}." if conditions else "It holds without a condition."
    about = (
        f"{needs} A proof gives the reason: {because}. The rule itself is not trusted: the checker does not know it"
        " and judges every step that was made with it."
    )
    for line in paragraph(about, output):
        output.say(line)
    if where:
        output.say()
        for name, steps in uses:
            output.say(f"  {steps:5}  {name}")
        output.say(f"  {sum(steps for _, steps in uses):5}  steps of {len(uses)} entries")
    else:
        output.hint(f"next: symderiv explain {rule.slug} --where")
    return DONE


def plain(text: Text, output: Output) -> str:
    """Prose with its formulas in one line of text."""
    return "".join(part if isinstance(part, str) else plain_math(part, output.ascii) for part in text)


def _uses(slug: str) -> tuple[tuple[str, int], ...]:
    from symderiv.cli.progress import Progress
    from symderiv.losses import CATALOGUE
    from symderiv.site.uses import rule_uses
    from symderiv.verification.parallel import processors

    with Progress() as progress:
        found = rule_uses(CATALOGUE, processes=processors(), progress=progress)
    return tuple((name, counts[slug]) for name, counts in found if slug in counts)
