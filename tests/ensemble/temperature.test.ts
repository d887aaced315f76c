import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lossOf } from "../../src/ensemble/scores.ts";
import { atTemperature, fitTemperature, type TemperatureOptions } from "../../src/ensemble/temperature.ts";
import { ConfigError } from "../../src/errors.ts";
import { exp, sigmoid } from "../../src/math.ts";
import { Random } from "../../src/random.ts";
import { expectClose, expectSameBits } from "../helpers/expectNumbers.ts";

const kinds = ["classes", "flags"] as const;

/** Probabilities, and labels in just these proportions: a row for each label, whose weight is its probability. */
function calibrated(kind: (typeof kinds)[number], seed: number) {
  const random = new Random(seed, "temperature");
  const width = kind === "classes" ? 3 : 1;
  const rows: number[] = [];
  const labels: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < 40; i++) {
    if (kind === "flags") {
      // Small enough that the sharpest of them are not yet 1 in float32, where a logit ends.
      const p = sigmoid(1.2 * random.normal());
      rows.push(p, p);
      labels.push(1, 0);
      weights.push(p, 1 - p);
      continue;
    }
    const powers = [0, 1, 2].map(() => exp(2 * random.normal()));
    const sum = powers.reduce((a, b) => a + b, 0);
    powers.forEach((power, label) => {
      rows.push(...powers.map((each) => each / sum));
      labels.push(label);
      weights.push(power / sum);
    });
  }
  return { probabilities: Float64Array.from(rows), labels, options: { kind, width, weights } };
}

describe.each(kinds)("the temperature of %s", (kind) => {
  it("is 1 for honest probabilities", () => {
    for (let seed = 0; seed < 5; seed++) {
      const { probabilities, labels, options } = calibrated(kind, seed);
      expectClose([fitTemperature(probabilities, labels, options)], [1], 1e-9);
    }
  });

  it.each([0.25, 0.5, 0.9, 1.5, 3, 4.5])("is found again: %d", (temperature) => {
    const { probabilities, labels, options } = calibrated(kind, 9);
    // Honest ones, made sharper or flatter.
    const changed = atTemperature(probabilities, 1 / temperature, options);
    expectClose([fitTemperature(changed, labels, options)], [temperature], 1e-6);
    const back = atTemperature(changed, temperature, options);
    expectClose(back, probabilities, 1e-5);
  });

  it("of rows that are all right is as sharp as it may be; with a prior, as many rows make it", () => {
    const width = kind === "classes" ? 3 : 1;
    const sure = kind === "classes" ? [0.9, 0.05, 0.05] : [0.9];
    const of = (rows: number, prior: number) => {
      const probabilities = Float64Array.from({ length: rows * width }, (_, i) => sure[i % width]!);
      const labels = new Uint8Array(rows).fill(kind === "classes" ? 0 : 1);
      const temperature = fitTemperature(probabilities, labels, { kind, width, prior });
      return [temperature, atTemperature(probabilities, temperature, { kind, width })[0]!] as const;
    };
    expect(of(20, 0)[0]).toBe(0.2);
    // The share that is right, with a row that is divided among the classes: (19 + 1/3) / 20, or (19 + 1/2) / 20.
    expect(of(19, 1)[1]).toBeCloseTo(kind === "classes" ? (19 + 1 / 3) / 20 : 19.5 / 20, 9);
    expect(of(39, 1)[1]).toBeGreaterThan(of(19, 1)[1]);
  });

  it("is where the loss is least: none on a fine grid is better", () => {
    const cases = fc.record({
      ...{ rows: fc.integer({ min: 1, max: 30 }), seed: fc.nat() },
      ...{ width: fc.integer({ min: kind === "classes" ? 2 : 1, max: 5 }), gain: fc.constantFrom(0.1, 1, 4) },
    });
    const property = fc.property(cases, ({ rows, seed, width, gain }) => {
      const random = new Random(seed, "grid");
      const scores = Float64Array.from({ length: rows * width }, () => gain * random.normal());
      const even = scores.map(() => (kind === "classes" ? 1 / width : 0.5));
      const probabilities =
        kind === "flags"
          ? scores.map(sigmoid)
          : scores.map((_, i) => {
              const first = i - (i % width);
              const powers = scores.subarray(first, first + width).map(exp);
              return powers[i % width]! / powers.reduce((a, b) => a + b, 0);
            });
      const count = kind === "classes" ? rows : rows * width;
      const labels = Array.from({ length: count }, () => random.below(kind === "classes" ? width : 2));
      const options = { kind, width, weights: Array.from({ length: rows }, () => random.uniform() + 0.01) };
      const loss = (temperature: number) => {
        // Without clipping, by a mixture with so little of even ones that it does not matter.
        const mixed = atTemperature(probabilities, temperature, options).map(
          (p, i) => (1 - 1e-6) * p + 1e-6 * even[i]!,
        );
        return lossOf(mixed, labels, options);
      };
      const found = fitTemperature(probabilities, labels, options);
      expect(found >= 0.2 && found <= 5).toBe(true);
      for (let temperature = 0.2; temperature <= 5; temperature *= 1.05) {
        expect(loss(temperature)).toBeGreaterThan(loss(found) - 1e-5);
      }
    });
    fc.assert(property, { numRuns: 60, seed: 1 });
  });

  it("is bounded: 0.2 where all are right, 5 where all are wrong, 1 where nothing is said", () => {
    const right = { classes: Float64Array.of(0.9, 0.1, 0.2, 0.8), flags: Float64Array.of(0.1, 0.8) }[kind];
    const options: TemperatureOptions = { kind, width: kind === "classes" ? 2 : 1 };
    expect(fitTemperature(right, [0, 1], options)).toBe(0.2);
    expect(fitTemperature(right, [1, 0], options)).toBe(5);
    const even = right.map(() => 0.5);
    expect(fitTemperature(even, [0, 1], options)).toBe(1);
    // Certain of all, right and wrong.
    const certain = right.map((p) => Math.round(p));
    expect(fitTemperature(certain, [0, 1], options)).toBe(0.2);
    expect(fitTemperature(certain, [1, 0], options)).toBe(5);
    expect(fitTemperature(certain, [0, 0], options)).toBe(5);
  });

  it("does not look at rows of weight 0, and takes weight 2 as two rows", () => {
    const { probabilities, labels, options } = calibrated(kind, 4);
    const { width } = options;
    const counts = labels.map((_, row) => (row * 7) % 3);
    const rows = counts.flatMap((count, row) => new Array<number>(count).fill(row));
    const repeated = fitTemperature(
      Float64Array.from(rows.flatMap((row) => [...probabilities.subarray(row * width, (row + 1) * width)])),
      rows.map((row) => labels[row]!),
      { kind, width },
    );
    expectClose([fitTemperature(probabilities, labels, { kind, width, weights: counts })], [repeated], 1e-9);
  });

  it("leaves probabilities as they are at 1, and keeps their order at any", () => {
    const { probabilities, options } = calibrated(kind, 3);
    expectSameBits(atTemperature(probabilities, 1, options), probabilities);
    const order = (values: Float64Array) => [...values.keys()].sort((a, b) => values[a]! - values[b]!);
    const first = probabilities.subarray(0, options.width);
    for (const temperature of [0.2, 0.7, 5]) {
      const changed = atTemperature(first, temperature, options);
      expect(order(changed)).toEqual(order(first));
      if (kind === "classes") expectClose([changed.reduce((a, b) => a + b, 0)], [1]);
    }
  });
});

describe("probabilities at a temperature", () => {
  it("are powers over their sum, or sigmoids of a part of the logit", () => {
    const classes = atTemperature(Float64Array.of(0.8, 0.2), 2, { kind: "classes", width: 2 });
    expectClose(classes, [2 / 3, 1 / 3]); // √0.8 = 2 √0.2
    expectClose(atTemperature(Float64Array.of(0.8, 0.5), 0.5, { kind: "flags", width: 2 }), [16 / 17, 0.5]);
  });

  it("lose their certainty, so that one that is wrong costs no infinite loss", () => {
    const classes = atTemperature(Float64Array.of(1, 0), 2, { kind: "classes", width: 2 });
    expectClose(classes, [1, 2 ** -63], 2 ** -62);
    expect(classes[1]).toBeGreaterThan(0);
    const flags = atTemperature(Float64Array.of(1, 0), 2, { kind: "flags", width: 1 });
    expectClose(flags, [1 - 2 ** -12.5, 2 ** -12.5], 1e-6);
  });
});

describe("refusals", () => {
  const probabilities = Float64Array.of(0.25, 0.75);

  it.each([
    [{ kind: "numbers", width: 2 }, 'fitTemperature: kind is "numbers", expected classes or flags.'],
    [
      { kind: "classes", width: 3 },
      "fitTemperature: there are 2 predictions, expected 3 for each row, and one row or more.",
    ],
    [{ kind: "flags", width: 2 }, "fitTemperature: targets has 1 entries, expected an array of 2."],
    [
      { kind: "classes", width: 2, bins: 3 },
      'fitTemperature: there is no option "bins". There are: kind, width, weights, prior.',
    ],
  ])("%j: %s", (options, message) => {
    const run = () => fitTemperature(probabilities, [1], options as unknown as TemperatureOptions);
    expect(run).toThrow(new ConfigError(message));
  });

  it.each([0, -1, NaN, Infinity, "1"])("name a temperature of %j", (temperature) => {
    const run = () => atTemperature(probabilities, temperature as number, { kind: "classes", width: 2 });
    expect(run).toThrow(/^atTemperature: the temperature is .*, expected a finite number above 0\.$/);
  });
});
