/** `nnwasm info` as a process. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { datasets } from "../../src/data/index.ts";
import { canWiden } from "../../src/simd/flag.ts";
import { PROGRAM, readJson } from "../helpers/cli.ts";
import { cliFolder } from "../helpers/cliFolder.ts";

const { at, cifar, runCli, runJson } = cliFolder({ cifar: true });

const root = join(PROGRAM, "../..");
const { version } = readJson(join(root, "package.json"));

/** The data sets that lie in files, by name. */
const inFiles = Object.keys(datasets).filter((name) => datasets[name]!.files !== undefined);

describe("info", () => {
  it("tells the version, the engine, the machine, and where data and runs are", async () => {
    const { code, stdout, stderr } = await runCli(["info"]);
    expect([code, stderr]).toEqual([0, ""]);
    const rows = stdout.trimEnd().split("\n");
    expect(rows.map((row) => row.split(" ")[0])).toEqual([
      ..."nnwasm node engine vectors threads machine".split(" "),
      ...inFiles,
      "cache",
      "runs",
    ]);
    expect(rows[0]).toMatch(
      new RegExp(`^nnwasm {4}${version.replaceAll(".", "\\.")} \\(kernels [0-9a-f]{12}\\)$`),
    );
    expect(rows[1]).toContain(`node      ${process.versions.node} (V8 `);
    expect(rows[2]).toBe("engine    wasm, SIMD available");
    expect(rows[3]).toMatch(/^vectors {3}narrow\. (Node 2[0-9.]* cannot widen vectors|Not tried yet)/);
    expect(rows[6]).toBe("cifar10   not here; nnwasm data fetch cifar10 gets it");
    expect(rows.at(-2)).toBe(`cache     ${at(".cache/nnwasm")}`);
    expect(rows.at(-1)).toBe("runs      runs/ in the current folder, or --out DIR");
  });

  it("prints the same as one event with --json, and where CIFAR-10 was found", async () => {
    const env = { NNWASM_DATA: at(), NNWASM_HOME: at("home") };
    const binary = readFileSync(join(root, "dist/wasm/nnwasm.wasm"));
    expect(await runJson(["info"], { ...env, NNWASM_DATA: cifar() })).toEqual([
      {
        event: "result",
        command: "info",
        version,
        build: createHash("sha256").update(binary).digest("hex").slice(0, 12),
        node: process.versions.node,
        v8: process.versions.v8,
        platform: `${process.platform} ${process.arch}`,
        cpu: expect.any(String),
        cores: expect.any(Number),
        memoryBytes: expect.any(Number),
        simd: true,
        vectors: {
          width: canWiden(process) ? null : "narrow",
          reason: expect.stringMatching(/\.$/),
          gains: {},
        },
        sharedMemory: true,
        ...Object.fromEntries(inFiles.map((name) => [name, null])),
        cifar10: cifar(),
        cache: at("home"),
        runs: "runs",
      },
    ]);
  });
});
