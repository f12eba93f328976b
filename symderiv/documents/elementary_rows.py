"""The part of the page on the elementary functions that speaks of a row of logits: shifts, sums in units, quotients."""

from __future__ import annotations

import math
from collections.abc import Callable

from symderiv.approximation.proving import ElementaryFunctions, FormatResults
from symderiv.approximation.quotients import CLASSES_IN_LANES, RowBounds
from symderiv.approximation.shifting import MOST_CLASSES
from symderiv.documents.document import Block, Equation, Heading, Paragraph, Table, Text
from symderiv.documents.presenting import prose
from symderiv.documents.symbols import read

__all__ = ["raised", "row_blocks"]


def raised(value: float) -> str:
    """Three decimals, rounded up: a bound stays one."""
    return f"{math.ceil(value * 1000) / 1000:.3f}"


def row_blocks(found: ElementaryFunctions) -> list[Block]:
    """The exponentials of a row, the logarithm of their sum, their quotients, and what a row of few classes is off."""
    return [*_shifts(found), *_ratio(), *_quotients(found), *_rows(found)]


def _paragraphs(*texts: str) -> list[Block]:
    return [Paragraph(prose(text)) for text in texts]


def _shifts(found: ElementaryFunctions) -> list[Block]:
    return [
        Heading(("The exponentials of a row",), "row", 2),
        *_paragraphs(
            "Softmax needs $e^{z - t}$ for every logit $z$ of a row, $t$ the largest. The kernels compute it in a unit "
            "of the row, which drops out of every quotient: the common power of two is left where it is. With $n$ "
            "the integer of $z$ and $m$ that of $t$, found as above, and a fixed $h$ (64 in float32, 512 in float64),",
        ),
        Equation(read("2^{h} e^{z - m \\log 2} = 2^{n - m + h} e^{r}, \\quad r = z - n \\log 2")),
        *_paragraphs(
            "Here $z$ is reduced as it stands: $z - t$ is not computed, and its rounding error cannot arise. That "
            "reaches as far as the reduction is proved, which is three times $L$, the least $x$ with $e^{x} > 0$. For "
            "$t$ from $2 L$ to $- 2 L$, every $z$ with $z - t \\geq L$ is in that range. For larger $t$, and for "
            "smaller, the difference $z - t$ is exact by Sterbenz' lemma: $z$ is at most $t / 2$ away from $t$. So it "
            "is subtracted first, and $m = 0$. Either way the bound of $e^{x}$ holds in the unit of the row.",
            "What lies further below $t$ is set to 0. The test is made on the difference from 0 or from $t$, whichever "
            "was subtracted, and rounding keeps the order: $z - t \\geq L$ is never cut. With a factor $b$ of all "
            "exponents (a temperature) the limit $L / b$ is rounded, and what is cut may be up to "
            f"{_cuts(found)} times the smallest number that the format has. Rounding loses up to one half of it.",
            "The largest logit takes the same operations on the same numbers as the unit, so that they agree bit for "
            "bit, and $e^{0} = 1$ exactly. A factor is kept in two parts, $b + c$; what rounding takes from $b x$ is "
            "found by one fused operation, or without it by products of halves (Dekker), and $c x$ is added to $r$.",
            "No number on the way leaves the normal range, with or without a factor: these are the powers of two "
            f"between which the numbers of a row lie, sums for up to {MOST_CLASSES:,} classes.",
        ),
        Table(
            (("format",), ("unit",), prose("least $n - m$"), ("exponentials but 0",), ("sums to",), ("inverses from",)),
            tuple(_range(results) for results in found.formats),
        ),
    ]


def _cuts(found: ElementaryFunctions) -> str:
    return f"{math.ceil(max(results.range.cut for results in found.formats) * 1e5) / 1e5:.5f}"


def _range(results: FormatResults) -> tuple[Text, ...]:
    held = results.range
    low, high = (f"{end:.1f}" for end in held.unit)
    least, most = math.floor(held.least * 10) / 10, math.ceil(held.sum * 10) / 10
    return (
        (results.exponential.kind.name,),
        prose(f"$2^{{{low}}}$ to $2^{{{high}}}$"),
        prose(f"${held.fewest}$"),
        prose(f"from $2^{{{least:.1f}}}$"),
        prose(f"$2^{{{most:.1f}}}$"),
        prose(f"$2^{{{-most:.1f}}}$"),
    )


def _ratio() -> list[Block]:
    return [
        Heading(("The logarithm of a sum in units",), "ratio", 2),
        *_paragraphs(
            "The sum $b + a$ of a row, $b$ the unit, becomes $\\log (1 + a / b)$ with one division. Let $s$ be $a + b$ "
            "rounded; what was lost is exact, as above. Read as integers, the bits of a float are nearly linear in its "
            "logarithm, and the difference of those of $s$ and $b$, rounded to a whole number of binades, is $k$. It "
            "is the best power of two or its neighbour: looking at the three cases, $2^{-k} s$ in the binade of $b$, "
            "above it or below it, gives",
        ),
        Equation(read("\\frac{2}{3} \\leq \\frac{2^{-k} s}{b} \\leq \\frac{3}{2}")),
        *_paragraphs(
            "So $2^{-k} s - b$ is exact (Sterbenz), and with what was lost it is $w b$, $w = 2^{-k} (1 + a / b) - 1$, "
            "rounded once; for $k = 0$ it is $a$ itself. Then",
        ),
        Equation(read("q = \\frac{w b}{2 b + w b}, \\quad \\log (1 + \\frac{a}{b}) = k \\log 2 + 2 q + q R(q^{2})")),
        *_paragraphs(
            "Near $a = 0$ this costs more than the form with $f$: the roundings of the divisor and of $q$ count in "
            "full, up to 1 and 1/2. The worst place of the proof is $k = 1$ and $a$ between $b / 4$ and $b / 2$, where "
            "$w$ is negative and $\\log 2$ and $2 q$ cancel in part. Both are part of the bound.",
        ),
    ]


def _quotients(found: ElementaryFunctions) -> list[Block]:
    (fused, plain) = (max(results.quotients[way] for results in found.formats) for way in (0, 1))
    return [
        Heading(("Quotients without dividing",), "quotients", 2),
        *_paragraphs(
            "All exponentials of a row are divided by one sum $b$. Its inverse is computed once, in two parts: $h$ is "
            "$1 / b$ rounded, and what that lacks is $h (1 - h b)$, where $1 - h b$ is exact by one fused operation. A "
            "quotient is then $a h$ plus the product of $a$ with the second part, and a factor $f$ of all quotients "
            "joins the two parts first. Before its last rounding, $f a / b$ is off by less than 9 relative errors of "
            "$2^{-2 p}$ in a format of $p$ bits, as long as no second part is so small that it loses digits. With "
            f"fused multiply-add the result is within {raised(fused)} units in the last place, as good as a "
            "division; without, the first product is rounded by itself, and it is within "
            f"{raised(plain)}. The condition: $|f| \\geq 2^{{s + p + 12}} b$, $2^{{s}}$ the smallest number of the "
            "format, and a result of at least $2^{10}$ times the smallest normal number. Smaller factors, in float32 "
            "and for 20 classes those below $10^{-13}$, cost digits.",
        ),
    ]


def _rows(found: ElementaryFunctions) -> list[Block]:
    head: list[Text] = [("Result",)]
    for results in found.formats:
        head += [(f"{results.exponential.kind.name}: fused",), ("not fused",)]
    lines: tuple[tuple[str, Callable[[RowBounds], float]], ...] = (
        ("probability", lambda row: row.softmax),
        ("gradient, not at the label", lambda row: row.gradient),
        ("gradient at the label", lambda row: row.at_label),
        ("loss, label on top", lambda row: row.loss),
    )
    return [
        Heading(("A row of few classes",), "rows", 2),
        *_paragraphs(
            f"Put together, for softmax and for cross-entropy of 2 to {CLASSES_IN_LANES} classes with one vector for "
            "each class, no weights, no temperature. Let $g = 2^{-p}$. Each exponential is off by a relative error "
            "of at most $j g$, from the same proof as its bound. The unit drops out, exactly. The sum of the "
            "exponentials adds two roundings, "
            "since what the additions lose is added up apart; of the classes but one, six; the whole sum from that "
            "and the label one more. A quotient is rounded once, or twice without fused multiply-add. So",
        ),
        Equation(read("\\left| \\frac{p_{i}}{y_{i}} - 1 \\right| \\leq (2 j + 2 + 1) g")),
        *_paragraphs(
            "but for terms in $g^{2}$, for a computed $p_{i}$ and the true $y_{i}$, and likewise for the others. "
            "A relative error of $k g$ is at most $k$ units in the last place. The table holds for every row of "
            "finite logits and every result of at least $2^{10}$ times the smallest normal number; it says how far a "
            "result could be off at the very worst, if all roundings conspired. (The loss is that of a row whose label "
            "has the largest logit.)",
        ),
        Table(
            tuple(head),
            tuple(((name,), *((raised(of(row)),) for row in _all_rows(found))) for name, of in lines),
        ),
    ]


def _all_rows(found: ElementaryFunctions) -> list[RowBounds]:
    return [row for results in found.formats for row in results.rows]
