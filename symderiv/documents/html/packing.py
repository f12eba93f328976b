"""The scripts that a page can do without at first, deflated: it unpacks them when it stands and nothing else is to do.

What is packed lies beside the templates, because deflated bytes differ from one zlib to another and pages do not.
`scripts/pack_scripts.py` writes it; a test compares both.
"""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from typing import Final, Literal

from symderiv.documents.html.frame import dense_script, template

__all__ = ["PACKS", "Pack", "pack", "packed", "unpack", "unpacked"]

Pack = Literal["reading", "panel", "powers", "tables"]

_ARITHMETIC: Final = ("explorer/numbers.js", "explorer/cells.js")
_EXPLORE: Final = ("explorer/panel.js", "explorer/explore.js")
PACKS: Final[dict[Pack, tuple[str, ...]]] = {
    "reading": ("terms.js", "copying.js", "lines.js", "words.js"),
    "panel": (*_ARITHMETIC, *_EXPLORE),
    "powers": (*_ARITHMETIC, "explorer/exact.js", *_EXPLORE),
    "tables": (*_ARITHMETIC, "explorer/tables.js", "explorer/tabulate.js"),
}
"""The templates of each pack, in the order in which they run as one script."""


def unpacked(name: Pack) -> str:
    """The script that a pack holds: names at the top of its parts are its own."""
    inside = "\n".join(dense_script(template(part)) for part in PACKS[name])
    return f'"use strict";\n(() => {{\n{inside}\n}})();'


def packed(name: Pack) -> str:
    """The pack in Base64, as it was written."""
    return template(f"packed/{name}.txt")


def pack(script: str) -> str:
    """`script` deflated, without a header, in Base64."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return b64encode(deflate.compress(script.encode("utf-8")) + deflate.flush()).decode("ascii")


def unpack(text: str) -> str:
    """The script in a pack."""
    return zlib.decompress(b64decode(text), -15).decode("utf-8")
