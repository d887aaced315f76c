import { describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import type { Samples } from "../../src/data/dataset.ts";
import { joinSamples } from "../../src/data/joinedSamples.ts";
import { Random } from "../../src/random.ts";
import { labellingOf, newTargets } from "../../src/targets.ts";

/** Samples whose numbers say which they are: i, i + 0.5, with the targets 10 i and 10 i + 1, and the weight i. */
const numbered = (first: number, count: number, weighted: boolean): Samples => {
  const each = Array.from({ length: count }, (_, i) => first + i);
  return samplesFromArrays({
    ...{ values: each.flatMap((i) => [i, i + 0.5]), features: 2 },
    numbers: each.map((i) => [10 * i, 10 * i + 1]),
    ...(weighted && { weights: each }),
  });
};

async function read(samples: Samples, options = {}) {
  const { count, features } = samples;
  const labelling = labellingOf(samples);
  const target = {
    values: new Float64Array(count * features),
    labels: newTargets(count, labelling, "float64"),
    weights: labelling.weighted ? new Float64Array(count) : undefined,
  };
  await samples.read(target, options);
  return target;
}

/** Parts of these sizes, one after another. */
const partsOf = (sizes: readonly number[], weighted = false): Samples[] => {
  let first = 0;
  return sizes.map((size) => {
    const part = numbered(first, size, weighted);
    first += size;
    return part;
  });
};

describe("joined samples", () => {
  it("are those of the parts one after another, of every size", async () => {
    const random = new Random(3, "test");
    for (const sizes of [[1], [1, 1], [2, 3], [5, 1, 1, 7], [3, 2, 1, 4, 6]]) {
      for (const weighted of [false, true]) {
        const count = sizes.reduce((a, b) => a + b);
        const joined = joinSamples(partsOf(sizes, weighted));
        const whole = numbered(0, count, weighted);
        expect(joined).toMatchObject({
          count,
          features: 2,
          targets: { kind: "numbers", width: 2 },
          weighted,
        });
        expect(await read(joined)).toEqual(await read(whole));
        // Any of them, again and again, in any order; and of those some.
        const rows = Uint32Array.from({ length: 20 }, () => random.below(count));
        expect(await read(joined.select(rows))).toEqual(await read(whole.select(rows)));
        const some = Uint32Array.of(19, 0, 7, 7);
        expect(await read(joined.select(rows).select(some))).toEqual(
          await read(whole.select(rows).select(some)),
        );
        expect((await read(joined.select(new Uint32Array(0)))).values.length).toBe(0);
      }
    }
  });

  it("are one part itself, and none are refused", () => {
    const [part] = partsOf([4]) as [Samples];
    expect(joinSamples([part])).toBe(part);
    expect(() => joinSamples([])).toThrow("joinSamples: there are no samples to join.");
  });

  it("tell how far the reading is, and end it when they are told to", async () => {
    const joined = joinSamples(partsOf([2, 3, 4]));
    const told: number[][] = [];
    const onProgress = (done: number, total: number) => void told.push([done, total]);
    await read(joined, { onProgress });
    expect(told).toEqual([
      [2, 9],
      [5, 9],
      [9, 9],
    ]);
    const reason = new Error("enough");
    await expect(read(joined, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it("refuse a row that there is not", () => {
    const joined = joinSamples(partsOf([2, 3]));
    expect(() => joined.select(Uint32Array.of(5))).toThrow("5");
    expect(() => joined.select(Uint32Array.of(1)).select(Uint32Array.of(1))).toThrow("1");
  });
});
