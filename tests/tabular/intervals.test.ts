/** Ranges around numbers: how often they hold the truth, and where they come from. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { radiusFor, residualQuantiles } from "../../src/ensemble/intervals.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  loadModel,
  samplesFromArrays,
  train,
} from "../../src/index.ts";
import { Random } from "../../src/random.ts";

/** Rows whose numbers follow from two columns, with noise; that of a row in three is four times as large. */
function rowsOf(count: number, stream: string) {
  const random = new Random(7, stream);
  return Array.from({ length: count }, () => {
    const [a, b] = [random.normal(), random.normal()];
    const noise = (random.below(3) === 0 ? 4 : 1) * random.normal();
    return { a, b, price: 1000 + 50 * (a * b + a + 0.5 * noise), weight: Math.abs(noise) > 1 ? 5 : 1 };
  });
}
const rows = rowsOf(300, "train");
const others = rowsOf(1000, "test");

const asked = { data: rows, target: "price", task: "numbers", drop: ["weight"], threads: 1 } as const;
const quick = { hidden: [16], epochs: 20, seed: 3, members: 1 };

/** The share of rows whose number is in its range, by weight. */
function held(
  answers: readonly { readonly lower: { price: number }; readonly upper: { price: number } }[],
  weights = others.map(() => 1),
): number {
  let [inside, total] = [0, 0];
  for (const [i, { lower, upper }] of answers.entries()) {
    const { price } = others[i]!;
    total += weights[i]!;
    if (lower.price <= price && price <= upper.price) inside += weights[i]!;
  }
  return inside / total;
}

describe("ranges", () => {
  it("hold as many as they say, of rows that no member has seen: the mean of five tables", async () => {
    // What is promised, and what it may come to: a mean of networks errs a little less than each, by which the ranges are made.
    const coverages = [
      [0.5, 0.6],
      [0.8, 0.86],
      [0.9, 0.94],
      [0.95, 0.98],
    ] as const;
    const sums = coverages.map(() => 0);
    for (let table = 0; table < 5; table++) {
      const model = await train({ ...asked, ...quick, data: rowsOf(300, `table ${table}`), members: 5 });
      expect(model.intervals![0]!.mostCoverage).toBe(300 / 301);
      for (const [k, [interval]] of coverages.entries()) {
        const share = held(await model.predict(others, { interval }));
        if (interval === 0.9) {
          expect(share).toBeGreaterThan(0.85);
          expect(share).toBeLessThan(0.95);
        }
        sums[k]! += share / 5;
      }
      await model.close();
    }
    for (const [k, [coverage, most]] of coverages.entries()) {
      // By 1500 held-out rows and 1000 others a deviation of the share is 0.02 at one half, 0.01 at 0.9.
      expect(sums[k], String(coverage)).toBeGreaterThan(coverage - 0.02);
      expect(sums[k], String(coverage)).toBeLessThan(most);
    }
  });

  it("of one network are by its validation rows", async () => {
    const model = await train({ ...asked, ...quick, validation: 100 });
    expect(model.intervals![0]!.mostCoverage).toBe(100 / 101);
    const share = held(await model.predict(others, { interval: 0.9 }));
    // A hundred rows: 0.03 is one deviation.
    expect(share).toBeGreaterThan(0.83);
    expect(share).toBeLessThan(0.97);
    await model.close();
  });

  it("count rows by their weights", async () => {
    const shares = async (weight: string | undefined) => {
      const drop = weight === undefined ? asked.drop : [];
      const model = await train({ ...asked, ...quick, drop, members: 5, weight });
      const answers = await model.predict(others, { interval: 0.8 });
      await model.close();
      const weights = others.map((row) => row.weight);
      return [held(answers, weights), answers[0]!.upper.price - answers[0]!.lower.price] as const;
    };
    const [[weighted, wide], [plain, narrow]] = [await shares("weight"), await shares(undefined)];
    // What is far off weighs more: it takes wider ranges to hold the same share of the weight.
    expect(wide).toBeGreaterThan(1.1 * narrow);
    expect(plain).toBeLessThan(0.76);
    expect(Math.abs(weighted - 0.8)).toBeLessThan(0.05);
  });

  it("are those of the residuals of the validation rows, in the target's unit", async () => {
    const model = await train({
      ...{ ...asked, ...quick, validation: 30 },
      onUnderstood: ({ rows: { train: trained } }) => expect(trained).toBe(270),
    });
    // The rows that were held out are those whose errors are the radii.
    const answers = await model.predict(rows);
    const errors = answers.map(({ price }, i) => Math.abs(price - rows[i]!.price));
    const { radii } = model.intervals![0]!;
    const near = (radius: number) => errors.findIndex((error) => Math.abs(error - radius) < 1e-3);
    const found = [...new Set(radii)].map(near);
    expect(found).not.toContain(-1);
    expect(new Set(found).size).toBe(30);
    await model.close();
  });
});

describe("ranges in answers", () => {
  it("are around the numbers, also of several targets", async () => {
    const data = rows.map(({ a, b, price }) => ({ a, b, price, less: a - b }));
    const model = await train({ ...{ data, target: ["price", "less"], threads: 1 }, ...quick, epochs: 3 });
    const answers = await model.predict(data.slice(0, 5), { interval: 0.9 });
    const plain = await model.predict(data.slice(0, 5));
    const radii = model.intervals!.map((each) => radiusFor(each, 0.9).radius);
    for (const [i, answer] of answers.entries()) {
      const { price, less } = plain[i] as { price: number; less: number };
      expect(answer).toEqual({
        ...{ price, less },
        lower: { price: price - radii[0]!, less: less - radii[1]! },
        upper: { price: price + radii[0]!, less: less + radii[1]! },
      });
    }
    expect(radii[0]).not.toBe(radii[1]);
    await model.close();
  });

  it("are the same when the model has been saved and opened, in a browser's build too; a training ends them", async () => {
    const model = await train({ ...asked, ...quick, epochs: 2, members: 2, cv: 2 });
    const expected = await model.predict(others.slice(0, 9), { interval: 0.75 });
    const bytes = model.toBytes();
    const opened = await loadModel(bytes);
    expect(opened.intervals).toEqual(model.intervals);
    expect(await opened.predict(others.slice(0, 9), { interval: 0.75 })).toEqual(expected);
    expect(opened.toBytes()).toEqual(bytes);
    const browser = await import(join(import.meta.dirname, "../../dist/nnwasm.browser.js"));
    const inBrowser = await browser.loadModel(bytes);
    expect(await inBrowser.predict(others.slice(0, 9), { interval: 0.75 })).toEqual(expected);
    await opened.load(model.tensors());
    expect(opened.intervals).toBeUndefined();
    for (const each of [model, opened, inBrowser]) await each.close();
    const one = await train({ ...asked, ...quick, epochs: 2 });
    expect(one.intervals).toHaveLength(1);
    const samples = samplesFromArrays({ values: Float64Array.of(1, 2, 3, 4), numbers: [0, 1], features: 2 });
    await one.fit(samples, { epochs: 1, standardize: false });
    expect(one.intervals).toBeUndefined();
    await one.close();
  });

  it("are left out of a file that says another unit", async () => {
    const model = await train({ ...asked, ...quick, epochs: 1 });
    const { preprocessing } = model;
    const description = (preprocessing as { describe(): { target: object } }).describe();
    const kept = await loadModel(model.toBytes({ preprocessing: description }));
    expect(kept.intervals).toEqual(model.intervals);
    const other = { ...description, target: { ...description.target, std: [2] } };
    const without = await loadModel(model.toBytes({ preprocessing: other }));
    expect(without.intervals).toBeUndefined();
    for (const each of [model, kept, without]) await each.close();
  });
});

describe("a model without ranges", () => {
  it("says what to do", async () => {
    const model = await train({ ...asked, ...quick, epochs: 1, validation: 0 });
    expect(model.intervals).toBeUndefined();
    await expect(model.predict(others, { interval: 0.9 })).rejects.toThrow(
      "Model.predict: interval: the model does not say how far its answers are off: it was trained by an older version, without " +
        "rows that were held out, or not to its end. Train it anew, with several members, or with rows for validation.",
    );
    await expect(model.predict([[1, 2]] as never, { interval: 0.9 })).rejects.toThrow(
      "Model.predict: interval is of rows of a table, as objects. Leave it out.",
    );
    await expect(model.predict(others, { intervall: 0.9 } as never)).rejects.toThrow('"intervall"');
    for (const interval of [0, 1, -1, Number.NaN, "0.9" as never]) {
      await expect(model.predict(others, { interval })).rejects.toThrow(
        /^Model\.predict: interval: the coverage is .*, expected a number between 0 and 1, such as 0\.9\.$/,
      );
    }
    await model.close();
    const data = rows.map(({ a, b, price }) => ({ a, b, dear: price > 1000 ? "yes" : "no" }));
    const classes = await train({ ...quick, data, target: "dear", epochs: 1, threads: 1 });
    await expect(classes.predict(data, { interval: 0.9 })).rejects.toThrow(
      "Model.predict: interval is of models of tables that predict numbers, and this one predicts classes. Leave it out.",
    );
    await classes.close();
    const clash = rows.map(({ a, price }) => ({ a, lower: price }));
    const lower = await train({
      ...quick,
      data: clash,
      target: "lower",
      task: "numbers",
      epochs: 1,
      threads: 1,
    });
    await expect(lower.predict(clash, { interval: 0.9 })).rejects.toThrow(
      'a target is named "lower", as an end of ranges is.',
    );
    await lower.close();
  });

  it("has none when it was stopped", async () => {
    const controller = new AbortController();
    const model = await train({
      ...{ ...asked, ...quick, signal: controller.signal },
      onEpoch: () => controller.abort(),
    });
    expect(model.intervals).toBeUndefined();
    await model.close();
  });
});

it("refuses what a file must not say", async () => {
  const model = await train({ ...asked, ...quick, epochs: 1 });
  const { tensors, metadata } = decodeSafetensors(model.toBytes(), "m");
  const saying = (intervals: unknown) =>
    loadModel(
      encodeSafetensors(tensors.values(), {
        ...Object.fromEntries(metadata),
        intervals: JSON.stringify(intervals),
      }),
    );
  const good = residualQuantiles([1, 2, 3]);
  const opened = await saying([good]);
  expect(opened.intervals).toEqual([good]);
  await opened.close();
  for (const [wrong, message] of [
    [null, "its intervals are null, expected 1"],
    [{ 0: good, length: 1 }, "its intervals are "],
    [[], "its intervals are 0, expected 1, one for each number that it predicts."],
    [[good, good], "its intervals are 2, expected 1"],
    [[null], "its intervals[0]: mostCoverage is undefined, expected a number between 0 and 1."],
    [[{ ...good, mostCoverage: 1 }], "its intervals[0]: mostCoverage is 1"],
    [[{ ...good, mostCoverage: "0.9" }], "its intervals[0]: mostCoverage is "],
    [[{ ...good, radii: [] }], "its intervals[0]: radii has 0 entries"],
    [[{ ...good, radii: [1] }], "its intervals[0]: radii has 1 entries"],
    [[{ ...good, radii: Array(10_002).fill(1) }], "its intervals[0]: radii has 10002 entries"],
    [[{ ...good, radii: [-1, 2] }], "its intervals[0]: radii[0] is -1, expected a finite number ≥ 0"],
    [[{ ...good, radii: [2, 1] }], "its intervals[0]: radii[1] is 1, expected a finite number ≥ 2"],
    [[{ ...good, radii: [0, null] }], "its intervals[0]: radii[1] is null"],
    [[{ ...good, radii: [0, "1"] }], "its intervals[0]: radii[1] is "],
  ] as const) {
    await expect(saying(wrong), message).rejects.toThrow(message);
  }
  await expect(
    loadModel(encodeSafetensors(tensors.values(), { ...Object.fromEntries(metadata), intervals: "[1e999" })),
  ).rejects.toThrow("its intervals is ");
  await expect(
    loadModel(
      encodeSafetensors(tensors.values(), {
        ...Object.fromEntries(metadata),
        intervals: '[{"mostCoverage":0.9,"radii":[0,1e999]}]',
      }),
    ),
  ).rejects.toThrow("radii[1] is Infinity");
  const without = Object.fromEntries([...metadata].filter(([key]) => key !== "preprocessing"));
  await expect(loadModel(encodeSafetensors(tensors.values(), without))).rejects.toThrow(
    "its intervals are 1, expected 0",
  );
  await model.close();
});
