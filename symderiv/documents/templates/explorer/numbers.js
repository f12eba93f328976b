// Numbers [h, l, s] = (h + l) e^s: the largest exponential of a sum becomes its scale, so that none overflows.
const numbers = (() => {
  const of = x => typeof x == "number" ? [x, 0, 0] : x;
  const twoSum = (a, b) => {
    const w = a + b, r = w - a, l = (a - (w - r)) + (b - r);
    return [w, isFinite(l) ? l : 0];
  };
  const twoProduct = (x, y) => {
    const w = x * y, p = 134217729 * x, q = 134217729 * y, a = p - (p - x), b = q - (q - y), c = x - a, d = y - b;
    const l = ((a * b - w) + a * d + c * b) + c * d;
    return [w, isFinite(l) ? l : 0];
  };
  // What is far below or above 1 is in its scale, so that no product of several of them is lost. A rest below all digits
  // that sums keep is none: what one sum had of it another would have lost, and their difference be a wrong number.
  const made = (a, b, s) => {
    const [h, rest] = twoSum(a, b), size = Math.abs(h), l = Math.abs(rest) < 1e-32 * size ? 0 : rest;
    if (!h || !isFinite(h)) return [h, 0, 0];
    if (size > 1e-140 && size < 1e140) return [h, l, s];
    const k = Math.round(Math.log(size)), f = Math.exp(-k / 2);
    return [h * f * f, l * f * f, s + k];
  };
  const float = x => {
    const [h, , s] = of(x), w = Math.exp(s), half = Math.exp(s / 2);
    return s == 0 ? h : w && isFinite(w) ? h * w : h * half * half;
  };
  const unscaled = x => {
    const w = float(x);
    return x[2] == 0 ? [x[0], x[1]] : [w, isFinite(w) ? x[1] / x[0] * w : 0];
  };
  const add2 = (x, y) => {
    if (x[0] == 0) return y;
    if (y[0] == 0) return x;
    if (x[2] < y[2]) [x, y] = [y, x];
    let [h, l] = y;
    if (x[2] != y[2]) {
      const [gap, rest] = twoSum(y[2], -x[2]), f = Math.exp(gap) * (1 + rest);
      h *= f; l *= f;
    }
    const [w, left] = twoSum(x[0], h);
    return made(w, left + (x[1] + l), x[2]);
  };
  const mul2 = (x, y) => {
    const [h, e] = twoProduct(x[0], y[0]), [s, rest] = twoSum(x[2], y[2]);
    return h ? made(h, e + (x[0] * y[1] + x[1] * y[0] + x[1] * y[1]) + h * rest, s) : [h, 0, 0];
  };
  const add = (...xs) => xs.map(of).reduce(add2, [0, 0, 0]);
  const mul = (...xs) => xs.map(of).reduce(mul2, [1, 0, 0]);
  const neg = x => { const [h, l, s] = of(x); return [-h, -l, s]; };
  const div = (x, y) => {
    x = of(x); y = of(y);
    const h = x[0] / y[0], [p, e] = twoProduct(h, y[0]), r = ((x[0] - p) - e) + x[1] - h * y[1];
    const [s, left] = twoSum(x[2], -y[2]);
    return y[0] ? made(h, (isFinite(r) ? r / y[0] : 0) + h * left, s) : [x[0] / Math.abs(y[0]), 0, 0];
  };
  const exp = x => {
    const [h, l] = unscaled(of(x));
    return h == -Infinity ? [0, 0, 0] : isFinite(h) ? [1, l, h] : [h, 0, 0];
  };
  const log = x => {
    x = of(x);
    if (!(x[0] > 0) || x[0] == Infinity) return [Math.log(x[0]), 0, 0];
    if (Math.abs(x[0] - 1) < 0.25) {
      const m = [x[0], x[1], 0], w = div(add(m, -1), add(m, 1)), square = mul(w, w);
      let all = w, factor = w;
      for (let odd = 3; odd < 48; odd += 2) {
        factor = mul(factor, square);
        if (Math.abs(factor[0]) <= Math.abs(all[0]) * 1e-33) break;
        all = add(all, div(factor, odd));
      }
      return add(mul(2, all), x[2]);
    }
    const [h, l] = twoSum(Math.log(x[0]), x[2]);
    return made(h, l + Math.log1p(x[1] / x[0]), 0);
  };
  const repeated = (x, n) => {
    const m = mul(...Array(Math.abs(n)).fill(x));
    return n < 0 ? div(1, m) : m;
  };
  // The whole part of an exponent is multiplied out, so that x^(n+1) is x times x^n to all digits.
  const pow = (x, y) => {
    x = of(x); y = of(y);
    const [n, rest] = unscaled(y), whole = Math.abs(n) <= 16 ? Math.floor(n) : 0, left = add([n, rest, 0], -whole);
    if (x[0] + n !== x[0] + n) return [NaN, 0, 0];
    if (!left[0]) return repeated(x, whole);
    if (!x[0]) return [n > 0 ? 0 : Infinity, 0, 0];
    if (x[0] > 0) return mul(repeated(x, whole), exp(mul(left, log(x))));
    if (rest || !Number.isInteger(n)) return [NaN, 0, 0];
    const m = pow(neg(x), y);
    return n % 2 ? neg(m) : m;
  };
  const sign = x => Math.sign(of(x)[0]);
  const step = x => +(sign(x) > 0);
  const abs = x => sign(x) < 0 ? neg(x) : of(x);
  const max = (...xs) => xs.map(of).reduce((x, y) => sign(add(y, neg(x))) > 0 ? y : x);
  // erf by its series of positive terms; from 2 on 1 - erf by its continued fraction, which keeps the digits of 1 - erf.
  const erf = x => {
    const v = unscaled(of(x))[0], u = Math.abs(v), g = Math.exp(-u * u) / Math.sqrt(Math.PI);
    let w = 0;
    if (u >= 2) for (let n = 120; n; n--) w = n / 2 / (u + w);
    if (u >= 2) w = made(1, u > 27 ? 0 : -g / (u + w), 0);
    else {
      for (let n = 60; n >= 0; n--) w = 1 + w * 2 * u * u / (2 * n + 3);
      w = [2 * g * u * w, 0, 0];
    }
    return v < 0 ? neg(w) : v != v ? [v, 0, 0] : w;
  };
  const fold = (join, start) => (count, body, skip) => {
    let all = start;
    for (let k = 0; k < count; k++) if (k !== skip) all = join(all, of(body(k)));
    return all;
  };
  const once = body => {
    const known = {};
    return (...at) => known[at] ??= of(body(...at));
  };
  return { float, add, mul, div, pow, exp, log, sign, step, abs, max, erf, pi: Math.PI, once,
    sum: fold(add2, [0, 0, 0]), product: fold(mul2, [1, 0, 0]) };
})();
