/** MNIST on the command line: where it is found, and how it is fetched; and the λ that belongs to a data set. */
import { cpSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataCommand } from "../../src/cli/commands/data.ts";
import type { CliContext } from "../../src/cli/context.ts";
import { mnistKind } from "../../src/data/mnistKind.ts";
import { DatasetError } from "../../src/errors.ts";
import { loadModel } from "../../src/index.ts";
import type { Environment, Event } from "../helpers/cli.ts";
import { cliFolder } from "../helpers/cliFolder.ts";
import { MNIST_NAMES, publishedMnist, writeMnist } from "../helpers/mnistFixture.ts";

const { at, cifar, runCli, runJson } = cliFolder({ cifar: true });
let runs = 0;

beforeAll(async () => {
  await writeMnist(at("sets", "mnist"), { train: 60, test: 20 });
});

/** The events of a training of an epoch. */
const train = (flags: string, env?: Environment): Promise<Event[]> =>
  runJson(`train --layers 4 --epochs 1 --validation 10 --out run-${++runs} ${flags}`.split(" "), env);

describe("--data", () => {
  it.each([
    ["mnist", "in NNWASM_DATA", { NNWASM_DATA: "sets" }],
    ["./sets/mnist", "the folder with the files", {}],
    ["./sets", "the folder above it", {}],
  ])("%s: %s", async (data, _, env) => {
    const [start, , result] = await train(`--data ${data}`, env);
    expect(start).toMatchObject({
      config: { data, l2: 0 },
      parameters: 784 * 4 + 4 + 4 * 10 + 10,
      data: { name: "mnist", train: 50, validation: 10, test: 20 },
    });
    expect(result).toMatchObject({ event: "result", steps: 1 });
  });

  it("PARENT opens the CIFAR-10 in PARENT/cifar10 as well", async () => {
    cpSync(cifar(), at("above", "cifar10"), { recursive: true });
    const [start] = await train("--data ./above --limit 100");
    expect(start!.data).toMatchObject({ name: "cifar10" });
  });

  it("mnist that is nowhere does not fall back", async () => {
    const { code, stderr } = await runCli(["train", "--data", "mnist"]);
    expect(code).toBe(4);
    expect(stderr).toBe(
      `DatasetError: --data mnist: it is not in ${at(".cache/nnwasm")}. To fetch it: nnwasm data fetch mnist\n`,
    );
  });
});

describe("the λ of the L2 penalty", () => {
  const l2 = async (flags: string, env?: Environment) =>
    ((await train(flags, env))[0]!.config as { l2: number }).l2;

  it("is the paper's with cifar10 and synthetic, and 0 with other data", async () => {
    expect(await l2(`--data ${cifar()} --limit 100`)).toBe(0.005);
    expect(await l2("--data synthetic --limit 100")).toBe(0.005);
    expect(await l2("--data ./sets")).toBe(0);
  });

  it("is what is given, whatever the data: by a flag, the environment or a file", async () => {
    writeFileSync(at("l2.json"), '{ "l2": 0.5 }');
    expect(await l2("--data ./sets --l2 0.25")).toBe(0.25);
    expect(await l2("--data ./sets --lambda 0.005")).toBe(0.005);
    expect(await l2("--data ./sets --config l2.json")).toBe(0.5);
    expect(await l2("--data ./sets", { NNWASM_L2: "0.125" })).toBe(0.125);
    expect(await l2(`--data ${cifar()} --limit 100 --l2 0`)).toBe(0);
  });

  it("counts in the cost", async () => {
    const plain = (await train("--data ./sets")).at(-1) as { test: { loss: number; cost: number } };
    expect(plain.test.cost).toBe(plain.test.loss);
    const given = (await train("--data ./sets --l2 0.005")).at(-1) as typeof plain;
    expect(given.test.cost).toBeGreaterThan(given.test.loss);
  });

  it("is explained by --help", async () => {
    const { stdout } = await runCli(["train", "--help"]);
    expect(stdout.replace(/\s+/g, " ")).toContain(
      "cost = loss + ½·λ·Σw² (default: 0.005 with cifar10 and synthetic, else 0)",
    );
  });

  it("is searched as before by default, and is the data's if something else is", async () => {
    const search = async (flags: string) =>
      runJson(
        `search --data ./sets --sampler random --layers 4 --epochs 1 --validation 10 --trials 1 --workers 1 ${flags}`.split(
          " ",
        ),
      );
    const [, trial] = await search("--out study-1");
    const { params } = trial as { params: { l2: number } };
    expect(params.l2).toBeGreaterThanOrEqual(1e-5);
    expect(params.l2).toBeLessThanOrEqual(1e-1);
    const [start, other] = await search("--out study-2 --space batch=20|25");
    expect(other!.params).toEqual({ batch: expect.any(Number) });
    expect(start!.config).not.toHaveProperty("l2", 0.005);
  });
});

describe("--standardize", () => {
  it.each([
    ["feature", [true, true]],
    ["none", [false, false]],
  ])("%s is what the model's file has, and what --init takes over", async (how, expected) => {
    const varies = async (flags: string) => {
      await train(`--data ./sets ${flags}`);
      const { standardization } = await loadModel(at(`run-${runs}`, "model.safetensors"));
      const { mean, std } = standardization!;
      return [mean.some((value) => value !== 0), std.some((value) => value !== 1)];
    };
    expect(await varies(`--standardize ${how}`)).toEqual(expected);
    const begun = at(`run-${runs}`, "model.safetensors");
    expect(await varies(`--init ${begun}`)).toEqual(expected);
  });

  it("none is said before the training", async () => {
    const { stderr } = await runCli(
      "train --data ./sets --layers 4 --epochs 1 --validation 10 --standardize none --out said".split(" "),
    );
    expect(stderr).toContain("(biases too), inputs not standardised, seed 1\n");
  });
});

describe("nnwasm data", () => {
  let server: Server;
  let published: ReturnType<typeof publishedMnist>["published"];
  beforeAll(async () => {
    let served: ReadonlyMap<string, Buffer>;
    server = createServer((request, response) => response.end(served.get(basename(request.url!))));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const made = publishedMnist([`http://127.0.0.1:${(server.address() as AddressInfo).port}`]);
    ({ published, served } = made);
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function data(...args: string[]) {
    let stdout = "";
    const sink = new Writable({
      write(chunk, _, done) {
        stdout += chunk;
        done();
      },
    });
    const context: CliContext = {
      ...{ env: { NNWASM_HOME: at("cache") }, home: at(), stdout: sink, stderr: new PassThrough().resume() },
      signal: new AbortController().signal,
    };
    const command = dataCommand(context, { mnist: mnistKind({ published }) });
    const error = await command.parseAsync(args, { from: "user" }).catch((error: unknown) => error);
    return { stdout, error };
  }

  it("lists, fetches and verifies it", async () => {
    const about =
      "mnist  60,000 grey images of handwritten digits of 28 × 28 to train on, 10,000 to test on, in 10 classes\n";
    expect((await data("list")).stdout).toBe(
      `${about}       not here yet; to download it (0.0 MB): nnwasm data fetch mnist\n`,
    );
    expect((await data("fetch", "mnist")).stdout).toBe(
      `mnist is now in ${at("cache/mnist")}: all files are the published ones.\n`,
    );
    expect((await data("fetch", "mnist")).stdout).toMatch(/^mnist is already in /);
    expect((await data("list")).stdout).toBe(`${about}       ${at("cache/mnist")}\n`);
    const checks = MNIST_NAMES.map((name) => `ok   ${`${name}.gz`.padEnd(26)}  sha256 matches\n`).join("");
    expect((await data("verify")).stdout).toBe(
      `${checks}mnist in ${at("cache/mnist")}: all files are the published ones.\n`,
    );
  });

  it("says which file differs, and mends it", async () => {
    await data("fetch", "mnist");
    writeFileSync(at("cache/mnist", `${MNIST_NAMES[3]}.gz`), "damaged");
    expect((await data("verify", "mnist", "--data", at("cache"))).error).toEqual(
      new DatasetError(
        `${at("cache/mnist")} differs from the published mnist in t10k-labels-idx1-ubyte.gz. ` +
          "Replace it by a good copy; nnwasm data fetch mnist downloads one.",
      ),
    );
    await data("fetch", "mnist");
    expect((await data("verify")).error).not.toBeInstanceOf(Error);
    expect(existsSync(at("cache/mnist.part"))).toBe(false);
    rmSync(at("cache"), { recursive: true });
  });
});
