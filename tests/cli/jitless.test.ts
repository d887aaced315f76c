/** Without WebAssembly, as under `node --jitless`: what needs it says so, and the engine js trains. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { events, PROGRAM } from "../helpers/cli.ts";
import { cliFolder } from "../helpers/cliFolder.ts";

const LIBRARY = pathToFileURL(join(PROGRAM, "../../dist/index.js")).href;

/** One small training by each engine: its weights, or the error's name. */
const TRAIN = `
import { CategoricalCrossEntropyLoss, Dense, Model, samplesFromArrays, SGDOptimizer } from ${JSON.stringify(LIBRARY)};
for (const engine of ["js", "wasm"]) {
  const model = new Model([new Dense(2, { activation: "softmax" })], { engine }).compile({
    loss: new CategoricalCrossEntropyLoss(),
    optimizer: new SGDOptimizer({ schedule: 0.1 }),
  });
  const samples = samplesFromArrays({ values: Uint8Array.of(0, 9, 9, 0), labels: [0, 1], features: 2 });
  try {
    await model.fit(samples, { epochs: 3 });
    console.log(await model.weightsSha256());
  } catch (error) {
    console.log(error.name);
  }
}`;

const { start } = cliFolder({ cifar: false });

describe("node --jitless", () => {
  it("trains by the engine js, in the library, to the bits of the engine wasm", async () => {
    const run = (...flags: string[]) =>
      start(process.execPath, [...flags, "--input-type=module", "--eval", TRAIN]).result;
    const [without, whole] = await Promise.all([run("--jitless"), run()]);
    const [js, error] = without.stdout.split("\n");
    const [, wasm] = whole.stdout.split("\n");
    expect(js).toMatch(/^[0-9a-f]{64}$/);
    expect([js, error]).toEqual([wasm, "ConfigError"]);
  });

  it.each([
    ["train --data synthetic --limit 100 --epochs 1", 'the engine "wasm" needs. Use the engine "js"'],
    ["search --data synthetic --limit 100 --engine js", "Leave --jitless out, or take `train --engine js`."],
    ["data fetch cifar10", "Leave --jitless out."],
  ])("ends nnwasm %s with what is missing and what to do", async (command, text) => {
    const args = ["--jitless", PROGRAM, ...command.split(" "), "--json"];
    const { code, stdout } = await start(process.execPath, args).result;
    const { name, message } = events(stdout).at(-1)!;
    expect([code, name]).toEqual([2, "ConfigError"]);
    expect(message).toContain("WebAssembly");
    expect(message).toContain(text);
  });

  it("is told by nnwasm info", async () => {
    const { code, stdout } = await start(process.execPath, ["--jitless", PROGRAM, "info"]).result;
    expect(code).toBe(0);
    expect(stdout).toContain("engine    wasm, SIMD MISSING: use --engine js\n");
  });
});
