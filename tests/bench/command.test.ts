import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "nnwasm-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

function bench(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["bench/run.mjs", ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("npm run bench", () => {
  test("prints a table on stdout and progress on stderr, and writes the results", () => {
    const file = join(folder, "results.json");
    const { status, stdout, stderr } = bench("--quick", "--filter", "softmax 100x10", "--json", file);
    expect(stderr).toBe("1/1 softmaxCrossEntropy.softmax 100x10\n");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^softmaxCrossEntropy\.softmax 100x10 +wasm .*×$/m);
    const { machine, results } = JSON.parse(readFileSync(file, "utf8"));
    expect(machine.node).toBe(process.versions.node);
    expect(results.map((each: { engine: string }) => each.engine)).toEqual(["wasm", "js"]);
    expect(results[0]).toMatchObject({ case: "softmaxCrossEntropy.softmax 100x10", threads: 1 });
    expect(results[0].stepsPerSecond).toBeGreaterThan(0);
  });

  test("measures a training in one thread and in several", () => {
    const file = join(folder, "threads.json");
    const { status, stdout } = bench("--quick", "--filter", "net3bn", "--threads", "2", "--json", file);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^net3bn +wasm +2 +[\d.]+/m);
    expect(stdout).toMatch(/^evaluate net3bn +wasm +2 +\d+/m);
    const { results } = JSON.parse(readFileSync(file, "utf8"));
    const rows = results.map((each: { case: string; engine: string; threads: number }) =>
      [each.case, each.engine, each.threads].join(" "),
    );
    expect(rows).toEqual([
      "net3bn wasm 1",
      "net3bn js 1",
      "net3bn wasm 2",
      "net3bn-adam wasm 1",
      "net3bn-adam js 1",
      "net3bn-adam wasm 2",
      "evaluate net3bn wasm 1",
      "evaluate net3bn wasm 2",
    ]);
  });

  test("sets results against earlier ones and draws them", () => {
    const before = join(folder, "before.json");
    const charts = join(folder, "charts");
    const measured = ["--quick", "--filter", "relu.forward 100x50"];
    expect(bench(...measured, "--json", before).status).toBe(0);
    const { status, stdout } = bench(...measured, "--compare", before, "--svg", charts);
    expect(status).toBe(0);
    expect(stdout).toContain(`Against ${before}; "gain" is new : old`);
    expect(stdout).toMatch(/^relu\.forward 100x50 +1 +\d+ +\d+ +[\d.]+× +[\d.]+× +[\d.]+ ± [\d.]+/m);
    expect(readdirSync(charts)).toEqual(["kernels.svg"]);
  });

  test("sweeps over the sizes of a product", () => {
    const file = join(folder, "sweep.json");
    const { status, stdout, stderr } = bench("--quick", "--sweep", "--filter", "outputs", "--json", file);
    expect(stderr).toBe("1/1 outputs of 100x3072\n");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^outputs +multiply f32 +transposedA f32 +transposedB f32 +multiply f64/m);
    expect(stdout).toMatch(/^64( +(▼ )?[\d.]+){6}$/m);
    const { sweeps } = JSON.parse(readFileSync(file, "utf8"));
    expect(sweeps[0].curves).toHaveLength(6);
  });

  test("refuses what it does not know with exit code 2, before it measures", () => {
    const unknown = bench("--filter", "net4");
    expect(unknown.status).toBe(2);
    expect(unknown.stderr).toMatch(
      /^bench: No case has "net4" in its name\. There are: peak, net3, net3bn, net9, net9bn, wide, net3bn-adam, net9bn-adam, evaluate net3bn, matmul/,
    );
    const option = bench("--fast");
    expect(option.status).toBe(2);
    expect(option.stderr).toMatch(/^bench: Unknown option '--fast'.* See npm run bench -- --help\.\n$/s);
    const sweep = bench("--sweep", "--filter", "net3");
    expect(sweep.status).toBe(2);
    expect(sweep.stderr).toBe(
      'bench: No sweep has "net3" in its name. There are: cubes, batch of 3072x50, batch of 1024x1024, ' +
        "batch of 1024x10, outputs of 100x3072.\n",
    );
    expect(bench("--sweep", "--compare", "old.json").stderr).toBe(
      "bench: --compare does not go with --sweep, which has no JavaScript beside it. Give one of them.\n",
    );
    expect(bench("--threads", "0").stderr).toBe("bench: --threads is 0. Give an integer from 1 to 256.\n");
    expect(bench("--sweep", "--threads", "2").stderr).toBe(
      "bench: --threads does not go with --sweep, which measures one. Give one of them.\n",
    );
    const old = join(folder, "old.json");
    expect(bench("--compare", old).stderr).toBe(
      `bench: --compare: ${old} cannot be read (ENOENT). ` +
        "Give a file that npm run bench -- --json FILE has written.\n",
    );
    const missing = bench("--json", join(folder, "missing", "results.json"));
    expect(missing.status).toBe(2);
    expect(missing.stderr).toBe(
      `bench: ${join(folder, "missing", "results.json")} cannot be written: its folder is not there or is ` +
        "read-only. Give another path to --json.\n",
    );
  });

  test("shows its options", () => {
    const { status, stdout } = bench("--help");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: npm run bench -- \[options\]\n/);
    for (const option of ["--json", "--compare", "--svg", "--filter", "--threads", "--sweep", "--quick"])
      expect(stdout).toContain(option);
  });
});
