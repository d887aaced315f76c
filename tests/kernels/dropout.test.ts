import { describe, expect, it } from "vitest";
import { philox } from "../../src/kernels/dropout.ts";
import { referenceKernels } from "../../src/kernels/index.ts";
import { Random } from "../../src/random.ts";
import { Region } from "../../src/tensor.ts";
import { expectSameBits } from "../helpers/expectNumbers.ts";
import { everyTwins, floats, written } from "../helpers/twins.ts";
import { kinds, numbers, sizes } from "../helpers/values.ts";

const seed = { high: 0xa4093822, low: 0x299f31d0 };
const rates = [0, 0.1, 0.5, 0.999];

describe("philox", () => {
  // The known answers that the authors publish with Random123 (kat_vectors, philox4x32, 10 rounds).
  it.each([
    [[0, 0, 0, 0], [0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
    [[-1, -1, -1, -1], [-1, -1], "408f276d 41c83b0e a20bc7c6 6d5451fd"],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      "d16cfe09 94fdcceb 5001e420 24126ea1",
    ],
  ])("turns the counter %j with the key %j into the published words", (counter, [key0, key1], answer) => {
    const words = Uint32Array.from(counter, (word) => word >>> 0);
    philox(words, key0! >>> 0, key1! >>> 0);
    expect([...words].map((word) => word.toString(16).padStart(8, "0")).join(" ")).toBe(answer);
  });
});

describe.each(everyTwins)("dropout in $name", (twins) => {
  const round = twins.precision === "float32" ? Math.fround : (x: number) => x;

  it("drops and scales by the words of Philox, four counters side by side", () => {
    const { y } = twins.check(
      "dropout",
      { y: written(floats(4, 5)), x: floats(4, 5, (i) => i + 1) },
      (kernels, t) => kernels.dropout.apply(t.y, t.x, { high: 0, low: 0 }, 0.3),
    );
    const scale = round(1 / (1 - 0.3));
    const expected = Array.from({ length: 20 }, (_, i) => {
      const words = Uint32Array.of(4 * (i >> 4) + (i & 3), 0, 0, 0);
      philox(words, 0, 0);
      return words[(i >> 2) & 3]! / 2 ** 32 >= 0.3 ? round((i + 1) * scale) : 0;
    });
    expectSameBits(y.data, expected);
    // The first word of counter 0 is 0x6627e8d5, of 2^32 0.399…
    expect(y.data[0]).toBe(scale);
  });

  it.each(kinds)("has the definition's bits at every size, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "dropout");
    for (const rate of rates) {
      for (const n of [...sizes, 3072]) {
        const x = floats(1, n, next);
        twins.check(`dropout ${rate}`, { y: written(floats(1, n)), x }, (kernels, t) =>
          kernels.dropout.apply(t.y, t.x, seed, rate),
        );
        twins.check(`dropout ${rate} in place`, { x: written(x) }, (kernels, t) =>
          kernels.dropout.apply(t.x, t.x, seed, rate),
        );
      }
    }
  });

  it("lets all pass at rate 0, and makes what it drops 0, not −0 and not NaN", () => {
    const x = [1.5, -2, NaN, -0, Infinity, 3, 4, 5];
    const run = (rate: number) => [
      ...twins.check("dropout", { y: written(floats(1, 8)), x: floats(1, 8, x) }, (kernels, t) =>
        kernels.dropout.apply(t.y, t.x, seed, rate),
      ).y.data,
    ];
    expectSameBits(run(0), x);
    expectSameBits(
      run(1 - 2 ** -40),
      x.map(() => 0),
    );
  });

  it("gives an element the same number wherever a batch ends", () => {
    const run = (rows: number) =>
      twins
        .check("dropout", { y: written(floats(rows, 7)), x: floats(rows, 7, () => 1) }, (kernels, t) =>
          kernels.dropout.apply(t.y, t.x, seed, 0.5),
        )
        .y.data.slice();
    expectSameBits(run(20).subarray(0, 9 * 7), run(9));
  });

  it("reads the seed when it runs", () => {
    const seeds = [
      { high: 1, low: 2 },
      { high: 2, low: 2 },
      { high: 1, low: 3 },
    ];
    const masks = seeds.map((each) =>
      [
        ...twins.check("dropout", { y: written(floats(1, 64)), x: floats(1, 64, () => 1) }, (kernels, t) =>
          kernels.dropout.apply(t.y, t.x, each, 0.5),
        ).y.data,
      ].join(),
    );
    expect(new Set(masks).size).toBe(3);
  });

  it("refuses another shape", () =>
    twins.refuses(
      "dropout.apply: y is (2, 3), expected (3, 2).",
      { y: floats(2, 3), x: floats(3, 2) },
      (kernels, { y, x }) => kernels.dropout.apply(y, x, seed, 0.5),
    ));
});

describe("what is dropped", () => {
  const [rows, columns] = [100, 50];
  const region = new Region();
  const [ones, y] = [region.tensor("float32", rows, columns), region.tensor("float32", rows, columns)];
  region.bind(new ArrayBuffer(region.bytes), 0);
  ones.data.fill(1);

  /** 1 where an element is kept, else 0, with the seeds that a training gives its layers. */
  function mask(rate: number, step: number, layer = "dropout1.0"): Uint8Array {
    const random = new Random(1, "step", 1, step, layer);
    const words = { high: random.uint32(), low: random.uint32() };
    referenceKernels.dropout.apply(y, ones, words, rate);
    return Uint8Array.from(y.data, (value) => (value > 0 ? 1 : 0));
  }

  /** How far a count is from `share` of `of`, in standard deviations. */
  const deviation = (count: number, of: number, share: number) =>
    Math.abs(count - of * share) / Math.sqrt(of * share * (1 - share));
  const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);

  // 200 steps of 5,000 numbers. The limits are passed by chance once in more than a million runs of any other seed.
  const steps = Array.from({ length: 200 }, (_, step) => step + 1);

  it.each([0.1, 0.5, 0.8])("is the rate's share, %d, of all, of each step and of each column", (rate) => {
    const masks = steps.map((step) => mask(rate, step));
    const kept = 1 - rate;
    expect(deviation(sum(masks.map(sum)), 200 * 5000, kept)).toBeLessThan(5);
    for (const each of masks) expect(deviation(sum(each), 5000, kept)).toBeLessThan(5.5);
    for (let j = 0; j < columns; j++) {
      const count = sum(masks.map((each) => sum(each.filter((_, i) => i % columns === j))));
      expect(deviation(count, 200 * rows, kept)).toBeLessThan(5.5);
    }
  });

  it("does not depend on the step before, the other layer, the next column, the next row or four numbers on", () => {
    const agree = { step: 0, layer: 0, column: 0, row: 0, four: 0 };
    let before = mask(0.5, 0);
    for (const step of steps) {
      const now = mask(0.5, step);
      const other = mask(0.5, step, "dropout2.0");
      const same = (a: Uint8Array, shift: number, b = a) => {
        let count = 0;
        for (let i = shift; i < a.length; i++) if (a[i] === b[i - shift]) count++;
        return count;
      };
      agree.step += same(now, 0, before);
      agree.layer += same(now, 0, other);
      agree.column += same(now, 1);
      agree.row += same(now, columns);
      agree.four += same(now, 4);
      before = now;
    }
    const all = 200 * 5000;
    expect(deviation(agree.step, all, 0.5)).toBeLessThan(5);
    expect(deviation(agree.layer, all, 0.5)).toBeLessThan(5);
    expect(deviation(agree.column, all - 200, 0.5)).toBeLessThan(5);
    expect(deviation(agree.row, all - 200 * columns, 0.5)).toBeLessThan(5);
    expect(deviation(agree.four, all - 200 * 4, 0.5)).toBeLessThan(5);
  });

  it("has every pattern of eight neighbours as often: χ² of 256", () => {
    const counts = new Float64Array(256);
    for (const step of steps) {
      const bits = mask(0.5, step);
      for (let i = 0; i < 5000; i += 8) counts[sum(bits.subarray(i, i + 8).map((bit, at) => bit << at))]!++;
    }
    const expected = (200 * 5000) / 8 / 256;
    const chiSquare = sum(counts.map((count) => (count - expected) ** 2 / expected));
    // 255 degrees of freedom: mean 255, deviation √510.
    expect(Math.abs(chiSquare - 255) / Math.sqrt(510)).toBeLessThan(5.5);
  });
});
