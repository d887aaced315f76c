import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ALWAYS_TRAINED, type FoldOptions, type Folds, foldsOf, sidesOf } from "../../src/ensemble/folds.ts";
import { ConfigError } from "../../src/errors.ts";
import { permutation, Random } from "../../src/random.ts";

/** How many rows of each fold are among those of which something is true. */
const sizesOf = ({ count, foldOf }: Folds, isMeant: (row: number) => boolean = () => true): number[] =>
  Array.from({ length: count }, (_, fold) => foldOf.filter((f, row) => f === fold && isMeant(row)).length);

const spread = (sizes: readonly number[]): number =>
  sizes.length === 0 ? 0 : Math.max(...sizes) - Math.min(...sizes);

/** How often each value occurs. */
function countsOf(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Expects every row to be held out once, or never where `isFree`, and two sides that are not empty. */
function expectWhole(folds: Folds, rows: number, isFree: (row: number) => boolean = () => false): void {
  expect(folds.count).not.toBe(1);
  expect(folds.foldOf).toHaveLength(rows);
  folds.foldOf.forEach((fold, row) => {
    if (folds.count === 0 || isFree(row)) expect(fold).toBe(ALWAYS_TRAINED);
    else expect(fold >= 0 && fold < folds.count).toBe(true);
  });
  for (let fold = 0; fold < folds.count; fold++) {
    const { train, validation } = sidesOf(folds, fold);
    expect(Math.min(train.length, validation.length)).toBeGreaterThan(0);
    expect([...train, ...validation].sort((a, b) => a - b)).toEqual([...Array(rows).keys()]);
    expect([...validation].every((row) => folds.foldOf[row] === fold)).toBe(true);
  }
}

const basis = { folds: fc.integer({ min: 2, max: 10 }), seed: fc.nat() };
const rows = fc.integer({ min: 1, max: 50 });
/** Numbers for some rows, small ones more often: of 19 classes, some are rare. */
const labels = fc.integer({ min: 1, max: 19 }).chain((most) =>
  fc.array(
    fc.nat(most * most - 1).map((n) => Math.floor(Math.sqrt(n))),
    { minLength: 1, maxLength: 50 },
  ),
);

describe("folds of rows", () => {
  it("hold each row out once, are as even as can be, and follow from the seed", () => {
    const property = fc.property(fc.record({ rows, ...basis }), ({ rows: count, folds, seed }) => {
      const found = foldsOf(count, { folds, seed });
      expect(found.count).toBe(count < 2 ? 0 : Math.min(count, folds));
      expectWhole(found, count);
      expect(spread(sizesOf(found))).toBeLessThanOrEqual(1);
      expect(foldsOf(count, { folds, seed })).toEqual(found);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("are these: a change of them would change every model that is chosen by them", () => {
    const of = (count: number, options: FoldOptions) => [...foldsOf(count, options).foldOf].join("");
    expect(of(12, { folds: 3 })).toBe("121220021100");
    expect(of(12, { folds: 3, seed: 2 })).toBe("212000112201");
    expect(of(12, { folds: 3, classes: [..."aaaabbbbbbcd"] })).toBe("1200021120-1-1");
    expect(of(12, { folds: 3, groups: [..."aaaabbbbbbcd"] })).toBe("111100000022");
  });

  it("do not depend on what classes and groups are called", () => {
    const letters = [..."abacabadabacaba"];
    for (const name of ["classes", "groups"] as const) {
      const folds = foldsOf(15, { folds: 4, [name]: letters });
      expect(foldsOf(15, { folds: 4, [name]: letters.map((each) => each.charCodeAt(0)) })).toEqual(folds);
    }
  });
});

describe("folds by class", () => {
  it("have of each class as many rows as can be, and of a rare one some to train on", () => {
    const property = fc.property(fc.record({ classes: labels, ...basis }), ({ classes, folds, seed }) => {
      const found = foldsOf(classes.length, { folds, seed, classes });
      const counts = countsOf(classes);
      const isAlone = (row: number) => counts.get(classes[row]!) === 1;
      const heldOut = classes.filter((_, row) => !isAlone(row)).length;
      expect(found.count).toBe(Math.min(folds, heldOut));
      expectWhole(found, classes.length, isAlone);
      expect(spread(sizesOf(found))).toBeLessThanOrEqual(1);
      for (const each of counts.keys()) {
        expect(spread(sizesOf(found, (row) => classes[row] === each))).toBeLessThanOrEqual(1);
        for (let fold = 0; fold < found.count; fold++) {
          expect(sidesOf(found, fold).train.some((row) => classes[row] === each)).toBe(true);
        }
      }
      expect(foldsOf(classes.length, { folds, seed, classes })).toEqual(found);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("are none where every class has one row", () => {
    expect(foldsOf(3, { folds: 5, classes: ["a", "b", "c"] })).toEqual({
      count: 0,
      foldOf: Int32Array.of(-1, -1, -1),
    });
  });
});

describe("folds by group", () => {
  it("keep each group whole, and differ by the largest group at most", () => {
    const property = fc.property(fc.record({ groups: labels, ...basis }), ({ groups, folds, seed }) => {
      const found = foldsOf(groups.length, { folds, seed, groups });
      const counts = countsOf(groups);
      expect(found.count).toBe(counts.size < 2 ? 0 : Math.min(folds, counts.size));
      expectWhole(found, groups.length);
      for (const each of counts.keys()) {
        expect(new Set(found.foldOf.filter((_, row) => groups[row] === each)).size).toBe(1);
      }
      expect(spread(sizesOf(found))).toBeLessThanOrEqual(Math.max(...counts.values()));
      expect(foldsOf(groups.length, { folds, seed, groups })).toEqual(found);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("are even where the groups let them: the largest first", () => {
    const groups = [..."aaaaaabbbbccccdd"];
    const found = foldsOf(16, { folds: 2, groups });
    expect(sizesOf(found)).toEqual([8, 8]);
    expect(sizesOf(found, (row) => groups[row] === "a")).toContain(6);
  });

  it("have their share of the classes as well, as far as whole groups can", () => {
    // 40 groups of 5 rows, of which 10 are of the rare class.
    const groups = Array.from({ length: 200 }, (_, row) => Math.floor(row / 5));
    const classes = groups.map((group) => (group % 4 === 0 ? "rare" : "usual"));
    const found = foldsOf(200, { folds: 5, groups, classes });
    expectWhole(found, 200);
    expect(sizesOf(found)).toEqual([40, 40, 40, 40, 40]);
    expect(sizesOf(found, (row) => classes[row] === "rare")).toEqual([10, 10, 10, 10, 10]);
  });

  it("are never empty, whatever the classes", () => {
    const both = fc.record({
      pairs: fc.array(fc.tuple(fc.nat(12), fc.nat(6)), { minLength: 1, maxLength: 50 }),
      ...basis,
    });
    const property = fc.property(both, ({ pairs, folds, seed }) => {
      const [groups, classes] = [pairs.map(([group]) => group), pairs.map(([, each]) => each)];
      const found = foldsOf(pairs.length, { folds, seed, groups, classes });
      const different = new Set(groups).size;
      expect(found.count).toBe(different < 2 ? 0 : Math.min(folds, different));
      expectWhole(found, pairs.length);
      for (const each of groups) {
        expect(new Set(found.foldOf.filter((_, row) => groups[row] === each)).size).toBe(1);
      }
    });
    fc.assert(property, { numRuns: 300 });
  });
});

describe("folds by time", () => {
  it("are stretches of time that no time is in two of, and of equal sizes if each row has its own", () => {
    const times = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 60 });
    const property = fc.property(fc.record({ times, ...basis }), ({ times: all, folds, seed }) => {
      const { count, foldOf } = foldsOf(all.length, { folds, seed, times: all });
      const different = new Set(all).size;
      expect(count).toBe(different < 2 ? 0 : Math.min(different, folds));
      const stretches = Array.from({ length: count }, (_, fold) =>
        all.filter((_, row) => foldOf[row] === fold),
      );
      for (const [fold, stretch] of stretches.entries()) {
        expect(stretch.length).toBeGreaterThan(0);
        if (fold > 0) expect(Math.min(...stretch)).toBeGreaterThan(Math.max(...stretches[fold - 1]!));
      }
    });
    fc.assert(property, { numRuns: 100 });
    const own = fc.property(fc.record({ rows, ...basis }), ({ rows: count, folds, seed }) => {
      const order = permutation(count, new Random(seed, "times"));
      const found = foldsOf(count, { folds, times: order });
      expectWhole(found, count);
      expect(spread(sizesOf(found))).toBeLessThanOrEqual(1);
    });
    fc.assert(own, { numRuns: 100 });
  });

  it.each<[readonly number[], number, readonly number[]]>([
    [[1, 2, 3, 4, 5, 6, 7], 3, [0, 0, 1, 1, 1, 2, 2]],
    [[7, 5, 3, 1], 2, [1, 1, 0, 0]],
    // Nearest to two of six: the first two rows, and the last three.
    [[1, 1, 2, 3, 3, 3], 3, [0, 0, 1, 2, 2, 2]],
    // Each fold has a time, however many rows the first has.
    [[1, 1, 1, 1, 1, 1, 1, 2, 3], 3, [0, 0, 0, 0, 0, 0, 0, 1, 2]],
    [[1, 2, 3, 3, 3, 3, 3, 3, 3], 3, [0, 1, 2, 2, 2, 2, 2, 2, 2]],
    [[0, -Infinity, Infinity, -Infinity], 5, [1, 0, 2, 0]],
    [[4, 4, 4], 2, [ALWAYS_TRAINED, ALWAYS_TRAINED, ALWAYS_TRAINED]],
  ])("of %j, %i folds", (times, folds, expected) => {
    expect([...foldsOf(times.length, { folds, times }).foldOf]).toEqual(expected);
  });
});

describe("refusals", () => {
  const refused: [string, number, object, string][] = [
    ["no rows", 0, { folds: 2 }, "foldsOf: count is 0, expected an integer ≥ 1."],
    ["one fold", 9, { folds: 1 }, "foldsOf: folds is 1, expected an integer ≥ 2."],
    ["no number of folds", 9, {}, "foldsOf: folds is undefined, expected an integer ≥ 2."],
    ["a seed below 0", 9, { folds: 2, seed: -1 }, "foldsOf: seed is -1, expected an integer ≥ 0."],
    [
      "an option that there is not",
      9,
      { folds: 2, class: [] },
      'foldsOf: there is no option "class". There are: folds, seed, classes, groups, times.',
    ],
    [
      "too few classes",
      9,
      { folds: 2, classes: [1, 2] },
      "foldsOf: classes has 2 entries, expected an array of 9, an entry for each sample.",
    ],
    [
      "groups that are none",
      9,
      { folds: 2, groups: "abcdefghi" },
      'foldsOf: groups is "abcdefghi", expected an array of 9, an entry for each sample.',
    ],
    [
      "times with groups",
      1,
      { folds: 2, groups: [1], times: [1] },
      "foldsOf: times and groups exclude each other. Give one of them.",
    ],
    [
      "times with classes",
      1,
      { folds: 2, classes: [1], times: [1] },
      "foldsOf: times and classes exclude each other. Give one of them.",
    ],
    [
      "too few times",
      9,
      { folds: 2, times: [1, 2] },
      "foldsOf: times has 2 entries, expected an array of 9, an entry for each sample.",
    ],
  ];

  it.each(refused)("name %s", (_, count, options, message) => {
    expect(() => foldsOf(count, options as FoldOptions)).toThrow(new ConfigError(message));
  });

  it("name a fold that there is not", () => {
    const folds = foldsOf(9, { folds: 3 });
    const message = "sidesOf: the fold is 3, expected an integer below 3.";
    expect(() => sidesOf(folds, 3)).toThrow(new ConfigError(message));
  });
});
