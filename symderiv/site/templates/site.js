(() => {
  // Light or dark: the reader's system says which, the button overrides it, as it does on the proof pages.
  const root = document.documentElement;
  const button = document.querySelector(".theme");
  const wanted = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme || (wanted.matches ? "dark" : "light")) === "dark";
  const named = () => { button.textContent = dark() ? "light" : "dark"; };
  try { root.dataset.theme = localStorage.getItem("symderiv-theme") || ""; } catch { /* a file may keep nothing */ }
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.setItem("symderiv-theme", root.dataset.theme); } catch { /* as above */ }
    named();
  });
  wanted.addEventListener("change", named);
  named();
  button.hidden = false;

  // What scrolls sideways can be reached and scrolled with the keyboard alone.
  const wide = [...document.querySelectorAll(".defined, .claimed, .identity, .scroll, pre")];
  const mark = () => {
    for (const each of wide) {
      if (each.offsetParent === null) continue;
      const scrolls = each.scrollWidth > each.clientWidth + 1;
      each.classList.toggle("wide", scrolls);
      if (scrolls) each.tabIndex = 0;
      else each.removeAttribute("tabindex");
    }
  };
  document.fonts.ready.then(mark);
  addEventListener("resize", mark);
  document.addEventListener("toggle", mark, true);
})();
