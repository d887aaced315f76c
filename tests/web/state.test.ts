/** What the page thinks without being drawn: its address, its presets, its verdicts, its views of layers. */
import { describe, expect, it } from "vitest";
import type { LayerActivity } from "../../src/model/layerActivity.ts";
import { settingNames } from "../../src/settings/names.ts";
import { presets } from "../../src/web/app/presets.ts";
import { labelOf, settingsByGroup } from "../../src/web/app/settingEntries.ts";
import { readState, writeState } from "../../src/web/app/urlState.ts";
import { verdictOf } from "../../src/web/app/verdict.ts";
import { activityView } from "../../src/web/engine/activity.ts";
import type { ActivityView, LayerView } from "../../src/web/engine/api.ts";

describe("the address", () => {
  it.each(presets.map((preset) => [preset.id, preset] as const))("holds the preset %s", (_, preset) => {
    const { a, b = {}, data = "synthetic" } = preset;
    const compare = preset.b !== undefined;
    const text = writeState({ data, given: { a, b }, compare });
    expect(readState(text)).toEqual({ data, given: { a, b }, compare, problems: [] });
  });

  it("is readable, and takes values of every kind", () => {
    const a = {
      ...{ layers: [50, 30], bn: "before" as const, dropout: 0.2, init: "normal:0.01", nesterov: true },
      ...{
        metrics: ["accuracy", "f1"] as const,
        classWeight: { cat: 2, "dog, young": 0.5 },
        target: ["price"],
      },
      ...{ threads: "auto" as const, validation: 0.25, etaMax: 1e-3, shuffle: false },
    };
    const text = writeState({ data: undefined, given: { a, b: { bn: false, layers: [] } }, compare: true });
    expect(text).toContain("a.layers=50,30&a.bn=before&a.dropout=0.2&a.init=normal:0.01");
    expect(text).toContain("b.bn=none&b.layers=none");
    expect(readState(text)).toEqual({
      ...{ data: undefined, compare: true, problems: [] },
      given: { a, b: { bn: false, layers: [] } },
    });
  });

  it("says what it cannot read, and reads the rest", () => {
    const state = readState("data=moons&a.layers=50,x&a.epoch=3&a.batch=20&a.bn=sometimes&c.batch=3");
    expect(state).toMatchObject({ data: "moons", given: { a: { batch: 20 }, b: {} }, compare: false });
    expect(state!.problems).toEqual([
      expect.stringMatching(/^layers is 50,x\. Expected/),
      "There is no setting epoch.",
      expect.stringMatching(/^bn is sometimes\. Allowed choices are after, before/),
    ]);
  });

  it("is no state if it says nothing of one", () => {
    expect(readState("")).toBeUndefined();
    expect(readState("main")).toBeUndefined();
  });
});

it("every setting that means something in a page has a field, with a label", () => {
  const shown = settingsByGroup().flatMap(([, names]) => names);
  const left = settingNames.filter((name) => !shown.includes(name));
  expect(left.sort()).toEqual(
    ["candidates", "checkpointEvery", "cv", "data", "members", "preset", "simd", "test"].sort(),
  );
  expect(shown.map(labelOf).filter((label) => !/^[A-Z][A-Za-z0-9 ]*$/.test(label))).toEqual([]);
});

const spread = (std: number) => ({ mean: 0, std, zeros: 0, counts: new Float32Array(1) });
const layer = (label: string, outputs: number, gradients: number, dead = 0): LayerView => ({
  ...{ label, units: 10, outputs: spread(outputs), gradients: spread(gradients), dead },
});
const view = (...layers: LayerView[]): ActivityView => ({
  ...{ samples: 256, layers, outputRange: [-3, 3], gradientRange: [-10, 0] },
});

describe("the verdict", () => {
  const output = layer("output", 1, 1e-3);
  const of = (...layers: LayerView[]) => verdictOf(view(...layers, output), { loss: 1, classes: 10 });

  it.each([
    ["alive", [layer("1", 1, 1e-4), layer("2", 0.9, 1e-4)]],
    ["dead", [layer("1", 1, 1e-4), layer("2", 1e-5, 1e-4)]],
    ["dead", [layer("1", 1, 1e-4), layer("2", 0.5, 1e-4, 1)]],
    ["dead", [layer("1", 1, 1e-14), layer("2", 0.5, 1e-4)]],
    ["fading", [layer("1", 1, 1e-9), layer("2", 0.5, 1e-4)]],
    ["exploding", [layer("1", 1, 1e-4), layer("2", 1e5, 1e-4)]],
    ["exploding", [layer("1", Number.NaN, 1e-4), layer("2", 1, 1e-4)]],
    ["alive", []],
  ])("is %s", (state, layers) => {
    expect(of(...layers).state).toBe(state);
  });

  it("names the layer that is silent, and says when the loss is that of guessing", () => {
    const layers = view(layer("1", 1, 1e-12), layer("2", 1e-5, 1e-4), output);
    const { text } = verdictOf(layers, { loss: Math.LN10, classes: 10 });
    expect(text).toMatch(
      /layer 2 gives nearly the same for every sample .* The loss is log 10: it guesses\.$/,
    );
    expect(verdictOf(layers, { loss: Math.LN10, classes: undefined }).text).not.toContain("guesses");
  });
});

describe("the view of layers", () => {
  const activity = (name: string, outputs: number[], gradients: number[], units = 2): LayerActivity => ({
    ...{ name, units, samples: outputs.length / units },
    ...{ outputs: Float32Array.from(outputs), gradients: Float32Array.from(gradients) },
  });

  it("puts Dense and what follows it together, and shows what goes to the next layer", () => {
    const { layers, samples } = activityView([
      activity("scale1", [9, 9, 9, 9], [1, 1, 1, 1]),
      activity("dense1", [-1, 2, -2, 4], [1, 1, 1, 1]),
      activity("relu1", [0, 2, 0, 4], [1, 1, 1, 1]),
      activity("batchnorm1", [-1, -1, 1, 1], [0, 1e-4, 0, -1e-4]),
      activity("dense2", [3, 5, 3, 5], [1, 1, 1, 1]),
    ]);
    expect(samples).toBe(2);
    expect(layers.map(({ label }) => label)).toEqual(["1", "output"]);
    const [first] = layers;
    // The first unit of the rectifier is 0 for both samples.
    expect(first).toMatchObject({ units: 2, dead: 0.5, outputs: { mean: 0, std: 1, zeros: 0 } });
    expect(first!.gradients.zeros).toBe(0.5);
    // Of 60 bins from 1e-10 to 1, the one of 1e-4: half of the gradients; zeros are in none.
    expect(first!.gradients.counts[36] ?? 0).toBe(0.5);
    expect(first!.gradients.counts.reduce((a, b) => a + b)).toBe(0.5);
  });

  it("counts what lies beyond the ends in the last bins", () => {
    const { layers } = activityView([activity("dense1", [-100, 0, 100, 3], [1e-30, 10, 1, 1])]);
    const { outputs, gradients } = layers[0]!;
    expect([outputs.counts.at(0), outputs.counts[30], outputs.counts.at(-1)]).toEqual([0.25, 0.25, 0.5]);
    expect([gradients.counts.at(0), gradients.counts.at(-1)]).toEqual([0.25, 0.75]);
  });
});
