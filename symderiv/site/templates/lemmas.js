(() => {
  const graph = document.querySelector(".lemma-graph");
  if (!graph) return;
  const paths = [...graph.querySelectorAll("path")];
  const boxes = [...graph.querySelectorAll(".node")];

  function light(name, goal) {
    const near = new Set(name ? [name] : []);
    for (const path of paths) {
      const { from, to } = path.dataset;
      const lit = Boolean(name) && (goal ? from === name && path.dataset.goal === goal : from === name || to === name);
      path.classList.toggle("lit", lit);
      if (lit) near.add(from).add(to);
    }
    graph.classList.toggle("chosen", Boolean(name));
    for (const box of boxes) box.classList.toggle("lit", near.has(box.dataset.name));
  }

  graph.addEventListener("mouseover", event => {
    const box = event.target.closest(".node");
    const row = event.target.closest("[data-row]");
    light(box?.dataset.name, row?.dataset.row);
  });
  graph.addEventListener("mouseleave", () => light());
})();
