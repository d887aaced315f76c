import { describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import type { Samples, SampleTarget } from "../../src/data/dataset.ts";
import { readSamples } from "../../src/data/reading.ts";
import { DatasetError } from "../../src/errors.ts";

const room = (
  count: number,
  features: number,
  values: SampleTarget["values"] = new Float32Array(count * features),
) => ({
  values,
  labels: new Uint8Array(count),
});

/** Samples of one's own, of which the label and the first number of every row can be set. */
function own(
  count: number,
  { label = () => 0, value = () => 0 }: Partial<Record<"label" | "value", (row: number) => number>> = {},
): Samples {
  const classes = 3;
  const from = (rows: readonly number[]): Samples => ({
    ...{ count: rows.length, features: 2, classes, elementType: "float64" },
    async read({ values, labels }) {
      rows.forEach((row, i) => {
        labels[i] = label(row);
        values.set([value(row), 1], 2 * i);
      });
    },
    select: (selected) => from([...selected].map((i) => rows[i]!)),
  });
  return from(Array.from({ length: count }, (_, i) => i));
}

describe("readSamples", () => {
  it("converts to the precision of the target, block by block", async () => {
    const samples = own(2500, { value: (row) => row + 0.1, label: (row) => row % 3 });
    const [single, double] = [room(2500, 2), room(2500, 2, new Float64Array(5000))];
    const seen: number[] = [];
    await readSamples("f", samples, single, { onProgress: (done) => seen.push(done) });
    await readSamples("f", samples, double);
    expect(seen).toEqual([1024, 2048, 2500]);
    expect([single.values[2 * 2499], double.values[2 * 2499]]).toEqual([Math.fround(2499.1), 2499.1]);
    expect([...single.labels.subarray(0, 4), single.labels[2499]]).toEqual([0, 1, 2, 0, 0]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "names the sample and the feature that is %d",
    async (bad) => {
      const values = Float32Array.of(1, 2, 3, 4, 5, bad);
      const samples = samplesFromArrays({ values, labels: [0, 0, 0], features: 2 });
      await expect(readSamples("Model.fit", samples, room(3, 2))).rejects.toThrow(
        new DatasetError(
          `Model.fit: sample 2, feature 1 is ${bad}, expected a finite number. Put a number there, or leave the sample out.`,
        ),
      );
      const converted = own(2100, { value: (row) => (row === 2099 ? bad : 0) });
      await expect(readSamples("f", converted, room(2100, 2))).rejects.toThrow(
        `f: sample 2099, feature 0 is ${bad}, expected a finite number.`,
      );
    },
  );

  it("counts from the number of the first sample", async () => {
    const samples = samplesFromArrays({
      values: Float32Array.of(1, Number.NaN),
      labels: [0, 0],
      features: 1,
    });
    await expect(readSamples("f", samples, room(2, 1), { first: 256 })).rejects.toThrow(
      "f: sample 257, feature 0 is NaN",
    );
  });

  it("refuses a number that float32 cannot hold, and keeps it in float64", async () => {
    const samples = samplesFromArrays({ values: [1, 1e300], labels: [0, 0], features: 1 });
    await expect(readSamples("f", samples, room(2, 1))).rejects.toThrow(
      'f: sample 1, feature 0 is 1e+300, too large for float32. Make a model of dtype "float64", or divide the feature by a constant.',
    );
    const double = room(2, 1, new Float64Array(2));
    await readSamples("f", samples, double);
    expect([...double.values]).toEqual([1, 1e300]);
  });

  it("refuses a label that is no class, of any kind of samples", async () => {
    const samples = own(2000, { label: (row) => (row === 1999 ? 3 : 2) });
    await expect(readSamples("f", samples, room(2000, 2))).rejects.toThrow(
      new DatasetError("f: sample 1999 has label 3, expected less than 3, the number of classes."),
    );
  });
});

describe("samples from an array that has become smaller", () => {
  it.each(["transferred", "resized"])("are refused when it was %s", async (how) => {
    const buffer = Reflect.construct(ArrayBuffer, [8, { maxByteLength: 16 }]) as ArrayBuffer;
    const samples = samplesFromArrays({ values: new Uint8Array(buffer), labels: [0, 1], features: 4 });
    if (how === "transferred") structuredClone(buffer, { transfer: [buffer] });
    else (buffer as ArrayBuffer & { resize(length: number): void }).resize(4);
    await expect(readSamples("f", samples, room(2, 4, new Uint8Array(8)))).rejects.toThrow(
      /^samplesFromArrays: values has [04] numbers now, expected 8 as before: its buffer was transferred or made smaller\./,
    );
  });
});
