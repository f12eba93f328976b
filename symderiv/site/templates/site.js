(() => {
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
