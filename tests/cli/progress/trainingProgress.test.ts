import { expect, it } from "vitest";
import { hasLine } from "../../../src/cli/progress/trainingProgress.ts";

it("all of up to 30 epochs have a line; of more, up to 30 that are evenly spread, the first and the last among them", () => {
  for (const epochs of [1, 5, 30, 31, 59, 150, 1000]) {
    const told = Array.from({ length: epochs }, (_, i) => i + 1).filter((epoch) => hasLine(epoch, epochs));
    expect(told.length).toBe(epochs <= 30 ? epochs : 29);
    expect([told[0], told.at(-1)]).toEqual([1, epochs]);
    const gaps = told.slice(2).map((epoch, i) => epoch - told[i + 1]!);
    expect(Math.max(0, ...gaps) - Math.min(...gaps, Math.max(0, ...gaps))).toBeLessThanOrEqual(1);
  }
});
