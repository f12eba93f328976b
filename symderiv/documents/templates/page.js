"use strict";
// What a page needs first: what stands twice in its places, the button of the theme, folding, deep links, print.
(() => {
  const all = (where, what) => [...where.querySelectorAll(what)];
  const root = document.documentElement;
  const tools = document.querySelector(".tools");

  // Round brackets around what is not tall keep their size; the markup leaves that to be found here.
  const TALL = new Set(["mfrac", "munder", "munderover", "mtable"]);
  const tall = (element) => TALL.has(element.tagName) || (element.tagName === "mo" && /^[∑∏]$/.test(element.textContent))
    || (element.tagName.startsWith("msu") ? tall(element.firstElementChild) : [...element.children].some(tall));
  for (const row of all(document, "mrow")) {
    const first = row.firstElementChild, last = row.lastElementChild;
    if (first?.tagName === "mo" && /^[([]$/.test(first.textContent) && /^[)\]]$/.test(last.textContent)
      && ![first, last].some((sign) => sign.attributes.length) && !tall(row))
      for (const sign of [first, last]) sign.setAttribute("stretchy", "false");
  }

  for (const sign of all(document, "mo[minsize]")) sign.setAttribute("maxsize", sign.getAttribute("minsize"));

  // What stands twice is written once: a claim of the list at its theorem, a row that stays in the line before.
  for (const link of all(document, ".same")) {
    if (!link.dataset.row) {
      const claim = document.querySelector(link.hash).parentElement.querySelector(".claim > .formula");
      const rows = (claim.matches(".rows") ? [...claim.children] : [claim])
        .flatMap((row, at) => [...(at ? [document.createElement("br")] : []), ...row.cloneNode(true).childNodes]);
      link.replaceWith(...(link.closest("td") ? [claim.cloneNode(true)] : rows));
      continue;
    }
    const written = all(document, `${link.hash} summary > span:not([class]) > :not(br)`)[link.dataset.row - 1], row = written.cloneNode(true);
    for (const marked of all(row, ".c, mstyle"))
      if (marked.tagName === "mstyle") marked.replaceWith(...marked.childNodes);
      else marked.removeAttribute("class");
    link.replaceWith(row);
  }

  // Light or dark: the reader's system says which, the button overrides it.
  const wanted = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme || (wanted.matches ? "dark" : "light")) === "dark";
  const store = (value) => { try { localStorage.setItem("symderiv-theme", value); } catch { /* a file may keep nothing */ } };
  const theme = tools && tools.querySelector("[data-do=theme]");
  const named = () => { if (theme) theme.textContent = dark() ? "light" : "dark"; };
  wanted.addEventListener("change", named);
  named();

  // Long proofs start with all phases folded but the last, which holds the result.
  const phases = all(document, ".phase");
  for (const phase of phases)
    if (phase.parentElement.querySelectorAll("li").length >= 14) phase.open = phase === phase.parentElement.lastElementChild;

  const lines = all(document, ".chain li > details");
  const expand = tools && tools.querySelector("[data-do=expand]");
  const folds = () => [...lines, ...phases];
  const labelled = () => { if (expand) expand.textContent = folds().every((one) => one.open) ? "fold all" : "expand all"; };
  labelled();

  for (const one of folds()) one.addEventListener("toggle", labelled);

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

  // On paper everything that folds is unfolded; the evidence of single lines stays in the list of checks.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all(document, "details:not([open])").filter((one) => !lines.includes(one));
    for (const one of folded) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of folded) one.open = false; });

  // The other scripts lie in the page deflated, and start when nothing else is to do.
  const unpacked = async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const script = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).text();
    document.body.append(Object.assign(document.createElement("script"), {textContent: script}));
  };
  const rest = async () => {
    for (const packed of all(document, "script[type='text/plain']")) await unpacked(packed.textContent);
    root.dataset.ready = "yes";
  };
  const later = window.requestIdleCallback ?? ((task) => setTimeout(task, 50));
  if (window.DecompressionStream) later(rest);

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
