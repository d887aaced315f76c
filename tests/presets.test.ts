import { describe, expect, it } from "vitest";
import { presets } from "../src/presets.ts";

describe("the preset of tables", () => {
  it.each([
    [0, 32, 150],
    [1, 32, 150],
    [142, 32, 150],
    [10_000, 32, 150],
    [10_241, 64, 146],
    [100_000, 512, 15],
    [1_000_000, 512, 5],
    [100_000_000, 512, 5],
  ])("has for %i rows a batch of %i and %i epochs", (rows, batch, epochs) => {
    expect(presets.table(rows)).toMatchObject({ batch, epochs });
  });
});

it("the paper's preset leaves the settings' defaults", () => {
  expect(presets.paper(50_000)).toEqual({});
});
