/** Where the settings of a training come from, what each does, and what is refused. */
import { existsSync, mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { initializerNames } from "../../src/initializers/index.ts";
import { encodeSafetensors } from "../../src/model/safetensors.ts";
import { optimizers } from "../../src/optimizers/index.ts";
import { schedules } from "../../src/schedules/index.ts";
import { settingNames } from "../../src/settings/names.ts";
import { VERSION } from "../../src/version.ts";
import { FILES } from "../helpers/cifarFixture.ts";
import { type Environment, type Event, events, readTensors } from "../helpers/cli.ts";
import { cliFolder } from "../helpers/cliFolder.ts";

const { at, cifar, runCli, runJson } = cliFolder({ cifar: true });
let runs = 0;

/** Trains on 300 samples for an epoch, if the flags do not say otherwise, and gives what came out. */
async function train(flags: string, env?: Environment) {
  const out = `run-${++runs}`;
  const begin = `train --data ${cifar()} --limit 300 --validation 100 --epochs 1 --out ${out}`;
  const all = await runJson(`${begin} ${flags}`.trim().split(" "), env);
  return {
    config: all[0]!.config as Event,
    parameters: all[0]!.parameters as number,
    epochs: all.slice(1, -1),
    result: all.at(-1)!,
    tensors: readTensors(at(out, "model.safetensors")),
  };
}

/** The standard deviation around 0. */
const deviation = (data: ArrayLike<number>) =>
  Math.sqrt(Array.from(data).reduce((sum, value) => sum + value * value, 0) / data.length);

describe("a setting", () => {
  it("comes from the flag, else NNWASM_…, else the file of --config, else the paper", async () => {
    const file = { seed: 11, batch: 30, layers: [3], shuffle: false, data: "nowhere" };
    writeFileSync(at("given.json"), JSON.stringify(file));
    // NNWASM_DATA alone is no setting: it is where --data cifar10 is looked for.
    const env = { NNWASM_SEED: "12", NNWASM_BATCH: "40", NNWASM_ETA_MAX: "0.03", NNWASM_DATA: cifar() };
    const { config } = await train("--config given.json --seed 13 --data cifar10", env);
    expect(config).toMatchObject({
      seed: 13,
      batch: 40,
      etaMax: 0.03,
      layers: [3],
      shuffle: false,
      l2: 0.005,
      data: "cifar10",
    });
  });

  it("has a second name, in flags, the environment and files alike: --lr for --eta-max, --lambda for --l2", async () => {
    writeFileSync(at("names.json"), JSON.stringify({ lr: 0.2, lambda: 0.03, "lr-schedule": "constant" }));
    const given = "--layers none --config names.json";
    const names = { lrSchedule: "constant" };
    expect((await train(given)).config).toMatchObject({ ...names, etaMax: 0.2, l2: 0.03 });
    const { config } = await train(`${given} --lr 0.3`, { NNWASM_LR: "0.25", NNWASM_LAMBDA: "0.04" });
    expect(config).toMatchObject({ ...names, etaMax: 0.3, l2: 0.04 });
  });

  it("with a default of its own follows the others: the step size, and the epochs of the cycles", async () => {
    const out = `run-${++runs}`;
    const args = `train --data ${cifar()} --layers none --limit 130 --validation 0 --batch 50 --cycles 0.2 --out ${out}`;
    const all = await runJson(args.split(" "));
    expect(all[0]!.config).toMatchObject({ layers: [], stepSize: 13, epochs: 2 });
    expect(all.at(-1)).toMatchObject({ epochs: 2, steps: 6 });
  });
});

describe("what the settings do", () => {
  it("--init normal:SIGMA, --bias-init zeros, --l2 0 and --validation 0, seen before any learning", async () => {
    const { tensors, epochs, result, config } = await train(
      "--layers 20 --init normal:0.01 --bias-init zeros --l2 0 --validation 0 --eta-min 0 --eta-max 0",
    );
    expect(deviation(tensors.get("dense1.weight")!.data)).toBeCloseTo(0.01, 3);
    expect(deviation(tensors.get("dense1.bias")!.data)).toBe(0);
    expect(deviation(tensors.get("dense2.bias")!.data)).toBe(0);
    expect(result.test.cost).toBe(result.test.loss);
    expect(epochs[0]).not.toHaveProperty("validation");
    expect(result.validation).toBeNull();
    expect(config).toMatchObject({ init: "normal:0.01", biasInit: "zeros", l2: 0, validation: 0 });
  });

  it("--init he, biases drawn as the weights are, and --lambda for --l2", async () => {
    const { tensors, result, config } = await train(
      "--layers 20 --init he --lambda 2 --eta-min 0 --eta-max 0",
    );
    const weights = ["dense1.weight", "dense2.weight"].map((name) => tensors.get(name)!.data);
    expect(deviation(weights[0]!)).toBeCloseTo(Math.sqrt(2 / 3072), 3);
    expect(deviation(tensors.get("dense1.bias")!.data)).toBeGreaterThan(0.5);
    const squares = weights.reduce((sum, data) => sum + data.length * deviation(data) ** 2, 0);
    expect(result.test.cost - result.test.loss).toBeCloseTo(0.5 * 2 * squares, 3);
    expect(config.l2).toBe(2);
  });

  it("--bn before normalises what the activation gets, --bn what it gives", async () => {
    const means = (run: Awaited<ReturnType<typeof train>>) => {
      expect(run.parameters).toBe(3072 * 8 + 8 + 16 + 8 * 10 + 10);
      return Array.from(run.tensors.get("batchnorm1.movingMean")!.data);
    };
    const before = means(await train("--layers 8 --bn before"));
    expect(Math.min(...before)).toBeLessThan(0);
    const after = means(await train("--layers 8 --bn"));
    expect(Math.min(...after)).toBeGreaterThanOrEqual(0); // of what a ReLU gives
    const linear = means(await train("--layers 8 --bn --activation linear"));
    expect(Math.min(...linear)).toBeLessThan(0);
  });

  it("--lr-schedule constant keeps the rate at --eta-max", async () => {
    const { epochs } = await train("--layers 4 --lr-schedule constant --eta-max 0.02 --epochs 2");
    expect(epochs.map(({ learningRate }) => learningRate)).toEqual([0.02, 0.02]);
  });

  it("--lr-schedule cosine falls from --eta-max to --eta-min over all updates, or over --steps", async () => {
    const { epochs, config } = await train(
      "--layers 4 --lr-schedule cosine --eta-min 0.01 --eta-max 0.05 --epochs 2",
    );
    expect(config.steps).toBe(6);
    const half = expect.closeTo(0.03, 12);
    expect(epochs.map(({ learningRate }) => learningRate)).toEqual([half, 0.01]);
    const rates = (await train("--layers 4 --lr-schedule cosine --steps 3 --eta-min 0.01 --epochs 2")).epochs;
    expect(rates.map(({ learningRate }) => learningRate)).toEqual([0.01, 0.01]);
  });

  it("--warmup rises to the schedule's first rate, and leaves the schedule the other updates", async () => {
    const { epochs, config } = await train(
      "--layers 4 --lr-schedule cosine --eta-min 0.01 --eta-max 0.05 --warmup 4 --epochs 3",
    );
    expect(config).toMatchObject({ steps: 5, warmup: 4 });
    // After 3 updates: 4/5 of the way up; after 6: 2/5 of the way down; after 9: at the end.
    const down = 0.01 + 0.04 * (0.5 + 0.5 * Math.cos((Math.PI * 2) / 5));
    const expected = [expect.closeTo(0.04, 12), expect.closeTo(down, 12), 0.01];
    expect(epochs.map(({ learningRate }) => learningRate)).toEqual(expected);
  });

  it("--step-size, --eta-min and --eta-max shape the cycle, whatever --epochs", async () => {
    const { epochs } = await train("--layers 4 --step-size 4 --eta-min 0.01 --eta-max 0.05 --epochs 3");
    const expected = [0.04, 0.03, 0.02].map((rate) => expect.closeTo(rate, 12)); // 3, 6 and 9 updates; up in 4, down in 4
    expect(epochs.map(({ learningRate }) => learningRate)).toEqual(expected);
  });

  it("--training-metrics running leaves the weights and the validation as they are", async () => {
    const full = await train("--layers 4 --bn");
    const { config, epochs, result } = await train("--layers 4 --bn", { NNWASM_TRAINING_METRICS: "running" });
    expect([full.config.trainingMetrics, config.trainingMetrics]).toEqual(["full", "running"]);
    expect(result.weightsSha256).toBe(full.result.weightsSha256);
    expect(epochs[0]!.validation).toEqual(full.epochs[0]!.validation);
    expect(epochs[0]!.train.loss).toBeGreaterThan(full.epochs[0]!.train.loss);
  });

  it("--batch with one sample left over: batch normalisation leaves that out", async () => {
    expect((await train("--layers 4 --batch 299 --bn")).result.steps).toBe(1);
  });
});

const invalid = (option: string, argument: string, expectation: string) =>
  `error: option '${option}' argument '${argument}' is invalid. ${expectation}`;

describe("it is refused, with exit code 2 and the choices:", () => {
  it.each<[string, string]>([
    [
      "--layers 50,0",
      invalid(
        "--layers <units>",
        "50,0",
        'Expected the units of the hidden layers, as in 50,50 (or "none" for a linear classifier).',
      ),
    ],
    ["--bn below", invalid("--bn [place]", "below", "Allowed choices are after, before.")],
    [
      "--activation nonesuch",
      invalid(
        "--activation <name>",
        "nonesuch",
        "Allowed choices are relu, selu, gelu, silu, mish, tanh, sigmoid, linear.",
      ),
    ],
    [
      "--init glorot",
      invalid(
        "--init <name|file>",
        "glorot",
        `No initializer "glorot". There are: ${initializerNames().join(", ")}. Or give a .safetensors file.`,
      ),
    ],
    [
      "--init normal:x",
      invalid(
        "--init <name|file>",
        "normal:x",
        'The initializer "normal:x" needs a standard deviation ≥ 0, as in normal:0.001. Or give a .safetensors file.',
      ),
    ],
    [
      "--bias-init ones",
      invalid(
        "--bias-init <how>",
        "ones",
        `Expected same, zeros, or an initializer: ${initializerNames().join(", ")}.`,
      ),
    ],
    ["--output-init he", invalid("--output-init <how>", "he", "Allowed choices are same, zeros.")],
    ["--l2 -1", invalid("--lambda, --l2 <lambda>", "-1", "Expected a number ≥ 0.")],
    [
      "--optimizer nonesuch",
      invalid("--optimizer <name>", "nonesuch", `Allowed choices are ${Object.keys(optimizers).join(", ")}.`),
    ],
    [
      "--lr-schedule nonesuch",
      invalid(
        "--lr-schedule <name>",
        "nonesuch",
        `Allowed choices are ${Object.keys(schedules).join(", ")}.`,
      ),
    ],
    ["--eta-max Infinity", invalid("--lr, --eta-max <rate>", "Infinity", "Expected a number ≥ 0.")],
    ["--step-size 0", invalid("--step-size <updates>", "0", "Expected an integer ≥ 1.")],
    ["--epochs 1.5", invalid("--epochs <n>", "1.5", "Expected an integer ≥ 1.")],
    ["--batch ten", invalid("--batch <n>", "ten", "Expected an integer ≥ 1.")],
    ["--validation -1", invalid("--validation <n>", "-1", "Expected an integer ≥ 0, or a share below 1.")],
    [
      "--training-metrics none",
      invalid("--training-metrics <how>", "none", "Allowed choices are full, running."),
    ],
    ["--engine cuda", invalid("--engine <name>", "cuda", "Allowed choices are wasm, js.")],
    ["--dtype float16", invalid("--dtype <name>", "float16", "Allowed choices are float32, float64.")],
    ["--threads 0", invalid("--threads <n>", "0", "Expected an integer from 1 to 256, or auto.")],
    ["--threads all", invalid("--threads <n>", "all", "Expected an integer from 1 to 256, or auto.")],
    ["cifar10 mnist", "error: too many arguments for 'train'. Expected 1 argument but got 2."],
    ["--seed", "error: option '--seed <n>' argument missing"],
  ])("train %s", async (args, message) => {
    const { code, stdout, stderr } = await runCli(["train", "--json", ...args.split(" ")]);
    expect(stderr).toBe(`${message}\n(--help shows the options)\n`);
    const told = message.replace("error: ", "");
    expect(events(stdout)).toEqual([{ event: "error", name: "ConfigError", message: told, exitCode: 2 }]);
    expect(code).toBe(2);
    expect(existsSync(at("runs"))).toBe(false);
  });

  it.each(["lr-range", "export"])("%s, a command that is not there yet", async (command) => {
    expect(await runCli([command, "MODEL"])).toMatchObject({
      code: 2,
      stdout: "",
      stderr: `error: unknown command '${command}'\n(the commands are train, evaluate, predict, search, reproduce, worker, gradcheck, data, web, info; --help shows more)\n`,
    });
  });

  it.each([
    [
      "--validation 50000",
      "50000 validation samples were asked for, expected an integer from 0 to 49999, or a share below 1: cifar10 has 50000 samples to train on.",
    ],
    ["--eta-min 0.2", "--eta-min 0.2 is above --eta-max 0.1. Lower the one or raise the other."],
    ["--cycles 0", "--cycles 0 is less than an epoch, expected at least 0.1."],
    ["--nesterov", "--nesterov needs a momentum. Give --momentum, such as 0.9."],
    [
      "--momentum 0.9 --optimizer adam",
      "--momentum is of --optimizer sgd, not of adam. Leave it out, or choose that optimizer.",
    ],
    [
      "--monitor val_acc --keep best",
      "--monitor: val_acc: no such measure. There are: train.loss, train.cost, train.accuracy, validation.loss, validation.cost, validation.accuracy. Did you mean validation.accuracy?",
    ],
    [
      "--monitor validation.cost",
      "--monitor is what --patience and --keep best go by, and there is neither. Give one of them, or leave it out.",
    ],
    [
      "--min-delta 0.1 --keep best",
      "--min-delta is of --patience, which is not there. Give that, or leave it out.",
    ],
    [
      "--patience 2 --validation 0",
      "--monitor: validation.loss: there are no validation samples. Validate with some, or monitor one of: train.loss, train.cost, train.accuracy.",
    ],
    [
      "--batch 1 --bn --limit 5",
      "5 samples in batches of 1 give no batch of at least 2, which batch normalisation needs. Use a larger batch, or more samples.",
    ],
  ])("train %s", async (args, message) => {
    const out = `--data ${cifar()} --out refused --force --quiet`;
    expect(await runCli(`train ${out} ${args}`.split(" "))).toMatchObject({
      code: 2,
      stdout: "",
      stderr: `ConfigError: ${message}\n`,
    });
  });

  it.each([
    ["NNWASM_BATCH", "0", "Expected an integer ≥ 1."],
    ["NNWASM_BN", "1", "Allowed choices are after, before."],
    ["NNWASM_TRAINING_METRICS", "some", "Allowed choices are full, running."],
    ["NNWASM_SHUFFLE", "maybe", "Allowed choices are yes, no, true, false, 1, 0."],
  ])("%s=%s in the environment", async (name, value, message) => {
    const { code, stderr } = await runCli(["train"], { [name]: value });
    expect([code, stderr]).toEqual([2, `ConfigError: ${name}=${value}: ${message}\n`]);
  });

  const SETTINGS = settingNames.join(", ");
  it.each([
    ['{"bach": 10}', `no setting "bach". There are: ${SETTINGS}.`],
    ['{"learning_rate": 0.1}', `no setting "learning_rate". Did you mean "lr"? There are: ${SETTINGS}.`],
    ['{"lr": 0.1, "etaMax": 0.1}', "lr and etaMax are the same setting. Keep one of them."],
    ['{"__proto__": {}}', `no setting "__proto__". There are: ${SETTINGS}.`],
    ['{"batch": 0}', "batch is 0, expected >=1."],
    ['{"batch": 0.5}', "batch is 0.5, expected an integer."],
    ['{"seed": 1e308}', "seed is 1e+308, expected an integer up to 2^53 − 1."],
    ['{"l2": 1e999}', "l2 is Infinity, expected a finite number."],
    ['{"layers": [50, "50"]}', 'layers.1 is "50", expected number.'],
    ['{"engine": "cuda"}', 'engine is "cuda", expected ("wasm" | "js").'],
    ["[]", `expected an object of settings, not an array. There are: ${SETTINGS}.`],
    ["null", `expected an object of settings, not null. There are: ${SETTINGS}.`],
  ])("--config with %s", async (text, message) => {
    writeFileSync(at("config.json"), text);
    const result = await runCli(["train", "--config", "config.json"]);
    expect(result).toMatchObject({
      code: 2,
      stdout: "",
      stderr: `ConfigError: --config config.json: ${message}\n`,
    });
  });

  it("--config with what is no JSON", async () => {
    writeFileSync(at("config.json"), "{batch: 10}");
    const { code, stderr } = await runCli(["train", "--config", "config.json"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ConfigError: --config config\.json is not JSON: .* Correct it there\.\n$/);
  });

  it("--data nonesuch, which is neither a name nor a folder", async () => {
    const { code, stderr } = await runCli(["train", "--data", "nonesuch"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^ConfigError: No data set "nonesuch"\. There are: cifar10, ([a-z]+, )*or a folder that holds CIFAR-10( or [^.]+)?\.\n$/,
    );
  });
});

describe("it ends with exit code 4 and what to do about it:", () => {
  const refused = async (...args: string[]) => {
    const result = await runCli(["train", ...args, "--quiet", "--json"]);
    const event = events(result.stdout).at(-1)!;
    expect(event.event).toBe("error");
    expect([event.exitCode, result.code]).toEqual([4, 4]);
    expect(result.stderr).toBe(`${event.name}: ${event.message}\n`);
    return `${event.name}: ${event.message}`;
  };

  it("--data with a folder that is not there", async () => {
    expect(await refused("--data", "./nowhere")).toMatch(
      /^DatasetError: --data \.\/nowhere: there is no such folder\. Give one of: cifar10, ([a-z]+, )*or a folder that holds CIFAR-10( or [^.]+)?\.$/,
    );
  });

  it("--data with a folder without a data set", async () => {
    mkdirSync(at("empty"));
    expect(await refused("--data", "./empty")).toBe(
      "DatasetError: --data ./empty: there is no CIFAR-10 or MNIST in it. Give the folder that holds the files, or run: " +
        "nnwasm data fetch cifar10 or nnwasm data fetch mnist",
    );
  });

  it("--data cifar10 that is nowhere: it never falls back to another data set", async () => {
    expect(await refused("--data", "cifar10")).toBe(
      `DatasetError: --data cifar10: it is not in ${at(".cache/nnwasm")}. To fetch it: nnwasm data fetch cifar10`,
    );
  });

  it("a file of the wrong size, or with labels over 9", async () => {
    const damaged = at("damaged");
    mkdirSync(damaged);
    for (const name of FILES) writeFileSync(join(damaged, name), "");
    for (const name of FILES) truncateSync(join(damaged, name), 30_730_000);
    truncateSync(join(damaged, FILES[2]), 30_729_999);
    expect(await refused("--data", "damaged")).toBe(
      "DatasetError: damaged/data_batch_3.bin has 30729999 bytes, expected 30730000 (10000 records of 3073). " +
        "Replace it by a good copy; nnwasm data fetch cifar10 downloads one.",
    );
    writeFileSync(join(damaged, FILES[2]), Buffer.alloc(30_730_000, 10));
    expect(await refused("--data", "damaged", "--out", "wrong-labels")).toMatch(
      /^DatasetError: damaged\/data_batch_3\.bin: record \d+ has label 10, expected 0 to 9\. Replace it by a good copy; nnwasm data fetch cifar10 downloads one\.$/,
    );
  });

  it("--init with a file that is not there, is none, or is another network's", async () => {
    const data = ["--data", cifar(), "--limit", "100", "--layers", "4"];
    expect(await refused(...data, "--init", "none.safetensors")).toBe(
      "FileError: none.safetensors cannot be read: it does not exist (ENOENT). Check the path.",
    );
    writeFileSync(at("text.safetensors"), "text");
    expect(await refused(...data, "--init", "text.safetensors")).toMatch(
      /^FileError: text\.safetensors.*\.$/,
    );
    const tensor = (name: string, ...shape: number[]) => ({
      name,
      shape,
      data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
    });
    const other = [tensor("dense1.weight", 3072, 5), tensor("dense1.bias", 5)];
    writeFileSync(at("other.safetensors"), encodeSafetensors(other));
    expect(await refused(...data, "--init", "other.safetensors")).toBe(
      "FileError: other.safetensors: dense1.weight is (3072, 5), expected (3072, 4). Is it another network's file?",
    );
    const newer = { format: "nnwasm", formatVersion: "3", version: "7.0.0" };
    writeFileSync(at("newer.safetensors"), encodeSafetensors([], newer));
    expect(await refused(...data, "--init", "newer.safetensors")).toBe(
      `FileError: newer.safetensors: it was written by nnwasm 7.0.0 in format 3; this is nnwasm ${VERSION}, which reads format 2. Update nnwasm.`,
    );
  });

  it("--config with a file that is not there", async () => {
    expect(await refused("--config", "none.json")).toBe(
      "FileError: --config none.json cannot be read (ENOENT). Is the path right?",
    );
  });

  it("--out where no folder can be made", async () => {
    writeFileSync(at("file"), "");
    expect(await refused("--data", cifar(), "--out", "file/run")).toBe(
      "FileError: file/run cannot be created: a part of the path is a file, not a folder (ENOTDIR). Check the path.",
    );
  });
});
