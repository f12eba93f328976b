"""How each theorem was checked, as LaTeX: a table where lines are wide enough, else a paragraph a theorem."""

from __future__ import annotations

from typing import Final

from symderiv.documents.display import Display
from symderiv.documents.document import CheckRow
from symderiv.documents.latex_frame import Layout
from symderiv.documents.latex_math import escaped, latex_math
from symderiv.documents.measure import broken, packed, width
from symderiv.documents.notation import display
from symderiv.statements import Theory

__all__ = ["checks"]

# With six distances of 4 pt these are a line of 345 pt.
_SHARES: Final = (".205\\columnwidth", ".365\\columnwidth", ".13\\columnwidth", ".225\\columnwidth")


def checks(rows: tuple[CheckRow, ...], theory: Theory, layout: Layout) -> str:
    """Quantity, closed form, verdict, how checked."""
    if not layout.beside:
        return "\n\n".join(_paragraph(row, theory, layout) for row in rows)
    sizes = ("32mm", "62mm", "13mm", "42mm") if layout.article else _SHARES
    columns = "".join(f"p{{{size}}}" for size in sizes)
    rules = ("\\toprule", "\\midrule", "\\bottomrule") if layout.article else ("\\hline",) * 3
    cells: list[str] = []
    for row in rows:
        left = _cell(display(row.left, theory), layout.quantity)
        right = _cell(display(row.right, theory), layout.closed, row.relation)
        how = f"\\raggedright\\footnotesize {escaped(row.verdict.evidence)}"
        cells.append(f"{left} & {right} & {row.verdict.word} & {how} \\tabularnewline[3pt]")
    head = f"{rules[0]}\nQuantity & Closed form & Verdict & How checked \\\\\n{rules[1]}"
    # A table for each row, all of the same columns: so the list may break across pages without another package.
    lines = [
        f"\\noindent\\begin{{tabular}}{{@{{}}{columns}@{{}}}}\n{cell}\n\\end{{tabular}}"
        for cell in (head, *cells[:-1], f"{cells[-1]}\n{rules[2]}")
    ]
    body = "\\par\n".join(lines)
    return f"{{\\small\\setlength{{\\tabcolsep}}{{4pt}}\\setlength{{\\parskip}}{{0pt}}%\n{body}\\par}}"


def _paragraph(row: CheckRow, theory: Theory, layout: Layout) -> str:
    left, right = display(row.left, theory), display(row.right, theory)
    if width(left) + width(right) + 1.4 <= layout.full:
        claim = f"${latex_math(left)} {row.relation} {latex_math(right)}$"
    else:
        shown = _cell(right, layout.closed - 1.4, "", "\\\\").replace("$", f"${{}} {row.relation} ", 1)
        claim = f"${latex_math(left)}$ \\\\\n{shown}"
    evidence = escaped(row.verdict.evidence)
    return f"{{\\raggedright\\noindent {claim} \\\\\n\\footnotesize {row.verdict.word}: {evidence}\\par}}\\smallskip"


def _cell(node: Display, limit: float, relation: str = "=", separator: str = "\\newline") -> str:
    """A formula in a table cell, a piece a line."""
    lead = f"{relation} " if relation not in ("", "=") else ""
    texts: list[str] = []
    pieces = packed(broken(node, limit), limit)
    small = "\\scriptsize " if any(width(piece.node) > limit for piece in pieces) else ""
    for piece in pieces:
        joint = "\\times" if piece.joint == "×" else piece.joint
        start = f"{{}}{joint} " if joint else lead
        texts.append(f"${start}{latex_math(piece.node)}$")
    return small + f" {separator} ".join(texts)
