import { describe, expect, it } from "vitest";
import { lossOf } from "../../src/ensemble/scores.ts";
import { ConfigError } from "../../src/errors.ts";
import { log } from "../../src/math.ts";
import { expectClose } from "../helpers/expectNumbers.ts";

describe("the loss", () => {
  it("of classes is the mean of −log p, by the rows' weights, clipped at 2⁻²³", () => {
    const predictions = Float64Array.of(0.25, 0.75, 0.5, 0.5, 1, 0);
    const options = { kind: "classes", width: 2 } as const;
    const losses = [-log(0.75), -log(0.5), 23 * log(2)] as const;
    expectClose([lossOf(predictions, [1, 0, 1], options)], [(losses[0] + losses[1] + losses[2]) / 3]);
    const weighted = lossOf(predictions, [1, 0, 1], { ...options, weights: [3, 1, 0] });
    expectClose([weighted], [(3 * losses[0] + losses[1]) / 4]);
  });

  it("of flags is the mean over them as well", () => {
    const predictions = Float64Array.of(0.25, 0.5, 1, 0.125);
    const loss = lossOf(predictions, [0, 1, 1, 1], { kind: "flags", width: 2, weights: [1, 2] });
    // The 1 is clipped to 1 − 2⁻²³.
    expectClose([loss], [(-log(0.75) - log(0.5) + 2 * (2 ** -23 - log(0.125))) / 6], 1e-9);
  });

  it("of numbers is the mean of the squares", () => {
    const predictions = Float64Array.of(1, 2, 3, 4);
    expect(lossOf(predictions, [0, 0, 3, 2], { kind: "numbers", width: 2 })).toBe(2.25);
    expect(lossOf(predictions, [0, 0, 3, 2], { kind: "numbers", width: 2, weights: [1, 3] })).toBe(2.125);
  });

  it("takes a mean of ones that is above 1 by rounding, and names what is no probability", () => {
    const options = { kind: "classes", width: 2 } as const;
    expectClose([lossOf(Float64Array.of(1 + 2 ** -52, 0), [0], options)], [0], 1e-6);
    const message = "lossOf: predictions[0] is 1.001, expected a probability from 0 to 1.";
    expect(() => lossOf(Float64Array.of(1.001, 0), [0], options)).toThrow(new ConfigError(message));
  });
});
