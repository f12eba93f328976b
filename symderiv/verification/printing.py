"""The verification report as data and as Markdown: nothing in it depends on the machine or the time."""

from __future__ import annotations

from collections.abc import Sequence

from symderiv.statements import Theorem
from symderiv.verification.checks import Check
from symderiv.verification.kernel_mutants import KernelScore
from symderiv.verification.mutants import MutationScore
from symderiv.verification.report import EntryReport, TheoremReport, VerificationReport, weakest
from symderiv.verification.traps import TrapScore

__all__ = ["as_data", "as_markdown", "damaged_text"]


def as_data(report: VerificationReport) -> dict[str, object]:
    """The report for programs; measured deviations are left out."""
    return {
        "schema_version": 1,
        "level": report.level,
        "seed": report.seed,
        "passed": report.passed,
        "entries": [_entry_data(entry) for entry in report.entries],
        "mutation": _mutation_data(report.mutation),
        "traps": None if report.traps is None else _traps_data(report.traps),
        **({} if report.damaged_kernels is None else {"damaged_kernels": _damaged_data(report.damaged_kernels)}),
    }


def _entry_data(entry: EntryReport) -> dict[str, object]:
    return {
        "name": entry.problem.name,
        "verdict": weakest(entry.theorems),
        "theorems": [_theorem_data(each) for each in entry.theorems],
        "kernels": None if entry.kernels is None else [_check_data(check) for check in entry.kernels],
    }


def _theorem_data(each: TheoremReport) -> dict[str, object]:
    theorem = each.theorem
    return {
        "goal": theorem.derivation.goal,
        "verdict": theorem.verdict.word,
        "evidence": theorem.verdict.evidence,
        "lines": [verdict.word for verdict in theorem.lines],
        "steps": sum(len(line.steps) for line in theorem.derivation.lines),
        "not_replayed": list(each.not_replayed),
        "second_derivation": {"outcome": each.second.outcome, "reason": each.second.reason},
        "digest": theorem.digest,
    }


def _check_data(check: Check) -> dict[str, object]:
    return {
        "subject": check.subject,
        "reference": check.reference,
        "unit": check.name,
        "bound": check.bound,
        "passed": check.passed,
    }


def _mutation_data(found: MutationScore) -> dict[str, object]:
    return {
        "seed": found.seed,
        "total": found.total,
        "killed": found.killed,
        "confirmed_equal": found.equal,
        "neither": len(found.others),
        "defects": len(found.defects),
        "by_kind": [
            {"kind": kind, "total": total, "killed": killed, "confirmed_equal": equal}
            for kind, total, killed, equal in found.by_kind
        ],
    }


def _traps_data(found: TrapScore) -> dict[str, object]:
    return {"seed": found.seed, "total": found.total, "words": dict(found.words), "proved": list(found.proved)}


def _damaged_data(found: KernelScore) -> dict[str, object]:
    return {
        "seed": found.seed,
        "kernels": found.subjects,
        "total": found.total,
        "killed": found.killed,
        "equal": found.equal,
        "within_the_bound": [
            f"{each.subject}, statement {each.statement}: {each.kind}, {each.what}" for each, _ in found.within
        ],
        "by_kind": [
            {"kind": kind, "total": total, "killed": killed, "equal": equal}
            for kind, total, killed, equal in found.by_kind
        ],
    }


def as_markdown(report: VerificationReport) -> str:
    """The report for people, as it stands in generated/report.md."""
    parts = [
        "# Verification report",
        f"{'All passed.' if report.passed else 'Something fell short.'} Level {report.level}, seed {report.seed}."
        " Measured deviations differ between machines and are not recorded here: `symderiv verify` shows them.",
        "## Theorems",
        "Every displayed line is judged on its own, by a checker that knows neither the rules nor SymPy. *Second* is"
        " SymPy's derivation of the same left side, compared with the closed form; *replayed* counts the steps that"
        " their named rule reproduces.",
        _theorem_table(report),
        "## Kernels",
        "Every function, in float32 and float64, for labels and for dense targets, on ordinary and on hard inputs."
        " A bound is in the unit of its row. The sweep is over random, confident, wide, offset, masked, subnormal and"
        " largest logits in every layout; at level full from 1 to 128,000 classes.",
        *_kernels_left_out(report),
        _kernel_table(report),
        "## Damaged steps",
        _mutation_text(report.mutation),
        _mutation_table(report.mutation),
    ]
    if report.damaged_kernels is not None:
        parts += ["## Damaged kernels", damaged_text(report.damaged_kernels)]
    if report.traps is not None:
        parts += ["## False claims", _trap_text(report.traps)]
    return "\n\n".join(parts) + "\n"


def _table(heading: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [heading, tuple("---" for _ in heading), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def _theorem_table(report: VerificationReport) -> str:
    rows = [
        (
            f"{entry.problem.name}: {each.theorem.derivation.goal}",
            each.theorem.verdict.word,
            _lines(each.theorem),
            _replayed(each),
            each.second.outcome,
            f"`{each.theorem.digest[:12]}`",
        )
        for entry in report.entries
        for each in entry.theorems
    ]
    return _table(("theorem", "verdict", "lines", "replayed", "second", "digest"), rows)


def _lines(theorem: Theorem) -> str:
    words = [verdict.word for verdict in theorem.lines]
    return ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words))


def _replayed(each: TheoremReport) -> str:
    steps = sum(len(line.steps) for line in each.theorem.derivation.lines)
    return f"{steps - len(each.not_replayed)} of {steps}"


def _kernel_table(report: VerificationReport) -> str:
    rows: list[tuple[str, ...]] = []
    for entry in report.entries:
        groups: dict[tuple[str, str, float], list[Check]] = {}
        for check in entry.kernels or ():
            groups.setdefault((check.reference, check.name, check.bound), []).append(check)
        for (reference, unit, bound), checks in groups.items():
            passed = sum(check.passed for check in checks)
            rows.append((entry.problem.name, reference, f"{bound:g}", unit, f"{passed} of {len(checks)}"))
    return _table(("entry", "against", "bound", "unit", "passed"), rows)


def _kernels_left_out(report: VerificationReport) -> list[str]:
    names = [entry.problem.name for entry in report.entries if entry.kernels is None]
    if not names:
        return []
    return [
        f"Not tested in this run: the kernels of {', '.join(names)}. `symderiv verify NAME` tests those of one entry,"
        " `symderiv verify --level full` all."
    ]


def _mutation_text(found: MutationScore) -> str:
    return (
        f"{found.total} seeded mutants of the steps: {found.killed} killed, {found.equal} confirmed equal by rigorous "
        f"balls at 40 digits, {len(found.others)} neither, {len(found.defects)} accepted though different."
    )


def _mutation_table(found: MutationScore) -> str:
    rows = [(kind, str(total), str(killed), str(equal)) for kind, total, killed, equal in found.by_kind]
    return _table(("kind", "mutants", "killed", "confirmed equal"), rows)


def damaged_text(found: KernelScore) -> str:
    """How many damaged loops were found by their results, and what became of the others."""
    return (
        f"{found.total} damaged programs of {found.subjects} kernels: {found.killed} killed by rigorous values, "
        f"{found.equal} compute the same as before on every input, {len(found.within)} differ within the bound."
    )


def _trap_text(found: TrapScore) -> str:
    words = ", ".join(f"{count} {word}" for word, count in found.words if count)
    return (
        f"{found.total} claims that hold at small class counts only: {words}; "
        f"{len(found.proved)} came out proved, and none may."
    )
