import { describe, expect, it } from "vitest";
import { searchCommandLine, trainCommandLine } from "../../src/settings/commandLine.ts";
import { DEFAULTS, mergeSettings } from "../../src/settings/settings.ts";
import {
  applyParams,
  paramsByKey,
  parseSpace,
  shownName,
  shownSpace,
  shownSpaceText,
  shownTrial,
} from "../../src/settings/space.ts";

describe("parseSpace", () => {
  it.each([
    ["l2=log:1e-5:1e-1", { l2: { kind: "float", low: 1e-5, high: 1e-1, log: true } }],
    ["lambda=0:0.1", { l2: { kind: "float", low: 0, high: 0.1, log: false } }],
    ["lr=0.01:0.5", { etaMax: { kind: "float", low: 0.01, high: 0.5, log: false } }],
    ["eta-max=0.01:0.5", { etaMax: { kind: "float", low: 0.01, high: 0.5, log: false } }],
    ["batch=20:200", { batch: { kind: "int", low: 20, high: 200, log: false } }],
    ["batch=int:log:20:200", { batch: { kind: "int", low: 20, high: 200, log: true } }],
    ["cycles=int:1:3", { cycles: { kind: "int", low: 1, high: 3, log: false } }],
    ["layers.2=int:10:100", { "layers.2": { kind: "int", low: 10, high: 100, log: false } }],
    ["layers=50,50|30|none", { layers: { kind: "categorical", choices: [[50, 50], [30], []] } }],
    ["bn=none|after|before", { bn: { kind: "categorical", choices: [false, "after", "before"] } }],
    ["init=xavier|normal:0.1", { init: { kind: "categorical", choices: ["xavier", "normal:0.1"] } }],
    ["l2=0|1e-3|1e-2", { l2: { kind: "categorical", choices: [0, 0.001, 0.01] } }],
    ["seed=1|2|3", { seed: { kind: "categorical", choices: [1, 2, 3] } }],
    ["shuffle=true|false", { shuffle: { kind: "categorical", choices: [true, false] } }],
  ])("reads %s", (text, space) => {
    expect(parseSpace([text])).toEqual(space);
  });

  it("reads a parameter that depends on another", () => {
    const space = parseSpace(["bn=none|after", "batch=50|100 if bn=after"]);
    expect(space.batch).toEqual({
      kind: "categorical",
      choices: [50, 100],
      when: { param: "bn", values: ["after"] },
    });
  });

  it.each([
    [
      ["l2"],
      "--space l2: expected NAME=log:LOW:HIGH, NAME=LOW:HIGH, NAME=int:LOW:HIGH or NAME=A|B|C, as in l2=log:1e-5:1e-1.",
    ],
    [
      ["l2=log:0:1"],
      "--space l2=log:0:1: The range is 0 to 1 on a logarithmic scale, expected numbers above 0.",
    ],
    [["l2=-1:1"], '--space l2=-1:1: l2 is "-1", expected ≥ 0.'],
    [["l2=3:1"], "--space l2=3:1: The range is 3 to 1, expected finite numbers, the lower one first."],
    [["l2=low:high"], '--space l2=low:high: l2 is "low", expected a number.'],
    [["batch=1.5:3"], '--space batch=1.5:3: batch is "1.5", expected an integer.'],
    [
      ["layers=50,x"],
      '--space layers=50,x: Expected the units of the hidden layers, as in 50,50 (or "none" for a linear classifier).',
    ],
    [["data=a|b"], "--space data=a|b: all trials share data. Give it as a flag."],
    [["l2=0:1", "l2=0:2"], "--space l2=0:2: l2 is there already. Give it once."],
    [["bn=after|after"], '--space bn=after|after: The choice "after" is there twice. Give each once.'],
    [["shuffle=banana|false"], '--space shuffle=banana|false: shuffle is "banana", expected boolean.'],
    [["init=foo"], '--space init=foo: No initializer "foo".'],
    [["bn=beside"], '--space bn=beside: bn is "beside", expected (false | ("after" | "before")).'],
    [
      ["batch=50|100 if bn=after"],
      "--space batch=50|100 if bn=after: bn is no parameter that stands before it (none). Put --space bn=… first.",
    ],
    [
      ["bn=none|after", "batch=50 if bn=before"],
      '--space batch=50 if bn=before: bn is never "before". Give one of its values.',
    ],
  ])("refuses %j", (texts, message) => {
    expect(() => parseSpace(texts)).toThrow(message);
  });

  it("names the settings when it is given another", () => {
    expect(() => parseSpace(["nonesuch=0:1"])).toThrow(
      /^--space nonesuch=0:1: no setting "nonesuch"\. There are: input-scale, layers, bn, activation, dropout, flip, shift, noise, init, bias-init, output-init, .*, eta-max, .*, dtype, layers\.1\.$/,
    );
  });
});

describe("names that are shown", () => {
  it.each([
    ["lr=log:0.01:0.5", "eta-max=log:0.01:0.5"],
    ["etaMax=0.1|0.2", "eta-max=0.1|0.2"],
    ["lambda=0:1", "l2=0:1"],
    [" l2 = 0:1 ", "l2=0:1"],
    ["layers.2=int:1:9", "layers.2=int:1:9"],
    ["lr=0.1|0.2 if biasInit=same|zeros", "eta-max=0.1|0.2 if bias-init=same|zeros"],
  ])("%s is %s", (text, shown) => {
    expect(shownSpaceText(text)).toBe(shown);
  });

  it("are the flags', of parameters, conditions and trials", () => {
    expect(["etaMax", "l2", "lrSchedule", "layers.1", "bn"].map(shownName)).toEqual([
      ...["eta-max", "l2", "lr-schedule", "layers.1", "bn"],
    ]);
    const space = parseSpace(["bias-init=same|zeros", "lr=0.1:0.2 if bias-init=same"]);
    expect(Object.keys(space)).toEqual(["biasInit", "etaMax"]);
    expect(Object.keys(shownSpace(space))).toEqual(["bias-init", "eta-max"]);
    expect(shownSpace(space)["eta-max"]!.when).toEqual({ param: "bias-init", values: ["same"] });
    const { etaMax } = space;
    const trial = shownTrial({
      ...{ number: 0, round: 0, params: { etaMax: 0.15 }, distributions: { etaMax: etaMax! } },
      ...{ state: "complete", value: 1, reports: [], seconds: 1, attributes: {} },
    });
    expect([trial.params, Object.keys(trial.distributions)]).toEqual([{ "eta-max": 0.15 }, ["eta-max"]]);
    expect(shownTrial({ ...trial, params: { bn: false, layers: [], shuffle: false } }).params).toEqual({
      ...{ bn: "none", layers: "none", shuffle: false },
    });
    expect(shownSpace(parseSpace(["bn=none|after", "layers=none|5", "batch=5|6 if bn=none"]))).toEqual({
      bn: { kind: "categorical", choices: ["none", "after"] },
      layers: { kind: "categorical", choices: ["none", [5]] },
      batch: { kind: "categorical", choices: [5, 6], when: { param: "bn", values: ["none"] } },
    });
    expect(paramsByKey({ "eta-max": 1, biasInit: "same", l2: 2 })).toEqual({
      etaMax: 1,
      biasInit: "same",
      l2: 2,
    });
  });
});

describe("applyParams", () => {
  it("puts values, and the units of single layers, into the settings", () => {
    const base = mergeSettings({ layers: [50, 30] });
    expect(applyParams(base, { l2: 0.01, "layers.2": 20, bn: "after" })).toEqual({
      ...base,
      l2: 0.01,
      layers: [50, 20],
      bn: "after",
    });
    expect(base.layers).toEqual([50, 30]);
  });

  it("refuses the units of a layer that is not there", () => {
    expect(() => applyParams(DEFAULTS, { "layers.3": 5 })).toThrow(
      "layers.3: there are 2 hidden layers (50,50). Give --layers as many as are searched.",
    );
  });
});

describe("trainCommandLine", () => {
  it.each([
    [{}, "nnwasm train"],
    [{ bn: "after", l2: 0.01 }, "nnwasm train --bn --l2 0.01"],
    [{ bn: "before", layers: [], etaMax: 0.2 }, "nnwasm train --layers none --bn before --eta-max 0.2"],
    [
      { shuffle: false, data: "my data", layers: [5, 4] },
      "nnwasm train --layers 5,4 --no-shuffle --data 'my data'",
    ],
  ] as const)("of %o leaves out what is the default", (settings, line) => {
    expect(trainCommandLine(mergeSettings(settings as object))).toBe(line);
  });

  it("leaves out a switch that is off and has no flag for it, as trials choose it", () => {
    const given = { optimizer: "sgd", nesterov: false, flip: false, inputScale: false } as const;
    expect(trainCommandLine(mergeSettings(given))).toBe("nnwasm train --no-input-scale");
  });

  it("says what a preset may decide, where it is the default without the preset", () => {
    const given = { preset: "table", layers: [128, 128], optimizer: "sgd", keep: "last" } as const;
    expect(trainCommandLine({ ...DEFAULTS, ...given })).toBe(
      "nnwasm train --layers 128,128 --activation relu --dropout 0 --init xavier --bias-init same --output-init same " +
        "--optimizer sgd --lr-schedule cyclic --eta-min 0.00001 --no-rate-factors --batch 100 --training-metrics full --keep last --preset table",
    );
  });
});

describe("searchCommandLine", () => {
  it("gives the flags of a search, those of its trainings with normalisation as the default", () => {
    const line = searchCommandLine({
      settings: mergeSettings({ bn: "after", epochs: 3 }),
      space: ["l2=log:1e-5:1e-1", "layers=50,50|30"],
      options: { sampler: "tpe", startup: 4, multivariate: true, trials: 12, roundSize: undefined },
    });
    expect(line).toBe(
      "nnwasm search --sampler tpe --startup 4 --multivariate --trials 12 --space l2=log:1e-5:1e-1 " +
        "--space 'layers=50,50|30' --epochs 3",
    );
    const plain = { settings: mergeSettings({}), space: [], options: {} };
    expect(searchCommandLine(plain)).toBe("nnwasm search --no-bn");
    const table = { ...plain, settings: mergeSettings({ bn: "after", preset: "table", keep: "last" }) };
    expect(searchCommandLine(table)).toMatch(/^nnwasm search --layers 50,50 .* --keep last --preset table$/);
  });
});
