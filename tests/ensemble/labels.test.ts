import { expect, it } from "vitest";
import { weighClasses } from "../../src/ensemble/labels.ts";

const labels = { kind: "classes", width: 3, targets: [0, 0, 0, 1, 2], weights: undefined } as const;
const of = { rows: Uint32Array.of(0, 1, 2, 3), classNames: ["a", "b", "c"] };

it("balances the classes of the rows that are trained on; another one keeps its weight", () => {
  expect(weighClasses(labels, "balanced", of).weights).toEqual(Float64Array.of(2 / 3, 2 / 3, 2 / 3, 2, 1));
});

it("takes weights by name, beside those of the rows", () => {
  const weights = [1, 2, 3, 4, 5];
  expect(weighClasses({ ...labels, weights }, { b: 0.5 }, of).weights).toEqual(
    Float64Array.of(1, 2, 3, 2, 5),
  );
});

it("leaves labels that have no classes, or are not weighed, as they are", () => {
  expect(weighClasses(labels, undefined, of)).toBe(labels);
  const numbers = { ...labels, kind: "numbers", width: 1 } as const;
  expect(weighClasses(numbers, "balanced", of)).toBe(numbers);
});
