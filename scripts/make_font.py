"""Makes the math font that every HTML document carries: the part of Latin Modern Math that our formulas can use.

    python scripts/make_font.py [/usr/share/texmf/fonts/opentype/public/lm-math/latinmodern-math.otf]

Needs fonttools and brotli; the source is Debian's fonts-lmodern or the `lm-math` package of a TeX distribution. The
MATH table stays; of the two optical sizes for scripts the larger serves both, for what stands in scripts; hinting goes.
The GUST Font License asks derived fonts to carry another name.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Final

from fontTools import subset
from fontTools.ttLib import TTFont

SOURCE: Final = Path("/usr/share/texmf/fonts/opentype/public/lm-math/latinmodern-math.otf")
FONTS: Final = Path(__file__).resolve().parent.parent / "symderiv" / "documents" / "fonts"
NAME: Final = "symderiv-math"

# Basic Latin; Greek; mathematical italic Latin and Greek (the Planck constant stands in for italic h); a few script and
# blackboard capitals; the signs that the printers know; invisible operators.
RANGES: Final = (
    (0x20, 0x7E), (0x391, 0x3A9), (0x3B1, 0x3C9), (0x1D434, 0x1D467), (0x1D6FC, 0x1D71B), (0x2061, 0x2063),
)  # fmt: skip
SIGNS: Final = "ℒℛℋℱ◻□\u00a0·×ϵϕϑϱℎℓℝℕ∂∇∑∏−∗√∞∈≠≤≥≈⪰≔↦→⊙⋅⋆⊤…⋯⋮⋱′‖⟨⟩∣|ˆ˜¯^~‾"

# What has a drawing of its own in scripts; everything else is the large one made small.
IN_SCRIPTS: Final = ((0x30, 0x39), (0x1D434, 0x1D467), (0x1D6FC, 0x1D71B))
SIGNS_IN_SCRIPTS: Final = "ℎℓ∞∂∇−+=,.()′ΓΔΘΛΞΠΣΥΦΨΩ|*⊤"


def thin_out(font: TTFont) -> None:
    """Leave one drawing for scripts of any depth, and none for signs that scripts do not hold."""
    codes = {code for first, last in IN_SCRIPTS for code in range(first, last + 1)} | set(map(ord, SIGNS_IN_SCRIPTS))
    wanted = {name for code, name in font.getBestCmap().items() if code in codes}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for part in lookup.SubTable:
            alternates = getattr(getattr(part, "ExtSubTable", part), "alternates", {})
            for name in list(alternates):
                if name in wanted:
                    alternates[name] = alternates[name][:1] * len(alternates[name])
                else:
                    del alternates[name]


def make(source: Path) -> bytes:
    """The WOFF2 bytes of the subset."""
    options = subset.Options()
    options.layout_features = ["ssty"]
    options.desubroutinize = True  # larger by itself, smaller when compressed
    options.drop_tables += ["FFTM"]
    options.hinting = False
    options.name_IDs = [1, 2, 4, 6, 13]
    options.notdef_outline = True
    options.flavor = "woff2"
    font = TTFont(source, recalcTimestamp=False)
    thin_out(font)
    characters = {code for first, last in RANGES for code in range(first, last + 1)} | {ord(sign) for sign in SIGNS}
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
    """Write the font beside the documents that embed it."""
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE
    if not source.is_file():
        sys.exit(f"{source} is missing: install fonts-lmodern, or give the path of latinmodern-math.otf")
    made = make(source)
    target = FONTS / f"{NAME}.woff2"
    target.write_bytes(made)
    print(f"{target.relative_to(FONTS.parent.parent.parent)}: {len(made)} bytes")


if __name__ == "__main__":
    main()
