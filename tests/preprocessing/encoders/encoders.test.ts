import { describe, expect, it } from "vitest";
import { DateEncoder, date } from "../../../src/preprocessing/encoders/date.ts";
import { createEncoder, encoders } from "../../../src/preprocessing/encoders/index.ts";
import type { EncoderKind } from "../../../src/preprocessing/encoders/kind.ts";
import { leastRows, MOST_CATEGORIES, MOST_RARE } from "../../../src/preprocessing/encoders/oneHot.ts";
import type { Encoder } from "../../../src/preprocessing/preprocessing.ts";
import type { TableColumn } from "../../../src/tables/table.ts";
import { column } from "../../helpers/tables.ts";

const NONE = undefined;

const rowsOf = ({ cells }: TableColumn) => Array.from(cells.keys());

/** Fits on some rows (default: all), and goes through JSON. */
function fitted(name: string, of: TableColumn, rows = rowsOf(of)): Encoder {
  const kind: EncoderKind = encoders[name]!;
  const made = kind.fit(of, rows);
  const copy = createEncoder(JSON.parse(JSON.stringify(made.describe())), of.kind, "test");
  expect(copy.describe()).toEqual(made.describe());
  expect([copy.width, copy.names("c")]).toEqual([made.width, made.names("c")]);
  expect(encode(copy, of)).toEqual(encode(made, of));
  return copy;
}

/** The features of all rows, row by row, and how many cells were not seen. */
function encode(encoder: Encoder, of: TableColumn): { features: number[][]; unseen: number } {
  const rows = rowsOf(of);
  const stride = encoder.width + 2;
  const out = new Float64Array(rows.length * stride).fill(99);
  const unseen = encoder.encode(of, rows, out, stride, 1);
  const features = rows.map((i) => {
    expect([out[i * stride], out[(i + 1) * stride - 1]]).toEqual([99, 99]);
    return Array.from(out.subarray(i * stride + 1, (i + 1) * stride - 1));
  });
  return { features, unseen };
}

const clip = (s: number) => s / Math.sqrt(1 + (s / 3) ** 2);

describe("numbers, robust", () => {
  it("are (x − median) / interquartile range, clipped", () => {
    const ages = column("age", "number", [1, 2, 3, 4, 5, 1003]);
    // Of the first five the median is 3, the quartiles 2 and 4.
    const encoder = fitted("robust", ages, [0, 1, 2, 3, 4]);
    expect(encoder.names("age")).toEqual(["age"]);
    expect(encoder.describe()).toEqual({ name: "robust", options: { median: 3, scale: 2, missing: false } });
    const { features } = encode(encoder, ages);
    [-1, -0.5, 0, 0.5, 1, 500].forEach((s, i) => {
      expect(features[i]![0]).toBeCloseTo(clip(s), 14);
    });
  });

  it("have a feature for what is missing, where some was in the training rows", () => {
    const ages = column("age", "number", [1, NONE, 3, NONE]);
    const encoder = fitted("robust", ages, [0, 1, 2]);
    expect(encoder.names("age")).toEqual(["age", "age missing"]);
    expect(encode(encoder, ages).features.map((each) => each[1])).toEqual([0, 1, 0, 1]);
    expect(encode(encoder, ages).features[1]).toEqual([0, 1]);
    const without = fitted("robust", ages, [0, 2]);
    expect(encode(without, ages).features).toEqual([[clip(-1)], [0], [clip(1)], [0]]);
  });
});

describe("numbers, standard", () => {
  it("are (x − mean) / deviation, the median for a missing one", () => {
    const ages = column("age", "number", [2, 4, 4, 4, 5, 5, 7, 9, NONE]);
    const encoder = fitted("standard", ages);
    expect(encoder.describe().options).toEqual({ mean: 5, std: 2, median: 4.5, missing: true });
    expect(encode(encoder, ages).features).toEqual([
      ...[-1.5, -0.5, -0.5, -0.5, 0, 0, 1, 2].map((feature) => [feature, 0]),
      [-0.25, 1],
    ]);
  });

  it("are within a million", () => {
    const ages = column("age", "number", [0, 1, 1e300, -Infinity]);
    expect(encode(fitted("standard", ages, [0, 1]), ages).features).toEqual([[-1], [1], [1e6], [-1e6]]);
  });
});

describe.each(["robust", "standard"])("numbers, %s: features are finite", (name) => {
  const { MAX_VALUE, MIN_VALUE } = Number;
  it.each([
    ["of the largest numbers", [-MAX_VALUE, MAX_VALUE, 0, 1]],
    ["of infinite ones", [Infinity, -Infinity, 1, 2]],
    ["of infinite ones alone", [Infinity, Infinity]],
    ["of the smallest numbers", [0, MIN_VALUE, -MIN_VALUE, 1]],
    ["of one that is far from all others", [1, 1, 1, 1, 1, 1, 1, 1, 1e300]],
    ["of equal ones", [3, 3, 3]],
    ["of one", [7]],
    ["of none", [NONE, NONE]],
  ])("%s", (_title, cells) => {
    const some = column("x", "number", [...cells, MAX_VALUE, -MAX_VALUE, Infinity, MIN_VALUE, NONE]);
    const encoder = fitted(name, some, Array.from(cells.keys()));
    expect(encode(encoder, some).features.flat().every(Number.isFinite)).toBe(true);
  });

  it("a column that does not vary is 0", () => {
    const same = column("x", "number", [3, 3, 4]);
    expect(encode(fitted(name, same, [0, 1]), same).features).toEqual([[0], [0], [0]]);
  });
});

describe("categories, one-hot", () => {
  const cities = column("city", "category", [
    "Rom",
    "Bern",
    "Rom",
    "Bern",
    "Ulm",
    "Ulm",
    "Graz",
    NONE,
    "Wien",
  ]);
  const training = [0, 1, 2, 3, 4, 5, 6, 7];

  it("have a feature each by code units, one for missing, and one for the rare, whatever is not known among them", () => {
    const encoder = fitted("oneHot", cities, training);
    expect(encoder.names("city")).toEqual(["city=Bern", "city=Rom", "city=Ulm", "city missing", "city rare"]);
    const { features, unseen } = encode(encoder, cities);
    const at = (place: number) => [0, 1, 2, 3, 4].map((i) => Number(i === place));
    expect(features).toEqual([1, 0, 1, 0, 2, 2, 4, 3, 4].map(at));
    // Graz was seen once, Wien never.
    expect(unseen).toBe(1);
  });

  it("are all 0 for what was not seen where nothing was rare, and for what is missing where nothing was", () => {
    const encoder = fitted("oneHot", cities, [0, 1, 2, 3, 4, 5]);
    expect(encoder.names("city")).toEqual(["city=Bern", "city=Rom", "city=Ulm"]);
    const { features, unseen } = encode(encoder, cities);
    expect(features.slice(6)).toEqual([
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(unseen).toBe(2);
  });

  it("do not depend on the order of the rows", () => {
    const backwards = [...training].reverse();
    expect(fitted("oneHot", cities, backwards).describe()).toEqual(
      fitted("oneHot", cities, training).describe(),
    );
  });

  it("are rare below a thousandth of the rows, between 2 and 10", () => {
    expect([1, 2000, 2001, 9000, 9001, 1e6].map(leastRows)).toEqual([2, 2, 3, 9, 10, 10]);
    const many = column("c", "category", [
      ...Array.from({ length: 2995 }, (_, i) => (i % 2 === 0 ? "a" : "b")),
      ...["c", "c", "d", "d", "d"],
    ]);
    expect(fitted("oneHot", many).names("c")).toEqual(["c=a", "c=b", "c=d", "c rare"]);
  });

  it("have no more features than there may be: the most frequent, then the first", () => {
    const names = Array.from({ length: MOST_CATEGORIES + 3 }, (_, i) => `v${String(i).padStart(3, "0")}`);
    const twice = [...names, ...names, "v102", "v101"];
    const encoder = fitted("oneHot", column("c", "category", twice));
    const { categories, rare } = encoder.describe().options as Record<string, string[]>;
    expect(categories).toEqual([...names.slice(0, 98), "v101", "v102"]);
    expect(rare).toEqual(["v098", "v099", "v100"]);
    const ids = column(
      "c",
      "category",
      Array.from({ length: MOST_RARE + 7 }, (_, i) => `id ${i}`),
    );
    const { options } = encoders.oneHot!.fit(ids, rowsOf(ids)).describe();
    expect((options as Record<string, string[]>).rare!.length).toBe(MOST_RARE);
  });

  it("of one category, or of none, are a feature", () => {
    expect(fitted("oneHot", column("c", "category", ["a", "a"])).names("c")).toEqual(["c=a"]);
    expect(fitted("oneHot", column("c", "category", [NONE, NONE])).names("c")).toEqual(["c missing"]);
    expect(fitted("oneHot", column("c", "category", ["a"])).names("c")).toEqual(["c rare"]);
  });

  it("may have any text for a name", () => {
    const names = ["__proto__", "constructor", "", "\u0000\u001b[31m", "\ud800", "city=x"];
    const odd = column("c", "category", [...names, ...names]);
    const { features, unseen } = encode(fitted("oneHot", odd), odd);
    expect(unseen).toBe(0);
    expect(features.map((row) => row.reduce((a, b) => a + b))).toEqual(Array(12).fill(1));
    expect(features.slice(0, 6)).toEqual(features.slice(6));
    expect(new Set(features.map((row) => row.indexOf(1))).size).toBe(6);
  });
});

it("two categories are −1 and 1, by code units; 0 is missing, or another", () => {
  const answers = column("a", "category", ["yes", "no", NONE, "maybe"]);
  const encoder = fitted("binary", answers, [0, 1, 2]);
  expect(encoder.names("a")).toEqual(["a=yes"]);
  expect(encode(encoder, answers)).toEqual({ features: [[1], [-1], [0], [0]], unseen: 1 });
});

it("booleans are −1 and 1; 0 is missing, or another", () => {
  const answers = column("a", "boolean", [true, false, NONE, 2]);
  const encoder = fitted("boolean", answers, [0, 1, 2]);
  expect(encoder.names("a")).toEqual(["a"]);
  expect(encode(encoder, answers)).toEqual({ features: [[1], [-1], [0], [0]], unseen: 1 });
});

describe("dates", () => {
  const at = (...texts: (string | undefined)[]) =>
    column(
      "d",
      "date",
      texts.map((text) => (text === undefined ? NONE : Date.parse(`${text}Z`))),
    );

  it("are a number and the cycles in which they vary", () => {
    const names = (...texts: (string | undefined)[]) => fitted("date", at(...texts)).names("d");
    // A week apart, at midnight: the year alone.
    expect(names("2024-01-01T00:00", "2024-01-08T00:00")).toEqual(["d", "d year sin", "d year cos"]);
    // The first of January of years that begin on different days of the week.
    expect(names("2023-01-01T00:00", "2024-01-01T00:00", NONE)).toEqual([
      "d",
      "d week sin",
      "d week cos",
      "d missing",
    ]);
    expect(names("2024-01-01T00:00", "2024-01-01T06:00")).toEqual([
      ...["d", "d week sin", "d week cos", "d day sin", "d day cos"],
    ]);
    expect(names("2024-01-01T00:00")).toEqual(["d"]);
    expect(names(NONE)).toEqual(["d", "d missing"]);
  });

  it("have sin and cos of the share of a cycle that has gone by", () => {
    const days = at("2023-03-01T00:00", "2023-08-30T12:00", "2024-02-29T00:00", "1970-01-01T06:00");
    const encoder = new DateEncoder({ median: 0, scale: 0, cycles: ["year", "week", "day"], missing: false });
    const { features } = encode(encoder, days);
    // The year begins in March: then half of it is over; a leap year's 366th day has 365 before it.
    const shares = [
      [0, 6 / 7, 0],
      [182.5 / 366, 6.5 / 7, 0.5],
      [365 / 366, 0, 0],
      [306.25 / 365, 0.25 / 7, 0.25],
    ];
    shares.forEach((each, i) => {
      const expected = [
        0,
        ...each.flatMap((share) => [Math.sin(2 * Math.PI * share), Math.cos(2 * Math.PI * share)]),
      ];
      expected.forEach((value, j) => {
        expect(features[i]![j], `row ${i}, feature ${j}`).toBeCloseTo(value, 12);
      });
    });
  });

  it("are 0 where they are missing, and finite however far away", () => {
    const odd = column("d", "date", [0, 864e5 * 0.3, NONE, 8.64e15, -8.64e15, 1e300, -Infinity]);
    const encoder = fitted("date", odd, [0, 1, 2]);
    const { features } = encode(encoder, odd);
    expect(encoder.names("d")).toEqual([
      "d",
      "d week sin",
      "d week cos",
      "d day sin",
      "d day cos",
      "d missing",
    ]);
    expect(features[2]).toEqual([0, 0, 0, 0, 0, 1]);
    expect(features.flat().every(Number.isFinite)).toBe(true);
    expect(Math.max(...features.flat().map(Math.abs))).toBeLessThanOrEqual(3);
  });

  it("have the year of the calendar, for thousands of days", () => {
    for (let day = -800_000; day < 100_000; day += 397) {
      const time = day * 864e5;
      const when = new Date(time);
      const march = (year: number) => new Date(0).setUTCFullYear(year, 2, 1);
      const year = time < march(when.getUTCFullYear()) ? when.getUTCFullYear() - 1 : when.getUTCFullYear();
      const share = (time - march(year)) / (march(year + 1) - march(year));
      const { features } = encode(
        new DateEncoder({ median: 0, scale: 0, cycles: ["year"], missing: false }),
        column("d", "date", [time]),
      );
      expect(features[0]![2], when.toISOString()).toBeCloseTo(Math.cos(2 * Math.PI * share), 10);
    }
  });
});

describe("a fit looks at its rows alone", () => {
  const columns: Readonly<Record<string, readonly TableColumn[]>> = {
    robust: [column("c", "number", [1, 2, 3, 4]), column("c", "number", [1, 2, 3, NONE])],
    standard: [column("c", "number", [1, 2, 3, 4]), column("c", "number", [1, 2, 3, 1e300])],
    oneHot: [column("c", "category", ["a", "a", "b", "c"]), column("c", "category", ["a", "a", "b", NONE])],
    binary: [column("c", "category", ["a", "a", "b", "c"]), column("c", "category", ["a", "a", "b", NONE])],
    boolean: [
      column("c", "boolean", [true, true, false, NONE]),
      column("c", "boolean", [true, true, false, 2]),
    ],
    date: [column("c", "date", [0, 1, 2, 864e5]), column("c", "date", [0, 1, 2, NONE])],
  };

  it.each(Object.keys(encoders))("%s", (name) => {
    const [one, other] = columns[name]!.map((each) => encoders[name]!.fit(each, [0, 1, 2]).describe());
    expect(one).toEqual(other);
  });
});

describe("a description that is wrong is refused", () => {
  const robust = { median: 1, scale: 2, missing: true };
  it.each([
    ["number", undefined, "m: the encoder is undefined, expected { name, options }."],
    ["number", { name: "robust" }, "m: the encoder is an object, expected { name, options }."],
    ["number", { name: "oneHot", options: {} }, 'm: No encoder "oneHot". There are: robust, standard.'],
    ["number", { name: "__proto__", options: {} }, 'm: No encoder "__proto__". There are: robust, standard.'],
    ["text", { name: "robust", options: robust }, 'm: No encoder "robust". There are: .'],
    [
      "number",
      { name: "robust", options: { ...robust, median: null } },
      "m: robust: median is null, expected a finite number.",
    ],
    [
      "number",
      { name: "robust", options: { ...robust, scale: -1 } },
      "m: robust: scale is -1, expected a finite number ≥ 0.",
    ],
    [
      "number",
      { name: "robust", options: { ...robust, missing: 1 } },
      "m: robust: missing is 1, expected true or false.",
    ],
    [
      "number",
      { name: "robust", options: { ...robust, more: 1 } },
      'm: robust has no option "more". There are: median, scale, missing.',
    ],
    [
      "category",
      { name: "binary", options: { categories: ["a", "a"] } },
      "m: binary: categories is an array of 2, expected an array of 2 different texts.",
    ],
    [
      "category",
      { name: "oneHot", options: { categories: [], rare: [], missing: false } },
      "m: oneHot: there are no categories, nor rare ones, nor missing: no features.",
    ],
    [
      "category",
      { name: "oneHot", options: { categories: ["a"], rare: ["a"], missing: false } },
      'm: oneHot: "a" is among the categories and the rare ones.',
    ],
    [
      "category",
      { name: "oneHot", options: { categories: 1e9, rare: [], missing: false } },
      "m: oneHot: categories is 1000000000, expected an array of 0 to 65536 different texts.",
    ],
    [
      "date",
      { name: "date", options: { ...robust, cycles: ["month"] } },
      'm: date: there is no cycle "month". There are: year, week, day.',
    ],
    ["boolean", { name: "boolean", options: { yes: 1 } }, 'm: boolean has no option "yes". There are none.'],
  ] as const)("%s: %j", (kind, description, message) => {
    expect(() => createEncoder(description, kind, "m")).toThrow(message);
  });
});

it("a description's date has its cycles in any order", () => {
  const options = { median: 0, scale: 1, cycles: ["day", "year"], missing: false };
  expect(date.create(options, "m").names("d")).toEqual([
    "d",
    "d day sin",
    "d day cos",
    "d year sin",
    "d year cos",
  ]);
});
