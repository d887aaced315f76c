/** `nnwasm train` as a user has it: what it prints, what it leaves behind, and that the same is the same. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { cifar10 } from "../../src/data/cifar10.ts";
import { splitDataset } from "../../src/data/split.ts";
import { loadModel } from "../../src/model/openModel.ts";
import { encodeSafetensors } from "../../src/model/safetensors.ts";
import { VERSION } from "../../src/version.ts";
import {
  type CliResult,
  type Environment,
  type Event,
  events,
  PROGRAM,
  readJson,
  readTensors,
} from "../helpers/cli.ts";
import { cliFolder } from "../helpers/cliFolder.ts";
import { signalAt } from "../helpers/signalAt.ts";

const ESC = "\x1b";
const SCRIPT = "/usr/bin/script";
const { at, cifar, runCli, runJson, start, startCli } = cliFolder({ cifar: true });

/** `nnwasm train` on 500 samples, 200 for validation: an epoch of 5 steps. */
const train = (...more: string[]): string[] => [
  ..."train --layers 6 --limit 500 --validation 200 --epochs 1 --data".split(" "),
  cifar(),
  ...more,
];
/** A training that must succeed: its last event. */
const result = async (...args: string[]): Promise<Event> => (await runJson(args)).at(-1)!;

const EVALUATION = {
  loss: expect.any(Number),
  cost: expect.any(Number),
  accuracy: expect.any(Number),
};
const SHA256 = expect.stringMatching(/^[0-9a-f]{64}$/);

describe("train --json", () => {
  let run: CliResult;
  let all: Event[];
  let first: Event;
  let epochs: Event[];
  let last: Event;
  beforeAll(async () => {
    const more = "--bn --limit 550 --epochs 3 --seed 7 --out json --json".split(" ");
    run = await runCli(train(...more));
    all = events(run.stdout);
    first = all[0]!;
    epochs = all.slice(1, -1);
    last = all.at(-1)!;
  });

  it("prints a start, one event an epoch and a result, and nothing else on stdout", () => {
    expect(run.code).toBe(0);
    expect(all.map(({ event }) => event)).toEqual(["start", "epoch", "epoch", "epoch", "result"]);
  });

  it("tells the progress on stderr, a plain line an epoch", () => {
    expect(run.stderr).toMatch(
      /^(Epoch [123]\/3 {2}\d+ steps\/s {2}loss \d\.\d{4} {2}acc [01]\.\d{4} {2}val_loss \d\.\d{4} {2}val_acc [01]\.\d{4} {2}lr \d\.\de-\d( {2}\d+ s left)?\n){3}$/,
    );
  });

  it("begins with the resolved settings, the number of parameters and the data", () => {
    expect(first).toEqual({
      event: "start",
      command: "train",
      config: {
        data: cifar(),
        layers: [6],
        bn: "after",
        activation: "relu",
        dropout: 0,
        init: "xavier",
        biasInit: "same",
        outputInit: "same",
        l2: 0.005,
        optimizer: "sgd",
        momentum: 0,
        nesterov: false,
        lrSchedule: "cyclic",
        etaMin: 1e-5,
        etaMax: 0.1,
        stepSize: 28, // 5 · 550 / 100, rounded
        steps: 18, // 3 · ⌈550 / 100⌉
        riseShare: 0.3,
        startDivisor: 25,
        finalDivisor: 10_000,
        rateFactors: false,
        warmup: 0,
        cycles: 2,
        epochs: 3,
        batch: 100,
        validation: 200,
        limit: 550,
        standardize: "feature",
        shuffle: true,
        trainingMetrics: "full",
        minDelta: 0,
        keep: "last",
        checkpointEvery: 30,
        seed: 7,
        threads: "auto",
        simd: "auto",
        engine: "wasm",
        dtype: "float32",
      },
      parameters: 3072 * 6 + 6 + 12 + 6 * 10 + 10,
      data: { name: "cifar10", train: 550, validation: 200, test: 10_000 },
    });
  });

  it("gives each epoch its number, losses, steps and the learning rate of the next step", () => {
    for (const [index, epoch] of epochs.entries()) {
      expect(epoch).toEqual({
        event: "epoch",
        epoch: index + 1,
        learningRate: expect.closeTo(1e-5 + ((6 * (index + 1)) / 28) * (0.1 - 1e-5), 12),
        train: EVALUATION,
        validation: EVALUATION,
        steps: 6, // the last of 50 samples
        seconds: expect.any(Number),
        trainSeconds: expect.any(Number),
        stepsPerSecond: expect.closeTo(6 / epoch.trainSeconds, 6),
      });
      for (const { loss, cost, accuracy } of [epoch.train, epoch.validation]) {
        expect(loss).toBeGreaterThan(0);
        expect(cost).toBeGreaterThan(loss);
        expect(accuracy).toBeGreaterThanOrEqual(0);
        expect(accuracy).toBeLessThanOrEqual(1);
      }
    }
    const seconds = epochs.map((epoch) => epoch.seconds as number);
    expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
  });

  it("learns: the loss falls and the accuracy rises well above chance", () => {
    expect(epochs[2]!.train.loss).toBeLessThan(epochs[0]!.train.loss);
    expect(last.test.accuracy).toBeGreaterThan(0.4);
  });

  it("ends with the results on the test set, the time and the hash of the weights", () => {
    expect(last).toEqual({
      event: "result",
      test: EVALUATION,
      validation: epochs[2]!.validation,
      epochs: 3,
      steps: 18,
      seconds: expect.any(Number),
      trainSeconds: expect.any(Number),
      stepsPerSecond: expect.closeTo(18 / last.trainSeconds, 6),
      checkpointSeconds: expect.any(Number),
      firstStepSeconds: expect.any(Number),
      peakMemory: expect.any(Number),
      threads: expect.any(Number),
      simd: "narrow",
      weightsSha256: SHA256,
      out: "json",
    });
    expect(last.seconds).toBeGreaterThan(last.trainSeconds);
    expect(last.firstStepSeconds).toBeGreaterThan(0);
    expect(last.peakMemory).toBeGreaterThan(30e6);
    const sum = epochs.reduce((total, { trainSeconds }) => total + trainSeconds, 0);
    expect(last.trainSeconds).toBeCloseTo(sum, 9);
  });

  describe("leaves a folder", () => {
    it("with the promised files and no others", () => {
      expect((readdirSync(at("json"), { recursive: true }) as string[]).sort()).toEqual([
        "checkpoints",
        "checkpoints/last.safetensors",
        "config.json",
        "metrics.jsonl",
        "model.safetensors",
        "plots",
        "plots/accuracy.svg",
        "plots/cost.svg",
        "plots/learning-rate.svg",
        "plots/loss.svg",
        "summary.json",
      ]);
    });

    it("whose config.json, metrics.jsonl and summary.json say what the events said", () => {
      expect(readJson(at("json", "config.json"))).toEqual(first.config);
      const withoutName = ({ event: _, ...rest }: Event) => rest;
      expect(events(readFileSync(at("json", "metrics.jsonl"), "utf8"))).toEqual(epochs.map(withoutName));
      expect(readJson(at("json", "summary.json"))).toEqual({
        command: "train",
        version: readJson(join(PROGRAM, "../../package.json")).version,
        build: expect.stringMatching(/^[0-9a-f]{12}$/),
        node: process.version,
        parameters: first.parameters,
        state: "complete",
        ...withoutName(last),
      });
    });

    it("whose model has the promised tensors, standardisation included, and the hash that was told", () => {
      const tensors = readTensors(at("json", "model.safetensors"));
      expect([...tensors.values()].map(({ name, shape }) => [name, ...shape])).toEqual([
        ["dense1.weight", 3072, 6],
        ["dense1.bias", 6],
        ["batchnorm1.gamma", 6],
        ["batchnorm1.beta", 6],
        ["batchnorm1.movingMean", 6],
        ["batchnorm1.movingVariance", 6],
        ["dense2.weight", 6, 10],
        ["dense2.bias", 10],
        ["standardize.mean", 3072],
        ["standardize.std", 3072],
      ]);
      const hash = createHash("sha256");
      for (const { name, data } of tensors.values()) {
        expect(data.every(Number.isFinite)).toBe(true);
        if (!name.startsWith("standardize."))
          hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      }
      expect(hash.digest("hex")).toBe(last.weightsSha256);
      expect(Math.min(...tensors.get("standardize.std")!.data)).toBeGreaterThan(0);
    });

    it("whose model opens by the folder, with the names of the classes, the settings and the same results", async () => {
      const model = await loadModel(at("json"));
      expect(await model.weightsSha256()).toBe(last.weightsSha256);
      expect(model.classNames).toHaveLength(10);
      expect(model.classNames).toContain("airplane");
      // What changes no result is left out, so that the same training leaves the same file.
      const { threads: _, checkpointEvery: __, simd: ___, ...settings } = first.config as Event;
      expect(model.provenance).toMatchObject({ version: VERSION });
      expect(model.provenance!.settings).toEqual(settings);
      expect(model.provenance!.data).toEqual({
        "training samples": expect.stringMatching(/^\d+ of 3072 uint8, 1 uint8: [0-9a-f]{32}$/),
        "validation samples": expect.stringMatching(/^200 of 3072 uint8, 1 uint8: [0-9a-f]{32}$/),
      });
      const dataset = await cifar10(cifar());
      const { test, validation } = splitDataset(dataset, { validation: 200, seed: 7 });
      expect(await model.evaluate(test)).toEqual(last.test);
      expect(await model.evaluate(validation!)).toEqual(last.validation);
    });

    it.each([
      ["cost", "training", "validation"],
      ["loss", "training", "validation"],
      ["accuracy", "training", "validation"],
      ["learning-rate", "learning rate η", "epoch"],
    ])("with a plot of the %s that has curves and words", (name, ...words) => {
      const svg = readFileSync(at("json", "plots", `${name}.svg`), "utf8");
      expect(svg).toMatch(/^<svg .*<\/svg>\s*$/s);
      expect(svg.match(/<path /g)!.length).toBeGreaterThan(words[0] === "training" ? 8 : 4);
      for (const word of words) expect(svg).toContain(word);
    });

    it("whose config.json, the seed in it, repeats the training bit for bit", async () => {
      const again = await result("train", "--config", at("json", "config.json"), "--out", "again");
      expect(again.weightsSha256).toBe(last.weightsSha256);
      expect(readJson(at("again", "config.json"))).toEqual(first.config);
    });

    it("which another run does not touch, unless --force replaces it", async () => {
      const before = readFileSync(at("json", "summary.json"), "utf8");
      const refused = await runCli(train("--out", "json"));
      expect(refused.code).toBe(2);
      expect(refused.stdout).toBe("");
      expect(refused.stderr).toBe(
        "ConfigError: --out json: the folder is not empty. Give another folder, --resume json to go on with what is in it, or --force to replace it.\n",
      );
      expect(readFileSync(at("json", "summary.json"), "utf8")).toBe(before);
      const forced = await result(...train("--out", "json", "--force"));
      expect(readJson(at("json", "summary.json")).weightsSha256).toBe(forced.weightsSha256);
      expect(events(readFileSync(at("json", "metrics.jsonl"), "utf8"))).toHaveLength(1);
    });
  });
});

describe("train", () => {
  it("describes the data and the model on stderr, and prints the results on stdout", async () => {
    const { code, stdout, stderr } = await runCli(train("--bn", "--epochs", "2", "--out", "human"));
    expect(code).toBe(0);
    const lines = stderr.split("\n");
    expect(lines.slice(0, 8)).toEqual([
      `cifar10 (${cifar()}): 500 training, 200 validation, 10000 test samples of 3072 numbers, 10 classes`,
      "  layer       numbers   parameters",
      "  dense1      3072 → 6       18438",
      "  relu1       6",
      "  batchnorm1  6 → 6             12",
      "  dense2      6 → 10            70",
      "  softmax1    10",
      "                             18520",
    ]);
    expect(lines[8]).toBe(
      "2 epochs, batch 100, sgd, learning rate cyclic 0.00001 … 0.1, step size 25, λ 0.005, " +
        "init xavier (biases too), seed 1",
    );
    expect(lines[9]).toMatch(/^Epoch 1\/2 {2}\d+ steps\/s {2}loss .* {2}\d+ s left$/);
    expect(lines[10]).toMatch(/^Epoch 2\/2 {2}\d+ steps\/s {2}loss .* {2}lr 4\.0e-2$/);
    expect(lines.slice(11)).toEqual([""]);
    expect(stdout).toMatch(
      /^test {8}loss \d\.\d{4} {2}cost \d\.\d{4} {2}accuracy [01]\.\d{4}\nvalidation {2}loss \d\.\d{4} {2}cost \d\.\d{4} {2}accuracy [01]\.\d{4}\n2 epochs, 10 steps in \d+\.\d s \(\d+ steps\/s, \d+ threads?\); \d+\.\d s in all\nsaved in human: model\.safetensors, metrics\.jsonl, summary\.json, config\.json, plots\/\n$/,
    );
    expect(stdout + stderr).not.toContain(ESC);
    expect(stdout + stderr).not.toContain("\r");
  });

  it("prints the results alone with --quiet", async () => {
    const { code, stdout, stderr } = await runCli(train("--quiet", "--out", "quiet"));
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      /^test {8}loss .*\nvalidation {2}loss .*\n1 epoch, 5 steps in .*\nsaved in quiet: /,
    );
  });

  const missing = process.platform === "linux" && existsSync(SCRIPT) ? "" : ` (needs util-linux's ${SCRIPT})`;
  describe.skipIf(missing)(`on a terminal${missing}`, () => {
    /** Runs four epochs of 100 steps behind a pseudo-terminal of so many columns, which mixes stdout and stderr. */
    async function onTerminal(columns: number, out: string, env: Environment = {}): Promise<string> {
      const args = train(
        "--layers",
        "100",
        "--limit",
        "2000",
        "--batch",
        "20",
        "--epochs",
        "4",
        "--out",
        out,
      );
      const command = `stty cols ${columns}; '${process.execPath}' '${PROGRAM}' ${args.join(" ")}`;
      const terminal = { TERM: "xterm-256color", ...env };
      const { code, stdout } = await start(SCRIPT, ["-qec", command, "/dev/null"], terminal).result;
      expect(code).toBe(0);
      return stdout.replaceAll(ESC, "␛");
    }
    const drawn = (text: string) => text.split("\r␛[2K").filter((line) => !line.includes("\n"));

    it("draws a bar with the rate and the time left, in colours", async () => {
      const text = await onTerminal(100, "terminal");
      const bars = drawn(text).filter((line) => /^Epoch [1-4]\/4 {2}/.test(line));
      expect(bars.length).toBeGreaterThan(0);
      for (const line of bars) {
        expect(line).toMatch(
          /^Epoch [1-4]\/4 {2}␛\[36m━*␛\[39m␛\[2m─*␛\[22m {2}\d+\/100 {2}\d+ steps\/s {2}loss \d+\.\d{3} {2}(\d+ min )?\d+ s left$/,
        );
        expect(line.match(/[━─]/g)).toHaveLength(20);
      }
      // What was drawn is taken away before the line that stays.
      expect(text).toMatch(/\r␛\[2KEpoch [1-4]\/4 {2}\d+ steps\/s {2}loss /);
    });

    it("draws without colours with NO_COLOR, and within a narrow terminal, so that no line breaks", async () => {
      const text = await onTerminal(40, "narrow", { NO_COLOR: "1" });
      const lines = drawn(text);
      expect(lines.some((line) => /^Epoch [1-4]\/4 {2}\d+\/100 {2}\d+ steps\/s {2}/.test(line))).toBe(true);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(40);
      expect(text.replaceAll("␛[2K", "")).not.toContain("␛");
    });
  });
});

describe("the same training", () => {
  let reference: Event;
  beforeAll(async () => {
    reference = await result(...train("--bn"));
  });

  it("gives other weights with another seed, in the next folder of runs/", async () => {
    const other = await result(...train("--bn", "--seed", "2"));
    expect(other.weightsSha256).not.toBe(reference.weightsSha256);
    expect([reference.out, other.out]).toEqual(["runs/train-001", "runs/train-002"]);
  });

  it("gives the same weights in JavaScript as in WebAssembly", async () => {
    expect((await result(...train("--bn", "--engine", "js"))).weightsSha256).toBe(reference.weightsSha256);
  });

  it("gives nearly the same in float64, and saves it so", async () => {
    const double = await result(...train("--bn", "--dtype", "float64", "--out", "double"));
    expect(double.test.loss).toBeCloseTo(reference.test.loss, 4);
    expect(double.weightsSha256).not.toBe(reference.weightsSha256);
    const { data } = readTensors(at("double", "model.safetensors")).get("dense1.weight")!;
    expect(data).toBeInstanceOf(Float64Array);
  });

  it("goes on from a file: one epoch and one more are two, to the bit", async () => {
    const constant = ["--bn", "--no-shuffle", "--lr-schedule", "constant", "--eta-max", "0.01"];
    await result(...train(...constant, "--out", "half"));
    const init = ["--init", at("half", "model.safetensors")];
    const resumed = await result(...train(...constant, ...init, "--out", "resumed"));
    const whole = await result(...train(...constant, "--epochs", "2", "--out", "whole"));
    expect(resumed.weightsSha256).toBe(whole.weightsSha256);
    expect(resumed.test).toEqual(whole.test);
    expect(readJson(at("resumed", "config.json"))).toMatchObject({ shuffle: false, init: init[1] });
    // As version 0.1.0 wrote it, and as any other program does.
    for (const metadata of [{ format: "nnwasm", version: "0.1.0", network: '{"layers":[6]}' }, {}]) {
      const bytes = encodeSafetensors(readTensors(at("half", "model.safetensors")).values(), metadata);
      writeFileSync(at("other.safetensors"), bytes);
      const other = await result(...train(...constant, "--init", "other.safetensors"));
      expect(other.weightsSha256).toBe(whole.weightsSha256);
    }
  });
});

describe("what ends a training early", () => {
  const endless = (...more: string[]) => train("--epochs", "1000000", ...more);
  const state = (out: string) => readJson(at(out, "summary.json"));

  it.each(["SIGINT", "SIGTERM"] as const)(
    "%s ends it after a step, saves and exits with 130",
    async (signal) => {
      const { child, waitFor, result } = startCli(endless("--json", "--out", signal));
      await waitFor("stdout", '"event":"epoch"');
      child.kill(signal);
      const { code, stdout, stderr } = await result;
      expect(code).toBe(130);
      const epochs = events(stdout).slice(1, -1);
      expect(epochs.every(({ event }) => event === "epoch")).toBe(true);
      const { steps, ...summary } = state(signal);
      expect(summary).toMatchObject({
        state: "interrupted",
        epochs: epochs.length,
        weightsSha256: SHA256,
        out: signal,
      });
      expect(steps).toBeGreaterThanOrEqual(5 * epochs.length);
      const message =
        `Interrupted after ${steps} steps, in epoch ${epochs.length + 1}. ` +
        `The model as it is, and the numbers of the epochs before, are in ${signal}. Go on with: nnwasm train --resume ${signal}`;
      expect(events(stdout).at(-1)).toEqual({ event: "error", name: "Interrupted", message, exitCode: 130 });
      expect(stderr).toContain("\nStopping, and saving what there is. Ctrl-C again stops at once.\n");
      expect(stderr.endsWith(`${message}\n`)).toBe(true);
      expect(readTensors(at(signal, "model.safetensors")).size).toBe(6);
      expect(events(readFileSync(at(signal, "metrics.jsonl"), "utf8"))).toHaveLength(epochs.length);
      expect(readdirSync(at(signal, "plots"))).toHaveLength(4);
    },
  );

  it("a second Ctrl-C stops it at once", async () => {
    const twice = signalAt(
      { stream: "stdout", text: '"event":"epoch"', signal: "SIGINT" },
      { stream: "stderr", text: "Ctrl-C again stops at once.", signal: "SIGINT" },
    );
    const { code, stdout } = await runCli(endless("--json", "--out", "twice"), twice);
    expect(code).toBe(130);
    expect(events(stdout).at(-1)!.event).toBe("epoch");
    expect(existsSync(at("twice", "plots", "learning-rate.svg"))).toBe(false);
  });

  it("a loss that is not finite exits with 3 and says where, and what to try", async () => {
    const args = train("--eta-max", "1e30", "--lr-schedule", "constant", "--json", "--out", "diverged");
    const { code, stdout, stderr } = await runCli(args);
    expect(code).toBe(3);
    const { message, ...event } = events(stdout).at(-1)!;
    expect(event).toEqual({ event: "error", name: "TrainingError", exitCode: 3 });
    expect(message).toMatch(
      /^The loss is (NaN|Infinity) at step [2-5] \(epoch 1, learning rate 1e\+30\)\. Try a lower etaMax, batch normalisation, or a smaller initialisation; or check the data for extreme values\.$/,
    );
    expect(stderr).toBe(`TrainingError: ${message}\n`);
    expect(state("diverged")).toMatchObject({ state: "diverged", error: message, epochs: 0 });
    expect(existsSync(at("diverged", "model.safetensors"))).toBe(false);
  });

  it("samples that do not fit in WebAssembly's memory are refused with the sizes, before any is allocated", async () => {
    const { code, stderr } = await runCli(train("--layers", "4000000", "--quiet", "--out", "large"));
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^MemoryError: The samples need \d+ bytes and the model \d+\. \d+ bytes are needed, 4294901760 are the most that WebAssembly can address\. Use fewer samples, smaller layers or a smaller batch\.\n$/,
    );
    expect(state("large").state).toBe("failed");
  });

  it("a pipe whose reader has left ends it without a stack", async () => {
    const line = `'${process.execPath}' '${PROGRAM}' ${endless("--json", "--out", "pipe").join(" ")} | head -1`;
    const { stdout, stderr } = await start("bash", ["-c", `${line}; echo \${PIPESTATUS[0]}`]).result;
    const [first, status] = stdout.trimEnd().split("\n");
    expect(JSON.parse(first!).event).toBe("start");
    expect(status).toBe("130");
    expect(stderr).toContain("Interrupted after ");
    expect(stderr).not.toMatch(/\n {4}at |EPIPE|Unhandled/);
    expect(state("pipe").state).toBe("interrupted");
  });

  it.skipIf(!existsSync("/dev/full"))("a full disk behind stdout is an error of one line", async () => {
    const line = `'${process.execPath}' '${PROGRAM}' ${train("--json", "--out", "full").join(" ")} > /dev/full`;
    const { code, stderr } = await start("bash", ["-c", line]).result;
    expect(code).toBe(4);
    expect(stderr.split("\n")[0]).toBe(
      "FileError: stdout cannot be written: no space is left on the device (ENOSPC). Free some space, or choose another place.",
    );
    expect(stderr).not.toMatch(/\n {4}at /);
  });
});
