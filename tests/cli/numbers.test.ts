/** What the command line shows of a training on numbers, and of its metrics: nothing says that there is an accuracy. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CliContext } from "../../src/cli/context.ts";
import { RunFolder } from "../../src/cli/folders/runFolder.ts";
import { TrainingSaver } from "../../src/cli/folders/trainingSaver.ts";
import { trainingJson } from "../../src/cli/output/trainingJson.ts";
import { trainingText } from "../../src/cli/output/trainingText.ts";
import { TrainingProgress } from "../../src/cli/progress/trainingProgress.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import type { EpochRow, Evaluation } from "../../src/model/history.ts";
import { loadModel } from "../../src/model/openModel.ts";
import { inOrder } from "../../src/runs/events.ts";
import { planSearch, type SearchEvent, search } from "../../src/runs/search.ts";
import { planTraining, type TrainingEvent, train } from "../../src/runs/train.ts";
import { mergeSettings, type TrainSettings } from "../../src/settings/settings.ts";
import { defaultObjective } from "../../src/training/objective.ts";
import { float } from "../../src/tuner/searchSpace.ts";
import { fakePool, flagsDataset, keeping, numbersDataset } from "../helpers/runs.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nnwasm-numbers-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const measures = (rmse: number): Evaluation => ({
  loss: rmse ** 2,
  cost: rmse ** 2 + 1,
  rmse,
  mae: rmse / 2,
  r2: 0.25,
});
const rows = [20, 150_000, 0.0001].map(
  (rmse, i): EpochRow => ({
    ...{ epoch: i + 1, learningRate: 0.1, train: measures(rmse), validation: measures(2 * rmse) },
    ...{ steps: 6, seconds: i + 1, trainSeconds: 1, stepsPerSecond: 6 },
  }),
);

/** What is shown of epochs whose errors are large and small: no training gives them at will. */
async function shownOf(): Promise<{ stdout: string; stderr: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const context: CliContext = {
    ...{ env: {}, home: "/", stdout, stderr },
    signal: new AbortController().signal,
  };
  const settings = mergeSettings({ layers: [6], validation: 100, epochs: 3, threads: 1 });
  const plan = await planTraining(settings, numbersDataset);
  const run = await RunFolder.create(settings, { out: join(folder, "out") });
  const progress = new TrainingProgress(context, false);
  const saver = new TrainingSaver(run, plan, performance.now());
  const hear = inOrder<TrainingEvent>(saver.hear, progress.hear, trainingText(context, progress, saver));
  await hear({ type: "start", ...plan });
  for (const row of rows) await hear({ type: "epoch", row, epochs: 3 });
  const trained = {
    ...{
      epochs: 3,
      steps: 18,
      trainSeconds: 3,
      stepsPerSecond: 6,
      threads: 1,
      checkpointSeconds: 0,
      weightsSha256: "00",
    },
  };
  await hear({ type: "result", trained, test: measures(3), validation: rows[2]!.validation! });
  stdout.end();
  stderr.end();
  return { stdout: await text(stdout), stderr: await text(stderr) };
}

it("the progress and the results have the metrics that there are, each with digits that say something", async () => {
  const { stdout, stderr } = await shownOf();
  expect(stderr).toContain("60 test samples of 4 numbers, 2 numbers to predict\n");
  expect(stderr).toContain(
    "loss 400.0000  rmse 20.0000  mae 10.0000  r2 0.2500  val_loss 1600.00  val_rmse 40.0000",
  );
  expect(stderr).toContain("loss 2.250e+10  rmse 150000  mae 75000.0  r2 0.2500");
  expect(stderr).toContain("loss 1.000e-8  rmse 1.000e-4  mae 5.000e-5");
  expect(stdout).toMatch(
    /^test {8}loss 9\.0000 {2}cost 10\.0000 {2}rmse 3\.0000 {2}mae 1\.5000 {2}r2 0\.2500\nvalidation {2}loss /,
  );
  expect(stdout + stderr).not.toMatch(/acc|NaN|undefined/);
});

/** Trains to the end as the command does, and gives what it printed and left. */
async function trained(dataset: Dataset, json: boolean, more: Partial<TrainSettings> = {}) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const signal = new AbortController().signal;
  const context: CliContext = { env: {}, home: "/", stdout, stderr, signal };
  const asked = mergeSettings({ layers: [8], validation: 100, epochs: 3, batch: 20, threads: 1 }, more);
  const plan = await planTraining(asked, dataset);
  const run = await RunFolder.create(plan.settings, { out: join(folder, "out") });
  const progress = new TrainingProgress(context, false);
  const saver = new TrainingSaver(run, plan, performance.now());
  const subscriber = inOrder<TrainingEvent>(
    saver.hear,
    progress.hear,
    json ? trainingJson(context, saver) : trainingText(context, progress, saver),
  );
  const end = await train(plan, { subscriber, signal, saveCheckpoint: saver.saveCheckpoint });
  stdout.end();
  stderr.end();
  return { plan, end, out: run.path, stdout: await text(stdout), stderr: await text(stderr) };
}

const DATASETS = [
  { dataset: numbersDataset, metrics: ["rmse", "mae", "r2"], last: "2 numbers to predict" },
  { dataset: flagsDataset, metrics: ["accuracy", "f1Macro", "rocAuc"], last: "3 flags to predict" },
];

describe.each(DATASETS)("a training on a data set of $dataset.name", ({ dataset, metrics, last }) => {
  it("has the metrics of its task in events, files and plots", async () => {
    const { plan, end, out, stdout } = await trained(dataset, true);
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event)).toEqual(["start", "epoch", "epoch", "epoch", "result"]);
    const measures = ["loss", "cost", ...metrics];
    for (const { train: row, validation } of events.slice(1, 4)) {
      for (const each of [row, validation]) {
        expect(Object.keys(each)).toEqual(measures);
        expect(Object.values(each).every(Number.isFinite)).toBe(true);
      }
    }
    expect(events[3].train.loss).toBeLessThan(events[1].train.loss);
    if (end.type !== "result") throw new Error("It was stopped.");
    expect(events[4].test).toEqual(end.test);
    expect(Object.keys(end.test!)).toEqual(measures);
    const lines = (await readFile(join(out, "metrics.jsonl"), "utf8")).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).train)).toEqual(
      events.slice(1, 4).map((event) => event.train),
    );
    expect(JSON.parse(await readFile(join(out, "summary.json"), "utf8"))).toMatchObject({
      ...{ state: "complete", test: end.test },
    });
    const plots = ["cost", "learning-rate", "loss", ...metrics.map((name) => name.toLowerCase())];
    const drawn = (await readdir(join(out, "plots"))).map((name) => name.replaceAll("-", "").toLowerCase());
    expect(drawn.sort()).toEqual(plots.map((name) => `${name.replaceAll("-", "")}.svg`).sort());
    // The file is the model whole: its task, its names, its bits.
    const model = await loadModel(join(out, "model.safetensors"));
    expect(model.classNames).toEqual(dataset.classNames);
    expect(await model.evaluate(plan.split.test!)).toEqual(end.test);
  });

  it("says what there is to predict, and no accuracy of what has none", async () => {
    const { stdout, stderr } = await trained(dataset, false);
    expect(stderr).toContain(`60 test samples of 4 numbers, ${last}\n`);
    expect(stdout).toMatch(new RegExp(`^test {8}loss .*${metrics.map((name) => `${name} `).join(".*")}`));
    expect(stdout + stderr).not.toMatch(/NaN|undefined/);
    if (metrics[0] === "rmse") expect(stdout + stderr).not.toMatch(/acc/);
  });
});

it("a search on numbers makes the validation's rmse small", async () => {
  const settings = mergeSettings({ layers: [6], validation: 100, epochs: 2, batch: 50, threads: 1 });
  const plan = planSearch(
    {
      ...{ settings, space: { etaMax: float(1e-3, 0.3, { log: true }) } },
      ...{ sampler: "random", samplerOptions: {}, pruner: "none", prunerOptions: {} },
      ...{ objective: defaultObjective("numbers"), trials: 4, maxFailures: 1 },
    },
    numbersDataset,
  );
  const { subscriber } = keeping<SearchEvent>();
  const signal = new AbortController().signal;
  const end = await search(plan, [], fakePool(numbersDataset).open, { subscriber, signal });
  if (end.type !== "result") throw new Error("It was stopped.");
  expect(plan.objective).toBe("validation.rmse");
  const values = end.trials.map(({ value }) => value!);
  expect(new Set(values).size).toBe(4);
  expect(end.best!.value).toBe(Math.min(...values));
});
