"use strict";
// The page itself: theme, folding, deep links, print, and what an opened line shows.
(() => {
  const all = (where, what) => [...where.querySelectorAll(what)];
  const root = document.documentElement;
  const tools = document.querySelector(".tools");
  const made = (tag, properties, ...inside) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...inside);
    return element;
  };

  // A row that stands in the line before as well is written there alone; here it is put in its place.
  for (const link of all(document, ".same")) {
    const row = document.querySelector(`${link.hash} .right > div:nth-child(${link.dataset.row}) math`).cloneNode(true);
    for (const marked of all(row, ".changed"))
      if (marked.children.length === 1 || /^(math|mrow|msqrt|mtd)$/.test(marked.parentElement.tagName)) marked.replaceWith(...marked.childNodes);
      else marked.removeAttribute("class");
    link.replaceWith(row);
  }

  // Light or dark: the reader's system says which, the button overrides it.
  const wanted = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme || (wanted.matches ? "dark" : "light")) === "dark";
  const store = (value) => { try { localStorage.setItem("symderiv-theme", value); } catch { /* a file may keep nothing */ } };
  try { root.dataset.theme = localStorage.getItem("symderiv-theme") || ""; } catch { /* as above */ }
  const theme = tools && tools.querySelector("[data-do=theme]");
  const named = () => { if (theme) theme.textContent = dark() ? "light" : "dark"; };
  wanted.addEventListener("change", named);
  named();

  // Long proofs start with all phases folded but the last, which holds the result.
  const phases = all(document, ".phase");
  for (const phase of phases)
    if (phase.parentElement.querySelectorAll("li").length >= 14) phase.open = phase === phase.parentElement.lastElementChild;

  const lines = all(document, ".chain li > details");
  const findingOf = (line) => {
    const link = line.querySelector("a[href^='#check-']");
    return link && document.getElementById(link.hash.slice(1));
  };
  document.addEventListener("pointerover", (event) => {
    const mark = event.target.closest?.(".why > b, .why > .word");
    const line = mark && mark.closest("li").querySelector("details");
    if (line && !mark.title) mark.title = findingOf(line)?.textContent ?? "";
  });
  const expand = tools && tools.querySelector("[data-do=expand]");
  const folds = () => [...lines, ...phases];
  const labelled = () => { if (expand) expand.textContent = folds().every((one) => one.open) ? "fold all" : "expand all"; };
  labelled();

  // An opened line shows its rule's identity and the checker's finding, from the lists at the end of the page.
  const filled = (line) => {
    if (line.dataset.filled || !line.open || !lines.includes(line)) return;
    line.dataset.filled = "yes";
    const inside = line.lastElementChild;
    const rule = line.parentElement.querySelector(".why > a");
    const entry = rule && document.getElementById(rule.hash.slice(1));
    const identity = entry && entry.querySelector(".identity");
    if (identity) inside.prepend(made("p", {}, identity.cloneNode(true)));
    const finding = inside.querySelector("a[href^='#check-']");
    const sentence = findingOf(line);
    if (sentence) finding.parentElement.append(sentence.textContent.slice(finding.textContent.length));
    line.dispatchEvent(new CustomEvent("filled", {bubbles: true}));
  };
  for (const one of folds()) one.addEventListener("toggle", () => { filled(one); labelled(); });

  const opened = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    if (/^step-\d+$/.test(name)) return location.replace(name.replace("step", "#line"));
    const place = name && document.getElementById(name);
    if (!place) return;
    for (let node = place; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    const own = place.querySelector(":scope > details");
    if (own) own.open = true;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (lines.includes(own || place)) place.scrollIntoView({block: "center", behavior: still ? "instant" : "auto"});
    else place.scrollIntoView();
  };
  addEventListener("hashchange", opened);
  opened();

  // What is wider than its place scrolls by itself, with the arrow keys too.
  const reachable = (where, what) => {
    const wide = all(where, what).map((one) => [one, one.scrollWidth > one.clientWidth && !one.closest("summary")]);
    for (const [one, scrolls] of wide)
      if (scrolls) one.tabIndex = 0;
      else one.removeAttribute("tabindex");
  };
  const everywhere = () => reachable(document, ".formula, .matrix, dt, .data li, .identity, .chain details[open] p");
  const later = window.requestIdleCallback ?? ((task) => setTimeout(task, 50));
  addEventListener("resize", everywhere);
  for (const line of lines) line.addEventListener("toggle", () => reachable(line, "p, .identity"));
  document.fonts.ready.then(() => later(everywhere));

  // On paper everything that folds is unfolded; the evidence of single lines stays in the list of checks.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all(document, "details:not([open])").filter((one) => !lines.includes(one));
    for (const one of folded) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of folded) one.open = false; });

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

  if (!tools) return;
  tools.hidden = false;
  tools.addEventListener("click", (event) => {
    const what = event.target.dataset.do;
    if (what === "theme") {
      root.dataset.theme = dark() ? "light" : "dark";
      store(root.dataset.theme);
      named();
    }
    if (what === "expand") {
      const open = !folds().every((one) => one.open);
      for (const one of folds()) one.open = open;
    }
  });
})();
