"""What the verdict words and the codes of errors mean: what ``symderiv explain`` says about them."""

from __future__ import annotations

from typing import Final, NamedTuple

from symderiv.cli.output import DONE, FAILED, MISSING, UNDECIDED, USAGE


class Word(NamedTuple):
    """A verdict: what it says, what it does not say, and the exit code of ``derive`` if it is the weakest of all."""

    says: str
    does_not: str
    exit_code: int


VERDICT_WORDS: Final = {
    "proved": Word(
        "Both sides are equal for every class count and for all real data that the assumptions and listed conditions"
        " allow. Their difference is exactly zero, in exact arithmetic, at each of the finitely many class counts which"
        " the cutoff theorem says decide all others, for every pattern of equal indices; every sign that a logarithm,"
        " a root or a denominator needs follows from the shape of the formula or is listed as a condition; and"
        " rigorous intervals at sample points agree.",
        "It does not say that the loss is the one you meant, that an assumption or a listed condition holds for your"
        " data, or that a compiled kernel rounds well: a theorem is about real numbers, and kernels are tested.",
        DONE,
    ),
    "exact": Word(
        "Both sides are equal, in exact arithmetic or modulo a large prime, at the class counts that the evidence"
        " names, and rigorous intervals at sample points agree.",
        "It says nothing about other class counts: an identity may hold for 1, 2 and 3 classes and fail for 4. The"
        " formula lies outside the fragment for which the cutoff theorem is proved, or its count was too large.",
        DONE,
    ),
    "numeric": Word(
        "The algebra did not decide. At every sample point both sides lie in rigorous intervals that overlap, however"
        " narrow they are made.",
        "It is no proof: sides that differ only between the sample points, or by less than the width of the intervals,"
        " would pass. Look for a line that is only numeric, and trust it as you would a careful test.",
        UNDECIDED,
    ),
    "undecided": Word(
        "Neither an equality nor a difference was shown within the budget of time, size or precision.",
        "It does not say that the claim is wrong, or right.",
        UNDECIDED,
    ),
    "undefined": Word(
        "At an admissible point, which the evidence names, one of the sides has no value: a denominator is zero, or a"
        " logarithm is taken of a number that is not positive.",
        "It does not say that the sides differ where both have a value. With an assumption that excludes the point the"
        " claim may hold.",
        FAILED,
    ),
    "false": Word(
        "The sides differ at an admissible point: their rigorous intervals there have nothing in common. The"
        " counterexample has the class count, the indices, the data and both sides.",
        "It does not say which of the two sides is the mistake.",
        FAILED,
    ),
}
"""Every verdict, from the strongest to the worst."""


class Code(NamedTuple):
    """An error's code word under ``--json``: what happened and what to do, and the exit code that goes with it."""

    says: str
    exit_code: int


CODES: Final = {
    "usage": Code("A verb, an option or an argument is not one there is, or two do not go together.", USAGE),
    "classes": Code("The class count is one that the entry cannot be written out for; give another.", USAGE),
    "damaged-record": Code(
        "The file is no record of theorems, or was damaged; write it anew with doc -f json.", FAILED
    ),
    "formula": Code("A formula was not understood; a caret stands under the first such thing.", USAGE),
    "interrupted": Code("The command was interrupted; files that were complete before are unchanged.", FAILED),
    "kernel": Code("A kernel could not be made or run, so that it cannot be verified.", FAILED),
    "lowering": Code("No functions can be compiled for this loss; the message says what stands in the way.", FAILED),
    "mismatch": Code("An explicit matrix is not what the general theorem says: a defect of symderiv.", FAILED),
    "missing-package": Code("A package that the command needs is not installed; symderiv doctor says which.", MISSING),
    "no-picture": Code("What was asked for has no such picture; the message says what can be drawn.", USAGE),
    "own-catalogue": Code("A file that tool.symderiv.catalogue names is missing or cannot be used.", USAGE),
    "pdf": Code("The program that makes PDF files stopped; the message is its own.", FAILED),
    "stuck": Code("The strategy found no derivation; the message has the last formula and what was tried.", UNDECIDED),
    "undecided-claim": Code("A claim could not be judged, or not within the limit; the message says why.", UNDECIDED),
    "unknown-entry": Code("No entry of the catalogue, or of your own, has that name; see symderiv list.", USAGE),
    "unknown-goal": Code("The entry has no such theorem; the hint names those it has.", USAGE),
    "unknown-line": Code("The entry, or the theorem, has no line of that number.", USAGE),
    "unknown-word": Code("There is no rule, verdict, error code or line of that name.", USAGE),
    "unmeasured": Code("A loss has no contest of its own; the message says why, and what measures it.", FAILED),
    "unpublishable": Code(
        "A line is false or undefined; of such a claim no document, picture or site is made.", FAILED
    ),
    "unreadable": Code("A file could not be read; the message says why.", USAGE),
    "unwritable": Code("A file or folder could not be written; the files that were there are unchanged.", USAGE),
    "verification": Code("Something fell short of what is promised, so that nothing was written.", FAILED),
}
"""In alphabetical order, after `usage`."""
