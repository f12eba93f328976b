"""Opening a written page in the reader's browser."""

from __future__ import annotations

import webbrowser
from pathlib import Path

from symderiv.cli.output import DONE, MISSING, Output


def open_in_browser(page: Path, output: Output) -> int:
    """Show `page` in the browser; the exit code is 4, after a sentence, if there is none to be started."""
    address = page.resolve().as_uri()
    try:
        shown = webbrowser.open(address)
    except webbrowser.Error:
        shown = False
    if shown:
        return DONE
    output.hint(f"no browser could be started here; the page is {address}")
    return MISSING
