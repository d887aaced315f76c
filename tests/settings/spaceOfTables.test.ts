import { describe, expect, it } from "vitest";
import { presetSettings } from "../../src/settings/preset.ts";
import { mergeSettings, resolveSettings, type TrainSettings } from "../../src/settings/settings.ts";
import { applyParams, paramsOf, parseSpace } from "../../src/settings/space.ts";
import { spaceOfTable } from "../../src/settings/spaceOfTables.ts";

/** The settings of a table of 500 rows. */
function settingsOf(given: Partial<TrainSettings>) {
  const data = { usual: "table-fast", samples: 500, targets: "classes", hasValidation: true } as const;
  return resolveSettings(mergeSettings(presetSettings(given, data), given), "a table", 500);
}

describe("spaceOfTable", () => {
  it("is around the preset", () => {
    expect(spaceOfTable(settingsOf({}), {})).toEqual([
      "layers=64,64,64|none|64|64,64|128,128|128,128,128",
      "activation=selu|relu|mish",
      "dropout=0:0.5",
      "weight-decay=log:0.01:1",
      "eta-max=log:0.01:0.08",
      "batch=256|128|64",
    ]);
  });

  it.each<Partial<TrainSettings>>([
    {},
    { preset: "table" },
    { optimizer: "sgd" },
    { dropout: 0.3, layers: [20], activation: "tanh" },
    { layers: [], batch: 1 },
    { etaMin: 0.03 },
  ])("leaves out what is given, and has the settings in it: %o", (given) => {
    const settings = settingsOf(given);
    const space = parseSpace(spaceOfTable(settings, given));
    expect(Object.keys(space)).toEqual(
      ["layers", "activation", "dropout", "weightDecay", "etaMax", "batch"].filter(
        (key) => !Object.hasOwn(given, key) && (key !== "weightDecay" || given.optimizer !== "sgd"),
      ),
    );
    const { params, outside } = paramsOf(settings, space);
    expect(outside).toBeUndefined();
    expect(applyParams(settings, params)).toEqual(settings);
  });
});

describe("paramsOf", () => {
  it("takes units from the layers, leaves out what is not there, and says what is outside", () => {
    const settings = resolveSettings(mergeSettings({ layers: [30, 20] }), "cifar10", 500);
    const space = parseSpace(["layers.2=int:10:100", "bn=after|none", "batch=50 if bn=after"]);
    expect(paramsOf(settings, space)).toEqual({ params: { "layers.2": 20, bn: false } });
    expect(paramsOf(settings, parseSpace(["layers.3=int:10:100"])).outside).toBe("layers.3");
    expect(paramsOf(settings, parseSpace(["dropout=0:0.2", "batch=20|50"])).outside).toBe("batch");
  });
});
