import { describe, expect, it } from "vitest";
import { Random } from "../../src/random.ts";
import { bytes, doubles, everyTwins, float64Twins, type Slot, words, written } from "../helpers/twins.ts";
import { sizes } from "../helpers/values.ts";

it("classWeights.apply gives each sample its class's weight, times its own", () => {
  const slots = {
    y: written(doubles(3, 1)),
    table: doubles(2, 1, [0.5, 3]),
    labels: bytes(3, 1, [1, 0, 1]),
    weights: doubles(3, 1, [1, 2, 0]),
  };
  const { y } = float64Twins.check("classWeights.apply", slots, (kernels, { y, table, labels, weights }) =>
    kernels.classWeights.apply(y, table, labels, weights),
  );
  expect([...y.data]).toEqual([3, 1, 0]);
  const alone = float64Twins.check("classWeights.apply", slots, (kernels, { y, table, labels }) =>
    kernels.classWeights.apply(y, table, labels, undefined),
  );
  expect([...alone.y.data]).toEqual([3, 0.5, 3]);
});

describe.each(everyTwins)("classWeights in $name", (twins) => {
  it("has the definition's bits at every size", () => {
    const random = new Random(1, "class weights");
    const classes = 1000;
    const table = doubles(classes, 1, () => random.uniform());
    for (const n of sizes) {
      const weights = doubles(n, 1, () => random.uniform());
      const inBytes = bytes(n, 1, () => random.below(256));
      for (const labels of [
        inBytes,
        words(n, 1, () => random.below(classes)),
      ] as unknown as Slot<"uint8">[]) {
        const slots = { y: written(doubles(n, 1)), table, labels, weights };
        twins.check(`classWeights.apply, ${labels.dtype}`, slots, (kernels, { y, table, labels, weights }) =>
          kernels.classWeights.apply(y, table, labels, weights),
        );
        twins.check(
          `classWeights.apply in place, ${labels.dtype}`,
          { table, labels, weights: written(weights) },
          (kernels, { table, labels, weights }) =>
            kernels.classWeights.apply(weights, table, labels, weights),
        );
      }
    }
  });

  const slots = { y: doubles(4, 1), table: doubles(3, 1), labels: bytes(4, 1), weights: doubles(4, 1) };
  it.each([
    ["classWeights.apply: y is (4, 2), expected (4, 1).", { ...slots, y: doubles(4, 2) }],
    ["classWeights.apply: table is (1, 3), expected (1, 1).", { ...slots, table: doubles(1, 3) }],
    ["classWeights.apply: labels is (3, 1), expected (4, 1).", { ...slots, labels: bytes(3, 1) }],
    ["classWeights.apply: weights is (1, 4), expected (4, 1).", { ...slots, weights: doubles(1, 4) }],
  ])("refuses other shapes: %s", (message, wrong) => {
    twins.refuses(message, wrong, (kernels, { y, table, labels, weights }) =>
      kernels.classWeights.apply(y, table, labels, weights),
    );
  });
});
