"""The settings and functions at the head of every typst document; TITLE, PAPER and MARGIN are put in by the printer."""

from __future__ import annotations

from typing import Final

__all__ = ["PRELUDE"]

PRELUDE: Final = r"""#set document(title: TITLE, date: none)
#set page(paper: PAPER, margin: (x: MARGIN, y: 24mm), numbering: "1")
#set text(font: "New Computer Modern", size: 11pt, lang: "en", hyphenate: true)
#set par(justify: true, leading: 0.6em, spacing: 0.85em)
#set list(indent: 4pt, spacing: 0.75em)
#let ink = (changed: rgb("#b3123b"), link: rgb("#1a4f9c"), muted: rgb("#5a626b"), good: rgb("#17803d"))
#show link: set text(fill: ink.link)
#show heading.where(level: 1): set text(size: 13.5pt)
#show heading.where(level: 1): set block(above: 1.7em, below: 0.9em)
#show heading.where(level: 2): set text(size: 11pt)
#show heading.where(level: 2): set block(above: 1.9em, below: 0.75em)
#show title: set text(size: 19pt, weight: "regular")
#show title: set align(center)
#show raw: set text(font: "DejaVu Sans Mono", size: 8pt)
#show math.equation.where(block: true): set block(above: 0.9em, below: 0.9em)

// A formula in a line and one on its own, each with the words that are read aloud for it.
#let inline(words, formula) = math.equation(alt: words, formula.body)
#let short(words, formula) = box(inline(words, formula))
#let shown(words, formula) = math.equation(alt: words, block: true, formula.body)
#let changed(part) = text(fill: ink.changed, part)

#let quiet(body) = align(center, text(size: 9pt, fill: ink.muted, body))
#let note(body) = text(size: 9pt, fill: ink.muted, hyphenate: false, body)
#let reason(body) = text(size: 8.5pt, fill: ink.muted, hyphenate: false, body)
#let good(mark) = text(fill: ink.good, mark)
#let qed = linebreak() + box(width: 0.6em, height: 0.6em, stroke: 0.5pt)
#let headline(claim, assumed) = block(width: 100%, above: 1.2em, below: 1.4em, inset: (y: 8pt), stroke: (y: 0.5pt), {
  claim
  if assumed != [] { align(center, text(size: 9pt, assumed)) }
})
#let theorem(number, title) = heading(level: 2)[Theorem #number #text(weight: "regular")[(#title)]]
#let stated(body) = block(sticky: true, breakable: false, width: 100%, body)
#let rule(place, title) = [#metadata("rule")#label(place)#text(weight: "bold", title)]
#let theorems() = {
  set text(size: 9.5pt, hyphenate: false)
  show outline.entry: set block(above: 0.55em)
  outline(title: none, target: heading.where(level: 2))
}

// Rows whose relations stand under one another: words, left side, relation and right side, further cells.
#let row(words, side, body, last: false, ..cells) = (words, side, body, last, cells.pos())
#let aligned(columns, rows) = context {
  let wide(side) = measure(math.equation(block: true, side.body)).width
  let widest = calc.max(..rows.map(row => wide(row.at(1))))
  show math.equation.where(block: true): set align(left)
  set par(justify: false, leading: 0.5em)
  // Cells without content hold every row on one page, and the first two, and the last two.
  let last = rows.len() - 1
  let held(at) = if last < 3 {
    if at == 0 { (grid.cell(rowspan: last + 1, breakable: false)[],) }
  } else if at in (0, last - 1) {
    (grid.cell(rowspan: 2, breakable: false)[],)
  } else if at not in (1, last) { (grid.cell(breakable: false)[],) }
  grid(
    columns: (0mm, ..columns), column-gutter: (0mm, 3mm), row-gutter: 3.4mm, align: horizon + left,
    ..rows.enumerate().map(((at, row)) => {
      let (words, side, body, _, cells) = row
      let space = box(width: widest - wide(side))
      (..held(at), shown(words, math.equation(space + side.body + body.body)), ..cells)
    }).flatten()
  )
}
#let definitions(..rows) = aligned((1fr, 42mm), rows.pos())
#let entries(..rows) = aligned((1fr, 0mm), rows.pos())
#let proof(..rows) = {
  block(sticky: true, below: 0.7em, emph[Proof.])
  aligned((1fr, 44mm, 8mm), rows.pos().map(row => {
    let (words, side, body, last, (why, number)) = row
    let mark = text(size: 9.5pt, number) + if last { qed }
    (words, side, body, last, (text(size: 9.5pt, hyphenate: false, why), align(right, mark)))
  }))
}

#let checks(..cells) = {
  set text(size: 9pt, hyphenate: false)
  set par(justify: false, leading: 0.45em)
  show math.equation.where(block: true): set align(left)
  set table.cell(breakable: false)
  table(
    columns: (30mm, 1fr, 17mm, 42mm), inset: (x: 1.5mm, y: 1.6mm), align: left + top,
    stroke: (_, y) => (top: if y == 0 { 0.8pt } else if y == 1 { 0.5pt } else { none }),
    table.header([Quantity], [Closed form], [Verdict], [How checked]),
    ..cells, table.hline(stroke: 0.8pt)
  )
}
#let ruled(columns, header, ..cells) = align(center, {
  set text(size: 9.5pt)
  table(
    columns: columns, inset: (x: 2mm, y: 1.4mm), align: left,
    stroke: (_, y) => (top: if y == 0 { 0.8pt } else if y == 1 { 0.5pt } else { none }),
    table.header(..header), ..cells, table.hline(stroke: 0.8pt)
  )
})
// A curve through points, between dashed lines at its bounds.
#let curve-of(words, across, wide, tall, levels, ends, points) = figure(alt: words, {
  set text(size: 8pt, fill: ink.muted)
  grid(
    columns: (14mm, wide), column-gutter: 2mm, row-gutter: 2mm, align: (right, left),
    box(height: tall, grid(rows: (1fr, 1fr, auto), align: right, ..levels)), box(width: wide, height: tall, {
      place(line(length: wide, stroke: (paint: ink.changed, thickness: 0.5pt, dash: "dashed")))
      place(dy: tall / 2, line(length: wide, stroke: 0.4pt + ink.muted))
      place(dy: tall, line(length: wide, stroke: (paint: ink.changed, thickness: 0.5pt, dash: "dashed")))
      place(curve(
        stroke: 0.8pt + ink.link, curve.move(points.first()), ..points.slice(1).map(point => curve.line(point))
      ))
    }),
    [], grid(columns: (auto, 1fr, auto), ends.first(), align(center, across), ends.last())
  )
})
#let footer(body) = block(above: 2em, {
  set text(size: 8pt)
  set par(justify: false)
  body
})
"""
