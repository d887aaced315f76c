import { describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import type { Samples } from "../../src/data/dataset.ts";
import { DatasetError, ShapeError } from "../../src/errors.ts";

/** Values and labels, as they are read. */
async function read(samples: Samples): Promise<{ values: number[]; labels: number[] }> {
  const size = samples.count * samples.features;
  const values = samples.elementType === "uint8" ? new Uint8Array(size) : new Float32Array(size);
  const labels = new Uint8Array(samples.count);
  await samples.read({ values, labels });
  return { values: [...values], labels: [...labels] };
}

const bytes = () => Uint8Array.from([1, 2, 3, 4, 5, 6]);

describe("samplesFromArrays", () => {
  it("says what there is, and reads it", async () => {
    const samples = samplesFromArrays({ values: bytes(), labels: [2, 0, 1], features: 2 });
    const { count, features, classes, elementType } = samples;
    expect({ count, features, classes, elementType }).toEqual({
      count: 3,
      features: 2,
      classes: 3,
      elementType: "uint8",
    });
    expect(await read(samples)).toEqual({ values: [1, 2, 3, 4, 5, 6], labels: [2, 0, 1] });
  });

  it("takes float32 values as they are", async () => {
    const values = Float32Array.from([0.5, -1, NaN]);
    const samples = samplesFromArrays({ values, labels: [0, 0, 0], features: 1 });
    expect(samples.elementType).toBe("float32");
    expect(await read(samples)).toEqual({ values: [0.5, -1, NaN], labels: [0, 0, 0] });
  });

  it("takes the number of classes that it is given, or the largest label + 1", () => {
    const values = bytes();
    expect(samplesFromArrays({ values, labels: [0, 4, 0], features: 2 }).classes).toBe(5);
    expect(samplesFromArrays({ values, labels: [0, 4, 0], features: 2, classes: 10 }).classes).toBe(10);
    expect(samplesFromArrays({ values: new Uint8Array(0), labels: [], features: 2 }).classes).toBe(1);
  });

  it("copies no values, and its own labels", async () => {
    const [values, labels] = [bytes(), Uint8Array.from([0, 0, 1])];
    const samples = samplesFromArrays({ values, labels, features: 2 });
    values[0] = 100;
    labels[0] = 1;
    expect(await read(samples)).toEqual({ values: [100, 2, 3, 4, 5, 6], labels: [0, 0, 1] });
  });

  it("selects samples by number, in the order asked for, and again from those", async () => {
    const samples = samplesFromArrays({ values: bytes(), labels: [7, 8, 9], features: 2, classes: 10 });
    const rows = Uint32Array.from([2, 0, 2]);
    const selected = samples.select(rows);
    rows.fill(1);
    expect(selected.classes).toBe(10);
    expect(await read(selected)).toEqual({ values: [5, 6, 1, 2, 5, 6], labels: [9, 7, 9] });
    expect(await read(selected.select(Uint32Array.from([1, 2])))).toEqual({
      values: [1, 2, 5, 6],
      labels: [7, 9],
    });
    expect(await read(samples.select(new Uint32Array(0)))).toEqual({ values: [], labels: [] });
  });

  it("refuses a sample that is not there, among the selected ones too", () => {
    const samples = samplesFromArrays({ values: bytes(), labels: [0, 0, 0], features: 2 });
    expect(() => samples.select(Uint32Array.from([0, 3]))).toThrow(
      new ShapeError("select: rows[1] is 3, expected less than 3, the number of samples."),
    );
    expect(() => samples.select(Uint32Array.from([2])).select(Uint32Array.from([1]))).toThrow(
      new ShapeError("select: rows[0] is 1, expected less than 1, the number of samples."),
    );
  });

  it.each([
    [{ labels: [0, 0], features: 2 }, "values has 6 numbers, expected 2 labels × 2 features."],
    [{ labels: [0, 0, 0], features: 3 }, "values has 6 numbers, expected 3 labels × 3 features."],
    [{ labels: [0, 0, 0, 0], features: 1.5 }, "values has 6 numbers, expected 4 labels × 1.5 features."],
    [
      { labels: [0, 0] },
      "features is undefined, expected the numbers in a sample, as values has them one after another. Or give values an array for each sample.",
    ],
    [{ labels: [0, -1, 0], features: 2 }, "label 1 is -1, expected an integer from 0 to 65535."],
    [{ labels: [0, 0, 65_536], features: 2 }, "label 2 is 65536, expected an integer from 0 to 65535."],
    [{ labels: [0.5, 0, 0], features: 2 }, "label 0 is 0.5, expected an integer from 0 to 65535."],
    [{ labels: [0, 1, 3], features: 2, classes: 3 }, "label 2 is 3, expected an integer from 0 to 2."],
  ])("refuses %j", (options, message) => {
    expect(() => samplesFromArrays({ values: bytes(), ...options })).toThrow(
      new DatasetError(`samplesFromArrays: ${message}`),
    );
  });

  it.each([
    [
      {
        values: [
          [1, 2, 3, 4],
          [5, 6, 7, 8],
        ],
        labels: [0, 1, 0, 1],
        features: 2,
      },
      "values[0] has 4 numbers, expected 2, as features says.",
    ],
    [{ values: [[], []], labels: [0, 1] }, "values[0] has 0 numbers, expected at least 1."],
  ])("refuses rows that are no samples, as in %j", (options, message) => {
    expect(() => samplesFromArrays(options)).toThrow(new DatasetError(`samplesFromArrays: ${message}`));
  });
});
