import { describe, expect, it } from "vitest";
import { summarize } from "../../src/experiments/summary.ts";
import { EXPERIMENTS, selectExperiments } from "../../src/experiments/table.ts";
import { madeUp } from "./madeUp.ts";

describe("summarize", () => {
  const experiments = selectExperiments(["fig1", "tab1-1"]);

  it("takes the test accuracy or the validation's as the experiment says, by the order of the seeds", () => {
    const results = madeUp({ experiments }).map((result) => ({
      ...result,
      test: { loss: 1, cost: 1, accuracy: (50 + result.seed) / 100 },
      validation: { loss: 1, cost: 1, accuracy: (40 + result.seed) / 100 },
    }));
    const [fig1, tab1] = summarize(experiments, results.toReversed());
    expect(fig1!.values).toEqual([0.51, 0.52, 0.53]);
    expect(tab1!.values).toEqual([0.41, 0.42, 0.43]);
    expect(fig1!.trainings.map(({ seed }) => seed)).toEqual([1, 2, 3]);
    expect(fig1!.mean).toBeCloseTo(0.52, 15);
    expect(fig1!.sd).toBeCloseTo(0.01, 15);
    expect(fig1!.difference).toBeCloseTo(-0.016, 15);
    expect(fig1!.outside).toBe(false);
    expect(tab1!.outside).toBe(true);
  });

  it("has a row for each experiment, whatever is trained", () => {
    const rows = summarize(EXPERIMENTS, madeUp({ experiments }));
    expect(rows.map(({ experiment }) => experiment)).toEqual(EXPERIMENTS);
    expect(rows[1]).toEqual({
      experiment: EXPERIMENTS[1],
      trainings: [],
      values: [],
      diverged: [],
      mean: undefined,
      sd: undefined,
      difference: undefined,
      outside: false,
    });
  });

  it("leaves out of the values what diverged, with an error or with a number that is none", () => {
    const [first, second, third] = madeUp({ experiments: selectExperiments(["fig1"]) });
    const row = summarize(selectExperiments(["fig1"]), [
      { ...first!, test: null, error: "The loss is NaN." },
      { ...second!, test: { ...second!.test!, accuracy: NaN } },
      third!,
    ])[0]!;
    expect(row.values).toEqual([third!.test!.accuracy]);
    expect(row.diverged.map(({ seed }) => seed)).toEqual([1, 2]);
    expect(row.sd).toBeUndefined();
  });

  it("takes the later of two trainings with one seed", () => {
    const [first] = madeUp({ experiments, seeds: 1 });
    const again = { ...first!, test: { loss: 1, cost: 1, accuracy: 0.25 } };
    expect(summarize(experiments, [first!, again])[0]!.values).toEqual([0.25]);
  });

  it("compares nothing where nothing is published", () => {
    const [experiment] = selectExperiments(["fig1"]);
    const { published: _, ...unpublished } = experiment!;
    const row = summarize([unpublished], madeUp({ experiments }))[0]!;
    expect(row.difference).toBeUndefined();
    expect(row.outside).toBe(false);
  });
});
