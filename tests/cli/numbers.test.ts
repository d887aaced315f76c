/** What the command line shows of a training on numbers, and of its metrics: nothing says that there is an accuracy. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { CliContext } from "../../src/cli/context.ts";
import { RunFolder } from "../../src/cli/folders/runFolder.ts";
import { TrainingSaver } from "../../src/cli/folders/trainingSaver.ts";
import { trainingJson } from "../../src/cli/output/trainingJson.ts";
import { trainingText } from "../../src/cli/output/trainingText.ts";
import { TrainingProgress } from "../../src/cli/progress/trainingProgress.ts";
import type { EpochRow, Evaluation } from "../../src/model/history.ts";
import { inOrder } from "../../src/runs/events.ts";
import type { TrainingEvent } from "../../src/runs/train.ts";
import { planTraining } from "../../src/runs/train.ts";
import { mergeSettings } from "../../src/settings/settings.ts";
import { smallDataset } from "../helpers/runs.ts";

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

/** The events of a training on two numbers, as the command hears them. */
async function shownOf(json: boolean): Promise<{ out: string; stdout: string; stderr: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const context: CliContext = {
    ...{ env: {}, home: "/", stdout, stderr },
    signal: new AbortController().signal,
  };
  const settings = mergeSettings({ layers: [6], validation: 100, epochs: 3, threads: 1 });
  const ofClasses = await planTraining(settings, smallDataset);
  const dataset = {
    ...smallDataset,
    name: "prices",
    classes: 2,
    targets: { kind: "numbers", width: 2 } as const,
  };
  const plan = { ...ofClasses, dataset };
  const run = await RunFolder.create(settings, { out: join(folder, "out") });
  const progress = new TrainingProgress(context, false);
  const saver = new TrainingSaver(run, plan, performance.now());
  const hear = inOrder<TrainingEvent>(
    saver.hear,
    progress.hear,
    json ? trainingJson(context, saver) : trainingText(context, progress, saver),
  );
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
  return { out: run.path, stdout: await text(stdout), stderr: await text(stderr) };
}

it("the progress and the results have the metrics that there are, each with digits that say something", async () => {
  const { stdout, stderr } = await shownOf(false);
  expect(stderr).toContain("50 test samples of 3072 numbers, 2 numbers to predict\n");
  expect(stderr).toContain(
    "loss 400.0000  rmse 20.0000  mae 10.0000  r2 0.2500  val_loss 1600.0000  val_rmse 40.0000",
  );
  expect(stderr).toContain("loss 2.250e+10  rmse 1.500e+5  mae 75000.0000  r2 0.2500");
  expect(stderr).toContain("loss 1.000e-8  rmse 1.000e-4  mae 5.000e-5");
  expect(stdout).toMatch(
    /^test {8}loss 9\.0000 {2}cost 10\.0000 {2}rmse 3\.0000 {2}mae 1\.5000 {2}r2 0\.2500\nvalidation {2}loss /,
  );
  expect(stdout + stderr).not.toMatch(/acc|NaN|undefined/);
});

it("the events and the files have them, and a plot of each is drawn", async () => {
  const { out, stdout } = await shownOf(true);
  const events = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events.map(({ event }) => event)).toEqual(["start", "epoch", "epoch", "epoch", "result"]);
  expect(events[1]).toMatchObject({ train: rows[0]!.train, validation: rows[0]!.validation });
  expect(events[4]).toMatchObject({ test: measures(3) });
  const lines = (await readFile(join(out, "metrics.jsonl"), "utf8")).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual(rows);
  expect(JSON.parse(await readFile(join(out, "summary.json"), "utf8"))).toMatchObject({ test: measures(3) });
  const plots = await readdir(join(out, "plots"));
  expect(plots.sort()).toEqual([
    "cost.svg",
    "learning-rate.svg",
    "loss.svg",
    "mae.svg",
    "r2.svg",
    "rmse.svg",
  ]);
  const read = (name: string) => readFile(join(out, "plots", `${name}.svg`), "utf8");
  expect(await read("rmse")).toContain("Root of the mean squared error, after each epoch");
  expect(await read("loss")).toContain("Mean loss, after each epoch");
  for (const name of ["loss", "cost"]) expect(await read(name)).not.toMatch(/entropy|nats/);
});
