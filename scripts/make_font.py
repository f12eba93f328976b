"""Makes the math font that every HTML document carries: the part of Latin Modern Math that our formulas can use.

    python scripts/make_font.py [/usr/share/texmf/fonts/opentype/public/lm-math/latinmodern-math.otf]

Needs fonttools and brotli; the source is Debian's fonts-lmodern or the `lm-math` package of a TeX distribution. The
MATH table and the optical variants stay, hinting goes. The GUST Font License asks derived fonts to carry another name.
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


def make(source: Path) -> bytes:
    """The WOFF2 bytes of the subset."""
    options = subset.Options()
    options.layout_features = ["ssty", "kern", "mark"]
    options.drop_tables += ["FFTM"]
    options.hinting = False
    options.name_IDs = [1, 2, 4, 6, 13]
    options.notdef_outline = True
    options.flavor = "woff2"
    font = TTFont(source, recalcTimestamp=False)
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
