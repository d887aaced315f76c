import { describe, expect, it } from "vitest";
import { moveOf, normalOf } from "../../src/kernels/augment.ts";
import { philox } from "../../src/kernels/dropout.ts";
import { normal } from "../../src/math.ts";
import { Random } from "../../src/random.ts";
import { expectSameBits } from "../helpers/expectNumbers.ts";
import { everyTwins, floats, written } from "../helpers/twins.ts";
import { kinds, numbers, sizes } from "../helpers/values.ts";

const seed = { high: 0xa4093822, low: 0x299f31d0 };

/** Seeds until the image in row 0 is moved as is asked for. */
function seedOf(wanted: { mirrored: boolean; right: number; down: number }, shift: number) {
  for (let low = 0; ; low++) {
    const found = { high: 7, low };
    const move = moveOf(0, found, true, shift);
    if (Object.entries(wanted).every(([key, value]) => move[key as keyof typeof move] === value))
      return found;
  }
}

/** (channels, height, width), rows: below a vector of either precision, of one, with tails, of none. */
const images = [
  [1, 1, 1, 3],
  [1, 1, 2, 5],
  [1, 2, 3, 4],
  [2, 3, 4, 3],
  [3, 5, 7, 2],
  [1, 9, 8, 3],
  [3, 8, 9, 2],
  [1, 17, 16, 2],
  [1, 3, 17, 9],
  [3, 32, 32, 2],
  [1, 28, 28, 0],
] as const;

describe.each(everyTwins)("augmentation in $name", (twins) => {
  const move = (
    x: readonly number[],
    [channels, height, width]: readonly [number, number, number],
    s: typeof seed,
    { flip = true, shift = 1, back = false } = {},
  ) => {
    const rows = x.length / (channels * height * width);
    const slots = { y: written(floats(rows, x.length / rows)), x: floats(rows, x.length / rows, x) };
    const { y } = twins.check("move", slots, (kernels, t) => {
      const call = back ? kernels.augment.moveBack : kernels.augment.move;
      call(t.y, t.x, s, { channels, height, width }, flip, shift);
    });
    return [...y.data];
  };
  // Two channels of 2 × 3 pixels.
  const two = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

  it.each([
    [{ mirrored: false, right: 0, down: 0 }, two],
    [{ mirrored: true, right: 0, down: 0 }, [3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10]],
    [{ mirrored: false, right: 1, down: 0 }, [0, 1, 2, 0, 4, 5, 0, 7, 8, 0, 10, 11]],
    [{ mirrored: false, right: -1, down: 1 }, [0, 0, 0, 2, 3, 0, 0, 0, 0, 8, 9, 0]],
    [{ mirrored: true, right: 1, down: -1 }, [0, 6, 5, 0, 0, 0, 0, 12, 11, 0, 0, 0]],
    [{ mirrored: true, right: -1, down: 0 }, [2, 1, 0, 5, 4, 0, 8, 7, 0, 11, 10, 0]],
  ])("%o: moves an image so", (wanted, expected) => {
    expect(move(two, [2, 2, 3], seedOf(wanted, 1))).toEqual(expected);
  });

  it("moves each image of a batch on its own, as its row says, whatever rows follow", () => {
    const x = Array.from({ length: 60 }, (_, i) => i + 1);
    const all = move(x, [1, 2, 3], seed);
    expect(move(x.slice(0, 24), [1, 2, 3], seed)).toEqual(all.slice(0, 24));
    const rows = Array.from({ length: 10 }, (_, row) => moveOf(row, seed, true, 1));
    expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBeGreaterThan(4);
    const still = move(x, [1, 2, 3], seed, { flip: false, shift: 0 });
    expect(still).toEqual(x);
  });

  it.each(kinds)("moves and moves back with the definition's bits at every size, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "augment");
    for (const [channels, height, width, rows] of images) {
      for (const shift of [0, 1, Math.min(height, width) - 1]) {
        for (const flip of [false, true]) {
          const d = channels * height * width;
          const sizes = { channels, height, width };
          const slots = { y: written(floats(rows, d)), x: floats(rows, d, next) };
          twins.check(`move ${d}`, slots, (kernels, t) =>
            kernels.augment.move(t.y, t.x, seed, sizes, flip, shift),
          );
          twins.check(`move back ${d}`, slots, (kernels, t) =>
            kernels.augment.moveBack(t.y, t.x, seed, sizes, flip, shift),
          );
        }
      }
    }
  });

  it("moves back by the transpose: ⟨move x, y⟩ = ⟨x, moveBack y⟩", () => {
    const random = new Random(1, "transpose");
    for (const [channels, height, width, rows] of images.slice(0, 9)) {
      const draw = () => Array.from({ length: rows * channels * height * width }, () => random.below(100));
      const [x, y] = [draw(), draw()];
      const dot = (a: readonly number[], b: readonly number[]) =>
        a.reduce((sum, value, i) => sum + value * b[i]!, 0);
      const shape = [channels, height, width] as const;
      const shift = Math.min(height, width) - 1;
      const back = move(y, shape, seed, { shift, back: true });
      expect(dot(move(x, shape, seed, { shift }), y)).toBe(dot(x, back));
    }
  });

  it.each(kinds)("adds noise with the definition's bits at every size, in place too, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "noise");
    for (const n of [...sizes, 3072]) {
      const x = floats(1, n, next);
      twins.check("noise", { y: written(floats(1, n)), x }, (kernels, t) =>
        kernels.augment.noise(t.y, t.x, seed, 0.3),
      );
      twins.check("noise in place", { x: written(x) }, (kernels, t) =>
        kernels.augment.noise(t.x, t.x, seed, 0.3),
      );
    }
  });

  it("adds sigma times the normal numbers of Philox's words, in dropout's order", () => {
    const { y } = twins.check("noise", { y: written(floats(4, 5)), x: floats(4, 5, () => 1) }, (kernels, t) =>
      kernels.augment.noise(t.y, t.x, { high: 0, low: 0 }, 0.25),
    );
    const round = twins.precision === "float32" ? Math.fround : (x: number) => x;
    const expected = Array.from({ length: 20 }, (_, i) => {
      const words = Uint32Array.of(4 * (i >> 4) + (i & 3), 0, 0, 0);
      philox(words, 0, 0);
      return round(1 + round(0.25 * normalOf(words[(i >> 2) & 3]!)));
    });
    expectSameBits([...y.data], expected);
  });

  it("refuses other shapes", () => {
    const sizes = { channels: 1, height: 2, width: 2 };
    twins.refuses(
      "augment.move: x is (2, 3), expected (2, 4): 1 × 2 × 2 an image.",
      { y: floats(2, 3), x: floats(2, 3) },
      (kernels, { y, x }) => kernels.augment.move(y, x, seed, sizes, true, 0),
    );
    twins.refuses(
      "augment.moveBack: dx is (3, 4), expected (2, 4).",
      { dx: floats(3, 4), dy: floats(2, 4) },
      (kernels, { dx, dy }) => kernels.augment.moveBack(dx, dy, seed, sizes, true, 0),
    );
    twins.refuses(
      "augment.noise: y is (2, 3), expected (3, 2).",
      { y: floats(2, 3), x: floats(3, 2) },
      (kernels, { y, x }) => kernels.augment.noise(y, x, seed, 1),
    );
  });
});

describe("normal numbers", () => {
  it("are the inverse of the normal distribution, to 1e-6 of its scale", () => {
    const random = new Random(1, "words");
    const words = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 322122547, 322122548];
    for (let i = 0; i < 5000; i++) words.push(random.uint32());
    for (const word of words) {
      const p = ((word % 2 ** 31) + 0.5) / 2 ** 32;
      // Positive without the top bit: 1 − p of all are below.
      const { below, bell } = normal(word < 2 ** 31 ? -normalOf(word) : normalOf(word));
      const slope = bell / Math.sqrt(2 * Math.PI);
      expect(Math.abs(below - p) / slope, `word ${word}`).toBeLessThan(2e-6);
    }
    // Φ^−1 of 2^−33.
    expect(normalOf(0)).toBeCloseTo(6.2, 0);
    expect(normalOf(2 ** 31)).toBe(-normalOf(0));
  });

  it("have the moments 0, 1, 0 and 3", () => {
    const random = new Random(2, "words");
    const count = 200_000;
    const sums = [0, 0, 0, 0];
    for (let i = 0; i < count; i++) {
      const z = normalOf(random.uint32());
      for (let k = 0; k < 4; k++) sums[k]! += z ** (k + 1);
    }
    const [mean, square, cube, fourth] = sums.map((sum) => sum / count) as [number, number, number, number];
    // Five standard deviations of each.
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(count));
    expect(Math.abs(square - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    expect(Math.abs(cube)).toBeLessThan(5 * Math.sqrt(15 / count));
    expect(Math.abs(fourth - 3)).toBeLessThan(5 * Math.sqrt(96 / count));
  });
});

describe("moves", () => {
  it("are mirrored in half of the cases, and go each way as often: χ² of 2 · 5 · 5", () => {
    const counts = new Map<string, number>();
    const total = 50_000;
    for (let row = 0; row < total; row++) {
      const { mirrored, right, down } = moveOf(row, seed, true, 2);
      const key = `${mirrored} ${right} ${down}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(50);
    const expected = total / 50;
    const chiSquare = [...counts.values()].reduce(
      (sum, count) => sum + (count - expected) ** 2 / expected,
      0,
    );
    // 49 degrees of freedom: mean 49, deviation √98.
    expect(Math.abs(chiSquare - 49) / Math.sqrt(98)).toBeLessThan(5);
  });
});
