"""The page on the elementary functions: where their constants come from and how far their results can be off."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final

from symderiv.approximation.proving import ARGUMENTS, ElementaryFunctions, Fit, FormatResults
from symderiv.approximation.rendering import hexadecimal
from symderiv.documents.document import Block, Document, Equation, Figure, Heading, Paragraph, Table, Text
from symderiv.documents.elementary_rows import raised, row_blocks
from symderiv.documents.presenting import prose
from symderiv.documents.symbols import read
from symderiv.statements import Theory

__all__ = ["NAME", "TITLE", "elementary_document"]

NAME: Final = "elementary-functions"
TITLE: Final = "The elementary functions"


def elementary_document(found: ElementaryFunctions) -> Document:
    """Definition, reduction, polynomial, equioscillation and proved bounds of exp, expm1, log, log1p and rows."""
    blocks = (
        Heading((TITLE,), NAME, 1),
        Paragraph(prose(_SUMMARY), quiet=True),
        *_paragraphs(_OPENING),
        _bounds_table(found),
        *_paragraphs(_ON_BOUNDS),
        *_exponential(found),
        *_less_one(),
        *_logarithm(found),
        *_plus_one(),
        *_functions(found),
        *row_blocks(found),
        *_honesty(),
    )
    return Document(NAME, TITLE, Theory(), blocks, None, ())


_SUMMARY: Final = (
    "Derived by Remez exchange in 77 digits; bounds proved by ball arithmetic for every real number of an interval, "
    "never by samples. To derive it all again: scripts/derive_coefficients --prove"
)

_OPENING: Final = (
    "Softmax and every loss built on it need four functions: $e^{x}$, $e^{x} - 1$, $\\log x$ and $\\log (1 + x)$. A "
    "processor can add, multiply and divide; the rest is a polynomial and some care. This page derives the two "
    "polynomials, shows that over the real numbers no better ones exist, and bounds what their rounding, and that of "
    "every operation around them, can do to a result.",
)

_ON_BOUNDS: Final = (
    "Errors are counted in units in the last place: the spacing, at the true result, of the numbers that the format "
    "has. Half a unit is the price of writing any result down, so 0.5 is perfect. The proved columns hold for "
    "processors with and without fused multiply-add, and for any mixture. The measured ones are the largest errors "
    f"found on {ARGUMENTS} to {2 * ARGUMENTS} arguments each, both ways, with every operation carried out exactly and "
    "rounded as the standard IEEE 754 demands; they are the same on every machine. Between the two lies what a proof "
    "has to assume and a sample does not meet: that every rounding goes the wrong way at once.",
)


def _bounds_table(found: ElementaryFunctions) -> Table:
    head = ["Function", "For"]
    for results in found.formats:
        name = results.exponential.kind.name
        head += [f"{name}: proved", "measured"]
    rows: list[tuple[Text, ...]] = []
    for bounds in zip(*(results.bounds for results in found.formats), strict=True):
        cells: list[Text] = [prose(f"${bounds[0].claim}$"), prose(bounds[0].domain)]
        for bound in bounds:
            cells += [(raised(bound.proved),), (raised(bound.measured),)]
        rows.append(tuple(cells))
    return Table(tuple((word,) for word in head), tuple(rows))


def _exponential(found: ElementaryFunctions) -> list[Block]:
    blocks: list[Block] = [
        Heading(("The exponential",), "exponential", 2),
        *_paragraphs(
            (
                "Powers of two cost nothing: they are the exponent bits of a number. So split off as many as possible. "
                "With $n$ the integer nearest to $x / \\log 2$,",
            )
        ),
        Equation(read("e^{x} = 2^{n} e^{r}, \\quad r = x - n \\log 2, \\quad -a \\leq r \\leq a")),
        *_paragraphs(
            (
                "with $a$ half of $\\log 2$ and a hair more. The integer $n$ is found without a conversion: "
                "$x \\cdot \\log_{2} e + 1.5 \\cdot 2^{p-1}$ has no room for a fraction in a format of $p$ bits, so "
                "rounding does the work, and a NaN passes through unharmed. The product $n \\log 2$ has to be "
                "much more accurate than the format, because $r$ is small; so $\\log 2$ is kept in two parts. The "
                "first has so few bits that its product with any $n$ is exact, and exact is the subtraction from $x$ "
                "too: both are multiples of one power of two, and their difference is small. What is left is the short "
                "interval, and there",
            )
        ),
        Equation(read("e^{r} \\approx 1 + r + r^{2} Q(r)")),
        *_paragraphs(
            (
                "Nothing is to be chosen in $1 + r$. Only $Q$ is a compromise, and it is chosen to make the largest "
                "relative error of the sum as small as it can be.",
                "For $e^{a - b}$ the rounding of $x = a - b$ would be fatal where the difference is large, for it "
                "counts in full. What it loses is a number of the format, found exactly by Knuth's two-sum, and is "
                "added to $r$.",
            )
        ),
    ]
    for results in found.formats:
        blocks += _polynomial(results, results.exponential_fit, "Q", "r")
    return blocks


def _less_one() -> list[Block]:
    return [
        Heading(("One less than the exponential",), "expm1", 2),
        *_paragraphs(
            (
                "Near $x = 0$ the result $e^{x} - 1$ is small, and subtracting 1 at the end would leave nothing but "
                "the rounding error of $e^{x}$. The same $Q$ gives it without that loss: for $n = 0$ it is "
                "$r + r^{2} Q(r)$, and otherwise",
            )
        ),
        Equation(read("e^{x} - 1 = ((2^{n} - 1) + 2^{n} r) + 2^{n} r^{2} Q(r)")),
        *_paragraphs(
            (
                "where the sum in the outer brackets keeps its rounding error (Knuth's two-sum) and adds it to the "
                "last term. The worst place is not near 0 but near $x = 0.4$, where $n = 1$: there $2 e^{r}$ and 1 "
                "cancel in part, and the rounding of $r$ counts double.",
            )
        ),
    ]


def _logarithm(found: ElementaryFunctions) -> list[Block]:
    blocks: list[Block] = [
        Heading(("The logarithm",), "logarithm", 2),
        *_paragraphs(
            (
                "Again the exponent bits first: $x = 2^{k} m$ with $m$ between $\\sqrt{1 / 2}$ and $\\sqrt{2}$, so "
                "that $m$ is as near to 1 as it can be. With $f = m - 1$, which is exact,",
            )
        ),
        Equation(read("\\log x = k \\log 2 + \\log m, \\quad m = \\frac{1 + q}{1 - q}, \\quad q = \\frac{f}{2 + f}")),
        Equation(read("\\log m = 2 \\sum_{k = 0}^{\\infty} \\frac{q^{2 k + 1}}{2 k + 1} = 2 q + q R(q^{2})")),
        *_paragraphs(
            (
                "The series has odd powers only and $q$ is below 0.172: few terms go far. (The polynomials below are "
                "made for $q$ up to 0.2, so that they also serve where the power of two is found less carefully.) But "
                "$2 q$ is a quotient and carries a rounding error, while $f$ carries none. Since $2 q = f - q f$ and "
                "$q f = f^{2} / 2 - q f^{2} / 2$, the same number is",
            )
        ),
        Equation(
            read("\\log m = f - (\\frac{f^{2}}{2} - q \\left( \\frac{f^{2}}{2} + R(s) \\right)), \\quad s = q^{2}")
        ),
        *_paragraphs(
            (
                "in which everything that is rounded is small beside $f$. This arrangement is that of FDLIBM; the "
                "coefficients of $R$, which has no constant term, are derived here.",
            )
        ),
    ]
    for results in found.formats:
        blocks += _polynomial(results, results.logarithm_fit, "R", "s")
    return blocks


def _plus_one() -> list[Block]:
    return [
        Heading(("The logarithm of 1 + x",), "log1p", 2),
        *_paragraphs(
            (
                "Let $u$ be $1 + x$ rounded. What was lost, $c = 1 + x - u$, can be computed exactly (Dekker's fast "
                "two-sum), and",
            )
        ),
        Equation(read("\\log (1 + x) = \\log u + \\log (1 + \\frac{c}{u}) \\approx \\log u + \\frac{c}{u}")),
        *_paragraphs(
            (
                "The quotient $c / u$ is at most half a unit in the last place of 1. Half its square is dropped: at "
                "most a quarter of a unit, even for the smallest $x$ with $u > 1$; and for its size no division is "
                "needed, since $1 - f + f^{2}$ is near enough to $1 / (1 + f)$. Both are part of the bound. Where "
                "$u = 1$ the formula gives $x$, as it should.",
            )
        ),
    ]


def _polynomial(results: FormatResults, fit: Fit, name: str, variable: str) -> list[Block]:
    kind = results.exponential.kind
    count, signs = len(fit.coefficients), len(fit.extrema)
    best = max(abs(error) for _, error in fit.extrema)
    function = "e^{r}" if name == "Q" else "\\log m"
    return [
        Heading(prose(f"${name}$ in {kind.name}"), f"{name.lower()}-{kind.name}", 2),
        *_paragraphs(
            (
                f"{_WORDS[count].capitalize()} coefficients. Over the real numbers the best ones leave a relative "
                f"error of {_formula(best)}: it takes this value at {_WORDS[signs]} places, with alternating signs, "
                "and by Chebyshev's theorem that is the mark of the best polynomial. To be better in all these places, "
                f"another one would have to differ from it by something that changes its sign {_times(signs - 1)}, and "
                f"a polynomial with {_WORDS[count]} coefficients can do so only {_times(count - 1)}.",
            )
        ),
        Table(
            (prose(f"${variable}$"), ("relative error",)),
            tuple((_decimal(x), prose(_formula(error))) for x, error in fit.extrema),
        ),
        *_paragraphs(
            (
                "The format cannot hold these coefficients. Rounding all at once would spoil up to two bits, so they "
                "are rounded one by one, the lowest power first, and the rest is made best again around each.",
            )
        ),
        Table(
            (("power",), ("hexadecimal",), ("exactly",), ("in the series",)),
            tuple(_coefficient(power, value, name) for power, value in enumerate(fit.coefficients)),
        ),
        *_paragraphs(
            (
                f"Proved: the relative error of the polynomial of ${function}$ with these coefficients is below "
                f"{_formula(fit.bound)} for every real ${variable}$ of the interval. It is "
                f"{raised(fit.bound * 2.0**kind.precision)} units in the last place of a result just below a power of "
                "two, and less elsewhere.",
            )
        ),
        Figure(
            fit.curve,
            fit.bound,
            variable if name == "Q" else f"{variable} = q^2",
            f"relative error in {kind.name}",
            prose(f"Relative error of the rounded polynomial of ${function}$ in {kind.name}, and its proved bound."),
        ),
    ]


def _functions(found: ElementaryFunctions) -> list[Block]:
    constants = []
    for results in found.formats:
        kind, table = results.exponential.kind.name, results.exponential
        constants += [
            ((kind,), prose("$\\log_{2} e$"), (hexadecimal(table.log2_e),)),
            (("",), prose("$\\log 2$, first part"), (hexadecimal(table.ln2_high),)),
            (("",), prose("$\\log 2$, second part"), (hexadecimal(table.ln2_low),)),
            (
                ("",),
                prose(
                    "least $x$ with $e^{x} > 0$",
                ),
                (hexadecimal(table.lowest),),
            ),
        ]
    return [
        Heading(("From the polynomial to the function",), "functions", 2),
        *_paragraphs(
            (
                "A function is a program of some twenty operations, each rounded. Its bound is a chain of "
                "inequalities, and every number in it is a ball that contains the true one. The reduced argument is "
                "cut into pieces. On a piece each operation passes on the errors of its arguments and adds its own: "
                "half a unit in the last place of the largest result that the piece allows, or less where a number "
                "already of the format is nearer. So",
            )
        ),
        Equation(read("\\mathrm{error} \\leq E_{1} + E_{2} + E_{3} + \\frac{u}{2}")),
        *_paragraphs(
            (
                "with $E_{1}$ what the operations lose, $E_{2}$ the error of the polynomial, enclosed on the piece "
                "itself, $E_{3}$ what the rounding of $r$ (one operation; two for $e^{a - b}$) does to the function, "
                "and half of the unit $u$ of the true result for its own rounding. The piece with the largest bound is "
                "halved again and again, so the bound settles on the worst place. Subnormal results are rounded twice, "
                "the second time to a unit at least twice as large: that is included.",
            )
        ),
        Table((("format",), ("constant",), ("hexadecimal",)), tuple(constants)),
    ]


def _honesty() -> list[Block]:
    return [
        Heading(("What is proved, and what is not",), "proved", 2),
        *_paragraphs(
            (
                "Proved: the bounds of the polynomials, by Taylor expansion in balls on pieces that cover the whole "
                "interval, remainders included; the bounds of the functions, by the chain above, for the order of "
                "operations written down in symderiv/approximation/programs.py, polynomials by Horner's scheme or by "
                "Estrin's, in arithmetic that rounds to nearest. "
                "Both rest on python-flint's ball arithmetic and on the propagation rules, which fit on a page. "
                "The exchange that found the coefficients is not trusted: the bounds are computed from the rounded "
                "ones alone.",
                "Proved by hand, with numbers computed in balls: the three cases of $k$, which logits are cut and "
                "which differences are exact, what the two parts of an inverse leave, and the sums of few classes. "
                "These arguments stand where they are used, in the modules ratios, shifting and quotients beside that "
                "one; tests carry the programs out and find no argument that exceeds a bound.",
                "Measured: the columns that say so. Tested, not proved: that the compiled functions do these "
                "operations in this order, and what they return for NaN, infinities, and arguments whose results "
                "overflow or vanish.",
            )
        ),
    ]


_WORDS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven")


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{_WORDS[count]} times")


def _paragraphs(texts: tuple[str, ...]) -> list[Block]:
    return [Paragraph(prose(text)) for text in texts]


def _formula(value: float) -> str:
    """A signed number as a power of ten with three digits, rounded away from zero."""
    power = math.floor(math.log10(abs(value)))
    digits = math.ceil(abs(Fraction(value)) / Fraction(10) ** (power - 2))
    if digits == 1000:
        digits, power = 100, power + 1
    sign = "-" if value < 0 else ""
    return f"${sign}{digits // 100}.{digits % 100:02d} \\cdot 10^{{{power}}}$"


def _decimal(value: float) -> Text:
    return (f"{value:.6f}".replace("-", "−"),)


def _coefficient(power: int, value: float, name: str) -> tuple[Text, ...]:
    """A row of the table: power, hexadecimal literal, the integer times a power of two, the term of the series."""
    mantissa, exponent = Fraction(value).as_integer_ratio()
    scale = exponent.bit_length() - 1
    series = f"1/{power + 2}!" if name == "Q" else f"2/{2 * power + 3}"
    shown = power if name == "Q" else power + 1
    return ((str(shown),), (hexadecimal(value),), prose(f"${mantissa} \\cdot 2^{{-{scale}}}$"), (series,))
