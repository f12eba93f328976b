"""Makes the math font that HTML documents carry: the part of Latin Modern Math that our formulas can use.

Three times: all of it, a core with the letters and signs of nearly every page, and what most pages have of that. A
page carries the smallest that shows its formulas.

    python scripts/make_font.py [/usr/share/texmf/fonts/opentype/public/lm-math/latinmodern-math.otf]

Needs fonttools and brotli; the source is Debian's fonts-lmodern or the `lm-math` package of a TeX distribution. The
MATH table stays; of the two optical sizes for scripts the larger serves both, for what stands in scripts; hinting goes.
The GUST Font License asks derived fonts to carry another name.
"""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from fontTools import subset
from fontTools.ttLib import TTFont

SOURCE: Final = Path("/usr/share/texmf/fonts/opentype/public/lm-math/latinmodern-math.otf")
FONTS: Final = Path(__file__).resolve().parent.parent / "symderiv" / "documents" / "fonts"
NAME: Final = "symderiv-math"

Ranges: TypeAlias = tuple[tuple[int, int], ...]

# Basic Latin; Greek; mathematical italic Latin and Greek (the Planck constant stands in for italic h); a few script and
# blackboard capitals; the signs that the printers know; invisible operators.
RANGES: Final = (
    (0x20, 0x7E), (0x391, 0x3A9), (0x3B1, 0x3C9), (0x1D434, 0x1D467), (0x1D6FC, 0x1D71B), (0x2061, 0x2063),
    (0x1D6E2, 0x1D6FA),
)  # fmt: skip
SIGNS: Final = "ℒℛℋℱ◻□\u00a0·×ϵϕϑϱℎℓℝℕ∂∇∑∏−∗√∞∈≠≤≥≈⪰≔↦→⊙⋅⋆⊤…⋯⋮⋱′‖⟨⟩∣|ˆ˜¯^~‾"

# What has a drawing of its own in scripts; everything else is the large one made small.
IN_SCRIPTS: Final = ((0x30, 0x39), (0x1D434, 0x1D467), (0x1D6FC, 0x1D71B))
SIGNS_IN_SCRIPTS: Final = "ℎℓ∞∂∇−+=,.()′ΓΔΘΛΞΠΣΥΦΨΩ|*⊤"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the font: upright letters, letters shown in italic, digits and signs; what of it has a drawing of its
    own in scripts, and what grows."""

    upright: str
    italic: str
    signs: str
    in_scripts: str
    stretched: str


SMALL: Final = "abcdefghijklmnopqrstuvwxyz"
# What formulas rarely have, such as an upright capital, is left to the whole font. A letter by itself is in italic.
PARTS: Final = {
    "small": Part(
        "aegilmnopstx",
        "abcdefgijklmnpqrstuvwxyzABCDHLMNRSTYZβγδϵκπρω∂",
        "01234 \u00a0ℓℝ∂∑∏∈≠−+=>(),:/…⋅×\u2061\u2062",
        "01234abcdefgijklmnpqrstuvwxyzℓ−+=,()",
        "()∑∏",
    ),
    "core": Part(
        f"{SMALL}LT",
        f"{SMALL}{SMALL.upper()}αβγδϵεηθκλμπρστϕφψωΩ∂",
        "0123456789 \u00a0ℎℓℝ∂∑∏∈≠≤≥−+=<>()[],:/|…⋯⋅×√~^¯\u2061\u2062",
        f"0123456789{SMALL}ℓ−+=,.()",
        "()|√∑∏",
    ),
}


def thin_out(font: TTFont, codes: set[int]) -> None:
    """Leave one drawing for scripts of any depth, and none for what is not among `codes`."""
    wanted = {name for code, name in font.getBestCmap().items() if code in codes}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for part in lookup.SubTable:
            alternates = getattr(getattr(part, "ExtSubTable", part), "alternates", {})
            for name in list(alternates):
                if name in wanted:
                    alternates[name] = alternates[name][:1] * len(alternates[name])
                else:
                    del alternates[name]


def stretch_only(font: TTFont, signs: str) -> None:
    """Leave the larger drawings of `signs` alone."""
    names = {font.getBestCmap()[ord(sign)] for sign in signs} | {"divides"}
    variants = font["MATH"].table.MathVariants
    for kind in ("Vert", "Horiz"):
        coverage, constructions = (
            getattr(variants, f"{kind}GlyphCoverage"),
            getattr(variants, f"{kind}GlyphConstruction"),
        )
        kept = [pair for pair in zip(coverage.glyphs, constructions, strict=True) if pair[0] in names]
        coverage.glyphs = [name for name, _ in kept]
        setattr(variants, f"{kind}GlyphConstruction", [construction for _, construction in kept])
        setattr(variants, f"{kind}GlyphCount", len(kept))


def in_ranges(ranges: Ranges, signs: str) -> set[int]:
    """The code points in ranges, and those of signs."""
    return {code for first, last in ranges for code in range(first, last + 1)} | set(map(ord, signs))


def italic(letter: str) -> str:
    """The mathematical italic of a Latin or Greek letter."""
    if letter.isascii():
        start = 0x1D434 if letter.isupper() else 0x1D44E
        return "ℎ" if letter == "h" else chr(start + ord(letter.upper()) - ord("A"))
    for start, letters in ((0x1D6E2, "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡϴΣΤΥΦΧΨΩ"), (0x1D6FC, "αβγδεζηθικλμνξοπρςστυφχψω∂ϵϑϰϕϱϖ")):
        if letter in letters:
            return chr(start + letters.index(letter))
    raise ValueError(f"{letter} is no letter")


def make(source: Path, part: Part | None) -> bytes:
    """The WOFF2 bytes of the subset, or of a part of it."""
    options = subset.Options()
    options.layout_features = ["ssty"]
    options.desubroutinize = True  # larger by itself, smaller when compressed
    options.drop_tables += ["FFTM"]
    options.hinting = False
    options.name_IDs = [1, 2, 4, 6, 13]
    options.notdef_outline = True
    options.flavor = "woff2"
    font = TTFont(source, recalcTimestamp=False)
    if part is None:
        thin_out(font, in_ranges(IN_SCRIPTS, SIGNS_IN_SCRIPTS))
        characters = in_ranges(RANGES, SIGNS)
    else:
        thin_out(font, {ord(italic(sign) if sign in SMALL else sign) for sign in part.in_scripts})
        stretch_only(font, part.stretched)
        characters = {ord(sign) for sign in part.upright + part.signs} | {ord(italic(one)) for one in part.italic}
    worker = subset.Subsetter(options)
    worker.populate(unicodes=characters)
    worker.subset(font)
    # TeX sets the subscripts of all single letters at one depth; browsers push them below a letter's descender by this.
    font["MATH"].table.MathConstants.SubscriptBaselineDropMin.Value = 0
    for record in font["name"].names:
        if record.nameID in (1, 4, 6):
            record.string = NAME
    font.flavor = "woff2"
    written = io.BytesIO()
    font.save(written)
    return written.getvalue()


def main() -> None:
    """Write the fonts beside the documents that embed them, and the characters of formulas that a part can show."""
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE
    if not source.is_file():
        sys.exit(f"{source} is missing: install fonts-lmodern, or give the path of latinmodern-math.otf")
    for suffix, part in {"": None, **{f"-{name}": part for name, part in PARTS.items()}}.items():
        made = make(source, part)
        target = FONTS / f"{NAME}{suffix}.woff2"
        target.write_bytes(made)
        print(f"{target.relative_to(FONTS.parent.parent.parent)}: {len(made)} bytes")
        if part is not None:
            listed = "".join(sorted({*part.italic, *part.signs}))
            (FONTS / f"{NAME}{suffix}.txt").write_text(f"{listed}\n{part.upright}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
