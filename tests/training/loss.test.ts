/** The loss of a training of the command line: by task, by name, with its options and the weights of classes. */
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { settingsFromFlags } from "../../src/cli/trainingOptions.ts";
import { planSearch } from "../../src/runs/search.ts";
import { planTraining, type TrainingEvent, train } from "../../src/runs/train.ts";
import { expectationOf } from "../../src/settings/expectation.ts";
import { flagOf } from "../../src/settings/flags.ts";
import { mergeSettings, type TrainSettings } from "../../src/settings/settings.ts";
import { balancedOrWeights } from "../../src/settings/types.ts";
import { lossFor } from "../../src/training/loss.ts";
import { flagsDataset, keeping, numbersDataset, smallDataset } from "../helpers/runs.ts";

const settings = (more: Partial<TrainSettings> = {}) =>
  mergeSettings({ layers: [6], validation: 100, epochs: 1, batch: 50, threads: 1 }, more);
const named = (key: keyof TrainSettings) => flagOf(key);

describe("the loss of a training", () => {
  it("is that of the task, unless another is named", () => {
    const describe = (more: Partial<TrainSettings>, data: Parameters<typeof lossFor>[1]) =>
      lossFor(settings(more), data).describe!();
    const described = (name: string, options: object = {}) => ({ name, options });
    expect(describe({}, smallDataset)).toEqual(described("categoricalCrossEntropy", { labelSmoothing: 0 }));
    expect(describe({}, flagsDataset)).toEqual(described("binaryCrossEntropy"));
    expect(describe({}, numbersDataset)).toEqual(described("meanSquaredError"));
    expect(describe({ loss: "huber" }, numbersDataset)).toEqual(described("huber", { delta: 1 }));
    expect(describe({ loss: "huber", delta: 0.5 }, numbersDataset)).toEqual(
      described("huber", { delta: 0.5 }),
    );
    expect(describe({ labelSmoothing: 0.1 }, smallDataset)).toEqual(
      described("categoricalCrossEntropy", { labelSmoothing: 0.1 }),
    );
  });

  it.each<[string, Partial<TrainSettings>, Parameters<typeof lossFor>[1], string]>([
    [
      "one for other targets",
      { loss: "huber" },
      smallDataset,
      "--loss huber is for numbers, and synthetic has classes. There are: categoricalCrossEntropy.",
    ],
    [
      "one for classes, with numbers",
      { loss: "categoricalCrossEntropy" },
      numbersDataset,
      "--loss categoricalCrossEntropy is for classes, and own numbers has numbers. " +
        "There are: meanSquaredError, meanAbsoluteError, huber.",
    ],
    [
      "smoothing without classes",
      { labelSmoothing: 0 },
      numbersDataset,
      "--label-smoothing is of --loss categoricalCrossEntropy, not of meanSquaredError. Leave it out, or choose that loss.",
    ],
    [
      "Huber's delta with the usual loss",
      { delta: 0.5 },
      numbersDataset,
      "--delta is of --loss huber, not of meanSquaredError. Leave it out, or choose that loss.",
    ],
    [
      "weights of flags",
      { classWeight: "balanced" },
      flagsDataset,
      "--class-weight: the samples have flags, not classes. Leave it out.",
    ],
    [
      "weights of a class that there is not",
      { classWeight: { cow: 2 } },
      smallDataset,
      '--class-weight: there is no class "cow". There are: "ring", "cross", ',
    ],
  ])("is refused before a training or a search begins: %s", async (_, more, data, words) => {
    const dataset = data as typeof smallDataset;
    await expect(planTraining(settings(more), dataset, named)).rejects.toThrow(words);
    const search = () =>
      planSearch(
        {
          ...{ settings: settings(more), space: {}, objective: "validation.loss", trials: 1, maxFailures: 1 },
          ...{ sampler: "random", samplerOptions: {}, pruner: "none", prunerOptions: {} },
        },
        dataset,
        flagOf,
      );
    expect(search).toThrow(words);
  });

  it("weighs classes by the data set's names, whether or not the samples know them", async () => {
    const hash = async (dataset: typeof smallDataset, more: Partial<TrainSettings>) => {
      const { subscriber } = keeping<TrainingEvent>();
      const plan = await planTraining(settings(more), dataset);
      const end = await train(plan, { subscriber, signal: new AbortController().signal });
      return end.trained!.weightsSha256;
    };
    const [first, second] = smallDataset.classNames as [string, string];
    const classWeight = { [first]: 3, [second]: 0.5 };
    const weighted = await hash(smallDataset, { classWeight });
    expect(weighted).not.toBe(await hash(smallDataset, {}));
    expect(await hash(smallDataset, { classWeight: { [second]: 0.5, [first]: 3 } })).toBe(weighted);
    const { plan } = { plan: await planTraining(settings(), smallDataset) };
    await plan.model.fit(plan.split.train, {
      ...{ epochs: 1, batchSize: 50, validation: plan.split.validation },
      classWeight: plan.split.train.classNames === undefined ? { 0: 3, 1: 0.5 } : classWeight,
    });
    expect(await plan.model.weightsSha256()).toBe(weighted);
    expect(await hash(smallDataset, { labelSmoothing: 0.2, classWeight: "balanced" })).not.toBe(weighted);
  });
});

describe("--class-weight", () => {
  const { read, write, schema } = balancedOrWeights();

  it.each([
    ...["balanced", "cat=2", "cat=2,dog=0.5", "a=b=0", "0=1,1=3e-7", "constructor=2,__proto__=3"],
    ...['"cat, young"=2,dog=0.5', '"a,""b"""=1', '"""a"""=1', '" a"=1', 'a"b=1', '""=3', '"a=1,b"=2,c=0'],
  ])("reads and writes %s", (text) => {
    expect(write!(read(text))).toBe(text);
    expect(settingsFromFlags({ classWeight: read(text) })).toEqual({ classWeight: read(text) });
  });

  it.each([
    ["", 'Expected balanced, or weights by class, as in cat=2,dog=0.5, or "cat, young"=2.'],
    ["even", "Expected balanced"],
    ["=2", "Expected balanced"],
    ["cat=2,", "Expected balanced"],
    ["cat=2,cat=3", "cat is there twice."],
    ['cat=2,"cat"=3', "cat is there twice."],
    ['"cat=2', "Expected balanced"],
    ['"cat"2', "Expected balanced"],
    ['"a"b"=2', "Expected balanced"],
    ['"a,b"=2 ,', "Expected balanced"],
    ["cat=", 'The weight of cat is "", expected a finite number ≥ 0.'],
    ["cat=-1", 'The weight of cat is "-1"'],
    ["cat=x", 'The weight of cat is "x"'],
    ["cat=Infinity", 'The weight of cat is "Infinity"'],
  ])("refuses %j", (text, words) => {
    expect(() => read(text)).toThrow(words);
  });

  it("takes quoted names for what they are, and any name from a file", () => {
    expect(read(' "cat, young"=2, "a ""b"""=0.5, c=1')).toEqual({ "cat, young": 2, 'a "b"': 0.5, c: 1 });
    const named = JSON.parse('{ "constructor": 2, "__proto__": 3, "a,b": 0 }');
    expect(Object.entries(v.parse(schema, named) as object)).toEqual(Object.entries(named));
    for (const wrong of [{}, [1], { a: -1 }, { a: "1" }, { a: null }, "even", 1, null]) {
      const { issues } = v.safeParse(schema, wrong);
      expect(issues!.map(expectationOf)).toEqual(["balanced, or weights by class, each a finite number ≥ 0"]);
    }
  });
});
