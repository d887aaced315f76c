import { describe, expect, it } from "vitest";
import { type CandidateName, candidates, checkCandidates } from "../src/candidates.ts";
import { mergeSettings, resolveSettings } from "../src/settings/settings.ts";
import { buildModel } from "../src/training/build.ts";

const names = Object.keys(candidates) as CandidateName[];

it("the network is as the settings say", () => {
  expect(candidates.network.changes({ layers: [5], dropout: 0.1 }, 100)).toEqual({});
});

describe("the linear model", () => {
  const { changes } = candidates.linear;

  it("has no hidden layer, and the penalty of C = 1 in place of decay", () => {
    expect(changes({ layers: [5, 5], dropout: 0.1, weightDecay: 1, epochs: 256 }, 50)).toMatchObject({
      ...{ layers: [], dropout: 0, weightDecay: 0, l2: 1 / 50, epochs: 128, outputInit: "zeros" },
    });
  });

  it("keeps a penalty that is given, and fewer epochs", () => {
    expect(changes({ l2: 0.5, epochs: 3 }, 50)).toMatchObject({ l2: 0.5, epochs: 3 });
    expect(changes({ l2: 0 }, 0)).toMatchObject({ l2: 1, epochs: 128 });
  });

  it("says nothing of decay to an optimizer without one", () => {
    expect(changes({ l2: 0.5 }, 50)).not.toHaveProperty("weightDecay");
  });
});

it.each(names)("%s: the settings that it changes make a model, whatever the network is", async (name) => {
  const dataset = { name: "t", shape: [3], features: 3, classes: 2, classNames: ["a", "b"] };
  for (const network of [{}, { bn: "after", layers: [4] }, { optimizer: "sgd", momentum: 0.9 }] as const) {
    const settings = resolveSettings(
      mergeSettings({ inputScale: true, rateFactors: { scale: 6, weight: "fan-in" } }, network),
      "t",
      10,
    );
    const its = { ...settings, ...candidates[name].changes(settings, 10) } as typeof settings;
    const model = await buildModel(its, dataset);
    const layers = model.summary(3).map(({ name }) => name);
    expect(layers.includes("scale1")).toBe(name === "network");
    await model.close();
  }
});

describe("checkCandidates", () => {
  it("takes each once, in any order", () => {
    expect(() => checkCandidates("c", ["constant", "network"])).not.toThrow();
  });

  it.each([[[]], [["network", "network"]], [["trees"]], [["toString"]], ["network"], [new Array(1)], [null]])(
    "refuses %j",
    (given) => {
      expect(() => checkCandidates("train: candidates", given)).toThrow(
        'train: candidates: expected an array of at least one of "network", "linear", "constant", each once.',
      );
    },
  );
});
