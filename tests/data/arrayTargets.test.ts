import { expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import { DatasetError } from "../../src/errors.ts";

const values = [[1], [2], [3]];
const read = async (samples: ReturnType<typeof samplesFromArrays>) => {
  const { count, targets, classes } = samples;
  const labels =
    targets?.kind === "numbers"
      ? new Float64Array(count * targets.width)
      : new (classes > 256 ? Uint16Array : Uint8Array)(count * (targets?.width ?? 1));
  const weights = new Float64Array(samples.weighted ? count : 0);
  await samples.read({ values: new Float64Array(count), labels, weights });
  return { labels: [...labels], weights: [...weights] };
};

it("takes texts as names of classes, sorted, or in the order that is given", async () => {
  const sorted = samplesFromArrays({ values, labels: ["b", "a", "B"] });
  expect([sorted.classes, sorted.classNames]).toEqual([3, ["B", "a", "b"]]);
  expect((await read(sorted)).labels).toEqual([2, 1, 0]);
  const given = samplesFromArrays({ values, labels: ["b", "a", "b"], classNames: ["b", "c", "a"] });
  expect((await read(given.select(Uint32Array.of(1, 0)))).labels).toEqual([2, 0]);
  expect(given.select(Uint32Array.of(0)).classNames).toEqual(["b", "c", "a"]);
});

it("takes numbers and flags, flat and in rows, and weights", async () => {
  const numbers = samplesFromArrays({ values, numbers: Int8Array.of(5, -6, 7), weights: [1, 0, 2.5] });
  expect([numbers.targets, numbers.classes, numbers.weighted]).toEqual([
    { kind: "numbers", width: 1 },
    1,
    true,
  ]);
  expect(await read(numbers)).toEqual({ labels: [5, -6, 7], weights: [1, 0, 2.5] });
  const rows = samplesFromArrays({ values, flags: [[true, false], [0, 1], Uint8Array.of(1, 1)] });
  expect((await read(rows)).labels).toEqual([1, 0, 0, 1, 1, 1]);
  expect((await read(samplesFromArrays({ values, flags: [1, 0, 0, 1, 1, 1], outputs: 2 }))).labels).toEqual([
    1, 0, 0, 1, 1, 1,
  ]);
});

// biome-ignore lint/suspicious/noSparseArray: a hole is what is refused
const hole = [1, , 3];
it.each([
  [{ labels: ["a", 1, "b"] }, "label 1 is 1, expected a text, as label 0 is."],
  [{ labels: [0, "a", 1] }, 'label 1 is "a", expected an integer from 0 to 65535.'],
  [
    { labels: [true, false, true] },
    "label 0 is true, expected an integer from 0 to 65535. Give true and false as flags.",
  ],
  [{ labels: hole }, "label 1 is undefined, expected an integer"],
  [{ labels: [0, 1, 70_000] }, "label 2 is 70000, expected an integer from 0 to 65535."],
  [{ labels: ["a", "x", "b"], classNames: ["a", "b"] }, 'label 1 is "x", expected one of classNames: a, b.'],
  [{ labels: [0, 1, 2], classNames: ["a", "b"] }, "label 2 is 2, expected an integer from 0 to 1."],
  [{ labels: [0, 1, 1], classNames: ["a", "a"] }, 'classNames[1] is "a", as classNames[0] is.'],
  [
    { labels: [0, 1, 1], classes: 3, classNames: ["a", "b"] },
    "classes is 3, expected 2, as there are class names.",
  ],
  [{ labels: [0, 1, 1], numbers: [1, 2, 3] }, "there are labels and numbers, expected one of them."],
  [{}, "labels is undefined, expected an array of integers or texts. Give labels, numbers or flags."],
  [{ numbers: hole }, "numbers[1] is undefined, expected a finite number."],
  [{ numbers: [1, NaN, 2] }, "numbers[1] is NaN, expected a finite number."],
  [{ numbers: [[1, 2], [3], [4, 5]] }, "numbers[1] has 1 values, expected an array of 2."],
  [{ numbers: [[1, 2], 3, [4, 5]] }, "numbers[1] is 3, expected an array of 2."],
  [{ numbers: [1, 2, 3, 4] }, "values has 3 numbers, expected 4 numbers × 1 features."],
  [{ flags: [[1, 2]] }, "flags[0][1] is 2, expected true, false, 1 or 0."],
  [{ flags: [1, 0, "1"] }, 'flags[2] is "1", expected true, false, 1 or 0.'],
  [{ flags: [1, 0, 1], classes: 2 }, "classes is 2, expected none, as flags have none."],
  [
    { labels: [0, 1, 1], weights: [1, 2] },
    "weights has 2 numbers, expected an array of 3, one for each sample.",
  ],
  [{ labels: [0, 1, 1], weights: [1, -1, 2] }, "weights[1] is -1, expected a finite number ≥ 0."],
  [{ labels: [0, 1, 1], weights: [1, NaN, 2] }, "weights[1] is NaN, expected a finite number ≥ 0."],
])("refuses %j", (options, message) => {
  const make = () => samplesFromArrays({ values, ...options } as Parameters<typeof samplesFromArrays>[0]);
  expect(make).toThrow(DatasetError);
  expect(make).toThrow(`samplesFromArrays: ${message}`);
});
