import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { batchSizes } from "../../src/model/batches.ts";

describe("batchSizes", () => {
  it.each([
    [8, 4, 1, [4, 4]],
    [10, 4, 1, [4, 4, 2]],
    [9, 4, 1, [4, 4, 1]],
    [9, 4, 2, [4, 4]],
    [3, 5, 1, [3]],
    [2, 5, 2, [2]],
    [3, 1, 1, [1, 1, 1]],
  ])("%i samples in batches of %i, of at least %i, are %j", (samples, batchSize, minimum, sizes) => {
    expect(batchSizes(samples, batchSize, minimum)).toEqual(sizes);
  });

  it("are the paper's 450 a pass", () => {
    expect(batchSizes(45_000, 100, 2)).toEqual(new Array(450).fill(100));
  });

  it.each([
    [1, 100],
    [7, 1],
    [0, 100],
  ])("refuses %i samples in batches of %i where batch normalisation needs two", (samples, batchSize) => {
    expect(() => batchSizes(samples, batchSize, 2)).toThrow(
      new ConfigError(
        `${samples} samples in batches of ${batchSize} give no batch of at least 2, ` +
          "which batch normalisation needs. Use a larger batch, or more samples.",
      ),
    );
  });
});
