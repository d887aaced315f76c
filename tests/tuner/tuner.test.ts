import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { Tuner } from "../../src/tuner/tuner.ts";
import { clusters, network } from "../helpers/samples.ts";

describe("tuner", () => {
  const settings = [{ l2: 0.1 }, { l2: 0.01 }, { l2: 0.001 }];

  it("tries every setting so many times, and takes the best mean", async () => {
    const built: unknown[] = [];
    const tuner = new Tuner({
      settings,
      iterations: 2,
      build: ({ l2 }, iteration) => {
        built.push([l2, iteration]);
        return l2 === 0.01 ? 1 + 4 * iteration : 2;
      },
      objective: (value) => value,
    });
    await tuner.run();
    expect(built).toEqual([
      [0.1, 0],
      [0.1, 1],
      [0.01, 0],
      [0.01, 1],
      [0.001, 0],
      [0.001, 1],
    ]);
    expect(tuner.bestSetting).toEqual({ l2: 0.01 });
    expect(tuner.bestObjective).toBe(3);
    expect(tuner.results.map(({ value }) => value)).toEqual([2, 3, 2]);
  });

  it("goes on past a setting that fails, and can look for the least", async () => {
    const tuner = new Tuner({
      settings,
      direction: "minimize",
      build: ({ l2 }) => l2,
      objective: (l2) => {
        if (l2 === 0.001) throw new Error("It diverged.");
        return l2;
      },
    });
    expect(() => tuner.bestSetting).toThrow("Tuner: no setting has a value. Call run(), or see results.");
    await tuner.run();
    expect(tuner.bestSetting).toBe(settings[1]);
    expect(tuner.results[2]).toEqual({ setting: settings[2], value: undefined, error: "It diverged." });
  });

  it("tunes a network", async () => {
    const [train, validation] = [clusters(60), clusters(40, { seed: 2 })];
    const tuner = new Tuner({
      settings: [{ rate: 0.0001 }, { rate: 0.1 }],
      build: ({ rate }, seed) => network({}, { schedule: rate, seed }),
      objective: async (model) => {
        await model.fit(train, { epochs: 5, batchSize: 10 });
        return -(await model.evaluate(validation)).loss;
      },
    });
    expect((await tuner.run()).bestSetting).toEqual({ rate: 0.1 });
  });

  it.each([
    [{ settings: [] }, "Tuner: there are no settings. Give at least one."],
    [{ settings, iterations: 0 }, "Tuner: iterations is 0, expected an integer ≥ 1."],
  ])("refuses %o", (options, message) => {
    expect(() => new Tuner({ build: () => 0, objective: () => 0, ...options })).toThrow(message);
  });

  it.each<[unknown, string]>([
    [{ settings, objective: () => 1 }, "Tuner: build is undefined, expected a function."],
    [
      { settings: 3, build: () => 1, objective: () => 1 },
      "Tuner: settings is 3, expected an array of what build() takes.",
    ],
    [
      { settings, build: () => 1, objective: () => 1, setings: [] },
      'Tuner: there is no option "setings". There are: build, objective, settings, iterations, direction.',
    ],
    [
      { settings, build: () => 1, objective: () => 1, iterations: "2" },
      'Tuner: iterations is "2", expected an integer ≥ 1.',
    ],
    [undefined, "Tuner: build is undefined, expected a function."],
  ])("refuses %j", (options, message) => {
    expect(() => new Tuner(options as never)).toThrow(new ConfigError(message));
  });

  it("fails a setting of which a try gives no finite number, whatever the mean would be", async () => {
    const values: readonly unknown[][] = [
      ["1", "1"],
      [NaN, 1],
      [2, 3],
    ];
    const tuner = new Tuner({
      settings: [0, 1, 2],
      iterations: 2,
      build: (setting, iteration) => values[setting]![iteration],
      objective: (value) => value as number,
    });
    await tuner.run();
    expect(tuner.results.map(({ value }) => value)).toEqual([undefined, undefined, 2.5]);
    await expect(tuner.run({ signal: 5 as never })).rejects.toThrow(
      "run: signal is 5, expected an AbortSignal.",
    );
  });
});
