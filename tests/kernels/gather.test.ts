import { describe, expect, it } from "vitest";
import { Random } from "../../src/random.ts";
import { expectClose } from "../helpers/expectNumbers.ts";
import {
  bytes,
  doubles,
  everyTwins,
  float32Twins,
  float64Twins,
  floats,
  integers,
  type Slot,
  singles,
  words,
  written,
} from "../helpers/twins.ts";
import { kinds, matrixShapes, numbers } from "../helpers/values.ts";

describe("gather, by hand", () => {
  it("takes the rows that are asked for, in their order, times scale, plus shift", () => {
    const { x } = float64Twins.check(
      "gather.batch",
      {
        x: written(floats(3, 2)),
        values: bytes(3, 2, [1, 2, 3, 4, 5, 255]),
        rows: integers(3, 1, [2, 0, 2]),
        scale: floats(1, 2, [10, 2]),
        shift: floats(1, 2, [0.5, -1]),
      },
      (kernels, { x, values, rows, scale, shift }) => kernels.gather.batch(x, values, rows, scale, shift),
    );
    expect([...x.data]).toEqual([50.5, 509, 10.5, 3, 50.5, 509]);
  });

  it("standardises bytes by their mean and deviation, a deviation of 0 standing as 1", () => {
    // byte / 255 − mean, over std; the second feature is 51 everywhere: mean 0.2, std 0 → 1.
    const [mean, std] = [
      [0.5, 0.2],
      [0.25, 1],
    ];
    const { x } = float64Twins.check(
      "gather.batch",
      {
        x: written(floats(2, 2)),
        values: bytes(2, 2, [255, 51, 0, 51]),
        rows: integers(2, 1, [0, 1]),
        scale: floats(1, 2, (j) => 1 / (255 * std[j]!)),
        shift: floats(1, 2, (j) => -mean[j]! / std[j]!),
      },
      (kernels, { x, values, rows, scale, shift }) => kernels.gather.batch(x, values, rows, scale, shift),
    );
    expectClose(x.data, [2, 0, -2, 0]);
  });

  it.each([
    ["float32", singles],
    ["float64", doubles],
  ] as const)(
    "takes %s values times a first scale, plus two shifts, times a second scale",
    (_name, stored) => {
      const { x } = float64Twins.check(
        "gather.batch",
        {
          x: written(floats(2, 4)),
          values: stored(2, 4, [1.5, -2, Infinity, -0, NaN, 0, 0.25, 7]),
          rows: integers(2, 1, [1, 0]),
          scale: floats(2, 4, [1, 2, 4, 1, 2, 10, 1, 1]),
          shift: floats(2, 4, [0, 1, -1, -0, 0, 0.5, 3, -0]),
        },
        (kernels, { x, values, rows, scale, shift }) => kernels.gather.batch(x, values, rows, scale, shift),
      );
      expect([...x.data]).toEqual([NaN, 15, 3, 7, 3, -25, Infinity, -0]);
    },
  );

  it("subtracts in the order that it says: what is close together loses nothing", () => {
    const levels = Float32Array.from({ length: 10 }, (_, k) => 1e7 + k);
    const { x } = float32Twins.check(
      "gather.batch",
      {
        x: written(floats(10, 1)),
        values: singles(10, 1, levels),
        rows: integers(10, 1, (i) => i),
        scale: floats(2, 1, [1, 2]),
        shift: floats(2, 1, [-10_000_004, -0.5]),
      },
      (kernels, { x, values, rows, scale, shift }) => kernels.gather.batch(x, values, rows, scale, shift),
    );
    expect([...x.data]).toEqual([-9, -7, -5, -3, -1, 1, 3, 5, 7, 9]);
  });

  it("takes the rows' labels", () => {
    const { y } = float64Twins.check(
      "gather.labels",
      { y: written(bytes(4, 1)), labels: bytes(3, 1, [7, 0, 255]), rows: integers(4, 1, [2, 2, 0, 1]) },
      (kernels, { y, labels, rows }) => kernels.gather.labels(y, labels, rows),
    );
    expect([...y.data]).toEqual([255, 255, 7, 0]);
  });
});

describe.each(everyTwins)("gather in $name", (twins) => {
  it("has the definition's bits for every byte in every place", () => {
    const next = numbers("ordinary", twins.precision, "gather");
    twins.check(
      "gather.batch",
      {
        x: written(floats(256, 9)),
        values: bytes(256, 9, (i) => Math.floor(i / 9)),
        rows: integers(256, 1, (i) => 255 - i),
        scale: floats(1, 9, next),
        shift: floats(1, 9, next),
      },
      (kernels, { x, values, rows, scale, shift }) => kernels.gather.batch(x, values, rows, scale, shift),
    );
  });

  it.each(kinds)("has the definition's bits at every shape, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "gather");
    const single = numbers(kind, "float32", "gather");
    const double = numbers(kind, "float64", "gather");
    const random = new Random(1, "gather");
    const count = 7;
    for (const [n, d] of matrixShapes) {
      const rows = integers(n, 1, () => random.below(count));
      const slots = { x: written(floats(n, d)), rows, scale: floats(1, d, next), shift: floats(1, d, next) };
      const twice = { ...slots, scale: floats(2, d, next), shift: floats(2, d, next) };
      twins.check(
        "gather.batch of bytes",
        { ...slots, values: bytes(count, d, () => random.below(256)) },
        (kernels, { x, values, rows, scale, shift }) => kernels.gather.batch(x, values, rows, scale, shift),
      );
      twins.check(
        "gather.batch of floats",
        { ...twice, values: singles(count, d, single) },
        (kernels, { x, values, rows, scale, shift }) => kernels.gather.batch(x, values, rows, scale, shift),
      );
      if (twins.precision === "float64") {
        twins.check(
          "gather.batch of doubles",
          { ...twice, values: doubles(count, d, double) },
          (kernels, { x, values, rows, scale, shift }) => kernels.gather.batch(x, values, rows, scale, shift),
        );
      }
      for (const [y, labels] of [
        [bytes(n, 1), bytes(count, 1, () => random.below(256))],
        [words(n, 1), words(count, 1, () => random.below(65_536))],
        [bytes(n, d), bytes(count, d, () => random.below(2))],
        [singles(n, d), singles(count, d, single)],
        [singles(n, d), doubles(count, d, double)],
        [doubles(n, d), singles(count, d, single)],
        [doubles(n, d), doubles(count, d, double)],
      ] as [Slot<"uint8">, Slot<"uint8">][]) {
        twins.check(
          `gather.labels of ${labels.dtype}`,
          { y: written(y), labels, rows },
          (kernels, { y, labels, rows }) => kernels.gather.labels(y, labels, rows),
        );
      }
    }
  });

  const batch = {
    x: floats(2, 3),
    values: bytes(5, 3),
    rows: integers(2, 1, [0, 1]),
    scale: floats(1, 3),
    shift: floats(1, 3),
  };
  it.each([
    ["gather.batch: values is (5, 4), expected (5, 3).", { ...batch, values: bytes(5, 4) }],
    ["gather.batch: rows is (3, 1), expected (2, 1).", { ...batch, rows: integers(3, 1) }],
    ["gather.batch: scale is (1, 4), expected (1, 3).", { ...batch, scale: floats(1, 4) }],
    ["gather.batch: shift is (3, 1), expected (1, 3).", { ...batch, shift: floats(3, 1) }],
  ])("refuses a batch of other shapes: %s", (message, slots) => {
    twins.refuses(message, slots, (kernels, { x, values, rows, scale, shift }) =>
      kernels.gather.batch(x, values, rows, scale, shift),
    );
  });

  const ofFloats = { ...batch, values: singles(5, 3), scale: floats(2, 3), shift: floats(2, 3) };
  it.each([
    ["gather.batch: scale is (1, 3), expected (2, 3).", { ...ofFloats, scale: floats(1, 3) }],
    ["gather.batch: shift is (1, 3), expected (2, 3).", { ...ofFloats, shift: floats(1, 3) }],
  ])("refuses factors of bytes for floats: %s", (message, slots) => {
    twins.refuses(message, slots, (kernels, { x, values, rows, scale, shift }) =>
      kernels.gather.batch(x, values, rows, scale, shift),
    );
  });

  it("refuses targets of another type, but for numbers of the other precision", () => {
    twins.refuses(
      "gather.labels: labels are uint16, expected uint8, as y is.",
      { y: bytes(2, 1), labels: words(5, 1), rows: integers(2, 1, [0, 1]) },
      (kernels, { y, labels, rows }) => kernels.gather.labels(y, labels, rows),
    );
    twins.refuses(
      "gather.labels: labels are uint8, expected float64, as y is.",
      { y: doubles(2, 1), labels: bytes(5, 1), rows: integers(2, 1, [0, 1]) },
      (kernels, { y, labels, rows }) => kernels.gather.labels(y, labels, rows),
    );
  });

  it("refuses labels of other shapes", () => {
    twins.refuses(
      "gather.labels: rows is (3, 1), expected (2, 1).",
      { y: bytes(2, 1), labels: bytes(5, 1), rows: integers(3, 1) },
      (kernels, { y, labels, rows }) => kernels.gather.labels(y, labels, rows),
    );
    twins.refuses(
      "gather.labels: labels is (5, 2), expected (5, 1).",
      { y: bytes(2, 1), labels: bytes(5, 2), rows: integers(2, 1) },
      (kernels, { y, labels, rows }) => kernels.gather.labels(y, labels, rows),
    );
  });
});

it("gather refuses float64 values for x in float32", () => {
  float32Twins.refuses(
    "gather.batch: values are float64, expected uint8 or float32, as x is float32.",
    {
      x: floats(2, 3),
      values: doubles(5, 3),
      rows: integers(2, 1, [0, 1]),
      scale: floats(2, 3),
      shift: floats(2, 3),
    },
    (kernels, { x, values, rows, scale, shift }) => kernels.gather.batch(x, values, rows, scale, shift),
  );
});
