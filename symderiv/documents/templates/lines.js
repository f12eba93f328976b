"use strict";
// What an opened line shows, what a mark was found by, what scrolls by itself, and the claims of the graph of lemmas.
(() => {
  const all = (where, what) => [...where.querySelectorAll(what)];
  const lines = all(document, ".chain li > details");
  const made = (tag, properties, ...inside) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...inside);
    return element;
  };

  const finding = (mark) => document.getElementById(mark.hash.slice(1))?.textContent ?? "";
  document.addEventListener("pointerover", (event) => {
    const mark = event.target.closest?.(".chain li > div > a + a");
    if (mark && !mark.title) mark.title = finding(mark);
  });
  // An opened line shows its rule's identity and the checker's finding, from the lists at the end of the page.
  const filled = (line) => {
    if (line.dataset.filled || !line.open) return;
    line.dataset.filled = "yes";
    const [rule, mark] = line.parentElement.querySelectorAll(":scope > div > a");
    const entry = rule && document.getElementById(rule.hash.slice(1));
    const identity = entry && entry.querySelector(".identity");
    const parts = [made("p", {textContent: finding(mark)})];
    if (identity) parts.unshift(made("p", {}, identity.cloneNode(true)));
    line.firstElementChild.after(...parts);
    line.dispatchEvent(new CustomEvent("filled", {bubbles: true}));
  };
  for (const line of lines) {
    line.addEventListener("toggle", () => filled(line));
    filled(line);
  }

  // What is wider than its place scrolls by itself, with the arrow keys too.
  const reachable = (parts) => {
    const wide = parts.map((one) => [one, one.scrollWidth > one.clientWidth && !one.closest("summary")]);
    for (const [one, scrolls] of wide)
      if (scrolls) one.tabIndex = 0;
      else one.removeAttribute("tabindex");
  };
  const scrolling = ".formula, .matrix, dt, .data li, .identity, .chain li > details[open] > p";
  const everywhere = () => reachable(all(document, scrolling).filter((one) => one.checkVisibility({contentVisibilityAuto: true})));
  addEventListener("resize", everywhere);
  // What is far from the window has no width yet.
  document.addEventListener("contentvisibilityautostatechange", ({target, skipped}) => { if (!skipped) reachable(all(target, scrolling)); }, true);
  for (const line of lines) line.addEventListener("toggle", () => reachable(all(line, "p, .identity")));
  document.fonts.ready.then(everywhere);

  // What a claim in the graph of lemmas says, under the pointer or the focus.
  for (const graph of all(document, ".graph")) {
    const shown = graph.querySelector("figcaption");
    const usual = [...shown.childNodes];
    const show = (node) => {
      const link = node && node.closest("a");
      const claim = link && document.getElementById(link.getAttribute("href").slice(1))?.parentElement
        .querySelector(":scope > .claim > .formula");
      shown.replaceChildren(...(claim ? [made("b", {}, link.querySelector("title").textContent), " ", claim.cloneNode(true)]
        : link ? [made("b", {}, link.querySelector("title").textContent)] : usual));
    };
    graph.addEventListener("pointerover", (event) => show(event.target));
    graph.addEventListener("pointerleave", () => show(null));
    graph.addEventListener("focusin", (event) => show(event.target));
    graph.addEventListener("focusout", () => show(null));
  }
})();
