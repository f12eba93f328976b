// The panel: what the reader sets, what the closed forms make of it, and pictures of both. Colours come from the page.
const explore = (config, program) => {
  const root = document.querySelector(".try"), within = name => root.querySelector(".try-" + name);
  const { inputs, names, low, high } = config, vector = config.size > 0, variable = inputs[0];
  const known = Object.fromEntries(inputs.map(input => [input.key, input])), values = {}, view = { turn: 0.7, tilt: 0.5 };
  let size, label, grid = {};
  const brief = x => `${+x.toPrecision(3)}`.replace("-", "−");
  const start = () => {
    for (const input of inputs) values[input.key] = input.indexed ? [...input.start] : input.start[0];
    size = config.size;
    label = Object.fromEntries(inputs.filter(input => input.simplex || input.hot).map(i => [i.key, i.hot ? 0 : -1]));
  };

  // What the program takes: entries of a simplex are divided by their sum.
  const taken = (key, change) => {
    const input = known[key], all = change?.[key] ?? values[key];
    if (!input.indexed) return all;
    if (label[key] >= 0) return times(size, at => +(at === label[key]));
    if (!input.simplex) return all.slice(0, size);
    const part = all.slice(0, size), sum = part.reduce((a, b) => a + b);
    return part.map(x => sum ? x / sum : 1 / size);
  };
  const given = change => config.takes.map(key => key ? taken(key, change) : size);
  const at = change => program(numbers, ...given(change));
  const moved = (...entries) => ({ [variable.key]: vector ? times(size, k => entries[k] ?? values[variable.key][k]) : entries[0] });

  // Controls: a slider and an exact field a number.
  const slider = (input, name, k) => {
    const value = input.indexed ? values[input.key][k] : values[input.key], data = `data-key="${input.key}" data-at="${k}"`;
    return `<div class="try-row"><span>${name}</span><input type="range" aria-label="${name}" min="${input.low}" max="${
      input.high}" step="${input.step}" value="${value}" ${data}><input type="number" aria-label="${
      name}, exactly" step="any" ${input.low >= 0 ? `min="${input.low}"` : ""} value="${value}" ${data}></div>`;
  };
  const simplex = input => {
    const options = times(size, k => [k, `all on ${k + 1}`]).concat([[-1, input.simplex ? "shares" : "any numbers"]]).filter(([k]) => k < 0 || input.hot);
    const list = options.map(([k, name]) => `<option value="${k}"${k === label[input.key] ? " selected" : ""}>${name}</option>`);
    return `<div class="try-row"><select aria-label="${input.symbol}" data-label="${
      input.key}">${list.join("")}</select></div>` + (label[input.key] < 0 ? entries(input) : "");
  };
  const entries = input => times(size, k => slider(input, input.labels[k], k)).join("");
  const controls = () => {
    const chooser = vector && low < high ? `<div class="try-row"><span>${names.size}</span><select aria-label="${names.sizes}" data-size>${
      times(high - low + 1, k => `<option${k + low === size ? " selected" : ""}>${k + low}</option>`).join("")}</select></div>` : "";
    const single = inputs.filter(input => !input.indexed).map(input => slider(input, input.symbol, 0) + (input.note ? `<div class="note">${input.note}</div>` : ""));
    const sets = inputs.filter(input => input.indexed).map(input => `<fieldset><legend>${input.symbol}</legend>${
      input.key in label ? simplex(input) : entries(input)}</fieldset>`);
    const buttons = '<button type="button" data-do="start">start again</button>' + (vector ? '<button type="button" data-do="far">1000, 0, −1000, …</button>' : "");
    within("controls").innerHTML = `<div>${chooser}${single.join("")}<div class="try-row">${buttons}</div></div>${sets.join("")}`;
  };
  const follow = (key, k, from) => {
    for (const other of root.querySelectorAll(`input[data-key="${key}"][data-at="${k}"]`))
      if (other !== from) other.value = known[key].indexed ? values[key][k] : values[key];
  };
  const set = (key, k, value, from) => {
    if (known[key].indexed) values[key][k] = value; else values[key] = value;
    follow(key, k, from);
    draw();
  };

  // Tables.
  const table = now => {
    const columns = inputs.filter(input => input.indexed).map(input => [input.symbol, k => taken(input.key)[k]]);
    for (const [role, name] of names.columns) columns.push([name, k => now[role](k)]);
    const rows = times(size, k => `<tr>${side(k + 1)}${columns.map(column => cell(column[1](k))).join("")}</tr>`);
    return `<table><thead><tr><td></td>${columns.map(column => heading(column[0])).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
  };
  const heat = now => {
    const all = times(size, i => times(size, j => now.second(i, j))), top = Math.max(...all.flat().map(Math.abs).filter(isFinite));
    const rows = all.map((row, i) => `<tr>${side(names.rows[i])}${row.map(x => cell(x, shade(x, top))).join("")}</tr>`);
    return `<table><caption>${names.second}</caption><thead><tr><td></td>${
      times(size, k => heading(variable.labels[k])).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
  };
  const list = now => `<table><tbody>${names.list.map(([role, name]) => `<tr>${side(name)}${cell(now[role]())}</tr>`).join("")}</tbody></table>`;

  // The layer: logits on the left, a neuron a class, its probability as a bar and the target as a mark.
  const layer = now => {
    const z = taken(variable.key), goal = inputs.find(input => input.key in label), t = goal && taken(goal.key);
    const y = k => 26 + 44 * k, p = times(size, k => now.probabilities(k));
    const lines = times(size * size, n => [n % size, Math.floor(n / size)]).map(([j, i]) =>
      `<line x1="62" x2="${150 - 14}" y1="${y(j)}" y2="${y(i)}" class="${i === j ? "own" : "sum"}" stroke-width="${
        i === j ? 2 : (0.4 + 3 * p[j] || 0).toFixed(2)}"/>`);
    const nodes = times(size, k => `<circle cx="40" cy="${y(k)}" r="21" class="in"/><text x="40" y="${y(k) + 4}" class="mid">${
      brief(z[k])}</text><circle cx="150" cy="${
      y(k)}" r="14" class="ground"/><circle cx="150" cy="${y(k)}" r="14" class="neuron" fill-opacity="${(p[k] || 0).toFixed(3)}"/><rect x="180" y="${
      y(k) - 8}" width="100" height="16" class="track"/><rect x="180" y="${y(k) - 8}" width="${(100 * p[k] || 0).toFixed(1)}" height="16" class="bar"/>${
      t ? `<path d="M${(180 + 100 * t[k]).toFixed(1)} ${y(k) - 12}v24" class="goal"/>` : ""}<text x="288" y="${y(k) + 4}">${text(p[k])}</text>`);
    const words = `A layer of ${size} neurons: ${times(size, k => `${variable.labels[k]} = ${text(z[k])}, ${names.outputs[k]} = ${text(p[k])}`).join("; ")}`;
    const head = `<text x="40" y="-6" class="mid tag">${variable.symbol}</text><text x="168" y="-6" class="end tag">${size} neurons</text><text x="180" y="-6" class="tag">${
      names.output}${goal ? `, mark at ${goal.symbol}` : ""}</text>`;
    return `<svg viewBox="0 -18 350 ${44 * size + 26}" role="img" aria-label="${words}">${head}${lines.join("")}${nodes.join("")}</svg>`;
  };

  // Loops around { value >= level } on a grid, by marching squares; outside the grid everything is lower.
  const loops = (all, count, level) => {
    const wide = count + 2, next = new Map(), place = new Map();
    const value = p => all[(p / wide | 0) - 1]?.[p % wide - 1] ?? -Infinity;
    const spot = p => [clamp(p % wide - 1, 0, count - 1), clamp((p / wide | 0) - 1, 0, count - 1)];
    for (let y = 0; y <= count; y++) for (let x = 0; x <= count; x++) {
      const p = y * wide + x, corners = [p, p + 1, p + 1 + wide, p + wide], cut = [];
      corners.forEach((a, k) => {
        const b = corners[(k + 1) % 4], out = value(a) >= level;
        if (out === value(b) >= level) return;
        const edge = 2 * Math.min(a, b) + (Math.abs(a - b) > 1), [q, r] = out ? [a, b] : [b, a], gap = value(q) - value(r);
        const s = isFinite(gap) ? (value(q) - level) / gap : 0, [u, v] = spot(q), [w, h] = spot(r);
        place.set(edge, [u + s * (w - u), v + s * (h - v)]);
        cut.push([edge, out]);
      });
      cut.forEach(([edge, out], k) => out && next.set(edge, cut[(k + 1) % cut.length][0]));
    }
    let path = "";
    while (next.size) {
      let edge = next.keys().next().value, lead = "M";
      while (next.has(edge)) {
        const [x, y] = place.get(edge), after = next.get(edge);
        path += lead + (x * 200 / (count - 1)).toFixed(1) + " " + (200 - y * 200 / (count - 1)).toFixed(1);
        next.delete(edge);
        edge = after; lead = "L";
      }
      path += "z";
    }
    return path;
  };
  const COUNT = 25, along = k => variable.low + (variable.high - variable.low) * k / (COUNT - 1);
  const surface = () => {
    const role = within("shown").value, rest = values[variable.key].slice(2, size);
    const key = JSON.stringify([role, size, rest, inputs.slice(1).map(input => taken(input.key))]);
    if (grid.key !== key) {
      const all = times(COUNT, y => times(COUNT, x => at(moved(along(x), along(y)))[role](0)));
      const flat = all.flat().filter(isFinite), least = role === "probabilities" ? 0 : Math.min(...flat);
      grid = { key, role, all, least, most: role === "probabilities" ? 1 : Math.max(...flat) };
      const levels = times(9, k => least + (grid.most - least) * (k + 1) / 10);
      within("bands").innerHTML = levels.map(level => `<path d="${loops(all, COUNT, level)}"/>`).join("");
      within("least").textContent = text(least); within("most").textContent = text(grid.most);
    }
    const [x, y] = values[variable.key].map(z => 200 * (clamp(z, variable.low, variable.high) - variable.low) / (variable.high - variable.low));
    within("dot").setAttribute("transform", `translate(${x} ${200 - y})`);
  };
  const solid = () => {
    const { all, least, most } = grid, c = Math.cos(view.turn), s = Math.sin(view.turn), up = Math.cos(view.tilt), flat = Math.sin(view.tilt);
    const project = (x, y, h) => {
      const a = x * c - y * s, b = x * s + y * c;
      return [150 + 92 * a, 120 - 92 * (b * flat + (h - 0.5) * up), b];
    };
    const height = v => isFinite(v) && most > least ? clamp((v - least) / (most - least), 0, 1) : 0;
    const unit = k => 2 * k / (COUNT - 1) - 1, corner = (x, y) => project(unit(x), unit(y), height(all[y][x]));
    const quads = [];
    for (let y = 0; y < COUNT - 1; y++) for (let x = 0; x < COUNT - 1; x++) {
      const four = [corner(x, y), corner(x + 1, y), corner(x + 1, y + 1), corner(x, y + 1)];
      const band = clamp(Math.floor(10 * (height(all[y][x]) + height(all[y + 1][x + 1])) / 2), 0, 9);
      quads.push([four[0][2] + four[2][2], `<path class="quad" style="--k:${4 + 9 * band}%" d="M${four.map(p => p[0].toFixed(1) + " " + p[1].toFixed(1)).join("L")}z"/>`]);
    }
    quads.sort((a, b) => b[0] - a[0]);
    const base = [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([x, y]) => project(x, y, 0).slice(0, 2).map(v => v.toFixed(1)).join(" ")).join("L");
    const name = (x, y, words) => { const [a, b] = project(x, y, 0); return `<text x="${a.toFixed(1)}" y="${(b + 5).toFixed(1)}" class="mid">${words}</text>`; };
    const [u, w] = values[variable.key].map(z => 2 * (clamp(z, variable.low, variable.high) - variable.low) / (variable.high - variable.low) - 1);
    const value = at()[grid.role](0), [px, py] = project(u, w, height(value)), [, floor] = project(u, w, 0);
    within("solid").innerHTML = `<path class="base" d="M${base}z"/>${quads.map(q => q[1]).join("")}<path class="drop" d="M${
      px.toFixed(1)} ${py.toFixed(1)}V${floor.toFixed(1)}"/><circle class="dot" cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="5"/>${
      name(0, -1.22, variable.labels[0])}${name(-1.22, 0, variable.labels[1])}`;
  };

  // Curves over a range: a nested drawing clips what leaves it.
  const curves = (series, from, to, here, words) => {
    const count = 121, xs = times(count, k => from + (to - from) * k / (count - 1)), all = series.map(([, f]) => xs.map(f));
    const flat = all.flat().filter(isFinite), least = Math.max(Math.min(0, ...flat), -10), most = Math.max(Math.min(Math.max(...flat), 12), least + 1e-9);
    const X = x => 320 * (x - from) / (to - from), Y = v => 150 - 140 * (v - least) / (most - least) - 5;
    const drawn = all.map((row, k) => {
      let pen = "M";
      const path = row.map((v, n) => { if (!isFinite(v)) { pen = "M"; return ""; } const step = pen + X(xs[n]).toFixed(1) + " " + clamp(Y(v), -999, 999).toFixed(1); pen = "L"; return step; });
      return `<path class="c${k % 6}" d="${path.join("")}"/>`;
    });
    const dots = series.map(([, f], k) => isFinite(f(here)) ? `<circle class="c${k % 6}" cx="${X(here).toFixed(1)}" cy="${clamp(Y(f(here)), -99, 999).toFixed(1)}" r="3.5"/>` : "");
    const key = series.map(([name], k) => `<path class="c${k % 6}" d="M${40 + k % 3 * 110} ${190 + 16 * (k / 3 | 0)}h22"/><text x="${
      66 + k % 3 * 110}" y="${194 + 16 * (k / 3 | 0)}">${name}</text>`);
    return `<svg viewBox="0 0 370 ${200 + 16 * ((series.length - 1) / 3 | 0)}" role="img" aria-label="${words}"><text x="36" y="16" class="end">${brief(most)}</text><text x="36" y="${
      5 + Y(least) + 6}" class="end">${brief(least)}</text><svg x="40" y="6" width="320" height="150"><path class="axis" d="M0 ${Y(0).toFixed(1)}h320M${X(here).toFixed(1)} 0v150"/>${
      drawn.join("")}${dots.join("")}</svg><text x="40" y="172">${brief(from)}</text><text x="360" y="172" class="end">${brief(to)}</text>${key.join("")}</svg>`;
  };
  const line = () => {
    const choice = within("direction"), now = at(), z = taken(variable.key);
    let way = times(size, k => +(k === +choice.value));
    if (choice.value === "down") {
      const g = times(size, k => now.first(k)), long = Math.hypot(...g);
      way = g.map(x => long ? -x / long : 0);
    }
    const along = s => at(moved(...z.map((x, k) => x + s * way[k])));
    const series = names.outline.map(([role, k, name]) => [name, s => along(s)[role](k)]);
    within("line").innerHTML = curves(series, variable.low, variable.high, 0, `${names.outline.map(o => o[2]).join(", ")} along a line through the point; at the point ${
      series.map(([, f]) => text(f(0))).join(", ")}`);
  };

  const say = now => {
    const found = names.said.map(([role, name, many]) => `${name} = ${many ? `(${times(size, k => text(now[role](k))).join(", ")})` : text(now[role]())}`);
    within("out").textContent = found.join("; ");
  };
  const render = () => {
    // Powers of what nearly vanishes magnify what sums have lost: pages with such powers bring more digits along.
    const now = typeof careful == "function" ? careful(program, ...given()) : at();
    say(now);
    if (!vector) {
      within("numbers").innerHTML = list(now);
      const [key, drawn] = names.axes[within("against")?.selectedIndex ?? 0], axis = known[key];
      const cache = new Map(), of = role => x => { if (!cache.has(x)) cache.set(x, at({ [key]: x })); return cache.get(x)[role](); };
      within("curve").innerHTML = curves(drawn.map(([role, name]) => [name, of(role)]), axis.low, axis.high,
        clamp(values[key], axis.low, axis.high), `${drawn.map(c => c[1]).join(", ")} against ${axis.symbol}`);
      return;
    }
    within("numbers").innerHTML = table(now);
    if (now.second) within("heat").innerHTML = heat(now);
    if (now.probabilities) within("layer").innerHTML = layer(now);
    names.outline = names.values ? times(size, k => ["value", k, names.values[k]]) : [["value", 0, names.value]];
    surface(); solid(); line();
  };
  let waiting = false;
  const draw = () => {
    if (!waiting) requestAnimationFrame(() => { waiting = false; render(); });
    waiting = true;
  };
  const all = () => {
    if (vector) {
      const choice = within("direction"), old = choice.value;
      choice.innerHTML = (names.down ? `<option value="down">${names.down}</option>` : "") + times(size, k => `<option value="${k}">${variable.labels[k]}</option>`).join("");
      if ([...choice.options].some(option => option.value === old)) choice.value = old;
    }
    controls();
    draw();
  };

  const panel = within("controls");
  panel.addEventListener("submit", event => event.preventDefault());
  panel.addEventListener("input", ({ target }) => {
    const { key, at: k } = target.dataset;
    // Below its least value an input has no meaning: the field is marked, and what was there stays.
    if (key && target.value !== "" && isFinite(target.value) && !target.validity.rangeUnderflow) set(key, +k, +target.value, target);
  });
  panel.addEventListener("change", ({ target }) => {
    const { label: key } = target.dataset;
    if ("size" in target.dataset) {
      size = +target.value;
      for (const each in label) if (label[each] >= size) label[each] = size - 1;
    } else if (key) label[key] = +target.value;
    else return;
    const mark = key ? `[data-label="${key}"]` : "[data-size]";
    all();
    panel.querySelector(mark).focus();
  });
  panel.addEventListener("click", ({ target }) => {
    const what = target.dataset.do;
    if (!what) return;
    if (what === "start") start(); else values[variable.key] = [1000, 0, -1000, 999, 500, -500];
    all();
    panel.querySelector(`[data-do="${what}"]`).focus();
  });
  const dragged = (place, move) => {
    let last = null;
    place.addEventListener("pointerdown", event => { last = event; place.setPointerCapture(event.pointerId); move(event, event); event.preventDefault(); });
    place.addEventListener("pointermove", event => { if (last) { move(event, last); last = event; } });
    for (const end of ["pointerup", "pointercancel"]) place.addEventListener(end, () => { last = null; });
  };
  within("against")?.addEventListener("change", draw);
  if (vector) {
    const plane = within("plane");
    dragged(plane, event => {
      const box = plane.getBoundingClientRect(), range = variable.high - variable.low;
      const share = [(event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height];
      share.forEach((part, k) => set(variable.key, k, +(variable.low + range * clamp(part, 0, 1)).toFixed(2)));
    });
    const picture = within("solid");
    const turned = (right, over) => { view.turn += right; view.tilt = clamp(view.tilt + over, 0, 1.5); solid(); };
    dragged(picture, (event, last) => turned((event.clientX - last.clientX) / 90, (event.clientY - last.clientY) / 90));
    picture.addEventListener("keydown", event => {
      const turn = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[event.key];
      if (turn) { turned(...turn); event.preventDefault(); }
    });
    within("shown").addEventListener("change", draw);
    within("direction").addEventListener("change", draw);
  }
  for (const part of root.querySelectorAll("[hidden]")) part.hidden = false;
  start();
  all();
};
