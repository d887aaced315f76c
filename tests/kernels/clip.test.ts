import { describe, expect, it } from "vitest";
import { expectSameBits } from "../helpers/expectNumbers.ts";
import { doubles, everyTwins, float64Twins, floats, scratch, type Twins, written } from "../helpers/twins.ts";
import { kinds, matrixShapes, numbers } from "../helpers/values.ts";

const even = (units: number) => units + (units & 1);

describe("clip, by hand", () => {
  it("adds the squares of a gradient, into its own place", () => {
    const { sums } = float64Twins.check(
      "clip.squares",
      {
        sums: written(doubles(1, 3, [7, 8, 9])),
        columns: scratch(doubles(1, 2)),
        g: floats(3, 2, [1, 2, 3, 4, 5, 6]),
      },
      ({ clip }, { sums, columns, g }) => clip.squares(sums, columns, g, 1),
    );
    expect([...sums.data]).toEqual([7, 91, 9]);
  });

  it("scales to the limit, over the norm and a millionth, and never up", () => {
    const scaled = (sums: number[], limit: number) =>
      float64Twins.check(
        "clip.scale",
        { g: written(floats(1, 2, [3, -4])), sums: doubles(1, sums.length, sums) },
        ({ clip }, { g, sums }) => clip.scale(g, sums, limit),
      ).g.data;
    // √(9 + 16) = 5.
    expect([...scaled([9, 16], 1)]).toEqual([3 * (1 / (5 + 1e-6)), -4 * (1 / (5 + 1e-6))]);
    expect([...scaled([9, 16], 5)]).toEqual([3 * (5 / (5 + 1e-6)), -4 * (5 / (5 + 1e-6))]);
    expect([...scaled([9, 16], 6)]).toEqual([3, -4]);
    expect([...scaled([0], 1e-300)]).toEqual([3 * 1e-294, -4 * 1e-294]);
    expect([...scaled([Infinity], 1)]).toEqual([0, -0]);
    expect([...scaled([NaN], 1)]).toEqual([NaN, NaN]);
  });
});

describe.each(everyTwins)("clip in $name", (twins: Twins) => {
  it.each(kinds)("has the definition's bits at every size, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "clip");
    for (const [rows, columns] of matrixShapes) {
      const slots = {
        sums: written(doubles(1, 2, [1, 2])),
        columns: scratch(doubles(1, columns + 1)),
        g: floats(rows, columns, next),
      };
      twins.check("clip.squares", slots, ({ clip }, { sums, columns, g }) =>
        clip.squares(sums, columns, g, 1),
      );
      const packed = {
        ...slots,
        columns: scratch(doubles(1, even(rows))),
        g: floats(even(rows), columns, next),
      };
      twins.check("clip.packedSquares", packed, ({ clip }, { sums, columns, g }) =>
        clip.packedSquares(sums, columns, g, 0),
      );
      for (const limit of [0.5, 1e30]) {
        twins.check(
          "clip.scale",
          { g: written(floats(rows, columns, next)), sums: doubles(1, 3, [1, 2, 6]) },
          ({ clip }, { g, sums }) => clip.scale(g, sums, limit),
        );
      }
    }
  });

  it("refuses too little room, and places that there are not", () => {
    const slots = { sums: written(doubles(1, 2)), columns: scratch(doubles(1, 3)), g: floats(2, 4) };
    twins.refuses(
      "clip.squares: columns has 3 numbers, expected at least 4, one for each column of g.",
      slots,
      ({ clip }, { sums, columns, g }) => clip.squares(sums, columns, g, 0),
    );
    twins.refuses(
      "clip.packedSquares: index is 2, expected an integer from 0 to 1.",
      slots,
      ({ clip }, { sums, columns, g }) => clip.packedSquares(sums, columns, g, 2),
    );
  });
});

it("a gradient has the same sum of squares in both layouts", () => {
  const twins = everyTwins[0]!;
  for (const [rows, columns] of [
    [0, 3],
    [1, 1],
    [7, 5],
    [33, 8],
    [40, 9],
    [300, 50],
  ] as const) {
    const next = numbers("ordinary", "float32", "layouts", rows, columns);
    const { sums } = twins.check(
      "both layouts",
      {
        sums: written(doubles(1, 2)),
        room: scratch(doubles(1, even(columns))),
        g: floats(rows, columns, next),
        packed: written(floats(even(columns), rows)),
      },
      ({ clip, firstLayer }, { sums, room, g, packed }) => {
        firstLayer.pack(packed, g);
        clip.squares(sums, room, g, 0);
        clip.packedSquares(sums, room, packed, 1);
      },
    );
    expectSameBits(sums.data.slice(0, 1), sums.data.slice(1), `(${rows}, ${columns})`);
  }
});
