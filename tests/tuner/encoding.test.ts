import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode, encode } from "../../src/tuner/encoding.ts";
import { categorical, float, int } from "../../src/tuner/searchSpace.ts";
import { expectClose } from "../helpers/expectNumbers.ts";

describe("encode", () => {
  it("places a number in its range, on its scale", () => {
    expect([-1, 0, 3].map((value) => encode(float(-1, 3), value, 9))).toEqual([0, 0.25, 1]);
    expectClose(
      [1e-4, 1e-3, 1e-1].map((value) => encode(float(1e-5, 1e-1, { log: true }), value, 9)),
      [0.25, 0.5, 1],
      1e-15,
    );
  });

  it("places an integer in the middle of what is rounded to it", () => {
    expect([1, 2, 4].map((value) => encode(int(1, 4), value, 9))).toEqual([0.125, 0.375, 0.875]);
    // log(2 / 0.5) / log(8.5 / 0.5)
    expectClose([encode(int(1, 8, { log: true }), 2, 9)], [1.3862943611198906 / 2.833213344056216], 1e-15);
  });

  it("gives the index of a choice, in whatever order its parts are written", () => {
    const layers = categorical(["a", [50, 30], null]);
    expect(["a", [50, 30], null].map((value) => encode(layers, value, 9))).toEqual([0, 1, 2]);
  });

  it("gives what stands for an absent value, for one of another kind too", () => {
    expect([
      encode(float(0, 1), undefined, 0.5),
      encode(int(0, 1), "one", 0.5),
      encode(categorical(["a"]), undefined, -1),
      encode(categorical(["a"]), "b", -1),
    ]).toEqual([0.5, 0.5, -1, -1]);
  });

  it("places the only number of a range in the middle", () => {
    expect([encode(float(2, 2), 2, 9), encode(int(2, 2), 2, 9)]).toEqual([0.5, 0.5]);
  });
});

describe("decode", () => {
  it("reaches both ends, and each choice with its share of the places", () => {
    const ends = [float(-1, 3), float(1e-5, 1e-1, { log: true }), int(1, 4), int(1, 1000, { log: true })];
    expect(ends.map((distribution) => [0, 1].map((place) => decode(distribution, place)))).toEqual([
      [-1, 3],
      [1e-5, 1e-1],
      [1, 4],
      [1, 1000],
    ]);
    const choices = categorical(["a", "b", "c"]);
    expect([0, 0.33, 0.34, 0.66, 0.67, 1].map((place) => decode(choices, place))).toEqual([..."aabbcc"]);
    expect([0, 0.24, 0.26, 0.74, 0.76, 1].map((place) => decode(int(1, 4), place))).toEqual([
      1, 1, 2, 3, 4, 4,
    ]);
  });

  it("undoes encode: exactly for integers, to the last digits for real numbers", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 0, max: 5000 }),
        fc.boolean(),
        (low, width, log) => {
          const [integers, reals] = [int(low, low + width, { log }), float(low, low + width, { log })];
          const value = low + Math.floor(width / 3);
          expect(decode(integers, encode(integers, value, 9))).toBe(value);
          expectClose([decode(reals, encode(reals, value, 9)) as number], [value], 1e-13);
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });
});
