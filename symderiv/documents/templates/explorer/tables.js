// The panel of vectors and matrices: a field an entry, and everything computed of them as shaded tables.
const tabulate = (config, program) => {
  const root = document.querySelector(".try"), within = name => root.querySelector(".try-" + name);
  const { inputs, domains, largest } = config, known = Object.fromEntries(inputs.map(input => [input.key, input]));
  let sizes, values, chosen;
  const start = () => {
    sizes = domains.map(domain => domain.size);
    values = Object.fromEntries(inputs.map(input => [input.key, [...input.start]]));
    chosen = [inputs[0].key, 0];
  };
  // The entries shown of an input, as a vector of rows; the places are those among the most that can be chosen.
  const places = input => {
    const [rows, columns] = input.axes.length > 1 ? input.axes.map(axis => sizes[axis]) : [1, input.axes.length ? sizes[input.axes[0]] : 1];
    return times(rows, i => times(columns, j => largest * i + j));
  };
  const taken = input => {
    const all = places(input).map(row => row.map(at => values[input.key][at]));
    const flip = m => m[0].map((_, j) => m.map(row => row[j])), down = input.axes.length > 1 && input.shared === 0;
    const divided = row => { const sum = row.reduce((a, b) => a + b); return row.map(x => sum ? x / sum : 1 / row.length); };
    let made = down ? flip(all) : all;
    if (input.shared !== null) made = made.map(divided);
    if (down) made = flip(made);
    return input.axes.length > 1 ? made : input.axes.length ? made[0] : made[0][0];
  };
  const titled = (input, at) => input.base + (input.axes.length > 1 ? [1 + Math.floor(at / largest), 1 + at % largest]
    : input.axes.length ? [at + 1] : []).map(digit => "₀₁₂₃₄₅₆₇₈₉"[digit]).join("");
  const ruled = (rows, columns, body, caption) => `<table>${caption ? `<caption>${caption}</caption>` : ""}${
    columns > 1 ? `<thead><tr><td></td>${times(columns, j => heading(j + 1)).join("")}</tr></thead>` : ""}<tbody>${
    times(rows, i => `<tr>${rows > 1 ? side(i + 1) : "<td></td>"}${body(i)}</tr>`).join("")}</tbody></table>`;
  const field = (input, at) => `<td><input type="number" step="any" aria-label="${titled(input, at)}" data-key="${
    input.key}" data-at="${at}" value="${values[input.key][at]}"${input.low >= 0 ? ` min="${input.low}"` : ""}></td>`;
  const controls = () => {
    const counts = domains.map((domain, k) => domain.free ? `<label class="try-row">${domain.name}<select aria-label="number of ${domain.name}" data-size="${k}">${
      times(largest - 1, n => `<option${n + 2 === sizes[k] ? " selected" : ""}>${n + 2}</option>`).join("")}</select></label>` : "");
    const sets = inputs.map(input => {
      const at = places(input);
      return `<fieldset><legend>${input.name}${input.note}</legend><div class="try-wide">${
        ruled(at.length, at[0].length, i => at[i].map(k => field(input, k)).join(""))}</div></fieldset>`;
    });
    within("controls").innerHTML = `<div class="try-all"><div class="try-row">${counts.join("")}<button type="button">start again</button></div>
<label class="try-row"><span class="try-chosen"></span><input type="range"></label></div>${sets.join("")}`;
    choose(...chosen);
  };
  const choose = (key, at) => {
    const input = known[key], slider = root.querySelector("[type=range]");
    chosen = [key, at];
    within("chosen").textContent = titled(input, at);
    Object.assign(slider, { min: input.low, max: input.high, step: input.step, value: values[key][at] });
  };
  const render = () => {
    const now = program(numbers, ...config.takes.map(key => typeof key == "number" ? sizes[key] : taken(known[key])));
    within("out").textContent = `${config.value} = ${text(now.value())}`;
    within("tables").innerHTML = config.shown.map(({ role, name, axes }) => {
      const [rows, columns] = axes.length > 1 ? axes.map(axis => sizes[axis]) : [1, axes.length ? sizes[axes[0]] : 1];
      const all = times(rows, i => times(columns, j => now[role](...[i, j].slice(2 - axes.length))));
      const top = Math.max(...all.flat().map(Math.abs).filter(isFinite));
      return `<div>${ruled(rows, columns, i => all[i].map(x => cell(x, axes.length ? shade(x, top) : "")).join(""), name)}</div>`;
    }).join("");
  };
  let waiting = false;
  const draw = () => {
    if (!waiting) requestAnimationFrame(() => { waiting = false; render(); });
    waiting = true;
  };
  const all = () => { controls(); draw(); };
  const panel = within("controls");
  panel.addEventListener("submit", event => event.preventDefault());
  panel.addEventListener("focusin", ({ target }) => target.dataset.key && choose(target.dataset.key, +target.dataset.at));
  panel.addEventListener("input", ({ target }) => {
    // Below its least value an input has no meaning: the field is marked, and what was there stays.
    if (target.value === "" || !isFinite(target.value) || target.validity.rangeUnderflow || target.matches("select")) return;
    const [key, at] = target.dataset.key ? [target.dataset.key, +target.dataset.at] : chosen;
    values[key][at] = +target.value;
    for (const other of root.querySelectorAll(`[type=range], [data-key="${key}"][data-at="${at}"]`)) if (other !== target) other.value = target.value;
    draw();
  });
  panel.addEventListener("change", ({ target }) => {
    if (!("size" in target.dataset)) return;
    sizes[+target.dataset.size] = +target.value;
    chosen = [chosen[0], 0];
    all();
    panel.querySelector(`[data-size="${target.dataset.size}"]`).focus();
  });
  panel.addEventListener("click", ({ target }) => {
    if (target.type !== "button") return;
    start();
    all();
    panel.querySelector("button").focus();
  });
  for (const part of root.querySelectorAll("[hidden]")) part.hidden = false;
  within("given").hidden = true;
  start();
  all();
};
