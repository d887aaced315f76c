import { describe, expect, it } from "vitest";
import { cosPi, exp, expf, log, log2, logf } from "../src/math.ts";
import { Random } from "../src/random.ts";
import { cosPiError, expError, log2Error, logError } from "./helpers/highPrecision.ts";

/** The largest error of `f` over these numbers; NaN if one is. */
function worst(numbers: number[], f: (x: number) => number, error: (y: number, x: number) => number): number {
  return Math.max(...numbers.map((x) => error(f(x), x)));
}

const draw = (length: number, next: (i: number) => number) => Array.from({ length }, (_, i) => next(i));

/** x and the doubles beside it, `count` on either side, from the one nearest to 0 on. */
function around(x: number, count: number): number[] {
  const values = new Float64Array(2 * count + 1).fill(x);
  const bits = new BigInt64Array(values.buffer);
  for (let i = 0; i < bits.length; i++) bits[i]! += BigInt(i - count);
  return [...values];
}

const neverFalls = (values: number[]) => values.every((value, i) => i === 0 || value >= values[i - 1]!);
const neverRises = (values: number[]) => values.every((value, i) => i === 0 || value <= values[i - 1]!);

// mpmath, 40 digits, rounded to doubles: float(exp(mpf(x))), float(log(mpf(x))), float(log(mpf(x), 2)), float(cospi(x)).
const exps = [
  [2, 7.38905609893065],
  [-1, 0.36787944117144233],
  [0.5, 1.6487212707001282],
  [10, 22026.465794806718],
  [-700, 9.85967654375977e-305],
  [709.5, 1.3549863193146328e308],
  [-740, 4.2e-322],
] as const;
const logs = [
  [7, 1.9459101490553132],
  [11, 2.3978952727983707],
  [0.3, -1.2039728043259361],
  [3, 1.0986122886681098],
  [1.0000001, 9.999999505838704e-8],
  [1e-300, -690.7755278982137],
  [5e-324, -744.4400719213812],
  [Number.MAX_VALUE, 709.782712893384],
] as const;

const log2s = [
  [3, 1.584962500721156],
  [0.3, -1.7369655941662063],
  [1.0000001, 1.4426949695965583e-7],
  [16.5, 4.044394119358453],
] as const;
const cosines = [
  [0.1, 0.9510565162951535],
  [1 / 3, 0.5],
  [0.7, -0.587785252292473],
  [123456.7, -0.587785252285076],
] as const;

describe("the oracle for float64", () => {
  it.each([
    ...log2s.map(([x, y]) => ["log2", x, y, log2Error] as const),
    ...cosines.map(([x, y]) => ["cosPi", x, y, cosPiError] as const),
    ...exps.map(([x, y]) => ["exp", x, y, expError] as const),
    ...logs.map(([x, y]) => ["log", x, y, logError] as const),
  ])("knows the double that is nearest to %s(%d)", (_name, x, y, error) => {
    const [inner, nearest, outer] = around(y, 1).map((value) => error(value, x)) as [number, number, number];
    expect(nearest).toBeLessThanOrEqual(0.5);
    expect(Math.min(inner, outer)).toBeGreaterThanOrEqual(0.5);
    expect(Math.max(inner, outer)).toBeLessThanOrEqual(1.5);
  });
});

describe("exp", () => {
  const random = new Random(1, "exp");

  it("errs by at most 1 ulp over its range", () => {
    const numbers = draw(6000, () => random.uniform() * 1454.9 - 745.13);
    expect(worst(numbers, exp, expError)).toBeLessThanOrEqual(1);
  });

  it("errs by at most 1 ulp near 0", () => {
    const numbers = draw(3000, () => (random.uniform() - 0.5) * 2 ** -random.below(60));
    expect(worst(numbers, exp, expError)).toBeLessThanOrEqual(1);
  });

  it("errs by at most 1 ulp where the power of two changes, and does not fall there", () => {
    for (let k = -1074; k < 1023; k++) {
      const numbers = around((k + 0.5) * Math.LN2, 1);
      expect(worst(numbers, exp, expError)).toBeLessThanOrEqual(1);
    }
    for (let k = -1000; k < 1000; k += 7) {
      const values = around((k + 0.5) * Math.LN2, 50).map(exp);
      expect(k < 0 ? neverRises(values) : neverFalls(values)).toBe(true);
    }
  });

  it("overflows above 709.782712893384, and underflows to 0 below −745.133219101941", () => {
    expect(exp(709.782712893384)).toBeLessThan(Infinity);
    expect(exp(709.7827128933841)).toBe(Infinity);
    expect(exp(-745.133219101941)).toBe(5e-324);
    expect(exp(-745.1332191019412)).toBe(0);
    expect(neverFalls(around(709.782712893384, 5000).map(exp))).toBe(true);
    expect(neverRises(around(-745.133219101941, 5000).map(exp))).toBe(true);
  });

  it("has these special values", () => {
    expect([0, -0, Infinity, -Infinity, NaN, 1e308, -1e308, 5e-324].map(exp)).toEqual([
      1,
      1,
      Infinity,
      0,
      NaN,
      Infinity,
      0,
      1,
    ]);
  });
});

describe("log", () => {
  const random = new Random(1, "log");

  it("errs by at most 1 ulp at numbers of every exponent, the denormals among them", () => {
    const view = new DataView(new ArrayBuffer(8));
    const numbers = draw(6000, () => {
      view.setUint32(0, random.below(0x7ff00000));
      view.setUint32(4, random.uint32());
      return view.getFloat64(0);
    });
    const denormals = draw(500, () => (1 + random.uint32()) * 2 ** -1074);
    expect(worst([...numbers, ...denormals], log, logError)).toBeLessThanOrEqual(1);
  });

  it("errs by at most 1 ulp near 1", () => {
    const numbers = draw(3000, () => 1 + (random.uniform() - 0.5) * 2 ** -random.below(50));
    expect(worst(numbers, log, logError)).toBeLessThanOrEqual(1);
  });

  it("errs by at most 1 ulp where the power of two changes, and does not fall there", () => {
    for (let k = -1021; k < 1023; k++) {
      const numbers = around(Math.SQRT1_2 * 2 ** k, 1);
      expect(worst(numbers, log, logError)).toBeLessThanOrEqual(1);
    }
    for (let k = -1021; k < 1023; k += 7) {
      expect(neverFalls(around(Math.SQRT1_2 * 2 ** k, 50).map(log))).toBe(true);
    }
  });

  it("has these special values", () => {
    expect([1, 0, -0, Infinity, -Infinity, NaN, -1, -5e-324].map(log)).toEqual([
      0,
      -Infinity,
      -Infinity,
      Infinity,
      NaN,
      NaN,
      NaN,
      NaN,
    ]);
  });
});

describe("log2", () => {
  const random = new Random(1, "log2");

  it("errs by at most 1 ulp at numbers of every exponent, the denormals among them, and near 1", () => {
    const view = new DataView(new ArrayBuffer(8));
    const numbers = draw(6000, () => {
      view.setUint32(0, random.below(0x7ff00000));
      view.setUint32(4, random.uint32());
      return view.getFloat64(0);
    });
    const denormals = draw(500, () => (1 + random.uint32()) * 2 ** -1074);
    const nearOne = draw(3000, () => 1 + (random.uniform() - 0.5) * 2 ** -random.below(50));
    const upTo16 = draw(3000, () => 1 + 15 * random.uniform());
    const all = [...numbers, ...denormals, ...nearOne, ...upTo16];
    expect(worst(all, log2, log2Error)).toBeLessThanOrEqual(1);
  });

  it("errs by at most 1 ulp where the power of two changes, and does not fall there", () => {
    for (let k = -1021; k < 1023; k += 7) {
      const numbers = around(Math.SQRT1_2 * 2 ** k, 20);
      expect(worst(numbers, log2, log2Error)).toBeLessThanOrEqual(1);
      expect(neverFalls(numbers.map(log2))).toBe(true);
    }
  });

  it("is exact at powers of two", () => {
    for (let k = -1074; k < 1024; k++) if (log2(2 ** k) !== k) expect.fail(`log2(2^${k}) is ${log2(2 ** k)}`);
  });

  it("has these special values", () => {
    const values = [1, 0, -0, Infinity, -Infinity, NaN, -1, -5e-324].map(log2);
    expect(values).toEqual([0, -Infinity, -Infinity, Infinity, NaN, NaN, NaN, NaN]);
  });
});

describe("cosPi", () => {
  const random = new Random(1, "cosPi");

  it("errs by at most 1.5 ulp, whatever the size of x", () => {
    const turns = draw(6000, () => 4 * random.uniform() - 2);
    const large = draw(3000, () => (random.uniform() - 0.5) * 2 ** random.below(54));
    const small = draw(1000, () => random.uniform() * 2 ** -random.below(100));
    expect(worst([...turns, ...large, ...small], cosPi, cosPiError)).toBeLessThanOrEqual(1.5);
  });

  it("errs by at most 1.5 ulp near the multiples of ¼, zeros among them", () => {
    for (let i = -16; i <= 16; i++) {
      expect(worst(around(i / 4, i === 0 ? 0 : 50), cosPi, cosPiError)).toBeLessThanOrEqual(1.5);
      const near = draw(50, () => i / 4 + (random.uniform() - 0.5) * 2 ** -random.below(50));
      expect(worst(near, cosPi, cosPiError)).toBeLessThanOrEqual(1.5);
    }
  });

  it("is exact at multiples of ½, and even", () => {
    expect([0, 0.5, 1, 1.5, 2, 2.5, 3, 2 ** 53, 2 ** 1000, Number.MAX_VALUE].map(cosPi)).toEqual([
      ...[1, 0, -1, 0, 1, 0, -1, 1, 1, 1],
    ]);
    for (const x of draw(100, () => 10 * random.uniform())) expect(cosPi(-x)).toBe(cosPi(x));
  });

  it("stays within [−1, 1], and falls from 0 to 1 without a step up", () => {
    const values = draw(20_001, (i) => cosPi(i / 20_000));
    expect(neverRises(values)).toBe(true);
    expect([values[0], values.at(-1)]).toEqual([1, -1]);
    expect(neverRises(around(0.25, 2000).map(cosPi))).toBe(true);
  });

  it("is NaN where there is no x", () => {
    expect([Infinity, -Infinity, NaN].map(cosPi)).toEqual([NaN, NaN, NaN]);
  });
});

const word = new Uint32Array(1);
const single = new Float32Array(word.buffer);
const pair = new Uint32Array(2);
const double = new Float64Array(pair.buffer);

/** A float32 by its bits. */
function float32(bits: number): number {
  word[0] = bits;
  return single[0]!;
}

/** The unit in the last place of a float32 in the binade of `truth`, which is not 0. */
function unit32(truth: number): number {
  double[0] = truth;
  const binade = ((pair[1]! >>> 20) & 0x7ff) - 1023;
  pair[0] = 0;
  pair[1] = (Math.max(binade - 23, -149) + 1023) << 20;
  return double[0]!;
}

/** The largest error of `f`, in ulps of float32, against `truth`, whose own error in float64 is nothing to it. */
function worst32(
  f: (x: number) => number,
  truth: (x: number) => number,
  from: number,
  to: number,
  step: number,
) {
  let result = 0;
  for (let bits = from; bits < to; bits += step) {
    const x = float32(bits);
    const y = truth(x);
    const error = y === 0 ? Math.abs(f(x)) : Math.abs(f(x) - y) / unit32(y);
    if (!(error <= result)) result = error;
  }
  return result;
}

/** The bits of the float32 nearest to x. As bits are counted, numbers go away from 0. */
function bitsOf(x: number): number {
  single[0] = x;
  return word[0]!;
}

describe("expf", () => {
  it("errs by less than 1.1 ulp at every 997th float32 of its range", () => {
    expect(worst32(expf, Math.exp, 0, bitsOf(88.72283), 997)).toBeLessThan(1.1);
    expect(worst32(expf, Math.exp, 0x80000000, bitsOf(-104), 997)).toBeLessThan(1.1);
  });

  it("is Infinity at every 997th float32 above, and 0 below", () => {
    for (let bits = bitsOf(88.72284); bits <= bitsOf(Infinity); bits += 997) {
      if (expf(float32(bits)) !== Infinity) expect.fail(`expf(${float32(bits)}) is ${expf(float32(bits))}`);
    }
    for (let bits = bitsOf(-103.97209); bits <= bitsOf(-Infinity); bits += 997) {
      if (expf(float32(bits)) !== 0) expect.fail(`expf(${float32(bits)}) is ${expf(float32(bits))}`);
    }
  });

  it("overflows and underflows at the right float32, and is monotone on the way there", () => {
    const largest = bitsOf(88.72283172607422);
    expect(expf(float32(largest))).toBeLessThan(Infinity);
    expect(expf(float32(largest + 1))).toBe(Infinity);
    const smallest = bitsOf(-103.97207641601562);
    expect(expf(float32(smallest))).toBe(2 ** -149);
    expect(expf(float32(smallest + 1))).toBe(0);
    expect(neverFalls(draw(20_000, (i) => expf(float32(largest - 10_000 + i))))).toBe(true);
    expect(neverRises(draw(20_000, (i) => expf(float32(smallest - 10_000 + i))))).toBe(true);
  });

  it("has these special values", () => {
    expect([0, -0, Infinity, -Infinity, NaN, 2 ** -149].map(expf)).toEqual([1, 1, Infinity, 0, NaN, 1]);
  });
});

describe("logf", () => {
  it("errs by at most 1 ulp at every 997th positive float32", () => {
    expect(worst32(logf, Math.log, 1, bitsOf(Infinity), 997)).toBeLessThanOrEqual(1);
  });

  it("errs by at most 1 ulp at the 100,000 smallest denormals and the 200,000 float32 around 1", () => {
    expect(worst32(logf, Math.log, 1, 100_000, 1)).toBeLessThanOrEqual(1);
    expect(worst32(logf, Math.log, bitsOf(1) - 100_000, bitsOf(1) + 100_000, 1)).toBeLessThanOrEqual(1);
  });

  it("does not fall where the power of two changes", () => {
    for (let k = -126; k < 127; k++) {
      const middle = bitsOf(Math.SQRT1_2 * 2 ** k);
      expect(neverFalls(draw(200, (i) => logf(float32(middle - 100 + i))))).toBe(true);
    }
  });

  it("is NaN at every 997th negative float32, and at NaN", () => {
    for (let bits = 0x80000001; bits < 2 ** 32; bits += 997) {
      if (!Number.isNaN(logf(float32(bits)))) expect.fail(`logf(${float32(bits)}) is ${logf(float32(bits))}`);
    }
  });

  it("has these special values", () => {
    expect([1, 0, -0, Infinity, -Infinity, NaN].map(logf)).toEqual([
      0,
      -Infinity,
      -Infinity,
      Infinity,
      NaN,
      NaN,
    ]);
  });
});
