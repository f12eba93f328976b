"use strict";
// Before anything is drawn: the math font is read, so that formulas are laid out once, and the reader's theme is set.
document.fonts.forEach((font) => font.load());
try { document.documentElement.dataset.theme = localStorage.getItem("symderiv-theme") || ""; } catch { /* a file may keep nothing */ }

// All other scripts wait until the page stands and is drawn; a link to a place in it, and paper, do not wait.
const whenDrawn = (task) => {
  let done = false;
  const once = () => {
    if (!done) {
      done = true;
      task();
    }
  };
  addEventListener("DOMContentLoaded", () => {
    if (location.hash || document.hidden) return once();
    requestAnimationFrame(() => setTimeout(once));
    setTimeout(once, 1000);
  });
  addEventListener("beforeprint", once);
};
