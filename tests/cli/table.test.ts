/** Tables on the command line, from a file to a model and its evaluation. */
import { spawn } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { loadModel } from "../../src/index.ts";
import { type Event, events, PROGRAM, readJson } from "../helpers/cli.ts";
import { cliFolder } from "../helpers/cliFolder.ts";

const { at, runCli, runJson, start } = cliFolder({ cifar: false });
const PASSENGERS = new URL("../fixtures/tables/passengers.", import.meta.url).pathname;

const quick = "--epochs 3 --quiet --force";
/** Ensembles have tests of their own. */
const quickOne = `--members 1 ${quick}`;
const words = (text: string) => text.split(" ");

beforeAll(() => {
  copyFileSync(`${PASSENGERS}train.csv`, at("train.csv"));
  copyFileSync(`${PASSENGERS}test.csv`, at("test.csv"));
});

describe("train FILE --target COLUMN", () => {
  it("goes without a flag through names, dates, blanks, a class of two rows and unseen values, and says what it understood", async () => {
    const { code, stdout, stderr } = await runCli(
      words("train train.csv --target outcome --test test.csv --epochs 3 --out passengers"),
    );
    expect(code).toBe(0);
    expect(stderr).toContain("To be predicted: outcome");
    expect(stderr).toMatch(/test\.csv: values that were not in the training rows, in 1 column: port 2\./);
    expect(stderr).toContain("84 training, 26 test samples");
    expect(stdout).toMatch(/^test {14}loss .* accuracy .*\ncross-validation {2}loss /m);
    const config = readJson(at("passengers", "config.json"));
    expect(config).toMatchObject({
      ...{ data: "train.csv", target: ["outcome"], test: "test.csv", preset: "table", validation: 0 },
      ...{
        members: 5,
        candidates: ["network", "linear", "constant"],
        layers: [64, 64, 64],
        optimizer: "adamw",
      },
      ...{ keep: "last", standardize: "robust", epochs: 3, l2: 0 },
    });
    const model = await loadModel(at("passengers"));
    expect(model.classNames).toEqual(["lost", "saved", "unknown"]);
    await model.close();
  });

  it("has the same bits by its config.json, from the standard input, and in --json; without --test there is no test", async () => {
    const all = await runJson(words(`train train.csv --target outcome --epochs 3 --out a ${"--force"}`));
    const [begin, result] = [all[0]!, all.at(-1)!];
    expect(begin).toMatchObject({
      event: "start",
      data: { name: "train.csv", train: 84, validation: 0, test: 0 },
    });
    expect(result).toMatchObject({
      event: "result",
      test: null,
      crossValidation: { accuracy: expect.any(Number) },
    });
    const again = await runJson(words("train --config a/config.json --out b --force"));
    expect(again.at(-1)!.weightsSha256).toBe(result.weightsSha256);
    const shell = `"${process.execPath}" "${PROGRAM}" train - --target outcome --epochs 3 --out c --json < train.csv`;
    const { code, stdout } = await start("sh", ["-c", shell]).result;
    expect(code).toBe(0);
    expect(events(stdout).at(-1)!.weightsSha256).toBe(result.weightsSha256);
  });

  it("says in text which rows the scores are of", async () => {
    for (const [flags, whose] of [
      ["", "rows that the networks that predict them were not trained on"],
      ["--members 1", "the validation rows"],
      ["--validation 10", "the validation rows"],
      ["--preset table-fast", "the validation rows"],
    ] as const) {
      const args = `train train.csv --target outcome --out d ${quick} ${flags}`.trim();
      const { stdout } = await runCli(words(args));
      expect(stdout).toContain(`no test file: the scores are of ${whose}\n`);
      expect(stdout).not.toMatch(/^test /m);
    }
  });

  it("trains one network where no row can be held out", async () => {
    writeFileSync(at("two.csv"), "x,y\n1,a\n2,b\n");
    writeFileSync(at("all.csv"), `x,y\n${Array.from({ length: 9 }, (_, i) => `${i},k${i}`).join("\n")}\n`);
    for (const file of ["two.csv", "all.csv"]) {
      const { code } = await runCli(words(`train ${file} --target y --out few ${quick}`));
      expect([code, readJson(at("few", "config.json")).members]).toEqual([0, undefined]);
    }
  });

  it("proposes a command where no target is said, with the columns", async () => {
    writeFileSync(at("x.csv"), "id,Class,z\n1,a,2\n2,b,3\n");
    const { code, stderr } = await runCli(["train", "x.csv"]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'ConfigError: x.csv: which column is to be predicted? There are: "id", "Class", "z". ' +
        "Name it: nnwasm train x.csv --target Class\n",
    );
  });

  it.each([
    ["train train.csv --target nothing", 2, 'no column "nothing"'],
    [
      "train train.csv --data test.csv --target outcome",
      2,
      "train.csv and --data test.csv are two data sets",
    ],
    ["train synthetic --target outcome", 2, "--target is for tables"],
    ["train --target outcome", 2, "no file is given"],
    ["train train.csv --target outcome --size 8", 2, "--size is for images"],
    ["train train.csv --target outcome --validation 84", 2, "84 samples for validation were asked for"],
    ["train train.csv --target outcome --preset best", 2, "Allowed choices are table, table-fast, paper"],
    ["train broken.csv --target y", 4, "line 4"],
    ["train train.csv --target outcome --test other.csv", 4, "other.csv has no columns"],
    ["train - --target outcome --test -", 2, "--test - is the standard input, and so is --data."],
    ["train - --target outcome", 4, "DatasetError: the standard input is empty, expected a table."],
    ["train train.csv --target outcome --test unknown.csv", 4, '"drowned"'],
    ["evaluate nowhere train.csv", 1, "nowhere"],
  ])("%s ends with %i and says what is wrong", async (args, expected, message) => {
    writeFileSync(at("broken.csv"), 'x,y\n1,2\n2,3\n"3,4\n');
    writeFileSync(at("other.csv"), "a,b\n1,2\n");
    const test = readFileSync(at("test.csv"), "utf8");
    writeFileSync(at("unknown.csv"), test.replace(/,(lost|saved),/, ",drowned,"));
    const { code, stderr } = await runCli([...words(args), "--quiet"].filter((each) => each !== "--none"));
    expect(stderr).toContain(message);
    expect([expected === 1 ? code! > 0 : code]).toEqual([expected === 1 ? true : expected]);
  });

  it("takes a column whose name has a comma, numbers with decimal commas, and one column of features", async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `"${i},5";${i * 2}`);
    writeFileSync(at("comma.csv"), `x;"price, EUR"\n${rows.join("\n")}\n`);
    const { code, stdout } = await runCli([
      "train",
      "comma.csv",
      "--target",
      '"price, EUR"',
      ...words(`--out e ${quick}`),
    ]);
    expect([code, /rmse/.test(stdout)]).toEqual([0, true]);
    expect(readJson(at("e", "config.json"))).toMatchObject({ target: ["price, EUR"] });
  });

  it
    .skipIf(process.platform === "win32")
    .each(["train - --target y", "search - --target y", "data describe -"])(
    "%s ends at Ctrl-C while it waits for rows, and is no bug",
    async (args) => {
      const options = { cwd: at("."), stdio: "pipe" } as const;
      const child = spawn(process.execPath, [PROGRAM, ...words(args)], options);
      let stderr = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        stderr += text;
      });
      const code = new Promise((resolve) => child.on("close", resolve));
      // More than a pipe holds: where it is taken, it is read. The end does not come.
      const rows = `x,y\n${"1.5,2\n2.5,3\n".repeat(100_000)}`;
      child.stdin.on("error", () => {});
      await new Promise((resolve) => child.stdin.write(rows, resolve));
      child.kill("SIGINT");
      expect(await code).toBe(130);
      expect(stderr).toMatch(/\nInterrupted[^\n]*\.\n$/);
    },
  );

  it("goes on after an interruption, to the same bits, also where the file has moved; other data are refused", async () => {
    const args = "train train.csv --target outcome --epochs 400 --members 1 --checkpoint-every 0 --json";
    const whole = await runJson(words(`${args} --out whole`));
    const running = start(PROGRAM, words(`${args} --out cut`));
    await running.waitFor("stdout", '"epoch":20,');
    running.child.kill("SIGKILL");
    await running.result;
    copyFileSync(at("train.csv"), at("moved.csv"));
    writeFileSync(at("changed.csv"), readFileSync(at("train.csv"), "utf8").replace(",43,", ",44,"));
    const changed = await runCli(words("train --resume cut --data changed.csv --json"));
    expect([changed.code, /DatasetError/.test(changed.stderr)]).toEqual([4, true]);
    const gone = await runJson(words("train --resume cut --data moved.csv --json"));
    expect(gone.some(({ event }) => event === "resume")).toBe(true);
    expect(gone.at(-1)!.weightsSha256).toBe(whole.at(-1)!.weightsSha256);
  });
});

it("table-fast is a recipe that suits classes and numbers, with or without members, and each setting of it", async () => {
  for (const flags of [
    "--target outcome",
    "--target age --members 2",
    "--target outcome --optimizer sgd --lr 0.01",
    "--target outcome --no-input-scale --layers none",
  ]) {
    const { code, stderr } = await runCli(
      words(`train train.csv ${flags} --preset table-fast --out fitted ${quick}`),
    );
    expect([code, stderr], flags).toEqual([0, ""]);
  }
  const config = readJson(at("fitted", "config.json"));
  expect(config).toMatchObject({ preset: "table-fast", lrSchedule: "cosine", batch: 256, layers: [] });
});

describe("search FILE --target COLUMN", () => {
  it("has no column of test scores without a test, and marks a trial as the best only if it is better", async () => {
    const { code, stdout, stderr } = await runCli(
      words(
        "search train.csv --target outcome --eta-min 0 --space lr=log:1e-6:2e-6 --objective validation.accuracy --trials 4 --sampler random --epochs 1 --workers 1 --out study",
      ),
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^trial +eta-max +validation\.accuracy *$/m);
    const marked = stderr.split("\n").filter((line) => / {2}best$/.test(line));
    const values = marked.map((line) => Number(line.trim().split(/ +/)[2]));
    // At such rates no network learns anything: all trials are as good as the initial weights are.
    expect(new Set(values).size).toBe(values.length);
    expect(values.length).toBeGreaterThan(0);
  });
});

describe("evaluate MODEL DATA", () => {
  it("measures a table by every metric of its task, and draws it", async () => {
    await runCli(words(`train train.csv --target outcome --test test.csv --out f ${quickOne}`));
    const [result] = await runJson(words("evaluate f test.csv --out plots"));
    const summary = readJson(at("f", "summary.json")) as { test: { loss: number; accuracy: number } };
    expect(result).toMatchObject({
      ...{ event: "result", samples: 26, loss: summary.test.loss, accuracy: summary.test.accuracy },
      ...{ classNames: ["lost", "saved", "unknown"], support: [18, 8, 0] },
    });
    for (const name of ["logLoss", "rocAuc", "precisionMacro", "recallMacro", "f1Macro", "calibrationError"])
      expect(result![name], name).toEqual(expect.any(Number));
    const confusion = result!.confusion as number[][];
    expect(confusion.map((row) => row.reduce((a, b) => a + b))).toEqual([18, 8, 0]);
    expect((confusion[0]![0]! + confusion[1]![1]!) / 26).toBeCloseTo(summary.test.accuracy, 12);
    for (const name of ["confusion", "reliability"]) {
      expect(readFileSync(at("plots", `${name}.svg`), "utf8")).toMatch(/^<svg role="graphics-document"/);
    }
    expect((await runCli(words("evaluate f test.csv --out plots"))).code).toBe(2);
  });

  it("tells rows without a target, and the errors of numbers in their own unit", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i},${1000 + 3 * i}`);
    writeFileSync(at("line.csv"), `x,y\n${rows.join("\n")}\n`);
    writeFileSync(at("line.test.csv"), "y,x\n1003,1\n,2\n1090,30\n");
    await runCli(words(`train line.csv --target y --out g ${quickOne}`));
    const { code, stdout, stderr } = await runCli(words("evaluate g line.test.csv --json"));
    expect(stderr).toContain("line.test.csv: 1 row without a target is left out.");
    const [result] = events(stdout);
    expect([code, result!.samples]).toEqual([0, 2]);
    const { rmse, mae, residuals } = result as unknown as {
      rmse: number;
      mae: number;
      residuals: { name: string; quantiles: number[] }[];
    };
    const [least, most] = [residuals[0]!.quantiles[0]!, residuals[0]!.quantiles.at(-1)!];
    expect(residuals[0]!.name).toBe("y");
    expect(mae).toBeCloseTo((Math.abs(least) + Math.abs(most)) / 2, 3);
    expect(rmse).toBeCloseTo(Math.sqrt((least ** 2 + most ** 2) / 2), 3);
    expect((await runCli(words("evaluate g line.test.csv"))).stdout).toContain("predicted − actual");
  });
});

it("evaluate and predict --explain weigh the rows as the training did, or by the column that is told", async () => {
  const rows = Array.from({ length: 60 }, (_, i) => [i % 7, (i * 5) % 11, 3 * i, i % 2 ? "1,5" : "0"]);
  const write = (name: string, head: string, its: readonly (readonly unknown[])[]) =>
    writeFileSync(at(name), `${[head, ...its.map((row) => row.join(";"))].join("\n")}\n`);
  write("weighed.csv", "x;idle;y;w", rows);
  const kept = rows.filter((row) => row[3] !== "0").map((row) => row.slice(0, 3));
  write("kept.csv", "x;idle;y", kept);
  write(
    "twice.csv",
    "x;idle;y;w;v",
    rows.map((row) => [...row.slice(0, 3), 1, row[3] === "0" ? 0 : 1]),
  );
  await runCli(words(`train weighed.csv --target y --weight w --test kept.csv --out weighed ${quickOne}`));
  const measured = async (args: string) => {
    const all = await runJson(words(args));
    return all.map(({ event: _, data: _1, file: _2, samples: _3, rows: _4, of: _5, ...numbers }) => numbers);
  };
  const [one] = (await measured("evaluate weighed weighed.csv")) as { loss: number; rmse: number }[];
  const [other] = (await measured("evaluate weighed kept.csv")) as { loss: number; rmse: number }[];
  expect([one!.loss, one!.rmse]).toEqual([expect.closeTo(other!.loss, 5), expect.closeTo(other!.rmse, 5)]);
  const [told] = (await measured("evaluate weighed twice.csv --weight v")) as { loss: number }[];
  expect(told!.loss).toBeCloseTo(other!.loss, 5);
  const [unweighed] = (await measured("evaluate weighed twice.csv")) as { loss: number }[];
  expect(unweighed!.loss).not.toBeCloseTo(other!.loss, 4);
  const explained = (args: string) => measured(`predict weighed ${args} --explain --repeats 2`);
  const before = async (args: string) => (await explained(args)).at(-1) as { loss: number };
  expect((await before("weighed.csv")).loss).toBeCloseTo(other!.loss, 5);
  expect((await before("twice.csv --weight v")).loss).toBeCloseTo(other!.loss, 5);
  expect((await before("twice.csv")).loss).toBeCloseTo(unweighed!.loss, 5);
  for (const args of [
    "evaluate weighed weighed.csv --weight u",
    "predict weighed kept.csv --explain --weight u",
  ]) {
    const { code, stderr } = await runCli(words(args));
    expect([code, stderr]).toEqual([2, expect.stringContaining('has no column "u" with weights.')]);
  }
  // As the library measures it.
  const model = await loadModel(at("weighed"));
  const inMemory = await model.evaluate(rows.map(([x, idle, y, w]) => ({ x, idle, y, w })) as never);
  expect(inMemory).toMatchObject({ loss: one!.loss, rmse: expect.closeTo(one!.rmse, 4) });
  await model.close();
});

describe("a search on a table", () => {
  const trials = (all: readonly Event[]) =>
    all
      .filter(({ event }) => event === "trial")
      .map(({ trial, params, value, state, start }) => ({ trial, params, value, state, start }))
      // Which of several at once is the first to be done is chance.
      .sort((a, b) => Number(a.trial) - Number(b.trial));

  it("of few rows starts from the preset over folds; its command has the best trial's bits and score; it goes on", async () => {
    const { code, stdout, stderr } = await runCli(
      words("search train.csv --target outcome --activation selu --trials 3 --epochs 3 --workers 1 --out h"),
    );
    expect(code).toBe(0);
    expect(stderr).toContain(
      "84 samples; a trial is 5 networks, each trained without another of 5 folds of them\n" +
        "3 trials of up to 3 epochs by tpe, the first the preset, 1 at a time, in h",
    );
    expect(stderr).toMatch(/^ {4}0 +64,64,64 .* the preset$/m);
    expect(stdout).toMatch(/^ +0 +64,64,64 +0.15 +0.1 +0.04 +256 +\d.\d+ +the preset$/m);
    expect(stdout).toMatch(
      /^ {2}(no trial was better than the preset|the preset: \d.\d+; the best is \d.\d+ less)$/m,
    );
    expect(readJson(at("h", "study.json"))).toMatchObject({
      ...{ sampler: "tpe", objective: "validation.loss", start: true },
      settings: { preset: "table-fast", bn: false, keep: "last", cv: 5, validation: 0 },
    });
    const summary = readJson(at("h", "summary.json"));
    expect(summary).toMatchObject({ epochs: 3 * 3 * 5, start: { trial: 0 } });
    expect(summary.train).toContain(" --preset table-fast ");
    const trained = (await runJson([...words(summary.train).slice(1), "--out", "best"])).at(-1)!;
    expect(trained.weightsSha256).toBe(summary.best.weightsSha256);
    expect(trained.crossValidation.loss).toBe(summary.best.value);
    const preset = (
      await runJson(
        words(
          "train train.csv --target outcome --epochs 3 --preset table-fast --activation selu --cv 5 --out preset",
        ),
      )
    ).at(-1)!;
    expect(preset.crossValidation.loss).toBe(summary.start.value);

    const whole = trials(await runJson(words("search --resume h")));
    expect(whole.map(({ start }) => start)).toEqual([true, undefined, undefined]);
    writeFileSync(at("h", "trials.jsonl"), "");
    expect(trials(await runJson(words("search --resume h")))).toEqual(whole);
  });

  it("with validation rows keeps the epoch that a training keeps", async () => {
    const all = await runJson(
      words(
        "search train.csv --target outcome --validation 0.2 --sampler random --trials 2 --epochs 3 --workers 1 --out i",
      ),
    );
    expect(readJson(at("i", "study.json"))).toMatchObject({
      settings: { preset: "table-fast", layers: [64, 64, 64], keep: "best", validation: 0.2 },
    });
    const { train, best, start } = all.at(-1)!;
    const trained = (await runJson([...words(train).slice(1), "--out", "kept"])).at(-1)!;
    expect(trained.weightsSha256).toBe(best.weightsSha256);
    const preset =
      "train train.csv --target outcome --preset table-fast --epochs 3 --validation 0.2 --out fast";
    expect((await runJson(words(preset))).at(-1)!.validation.loss).toBe(start.value);
  });

  it("with a space of its own starts from the preset if that is in it, or if it is told to", async () => {
    const search = "search train.csv --target outcome --sampler random --trials 1 --epochs 1 --workers 1";
    const first = async (flags: string) => trials(await runJson(words(`${search} ${flags}`)))[0]!;
    expect(await first("--space lr=0.01:0.1 --out j")).toMatchObject({
      params: { "eta-max": 0.04 },
      start: true,
    });
    for (const flags of ["--space lr=0.01:0.1 --no-start --out k", "--space lr=0.001:0.01 --out l"]) {
      expect(await first(flags)).not.toHaveProperty("start", true);
    }
    for (const [flags, message] of [
      ["--space lr=0.001:0.01 --start", "--start: --space eta-max does not have the value of the settings."],
      ["--space validation=10|20", "--space validation: all trials on train.csv"],
      ["--cv 5 --objective train.loss", "train.loss: a cross-validation has no such measure."],
    ] as const) {
      const { code, stderr } = await runCli(words(`search train.csv --target outcome ${flags} --out m`));
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
  });
});
