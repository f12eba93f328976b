"use strict";
// Copy buttons. The LaTeX of a formula is written from its MathML, in the words that the LaTeX document has.
(() => {
  const WORDS = {
    "≠": "\\neq", "≤": "\\leq", "≥": "\\geq", "∈": "\\in", "→": "\\to", "…": "\\dots", "⋯": "\\cdots", "↦": "\\mapsto",
    "⊙": "\\odot", "×": "\\times", ":=": "\\mathrel{:=}", "≈": "\\approx", "⪰": "\\succeq", "|": "\\mid", "⋅": "\\cdot",
    "⋮": "\\vdots", "⋱": "\\ddots", "−": "-", "∑": "\\sum", "∏": "\\prod", "⟨": "\\langle", "⟩": "\\rangle",
    "‖": "\\Vert", "{": "\\{", "}": "\\}", "α": "\\alpha", "β": "\\beta", "γ": "\\gamma", "δ": "\\delta",
    "ϵ": "\\epsilon", "ε": "\\varepsilon", "ζ": "\\zeta", "η": "\\eta", "θ": "\\theta", "κ": "\\kappa", "λ": "\\lambda",
    "μ": "\\mu", "ν": "\\nu", "ξ": "\\xi", "π": "\\pi", "ρ": "\\rho", "σ": "\\sigma", "τ": "\\tau", "ϕ": "\\phi",
    "φ": "\\varphi", "χ": "\\chi", "ψ": "\\psi", "ω": "\\omega", "Γ": "\\Gamma", "Δ": "\\Delta", "Θ": "\\Theta",
    "Λ": "\\Lambda", "Π": "\\Pi", "Σ": "\\Sigma", "Φ": "\\Phi", "Ψ": "\\Psi", "Ω": "\\Omega", "ℓ": "\\ell",
    "∂": "\\partial", "∇": "\\nabla", "∞": "\\infty", "⊤": "\\top", "⋆": "\\star", "′": "\\prime", "∗": "*",
    "ℝ": "\\mathbb{R}", "ℕ": "\\mathbb{N}", "ℒ": "\\mathcal{L}", "ℛ": "\\mathcal{R}", "ℋ": "\\mathcal{H}",
    "ℱ": "\\mathcal{F}", "\u2061": "", "\u2062": "",
  };
  const ACCENTS = {"^": "\\hat", "~": "\\tilde", "¯": "\\bar"};
  const KNOWN = ["log", "exp", "max", "min", "sup"];
  const parts = (element) => [...element.children];
  const row = (elements) => elements.map(latex).reduce((text, part) => {
    if (!part) return text;
    if (part === "," || part === ";") return `${text}${part} `;
    return `${text}${text && !text.endsWith(" ") ? " " : ""}${part}`;
  }, "");
  const script = (sign, element) => {
    const text = element.tagName === "mi" && element.textContent.length > 1
      ? `\\mathrm{${element.textContent}}` : latex(element);
    return text.length === 1 ? sign + text : `${sign}{${text}}`;
  };
  const based = (element) => (/^msu|^mstyle/.test(element.tagName) ? `{${latex(element)}}` : latex(element));
  const opens = (sign) => sign.getAttribute("form") === "prefix" || "([{⟨".includes(sign.textContent);
  function latex(element) {
    const text = element.textContent, inside = parts(element);
    switch (element.tagName) {
      case "mi":
        if (Object.hasOwn(WORDS, text)) return WORDS[text];
        if (element.className === "bold") return `\\mathbf{${text}}`;
        if (element.getAttribute("mathvariant") === "normal") return text === "T" ? "\\mathsf{T}" : `\\mathrm{${text}}`;
        return text.length === 1 ? text : KNOWN.includes(text) ? `\\${text}` : `\\operatorname{${text}}`;
      case "mo": {
        const word = WORDS[text] ?? text;
        if (element.hasAttribute("minsize")) return `\\big${opens(element) ? "l" : "r"}${word}`;
        return word;
      }
      case "mn": return text;
      case "mspace": return element.getAttribute("width") === "1em" ? "\\quad" : "";
      case "mfrac": return `\\frac{${latex(inside[0])}}{${latex(inside[1])}}`;
      case "msqrt": return `\\sqrt{${row(inside)}}`;
      case "msub": return based(inside[0]) + script("_", inside[1]);
      case "msup": return based(inside[0]) + script("^", inside[1]);
      case "msubsup": return based(inside[0]) + script("_", inside[1]) + script("^", inside[2]);
      case "munder": return `${latex(inside[0])}_{${latex(inside[1])}}`;
      case "munderover": return `${latex(inside[0])}_{${latex(inside[1])}}${script("^", inside[2])}`;
      case "mover": return `${ACCENTS[inside[1].textContent]}{${latex(inside[0])}}`;
      case "mtable": return `\\begin{pmatrix} ${inside.map((line) => parts(line).map((cell) => row(parts(cell))).join(" & "))
        .join(" \\\\ ")} \\end{pmatrix}`;
      case "mrow": return fenced(inside);
      default: return row(inside);
    }
  }
  const fenced = (inside) => {
    const first = inside[0], last = inside[inside.length - 1];
    const fences = first?.tagName === "mo" && last?.tagName === "mo" && inside.length > 2 && "(|[{⟨‖".includes(first.textContent);
    if (!fences || first.hasAttribute("minsize")) return row(inside);
    if (inside[1].tagName === "mtable") return latex(inside[1]);
    const bar = first.textContent === "|";
    const [open, close] = bar ? ["\\lvert", "\\rvert"] : [latex(first), latex(last)];
    const ended = /[a-z]$/.test(open) ? `${open} ` : open;
    const body = row(inside.slice(1, -1));
    return first.hasAttribute("stretchy") ? `${ended}${body}${close}` : `\\left${ended}${body} \\right${close}`;
  };
  const rows = (formulas) => [...formulas].map(latex);

  const left = (chain) => rows(chain.querySelectorAll(".left math")).join("");
  const right = (line) => rows(line.querySelectorAll("summary > span:not([class]) > math"));
  const sign = (line) => line.querySelector("i").textContent;
  const ofLine = (line) => {
    const start = left(line.closest(".chain"));
    return `${start} ${sign(line)} ${right(line).join(" ")}`;
  };
  const ofProof = (chain) => {
    const lines = [...chain.querySelectorAll("li")].map((line, at) =>
      `  ${at ? "" : `${left(chain)} `}&${sign(line)} ${right(line).join(" \\\\\n  &\\qquad {}")}`);
    return `\\begin{align*}\n${lines.join(" \\\\\n")}\n\\end{align*}`;
  };
  window.symderiv = {...window.symderiv, WORDS, latex: (formula) => latex(formula), ofLine, ofProof};

  const tools = document.querySelector(".tools");
  const said = tools && tools.querySelector("[role=status]");
  const copied = async (text, button) => {
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = Object.assign(document.createElement("textarea"), {value: text});
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    if (said) said.textContent = "copied";
    button.textContent = "copied";
    setTimeout(() => { button.textContent = label; if (said) said.textContent = ""; }, 1200);
  };
  const button = (label, text, name) => {
    const made = Object.assign(document.createElement("button"), {type: "button", textContent: label});
    if (name) made.setAttribute("aria-label", name);
    made.addEventListener("click", () => copied(text(), made));
    return made;
  };

  const offer = (line) =>
    line.append(button("copy LaTeX", () => ofLine(line.parentElement), "copy the LaTeX of this line"));
  document.addEventListener("filled", (event) => offer(event.target));
  document.querySelectorAll("[data-filled]").forEach(offer);
  for (const chain of document.querySelectorAll(".chain")) {
    const place = Object.assign(document.createElement("p"), {className: "tools"});
    place.append(button("copy LaTeX of this proof", () => ofProof(chain)));
    chain.after(place);
  }
  if (tools) tools.addEventListener("click", (event) => {
    if (event.target.dataset.text) copied(event.target.dataset.text, event.target);
  });
})();
