/** Wide vectors on the command line of the Nodes that gain by them: the same bits, in trainings, ensembles and searches. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Event, events, PROGRAM, readJson, start } from "../helpers/cli.ts";

const nodes = join(import.meta.dirname, "hashes/node_modules");
const names = readdirSync(nodes).filter((name) => /^node-2[46]-/.test(name));
const folder = mkdtempSync(join(tmpdir(), "nnwasm-simd-"));
afterAll(() => rmSync(folder, { recursive: true }));

const rows = Array.from({ length: 120 }, (_, i) => `${(i * 37) % 100},${(i * 53) % 97},${i % 3 ? "a" : "b"}`);
writeFileSync(join(folder, "t.csv"), `x,y,kind\n${rows.join("\n")}\n`);

describe.each(names)("%s", (name) => {
  const run = async (args: string): Promise<{ all: Event[]; stderr: string }> => {
    const node = join(nodes, name, "bin/node");
    const { code, stdout, stderr } = await start(node, [PROGRAM, ...args.split(" "), "--json"], folder)
      .result;
    if (code !== 0) throw new Error(`${args} ended with ${code}:\n${stderr}`);
    return { all: events(stdout), stderr };
  };

  it("reaches a verdict once, and info shows it", async () => {
    const [before] = (await run("info")).all;
    expect(before!.vectors).toMatchObject({ width: null, gains: {} });
    const [after] = (await run("info --simd")).all;
    expect(after!.vectors).toMatchObject({
      width: expect.stringMatching(/^(wide|narrow)$/),
      reason: expect.stringMatching(/^Wide vectors (give the same bits|gain nothing)/),
    });
    expect(Object.keys(after!.vectors.gains)).toHaveLength(2);
    expect((await run("info")).all[0]!.vectors).toEqual(after!.vectors);
  });

  it.each([
    ["one network", "train synthetic --limit 400 --validation 100 --layers 50,30 --bn --epochs 1"],
    ["two threads", "train synthetic --limit 400 --validation 100 --layers 50,30 --epochs 1 --threads 2"],
    ["an ensemble", "train t.csv --target kind --epochs 3"],
  ])("trains %s to the same bits, and says which vectors it had", async (what, command) => {
    const [wide, narrow] = [`${name} ${what} wide`, `${name} ${what} narrow`].map((text) =>
      text.replaceAll(" ", "-"),
    );
    const one = (await run(`${command} --simd wide --out ${wide}`)).all.at(-1)!;
    const other = (await run(`${command} --simd narrow --out ${narrow}`)).all.at(-1)!;
    expect(one.weightsSha256).toBe(other.weightsSha256);
    expect(one.test).toEqual(other.test);
    for (const [out, width] of [
      [wide, "wide"],
      [narrow, "narrow"],
    ] as const)
      expect(readJson(join(folder, out!, "summary.json")).simd).toBe(width);
  });

  it("has the same trials in a search", async () => {
    const search =
      "search synthetic --limit 300 --validation 100 --layers 20 --epochs 1 --sampler random --trials 2";
    const table = async (width: string) =>
      (await run(`${search} --workers 2 --simd ${width} --out ${name}-search-${width}`)).all
        .filter(({ event }) => event === "trial")
        .map(({ trial, value, weightsSha256 }) => ({ trial, value, weightsSha256 }))
        .sort((a, b) => a.trial - b.trial);
    expect(await table("wide")).toEqual(await table("narrow"));
  });
});
