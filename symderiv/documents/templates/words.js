"use strict";
// The words of every formula, as they are read aloud: the text alternative for readers that know no MathML.
(() => {
  const WORDS = {
    "=": "equals", ">": "is greater than", "<": "is less than", "≠": "is not", "≤": "is at most", "≥": "is at least",
    "∈": "in", "→": "to", "…": "and so on to", "⋯": "and so on", "↦": "maps to", "⊙": "times element by element",
    "×": "times", "⋅": "times", "\u2062": "times", ":=": "is defined as", "≈": "is about", "⪰": "dominates",
    ",": "comma", "|": "given", "∂": "partial", "∇": "the gradient of", "⊤": "transposed", "′": "prime", "ℓ": "ell",
    "⋮": "and so on", "⋱": "and so on", "∞": "infinity", "−": "minus", "+": "plus", "/": "over", "\u2061": "of",
    "ℒ": "L", "ℛ": "R", "ℋ": "H", "ℱ": "F", "ℝ": "R", "ℕ": "N",
    "log": "the logarithm", "sign": "the sign", "step": "the step", "erf": "the error function",
  };
  // Greek letters are called what LaTeX calls them.
  const named = (text) => (Object.hasOwn(WORDS, text) ? WORDS[text]
    : /^[α-ωΑ-Ωϕϵ]$/.test(text) ? symderiv.WORDS[text].replace(/^\\(var)?/, "") : text);
  const ACCENTS = {"^": "hat", "~": "tilde", "¯": "bar"};
  const single = (element) => {
    const inside = element.children;
    return element.tagName === "mrow" && inside.length === 1 ? single(inside[0]) : element;
  };
  const simple = (element) => {
    const {tagName, firstElementChild: base} = single(element);
    return /^m([in]|sub(sup)?)$/.test(tagName) || tagName === "msup" && base.textContent !== "e";
  };
  const raised = (element) => {
    const text = element.textContent;
    if (text === "2") return " squared";
    if (text === "T" && single(element).getAttribute("mathvariant") || text === "⊤") return " transposed";
    return ` to the power ${words(element)}${simple(element) ? "" : ", end power"}`;
  };
  const derivative = (top, bottom) => {
    const [sign, ...of] = top.tagName === "mrow" ? top.children : [top];
    const order = sign.tagName === "msup" ? +sign.children[1].textContent : 1;
    const degree = ["", "", "second "][order] ?? `order-${order} `;
    const below = [...single(bottom).children].filter((each) => each.tagName !== "mspace" && each.textContent !== "∂");
    const variables = below.map((each) => {
      const count = each.tagName === "msup" && each.lastElementChild.tagName === "mn" && each.lastElementChild.textContent;
      return count ? `${words(each.firstElementChild)}, ${count} times` : words(each);
    });
    return `the ${degree}partial derivative ${of.length ? `of ${row(of)} ` : ""}with respect to ${variables.join(" and ")}`;
  };
  const opens = (element) => element.tagName === "mrow" && element.firstElementChild?.tagName === "mo";
  const isDerivative = (element) => element?.tagName === "mfrac" && /^∂/.test(element.children[1].textContent);
  const row = (elements, between = "times") => {
    const said = [];
    const shown = elements.filter((each) => each.tagName !== "mspace");
    shown.forEach((element, at) => {
      const before = shown[at - 1];
      if (before && element.tagName !== "mo")
        if (isDerivative(before) && single(before.children[0]).textContent.replace(/\d/g, "") === "∂") said.push("of");
        // The sign of a product is left out of the markup where nothing else can be meant.
        else if (between && before.tagName !== "mo" && !/^munder/.test(before.tagName) && !opens(element)) said.push(between);
      said.push(words(element));
      if (/^munder/.test(element.tagName)) said.push("of");
    });
    return said.filter(Boolean).join(" ");
  };
  const fenced = (inside) => {
    const open = inside[0].textContent, body = inside.slice(1, -1);
    if (open !== "|") return inside[1].tagName === "mtable" ? words(inside[1]) : `(${row(body)})`;
    return `the absolute value of ${row(body)}${body.length === 1 && simple(body[0]) ? "" : ", end absolute value"}`;
  };
  const index = (element) => (element.tagName === "mrow" ? row([...element.children], "") : words(element));
  function words(element) {
    const inside = [...element.children], text = element.textContent, name = element.tagName;
    const last = inside.at(-1);
    switch (name) {
      case "mi": case "mo": case "mn": return named(text);
      case "mspace": return "";
      case "mfrac":
        if (isDerivative(element)) return derivative(...inside);
        return inside.every(simple) ? inside.map(words).join(" over ") : `the fraction ${inside.map(words).join(" over ")}, end fraction`;
      case "msqrt": return `the square root of ${row(inside)}`;
      case "msub": return `${words(inside[0])} sub ${index(inside[1])}`;
      case "msup": return words(inside[0]) + raised(last);
      case "msubsup": return `${words(inside[0])} sub ${index(inside[1])}${raised(last)}`;
      case "munder": case "munderover":
        return `the ${inside[0].textContent === "∑" ? "sum" : "product"} over ${inside.slice(1).map(words).join(" to ")}`;
      case "mover": return `${words(inside[0])} ${ACCENTS[last.textContent]}`;
      case "mtable": return `the matrix with rows ${inside.map((line) => [...line.children].map((cell) => row([...cell.children])).join(", ")).join("; ")}`;
      default:
        if (name === "mrow" && inside.length > 2 && inside[0].tagName === "mo" && last.tagName === "mo"
          && "([{|⟨‖".includes(inside[0].textContent)) return fenced(inside);
        return row(inside);
    }
  }
  window.symderiv = {...window.symderiv, words};

  // After the page stands, a few at a time.
  const all = [...document.querySelectorAll("main math:not([alttext])")];
  const rest = () => {
    for (const formula of all.splice(0, 40)) formula.setAttribute("alttext", words(formula));
    if (all.length) later(rest);
    else document.documentElement.dataset.spoken = "yes";
  };
  const later = window.requestIdleCallback ?? ((task) => setTimeout(task, 50));
  later(rest);
})();
