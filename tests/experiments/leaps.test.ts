import { describe, expect, it } from "vitest";
import { leapsOf } from "../../src/experiments/leaps.ts";
import { leapingCurve as curve } from "./madeUp.ts";

describe("leapsOf", () => {
  it.each<[string, number[], object[]]>([
    ["nothing", [], []],
    ["one epoch", [5], []],
    ["a fall from a high beginning", [50, 2, 1.5], []],
    ["a slow rise", [1, 1.5, 2, 2.5, 3, 3.5], []],
    ["the double, and no more", [1.5, 3, 1.5], []],
    ["one leap", [2, 1.5, 19, 1.4], [{ seed: 1, before: 2, top: 3, epochs: [3] }]],
    ["one over two epochs", [2, 1.5, 12, 19, 1.4], [{ seed: 1, before: 2, top: 4, epochs: [3, 4] }]],
    [
      "two",
      [2, 1.5, 19, 1.4, 9],
      [
        { seed: 1, before: 2, top: 3, epochs: [3] },
        { seed: 1, before: 4, top: 5, epochs: [5] },
      ],
    ],
    ["a loss that is not a number in between", [2, NaN, 19], [{ seed: 1, before: 1, top: 3, epochs: [3] }]],
  ])("of %s", (_, losses, expected) => {
    const { seed, rows } = curve(losses);
    const known = rows.map((row) =>
      Number.isNaN(row.validation.loss) ? { ...row, train: row.validation } : row,
    );
    expect(leapsOf({ seed, rows: known })).toEqual(expected);
  });
});
