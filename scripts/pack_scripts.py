"""Packs the scripts of proof pages after a change of their templates.

python scripts/pack_scripts.py
"""

from __future__ import annotations

from pathlib import Path

from symderiv.documents.html.packing import PACKS, pack, unpacked

PLACE = Path(__file__).resolve().parent.parent / "symderiv" / "documents" / "templates" / "packed"


def main() -> None:
    """Write each pack beside the templates."""
    PLACE.mkdir(exist_ok=True)
    for name in PACKS:
        text = pack(unpacked(name))
        (PLACE / f"{name}.txt").write_text(f"{text}\n", encoding="ascii")
        print(f"{name}: {len(text)} bytes")


if __name__ == "__main__":
    main()
