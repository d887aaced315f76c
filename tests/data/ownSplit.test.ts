import { describe, expect, it } from "vitest";
import { splitOwn } from "../../src/data/ownSplit.ts";

const all = (count: number) => Array.from({ length: count }, (_, i) => i);
const counted = (values: Iterable<unknown>) => {
  const counts = new Map<unknown, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

describe("the split of a user's own samples", () => {
  it("has each sample once, and of its classes each one to train on, at every size", () => {
    for (let count = 1; count <= 24; count++) {
      for (const kinds of [1, 2, 3, 7]) {
        for (const validation of [undefined, 0, 1, 0.2, 0.5, 0.999, count - 1]) {
          // A number of samples leaves one to train on; a share does by itself.
          if (validation === 1 && count === 1) continue;
          const classes = all(count).map((i) => `c${i % kinds}`);
          const { train, validation: held, warnings } = splitOwn(count, { name: "s", validation, classes });
          const where = `${count} of ${kinds} classes, ${validation}`;
          expect(
            [...train, ...held].sort((a, b) => a - b),
            where,
          ).toEqual(all(count));
          expect(train.length, where).toBeGreaterThan(0);
          const isShare = validation === undefined || (validation > 0 && validation < 1);
          const present = counted(classes).size;
          const asked = isShare ? Math.max(1, Math.round((validation ?? 0.2) * count)) : validation!;
          const most = count - present;
          expect(held.length, where).toBe(isShare ? Math.min(asked, most) : asked);
          if (held.length <= most) {
            const own = counted(train.map((i) => Number(classes[i]!.slice(1))));
            expect(own.size, where).toBe(present);
          }
          expect(warnings, where).toEqual(
            isShare && asked > most ? [expect.stringContaining("each class keeps one to train on")] : [],
          );
        }
      }
    }
  });

  it("keeps groups whole, and has nothing for validation of a single one", () => {
    for (let count = 2; count <= 30; count += 4) {
      for (const kinds of [1, 2, 5, count]) {
        const groups = all(count).map((i) => i % kinds);
        const { train, validation, warnings } = splitOwn(count, { name: "s", groups, validation: 0.3 });
        expect([...train, ...validation].sort((a, b) => a - b)).toEqual(all(count));
        const own = new Set(Array.from(train, (i) => groups[i]));
        expect(Array.from(validation).some((i) => own.has(groups[i]))).toBe(false);
        expect([validation.length === 0, warnings.length]).toEqual([kinds === 1, kinds === 1 ? 1 : 0]);
      }
    }
  });

  it("has the latest for validation, no time in both sets, and of limited training samples the latest", () => {
    const times = [5, 1, 4, 2, 3, 9, 8, 7, 6, 0];
    const split = (options: object = {}) => splitOwn(10, { name: "s", times, ...options });
    expect(split()).toEqual({
      ...{ train: Uint32Array.of(9, 1, 3, 4, 2, 0, 8, 7), validation: Uint32Array.of(6, 5), warnings: [] },
    });
    expect(split({ seed: 2, classes: times })).toEqual(split());
    expect([...split({ validation: 4, limit: 3 }).train]).toEqual([4, 2, 0]);
    expect([...split({ validation: 0, limit: 1 }).train]).toEqual([5]);
    const years = [2, 2, 2, 2, 1, 3, 3, 3, 1, 1];
    for (const [validation, held] of [
      [1, 3],
      [0.3, 3],
      [4, 3],
      [6, 7],
      [9, 7],
      [0, 0],
    ] as const) {
      const found = split({ times: years, validation });
      expect(found.validation.length, `${validation}`).toBe(held);
      expect([...found.train, ...found.validation].sort((a, b) => a - b)).toEqual(all(10));
    }
    const { train, validation, warnings } = split({ times: all(10).map(() => 7) });
    expect([train.length, validation.length]).toEqual([10, 0]);
    expect(warnings).toEqual(["0 samples for validation in place of 2: all are of the same time."]);
  });

  it("is the same by the same seed, and has the first of the training samples if they are limited", () => {
    const split = (seed: number, limit?: number) => splitOwn(50, { name: "s", seed, limit });
    expect(split(3)).toEqual(split(3));
    expect(split(3).train).not.toEqual(split(4).train);
    expect(split(3, 7).train).toEqual(split(3).train.slice(0, 7));
    expect(split(3, 7).validation).toEqual(split(3).validation);
    expect(split(3, 1000).train).toEqual(split(3).train);
  });

  it("takes missing classes, NaN, and −0 as values", () => {
    const classes = [Number.NaN, Number.NaN, -0, 0, undefined, undefined];
    expect(splitOwn(6, { name: "s", validation: 0.5, classes }).validation.length).toBe(3);
  });

  it.each([
    [
      { validation: 10 },
      "10 samples for validation were asked for, expected an integer from 0 to 9, or a share",
    ],
    [{ validation: -1 }, "-1 samples"],
    [{ validation: 1.5 }, "1.5 samples"],
    [{ validation: Number.NaN }, "NaN samples"],
    [{ validation: Number.POSITIVE_INFINITY }, "Infinity samples"],
    [{ validation: "0.2" }, '"0.2" samples'],
    [{ validation: null }, "null samples"],
    [{ validation: 1n }, "1n samples"],
    [{ validation: [2] }, "an array of 1 samples"],
    [{ limit: 0 }, "The limit is 0, expected an integer ≥ 1."],
    [{ limit: Number.NaN }, "The limit is NaN"],
    [{ seed: -1 }, "seed is -1, expected an integer ≥ 0."],
    [{ seed: 0.5 }, "seed is 0.5"],
    [{ classes: all(9) }, "has 9 entries, expected an array of 10"],
    [{ groups: all(11) }, "has 11 entries, expected an array of 10"],
  ])("refuses what is wrong: %#", (options, message) => {
    expect(() => splitOwn(10, { name: "s", ...(options as object) })).toThrow(
      expect.objectContaining({ name: "ConfigError", message: expect.stringContaining(message) }),
    );
  });
});
