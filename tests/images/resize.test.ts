import { describe, expect, it } from "vitest";
import { axis, writeResized } from "../../src/images/resize.ts";
import { Random } from "../../src/random.ts";
import { type Painter, paint } from "../helpers/imageFiles.ts";

/** The features of an image that is painted. */
function resized(
  [fromWidth, fromHeight]: readonly [number, number],
  painter: Painter,
  [width, height]: readonly [number, number],
  channels: 1 | 3 = 1,
): number[] {
  const out = new Uint8Array(width * height * channels);
  const pixels = { width: fromWidth, height: fromHeight, data: paint(fromWidth, fromHeight, painter) };
  writeResized(pixels, { width, height, channels }, out);
  return [...out];
}

const grey =
  (rows: readonly (readonly number[])[]): Painter =>
  (x, y) =>
    Array(3).fill(rows[y]![x]);

describe("resizing, by hand", () => {
  it("keeps an image of the size, channel by channel", () => {
    const painter: Painter = (x, y) => [10 * x, 10 * y, 7];
    expect(resized([2, 2], painter, [2, 2], 3)).toEqual([0, 10, 0, 10, 0, 0, 10, 10, 7, 7, 7, 7]);
  });

  it.each([
    // Means, halves rounded up.
    [[[10, 20, 30, 41]], [2, 1], [15, 36]],
    [
      [
        [1, 2],
        [3, 4],
      ],
      [1, 1],
      [3],
    ],
    // Three pixels to two: 1 + ½ of the middle one, over 1.5.
    [[[0, 90, 255]], [2, 1], [30, 200]],
    // Five to two: (10 + 20 + 15) / 2.5 and (15 + 40 + 50) / 2.5.
    [[[10, 20, 30, 40, 50]], [2, 1], [18, 42]],
    // Linear between centres: at −¼, ¼, ¾, 1¼ of 0 and 100.
    [[[0, 100]], [4, 1], [0, 25, 75, 100]],
    // At −⅓, 0, ⅓ … of three pixels to nine, the outermost as they are.
    [[[0, 90, 30]], [9, 1], [0, 0, 30, 60, 90, 70, 50, 30, 30]],
    [[[7]], [3, 2], [7, 7, 7, 7, 7, 7]],
    // Fewer along one axis, more along the other: columns (2, 6), then rows at −¼, ¼, ¾, 1¼.
    [
      [
        [0, 4],
        [5, 7],
      ],
      [1, 4],
      [2, 3, 5, 6],
    ],
  ] as const)("brings %j to %j: %j", (rows, size, expected) => {
    const from = [rows[0]!.length, rows.length] as const;
    expect(resized(from, grey(rows), size)).toEqual(expected);
  });

  it("blends what is transparent with white", () => {
    const at = (alpha: number) => resized([1, 1], () => [100, 0, 255, alpha], [1, 1], 3);
    expect(at(255)).toEqual([100, 0, 255]);
    expect(at(0)).toEqual([255, 255, 255]);
    // (100 · 128 + 255 · 127) / 255 = 177.2, 127, 255
    expect(at(128)).toEqual([177, 127, 255]);
  });

  it("makes grey of 0.299 red, 0.587 green and 0.114 blue", () => {
    const of = (...color: number[]) => resized([1, 1], () => color, [1, 1])[0];
    // 76.245, 149.685, 29.07
    expect([of(255, 0, 0), of(0, 255, 0), of(0, 0, 255)]).toEqual([76, 150, 29]);
    for (let value = 0; value < 256; value++) expect(of(value, value, value)).toBe(value);
  });
});

describe("the weights of an axis", () => {
  it("add up to the divisor, lie inside, and are those of the formula", () => {
    for (let from = 1; from <= 40; from++) {
      for (let to = 1; to <= 40; to++) {
        const { divisor, taps } = axis(from, to);
        expect(taps).toHaveLength(to);
        for (const [o, { first, weights }] of taps.entries()) {
          expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(divisor);
          expect(first >= 0 && first + weights.length <= from).toBe(true);
          const centre = weights.reduce((sum, weight, i) => sum + weight * (first + i), 0) / divisor;
          const exact = ((o + 0.5) * from) / to - 0.5;
          if (to <= from) expect(weights.every((weight) => weight > 0)).toBe(true);
          // The mean over an area lies at most half a pixel from its centre.
          const clamped = Math.min(Math.max(exact, 0), from - 1);
          expect(Math.abs(centre - (to > from ? clamped : exact))).toBeLessThan(to > from ? 1e-9 : 0.5);
        }
      }
    }
  });
});

it("is the definition over all pixels, whatever the sizes", () => {
  const random = new Random(1, "images");
  for (let round = 0; round < 60; round++) {
    const from = [1 + random.below(12), 1 + random.below(12)] as const;
    const to = [1 + random.below(12), 1 + random.below(12)] as const;
    const values = Array.from({ length: from[1] }, () =>
      Array.from({ length: from[0] }, () => random.below(256)),
    );
    const [columns, rows] = [axis(from[0], to[0]), axis(from[1], to[1])];
    const expected = rows.taps.flatMap((row) =>
      columns.taps.map((column) => {
        let sum = 0n;
        row.weights.forEach((wRow, i) => {
          column.weights.forEach((wColumn, j) => {
            sum += BigInt(wRow * wColumn * values[row.first + i]![column.first + j]!);
          });
        });
        const divisor = BigInt(rows.divisor * columns.divisor);
        return Number((2n * sum + divisor) / (2n * divisor));
      }),
    );
    expect(resized(from, grey(values), to), `${from} to ${to}`).toEqual(expected);
  }
});
