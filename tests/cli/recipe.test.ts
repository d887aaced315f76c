/**
 * The recipe of RealMLP-TD-S (Holzmüller et al., 2024) as ordinary settings: by flags, by config.json, by variables and as what a
 * search has in common, with the bits of the same network put together by hand.
 */
import { copyFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { splitDataset } from "../../src/data/split.ts";
import { tableDataset } from "../../src/data/tableDataset.ts";
import {
  AdamWOptimizer,
  CategoricalCrossEntropyLoss,
  Coslog4Schedule,
  Dense,
  LeCunInitializer,
  Model,
  NormalInitializer,
  Scale,
  ZerosInitializer,
} from "../../src/index.ts";
import { collectTable } from "../../src/tables/collect.ts";
import { understand } from "../../src/tables/understand.ts";
import { openFile } from "../../src/tabular/openFile.ts";
import { readJson } from "../helpers/cli.ts";
import { cliFolder, words } from "../helpers/cliFolder.ts";

const { at, runCli, runJson } = cliFolder({ cifar: false });
const TABLE = new URL("../fixtures/tables/passengers.train.csv", import.meta.url).pathname;

const NETWORK =
  "--layers 16,16,16 --activation selu --init lecun --bias-init normal:1 --output-init zeros --input-scale --dropout 0";
const UPDATES =
  "--optimizer adamw --beta2 0.95 --epsilon 1e-7 --weight-decay 0.02 --decay-follows schedule " +
  "--rate-factors scale=6,bias=0.1,weight=fan-in --lr-schedule coslog4 --lr 0.04 --batch 32 --epochs 4";
const RECIPE = `${NETWORK} ${UPDATES} --label-smoothing 0.1 --keep last`;

/** The same settings as a file has them. */
const CONFIG = {
  ...{ data: "train.csv", target: ["outcome"] },
  ...{ layers: [16, 16, 16], activation: "selu", init: "lecun", biasInit: "normal:1", outputInit: "zeros" },
  ...{ dropout: 0, inputScale: true, optimizer: "adamw", beta2: 0.95, epsilon: 1e-7, weightDecay: 0.02 },
  ...{ decayFollows: "schedule", rateFactors: { scale: 6, bias: 0.1, weight: "fan-in" } },
  ...{ lrSchedule: "coslog4", etaMax: 0.04, batch: 32, epochs: 4, labelSmoothing: 0.1, keep: "last" },
} as const;

const hashOf = async (args: string, env = {}) =>
  (await runJson(words(`train ${args} --force`), env)).at(-1)!.weightsSha256 as string;

let recipe: string;
beforeAll(async () => {
  copyFileSync(TABLE, at("train.csv"));
  recipe = await hashOf(`train.csv --target outcome ${RECIPE} --out flags`);
});

describe("the recipe's settings", () => {
  it("are in config.json, which trains to the same bits, as a file with nothing else does", async () => {
    expect(readJson(at("flags", "config.json"))).toMatchObject(CONFIG);
    expect(await hashOf("--config flags/config.json --out again")).toBe(recipe);
    writeFileSync(at("recipe.json"), JSON.stringify(CONFIG));
    expect(await hashOf("--config recipe.json --out file")).toBe(recipe);
  });

  it("can be variables", async () => {
    const flags = [...RECIPE.matchAll(/--([a-z0-9-]+)(?: (?!--)(\S+))?/g)];
    const env = Object.fromEntries(
      flags.map(([, name, value = "yes"]) => [`NNWASM_${name!.replaceAll("-", "_").toUpperCase()}`, value]),
    );
    expect(Object.keys(env)).toHaveLength(19);
    expect(await hashOf("train.csv --target outcome --out variables", env)).toBe(recipe);
  });

  it("are told before the training", async () => {
    const { stderr } = await runCli(words(`train train.csv --target outcome ${RECIPE} --out told`));
    expect(stderr).toMatch(/^ {2}scale1 +\d+ → \d+ +\d+$/m);
    expect(stderr).toContain(
      "4 epochs, batch 32, adamw (beta2 0.95, epsilon 1e-7, weight decay 0.02, decay follows schedule), " +
        "learning rate coslog4 0 … 0.04 in 12 steps, times scale=6,bias=0.1,weight=fan-in, λ 0, " +
        "init lecun (biases normal:1, outputs zeros), seed 1",
    );
  });

  it("make the bits of the same network that is put together by hand", async () => {
    const table = await collectTable(await openFile(at("train.csv"), {}), { target: ["outcome"] });
    const { dataset } = tableDataset(table, understand(table, { target: ["outcome"] }), {});
    const { train, validation } = splitDataset(dataset);
    const hidden = () =>
      new Dense(16, {
        ...{ activation: "selu", weightInitializer: new LeCunInitializer() },
        biasInitializer: new NormalInitializer(1),
      });
    const output = new Dense(3, {
      ...{ activation: "softmax", weightInitializer: new ZerosInitializer() },
      biasInitializer: new ZerosInitializer(),
    });
    const steps = 4 * Math.ceil(train.count / 32);
    const model = new Model([new Scale(), hidden(), hidden(), hidden(), output], { seed: 1 }).compile({
      loss: new CategoricalCrossEntropyLoss({ labelSmoothing: 0.1 }),
      optimizer: new AdamWOptimizer({
        ...{ beta2: 0.95, epsilon: 1e-7, weightDecay: 0.02, decayFollows: "schedule" },
        schedule: new Coslog4Schedule({ etaMax: 0.04, steps }),
        rateFactors: { scale: 6, bias: 0.1, weight: "fan-in" },
      }),
    });
    await model.fit(train, { epochs: 4, batchSize: 32, validation, standardize: false });
    expect(await model.weightsSha256()).toBe(recipe);
    await model.close();
  });

  it("each make a difference", async () => {
    for (const other of [
      "--init he",
      "--bias-init zeros",
      "--output-init same",
      "--no-input-scale --rate-factors bias=0.1,weight=fan-in",
      "--rate-factors none",
      "--no-rate-factors",
      "--decay-follows parameter",
      "--epsilon 0.001",
    ]) {
      const changed = await hashOf(`--config recipe.json ${other} --out other`);
      expect(changed, other).not.toBe(recipe);
    }
  });

  it("are those of a search, whose printed command has the bits of its best trial, with or without a scale", async () => {
    const flags = `${NETWORK.replace(" --input-scale", "")} ${UPDATES} --label-smoothing 0.1`;
    const space = "--space input-scale=yes|no --sampler grid --trials 2";
    await runJson(words(`search train.csv --target outcome ${flags} ${space} --out found`));
    const { best, train, complete } = readJson(at("found", "summary.json"));
    expect(complete).toBe(2);
    expect(train).toContain(
      `--rate-factors ${best.params["input-scale"] ? "scale=6," : ""}bias=0.1,weight=fan-in`,
    );
    expect(await hashOf(`${train.replace("nnwasm train ", "")} --out best`)).toBe(best.weightsSha256);
  });
});

it("a factor for a parameter that is not there is refused before a training or a search begins, by its flag", async () => {
  const given = "train.csv --target outcome --no-input-scale --rate-factors scale=6";
  const message =
    "--rate-factors: scale is of --input-scale, which is not there. Give that, or leave it out.";
  for (const command of [`train ${given}`, `search ${given} --space lr=0.01:0.1`]) {
    const { code, stderr } = await runCli(words(command));
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  }
});

it.each<[object, string]>([
  [
    { biasInit: "ones" },
    'biasInit is "ones", expected same, zeros, or an initializer: xavier, he, lecun, normal:SIGMA.',
  ],
  [{ outputInit: "he" }, 'outputInit is "he", expected ("same" | "zeros").'],
  [
    { rateFactors: { scale: -1 } },
    "rateFactors is Object, expected factors by parameter, each a number ≥ 0 or fan-in, as in scale=6,bias=0.1,weight=fan-in.",
  ],
])("a file with %j is refused with what is expected", async (settings, message) => {
  writeFileSync(at("wrong.json"), JSON.stringify(settings));
  const { code, stderr } = await runCli(words("train train.csv --target outcome --config wrong.json"));
  expect([code, stderr]).toEqual([2, expect.stringContaining(`--config wrong.json: ${message}`)]);
});
