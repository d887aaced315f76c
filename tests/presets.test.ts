import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { presets } from "../src/presets.ts";
import { FileSettings } from "../src/settings/file.ts";

describe("the preset of tables", () => {
  it.each([
    [0, 1, undefined],
    [4, 1, undefined],
    [5, 1, 5],
    [9_999, 100, 5],
    [10_000, 1, undefined],
    [5_000, 199, 5],
    [5_000, 200, undefined],
    [400, 2_000, 5],
  ])("has for %i rows of %i columns %s members", (rows, columns, members) => {
    const { members: its, candidates, ...network } = presets.table({ rows, columns });
    expect([its, candidates]).toEqual([members, ["network", "linear", "constant"]]);
    expect(network).toEqual(presets["table-fast"]({ rows }));
  });
});

it("has no members where no row can be held out", () => {
  expect(presets.table({ rows: 50, canHoldOut: false })).not.toHaveProperty("members");
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
    [20_000, 256, 128],
    [40_000, 256, 64],
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
