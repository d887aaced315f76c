/** `nnwasm train --members N`: an ensemble from a table, its evaluation, its answers, and a run that is cut. */
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { loadModel } from "../../src/index.ts";
import { PROGRAM, readJson } from "../helpers/cli.ts";
import { cliFolder } from "../helpers/cliFolder.ts";

const { at, runCli, runJson, start } = cliFolder({ cifar: false });
const PASSENGERS = new URL("../fixtures/tables/passengers.", import.meta.url).pathname;
const words = (text: string) => text.split(" ");

beforeAll(() => {
  copyFileSync(`${PASSENGERS}train.csv`, at("train.csv"));
  copyFileSync(`${PASSENGERS}test.csv`, at("test.csv"));
});

it("trains each candidate for each fold on all rows, says what came out, and leaves one model", async () => {
  const { code, stdout, stderr } = await runCli(
    words(
      "train train.csv --target outcome --test test.csv --epochs 4 --members 3 --threads 2 --out ensemble",
    ),
  );
  expect([code, stderr.includes("Member 6/9  linear ")]).toEqual([0, true]);
  expect(stderr).toContain("84 training, 26 test samples");
  expect(stderr).toContain(
    "An ensemble of 3 networks as above, 3 linear models and 3 constants, weighed by what they predict for the rows that they " +
      "were not trained on: each is trained without one of 3 folds of the rows, together on all rows.\n",
  );
  expect(stderr).toMatch(/^About \d+ s of training, \d at a time\. For one network: --members 1\.$/m);
  expect(stdout).toMatch(
    /^test {14}loss .* accuracy .*\ncross-validation {2}loss .* accuracy .*\nthe mean of \d networks over 3 folds, as of /,
  );
  const summary = readJson(at("ensemble", "summary.json"));
  expect(summary).toMatchObject({
    ...{ state: "complete", folds: 3 },
    candidates: [{ name: "network" }, { name: "linear" }, { name: "constant", epoch: 0 }],
  });
  const { candidates } = summary as { candidates: { weight: number }[] };
  expect(candidates.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
  expect(summary.members).toBe(3 * candidates.filter(({ weight }) => weight > 0).length);
  expect(readJson(at("ensemble", "config.json"))).toMatchObject({
    ...{ members: 3, candidates: ["network", "linear", "constant"], validation: 0 },
  });
  expect(readdirSync(at("ensemble", "checkpoints"))).toEqual([]);
  expect(stdout).toMatch(/saved in ensemble: .*, plots\/\n$/);
  expect(readdirSync(at("ensemble", "plots")).sort()).toEqual([
    ...["confusion.svg", "held-out-loss.svg", "reliability.svg"],
  ]);
  const lines = readFileSync(at("ensemble", "metrics.jsonl"), "utf8").trim().split("\n");
  const rows = lines.map((line) => JSON.parse(line) as { member: number; epoch: number });
  expect(rows.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 24 }, (_, i) => 1 + (i % 4)));
  expect(new Set(rows.map(({ member }) => member))).toEqual(new Set([1, 2, 3, 4, 5, 6]));

  const [evaluated] = await runJson(words("evaluate ensemble test.csv"));
  expect(evaluated!.loss).toBe(summary.test.loss);
  const answers = await runCli(words("predict ensemble test.csv --json"));
  const first = JSON.parse(answers.stdout.split("\n")[0]!) as { probabilities: Record<string, number> };
  const sum = Object.values(first.probabilities).reduce((a, b) => a + b);
  expect(sum).toBeCloseTo(1, 6);
  const model = await loadModel(at("ensemble"));
  expect(model.classNames).toEqual(["lost", "saved", "unknown"]);
  await model.close();
});

it("has the same bits with one worker, by its config.json, and after kill -9; other data are refused", async () => {
  const args = "train train.csv --target outcome --epochs 60 --members 6 --cv 3";
  const [whole] = (await runJson(words(`${args} --out whole`))).slice(-1);
  const bytes = readFileSync(at("whole", "model.safetensors"));
  const [again] = (await runJson(words("train --config whole/config.json --threads 1 --out again"))).slice(
    -1,
  );
  expect(again!.weightsSha256).toBe(whole!.weightsSha256);
  expect(again!.crossValidation).toEqual(whole!.crossValidation);

  const running = start(PROGRAM, words(`${args} --threads 1 --json --out cut`));
  await running.waitFor("stdout", '"event":"member","member":2');
  running.child.kill("SIGKILL");
  await running.result;
  writeFileSync(at("changed.csv"), readFileSync(at("train.csv"), "utf8").replace(",43,", ",44,"));
  const changed = await runCli(words("train --resume cut --data changed.csv"));
  expect([changed.code, changed.stderr]).toEqual([4, expect.stringMatching(/was trained on other data/)]);
  const all = await runJson(words("train --resume cut"));
  expect(all[0]!.trained).toBeGreaterThanOrEqual(1);
  expect(readFileSync(at("cut", "model.safetensors")).equals(bytes)).toBe(true);
  for (const plot of readdirSync(at("whole", "plots"))) {
    expect(readFileSync(at("cut", "plots", plot), "utf8")).toBe(
      readFileSync(at("whole", "plots", plot), "utf8"),
    );
  }
  const rows = readFileSync(at("cut", "metrics.jsonl"), "utf8").trim().split("\n");
  expect(rows).toHaveLength(2 * 6 * 60);
  expect((await runCli(words("train --resume cut"))).stdout).toContain("complete");
});

// There are so many members that some are left when the signal comes late.
it("is stopped by Ctrl-C, and goes on", async () => {
  const running = start(
    PROGRAM,
    words(
      "train train.csv --target age --epochs 100 --members 20 --cv 4 --candidates network --json --threads 1 --out stopped",
    ),
  );
  await running.waitFor("stdout", '"event":"member"');
  running.child.kill("SIGINT");
  const { code, stderr } = await running.result;
  expect([code, stderr]).toEqual([
    130,
    expect.stringMatching(/Interrupted after \d+ networks? of 20\..* --resume stopped/),
  ]);
  expect(readJson(at("stopped", "summary.json")).state).toBe("interrupted");
  expect(existsSync(at("stopped", "model.safetensors"))).toBe(false);
  const { code: end } = await runCli(words("train --resume stopped --quiet"));
  expect(end).toBe(0);
  expect(readdirSync(at("stopped", "plots")).sort()).toEqual(["held-out-loss.svg", "residuals.svg"]);
  const { code: fresh } = await runCli(
    words("train train.csv --target outcome --epochs 2 --members 1 --out stopped --force --quiet"),
  );
  expect([fresh, readdirSync(at("stopped", "plots")).includes("residuals.svg")]).toEqual([0, false]);
});

it("takes other optimizers, and validation rows that no network sees", async () => {
  const flags = "--epochs 2 --members 2 --optimizer sgd --validation 10 --out others";
  const { code, stderr } = await runCli(words(`train train.csv --target outcome ${flags}`));
  expect([code, stderr]).toEqual([0, expect.stringContaining("74 training, no test samples")]);
  expect(readJson(at("others", "config.json"))).toMatchObject({
    ...{ optimizer: "sgd", validation: 10, members: 2, candidates: ["network", "linear", "constant"] },
  });
});

it("says how many rows the scores are of, where some are always trained on", async () => {
  const rows = Array.from({ length: 20 }, (_, i) => `${i},${i === 7 ? "rare" : i < 10 ? "low" : "high"}`);
  writeFileSync(at("rare.csv"), `x,y\n${rows.join("\n")}\n`);
  const { stdout } = await runCli(words("train rare.csv --target y --epochs 2 --quiet --out rare"));
  expect(stdout).toContain(
    "no test file: the scores are of 19 of 20 rows that the networks that predict them were",
  );
  expect(readJson(at("rare", "summary.json"))).toMatchObject({ crossValidationRows: 19, trainingRows: 20 });
});

it.each([
  [
    "--members 7",
    "ConfigError: --members is 7, and each of 5 folds, unless --cv says otherwise, has as many members. Give 5 or 10.",
  ],
  ["--members 4 --cv 4 --patience 3", "ConfigError: --patience is for a training of one network"],
  ["--members 0", "Expected an integer ≥ 1"],
  ["--candidates trees", "Allowed choices are network, linear, constant"],
  ["--candidates none", "Allowed choices are network, linear, constant"],
  ["--candidates linear --members 1", "ConfigError: --candidates are weighed by an ensemble"],
  [
    "--no-input-scale --rate-factors scale=6",
    "ConfigError: --rate-factors: scale is of --input-scale, which is not there.",
  ],
])("refuses %s", async (flags, message) => {
  const { code, stderr } = await runCli(words(`train train.csv --target outcome ${flags} --out refused`));
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(existsSync(at("refused"))).toBe(false);
});
