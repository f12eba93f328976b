"""How to compute what was proved: the call in Python, and each closed form beside the lines of the kernel it became."""

from __future__ import annotations

from html import escape

from symderiv.documents.additions import Code
from symderiv.documents.display import Operator, Row
from symderiv.documents.html.chains import Writer
from symderiv.documents.notation import display

__all__ = ["code_section"]


def code_section(code: Code, writer: Writer) -> str:
    """A section with the call, the parts as formula and source lines, and the name of the file they are from."""
    parts = [f'<h2 id="code">The code</h2><pre class="call"><code>{escape(code.call)}</code></pre>']
    for part in code.parts:
        left, right = display(part.left, writer.theory), display(part.right, writer.theory)
        formula = writer.once(writer.math(Row((left, Operator("="), right))))
        source = escape("\n".join(part.lines))
        parts.append(
            f'<div class="part"><div class="formula">{formula}</div><pre tabindex="0"><code>{source}</code></pre></div>'
        )
    if code.file:
        parts.append(f'<p class="caption">From <a href="{escape(code.file)}"><code>{escape(code.file)}</code></a>.</p>')
    return f'<section class="coded">{"".join(parts)}</section>'
