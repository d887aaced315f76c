import { describe, expect, it } from "vitest";
import { presetSettings, usualMembers } from "../../src/settings/preset.ts";
import { DEFAULTS, mergeSettings, resolveSettings, type TrainSettings } from "../../src/settings/settings.ts";

const data = { usual: "table", samples: 500, targets: "classes", hasValidation: true } as const;
const settingsOf = (given: Partial<TrainSettings>, others: object = {}) =>
  presetSettings(given, { ...data, ...others });

describe("presetSettings", () => {
  it("says what is usual for the data, or what is asked for", () => {
    expect(settingsOf({})).toMatchObject({ preset: "table", optimizer: "adamw", keep: "best" });
    expect(settingsOf({}, { usual: "paper" })).toEqual({ epochs: undefined, keep: undefined });
    expect(settingsOf({ preset: "table-fast" })).toMatchObject({ preset: "table-fast", beta2: 0.95 });
  });

  it("keeps the best epoch only where there are validation rows", () => {
    expect(settingsOf({}, { hasValidation: false })).not.toHaveProperty("keep");
  });

  it("leaves rate, decay and moments to another optimizer, and the epochs to cycles", () => {
    for (const preset of ["table", "table-fast"] as const) {
      const other = settingsOf({ preset, optimizer: "sgd" });
      for (const name of ["weightDecay", "decayFollows", "beta2", "etaMax", "etaMin"]) {
        expect(other, name).not.toHaveProperty(name);
      }
      expect(settingsOf({ preset, cycles: 3 })).not.toHaveProperty("epochs");
      const settings = mergeSettings(other, { optimizer: "sgd" });
      expect(() => resolveSettings(settings, "a table", 500)).not.toThrow();
    }
  });

  it("has factors of the rate for the parameters that there are", () => {
    const { rateFactors } = settingsOf({ preset: "table-fast" });
    expect(rateFactors).toEqual({ scale: 6, bias: 0.1, weight: "fan-in" });
    const without = settingsOf({ preset: "table-fast", inputScale: false });
    expect(without.rateFactors).toEqual({ bias: 0.1, weight: "fan-in" });
  });

  it("can be resolved for all kinds of targets", () => {
    for (const targets of ["classes", "numbers", "flags"] as const) {
      const settings = mergeSettings(settingsOf({ preset: "table-fast" }, { targets }));
      expect(resolveSettings(settings, "a table", 500)).toMatchObject({
        epochs: 256,
        batch: 256,
        steps: 512,
      });
    }
    expect(DEFAULTS).not.toHaveProperty("preset");
  });
});

describe("candidates", () => {
  it("are those of the preset where there are members, unless some are given", () => {
    expect(settingsOf({})).not.toHaveProperty("candidates");
    expect(settingsOf({ members: 5 }).candidates).toEqual(["network", "linear", "constant"]);
    expect(settingsOf({ cv: 3, preset: "table-fast" })).not.toHaveProperty("candidates");
    expect(settingsOf({ members: 5 })).not.toHaveProperty("members");
  });
});

describe("usualMembers", () => {
  const membersFor = (given: Partial<TrainSettings>, rows = 500) => usualMembers(given, "table", { rows });

  it("are those of the preset", () => {
    expect(membersFor({})).toBe(5);
    expect(membersFor({}, 50_000)).toBeUndefined();
    expect(membersFor({ preset: "table-fast" })).toBeUndefined();
    expect(usualMembers({}, "paper", { rows: 500 })).toBeUndefined();
    expect(usualMembers({ preset: "table" }, "paper", { rows: 500 })).toBe(5);
  });

  it.each<Partial<TrainSettings>>([
    ...[{ members: 1 }, { members: 10 }, { cv: 3 }],
    ...[
      { validation: 0.2 },
      { patience: 5 },
      { monitor: "validation.loss" },
      { keep: "last" },
      { keep: "best" },
    ],
    { init: "start.safetensors" },
  ] as Partial<TrainSettings>[])("are none with %j: it says the size, or is for one network", (given) => {
    expect(membersFor(given)).toBeUndefined();
  });

  it("stay with what says nothing of them", () => {
    expect(membersFor({ validation: 0, epochs: 3, init: "he", layers: [] })).toBe(5);
  });
});
