// What both panels do: they start when they come near or nothing else is to do, and write numbers, in shaded cells.
const soon = live => {
  const root = document.querySelector(".try");
  const begin = () => {
    if (root.dataset.live) return;
    root.dataset.live = "yes";
    seen.disconnect();
    live();
  };
  const seen = new IntersectionObserver(found => { if (found.some(each => each.isIntersecting)) begin(); }, { rootMargin: "400px" });
  seen.observe(root);
  if (window.requestIdleCallback) requestIdleCallback(begin);
  else setTimeout(begin, 400);
  addEventListener("beforeprint", begin);
};
const times = (count, make) => Array.from({ length: count }, (_, at) => make(at));
const clamp = (x, a, b) => Math.min(Math.max(x, a), b);
const text = x => x !== x ? "undefined" : !isFinite(x) ? (x > 0 ? "∞" : "−∞")
  : (x && Math.abs(x) < 5e-5 || Math.abs(x) >= 1e6 ? x.toExponential(2) : (x || 0).toFixed(4)).replaceAll("-", "−");
const cell = (x, style = "") => `<td title="${x}"${style}>${text(x)}</td>`;
const heading = name => `<th scope="col">${name}</th>`, side = name => `<th scope="row">${name}</th>`;
const shade = (x, top) => ` style="background:color-mix(in srgb,var(--${x < 0 ? "changed" : "link"}) ${
  Math.round(45 * clamp(Math.abs(x) / top || 0, 0, 1))}%,transparent)"`;
