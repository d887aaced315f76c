import { describe, expect, it } from "vitest";
import { ensembleOutputs } from "../../src/kernels/ensemble.ts";
import { doubles, everyTwins, floats, written } from "../helpers/twins.ts";
import { kinds, matrixShapes, numbers } from "../helpers/values.ts";

/** Behind a logarithm: every kind of number, and probabilities from one end to the other. */
const means = [0.25, 0.5, 0.75, 1, 0, -1, 1e-320, 1e-45, 1 - 2 ** -53, 1 - 2 ** -25, 1.5, 1e300, Infinity];

describe.each(everyTwins)("ensemble in $name", (twins) => {
  const single = twins.precision === "float32";
  const largest = single ? 3.4028234663852886e38 : Number.MAX_VALUE;
  const least = single ? 2 ** -126 : 2 ** -1022;
  const below = single ? 1 - 2 ** -24 : 1 - 2 ** -53;

  const outputsOf = (
    values: readonly number[],
    output: (typeof ensembleOutputs)[number],
    temperature = 1,
  ) => {
    const slots = {
      y: written(floats(1, values.length)),
      sums: doubles(1, values.length, values),
    };
    const { y } = twins.check(`ensemble.outputs ${output}`, slots, (kernels, { y, sums }) =>
      kernels.ensemble.outputs(y, sums, output, temperature),
    );
    return [...y.data];
  };

  it("weighs the first member, and adds another", () => {
    const first = twins.check(
      "ensemble.first",
      { sums: written(doubles(1, 3)), x: floats(1, 3, [1, -2, 8]) },
      (kernels, { sums, x }) => kernels.ensemble.first(sums, x, 0.25),
    );
    expect([...first.sums.data]).toEqual([0.25, -0.5, 2]);
    const added = twins.check(
      "ensemble.add",
      { sums: written(doubles(1, 3, [...first.sums.data])), x: floats(1, 3, [2, 2, -4]) },
      (kernels, { sums, x }) => kernels.ensemble.add(sums, x, 0.75),
    );
    expect([...added.sums.data]).toEqual([1.75, 1, -1]);
  });

  it("adds in float64, and takes what is not finite for the largest number of its sign", () => {
    const { sums } = twins.check(
      "ensemble.add",
      {
        sums: written(doubles(1, 5, [1, 1, 1, 1, 1])),
        x: floats(1, 5, [2 ** -50, 0, Infinity, -Infinity, NaN]),
      },
      (kernels, { sums, x }) => kernels.ensemble.add(sums, x, 0.5),
    );
    expect([...sums.data]).toEqual([1 + 2 ** -51, 1, largest / 2, -largest / 2, NaN]);
  });

  it("gives the mean, to the next number of its precision", () => {
    expect(outputsOf([0.25, -3, 1 / 3, 1.1 * largest, -Infinity, NaN], "mean")).toEqual([
      ...[0.25, -3, single ? Math.fround(1 / 3) : 1 / 3, largest, -largest, NaN],
    ]);
  });

  it("gives logarithms, of no number below the least normal one", () => {
    const round = single ? Math.fround : (value: number) => value;
    expect(outputsOf([1, 0.5, least, least / 2, 0, -1, NaN], "log", 2)).toEqual([
      ...[0, round(Math.log(0.5) / 2), ...Array(4).fill(round(Math.log(least) / 2)), NaN],
    ]);
    // log(3 / 1), and of the odds the other way round.
    const logits = outputsOf([0.5, 0.75, 0.25, below, 1, 2, 0, NaN], "logit", 0.5);
    const top = round(Math.log(below / (1 - below)) / 0.5);
    expect(logits.slice(0, 3)).toEqual([0, round(2 * Math.log(3)), round(2 * Math.log(0.25 / 0.75))]);
    expect(logits.slice(3)).toEqual([top, top, top, round(2 * Math.log(least)), NaN]);
  });

  it("gives finite numbers at every temperature", () => {
    for (const temperature of [5e-324, 1e-300, 1e-3, 1, 1e3, Number.MAX_VALUE]) {
      for (const output of ensembleOutputs) {
        expect(outputsOf(means, output, temperature).filter((y) => !Number.isFinite(y))).toEqual([]);
      }
    }
  });

  it.each(kinds)("has the definition's bits at every size, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "ensemble");
    const wide = numbers(kind, "float64", "sums");
    // A half of them are probabilities.
    const sum = () => {
      const value = wide();
      return value > 0 ? value / (1 + value) : value;
    };
    for (const [n, d] of matrixShapes) {
      const x = floats(n, d, next);
      twins.check("ensemble.first", { sums: written(doubles(n, d)), x }, (kernels, t) =>
        kernels.ensemble.first(t.sums, t.x, 0.3),
      );
      twins.check("ensemble.add", { sums: written(doubles(n, d, wide)), x }, (kernels, t) =>
        kernels.ensemble.add(t.sums, t.x, 0.7),
      );
      for (const output of ensembleOutputs) {
        const slots = { y: written(floats(n, d)), sums: doubles(n, d, sum) };
        twins.check(`ensemble.outputs ${output}`, slots, (kernels, t) =>
          kernels.ensemble.outputs(t.y, t.sums, output, 1.3),
        );
      }
    }
  });

  it("refuses shapes that do not go together", () => {
    for (const name of ["first", "add"] as const) {
      twins.refuses(
        `ensemble.${name}: sums is (3, 2), expected (2, 3).`,
        { sums: doubles(3, 2), x: floats(2, 3) },
        (kernels, { sums, x }) => kernels.ensemble[name](sums, x, 1),
      );
    }
    twins.refuses(
      "ensemble.outputs: y is (2, 2), expected (2, 3).",
      { y: floats(2, 2), sums: doubles(2, 3) },
      (kernels, { y, sums }) => kernels.ensemble.outputs(y, sums, "log", 1),
    );
  });
});
