// Numbers m 2^e of `bits` bits under the names of `numbers`, for what two doubles lose where sums cancel.
// `lost.gap` is the widest distance, in bits, of two numbers that were added: of what lies lower all digits are dropped.
const exact = bits => {
  const lost = { gap: 0 }, guard = 64 + 2 * Math.ceil(Math.sqrt(bits)), work = bits + guard;
  const away = by => { if (by > lost.gap) lost.gap = by; };
  const special = x => typeof x == "number";
  const size = m => {
    const text = (m < 0n ? -m : m).toString(16);
    return text.length * 4 - Math.clz32(parseInt(text[0], 16)) + 28;
  };
  const shifted = (m, by) => by < 0 ? m >> BigInt(-by) : m << BigInt(by);
  const made = (m, e) => {
    const over = size(m) - bits;
    return !m ? { m, e: 0 } : over > 0 ? { m: shifted(m, -over), e: e + over } : { m, e };
  };
  const of = x => {
    if (!special(x) || !isFinite(x)) return x;
    const raw = new BigUint64Array(new Float64Array([x]).buffer)[0], at = Number(raw >> 52n & 2047n), low = raw & 4503599627370495n;
    const m = at ? low | 4503599627370496n : low;
    return { m: x < 0 ? -m : m, e: m ? (at || 1) - 1075 : 0 };
  };
  const zero = of(0), one = of(1);
  const float = x => {
    x = of(x);
    if (special(x)) return x;
    const over = Math.max(0, size(x.m) - 64), h = Number(shifted(x.m, -over)), e = x.e + over, half = Math.trunc(e / 2);
    return !h || e > 2200 ? h * Infinity || 0 : h * 2 ** half * 2 ** (e - half);
  };
  const sign = x => special(x = of(x)) ? Math.sign(x) : x.m > 0n ? 1 : x.m ? -1 : 0;
  // With an infinite or undefined number doubles say what comes of it; only the sign of the other counts.
  const finite = (f, g) => (x, y) => {
    x = of(x); y = of(y);
    return special(x) || special(y) ? of(g(special(x) ? x : sign(x), special(y) ? y : sign(y))) : f(x, y);
  };
  const add2 = finite((x, y) => {
    if (!x.m) return y;
    if (!y.m) return x;
    if (x.e + size(x.m) < y.e + size(y.m)) [x, y] = [y, x];
    away(x.e + size(x.m) - y.e - size(y.m));
    const low = Math.max(Math.min(x.e, y.e), x.e + size(x.m) - bits - guard);
    return made(shifted(x.m, x.e - low) + shifted(y.m, y.e - low), low);
  }, (x, y) => x + y);
  const mul2 = finite((x, y) => made(x.m * y.m, x.e + y.e), (x, y) => x * y);
  const div = finite((x, y) => {
    const by = bits + size(y.m);
    return y.m ? made(shifted(x.m, by) / y.m, x.e - y.e - by) : sign(x) / 0;
  }, (x, y) => x / y);
  const add = (...xs) => xs.reduce(add2, zero), mul = (...xs) => xs.reduce(mul2, one), neg = x => mul2(-1, x);

  // Whole numbers of 2^-work from here on.
  const product = (x, y) => shifted(x * y, -work), unit = shifted(1n, work);
  const inverse = (k, odd) => {
    let part = unit / BigInt(k), all = part;
    for (let n = 3n; part; n += 2n) all += (part = part / BigInt(odd * k * k)) / n;
    return all;
  };
  const ln2 = 2n * inverse(3, 1), pi = { m: 4n * (4n * inverse(5, -1) - inverse(239, -1)), e: -work };
  const halvings = Math.ceil(Math.sqrt(bits) / 2);
  const series = x => {
    const r = shifted(x, -halvings);
    let part = unit, all = unit;
    for (let n = 1n; part && part !== -1n; n++) all += part = product(part, r) / n;
    for (let n = 0; n < halvings; n++) all = product(all, all);
    return all;
  };
  const remembered = f => {
    const known = new Map();
    return x => {
      x = of(x);
      if (special(x)) return of(f(x));
      const name = x.m.toString(36) + "/" + x.e;
      if (!known.has(name)) known.set(name, f(x));
      return known.get(name);
    };
  };
  const exp = remembered(x => {
    const v = float(x);
    if (special(x) || Math.abs(v) > 1e9) return v > 0 || v !== v ? Infinity * v : zero;
    if (v) away(-Math.log2(Math.abs(v)));
    const whole = shifted(x.m, x.e + work), k = whole / ln2;
    return made(series(whole - k * ln2), Number(k) - work);
  });
  // Halley's iteration, by which the digits of a double become three times as many.
  const log = remembered(x => {
    if (!(sign(x) > 0)) return sign(x) < 0 || x !== x ? NaN : -Infinity;
    if (special(x)) return x;
    const long = size(x.m), k = x.e + long - (float({ m: x.m, e: -long }) < 0.7 ? 1 : 0), f = shifted(x.m, x.e - k + work);
    const start = Math.log(float({ m: f, e: -work })), first = of(start);
    if (!k && f !== unit) away(work - size(f - unit));
    let w = shifted(first.m, first.e + work);
    for (let digits = 48; digits < work; digits *= 3) {
      const e = series(w);
      w += shifted(f - e, work + 1) / (f + e);
    }
    return made(w + BigInt(k) * ln2, -work);
  });
  const repeated = (x, n) => {
    const m = mul(...Array(Math.abs(n)).fill(x));
    return n < 0 ? div(1, m) : m;
  };
  const pow = (x, y) => {
    const n = float(y);
    if (float(x) !== float(x) || n !== n) return NaN;
    if (Number.isInteger(n) && Math.abs(n) <= 64) return repeated(x, n);
    if (!sign(x)) return n > 0 ? zero : Infinity;
    if (sign(x) > 0) return exp(mul(y, log(x)));
    if (!Number.isInteger(n)) return NaN;
    return n % 2 ? neg(pow(neg(x), y)) : pow(neg(x), y);
  };
  const abs = x => sign(x) < 0 ? neg(x) : of(x);
  const max = (...xs) => xs.reduce((x, y) => sign(add(y, neg(x))) > 0 ? y : x);
  // The series of positive terms; from 40 on the error function is 1 to all digits that doubles can tell.
  const erf = x => {
    const v = float(x);
    if (v !== v || Math.abs(v) > 40) return of(Math.sign(v));
    away(v * v * 1.45);
    const square = mul(x, x), twice = mul(2, square);
    let part = mul(2, x, exp(neg(square)), pow(pi, -0.5)), all = part;
    for (let n = 3; sign(part) && size(part.m) + part.e > size(all.m) + all.e - bits; n += 2) all = add(all, part = div(mul(part, twice), n));
    return all;
  };
  const fold = (join, start) => (count, body, skip) => {
    let all = start;
    for (let k = 0; k < count; k++) if (k !== skip) all = join(all, body(k));
    return of(all);
  };
  const once = body => {
    const known = {};
    return (...at) => known[at] ??= of(body(...at));
  };
  return { lost, float, add, mul, div, pow, exp, log, sign, step: x => +(sign(x) > 0), abs, max, erf, pi, once,
    sum: fold(add2, zero), product: fold(mul2, one) };
};

// The functions of a program, each value by as many bits as it takes until it stays or nothing more is dropped.
const careful = (program, ...given) => {
  const fast = program(numbers, ...given), known = new Map();
  const refined = (role, at, bits, before) => {
    if (!known.has(bits)) {
      const M = exact(bits);
      known.set(bits, [M.lost, program(M, ...given)]);
    }
    const [lost, functions] = known.get(bits), value = functions[role](...at), need = Math.min(3 * lost.gap + 64, 3000);
    if (bits >= need || value && Math.abs(value - before) <= 1e-13 * Math.abs(value)) return value;
    return refined(role, at, 2 * bits, value);
  };
  const best = (role, ...at) => {
    const first = fast[role](...at), value = refined(role, at, 192, first);
    return value === value ? value : first;
  };
  return Object.fromEntries(Object.keys(fast).map(role => [role, (...at) => best(role, ...at)]));
};
