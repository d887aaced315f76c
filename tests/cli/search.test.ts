/** `nnwasm search` as a user has it. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../src/random.ts";
import { samplers } from "../../src/tuner/samplers/index.ts";
import { type Event, events, readJson } from "../helpers/cli.ts";
import { cliFolder, words } from "../helpers/cliFolder.ts";
import { killedAgainAndAgain } from "../helpers/kills.ts";
import { signalAt } from "../helpers/signalAt.ts";

const { at, cifar, runCli, runJson, startCli } = cliFolder({ cifar: true });

/** Small networks on 300 samples of CIFAR-10's kind. */
const search = (...more: string[]): string[] => [
  ..."search --layers 6 --limit 300 --validation 200 --epochs 4 --data".split(" "),
  cifar(),
  ...more,
];
const TPE = words(
  "--sampler tpe --startup 3 --trials 10 --space l2=log:1e-5:1e-1 --space eta-max=log:0.001:1",
);
const ASHA = [...TPE, ...words("--pruner asha --reduction 2 --round-size 5")];

/** What must be the same however a search comes to its end. */
const table = (all: Event[]) =>
  all
    .filter(({ event }) => event === "trial")
    .sort((a, b) => a.trial - b.trial)
    .map(({ trial, params, value, state, test }) => ({ trial, params, value, state, test }));

describe("search", () => {
  let all: Event[];
  beforeAll(async () => {
    all = await runJson(search(...words("--coarse 4 --fine 2 --rounds 2 --workers 2 --out first")));
  });

  it("of itself is the paper's: λ from coarse to fine, with batch normalisation", () => {
    const [start, ...rest] = all;
    expect(start).toMatchObject({
      event: "start",
      command: "search",
      config: {
        space: ["l2=log:1e-5:1e-1"],
        sampler: "coarse-to-fine",
        objective: "validation.accuracy",
        trials: 6,
        settings: { bn: "after", layers: [6], seed: 1 },
      },
      data: { name: "cifar10", train: 300, validation: 200, test: 10_000 },
      out: "first",
    });
    expect(rest.map(({ event }) => event)).toEqual([...new Array(6).fill("trial"), "result"]);
    const trials = table(rest);
    const coarse = trials.slice(0, 4);
    const best = coarse.reduce((a, b) => (b.value > a.value ? b : a)).params.l2;
    for (const { params } of trials.slice(4)) {
      expect(params.l2).toBeGreaterThanOrEqual(0.8 * best);
      expect(params.l2).toBeLessThanOrEqual(1.2 * best);
    }
  });

  it("names the best trial, and the training that it was, to the bit", async () => {
    const result = all.at(-1)!;
    const trials = table(all);
    const value = Math.max(...trials.map((trial) => trial.value));
    expect(result).toMatchObject({ trials: 6, complete: 6, pruned: 0, failed: 0, epochs: 24 });
    const { state: _, ...best } = trials.find((trial) => trial.value === value)!;
    expect(result.best).toMatchObject(best);
    expect(result.train).toMatch(/^nnwasm train --layers 6 --bn .* --l2 [0-9.e-]+$/);
    const again = await runJson(words(result.train).slice(1));
    expect(again.at(-1)!.weightsSha256).toBe(result.best.weightsSha256);
    expect(again.at(-1)!.test).toEqual(result.best.test);
  });

  it("leaves a folder with the trials, the report and the plots", () => {
    expect(readdirSync(at("first")).sort()).toEqual(
      words("plots report.html study.json summary.json trials.jsonl"),
    );
    expect(readdirSync(at("first", "plots"))).toEqual(
      expect.arrayContaining(words("history.svg parallel-coordinates.svg parameter-l2.svg")),
    );
    const lines = readFileSync(at("first", "trials.jsonl"), "utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).trial).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(readJson(at("first", "summary.json")).best.value).toBe(all.at(-1)!.best.value);
    const text = readFileSync(at("first", "report.html"), "utf8").replace(/<[^>]+>/g, "");
    expect(text).toContain("nnwasm train --layers 6 --bn");
    expect(text).toContain("cifar10, 50000 training samples: 200 for validation, 300 of the rest used");
  });

  it("shows a row for each trial as it ends, then the table from best to worst and the command", async () => {
    const { code, stdout, stderr } = await runCli(search(...words("--coarse 3 --rounds 1 --out shown")));
    expect(code).toBe(0);
    expect(stderr).toMatch(/trial +l2 +validation\.accuracy +epochs +seconds\n/);
    expect(stderr.match(/^ +[012] .*$/gm)!.length).toBe(3);
    const values = [...stdout.matchAll(/^ +[012] +\S+ +(0\.\d{4}) +0\.\d{4}$/gm)].map(([, value]) =>
      Number(value),
    );
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(values.length).toBe(3);
    expect(stdout).toMatch(/\nbest: trial [012], validation\.accuracy 0\.\d{4}: l2 \S+\n {2}nnwasm train /);
    expect(stdout).toContain("saved in shown: report.html, plots/, trials.jsonl, summary.json\n");
  });

  it.each([
    ["coarse-to-fine", words("--coarse 4 --fine 3 --rounds 2")],
    ["TPE with ASHA", ASHA],
    ["median", [...TPE, ...words("--pruner median --round-size 5")]],
  ])("by %s gives the same trials with one worker as with three", async (_name, flags) => {
    const [one, three] = await Promise.all(
      ["1", "3"].map((workers) => runJson(search(...flags, "--workers", workers))),
    );
    expect(table(three!)).toEqual(table(one!));
    const states = table(one!).map(({ state }) => state);
    expect(states.length).toBe(flags.includes("--coarse") ? 7 : 10);
    expect(states.includes("pruned")).toBe(flags.includes("--pruner"));
  });

  it("prunes by ASHA: it trains fewer epochs, and says which trials it ended", async () => {
    const [whole, pruned] = await Promise.all([TPE, ASHA].map((flags) => runJson(search(...flags))));
    expect(whole!.at(-1)).toMatchObject({ complete: 10, pruned: 0, epochs: 40 });
    const { complete, pruned: count, epochs } = pruned!.at(-1)!;
    expect(complete + count).toBe(10);
    expect(epochs).toBeLessThan(28);
    expect(table(pruned!).filter(({ state }) => state === "pruned").length).toBe(count);
  });

  it("records a training that diverges, and goes on", async () => {
    const flags = words("--sampler grid --points 2 --space eta-max=0.01:1e9 --eta-min 0 --max-failures 3");
    const all = await runJson(search(...flags));
    expect(table(all).map(({ state }) => state)).toEqual(["complete", "failed"]);
    expect(all.find(({ state }) => state === "failed")).toMatchObject({
      value: null,
      error: expect.stringMatching(/^The loss is (NaN|Infinity) at step \d+/),
    });
    expect(all.at(-1)).toMatchObject({ event: "result", complete: 1, failed: 1 });
  });

  it("ends when too many fail in a row", async () => {
    const flags = words("--sampler random --trials 9 --space eta-max=1e9:2e9 --max-failures 2 --workers 1");
    const { code, stderr } = await runCli(search(...flags));
    expect(code).toBe(1);
    expect(stderr).toContain(
      "StudyError: 2 trials in a row have failed, 0 to 1; the last one said: The loss is",
    );
  });
});

describe("a search that is cut off", () => {
  it.each([
    ["coarse to fine", words("--coarse 6 --fine 3 --rounds 3")],
    ["with TPE and ASHA", ASHA],
  ])("with kill -9, again and again, ends with the table of one that is not: %s", async (name, flags) => {
    const begin = performance.now();
    const whole = table(await runJson(search(...flags)));
    const { last } = await killedAgainAndAgain({
      cwd: at(),
      name: `killed ${name}`,
      begin: (out) => search(...flags, "--json", "--out", out),
      resume: (out) => ["search", "--json", "--resume", out],
      milliseconds: performance.now() - begin,
      random: new Random(1, "kill", name),
      isTooEarly: (stderr) => stderr.includes("study.json cannot be read"),
    });
    expect(table(last)).toEqual(whole);
  });

  it("with Ctrl-C, keeps what has ended and says how to go on", async () => {
    const stopAfter = (text: string) => signalAt({ stream: "stdout", text, signal: "SIGINT" });
    const { code, stderr, stdout } = await runCli(
      search(...TPE, "--workers", "1", "--json", "--out", "stopped"),
      stopAfter('"trial":1'),
    );
    expect(code).toBe(130);
    const recorded = table(events(stdout)).length;
    expect(recorded).toBeGreaterThanOrEqual(2);
    expect(stderr).toContain(
      `Interrupted after ${recorded} of 10 trials. Go on with: nnwasm search --resume stopped`,
    );
    // To more trials than it had, and stopped again: it knows how many.
    const more = words("search --resume stopped --trials 12 --json");
    expect((await runCli(more, stopAfter('"trial":3'))).code).toBe(130);
    expect(table(await runJson(words("search --resume stopped"))).length).toBe(12);
  });

  it("half-way through a line of trials.jsonl, runs that trial again", async () => {
    const flags = search(...words("--coarse 3 --rounds 1"), "--out", "torn");
    const whole = table(await runJson(flags));
    const file = at("torn", "trials.jsonl");
    writeFileSync(file, readFileSync(file).subarray(0, -30));
    expect(table(await runJson(words("search --resume torn")))).toEqual(whole);
  });
});

describe("a search's parameters", () => {
  it("have their flags' names in events, tables, files and reports; an older folder's are read", async () => {
    const flags = words("--sampler random --trials 3 --space lr=log:0.01:0.1 --space bias-init=same|zeros");
    const { code, stdout, stderr } = await runCli(search(...flags, "--out", "named"));
    expect(code).toBe(0);
    expect(stderr).toMatch(/^trial +eta-max +bias-init +validation\.accuracy +epochs +seconds$/m);
    expect(stdout).toMatch(/^trial +eta-max +bias-init +validation\.accuracy +test acc\.$/m);
    expect(stdout).toMatch(/^best: trial \d, .*: eta-max \S+ {2}bias-init (same|zeros)$/m);
    expect(readdirSync(at("named", "plots")).sort()).toEqual(
      words("history.svg parallel-coordinates.svg parameter-bias-init.svg parameter-eta-max.svg"),
    );
    const html = readFileSync(at("named", "report.html"), "utf8");
    expect(html).toContain("<h1>Search for eta-max, bias-init</h1>");
    expect(html.replace(/<[^>]+>/g, "")).toContain("--space eta-max=log:0.01:0.1");
    expect(html).not.toMatch(/etaMax|biasInit/);
    expect(readJson(at("named", "study.json")).space).toEqual([
      "eta-max=log:0.01:0.1",
      "bias-init=same|zeros",
    ]);
    expect(Object.keys(readJson(at("named", "summary.json")).best.params)).toEqual(["eta-max", "bias-init"]);

    const file = at("named", "trials.jsonl");
    const text = readFileSync(file, "utf8");
    expect(Object.keys(JSON.parse(text.split("\n")[0]!).params)).toEqual(["eta-max", "bias-init"]);
    const whole = table(await runJson(words("search --resume named")));
    expect(Object.keys(whole[0]!.params)).toEqual(["eta-max", "bias-init"]);
    // As the folder was written before: the settings' names, the last trial to be run again.
    const older = text.replaceAll("eta-max", "etaMax").replaceAll("bias-init", "biasInit");
    writeFileSync(
      file,
      older
        .split("\n")
        .slice(0, 2)
        .map((line) => `${line}\n`)
        .join(""),
    );
    const study = at("named", "study.json");
    const description = readFileSync(study, "utf8");
    writeFileSync(study, description.replace("eta-max=", "etaMax=").replace("bias-init=", "biasInit="));
    expect(table(await runJson(words("search --resume named")))).toEqual(whole);
  }, 60_000);
});

describe("a trial that diverged", () => {
  it("has failed where a folder of before has it complete with a loss that JSON has lost", async () => {
    const flags = words("--sampler random --trials 3 --epochs 1 --out lost");
    const whole = table(await runJson(search(...flags)));
    const file = at("lost", "trials.jsonl");
    const lines = readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    // An accuracy that is higher than all others, of weights that are not finite; and a value that is lost itself.
    Object.assign(
      lines.find(({ trial }) => trial === 0),
      {
        value: 0.999,
        attributes: { test: { loss: null, cost: null, accuracy: 0.1 } },
      },
    );
    Object.assign(
      lines.find(({ trial }) => trial === 1),
      { value: null },
    );
    writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    const all = await runJson(words("search --resume lost"));
    expect(table(all).map(({ state, value }) => [state, value])).toEqual([
      ["failed", null],
      ["failed", null],
      ["complete", whole[2]!.value],
    ]);
    expect(all.find(({ trial }) => trial === 0)!.error).toBe(
      "A measure of it was not a finite number: the training had diverged.",
    );
    expect(all.at(-1)).toMatchObject({ complete: 1, failed: 2, best: { trial: 2 } });
  }, 60_000);
});

describe("search refuses", () => {
  beforeAll(async () => {
    await runJson(search(...words("--coarse 1 --rounds 1 --out there")));
  });
  const fails = async (args: string[]) => {
    const { code, stderr } = await runCli(args);
    return [code, stderr.trimEnd().split("\n").at(-1)];
  };

  it("settings beside --resume", async () => {
    expect(await fails(words("search --resume there --l2 0.1"))).toEqual([
      2,
      "ConfigError: --l2 with --resume: the search goes on with the settings of there/study.json. Leave it out, or begin another search. (--trials, --workers, --max-failures and the queue may change.)",
    ]);
  });

  it("what a file of --config asks for and no trial can do, but not the defaults of a run's config.json", async () => {
    const searchWith = async (file: object) => {
      writeFileSync(at("config.json"), JSON.stringify(file));
      return await runCli(
        search(..."--config config.json --coarse 2 --rounds 1 --out configured --force --quiet".split(" ")),
      );
    };
    const defaults = { keep: "last", minDelta: 0, checkpointEvery: 5, threads: 2, batch: 50 };
    for (const [key, value] of [
      ["patience", 3],
      ["monitor", "validation.accuracy"],
    ] as const) {
      const { code, stderr } = await searchWith({ ...defaults, [key]: value });
      expect(code).toBe(2);
      expect(stderr).toBe(
        `ConfigError: --config config.json: ${key} is ${JSON.stringify(value)}, but a search has no --${key}: ` +
          "trials are ended by --pruner, and not by their own measures. Take it out of the file.\n",
      );
    }
    expect((await searchWith(defaults)).code).toBe(0);
  });

  it("a folder that is in use", async () => {
    expect(await fails(search("--out", "there"))).toEqual([
      2,
      "ConfigError: --out there: the folder is not empty. Give another folder, --resume there to go on with what is in it, or --force to replace it.",
    ]);
  });

  it("settings that cannot be, before it takes an old search away", async () => {
    const before = readFileSync(at("there", "trials.jsonl"), "utf8");
    const flags = words("--sampler random --pruner asha --brackets 9 --epochs 2 --out there --force");
    expect((await runCli(search(...flags))).code).toBe(2);
    expect(readFileSync(at("there", "trials.jsonl"), "utf8")).toBe(before);
  });

  it("a folder in which another process searches", async () => {
    const running = startCli(search(...words("--workers 1 --out busy --json")));
    await running.waitFor("stdout", '"event":"start"');
    // Else it might have come to its end before the other one looks.
    running.child.kill("SIGSTOP");
    expect(await fails(words("search --resume busy"))).toEqual([
      2,
      `ConfigError: busy is in use by process ${running.child.pid}. Wait for it, or end it; if it is none of nnwasm's, remove busy/lock.`,
    ]);
    running.child.kill("SIGKILL");
    await running.result;
    // The lock of a process that is gone is none.
    const { code } = await runCli(words("search --resume busy --json"));
    expect(code).toBe(0);
  });

  it("a trial that is there twice", async () => {
    const file = at("there", "trials.jsonl");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text + text);
    expect(await fails(words("search --resume there"))).toEqual([
      4,
      "FileError: there/trials.jsonl, line 2: trial 0 is there twice. Take the line away.",
    ]);
    writeFileSync(file, text);
  });

  it("a folder that is no search's", async () => {
    expect(await fails(words("search --resume nowhere"))).toEqual([
      4,
      "FileError: nowhere/study.json cannot be read: it does not exist (ENOENT). Check the path.",
    ]);
  });

  it.each([
    ["trial", -1, "trial is -1, expected >=0"],
    ["trial", 1e15, "trial is 1000000000000000, expected <=1000000"],
    [
      "attributes",
      { test: { loss: 1, cost: 1, accuracy: "high" } },
      'attributes.test.accuracy is "high", expected ((number | null) | Array)',
    ],
    ["state", "lost", 'state is "lost", expected ("complete" | "pruned" | "failed")'],
    ["params", { l2: 7 }, "l2 is not what study.json says that it can be"],
    ["params", { l2: 0.01, batch: 3 }, "batch is not what study.json says that it can be"],
    ["state", "failed", "value is not what study.json says that it can be"],
    ["params", { l2: 0.01, constructor: 3 }, "constructor is not what study.json says that it can be"],
  ])("a line of which %s is %j", async (field, value, message) => {
    const file = at("there", "trials.jsonl");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, `${JSON.stringify({ ...JSON.parse(text), [field]: value })}\n`);
    expect(await fails(words("search --resume there"))).toEqual([
      4,
      `FileError: there/trials.jsonl, line 1: ${message}. Take the line away and the trial runs again.`,
    ]);
    writeFileSync(file, text);
  });

  it("other data than it was begun on", async () => {
    const file = at("there", "study.json");
    const study = readJson(file);
    writeFileSync(file, JSON.stringify({ ...study, data: { ...study.data, training: 40_000 } }));
    expect(await fails(words("search --resume there"))).toEqual([
      2,
      "ConfigError: --resume there: it was begun on cifar10 (40000 training, 10000 test samples), the data here are cifar10 (50000 training, 10000 test samples). Put the data back where they were, or begin anew.",
    ]);
    writeFileSync(file, JSON.stringify(study));
  });

  it.each([
    [["--space", "nonesuch=0:1"], 'no setting "nonesuch"'],
    [
      ["--trials", "21"],
      "--trials 21: coarse-to-fine ends after 20. Give more with --coarse, --fine or --rounds",
    ],
    [["--sampler", "random", "--coarse", "3"], "--coarse is of --sampler coarse-to-fine, not of random."],
    [["--reduction", "2"], "--reduction is of --pruner asha, not of none."],
    [["--space", "layers.2=int:4:8"], "layers.2: there are 1 hidden layers (6). Give --layers as many"],
    [["--limit", "1"], "1 samples in batches of 100 give no batch of at least 2"],
    [["--sampler", "nonesuch"], `Allowed choices are ${Object.keys(samplers).join(", ")}.`],
    [["--workers", "0"], "Expected an integer from 1 to 256, or auto."],
    [["--validation", "0"], "there are no validation samples. Give --validation more than 0."],
    [["--eta-min", "1"], "--eta-min 1 is above --eta-max 0.1. Lower the one or raise the other."],
  ])("%j, before the first trial", async (flags, message) => {
    const { code, stderr, stdout } = await runCli(search(...flags, "--json"));
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stdout).not.toContain('"event":"trial"');
  });
});
