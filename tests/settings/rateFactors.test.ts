/** Factors of the learning rate: as text, in a file, against the network's parameters, in trials. */
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { Model } from "../../src/model/model.ts";
import { denseNetwork } from "../../src/model/network.ts";
import { searchCommandLine, trainCommandLine } from "../../src/settings/commandLine.ts";
import {
  checkRateFactors,
  fittingRateFactors,
  parameterNames,
  RATE_FACTORS,
  readRateFactors,
  writeRateFactors,
} from "../../src/settings/rateFactors.ts";
import { mergeSettings, type TrainSettings } from "../../src/settings/settings.ts";
import { applyParams, checkSpaceFits, parseSpace } from "../../src/settings/space.ts";
import { settings } from "../../src/settings/table.ts";

describe("the text of factors", () => {
  it.each([
    ["scale=6,bias=0.1,weight=fan-in", { scale: 6, bias: 0.1, weight: "fan-in" }],
    ["weight=fan-in:2", { weight: { factor: 2, fanIn: true } }],
    ["bias=0", { bias: 0 }],
  ])("%s is read, and written again", (text, factors) => {
    expect(readRateFactors(text)).toEqual(factors);
    expect(writeRateFactors(factors as never)).toBe(text);
  });

  it("may have blanks, and may be none", () => {
    expect(readRateFactors(" scale = 6, bias=1e-1 ")).toEqual({ scale: 6, bias: 0.1 });
    expect(readRateFactors("none")).toBe(false);
    expect(writeRateFactors({ bias: { factor: 2, fanIn: false } })).toBe("bias=2");
  });

  it.each([
    ["", `Expected ${RATE_FACTORS}; or none.`],
    ["6", `Expected ${RATE_FACTORS}; or none.`],
    ["scale=6,", `Expected ${RATE_FACTORS}; or none.`],
    ["=6", `Expected ${RATE_FACTORS}; or none.`],
    ["dense1.bias=6", `Expected ${RATE_FACTORS}; or none.`],
    ["scale=6,scale=7", "scale is there twice."],
    ["scale=-1", 'The factor of scale is "-1", expected a number ≥ 0, fan-in, or both as in fan-in:2.'],
    [
      "weight=fanin",
      'The factor of weight is "fanin", expected a number ≥ 0, fan-in, or both as in fan-in:2.',
    ],
    [
      "weight=fan-in:",
      'The factor of weight is "fan-in:", expected a number ≥ 0, fan-in, or both as in fan-in:2.',
    ],
  ])("is refused with what is expected: %j", (text, message) => {
    expect(() => readRateFactors(text)).toThrow(new ConfigError(message));
  });

  it.each([
    [false, true],
    [{ scale: 6, weight: { factor: 2, fanIn: true } }, true],
    [true, false],
    [{}, false],
    [[], false],
    [{ scale: -1 }, false],
    [{ scale: "6" }, false],
    [{ "": 1 }, false],
    ["scale=6", false],
    [null, false],
  ])("in a file: %j", (value, isTaken) => {
    expect(v.safeParse(settings.rateFactors.type.schema, value).success).toBe(isTaken);
  });
});

describe("the network's parameters", () => {
  const networks: Partial<TrainSettings>[] = [
    {},
    { inputScale: true },
    { bn: "after" },
    { bn: "before", inputScale: true },
    { bn: "after", layers: [], inputScale: true },
  ];

  it.each(networks)("of %j are those that factors can be for", async (network) => {
    const { layers, bn, inputScale = false } = mergeSettings(network);
    const model = new Model(denseNetwork({ hidden: layers, classes: 2, batchNormalization: bn, inputScale }));
    await model.build(3);
    const learned = model.tensors().map(({ name }) => name.replace(/^.*\./, ""));
    const names = new Set(learned.filter((name) => !name.startsWith("moving")));
    expect(new Set(parameterNames(mergeSettings(network)))).toEqual(names);
    await model.close();
  });

  const check = (given: Partial<TrainSettings>) => checkRateFactors(mergeSettings(given), () => false);

  it("have to be there, and a vector has no inputs", () => {
    expect(() => check({ rateFactors: { wieght: 2 } })).toThrow(
      new ConfigError('--rate-factors: no parameter is called "wieght". There are: weight, bias.'),
    );
    expect(() => check({ rateFactors: { toString: 2 } as never })).toThrow("no parameter is called");
    expect(() => check({ rateFactors: { scale: 6 } })).toThrow(
      new ConfigError(
        "--rate-factors: scale is of --input-scale, which is not there. Give that, or leave it out.",
      ),
    );
    expect(() => check({ rateFactors: { gamma: 6 } })).toThrow("gamma is of --bn, which is not there.");
    for (const bias of ["fan-in", { factor: 2, fanIn: true }] as const) {
      expect(() => check({ rateFactors: { bias } })).toThrow(
        new ConfigError(
          "--rate-factors: bias is a vector, which has no inputs for fan-in. Give it a number.",
        ),
      );
    }
    check({ inputScale: true, bn: "after", rateFactors: { scale: 6, weight: "fan-in", bias: 0, beta: 2 } });
  });
});

describe("a search", () => {
  const base = mergeSettings({ rateFactors: { scale: 6, bias: 0.1 } });

  it("may choose whether there is such a parameter; without it, a trial has no factor for it", () => {
    const space = parseSpace(["input-scale=yes|no"]);
    checkSpaceFits(space, base);
    expect(() => checkSpaceFits({}, base)).toThrow("--rate-factors: scale is of --input-scale");
    const trial = (inputScale: boolean) => applyParams(base, { inputScale });
    expect(trial(true).rateFactors).toEqual({ scale: 6, bias: 0.1 });
    expect(trial(false).rateFactors).toEqual({ bias: 0.1 });
    expect(fittingRateFactors({ scale: 6 }, trial(false))).toBe(false);
    expect(trainCommandLine(trial(true))).toBe("nnwasm train --rate-factors scale=6,bias=0.1 --input-scale");
    expect(trainCommandLine(trial(false))).toBe("nnwasm train --rate-factors bias=0.1 --no-input-scale");
  });

  it("is printed with them", () => {
    const line = searchCommandLine({ settings: { ...base, bn: "after" }, space: [], options: {} });
    expect(line).toBe("nnwasm search --rate-factors scale=6,bias=0.1");
  });
});
