"use strict";
// The same term through all lines of a proof: under the pointer, or with the arrow keys in a line that has the focus.
(() => {
  const SCRIPTS = ["msub", "msup", "msubsup", "munder", "munderover"];
  const bare = (element) => element.tagName === "mstyle";
  const children = (element) => [...element.children].flatMap((child) => (bare(child) ? children(child) : [child]));
  const alone = (element) => {
    while (bare(element) && element.children.length === 1) element = element.children[0];
    return element;
  };
  const keyOf = (element) => alone(element).outerHTML.replace(/ class="[^"]*"|<\/?m(row|style)[^>]*>/g, "");

  // What is lit for a place in a formula: the smallest thing with a meaning of its own, an index never by itself.
  const termAt = (node) => {
    let found = node && node.closest && node.closest("mi, mn, msub, msup, msubsup, mfrac, msqrt, mrow, mstyle, mover");
    if (!found || !found.closest(".chain li summary")) return null;
    for (let inner = found, outer = found.parentElement; outer && outer.tagName !== "math"; inner = outer, outer = outer.parentElement) {
      const at = [...outer.children].indexOf(inner);
      const below = SCRIPTS.includes(outer.tagName) && (at === 0 || outer.tagName !== "msup");
      if (below) found = outer;
    }
    if (found.tagName.startsWith("munder") || ["∂", "∑", "∏", "d"].includes(found.textContent)) return null;
    return found.tagName === "mn" && found.textContent.length === 1 ? null : alone(found);
  };
  const terms = (line) => [...line.querySelectorAll("math *")].filter((element) => termAt(element) === element)
    .filter((element) => !bare(element));

  // Where two lines differ, as deep as they have one shape: what stood in the upper, and what stands in the lower.
  const differences = (before, after) => {
    if (keyOf(before) === keyOf(after)) return [];
    const old = children(before), now = children(after);
    if (before.tagName !== after.tagName || !old.length || !now.length) return [[[before], [after]]];
    let first = 0, last = 0;
    const short = Math.min(old.length, now.length);
    while (first < short && keyOf(old[first]) === keyOf(now[first])) first += 1;
    while (last < short - first && keyOf(old[old.length - 1 - last]) === keyOf(now[now.length - 1 - last])) last += 1;
    const gone = old.slice(first, old.length - last), come = now.slice(first, now.length - last);
    if (gone.length === come.length && gone.length < 4)
      return gone.flatMap((one, at) => differences(one, come[at]));
    return [[gone, come]];
  };

  const chains = new Map();
  const prepared = (chain) => {
    if (!chains.has(chain)) {
      const rows = [...chain.querySelectorAll("li summary")];
      const formula = (row) => { const found = row.querySelectorAll(":scope > span:not([class]) > math"); return found.length === 1 ? found[0] : null; };
      const steps = rows.slice(1).map((row, at) => {
        const before = formula(rows[at]), after = formula(row);
        return before && after ? differences(before, after) : [];
      });
      chains.set(chain, {rows, steps, terms: rows.map(terms)});
    }
    return chains.get(chain);
  };
  const joined = (parts) => (parts.length === 1 ? keyOf(parts[0]) : parts.map(keyOf).join(""));

  let lit = [];
  const dark = () => { for (const element of lit) element.classList.remove("lit"); lit = []; };
  const light = (term) => {
    dark();
    const {rows, steps, terms: inside} = prepared(term.closest(".chain"));
    const home = rows.indexOf(term.closest("summary"));
    const mark = (at, keys) => {
      for (const element of inside[at]) if (keys.has(keyOf(element))) lit.push(element);
    };
    const walk = (direction) => {
      const keys = new Set([keyOf(term)]);
      for (let at = home; at >= 0 && at < rows.length; at += direction) {
        mark(at, keys);
        const step = steps[direction > 0 ? at : at - 1] || [];
        for (const [gone, come] of step) {
          const [from, to] = direction > 0 ? [gone, come] : [come, gone];
          if (from.length && to.length === 1 && keys.has(joined(from))) keys.add(keyOf(to[0]));
        }
      }
    };
    walk(1);
    walk(-1);
    for (const element of lit) element.classList.add("lit");
  };

  let resting = 0;
  document.addEventListener("pointerover", (event) => {
    clearTimeout(resting);
    const term = termAt(event.target);
    if (term) light(term);
    else resting = setTimeout(dark, 60);
  });

  // The arrow keys go through the terms of the line that has the focus; its words are said by the page's live region.
  const said = document.querySelector(".tools [role=status]");
  let place = -1;
  document.addEventListener("focusin", (event) => {
    dark();
    place = -1;
    const changed = event.target.matches?.(".chain li summary") && event.target.querySelector(":is(.c, mstyle)");
    const term = changed && termAt(alone(changed));
    if (term && event.target.matches(":focus-visible")) light(term);
  });
  document.addEventListener("keydown", (event) => {
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (!step || !event.target.matches(".chain li summary")) return;
    const line = event.target;
    const seen = prepared(line.closest(".chain")).terms[prepared(line.closest(".chain")).rows.indexOf(line)];
    if (!seen.length) return;
    event.preventDefault();
    place = place < 0 && step < 0 ? seen.length - 1 : (place + step + seen.length) % seen.length;
    light(seen[place]);
    if (said) said.textContent = `${seen[place].textContent}: in ${new Set(lit.map((one) => one.closest("li"))).size} lines`;
  });
})();
