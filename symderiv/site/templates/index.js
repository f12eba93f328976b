(() => {
  const form = document.querySelector(".find");
  const box = form.querySelector("input");
  const said = form.querySelector("output");
  const buttons = [...form.querySelectorAll("button[data-key]")];
  const cards = [...document.querySelectorAll(".card")];
  const families = [...document.querySelectorAll(".family")];
  const nothing = document.querySelector(".nothing");
  const fits = (card, key, values) => !values.length || card.dataset[key].split("|").some(value => values.includes(value));

  function show() {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = {};
    for (const button of buttons) {
      const values = (chosen[button.dataset.key] ??= []);
      if (button.getAttribute("aria-pressed") === "true") values.push(button.dataset.value);
    }
    let count = 0;
    for (const card of cards) {
      const found = words.every(word => card.dataset.words.includes(word));
      card.hidden = !(found && Object.entries(chosen).every(([key, values]) => fits(card, key, values)));
      count += !card.hidden;
    }
    for (const family of families) family.hidden = !family.querySelector(".card:not([hidden])");
    nothing.hidden = count > 0;
    said.textContent = count === cards.length ? "" : `${count} of ${cards.length}`;
  }

  for (const button of buttons) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") === "true" ? "false" : "true");
      show();
    });
  }
  box.addEventListener("input", show);
  form.addEventListener("submit", event => event.preventDefault());
  nothing.querySelector("button").addEventListener("click", () => {
    box.value = "";
    for (const button of buttons) button.setAttribute("aria-pressed", "false");
    show();
    box.focus();
  });
  document.addEventListener("keydown", event => {
    const typing = event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey;
    if (event.key === "/" && !typing) {
      event.preventDefault();
      box.focus();
    }
  });
  form.hidden = false;
  show();
})();
