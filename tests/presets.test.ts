import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { presets } from "../src/presets.ts";
import { FileSettings } from "../src/settings/file.ts";

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
    expect(presets.table({ rows })).toMatchObject({ batch, epochs });
  });
});

it("the paper's preset leaves the settings' defaults", () => {
  expect(presets.paper({ rows: 50_000 })).toEqual({});
});

describe("table-fast", () => {
  it.each([
    [0, 64, 256],
    [1, 64, 256],
    [1999, 64, 256],
    [2000, 128, 256],
    [10_000, 256, 256],
    [20_000, 256, 256],
    [40_000, 256, 128],
    [1_000_000, 256, 5],
    [100_000_000, 256, 5],
  ])("has for %i rows three layers of %i and %i epochs", (rows, units, epochs) => {
    const layers = [units, units, units];
    expect(presets["table-fast"]({ rows })).toMatchObject({
      layers,
      epochs,
      activation: "selu",
      etaMax: 0.04,
    });
    expect(presets["table-fast"]({ rows, targets: "numbers" })).toMatchObject({
      activation: "mish",
      etaMax: 0.07,
    });
  });
});

it("each says what the settings take", () => {
  for (const preset of Object.values(presets)) {
    for (const rows of [0, 1, 5000, 1e7]) {
      for (const targets of ["classes", "numbers", "flags"] as const) {
        const said = preset({ rows, targets });
        expect(v.parse(FileSettings, said)).toEqual(said);
      }
    }
  }
});
